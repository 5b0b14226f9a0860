"""Dates of any precision, what was active on a day, what changed, age and trust."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo import ages
from geo.facts import View
from tests import toy_need

DAY = date(2020, 6, 15)


@pytest.mark.parametrize(
    ("start", "end", "status", "expected"),
    [
        ("2020-06-15", "2020-06-15", "", "yes"),
        ("2020-06-16", "", "", "no"),
        ("2019", "2020-06-14", "", "no"),
        ("2019", "", "ongoing", "yes"),
        ("2019", "", "", "yes"),
        ("2019", "", "completed", "unknown"),
        ("2019", "2021", "completed", "yes"),
        # Some day of 2020, or of June 2020: before or after the day, nobody knows.
        ("2020", "2021", "", "unknown"),
        ("2019", "2020-06", "", "unknown"),
        ("", "2021", "", "unknown"),
        ("", "2019", "", "no"),
        ("", "", "ongoing", "unknown"),
        ("2019", "2021", "planned", "no"),
        ("2019", "2021", "suspended", "no"),
    ],
)
def test_active_on_a_day(start, end, status, expected):
    record = pd.DataFrame({"start_date": [start], "end_date": [end], "activity_status": [status]})
    assert ages.active_on(record, DAY).tolist() == [expected]


@pytest.mark.parametrize(
    ("observed", "end", "start", "expected"),
    [
        ("2020-06-15", "", "", "yes"),
        ("2020-06-16", "", "", "no"),
        ("2020", "", "", "unknown"),
        ("", "2019", "2010", "yes"),
        ("", "", "2021", "no"),
        ("", "", "", "unknown"),
        # Observed later, whatever was begun before.
        ("2022", "2019", "", "no"),
    ],
)
def test_known_on_a_day(observed, end, start, expected):
    record = pd.DataFrame({"observed_on": [observed], "end_date": [end], "start_date": [start]})
    assert ages.known_on(record, DAY).tolist() == [expected]


def units(*rows):
    columns = ["pcode", "name", "working_min", "working_max", "working_open", "state"]
    return pd.DataFrame(rows, columns=columns)


def test_what_changed_is_certain_only_where_the_intervals_leave_no_doubt():
    before = units(
        ("a", "A", 2, 2, 0, "number"),
        ("b", "B", 2, 2, 0, "number"),
        ("c", "C", 0, 3, 0, "number"),
        ("d", "D", 5, 5, 0, "number"),
        ("e", "E", 0, 0, 0, "none_reported"),
        ("f", "F", 1, 1, 1, "number"),
        ("g", "G", 0, 0, 0, "zero"),
    )
    after = units(
        ("a", "A", 2, 2, 0, "number"),
        ("b", "B", 4, 6, 0, "number"),
        ("c", "C", 2, 2, 0, "number"),
        ("d", "D", 0, 0, 0, "zero"),
        ("e", "E", 0, 0, 0, "none_reported"),
        ("f", "F", 9, 9, 0, "number"),
        ("g", "G", 1, 1, 0, "number"),
    )
    found = ages.changes(before, after).set_index("pcode")
    # c: 0 to 3 before, 2 now; f: at least 1 and a number not reported before, 9 now.
    expected = {
        "a": "same",
        "b": "more",
        "c": "unknown",
        "d": "fewer",
        "e": "unknown",
        "f": "unknown",
        "g": "more",
    }
    assert found["change"].to_dict() == expected
    assert tuple(found.loc["b", ["change_min", "change_max"]]) == (2, 4)
    assert tuple(found.loc["f", ["change_min", "change_max"]]) == (-np.inf, 8)


def test_coverage_then_and_now():
    rows = [("ML050101", 2, "functional", "report"), ("ML050101", 3, "functional", "report")]
    rows += [("ML050102", 1, "functional", "report")]
    table = toy_need.records(rows).assign(observed_on=["2015", "2020", "2020"])
    found = ages.then_and_now(toy_need.prepared(table), View(), then=date(2016, 12, 31)).set_index("pcode")
    assert tuple(found.loc["ML050101", ["before_min", "after_min", "change"]]) == (2, 5, "more")
    # Nothing was reported of the second then: that it had none is not known.
    assert found.loc["ML050102", "change"] == "unknown"


def test_age_takes_the_middle_of_what_a_date_may_mean():
    found = ages.age_years(pd.Series(["2020-01-01", "2020", "2030", "", "2020-13"]), on=date(2021, 1, 1))
    # 366 days; 183.5 days; the future; no date; no such month.
    assert found.round(3).tolist()[:3] == [1.002, 0.502, 0]
    assert found.isna().tolist() == [False, False, False, True, True]


def test_age_in_words():
    assert ages.age_words("2020-11-23", on=date(2021, 1, 1)) == "relevé de 2020 (1 an)"
    assert ages.age_words("", on=date(2021, 1, 1)) == "date non rapportée"


def test_trust_is_off_until_a_half_life_is_given():
    old = pd.Series([0.0, 4.0, np.nan])
    assert ages.trust(old).tolist() == [1, 1, 1]
    worn = ages.trust(old, half_life_years=4)
    assert worn.tolist()[:2] == [1, 0.5]
    assert np.isnan(worn[2])
    assert ages.trusted({"a": 10, "b": 10}, {"a": 8}, half_life_years=4)["a"] == 2.5
    assert np.isnan(ages.trusted({"b": 10}, {}, half_life_years=4)["b"])
    with pytest.raises(ValueError, match="has to be above 0"):
        ages.trust(old, half_life_years=0)
