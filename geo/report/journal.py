"""The journal as a table in words, and as files that a spreadsheet runs nothing of."""

import pandas as pd
from openpyxl import Workbook

from geo.acts import act_words, kind_words, role_words, what_words
from geo.i18n import _
from geo.io.records import csv_text
from geo.report.workbook import add_sheet, saved


def journal_table(entries: pd.DataFrame) -> pd.DataFrame:
    """Return lines of :func:`geo.store.audit.entries` in words, in the same order.

    The moment is UTC, which is the hour of Mali and Mauritania, as text that sorts.
    """
    rows = [
        (
            row["at"][:19].replace("T", " "),
            kind_words(row["kind"]),
            act_words(row["action"]),
            row["who"],
            role_words(row["role"]),
            what_words(row["action"], row["details"], row["about"]),
            row["view"],
            role_words(row["audience"]) if row["audience"] else "",
        )
        for row in entries.to_dict("records")
    ]
    heads = (
        *(_("Moment (UTC)"), _("Genre"), _("Acte"), _("Qui"), _("Rôle")),
        *(_("De quoi"), _("Vue"), _("Pour qui")),
    )
    return pd.DataFrame(rows, columns=list(heads)).assign(**{_("Lignes"): list(entries["rows"])})


def journal_csv(entries: pd.DataFrame) -> bytes:
    """Return the journal as CSV, UTF-8 with the mark that spreadsheets need, every cell safe."""
    return csv_text(journal_table(entries)).encode("utf-8-sig")


def journal_xlsx(entries: pd.DataFrame) -> bytes:
    """Return the journal as a workbook, every cell safe."""
    book = Workbook(write_only=True)
    add_sheet(book, _("Journal"), journal_table(entries))
    return saved(book, title=_("Journal"))
