"""The score that explains itself, ties, unknown parts, and ranks drawn at random."""

import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

from geo import ranking, uncertainty
from geo.i18n import language, set_language


def table(people, unserved, *, partners=None, most=None):
    people, unserved = np.array(people, dtype=float), np.array(unserved, dtype=float)
    upper = unserved if most is None else np.array(most, dtype=float)
    partners = np.zeros(len(people)) if partners is None else np.array(partners, dtype=float)
    return pd.DataFrame(
        {
            "pcode": [f"P{number}" for number in range(len(people))],
            "name": [f"C{number}" for number in range(len(people))],
            "population_people": people,
            "unserved_people": unserved,
            "unserved_people_max": upper,
            "coverage_pct": 100 * (people - upper) / people,
            "coverage_pct_max": 100 * (people - unserved) / people,
            "capacity_people": people - upper,
            "capacity_people_max": people - unserved,
            "norm_by_place": False,
            "partners": partners,
            "partners_max": partners,
        }
    )


def test_a_score_worked_out_by_hand():
    # Largest 900. First: 900/900 = 1, 1 - 10 % = 0.9, no partner = 1: 40 + 36 + 20 = 96.
    # Second: 300/900 = 0.333, 1 - 40 % = 0.6, a partner = 0: 13.32 + 24 = 37.32.
    # The weights 30, 30 and 15 that have data are 40, 40 and 20 in a hundred.
    ranked = ranking.rank(table([1000, 500], [900, 300], partners=[0, 2]))
    assert list(ranked["score"]) == [96.0, 37.3]
    assert list(ranked["rank"]) == [1, 2]


def numbers_in(text):
    """The numbers of a text as a pocket calculator takes them, written in the current language."""
    thousands, point = (",", ".") if language() == "en" else ("\u202f", ",")
    found = re.findall(rf"\d+(?:{thousands}\d{{3}})*(?:\{point}\d+)?", text)
    return [Decimal(each.replace(thousands, "").replace(point, ".")) for each in found]


def rounded(value, decimals):
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def recompute(text):
    """Work out the score from nothing but the printed text; every line has to add up as well."""
    *lines, last = text.split("\n")
    parts = []
    for line in lines:
        found = numbers_in(line.split(" : ", 1)[-1] if " : " in line else line.split(": ", 1)[1])
        if "(class" in line:
            assert rounded((found[0] - found[1]) / found[2], 3) == found[3], line
        elif "/" in line:
            assert rounded(found[0] / found[1], 3) == found[2], line
        elif "%" in line:
            assert rounded(found[0] - found[1] / 100, 3) == found[2], line
        if found:
            parts.append(found[-1])
    inside = last[last.index("(") + 1 : last.index(")")]
    products = [numbers_in(product) for product in inside.split("+")]
    assert [part for _weight, part in products] == parts
    total, score = numbers_in(last[last.index(")") :])
    assert sum(weight for weight, _part in products) == total
    return rounded(100 * sum(weight * part for weight, part in products) / total, 1), score


@pytest.mark.parametrize("spoken", ["fr", "en"])
def test_the_printed_text_recomputes_to_the_displayed_score(spoken):
    random = np.random.default_rng(3)
    people = random.integers(1_000, 2_000_000, 200)
    unserved = np.floor(people * random.random(200))
    partners = random.integers(0, 2, 200)
    ranked = ranking.rank(
        table(people, unserved, partners=partners),
        weights={"unserved": 33, "coverage": 41, "presence": 7, "severity": 12, "distance": 9},
        severity={f"P{number}": 1 + number % 5 for number in range(0, 200, 2)},
        distance_pct={f"P{number}": number / 3 for number in range(100)},
    )
    set_language(spoken)
    try:
        for row in ranked.to_dict("records"):
            again, shown = recompute(ranking.explain(row))
            assert again == shown == Decimal(str(row["score"]))
    finally:
        set_language("fr")


def test_an_unknown_part_takes_its_weight_with_it_and_says_so():
    places = table([1000, 1000], [500, 500]).assign(partners_max=[1.0, 0.0])
    ranked = ranking.rank(places).set_index("pcode")
    # One partner may be there: 30 × 1 + 30 × 0.5 over 60; none is: 30 + 15 + 15 over 75.
    assert (ranked.loc["P0", "score"], ranked.loc["P1", "score"]) == (75.0, 80.0)
    assert "aucun partenaire signalé : inconnu" in ranking.explain(ranked.loc["P0"].to_dict())
    assert recompute(ranking.explain(ranked.loc["P1"].to_dict())) == (Decimal("80.0"), Decimal("80.0"))


def test_equal_scores_share_a_rank():
    ranked = ranking.rank(table([1000] * 4, [100, 700, 700, 0]))
    assert list(ranked["pcode"]) == ["P1", "P2", "P0", "P3"]
    assert list(ranked["rank"]) == [1, 1, 3, 4]
    assert list(ranked["tied"]) == [2, 2, 1, 1]


def test_weights_that_cannot_rank_are_refused():
    with pytest.raises(ValueError, match="no weight is above 0"):
        ranking.rank(table([1], [1]), weights={"unserved": 0})
    with pytest.raises(ValueError, match="no part 'beauty'"):
        ranking.rank(table([1], [1]), weights={"beauty": 1})


def test_a_part_without_data_leaves_its_weight_to_the_others():
    places = table([1000, 500], [900, 300])
    usual = ranking.rank(places, weights={"unserved": 30, "coverage": 30})
    lacking = ranking.rank(places, weights={"unserved": 30, "coverage": 30, "distance": 15, "severity": 10})
    assert list(lacking["score"]) == list(usual["score"])
    assert not any(name.endswith(("_distance", "_severity")) for name in lacking)
    with_class = ranking.rank(places, weights={"unserved": 30, "severity": 10}, severity={"P1": 5})
    # P0 has no class: 30 × 1 / 30; P1: (30 × 0.333 + 10 × 1) / 40.
    assert dict(zip(with_class["pcode"], with_class["score"], strict=True)) == {"P0": 100.0, "P1": 50.0}


def test_a_commune_of_which_no_part_is_known_has_no_rank():
    places = table([1000, 1000], [500, 500]).assign(partners_max=[1.0, 0.0])
    assert list(ranking.rank(places, weights={"presence": 10})["pcode"]) == ["P1"]


def test_nobody_unserved_anywhere_gives_no_need():
    ranked = ranking.rank(table([1000, 10], [0, 0]), weights={"unserved": 1, "coverage": 1})
    assert list(ranked["score"]) == [0.0, 0.0]
    assert recompute(ranking.explain(ranked.loc[0].to_dict())) == (Decimal("0.0"), Decimal("0.0"))


def test_without_uncertainty_the_range_is_the_rank():
    ranked = ranking.rank(table([1000, 2000, 3000, 3000], [900, 300, 50, 50], partners=[0, 1, 1, 1]))
    sure = uncertainty.Uncertainty(draws=20, population_spread=0, weight_spread=0)
    found = uncertainty.rank_ranges(ranked, worst=2, uncertainty=sure)
    assert list(found["rank_low"]) == list(found["rank_high"]) == list(ranked["rank"])
    assert list(found["probability_worst"]) == [1, 1, 0, 0]


def test_an_interval_widens_the_range_and_the_same_seed_gives_the_same():
    # The second may have from 0 to 900 unserved, the others 300 and 600 for certain.
    places = table([1000] * 3, [300, 0, 600], most=[300, 900, 600], partners=[1, 1, 1])
    ranked = ranking.rank(places)
    model = uncertainty.Uncertainty(draws=4000, population_spread=0, weight_spread=0)
    found = uncertainty.rank_ranges(ranked, worst=1, uncertainty=model).set_index("pcode")
    assert tuple(found.loc["P1", ["rank_low", "rank_high"]]) == (1, 3)
    # Evenly from 0 to 900, it is above 600 in a third of the draws.
    assert found.loc["P1", "probability_worst"] == pytest.approx(1 / 3, abs=0.03)
    assert found.loc["P0", "probability_worst"] == 0
    again = uncertainty.rank_ranges(ranked, worst=1, uncertainty=model)
    assert list(again["probability_worst"]) == list(found["probability_worst"])


def test_more_people_leave_a_committee_of_the_commune_enough():
    places = table([1000, 800, 1000], [0, 0, 1000], partners=[1, 1, 1]).assign(norm_by_place=True)
    found = uncertainty.rank_ranges(
        ranking.rank(places), worst=1, uncertainty=uncertainty.Uncertainty(draws=500)
    )
    # Both that have one are served whole in every draw: always tied behind the third.
    assert (
        found.set_index("pcode").loc[["P0", "P1"], ["rank_low", "rank_high"]].to_numpy().tolist()
        == [[2, 2]] * 2
    )
    pumps = uncertainty.rank_ranges(ranking.rank(places.assign(norm_by_place=False)), worst=1)
    assert pumps["rank_high"].max() == 3


def test_ranks_within_a_draw_are_those_of_scipy():
    values = np.random.default_rng(1).integers(0, 6, (40, 25)).astype(np.float32)
    expected = np.array([rankdata(-row, method="min") for row in values])
    assert (uncertainty._rank_rows(values) == expected).all()


def test_the_correlation_is_spearmans():
    random = np.random.default_rng(2)
    one, other = random.integers(0, 9, 50).astype(float), random.integers(0, 9, 50).astype(float)
    assert ranking.spearman(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert np.isnan(ranking.spearman(np.ones(3), np.arange(3.0)))
    equal = ranking.rank(table([1000, 900, 800], [900, 300, 50]), weights={"unserved": 5, "coverage": 5})
    assert ranking.correlation_with_equal_weights(equal) == pytest.approx(1)


def test_no_commune_at_all_is_no_ranking():
    ranked = ranking.rank(table([], []))
    assert len(uncertainty.rank_ranges(ranked)) == 0
