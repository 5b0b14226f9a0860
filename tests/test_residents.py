"""People of a set of communes, worked out by hand."""

import math

import pandas as pd

from geo.residents import Residents

PEOPLE = pd.DataFrame(
    {
        "adm3_pcode": ["A1", "A2", "B1", "B2"],
        "people": [100.0, 250.0, 40.0, None],
        "year": ["2017", "2017", "2021", "2021"],
        "method": ["census", "census", "estimate", "estimate"],
        "source": ["one", "one", "two", "two"],
    }
)


def test_a_unit_is_the_sum_of_its_known_communes_and_says_how_many_are_missing():
    units = {"A": frozenset({"A1", "A2"}), "B": frozenset({"B1", "B2"}), "C": frozenset({"C1"})}
    found = Residents(PEOPLE).of(units).set_index("pcode")
    assert found["people"].tolist()[:2] == [350.0, 40.0]
    assert math.isnan(found["people"]["C"])  # unknown, never 0
    assert found["people_missing"].to_dict() == {"A": 0, "B": 1, "C": 1}
    assert found["people_year"].to_dict() == {"A": "2017", "B": "2021", "C": ""}


def test_years_that_differ_are_all_named():
    assert Residents(PEOPLE).of({"": frozenset({"A1", "B1"})})["people_year"].tolist() == ["2017;2021"]


def test_origins_are_said_once_and_only_of_figures_that_count():
    residents = Residents(PEOPLE)
    assert residents.origins(frozenset({"A1", "A2", "B2"})) == (("2017", "census", "one"),)
    assert residents.origins(frozenset({"A1", "B1"})) == (
        ("2017", "census", "one"),
        ("2021", "estimate", "two"),
    )
    assert residents.origins(frozenset()) == ()
