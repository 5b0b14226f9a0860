"""Names of files, parts of archives, cells and expressions of strangers: the corpus, and any text at all."""

import ast
import io
import re
import time
from pathlib import PurePosixPath, PureWindowsPath

import openpyxl
import pandas as pd
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from geo import (
    cleaning,
    coordinates,
    dates,
    headings,
    money,
    pcodes,
    population,
    signs,
    spelling,
    words,
    zones,
)
from geo.errors import CouvertureError
from geo.io.official import read_official
from geo.io.records import as_it_was, csv_cell, csv_text, safe_cell
from geo.io.sheets import read_sheet
from geo.report import workbook
from geo.report.canvas import drawable
from geo.report.qgis import qml
from geo.settings import PROJECT_DIR
from geo.store import uploads
from geo.ui import parts, sheets
from tests.hostile import files
from tests.strangers import MARKUP, PATHS, archive

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=120)
NAMES = st.one_of(ANY_TEXT, st.text(st.sampled_from("./\\:é\0 aCON\u202e\U0001f600~*"), max_size=400))
TAG = re.compile(r"<[^>]*>")


# ---- names of files ---------------------------------------------------------------------------------


def harmless(name: str) -> None:
    assert 0 < len(name) <= 101
    assert len(name.encode()) <= 255
    assert not set(name) & set("/\\:*?\"<>|\0\n\r\t;&$`'%~")
    assert not any(signs.tidied(sign) != sign for sign in name)
    assert name.strip(" .") == name
    assert PurePosixPath(name).name == name == PureWindowsPath(name).name
    assert name.casefold() not in ("order.json", "job")
    assert name.partition(".")[0].casefold() not in ("con", "prn", "aux", "nul", "com1", "lpt1")


@pytest.mark.parametrize("case", PATHS)
def test_each_name_of_the_corpus_is_kept_in_its_folder(tmp_path, monkeypatch, case):
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path))
    harmless(uploads.safe_name(PATHS[case]))
    path = uploads.keep(PATHS[case], b"a")
    assert path.parent.parent == tmp_path / "uploads"
    assert path.read_bytes() == b"a"
    uploads.discard(path)
    assert list((tmp_path / "uploads").iterdir()) == []


@given(NAMES)
def test_any_name_can_be_written_anywhere(name):
    harmless(uploads.safe_name(name))


@given(st.one_of(NAMES, st.sampled_from(list(PATHS.values()))))
def test_a_name_of_a_place_in_the_name_of_a_file_is_letters_and_figures(name):
    assert re.fullmatch(r"[a-z0-9_]{0,60}", words.slug(name))


# ---- parts of archives ------------------------------------------------------------------------------

MEMBERS = {case: name for case, name in PATHS.items() if name and "\ud800" not in name}


@pytest.mark.parametrize("ending", [".shp", ".gpkg", ".geojson", ".kml"])
@pytest.mark.parametrize("case", MEMBERS)
def test_no_part_of_an_archive_lands_outside(tmp_path, case, ending):
    inside = tmp_path / "in"
    inside.mkdir()
    path = inside / "limites.zip"
    path.write_bytes(archive({MEMBERS[case] + ending: b"x", "../b" + ending: b"x", "/c" + ending: b"x"}))
    for read in (read_official, read_sheet):
        with pytest.raises(CouvertureError) as refused:
            read(path)
        assert "\n" not in str(refused.value)
        assert str(refused.value).startswith("limites.zip")
    assert [each.name for each in tmp_path.rglob("*")] == ["in", "limites.zip"]


@given(
    st.lists(
        st.tuples(NAMES.map(lambda name: name.replace("\ud800", "")), st.binary(max_size=40)), max_size=4
    )
)
def test_any_archive_is_read_or_refused_in_one_line(tmp_path_factory, members):
    path = tmp_path_factory.mktemp("a") / "a.zip"
    encoded = {name.encode(errors="ignore").decode() + ".kml": data for name, data in members}
    path.write_bytes(archive(encoded))
    for read in (read_official, read_sheet):
        with pytest.raises(CouvertureError) as refused:
            read(path)
        assert "\n" not in str(refused.value)
    assert [each.name for each in path.parent.iterdir()] == ["a.zip"]


def test_an_archive_inside_an_archive_is_not_opened(tmp_path):
    inner = archive({"a.kml": b"<kml/>"})
    for _turn in range(5):
        inner = archive({"a.zip": inner, "a.kmz": inner})
    path = tmp_path / "a.zip"
    path.write_bytes(inner)
    with pytest.raises(CouvertureError):
        read_sheet(path)


def test_the_corpus_of_files_has_entities_and_archives_that_swell():
    names = [name for name, _data in files()]
    for part in ("entities", "outside_entity", "gigabyte"):
        assert [name for name in names if part in name]


# ---- cells ------------------------------------------------------------------------------------------

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n=1",
    "\u202e=1",
    "＝1+1",
    "|x",
    "%0A=1",
    "=cmd|x",
)


@pytest.mark.parametrize("text", [*FORMULAS, *MARKUP.values()])
def test_no_cell_of_a_file_is_run(text):
    table = pd.DataFrame({"a": [signs.tidied(text)]})
    written = csv_text(table)
    cell = pd.read_csv(io.StringIO(written), keep_default_na=False)["a"].iloc[0]
    assert not str(cell).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    book = openpyxl.Workbook(write_only=True)
    workbook.add_sheet(book, "a", table)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.saved(book)))["a"]
    assert sheet["A2"].data_type in ("s", "n")
    assert not sheet["A2"].hyperlink


@given(ANY_TEXT)
def test_no_text_becomes_a_formula(text):
    kept = str(safe_cell(signs.tidied(text)))
    if kept.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")):
        # "+0" is a number, and stays one; "+inf" would be a name.
        assert set(kept.strip()) <= set("+-.0123456789eE")
        float(kept)


@pytest.mark.parametrize("text", ["+0", "-8.5", "+1e3", "-.5"])
def test_a_number_stays_a_number(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["+inf", "-nan", "+1_0", "-1-1", "+", "-."])
def test_what_is_a_number_in_python_only_is_none_in_a_file(text):
    assert safe_cell(text) == f"'{text}"


# ---- markup -----------------------------------------------------------------------------------------


@given(st.one_of(ANY_TEXT, st.sampled_from(list(MARKUP.values()))))
def test_no_text_becomes_a_tag_or_leaves_its_attribute(text):
    made = [
        parts.note(text),
        parts.card(text, [(text, text)]),
        sheets.sheet([text], [[text]], caption=text),
        sheets.link("carte", text, partenaire=text.replace("\ud800", "").encode(errors="ignore").decode()),
        parts.points_legend([(text, text, 1)], clustered=True),
    ]
    plain = [
        parts.note("x"),
        parts.card("x", [("x", "x")]),
        sheets.sheet(["x"], [["x"]], caption="x"),
        sheets.link("carte", "x", partenaire="x"),
        parts.points_legend([("x", "x", 1)], clustered=True),
    ]
    for one, other in zip(made, plain, strict=True):
        # As many tags and quotes as with a harmless word: nothing opened, nothing closed.
        assert len(TAG.findall(one)) == len(TAG.findall(other))
        assert one.count("'") == other.count("'")
        assert one.count("<") == other.count("<")


@given(st.one_of(ANY_TEXT, st.sampled_from(list(MARKUP.values()))))
def test_every_sign_of_markdown_in_a_label_is_escaped(text):
    made = parts.label_text(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>$!~|]", made.replace("\\\\", ""))
    assert "\n" not in made
    assert re.sub(r"\\(.)", r"\1", made).replace("\u2060", "") == re.sub(
        r"[ \t\r\n\u2028\u2029]+", " ", text
    ).strip(" ").replace("\u2060", "")


@given(st.one_of(ANY_TEXT, st.sampled_from(list(MARKUP.values()))))
def test_a_style_for_qgis_stays_one_document(text):
    name = workbook.ILLEGAL_CHARACTERS_RE.sub("", signs.tidied(text))
    made = qml("classe", [("zero", name)], {"zero": "#FFFFFF"})
    root = ElementTree.fromstring(made)
    assert len(root.findall(".//category")) == 1


@given(st.one_of(ANY_TEXT, st.sampled_from(list(MARKUP.values()))))
def test_a_text_on_paper_is_one_line_of_signs_that_the_face_has(text):
    assert len(drawable(text).splitlines()) <= 1


# ---- expressions ------------------------------------------------------------------------------------

# Pieces that expressions stumble over, repeated; what each ends with makes a match fail.
PIECES = (
    *(
        " ",
        "\n",
        "a",
        "1",
        "1 ",
        "1,",
        "1.",
        "-",
        "+2",
        "(",
        "[",
        "(a)",
        "<",
        "'",
        "l'",
        "é ",
        "m ",
        "a@",
        ";'",
        ";=",
        "'=",
        "a.",
    ),
    *("°", "\\", "_", "du 1 au ", "et ", "76 ", "a b", "al "),
)
ENDS = ("", "!")
# Twice the longest cell takes twice the time, not four times: measured short, held for the longest.
SHORT, MOST_SECONDS = 4_000, 0.25
# As long as a cell may be.
LONG = 32_000


def column(text: str) -> pd.Series:
    return pd.Series([text], dtype="str")


READERS = {
    "fold": spelling.fold,
    "name": spelling.parse,
    "parts of a cell": spelling.parts,
    "zone": zones.read_zone,
    "time": dates.read_span,
    "amount": lambda text: money.read_amounts(column(text), currencies=column(""), heading=""),
    "currency": money.currency_code,
    "two coordinates": lambda text: coordinates.read_positions(
        pd.DataFrame({"longitude": column(text), "latitude": column(text)}), zone=""
    ),
    "position": lambda text: coordinates.read_positions(pd.DataFrame({"position": column(text)}), zone=""),
    "heading": lambda text: headings.recognise([text, "Commune"]),
    "heading of a contact": lambda text: headings.contact_headings([text]),
    "heading of people": lambda text: population.recognise([text]),
    "code": pcodes.repair,
    "contact": cleaning.holds_contact,
    "name of a file": words.slug,
    "name handed in": uploads.safe_name,
    "label": parts.label_text,
    "signs": signs.tidied,
    "look-alikes": signs.look_alikes,
    "cell written": csv_cell,
    "cell read": as_it_was,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_takes_the_square_of_its_length(reader):
    read = READERS[reader]
    read("a")
    slow = {}
    for piece in PIECES:
        for end in ENDS:
            text = piece * (SHORT // len(piece)) + end
            seconds = min(_seconds(read, text) for _turn in range(2))
            if seconds > MOST_SECONDS:
                slow[piece, end] = round(seconds, 2)
    assert slow == {}


def test_brackets_of_the_longest_heading_take_no_square_either():
    # Every heading of a CSV is read some ten times with nobody else served: short texts would not show it.
    read = READERS["heading"]
    read("a")
    for piece in ("(", "[", "([", "(a", "[a ", "()", "a/("):
        text = piece * (LONG // len(piece))
        assert min(_seconds(read, text) for _turn in range(2)) < MOST_SECONDS / 5, piece


def test_a_heading_longer_than_any_question_names_no_column_but_its_end_does():
    assert headings.heading_column("Budget (FCFA) [" + "x" * 400 + "]") == "amount"
    assert headings.heading_column("Budget (FCFA) [" + "x" * LONG + "]") == ""
    assert headings.heading_column("x" * LONG + " / Commune") == headings.heading_column("Commune")


def _seconds(read, text: str) -> float:
    begun = time.process_time()
    read(text)
    return time.process_time() - begun


def test_no_expression_of_ours_nests_its_repetitions():
    # (a+)+ and its like take time by the power of the length; the parser of Python's own says where they are.
    nested = {}
    for path in sorted((PROJECT_DIR / "geo").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_expression(node):
                pattern = node.args[0].value
                if _nests(re._parser.parse(pattern)):
                    nested[f"{path.name}:{node.lineno}"] = pattern
    assert nested == {}


def _is_expression(node: ast.Call) -> bool:
    called = node.func
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, (str, bytes))
    )


def _nests(parsed, inside: bool = False) -> bool:
    """Whether something repeated without end holds, alone, something that repeats without end."""
    for kind, value in parsed:
        name, within, parts_of = str(kind), inside, []
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            endless = value[1] > 1000
            if endless and inside and len(parsed) == 1:
                return True
            within, parts_of = inside or endless, [value[2]]
        elif name == "SUBPATTERN":
            parts_of = [value[-1]]
        elif name == "BRANCH":
            parts_of = value[1]
        if any(_nests(part, within) for part in parts_of):
            return True
    return False


def test_the_search_for_nested_repetitions_finds_them():
    assert _nests(re._parser.parse(r"(a+)+b"))
    assert _nests(re._parser.parse(r"(?:x|a*)*"))
    assert not _nests(re._parser.parse(r"(?:\d{3},)+\d+"))
