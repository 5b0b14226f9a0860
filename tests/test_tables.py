"""The table of a view as CSV and workbook: opened again, they say what the facts say."""

import csv
import dataclasses
import io

import openpyxl
import pandas as pd
import pytest

from geo import facts
from geo.errors import ViewError
from geo.facts import View
from geo.i18n import set_language
from geo.io.files import write_bytes
from geo.report.shown import shown
from geo.report.tables import account_rows, record_frame, table_csv, table_frame, table_xlsx
from tests.printed import DAY, answer, prepared

WATER = ("water_point", "working", "commune")
PEACE = ("peace_committee", "in_place", "commune")


@pytest.fixture(autouse=True)
def _french():
    set_language("fr")
    yield
    set_language("fr")


def frame_of(*view: str) -> pd.DataFrame:
    return table_frame(answer(*view), prepared().frame)


def parts_of(content: bytes) -> tuple[list[dict[str, str]], list[list[str]]]:
    """Rows of the table and of the accounts under it."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    end = lines.index([])
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:end]], lines[end + 1 :]


def book_of(found: facts.Facts) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(table_xlsx(found, prepared().frame, day=DAY)))


# ---- the table --------------------------------------------------------------------------------------


def test_one_row_a_commune_of_the_area_in_the_maps_order():
    table = frame_of(*WATER)
    found = shown(answer(*WATER), prepared().frame)
    assert len(table) == 208
    assert list(table["P-code"]) == list(found.rows["pcode"])
    assert list(table["Valeur"]) == list(found.rows["words"])


def test_figures_are_those_of_the_facts():
    table = frame_of(*WATER).set_index("P-code")
    units = answer(*WATER).units.set_index("pcode").loc[table.index]
    counted = units["state"].isin(["number", "zero"])
    assert table["Minimum"].sum() == units["value_min"].sum() == 7173
    assert (table["Minimum"].isna() == ~counted).all()
    assert table["Saisonniers, min"].sum() == 1434
    assert table["Hors service, max"].sum() == 666
    assert table["Minimum"].dtype == "Int64"


def test_the_six_values_never_mix():
    table = frame_of(*WATER)
    assert table["État de la donnée"].value_counts().to_dict() == {
        "nombre": 177,
        "inconnu": 22,
        "aucun signalé": 7,
        "zéro": 2,
    }
    silent = table[table["État de la donnée"] == "aucun signalé"]
    assert silent[["Minimum", "Maximum", "En service, min", "État inconnu, max"]].isna().all(axis=None)
    zero = table[table["État de la donnée"] == "zéro"]
    assert (zero[["Minimum", "Maximum", "En service, min"]] == 0).all(axis=None)


def test_an_interval_has_both_ends_and_what_is_above_stays_apart():
    """R4: eight committees in four communes, not split; R5's number is not reported."""
    table = frame_of(*PEACE).set_index("Commune")
    ansongo = table.loc["Ansongo"]
    assert (ansongo["Minimum"], ansongo["Maximum"], ansongo["Enregistrements sans nombre"]) == (0, 8, 1)
    assert ansongo["Valeur"] == "0 à 8 + non rapporté"
    assert pd.isna(table.loc["Mopti", "Maximum"])
    assert table.loc["Mopti", "Valeur"] == "aucun signalé"


def test_records_known_to_the_region_only_are_no_value_of_a_commune():
    table = frame_of("avec", "in_place", "commune")
    assert table["Minimum"].isna().all()
    assert table["Connu au-dessus, au plus"].max() == 52
    regions = frame_of("avec", "in_place", "region").set_index("P-code")
    assert list(regions.loc[["ML05", "ML07"], "Maximum"]) == [52, 52]


def test_a_level_has_the_columns_of_its_parents():
    assert {"Commune", "Cercle / moughataa", "Région / wilaya"} <= set(frame_of(*WATER))
    cercles = frame_of("water_point", "working", "cercle")
    assert "Région / wilaya" in cercles
    assert "Commune" not in cercles
    regions = frame_of("water_point", "working", "region")
    assert list(regions.columns).count("Région / wilaya") == 1


def test_a_unit_has_its_own_rows_only():
    table = frame_of(*WATER, "2021", "ML0702")
    assert set(table["Cercle / moughataa"]) == {"Bourem"}
    assert table["Minimum"].sum() == 165


def test_people_stand_with_their_year_and_unknown_is_empty():
    people = pd.DataFrame({"adm3_pcode": ["ML070101"], "people": [25678], "year": [2017]})
    with_people = facts.prepare(
        prepared().of_type["water_point"].records.assign(outcome="placed"),
        prepared().frame,
        types={"water_point": prepared().of_type["water_point"].kind},
        sources=prepared().of_type["water_point"].sources,
        people=people,
    )
    table = table_frame(facts.build(with_people, View(*WATER)), prepared().frame).set_index("P-code")
    assert table.loc["ML070101", ["Population", "Année de la population"]].tolist() == [25678, "2017"]
    assert table["Population"].notna().sum() == 1
    assert table["Communes sans population"].sum() == 207


def test_no_parts_for_what_does_not_run():
    training = frame_of("training", "records", "commune")
    assert not [heading for heading in training if heading.startswith(("En service", "Saisonniers"))]


# ---- the files --------------------------------------------------------------------------------------


def test_csv_opens_again_with_the_same_figures():
    content = table_csv(answer(*WATER), prepared().frame, day=DAY)
    assert content.startswith(b"\xef\xbb\xbf")
    rows, accounts = parts_of(content)
    assert len(rows) == 208
    assert sum(int(row["Minimum"]) for row in rows if row["Minimum"]) == 7173
    assert list(rows[0]) == list(frame_of(*WATER).columns)
    assert ["Lus", "620"] in accounts
    assert ["Fait le", "22 novembre 2026"] in accounts


def test_accounts_add_up_and_name_every_source():
    rows = account_rows(answer(*WATER), prepared().frame, day=DAY)
    values = dict(rows)
    assert values["Lus"] == values["Placés"] + values["À vérifier"] + values["Rejetés"] == 620
    assert values["Placés hors de la zone"] == 76
    sources = [str(value) for term, value in rows if term == "Source"]
    assert len(sources) == len(answer(*WATER).sources) == 2
    assert any("CC BY 4.0" in text for text in sources)
    assert sum(term == "Limites" for term, _value in rows) == 2
    assert any("cellules" in str(value) for term, value in rows if term == "Limites indicatives")
    assert ("Hypothèse", "points saisonniers comptés en service") in rows


def test_filters_go_with_the_table():
    view = View(*WATER, filters={"functionality": ("functional",)})
    rows = account_rows(facts.build(prepared(), view), prepared().frame, day=DAY)
    assert ("Filtre", "État : fonctionnel") in rows


def test_workbook_has_three_sheets_with_headings_that_stay():
    book = book_of(answer(*WATER))
    assert book.sheetnames == ["Tableau", "Enregistrements", "Comptes"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.font.bold for cell in sheet[1])
    assert book["Tableau"].max_row == 1 + 208
    assert book["Enregistrements"].max_row == 1 + len(answer(*WATER).records)


def test_workbook_holds_numbers_as_numbers():
    sheet = book_of(answer(*WATER))["Tableau"]
    place = [cell.value for cell in sheet[1]].index("Minimum")
    values = [row[place] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert sum(value for value in values if value is not None) == 7173
    assert all(isinstance(value, int) for value in values if value is not None)
    assert values.count(None) == 208 - 179


def test_records_behind_are_words_and_names():
    table = record_frame(answer(*PEACE), prepared().frame)
    assert len(table) == len(answer(*PEACE).records)
    row = table[table["Quantité"] == 8].iloc[0]
    assert row["Lieux"].startswith("Ansongo")
    assert row["Précision"] == "plusieurs lieux, non réparti"
    # What sharing has blanked has no column at all.
    assert "Remarques" not in table
    assert "Clé" not in table


@pytest.mark.parametrize("hostile", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "a\x00\x0bb"])
def test_no_cell_is_run(hostile):
    found = answer(*PEACE)
    spoiled = found.of_type.assign(implementing_org=hostile)
    units = found.units.assign(name=hostile)
    spoilt = dataclasses.replace(found, of_type=spoiled, units=units)
    book = book_of(spoilt)
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
            assert not [cell.value for cell in row if str(cell.value).startswith(("=", "+", "@", "-2", "\t"))]
    rows, _accounts = parts_of(table_csv(spoilt, prepared().frame, day=DAY))
    assert not rows[0]["Commune"].startswith(("=", "+", "@", "-", "\t"))


def test_an_empty_answer_is_a_table_all_the_same():
    view = View("avec", "in_place", "commune", filters={"implementing_org": ("Personne",)})
    found = facts.build(prepared(), view)
    rows, accounts = parts_of(table_csv(found, prepared().frame, day=DAY))
    assert len(rows) == 208
    assert {row["Valeur"] for row in rows} == {"aucun signalé"}
    assert ["Filtre", "Enregistrements écartés par les filtres : 1"] in accounts
    assert book_of(found)["Enregistrements"].max_row == 1


def test_made_up_data_says_so_first():
    found = answer(*WATER)
    made_up = {name: dataclasses.replace(source, fictitious=True) for name, source in found.sources.items()}
    rows = account_rows(dataclasses.replace(found, sources=made_up), prepared().frame, day=DAY)
    assert rows[0] == ("Attention", "DONNÉES FICTIVES, pour la formation")


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    target = tmp_path / "table.csv"
    write_bytes(target, b"old")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(ViewError, match="impossible d'écrire"):
        write_bytes(folder, b"new")
    with pytest.raises(ViewError, match="impossible d'écrire"):
        write_bytes(tmp_path / "nowhere" / "table.csv", b"new")
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "table.csv"]
