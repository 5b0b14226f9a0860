"""Positions as people and devices write them."""

import math

import pandas as pd
import pytest

from geo.cleaning import clean
from geo.coordinates import LATITUDES, LONGITUDES, REGION_LONGITUDES, read_angle, read_positions
from geo.io import load_boundaries
from geo.io.records import read_types
from geo.readings import parse

HERE = (-0.04, 16.27)


def one(**cells):
    found = read_positions(pd.DataFrame([cells], index=[7], dtype="str"))
    x, y = found.frame.loc[7]
    return (x, y), dict(found.noted), found.problems["problem"].tolist()


@pytest.mark.parametrize(
    ("latitude", "longitude", "noted"),
    [
        ("16.27", "-0.04", {}),
        ("16,27", "-0,04", {"decimal_comma": 1}),
        ("-0.04", "16.27", {"swapped": 1}),
        ("16°16'12\"N", "0°02'24\"O", {"degrees_minutes_seconds": 1}),
        ("N 16° 16.2'", "W 0° 2.4'", {"degrees_minutes_seconds": 1}),
        ("16 ° 16 ’ 12 ″", "-0°02′24″", {"degrees_minutes_seconds": 1}),
        ("16.27 N", "0.04 Ouest", {}),
        ("0°02'24\"O", "16°16'12\"N", {"degrees_minutes_seconds": 1, "swapped": 1}),
    ],
)
def test_two_cells(latitude, longitude, noted):
    assert one(latitude=latitude, longitude=longitude) == (HERE, noted, [])


@pytest.mark.parametrize(
    "text",
    [
        "16.27, -0.04",
        "16.27 -0.04 0 0",
        "16.27 -0.04 251.3 4.5",
        "16,27 ; -0,04",
        "16,27, -0,04",
        "16,27/-0,04",
    ]
    + [
        "(16.27,-0.04)",
        "16°16'12\"N 0°02'24\"O",
        "16.27N, 0.04W",
        "N16°16'12'' W000°02'24''",
        "POINT(-0.04 16.27)",
    ]
    + ["Lat: 16.27 Lon: -0.04", "-0.04, 16.27"],
)
def test_both_in_one_cell(text):
    position, noted, problems = one(position=text)
    assert (position, problems) == (HERE, [])
    assert noted["one_cell"] == 1


@pytest.mark.parametrize(
    ("cells", "position"),
    [
        ({"longitude": "500000", "latitude": "1800000", "utm_zone": "30N"}, (-3.0, 16.2808333)),
        ({"longitude": "500 000", "latitude": "1 800 000", "utm_zone": "29"}, (-9.0, 16.2808333)),
        ({"longitude": "1800000", "latitude": "500000", "utm_zone": "29N"}, (-9.0, 16.2808333)),
        ({"position": "30P 500000 1800000"}, (-3.0, 16.2808333)),
        ({"position": "500000 1800000 30N"}, (-3.0, 16.2808333)),
        ({"position": "500000 E, 1800000 N, zone 29"}, (-9.0, 16.2808333)),
        ({"position": "UTM 29N E 500000 N 1800000"}, (-9.0, 16.2808333)),
        (
            {"longitude": "500000", "latitude": "1800000", "provider_adm1_name": "Région de Mopti"},
            (-3.0, 16.2808333),
        ),
        (
            {"longitude": "400000", "latitude": "1750000", "provider_adm1_name": "Hodh El Gharbi"},
            (-9.934, 15.827),
        ),
    ],
)
def test_metres_are_converted_where_their_zone_is_known(cells, position):
    found, noted, problems = one(**cells)
    assert found == pytest.approx(position, abs=2e-3)
    assert problems == []
    assert noted["utm"] == 1
    assert ("utm_zone_from_region" in noted) == ("provider_adm1_name" in cells)


@pytest.mark.parametrize(
    "cells",
    [
        {"longitude": "500000", "latitude": "1800000"},
        {"longitude": "500000", "latitude": "1800000", "provider_adm1_name": "Gao"},
        {"position": "500000 1800000"},
    ],
)
def test_metres_without_a_zone_are_never_guessed(cells):
    (x, y), _noted, problems = one(**cells)
    assert math.isnan(x)
    assert math.isnan(y)
    assert problems == ["utm_without_zone"]


@pytest.mark.parametrize(
    "cells",
    [
        {"longitude": "abc", "latitude": "16"},
        {"longitude": "", "latitude": "16"},
        {"longitude": "-0.04 E", "latitude": "16"},
        {"longitude": "3°75'", "latitude": "16"},
        {"longitude": "200", "latitude": "300"},
        {"position": "16.27"},
        {"position": "près du puits"},
        {"position": "POINT(x y)"},
    ],
)
def test_what_is_no_position_is_listed(cells):
    (x, _y), _noted, problems = one(**cells)
    assert math.isnan(x)
    assert problems == ["not_a_position"]


@pytest.mark.parametrize("text", ["", "NA", "n.d."])
def test_a_position_not_given_is_no_problem(text):
    assert one(longitude=text, latitude=text)[2] == []
    assert one(position=text)[2] == []


def test_a_position_elsewhere_is_kept_as_it_is():
    assert one(latitude="48.85", longitude="2.35") == ((2.35, 48.85), {}, [])
    assert one(latitude="0", longitude="0") == ((0, 0), {}, [])


def test_rows_are_counted_by_kind():
    table = pd.DataFrame(
        {"latitude": ["16,27", "16.27", "-0.04", "x"], "longitude": ["-0,04", "-0.04", "16.27", "y"]},
        dtype="str",
    )
    found = read_positions(table)
    assert found.noted == {"decimal_comma": 1, "swapped": 1}
    assert found.frame.iloc[:3].to_numpy().tolist() == [list(HERE)] * 3
    assert found.problems.to_numpy().tolist() == [[3, "position", "x / y", "not_a_position"]]


def test_headings_tell_the_zone_of_their_metres():
    table = pd.DataFrame(
        [{"X UTM 30N": "500000", "Y UTM 30N": "1800000", "Commune": "x"}], index=[2], dtype="str"
    )
    found = clean(table, types=read_types(), source_id="s")
    assert found.records.loc[2, ["longitude", "latitude"]].tolist() == [-3.0, 16.2808333]


def test_a_column_of_crosses_is_no_column_of_positions():
    table = pd.DataFrame([{"x": "X", "Commune": "Bara"}], index=[2], dtype="str")
    found = clean(table, types=read_types(), source_id="s")
    assert math.isnan(found.records.loc[2, "quantity"])


def test_the_ranges_hold_both_countries_and_each_drawn_region():
    boundaries = load_boundaries()
    west, south, east, north = boundaries.communes.total_bounds
    assert LONGITUDES[0] <= west <= east <= LONGITUDES[1] < LATITUDES[0] <= south <= north <= LATITUDES[1]
    drawn = boundaries.regions[boundaries.regions["drawn"]]
    bounds = drawn.geometry.bounds
    for name, left, right in zip(drawn["adm1_name"], bounds["minx"], bounds["maxx"], strict=True):
        low, high = REGION_LONGITUDES[parse(name).light]
        assert low <= left <= right <= high
        assert (left - low, high - right) == pytest.approx((0.15, 0.15), abs=0.15)


def test_an_angle_out_of_reach_is_none():
    assert read_angle("181") is None
    assert read_angle("16°16'75\"") is None
    assert read_angle("N 16 O") is None
