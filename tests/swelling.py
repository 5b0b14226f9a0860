"""Small files that hold gigabytes once they are read: repeats, views, defaults, a page that holds itself."""

import io
import re
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import shapely

from tests.hostile import document, ods, sheet_of, with_parts

SHARED = (
    "<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si/><si><t>{}</t></si></sst>"
)
ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n {}) SELECT i AS fid, {} AS Commune FROM n"
)
LISTED = "INSERT INTO gpkg_contents(table_name, data_type, identifier) VALUES ('z', 'attributes', 'z')"
LONG = "printf('%.*c', 1000000, 'x')"


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file."""
    yield from workbooks()
    yield from opendocuments()
    yield from old_workbooks()
    for name, change in DATABASES.items():
        yield f"{name}.gpkg", geopackage(folder / "layers.gpkg", change)


def workbooks() -> Iterator[tuple[str, bytes]]:
    plain = '<c r="{0}{1}" t="s"><v>1</v></c>'
    yield "shared_text.xlsx", shared_text(plain)
    yield "shared_text_otherwise.xlsx", shared_text("<c r='{0}{1}' t = 's'><v>0</v><v>1</v></c>")
    far = 'r="XFD1048576" t="n"><v>1</v></c></row>'
    for name, cell in {
        "behind_an_end_of_tag": f'<c x="/>" {far}',
        "behind_an_end": f'<c x=">" {far}',
        "behind_another_place": f"<c x=' r=\"A1\"' {far}",
        "before_another_place": '<c r = "XFD1048576" r="A1"><v>1</v></c></row>',
        "by_a_prefix": f"<a-b:c {far.replace('/c', '/a-b:c')}",
        "by_zeros": f"<c {far.replace('XFD', 'XFD000000000')}",
    }.items():
        yield f"far_{name}.xlsx", sheet_of('<row r="1"><c r="A1"><v>1</v></c>' + cell)


def shared_text(cell: str, rows: int = 2000) -> bytes:
    """A workbook whose every cell names one text of 32,000 letters."""
    heads = "".join(f'<c r="{letter}1" t="str"><v>Colonne {letter}</v></c>' for letter in "ABCDEFGHIJ")
    lines = f'<row r="1">{heads}</row>' + "".join(
        f'<row r="{row}">' + "".join(cell.format(letter, row) for letter in "ABCDEFGHIJ") + "</row>"
        for row in range(2, rows + 2)
    )
    return with_parts({"xl/sharedStrings.xml": SHARED.format("x" * 32_000).encode()}, sheet_of(lines))


def old_workbooks() -> Iterator[tuple[str, bytes]]:
    texts = ["Commune", "Village", "x" * 32_000]
    yield "shared_text.xls", old_workbook([[0, 1], *[[2, 2]] * 10_000], texts)
    # One cell, written again and again: the quick reader makes a text each time.
    yield "cell_written_again.xls", old_workbook([[0, 1], [2, 2]], texts, again=20_000)


def old_workbook(rows: list[list[int]], texts: list[str], *, again: int = 0, locked: bool = False) -> bytes:
    """An XLS of one sheet: each cell names one of the texts; the last is written ``again`` times more."""
    cells = [(row, column, text) for row, line in enumerate(rows) for column, text in enumerate(line)]
    cells += cells[-1:] * again
    begin = struct.pack("<HHHHII", 0x0600, 0, 0x0DBB, 0x07CC, 0, 6)
    name = b"\x05\x00Liste"

    def globals_(sheet_at: int) -> bytes:
        book = _record(0x0809, begin[:2] + b"\x05\x00" + begin[4:])
        book += _record(0x0085, struct.pack("<IBB", sheet_at, 0, 0) + name)
        if locked:
            book += _record(0x002F, struct.pack("<HHH", 0, 1, 1))
        return book + _shared(texts) + _record(0x000A)

    sheet = _record(0x0809, begin[:2] + b"\x10\x00" + begin[4:])
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    sheet += b"".join(
        _record(0x00FD, struct.pack("<HHHI", row, column, 0, text)) for row, column, text in cells
    )
    return _compound(globals_(len(globals_(0))) + sheet + _record(0x000A))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _shared(texts: list[str]) -> bytes:
    """The table of shared texts; a long one goes on in records that begin with the width of its letters."""
    found, kind, data = b"", 0x00FC, struct.pack("<II", len(texts), len(texts))
    for text in texts:
        letters = text.encode("latin-1")
        data += struct.pack("<HB", len(letters), 0)
        while letters:
            room = 8_000 - len(data)
            data, letters = data + letters[:room], letters[room:]
            if letters:
                found, kind, data = found + _record(kind, data), 0x003C, b"\0"
    return found + _record(kind, data)


def _compound(stream: bytes) -> bytes:
    """A compound file that holds one stream, ``Workbook``, in sectors of 512 bytes."""
    stream = stream.ljust(-(-max(len(stream), 4_096) // 512) * 512, b"\0")
    used = len(stream) // 512
    tables = next(count for count in range(1, 110) if count * 128 >= used + 1 + count)
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chain = [*range(1, used), end, end] + [table] * tables
    chain += [free] * (tables * 128 - len(chain))
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += struct.pack("<IIIIIIIII", 0, tables, used, 0, 4_096, end, 0, end, 0)
    places = [used + 1 + place for place in range(tables)]
    head += struct.pack("<109I", *places, *[free] * (109 - tables))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        words = (name + "\0").encode("utf-16-le") if name else b""
        said = words.ljust(64, b"\0") + struct.pack("<HBBIII", len(words), kind, 1, free, free, child)
        return said + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 0, len(stream))
    folder += entry("", 0, free, 0, 0) * 2
    return head + stream + folder + struct.pack(f"<{len(chain)}I", *chain)


def one_sheet_many_times(book: bytes) -> bytes:
    """The workbook with two hundred sheets that are all the same part of the archive."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        said = archive.read("xl/workbook.xml").decode()
    sheet = re.search(r"<sheet\b[^>]*/>", said)[0]
    many = "".join(re.sub(r'name="[^"]*"', f'name="f{place}"', sheet) for place in range(200))
    return with_parts({"xl/workbook.xml": said.replace(sheet, many).encode()}, book)


def opendocuments() -> Iterator[tuple[str, bytes]]:
    def row(cell: str, times: str) -> str:
        said = f'<table:table-row table:number-rows-repeated="{times}">'
        return f"{said}{cell}</table:table-row>"

    wide = 'table:number-columns-repeated="10"'
    text = '<table:table-cell office:value-type="string" {}><text:p>{}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="1" {}/>'
    yield "repeated_text.ods", ods(row(text.format(wide, "x" * 32_000), "5000"))
    yield "repeated_blanks.ods", ods(row(text.format("", '<text:s text:c="3000000"/>'), "500"))
    held = f'office:value-type="string" office:string-value="{"x" * 32_000}"'
    yield "repeated_value.ods", ods(row(f"<table:table-cell {held} {wide}/>", "5000"))
    for name, times in {"alone": "1000000", "with_sign": "+1000000", "with_zeros": "000000001000000"}.items():
        yield f"number_{name}.ods", ods(row(number.format(wide.replace("10", "5000")), times))
    named = ods(row(number.format(wide), "10000000"))
    with zipfile.ZipFile(io.BytesIO(named)) as archive:
        content = archive.read("content.xml")
    yield "other_names.ods", document(content.replace(b"opendocument:xmlns:table", b"another:table"))


def geopackage(path: Path, change: Callable[[sqlite3.Connection], object]) -> bytes:
    """A GeoPackage of 500 points, changed."""
    path.unlink(missing_ok=True)
    frame = gpd.GeoDataFrame({"Commune": ["Gao"] * 500}, geometry=[shapely.Point(0, 16)] * 500, crs=4326)
    frame.to_file(path, layer="a", driver="GPKG")
    with closing(sqlite3.connect(path)) as base:
        change(base)
        base.commit()
        root = base.execute("SELECT max(rootpage) FROM sqlite_master WHERE name = 'paged'").fetchone()[0]
    return path.read_bytes() if root is None else page_that_holds_itself(path.read_bytes(), root)


def statements(*said: str) -> Callable[[sqlite3.Connection], object]:
    return lambda base: base.executescript(";".join(said))


def under_another_type(base: sqlite3.Connection) -> None:
    """A view that the list of tables calls a table."""
    statements(f"CREATE VIEW z AS {ENDLESS.format('', 1)}", LISTED, "PRAGMA writable_schema = 1")(base)
    base.execute("UPDATE sqlite_master SET type = 'table' WHERE name = 'z'")


DATABASES = {
    "endless_view": statements(f"CREATE VIEW z AS {ENDLESS.format('', 1)}", LISTED),
    "view_not_listed": statements(f"CREATE VIEW z AS {ENDLESS.format('LIMIT 1500', LONG)}"),
    "view_under_another_type": under_another_type,
    "endless_contents": statements(
        "ALTER TABLE gpkg_contents RENAME TO other",
        f"CREATE VIEW gpkg_contents AS SELECT other.* FROM other, ({ENDLESS.format('', 1)})",
    ),
    "virtual_table": statements("CREATE VIRTUAL TABLE z USING fts5(Commune)", LISTED),
    "generated_column": statements(f"ALTER TABLE a ADD COLUMN Remarques TEXT AS ({LONG}) VIRTUAL"),
    "long_default": statements(f"ALTER TABLE a ADD COLUMN Remarques TEXT DEFAULT '{'x' * 900_000}'"),
    "page_that_holds_itself": statements(
        "CREATE TABLE paged (fid INTEGER PRIMARY KEY, Commune TEXT)", "INSERT INTO paged VALUES (1, 'Gao')"
    ),
}


def page_that_holds_itself(data: bytes, root: int) -> bytes:
    """The database with twelve pages over the one of a table, each naming the next a hundred times."""
    size = struct.unpack(">H", data[16:18])[0]
    pages = [data[at : at + size] for at in range(0, len(data), size)]
    leaf, last = pages[root - 1], len(pages)
    chain = [root, *range(last + 1, last + 13)]
    pages += [b""] * 12
    pages[chain[-1] - 1] = leaf
    for page, below in pairwise(chain):
        cells = [struct.pack(">IB", below, key) for key in range(100)]
        begin = size - 5 * len(cells)
        head = struct.pack(">BHHHBI", 5, 0, len(cells), begin, 0, below)
        places = b"".join(struct.pack(">H", begin + 5 * place) for place in range(len(cells)))
        pages[page - 1] = (head + places).ljust(begin, b"\0") + b"".join(cells)
    whole = b"".join(pages)
    return whole[:28] + struct.pack(">I", len(pages)) + whole[32:]
