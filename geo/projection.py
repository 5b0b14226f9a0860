"""Areas in an equal-area projection, distances on the ellipsoid."""

import functools
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer

from geo.settings import CRS_AREA, CRS_STORAGE


@functools.cache
def storage_crs() -> CRS:
    """EPSG:4326, made once: making it takes 20 ms, and every frame read from disk would make its own."""
    return CRS.from_user_input(CRS_STORAGE)


@functools.cache
def _equal_area() -> Transformer:
    return Transformer.from_crs(CRS_STORAGE, CRS_AREA, always_xy=True)


@functools.cache
def _ellipsoid() -> Geod:
    return Geod(ellps="WGS84")


def equal_area(geometries: Any) -> Any:
    """Geometries in EPSG:4326 [degree] as geometries in EPSG:6933 [m], same shape."""
    transformer = _equal_area()

    def to_metres(x: Any, y: Any) -> tuple[Any, Any]:
        return transformer.transform(x, y)

    return shapely.transform(np.asarray(geometries, dtype=object), to_metres, interleaved=False)


def area_sqkm(geometries: Any) -> np.ndarray:
    """Area of each polygon in EPSG:4326 [km²], measured in EPSG:6933.

    Returns
    -------
    numpy.ndarray of float
        As many as ``geometries``.

    Examples
    --------
    >>> round(float(area_sqkm([shapely.box(0, 16, 1, 17)])[0]))
    11815
    """
    return shapely.area(equal_area(geometries)) / 1e6


def distance_km(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> np.ndarray:
    """Geodesic distance between points given in degrees [km]; arrays are taken pairwise.

    >>> round(float(distance_km(-3.0, 16.77, -0.04, 16.27)))
    321
    """
    ends = [np.asarray(value, dtype=float) for value in (lon1, lat1, lon2, lat2)]
    x1, y1, x2, y2 = np.broadcast_arrays(*ends)
    return np.asarray(_ellipsoid().inv(x1, y1, x2, y2)[2]) / 1000


def distance_to_km(lon: float, lat: float, geometries: Any) -> np.ndarray:
    """Distance from one point to each geometry [km], 0 inside.

    Measured in an azimuthal equidistant projection centred on the point, in
    which every distance from the centre is true.
    """
    around = Transformer.from_crs(CRS_STORAGE, f"+proj=aeqd +lat_0={lat} +lon_0={lon}", always_xy=True)

    def to_metres(x: Any, y: Any) -> tuple[Any, Any]:
        return around.transform(x, y)

    moved = shapely.transform(np.asarray(geometries, dtype=object), to_metres, interleaved=False)
    return np.asarray(shapely.distance(moved, shapely.Point(0, 0))) / 1000
