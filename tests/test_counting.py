"""The accounting and the set rule, worked out by hand on the toy geography."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.counting import Accounting, Members, bounds, has_flag, relation, tally, without_details_twice
from tests import toy

MEMBERS = Members(toy.communes())
ALL = ["ML05", "ML07", "MR02", "ML0501", "ML0502", "ML0701", "ML050101", "ML050102", "ML050201", "ML070101"]


def units(*codes):
    return {code: MEMBERS.of(code) for code in codes}


def records(*rows):
    return pd.DataFrame([{"place_set": place_set, "quantity": quantity} for place_set, quantity in rows])


def found(table, code):
    row = table.set_index("pcode").loc[code]
    return (row["value_min"], row["value_max"], row["value_open"])


def test_rows_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="10 rows read, but 7 placed"):
        Accounting(read=10, placed=7, review=2, rejected=0)


def test_several_regions_are_an_interval_in_each_and_exact_in_both_together():
    # The 52 AVECs of "Gao et Mopti".
    asked = units("ML05", "ML07") | {"both": MEMBERS.of("ML05") | MEMBERS.of("ML07")}
    table = bounds(records(("ML05;ML07", 52.0)), asked, MEMBERS)
    assert found(table, "ML05") == (0, 52, 0)
    assert found(table, "ML07") == (0, 52, 0)
    assert found(table, "both") == (52, 52, 0)


def test_a_region_record_touches_its_communes_without_presence():
    pairs = relation(["ML05;ML07"], units("ML05", "ML050101"), MEMBERS).frame().set_index("pcode")
    assert bool(pairs.loc["ML05", "presence"])
    assert not pairs.loc["ML050101", "presence"]
    assert not pairs["inside"].any()


def test_committees_of_named_communes_of_two_cercles():
    # 8 committees in A1, A2 (cercle A) and B1 (cercle B), all in region Nord.
    table = bounds(records(("ML050101;ML050102;ML050201", 8.0)), units(*ALL), MEMBERS)
    for commune in ("ML050101", "ML050102", "ML050201"):
        assert found(table, commune) == (0, 8, 0)
    assert found(table, "ML0501") == (0, 8, 0)
    assert found(table, "ML0502") == (0, 8, 0)
    assert found(table, "ML05") == (8, 8, 0)
    assert found(table, "ML070101") == (0, 0, 0)
    assert table.set_index("pcode").loc["ML070101", "records"] == 0


def test_bounds_of_a_parent_are_not_the_sum_of_its_children():
    table = bounds(records(("ML050101;ML050102", 5.0)), units("ML050101", "ML050102", "ML0501"), MEMBERS)
    children = table.set_index("pcode").loc[["ML050101", "ML050102"]]
    assert children["value_min"].sum() == 0
    assert found(table, "ML0501") == (5, 5, 0)


def test_a_quantity_not_reported_leaves_the_upper_bound_open():
    table = bounds(records(("ML05", 8.0), ("ML05;ML07", float("nan"))), units("ML05", "ML050101"), MEMBERS)
    assert found(table, "ML05") == (8, 8, 1)
    assert found(table, "ML050101") == (0, 8, 1)


def test_parts_of_the_records_are_kept_apart():
    pairs = relation(["ML050101"], units("ML0501"), MEMBERS)
    counted = tally(np.array([0, 0]), np.array([2.0, 3.0]), pairs, part_of_record=np.array([0, 1]), parts=2)
    assert counted.least.tolist() == [[2, 3]]


def test_a_flag_is_found_as_a_whole_word():
    frame = pd.DataFrame({"flags": ["a;b", "ab", "", "b"]})
    assert list(has_flag(frame, "b")) == [True, False, False, True]


def detail(place_set, quantity, key="K1"):
    return {
        "source_id": "s",
        "project_code": "P",
        "record_key": key,
        "activity_type": "avec",
        "implementing_org": "O",
        "place_set": place_set,
        "quantity": quantity,
        "flags": "",
    }


def test_a_region_row_and_its_commune_rows_are_not_both_counted():
    rows = pd.DataFrame([detail("ML05", 10.0), detail("ML050101", 3.0), detail("ML050201", 4.0)])
    once = without_details_twice(rows, MEMBERS)
    assert once["quantity"].sum() == 10
    assert list(once["quantity"]) == [3.0, 3.0, 4.0]
    assert once["flags"].iloc[0] == "detailed_below"


def test_a_region_row_that_its_details_exhaust_is_dropped():
    rows = pd.DataFrame([detail("ML05", 7.0), detail("ML050101", 3.0), detail("ML050201", 4.0)])
    once = without_details_twice(rows, MEMBERS)
    assert list(once["place_set"]) == ["ML050101", "ML050201"]


def test_three_levels_of_one_record_count_once():
    rows = pd.DataFrame([detail("ML05", 10.0), detail("ML0501", 6.0), detail("ML050101", 5.0)])
    assert without_details_twice(rows, MEMBERS)["quantity"].sum() == 10


def test_rows_of_different_keys_are_all_counted():
    rows = pd.DataFrame([detail("ML05", 10.0, "K1"), detail("ML050101", 3.0, "K2")])
    assert without_details_twice(rows, MEMBERS)["quantity"].sum() == 13


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sets(st.sampled_from(ALL), min_size=1, max_size=3), st.integers(0, 50)), max_size=8)
)
def test_bounds_hold_for_any_records(drawn):
    rows = pd.DataFrame(
        [{"place_set": ";".join(sorted(places)), "quantity": float(quantity)} for places, quantity in drawn],
        columns=["place_set", "quantity"],
    )
    everything = MEMBERS.of("ML05") | MEMBERS.of("ML07") | MEMBERS.of("MR02")
    table = bounds(rows, units(*ALL) | {"all": everything}, MEMBERS)
    assert (table["value_min"] <= table["value_max"]).all()
    total = float(rows["quantity"].sum()) if len(rows) else 0.0
    if len(rows):
        # Everything lies in the whole, and the communes' lower bounds never promise more than there is.
        assert found(table, "all") == (total, total, 0)
        communes = table[table["pcode"].str.len() == len("ML050101")]
        assert communes["value_min"].sum() <= total
