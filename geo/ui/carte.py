"""The map of a page: view in, folium layer out, the unit clicked back."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo import classify, maps, pointlooks
from geo.counting import Communes
from geo.facts import Facts, View
from geo.i18n import _, language, number
from geo.pointlooks import point_rows
from geo.shapes import Frame
from geo.ui import parts
from geo.ui.data import Ground
from geo.ui.memory import of_a_view

MAP_KEY: Final = "carte"
MAP_HEIGHT: Final = 520
# More points than this are shown once an area is chosen.
POINTS_SHOWN: Final = 100_000


def inside(units: pd.DataFrame, ground: Ground, shown: Communes) -> list[bool]:
    """Return which of the units lie within the communes shown; the others are context."""
    members = ground.frame.members
    return [members.of(pcode) <= shown for pcode in units["pcode"].tolist()]


@dataclass(frozen=True, eq=False)
class Shown:
    """One state of the page, ready to be sent: the map's view as a script, its legend and its table."""

    title: str
    script: str
    legend: str
    table: str


# What the map, its legend and its table read of a unit.
_DRAWN: Final = (
    *("pcode", "name", "cercle_name", "region_name"),
    *("state", "value_min", "value_max", "value_open", "presence", "records"),
)


@of_a_view
def _prepared(key: str, lang: str, title: str, points_on: bool, _facts: Facts, _ground: Ground) -> Shown:
    view = _facts.view
    focus = _facts.units["focus"].to_numpy()
    classes = classify.classes_of(_facts.units, among=focus)
    units = classify.classify(_facts.units, breaks=classes, keep=_DRAWN)
    among = inside(units, _ground, _area(view, _ground))
    order = [place for place in classify.map_order(units) if among[place]]
    points = _facts.points if points_on and shows_points(_facts) else None
    klass, ring = units["klass"].tolist(), units["ring"].tolist()
    rows = classify.legend([klass[place] for place in order], classes)
    legend = parts.legend(rows, title=title, rings=any(ring[place] for place in order))
    content = maps.view(
        units,
        level=view.level,
        shapes_file=_ground.shapes_file,
        basemap_file=_ground.basemap_file,
        frame=_ground.corners.get(view.unit) or focus_corners(_ground),
        title=title,
        chosen=view.unit,
        later_regions=view.regions == "2023",
        points=None if points is None else pointlooks.arrays(points),
    )
    if points is not None:
        clustered = len(points) < maps.CLUSTERS_BELOW
        legend += parts.points_legend(point_rows(points), clustered=clustered)
    table = parts.table(units, order, caption=title, level=view.level)
    # Kept as text: the same as lists of 208 communes is three times as large, for every view kept.
    return Shown(title, maps.written(content), legend, table)


def shows_points(facts: Facts) -> bool:
    """Whether there are points, and few enough to be shown together."""
    return 0 < facts.points_count <= POINTS_SHOWN


def too_many_points(facts: Facts) -> str:
    """Say why no point is shown although there are some; empty where that is not so."""
    if facts.points_count <= POINTS_SHOWN:
        return ""
    return _(
        "{n} points : trop pour être montrés ensemble. La carte montre les chiffres ; choisissez un lieu "
        "pour voir ses points."
    ).format(n=number(facts.points_count))


def prepare(facts: Facts, ground: Ground, *, title: str, version: str, points: bool = True) -> Shown:
    """Return what the page sends for ``facts``: made once for each view, language and version of the data.

    The classes are those of the four regions, however far one drills, so that a
    colour means the same on every map of one question.
    """
    key = f"{version}|{ground.shapes_file}|{facts.view.key}"
    return _prepared(key=key, lang=language(), title=title, points_on=points, _facts=facts, _ground=ground)


def _area(view: View, ground: Ground) -> Communes:
    # A commune is read among those of its cercle: one row says little.
    place = ground.places.get(view.unit)
    if place is not None and place.level == "commune":
        return ground.frame.members.of(place.cercle)
    return ground.frame.shown(view)


def show(shown: Shown, *, on_pick: Callable[[str], None]) -> None:
    """Draw the map; ``on_pick`` is called with the P-code of a unit that is clicked."""

    def picked() -> None:
        answer = st.session_state.get(MAP_KEY) or {}
        if answer.get("pcode"):
            on_pick(answer["pcode"])

    st_folium(
        maps.base_map(),
        key=MAP_KEY,
        height=MAP_HEIGHT,
        width=None,
        returned_objects=[],
        feature_group_to_add=maps.layer(shown.script),
        on_change=picked,
    )


@functools.lru_cache(maxsize=2)
def focus_corners(ground: Ground) -> Frame:
    """Return the corners of the four regions together."""
    focus = ground.boundaries.regions.loc[ground.boundaries.regions["focus"], "adm1_pcode"]
    corners = [ground.corners[pcode] for pcode in focus]
    (souths, wests), (norths, easts) = (tuple(zip(*side, strict=True)) for side in zip(*corners, strict=True))
    return (min(souths), min(wests)), (max(norths), max(easts))
