"""What the reader asks on the page of needs, and the answer: one object feeds map, lists and files."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import localities, needmap, norms, ranking
from geo.errors import SettingsError
from geo.facts import Prepared, View
from geo.gaps import Gaps, at_level, commune_gaps
from geo.i18n import _, language
from geo.io import localities as locality_files
from geo.io.norms import read_not_comparable, read_set, set_names
from geo.io.population import in_use as population_in_use
from geo.norms import DEFAULT_SET, Norm, NormSet
from geo.report.gaptable import export, ranked_table
from geo.settings import LEVELS
from geo.sharing import READER
from geo.ui import assumed, data, parts, state
from geo.ui.data import Ground
from geo.ui.questions import LEVEL_WORDS, drill_to

# A set saved on this server; a link with its name means something here only.
SET: Final = "normes"
INCLUDE: Final = "non_comparables"
CHOSEN: Final = "commune"
_WEIGHT_STEP: Final = 5
# Parts that every commune has; distance and severity need tables that are not shipped.
WEIGHED: Final = ("unserved", "coverage", "presence")
# N of "among the worst N".
WORST: Final = 20


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

    @property
    def own_norms(self) -> list[Norm]:
        """The norms of the set for the type asked."""
        return [norm for norm in self.norm_set.norms if norm.activity_type == self.view.activity_type]


@dataclass(frozen=True, eq=False)
class Answer:
    """The gaps, ranked, and the table of the level asked as it goes into files."""

    gaps: Gaps
    ranked: pd.DataFrame
    units: pd.DataFrame
    file: pd.DataFrame
    correlation: float


def ask(prepared: Prepared, ground: Ground) -> Asked:
    """Show type, picture, level, place and switches in one row; norms come from the session or address."""
    types = {name: each.kind for name, each in prepared.of_type.items()}
    box = st.container(key="filters-box")
    fold = box.container()
    with box.container(key="filters"):
        boxes = st.columns([3, 3, 3, 3, 2], vertical_alignment="bottom")
        with boxes[0]:
            kind = state.select(
                "type",
                _("Type"),
                list(types),
                words=lambda name: types[name].label,
                default=next(iter(types)),
                on_change=_forget_measure,
            )
        with boxes[1]:
            picture = state.select(
                "vue",
                _("La carte montre"),
                list(needmap.PICTURES),
                words=lambda name: _(needmap.PICTURES[name]),
                default="etats",
            )
        with boxes[2]:
            level = state.select(
                "niveau", _("Niveau"), LEVELS, words=lambda name: _(LEVEL_WORDS[name]), default="commune"
            )
        with boxes[3]:
            unit = _ask_place(ground)
        with boxes[4]:
            assumptions = assumed.asked(types[kind])
            include = state.chosen_switch(INCLUDE, default=False)
            count = len(assumed.changed(assumptions)) + include
            label = _("Hypothèses ({n})").format(n=count) if count else _("Hypothèses")
            with st.popover(label, width="stretch"):
                assumed.ask(types[kind])
                state.switch(
                    INCLUDE,
                    _("Donner aussi un chiffre aux unités non comparables"),
                    default=False,
                    help=_("Un relevé de points d'eau villageois ne voit pas le réseau d'une ville."),
                )
    view = View(activity_type=kind, level=level, unit=unit, assumptions=assumptions)
    fold.html(parts.filters_fold(count + (level != "commune") + (unit != "")))
    norm_set, overrides = _norms(kind)
    return Asked(view, picture, norm_set, overrides, include, weights_asked())


def _forget_measure() -> None:
    # The map of another type starts with that type's own measure.
    state.choose("mesure", "")


def _ask_place(ground: Ground) -> str:
    # Regions of 2023 have no sum of their own here.
    places = {code: place for code, place in ground.places.items() if not place.later}

    def words(pcode: str) -> str:
        return data.place_words(places[pcode]) if pcode else _("Les quatre régions")

    return state.select("zone", _("Lieu"), ["", *places], words=words, default="")


def _norms(kind: str) -> tuple[NormSet, dict[str, dict[str, float]]]:
    """Return the set asked, with the values that the session or the address changes in it."""
    chosen = read_set(state.chosen(SET, set_names(), DEFAULT_SET))
    overrides: dict[str, dict[str, float]] = {}
    for norm in chosen.norms:
        if norm.activity_type != kind:
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


def weight_words(name: str) -> str:
    """Name of a part of the score, with a capital."""
    words = _(ranking.PART_WORDS[name])
    return words[:1].upper() + words[1:]


def ask_weights() -> None:
    """Show one slider for each part of the score; where all are 0, say that the usual weights count."""
    found = [
        state.select(
            f"poids.{name}",
            weight_words(name),
            _steps(),
            words=str,
            default=f"{ranking.DEFAULT_WEIGHTS[name]:g}",
            widget=st.select_slider,
        )
        for name in WEIGHED
    ]
    if not any(map(float, found)):
        said = _("Un poids au moins doit dépasser 0 : les poids habituels sont utilisés.")
        st.html(f"<p class='notice' role='status'>{said}</p>")


def _steps() -> list[str]:
    return [str(step) for step in range(0, 101, _WEIGHT_STEP)]


def weights_asked() -> dict[str, float]:
    """Return the weights of the session or the address, before their sliders are shown."""
    found = {
        name: float(state.chosen(f"poids.{name}", _steps(), f"{ranking.DEFAULT_WEIGHTS[name]:g}"))
        for name in WEIGHED
    }
    return found if any(found.values()) else dict(ranking.DEFAULT_WEIGHTS)


# ---- the answer -------------------------------------------------------------------------------------


def _version() -> str:
    installed = locality_files.in_use()
    aside = hashlib.sha256(read_not_comparable().to_csv().encode()).hexdigest()
    return f"{data.records().version}|{population_in_use()}|{installed}|{aside}|{READER.key}|{language()}"


def _key(asked: Asked) -> str:
    # A norm's text holds all of its values, which is what an answer rests on.
    return f"{_version()}|{asked.view.key}|{asked.norm_set!r}|{asked.include}"


@st.cache_resource(max_entries=4, show_spinner=False)
def _villages(installed: str, boundaries_version: str) -> dict[str, int] | None:
    found = locality_files.load()
    if found is None:
        return None
    communes = data.ground().boundaries.communes
    return localities.villages_by_commune(localities.in_communes(found, communes))


@st.cache_resource(max_entries=64, show_spinner=False)
def _gaps(key: str, _prepared: Prepared, _asked: Asked) -> Gaps:
    return commune_gaps(
        _prepared,
        _asked.view,
        norm_set=_asked.norm_set,
        not_comparable=read_not_comparable(),
        include_not_comparable=_asked.include,
        villages=_villages(locality_files.in_use(), data.ground().boundaries.version),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _answer(key: str, _prepared: Prepared, _asked: Asked) -> Answer:
    gaps = _gaps(_key(_asked), _prepared, _asked)
    level, weights = _asked.view.level, _asked.weights
    order = ranking.rank(gaps.ranked, weights=weights)
    return Answer(
        gaps=gaps,
        ranked=ranked_table(gaps, weights=weights, worst=WORST),
        units=at_level(gaps, _prepared, level),
        file=export(gaps, _prepared, level=level, **_ranking(level, weights)),
        correlation=ranking.correlation_with_equal_weights(order),
    )


def _ranking(level: str, weights: Mapping[str, float]) -> dict[str, Any]:
    return {"weights": weights, "worst": WORST} if level == "commune" else {}


def answer(prepared: Prepared, asked: Asked) -> Answer:
    """Return gaps, ranking and table of what is asked; worked out once for each question and language."""
    weights = sorted(asked.weights.items())
    return _answer(f"{_key(asked)}|{weights}", prepared, asked)


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


def chosen_commune(ranked: pd.DataFrame) -> str:
    """Return the commune whose sum is open, ``""`` for none."""
    return state.chosen(CHOSEN, ["", *ranked["pcode"]], "")
