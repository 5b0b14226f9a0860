"""What an import does to the totals, and the rows that explain it, on squares that are counted by hand."""

import pandas as pd
import pytest

from geo import effects, facts
from geo.activities import complete
from geo.io.records import read_types
from tests import toy

TYPES = {"water_point": read_types()["water_point"]}
POINT = {"activity_type": "water_point", "functionality": "functional", "outcome": "placed", "reason": ""}


def records(*rows):
    frame = complete(pd.DataFrame([POINT | {"quantity": 1.0, "flags": ""} | row for row in rows]))
    blank = {"adm3_pcode": "", "candidates": "", "precision": "point", "place_set": ""}
    for name, value in blank.items():
        frame[name] = frame[name].fillna(value) if name in frame else value
    frame["place_set"] = frame["adm3_pcode"]
    return frame.set_axis(range(2, len(frame) + 2))


def at(code, x, **more):
    return {"adm3_pcode": code, "longitude": x, "latitude": 0.5} | more


COUNTED = records(
    {"adm3_pcode": "ML050101", "quantity": 3.0},
    {"adm3_pcode": "ML050102", "quantity": 1.0},
    {"adm3_pcode": "ML070101", "quantity": 1.0, "functionality": "dry"},
)
# A1 had 3: one is there, one lies 0.5 km across its edge in A2, one waits though it lies in A1.
FILE = records(
    at("ML050101", 0.5),
    at("ML050102", 1.005),
    at("ML050102", 1.5),
    at("", 0.6, outcome="review", reason="far_from_stated_place", candidates="ML050101;ML07"),
    # C1 had one that is dry; B1, where nothing was counted, has one 0.3 km from it.
    at("ML050201", 2.997, functionality="dry"),
    # Nothing is lacking that these could explain.
    at("ML070102", 4.5),
    at("", 4.6, outcome="review", reason="far_from_stated_place", candidates="ML070102;ML05"),
)


def test_the_rows_that_stand_elsewhere_are_found():
    found = effects.displaced(FILE, COUNTED, toy.boundaries())
    columns = ["row", "functionality", "reason", "unit_before", "unit_after"]
    assert found[columns].values.tolist() == [
        [3, "functional", "", "ML050101", "ML050102"],
        [5, "functional", "far_from_stated_place", "ML050101", ""],
        [6, "dry", "", "ML070101", "ML050201"],
    ]
    # 0.005 and 0.003 degree of longitude near the equator.
    assert found["distance_km"].tolist() == pytest.approx([0.56, 0, 0.33], abs=0.01)


def test_a_row_further_away_than_the_limit_explains_nothing():
    far = records(at("ML050102", 1.5), at("ML050101", 0.5))
    found = effects.displaced(far, COUNTED.iloc[:1], toy.boundaries())
    assert found.empty


def test_the_change_of_a_total_is_made_up_of_them():
    found = effects.displaced(FILE, COUNTED, toy.boundaries())
    frame = facts.Frame(toy.boundaries())

    def prepared(rows):
        return facts.prepare(rows.assign(source_id="s"), frame, types=TYPES, sources={})

    totals = effects.totals(prepared(COUNTED), prepared(FILE), {"water_point"})
    # The area is all but Est (ML07): 4 points before; 4 after, of which one is dry and came from C1.
    assert totals[["measure", "before_min", "after_min"]].values.tolist() == [
        ["in_place", 4, 4],
        ["working", 4, 3],
    ]
    told = effects.explained(found, totals, frame.focus, TYPES)
    columns = ["measure", "change", "waiting", "left", "came", "rest"]
    assert told.balances[columns].values.tolist() == [
        ["in_place", 0, 1, 0, 1, 0],
        ["working", -1, 1, 0, 0, 0],
    ]
    # Row 3 moved inside the area: it changes no total, and comes last.
    assert told.rows[["row", "changes"]].values.tolist() == [[5, True], [6, True], [3, False]]


def test_types_that_the_import_does_not_touch_are_left_out():
    frame = facts.Frame(toy.boundaries())
    one = facts.prepare(COUNTED.assign(source_id="s"), frame, types=TYPES, sources={})
    assert effects.totals(one, one, set()).empty


def test_a_file_without_the_type_that_is_replaced_has_no_row_to_explain_it():
    assert effects.displaced(FILE.assign(activity_type="avec"), COUNTED, toy.boundaries()).empty
