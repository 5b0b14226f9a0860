"""Classes of the maps of need, counted by hand."""

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo import multiples, needmap

TABLE = pd.DataFrame(
    {
        "pcode": ["a", "b", "c", "d"],
        "state": ["met", "partly", "met_or_unmet_unknown", "unknown"],
        "unserved_people": [0.0, 500.0, 100.0, None],
        "unserved_people_max": [0.0, 500.0, 500.0, None],
        "coverage_pct": [100.0, 20.0, 0.0, None],
        "coverage_pct_max": [100.0, 20.0, 80.0, None],
        "note": ["", "", "", "population inconnue"],
    }
)


def classes(picture: str) -> dict[str, tuple[str, str, str]]:
    units = needmap.drawn(TABLE, picture, all_units=["a", "b", "c", "d", "z"]).units
    return {row.pcode: (row.klass, row.ring, row.mark) for row in units.itertuples()}


def test_states_are_drawn_as_they_are_and_what_is_beside_is_ground():
    assert classes("etats") == {
        "a": ("met", "", "C"),
        "b": ("partly", "", "P"),
        "c": ("met_or_unmet_unknown", "", "?"),
        "d": ("unknown", "", ""),
        "z": ("outside", "", ""),
    }


def test_people_are_drawn_by_the_certain_end_with_a_ring_for_the_possible_one():
    # Two distinct figures, 100 and 500: the lightest and the darkest class.
    assert classes("personnes") == {
        "a": ("served", "", ""),
        "b": ("n5", "", ""),
        "c": ("n1", "n5", ""),
        "d": ("unknown", "", ""),
        "z": ("outside", "", ""),
    }


def test_need_and_coverage_crossed_carry_their_code():
    found = classes("croisement")
    assert found["a"] == ("b1C", "", "C1")
    assert found["b"] == ("b3A", "", "A3")
    assert found["d"] == ("unknown", "", "")


@pytest.mark.parametrize("picture", needmap.PICTURES)
def test_the_legend_counts_every_unit_of_the_area_once_and_every_class_has_a_look(picture):
    drawn = needmap.drawn(TABLE, picture, all_units=["a", "b", "c", "d", "z"])
    assert drawn.legend["units"].sum() == 4
    assert set(drawn.legend["klass"]) | set(drawn.units["klass"]) <= needmap.STYLES.keys()
    assert {"unknown", "not_applicable"} <= set(drawn.legend["klass"])


def test_words_say_an_interval_and_a_reason():
    rows = TABLE.to_dict("records")
    said = "couvert ou non : on ne sait pas · 100 à 500 personnes non desservies"
    assert needmap.hover(rows[2]).startswith(said)
    assert needmap.hover(rows[3]) == "inconnu · population inconnue"


def test_an_empty_table_draws_ground_only():
    drawn = needmap.drawn(TABLE.iloc[:0], "personnes", all_units=["z"])
    assert drawn.units["klass"].tolist() == ["outside"]
    assert drawn.legend["units"].sum() == 0


def test_small_maps_hold_every_unit_once_and_no_outside_address():
    squares = gpd.GeoDataFrame(
        {"code": ["a", "b"]}, geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs="EPSG:4326"
    )
    paths, height = multiples.outlines(squares, code="code")
    # Half a degree north a degree of longitude is hardly shorter: two squares are twice as wide as high.
    assert height == 151
    drawn = multiples.small_map({"a": "met", "b": "unknown"}, paths, {"r": paths["a"]}, height=height)
    assert re.findall(r"data-class='(\w+)'", drawn) == ["met", "unknown"]
    assert "url(#cross)" in drawn
    assert re.findall(r"https?://[^']*", drawn) == ["http://www.w3.org/2000/svg"]
    assert json.dumps(paths["a"]).count("M") == 1
