"""Lieux à vérifier: what is asked, the queue of groups, the open one with its candidates and its map."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import choices as offered
from geo import store
from geo.choices import PLACE, POSITION
from geo.i18n import _, language
from geo.store import database, review, states
from geo.store.places import names_of
from geo.ui import carte, data, keeping, settlingmap, settlingparts, sheets, state
from geo.ui.parts import label_text

ORIGIN, REASON, GROUP = "origine", "raison", "groupe"
_OF_IMPORT: Final = "import-"
# Groups listed at a time.
WINDOW: Final = 8
# In the session: what was to be settled at first, groups left for later, the unit clicked on the map.
_BEFORE, LATER, PICKED = "settle.before", "settle.later", "settle.picked"


@dataclass(frozen=True, eq=False)
class Desk:
    """What lies on the desk: the groups that the filters keep, and the one that is open."""

    waiting: review.Waiting
    groups: pd.DataFrame
    group: Mapping[str, Any]
    place: int

    @property
    def following(self) -> str:
        """Id of the group that comes after the open one; of the one before it at the end."""
        ids = self.groups["group"].tolist()
        rest = ids[self.place + 1 :] or ids[: self.place][::-1]
        return rest[0] if rest else ""


@st.cache_resource(max_entries=4, show_spinner=False)
def _waiting(store_state: str, boundaries_version: str) -> review.Waiting:
    return review.waiting(data.ground().boundaries)


def waiting() -> review.Waiting:
    """Return what is to be settled now; the first of a visit is kept, to be compared with."""
    found = _waiting(_state(), data.ground().boundaries.version)
    before = st.session_state.get(_BEFORE)
    # Another import is another beginning.
    if before is None or before.accounting.read != found.accounting.read:
        st.session_state[_BEFORE] = found
    return found


def _state() -> str:
    # Also where the app shows a file of one's own: what is settled is always what was imported.
    if not database.exists():
        return ""
    with database.reading() as connection:
        return states.state_of(connection)


def before() -> review.Waiting:
    """Return what was to be settled when this visit began."""
    found: review.Waiting = st.session_state[_BEFORE]
    return found


def ask(found: review.Waiting) -> Desk:
    """Ask by the filters which groups are wanted; the open group comes from the address or the queue."""
    with st.container(key="filters", horizontal=True):
        origin = state.select(
            ORIGIN,
            _("Source ou import"),
            ["", *_origins(found)],
            words=lambda code: _origin_words(code, found),
            default="",
        )
        reasons = sorted(found.groups["reason"].unique())
        reason = state.select(
            REASON,
            _("Raison"),
            ["", *reasons],
            words=lambda code: settlingparts.reason_words(code) if code else _("Toutes les raisons"),
            default="",
        )
    of_import = origin.removeprefix(_OF_IMPORT) if origin.startswith(_OF_IMPORT) else ""
    kept = review.kept(found.groups, source="" if of_import else origin, of_import=of_import, reason=reason)
    later = st.session_state.get(LATER, [])
    kept = kept.assign(later=kept["group"].isin(later)).sort_values("later", kind="stable")
    ids = kept["group"].tolist()
    chosen = state.chosen(GROUP, ids, ids[0]) if ids else ""
    place = ids.index(chosen) if ids else 0
    group = {str(key): value for key, value in kept.iloc[place].items()} if ids else {}
    return Desk(found, kept.reset_index(drop=True), group, place)


def _origins(found: review.Waiting) -> list[str]:
    """Sources with groups, and the imports of a source that has groups in several."""
    pairs = {
        (source, f"{_OF_IMPORT}{each}")
        for sources, imports in zip(found.groups["sources"], found.groups["imports"], strict=True)
        for source in sources.split(";")
        for each in imports.split(";")
    }
    # What is asked for stays, though all of it may be settled by now: that is then said.
    asked = state.peek(ORIGIN)
    known = asked in found.sources or asked in {f"{_OF_IMPORT}{made}" for made in found.files}
    own = [asked] if known else []
    sources = sorted({source for source, _each in pairs} | {each for each in own if each in found.sources})
    return [*sources, *sorted({each for _source, each in pairs} | (set(own) - set(sources)))]


def _origin_words(code: str, found: review.Waiting) -> str:
    if not code:
        return _("Toutes les sources")
    if not code.startswith(_OF_IMPORT):
        return found.sources[code].words("title") if code in found.sources else code
    made = int(code.removeprefix(_OF_IMPORT))
    file, moment = found.files.get(made, ("", ""))
    return _("Import {n} · {file} · {day}").format(n=made, file=file, day=moment[:10])


def clear_filters() -> None:
    """Take every filter away."""
    for name in (ORIGIN, REASON):
        state.choose(name, "")


# ---- the queue ---------------------------------------------------------------------------------------


def queue(desk: Desk) -> None:
    """Show the groups around the open one, the largest first, to be chosen from."""
    start = desk.place // WINDOW * WINDOW
    shown = desk.groups.iloc[start : start + WINDOW]
    rows = {row["group"]: row for row in shown.to_dict("records")}
    with st.container(key="queue"):
        title = _("Groupes")
        st.html(f"<h2>{sheets.cell(title)}</h2>")
        state.select(
            GROUP,
            _("Groupe à régler"),
            list(rows),
            words=lambda code: _queue_words(rows[code]),
            default=desk.groups["group"].iloc[0] if start == 0 else next(iter(rows)),
            widget=st.radio,
            labels_change=True,
            width="stretch",
        )
        with st.container(key="queue-turn", horizontal=True):
            _turn(_("Précédents"), desk, start - WINDOW)
            _turn(_("Suivants"), desk, start + WINDOW)


def _queue_words(row: Mapping[Any, Any]) -> str:
    # Of positions the title says how many rows there are; what a whole row states holds its parents.
    rest = [settlingparts.row_words(row["rows"])] if row["kind"] != POSITION else []
    rest += [settlingparts.above(row)] if row["kind"] != PLACE else []
    rest += [_("laissé pour plus tard")] if row["later"] else []
    return f"**{label_text(settlingparts.written(row))}** · {label_text(' · '.join(filter(None, rest)))}"


def _turn(words: str, desk: Desk, start: int) -> None:
    inside = 0 <= start < len(desk.groups)
    to = desk.groups["group"].iloc[start] if inside else ""
    st.button(words, key=f"turn:{words}", disabled=not inside, on_click=state.choose, args=(GROUP, to))


# ---- the open group -----------------------------------------------------------------------------------


@st.cache_resource(max_entries=256, show_spinner=False)
def _choices(
    key: str, lang: str, _group: Mapping[str, Any], _ground: data.Ground
) -> tuple[pd.DataFrame, str]:
    names = names_of(_ground.boundaries.units)
    table = offered.choices(_group, _ground.boundaries, names)
    return table, str(_group["stated"]) or offered.stated_parent(_group, names)


def choices(group: Mapping[str, Any]) -> tuple[pd.DataFrame, str]:
    """Return the candidates of the open group, and the P-code of the place that it states."""
    ground = data.ground()
    key = f"{_state()}|{ground.boundaries.version}|{group['group']}"
    return _choices(key, language(), group, ground)


def pick(desk: Desk) -> Any:
    """Return what a click on the map does: the unit is offered, nothing is settled."""

    def picked(pcode: str) -> None:
        state.touch()
        st.session_state[PICKED] = (desk.group["group"], pcode)

    return picked


def picture(desk: Desk, table: pd.DataFrame, stated: str) -> None:
    """Show the small map of the open group."""
    shown = settlingmap.picture(desk.group, table, data.ground(), stated=stated)
    with st.container(key="small-map"):
        carte.show(shown, on_pick=pick(desk))
    st.html(shown.legend)


# ---- nothing to settle -------------------------------------------------------------------------------


def nothing(found: review.Waiting, desk: Desk) -> bool:
    """Say why there is no group to settle and what to do; False where there is one."""
    if not keeping.keeps():
        text = _(
            "Les lieux se règlent sur l'ordinateur qui garde les données. Ici, ce serveur est ouvert à "
            "d'autres et ne sait pas qui vous êtes : ce qui est écrit dans les lignes n'est pas montré."
        )
        st.html(settlingparts.empty(text))
        return True
    if len(desk.groups):
        return False
    importer = sheets.link("importer", _("Importer un fichier"))
    if not found.accounting.read:
        text = _(
            "Rien à vérifier : aucun fichier n'a été importé. Les lieux douteux d'un import viennent ici."
        )
        st.html(settlingparts.empty(text, importer))
    elif not len(found.groups):
        text = _("Tout est réglé : aucun lieu n'attend de décision.")
        st.html(settlingparts.empty(text, sheets.link("carte", _("Voir la carte")), importer))
    else:
        origin = state.kept(ORIGIN)
        settled = origin and not state.kept(REASON)
        words = _("Tout est réglé pour « {what} ».") if settled else _("Aucun groupe pour ces filtres.")
        st.html(settlingparts.empty(words.format(what=_origin_words(origin, found))))
        st.button(_("Effacer les filtres"), key="clear", on_click=clear_filters)
    return True


def shows_other_records() -> Sequence[str]:
    """Say where the app shows a file of one's own: what is settled here is not seen in it."""
    named = os.environ.get(store.RECORDS_VARIABLE, "").strip()
    if not named:
        return ()
    words = _("L'application montre le fichier {file} ; ce qui est réglé ici vaut pour ce qui a été importé.")
    return (words.format(file=os.path.basename(named)),)
