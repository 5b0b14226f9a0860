"""What changed between two states of the records, worked out by hand."""

from datetime import date

import pandas as pd
import pytest

from geo.snapshots import compare, totals
from tests.toy_partners import ROWS, WATER, placed, toy

THEN, NOW = date(2026, 5, 1), date(2026, 11, 1)


def state(rows):
    found = placed(rows)
    found.index = [f"s{key}" for key in found["record_key"]]
    return found


def row(**changes):
    return ROWS[0] | changes


def difference(then, now, **asked):
    return compare(state(then), state(now), then_on=THEN, now_on=NOW, **asked)


def test_nothing_changed():
    found = difference(ROWS, ROWS)
    assert found.changes.empty
    assert found.same == 30
    assert totals(found) == {"added": 0, "ended": 0, "changed": 0}


def test_a_record_that_is_new_and_one_that_is_gone():
    found = difference(ROWS[:2], [ROWS[0], row(), ROWS[3]])
    # K2 says something else now, K3 is new.
    assert found.changes[["identity", "change"]].values.tolist() == [["sK3", "added"], ["sK2", "changed"]]
    gone = difference(ROWS[:2], ROWS[:1])
    assert gone.changes[["identity", "change", "ending"]].values.tolist() == [
        ["sK2", "ended", "no_longer_stated"]
    ]


def test_what_changed_is_said_with_both_values():
    found = difference([row(quantity=1.0)], [row(quantity=1234567.0, activity_status="ongoing")])
    assert found.changes["columns"].iloc[0] == "activity_status;quantity"
    assert found.changes["details"].iloc[0] == [
        ("activity_status", "", "ongoing"),
        ("quantity", "1", "1234567"),
    ]


def test_a_figure_that_was_not_reported_is_not_zero():
    found = difference([row(reached_people=None)], [row(reached_people=0.0)])
    assert found.changes["details"].iloc[0] == [("reached_people", "", "0")]


@pytest.mark.parametrize(
    ("before", "after", "ending"),
    [
        ({"activity_status": "ongoing"}, {"activity_status": "completed"}, "completed"),
        ({"end_date": "2026-06-30"}, {"end_date": "2026-06-30"}, "end_date_passed"),
        ({"end_date": "2026"}, {"end_date": "2026"}, ""),
        ({"end_date": "2026-04-30"}, {"end_date": "2026-04-30"}, ""),
        ({"end_date": "2026-11-30"}, {"end_date": "2026-11-30"}, ""),
        ({"end_date": "2027"}, {"end_date": "2026-09"}, "end_date_passed"),
        (
            {"activity_status": "completed"},
            {"activity_status": "completed", "end_date": "2026-06"},
            "changed",
        ),
    ],
)
def test_an_activity_ends_by_its_status_or_its_date(before, after, ending):
    found = difference([row(**before)], [row(**after)]).changes
    if ending == "changed":
        assert found["change"].tolist() == ["changed"]
    else:
        assert found["ending"].tolist() == ([ending] if ending else [])


def test_communes_are_counted_and_wider_records_stand_apart():
    wide = row(provider_adm3_name="", provider_adm1_name="Nord", longitude=None, latitude=None)
    several = row(provider_adm3_name="A1;A2", longitude=None, latitude=None)
    found = difference([], [ROWS[0], several, wide])
    counts = found.communes.set_index("pcode")["added"].to_dict()
    assert counts == {"ML050101": 2, "ML050102": 1}
    assert found.above["identity"].tolist() == ["sK3"]
    # Three records, whatever the communes that they name.
    assert totals(found)["added"] == 3


def test_an_area_has_its_own_changes():
    members = toy_members()
    found = difference(ROWS, [], shown=members.of("ML07"), members=members)
    assert found.changes["identity"].tolist() == ["sK23", "sK24"]
    assert found.communes["pcode"].tolist() == ["ML070101"]


def toy_members():
    from geo.counting import Members  # noqa: PLC0415

    return Members(toy.boundaries().units)


def test_a_type_of_one_state_only():
    found = difference([], ROWS[:1])
    assert found.changes["activity_type"].tolist() == [WATER]
    assert isinstance(found.communes, pd.DataFrame)
