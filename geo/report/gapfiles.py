"""Gaps as files: the same table as on the command line, with what it was worked out from."""

import json
from collections.abc import Sequence

import pandas as pd
from openpyxl import Workbook

from geo.gaps import Gaps
from geo.i18n import _
from geo.io.records import csv_text
from geo.report.accounting import accounting_line
from geo.report.gaptable import Ranked, as_json
from geo.report.workbook import cell, saved


def gaps_csv(table: pd.DataFrame) -> bytes:
    """Return the table as CSV, UTF-8 with the mark that spreadsheets need.

    Parameters
    ----------
    table : DataFrame
        Of :func:`geo.report.gaptable.export`.
    """
    return csv_text(table).encode("utf-8-sig")


def gaps_json(gaps: Gaps, table: pd.DataFrame, ranked: Ranked, *, level: str = "commune") -> bytes:
    """Return the whole answer as JSON: norms, weights, assumptions, accounting, rows."""
    answer = as_json(gaps, table, ranked, level=level)
    return json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False).encode()


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
    return saved(book)


def _sheet(book: Workbook, name: str, rows: Sequence[Sequence[object]]) -> None:
    sheet = book.create_sheet(name)
    for row in rows:
        sheet.append([cell(value) for value in row])
