"""``python -m geo place``: its words, its JSON, its file."""

import json

import pandas as pd
import pytest

from geo.__main__ import main


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(
        "id;Région;Commune;Latitude;Longitude;État;Nombre;Remarques;E-mail\n"
        "1;Gao;Bara;;;en panne;2;;a@b.ml\n"
        "2;;;16,27;-0,04;fonctionnel;1;=cmd;\n"
        "3;;;16,27;-0,04;fonctionnel;douze;;\n"
        "4;Gao;Introuvable;;;;;;\n"
        "5;;;0;0;;;;\n"
        "6;;;48,85;2,35;;;;\n",
        encoding="utf-8",
    )
    return path


def run(capsys, *arguments):
    code = main(["place", *map(str, arguments)])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_accounting_as_json(capsys, file):
    code, out, _ = run(capsys, file, "--json", "--type", "water_point")
    found = json.loads(out)
    accounting = found["accounting"]
    assert code == 0
    assert {key: accounting[key] for key in ("read", "placed", "review", "rejected")} == {
        "read": 6,
        "placed": 3,
        "review": 2,
        "rejected": 1,
    }
    assert accounting["possible_repeats"] == 1
    assert accounting["precision"] == {"point": 2, "commune": 1}
    assert accounting["reasons"]["no_place"] == 1
    assert accounting["reasons"]["outside_every_unit"] == 1
    assert found["columns"]["provider_adm3_name"] == "Commune"
    assert found["contact_columns_dropped"] == ["E-mail"]
    assert found["problems"] == 1
    assert found["first_problems"] == [
        {"row": 4, "column": "quantity", "value": "douze", "problem": "not_a_number"}
    ]


def test_the_accounting_in_words(capsys, file):
    code, out, _ = run(capsys, file)
    assert code == 0
    assert out.splitlines()[0] == "Lus 6 = placés 3 + à vérifier 2 + rejetés 1"
    assert "Répétitions possibles : 1" in out
    assert "Colonnes de contact non lues : E-mail" in out


def test_no_two_lines_of_what_was_not_placed_read_the_same(capsys, tmp_path):
    # The three points lie in three communes; who reads the list sees one place written three times.
    rows = ["17.2;2.5", "17.6;3.2", "18.6;-0.1"]
    names = [f"Inconnu {number}" for number in range(25)]
    path = tmp_path / "f.csv"
    lines = ["Région;Commune;lat;lon", *(f"Kidal;;{point}" for point in rows), *(f"Gao;{n};;" for n in names)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _code, out, _ = run(capsys, path, "--type", "water_point")
    listed = out.split("ce qui est écrit (lignes) :\n")[1].split("Colonnes")[0].splitlines()
    assert listed[0] == "  Kidal : à plus de 20 km du lieu déclaré (3)"
    assert len(listed) == len(set(listed)) == 21
    assert listed[-1] == "  … et d'autres lieux (6)"


def test_every_row_is_written_with_its_row_of_the_file(capsys, file, tmp_path):
    out = tmp_path / "placed.csv"
    run(capsys, file, "--out", out)
    table = pd.read_csv(out, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(table["row"]) == ["2", "3", "4", "5", "6", "7"]
    assert list(table["record_key"]) == ["1", "2", "3", "4", "5", "6"]
    assert list(table["outcome"]) == ["placed", "placed", "placed", "review", "rejected", "review"]
    assert table.loc[0, ["adm3_pcode", "adm3_name", "adm1_name"]].tolist() == ["ML070102", "Bara", "Gao"]
    # No spreadsheet runs a partner's cell, and no contact left the file it came from.
    assert table.loc[1, "remarks"] == "'=cmd"
    assert "a@b.ml" not in out.read_text(encoding="utf-8-sig")


def test_a_column_can_be_named(capsys, tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("Où\nBara\n", encoding="utf-8")
    code, out, _ = run(capsys, path, "--json", "--map", "commune=Où")
    assert (code, json.loads(out)["accounting"]["placed"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--map", "commune"), "écrivez champ=colonne"),
        (("--map", "commune="), "écrivez champ=colonne"),
        (("--map", "humeur=Commune"), "champ inconnu « humeur »"),
        (("--map", "commune=Ville"), "pas de colonne « Ville »"),
        (("--type", "temple"), "Type d'activité inconnu"),
        (("--out", "/nowhere/at/all.csv"), "impossible d'écrire"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_2(capsys, file, arguments, message):
    code, out, error = run(capsys, file, *arguments)
    assert (code, out) == (2, "")
    assert message in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04\0\0", b"a,a\n1,2\n", b"a\n\x81\xff\n"])
def test_what_cannot_be_read_is_one_line_and_code_2(capsys, tmp_path, data):
    path = tmp_path / "f.csv"
    path.write_bytes(data)
    code, out, error = run(capsys, path)
    assert (code, out) == (2, "")
    assert error.startswith("f.csv")
    assert len(error.splitlines()) == 1


def test_a_file_of_headings_alone_has_no_rows(capsys, tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("Commune;Nombre\n", encoding="utf-8")
    code, out, _ = run(capsys, path, "--json")
    assert code == 0
    assert json.loads(out)["accounting"]["read"] == 0
