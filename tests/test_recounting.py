"""Which rows may be left where replaced counts had them, on the toy geography; worked out by hand."""

import pandas as pd
import pytest

from geo import effects, recounting
from geo.activities import ActivityType
from tests import toy
from tests.test_effects import at, records

# The area is Nord and Ouest: A1, A2, B1 and M1; Est (C1, C2) lies outside it.
SHOWN = frozenset({"ML050101", "ML050102", "ML050201", "MR02101"})
WAITS = {"outcome": "review", "reason": "far_from_stated_place"}
TYPES = {
    "water_point": ActivityType("water_point", "", "", "", "", "", "", "exact", works=("functional",)),
}


def counted(*cells):
    """Counts by commune: no position."""
    return records(
        *({"adm3_pcode": code, "quantity": float(n), "functionality": state} for code, state, n in cells)
    )


COUNTS = counted(
    ("ML050101", "functional", 2),
    ("ML050102", "functional", 1),
    ("ML050102", "dry", 1),
    ("ML050201", "functional", 2),
    ("ML070101", "functional", 1),
)
# Row 3 waits though it lies in A1; row 7 lies 0.33 km across the edge of B1, in C1, out of the area.
FILE = records(
    at("ML050101", 0.5),
    at("", 0.6, candidates="ML050101;ML07", **WAITS),
    at("ML050102", 1.5),
    at("ML050102", 1.6, functionality="dry"),
    at("ML050201", 2.5),
    at("ML070101", 3.003),
    at("ML070101", 3.5),
)


def found(file, counts=COUNTS):
    moved = effects.displaced(file, counts, toy.boundaries())
    return recounting.recount(moved, file, counts, SHOWN)


def test_a_row_that_waits_and_one_that_left_the_area_are_offered():
    offered = found(FILE)
    columns = ["row", "reason", "unit_before", "unit_after"]
    assert offered.rows[columns].values.tolist() == [
        [3, "far_from_stated_place", "ML050101", ""],
        [7, "", "ML050201", "ML070101"],
    ]
    assert offered.unexplained.empty
    assert offered.working(TYPES) == 2
    # Of five figures three are found again with row 3 where it lies: A1, A2 functional, A2 dry.
    assert offered.agreeing == pytest.approx(3 / 5)


def test_counts_that_the_file_does_not_bear_out_were_not_made_from_it(monkeypatch):
    monkeypatch.setattr(recounting, "MIN_AGREEING", 0.61)
    assert found(FILE).rows.empty


@pytest.fixture(autouse=True)
def few_figures(monkeypatch):
    # One row spoils a figure of five here, of the survey's 563 at most one in nine are spoilt.
    monkeypatch.setattr(recounting, "MIN_AGREEING", 0.3)


def test_what_no_row_explains_is_said_and_nothing_is_made_up():
    more = counted(
        *COUNTS[["adm3_pcode", "functionality", "quantity"]].itertuples(index=False),
        ("ML050201", "dry", 3),
    )
    offered = found(FILE, more)
    assert offered.rows["row"].tolist() == [3, 7]
    assert offered.unexplained.values.tolist() == [["water_point", "dry", 3.0]]


def test_a_row_that_waits_where_nothing_is_lacking_is_not_offered():
    # Two functional points of A1 are placed already: the one that waits was counted nowhere.
    file = pd.concat([FILE, records(at("ML050101", 0.7)).set_axis([9])])
    assert found(file).rows["row"].tolist() == [7]


def test_rows_inside_the_area_stay_where_their_position_is():
    # One of A2's lies 0.56 km from A1: the totals of the area do not change by it.
    file = records(at("ML050101", 0.5), at("ML050102", 1.005), at("ML050102", 1.5))
    counts = counted(("ML050101", "functional", 2), ("ML050102", "functional", 1))
    moved = effects.displaced(file, counts, toy.boundaries())
    assert moved["unit_before"].tolist() == ["ML050101"]
    assert recounting.recount(moved, file, counts, SHOWN).rows.empty


def test_a_row_at_the_position_of_one_that_counts_elsewhere_is_not_offered():
    twin = records(at("ML050101", 0.6)).set_axis([9])
    more = counted(
        *COUNTS[["adm3_pcode", "functionality", "quantity"]].itertuples(index=False),
        ("ML050101", "functional", 1),
    )
    assert found(pd.concat([FILE, twin]), more).rows["row"].tolist() == [7]


def test_points_that_are_replaced_are_no_counts():
    assert found(FILE, COUNTS.assign(longitude=0.5, latitude=0.5)).rows.empty
