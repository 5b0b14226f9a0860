"""The blank 4W template: filled in by a partner, read back without any mapping."""

import io

import openpyxl
import pytest

from geo.__main__ import main
from geo.activities import PROVIDER_COLUMNS
from geo.cleaning import clean
from geo.errors import RecordFileError
from geo.headings import heading_column
from geo.io import load_boundaries
from geo.io.records import read_types
from geo.io.sheets import read_sheet
from geo.io.template import template_bytes, write_template
from geo.store import load_file
from geo.template import FIELDS, ROWS, STATE_LABELS, STATUS_LABELS, template

TYPES = read_types()
# What the store or placing fills, codes for which the names stand, and what only summaries have.
NOT_ASKED = {"source_id", "provider_vintage", "possible_repeats"} | {
    f"provider_adm{n}_pcode" for n in (1, 2, 3)
}


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


def filled(made, rows):
    """The template with rows written under its headings, as a partner saves it."""
    book = openpyxl.load_workbook(io.BytesIO(template_bytes(made)))
    sheet = book[made.titles[0]]
    places = {field.column: place for place, field in enumerate(FIELDS, 1)}
    for row, values in enumerate(rows, 2):
        for column, value in values.items():
            sheet.cell(row, places[column], value)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_every_column_of_the_record_is_in_it_once():
    columns = [field.column for field in FIELDS]
    assert len(columns) == len(set(columns))
    assert set(columns) == set(PROVIDER_COLUMNS) - NOT_ASKED


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.column)
def test_every_heading_is_recognised_in_both_languages(field):
    assert heading_column(field.fr) == field.column
    assert heading_column(field.en) == field.column


ROW = {field.column: f"{field.column} 1" for field in FIELDS} | {
    "observed_on": "2024-03-01",
    "start_date": "2024-01",
    "end_date": "2024",
    "provider_adm1_name": "Gao",
    "provider_adm2_name": "Ansongo",
    "provider_adm3_name": "Bara",
    "latitude": 15.5,
    "longitude": 0.4,
    "currency": "EUR",
    "amount": 1250.5,
}
NUMBERS = {
    field.column: place + 1.0
    for place, field in enumerate(FIELDS)
    if field.column.startswith(("targeted", "reached"))
    or field.column in ("quantity", "area_ha", "household_size")
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_comes_back_as_it_was_written(tmp_path, boundaries, language):
    made = template(boundaries.units, types=TYPES, language=language)
    place = ("fr", "en").index(language)
    rows = [
        ROW | NUMBERS | {"activity_type": kind, "activity_status": status, "functionality": state}
        for kind in made.choices["types"][:1]
        for status, state in zip(
            [labels[place] for labels in STATUS_LABELS.values()] * 2,
            [labels[place] for labels in STATE_LABELS.values()],
            strict=False,
        )
    ]
    path = tmp_path / "rempli.xlsx"
    path.write_bytes(filled(made, rows))
    opened = read_sheet(path)
    assert opened.sheet == made.titles[0]
    found = clean(opened.table, types=TYPES, source_id="s")
    assert (found.unused, found.dropped, len(found.problems)) == ((), (), 0)
    expected = ROW | NUMBERS | {"activity_type": "water_point"}
    for column, value in expected.items():
        if column not in ("activity_status", "functionality"):
            assert found.records[column].tolist() == [value] * len(rows), column
    assert found.records["functionality"].tolist() == list(STATE_LABELS)
    assert found.records["activity_status"].tolist() == [*STATUS_LABELS, *STATUS_LABELS][: len(rows)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_type_comes_back(tmp_path, boundaries, language):
    made = template(boundaries.units, types=TYPES, language=language)
    rows = [{"activity_type": label, "provider_adm3_name": "Bara"} for label in made.choices["types"]]
    path = tmp_path / "rempli.xlsx"
    path.write_bytes(filled(made, rows))
    assert clean(read_sheet(path).table, types=TYPES, source_id="s").records[
        "activity_type"
    ].tolist() == list(TYPES)


def test_every_commune_of_the_lists_is_placed_in_itself(tmp_path, boundaries):
    made = template(boundaries.units, types=TYPES)
    drawn = boundaries.units[boundaries.units["drawn"]]
    rows = [
        {
            "provider_adm1_name": one.adm1_name,
            "provider_adm2_name": one.adm2_name,
            "provider_adm3_name": one.adm3_name,
        }
        for one in drawn.itertuples()
    ]
    for row in rows:
        cercle = made.cercles[row["provider_adm2_name"]]
        assert row["provider_adm2_name"] in made.below[made.regions[row["provider_adm1_name"]]]
        assert row["provider_adm3_name"] in made.below[cercle]
    path = tmp_path / "rempli.xlsx"
    path.write_bytes(filled(made, rows))
    placed = load_file(path, boundaries).records
    assert placed["place_set"].tolist() == drawn["adm3_pcode"].tolist()
    assert len(placed) == 259


def lists_of(book, name):
    title, _, corners = book.defined_names[name].attr_text.rpartition("!")
    return [[cell.value for cell in row] for row in book[title.strip("'")][corners.replace("$", "")]]


def test_the_lists_follow_each_other(boundaries):
    made = template(boundaries.units, types=TYPES)
    book = openpyxl.load_workbook(io.BytesIO(template_bytes(made)))
    rules = {str(rule.sqref): rule.formula1 for rule in book["Activités"].data_validations.dataValidation}
    letters = {heading.value: heading.column_letter for heading in book["Activités"][1]}
    region, cercle, commune = (letters[name] for name in ("Région / wilaya", "Cercle / moughataa", "Commune"))
    assert rules[f"{region}2:{region}{ROWS + 1}"] == "regions"
    assert rules[f"{cercle}2:{cercle}{ROWS + 1}"] == f"INDIRECT(VLOOKUP(${region}2,region_codes,2,FALSE))"
    assert rules[f"{commune}2:{commune}{ROWS + 1}"] == f"INDIRECT(VLOOKUP(${cercle}2,cercle_codes,2,FALSE))"
    codes = dict(lists_of(book, "cercle_codes"))
    assert codes["Ansongo"] == "_ML0701"
    assert ["Bara"] in lists_of(book, codes["Ansongo"])
    assert ["Ansongo"] in lists_of(book, dict(lists_of(book, "region_codes"))["Gao"])
    assert book["Listes"].sheet_state == "hidden"


def test_two_cercles_of_one_name_are_refused(boundaries):
    units = boundaries.units.assign(adm2_name="X")
    with pytest.raises(ValueError, match="two cercles of one name"):
        template(units, types=TYPES)


def test_a_folder_that_is_not_there(tmp_path, boundaries):
    with pytest.raises(RecordFileError, match="impossible d'écrire"):
        write_template(tmp_path / "no" / "m.xlsx", template(boundaries.units, types=TYPES))


def test_the_command(tmp_path, capsys):
    assert main(["template", "--lang", "en", "--out", str(tmp_path / "m.xlsx")]) == 0
    assert "259 communes" in capsys.readouterr().out
    assert openpyxl.load_workbook(tmp_path / "m.xlsx").sheetnames == ["Activities", "Instructions", "Lists"]
