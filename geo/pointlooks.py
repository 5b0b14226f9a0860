"""How a point is drawn by its state: name, fill, edge and shape, the same on screen and on paper."""

from typing import Any, Final

import pandas as pd

from geo import maps, words
from geo.i18n import _

# How a point is drawn by its state: name, fill, edge.
POINT_LOOKS: Final = {
    "functional": (words.FUNCTIONALITIES["functional"], "#0B4F6C", "#FFFFFF"),
    "functional_seasonal": (words.FUNCTIONALITIES["functional_seasonal"], "#6AA9BF", "#0B4F6C"),
    "partly": (words.FUNCTIONALITIES["partly"], "#EBBE90", "#6E3608"),
    "broken": (words.FUNCTIONALITIES["broken"], "#C2571A", "#FFFFFF"),
    "dry": (words.FUNCTIONALITIES["dry"], "#6E3608", "#FFFFFF"),
    "not_used": (words.FUNCTIONALITIES["not_used"], "#55636B", "#FFFFFF"),
    "unknown": (words.FUNCTIONALITIES["unknown"], "#FFFFFF", "#55636B"),
}
# A shape for each state beside its colour; the style sheet draws the same in the legend.
POINT_SHAPES: Final = {
    "functional": "circle",
    "functional_seasonal": "half",
    "partly": "halfsquare",
    "broken": "triangle",
    "dry": "square",
    "not_used": "diamond",
    "unknown": "circle",
}


def looks_of(points: pd.DataFrame) -> pd.DataFrame:
    """Points with the ``look`` of their state."""
    # As text: a category that no point is in cannot stand for those without a state.
    states = points["functionality"].astype("str")
    return points.assign(look=states.where(states.isin(POINT_LOOKS), "unknown"))


def point_rows(points: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Legend rows of the points: look, name, number."""
    counts = looks_of(points)["look"].value_counts()
    return [
        (key, _(name), int(counts[key])) for key, (name, _fill, _edge) in POINT_LOOKS.items() if key in counts
    ]


def arrays(points: pd.DataFrame) -> dict[str, Any] | None:
    """Points for the browser with their looks, see :func:`geo.maps.point_arrays`."""
    looks = {
        key: {"name": _(name), "fill": fill, "edge": edge, "shape": POINT_SHAPES[key]}
        for key, (name, fill, edge) in POINT_LOOKS.items()
    }
    return maps.point_arrays(looks_of(points), looks)
