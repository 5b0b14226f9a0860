"""Polygons that share their edges: gaps closed, cells cut, parents dissolved, label points put inside."""

import math
from collections.abc import Hashable
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.projection import area_sqkm
from geo.settings import CRS_STORAGE

# Widest gap that is closed [degree]. The widest of Mali's 860 is 0.007 wide (0.8 km);
# a wider hole would be another country's or a lake, not a fault of simplification.
GAP_WIDTH_DEG: Final = 0.01
# A detached splinter below this is a fault of cleaning, not an exclave [km²].
SPLINTER_SQKM: Final = 0.5


def clean_coverage(geometries: Any, *, gap_width: float = GAP_WIDTH_DEG) -> np.ndarray:
    """Polygons without overlaps, without gaps up to ``gap_width`` [degree], with shared edges exactly shared.

    What two polygons both claim goes to the smaller one: a town of 5 km² would
    lose a third of itself to its rural neighbour where the longest border decides.

    Returns
    -------
    numpy.ndarray of shapely geometries
        As many as given, in the same order.
    """
    cleaned = _clean(np.asarray(geometries, dtype=object), gap_width)
    whole = np.array([_without_splinters(geometry) for geometry in cleaned], dtype=object)
    # What the splinters covered is now a gap: a second round gives it to a neighbour.
    return _clean(whole, gap_width)


def _clean(geometries: np.ndarray, gap_width: float) -> np.ndarray:
    # GEOS computes 0/0 for collapsed rings on the way; the result is not touched by it.
    with np.errstate(invalid="ignore"):
        return shapely.coverage_clean(geometries, gap_width=gap_width, merge_strategy="min_area")


def _without_splinters(geometry: Any) -> Any:
    parts = shapely.get_parts(geometry)
    if len(parts) < 2:
        return geometry
    areas = area_sqkm(parts)
    kept = parts[(areas >= SPLINTER_SQKM) | (areas == areas.max())]
    return kept[0] if len(kept) == 1 else shapely.multipolygons(kept)


def holes(geometries: Any) -> np.ndarray:
    """Polygons of every hole that the union of ``geometries`` leaves open.

    >>> ring = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    >>> [float(hole.area) for hole in holes([ring])]
    [1.0]
    """
    parts = shapely.get_parts(shapely.union_all(np.asarray(geometries, dtype=object)))
    rings = [ring for part in parts for ring in part.interiors]
    return np.array([shapely.Polygon(ring) for ring in rings], dtype=object)


def dissolve(geometries: Any, keys: pd.Series) -> gpd.GeoSeries:
    """Union of the polygons of each key; edges shared in the parts stay shared in the unions.

    Returns
    -------
    geopandas.GeoSeries
        One geometry a key, indexed by key in sorted order, EPSG:4326.
    """
    values = np.asarray(geometries, dtype=object)
    groups = keys.reset_index(drop=True).groupby(keys.to_numpy()).groups
    unions: dict[Hashable, Any] = {
        key: shapely.coverage_union_all(values[np.asarray(rows)]) for key, rows in sorted(groups.items())
    }
    return gpd.GeoSeries(unions, crs=CRS_STORAGE)


def thiessen_cells(polygon: Any, lon: Any, lat: Any) -> np.ndarray:
    """Cut ``polygon`` into one cell for each point: the part nearer to it than to any other point.

    Points must be distinct. Nearness is measured with longitudes shortened by the
    cosine of the middle latitude, true to under 1 % over one moughataa.

    Returns
    -------
    numpy.ndarray of shapely polygons
        As many as points, in their order; together they are ``polygon``.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if len(lon) == 1:
        return np.array([polygon], dtype=object)
    west, south, east, north = shapely.bounds(polygon)
    shorten = math.cos(math.radians((south + north) / 2))
    points = shapely.multipoints(np.column_stack([lon * shorten, lat]))
    frame = shapely.box(west * shorten, south, east * shorten, north)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame, ordered=True))
    stretched = shapely.transform(cells, lambda xy: xy / [shorten, 1.0])
    return shapely.intersection(stretched, polygon)


def label_points(geometries: Any, lon: Any, lat: Any) -> tuple[np.ndarray, np.ndarray]:
    """Label points [degree], each inside its polygon: the given one where it is, else the widest place.

    Returns
    -------
    tuple of numpy.ndarray of float
        Longitudes and latitudes, rounded to 4 decimals where that stays inside.
    """
    polygons = np.asarray(geometries, dtype=object)
    given_x, given_y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    inside = shapely.contains_xy(polygons, given_x, given_y)
    points = np.column_stack([given_x, given_y])
    for row in np.flatnonzero(~inside):
        points[row] = _widest_place(polygons[row])
    return points[:, 0], points[:, 1]


def _widest_place(polygon: Any) -> tuple[float, float]:
    # The centre of the largest circle that fits in: where a label has most room.
    largest = max(shapely.get_parts(polygon), key=shapely.area)
    circle = shapely.maximum_inscribed_circle(largest)
    x, y = shapely.get_coordinates(circle)[0]
    rounded = round(float(x), 4), round(float(y), 4)
    return rounded if shapely.contains_xy(largest, *rounded) else (float(x), float(y))
