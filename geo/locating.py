"""Positions against polygons: which one holds a point, which one is nearest, how far a shape is."""

import numpy as np
import shapely
from pyproj import Geod

NOWHERE = -1


def locate(longitude: np.ndarray, latitude: np.ndarray, polygons: np.ndarray) -> np.ndarray:
    """Index of the polygon that holds each point.

    Points are sorted by longitude once, so that each polygon only looks at its
    own slice: a million points among a thousand communes take under half a
    second, without the pair table that a spatial join builds.

    Parameters
    ----------
    longitude, latitude : arrays of float
        Positions [degree]; a missing one is nowhere.
    polygons : array of shapely polygons
        In EPSG:4326. A point on a shared edge belongs to the polygon that comes
        first: in an order by P-code, to the lower code.

    Returns
    -------
    numpy.ndarray of int32
        Index into ``polygons``, ``-1`` where none holds the point.
    """
    found = np.full(len(longitude), NOWHERE, dtype=np.int32)
    order = np.argsort(longitude, kind="stable")
    x, y = longitude[order], latitude[order]
    hits = found[order]
    shapely.prepare(polygons)
    bounds = shapely.bounds(polygons)
    first = np.searchsorted(x, bounds[:, 0], side="left")
    last = np.searchsorted(x, bounds[:, 2], side="right")
    for index, (_, south, _, north) in enumerate(bounds):
        part = slice(first[index], last[index])
        near = np.flatnonzero((y[part] >= south) & (y[part] <= north) & (hits[part] == NOWHERE))
        if not len(near):
            continue
        near += part.start
        # intersects, not contains: a point on an edge lies in one of its two polygons, not in none.
        inside = shapely.intersects_xy(polygons[index], x[near], y[near])
        hits[near[inside]] = index
    found[order] = hits
    return found


def nearest(
    longitude: np.ndarray, latitude: np.ndarray, polygons: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Index of the polygon nearest to each point, and the geodesic distance to it [km]."""
    if not len(longitude):
        return np.empty(0, dtype=np.int64), np.empty(0)
    # Degrees of longitude are shorter than those of latitude; nearness is judged after evening them out.
    scale = float(np.cos(np.radians(np.mean(latitude))))
    evened = shapely.transform(polygons, lambda xy: xy * [scale, 1.0])
    points = shapely.points(longitude * scale, latitude)
    index = shapely.STRtree(evened).nearest(points)
    lines = shapely.shortest_line(points, evened[index])
    return index, _length_km(lines, scale)


def distance_km(longitude: np.ndarray, latitude: np.ndarray, shape: shapely.Geometry) -> np.ndarray:
    """Geodesic distance of each point to one shape [km], 0 inside."""
    if not len(longitude):
        return np.empty(0)
    scale = float(np.cos(np.radians(np.mean(latitude))))
    evened = shapely.transform(shape, lambda xy: xy * [scale, 1.0])
    shapely.prepare(evened)
    return _length_km(shapely.shortest_line(shapely.points(longitude * scale, latitude), evened), scale)


def _length_km(lines: np.ndarray, scale: float) -> np.ndarray:
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    longitude, latitude = ends[:, :, 0] / scale, ends[:, :, 1]
    _, _, metres = Geod(ellps="WGS84").inv(longitude[:, 0], latitude[:, 0], longitude[:, 1], latitude[:, 1])
    return np.asarray(metres) / 1000
