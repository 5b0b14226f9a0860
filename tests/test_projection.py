import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.projection import area_sqkm, distance_km, distance_to_km


def test_area_agrees_with_the_ellipsoid() -> None:
    # A dense ring, so that geodesic edges and parallels are the same line.
    square = shapely.segmentize(shapely.box(-4, 14, -3, 15), 0.01)
    on_ellipsoid = abs(Geod(ellps="WGS84").geometry_area_perimeter(square)[0]) / 1e6
    assert area_sqkm([square])[0] == pytest.approx(on_ellipsoid, rel=3e-5)


def test_area_of_nothing_is_no_area() -> None:
    assert area_sqkm([]).tolist() == []


def test_distance_between_gao_and_tombouctou() -> None:
    # Gao 16.2717 N 0.0447 W, Tombouctou 16.7666 N 3.0026 W: 320 km apart.
    assert distance_km(-0.0447, 16.2717, -3.0026, 16.7666) == pytest.approx(320.5, abs=1)
    assert distance_km([0, 0], [0, 0], 0, [1, 2]).round(1).tolist() == [110.6, 221.1]


def test_distance_to_a_polygon_is_zero_inside_and_geodesic_outside() -> None:
    square = shapely.box(0, 0, 1, 1)
    inside, outside = distance_to_km(0.5, 0.5, [square]), distance_to_km(0.5, 2, [square])
    assert inside.tolist() == [0]
    # One degree of latitude at the equator: 110.57 km.
    assert outside[0] == pytest.approx(110.57, abs=0.05)
    assert np.isfinite(distance_to_km(179.9, 0.5, [square])).all()
