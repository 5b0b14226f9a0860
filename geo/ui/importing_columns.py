"""Import, step 2: what each column means, proposed with its reason, confirmed by who knows."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from geo import columns, columnwords
from geo.columns import Choice, Profile
from geo.grid import has_tags
from geo.i18n import _, language, ngettext, number
from geo.store.orders import Order
from geo.ui import parts, sheets
from geo.ui.importing import Handed

_CONFIRMED: Final = "import.confirmed"


@st.cache_resource(max_entries=4, ttl=3600, show_spinner=False)
def _choices(sha256: str, sheet: str, profile_key: str, _handed: Handed) -> tuple[Choice, ...]:
    return columns.choices(_handed.opened.table, _handed.profile if _handed.known else None)


def ask(handed: Handed) -> Order | None:
    """Ask for the columns that nobody confirmed yet; None until all are confirmed as they stand."""
    read = str(sorted(handed.profile.columns.items())) + str(handed.profile.ignored) if handed.known else ""
    made = _choices(handed.sha256, handed.opened.sheet, f"{handed.profile.name}|{read}", handed)
    asked = [choice for choice in made if choice.asked]
    st.html(sheets.section(_("2. Colonnes"), sheets.paragraph(_summary(made, handed), "key")))
    _gone(handed, made)
    changed = bool(handed.known) and st.toggle(_("Revoir aussi les colonnes déjà connues"), key="import.all")
    shown = [choice for choice in made if choice.why != "contact"] if changed else asked
    key = f"{handed.sha256[:12]}:{handed.opened.sheet}:{handed.profile.name}:{language()}"
    with st.form(f"import.columns:{key}"):
        answers = {
            choice.heading: _row(choice, handed, f"{key}:{place}") for place, choice in enumerate(shown)
        }
        pressed = st.form_submit_button(_("Confirmer et faire l'essai"), type="primary")
    if not changed and handed.known:
        _known(made)
    profile = _confirmed(made, answers, handed)
    if profile is None:
        return None
    order = Order(handed.source, profile, handed.partial)
    if pressed:
        st.session_state[_CONFIRMED] = (handed.sha256, order.as_json())
    before = st.session_state.get(_CONFIRMED)
    if before == (handed.sha256, order.as_json()):
        return order
    if before is not None and before[0] == handed.sha256:
        st.html(parts.note(_("Les réponses ont changé depuis l'essai : confirmez à nouveau.")))
    return None


def _summary(made: Sequence[Choice], handed: Handed) -> str:
    asked = sum(choice.asked for choice in made)
    rows = number(len(handed.opened.table) - int(has_tags(handed.opened.table)))
    contacts = [choice.heading for choice in made if choice.why == "contact"]
    told = [
        ngettext("{n} colonne", "{n} colonnes", len(made)).format(n=number(len(made))),
        _("{n} lignes").format(n=rows),
        _("à confirmer : {n}").format(n=number(asked)) if asked else _("toutes sont connues du profil"),
    ]
    if contacts:
        told.append(_("jamais lues (contacts) : {names}").format(names=", ".join(contacts)))
    return " · ".join(told)


def _gone(handed: Handed, made: Sequence[Choice]) -> None:
    """Say which columns of the profile this file lacks; one that seems renamed is asked about below."""
    if not handed.known:
        return
    offered = {choice.column for choice in made if choice.why == "renamed"}
    lacking = columns.missing(handed.opened.table, handed.profile)
    told = [
        f"« {heading} » ({columnwords.label(column)})"
        for column, heading in lacking.items()
        if column not in offered
    ]
    if told:
        st.html(parts.note(_("Manquent dans ce fichier : {names}").format(names=", ".join(told)), "notice"))


def _row(choice: Choice, handed: Handed, key: str) -> str:
    """One column: its heading, what stands in it, why a meaning is proposed, and the list to choose from."""
    left, right = st.columns([55, 45], gap="medium", vertical_alignment="center")
    old = handed.profile.columns.get(choice.column, "") if choice.why == "renamed" else ""
    samples = " · ".join(choice.samples) or _("vide")
    with left:
        st.html(
            f"<p class='column'><b>{parts.escaped(choice.heading)}</b> "
            f"<span class='why'>{parts.escaped(columnwords.why(choice.why, old=old))}</span><br>"
            f"<span class='samples'>{parts.escaped(samples)}</span></p>"
        )
    options = list(dict.fromkeys(["", *columnwords.COLUMNS, choice.column]))
    with right:
        return st.selectbox(
            _("« {heading} » veut dire").format(heading=parts.spoken_text(choice.heading)),
            options,
            index=options.index(choice.column),
            format_func=lambda column: columnwords.label(column) if column else _("laisser de côté"),
            key=f"import.column:{key}",
            label_visibility="collapsed",
            placeholder=_("Choisir"),
        )


def _known(made: Sequence[Choice]) -> None:
    settled = [choice for choice in made if choice.why == "profile"]
    rows = [
        [
            choice.heading,
            columnwords.label(choice.column) if choice.column else _("laissée de côté"),
            " · ".join(choice.samples),
        ]
        for choice in settled
    ]
    title = _("Colonnes déjà connues")
    with st.expander(f"{title} ({number(len(rows))})"):
        st.html(sheets.sheet([_("Titre"), _("Veut dire"), _("Exemples")], rows, caption=title))


def _confirmed(made: Sequence[Choice], answers: dict[str, str], handed: Handed) -> Profile | None:
    """Return the profile as it is answered now, None where two columns are said to mean one thing."""
    said: dict[str, str] = {
        choice.heading: choice.column for choice in made if choice.why != "contact"
    } | answers
    for column in {column for column in said.values() if column}:
        same = [heading for heading, meaning in said.items() if meaning == column]
        if len(same) > 1:
            text = _(
                "{names} ne peuvent pas vouloir dire la même chose : {column}. Changez l'une des réponses."
            )
            names = ", ".join(f"« {heading} »" for heading in same)
            st.html(parts.note(text.format(names=names, column=columnwords.label(column)), "notice"))
            return None
    return columns.confirmed(handed.profile.name, made, answers, before=handed.profile)
