"""The map of a printed page: fills, water, borders, rings, points and names, drawn in that order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from geo.basemap import Basemap
from geo.classify import OPEN_RING
from geo.facts import View, grid_key
from geo.report import style
from geo.report.drawing import Drawing, Unit
from geo.report.maplabels import LABEL_SIZE, base_labels, draw_halos, place_labels, unit_labels, write
from geo.report.shown import Shown
from geo.report.window import Place, Window

# More units than this are not named one by one: the base map's towns tell where one is.
MOST_NAMED: Final = 60
_RING_MM: Final = 1.25
# Past so many, points go into a PDF as a picture.
_MOST_VECTOR_POINTS: Final = 3000
_OUTLINE_LOOK: Final = {"facecolor": style.OUTLINE_FILL, "edgecolor": "none", "linewidth": 0}

# Look of a point's state: name, fill, edge.
PointLooks = Mapping[str, tuple[str, str, str]]


def draw_map(
    on: Window,
    shown: Shown,
    drawing: Drawing,
    view: View,
    *,
    points: pd.DataFrame | None = None,
    looks: PointLooks | None = None,
) -> None:
    """Draw everything of one view.

    Parameters
    ----------
    points : DataFrame, optional
        ``longitude, latitude, functionality`` to draw, in the looks of ``looks``.
    """
    units = drawing.units[grid_key(view)]
    inside = frozenset(shown.rows["pcode"])
    _patch(on, _unclassed(shown.units, units, drawing), _OUTLINE_LOOK, 1)
    _units(on, shown.units, units, inside)
    if drawing.basemap is not None:
        _water(on, drawing.basemap)
    _borders(on, drawing, view)
    if view.unit:
        _chosen(on, drawing, view.unit)
    taken = _marks(on, shown.units, units, inside)
    if points is not None and looks:
        _points(on, points, looks)
    named = len(shown.rows) <= MOST_NAMED or drawing.basemap is None
    placed = place_labels(on, unit_labels(shown.rows, units) if named else [], taken)
    if drawing.basemap is not None:
        # The seat of a cercle or commune bears its name: once is enough.
        known = placed if view.level != "region" else set()
        base = [label for label in base_labels(on, drawing.basemap) if label.words[0] not in known]
        place_labels(on, base, taken)
    draw_halos(on)


# ---- shapes -----------------------------------------------------------------------------------------


def _path(shapes: Iterable[shapely.Geometry]) -> Path | None:
    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(list(shapes))
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return None
    codes = []
    for ring in rings:
        of_ring = np.full(len(ring), Path.LINETO, dtype=Path.code_type)
        of_ring[0], of_ring[-1] = Path.MOVETO, Path.CLOSEPOLY
        codes.append(of_ring)
    return Path(np.concatenate(rings), np.concatenate(codes))


def _patch(on: Window, shapes: Sequence[shapely.Geometry], look: Mapping[str, Any], layer: float) -> None:
    path = _path(shapes)
    if path is not None:
        # Not add_patch: the limits are set, and to find them in every curve takes a tenth of a second.
        on.axes.add_artist(PathPatch(path, zorder=layer, **look))


def _unclassed(classed: pd.DataFrame, units: Mapping[str, Unit], drawing: Drawing) -> list[shapely.Geometry]:
    """Regions that are drawn as outlines, and units that the answer says nothing of."""
    known = set(classed["pcode"])
    return [*drawing.outlines, *(unit.shape for pcode, unit in units.items() if pcode not in known)]


def _units(on: Window, classed: pd.DataFrame, units: Mapping[str, Unit], inside: frozenset[str]) -> None:
    """One patch for each class, so that a page of 259 communes stays small."""
    of_class: dict[tuple[str, bool], list[shapely.Geometry]] = {}
    for pcode, klass in zip(classed["pcode"], classed["klass"], strict=True):
        if pcode in units and on.meets(units[pcode].shape.bounds):
            of_class.setdefault((klass, pcode not in inside), []).append(units[pcode].shape)
    for (klass, context), shapes in sorted(of_class.items()):
        _patch(on, shapes, style.fill(klass, context=context), 2)
        if (over := style.overlay(klass, context=context)) is not None:
            _patch(on, shapes, over, 2.1)


def _strokes(on: Window, lines: Iterable[np.ndarray], layer: float, **look: Any) -> None:
    seen = [line for line in lines if on.meets((*line.min(axis=0), *line.max(axis=0)))]
    if seen:
        on.axes.add_collection(
            LineCollection(seen, zorder=layer, capstyle="butt", joinstyle="round", **look), autolim=False
        )


def _water(on: Window, basemap: Basemap) -> None:
    window = shapely.box(*on.box)
    areas = basemap.water_areas.geometry.to_numpy()
    near = areas[shapely.intersects(areas, window)]
    _patch(on, list(near), {"facecolor": style.WATER, "edgecolor": style.WATER_EDGE, "linewidth": 0.3}, 3)
    lines = basemap.water_lines
    for kind, width in style.RIVERS.items():
        of_kind = shapely.get_parts(lines.geometry[lines["kind"] == kind].to_numpy())
        dashes: Any = (0, (6, 4)) if kind == "seasonal" else "solid"
        look = {"colors": style.WATER, "linewidths": width, "linestyles": dashes}
        _strokes(on, [shapely.get_coordinates(line) for line in of_kind], 3.1, **look)
    borders = shapely.get_parts(basemap.borders.geometry.to_numpy())
    _strokes(on, [shapely.get_coordinates(line) for line in borders], 3.2, **style.NEIGHBOURS.arguments())


def _borders(on: Window, drawing: Drawing, view: View) -> None:
    region = "region_2023" if view.regions == "2023" and "region_2023" in drawing.lines else "region"
    finest = {"region": 1, "cercle": 2, "commune": 3}[view.level]
    wanted = (region, "cercle", "commune")[:finest]
    # Coarser lines lie over finer ones.
    for layer, level in enumerate(reversed(wanted)):
        _strokes(on, drawing.lines[level].solid, 4 + layer / 10, **style.LINES[level].arguments())
        dashed = style.LINES[level].arguments(dashed=True)
        _strokes(on, drawing.lines[level].dashed, 4 + layer / 10, **dashed)
    _strokes(on, drawing.lines["country"].solid, 4.5, **style.LINES["country"].arguments())


def _chosen(on: Window, drawing: Drawing, unit: str) -> None:
    shapes = [units[unit].shape for units in drawing.units.values() if unit in units][:1]
    for colour, width in ((style.PAPER, 3.4), (style.INK, 1.7)):
        look = {"facecolor": "none", "edgecolor": colour, "linewidth": width, "joinstyle": "round"}
        _patch(on, shapes, look, 5)


# ---- marks at label points --------------------------------------------------------------------------


def _marks(
    on: Window, classed: pd.DataFrame, units: Mapping[str, Unit], inside: frozenset[str]
) -> list[Place]:
    """Rings of intervals, the 0 of zeros, letters of states; the room that they take."""
    taken: list[Place] = []
    letters = classed["mark"] if "mark" in classed else [""] * len(classed)
    columns = [classed["pcode"], classed["klass"], classed["ring"], letters]
    for pcode, klass, ring, letter in zip(*columns, strict=True):
        if pcode not in units or not on.sees(*units[pcode].label, inset=_RING_MM):
            continue
        unit = units[pcode]
        x, y = on.place(*unit.label)
        if ring:
            _ring(on, unit, ring, context=pcode not in inside)
        elif (klass == "zero" or letter) and _width_mm(on, unit) > 2.5 and not _meets(x, y, taken):
            write(on, letter or "0", unit.label, size=LABEL_SIZE, bold=True)
        else:
            continue
        taken.append((x - 1.5, y - 1.5, x + 1.5, y + 1.5))
    return taken


def _meets(x: float, y: float, taken: Sequence[Place]) -> bool:
    """Whether a letter at a place would touch a mark that is there already."""
    return any(
        x - 1.5 < right and x + 1.5 > left and y - 1.5 < top and y + 1.5 > low
        for left, low, right, top in taken
    )


def _ring(on: Window, unit: Unit, ring: str, *, context: bool) -> None:
    lon, lat = unit.label
    start, end = (-45, 225) if ring == OPEN_RING else (0, 360)
    angle = np.radians(np.linspace(start, end, 41))
    circle = np.column_stack(
        [
            lon + _RING_MM / on.mm_per_lon * np.cos(angle),
            lat + _RING_MM / on.mm_per_lat * np.sin(angle),
        ]
    )
    for colour, width in ((style.PAPER, 2.6), (style.ring(ring, context=context), 1.5)):
        _strokes(on, [circle], 6, colors=colour, linewidths=width)


def _width_mm(on: Window, unit: Unit) -> float:
    west, _south, east, _north = unit.shape.bounds
    return float((east - west) * on.mm_per_lon)


def _points(on: Window, points: pd.DataFrame, looks: PointLooks) -> None:
    state = points["functionality"].astype("str")
    state = state.where(state.isin(list(looks)), "unknown")
    for name, (_words, face, edge) in looks.items():
        of_look = points[state == name]
        on.axes.scatter(
            of_look["longitude"], of_look["latitude"], s=4, c=face, edgecolors=edge, linewidths=0.3,
            zorder=5.5, rasterized=len(points) > _MOST_VECTOR_POINTS,
        )  # fmt: skip
