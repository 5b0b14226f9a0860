"""Workbooks (XLSX, XLS, ODS) as tables of texts, one a sheet."""

import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd
import python_calamine

from geo import settings
from geo.errors import RecordFileError
from geo.grid import Grid, Row, Span, check_size, table_of
from geo.i18n import _
from geo.io.archives import (
    Extent,
    check_extent,
    damaged,
    inspect_workbook,
    locked,
    parts,
    too_many_parts,
    too_much_text,
)
from geo.io.repeats import check_old_workbook, check_opendocument, check_shared_texts
from geo.signs import tidied

# More sheets than any workbook of records has.
_MAX_SHEETS: Final = 200
Cell = str | float | int | bool | datetime.date | datetime.time | datetime.datetime | datetime.timedelta


class Sheet(NamedTuple):
    """One sheet: its table, or why it has none."""

    name: str
    visible: bool
    grid: Grid | None
    problems: pd.DataFrame
    refusal: str = ""


def read_workbook(path: Path, kind: str) -> list[Sheet]:
    """Read every sheet of a workbook.

    Parameters
    ----------
    kind : str
        ``xlsx``, ``xls`` or ``ods``.

    Raises
    ------
    RecordFileError
        If the workbook is damaged, locked, or larger than the limits.
    """
    extents = _inspected(path, kind)
    with _calamine(path) as book:
        described = list(book.sheets_metadata)
        if len(described) > _MAX_SHEETS:
            raise too_many_parts(path.name, len(described), _MAX_SHEETS)
        lost = _lost(path, extents) if kind == "xlsx" else {}
        return _sheets(book, described, path.name, lost)


def _sheets(
    book: python_calamine.CalamineWorkbook,
    described: Sequence[python_calamine.SheetMetadata],
    file: str,
    lost: Mapping[str, Extent],
) -> list[Sheet]:
    sheets: list[Sheet] = []
    cells = letters = 0
    for about in described:
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheets.append(_sheet(book, about, file, lost.get(about.name, Extent())))
        # One part of the archive may stand for many sheets: together they keep to the limits of one.
        if (grid := sheets[-1].grid) and len(described) > 1:
            cells += grid.table.size
            letters += sum(int(column.str.len().sum()) for _name, column in grid.table.items())
            check_size(1, cells, file)
            if letters > settings.MAX_RECORD_UNPACKED_MB * 1_000_000:
                raise too_much_text(file, letters, settings.MAX_RECORD_UNPACKED_MB)
    return sheets


def read_rows(path: Path, kind: str) -> dict[str, list[list[str]]]:
    """Read the rows of every sheet as they stand, blank ones too; errors as :func:`read_workbook`."""
    _inspected(path, kind)
    found = {}
    with _calamine(path) as book:
        for about in book.sheets_metadata:
            if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                check_extent(sheet.total_height + 1, sheet.total_width + 1, path.name)
                found[about.name] = [list(cells) for _number, cells in _rows(sheet)]
    return found


def _inspected(path: Path, kind: str) -> Mapping[str, Extent]:
    if kind == "xlsx":
        extents = inspect_workbook(path)
        check_shared_texts(path, {name: extent.shared for name, extent in extents.items()})
        return extents
    if kind == "ods":
        check_opendocument(path)
    if kind == "xls":
        check_old_workbook(path)
    return {}


class _calamine:  # noqa: N801 - used as a function
    """A workbook opened by calamine, whose faults all end as one error of ours."""

    def __init__(self, path: Path):
        self._path = path

    def __enter__(self) -> python_calamine.CalamineWorkbook:
        try:
            # From bytes: by its path calamine would go by the ending.
            self._book = python_calamine.CalamineWorkbook.from_object(io.BytesIO(self._path.read_bytes()))
        except BaseException as error:
            raise _refused(self._path.name, error) from error
        return self._book

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._book.close()
        if error is not None and not isinstance(error, RecordFileError):
            raise _refused(self._path.name, error) from error


def _refused(name: str, error: BaseException) -> BaseException:
    """Return one line for what calamine raises; anything else is left as it is."""
    if isinstance(error, python_calamine.PasswordError):
        return locked(name)
    # A fault inside the Rust library is a PanicException, which is no Exception and has no public name.
    known = (python_calamine.CalamineError, OSError, ValueError, OverflowError, UnicodeError)
    if isinstance(error, known) or type(error).__name__ == "PanicException":
        return damaged(name)
    return error


def _sheet(
    book: python_calamine.CalamineWorkbook, about: python_calamine.SheetMetadata, file: str, lost: Extent
) -> Sheet:
    visible = about.visible == python_calamine.SheetVisibleEnum.Visible
    sheet = book.get_sheet_by_name(about.name)
    called = tidied(about.name)
    name = _("{file}, feuille « {sheet} »").format(file=file, sheet=called)
    problems = _lost_cells(lost)
    if sheet.start is None:
        return Sheet(called, visible, None, problems, _("{file} : feuille vide.").format(file=name))
    check_extent(sheet.total_height + 1, sheet.total_width + 1, file)
    # calamine keeps the empty rows above a table and leaves out the empty columns at its left.
    first = sheet.start[1]
    merged: list[Span] = [
        (top + 1, left - first, bottom + 1, right - first)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
    try:
        grid = table_of(_rows(sheet), name=name, merged=merged)
    except RecordFileError as error:
        return Sheet(called, visible, None, problems, str(error))
    return Sheet(called, visible, grid, problems)


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[Row]:
    """Rows with the number they bear in the sheet."""
    for place, cells in enumerate(sheet.iter_rows(), 1):
        yield place, [_text(cell) for cell in cells]


def _text(cell: Cell) -> str:
    """Write a value as a person would: whole numbers without decimals, dates in ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else str(cell)


def _lost_cells(lost: Extent) -> pd.DataFrame:
    """Cells that hold an error (#N/A, #REF!) instead of a value, and formulas never worked out."""
    rows = [
        (int(re.sub(r"\D", "", place)), re.sub(r"\d", "", place), place, "cell_error")
        for place in lost.errors
    ]
    if lost.uncounted:
        rows.append((0, "", str(lost.uncounted), "formula_without_value"))
    return pd.DataFrame(rows, columns=["row", "column", "value", "problem"])


def _lost(path: Path, extents: Mapping[str, Extent]) -> dict[str, Extent]:
    """Extents by the name of their sheet, through the two tables of contents of an XLSX."""
    if not any(extent.errors or extent.uncounted for extent in extents.values()):
        return {}
    content = {name: b"".join(pieces) for name, pieces in parts(path) if name in (_BOOK, _LINKS)}
    links = dict(_pairs(content.get(_LINKS, b""), b"Relationship", b"Id", b"Target"))
    named = _pairs(content.get(_BOOK, b""), b"sheet", b"r:id", b"name")
    places = {name: links.get(link, "").removeprefix("/xl/") for link, name in named}
    return {name: extents[f"xl/{place}"] for name, place in places.items() if f"xl/{place}" in extents}


_BOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"


def _pairs(text: bytes, tag: bytes, key: bytes, value: bytes) -> list[tuple[str, str]]:
    """Two attributes of each tag of an XML text."""
    from html import unescape  # noqa: PLC0415

    found = []
    for attributes in re.findall(rb"<(?:\w+:)?" + tag + rb"\b([^>]*)>", text):
        one, other = (
            re.search(rb"(?<![\w:])" + name + rb"\s*=\s*[\"']([^\"']*)", attributes) for name in (key, value)
        )
        if one and other:
            found.append(tuple(unescape(each[1].decode("utf-8", "replace")) for each in (one, other)))
    return found  # type: ignore[return-value]
