"""The file of shapes, on the toy geography and on the shipped boundaries."""

import gzip
import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.arcs import STEP_DEG
from geo.boundaries import Boundaries, parents
from geo.io import load_boundaries
from geo.shapes import LATER_REGION, shapes

# Region A: cercles A1 (communes A11, A12) and A2 (A21); region B, not drawn, one square.
SQUARES = {"A11": (0, 0), "A12": (1, 0), "A21": (2, 0), "B11": (3, 0)}


@pytest.fixture(scope="module")
def toy() -> Boundaries:
    rows = [
        {
            "country": "ML",
            "adm1_pcode": code[0],
            "adm1_name": f"Region {code[0]}",
            "adm2_pcode": code[:2],
            "adm2_name": f"Cercle {code[:2]}",
            "adm3_pcode": code,
            "adm3_name": f"<b>{code}</b>",
            "alt_names": "",
            "area_sqkm": 1.0,
            "label_lon": x + 0.5,
            "label_lat": y + 0.5,
            "focus": code.startswith("A1"),
            "drawn": code.startswith("A"),
            "indicative": code.startswith("A1"),
            "valid_on": "2021",
            "version": "toy",
            "geometry": shapely.box(x, y, x + 1, y + 1),
        }
        for code, (x, y) in SQUARES.items()
    ]
    communes = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    return Boundaries("toy", "1", communes, parents(communes, "cercle"), parents(communes, "region"))


def test_drawn_regions_come_at_every_level_and_others_as_outlines(toy):
    file = json.loads(shapes(toy).content)
    assert list(file["levels"]["commune"]) == ["A11", "A12", "A21"]
    assert list(file["levels"]["cercle"]) == ["A1", "A2"]
    assert list(file["levels"]["region"]) == ["A", "B"]
    assert file["outlines"] == ["B"]


def test_names_are_kept_as_they_are_and_context_is_marked(toy):
    units = json.loads(shapes(toy).content)["levels"]["commune"]
    assert units["A11"]["name"] == "<b>A11</b>"
    assert "context" not in units["A11"]
    assert units["A21"]["context"] == 1


def test_lines_are_named_by_the_highest_level_they_separate(toy):
    lines = json.loads(shapes(toy).content)["lines"]
    counts = {level: (len(kinds["solid"]), len(kinds["dashed"])) for level, kinds in lines.items()}
    # Between A11 and A12: indicative on both sides. Between A12 and A21: a cercle line, real on one side.
    # Between A21 and B11: a region line. The outer border: one arc at each end, two for each
    # square between.
    assert counts == {"country": (6, 0), "region": (1, 0), "cercle": (1, 0), "commune": (0, 1)}


def test_frames_are_the_bounds_of_the_units(toy):
    frames = shapes(toy).frames
    assert frames["A1"] == ((0.0, 0.0), (1.0, 2.0))
    assert frames["A21"] == ((0.0, 2.0), (1.0, 3.0))


def test_later_regions_are_groups_of_cercles(toy):
    later = pd.DataFrame(
        {
            "pcode": ["2023-x", "2023-y"],
            "name": ["X", "Y"],
            "label_lon": [0.5, 2.5],
            "label_lat": [0.5, 0.5],
            "focus": [True, True],
            "cercles": ["A1", "A2"],
        }
    )
    made = shapes(toy, later=later)
    file = json.loads(made.content)
    assert list(file["levels"][LATER_REGION]) == ["2023-x", "2023-y", "B"]
    assert made.frames["2023-y"] == ((0.0, 2.0), (1.0, 3.0))
    lines = file["lines"][LATER_REGION]
    assert (len(lines["solid"]), len(lines["dashed"])) == (1, 1)


def test_shipped_boundaries_fit_the_budget_and_name_every_unit_drawn():
    boundaries = load_boundaries()
    made = shapes(boundaries)
    packed = len(gzip.compress(made.content, 9))
    print(f"shapes: {len(made.content)} bytes, {packed} compressed")  # noqa: T201
    assert packed < 100_000
    levels = json.loads(made.content)["levels"]
    communes = boundaries.communes
    assert set(levels["commune"]) == set(communes.loc[communes["drawn"], "adm3_pcode"])
    assert sum("context" not in unit for unit in levels["commune"].values()) == 208
    assert set(levels["region"]) == set(boundaries.regions["adm1_pcode"])


def test_a_shipped_commune_keeps_its_area():
    boundaries = load_boundaries()
    file = json.loads(shapes(boundaries).content)
    arcs = []
    for flat in file["arcs"]:
        steps = pd.DataFrame({"x": flat[0::2], "y": flat[1::2]}).cumsum() * STEP_DEG
        arcs.append([tuple(point) for point in steps.to_numpy()])
    (ring,) = file["levels"]["commune"]["ML070101"]["rings"]
    points = [point for n in ring for point in (arcs[n] if n >= 0 else arcs[~n][::-1])]
    true = boundaries.communes.set_index("adm3_pcode").geometry["ML070101"]
    assert shapely.Polygon(points).area == pytest.approx(true.area, rel=0.02)
    assert shapely.Polygon(points).intersection(true).area / true.area > 0.98
