"""The indicative cells: they tile, each holds its label point, their areas are the known ones."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cells import commune_cells
from geo.settings import CRS_AREA

# About 111 x 107 km in the latitude of Aïoun.
SQUARE = shapely.box(-10.0, 16.0, -9.0, 17.0)


def communes(points, areas):
    lon, lat = zip(*points, strict=True)
    codes = [f"MR0210{number}" for number in range(1, len(areas) + 1)]
    return pd.DataFrame({"adm3_pcode": codes, "area_sqkm": areas, "label_lon": lon, "label_lat": lat})


def shares(cells: gpd.GeoDataFrame) -> np.ndarray:
    areas = cells.to_crs(CRS_AREA).area
    return (areas / areas.sum()).to_numpy()


def test_equal_areas_on_a_symmetric_pair_are_cut_in_the_middle():
    cells = commune_cells(SQUARE, communes([(-9.75, 16.5), (-9.25, 16.5)], [500.0, 500.0]))
    half = shapely.box(-10.0, 16.0, -9.5, 17.0)
    assert cells.geometry[0].symmetric_difference(half).area < 1e-9
    assert cells["adm3_pcode"].tolist() == ["MR02101", "MR02102"]


def test_a_town_is_an_island_of_its_known_area():
    # The label points are 22 km apart: Thiessen would give the town a third of the square.
    table = communes([(-9.6, 16.5), (-9.4, 16.5)], [100.0, 11_700.0])
    cells = commune_cells(SQUARE, table)
    town, country = cells.geometry
    assert shares(cells) == pytest.approx([100 / 11_800, 11_700 / 11_800], rel=0.01)
    assert shapely.get_num_interior_rings(country) == 1
    assert town.boundary.distance(SQUARE.boundary) > 0.1


def test_areas_are_matched_when_the_outline_is_larger_than_their_sum():
    table = communes([(-9.7, 16.3), (-9.6, 16.7), (-9.2, 16.3), (-9.3, 16.8)], [10.0, 40.0, 20.0, 30.0])
    assert shares(commune_cells(SQUARE, table)) == pytest.approx([0.1, 0.4, 0.2, 0.3], rel=0.006)


def test_a_lone_commune_gets_the_outline():
    cells = commune_cells(SQUARE, communes([(-9.5, 16.5)], [3.0]))
    assert shapely.equals(cells.geometry[0], SQUARE)


def test_an_arm_cut_off_from_its_label_point_goes_to_its_neighbour():
    # A horseshoe: the commune in its west leg comes nearest to the tip of the
    # east leg only across the open middle.
    horseshoe = shapely.box(-10, 16, -9, 17) - shapely.box(-9.9, 16.2, -9.1, 17)
    table = communes([(-9.95, 16.95), (-9.05, 16.25), (-9.05, 16.4)], [3_000.0, 100.0, 100.0])
    cells = commune_cells(horseshoe, table)
    assert shapely.get_num_geometries(cells.geometry.to_numpy()).tolist() == [1, 1, 1]
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert cells.union_all().symmetric_difference(horseshoe).area < 1e-9


def test_an_island_stays_with_its_commune():
    outline = shapely.MultiPolygon([shapely.box(-10, 16, -9.5, 17), shapely.box(-9.4, 16, -9.3, 16.1)])
    cells = commune_cells(outline, communes([(-9.6, 16.2), (-9.9, 16.8)], [500.0, 400.0]))
    assert shapely.get_num_geometries(cells.geometry.to_numpy()).sum() == 3
    assert cells.union_all().symmetric_difference(outline).area < 1e-9


@given(
    st.lists(
        st.tuples(st.integers(1, 19), st.integers(1, 19), st.floats(5, 5_000)),
        min_size=1,
        max_size=7,
        unique_by=lambda commune: commune[:2],
    )
)
@settings(max_examples=20, deadline=None)
def test_cells_tile_the_outline_and_hold_their_label_points(drawn):
    table = communes([(-10 + x / 20, 16 + y / 20) for x, y, _ in drawn], [area for _, _, area in drawn])
    cells = commune_cells(SQUARE, table)
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert cells.union_all().symmetric_difference(SQUARE).area < 1e-9
    assert shapely.covers(cells.geometry.to_numpy(), shapely.points(table[["label_lon", "label_lat"]])).all()


@pytest.mark.parametrize(
    ("table", "match"),
    [
        (communes([(-9.5, 16.5)], [1.0]).iloc[:0], "no commune"),
        (communes([(-9.5, 16.5), (-9.4, 16.5)], [1.0, 0.0]), "area above zero"),
        (communes([(-9.5, 16.5), (-9.4, 16.5)], [1.0, float("nan")]), "area above zero"),
        (communes([(-9.5, 16.5), (-9.5, 16.5)], [1.0, 2.0]), "same label point"),
    ],
)
def test_faults_are_named(table, match):
    with pytest.raises(ValueError, match=match):
        commune_cells(SQUARE, table)
