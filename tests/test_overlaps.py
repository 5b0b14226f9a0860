"""Overlaps, against thirty records worked out on paper (tests/toy_partners.py)."""

import time

import numpy as np
import pytest

from geo.facts import View
from geo.overlaps import find, people_of_pairs
from geo.sharing import Audience
from tests import toy_partners
from tests.toy_partners import GARDEN, SAVINGS, WATER, prepared

# Pairs in one commune whose periods meet for certain, and those whose dates leave it open.
SURE = {
    *((1, 2), (2, 3), (1, 8), (3, 8), (2, 9), (4, 9), (8, 9), (10, 11), (25, 26), (26, 27)),
    *((13, 14), (13, 15), (14, 16), (15, 16), (19, 20)),
}
OPEN = {(1, 5), (2, 5), (3, 5), (5, 9), (18, 19), (18, 21), (19, 21), (20, 21), (28, 29)}
FAR = {(1, 8), (3, 8), (2, 9), (4, 9), (8, 9), (10, 11)}


@pytest.fixture(scope="module")
def thirty():
    return prepared()


def pairs(found, **asked):
    table = found.pairs
    for column, value in asked.items():
        table = table[table[column] == value]
    return set(zip(table["first"], table["second"], strict=True))


def one(found, first, second):
    table = found.pairs
    return table[(table["first"] == first) & (table["second"] == second)].iloc[0]


def test_every_pair_worked_out_on_paper_and_no_other(thirty):
    found = find(thirty, View())
    assert pairs(found, period="yes") == SURE
    assert pairs(found, period="unknown") == OPEN
    assert found.undated == len(OPEN)
    assert len(found.pairs) == len(SURE | OPEN) == 24


@pytest.mark.parametrize(
    ("within_km", "across"), [(0.5, {(9, 10)}), (1.0, {(9, 10)}), (5.0, {(9, 10), (9, 11)})]
)
def test_positions_within_a_distance_are_pairs_across_a_border_too(thirty, within_km, across):
    found = find(thirty, View(), within_km=within_km)
    assert pairs(found) == SURE | OPEN | across
    assert pairs(found, basis="distance") == across
    assert one(found, 9, 10)["pcode"] == ""
    assert one(found, 1, 2)["basis"] == "both"


def test_only_what_is_near_or_may_be(thirty):
    found = find(thirty, View(), within_km=0.5, near_only=True)
    assert pairs(found) == (SURE | OPEN | {(9, 10)}) - FAR


def test_distances_are_geodesic_and_the_closest_come_first(thirty):
    found = find(thirty, View(), within_km=0.5).pairs
    assert found["distance_km"].round(3).head(5).tolist() == [0.278, 0.334, 0.445, 0.445, 0.445]
    assert found["distance_km"].dropna().is_monotonic_increasing
    assert found["distance_km"].isna().tolist() == sorted(found["distance_km"].isna())


def test_people_at_least_the_largest_at_most_the_sum(thirty):
    found = find(thirty, View())
    columns = [f"reached_people_{end}" for end in ("min", "max", "open")]
    assert one(found, 1, 2)[columns].tolist() == [300, 500, 0]
    # One of the two gives no figure: the upper bound stays open.
    assert one(found, 2, 3)[columns].tolist() == [200, 200, 1]
    assert one(found, 25, 26)[columns].tolist() == [50, 50, 0]
    assert one(found, 26, 27)[columns].tolist() == [0, 0, 1]
    nobody = one(found, 13, 14)[columns].tolist()
    assert np.isnan(nobody[:2]).all()
    assert nobody[2] == 2


def test_what_cannot_be_compared_is_counted(thirty):
    found = find(thirty, View())
    assert found.without_partner == 1
    # The region of 7 and the cercle of 17 name no commune.
    assert found.above == 2
    assert (found.accounting.read, found.accounting.placed) == (30, 29)
    assert set(found.records.index) == set(found.pairs["first"]) | set(found.pairs["second"])


def test_two_communes_shared_are_one_pair(thirty):
    found = one(find(thirty, View()), 15, 16)
    assert (found["communes"], found["pcode"]) == (2, "ML050101")


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("ML07", {(23, 24)}),
        ("ML0502", {(25, 26), (26, 27), (18, 19), (19, 20), (18, 21), (19, 21), (20, 21)}),
    ],
)
def test_an_area_has_its_own_pairs(thirty, unit, expected):
    assert pairs(find(thirty, View(unit=unit))) == expected


def test_a_pair_across_the_border_of_the_area_belongs_to_both_sides(thirty):
    for unit in ("ML050101", "ML050102"):
        assert (9, 10) in pairs(find(thirty, View(unit=unit), within_km=1))


def test_types_are_asked_apart(thirty):
    assert set(find(thirty, View(), types=[GARDEN]).pairs["activity_type"]) == {GARDEN}
    both = find(thirty, View(), types=[WATER, SAVINGS])
    assert both.accounting.read == 23


def test_no_distance_of_a_type_that_is_shared_by_commune(thirty):
    for audience in (Audience(), Audience("coordinator")):
        found = find(prepared(audience=audience), View(), types=[SAVINGS], within_km=5)
        assert found.pairs["distance_km"].isna().all()
        assert pairs(found, basis="commune") == {(13, 14), (13, 15), (14, 16), (15, 16)}


def test_an_organisation_shown_by_sector_or_by_cercle_is_so_in_overlaps():
    by_sector = find(prepared(organisations={"NRC": "sector"}), View(), within_km=5)
    names = set(by_sector.pairs["first_org"]) | set(by_sector.pairs["second_org"])
    assert "NRC" not in names
    assert "[…]" in names
    by_cercle = find(prepared(organisations={"NRC": "cercle"}), View(), within_km=5)
    numbers = {number for pair in pairs(by_cercle) for number in pair}
    assert not numbers & {2, 10, 14, 15, 20, 29}


def test_a_period_and_a_filter_leave_pairs_out(thirty):
    only = View(filters={"implementing_org": ("AMSS", "NRC")})
    assert (1, 2) in pairs(find(thirty, only))
    assert not {(4, 9), (26, 27)} & pairs(find(thirty, only))
    assert (4, 9) not in pairs(find(thirty, View(period=("2020", "2021"))))


def test_nobody_and_one_partner_make_no_pair():
    assert find(prepared(toy_partners.ROWS[:1]), View()).pairs.empty
    assert find(prepared([]), View(), types=[]).pairs.empty
    same = [toy_partners.ROWS[0], toy_partners.ROWS[2]]
    assert find(prepared(same), View()).pairs.empty


def test_people_of_pairs_of_nothing_are_not_zero():
    least, most, silent = people_of_pairs(np.array([np.nan]), np.array([np.nan]))
    assert np.isnan(least[0])
    assert np.isnan(most[0])
    assert silent[0] == 2


def many(number, rng):
    """Records of six partners all over region Nord, each at work for two years of ten."""
    names = ["A1", "A2", "B1"]
    column = rng.integers(0, 3, number)
    start = rng.integers(2015, 2025, number)
    return [
        toy_partners._row(
            WATER,
            f"P{partner}",
            names[place],
            str(year),
            str(year + 1),
            at=(place + x, y),
        )
        for partner, place, year, x, y in zip(
            rng.integers(0, 6, number), column, start, rng.random(number), rng.random(number), strict=True
        )
    ]


def test_twenty_thousand_records_grow_with_the_pairs_not_with_their_square():
    everything = prepared(many(20_000, np.random.default_rng(3)))
    begun = time.process_time()
    found = find(everything, View(), within_km=0.5, near_only=True)
    taken = time.process_time() - begun
    # Three communes hold 6,700 records each: their pairs are counted, those close by are listed.
    assert sum(found.not_listed.values()) > 10_000_000
    assert 100 < len(found.pairs) < 100_000
    assert (found.pairs["distance_km"] <= 0.5).all()
    assert taken < 10


def test_pairs_are_those_of_a_comparison_of_every_record_with_every_other():
    rows = many(150, np.random.default_rng(5))
    found = pairs(find(prepared(rows), View()))
    expected = set()
    for a in range(150):
        for b in range(a + 1, 150):
            first, second = rows[a], rows[b]
            apart = first["implementing_org"] != second["implementing_org"]
            here = first["provider_adm3_name"] == second["provider_adm3_name"]
            meet = abs(int(first["start_date"]) - int(second["start_date"])) <= 1
            if apart and here and meet:
                expected.add((a + 1, b + 1))
    assert found == expected
