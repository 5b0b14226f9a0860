"""Words around an answer: one name for each thing, on screen and on paper."""

import numpy as np
import pandas as pd
import pytest

from geo import coverage, words
from geo.activities import FUNCTIONALITIES, STATUSES, complete
from geo.facts import Frame, View, build, prepare
from geo.io.records import read_types
from geo.store import place_records
from tests import toy

AREA = toy.boundaries()


@pytest.fixture(scope="module")
def facts():
    records = complete(
        pd.DataFrame(
            {
                "activity_type": ["water_point"] * 3,
                "functionality": ["functional", "functional_seasonal", "dry"],
                "quantity": [7.0, 2.0, 4.0],
                "observed_on": ["2014", "2020-11-23", "2020"],
                "provider_adm3_pcode": ["ML050101"] * 3,
                "provider_vintage": ["COD-AB 2021"] * 3,
            }
        )
    )
    placed = place_records(records, AREA, sources={})
    prepared = prepare(placed, Frame(AREA), types=read_types(), sources={})
    return build(prepared, View())


def test_every_code_has_a_word():
    assert set(words.MEASURES) == set(coverage.MEASURES)
    assert set(words.FUNCTIONALITIES) == set(FUNCTIONALITIES)
    assert set(words.STATUSES) == set(STATUSES)
    assert set(words.PARTS) | {"working"} == set(coverage.PARTS)


def test_title_says_what_for_whom_and_when(facts):
    assert words.title(facts) == "Points d'eau · en service · communes · 2020"


def test_the_seasonal_ones_are_within_and_the_dry_ones_apart(facts):
    # 7 and 2 seasonal make 9 that work; 4 dry stand apart.
    assert words.total(facts) == "9"
    assert words.beside(facts) == ["dont saisonniers : 2", "à part, hors service : 4"]


def test_dates_are_quoted_at_the_precision_they_have():
    assert words.day("2020-11-23") == "23/11/2020"
    assert words.day("2014") == "2014"
    assert words.day("2014-02") == "2014-02"


def test_units_are_named_at_all_levels():
    names = words.unit_names(Frame(AREA))
    assert (names["ML05"], names["ML0501"], names["ML050101"]) == ("Nord", "A", "A1")


def test_records_above_are_a_few_lines_and_a_rest():
    records = pd.DataFrame(
        {
            "place_set": ["ML05;ML07"] + ["ML05"] * 5,
            "quantity": [52.0, np.nan, 1.0, 2.0, 3.0, 4.0],
            "implementing_org": ["AMSODE"] * 6,
        }
    )

    class Wide:
        of_type = records
        rows_above = np.arange(len(records))

    lines = words.above(Wide, words.unit_names(Frame(AREA)))
    assert lines[0] == "52 · Nord, Est · AMSODE"
    assert lines[1] == "nombre non rapporté · Nord · AMSODE"
    assert lines[-1] == "et 2 autres"
