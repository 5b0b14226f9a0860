"""One glossary: a term that is not in it is not a column, and a word in it is used."""

import csv

import pandas as pd
import pytest

from geo.activities import (
    FUNCTIONALITIES,
    OUTCOMES,
    PLACED_COLUMNS,
    PRECISIONS,
    PROVIDER_COLUMNS,
    SHARING_LEVELS,
    STATUSES,
    complete,
)
from geo.coverage import MEASURES, PARTS, STATES
from geo.facts import Frame, View, build, prepare
from geo.io.records import read_types
from geo.placing import REASONS, place
from geo.report.accounting import FLAG_WORDS, PRECISION_WORDS, REASON_WORDS
from geo.settings import PROJECT_DIR
from tests import toy

WORDS = {
    *PROVIDER_COLUMNS,
    *PLACED_COLUMNS,
    *STATES,
    *MEASURES,
    *PARTS,
    *PRECISIONS,
    *OUTCOMES,
    *STATUSES,
    *FUNCTIONALITIES,
    *SHARING_LEVELS,
    *REASONS,
    *FLAG_WORDS,
}


@pytest.fixture(scope="module")
def glossary():
    with (PROJECT_DIR / "docs/glossary.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


@pytest.fixture(scope="module")
def facts_columns():
    boundaries = toy.boundaries()
    rows = place(
        complete(pd.DataFrame({"activity_type": ["water_point"], "provider_adm3_name": ["A1"]})),
        boundaries,
        matcher=toy.matcher,
        readings=toy.readings,
    )
    types = {"water_point": read_types()["water_point"]}
    facts = build(prepare(rows, Frame(boundaries), types=types, sources={}), View())
    return {*facts.units.columns, *facts.total.columns}


def test_a_term_that_is_not_in_the_glossary_is_not_a_column(glossary, facts_columns):
    terms = {row["term_column"] for row in glossary}
    assert sorted((WORDS | facts_columns) - terms) == []


def test_a_term_that_nothing_uses_is_not_in_the_glossary(glossary, facts_columns):
    terms = {row["term_column"] for row in glossary}
    assert sorted(terms - WORDS - facts_columns) == []


def test_each_term_stands_once_in_both_languages(glossary):
    terms = [row["term_column"] for row in glossary]
    assert len(terms) == len(set(terms))
    assert all(all(cell.strip() for cell in row.values()) for row in glossary)


def test_every_reason_and_precision_has_words_for_readers():
    assert set(REASON_WORDS) == set(REASONS)
    assert set(PRECISION_WORDS) == set(PRECISIONS)
