"""The small map of a group to settle: its candidates with their letters, its positions, what is stated."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from geo import choices as offered
from geo import maps, pcodes
from geo.choices import POSITION
from geo.i18n import _
from geo.shapes import Frame
from geo.ui import carte
from geo.ui.data import Ground
from geo.ui.parts import escaped

# No colour of coverage or of need: nothing is counted here.
STYLES: Final = {"na": "#FFFFFF", "candidate": "#CDBFA6", "wide": "#EEE8DC"}
_LOOK: Final = {"fill": "#A84A12", "edge": "#FFFFFF", "shape": "diamond"}
# The smallest extent shown [degree]: a commune alone says nothing of where it is.
_LEAST_EXTENT: Final = 0.8


def picture(group: Mapping[str, Any], table: pd.DataFrame, ground: Ground, *, stated: str) -> carte.Shown:
    """Return the map of a group and its legend.

    Parameters
    ----------
    group : mapping
        A row of :func:`geo.store.review.groups`.
    table : DataFrame
        Of :func:`geo.choices.choices`.
    stated : str
        P-code of the place that the rows state, outlined; empty for none.
    """
    title = _("Candidats sur la carte")
    pins = _pins(group, table, ground)
    points = _points(group)
    content = maps.view(
        _units(table, ground),
        level="commune",
        shapes_file=ground.shapes_file,
        basemap_file=ground.basemap_file,
        frame=_frame(group, table, ground),
        title=title,
        chosen=stated,
        styles=STYLES,
        points=_arrays(points),
        pins=pins,
    )
    return carte.Shown(title, maps.written(content), _legend(table, points, stated, ground), "")


def _arrays(points: pd.DataFrame) -> dict[str, Any] | None:
    """The positions each for itself: where they lie beside one another is what is looked at."""
    arrays = maps.point_arrays(points, {"position": {**_LOOK, "name": _("position écrite")}})
    return arrays and {**arrays, "clustered": False}


def _units(table: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """The communes of every candidate with its letter; a commune's own letter before its region's."""
    rows: dict[str, tuple[str, str, str, str]] = {}
    wide_first = table.assign(wide=table["level"] != "commune").sort_values("wide", ascending=False)
    for row in wide_first.itertuples():
        words = _("{letter} : {name}").format(letter=row.letter, name=row.name)
        klass = "wide" if row.wide else "candidate"
        rows |= {code: (code, klass, words, "") for code in ground.frame.members.of(str(row.pcode))}
    return pd.DataFrame(list(rows.values()), columns=["pcode", "klass", "words", "ring"])


def _points(group: Mapping[str, Any]) -> pd.DataFrame:
    points = group["points"] if group["kind"] == POSITION else ()
    return pd.DataFrame(list(points), columns=["longitude", "latitude"]).assign(look="position")


def _pins(group: Mapping[str, Any], table: pd.DataFrame, ground: Ground) -> list[tuple[float, float, str]]:
    """Where each letter stands: at the unit's label; of a region, where it is nearest to the positions."""
    positions = _points(group)[["longitude", "latitude"]]
    pins = []
    for code, letter in table[["pcode", "letter"]].itertuples(index=False):
        near = len(positions) and pcodes.level(str(code)) != "commune"
        x, y = (
            offered.nearest_point(str(code), positions.mean().tolist(), ground.boundaries)
            if near
            else offered.label_point(str(code), ground.boundaries)
        )
        pins.append((x, y, str(letter)))
    return pins


def _frame(group: Mapping[str, Any], table: pd.DataFrame, ground: Ground) -> Frame:
    """South-west and north-east corner around the communes offered, the letters and the positions."""
    boxes = [(x, y, x, y) for x, y, _letter in _pins(group, table, ground)]
    boxes += [(x, y, x, y) for x, y in _points(group)[["longitude", "latitude"]].itertuples(index=False)]
    boxes += [
        offered.corners(str(code), ground.boundaries)
        for code in table["pcode"]
        if pcodes.level(str(code)) == "commune"
    ]
    if not boxes:
        return carte.focus_corners(ground)
    wests, souths, easts, norths = zip(*boxes, strict=True)
    west, east = _widened(min(wests), max(easts))
    south, north = _widened(min(souths), max(norths))
    return ((south, west), (north, east))


def _widened(least: float, most: float) -> tuple[float, float]:
    missing = max(0.0, _LEAST_EXTENT - (most - least)) / 2
    return round(least - missing, 3), round(most + missing, 3)


def _legend(table: pd.DataFrame, points: pd.DataFrame, stated: str, ground: Ground) -> str:
    rows = []
    if len(table):
        rows.append(
            "<div><dt><i class='pin' aria-hidden='true'>A</i>" + escaped(_("candidat")) + "</dt></div>"
        )
    if len(points):
        words = escaped(_("position écrite"))
        rows.append(f"<div><dt><i class='dot position' aria-hidden='true'></i>{words}</dt></div>")
    if stated:
        words = escaped(_("lieu indiqué : {name}").format(name=ground.names.get(stated, stated)))
        rows.append(f"<div><dt><i class='sw outlined' aria-hidden='true'></i>{words}</dt></div>")
    label = escaped(_("Légende"))
    return f"<section class='legend small' aria-label='{label}'><dl>{''.join(rows)}</dl></section>"
