"""What the cells of a workbook hold once each repeat is laid out: texts of XLSX and XLS, rows of an ODS.

A text stands once in the file and a thousand times in the table: letters are counted, not bytes, before
a library lays the cells out.
"""

import io
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, SupportsIndex
from xml.parsers import expat

import xlrd
import xlrd.compdoc

from geo import settings
from geo.io.archives import check_extent, damaged, declares_entities, locked, parts, too_much_text

# What its reader raises for a file that is cut or spoilt.
_SPOILT: Final = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
_SHARED: Final = "xl/sharedstrings.xml"
# A cell of a shared text as workbook programs write it; any other is taken for the longest text.
_PLAIN: Final = re.compile(rb'\bt="s"(?: s="\d+")?><(?:\w+:)?v>(\d+)</(?:\w+:)?v></(?:\w+:)?c>')
_PLAIN_LONGEST: Final = 200
_ROW, _SHEET = "table:table-row", "table:table"
_CELLS: Final = ("table:table-cell", "table:covered-table-cell")


def check_shared_texts(path: Path, cells: Mapping[str, int]) -> None:
    """Refuse an XLSX whose cells hold more letters than the limit, each shared text as often as it is named.

    Parameters
    ----------
    cells : mapping of str to int
        Part of the archive to the most cells of a shared text that it can hold.

    Raises
    ------
    RecordFileError
        If the texts are over ``MAX_RECORD_UNPACKED_MB``, or their part is damaged.
    """
    limit = settings.MAX_RECORD_UNPACKED_MB * 1_000_000
    lengths = _shared_lengths(path) or [0]
    longest = max(lengths)
    if sum(cells.values()) * longest <= limit:
        return
    letters = 0
    for name, pieces in parts(path):
        if cells.get(name):
            named = Counter(_named(pieces))
            known = sum(times * _length(lengths, int(place)) for place, times in named.items())
            letters += known + max(cells[name] - named.total(), 0) * longest
    if letters > limit:
        raise too_much_text(path.name, letters, settings.MAX_RECORD_UNPACKED_MB)


class _Named(list[str]):
    """The shared texts of an old workbook; each is counted as often as a cell names it."""

    letters = 0

    def __getitem__(self, place: SupportsIndex) -> str:  # type: ignore[override]
        text = super().__getitem__(place)
        self.letters += len(text)
        return text


def check_old_workbook(path: Path) -> None:
    """Refuse an XLS whose cells hold more letters than the limit, each shared text as often as it is named.

    Its reader here keeps one copy of a text whatever names it; the quick one that reads it afterwards makes
    one for every cell, and every time that a cell is written again.

    Raises
    ------
    RecordFileError
        If the texts are over ``MAX_RECORD_UNPACKED_MB``, or the workbook is damaged or locked.
    """
    limit = settings.MAX_RECORD_UNPACKED_MB * 1_000_000
    try:
        with xlrd.open_workbook(
            file_contents=path.read_bytes(), on_demand=True, ragged_rows=True, logfile=io.StringIO()
        ) as book:
            book._sharedstrings = named = _Named(book._sharedstrings)
            for place in range(book.nsheets):
                book.sheet_by_index(place)
                book.unload_sheet(place)
                if named.letters > limit:
                    raise too_much_text(path.name, named.letters, settings.MAX_RECORD_UNPACKED_MB)
    except _SPOILT as error:
        if "encrypted" in str(error):
            raise locked(path.name) from error
        raise damaged(path.name) from error


def _length(lengths: list[int], place: int) -> int:
    return lengths[place] if place < len(lengths) else 0


def _named(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Place of the shared text of each cell, cells cut by the end of a piece too."""
    rest = b""
    for piece in pieces:
        block, end = rest + piece, 0
        for found in _PLAIN.finditer(block):
            end = found.end()
            yield found[1]
        rest = block[max(end, len(block) - _PLAIN_LONGEST) :]


def _shared_lengths(path: Path) -> list[int]:
    """Letters of each shared text, in their order; an empty one has its place too."""
    lengths: list[int] = []

    def start(name: str, _attributes: object) -> None:
        if name.rpartition(":")[2] == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    seen = 0
    for name, pieces in parts(path):
        # A library that takes another of two such parts would read other lengths.
        if name.replace("\\", "/").casefold() == _SHARED:
            seen += 1
            parser = _parser(path.name)
            parser.StartElementHandler, parser.CharacterDataHandler = start, text
            _parse(parser, pieces, path.name)
    if seen > 1:
        raise damaged(path.name)
    return lengths


def _parser(name: str) -> expat.XMLParserType:
    # Names with their prefix, and UTF-8 whatever is declared, as the library reads them.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True

    def refuse(*_said: object) -> None:
        raise declares_entities(name)

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _parse(parser: expat.XMLParserType, pieces: Iterable[bytes], name: str) -> None:
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged(name) from error


def check_opendocument(path: Path) -> None:
    """Refuse an ODS whose cells, repeated as it says, reach beyond the limits or hold more letters.

    Raises
    ------
    RecordFileError
        If it is damaged, swells over a limit, or declares XML entities.
    """
    for _name, pieces in parts(path):
        for _piece in pieces:
            pass
    measure = _Measure(path.name)
    parser = _parser(path.name)
    parser.StartElementHandler, parser.EndElementHandler = measure.start, measure.end
    parser.CharacterDataHandler = measure.text
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            _parse(parser, iter(lambda: content.read(1 << 20), b""), path.name)
    except (KeyError, ValueError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise damaged(path.name) from error


class _Measure:
    """Rows, columns and letters of the tables of an ODS, counted while it is parsed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows = self._columns = self._cells = self._others = self._total = 0
        # Of the row and the cell that are open, None where none is.
        self._row: dict[str, int] | None = None
        self._cell: dict[str, int] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _SHEET:
            self._others += self._cells
            self._rows = self._columns = self._cells = 0
        elif tag in (_ROW, *_CELLS):
            # A row in a row, a cell in a cell: no program writes them, and libraries differ on them.
            if (self._row if tag == _ROW else self._cell) is not None:
                raise damaged(self._name)
            if tag == _ROW:
                self._row = {"times": _times(attributes, "rows"), "reach": 0, "filled": 0, "letters": 0}
            else:
                self._cell = _cell(attributes)
        elif self._cell is not None:
            self._cell["filled"] = 1
            # Blanks that follow each other are written as their number.
            if tag == "text:s":
                self._cell["letters"] += _whole(attributes.get("text:c", "1"))

    def text(self, data: str) -> None:
        if self._cell is not None:
            self._cell["letters"] += len(data)

    def end(self, tag: str) -> None:
        if tag in _CELLS and self._cell is not None and self._row is not None:
            cell, row = self._cell, self._row
            row["reach"] += cell["times"]
            row["letters"] += cell["times"] * cell["letters"]
            # Only a cell with something in it is laid out; blanks at the end of a row are not.
            row["filled"] = row["reach"] if cell["filled"] else row["filled"]
        elif tag == _ROW and self._row is not None:
            self._add(self._row)
            self._row = None
        if tag in _CELLS:
            self._cell = None

    def _add(self, row: dict[str, int]) -> None:
        self._rows += row["times"]
        self._columns = max(self._columns, row["filled"])
        self._total += row["times"] * row["letters"]
        if row["filled"]:
            # All tables are laid out at once.
            self._cells = self._rows * self._columns
            check_extent(self._rows, self._columns, self._name, beside=self._others)
        if self._total > settings.MAX_RECORD_UNPACKED_MB * 1_000_000:
            raise too_much_text(self._name, self._total, settings.MAX_RECORD_UNPACKED_MB)


def _cell(attributes: Mapping[str, str]) -> dict[str, int]:
    """Count what a cell holds by its attributes: a value or a formula may stand there alone."""
    held = [
        text for name, text in attributes.items() if name.startswith("office:") or name == "table:formula"
    ]
    long = sum(len(attributes.get(name, "")) for name in ("office:string-value", "table:formula"))
    return {"times": _times(attributes, "columns"), "letters": long, "filled": int(bool(held))}


def _times(attributes: Mapping[str, str], what: str) -> int:
    return _whole(attributes.get(f"table:number-{what}-repeated", "1"))


def _whole(text: str) -> int:
    # Nine digits are beyond every limit already.
    figures = text.strip().removeprefix("+").lstrip("0")[:9]
    return int(figures) if figures.isdecimal() else 1
