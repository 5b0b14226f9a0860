"""Who does what where, counted by hand on the toy geography."""

import numpy as np
import pandas as pd
import pytest

from geo.facts import View, build
from geo.presence import AREA, holes, matrix, partners, side_by_side, with_need
from tests.toy_partners import GARDEN, SAVINGS, WATER, prepared


def row(kind, partner, quantity, *, reached=None, donor="", support="", functionality="", **place):
    names = {f"provider_{level}_name": name for level, name in place.items()}
    return {
        "activity_type": kind,
        "implementing_org": partner,
        "donor": donor,
        "partner_orgs": support,
        "quantity": quantity,
        "reached_people": reached,
        "functionality": functionality,
        "start_date": "2020",
        "sector": "wash",
    } | names


# AMSS: 3 in A1, 8 in A1 and A2 together, one number not reported in B1. NRC: 52 in Nord, unsplit.
# AMSS and NRC together: 4 in A2. WHH has a garden in M1.
ROWS = [
    row(WATER, "AMSS", 3, adm3="A1", reached=100, donor="BMZ", functionality="functional"),
    row(WATER, "AMSS", 8, adm3="A1;A2", reached=50, support="WHH", functionality="broken"),
    row(WATER, "AMSS", None, adm3="B1", donor="BMZ;UE"),
    row(WATER, "NRC", 52, adm1="Nord", reached=400, functionality="functional_seasonal"),
    row(WATER, "AMSS;NRC", 4, adm3="A2", donor="UE"),
    row(GARDEN, "WHH", 2, adm3="M1", functionality="unknown"),
    row(WATER, "", 7, adm3="A1"),
]


@pytest.fixture(scope="module")
def seven():
    people = pd.DataFrame({"adm3_pcode": ["ML050101"], "people": [1000.0], "year": ["2017"]})
    return prepared(ROWS, people=people)


def cell(presence, organisation, kind, pcode):
    found = presence.cells
    keep = (found["organisation"] == organisation) & (found["activity_type"] == kind)
    rows = found[keep & (found["pcode"] == pcode)]
    return rows.iloc[0] if len(rows) else None


def ends(presence, organisation, kind, pcode):
    found = cell(presence, organisation, kind, pcode)
    if found is None:
        return None
    return found["value_min"], found["value_max"], found["value_open"], bool(found["presence"])


@pytest.mark.parametrize(
    ("organisation", "pcode", "expected"),
    [
        # 3 for certain; the 8 of A1 and A2 may all be in A1.
        ("AMSS", "ML050101", (3, 11, 0, True)),
        # The 8 and the 4 made with NRC may be here, or nothing of both.
        ("AMSS", "ML050102", (0, 12, 0, True)),
        ("AMSS", "ML050201", (0, 0, 1, True)),
        # Known to the region only: a bound, no presence.
        ("NRC", "ML050201", (0, 52, 0, False)),
        ("NRC", "ML050102", (0, 56, 0, True)),
        ("NRC", "MR02101", None),
        ("WHH", "ML050101", None),
    ],
)
def test_a_cell_is_bounded_by_the_set_rule(seven, organisation, pcode, expected):
    found = matrix(seven, View(level="commune"))
    assert ends(found, organisation, WATER, pcode) == expected


def test_bounds_of_a_parent_come_from_the_records(seven):
    found = matrix(seven, View(level="cercle"))
    # 3 and 8 lie wholly in cercle A; of the 4 nothing is certain.
    assert ends(found, "AMSS", WATER, "ML0501") == (11, 15, 0, True)
    assert ends(found, "NRC", WATER, "ML0501") == (0, 56, 0, True)
    region = matrix(seven, View(level="region"))
    assert ends(region, "NRC", WATER, "ML05") == (52, 56, 0, True)
    assert ends(region, "AMSS", WATER, AREA) == (11, 15, 1, True)


def test_the_whole_is_never_the_sum_of_its_units(seven):
    communes = matrix(seven, View(level="commune")).cells
    theirs = communes[(communes["organisation"] == "NRC") & (communes["pcode"] != AREA)]
    assert theirs["value_max"].sum() > 56


def test_people_are_at_least_and_at_most(seven):
    found = matrix(seven, View(level="region"), measure="reached_people")
    # 100 in A1 alone; the 50 of two communes are set against it, not added.
    assert ends(found, "AMSS", WATER, "ML05") == (100, 150, 2, True)
    assert ends(found, "NRC", WATER, "ML05") == (400, 400, 1, True)


def test_communes_are_counted_from_the_names(seven):
    found = matrix(seven, View(level="region"), measure="communes")
    assert ends(found, "AMSS", WATER, "ML05")[:2] == (3, 3)
    # NRC names A2; its 52 may be in any commune of Nord.
    assert ends(found, "NRC", WATER, "ML05")[:2] == (1, 3)
    only_wide = matrix(prepared(ROWS[3:4]), View(level="region"), measure="communes")
    assert ends(only_wide, "NRC", WATER, "ML05")[:2] == (1, 3)


def test_what_works_and_what_is_unknown_never_mix(seven):
    found = matrix(seven, View(level="commune"), measure="working")
    assert ends(found, "AMSS", WATER, "ML050101")[:2] == (3, 3)
    assert cell(found, "AMSS", WATER, "ML050101")["state"] == "number"
    assert cell(found, "WHH", GARDEN, "MR02101")["state"] == "unknown"
    assert cell(found, "AMSS", WATER, "ML050201")["state"] == "unknown"
    silent = matrix(prepared([ROWS[0] | {"quantity": None}]), View(level="commune"), measure="working")
    assert cell(silent, "AMSS", WATER, "ML050101")["state"] == "not_reported"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("implementing_org", ["AMSS", "NRC", "WHH"]),
        ("donor", ["BMZ", "UE"]),
        ("partner_orgs", ["WHH"]),
    ],
)
def test_roles_are_never_mixed(seven, role, expected):
    found = matrix(seven, View(), role=role)
    assert found.organisations == expected
    silent = {"implementing_org": 1, "donor": 4, "partner_orgs": 6}
    assert found.without_organisation == silent[role]


def test_a_record_of_two_donors_is_certain_of_neither(seven):
    found = matrix(seven, View(level="commune"), role="donor", measure="records")
    assert ends(found, "BMZ", WATER, "ML050201") == (1, 1, 0, True)
    works = matrix(seven, View(level="commune"), role="donor")
    assert ends(works, "UE", WATER, "ML050102")[:2] == (4, 4)


def test_the_accounting_is_of_all_rows_of_the_types_asked(seven):
    assert matrix(seven, View()).accounting.read == 7
    found = matrix(seven, View(), types=[GARDEN])
    assert (found.accounting.read, found.accounting.placed) == (1, 1)
    filtered = matrix(seven, View(filters={"implementing_org": ("NRC",)}))
    # The record of AMSS and NRC is one of NRC's.
    assert filtered.filtered == 5
    assert filtered.organisations == ["AMSS", "NRC"]


def test_a_cell_and_the_map_say_the_same(seven):
    only = View(
        activity_type=WATER, measure="in_place", level="cercle", filters={"implementing_org": ("NRC",)}
    )
    alone = prepared([ROWS[3]])
    facts = build(alone, only)
    found = matrix(alone, View(level="cercle"))
    for unit in facts.units.itertuples():
        mine = ends(found, "NRC", WATER, unit.pcode)
        if mine is None:
            assert not unit.records
        else:
            assert mine[:3] == (unit.value_min, unit.value_max, unit.value_open)


def test_partners_of_each_unit(seven):
    found = partners(matrix(seven, View(level="commune"))).set_index("pcode")
    columns = ["partners", "partners_max", "named", "above"]
    assert found.loc["ML050101", columns].tolist() == [1, 2, "AMSS", "NRC"]
    assert found.loc["ML050102", columns].tolist() == [2, 2, "AMSS; NRC", ""]
    assert found.loc["MR02101", columns].tolist() == [1, 1, "WHH", ""]


def test_the_map_counts_the_same_partners(seven):
    facts = build(seven, View(activity_type=WATER, measure="partners", level="commune"))
    mine = partners(matrix(seven, View(level="commune"), types=[WATER])).set_index("pcode")
    theirs = facts.units.set_index("pcode").loc[mine.index]
    assert theirs["value_min"].tolist() == mine["partners"].tolist()
    assert theirs["value_max"].tolist() == mine["partners_max"].tolist()


def test_two_partners_side_by_side(seven):
    found = side_by_side(matrix(seven, View(level="commune")), "AMSS", "NRC").set_index("pcode")
    assert found["side"].to_dict() == {
        "ML050101": "one",
        "ML050102": "both",
        "ML050201": "one",
        "MR02101": "none_reported",
    }
    assert found["other_above"].to_dict() == {
        "ML050101": True,
        "ML050102": False,
        "ML050201": True,
        "MR02101": False,
    }


def gaps(**unserved):
    codes = ["ML050101", "ML050102", "ML050201", "MR02101"]
    people = [unserved.get(code, 0.0) for code in codes]
    return pd.DataFrame(
        {
            "pcode": codes,
            "unserved_people": people,
            "unserved_people_max": people,
            "coverage_pct": [100.0 if value == 0 else 10.0 for value in people],
            "state": ["met" if value == 0 else "unmet" for value in people],
        }
    )


def test_holes_are_named_and_the_worst_come_first():
    rows = [row(SAVINGS, "AMSS", 3, adm3="A1"), row(SAVINGS, "NRC", 3, adm1="Nord")]
    counted = partners(matrix(prepared(rows), View(level="commune")))
    beside = with_need(counted, gaps(ML050102=900.0, ML050201=9000.0, MR02101=8000.0))
    found = holes(beside)
    assert found["one_partner"]["name"].tolist() == ["A1"]
    assert set(found["none_reported"]["name"]) == {"A2", "B1", "M1"}
    # Of four communes the third with most unserved people.
    assert found["none_reported_high_need"]["name"].tolist() == ["B1"]
    assert found["none_reported"].set_index("name")["above"].to_dict() == {"A2": "NRC", "B1": "NRC", "M1": ""}


def test_need_that_is_not_known_is_not_low():
    table = gaps(ML050102=900.0)
    table.loc[0, ["unserved_people", "unserved_people_max", "coverage_pct"]] = np.nan
    counted = partners(matrix(prepared(ROWS), View(level="commune")))
    found = with_need(counted, table).set_index("pcode")["need"]
    assert found["ML050101"] == "unknown"
    assert found["ML050201"] == "none"


def test_an_organisation_shown_by_sector_or_by_cercle_is_so_in_the_matrix():
    hidden = matrix(prepared(ROWS, organisations={"AMSS": "sector"}), View(level="commune"))
    assert "AMSS" not in hidden.organisations
    assert "[wash]" in hidden.organisations
    coarse = matrix(prepared(ROWS, organisations={"AMSS": "cercle"}), View(level="commune"))
    found = cell(coarse, "AMSS", WATER, "ML050101")
    assert (bool(found["presence"]), found["value_min"]) == (False, 0)


def test_what_does_not_exist_is_refused(seven):
    with pytest.raises(ValueError, match="no matrix of 'friend'"):
        matrix(seven, View(), role="friend")
