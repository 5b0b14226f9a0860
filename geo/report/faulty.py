"""The rows to be looked at, as a list for who wrote them and as a workbook to send back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook

from geo import columnwords
from geo.activities import ActivityType
from geo.counting import SEPARATOR, account
from geo.i18n import N_, _, long_date
from geo.problemwords import problem_words
from geo.quality import FAULTS, faults
from geo.report.accounting import PLACE_COLUMNS, REASON_WORDS
from geo.report.faultwords import FAULT_WORDS, remedy, wrong
from geo.report.workbook import add_sheet, saved
from geo.store.difference import shown_value

LINE_COLUMNS: Final = (
    *("label", "fault", "partner", "file_name", "sheet", "file_row", "record_key", "activity_type"),
    *("column", "read", "wrong", "remedy", "candidates"),
)
# A column of the workbook: of the lines, its heading, how wide it is.
_HEADINGS: Final[Mapping[str, tuple[str, int]]] = {
    "partner": (N_("Partenaire"), 22),
    "file_name": (N_("Fichier"), 26),
    "sheet": (N_("Feuille"), 16),
    "file_row": (N_("Ligne"), 8),
    "record_key": (N_("Clé"), 16),
    "activity_type": (N_("Type d'activité"), 24),
    "column": (N_("Colonne"), 24),
    "read": (N_("Lu"), 34),
    "wrong": (N_("Ce qui ne va pas"), 40),
    "remedy": (N_("Que faire"), 44),
    "candidates": (N_("Candidats"), 40),
}
_OF_PLACE: Final = ("review", "rejected", "contradicted")
_POSITION: Final = ("latitude", "longitude")


@dataclass(frozen=True, eq=False)
class Papers:
    """What is said beside the rows.

    Attributes
    ----------
    statements : DataFrame
        ``file_name, sheet, file_row, headings`` on the index of the records; missing for shipped ones.
    unread : DataFrame
        ``label`` (of the record), ``column, heading, value, problem``, cells that may be seen only.
    names : mapping
        Name of each unit by P-code.
    """

    statements: pd.DataFrame
    unread: pd.DataFrame
    names: Mapping[str, str]
    types: Mapping[str, ActivityType]


def lines(records: pd.DataFrame, papers: Papers, *, day: date) -> pd.DataFrame:
    """Return one line for each thing to be looked at, in the order of the rows.

    Parameters
    ----------
    records : DataFrame
        Records of every outcome that have passed :func:`geo.sharing.share`.

    Returns
    -------
    DataFrame
        ``label`` (of the record), ``fault``, ``partner, file_name, sheet, file_row, record_key,
        activity_type, column, read, wrong, remedy, candidates``, in the current language.
    """
    found = faults(records, day=day)
    # A row to review because of its position says so once.
    found["contradicted"] &= ~found["review"]
    rows = [
        _line(label, fault, record, papers)
        for fault in FAULTS
        for label, record in records[found[fault]].to_dict("index").items()
    ]
    of_records = records[records.index.isin(papers.unread["label"])].to_dict("index")
    rows += [
        _unread_line(cell, of_records[cell["label"]], papers)
        for cell in papers.unread.to_dict("records")
        if cell["label"] in of_records
    ]
    order = {label: place for place, label in enumerate(records.index)}
    rows.sort(key=lambda row: order[row["label"]])
    return pd.DataFrame(rows, columns=list(LINE_COLUMNS))


def _line(label: Any, fault: str, record: Mapping[Any, Any], papers: Papers) -> dict[str, Any]:
    columns = ("end_date",) if fault == "past_end" else _concerned(fault, record)
    read = [shown_value(record[name]) for name in columns]
    reason = str(record["reason"]) if fault in ("review", "rejected") else ""
    return _common(label, record, papers) | {
        "fault": fault,
        "column": ", ".join(_heading(label, name, papers) for name in columns),
        "read": " · ".join(text for text in read if text),
        "wrong": wrong(fault, reason),
        "remedy": remedy(fault, reason),
        "candidates": _candidates(str(record["candidates"]), papers.names) if fault == "review" else "",
    }


def _concerned(fault: str, record: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return the columns that a fault of place or a repeat is read in: those that say something."""
    located = tuple(name for name in _POSITION if shown_value(record[name]))
    named = tuple(name for name in PLACE_COLUMNS if record.get(name))
    return located + named if fault in _OF_PLACE else located or named


def _unread_line(cell: Mapping[Any, Any], record: Mapping[Any, Any], papers: Papers) -> dict[str, Any]:
    what, todo = problem_words(str(cell["problem"]))
    column = str(cell["heading"]) or columnwords.label(str(cell["column"]))
    told = {"fault": "unread", "column": column, "read": str(cell["value"]), "wrong": what, "remedy": todo}
    return _common(cell["label"], record, papers) | told | {"candidates": ""}


def _common(label: Any, record: Mapping[Any, Any], papers: Papers) -> dict[str, Any]:
    file = papers.statements.loc[label]
    kind = papers.types.get(str(record["activity_type"]))
    return {
        "label": label,
        "partner": record["implementing_org"],
        "file_name": file["file_name"],
        "sheet": file["sheet"],
        "file_row": None if pd.isna(file["file_row"]) else int(file["file_row"]),
        "record_key": record["record_key"],
        "activity_type": kind.label if kind else record["activity_type"],
    }


def _heading(label: Any, column: str, papers: Papers) -> str:
    headings = papers.statements.at[label, "headings"]
    of_file = headings.get(column, "") if isinstance(headings, dict) else ""
    return of_file or columnwords.label(column)


def _candidates(codes: str, names: Mapping[str, str]) -> str:
    return " ; ".join(f"{names.get(code, code)} ({code})" for code in codes.split(SEPARATOR) if code)


# ---- the workbook -----------------------------------------------------------------------------------


def accounts(records: pd.DataFrame, found: pd.DataFrame, *, title: str, day: date) -> pd.DataFrame:
    """Return the accounting of the rows and how many lines of each kind there are: term and value.

    Parameters
    ----------
    found : DataFrame
        Of :func:`lines`.
    """
    counts = account(records)
    rows: list[tuple[str, Any]] = [
        (_("Lignes de"), title),
        (_("Lus"), counts.read),
        (_("Placés"), counts.placed),
        (_("À vérifier"), counts.review),
        (_("Rejetés"), counts.rejected),
        *((_("Non placés : {reason}").format(reason=_(REASON_WORDS.get(name, name))), rows_of)
          for name, rows_of in counts.reasons.items()),
        *((_("À regarder : {fault}").format(fault=_(words)), int((found["fault"] == name).sum()))
          for name, words in FAULT_WORDS.items()),
        (_("Que faire"), _("Remplissez la colonne « Correction » et renvoyez ce classeur, ou corrigez votre "
                           "fichier et renvoyez-le entier.")),
        (_("Fait le"), long_date(day)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[_("Terme"), _("Valeur")])


def workbook(records: pd.DataFrame, found: pd.DataFrame, *, title: str, day: date) -> bytes:
    """Return the workbook to send back: the accounting first, then each line with room for a correction.

    Parameters
    ----------
    records, found : DataFrame
        Shared records of one partner, source or import, and their :func:`lines`.
    """
    book = Workbook(write_only=True)
    add_sheet(book, _("Comptes"), accounts(records, found, title=title, day=day), widths=(44, 80))
    kept = [name for name in _HEADINGS if name != "sheet" or (found[name] != "").any()]
    table = found[kept].rename(columns={name: _(_HEADINGS[name][0]) for name in kept})
    widths = [*(_HEADINGS[name][1] for name in kept), 34]
    add_sheet(book, _("À corriger"), table.assign(**{_("Correction"): ""}), widths=widths)
    return saved(book, title=_("Lignes à corriger : {name}").format(name=title))
