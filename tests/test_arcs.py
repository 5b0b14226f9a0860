"""Shared edges on four squares that can be counted by hand."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.arcs import STEP_DEG, _ends, merged, packed_arcs, separating, simplified, topology

# Four squares: a b below, c d above; "a b" one cercle, "c d" the other.
SQUARES = gpd.GeoSeries(
    [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0, 1, 1, 2), shapely.box(1, 1, 2, 2)],
    index=list("abcd"),
    crs="EPSG:4326",
)


def polygon_of(shared, rings):
    outlines = []
    for ring in rings:
        points = []
        for arc in ring:
            part = shared.arcs[max(arc, ~arc)]
            points += part if arc >= 0 else part[::-1]
        outlines.append(shapely.Polygon([(x * STEP_DEG, y * STEP_DEG) for x, y in points]))
    return shapely.union_all(outlines)


def test_each_edge_is_stored_once():
    shared = topology(SQUARES)
    # 4 inner edges that meet in the middle, and the outer border cut where two squares meet: 4 arcs.
    assert len(shared.arcs) == 8
    assert sum(len(sides) == 2 for sides in shared.owners) == 4


def test_rings_give_back_the_polygons():
    shared = topology(SQUARES)
    for square, rings in zip(SQUARES, shared.rings, strict=True):
        assert polygon_of(shared, rings).equals(square)


def test_merging_drops_the_edges_inside():
    shared = topology(SQUARES)
    cercles = pd.Series(["low", "low", "high", "high"])
    rings = merged(shared, cercles)
    assert polygon_of(shared, rings["low"]).equals(shapely.box(0, 0, 2, 1))
    assert len(separating(shared, cercles)) == 6  # four outer arcs and two of the middle line


def test_pieces_without_a_code_are_left_out():
    shared = topology(SQUARES)
    assert list(merged(shared, pd.Series(["a", "", pd.NA, "d"]))) == ["a", "d"]


def test_every_linked_ring_is_closed():
    shared = topology(SQUARES)
    for rings in merged(shared, pd.Series(["x", "y", "y", "x"])).values():
        for ring in rings:
            assert _ends(shared, ring[0])[0] == _ends(shared, ring[-1])[1]


def test_an_enclave_shares_its_whole_border_with_what_surrounds_it():
    hole = shapely.box(1, 1, 2, 2)
    around = shapely.box(0, 0, 3, 3).difference(hole)
    shared = topology(gpd.GeoSeries([around, hole]))
    assert sorted(shared.owners) == [(0,), (0, 1)]
    assert len(shared.arcs) == 2


def test_arcs_are_packed_as_differences():
    shared = topology(gpd.GeoSeries([shapely.box(0, 0, 0.001, 0.001)]))
    (flat,) = packed_arcs(shared)
    assert flat[:2] == [0, 0]
    assert sum(flat[0::2]) == 0
    assert sum(flat[1::2]) == 0
    assert max(map(abs, flat)) == 10


def test_simplifying_keeps_edges_shared():
    wavy = [(1, 0), (1.01, 0.3), (0.99, 0.5), (1.01, 0.7), (1, 1)]
    left = shapely.Polygon([(0, 0), *wavy, (0, 1)])
    right = shapely.Polygon([(2, 0), (2, 1), *wavy[::-1]])
    both = simplified(gpd.GeoSeries([left, right], crs="EPSG:4326"), tolerance_deg=0.5)
    assert shapely.coverage_is_valid(both.to_numpy())
    assert shapely.get_num_coordinates(both[0]) < 8
    assert (0, 1) in topology(both).owners


@given(st.integers(2, 5), st.integers(2, 5))
def test_areas_are_kept_on_any_grid(columns, rows):
    squares = gpd.GeoSeries([shapely.box(x, y, x + 1, y + 1) for x in range(columns) for y in range(rows)])
    shared = topology(squares)
    inner = (columns - 1) * rows + columns * (rows - 1)
    assert sum(len(sides) == 2 for sides in shared.owners) == inner
    whole = merged(shared, pd.Series(["all"] * len(squares)))["all"]
    assert polygon_of(shared, whole).area == pytest.approx(columns * rows)
