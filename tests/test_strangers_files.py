"""Every file that leaves the product, of records named like markup: the words stand there, none runs."""

import io
import json
import re
import zipfile

import openpyxl
import pandas as pd
import pyogrio
import pypdf
import pytest
from defusedxml import ElementTree
from pptx import Presentation

from geo.report.canvas import Sheet, wrapped
from geo.report.hxl import fourw_csv, presence_csv
from geo.report.meetingbook import meeting_book
from geo.report.qgis import layer_styles
from geo.signs import tidied
from tests.packs import CERCLE, asked, named_like_markup, pack_of, pack_of_strangers, unpacked
from tests.printed import DAY
from tests.strangers import MARKUP

TEXTS = [tidied(text) for text in MARKUP.values()]
FORMULA = re.compile(r"\s*[=+@＝＋＠]")


@pytest.fixture(scope="module")
def named():
    """The meeting of a cercle, and what its files are made with."""
    prepared, tools = named_like_markup(TEXTS)
    return asked(prepared, CERCLE), prepared, tools


def without_formulas(content: bytes) -> str:
    """All texts of a workbook, none of which is run."""
    found = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                assert cell.hyperlink is None
                found.append(str(cell.value))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            assert "externalLink" not in name
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(parts.read(name))
    return "\n".join(found)


def test_a_workbook_says_the_words_and_runs_none(named):
    meeting, prepared, tools = named
    text = without_formulas(meeting_book(meeting, prepared, tools.drawing, day=DAY))
    whole = {case: tidied(words).strip() for case, words in MARKUP.items() if ";" not in words}
    assert [case for case, words in whole.items() if words not in text] == []


@pytest.mark.parametrize("write", [presence_csv, fourw_csv])
def test_a_table_for_other_programs_runs_none(named, write):
    table = pd.read_csv(io.BytesIO(write(named[0])), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert len(table) > len(TEXTS)
    cells = [cell for column in table for cell in table[column]]
    assert [cell for cell in cells if FORMULA.match(cell)] == []
    assert any("<script>" in cell for cell in cells)


def test_styles_for_qgis_are_xml_and_name_no_address(named):
    for _layer, _name, style in layer_styles(named[0]):
        ElementTree.fromstring(style)
        assert "http" not in style


def test_on_paper_every_sign_is_a_sign(named):
    sheet = Sheet()
    y = 10.0
    for text in TEXTS:
        for line in wrapped(text, 7, 250):
            sheet.write(line, 10, y, size=7)
            y += 3.5
    content = sheet.pdf(title="".join(TEXTS)[:200], day=DAY)
    reader = pypdf.PdfReader(io.BytesIO(content))
    said = re.sub(r"\s", "", reader.pages[0].extract_text())
    lacking = [case for case, text in MARKUP.items() if re.sub(r"\s", "", tidied(text)) not in said]
    assert lacking == []
    # Nothing in it opens, runs or leads anywhere.
    for sign in (b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/URI", b"/Launch"):
        assert sign not in content
    assert not reader.pages[0].annotations


@pytest.fixture(scope="module")
def filed():
    """Files by kind, and the names of the communes as the map that they are made with has them."""
    pack = pack_of_strangers()
    communes = pack.meeting.frame.boundaries.level("commune")
    names = communes.loc[communes["adm1_pcode"] == "ML07", "adm3_name"].tolist()
    # Two have the names that records state, the others begin each with another text, formulas first.
    assert sum(any(name.startswith(text.strip()) for text in TEXTS) for name in names) == len(names) - 2
    return pack.files, names


def unbroken(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_names_of_places_are_words_in_every_table(filed):
    files, names = filed
    book = unbroken(without_formulas(files["xlsx"]))
    assert [name for name in names if unbroken(name) not in book] == []
    features = json.loads(files["geojson"])["features"]
    assert {feature["properties"]["name"] for feature in features} == set(names)
    for kind in ("presence", "fourw"):
        table = pd.read_csv(io.BytesIO(files[kind]), dtype=str, keep_default_na=False, encoding="utf-8-sig")
        assert [cell for column in table for cell in table[column] if FORMULA.match(cell)] == []


def test_nothing_that_somebody_installed_or_typed_turns_a_text_round(filed):
    files, _names = filed
    for kind in ("presence", "fourw", "geojson", "html", "pptx", "xlsx"):
        for part in unpacked(files[kind]):
            assert not re.search("[\u202a-\u202e\u2066-\u2069]", part.decode("utf-8", "ignore")), kind


def test_the_slides_of_strangers_lead_nowhere_and_are_whole(filed):
    files, names = filed
    deck = Presentation(io.BytesIO(files["pptx"]))
    frames = [shape for slide in deck.slides for shape in slide.shapes]
    said = [shape.text_frame.text for shape in frames if shape.has_text_frame]
    said += [cell.text for shape in frames if shape.has_table for cell in shape.table.iter_cells()]
    assert [name for name in names if unbroken(name) not in unbroken("".join(said))] == []
    with zipfile.ZipFile(io.BytesIO(files["pptx"])) as parts:
        for name in parts.namelist():
            # No workbook, no control, no program in it; XML that a strict reader takes.
            assert not re.search(r"vba|activeX|embeddings|oleObject", name, re.IGNORECASE), name
            if not name.endswith((".xml", ".rels")):
                continue
            for element in ElementTree.fromstring(parts.read(name)).iter():
                kind = element.tag.rpartition("}")[2]
                assert not re.match(r"hlink.+|snd|videoFile|audioFile", kind), (name, kind)
                if kind == "Relationship":
                    assert element.get("TargetMode") != "External", element.attrib
                    assert ":" not in element.get("Target"), element.attrib


def test_the_pages_of_strangers_hold_nothing_that_acts(filed):
    files, names = filed
    # The larger pages are made of the smaller ones.
    reader = pypdf.PdfReader(io.BytesIO(files["a3"]))
    keys = set()
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        keys |= set(found) if isinstance(found, dict) else set()
    assert "/Font" in keys
    assert not keys & {"/JavaScript", "/JS", "/OpenAction", "/AA", "/A", "/URI", "/Launch", "/EF", "/F"}
    assert not any(page.annotations for page in reader.pages)
    # Names that are longer than their unit are left off the maps; the last pages have tables of them all.
    said = unbroken("".join(page.extract_text() for page in reader.pages[-10:]))
    assert [name for name in names if unbroken(name) not in said] == []


def test_the_layers_of_strangers_hold_their_words_and_styles_that_are_xml(filed, tmp_path):
    files, names = filed
    path = tmp_path / "couches.gpkg"
    path.write_bytes(files["gpkg"])
    assert set(pyogrio.read_dataframe(path, layer="communes")["name"]) == set(names)
    styles = pyogrio.read_dataframe(path, layer="layer_styles")
    assert len(styles) > 3
    for style in styles["styleQML"]:
        ElementTree.fromstring(style)
        assert "http" not in style


def test_a_whole_pack_has_no_way_to_run_anything():
    files = pack_of(CERCLE).files
    for kind in ("a4", "a3"):
        for sign in (b"/JavaScript", b"/OpenAction", b"/Launch", b"/URI"):
            assert sign not in files[kind]
    with zipfile.ZipFile(io.BytesIO(files["pptx"])) as deck:
        assert [name for name in deck.namelist() if "vba" in name.lower() or "activeX" in name] == []
    assert json.loads(files["geojson"])["features"]
    without_formulas(files["xlsx"])


def test_a_slide_takes_any_words():
    deck = Presentation()
    for text in TEXTS:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    target = io.BytesIO()
    deck.save(target)
    found = [slide.shapes.title.text for slide in Presentation(io.BytesIO(target.getvalue())).slides]
    assert found == TEXTS
