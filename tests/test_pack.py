"""The meeting pack: one answer in every file, nothing finer than it may be, files that open elsewhere."""

import csv
import functools
import io
import json
import re
import shutil
import struct
import subprocess
from dataclasses import replace
from xml.etree import ElementTree

import hxl
import openpyxl
import pandas as pd
import pyogrio
import pypdf
import pytest
from matplotlib.text import Text
from pptx import Presentation
from pptx.util import Mm

from geo import __main__ as command_line
from geo import facts, store, words
from geo.i18n import set_language
from geo.io import packs as pack_files
from geo.io.records import read_types
from geo.report.atlas import atlas, contents
from geo.report.canvas import drawable, width_mm
from geo.report.cerclesheet import cercle_sheets, picture_of
from geo.report.frontsheet import cover_sheet
from geo.report.hxl import fourw_csv, presence_csv
from geo.report.meetingbook import meeting_book
from geo.report.meetingtables import commune_table
from geo.report.pack import KINDS, file_name
from geo.report.slides import slides
from geo.sharing import READER, share
from tests.packs import CERCLE, REGION, asked, made, pack_of, pdf_pages, plain, shipped, unpacked
from tests.printed import DAY
from tests.shared import say

AREAS = [REGION, CERCLE]


def cells(path_or_bytes: bytes, sheet: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(path_or_bytes), read_only=True)
    rows = [tuple(row) for row in book[sheet].iter_rows(values_only=True)]
    width = max(map(len, rows))
    return [row + (None,) * (width - len(row)) for row in rows]


def value(units: pd.DataFrame, pcode: str) -> str:
    return words.value_of_row(units[units["pcode"] == pcode].iloc[0])


def map_words(sheet) -> str:
    return " ".join(text.get_text() for text in sheet.figure.findobj(Text))


def slide_tables(content: bytes) -> list[list[list[str]]]:
    deck = Presentation(io.BytesIO(content))
    return [
        [[plain(cell.text) for cell in row.cells] for row in shape.table.rows]
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
    ]


# ---- the same figures everywhere --------------------------------------------------------------------


def test_the_figures_are_those_counted_by_hand_elsewhere():
    mopti, bourem = (pack_of(area).meeting.subjects[0].communes for area in AREAS)
    assert words.total(mopti) == "3\u202f796"
    assert words.total(bourem) == "165"
    assert pack_of(REGION).meeting.needs[0].gaps.area["unserved_people"] == 1_064_998


@pytest.mark.parametrize("area", AREAS)
def test_pdf_says_the_figures_of_the_facts(area):
    done = pack_of(area)
    pages = pdf_pages(done.files["a4"])
    for subject in done.meeting.subjects:
        assert f"{subject.label} {words.MEASURES[subject.communes.view.measure]}" in pages[0]
        total = words.total(subject.communes)
        assert f" {total} " in pages[0]
        assert any(f"Ensemble de la zone : {total}" in page for page in pages)
        counts = words.accounting(subject.communes.accounting)
        assert sum(counts in page for page in pages) >= 2
    water = done.meeting.subjects[0]
    rows = water.communes.units.set_index("pcode").loc[list(done.meeting.communes)]
    text = " ".join(pages)
    for _code, row in rows.iterrows():
        people = f"{row['people']:,.0f}".replace(",", "\u202f")
        assert f"{row['name']} {people} {words.value_of_row(row)} " in text
    for code in done.meeting.cercles:
        assert f" {value(water.cercles.units, code)} " in text


@pytest.mark.parametrize("area", AREAS)
def test_slides_say_the_figures_of_the_facts(area):
    done = pack_of(area)
    tables = slide_tables(done.files["pptx"])
    flat = [row for table in tables for row in table]
    for subject in done.meeting.subjects:
        assert any(row[0] == subject.label and row[2] == words.total(subject.communes) for row in flat)
        for code in done.meeting.cercles:
            name = subject.cercles.units.set_index("pcode").loc[code, "name"]
            by_cercle = next(table for table in tables if table[0][0].startswith("Cercle"))
            place = by_cercle[0].index(subject.label)
            assert [name, value(subject.cercles.units, code)] in [[row[0], row[place]] for row in by_cercle]
    water = done.meeting.subjects[0].communes.units.set_index("pcode")
    for code in done.meeting.communes:
        wanted = [water.loc[code, "name"], words.value_of_row(water.loc[code])]
        assert wanted in [[row[0], row[2]] for row in flat if len(row) > 2]


@pytest.mark.parametrize("area", AREAS)
def test_workbook_holds_the_figures_of_the_facts(area):
    done = pack_of(area)
    rows = cells(done.files["xlsx"], "Couverture par unité")
    heads = list(rows[0])
    table = pd.DataFrame(rows[1:], columns=heads)
    for subject in done.meeting.subjects:
        own = table[table["Type"] == subject.label]
        assert own.loc[own["Niveau"] == "zone", "Valeur"].tolist() == [words.total(subject.communes)]
        for level, units in (
            ("commune", subject.communes.units),
            ("cercle / moughataa", subject.cercles.units),
        ):
            written = own[own["Niveau"] == level].set_index("P-code")
            for code, row in written.iterrows():
                unit = units[units["pcode"] == code].iloc[0]
                assert row["Valeur"] == words.value_of_row(unit)
                known = unit["state"] in ("number", "zero")
                assert (row["Minimum"] == unit["value_min"]) if known else pd.isna(row["Minimum"])
        communes = own[own["Niveau"] == "commune"]
        assert set(communes["P-code"]) == set(done.meeting.communes)
    gaps = pd.DataFrame(
        cells(done.files["xlsx"], "Besoins")[1:], columns=cells(done.files["xlsx"], "Besoins")[0]
    )
    unserved = gaps[gaps["level"] == "commune"]["unserved_people"].sum()
    assert unserved == done.meeting.needs[0].gaps.area["unserved_people"]


@pytest.mark.parametrize("area", AREAS)
def test_layers_hold_the_figures_of_the_facts(area, tmp_path):
    done = pack_of(area)
    path = tmp_path / "layers.gpkg"
    path.write_bytes(done.files["gpkg"])
    geojson = {
        each["properties"]["pcode"]: each["properties"]
        for each in json.loads(done.files["geojson"])["features"]
    }
    assert set(geojson) == set(done.meeting.communes)
    for layer, level in (("communes", "communes"), ("cercles", "cercles")):
        read = pyogrio.read_dataframe(path, layer=layer).set_index("pcode")
        for subject in done.meeting.subjects:
            units = getattr(subject, level).units
            kind = subject.communes.kind.name
            for code, row in read.iterrows():
                unit = units[units["pcode"] == code].iloc[0]
                assert row[f"{kind}_value"] == words.value_of_row(unit)
                assert row[f"{kind}_state"] == unit["state"]
                if layer == "communes":
                    assert geojson[code][f"{kind}_value"] == words.value_of_row(unit)
    need = done.meeting.needs[0].gaps.table.set_index("pcode")["unserved_people"]
    communes = pyogrio.read_dataframe(path, layer="communes").set_index("pcode")
    assert communes["water_point_need_unserved_people"].sum() == need.sum()


@pytest.mark.parametrize("area", AREAS)
def test_html_says_the_figures_of_the_facts(area):
    done = pack_of(area)
    text = done.files["html"].decode()
    page = json.loads(re.search(r"id='page'>(.*?)</script>", text, re.DOTALL)[1])
    for subject in done.meeting.subjects:
        for level, units in (("commune", subject.communes.units), ("cercle", subject.cercles.units)):
            part = next(
                each
                for each in page["parts"]
                if (each["name"], each["level"]) == (subject.communes.kind.name, level)
            )
            said = {pcode: text for pcode, _name, text in part["rows"]}
            codes = done.meeting.communes if level == "commune" else done.meeting.cercles
            assert {code: value(units, code) for code in codes} == said
            assert part["lines"][0].endswith(words.total(subject.communes))
        assert f"<td>{words.total(subject.communes)}</td>" in text


@pytest.mark.parametrize("area", AREAS)
def test_4w_adds_up_to_the_figures_of_the_facts(area):
    done = pack_of(area)
    rows = list(csv.reader(io.StringIO(done.files["fourw"].decode("utf-8-sig"))))
    tags = rows[1]
    table = pd.DataFrame(rows[2:], columns=tags)
    water = table[table["#activity"] == "water_point"]
    works = water[water["#status+functionality"].isin(["functional", "functional_seasonal"])]
    by_commune = works["#output+num"].astype(float).groupby(works["#adm3+code"]).sum()
    units = done.meeting.subjects[0].communes.units.set_index("pcode")
    for code, count in by_commune.items():
        assert count == units.loc[code, "value_min"]
    assert by_commune.sum() == done.meeting.subjects[0].communes.total.iloc[0]["value_min"]
    assert len(table) == sum(len(each.communes.rows) for each in done.meeting.subjects)


def test_english_files_say_the_same_numbers():
    set_language("en")
    try:
        prepared, tools = shipped()
        found = asked(prepared, CERCLE)
        page = plain(map_words(cover_sheet(found, tools.drawing, day=DAY, contents=[])))
        book = openpyxl.load_workbook(io.BytesIO(meeting_book(found, prepared, tools.drawing, day=DAY)))
    finally:
        set_language("fr")
    assert page.startswith("Meeting pack · Bourem ")
    assert " 165 " in page
    assert book.sheetnames == ["Records", "Coverage by unit", "Needs", "Overlaps", "Accounts", "Method"]


# ---- the atlas --------------------------------------------------------------------------------------


def test_atlas_has_a_page_for_every_type_need_and_cercle():
    done = pack_of(REGION)
    pages = pdf_pages(done.files["a4"])
    meeting = done.meeting
    count = 1 + len(meeting.subjects) + len(meeting.needs) + len(meeting.cercles)
    assert len(meeting.cercles) == 8
    assert len(pages) > count
    for place, page in enumerate(pages, 1):
        assert f"page {place} / {len(pages)}" in page
    for text, page in zip(meeting.subjects, pages[1:], strict=False):
        assert words.title(text.communes) in page
    names = meeting.subjects[0].cercles.units.set_index("pcode")["name"]
    for code, page in zip(meeting.cercles, pages[count - 8 :], strict=False):
        assert f"{names[code]} · cercle" in page


@pytest.mark.parametrize("cercle", ["ML0701", "ML0702", "ML0703", "ML0501"])
def test_the_table_of_a_cercle_cuts_no_word_and_ends_above_the_footer(cercle):
    meeting, drawing = asked(shipped()[0], cercle[:4]), shipped()[1].drawing
    pages = cercle_sheets(meeting, cercle, drawing, picture_of(meeting, drawing), day=DAY)
    # Twelve columns beside a map had words of three letters a line, and the last rows lay in the footer.
    assert len(pages) == (2 if cercle in ("ML0701", "ML0703") else 1)
    texts = pages[-1].lines
    said = {word for text in texts for word in text.get_text().split(" ")}
    table = commune_table(meeting, cercle)
    cells = [*map(str, table.columns), *(str(cell) for name in table for cell in table[name])]
    assert {word for cell in cells for word in drawable(cell).split(" ") if word} <= said
    places = {text.get_text(): text.get_position()[1] for text in texts}
    footer = max(y for text, y in places.items() if text.startswith("Points d'eau\xa0: Lus"))
    assert min(y for text, y in places.items() if text.startswith("Rien de nommé")) > footer
    last = str(meeting.subjects[0].cercles.units.set_index("pcode").at[cercle, "name"])
    assert min(text.get_position()[1] for text in texts if text.get_text() == last) > footer


def test_a_slide_cuts_no_word_in_a_table():
    # Two of the three cercles have more columns than fit beside a map.
    meeting, drawing = asked(shipped()[0], "ML07"), shipped()[1].drawing
    deck = Presentation(io.BytesIO(slides(meeting, atlas(meeting, drawing, day=DAY), drawing, day=DAY)))
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    assert len(tables) >= 3 + 1 + len(meeting.cercles)
    assert sum(len(table.columns) > 10 for table in tables) >= 3
    for table in tables:
        widths = [column.width / Mm(1) - 2 * 1.2 for column in table.columns]
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                size = cell.text_frame.paragraphs[0].font.size.pt
                words_in = drawable(cell.text).split(" ")
                assert max(width_mm(word, size) for word in words_in) <= width, cell.text
    for slide in deck.slides:
        assert all(shape.top + shape.height <= deck.slide_height + 10 for shape in slide.shapes)


def test_the_contents_count_the_pages_of_tables_that_stand_apart():
    meeting = asked(shipped()[0], "ML07")
    first = 2 + len(meeting.subjects) + len(meeting.needs)
    assert f"cercles / moughataas : pages {first} à {first + 4}" in contents(meeting)
    assert contents(meeting)[-1].endswith(f"page {first + 5}")


def test_every_map_page_says_what_it_rests_on():
    pages = pdf_pages(pack_of(REGION).files["a4"])
    maps = pages[1 : 1 + len(pack_of(REGION).meeting.subjects)]
    for page in [*maps, pages[len(maps) + 1]]:
        own = "aucun signalé" if page in maps else "non couvert"
        marks = ("km", "N", "inconnu", own, "Lus ", "pop. 2017", "Source : ", "CC BY", "Limites indicatives")
        for said in (*marks, "Imprimé le 22 novembre 2026"):
            assert said in page, (said, page[:60])
    need = pages[len(maps) + 1]
    assert "Norme : Mali : 400 personnes par point d'eau" in need
    for page in pages[len(maps) + 2 : -2]:
        for said in ("Norme : ", "pop. 2017", "Lus 620", "données de 2020", "Source : ", "couvert en partie"):
            assert said in page


def test_french_spaces_do_not_break_in_the_pdf():
    text = "".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pack_of(CERCLE).files["a4"])).pages
    )
    assert "\xa0:" in text
    assert not re.search(r"[^\xa0] [:;?!»]", text)
    assert "à" in text
    assert "é" in text


def test_fonts_are_embedded_and_maps_are_vectors():
    for kind, width in (("a4", 297), ("a3", 420)):
        reader = pypdf.PdfReader(io.BytesIO(pack_of(CERCLE).files[kind]))
        for page in reader.pages:
            assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(width, abs=0.7)
            resources = page["/Resources"]
            assert not [
                each for each in resources.get("/XObject", {}).values() if each["/Subtype"] == "/Image"
            ]
            for font in resources["/Font"].values():
                below = font.get_object()["/DescendantFonts"][0].get_object()
                assert "/FontFile2" in below["/FontDescriptor"]
    # Communes and rivers are curves: thousands of drawing orders on a map page.
    drawn = pypdf.PdfReader(io.BytesIO(pack_of(CERCLE).files["a4"])).pages[1].get_contents().get_data()
    assert drawn.count(b" l\n") > 2000


def test_a3_says_what_a4_says():
    assert pdf_pages(pack_of(CERCLE).files["a3"]) == pdf_pages(pack_of(CERCLE).files["a4"])


# ---- slides and workbook, opened elsewhere ----------------------------------------------------------


def test_slides_have_titles_and_pictures_with_words():
    meeting = pack_of(CERCLE).meeting
    deck = Presentation(io.BytesIO(pack_of(CERCLE).files["pptx"]))
    titles = [plain(slide.shapes.title.text_frame.text) for slide in deck.slides]
    assert titles[0] == "Dossier de réunion · Bourem"
    assert titles[1 : 1 + len(meeting.subjects)] == [words.title(each.communes) for each in meeting.subjects]
    pictures = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
    assert len(pictures) == len(meeting.subjects) + len(meeting.needs) + len(meeting.cercles)
    for picture in pictures:
        assert picture._element.nvPicPr.cNvPr.get("descr").startswith("Carte")
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width + 10
            assert shape.top + shape.height <= deck.slide_height + 10


def test_workbook_has_its_sheets_with_filters_and_frozen_heads():
    book = openpyxl.load_workbook(io.BytesIO(pack_of(CERCLE).files["xlsx"]))
    assert book.sheetnames == [
        "Enregistrements",
        "Couverture par unité",
        "Besoins",
        "Chevauchements",
        "Comptes",
        "Méthode",
    ]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"


@pytest.fixture(scope="module")
def office() -> str:
    path = shutil.which("soffice")
    if path is None:
        pytest.skip(
            "no LibreOffice: apt-get install --no-install-recommends libreoffice-calc libreoffice-impress"
        )
    return path


def test_libreoffice_opens_slides_and_workbook(office, tmp_path):
    done = pack_of(CERCLE)
    for kind in ("pptx", "xlsx"):
        (tmp_path / f"{kind}.{kind}").write_bytes(done.files[kind])
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    files = [str(tmp_path / "pptx.pptx"), str(tmp_path / "xlsx.xlsx")]
    subprocess.run([*command, *files], check=True, timeout=180, capture_output=True)
    slides = pdf_pages((tmp_path / "pptx.pdf").read_bytes())
    deck = Presentation(io.BytesIO(done.files["pptx"]))
    assert len(slides) == len(deck.slides)
    for slide, page in zip(deck.slides, slides, strict=True):
        title = plain(slide.shapes.title.text_frame.text)
        assert title.replace(" ", "") in page.replace(" ", "")
    assert "165" in slides[0]
    printed = " ".join(pdf_pages((tmp_path / "xlsx.pdf").read_bytes()))
    for said in ("Bourem", "Tarkint", "41", "aucun signalé", "Lus", "COD-AB 2021"):
        assert said in printed


# ---- 3W files and layers ----------------------------------------------------------------------------


@functools.cache
def tombouctou():
    return asked(shipped()[0], "ML06")


@pytest.mark.parametrize("write", [presence_csv, fourw_csv])
def test_hxl_is_valid(write):
    rows = list(csv.reader(io.StringIO(write(tombouctou()).decode("utf-8-sig"))))
    data = hxl.data(rows)
    assert [column.display_tag for column in data.columns] == rows[1]
    assert len(list(data)) == len(rows) - 2 > 0
    report = hxl.validate(hxl.data(rows))
    assert report["is_valid"], report["issues"]
    broken = [row[:] for row in rows]
    broken[2][rows[1].index("#date+start")] = "un jour"
    assert not hxl.validate(hxl.data(broken))["is_valid"]


def test_presence_has_the_columns_of_hapi_and_one_row_an_organisation_cercle_and_sector():
    rows = list(csv.DictReader(io.StringIO(presence_csv(tombouctou()).decode("utf-8-sig"))))
    table = pd.DataFrame(rows[1:])
    assert list(table.columns)[:10] == [
        "location_code", "has_hrp", "in_gho", "provider_admin1_name", "provider_admin2_name",
        "admin1_code", "admin1_name", "admin2_code", "admin2_name", "admin_level",
    ]  # fmt: skip
    assert not table.duplicated(["admin2_code", "org_name", "sector_code", "sector_name"]).any()
    assert set(table["location_code"]) == {"MLI"}
    # AMSS made market gardens in Goundam and Diré; neither figure is split, both give presence.
    gardens = table[(table["org_name"] == "AMSS") & (table["sector_code"] == "FSC")]
    assert {"ML0601", "ML0602"} <= set(gardens["admin2_code"])
    # As many partners in a cercle as the facts count there, by the types that they count.
    partners = facts.build(
        shipped()[0],
        facts.View(activity_type="market_garden", measure="partners", level="cercle", unit="ML06"),
    ).units.set_index("pcode")
    for code in gardens["admin2_code"]:
        assert partners.loc[code, "value_min"] == 1


def test_geopackage_opens_with_its_style(tmp_path):
    path = tmp_path / "layers.gpkg"
    path.write_bytes(pack_of(CERCLE).files["gpkg"])
    names = [name for name, _kind in pyogrio.list_layers(path)]
    assert names == ["communes", "cercles", "layer_styles", "a_propos"]
    styles = pyogrio.read_dataframe(path, layer="layer_styles")
    assert styles[styles["useAsDefault"]]["f_table_name"].tolist() == ["communes", "cercles"]
    for row in styles.itertuples():
        layer = pyogrio.read_dataframe(path, layer=row.f_table_name)
        root = ElementTree.fromstring(row.styleQML)
        renderer = root.find("renderer-v2")
        assert renderer.get("attr") in layer.columns
        classes = {each.get("value"): each.get("symbol") for each in renderer.iter("category")}
        assert set(layer[renderer.get("attr")]) <= set(classes)
        symbols = {each.get("name") for each in renderer.find("symbols")}
        assert set(classes.values()) <= symbols
    info = pyogrio.read_info(path, layer="communes")
    assert info["crs"] == "EPSG:4326"
    assert info["features"] == 5
    assert any("Akvo" in text for text in pyogrio.read_dataframe(path, layer="a_propos")["texte"])


# ---- rule 12 ----------------------------------------------------------------------------------------

SECRETS = {
    "record_key": "CLEF-SECRETE-77",
    "project_code": "PROJET-SECRET-88",
    "provider_locality": "Hameau Zorglub",
    "provider_place_text": "derrière la mosquée de Zorglub",
    "remarks": "la caisse est chez Fatoumata Zorglub",
    "provider_adm3_name": "Zorglubville",
}
AT = (-0.358217, 16.954391)
NEAR = (-0.358931, 16.954823)


def hidden_records() -> pd.DataFrame:
    """The shipped records with committees and a group that nobody may find, and a well that anybody may."""
    boundaries = shipped()[0].frame.boundaries
    records = store.load(boundaries).records
    like = records[records["activity_type"] == "peace_committee"].iloc[:1]
    place = {
        "outcome": "placed", "reason": "", "precision": "point", "place_set": "ML070201", "quantity": 3.0,
        "adm1_pcode": "ML07", "adm2_pcode": "ML0702", "adm3_pcode": "ML070201", "flags": "", "candidates": "",
        "source_id": "report_amss_whh_mli1088", "functionality": "functional",
        "longitude": AT[0], "latitude": AT[1],
    }  # fmt: skip
    rows = [
        like.assign(**place, **SECRETS, activity_type=kind, implementing_org=org)
        for kind, org in (("peace_committee", "ORG VISIBLE"), ("avec", "ORG PAR SECTEUR"))
    ]
    exact = {"activity_type": "water_point", "implementing_org": "ORG PAR CERCLE", "record_key": "PUITS-1"}
    rows.append(like.assign(**(place | {"longitude": NEAR[0], "latitude": NEAR[1]} | exact)))
    known = {"activity_type": "water_point", "implementing_org": "ORG VISIBLE", "record_key": "PUITS-2"}
    rows.append(like.assign(**(place | {"longitude": -0.31, "latitude": 16.91} | known)))
    return pd.concat([records, *rows], ignore_index=True)


@pytest.fixture(scope="module")
def hidden():
    prepared, tools = shipped()
    held = store.load(prepared.frame.boundaries)
    displays = {"ORG PAR SECTEUR": "sector", "ORG PAR CERCLE": "cercle"}
    shared = share(hidden_records(), READER, types=read_types(), organisations=displays)
    again = facts.prepare(
        shared, prepared.frame, types=read_types(), sources=held.sources, people=prepared.population
    )
    return made(again, replace(tools, prepared=again), CERCLE)


def forms(number: float) -> list[bytes]:
    """A coordinate as text, to eleven metres or finer, and as the bytes of a double."""
    text = f"{number:.6f}"
    parts = [text[:places] for places in (len(text) - 2, len(text) - 1, len(text))]
    said = [*parts, *(part.replace(".", ",") for part in parts)]
    return [each.encode() for each in said] + [struct.pack("<d", number), struct.pack(">d", number)]


def test_nothing_of_a_commune_only_type_is_finer_than_its_commune(hidden):
    everything = [
        *unpacked(
            pack_files.zipped(dict(zip(hidden.names.values(), hidden.files.values(), strict=True)), day=DAY)
        )
    ]
    assert sum(map(len, everything)) > 5_000_000
    secrets = [text.encode() for text in SECRETS.values()] + [b"Zorglub", b"Fatoumata"]
    secrets += [form for number in AT for form in forms(number)]
    for content in everything:
        for secret in secrets:
            # The end of a longer number is another number: a page has thousands of them.
            assert not re.search(rb"(?<![0-9])" + re.escape(secret), content), secret
            assert secret.decode("latin-1").encode("utf-16-le") not in content
    # The committees themselves are there, in their commune.
    committees = next(
        each for each in hidden.meeting.subjects if each.communes.kind.name == "peace_committee"
    )
    assert value(committees.communes.units, "ML070201") == "au moins 3"


def test_what_may_be_shown_at_its_place_is(hidden, tmp_path):
    """The search above would find a coordinate: that of an exact type is in the files."""
    found = b"".join(unpacked(hidden.files["gpkg"]))
    assert struct.pack("<d", -0.31) in found
    assert b"-0.31" in hidden.files["fourw"]
    path = tmp_path / "layers.gpkg"
    path.write_bytes(hidden.files["gpkg"])
    points = pyogrio.read_dataframe(path, layer="points")
    assert points["activity_type"].tolist() == ["water_point"]


def test_organisations_stay_by_sector_or_by_cercle(hidden):
    everything = b"".join(part for content in hidden.files.values() for part in unpacked(content))
    assert b"ORG PAR SECTEUR" not in everything
    assert b"ORG VISIBLE" in everything
    rows = list(csv.DictReader(io.StringIO(hidden.files["fourw"].decode("utf-8-sig"))))
    own = [row for row in rows if row["Organisation"] == "ORG PAR CERCLE"]
    assert [(row["P-code du cercle"], row["P-code de la commune"], row["Longitude"]) for row in own] == [
        ("ML0702", "", "")
    ]
    for number in NEAR:
        assert not any(form in everything for form in forms(number))


# ---- command, names, time ---------------------------------------------------------------------------


def test_names_follow_ocha():
    assert sorted(pack_of(REGION).names.values()) == [
        "mli_mopti_3w_20261122.geojson",
        "mli_mopti_3w_20261122.gpkg",
        "mli_mopti_3w_20261122.html",
        "mli_mopti_3w_20261122.pptx",
        "mli_mopti_3w_20261122.xlsx",
        "mli_mopti_3w_A3_20261122.pdf",
        "mli_mopti_3w_A4_20261122.pdf",
        "mli_mopti_3w_presence_20261122.csv",
        "mli_mopti_4w_20261122.csv",
    ]
    assert pack_of(CERCLE).names["html"] == "mli_bourem_cercle_3w_20261122.html"


def test_filters_are_in_the_name_and_need_keeps_all_works():
    found = asked(
        shipped()[0], CERCLE, activity_type="peace_committee", filters={"implementing_org": ("AMSS",)}
    )
    assert file_name(found, KINDS["a4"], day=DAY) == "mli_bourem_cercle_3w_A4_filtre_20261122.pdf"
    assert "water_point" not in {each.communes.kind.name for each in found.subjects}


def test_an_unknown_place_is_said(tmp_path, capsys):
    assert command_line.main(["pack", "--region", "Nulle Part", "--out", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "Lieu inconnu : « Nulle Part »" in told
    assert "Mopti (ML05)" in told
    assert list(tmp_path.iterdir()) == []


def test_the_pack_of_mopti_takes_seconds():
    """Under 20 s of processor time with nothing else running; a busy machine is given twice that."""
    taken = pack_of(REGION).seconds
    say(
        "pack of Mopti [s, processor]:",
        round(taken, 1),
        "pages:",
        len(pdf_pages(pack_of(REGION).files["a4"])),
    )
    assert taken < 40
