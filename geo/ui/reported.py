"""Who has reported for which quarter, what was received last, and the list of whom to remind."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st
from openpyxl import Workbook

from geo import reporting, words
from geo.i18n import _, ngettext, number
from geo.io.records import csv_text
from geo.reporting import Quarter
from geo.ui import data, downloads, keeping, sheets, state
from geo.ui.partners import MIMES
from geo.ui.quality import UNNAMED, group_words
from geo.ui.sheets import Html

_QUARTERS: Final = ("4", "8", "12", "20")
_MONTHS: Final = ("3", "6", "9", "12", "24", "36")
# Columns of the matrix that are no quarter, see geo.reporting.periods.
_BEFORE, _UNDATED = -1, -2
# On a phone, where the matrix is a list by partner, what is not reported takes no line.
_NONE: Final = Html("<span class='none'>·</span>")


@st.cache_resource(max_entries=16, show_spinner=False)
def _periods(version: str, audience: str, count: int, day: date) -> pd.DataFrame:
    found = keeping.kept(keeping.keeper())
    among = reporting.quarters(day, count)
    return reporting.periods(found.whole, found.groups("partner"), among=among)


@st.cache_resource(max_entries=16, show_spinner=False)
def _last(version: str, audience: str) -> pd.DataFrame:
    found = keeping.kept(keeping.keeper())
    return reporting.last_reported(found.whole, found.groups("partner"), found.received)


def last() -> pd.DataFrame:
    """Return when each partner's records were last received and what they speak of last."""
    return _last(data.records().version, keeping.keeper().key)


def show() -> None:
    """Show the matrix of partners and quarters, then whom to remind."""
    if last().empty:
        text = sheets.paragraph(_("Aucun enregistrement à compter."), "empty")
        st.html(sheets.section(_("Qui a rapporté pour quelle période"), text))
        return
    count = state.select(
        "trimestres",
        _("Trimestres montrés"),
        _QUARTERS,
        words=lambda code: _("{n} derniers trimestres").format(n=code),
        default="8",
    )
    st.html(matrix(int(count), day=date.today()))
    months = state.select(
        "mois",
        _("Relancer après"),
        _MONTHS,
        words=lambda code: _("{n} mois sans envoi").format(n=code),
        default="6",
    )
    late = reporting.to_remind(_named(last()), months=int(months), day=date.today())
    st.html(reminders(late, months=int(months)))
    if len(late):
        _offer(late, int(months))


def _named(found: pd.DataFrame) -> pd.DataFrame:
    return found[found["partner"] != ""]


def matrix(count: int, *, day: date) -> str:
    """Return partners by quarter: for how many records each has reported; ``·`` is none reported."""
    among = reporting.quarters(day, count)
    found = _periods(data.records().version, keeping.keeper().key, count, day)
    cells = {
        (str(row["partner"]), int(row["period"])): (int(row["least"]), int(row["most"]))
        for row in found.to_dict("records")
    }
    columns = [_BEFORE, *range(count), _UNDATED]
    rows = [
        [
            group_words(row["partner"] or UNNAMED, "partner"),
            *(_cell(cells.get((row["partner"], column))) for column in columns),
            _day(row["received"]),
        ]
        for row in last().to_dict("records")
    ]
    heads = [
        *(_("Partenaire"), _("Avant"), *(_quarter(each) for each in among)),
        *(_("Sans date"), _("Reçu en dernier")),
    ]
    title = _("Qui a rapporté pour quelle période")
    table = sheets.sheet(heads, rows, caption=title, numeric=range(1, len(columns) + 1))
    text = _(
        "Enregistrements qui parlent de chaque trimestre ; « 0 à 3 » : la date ne dit que l'année ; · : "
        "aucun signalé. Reçu en dernier : jour de l'import, sinon date de la source."
    )
    return sheets.section(title, f"<div class='wide-table'>{table}</div>", sheets.paragraph(text, "key"))


def _cell(bounds: tuple[int, int] | None) -> str:
    if bounds is None:
        return _NONE
    least, most = bounds
    if least == most:
        return number(least)
    return _("{least} à {most}").format(least=number(least), most=number(most))


def _quarter(each: Quarter) -> str:
    year, number_of = each
    return _("T{number} {year}").format(number=number_of, year=year)


def _day(text: str) -> str:
    return words.day(text) if text else _("inconnu")


def reminders(late: pd.DataFrame, *, months: int) -> str:
    """Return the partners whose last report is older than so many months."""
    title = _("À relancer")
    unnamed = int(last().loc[last()["partner"] == "", "records"].sum())
    apart = ngettext(
        "{n} enregistrement sans partenaire nommé : personne à relancer.",
        "{n} enregistrements sans partenaire nommé : personne à relancer.",
        unnamed,
    ).format(n=number(unnamed))
    notes = sheets.paragraph(apart, "key") if unnamed else ""
    if late.empty:
        text = _("Aucun partenaire n'est silencieux depuis plus de {n} mois.").format(n=number(months))
        return sheets.section(title, sheets.paragraph(text, "empty"), notes)
    rows = [
        [
            str(row["partner"]),
            _day(str(row["received"])),
            _("inconnu") if pd.isna(row["months"]) else number(int(row["months"])),
            _day(str(row["speaks_of"])),
            number(int(row["records"])),
        ]
        for row in late.to_dict("records")
    ]
    table = sheets.sheet(_heads(), rows, caption=title, numeric=(2, 4))
    return sheets.section(title, table, notes)


def _heads() -> list[str]:
    return [
        *(_("Partenaire"), _("Reçu en dernier"), _("Mois depuis")),
        *(_("Dernière date dont il parle"), _("Enregistrements")),
    ]


# ---- files ------------------------------------------------------------------------------------------


def as_table(late: pd.DataFrame) -> pd.DataFrame:
    """Return the list to remind as it goes into a file: organisations, dates and counts, no person."""
    columns = ["partner", "received", "months", "speaks_of", "records"]
    return late[columns].set_axis(_heads(), axis=1)


def _offer(late: pd.DataFrame, months: int) -> None:
    files: Sequence[tuple[str, str, Callable[[pd.DataFrame], bytes]]] = (
        ("csv", _("Liste à relancer (CSV)"), _csv),
        ("xlsx", _("Liste à relancer (XLSX)"), _xlsx),
    )
    with st.container(key="remind-files", horizontal=True):
        for ending, text, make in files:
            downloads.button(
                text,
                partial(make, as_table(late)),
                file_name=f"a_relancer_{months}_mois_{date.today():%Y%m%d}.{ending}",
                mime=MIMES[ending],
                key=f"remind-{ending}",
                rows=len(late),
            )


def _csv(table: pd.DataFrame) -> bytes:
    return csv_text(table).encode("utf-8-sig")


def _xlsx(table: pd.DataFrame) -> bytes:
    from geo.report.workbook import add_sheet, saved  # noqa: PLC0415

    book = Workbook(write_only=True)
    add_sheet(book, _("À relancer"), table)
    return saved(book, title=_("À relancer"))
