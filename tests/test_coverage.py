"""What there is in each unit, worked out by hand on the toy geography (six communes, see tests/toy.py)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import coverage
from geo.activities import FUNCTIONALITIES, Scope, Source, complete
from geo.counting import Members, relation
from geo.coverage import MEASURES, PARTS, STATES, Assumptions, part_of_state, surveyed
from geo.io.records import read_types
from tests import toy

MEMBERS = Members(toy.communes())
UNITS = ["ML05", "ML0501", "ML0502", "ML050101", "ML050102", "ML050201", "ML07", "ML070101", "MR02101"]
TYPES = read_types()
WATER, AVEC, TRAINING = TYPES["water_point"], TYPES["avec"], TYPES["training"]
WELL = ("ML050101", 1.0, "functional")


def table(rows, measure="working", kind=WATER, covered=(), **assumptions):
    """``rows``: (place_set, quantity, functionality), or dicts for more columns."""
    named = [
        row
        if isinstance(row, dict)
        else dict(zip(("place_set", "quantity", "functionality"), row, strict=True))
        for row in rows
    ]
    frame = complete(pd.DataFrame(named, columns=None if named else ["place_set"]))
    set_of_record, place_sets = pd.factorize(frame["place_set"])
    pairs = relation([str(text) for text in place_sets], {code: MEMBERS.of(code) for code in UNITS}, MEMBERS)
    used = Assumptions(**assumptions)
    found = coverage.table(
        frame,
        pairs,
        set_of_record,
        counted=coverage.works(frame, pairs, set_of_record, kind=kind, assumptions=used),
        kind=kind,
        measure=measure,
        assumptions=used,
        covered=np.array([code in covered for code in UNITS]),
    )
    return found.set_index("pcode")


def value(found, code):
    row = found.loc[code]
    return (row["value_min"], row["value_max"], row["value_open"], row["state"])


def test_each_of_the_six_states_once():
    rows = [
        ("ML050101", 3.0, "functional"),
        ("ML050102", 2.0, "broken"),
        ("ML050201", np.nan, "functional"),
        ("ML070101", 4.0, "unknown"),
    ]
    found = table(rows, covered=("ML050102",))
    states = {code: found.loc[code, "state"] for code in UNITS}
    assert states["ML050101"] == "number"
    assert states["ML050102"] == "zero"  # the survey was there, nothing works
    assert states["ML050201"] == "not_reported"
    assert states["ML070101"] == "unknown"
    assert states["MR02101"] == "none_reported"
    assert set(table(rows, kind=TRAINING)["state"]) == {"not_applicable"}
    assert {*states.values(), "not_applicable"} == set(STATES)


def test_seasonal_points_count_and_their_number_stays_beside():
    rows = [("ML050101", 5.0, "functional"), ("ML050101", 2.0, "functional_seasonal")]
    found = table(rows)
    assert value(found, "ML050101") == (7, 7, 0, "number")
    assert found.loc["ML050101", "seasonal_min"] == 2


def test_a_switch_leaves_seasonal_points_out_and_their_number_stays_beside():
    rows = [("ML050101", 5.0, "functional"), ("ML050101", 2.0, "functional_seasonal")]
    found = table(rows, seasonal=False)
    assert value(found, "ML050101") == (5, 5, 0, "number")
    assert found.loc["ML050101", "seasonal_min"] == 2
    assert found.loc["ML050101", "in_place_min"] == 7


@pytest.mark.parametrize(
    ("unknown_as", "working", "out_of_order", "unknown"),
    [("apart", 5, 1, 4), ("working", 9, 1, 0), ("not_working", 5, 5, 0)],
)
def test_unknown_stands_apart_or_is_taken_for_one_or_the_other(unknown_as, working, out_of_order, unknown):
    rows = [
        ("ML050101", 5.0, "functional"),
        ("ML050101", 1.0, "broken"),
        ("ML050101", 3.0, "unknown"),
        ("ML050101", 1.0, ""),  # a state left empty is not known either
    ]
    row = table(rows, unknown_as=unknown_as).loc["ML050101"]
    assert (row["working_min"], row["out_of_order_min"], row["unknown_min"]) == (
        working,
        out_of_order,
        unknown,
    )
    assert row["in_place_min"] == 10


def test_only_unknown_points_are_no_zero_until_a_switch_says_so():
    rows = [("ML050101", 3.0, "unknown")]
    assert value(table(rows, covered=("ML050101",)), "ML050101") == (0, 0, 0, "unknown")
    assert value(table(rows, unknown_as="working"), "ML050101") == (3, 3, 0, "number")
    assert value(table(rows, covered=("ML050101",), unknown_as="not_working"), "ML050101") == (
        0,
        0,
        0,
        "zero",
    )


def test_not_used_does_not_count_and_stands_apart_from_broken():
    rows = [("ML050101", 2.0, "not_used"), ("ML050101", 3.0, "broken"), ("ML050101", 1.0, "dry"), WELL]
    row = table([*rows, ("ML050101", 1.0, "partly")]).loc["ML050101"]
    assert (row["working_min"], row["not_used_min"], row["out_of_order_min"], row["in_place_min"]) == (
        1,
        2,
        5,
        8,
    )


@pytest.mark.parametrize(
    ("measure", "number"), [("out_of_order", 3), ("not_used", 2), ("in_place", 6), ("records", 3)]
)
def test_other_measures_of_works(measure, number):
    rows = [("ML050101", 2.0, "not_used"), ("ML050101", 3.0, "broken"), WELL]
    assert value(table(rows, measure), "ML050101") == (number, number, 0, "number")


def test_every_state_of_a_point_has_one_part():
    for kind in TYPES.values():
        parts = part_of_state(kind, assumptions=Assumptions())
        assert set(parts) == {"", *FUNCTIONALITIES}
        assert set(parts.values()) <= set(PARTS)


def test_silence_is_zero_only_where_a_survey_was():
    found = table([WELL], covered=("ML050102",))
    assert value(found, "ML050102") == (0, 0, 0, "zero")
    assert value(found, "ML050201") == (0, 0, 0, "none_reported")


def test_silence_is_taken_for_zero_by_a_switch():
    found = table([WELL], none_reported_is_zero=True)
    assert value(found, "ML050201") == (0, 0, 0, "zero")


def test_broken_points_outside_a_survey_are_no_proof_that_none_works():
    assert value(table([("ML050101", 3.0, "broken")]), "ML050101") == (0, 0, 0, "none_reported")


@pytest.mark.parametrize("measure", ["reached_people", "targeted_people", "partners"])
def test_a_survey_of_works_says_nothing_of_people_and_partners(measure):
    assert table([], measure, covered=("ML050101",)).loc["ML050101", "state"] == "none_reported"


def test_several_places_are_an_interval_with_presence():
    found = table([("ML050101;ML050201", 8.0, "functional")], "in_place", AVEC)
    assert value(found, "ML050101") == (0, 8, 0, "number")
    assert value(found, "ML050102") == (0, 0, 0, "none_reported")
    assert value(found, "ML05") == (8, 8, 0, "number")
    assert found.loc[["ML050101", "ML05", "ML050102"], "presence"].tolist() == [True, True, False]


def test_a_region_record_colours_no_commune_and_stands_in_above_max():
    found = table([("ML05", 8.0, "functional"), WELL], "in_place", AVEC)
    assert value(found, "ML050102") == (0, 8, 0, "none_reported")
    assert found.loc["ML050102", "above_max"] == 8
    # Where a place is named its interval says it all.
    assert value(found, "ML050101") == (1, 9, 0, "number")
    assert found.loc["ML050101", "above_max"] == 0
    assert found.loc["ML070101", "above_max"] == 0


def test_a_region_record_in_a_surveyed_commune_is_not_called_zero():
    found = table([("ML05", 8.0, "functional")], "in_place", covered=("ML050102",))
    assert found.loc["ML050102", "state"] == "none_reported"


def test_a_quantity_not_reported_leaves_the_upper_bound_open():
    found = table([("ML0501", 8.0, "functional"), ("ML05", np.nan, "functional")], "in_place", AVEC)
    assert value(found, "ML05") == (8, 8, 1, "number")
    assert value(found, "ML0501") == (8, 8, 1, "number")
    assert value(found, "ML050101") == (0, 8, 1, "none_reported")
    assert value(found, "ML070101") == (0, 0, 0, "none_reported")


def org(place_set, name):
    return {"place_set": place_set, "quantity": 1.0, "functionality": "functional", "implementing_org": name}


def test_partners_are_counted_once_and_wider_ones_may_add():
    rows = [org("ML050101", "AMSS"), org("ML050101", "AMSS"), org("ML050101", "NRC"), org("ML05", "WHH")]
    found = table([*rows, org("ML05", "AMSS"), org("ML050101", "")], "partners")
    assert value(found, "ML050101") == (2, 3, 0, "number")
    assert value(found, "ML05") == (3, 3, 0, "number")
    assert value(found, "ML050102") == (0, 2, 0, "none_reported")


def reached(place_set, name, sector, year, people):
    return {
        "place_set": place_set,
        "implementing_org": name,
        "sector": sector,
        "start_date": year,
        "reached_people": people,
    }


# Two partners, two sectors, two periods in commune A1.
TWO_BY_TWO = [
    reached("ML050101", "AMSS", "wash", "2022-01", 100.0),
    reached("ML050101", "AMSS", "wash", "2022-07-01", 50.0),
    reached("ML050101", "AMSS", "food", "2022", 120.0),
    reached("ML050101", "NRC", "wash", "2022", 130.0),
    reached("ML050101", "NRC", "wash", "2023", 80.0),
    reached("ML050101", "NRC", "food", "2023", 200.0),
]


def test_people_at_least_and_at_most():
    # 2022: AMSS wash 100 + 50 = 150, AMSS food 120, NRC wash 130: at least 150.
    # 2023: NRC wash 80, NRC food 200: at least 200. Together 350; all added up 680.
    found = table(TWO_BY_TWO, "reached_people")
    assert value(found, "ML050101") == (350, 680, 0, "number")


def test_people_of_communes_add_up_and_a_wider_record_stands_beside():
    rows = [*TWO_BY_TWO, reached("ML050201", "AMSS", "wash", "2022", 40.0)]
    found = table(rows, "reached_people")
    assert value(found, "ML05") == (390, 720, 0, "number")
    # 500 in the whole region may hold the 390 of its communes: at least 500, at most 1,220.
    found = table([*rows, reached("ML05", "WHH", "wash", "2022", 500.0)], "reached_people")
    assert value(found, "ML05") == (500, 1220, 0, "number")
    assert value(found, "ML050101") == (350, 1180, 0, "number")
    assert value(found, "ML050102")[:2] == (0, 500)


def test_people_not_reported_are_counted_as_records_without_a_figure():
    found = table([*TWO_BY_TWO, reached("ML050101", "WHH", "wash", "2022", np.nan)], "reached_people")
    assert value(found, "ML050101") == (350, 680, 1, "number")
    only = table([reached("ML050101", "WHH", "wash", "2022", np.nan)], "reached_people")
    assert value(only, "ML050101") == (0, 0, 1, "not_reported")


def test_targeted_and_reached_are_not_mixed():
    rows = [{"place_set": "ML050101", "targeted_people": 500.0, "reached_people": 20.0}]
    assert value(table(rows, "targeted_people"), "ML050101")[:2] == (500, 500)
    assert value(table(rows, "reached_people"), "ML050101")[:2] == (20, 20)


def test_a_measure_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no measure 'beneficiaries'"):
        table([WELL], "beneficiaries")


def source(name, *units, exhaustive=True, types=("water_point",)):
    return Source(name, name, "", "", "", "", scope=Scope(types, units, "2020", exhaustive))


def covers(*sources):
    frame = pd.DataFrame({"source_id": ["a", "a", "b"], "adm3_pcode": ["ML050101", "", "ML070101"]})
    return surveyed(frame, {each.source_id: each for each in sources}, MEMBERS, kind="water_point")


def test_what_a_survey_covers():
    assert covers(source("a", "reported")) == {"ML050101"}
    assert covers(source("a", "ML0501", "ML070101")) == {"ML050101", "ML050102", "ML070101"}
    assert covers(source("a", "reported"), source("b", "reported")) == {"ML050101", "ML070101"}


def test_what_a_survey_does_not_cover():
    assert covers(source("a", "ML05", exhaustive=False)) == frozenset()
    assert covers(source("a", "ML05", types=("avec",))) == frozenset()
    assert covers() == frozenset()


ROWS = st.lists(
    st.tuples(
        st.sets(st.sampled_from(UNITS), min_size=1, max_size=3).map(lambda codes: ";".join(sorted(codes))),
        st.one_of(st.integers(0, 20).map(float), st.just(np.nan)),
        st.sampled_from(["", *FUNCTIONALITIES]),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from(MEASURES), st.booleans(), st.sampled_from(coverage.UNKNOWN_AS))
def test_bounds_parts_and_states_agree_for_any_records(rows, measure, seasonal, unknown_as):
    found = table(rows, measure, covered=("ML050101",), seasonal=seasonal, unknown_as=unknown_as)
    assert (found["value_min"] <= found["value_max"]).all()
    assert set(found["state"]) <= set(STATES)
    parts = ["working", "out_of_order", "not_used", "unknown", *([] if seasonal else ["seasonal"])]
    for end in ("min", "max"):
        assert (found[[f"{part}_{end}" for part in parts]].sum(axis=1) == found[f"in_place_{end}"]).all()
    # Zero is said only of what was surveyed, a number only where a place is named.
    assert set(found.index[found["state"] == "zero"]) <= {"ML050101"}
    assert found.loc[found["state"] == "number", "presence"].all()
    zero = found[found["state"].isin(["zero", "none_reported"]) & found["presence"]]
    assert (zero["value_max"] == 0).all()
