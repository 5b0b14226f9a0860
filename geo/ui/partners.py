"""What the reader asks on the page of partners, and the answers; each worked out once for all readers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from geo import partnerwords, presence, words
from geo.counting import Accounting
from geo.errors import AccessError, StoreError
from geo.facts import Prepared, View
from geo.i18n import N_, _
from geo.overlaps import Overlaps, find
from geo.presence import Presence
from geo.report import partnertables
from geo.settings import LEVELS, STATIC_DIR
from geo.ui import data, downloads, parts, state
from geo.ui.data import Ground
from geo.ui.questions import LEVEL_WORDS

SECTIONS: Final = {
    "matrice": N_("Matrice"),
    "paires": N_("Deux partenaires"),
    "vides": N_("Présence et besoin"),
    "recouvrements": N_("Recouvrements"),
    "temps": N_("Dans le temps"),
    "noms": N_("Noms des organisations"),
}
# Level shown first below each level looked at.
_NEXT: Final = {"": "region", "region": "cercle", "cercle": "commune", "commune": "commune"}
EVERY: Final = ""


@dataclass(frozen=True)
class Asked:
    """The question: everything that a link keeps, but for what one section asks by itself."""

    section: str
    kind: str
    role: str
    measure: str
    view: View

    @property
    def types(self) -> tuple[str, ...]:
        """The activities asked; none for all."""
        return (self.kind,) if self.kind else ()


@st.cache_data(show_spinner=False)
def _style(changed: float) -> str:
    return f"<style>{(STATIC_DIR / 'partenaires.css').read_text(encoding='utf-8')}</style>"


def style() -> None:
    """Send the look of this page's own parts."""
    st.html(_style((STATIC_DIR / "partenaires.css").stat().st_mtime))


def ask_section() -> str:
    """Show the sections as a row of choices."""
    with st.container(key="volet"):
        return state.select(
            "volet",
            _("Volet"),
            list(SECTIONS),
            words=lambda name: _(SECTIONS[name]),
            default="matrice",
            widget=st.radio,
            horizontal=True,
            label_visibility="collapsed",
        )


def ask(prepared: Prepared, ground: Ground, section: str) -> Asked:
    """Show what may be asked of this section in one row; names are those of all records."""
    if section == "noms":
        usual = View(activity_type=next(iter(prepared.of_type)), level="commune")
        return Asked(section, EVERY, "implementing_org", "records", usual)
    with st.container(key="filters"):
        boxes = st.columns([3, 3, 3, 3], vertical_alignment="bottom")
        with boxes[0]:
            unit = ask_place(ground)
        with boxes[1]:
            kind = _ask_type(prepared)
        with boxes[2]:
            role = _ask_role() if section in ("matrice", "paires") else "implementing_org"
        with boxes[3]:
            measure = _ask_measure() if section == "matrice" else "records"
        level = _ask_level(unit, ground) if section in ("matrice", "paires") else "commune"
    view = View(activity_type=kind or next(iter(prepared.of_type)), level=level, unit=unit)
    return Asked(section, kind, role, measure, view)


def ask_place(ground: Ground) -> str:
    """Ask for the area; the regions of 2023 have no matrix of their own."""
    places = {code: place for code, place in ground.places.items() if not place.later}

    def words(pcode: str) -> str:
        return data.place_words(places[pcode]) if pcode else _("Les quatre régions")

    return state.select("zone", _("Lieu"), ["", *places], words=words, default="")


def _ask_type(prepared: Prepared) -> str:
    having = [name for name, each in prepared.of_type.items() if len(each.records)]

    def words(name: str) -> str:
        return prepared.of_type[name].kind.label if name else _("Toutes les activités")

    return state.select("type", _("Activité"), [EVERY, *having], words=words, default=EVERY)


def _ask_role() -> str:
    return state.select(
        "role",
        _("Rôle de l'organisation"),
        list(partnerwords.ROLES),
        words=lambda name: _(partnerwords.ROLES[name]),
        default="implementing_org",
        help=_("Mettre en œuvre, financer et appuyer sont trois questions : elles ne se mêlent jamais."),
    )


def _ask_measure() -> str:
    return state.select(
        "compte",
        _("Ce qui est compté"),
        list(presence.MEASURES),
        words=lambda name: _(partnerwords.MEASURES[name]),
        default="in_place",
    )


def _ask_level(unit: str, ground: Ground) -> str:
    place = ground.places.get(unit)
    return state.select(
        "niveau",
        _("Unités"),
        LEVELS,
        words=lambda name: _(LEVEL_WORDS[name]),
        default=_NEXT[place.level if place else ""],
        widget=st.radio,
        horizontal=True,
        label_visibility="collapsed",
    )


# ---- answers ----------------------------------------------------------------------------------------


def version() -> str:
    """What an answer of this page rests on beside the question."""
    return data.version()


@st.cache_resource(max_entries=64, show_spinner=False)
def _matrix(
    key: str, _prepared: Prepared, _view: View, role: str, measure: str, types: tuple[str, ...]
) -> Presence:
    return presence.matrix(_prepared, _view, role=role, measure=measure, types=types)


def matrix(prepared: Prepared, asked: Asked, *, measure: str = "") -> Presence:
    """Return the matrix of what is asked; worked out once for each question."""
    key = f"{version()}|{asked.view.key}"
    return _matrix(key, prepared, asked.view, asked.role, measure or asked.measure, asked.types)


@st.cache_resource(max_entries=32, show_spinner=False)
def _overlaps(
    key: str,
    _prepared: Prepared,
    _view: View,
    types: tuple[str, ...],
    within_km: float | None,
    near_only: bool,
) -> Overlaps:
    return find(_prepared, _view, types=types, within_km=within_km, near_only=near_only)


def overlaps(prepared: Prepared, asked: Asked, *, within_km: float | None, near_only: bool) -> Overlaps:
    """Return the pairs of what is asked; worked out once for each question."""
    key = f"{version()}|{asked.view.key}"
    return _overlaps(key, prepared, asked.view, asked.types, within_km, near_only)


def sources(prepared: Prepared, types: tuple[str, ...]) -> list[str]:
    """Titles of the sources of these activities."""
    asked = [prepared.of_type[name] for name in (types or prepared.of_type)]
    found = {name: source for each in asked for name, source in each.sources.items()}
    return [source.words("title") for source in found.values()]


def limits(found: Presence) -> str:
    """Name the vintages of the boundaries in use: ``ML COD-AB 2021, MR COD-AB 2024``."""
    return ", ".join(f"{country} {vintage}" for country, vintage in found.vintages.items())


def guarded(act: Callable[[], object]) -> None:
    """Write to the store and show the page anew; what the store refuses is said in the page."""
    try:
        act()
    except (AccessError, StoreError) as error:
        st.html(parts.note(str(error), "notice"))
        return
    state.touch()
    st.rerun()


def accounts(
    title: str,
    accounting: Accounting,
    asked: Asked,
    ground: Ground,
    *,
    sources: Sequence[str],
    more: Sequence[str] = (),
) -> list[partnertables.Account]:
    """Return what goes with a table of this page, see :func:`geo.report.partnertables.account_rows`."""
    area = words.area(asked.view, ground.frame)
    return partnertables.account_rows(
        title, accounting, ground.frame, area=area, sources=sources, more=more, day=date.today()
    )


def download_both(csv: Callable[[], bytes], xlsx: Callable[[], bytes], *, stem: str, key: str) -> None:
    """Show the buttons of a table as CSV and as a workbook, both with the accounting."""
    with st.container(horizontal=True, key=f"{key}-files"):
        for ending, label, make in (
            ("csv", _("Tableau CSV, avec les comptes"), csv),
            ("xlsx", _("Classeur XLSX, avec les comptes"), xlsx),
        ):
            download(label, make, name=f"{stem}.{ending}", mime=MIMES[ending], key=f"{key}-{ending}")


def download(label: str, make: Callable[[], bytes], *, name: str, mime: str, key: str) -> None:
    """Show the button of one file, made when it is clicked."""
    downloads.button(label, make, file_name=name, mime=mime, key=key)


MIMES: Final[Mapping[str, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
