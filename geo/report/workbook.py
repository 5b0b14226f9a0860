"""Sheets of a workbook: heads frozen, filters on, columns as wide as needed, no cell run as a formula."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from geo.io.records import safe_cell

# Rows that are looked at to find how wide a column has to be.
_ROWS_MEASURED = 500


def add_sheet(book: Workbook, name: str, table: pd.DataFrame, *, widths: Sequence[int] = ()) -> None:
    """Add a sheet with its heading frozen, filters on, columns as wide as what they hold.

    Parameters
    ----------
    book : Workbook
        Opened with ``write_only=True``.
    widths : sequence of int, optional
        Width of each column in characters, where what it holds says too little.
    """
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    last = get_column_letter(max(1, len(table.columns)))
    sheet.auto_filter.ref = f"A1:{last}{len(table) + 1}"
    for place, heading in enumerate(table.columns):
        width = widths[place] if widths else _width(heading, table[heading])
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    sheet.append(_headings(sheet, table.columns))
    for row in table.astype(object).itertuples(index=False, name=None):
        sheet.append([cell(value) for value in row])


def saved(book: Workbook, *, title: str = "") -> bytes:
    """Return a finished workbook as the bytes of its file."""
    if title:
        book.properties.title = title
    book.properties.creator = "Couverture"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def cell(value: Any) -> Any:
    """A value as a spreadsheet takes it: numbers as numbers, no formula, no control character."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, str):
        return safe_cell(ILLEGAL_CHARACTERS_RE.sub("", value))
    return value.item() if isinstance(value, np.generic) else value


def _headings(sheet: Any, names: Iterable[str]) -> list[Any]:
    cells = []
    for name in names:
        heading = WriteOnlyCell(sheet, value=cell(name))
        heading.font, heading.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        cells.append(heading)
    return cells


def _width(heading: str, values: pd.Series) -> int:
    longest = values.head(_ROWS_MEASURED).astype("str").str.len().max() if len(values) else 0
    return int(min(48, max(9, longest + 2, len(heading) / 2 + 3)))
