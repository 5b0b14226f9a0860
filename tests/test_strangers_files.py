"""Every file that leaves the product, of records named like markup: the words stand there, none runs."""

import io
import json
import re
import zipfile

import openpyxl
import pandas as pd
import pypdf
import pytest
from defusedxml import ElementTree
from pptx import Presentation

from geo.report.canvas import Sheet, wrapped
from geo.report.hxl import fourw_csv, presence_csv
from geo.report.meetingbook import meeting_book
from geo.report.qgis import layer_styles
from geo.signs import tidied
from tests.packs import CERCLE, asked, named_like_markup, pack_of
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
