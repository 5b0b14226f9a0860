"""Where works go: by hand, exact against the solver, greedy within its bound, limits and exclusions."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from geo import reaching, siting
from geo.distances import near_matrix


def places(*rows, norm=400.0):
    return pd.DataFrame(
        [
            {
                "pcode": code,
                "region_pcode": region,
                "unserved": float(unserved),
                "per_work": norm,
                "served_share": share,
            }
            for code, region, unserved, share in rows
        ],
        columns=["pcode", "region_pcode", "unserved", "per_work", "served_share"],
    )


FOUR = places(("a", "R", 900, 0.4), ("b", "R", 350, 0.1), ("c", "S", 800, 0.5), ("d", "S", 100, 0.9))


def went_to(plan):
    return "".join(plan.steps["pcode"])


def test_each_work_goes_where_it_serves_most():
    plan = siting.place_works(FOUR, 5)
    # 400 four times (a before c, which is better served until a's first work passes it), then b's 350.
    assert list(plan.steps["people_served"]) == [400, 400, 400, 400, 350]
    assert sorted(went_to(plan)) == list("aabcc")
    assert (plan.method, plan.people_served) == ("exact", 1950)
    assert plan.by_place.to_dict("list") == {
        "pcode": ["a", "c", "b"],
        "works": [2, 2, 1],
        "people_served": [800, 800, 350],
    }


def test_what_each_work_adds_never_grows_and_ends_when_all_are_served():
    plan = siting.place_works(FOUR, 100)
    gains = plan.steps["people_served"].to_numpy()
    assert (np.diff(gains) <= 0).all()
    assert gains.sum() == 900 + 350 + 800 + 100
    assert list(gains[-2:]) == [100, 100]
    found = siting.curve(plan, unserved=2150)
    assert tuple(found.iloc[0]) == (0, 0, 0)
    assert tuple(found.iloc[-1]) == (7, 2150, 100)


def test_a_region_takes_no_more_than_its_limit():
    assert went_to(siting.place_works(FOUR, 3, limits=1)) in ("ac", "ca")
    assert went_to(siting.place_works(FOUR, 3, limits={"R": 0})) == "ccd"
    with_room = siting.place_works(FOUR, 6, limits={"S": 1}).by_place.set_index("pcode")["works"]
    assert with_room.to_dict() == {"a": 3, "b": 1, "c": 1}


def test_the_worst_off_come_first_when_asked():
    plan = siting.place_works(FOUR, 3, worst_off_first=True)
    # b (10 %) is done with one work; a (1,500 people, 40 %) is then the worst off, after it c (50 %).
    assert went_to(plan) == "bac"
    assert "aucune garantie" in plan.guarantee


def test_excluded_places_and_places_without_a_figure_are_no_candidates():
    table = pd.DataFrame(
        {
            "pcode": ["ML050101", "ML050102", "ML060101", "ML070101", "ML070102"],
            "cercle_pcode": ["ML0501", "ML0501", "ML0601", "ML0701", "ML0701"],
            "region_pcode": ["ML05", "ML05", "ML06", "ML07", "ML07"],
            "unserved_people": [10.0, 20, 30, 0, float("nan")],
            "unserved_people_max": [10.0, 20, 30, 50, float("nan")],
            "people_per_work": 400.0,
            "population_people": 100.0,
        }
    )
    found = siting.candidates(table, exclude=frozenset({"ML06", "ML050102"}))
    assert list(found["pcode"]) == ["ML050101"]
    assert list(siting.candidates(table, figure="unserved_people_max")["pcode"])[-1] == "ML070101"


def best_by_solver(table, n, limits):
    """The same question as a whole-number programme: full works and one last, partly used, by commune."""
    full = np.floor(table["unserved"] / table["per_work"])
    rest = table["unserved"] - full * table["per_work"]
    size = len(table)
    regions = table["region_pcode"].to_numpy()
    rows, upper = [np.ones(2 * size)], [n]
    for region, limit in limits.items():
        rows.append(np.tile(regions == region, 2).astype(float))
        upper.append(limit)
    solved = optimize.milp(
        -np.concatenate([table["per_work"], rest]),
        constraints=optimize.LinearConstraint(np.array(rows), -np.inf, upper),
        integrality=np.ones(2 * size),
        bounds=optimize.Bounds(0, np.concatenate([full, np.ones(size)])),
    )
    return -solved.fun


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("RST"), st.integers(1, 3000)), min_size=1, max_size=8),
    st.integers(0, 12),
    st.dictionaries(st.sampled_from("RST"), st.integers(0, 4)),
)
def test_taking_the_largest_gain_is_exact_at_commune_level(drawn, n, limits):
    table = places(*[(f"p{number}", region, people, 0.5) for number, (region, people) in enumerate(drawn)])
    plan = siting.place_works(table, n, limits=limits)
    assert plan.people_served == pytest.approx(best_by_solver(table, n, limits), abs=1e-6)


def reach(near, unserved, *, norm=400.0, regions=None):
    near = np.array(near, dtype=float)
    # A cell below 0 means out of reach; 0 is a distance.
    rows, columns = np.nonzero(near >= 0)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(near)))])
    matrix = sparse.csr_array((near[rows, columns], columns, indptr), shape=near.shape)
    names = [f"s{number}" for number in range(len(near))]
    sites = pd.DataFrame({"pcode": names, "region_pcode": regions or ["R"] * len(near)})
    return siting.Reach(sites, np.array(unserved, dtype=float), matrix, np.full(len(near), norm))


# The middle site reaches both middle villages; the outer ones each reach two.
TRAP = ([[0, 1, -1, -1], [-1, 1, 1, -1], [-1, -1, 1, 0]], [150, 200, 200, 150])


def test_greedy_falls_into_the_trap_that_the_solver_sees():
    # Greedy takes the middle (400), then one outer (150): 550. The two outer ones serve 700.
    asked = reach(*TRAP)
    assert siting.greedy(asked, 2).people_served == 550
    exact = siting.place_sites(asked, 2)
    assert (exact.people_served, sorted(exact.steps["pcode"]), exact.method) == (700, ["s0", "s2"], "exact")
    assert siting.place_sites(asked, 2, exact_up_to=2).method == "greedy"


def test_of_equal_gains_the_place_with_most_people_left_comes_first():
    # Each could serve 400 again and again: the works go round instead of all to the first.
    plan = siting.greedy(reach([[0, -1], [-1, 0]], [1300, 1500]), 4)
    assert went_to(plan) == "s1s0s1s0"


def test_a_work_serves_no_more_than_its_norm_and_its_nearest_first():
    asked = reach([[2.0, 1.0]], [300, 300])
    plan = siting.greedy(asked, 2)
    assert list(plan.steps["people_served"]) == [400, 200]
    assert siting.solve(asked, 1).people_served == 400
    # The first village is left with 150, which the other site finds beside 100 of its own.
    two = siting.greedy(reach([[2.0, 1.0, -1], [1.0, -1, 1.0]], [300, 300, 100], norm=450.0), 2)
    assert list(two.steps["people_served"]) == [450, 250]


def test_limits_hold_for_the_solver_and_for_greedy():
    near = [[0, -1, -1], [-1, 0, -1], [-1, -1, 0]]
    asked = reach(near, [300, 200, 100], regions=["R", "R", "S"])
    assert sorted(siting.solve(asked, 3, limits=1).steps["pcode"]) == ["s0", "s2"]
    quick = siting.greedy(asked, 3, limits={"R": 1})
    assert (sorted(quick.steps["pcode"]), quick.method) == (["s0", "s2"], "greedy_limits")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_greedy_keeps_its_bound_and_never_beats_the_solver(seed, n):
    random = np.random.default_rng(seed)
    where = pd.DataFrame({"longitude": random.uniform(0, 0.3, 14), "latitude": random.uniform(16, 16.3, 14)})
    sites = pd.DataFrame({"pcode": [f"s{number}" for number in range(14)], "region_pcode": list("RS" * 7)})
    unserved = random.integers(0, 500, 14).astype(float)
    asked = siting.Reach(sites, unserved, near_matrix(where, where, radius_km=8), np.full(14, 400.0))
    exact, quick = siting.solve(asked, n).people_served, siting.greedy(asked, n).people_served
    assert quick <= exact + 1e-6
    assert quick >= (1 - 1 / np.e) * exact - 1e-6
    limited = siting.greedy(asked, n, limits=1).people_served
    assert limited >= siting.solve(asked, n, limits=1).people_served / 2 - 1e-6


LOCALITIES = pd.DataFrame(
    {
        "name": list("vwxyz"),
        "adm3_pcode": ["A", "A", "B", "B", "C"],
        "longitude": [0.0, 0.01, 1, 1.2, 3],
        "latitude": 16.0,
        "people": [300.0, 100, 50, float("nan"), 10],
    }
)


def test_the_people_of_a_commune_are_shared_out_among_its_localities():
    # A by people, B evenly because one has no figure, C has nobody unserved.
    assert reaching.shared_out(LOCALITIES, {"A": 80, "B": 30}).tolist() == [60, 20, 15, 15, 0]
    # v lies near a working point, w does not: those whom nothing serves live in w. In B both do: as before.
    near = pd.Series([True, False, True, True, False])
    assert reaching.shared_out(LOCALITIES, {"A": 80, "B": 30}, near=near).tolist() == [0, 80, 15, 15, 0]


def test_works_are_placed_in_localities():
    table = pd.DataFrame(
        {
            "pcode": ["A", "B", "C"],
            "cercle_pcode": "K",
            "region_pcode": ["R", "R", "S"],
            "unserved_people": [80.0, 30, float("nan")],
            "people_per_work": 400.0,
            "population_people": 1000.0,
        }
    )
    asked = reaching.reach_of(LOCALITIES, table, radius_km=5)
    assert list(asked.sites["name"]) == list("vwxy")
    plan = siting.place_sites(asked, 2)
    # One work between v and w serves all 80 (1 km apart); x and y are 21 km apart, 15 people each.
    assert list(plan.steps["people_served"]) == [80, 15]
    assert plan.steps["pcode"].iloc[0] in ("0", "1")
    excluded = reaching.reach_of(LOCALITIES, table, radius_km=5, exclude=frozenset({"A"}))
    assert list(excluded.sites["name"]) == list("xy")


def test_the_worst_off_commune_comes_first_among_localities_too():
    # Two villages of commune 0 (1,000 people, 500 unserved), one of commune 1 (400 people, 300 unserved).
    near = [[0, -1, -1], [-1, 0, -1], [-1, -1, 0]]
    asked = dataclasses.replace(
        reach(near, [400, 100, 300]), commune=np.array([0, 0, 1]), people=np.array([1000.0, 400.0])
    )
    plan = siting.place_sites(asked, 3, worst_off_first=True)
    # Commune 1 is served to 25 %, commune 0 to 50 %: it waits, then gets its larger village first.
    assert went_to(plan) == "s2s0s1"
    assert list(plan.steps["people_served"]) == [300, 400, 100]
    assert "aucune garantie" in plan.guarantee
    assert went_to(siting.place_sites(asked, 1)) == "s0"
    with pytest.raises(ValueError, match="no communes"):
        siting.place_sites(reach(near, [1, 1, 1]), 1, worst_off_first=True)


def test_no_candidate_is_no_plan():
    assert siting.place_works(FOUR.head(0), 3).people_served == 0
    assert siting.solve(reach([[-1.0]], [10]), 3).people_served == 0
    assert siting.greedy(reach([[-1.0]], [10]), 3).people_served == 0
