"""Placing on the toy geography: every row somewhere, each at its own precision."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.activities import Source, complete
from geo.counting import Members, account
from geo.placing import place
from tests import toy

BOUNDARIES = toy.boundaries()
NO_PAPERS = ("t", "p", "", "", "")
SOURCES = {"mali": Source("mali", *NO_PAPERS, country="ML"), "none": Source("none", *NO_PAPERS)}


def placed(**columns):
    size = len(next(iter(columns.values())))
    frame = pd.DataFrame({"activity_type": ["water_point"] * size, **columns})
    return place(complete(frame), BOUNDARIES, matcher=toy.matcher, readings=toy.readings, sources=SOURCES)


def one(**columns):
    return placed(**{name: [value] for name, value in columns.items()}).iloc[0]


def test_a_position_is_placed_in_its_commune():
    row = one(longitude=1.5, latitude=0.5, source_id="mali")
    assert (row["outcome"], row["precision"], row["place_set"]) == ("placed", "point", "ML050102")
    assert (row["adm1_pcode"], row["adm2_pcode"], row["vintage"]) == ("ML05", "ML0501", "COD-AB 2021")


def test_a_point_on_a_shared_edge_belongs_to_the_lower_code():
    assert one(longitude=2.0, latitude=0.5, source_id="mali")["place_set"] == "ML050102"


def test_outside_every_unit_goes_to_review_with_the_nearest_and_its_distance():
    row = one(longitude=5.5, latitude=0.5, source_id="mali")
    assert (row["outcome"], row["reason"], row["candidates"]) == ("review", "outside_every_unit", "ML070102")
    # Half a degree of longitude at 0.5 degrees north.
    assert row["distance_km"] == pytest.approx(55.66, abs=0.05)


def test_a_hit_only_in_the_neighbour_goes_to_review():
    row = one(longitude=-0.5, latitude=0.5, source_id="mali")
    assert (row["outcome"], row["reason"]) == ("review", "other_country")
    assert row["candidates"] == "MR02101;ML050101"


def test_in_both_countries_the_declared_one_is_taken():
    row = one(longitude=0.05, latitude=0.5, source_id="mali")
    assert (row["outcome"], row["place_set"], row["flags"]) == ("placed", "ML050101", "border_overlap")


def test_in_both_countries_without_a_declared_one_goes_to_review():
    row = one(longitude=0.05, latitude=0.5, source_id="none")
    assert (row["reason"], row["candidates"]) == ("in_two_countries", "ML050101;MR02101")


def test_the_stated_region_declares_the_country():
    row = one(longitude=0.05, latitude=0.5, source_id="none", provider_adm1_name="Nord")
    assert (row["outcome"], row["place_set"]) == ("placed", "ML050101")


def test_a_region_of_an_older_vintage_does_not_contradict():
    row = one(longitude=3.5, latitude=0.5, source_id="mali", provider_adm1_name="Nord")
    assert (row["outcome"], row["place_set"], row["flags"]) == ("placed", "ML070101", "older_vintage")


def test_a_position_near_the_stated_region_is_placed_and_flagged():
    # 0.1 degree east of the edge between Nord and Est: 11 km from Est.
    row = one(longitude=2.9, latitude=0.5, source_id="mali", provider_adm1_name="Est")
    assert (row["outcome"], row["place_set"], row["flags"]) == ("placed", "ML050201", "stated_place_differs")
    assert row["distance_km"] == pytest.approx(11.13, abs=0.05)


def test_a_position_far_from_the_stated_region_goes_to_review():
    row = one(longitude=0.5, latitude=0.5, source_id="mali", provider_adm1_name="Est")
    assert (row["outcome"], row["reason"]) == ("review", "far_from_stated_place")
    assert row["candidates"] == "ML050101;ML07"
    assert row["place_set"] == ""


@pytest.mark.parametrize(
    ("stated", "precision", "place_set"),
    [
        ({"provider_adm3_name": "A1"}, "commune", "ML050101"),
        ({"provider_adm2_name": "C"}, "cercle", "ML0701"),
        ({"provider_adm1_name": "Est"}, "region", "ML07"),
        ({"provider_adm1_name": "Nord;Est"}, "several", "ML05;ML07"),
        ({"provider_adm2_name": "A;B", "provider_adm3_name": "A1;B1"}, "several", "ML050101;ML050201"),
    ],
)
def test_named_places_keep_their_precision(stated, precision, place_set):
    row = one(**stated)
    assert (row["outcome"], row["precision"], row["place_set"]) == ("placed", precision, place_set)


def test_a_name_that_its_parents_contradict_goes_to_review():
    row = one(provider_adm2_name="C", provider_adm3_name="A1")
    assert (row["outcome"], row["reason"], row["candidates"]) == ("review", "place_contradicted", "ML050101")


def test_a_name_nobody_knows_goes_to_review():
    assert one(provider_adm3_name="Nowhere")["reason"] == "unknown_place"


def test_a_row_without_position_and_place_is_rejected():
    row = one(longitude=0.0, latitude=0.0, source_id="mali")
    assert (row["outcome"], row["reason"]) == ("rejected", "no_place")


def test_an_unusable_position_leaves_the_name():
    row = one(longitude=500.0, latitude=0.5, provider_adm3_name="A1")
    assert (row["outcome"], row["place_set"], row["flags"]) == ("placed", "ML050101", "position_unusable")


def test_a_code_needs_its_vintage():
    assert one(provider_adm3_pcode="ML050101")["reason"] == "code_without_vintage"
    row = one(provider_adm3_pcode="ML050101", provider_vintage="COD-AB 2021")
    assert (row["outcome"], row["precision"], row["method"]) == ("placed", "commune", "pcode")


def test_a_name_settles_a_code_without_vintage():
    row = one(provider_adm3_pcode="ML050101", provider_adm3_name="A1")
    assert (row["outcome"], row["method"]) == ("placed", "pcode+name")


def test_a_code_and_a_name_that_disagree_go_to_review():
    row = one(provider_adm3_pcode="ML050101", provider_vintage="COD-AB 2021", provider_adm3_name="B1")
    assert (row["reason"], row["candidates"]) == ("code_and_name_disagree", "ML050101;ML050201")


def test_a_spoilt_code_is_repaired_and_flagged():
    row = one(provider_adm2_pcode="MLI0501 ", provider_vintage="COD-AB 2021")
    assert (row["place_set"], row["flags"]) == ("ML0501", "code_repaired")


def test_a_repeated_position_is_placed_and_flagged():
    rows = placed(longitude=[1.5, 1.5, 1.6], latitude=[0.5, 0.5, 0.5], source_id=["mali"] * 3)
    assert list(rows["flags"]) == ["", "possible_repeat", ""]
    assert list(rows["outcome"]) == ["placed"] * 3


def test_placing_changes_nothing_in_place():
    frame = complete(pd.DataFrame({"longitude": [1.5], "latitude": [0.5], "source_id": ["mali"]}))
    before = frame.copy()
    place(frame, BOUNDARIES, matcher=toy.matcher, readings=toy.readings, sources=SOURCES)
    pd.testing.assert_frame_equal(frame, before)


NAMES = st.sampled_from(["", "A1", "B1", "C2", "M1", "Nord", "Est", "Nord;Est", "xyz", ";", " "])
PLACES = st.one_of(st.just(float("nan")), st.floats(-3, 7), st.sampled_from([0.0, 1.0, 2.0, 999.0]))


@settings(deadline=None)
@given(st.lists(st.tuples(PLACES, PLACES, NAMES, NAMES, st.sampled_from(["mali", "none"])), max_size=12))
def test_every_row_is_accounted_for(drawn):
    columns = ["longitude", "latitude", "provider_adm1_name", "provider_adm3_name", "source_id"]
    frame = complete(pd.DataFrame(drawn, columns=columns).assign(activity_type="avec"))
    rows = place(frame, BOUNDARIES, matcher=toy.matcher, readings=toy.readings, sources=SOURCES)
    counted = account(rows, shown=frozenset(["ML050101"]), members=Members(BOUNDARIES.units))
    assert counted.read == len(frame) == counted.placed + counted.review + counted.rejected
    assert (rows.loc[rows["outcome"] == "placed", "place_set"] != "").all()
    assert (rows.loc[rows["outcome"] != "placed", "reason"] != "").all()
