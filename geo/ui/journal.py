"""The page of the journal: what is asked of it, its latest lines, and all of them as a file."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import pandas as pd
import streamlit as st

from geo import words
from geo.acts import ACTS, KINDS, act_words, kind_words, role_words, what_words
from geo.i18n import N_, _, ngettext, number
from geo.report.journal import journal_csv, journal_xlsx
from geo.store import audit
from geo.ui import downloads, sheets, state, who
from geo.ui.page import MENU
from geo.ui.partners import MIMES

# Lines on the page; a file has all of them.
SHOWN: Final = 100
# Days of each period that can be asked for.
_PERIODS: Final = {"jour": 1, "semaine": 7, "mois": 30, "annee": 365, "tout": 0}
_PERIOD_WORDS: Final = {
    "jour": N_("Dernières 24 heures"),
    "semaine": N_("7 derniers jours"),
    "mois": N_("30 derniers jours"),
    "annee": N_("12 derniers mois"),
    "tout": N_("Depuis le début"),
}


class Asked(NamedTuple):
    """What the reader asks of the journal; ``""`` asks for all."""

    kind: str
    act: str
    who: str
    period: str

    def entries(self) -> pd.DataFrame:
        """Return the lines that are asked for, the latest first."""
        days = _PERIODS[self.period]
        since = datetime.now(UTC) - timedelta(days=days)
        named = tuple(filter(None, [self.act or self.kind]))
        begins = since.isoformat(timespec="seconds") if days else ""
        return audit.entries(kinds=named, who=self.who, since=begins)


def ask() -> Asked:
    """Show the choices of the page and return what is asked."""
    st.html(sheets.paragraph(_intro(), "key"))
    with st.container(key="journal-asked", horizontal=True):
        kind = state.select(
            "genre",
            _("Genre"),
            ["", *KINDS],
            words=lambda name: kind_words(name) if name else _("Tous"),
            default="",
        )
        of_kind = [name for name, act in ACTS.items() if not kind or act.kind == kind]
        act = state.select(
            "acte",
            _("Acte"),
            ["", *of_kind],
            words=lambda name: act_words(name) if name else _("Tous"),
            default="",
        )
        who = state.select(
            "qui", _("Qui"), ["", *audit.people()], words=lambda name: name or _("Tous"), default=""
        )
        period = state.select(
            "periode",
            _("Période"),
            list(_PERIODS),
            words=lambda name: _(_PERIOD_WORDS[name]),
            default="mois",
        )
    return Asked(kind, act, who, period)


def _intro() -> str:
    return _(
        "Imports, décisions, réglages, fichiers produits et connexions. Les lignes s'ajoutent, ne changent "
        "pas et sont gardées sans limite de durée ; ni mot de passe, ni contenu d'un enregistrement."
    )


def show(asked: Asked) -> None:
    """Show the latest lines that are asked for, and the files of all of them."""
    found = asked.entries()
    if found.empty:
        st.html(sheets.paragraph(_nothing(asked), "empty"))
        return
    _offer(asked, found)
    count = ngettext("{n} ligne", "{n} lignes", len(found)).format(n=number(len(found)))
    if len(found) > SHOWN:
        text = _("{count} ; les {shown} dernières sont montrées, les fichiers les ont toutes.")
        count = text.format(count=count, shown=number(SHOWN))
    st.html(sheets.section(count, _table(found.head(SHOWN))))


def _nothing(asked: Asked) -> str:
    if asked == Asked("", "", "", "tout"):
        return _("Le journal est vide : rien n'a encore été importé, décidé, réglé ni produit.")
    return _("Aucune ligne pour ces choix. Élargissez la période, ou choisissez « Tous ».")


def _table(found: pd.DataFrame) -> str:
    heads = (_("Moment (UTC)"), _("Qui"), _("Acte"), _("De quoi"), _("Vue"), _("Pour qui"), _("Lignes"))
    rows = [_cells(row) for row in found.to_dict("records")]
    made = sheets.sheet(list(heads), rows, caption=_("Journal"), numeric=(len(heads) - 1,))
    return f"<div class='wide-table'>{made}</div>"


def _cells(row: dict[Any, Any]) -> list[str]:
    who = row["who"] or _("inconnu")
    return [
        f"{words.day(row['at'][:10])} {row['at'][11:19]}",
        f"{who} ({role_words(row['role'])})" if row["role"] else who,
        act_words(row["action"]),
        what_words(row["action"], row["details"], row["about"]),
        _view(row["view"]),
        role_words(row["audience"]) if row["audience"] else "",
        "" if pd.isna(row["rows"]) else number(int(row["rows"])),
    ]


def _view(text: str) -> str:
    """Return a view of a page as a way back to it; the words of a command as they were typed."""
    page, _mark, query = text.partition("?")
    title = dict(MENU).get(f"pages/{page}.py")
    if title is None:
        return text
    asked = {name: value for name, value in parse_qsl(query) if name != "lang"}
    return sheets.link(page, _(title), **asked)


def _offer(asked: Asked, found: pd.DataFrame) -> None:
    stem = f"journal_{datetime.now(UTC):%Y%m%d}"
    files = (
        ("csv", _("Tableau CSV"), journal_csv),
        ("xlsx", _("Classeur XLSX"), journal_xlsx),
    )
    with st.container(key="journal-files", horizontal=True):
        for ending, label, make in files:
            downloads.button(
                label,
                partial(make, found),
                file_name=f"{stem}.{ending}",
                mime=MIMES[ending],
                key=f"journal-{ending}",
                rows=len(found),
                audience=who.who().audience,
            )
