"""The arithmetic of need at its edges, and its properties."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import needs

PEOPLE = st.integers(0, 500_000)
WORKS = st.integers(0, 2_000)
NORM = st.integers(1, 5_000)


@pytest.mark.parametrize(
    ("people", "working", "required", "missing", "unserved"),
    [
        (0, 0, 0, 0, 0),
        (1, 0, 1, 1, 1),
        (399, 0, 1, 1, 399),
        (400, 1, 1, 0, 0),
        (401, 1, 2, 1, 1),
        (800, 3, 2, 0, 0),
    ],
)
def test_the_edges_of_a_norm_of_400(people, working, required, missing, unserved):
    assert needs.required_works(people, 400) == required
    assert needs.missing_works(required, working) == missing
    assert needs.unserved_people(people, working, 400) == unserved


def test_a_quotient_that_is_whole_but_for_floating_point_asks_for_no_work_more():
    # 0.1 x 3 is a little more than 0.3.
    assert needs.required_works(0.1 * 3 * 1000, 100) == 3


def test_unknown_people_stay_unknown():
    assert math.isnan(needs.required_works(math.nan, 400))
    assert math.isnan(needs.unserved_people(math.nan, 2, 400))


@given(PEOPLE, WORKS, NORM)
def test_met_if_and_only_if_nobody_is_unserved(people, working, norm):
    required = needs.required_works(people, norm)
    missing, unserved = needs.missing_works(required, working), needs.unserved_people(people, working, norm)
    assert (missing == 0) == (unserved == 0)
    assert (needs.certain_state(missing, working) == "met") == (unserved == 0)
    # What is missing is exactly what the unserved people call for.
    assert missing == needs.required_works(unserved, norm)


@given(PEOPLE, WORKS, st.integers(0, 50), NORM)
def test_a_state_is_certain_only_where_both_ends_agree(people, low, more, norm):
    required = needs.required_works(people, norm)
    ends = {str(needs.certain_state(needs.missing_works(required, end), end)) for end in (low, low + more)}
    found = str(needs.state_between(required, low, low + more))
    assert found == (ends.pop() if len(ends) == 1 else "met_or_unmet_unknown")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["met", "met"], "met"),
        (["unmet", "unmet"], "unmet"),
        (["met", "unmet"], "partly"),
        (["partly"], "partly"),
        (["partly", "unknown"], "partly"),
        (["met", "unknown"], "met_or_unmet_unknown"),
        (["unknown", "unknown"], "unknown"),
        (["not_applicable"], "not_applicable"),
        (["not_applicable", "met"], "met"),
        (["met", "met_or_unmet_unknown"], "met_or_unmet_unknown"),
    ],
)
def test_the_state_of_a_parent_is_no_more_certain_than_its_communes(states, expected):
    assert needs.sum_state(pd.Series(states)) == expected


def test_a_count_is_doubtful_below_a_tenth_of_the_norm_and_not_at_it():
    assert list(needs.doubtful([0, 1, 1, 5], [10, 10, 11, 0])) == [True, False, True, False]
    assert needs.doubtful(np.array([0.0]), np.array([math.nan])).tolist() == [False]
