"""Dates as people write them: read at the precision written, or listed."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cleaning import clean
from geo.dates import Span, common, read_span, read_spans
from geo.io.records import read_types

TYPES = read_types()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-01", "2024-03-01"),
        ("2024/3/1", "2024-03-01"),
        ("2024-03-01 10:30:00", "2024-03-01"),
        ("2024-03-01T10:30:00Z", "2024-03-01"),
        ("01/03/2024", "2024-03-01"),
        ("1.3.2024 10:30", "2024-03-01"),
        ("03/2024", "2024-03"),
        ("2024", "2024"),
        ("mars 2024", "2024-03"),
        ("Août 2023", "2023-08"),
        ("aout 2023", "2023-08"),
        ("1er février 2024", "2024-02-01"),
        ("01 Décembre 2023", "2023-12-01"),
        ("DECEMBRE 2023", "2023-12"),
        ("déc. 2023", "2023-12"),
        ("lundi 3 mars 2025", "2025-03-03"),
        ("12 May 2024", "2024-05-12"),
        ("March 5, 2024", "2024-03-05"),
        ("45292", "2024-01-01"),
        ("45292.75", "2024-01-01"),
        ("01/12/23", "2023-12-01"),
        ("déc-23", "2023-12"),
    ],
)
def test_one_date(text, day):
    found = read_span(text)
    assert (found.start, found.end) == (day, day)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("01 Décembre 2023 au 31 décembre 2027", "2023-12-01", "2027-12-31"),
        ("Du 01/02/2023 au 31/03/2024", "2023-02-01", "2024-03-31"),
        ("01/02/2023-31/03/2024", "2023-02-01", "2024-03-31"),
        ("du 1er au 15 mars 2024", "2024-03-01", "2024-03-15"),
        ("15 mars au 20 avril 2024", "2024-03-15", "2024-04-20"),
        ("juin – décembre 2024", "2024-06", "2024-12"),
        ("Janvier 2023 - Décembre 2024", "2023-01", "2024-12"),
        ("entre mars et juin 2024", "2024-03", "2024-06"),
        ("2023-2027", "2023", "2027"),
        ("2023/2024", "2023", "2024"),
        ("24 janvier 2023 au 23 janvier 2025 (24 mois)", "2023-01-24", "2025-01-23"),
        ("T3 2025", "2025-07", "2025-09"),
        ("3e trimestre 2025", "2025-07", "2025-09"),
        ("Premier trimestre 2025", "2025-01", "2025-03"),
        ("2025-Q4", "2025-10", "2025-12"),
        ("1er semestre 2024", "2024-01", "2024-06"),
        ("depuis 2021", "2021", ""),
        ("à partir de mars 2022", "2022-03", ""),
        ("jusqu'au 31/12/2025", "", "2025-12-31"),
    ],
)
def test_a_time_between_two_dates(text, start, end):
    found = read_span(text)
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["", "24 mois", "en cours", "l'an passé", "hier", "il y a 2 ans", "mars", "31/02/2024", "11/23/2020"]
    + [
        "2024-13-01",
        "2027 au 2023",
        "fin 2024",
        "mars 2024, juin 2025",
        "mars 2024 et juin 2025",
        "1234",
        "12",
    ]
    + ["99999", "5 trimestre 2024", "T5 2024", "12 foo 2024", "mardi 2024 au"],
)
def test_what_is_not_certain_is_no_date(text):
    assert read_span(text) is None


def test_the_kind_says_how_it_was_read():
    kinds = {
        text: read_span(text).kind
        for text in ("2024", "mars 2024", "45292", "01/12/23", "T3 2025", "2023-2024")
    }
    assert list(kinds.values()) == ["date", "words", "excel_serial", "two_digit_year", "quarter", "period"]


@pytest.mark.parametrize(
    ("span", "day"),
    [
        (Span("2025-07", "2025-09", ""), "2025"),
        (Span("2024-03-01", "2024-03-01", ""), "2024-03-01"),
        (Span("2024-03-01", "2024-03-15", ""), "2024-03"),
        (Span("2024", "", ""), ""),
        (Span("2023", "2024", ""), ""),
    ],
)
def test_one_date_of_a_span_says_no_more_than_both_ends(span, day):
    assert common(span) == day


def cleaned(**columns):
    table = pd.DataFrame([columns], index=[2], dtype="str")
    return clean(table, types=TYPES, source_id="s")


def test_a_period_in_one_cell_gives_both_dates():
    found = cleaned(**{"Période": "01 Décembre 2023 au 31 décembre 2027"})
    assert found.records.loc[2, ["start_date", "end_date"]].tolist() == ["2023-12-01", "2027-12-31"]
    assert found.noted == {"period": 1}


def test_a_period_under_the_start_gives_the_end_where_none_is_stated():
    assert cleaned(**{"Date de début": "T3 2025"}).records.loc[2, "end_date"] == "2025-09"
    both = cleaned(**{"Date de début": "2023 au 2025", "Date de fin": "2024"})
    assert both.records.loc[2, ["start_date", "end_date"]].tolist() == ["2023", "2024"]


def test_an_end_before_the_start_is_kept_and_listed():
    found = cleaned(**{"Date de début": "2024-05", "Date de fin": "2024-03-01"})
    assert found.records.loc[2, ["start_date", "end_date"]].tolist() == ["2024-05", "2024-03-01"]
    assert found.problems.to_numpy().tolist() == [
        [2, "end_date", "2024-05 – 2024-03-01", "ends_before_start"]
    ]


def test_an_end_within_the_start_s_year_is_no_fault():
    assert cleaned(**{"Date de début": "2024-05", "Date de fin": "2024"}).problems.empty


def test_a_quarter_as_a_day_of_observation_keeps_the_year():
    assert cleaned(**{"Date d'observation": "T3 2025"}).records.loc[2, "observed_on"] == "2025"


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=25) | st.from_regex(r"(du )?\d{1,2} \w{3,8} \d{4}( au | - )\d{1,4}", fullmatch=True))
def test_any_text_is_a_span_in_order_or_none(text):
    found = read_spans(pd.Series([text], dtype="str")).iloc[0]
    if found["start"] and found["end"]:
        length = min(len(found["start"]), len(found["end"]))
        assert found["start"][:length] <= found["end"][:length]
