"""The shapes of a printed map: the very arcs that the browser draws, as polygons and lines.

Made once for each version of the boundaries; every page is drawn from it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from geo.basemap import Basemap
from geo.facts import Frame
from geo.projection import distance_km
from geo.shapes import shapes
from geo.words import unit_names

Box = tuple[float, float, float, float]  # west, south, east, north [degrees]
# Room left around the area shown, as a share of its width and height.
MARGIN_SHARE: Final = 0.03
# An area is never drawn closer than this [degrees]: the simplified lines have no more to show.
_LEAST_DEG: Final = 0.25
# A commune whose bounds are larger than this is not shown to its last corner [square degrees];
# only Salam's are.
_VAST_SQ_DEG: Final = 20.0


@dataclass(frozen=True)
class Unit:
    """One unit as drawn: its polygons, its label point [degrees], and whether it is context."""

    name: str
    shape: shapely.Geometry = field(repr=False)
    label: tuple[float, float]
    context: bool


@dataclass(frozen=True)
class Lines:
    """Borders of one level, each an (n, 2) array of degrees; ``dashed`` ones are indicative."""

    solid: tuple[np.ndarray, ...] = field(repr=False)
    dashed: tuple[np.ndarray, ...] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Drawing:
    """Everything a map on paper is drawn from.

    Attributes
    ----------
    units : mapping
        By level (``region``, ``region_2023``, ``cercle``, ``commune``), then by P-code.
    outlines : tuple of geometries
        The regions that are not drawn as units.
    lines : mapping of str to Lines
        By level, and ``country``.
    boxes : mapping of str to Box
        Bounds of each unit of each level.
    """

    frame: Frame
    units: Mapping[str, Mapping[str, Unit]]
    outlines: tuple[shapely.Geometry, ...]
    lines: Mapping[str, Lines]
    boxes: Mapping[str, Box]
    names: Mapping[str, str]
    basemap: Basemap | None = None

    def box(self, unit: str) -> Box:
        """Bounds of a unit, of the four regions where ``unit`` is empty, with a margin [degrees].

        A vast commune among others counts by its label point: drawn whole, Salam (half of
        the four regions, one class) would shrink 207 others by a quarter.
        """
        communes = self.frame.members.of(unit) if unit else self.frame.focus
        boxes = np.array([self._box_of(code, alone=len(communes) == 1) for code in sorted(communes)])
        west, south = boxes[:, :2].min(axis=0)
        east, north = boxes[:, 2:].max(axis=0)
        return padded((float(west), float(south), float(east), float(north)))

    def _box_of(self, commune: str, *, alone: bool) -> Box:
        west, south, east, north = self.boxes[commune]
        if alone or (east - west) * (north - south) < _VAST_SQ_DEG:
            return west, south, east, north
        lon, lat = self.units["commune"][commune].label
        return lon, lat, lon, lat


def padded(box: Box) -> Box:
    """A box with room around it, and never smaller than the lines can bear.

    >>> padded((0.0, 0.0, 10.0, 10.0))
    (-0.3, -0.3, 10.3, 10.3)
    """
    west, south, east, north = box
    across = max(MARGIN_SHARE * (east - west), (_LEAST_DEG - (east - west)) / 2)
    up = max(MARGIN_SHARE * (north - south), (_LEAST_DEG - (north - south)) / 2)
    return west - across, south - up, east + across, north + up


def degree_ratio(longitude: float, latitude: float) -> float:
    """Height of a degree of latitude over the width of one of longitude, on the ellipsoid.

    >>> round(degree_ratio(0.0, 16.0), 3)
    1.034
    """
    up = distance_km(longitude, latitude - 0.5, longitude, latitude + 0.5)
    across = distance_km(longitude - 0.5, latitude, longitude + 0.5, latitude)
    return float(up / across)


def drawing(frame: Frame, *, later: pd.DataFrame | None = None, basemap: Basemap | None = None) -> Drawing:
    """Polygons, lines and label points of every level.

    Parameters
    ----------
    frame : geo.facts.Frame
        Of the boundaries in use, with its groups (regions of 2023).
    later : DataFrame, optional
        The regions of 2023 that the groups stand for, see :func:`geo.vintages.later_regions`.
    basemap : Basemap, optional
        Rivers, lakes and towns to draw with it.
    """
    made = shapes(frame.boundaries, later=later)
    file = json.loads(made.content)
    arcs = [_unpacked(flat, file["step"]) for flat in file["arcs"]]
    outlines = set(file["outlines"])
    units = {
        level: {
            code: _unit(unit, arcs, file["step"]) for code, unit in of_level.items() if code not in outlines
        }
        for level, of_level in file["levels"].items()
    }
    regions = file["levels"]["region"]
    return Drawing(
        frame=frame,
        units=units,
        outlines=tuple(_polygons(regions[code]["rings"], arcs) for code in sorted(outlines)),
        lines={level: _lines(found, arcs) for level, found in file["lines"].items()},
        boxes={
            code: (west, south, east, north) for code, ((south, west), (north, east)) in made.frames.items()
        },
        names=unit_names(frame),
        basemap=basemap,
    )


def _unpacked(flat: list[int], step: float) -> np.ndarray:
    return np.cumsum(np.array(flat).reshape(-1, 2), axis=0) * step


def _ring(numbers: Iterable[int], arcs: list[np.ndarray]) -> np.ndarray:
    pieces = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _polygons(rings: Iterable[Iterable[int]], arcs: list[np.ndarray]) -> shapely.Geometry:
    # Rings come without saying which are holes: what lies inside an odd number of them is land.
    edges = shapely.multilinestrings([shapely.LineString(_ring(ring, arcs)) for ring in rings])
    return shapely.orient_polygons(shapely.build_area(edges))


def _unit(unit: Mapping[str, Any], arcs: list[np.ndarray], step: float) -> Unit:
    lon, lat = unit["label"]
    shape = _polygons(unit["rings"], arcs)
    return Unit(str(unit["name"]), shape, (lon * step, lat * step), bool(unit.get("context")))


def _lines(found: Mapping[str, list[int]], arcs: list[np.ndarray]) -> Lines:
    return Lines(
        solid=tuple(arcs[number] for number in found["solid"]),
        dashed=tuple(arcs[number] for number in found["dashed"]),
    )
