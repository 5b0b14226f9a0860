"""Gaps as files: the same table as on the command line, with what it was worked out from."""

import io
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from geo.gaps import Gaps
from geo.i18n import _
from geo.io.records import csv_text, safe_cell
from geo.report.accounting import accounting_line
from geo.report.gaptable import as_json


def gaps_csv(table: pd.DataFrame) -> bytes:
    """Return the table as CSV, UTF-8 with the mark that spreadsheets need.

    Parameters
    ----------
    table : DataFrame
        Of :func:`geo.report.gaptable.export`.
    """
    return csv_text(table).encode("utf-8-sig")


def gaps_json(gaps: Gaps, table: pd.DataFrame) -> bytes:
    """Return the whole answer as JSON: norms, assumptions, accounting, rows."""
    return json.dumps(as_json(gaps, table), ensure_ascii=False, indent=1, allow_nan=False).encode()


def gaps_xlsx(gaps: Gaps, table: pd.DataFrame, *, lines: Sequence[str]) -> bytes:
    """Return a workbook: the table, and norms, assumptions and accounting on a sheet of their own.

    Parameters
    ----------
    lines : sequence of str
        What has to be printed with the result, one line each.
    """
    book = Workbook(write_only=True)
    _sheet(
        book, _("Besoins"), [list(table.columns), *table.astype(object).itertuples(index=False, name=None)]
    )
    counts = gaps.facts.accounting
    total = accounting_line(counts.read, counts.placed, counts.review, counts.rejected)
    sources = [source.words("title") for source in gaps.facts.sources.values()]
    notes = [*lines, total, *(_("Source : {titles}").format(titles=title) for title in sources)]
    _sheet(book, _("Comptes"), [[line] for line in notes])
    book.properties.creator = "Couverture"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _sheet(book: Workbook, name: str, rows: Sequence[Sequence[object]]) -> None:
    sheet = book.create_sheet(name)
    for row in rows:
        sheet.append([_cell(value) for value in row])


def _cell(value: object) -> object:
    """A value as a spreadsheet takes it: numbers as numbers, no formula, no control character."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, str):
        return safe_cell(ILLEGAL_CHARACTERS_RE.sub("", value))
    return value.item() if isinstance(value, np.generic) else value
