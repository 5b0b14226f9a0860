"""Points against polygons, on squares whose answers are seen at a glance."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.locating import NOWHERE, distance_km, locate, nearest

SQUARES = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(3, 0, 4, 1)])
# One degree along the equator on the WGS84 ellipsoid [km].
DEGREE = 111.319


def at(*points):
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return x, y


def test_each_point_in_its_square():
    assert list(locate(*at((0.5, 0.5), (3.5, 0.5), (1.5, 0.5), (2.5, 0.5)), SQUARES)) == [0, 2, 1, NOWHERE]


def test_a_point_on_a_shared_edge_belongs_to_the_first():
    assert list(locate(*at((1, 0.5), (1, 0), (2, 1)), SQUARES)) == [0, 0, 1]
    assert list(locate(*at((1, 0.5)), SQUARES[[1, 0]])) == [0]


def test_a_missing_position_is_nowhere():
    assert list(locate(*at((np.nan, 0.5), (0.5, np.nan), (0.5, 0.5)), SQUARES)) == [NOWHERE, NOWHERE, 0]


def test_a_hole_is_outside():
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    assert list(locate(*at((1.5, 1.5), (0.5, 0.5)), np.array([ring]))) == [NOWHERE, 0]


def test_no_points_and_no_polygons():
    assert len(locate(np.empty(0), np.empty(0), SQUARES)) == 0
    assert list(locate(*at((0.5, 0.5)), np.empty(0, dtype=object))) == [NOWHERE]


def test_the_nearest_square_and_how_far_it_is():
    index, km = nearest(*at((2.4, 0), (2.6, 0), (0.5, 0.5)), SQUARES)
    assert list(index) == [1, 2, 0]
    assert km == pytest.approx([0.4 * DEGREE, 0.4 * DEGREE, 0], abs=0.02)


def test_nearness_is_judged_on_the_ground_and_not_in_degrees():
    # At 60° north a degree of longitude is half a degree of latitude: 1.2 degrees east (66.9 km) is
    # nearer than 0.8 degrees north (89.1 km).
    east, north = shapely.box(1.2, 60, 2, 60.1), shapely.box(-0.1, 60.8, 0.1, 61)
    index, km = nearest(*at((0, 60)), np.array([north, east]))
    assert list(index) == [1]
    assert km[0] == pytest.approx(66.9, abs=0.3)


def test_distance_to_one_shape():
    assert distance_km(*at((5, 0), (3.5, 0.5)), SQUARES[2]) == pytest.approx([DEGREE, 0], abs=0.02)
    assert len(distance_km(np.empty(0), np.empty(0), SQUARES[2])) == 0


def test_a_point_is_as_far_away_with_others_as_alone():
    # The nearest point of a slanted edge is another one at another latitude.
    slanted = np.array([shapely.Polygon([(0, 16), (3, 16), (0, 19)]), shapely.box(4, 18, 5, 19)])
    x, y = at((2.5, 18.0), (2.6, 18.4), (2.5, 60.4), (1.0, 90.0), (-3.0, -0.5))
    together, km = nearest(x, y, slanted)
    one_by_one = [nearest(x[[i]], y[[i]], slanted) for i in range(len(x))]
    assert list(together) == [int(index[0]) for index, _km in one_by_one]
    assert list(km) == [float(each[0]) for _index, each in one_by_one]
    assert list(distance_km(x, y, slanted[0])) == [
        float(distance_km(x[[i]], y[[i]], slanted[0])[0]) for i in range(len(x))
    ]


PLACES = st.lists(
    st.tuples(*[st.one_of(st.floats(-1, 5), st.sampled_from([0.0, 1.0, 2.0, 3.0]))] * 2), min_size=1
)


@settings(deadline=None)
@given(PLACES)
def test_the_sorted_sweep_says_what_asking_one_by_one_says(points):
    x, y = at(*points)
    one_by_one = [
        next((i for i, square in enumerate(SQUARES) if shapely.intersects_xy(square, *p)), NOWHERE)
        for p in points
    ]
    assert list(locate(x, y, SQUARES)) == one_by_one
