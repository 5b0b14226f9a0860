"""A view answered on the toy geography: units, total, drill, filters, period, what is known above."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.activities import Scope, Source, complete
from geo.coverage import MEASURES, Assumptions
from geo.facts import Frame, Group, View, build, prepare
from geo.io.records import read_types
from geo.oftype import SELECTIONS_KEPT
from geo.placing import place
from geo.sharing import READER, share
from tests import toy

BOUNDARIES = toy.boundaries()
TYPES = {name: kind for name, kind in read_types().items() if name in ("water_point", "avec")}
PREPARED = {}
GROUPS = (Group("NEW1", "Nouvelle", ("ML0501",)), Group("NEW2", "Reste", ("ML0502", "ML0701")))
FRAME = Frame(BOUNDARIES, groups=GROUPS)
SURVEY = Source("survey", "s", "", "", "", "", scope=Scope(("water_point",), ("reported",), "2020", True))
PEOPLE = pd.DataFrame(
    {
        "adm3_pcode": ["ML050101", "ML050102", "ML050201", "ML070101"],
        "people": [1000.0, 500.0, float("nan"), 200.0],
        "year": ["2017", "2024", "2017", "2017"],
    }
)


def well(place_column, name, quantity=1.0, functionality="functional", **more):
    return {
        "activity_type": "water_point",
        "source_id": "s",
        place_column: name,
        "quantity": quantity,
        "functionality": functionality,
    } | more


def commune(name, *arguments, **more):
    return well("provider_adm3_name", name, *arguments, **more)


def prepared(rows, sources=None):
    """Prepared once for each list of rows: what does not change with the view."""
    key = repr((rows, sources))
    if key not in PREPARED:
        frame = complete(pd.DataFrame(rows) if rows else pd.DataFrame({"activity_type": []}))
        placed = place(frame, BOUNDARIES, matcher=toy.matcher, readings=toy.readings, sources=sources or {})
        seen = share(placed, READER, types=TYPES)
        PREPARED[key] = prepare(seen, FRAME, types=TYPES, sources=sources or {}, people=PEOPLE)
    return PREPARED[key]


def answer(rows, sources=None, **asked):
    return build(prepared(rows, sources), View(**asked))


def value(row):
    return (row["value_min"], row["value_max"], row["value_open"], row["state"])


def unit(facts, pcode):
    return facts.units.set_index("pcode").loc[pcode]


# 3 in A1, 2 in A1 or B1, 4 somewhere in region Nord, 1 in C1 (outside the area shown).
FOUR = [
    commune("A1", 3.0),
    commune("A1;B1", 2.0),
    well("provider_adm1_name", "Nord", 4.0),
    commune("C1", 1.0),
]


def test_the_total_is_taken_from_the_records():
    facts = answer(FOUR)
    # The communes' bounds are 3-9, 0-4 and 0-6 (and 0-0 in M1): their sum, 3-19, is not the total, 9.
    assert value(unit(facts, "ML050101")) == (3, 9, 0, "number")
    assert value(unit(facts, "ML050102")) == (0, 4, 0, "none_reported")
    assert value(unit(facts, "ML050201")) == (0, 6, 0, "number")
    assert value(facts.total.iloc[0]) == (9, 9, 0, "number")


def test_every_unit_drawn_has_a_row():
    facts = answer(FOUR)
    assert list(facts.units["pcode"]) == list(BOUNDARIES.communes["adm3_pcode"])
    assert unit(facts, "ML050101")[["name", "cercle_name", "region_name"]].tolist() == ["A1", "A", "Nord"]


def test_drilled_into_a_unit_the_total_is_that_of_the_unit():
    facts = answer(FOUR, unit="ML0501")
    # 3 in A1 for sure; 2 of "A1 or B1" and 4 of Nord may lie in cercle A.
    assert value(facts.total.iloc[0]) == (3, 9, 0, "number")
    assert len(facts.records) == 3
    facts = answer(FOUR, unit="ML07")
    assert value(facts.total.iloc[0]) == (1, 1, 0, "number")


@pytest.mark.parametrize(("level", "above"), [("commune", 2), ("cercle", 2), ("region", 0)])
def test_what_is_known_above_the_level(level, above):
    facts = answer(FOUR, level=level)
    assert len(facts.above) == above


def test_known_above_in_the_unit_drilled_into_only():
    assert len(answer(FOUR, unit="ML07").above) == 0
    assert list(answer(FOUR, unit="ML0502").above["quantity"]) == [2.0, 4.0]


def test_the_accounting_is_of_all_rows_of_the_type():
    rows = [*FOUR, commune("Nowhere"), well("provider_locality", "x"), commune("A1", activity_type="avec")]
    counted = answer(rows, filters={"implementing_org": ("nobody",)}).accounting
    assert (counted.read, counted.placed, counted.review, counted.rejected) == (6, 4, 1, 1)
    assert counted.outside_shown == 1


def test_regions_of_2023_are_counted_from_the_records_too():
    facts = answer(FOUR, level="region", regions="2023")
    assert list(facts.units["pcode"]) == ["NEW1", "NEW2"]
    assert value(unit(facts, "NEW1")) == (3, 9, 0, "number")
    # B1 (0-2) of "A1 or B1", 0-4 of Nord, C1's 1.
    assert value(unit(facts, "NEW2")) == (1, 7, 0, "number")
    assert unit(facts, "NEW1")["indicative"]
    assert value(answer(FOUR, level="region", regions="2023", unit="NEW2").total.iloc[0]) == (
        1,
        7,
        0,
        "number",
    )


def test_people_are_summed_and_the_communes_without_a_figure_counted():
    facts = answer(FOUR, level="region")
    nord = unit(facts, "ML05")
    assert (nord["people"], nord["people_year"], nord["people_missing"]) == (1500, "2017;2024", 1)
    west = unit(facts, "MR02")
    assert pd.isna(west["people"])
    assert west["people_missing"] == 1


def test_the_dates_of_what_is_shown():
    rows = [
        commune("A1", observed_on="2020-11-23"),
        commune("A2", observed_on="2017"),
        commune("C1", observed_on="1999"),
    ]
    facts = answer(rows)
    assert (facts.oldest, facts.newest) == ("2017", "2020-11-23")


DATED = [
    commune("A1", 1.0, start_date="2016", end_date="2016"),
    commune("A2", 1.0, start_date="2016-05-01", end_date="2017-02"),
    commune("B1", 1.0, observed_on="2020-11-23"),
    commune("M1", 1.0, start_date="2018"),
    commune("A1", 1.0),
]


@pytest.mark.parametrize(
    ("period", "kept"),
    [
        (("", ""), 5),
        (("2016-06-30", "2016-06-30"), 2),  # a year alone meets any day of it
        (("2016-01-01", "2016-04-30"), 1),
        (("2017-02-28", "2017-12-31"), 1),  # a month alone meets any day of it
        (("2017-03-01", "2017-12-31"), 0),
        (("2018", ""), 2),
        (("", "2016-12-31"), 2),
        (("2020-11", "2020-11"), 1),
    ],
)
def test_a_period_keeps_what_its_dates_meet(period, kept):
    facts = answer(DATED, period=period)
    assert facts.total["value_min"].iloc[0] == kept
    assert facts.undated == (1 if period != ("", "") else 0)
    assert facts.filtered == 5 - kept


PARTNERS = [
    commune("A1", 1.0, implementing_org="AMSS", donor="BMZ;WHH"),
    commune("A1", 2.0, implementing_org="NRC", donor="BMZ"),
    commune("A2", 4.0, implementing_org="NRC", donor=""),
]


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        ({}, 7),
        ({"implementing_org": ("NRC",)}, 6),
        ({"implementing_org": ("NRC", "AMSS")}, 7),
        ({"implementing_org": ()}, 7),
        ({"donor": ("WHH",)}, 1),
        ({"donor": ("BMZ",)}, 3),
        ({"donor": ("",)}, 4),  # not reported
        ({"donor": ("BMZ",), "implementing_org": ("NRC",)}, 2),
    ],
)
def test_filters(filters, total):
    facts = answer(PARTNERS, filters=filters)
    assert facts.total["value_min"].iloc[0] == total
    assert facts.total["in_place_min"].iloc[0] == total


def test_a_filter_takes_zero_back():
    rows = [commune("A1", 2.0, source_id="survey"), commune("A2", 1.0, "dry", source_id="survey")]
    sources = {"survey": SURVEY}
    assert unit(answer(rows, sources=sources), "ML050102")["state"] == "zero"
    # Nobody surveyed whether AMSS works there.
    filtered = answer(rows, sources=sources, filters={"functionality": ("functional",)})
    assert unit(filtered, "ML050102")["state"] == "none_reported"
    assert unit(filtered, "ML050101")["state"] == "number"


def test_a_parent_is_covered_only_where_all_its_communes_are():
    rows = [commune("A1", 2.0, "dry", source_id="survey"), commune("A2", 1.0, "dry", source_id="survey")]
    facts = answer(rows, sources={"survey": SURVEY}, level="cercle")
    assert unit(facts, "ML0501")["state"] == "zero"
    facts = answer(rows[:1], sources={"survey": SURVEY}, level="cercle")
    assert unit(facts, "ML0501")["state"] == "none_reported"


def test_a_switch_reaches_the_figures():
    rows = [commune("A1", 2.0), commune("A1", 3.0, "functional_seasonal")]
    assert answer(rows).total["value_min"].iloc[0] == 5
    assert answer(rows, assumptions=Assumptions(seasonal=False)).total["value_min"].iloc[0] == 2


def test_points_are_those_with_a_position_that_may_be_shown():
    exact = {"longitude": 0.5, "latitude": 0.25}
    rows = [well("provider_locality", "x", **exact), commune("A2")]
    points = answer(rows).points
    assert points[["longitude", "latitude"]].to_numpy().tolist() == [[0.5, 0.25]]
    assert answer(rows).points_count == 1
    hidden = [row | {"activity_type": "avec"} for row in rows]
    assert answer(hidden, activity_type="avec", measure="in_place").points.empty


def test_details_are_not_counted_beside_the_row_they_are_part_of():
    rows = [
        well("provider_adm1_name", "Nord", 10.0, project_code="P", record_key="K"),
        commune("A1", 3.0, project_code="P", record_key="K"),
    ]
    assert value(answer(rows).total.iloc[0]) == (10, 10, 0, "number")
    hidden = [row | {"activity_type": "avec"} for row in rows]
    assert value(answer(hidden, activity_type="avec", measure="in_place").total.iloc[0]) == (
        10,
        10,
        0,
        "number",
    )


def test_people_of_details_are_not_added_to_those_of_the_row_they_are_part_of():
    # 500 people in Nord, of which 120 in A1; the works are all in A1, the people are not.
    rows = [
        well("provider_adm1_name", "Nord", 3.0, project_code="P", record_key="K", reached_people=500.0),
        commune("A1", 3.0, project_code="P", record_key="K", reached_people=120.0),
    ]
    facts = answer(rows, measure="reached_people")
    assert facts.total["value_max"].iloc[0] == 500
    assert answer(rows).total["value_max"].iloc[0] == 3


def test_no_records_at_all():
    facts = answer([])
    assert (facts.accounting.read, len(facts.records), len(facts.points)) == (0, 0, 0)
    assert set(facts.units["state"]) == {"none_reported"}


def test_views_have_keys_of_their_own_whatever_the_order_of_filters():
    first = View(filters={"donor": ("a",), "source_id": ("b",)})
    second = View(filters={"source_id": ("b",), "donor": ("a",)})
    assert first.key == second.key
    assert first.key != View(filters={"donor": ("a",)}).key
    assert View(assumptions=Assumptions(seasonal=False)).key != View().key


NAMES = st.sampled_from(["A1", "A2", "B1", "C1", "M1", "A1;B1", "A2;C1"])
ROWS = st.lists(
    st.builds(commune, NAMES, st.one_of(st.integers(0, 9).map(float), st.just(float("nan")))),
    min_size=1,
    max_size=6,
)


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_the_levels_nest_for_any_records(rows):
    total = answer(rows).total.iloc[0]
    for level in ("commune", "cercle", "region"):
        units = answer(rows, level=level).units
        shown = units[units["focus"]]
        # What is sure in the parts is sure in the whole; what may be in a part may be in the whole.
        assert shown["value_min"].sum() <= total["value_min"]
        assert shown["value_max"].max() <= total["value_max"]
        assert shown["value_max"].sum() >= total["value_max"]


def test_what_filters_leave_is_counted_once_and_measured_in_every_way():
    rows = [
        commune("A1", 3.0, observed_on="2019-05-01", implementing_org="A"),
        commune("A2", 2.0, "broken", observed_on="2021", implementing_org="B"),
        well("provider_adm2_name", "A", 4.0, implementing_org="A;B"),
        commune("A1", None, "unknown", donor="D"),
        commune("B1", 7.0, observed_on="2022"),
    ]
    asked = [
        View(measure=measure, level=level, unit=unit, filters=filters, period=period, assumptions=switches)
        for level, unit in (("commune", ""), ("commune", "ML0501"), ("cercle", "ML0501"), ("region", ""))
        for filters in ({}, {"implementing_org": ("A",)}, {"donor": ("D",), "functionality": ("unknown",)})
        for period in (("", ""), ("2020-01-01", "2022-12-31"))
        for switches in (Assumptions(), Assumptions(unknown_as="working"))
        for measure in MEASURES
    ]
    kept = prepared(rows)
    of_type = kept.of_type["water_point"]
    assert build(kept, View()).units["value_min"].sum() == 10.0
    together = []
    for view in asked:
        together.append(build(kept, view))
        assert len(of_type._selected) <= SELECTIONS_KEPT
    for view, found in zip(asked, together, strict=True):
        of_type._selected.clear()
        alone = build(kept, view)
        for name in ("units", "total"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(alone, name))
        assert list(found.rows) == list(alone.rows)
        assert list(found.rows_above) == list(alone.rows_above)
        told = ("oldest", "newest", "undated", "filtered")
        assert [getattr(found, name) for name in told] == [getattr(alone, name) for name in told]
    of_type._selected.clear()
    for measure in MEASURES:
        build(kept, View(measure=measure))
    assert len(of_type._selected) == 1
