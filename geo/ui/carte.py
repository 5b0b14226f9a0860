"""The map of a page: view in, folium layer out, the unit clicked back."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo import classify, maps
from geo.counting import Communes
from geo.facts import Facts
from geo.i18n import N_, _
from geo.shapes import Frame
from geo.ui.data import Ground

MAP_KEY: Final = "carte"
MAP_HEIGHT: Final = 520
# More points than this are shown once an area is chosen.
POINTS_SHOWN: Final = 20_000

# How a point is drawn by its state: name, fill, edge.
POINT_LOOKS: Final = {
    "functional": (N_("fonctionnel"), "#0B4F6C", "#FFFFFF"),
    "functional_seasonal": (N_("fonctionnel, saisonnier"), "#6AA9BF", "#0B4F6C"),
    "partly": (N_("en partie"), "#EBBE90", "#6E3608"),
    "broken": (N_("en panne"), "#C2571A", "#FFFFFF"),
    "dry": (N_("à sec"), "#6E3608", "#FFFFFF"),
    "not_used": (N_("non utilisé"), "#55636B", "#FFFFFF"),
    "unknown": (N_("état inconnu"), "#FFFFFF", "#55636B"),
}


def inside(units: pd.DataFrame, ground: Ground, shown: Communes) -> pd.DataFrame:
    """The units that lie within the communes shown; the others are context."""
    members = ground.frame.members
    return units[[members.of(pcode) <= shown for pcode in units["pcode"]]]


def looks_of(points: pd.DataFrame) -> pd.DataFrame:
    """Points with the ``look`` of their state."""
    return points.assign(
        look=points["functionality"].where(points["functionality"].isin(POINT_LOOKS), "unknown")
    )


def point_rows(points: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Legend rows of the points: name, fill, number."""
    counts = looks_of(points)["look"].value_counts()
    return [
        (_(name), fill, int(counts[key])) for key, (name, fill, _edge) in POINT_LOOKS.items() if key in counts
    ]


def _points(points: pd.DataFrame) -> dict[str, Any] | None:
    looks = {
        key: {"name": _(name), "fill": fill, "edge": edge} for key, (name, fill, edge) in POINT_LOOKS.items()
    }
    return maps.point_arrays(looks_of(points), looks)


def show(
    facts: Facts,
    classified: pd.DataFrame,
    *,
    ground: Ground,
    title: str,
    with_points: bool,
    on_pick: Callable[[str], None],
) -> None:
    """Draw the map; ``on_pick`` is called with the P-code of a unit that is clicked."""
    view = facts.view
    content = maps.view(
        classified,
        level=view.level,
        shapes_file=ground.shapes_file,
        frame=ground.corners.get(view.unit) or _focus_corners(ground),
        title=title,
        chosen=view.unit,
        later_regions=view.regions == "2023",
        points=_points(facts.points) if with_points else None,
    )

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
        feature_group_to_add=maps.layer(content),
        on_change=picked,
    )


def _focus_corners(ground: Ground) -> Frame:
    focus = ground.boundaries.regions.loc[ground.boundaries.regions["focus"], "adm1_pcode"]
    corners = [ground.corners[pcode] for pcode in focus]
    (souths, wests), (norths, easts) = (tuple(zip(*side, strict=True)) for side in zip(*corners, strict=True))
    return (min(souths), min(wests)), (max(norths), max(easts))


def classified(facts: Facts) -> tuple[pd.DataFrame, classify.Classes]:
    """All units with their classes; the breaks are those of the four regions, however far one drills."""
    classes = classify.classes_of(facts.units[facts.units["focus"]])
    return classify.classify(facts.units, breaks=classes), classes
