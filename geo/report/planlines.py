"""Every problem of a file that is to be imported: sheet, row, column, what was read, what to do."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook

from geo import columnwords
from geo.activities import ActivityType
from geo.i18n import N_, _
from geo.io.records import csv_text
from geo.problemwords import problem_words
from geo.report.accounting import accounting_line
from geo.report.faulty import LINE_COLUMNS, Papers, lines
from geo.report.planwords import difference_line, warning_lines
from geo.report.workbook import add_sheet, saved
from geo.store.current import without_flag
from geo.store.planning import Plan

HEADINGS: Final[Mapping[str, str]] = {
    "sheet": N_("Feuille"),
    "file_row": N_("Ligne"),
    "column": N_("Colonne"),
    "read": N_("Lu"),
    "wrong": N_("Ce qui ne va pas"),
    "remedy": N_("Que faire"),
    "candidates": N_("Candidats"),
}


def problem_lines(
    plan: Plan,
    *,
    names: Mapping[str, str],
    types: Mapping[str, ActivityType],
    day: date,
    with_repeats: bool = True,
) -> pd.DataFrame:
    """Return one line for each thing to be looked at, the rows of the file in order.

    They are the rows of who hands the file in, so nothing is withheld; contact columns were never read.

    Parameters
    ----------
    names : mapping
        Name of each unit by P-code.
    with_repeats : bool
        Whether each possible repeat is a line; some files repeat nearly every row.

    Returns
    -------
    DataFrame
        As :func:`geo.report.faulty.lines`; ``file_row`` is missing for what concerns the whole file.
    """
    records, problems = plan.records, plan.cleaned.problems
    if not with_repeats:
        records = records.assign(flags=without_flag(records["flags"], "possible_repeat"))
    sheet, columns = plan.cleaned.sheet, dict(plan.cleaned.columns)
    statements = pd.DataFrame(
        {
            "file_name": plan.file_name,
            "sheet": sheet,
            "file_row": records.index,
            "headings": [columns] * len(records),
        },
        index=records.index,
    )
    unread = problems.rename(columns={"row": "label"}).assign(
        heading=problems["column"].map(columns).fillna("")
    )
    own = lines(records, Papers(statements, unread, names=names, types=types), day=day)
    rest = [
        _of_the_file(cell, plan) for cell in unread[~unread["label"].isin(records.index)].to_dict("records")
    ]
    return (
        pd.concat([pd.DataFrame(rest, columns=list(LINE_COLUMNS)), own], ignore_index=True) if rest else own
    )


def _of_the_file(cell: Mapping[Any, Any], plan: Plan) -> dict[str, Any]:
    """One line for what is wrong outside the records: formulas that were never worked out."""
    what, todo = problem_words(str(cell["problem"]))
    column = str(cell["heading"]) or columnwords.label(str(cell["column"]))
    empty: dict[str, Any] = dict.fromkeys(LINE_COLUMNS, "")
    told = {"column": column, "read": str(cell["value"]), "wrong": what, "remedy": todo, "file_row": None}
    return empty | told | {"fault": "unread", "file_name": plan.file_name, "sheet": plan.cleaned.sheet}


def worded(found: pd.DataFrame) -> pd.DataFrame:
    """Return the lines under headings in the current language; the sheet only where there are several."""
    kept = [name for name in HEADINGS if name != "sheet" or (found[name] != "").any()]
    return found[kept].rename(columns={name: _(HEADINGS[name]) for name in kept})


def problems_csv(found: pd.DataFrame) -> bytes:
    """The lines as CSV, UTF-8 with the mark that spreadsheets need, cells safe from being run."""
    return csv_text(worded(found)).encode("utf-8-sig")


def problems_xlsx(found: pd.DataFrame, plan: Plan) -> bytes:
    """The lines as a workbook, with what the import would do on a sheet of its own."""
    counts = plan.summary()["accounting"]
    said = [
        (_("Fichier"), plan.file_name),
        (
            _("Lignes"),
            accounting_line(counts["read"], counts["placed"], counts["review"], counts["rejected"]),
        ),
        (_("Différence"), difference_line(plan)),
        *((_("Attention"), line) for line in warning_lines(plan)),
    ]
    book = Workbook(write_only=True)
    add_sheet(book, _("À corriger"), worded(found))
    add_sheet(book, _("Comptes"), pd.DataFrame(said, columns=[_("Terme"), _("Valeur")]), widths=(22, 110))
    return saved(book, title=_("Problèmes : {file}").format(file=plan.file_name))
