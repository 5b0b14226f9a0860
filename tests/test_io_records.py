"""Reading and writing tables: what partners' spreadsheets put into a CSV."""

import contextlib
import csv
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import RecordFileError
from geo.io import texts
from geo.io.records import FORMULA_STARTS, csv_text, read_table, safe_cell, table_from_text, write_csv


def rows(text):
    table = table_from_text(text, name="f.csv")
    return list(table.columns), {row: list(cells) for row, *cells in table.itertuples()}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(separator):
    text = f"a{separator}b\n1{separator}2\n"
    assert rows(text) == (["a", "b"], {2: ["1", "2"]})


def test_a_separator_inside_quotes_does_not_decide():
    assert rows('"a,b,c,d";e\n1;2\n') == (["a,b,c,d", "e"], {2: ["1", "2"]})


def test_the_index_is_the_row_of_the_file():
    assert rows("a,b\n\n1,2\n,\n3,4\n") == (["a", "b"], {3: ["1", "2"], 5: ["3", "4"]})


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_a_line_break_inside_quotes_belongs_to_its_cell(break_):
    headings, cells = rows(f'a,b\n"x{break_}y",2\n3,4\n')
    assert headings == ["a", "b"]
    assert cells == {2: [f"x{break_}y", "2"], 3: ["3", "4"]}


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e"])
def test_only_line_ends_end_a_row(character):
    assert rows(f"a,b\nx{character}y,2\n") == (["a", "b"], {2: [f"x{character}y", "2"]})


def test_a_heading_may_hold_a_line_break():
    assert rows('"Nom\nde la commune",b\n1,2\n')[0] == ["Nom\nde la commune", "b"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end):
    assert rows(end.join(["a,b", "1,2", "3,4"]))[1] == {2: ["1", "2"], 3: ["3", "4"]}


def test_short_rows_are_filled_and_empty_cells_beyond_the_headings_are_cut():
    assert rows("a,b,c\n1\n2,3,4,,\n")[1] == {2: ["1", "", ""], 3: ["2", "3", "4"]}


def test_rows_that_do_not_fit_are_refused_with_their_row():
    with pytest.raises(RecordFileError, match=r"f\.csv, ligne 3 : 3 cellules pour 2 titres"):
        rows("a,b\n1,2\n1,2,3\n")


def test_two_headings_alike_are_refused():
    with pytest.raises(RecordFileError, match="titre en double « a »"):
        rows("a, a\n1,2\n")


def test_empty_headings_get_a_name_of_their_own():
    assert rows("a,,colonne_2,\n1,2,3,4\n")[0] == ["a", "colonne_2_", "colonne_2", "colonne_4"]


@pytest.mark.parametrize("text", ["", "\n", "   \n1,2\n", ";;;\n1;2;3;4\n"])
def test_a_file_without_headings_is_refused(text):
    with pytest.raises(RecordFileError, match="la première ligne est vide"):
        rows(text)


def test_a_cell_beyond_every_measure_is_refused_and_not_a_crash():
    with pytest.raises(RecordFileError, match="ce n'est pas un CSV lisible"):
        rows("a,b\n" + "x" * (csv.field_size_limit() + 1) + ",2\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "f.csv"
    path.write_bytes("Région,Ville\nHodh El Gharbi,Aïoun\n".encode(encoding))
    table = read_table(path)
    assert list(table.columns) == ["Région", "Ville"]
    assert table.loc[2, "Ville"] == "Aïoun"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n\0,1\n", "octets nuls"),
        ("a,b\n1,2\n".encode("utf-16"), "octets nuls"),
        (b"PK\x03\x04\x00\x00", "octets nuls"),
        (b"caf\xc3\xa9,\x81\xff\n", "encodage non reconnu"),
        (b"", "la première ligne est vide"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, data, message):
    path = tmp_path / "f.csv"
    path.write_bytes(data)
    with pytest.raises(RecordFileError, match=message):
        read_table(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordFileError, match=r"nowhere\.csv : fichier illisible"):
        read_table(tmp_path / "nowhere.csv")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(RecordFileError, match="fichier illisible"):
        read_table(tmp_path)


def test_na_is_text_and_codes_keep_their_zeros():
    assert rows("a,b\nNA,0501\n")[1] == {2: ["NA", "0501"]}


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+33", "+33"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-8.5", "-8.5"),
        (-8.5, -8.5),
        ("Gao", "Gao"),
    ],
)
def test_no_cell_is_run_by_a_spreadsheet(cell, safe):
    assert safe_cell(cell) == safe


# A spreadsheet that splits at ";" makes cells of the parts: none of them begins like a formula.
PARTS = (
    *("Awa;=cmd|'/C calc'!A0;x", "a;+1", "a; \t-x", "a\n@SUM(1)", "a\r\n=1", "a\t＝1", 'a;"=1+1"', ";;=1"),
    *(f"a; {sign}1" for sign in FORMULA_STARTS),
    *("a;'=1", "a;''=1", "l'ONG;=1", "'\t=1", "a ;\n '=1", "ok\n- puits\n- forage"),
)


@pytest.mark.parametrize("text", PARTS)
def test_no_part_of_a_cell_is_run_where_another_sign_separates(text):
    written = csv_text(pd.DataFrame({"a": ["x"], "cell": [text], "b": ["y"]}))
    parts = [part.lstrip(' "') for part in re.split(r"[;\t\r\n]", written)]
    assert not [part for part in parts if part.startswith(FORMULA_STARTS)]
    assert table_from_text(written, name="f")["cell"].tolist() == [safe_cell(text)]
    assert [cells[1] for _row, cells in texts.rows_of(written, name="f")] == ["cell", safe_cell(text)]


def test_what_is_no_formula_is_written_as_it_is():
    cells = ["AMSS; NRC", "a;b=c", "l'eau + l'hygiène", "x '=1", "15-20", "a\nb - c"]
    table = pd.DataFrame({"cell": cells})
    assert csv_text(table) == table.to_csv(index=False, lineterminator="\r\n")


def test_headings_are_safe_too():
    assert csv_text(pd.DataFrame({"=a": ["x"]})).startswith("'=a")


def test_what_is_written_is_read_again(tmp_path):
    table = pd.DataFrame(
        {"nom": ["Aïoun", 'a "b", c', "x\ny", "; |"], "n": ["1", "", "NA", "007"]}, dtype="str"
    )
    write_csv(tmp_path / "f.csv", table)
    again = read_table(tmp_path / "f.csv").reset_index(drop=True)
    pd.testing.assert_frame_equal(again, table)


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path):
    with pytest.raises(RecordFileError, match="impossible d'écrire"):
        write_csv(tmp_path / "no" / "f.csv", pd.DataFrame({"a": [1]}))


TRICKY = st.text(st.sampled_from(";\t\r\n '\"=+-@a1,"), max_size=12)
NO_NUL = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


@settings(deadline=None)
@given(st.lists(st.text(NO_NUL, max_size=6) | TRICKY, min_size=1, max_size=4))
def test_any_cells_survive_writing_and_reading(cells):
    table = pd.DataFrame({"key": ["k"] * len(cells), "cell": cells}, dtype="str")
    again = table_from_text(csv_text(table), name="f")["cell"].tolist()
    assert again == [safe_cell(cell) for cell in cells]
    assert not any(re.match("[=@]", cell) for cell in again)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_word(text):
    with contextlib.suppress(RecordFileError):
        table = table_from_text(text, name="f.csv")
        assert table.columns.is_unique
        assert (table.index >= 2).all()
        assert table.map(lambda cell: isinstance(cell, str)).all(axis=None)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_a_word(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    with contextlib.suppress(RecordFileError):
        assert read_table(path).columns.is_unique
