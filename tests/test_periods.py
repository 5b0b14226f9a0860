"""Periods that meet, cannot meet or may meet, and activities by quarter; by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.ages import active_on
from geo.periods import between, meet, periods
from geo.timeline import active, by_quarter, days_of, quarter, quarters, undated


def records(*rows):
    columns = ["start_date", "end_date", "activity_status", "activity_type", "implementing_org"]
    return pd.DataFrame([(*row, "x", "A")[:5] for row in rows], columns=columns)


def answer(one, other):
    found = periods(records(one, other))
    return str(meet(found.take(np.array([0])), found.take(np.array([1])))[0])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("2020", "2022", ""), ("2021", "2023", ""), "yes"),
        (("2020", "2020", ""), ("2021", "2021", ""), "no"),
        # Both somewhere in 2020.
        (("2020", "2020", ""), ("2020", "2020", ""), "unknown"),
        (("2020-01-01", "2020-06-30", ""), ("2020-06-30", "2020-12-31", ""), "yes"),
        (("2020-01-01", "2020-06-29", ""), ("2020-06-30", "2020-12-31", ""), "no"),
        # Without an end it goes on, unless it is completed.
        (("2020", "", "ongoing"), ("2025", "2026", ""), "yes"),
        (("2020", "", ""), ("2025", "2026", ""), "yes"),
        (("2020", "", "completed"), ("2025", "2026", ""), "unknown"),
        (("2020", "", "completed"), ("2018", "2019", ""), "no"),
        # Without a start it began some day before its end.
        (("", "2019", ""), ("2020", "2021", ""), "no"),
        (("", "2022", ""), ("2020", "2021", ""), "unknown"),
        (("", "", ""), ("2020", "2021", ""), "unknown"),
        (("", "", "completed"), ("", "", ""), "unknown"),
    ],
)
def test_two_periods(one, other, expected):
    assert answer(one, other) == expected
    assert answer(other, one) == expected


def test_a_day_is_a_period_and_gives_the_answer_of_a_day():
    texts = ["", "2019", "2020", "2020-05", "2020-05-10", "2021"]
    rows = records(
        *((start, end, status) for start in texts for end in texts for status in ("", "ongoing", "completed"))
    )
    day = date(2020, 5, 10)
    mine = meet(periods(rows), between(day, day, len(rows)))
    theirs = active_on(rows, day).to_numpy()
    # Neither says yes where the other says no.
    assert not ((mine == "yes") & (theirs == "no")).any()
    assert not ((mine == "no") & (theirs == "yes")).any()


def test_quarters_have_their_days():
    assert quarter(date(2024, 3, 31)) == (2024, 1)
    assert days_of(2024, 1) == (date(2024, 1, 1), date(2024, 3, 31))
    assert days_of(2024, 4) == (date(2024, 10, 1), date(2024, 12, 31))


ROWS = records(
    ("2024-02-01", "2024-08-31", "", "well", "A"),
    ("2024", "2024", "", "well", "B"),
    ("2024-05-01", "", "planned", "garden", "A"),
    ("2024-07-01", "", "ongoing", "garden", "A;B"),
    ("", "", "ongoing", "garden", "B"),
)


def test_the_timeline_counts_what_is_certain_apart_from_what_is_possible():
    found = by_quarter(ROWS, until=date(2024, 12, 1))
    wells = found[found["line"] == "well"]
    assert wells[["quarter", "active", "possible"]].values.tolist() == [
        [1, 1, 1],
        [2, 1, 1],
        [3, 1, 1],
        [4, 0, 1],
    ]
    gardens = found[found["line"] == "garden"]
    # The planned one is not under way; the undated one is in no quarter.
    assert gardens["active"].tolist() == [0, 0, 1, 1]
    assert gardens["possible"].sum() == 0
    assert undated(ROWS).tolist() == [False, False, False, False, True]


def test_a_joint_activity_is_on_the_line_of_each_partner():
    found = by_quarter(ROWS, line="implementing_org", until=date(2024, 12, 1))
    last = found[found["quarter"] == 4].set_index("line")
    assert last["active"].to_dict() == {"A": 1, "B": 1}


def test_the_timeline_ends_with_the_day_asked_or_the_last_date():
    assert quarters(ROWS, until=date(2025, 1, 1))[-1] == (2025, 1)
    assert quarters(ROWS, until=date(2023, 1, 1))[-1] == (2024, 4)
    assert quarters(ROWS.iloc[4:], until=date(2025, 1, 1)) == []
    assert by_quarter(ROWS.iloc[4:], until=date(2025, 1, 1)).empty


def test_active_on_a_day_by_type():
    found = active(ROWS, date(2024, 8, 1)).set_index("line")
    assert found.loc["well"].tolist() == [1, 1, 0]
    assert found.loc["garden"].tolist() == [1, 1, 1]
