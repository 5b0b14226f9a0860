"""What each choice of a filter would leave, by combination, against records gone through one by one."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import filters
from geo.filters import COLUMNS, DATES, LISTS, Combinations

VALUES = {
    "implementing_org": ["", "AMSS", "AMSS; Save", "Save"],
    "donor": ["", "ECHO", "ECHO; UE"],
    "activity_status": ["", "ongoing", "completed"],
    "functionality": ["", "functional", "broken", "dry"],
    "source_id": ["a", "b"],
}
DAYS = ["", "2016", "2016-05", "2017-01-31", "2020"]
PERIODS = [("", ""), ("2016-01-01", "2016-12-31"), ("2017-01-01", ""), ("", "2016-12-31")]

rows = st.lists(
    st.fixed_dictionaries(
        {name: st.sampled_from(words) for name, words in VALUES.items()}
        | {name: st.sampled_from(DAYS) for name in DATES}
    ),
    max_size=30,
)
asked = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["", "AMSS", "ECHO", "broken", "a", "ongoing"]) for name in COLUMNS}
)


def held(rows: list[dict[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*COLUMNS, *DATES], dtype="str")


@settings(max_examples=150, deadline=None)
@given(rows, asked, st.sampled_from(PERIODS), st.booleans())
def test_each_choice_says_what_it_would_leave(rows, asked, period, as_categories):
    records = held(rows)
    if as_categories:
        records = records.astype("category")
    chosen = {name: (value,) for name, value in asked.items()}
    found = Combinations(records).options(chosen, period)
    assert list(found) == list(COLUMNS)
    for column in COLUMNS:
        cells = records[column].astype("str")
        parts = {part for cell in cells for part in (filters.split(cell) if column in LISTS else [cell])}
        assert list(found[column]) == sorted(parts)
        for value, number in found[column].items():
            kept = filters.kept(records, chosen | {column: (value,)}, period)
            # One more filter of the same column takes the place of the one in use.
            assert number == int(kept.sum())


def test_a_value_that_the_other_filters_leave_nothing_of_is_there_with_none():
    records = held(
        [dict.fromkeys([*COLUMNS, *DATES], "") | {"donor": "ECHO", "functionality": "dry"}]
        + [dict.fromkeys([*COLUMNS, *DATES], "") | {"donor": "UE", "functionality": "broken"}] * 2
    )
    found = Combinations(records).options({"donor": ("UE",)})
    assert found["functionality"] == {"broken": 2, "dry": 0}
    assert found["donor"] == {"ECHO": 1, "UE": 2}


def test_records_of_a_type_that_has_none_offer_nothing():
    assert Combinations(held([])).options({}) == {column: {} for column in COLUMNS}
