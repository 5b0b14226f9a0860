"""Faulty rows as a workbook to send back, and what of them each audience may read."""

# ruff: noqa: F811 - fixtures are imported by name
import io
import json
from datetime import date

import openpyxl
import pytest

from geo.__main__ import main
from geo.report.faulty import Papers, lines, workbook
from geo.sharing import READER, Audience
from geo.store import imports, load, load_file, planning
from geo.store.kept import kept
from tests.store_servers import boundaries, named, new_store, postgresql, write  # noqa: F401

DAY = date(2026, 11, 22)
PLACE = "Région, Cercle, Commune"
HEADINGS = (
    "Identifiant;Partenaire;Région;Cercle;Commune;Type d'activité;Nombre;Statut;Début;Fin;Latitude;Longitude"
)
ROWS = (
    HEADINGS,
    "A1;AMSS;Gao;Ansongo;Bara;AVEC;3;en cours;2024-01;2025-06;;",
    "A2;AMSS;Gao;Ansongo;Introuvable;AVEC;deux;;;;;",
    "A3;AMSS;;;;AVEC;5;;;;;",
    # The position is hundreds of kilometres west of Bara.
    "A4;AMSS;Gao;Ansongo;Bara;Périmètre maraîcher;1;;;;17.5;-3.9",
    "N1;NRC;Mopti;Mopti;Konna;Point d'eau;-4;;;;;",
    '=1+1;=HYPERLINK("x");Gao;Ansongo;=2+2;Point d\'eau;1;;;;;',
)


@pytest.fixture
def store(new_store, tmp_path):
    new_store("sqlite")
    path = write(tmp_path / "partenaires.csv", *ROWS)
    imports.apply(planning.prepare(path, boundaries(), source=named("p")), who="awa")
    return load(boundaries())


def of(store, audience, partner):
    found = kept(store, audience)
    rows = found.records[found.groups("partner") == partner]
    names = {"ML070102": "Bara"}
    papers = Papers(found.statements, found.unread, names, store.types)
    return rows, lines(rows, papers, day=DAY)


def test_every_fault_says_where_what_and_what_to_do(store):
    rows, table = of(store, Audience("partner", "AMSS"), "AMSS")
    own = table[table["file_name"] == "partenaires.csv"]
    assert own[["fault", "file_row", "record_key", "column", "read"]].values.tolist() == [
        ["past_end", 2, "A1", "Fin", "2025-06"],
        ["review", 3, "A2", PLACE, "Gao · Ansongo · Introuvable"],
        ["unread", 3, "A2", "Nombre", "deux"],
        ["rejected", 4, "A3", "", ""],
        [
            "review",
            5,
            "A4",
            "Latitude, Longitude, Région, Cercle, Commune",
            "17.5 · -3.9 · Gao · Ansongo · Bara",
        ],
    ]
    assert (table[["wrong", "remedy"]] != "").all(axis=None)
    assert "Bara (ML070102)" in own["candidates"].iloc[-1]
    # The thirteen shipped rows of the same partner are well.
    assert (len(rows), len(table)) == (17, 5)


def test_a_reader_gets_nothing_that_is_withheld(store):
    _rows, table = of(store, READER, "AMSS")
    told = table.set_index("fault")
    # Loans and savings are known to the commune only: neither key nor words of the place, nor the cell.
    assert told.at["past_end", "record_key"] == ""
    assert "unread" not in told.index
    assert "Introuvable" not in table.to_string()
    # A garden is shared as it is.
    assert told["record_key"].tolist().count("A4") == 1
    # The cell of a water point may be read by anyone.
    _rows, table = of(store, READER, "NRC")
    assert table[["fault", "read"]].values.tolist() == [["unread", "-4"]]


def test_an_organisation_shown_by_sector_has_no_workbook_of_its_name(store):
    import dataclasses  # noqa: PLC0415

    hidden = dataclasses.replace(store, organisations={"AMSS": "sector"})
    found = kept(hidden, READER)
    assert "AMSS" not in set(found.groups("partner"))
    assert "AMSS" not in found.records.to_string()
    shown = found.unread.merge(found.keys, left_on="label", right_index=True)
    assert "A2" not in set(shown["identity"])


def test_the_file_of_a_row_is_told_to_who_may_read_the_row_as_it_was_written(store):
    for audience, told in ((READER, {"A4", "N1", "=1+1"}), (Audience("partner", "AMSS"), None)):
        found = kept(store, audience)
        files = found.statements.assign(identity=found.keys["identity"])
        files = files[found.keys["source_id"] == "p"].set_index("identity")
        named = files[files["file_name"] == "partenaires.csv"]
        assert set(named.index) == (told or {"A1", "A2", "A3", "A4", "N1", "=1+1"})
        rest = files.drop(named.index)
        assert (rest[["import_id", "file_row"]].isna()).all(axis=None)
        assert rest["headings"].tolist() == [{}] * len(rest)
        assert set(named["import_id"]) == {1}
    import dataclasses  # noqa: PLC0415

    hidden = kept(dataclasses.replace(store, organisations={"NRC": "sector"}), READER)
    assert hidden.statements.loc[hidden.keys["identity"] == "N1", "file_name"].tolist() == [""]


def test_the_workbook_counts_first_and_runs_no_formula(store):
    rows, table = of(store, Audience("partner", '=HYPERLINK("x")'), '=HYPERLINK("x")')
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows, table, title='=HYPERLINK("x")', day=DAY)))
    assert book.sheetnames == ["Comptes", "À corriger"]
    counts = dict(book["Comptes"].iter_rows(min_row=2, values_only=True))
    assert (counts["Lus"], counts["Placés"], counts["À vérifier"], counts["Rejetés"]) == (1, 0, 1, 0)
    assert counts["Lignes de"] == '\'=HYPERLINK("x")'
    sheet = book["À corriger"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:K2")
    heads = [cell.value for cell in sheet[1]]
    row = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert (row["Clé"], row["Ligne"], row["Correction"]) == ("'=1+1", 7, None)
    assert row["Lu"] == "Gao · Ansongo · =2+2"
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


def test_received_is_the_day_of_the_import_or_the_date_of_the_source(store):
    found = kept(store, READER)
    told = dict(zip(found.keys["identity"], found.received, strict=True))
    assert told["A1"] == found.statements.loc[found.keys["identity"] == "A1", "imported_at"].iloc[0][:10]
    assert told["R1-01"] == ""
    assert told["ML050101-functional"] == "2020-11-23"
    whole = kept(store, Audience("coordinator"))
    assert whole.groups("import").value_counts().to_dict() == {"": 646, "1": 6}
    # Which file states the three rows of loans and savings is withheld.
    assert found.groups("import").value_counts().to_dict() == {"": 649, "1": 3}
    assert found.keys["id"].is_unique


def test_a_file_of_ones_own_has_rows_and_unread_cells_too(tmp_path):
    path = write(tmp_path / "partenaires.csv", *ROWS)
    found = kept(load_file(path, boundaries()), READER)
    assert kept(load_file(path, boundaries()), Audience("coordinator")).statements["file_row"].tolist() == [
        *range(2, 8)
    ]
    assert found.statements["file_row"].dropna().tolist() == [5, 6, 7]
    assert found.unread[["label", "value"]].values.tolist() == [[6, "-4"]]


def test_on_the_command_line(store, tmp_path, capsys):
    out = tmp_path / "a.xlsx"
    assert main(["quality", "--group", "AMSS", "--workbook", str(out)]) == 0
    said = capsys.readouterr().out
    assert "AMSS : Lus 17 = placés 14 + à vérifier 2 + rejetés 1" in said
    # Withheld from readers is not empty: all of AMSS's rows have a key.
    assert "Identifiant 100" in said
    assert len(list(openpyxl.load_workbook(out)["À corriger"].iter_rows())) == 6
    assert main(["quality", "--by", "source", "--json"]) == 0
    told = {each["group"]: each for each in json.loads(capsys.readouterr().out)}
    assert (told["p"]["read"], told["p"]["past_end"], told["p"]["age_median"]) == (6, 1, None)
    assert sum(each["read"] for each in told.values()) == 652
    assert main(["quality", "--by", "import", "--group", "1", "--workbook", str(out)]) == 0
    assert "1 : Lus 6 = " in capsys.readouterr().out
    files = [row[1].value for row in openpyxl.load_workbook(out)["À corriger"].iter_rows(min_row=2)]
    assert set(files) == {"partenaires.csv", None}
    assert main(["quality", "--group", "Personne"]) == 2
    assert "Aucune ligne de « Personne »" in capsys.readouterr().err
