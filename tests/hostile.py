"""Two hundred files that nobody should send, made on the spot; each under a name that says what it is.

``python -m tests.hostile FOLDER`` reads every file of a folder and prints one JSON line for each: what became
of it, in how many seconds of the processor; the last line is the peak of memory.
"""

import io
import json
import random
import re
import resource
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from geo.settings import PROJECT_DIR
from tests.test_sheets import KML, ODS

HEADINGS = "Région;Commune;Type;Nombre;Date de début;Latitude;Longitude"
ROW = "Gao;Bara;AVEC;3;2024-03-01;15.5;0.4"
GOOD = f"{HEADINGS}\n{ROW}\n"
SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)
GEOJSON = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"Commune":"Bara"},'
    '"geometry":{"type":"Point","coordinates":[0.4,15.5]}}]}'
)
GPX = '<gpx version="1.1"><wpt lat="15.5" lon="0.4"><name>a</name></wpt></gpx>'


def files() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file."""
    for maker in (texts, encodings, headings, workbooks, bombs, opendocuments, vectors, wrong, cut, noise):
        yield from maker()


def good_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADINGS.split(";"))
    for _ in range(30):
        book.active.append(ROW.split(";"))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def with_parts(replaced: dict[str, bytes], base: bytes | None = None) -> bytes:
    """A workbook with some of its parts replaced."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base or good_workbook())) as source,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, replaced.get(name, source.read(name)))
        for name in set(replaced) - set(source.namelist()):
            target.writestr(name, replaced[name])
    return data.getvalue()


def sheet_of(rows: str) -> bytes:
    return with_parts({"xl/worksheets/sheet1.xml": SHEET.format(rows=rows).encode()})


def swollen(name: str, size: int, announced: int | None = None) -> bytes:
    """A zip whose one part unpacks to ``size`` zero bytes, made in no time from one compressed block."""
    block = 1 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = first + again * (size // block - 1) + packer.flush(zlib.Z_FINISH)
    told = min(announced if announced is not None else size, 0xFFFFFFFF)
    raw = name.encode()
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, 0, len(body), told, len(raw), 0) + raw
    central = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, 0, len(body), told, len(raw), 0, 0, 0, 0, 0, 0
    )
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central) + len(raw), len(local) + len(body), 0)
    return local + body + central + raw + end


def texts() -> Iterator[tuple[str, bytes]]:
    yield "empty.csv", b""
    yield "blanks.csv", b" \n\t\n  "
    yield "only_separators.csv", b";;;;\n;;;;\n"
    yield "only_headings.csv", HEADINGS.encode()
    yield "one_cell.csv", b"x"
    yield "one_line_of_200_kB.csv", b"x" * 200_000
    yield "open_quote.csv", (GOOD + '"never closed;' + "a;b\n" * 60_000).encode()
    yield "quotes_everywhere.csv", (HEADINGS + "\n" + '"' * 999 + "\n").encode()
    yield "too_many_cells.csv", (GOOD + ROW + ";x;y\n").encode()
    yield "too_few_cells.csv", (GOOD + "Gao\n").encode()
    yield "million_columns.csv", b";".join([b"a"] * 1_000_000) + b"\n"
    yield "million_named_columns.csv", ";".join(f"c{n}" for n in range(1_000_000)).encode()
    yield (
        "501_columns.csv",
        (";".join(f"colonne {n}" for n in range(501)) + "\n" + "x;" * 500 + "x\n").encode(),
    )
    yield "wide_row_below.csv", (HEADINGS + "\n" + ";" * 900_000 + "\n").encode()
    yield "over_a_million_rows.csv", b"Commune\n" + b"Bara\n" * 1_000_005
    yield "formulas.csv", (HEADINGS + "\n=1+1;@SUM(A1);+1;=cmd|' /C calc'!A0;-1;=A1;=B1\n").encode()
    yield "formulas_in_headings.csv", "=1+1;@a;Commune;Région\n1;2;Bara;Gao\n".encode()
    yield "markup.csv", (HEADINGS + '\n<script>alert(1)</script>;"<img onerror=x>";AVEC;1;;;\n').encode()
    yield "line_separators.csv", "Commune,Région\nBa\u2028ra,Ga\u2029o\n\x0b,\x0c\n".encode()
    yield "carriage_returns.csv", GOOD.replace("\n", "\r").encode()
    yield "mixed_line_ends.csv", (HEADINGS + "\r\n" + ROW + "\n" + ROW + "\r" + ROW).encode()
    yield "huge_numbers.csv", (HEADINGS + "\nGao;Bara;AVEC;" + "9" * 400 + ";2024;1e999;-1e999\n").encode()
    yield "strange_numbers.csv", (HEADINGS + "\nGao;Bara;AVEC;nan;inf;0x10;١٢\n").encode()
    yield (
        "strange_dates.csv",
        (HEADINGS + "\nGao;Bara;AVEC;1;0000-00-00;;\nGao;Bara;AVEC;1;9999999;;\n").encode(),
    )
    yield "separators_change.csv", (HEADINGS + "\n" + ROW.replace(";", ",") + "\n").encode()
    yield "nul_inside.csv", GOOD.replace("Bara", "Ba\0ra").encode()
    yield "nul_at_end.csv", GOOD.encode() + bytes(5000)
    yield "only_nul.csv", bytes(10_000)
    yield "controls.csv", (HEADINGS + "\n" + "".join(map(chr, range(1, 9))) + ";Bara;AVEC;1;;;\n").encode()
    yield "surrogates.csv", GOOD.encode() + b"\xed\xa0\x80;x;x;1;;;\n"
    yield "long_cell.csv", (HEADINGS + "\n" + "a" * 131_073 + ";Bara;AVEC;1;;;\n").encode()
    yield "deep_zone.csv", ("Projet;Zone\nA;" + "cercle de (" * 3000 + "\n").encode()
    yield "long_zone.csv", ("Projet;Zone\nA;" + "commune de Bara, " * 5000 + "\n").encode()
    yield "long_position.csv", ("Commune;GPS\nBara;" + "1 " * 30_000 + "\n").encode()
    yield "long_date.csv", ("Commune;Période\nBara;" + "du 1 au " * 10_000 + "\n").encode()
    yield "long_amount.csv", ("Commune;Budget\nBara;" + "1 " * 30_000 + "FCFA\n").encode()
    yield "right_to_left.csv", (HEADINGS + "\n\u202egao;\u200fBara;AVEC;1;;;\n").encode()


def encodings() -> Iterator[tuple[str, bytes]]:
    french = GOOD.replace("Bara", "Gounzourèye")
    for encoding in (
        "cp1252",
        "mac_roman",
        "cp850",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-7",
        "cp500",
    ):
        yield f"in_{encoding}.csv", french.encode(encoding)
    yield "mixed.csv", french.encode() + ROW.replace("Bara", "Léré").encode("cp1252")
    yield "mixed_with_undefined.csv", french.encode() + b"\x81\x8d;x;y;1;;;\n"
    yield "undefined_in_cp1252.csv", b"Commune;Nombre\nL\x81r\x8d;1\n"
    yield "bom_and_rubbish.csv", b"\xff\xfe" + GOOD.encode() + b"x"
    yield "bom_of_32.csv", b"\xff\xfe\x00\x00abc"
    yield "bom_alone.csv", b"\xef\xbb\xbf"
    yield "two_boms.csv", b"\xef\xbb\xbf" * 2 + GOOD.encode()
    yield "mojibake.csv", GOOD.replace("Bara", "DirÃ©").encode()


def headings() -> Iterator[tuple[str, bytes]]:
    yield "duplicates.csv", b"Commune;Commune\nBara;Gao\n"
    yield "duplicates_folded.csv", b"Commune;COMMUNE;commune \nBara;Gao;x\n"
    yield "all_alike.csv", b"a;a;a;a\n1;2;3;4\n"
    yield "no_headings.csv", b"1;2;3\n4;5;6\n"
    yield "no_headings_texts.csv", b"Gao;Bara;AVEC\nGao;Ansongo;AVEC\n"
    yield "blank_heading_row.csv", f"\n\n{GOOD}".encode()
    yield "forty_title_rows.csv", ("titre\n" * 40 + GOOD).encode()
    yield "contacts_only.csv", "Téléphone;Nom et prénom\n76 12 34 56;A. M.\n".encode()
    yield "tags_only.csv", b"#org;#adm1+name\n"
    yield "tags_alone_as_headings.csv", b"#org+impl;#adm3+name\nAMSS;Bara\n"
    yield "nothing_known.csv", b"machin;truc\na;b\n"
    yield "heading_of_100_kB.csv", ("h" * 100_000 + ";Commune\n1;Bara\n").encode()
    yield "two_rows_of_headings.csv", b"Commune;Gens;;Date\n;Hommes;Femmes;\nBara;1;2;2024\n"
    yield "headings_repeat_below.csv", (GOOD + HEADINGS + "\n" + ROW).encode()


def workbooks() -> Iterator[tuple[str, bytes]]:
    yield "good.xlsx", good_workbook()
    yield "empty.xlsx", saved(openpyxl.Workbook())
    yield "wrong_ending.csv", good_workbook()
    yield "wrong_ending.xls", good_workbook()
    yield "wrong_ending.ods", good_workbook()
    yield "text_as.xlsx", GOOD.encode()
    yield (
        "far_corner.xlsx",
        sheet_of(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
    )
    yield (
        "far_row.xlsx",
        sheet_of(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="4000000000"><c r="A4000000000"><v>1</v></c></row>'
        ),
    )
    yield "far_column.xlsx", sheet_of('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>')
    yield "row_zero.xlsx", sheet_of('<row r="0"><c r="A0"><v>1</v></c></row>')
    yield (
        "far_styled_cell.xlsx",
        sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'),
    )
    yield "unplaced_cells.xlsx", sheet_of("<row>" + "<c><v>1</v></c>" * 20_000 + "</row>")
    yield "unplaced_far.xlsx", sheet_of('<row r="1048576">' + "<c><v>1</v></c>" * 3000 + "</row>")
    yield (
        "single_quotes_far.xlsx",
        sheet_of("<row r='1'><c r='A1'><v>1</v></c><c\nr = 'XFD1048576'><v>1</v></c></row>"),
    )
    yield "no_sheet_data.xlsx", with_parts({"xl/worksheets/sheet1.xml": b"<worksheet/>"})
    yield "broken_sheet.xlsx", with_parts({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c>"})
    yield "not_xml.xlsx", with_parts({"xl/worksheets/sheet1.xml": b"\x00\x01\x02" * 500})
    yield "utf16_sheet.xlsx", with_parts({"xl/worksheets/sheet1.xml": SHEET.format(rows="").encode("utf-16")})
    yield "no_workbook.xlsx", with_parts({"xl/workbook.xml": b""})
    yield "bad_shared_string.xlsx", sheet_of('<row r="1"><c r="A1" t="s"><v>999999</v></c></row>')
    yield "negative_shared_string.xlsx", sheet_of('<row r="1"><c r="A1" t="s"><v>-5</v></c></row>')
    yield "bad_style.xlsx", sheet_of('<row r="1"><c r="A1" s="99999"><v>1</v></c></row>')
    yield "impossible_date.xlsx", with_parts({}, dated(1e300))
    yield "negative_date.xlsx", with_parts({}, dated(-5000.0))
    yield "entities.xlsx", with_parts({"xl/sharedStrings.xml": LAUGHS.encode()})
    yield "outside_entity.xlsx", with_parts({"xl/sharedStrings.xml": OUTSIDE.encode()})
    yield "macro_name.xlsm", good_workbook()
    yield "links_to_nowhere.xlsx", with_parts({"xl/_rels/workbook.xml.rels": b"<Relationships/>"})
    yield "formulas.xlsx", formulas("=1+1")
    yield "formula_of_dde.xlsx", formulas('=cmd|"/C calc"!A0')
    yield (
        "errors.xlsx",
        sheet_of(
            '<row r="1"><c r="A1" t="inlineStr"><is><t>Commune</t></is></c></row>'
            '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'
        ),
    )
    yield "climbing_names.xlsx", with_parts({"../../etc/passwd": b"x"})
    yield "two_hundred_sheets.xlsx", many_sheets(210)
    yield (
        "merged_over_everything.xlsx",
        with_parts(
            {
                "xl/worksheets/sheet1.xml": SHEET.format(rows='<row r="1"><c r="A1"><v>1</v></c></row>')
                .replace(
                    "</sheetData>",
                    '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
                )
                .encode()
            }
        ),
    )
    yield "same_part_twice.xlsx", twice()
    yield "binary_workbook.xlsb", zipped({"xl/workbook.bin": b"\x83\x01\x00", "[Content_Types].xml": b"<x/>"})
    yield (
        "old_rubbish.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + bytes(3000),
    )
    yield (
        "old_letter.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") + bytes(600),
    )
    yield (
        "locked.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(600),
    )
    yield "html_as.xls", b"<html><body><table><tr><td>Commune</td></tr></table></body></html>"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>{root}"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{root}'


def dated(value: float) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Commune", "Date de début"])
    book.active.append(["Bara", 1])
    book.active["B2"].number_format = "yyyy-mm-dd"
    data = saved(book)
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        sheet = source.read("xl/worksheets/sheet1.xml").replace(b"<v>1</v>", f"<v>{value}</v>".encode())
    return with_parts({"xl/worksheets/sheet1.xml": sheet}, data)


def formulas(text: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Commune", "Nombre"])
    book.active.append(["Bara", text])
    return saved(book)


def many_sheets(count: int) -> bytes:
    book = openpyxl.Workbook()
    for _ in range(count):
        book.create_sheet()
    return saved(book)


def zipped(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def twice() -> bytes:
    data = io.BytesIO(good_workbook())
    with zipfile.ZipFile(data, "a") as archive:
        # The name stands twice: which of the two is the sheet?
        archive.fp.seek(0, 2)
        info = zipfile.ZipInfo("xl/worksheets/sheet1x.xml")
        archive.writestr(info, SHEET.format(rows=""))
    return data.getvalue().replace(b"sheet1x.xml", b"sheet1.xml\0")


def bombs() -> Iterator[tuple[str, bytes]]:
    yield "ten_gigabytes.xlsx", swollen("xl/workbook.xml", 3 << 30)
    yield "hidden_gigabytes.xlsx", swollen("xl/workbook.xml", 1 << 30, announced=1000)
    yield "sheet_of_a_gigabyte.xlsx", swollen("xl/worksheets/sheet1.xml", 1 << 30)
    yield "content_of_a_gigabyte.ods", swollen("content.xml", 1 << 30)
    yield "hidden_content.ods", swollen("content.xml", 1 << 30, announced=50)
    yield "kml_of_a_gigabyte.kmz", swollen("doc.kml", 1 << 30)
    yield "hidden_kml.kmz", swollen("doc.kml", 1 << 30, announced=50)
    yield "half_a_gigabyte_of_zeros.xlsx", swollen("xl/workbook.xml", 500 << 20)
    yield "many_parts.xlsx", zipped({"xl/workbook.xml": b"x"} | {f"p{n}": b"" for n in range(10_050)})
    yield "zip_of_zips.xlsx", zipped({"xl/workbook.xml": swollen("a", 100 << 20)})
    yield "just_a_zip.zip", zipped({"a.txt": b"x"})
    yield "zip_as.csv", zipped({"a.csv": GOOD.encode()})
    yield "stored.xlsx", zipped({"xl/workbook.xml": b"x" * 1000}, zipfile.ZIP_STORED)
    yield "lzma.xlsx", zipped({"xl/workbook.xml": b"x" * 1000}, zipfile.ZIP_LZMA)


def ods(rows: str, head: str = "") -> bytes:
    return document((head + ODS.format(rows=rows)).encode())


def document(content: bytes) -> bytes:
    """An ODS with the parts that every one has."""
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": mimetype, "content.xml": content, "META-INF/manifest.xml": manifest})


def opendocuments() -> Iterator[tuple[str, bytes]]:
    cell = '<table:table-cell office:value-type="string"{0}><text:p>Commune</text:p></table:table-cell>'
    row = "<table:table-row{1}>" + cell + "</table:table-row>"
    times = ' table:number-{0}-repeated="{1}"'
    yield "good.ods", ods(row.format("", ""))
    yield "columns_repeated.ods", ods(row.format(times.format("columns", 10**6), ""))
    yield "rows_repeated.ods", ods(row.format("", times.format("rows", 10**9)))
    yield "both_repeated.ods", ods(row.format(times.format("columns", 16384), times.format("rows", 1048576)))
    yield "negative_repeat.ods", ods(row.format(times.format("columns", -5), ""))
    yield "repeat_of_letters.ods", ods(row.format(times.format("columns", "x"), ""))
    yield "endless_repeat.ods", ods(row.format(times.format("columns", "9" * 300), ""))
    yield (
        "blanks_then_far.ods",
        ods(
            row.format("", "") + "<table:table-row" + times.format("rows", 10**9) + "/>" + row.format("", "")
        ),
    )
    yield (
        "entities.ods",
        zipped({"content.xml": LAUGHS.format(root=ODS.format(rows="").partition("?>")[2]).encode()}),
    )
    yield "broken.ods", document(b"<office:document-content>")
    yield "no_table.ods", document(ODS.format(rows="").encode()[:300] + b"</x>")
    yield "empty.ods", document(b"")
    yield "deep.ods", document(b"<a>" * 200_000)


def vectors() -> Iterator[tuple[str, bytes]]:
    yield "good.geojson", GEOJSON.encode()
    yield "no_features.geojson", b'{"type":"FeatureCollection","features":[]}'
    yield "not_geo.json", b'{"a": 1, "b": [1, 2, 3]}'
    yield "list.json", b'[{"Commune": "Bara"}]'
    yield "cut.geojson", GEOJSON[:120].encode()
    yield "deep.geojson", ('{"type":"FeatureCollection","features":[' + "[" * 100_000).encode()
    yield (
        "null_geometry.geojson",
        GEOJSON.replace('{"type":"Point","coordinates":[0.4,15.5]}', "null").encode(),
    )
    yield "no_numbers.geojson", GEOJSON.replace("[0.4,15.5]", '["a","b"]').encode()
    yield "huge_numbers.geojson", GEOJSON.replace("[0.4,15.5]", "[1e308,1e308]").encode()
    yield (
        "empty_polygon.geojson",
        GEOJSON.replace('"Point","coordinates":[0.4,15.5]', '"Polygon","coordinates":[[]]').encode(),
    )
    yield "unknown_kind.geojson", GEOJSON.replace("Point", "Blob").encode()
    yield (
        "other_crs.geojson",
        GEOJSON.replace(
            '"features"', '"crs":{"type":"name","properties":{"name":"EPSG:99999"}},"features"'
        ).encode(),
    )
    yield "nested_properties.geojson", GEOJSON.replace('"Bara"', '{"a":{"b":[1,2]}}').encode()
    many = ",".join(f'"c{n}":1' for n in range(600))
    yield "too_many_columns.geojson", GEOJSON.replace('"Commune":"Bara"', many).encode()
    yield "nul.geojson", GEOJSON.replace("Bara", "Ba\0ra").encode()
    yield "sqlite_of_nothing.gpkg", b"SQLite format 3\0" + bytes(5000)
    yield "sqlite_cut.gpkg", b"SQLite format 3\0"
    yield "text_as.gpkg", GOOD.encode()
    yield "good.gpx", GPX.encode()
    yield "entities.gpx", LAUGHS.format(root=GPX.replace("<name>a", "<name>&i;")).encode()
    yield "outside_entity.gpx", OUTSIDE.format(root=GPX.replace("<name>a", "<name>&a;")).encode()
    yield "cut.gpx", GPX[:60].encode()
    yield "no_points.gpx", b'<gpx version="1.1"/>'
    yield "no_position.gpx", b"<gpx><wpt><name>a</name></wpt></gpx>"
    yield "strange_position.gpx", GPX.replace("15.5", "north").encode()
    yield "deep.gpx", (GPX[:19] + "<a>" * 100_000).encode()
    yield "good.kml", KML.encode()
    yield "entities.kml", LAUGHS.format(root=KML.replace("Puits", "&i;")).encode()
    yield "cut.kml", KML[:150].encode()
    yield "deep.kml", ("<kml>" + "<Folder>" * 100_000).encode()
    yield "no_coordinates.kml", KML.replace("-0.04,16.27,0", "").encode()
    yield (
        "thousand_names.kml",
        KML.replace(
            "<ExtendedData>",
            "<ExtendedData>" + "".join(f'<Data name="n{n}"><value>1</value></Data>' for n in range(1000)),
        ).encode(),
    )
    yield "empty.kmz", zipped({"doc.kml": b""})


def wrong() -> Iterator[tuple[str, bytes]]:
    for name, head in {
        "report.pdf": b"%PDF-1.7\n",
        "photo.csv": b"\x89PNG\r\n\x1a\n",
        "photo.jpg": b"\xff\xd8\xff\xe0",
        "packed.csv": b"\x1f\x8b\x08",
        "packed.rar": b"Rar!\x1a\x07",
        "letter.rtf": b"{\\rtf1",
        "program.csv": b"MZ\x90\x00",
        "page.csv": b"<!DOCTYPE html><html>",
        "other.xml": b"<?xml version='1.0'?><data/>",
        "table.xml": b"<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>",
    }.items():
        yield name, head + bytes(range(256)) * 8


def cut() -> Iterator[tuple[str, bytes]]:
    """A good workbook cut off at nine places, or with bits turned, and a text cut inside a letter."""
    data = good_workbook()
    for tenth in range(1, 10):
        yield f"cut_at_{tenth}_tenths.xlsx", data[: len(data) * tenth // 10]
    dice = random.Random(1)
    for number in range(14):
        spoilt = bytearray(data)
        for _ in range(1 + number):
            spoilt[dice.randrange(len(spoilt))] ^= 1 << dice.randrange(8)
        yield f"turned_{number}.xlsx", bytes(spoilt)
    document = ods(
        "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>"
    )
    for third in (1, 2):
        yield f"cut_at_{third}_thirds.ods", document[: len(document) * third // 3]
    yield "cut_in_a_letter.csv", GOOD.encode()[: GOOD.encode().index(b"\xc3") + 1]


def noise() -> Iterator[tuple[str, bytes]]:
    dice = random.Random(2)
    for number, ending in enumerate(("csv", "xlsx", "xls", "ods", "geojson", "gpkg", "kml", "gpx") * 2):
        yield f"noise_{number}.{ending}", dice.randbytes(200 * (number + 1))
    for ending, head in (
        ("xlsx", b"PK\x03\x04"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("gpkg", b"SQLite format 3\0"),
    ):
        yield f"noise_with_its_head.{ending}", head + dice.randbytes(20_000)


def bounded_run(folder: Path, *, first: str = "", cpu_seconds: int = 300) -> list[tuple]:
    """Run :func:`main` on a folder in a process of its own, whose memory and time are bounded.

    ``first`` is what it does before. Returns name, outcome and seconds of each file, the peak [MB] last.
    """

    def bounded() -> None:
        # Address space, not memory in use: libraries map more than they touch.
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))

    run = "import sys; from pathlib import Path; from tests.hostile import main; main(Path(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{first}\n{run}", str(folder)],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        preexec_fn=bounded,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def main(folder: Path) -> None:
    """Read every file of a folder as the product does, cleaning and place words included."""
    from geo.cleaning import clean  # noqa: PLC0415
    from geo.errors import RecordFileError  # noqa: PLC0415
    from geo.io.records import read_types  # noqa: PLC0415
    from geo.io.sheets import read_sheet  # noqa: PLC0415
    from geo.zones import read_zone  # noqa: PLC0415

    types = read_types()
    for path in sorted(folder.iterdir()):
        begun = time.process_time()
        try:
            opened = read_sheet(path)
            cleaned = clean(opened.table, types=types, source_id="s")
            for text in cleaned.records["provider_place_text"].unique():
                read_zone(text)
            outcome = (
                f"read {len(cleaned.records)} rows, {len(cleaned.problems) + len(opened.problems)} problems"
            )
        except RecordFileError as error:
            outcome = f"refused: {error}"
        except BaseException as error:  # noqa: BLE001 - what must not happen is told, whatever it is
            outcome = f"crash: {error!r}"
        seconds = round(time.process_time() - begun, 2)
        print(json.dumps([path.name, outcome, seconds], ensure_ascii=False), flush=True)  # noqa: T201
    print(json.dumps(["peak", peak_megabytes(), 0]))  # noqa: T201


def peak_megabytes() -> int:
    """Most memory that this process held [MB]; what getrusage says includes the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) // 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
