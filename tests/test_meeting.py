"""What a meeting is given, on the toy country whose need is worked out by hand (tests/toy_need.py)."""

import pytest

from geo import words
from geo.facts import View
from geo.io.norms import read_set
from geo.meeting import countries, decided, meeting
from tests.toy_need import NOT_COMPARABLE, WATER, prepared, records


def asked(table=None, **view):
    return meeting(prepared(table), View(**view), norm_set=read_set(), not_comparable=NOT_COMPARABLE)


def test_area_cercles_and_types():
    found = asked(unit="ML05")
    assert found.cercles == ("ML0501", "ML0502")
    assert found.communes == tuple(code for code in found.communes if code.startswith("ML05"))
    assert len(found.communes) == 6
    assert [each.communes.kind.name for each in found.subjects] == ["water_point"]
    assert countries(found) == ("ML",)
    assert countries(asked()) == ("ML", "MR")


def test_totals_of_the_area_and_of_its_cercles():
    found = asked(unit="ML05")
    water = found.subjects[0]
    # 2 + 2 + 5 + 0 + 2 + 1 working in Nord; 9 of them in its first cercle.
    assert words.total(water.communes) == "12"
    assert water.rows["ML0501"]["value_min"] == 9
    assert water.rows["ML050103"]["value_min"] == 5


def test_need_is_the_sum_of_the_communes():
    area = asked(unit="ML05").needs[0].gaps.area
    # One person of ML050102, all 1,200 of ML050104, 4,600 of ML050202; the uncounted commune has no figure.
    assert area["unserved_people"] == 1 + 1200 + 4600
    assert area["communes_without_figure"] == 1


def test_an_area_that_the_records_do_not_meet_is_empty():
    found = asked(records(WATER[:1]), unit="MR02")
    assert found.subjects == ()
    assert found.needs == ()
    assert len(found.presence) == 0
    assert found.overlaps is None


def test_presence_needs_a_named_place_and_an_organisation():
    rows = (
        ("ML050101;ML070101", 4, "functional", "report"),
        ("ML05", 7, "functional", "report"),
        ("ML050202", 1, "functional", "report"),
    )
    table = records(rows, implementing_org=["ONE;TWO", "ONE", ""], sector="wash")
    found = asked(table, unit="ML05")
    pairs = found.presence[["adm2_pcode", "implementing_org"]].to_records(index=False).tolist()
    # The region's record names no cercle, the last one nobody, and Est lies outside the area.
    assert pairs == [("ML0501", "ONE"), ("ML0501", "TWO")]
    assert found.unnamed == 1
    assert found.presence["start_date"].tolist() == ["2020", "2020"]


@pytest.mark.parametrize("filters", [{}, {"implementing_org": ("ONE",)}])
def test_a_filter_takes_no_work_away_from_need(filters):
    table = records(implementing_org=["ONE"] + [""] * (len(WATER) - 1))
    found = asked(table, unit="ML05", filters=filters)
    assert found.needs[0].gaps.area["unserved_people"] == 5801
    assert words.total(found.subjects[0].communes) == ("2" if filters else "12")


def test_decisions_on_pairs_are_kept_without_a_note_that_is_finer_than_the_commune():
    rows = (("ML050101", 4, "functional", "report"), ("ML050101", 7, "functional", "report"))
    for kind, note in (("water_point", "au puits neuf"), ("peace_committee", "")):
        table = records(rows, activity_type=kind, implementing_org=["ONE", "TWO"])
        found = asked(table, unit="ML05")
        assert len(found.overlaps.pairs) == 1
        told = found.overlaps.pairs.assign(decision="duplicate", note="au puits neuf")
        pairs = decided(found, told).overlaps.pairs
        assert pairs[["decision", "note"]].values.tolist() == [["duplicate", note]]
