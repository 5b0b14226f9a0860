"""Small maps side by side: the same units, the same extent, one legend; one drawing for each question."""

import math
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely

from geo.needmap import STYLES

WIDTH = 300
# A vertex that moves the outline by less than half a pixel is left out.
_TOLERANCE_PX = 0.6
_PATTERNS = (
    "<pattern id='cross' width='6' height='6' patternUnits='userSpaceOnUse'><rect width='6' height='6' "
    "fill='#FFFFFF'/><path d='M0,0L6,6M6,0L0,6' stroke='#55636B' stroke-width='.7'/></pattern>"
    "<pattern id='split' width='8' height='8' patternUnits='userSpaceOnUse'><rect width='8' height='8' "
    "fill='#FFFFFF'/><path d='M-1,9L9,-1' stroke='#0B4F6C' stroke-width='2'/>"
    "<path d='M-1,5L5,-1M3,9L9,3' stroke='#C2571A' stroke-width='2'/></pattern>"
)


def outlines(units: gpd.GeoDataFrame, *, code: str) -> tuple[dict[str, str], int]:
    """Paths of units on a drawing :data:`WIDTH` pixels wide, and its height [px].

    Shared edges stay shared. Longitudes are shortened by the cosine of the middle latitude.

    Parameters
    ----------
    units : GeoDataFrame
        ``code`` and geometry in EPSG:4326.
    """
    west, south, east, north = units.total_bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)

    def project(points: np.ndarray) -> np.ndarray:
        return np.column_stack([(points[:, 0] - west) * squeeze * scale, (north - points[:, 1]) * scale])

    flat = shapely.transform(units.geometry.to_numpy(), project)
    simple = shapely.coverage_simplify(flat, _TOLERANCE_PX)
    paths = {str(each): _path(shape) for each, shape in zip(units[code], simple, strict=True)}
    return paths, math.ceil((north - south) * scale)


def _path(shape: shapely.Geometry) -> str:
    parts = []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            points = shapely.get_coordinates(ring).round(1)[:-1]
            parts.append("M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z")
    return "".join(parts)


def small_map(
    classes: Mapping[str, str], paths: Mapping[str, str], regions: Mapping[str, str], *, height: int
) -> str:
    """One small map as SVG: units filled by class, regions outlined.

    Parameters
    ----------
    classes : mapping of str to str
        Class (:data:`geo.needmap.STYLES`) of each unit, by P-code.
    paths, regions : mapping of str to str
        Of :func:`outlines`, on the same extent.
    """
    by_class: dict[str, list[str]] = {}
    for code, path in paths.items():
        by_class.setdefault(classes.get(code, "unknown"), []).append(path)
    fills = "".join(
        f"<path data-class='{klass}' d='{''.join(found)}' fill='{_fill(klass)}'/>"
        for klass, found in sorted(by_class.items())
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-2 -2 {WIDTH + 4} {height + 4}'>"
        f"<defs>{_PATTERNS}</defs><g stroke='#8A8F92' stroke-width='.4'>{fills}</g>"
        f"<path d='{''.join(regions.values())}' fill='none' stroke='#1F2A30' stroke-width='1'/></svg>"
    )


def _fill(klass: str) -> str:
    look = STYLES[klass]
    return look if look.startswith("#") else f"url(#{look})"
