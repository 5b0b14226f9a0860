"""Official boundaries from HDX: ask for them, see how far they are, read what became of each country."""

from datetime import date
from typing import Final

import streamlit as st

from geo import acts, settings, words
from geo.errors import CouvertureError
from geo.i18n import _, language, set_language, short_date, unbroken
from geo.io import download, fetching
from geo.store import database
from geo.ui import who
from geo.ui.parts import escaped

# Whether this session has seen a fetch under way: its end is news for the whole page.
_SEEN: Final = "fetch_seen"


def show() -> None:
    """Show the button, or how far the fetch is; nothing is asked of another machine before the click."""
    if not who.allowed("settings"):
        return
    found = fetching.progress()
    running = found is not None and found.state == fetching.RUNNING
    part = st.fragment(_part, run_every=1.0 if running else None)
    with st.container(key="fetch"):
        part(language())


def _part(lang: str) -> None:
    # This part runs again alone, in a thread that knows nothing of the page's language.
    set_language(lang)
    if not who.allowed("settings"):
        return
    found = fetching.progress()
    if found is not None and found.state == fetching.RUNNING:
        st.session_state[_SEEN] = True
        _running(found)
        return
    if st.session_state.pop(_SEEN, False):
        st.rerun()
    if found is not None:
        st.html(ended(found))
    host = download.host(settings.hdx_address())
    text = _(
        "Demande à {host} les limites COD-AB actuelles des deux pays, les vérifie et les met en usage pour "
        "tous. Rien n'est demandé à une autre machine avant ce clic."
    )
    st.html(f"<p class='key'>{escaped(unbroken(text.format(host=host)))}</p>")
    if st.button(_("Chercher les limites officielles sur HDX"), key="fetch_start"):
        _begin()


def _begin() -> None:
    try:
        asked_by = {database.USER_VARIABLE: who.require("settings"), acts.ROLE_VARIABLE: acts.role()}
        fetching.start(environment=asked_by)
    except CouvertureError as error:
        st.html(_notice(str(error)))
        return
    st.session_state[_SEEN] = True
    st.rerun()


def _running(found: fetching.Progress) -> None:
    said = words.fetching(found.country, found.done, found.total)
    share = min(found.done / found.total, 1.0) if found.total else 0.0
    st.progress(share, text=said)
    if st.button(_("Arrêter ; ce qui est reçu sera repris"), key="fetch_cancel"):
        who.require("settings")
        fetching.cancel()


def ended(found: fetching.Progress) -> str:
    """Return how a fetch ended and when, as HTML: one line a country, or the one fault that ended it."""
    day = short_date(date.fromtimestamp(found.at))
    said = escaped(unbroken(_("Dernière demande à HDX, le {day} :").format(day=day)))
    return f"<p class='key'>{said}</p><div lang='{escaped(found.lang)}'>{_became(found)}</div>"


def _became(found: fetching.Progress) -> str:
    if found.state == fetching.CANCELLED:
        return _notice(_("Téléchargement arrêté. Ce qui est reçu sera repris la prochaine fois."))
    if found.state == fetching.INTERRUPTED:
        return _notice(
            _("Le téléchargement a été interrompu. Ce qui est reçu sera repris la prochaine fois.")
        )
    if found.message:
        return _notice(found.message)
    return "".join(_country(outcome) for outcome in found.outcomes)


def _country(outcome: fetching.Outcome) -> str:
    said = words.of_country(outcome.country, outcome.message)
    if outcome.state == fetching.REFUSED:
        return _notice(said)
    notes = "".join(f"<li>{escaped(note)}</li>" for note in outcome.notes)
    return f"<div role='status'><p>{escaped(unbroken(said))}</p>{f'<ul>{notes}</ul>' if notes else ''}</div>"


def _notice(text: str) -> str:
    return f"<p class='notice' role='status'>{escaped(unbroken(text))}</p>"
