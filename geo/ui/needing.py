"""What the reader asks on the page of needs, and the answer: one object feeds map, lists and files."""

import functools
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import streamlit as st

from geo import localities, needmap, norms, ranking, severity, weighing
from geo.activities import ActivityType
from geo.coverage import Assumptions
from geo.distances import RADII_M
from geo.errors import SettingsError
from geo.facts import Prepared, View
from geo.gaps import Gaps, at_level, commune_gaps
from geo.i18n import _, language
from geo.io import localities as locality_files
from geo.io import severity as severity_files
from geo.io.norms import not_comparable_file, read_not_comparable, read_set, set_names
from geo.norms import DEFAULT_SET, Norm, NormSet
from geo.report.gaptable import Ranked, export, rank_communes
from geo.settings import LEVELS
from geo.ui import assumed, data, parts, state
from geo.ui.data import Ground
from geo.ui.questions import LEVEL_WORDS, ask_regions, drill_to

# A set saved on this server; a link with its name means something here only.
SET: Final = "normes"
INCLUDE: Final = "non_comparables"
CHOSEN: Final = "commune"
NEAR: Final = "proche"
NEAR_STEPS: Final = tuple(f"{radius:g}" for radius in RADII_M)
STEPS: Final = tuple(str(step) for step in range(0, 101, 5))


class _Possible:
    """Values of an address that a check lets through, as the options that :func:`state.chosen` asks."""

    def __init__(self, possible: Callable[[str], bool]) -> None:
        self._possible = possible

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and self._possible(value)


def free(name: str, possible: Callable[[str], bool], *, default: str = "") -> str:
    """Return a value of the session or the address that is not one of a list, checked on the way in."""
    return state.chosen(name, _Possible(lambda value: value == default or possible(value)), default)


@dataclass(frozen=True, eq=False)
class Asked:
    """The question: everything that a link keeps."""

    view: View
    picture: str
    norm_set: NormSet
    # What the session changes of the set: norm name to its fields and parameters.
    overrides: Mapping[str, Mapping[str, float]]
    include: bool
    weights: Mapping[str, float]
    # How far a work may be to count as near [m].
    near_m: int

    @property
    def own_norms(self) -> list[Norm]:
        """The norms of the set for the type asked."""
        return [norm for norm in self.norm_set.norms if norm.activity_type == self.view.activity_type]


@dataclass(frozen=True, eq=False)
class Answer:
    """The gaps, ranked, and the table of the level asked as it goes into files.

    ``key`` names the answer: what is made of it (lists, maps, plans) is kept under the same name.
    """

    key: str
    gaps: Gaps
    ranked: Ranked
    units: pd.DataFrame
    file: pd.DataFrame


def ask(prepared: Prepared, ground: Ground) -> Asked:
    """Show type, picture, level, place and switches in one row; norms come from the session or address."""
    types = {name: each.kind for name, each in prepared.of_type.items() if prepared.listed(name)}
    with st.container(horizontal=True, key="filters-row", vertical_alignment="bottom"):
        fold = st.empty()
        kind = state.select(
            "type",
            _("Type"),
            list(types),
            words=lambda name: types[name].label,
            default=next(iter(types)),
            on_change=_forget_measure,
        )
        picture = state.select(
            "vue",
            _("La carte montre"),
            list(needmap.PICTURES),
            words=lambda name: _(needmap.PICTURES[name]),
            default="etats",
        )
        level = state.select(
            "niveau", _("Niveau"), LEVELS, words=lambda name: _(LEVEL_WORDS[name]), default="commune"
        )
        unit = _ask_place(ground)
        include, regions, assumptions = _ask_more(types[kind], ground)
    view = View(activity_type=kind, level=level, regions=regions, unit=unit, assumptions=assumptions)
    count = _changed(assumptions, include=include, regions=regions)
    fold.html(parts.filters_fold(count + (level != "commune") + (unit != "")))
    norm_set, overrides = norms_asked((kind,))
    return Asked(view, picture, norm_set, overrides, include, weights_asked(), int(near_asked()))


def _ask_more(kind: ActivityType, ground: Ground) -> tuple[bool, str, Assumptions]:
    """Show what is taken for granted behind a button that counts what is not as usual."""
    assumptions = assumed.asked(kind)
    include = state.chosen_switch(INCLUDE, default=False)
    count = _changed(assumptions, include=include, regions=state.peek("regions") or "2021")
    label = _("Hypothèses ({n})").format(n=count) if count else _("Hypothèses")
    with st.popover(label, width="stretch"):
        assumed.ask(kind)
        state.switch(
            INCLUDE,
            _("Donner aussi un chiffre aux unités non comparables"),
            default=False,
            help=_("Un relevé de points d'eau villageois ne voit pas le réseau d'une ville."),
        )
        regions = ask_regions(ground)
    return include, regions, assumptions


def _changed(assumptions: Assumptions, *, include: bool, regions: str) -> int:
    return len(assumed.changed(assumptions)) + include + (regions != "2021")


def _forget_measure() -> None:
    # The map of another type starts with that type's own measure.
    state.choose("mesure", "")


def _ask_place(ground: Ground) -> str:
    places = ground.places

    def words(pcode: str) -> str:
        return data.place_words(places[pcode]) if pcode else _("Les quatre régions")

    return state.select("zone", _("Lieu"), ["", *places], words=words, default="")


def norms_asked(kinds: Container[str]) -> tuple[NormSet, dict[str, dict[str, float]]]:
    """Return the set asked, with the values that the session or the address changes for these types."""
    chosen = read_set(state.chosen(SET, set_names(), DEFAULT_SET))
    overrides: dict[str, dict[str, float]] = {}
    for norm in chosen.norms:
        if norm.activity_type not in kinds:
            continue
        for name in ("value", *norm.parameters):
            text = free(parameter(norm.name, name), functools.partial(_usable, norm, name))
            if text:
                overrides.setdefault(norm.name, {})[name] = float(text)
    return norms.edited(chosen, overrides, name=chosen.name), overrides


def parameter(norm: str, name: str) -> str:
    """Return the name in the address of a value of a norm: ``norme.water_mali_modern_point``."""
    return f"norme.{norm}" if name == "value" else f"norme.{norm}.{name}"


def _usable(norm: Norm, name: str, text: str) -> bool:
    try:
        norms.changed(norm, {name: float(text)})
    except (ValueError, SettingsError):
        return False
    return True


def weights_asked() -> dict[str, float]:
    """Return the weights of the session or the address, before their sliders are shown."""
    return {name: float(state.chosen(f"poids.{name}", STEPS, usual_weight(name))) for name in ranking.PARTS}


def usual_weight(name: str) -> str:
    """Weight of a part that nobody has moved, as it stands in the address."""
    return f"{ranking.DEFAULT_WEIGHTS[name]:g}"


def near_asked() -> str:
    """Return how far a work may be to count as near, before it is shown [m]."""
    return state.chosen(NEAR, NEAR_STEPS, f"{weighing.NEAR_M}")


# ---- the answer -------------------------------------------------------------------------------------


def version() -> str:
    """Version of everything that an answer rests on besides the question."""
    installed = f"{locality_files.in_use()}|{severity_files.in_use()}"
    return f"{data.version()}|{installed}|{_not_comparable_version()}|{language()}"


def _not_comparable_version() -> str:
    path = not_comparable_file()
    return f"{path}:{path.stat().st_mtime_ns}"


def _key(asked: Asked) -> str:
    # A norm's text holds all of its values, which is what an answer rests on.
    return f"{version()}|{asked.view.key}|{asked.norm_set!r}|{asked.include}"


@st.cache_resource(max_entries=2, show_spinner=False)
def _localities(installed: str, boundaries_version: str) -> pd.DataFrame | None:
    found = locality_files.load()
    return None if found is None else localities.in_communes(found, data.ground().boundaries.communes)


def placed_localities() -> pd.DataFrame | None:
    """Localities of the list in use, each in its commune; ``None`` where no list is installed."""
    return _localities(locality_files.in_use(), data.ground().boundaries.version)


def villages() -> dict[str, int] | None:
    """Villages of each commune, where a list of localities is installed."""
    placed = placed_localities()
    return None if placed is None else localities.villages_by_commune(placed)


@st.cache_resource(max_entries=2, show_spinner=False)
def _severity(installed: str, boundaries_version: str) -> dict[str, float] | None:
    table = severity_files.load()
    return None if table is None else severity.by_commune(table, data.ground().boundaries.units)[0]


@st.cache_resource(max_entries=64, show_spinner=False)
def _gaps(key: str, _prepared: Prepared, _asked: Asked) -> Gaps:
    return commune_gaps(
        _prepared,
        _asked.view,
        norm_set=_asked.norm_set,
        not_comparable=read_not_comparable(),
        include_not_comparable=_asked.include,
        villages=villages(),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _evidence(key: str, near_m: int, _prepared: Prepared, _gaps: Gaps) -> weighing.Evidence:
    used = severity_files.in_use()
    return weighing.evidence(
        _gaps,
        _prepared.of_type[_gaps.facts.view.activity_type],
        localities=placed_localities(),
        near_m=near_m,
        severity=_severity(used, data.ground().boundaries.version),
        severity_source=severity_files.source_words(used) if used else "",
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _answer(key: str, _prepared: Prepared, _asked: Asked) -> Answer:
    own = _key(_asked)
    gaps = _gaps(own, _prepared, _asked)
    found = _evidence(own, _asked.near_m, _prepared, gaps)
    ranked = rank_communes(gaps, weighing.weigh(_asked.weights, found))
    level = _asked.view.level
    return Answer(
        key=key,
        gaps=gaps,
        ranked=ranked,
        units=at_level(gaps, _prepared, level),
        file=export(gaps, _prepared, ranked, level=level),
    )


def answer(prepared: Prepared, asked: Asked) -> Answer:
    """Return gaps, ranking and table of what is asked; worked out once for each question and language."""
    weights = sorted(asked.weights.items())
    return _answer(f"{_key(asked)}|{weights}|{asked.near_m}", prepared, asked)


def usual_gaps(prepared: Prepared, view: View) -> Gaps:
    """Return the gaps of a view by the usual set of norms, for a page that asks for need in passing."""
    asked = Asked(view, "etats", read_set(DEFAULT_SET), {}, include=False, weights={}, near_m=0)
    return _gaps(_key(asked), prepared, asked)


def gaps_of(prepared: Prepared, asked: Asked, kind: str) -> Gaps:
    """Return the gaps of another type for the four regions, by the same set and the same assumptions."""
    usual = read_set(asked.norm_set.name)
    own = kind == asked.view.activity_type
    view = replace(asked.view, activity_type=kind, level="commune", unit="")
    other = replace(asked, view=view, norm_set=asked.norm_set if own else usual)
    return _gaps(_key(other), prepared, other)


def pick(ground: Ground, level: str) -> Callable[[str], None]:
    """Return what a click on the map does: a commune opens its sum, a larger unit is looked into."""

    def choose(pcode: str) -> None:
        if level == "commune" and pcode in ground.places:
            state.choose(CHOSEN, pcode)
        else:
            drill_to(ground)(pcode)

    return choose


def chosen_commune(found: Answer) -> str:
    """Return the commune whose sum is open, ``""`` for none."""
    return state.chosen(CHOSEN, ["", *found.ranked.table["pcode"]], "")
