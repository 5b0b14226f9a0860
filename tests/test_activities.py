"""The record's schema and the settings of types and sources: good ones pass, bad ones are named."""

import re

import numpy as np
import pandas as pd
import pytest

from geo.activities import (
    NUMBER_COLUMNS,
    PROVIDER_COLUMNS,
    TEXT_COLUMNS,
    complete,
    empty_records,
    problems,
    sources_from_settings,
    types_from_settings,
)
from geo.coverage import MEASURES
from geo.errors import SettingsError
from geo.i18n import set_language
from geo.io.records import read_sources, read_table, read_types
from geo.settings import ACTIVITIES_DIR

GOOD = {
    "label_fr": "Puits",
    "label_en": "Wells",
    "unit_fr": "puits",
    "unit_en": "wells",
    "colour": "#2F7F9D",
    "icon": "tint",
    "sharing": "exact",
    "works": ["functional"],
}
SOURCE = {
    "title": "t",
    "publisher": "p",
    "date": "2020",
    "licence": "l",
    "attribution": "a",
    "scope": {"types": ["well"], "units": ["ML05"], "exhaustive": True},
}


def record(**columns):
    return complete(pd.DataFrame([{"activity_type": "well", "source_id": "s", **columns}]))


def refused(**columns):
    found = problems(record(**columns), types={"well": None})
    return list(found["column"])


def test_a_record_with_nothing_but_type_and_source_is_good():
    assert refused() == []


def test_complete_leaves_what_is_not_reported_missing_and_never_zero():
    row = record().iloc[0]
    assert np.isnan(row["quantity"])
    assert row["donor"] == ""
    assert list(empty_records().columns) == list(PROVIDER_COLUMNS)
    assert len(set(PROVIDER_COLUMNS)) == len(TEXT_COLUMNS) + len(NUMBER_COLUMNS)


def test_complete_keeps_other_columns_at_the_end():
    made = complete(pd.DataFrame({"own": [1], "quantity": ["3"]}))
    assert list(made.columns)[-1] == "own"
    assert made["quantity"].iloc[0] == 3.0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("activity_status", "finished"),
        ("functionality", "working"),
        ("currency", "FCFA"),
        ("observed_on", "23/11/2020"),
        ("start_date", "2020-1"),
        ("quantity", -1.0),
        ("longitude", 181.0),
        ("latitude", -91.0),
        ("reached_people", -5.0),
        ("activity_type", "temple"),
        ("source_id", ""),
    ],
)
def test_a_value_that_the_record_may_not_hold_is_listed(column, value):
    assert refused(**{column: value}) == [column]


@pytest.mark.parametrize("day", ["", "2020", "2020-11", "2020-11-23"])
def test_dates_keep_their_precision(day):
    assert refused(observed_on=day) == []


def test_the_shipped_records_keep_to_the_schema():
    types = read_types()
    for name in ("project_reports.csv", "water_point_counts.csv"):
        assert problems(complete(read_table(ACTIVITIES_DIR / name)), types=types).empty


def test_shipped_records_name_only_known_sources():
    sources = read_sources()
    for name in ("project_reports.csv", "water_point_counts.csv"):
        assert set(read_table(ACTIVITIES_DIR / name)["source_id"]) <= set(sources)


def test_types_and_sources_are_read():
    made = types_from_settings({"well": GOOD})["well"]
    assert (made.name, made.works, made.words) == ("well", ("functional",), ())
    source = sources_from_settings({"s": SOURCE})["s"]
    assert (source.scope.units, source.scope.exhaustive, source.fictitious) == (("ML05",), True, False)


def test_labels_follow_the_language():
    made = types_from_settings({"well": GOOD})["well"]
    try:
        set_language("en")
        assert (made.label, made.unit) == ("Wells", "wells")
        set_language("fr")
        assert (made.label, made.unit) == ("Puits", "puits")
    finally:
        set_language("")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sharing": "secret"}, "[well] sharing = 'secret': exact, rounded, commune"),
        ({"works": ["shiny"]}, "[well] works = ['shiny']"),
        ({"works": "functional"}, "[well] works = 'functional'"),
        ({"colour": "red;}</style>"}, "[well] colour = 'red;}</style>': #RRGGBB"),
        ({"label_fr": 3}, "[well] label_fr = 3"),
        ({"shape": "round"}, "[well]: ActivityType.__init__() got an unexpected keyword argument 'shape'"),
    ],
)
def test_a_type_that_cannot_be_used_is_named(changes, message):
    with pytest.raises(SettingsError, match=re.escape(message)):
        types_from_settings({"well": GOOD | changes})


def test_a_type_without_a_field_is_named():
    with pytest.raises(SettingsError, match=r"\[well\]: .*missing .* 'icon'"):
        types_from_settings({"well": {key: value for key, value in GOOD.items() if key != "icon"}})


def test_a_value_outside_every_table_is_named():
    with pytest.raises(SettingsError, match=r"types\.toml: version = 2"):
        types_from_settings({"version": 2})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scope": {"types": "well"}}, "[s.scope] types = 'well'"),
        ({"scope": {"exhaustive": "yes"}}, "[s.scope] exhaustive = 'yes': true | false"),
        ({"scope": ["ML05"]}, "[s.scope]"),
        ({"date": 2020}, "[s] date = 2020"),
        ({"weather": "dry"}, "[s]: "),
    ],
)
def test_a_source_that_cannot_be_used_is_named(changes, message):
    with pytest.raises(SettingsError, match=re.escape(message)):
        sources_from_settings({"s": SOURCE | changes})


def test_a_settings_file_that_is_no_toml_is_named(tmp_path):
    path = tmp_path / "types.toml"
    path.write_text("[well\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"types\.toml"):
        read_types(path)


def test_a_settings_file_of_other_bytes_is_named(tmp_path):
    path = tmp_path / "types.toml"
    path.write_bytes(b"\xff\xfe[well]")
    with pytest.raises(SettingsError, match=r"types\.toml"):
        read_types(path)


def test_shipped_types_count_by_a_measure_that_exists():
    types = read_types()
    assert {kind.measure for kind in types.values()} <= set(MEASURES)
    assert {name for name, kind in types.items() if kind.sharing != "commune"} == {
        "water_point",
        "market_garden",
    }


def test_only_the_survey_turns_silence_into_zero():
    exhaustive = {name for name, source in read_sources().items() if source.scope.exhaustive}
    assert exhaustive == {"akvo_2020_counts"}
