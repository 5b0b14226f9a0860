"""Amounts with their currency: read where they are certain, listed where they are not."""

import math

import pandas as pd
import pytest

from geo.cleaning import clean
from geo.io.records import read_types
from geo.money import currency_code, read_amount

TYPES = read_types()


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("96 303 057 FCFA", 96_303_057, "XOF"),
        ("207\u202f716\u202f144 F CFA", 207_716_144, "XOF"),
        ("50.000.000 F.CFA", 50_000_000, "XOF"),
        ("12,000 XOF", 12_000, "XOF"),
        ("45 MFCFA", 45_000_000, "XOF"),
        ("1,5 milliard FCFA", 1_500_000_000, "XOF"),
        ("300 000F", 300_000, "XOF"),
        ("1,2 M€", 1_200_000, "EUR"),
        ("3.5k€", 3_500, "EUR"),
        ("2 millions d'euros", 2_000_000, "EUR"),
        ("12.000,50 €", 12_000.5, "EUR"),
        ("EUR 250000", 250_000, "EUR"),
        ("$ 12,000.50", 12_000.5, "USD"),
        ("US$ 4,500", 4_500, "USD"),
        ("12 000 dollars US", 12_000, "USD"),
        ("1'250.5 USD", 1_250.5, "USD"),
        ("25 000 UM", 25_000, "MRU"),
        ("0 €", 0, "EUR"),
        ("-500 €", -500, "EUR"),
    ],
)
def test_an_amount_with_its_currency(text, value, currency):
    found = read_amount(text)
    assert (found.value, found.currency, found.problem) == (value, currency, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("12,000", "thousands_or_decimals"),
        ("1,250 M€", "thousands_or_decimals"),
        ("50 000 000 FCFA + 12 000 €", "several_currencies"),
        ("5000 à 6000 FCFA", "several_amounts"),
        ("1000 £", "not_a_known_currency"),
        ("250 000 euros par an", "not_a_number"),
        ("environ 3 000 €", "not_a_number"),
        ("12 00 FCFA", "not_a_number"),
        ("1.2.3 €", "not_a_number"),
        ("Europe", "not_a_number"),
        (",5 €", "not_a_number"),
    ],
)
def test_what_is_not_certain_is_named(text, problem):
    found = read_amount(text)
    assert math.isnan(found.value)
    assert (found.currency, found.problem) == ("", problem)


def test_a_lone_f_is_noted():
    assert read_amount("300 000 F").kind == "franc_as_cfa"
    assert read_amount("300 000 F", currency="EUR").problem == "not_a_number"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Budget (FCFA)", "XOF"),
        ("Montant en euros", "EUR"),
        ("Budget", ""),
        ("EUR ou USD", ""),
        ("secteur", ""),
    ]
    + [("Coût USD", "USD"), ("GBP", ""), ("F CFA", "XOF")],
)
def test_the_currency_that_a_heading_names(text, code):
    assert currency_code(text) == code


def cleaned(**columns):
    table = pd.DataFrame([columns], index=[2], dtype="str")
    found = clean(table, types=TYPES, source_id="s")
    amount, currency = found.records.loc[2, ["amount", "currency"]]
    return (None if math.isnan(amount) else amount), currency, found.problems["problem"].tolist()


def test_three_currencies_in_one_column():
    table = pd.DataFrame(
        {"Budget": ["96 303 057 FCFA", "1,2 M€", "$ 12,000.50"]}, index=[2, 3, 4], dtype="str"
    )
    found = clean(table, types=TYPES, source_id="s")
    assert found.records["amount"].tolist() == [96_303_057, 1_200_000, 12_000.5]
    assert found.records["currency"].tolist() == ["XOF", "EUR", "USD"]
    assert found.problems.empty


def test_the_currency_of_the_heading_and_of_the_column_beside():
    assert cleaned(**{"Budget (FCFA)": "12,000"}) == (12_000, "XOF", [])
    assert cleaned(**{"Montant": "12.000", "Devise": "Euro"}) == (12_000, "EUR", [])


def test_a_cell_that_contradicts_its_column_is_listed():
    assert cleaned(**{"Montant": "12 000 €", "Devise": "XOF"}) == (None, "XOF", ["several_currencies"])
    assert cleaned(**{"Montant": "12 000", "Devise": "roubles"}) == (None, "", ["not_a_known_currency"])


def test_an_amount_without_a_currency_has_none():
    assert cleaned(Montant="1 250,50") == (1250.5, "", [])
    assert cleaned(Montant="1,250") == (None, "", ["thousands_or_decimals"])
    assert cleaned(Montant="-500 €") == (None, "", ["negative"])
    assert cleaned(Montant="n.d.") == (None, "", [])
