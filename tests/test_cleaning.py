"""From a partner's table to records: what is read, what is listed, what is never kept."""

import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.activities import PROVIDER_COLUMNS
from geo.cleaning import PROBLEM_COLUMNS, clean
from geo.headings import HEADINGS
from geo.io.records import read_types

TYPES = read_types()


def cleaned(rows, given=None, headings=None):
    headings = headings or list(rows[0])
    table = pd.DataFrame(rows, columns=headings, index=range(2, 2 + len(rows)), dtype="str")
    return clean(table, types=TYPES, source_id="file", given=given)


def cell(heading, text, column):
    found = cleaned([{heading: text}])
    return found.records[column].iloc[0], list(found.problems["problem"])


@pytest.mark.parametrize(
    ("heading", "text", "column", "value"),
    [
        ("Latitude", "14,25", "latitude", 14.25),
        ("Longitude", "-3.5", "longitude", -3.5),
        ("Montant", "207 716 144", "amount", 207716144),
        ("Montant", "1\u202f250,50", "amount", 1250.5),
        ("Nombre", "1\u00a0250", "quantity", 1250),
        ("Superficie (ha)", "0,75", "area_ha", 0.75),
        ("Nombre", "12.0", "quantity", 12),
    ],
)
def test_numbers_are_read(heading, text, column, value):
    assert cell(heading, text, column) == (value, [])


@pytest.mark.parametrize(
    ("heading", "text", "column", "problem"),
    [
        ("Nombre", "douze", "quantity", "not_a_number"),
        ("Nombre", "inf", "quantity", "not_a_number"),
        ("Nombre", "1,250", "quantity", "thousands_or_decimals"),
        ("Bénéficiaires", "12.000", "reached_people", "thousands_or_decimals"),
        ("Nombre", "-3", "quantity", "negative"),
        ("Montant", "1.234,56", "amount", "not_a_number"),
    ],
)
def test_a_number_that_cannot_be_read_is_missing_and_listed(heading, text, column, problem):
    value, found = cell(heading, text, column)
    assert math.isnan(value)
    assert found == [problem]


@pytest.mark.parametrize("text", ["", "NA", "n.d.", "Néant", "-"])
def test_a_number_not_given_is_missing_without_a_problem(text):
    value, found = cell("Nombre", text, "quantity")
    assert math.isnan(value)
    assert found == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2020-11-23", "2020-11-23"),
        ("2020-11-23 00:00:00", "2020-11-23"),
        ("23/11/2020", "2020-11-23"),
        ("3.1.2020", "2020-01-03"),
        ("2020-1", "2020-01"),
        ("2020", "2020"),
        ("", ""),
    ],
)
def test_dates_keep_the_precision_that_was_written(text, value):
    assert cell("Date début", text, "start_date") == (value, [])


@pytest.mark.parametrize("text", ["31/02/2020", "2020-13-01", "l'an passé", "11/23/2020"])
def test_a_date_that_is_none_is_listed(text):
    assert cell("Date début", text, "start_date") == ("", ["not_a_date"])


@pytest.mark.parametrize(
    ("heading", "cells", "read"),
    [
        ("Fonctionnel ?", ["Oui", "Non", "sec", ""], ["functional", "broken", "dry", ""]),
        (
            "Point d'eau fonctionnel",
            ["yes", "no", "NSP", "en panne"],
            ["functional", "broken", "unknown", "broken"],
        ),
        # Under another heading yes may mean the opposite: it is not known.
        ("En panne ?", ["Oui", "Non", "sec", ""], ["", "", "dry", ""]),
        ("Non fonctionnel ?", ["Oui", "Non", "sec", ""], ["", "", "dry", ""]),
    ],
)
def test_yes_and_no_say_a_state_only_where_the_heading_asks_whether_it_works(heading, cells, read):
    found = cleaned([{heading: cell} for cell in cells], given={"functionality": heading})
    assert list(found.records["functionality"]) == read


def test_words_of_state_and_status():
    found = cleaned([{"État": "En panne", "Statut": "terminé"}, {"État": "brille", "Statut": ""}])
    assert list(found.records["functionality"]) == ["broken", ""]
    assert list(found.records["activity_status"]) == ["completed", ""]
    problem = found.problems.iloc[0]
    assert (problem["row"], problem["value"], problem["problem"]) == (3, "brille", "not_a_known_value")


def test_problems_name_row_and_column():
    found = cleaned([{"Nombre": "3"}, {"Nombre": "trois"}])
    assert list(found.problems.columns) == list(PROBLEM_COLUMNS)
    assert found.problems.to_dict("records") == [
        {"row": 3, "column": "quantity", "value": "trois", "problem": "not_a_number"}
    ]


def test_a_point_with_water_for_less_than_twelve_months_is_seasonal():
    rows = [("fonctionnel", "12"), ("fonctionnel", "11"), ("fonctionnel", ""), ("sec", "3")]
    found = cleaned(rows, headings=["functionality_main", "water_months"])
    assert list(found.records["functionality"]) == ["functional", "functional_seasonal", "functional", "dry"]
    assert "water_months" not in found.records


def test_a_list_of_positions_counts_one_each():
    found = cleaned([{"lat": "14.1", "lon": "-3.2", "puits_safety": "Non"}])
    assert found.records["quantity"].iloc[0] == 1
    assert set(found.notes) == {"one_per_row", "type_from_headings"}
    assert found.records["activity_type"].iloc[0] == "water_point"


def test_a_list_of_places_does_not():
    found = cleaned([{"Commune": "Ansongo"}])
    assert math.isnan(found.records["quantity"].iloc[0])
    assert found.notes == ()
    assert found.records["activity_type"].iloc[0] == "unspecified"


def test_a_quantity_left_empty_beside_positions_is_not_made_one():
    found = cleaned([{"lat": "14.1", "lon": "-3.2", "nombre": ""}])
    assert math.isnan(found.records["quantity"].iloc[0])


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("AVEC", "avec"),
        ("VSLA", "avec"),
        ("Point d'eau", "water_point"),
        ("points d’eau", "water_point"),
        ("Périmètre maraîcher", "market_garden"),
        ("Comité de paix", "peace_committee"),
        ("peace_committee", "peace_committee"),
    ],
)
def test_types_as_partners_write_them(written, kind):
    found = cleaned([{"Type d'activité": written}])
    assert (found.records["activity_type"].iloc[0], len(found.problems)) == (kind, 0)


def test_a_type_nobody_knows_is_listed():
    assert cell("Type", "Pont", "activity_type") == ("unspecified", ["not_a_known_type"])


def test_contact_columns_are_never_read():
    found = cleaned([{"Commune": "Bara", "Téléphone": "76 12 34 56", "Responsable": "A. Maïga"}])
    assert found.dropped == ("Téléphone", "Responsable")
    text = found.records.to_csv()
    assert "76" not in text
    assert "Maïga" not in text


def test_a_contact_column_cannot_be_asked_for_as_free_text():
    found = cleaned([{"Téléphone": "76 12 34 56"}], given={"remarks": "Téléphone"})
    assert found.records["remarks"].iloc[0] == ""
    assert found.dropped == ("Téléphone",)


def test_a_responsible_organisation_can_be_asked_for():
    found = cleaned([{"Structure responsable": "AMSS"}], given={"implementing_org": "Structure responsable"})
    assert found.records["implementing_org"].iloc[0] == "AMSS"
    assert found.dropped == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("appeler 76 12 34 56 le soir", "appeler […] le soir"),
        ("tél +223 76.12.34.56", "tél […]"),
        ("00222 36123456.", "[…]."),
        ("écrire à a.maiga@ong.ml", "écrire à […]"),
        ("plus de 40 000 000 FCFA épargnés", "plus de 40 000 000 FCFA épargnés"),
        ("relevé du 23-11-2020", "relevé du 23-11-2020"),
        ("15 et 20 gardées pour 2017, 232 directs", "15 et 20 gardées pour 2017, 232 directs"),
        ("14.12345678, -3.12345678", "14.12345678, -3.12345678"),
    ],
)
def test_free_text_keeps_no_way_to_reach_a_person(text, left):
    found = cleaned([{"Commentaires": text}])
    assert found.records["remarks"].iloc[0] == left
    assert list(found.problems["problem"]) == (["contact_withheld"] if text != left else [])
    assert not re.search(r"\d{2} \d{2} \d{2}|@", found.problems.to_csv())


def test_columns_that_nobody_knows_are_named_and_not_kept():
    found = cleaned([{"Commune": "Bara", "Humeur": "bonne"}])
    assert found.unused == ("Humeur",)
    assert "Humeur" not in found.records
    assert "bonne" not in found.records.to_csv()


def test_a_row_of_hxl_tags_names_columns_and_is_no_record():
    rows = [("#org+impl", "#adm3+name", "#reached+f", ""), ("AMSS", "Bara", "12", "x")]
    found = cleaned(rows, headings=["Qui", "Où", "F", "Reste"])
    assert len(found.records) == 1
    row = found.records.loc[3]
    assert (row["implementing_org"], row["provider_adm3_name"], row["reached_people_female"]) == (
        "AMSS",
        "Bara",
        12,
    )
    assert found.unused == ("Reste",)


def test_a_row_of_hxl_tags_does_not_bring_a_contact_column_back():
    rows = [("#org+name", "#adm3+name"), ("A. Maïga", "Bara")]
    found = cleaned(rows, headings=["Responsable", "Commune"])
    assert found.records["implementing_org"].iloc[0] == ""


def test_cleaning_changes_nothing_in_place():
    table = pd.DataFrame({"Nombre": ["1 250"]}, dtype="str")
    before = table.copy()
    clean(table, types=TYPES, source_id="s")
    pd.testing.assert_frame_equal(table, before)


ANY_HEADINGS = st.lists(
    st.one_of(st.sampled_from([words[0] for words in HEADINGS.values()]), st.text(max_size=8)),
    min_size=1,
    max_size=6,
    unique=True,
)
ANY_CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "NA", "1e999", "nan", "-0", "2020-02-30", "#adm1", "0x10", "١٢"]),
)


@settings(deadline=None)
@given(ANY_HEADINGS, st.data())
def test_any_table_is_read_row_by_row(headings, data):
    rows = data.draw(st.lists(st.tuples(*[ANY_CELL] * len(headings)), max_size=5))
    table = pd.DataFrame(rows, columns=headings, index=range(2, 2 + len(rows)), dtype="str")
    found = clean(table, types=TYPES, source_id="s")
    tags = len(table) - len(found.records)
    assert tags == 0 or (tags == 1 and any(str(text).startswith("#") for text in rows[0]))
    assert list(found.records.columns) == list(PROVIDER_COLUMNS)
    assert set(found.problems["row"]) <= set(table.index)
    assert not (found.records["quantity"] < 0).any()
