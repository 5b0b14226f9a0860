"""Positions against polygons: which one holds a point, which one is nearest, how far a shape is."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from pyproj import Geod

NOWHERE = -1
# At the poles a degree of longitude has no length to divide by [degree].
MOST_DEGREES: Final = 89.0


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
    """Index of the polygon nearest to each point, and the geodesic distance to it [km].

    The answer for a point does not depend on the points it is asked with: a file placed in parts gives
    what it gives as a whole.
    """
    index, km = np.empty(len(longitude), dtype=np.int64), np.empty(len(longitude))
    for rows, scale in _bands(latitude):
        evened = shapely.transform(polygons, lambda xy, scale=scale: xy * [scale, 1.0])
        points = shapely.points(longitude[rows] * scale, latitude[rows])
        index[rows] = shapely.STRtree(evened).nearest(points)
        km[rows] = _length_km(shapely.shortest_line(points, evened[index[rows]]), scale)
    return index, km


def distance_km(longitude: np.ndarray, latitude: np.ndarray, shape: shapely.Geometry) -> np.ndarray:
    """Geodesic distance of each point to one shape [km], 0 inside."""
    km = np.empty(len(longitude))
    for rows, scale in _bands(latitude):
        evened = shapely.transform(shape, lambda xy, scale=scale: xy * [scale, 1.0])
        shapely.prepare(evened)
        points = shapely.points(longitude[rows] * scale, latitude[rows])
        km[rows] = _length_km(shapely.shortest_line(points, evened), scale)
    return km


def _bands(latitude: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    """Give the rows near each whole degree of latitude, and the length of a degree of longitude there.

    Degrees of longitude are shorter than those of latitude; nearness is judged after evening them out.
    """
    whole = np.clip(np.round(latitude), -MOST_DEGREES, MOST_DEGREES)
    for degree in np.unique(whole):
        yield np.flatnonzero(whole == degree), float(np.cos(np.radians(degree)))


def _length_km(lines: np.ndarray, scale: float) -> np.ndarray:
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    longitude, latitude = ends[:, :, 0] / scale, ends[:, :, 1]
    _, _, metres = Geod(ellps="WGS84").inv(longitude[:, 0], latitude[:, 0], longitude[:, 1], latitude[:, 1])
    return np.asarray(metres) / 1000
