"""The rows to be looked at: a table with a way to each record, and the workbook to send back."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo.i18n import _, language, ngettext, number
from geo.quality import FAULTS
from geo.report.faultwords import FAULT_WORDS
from geo.report.faulty import Papers, lines, workbook
from geo.sharing import READER, Audience
from geo.ui import data, downloads, keeping, sheets, state
from geo.ui.quality import UNNAMED, Asked, in_group, title_for

# Lines written out; the workbook has them all.
LINES_SHOWN: Final = 200
_KINDS: Final = (*FAULTS, "unread")
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RECORD_PAGE: Final = "enregistrement"


@st.cache_resource(max_entries=8, show_spinner=False)
def _lines(version: str, audience_key: str, lang: str, day: date, _audience: Audience) -> pd.DataFrame:
    found = keeping.kept(_audience)
    papers = Papers(found.statements, found.unread, data.ground().names, data.records().types)
    return lines(found.records, papers, day=day)


def every_line(audience: Audience) -> pd.DataFrame:
    """Return all lines to be looked at, in the reader's language."""
    return _lines(data.records().version, audience.key, language(), date.today(), audience)


def show(asked: Asked) -> None:
    """Show the choice of a kind of fault, the lines, and the workbook."""
    rows = in_group(asked.grouping, asked.group)
    own = every_line(keeping.keeper())
    own = own[own["label"].isin(rows)]
    counts = own["fault"].value_counts()

    def said(code: str) -> str:
        if not code:
            return _("Tout ({n})").format(n=number(len(own)))
        return _("{fault} ({n})").format(fault=_(FAULT_WORDS[code]), n=number(int(counts.get(code, 0))))

    with st.container(key="fault-asked", horizontal=True, vertical_alignment="bottom"):
        fault = state.select("lignes", _("Lignes"), ["", *_KINDS], words=said, default="", labels_change=True)
        if len(own):
            _offer(asked)
    table = listed(own[own["fault"] == fault] if fault else own)
    for text in filter(None, (table, withheld(rows))):
        st.html(text)


def withheld(rows: pd.Index) -> str:
    """Say how many unread cells are not shown to this reader; nothing where all are."""
    found = keeping.kept(keeping.keeper())
    hidden = int(found.unread_labels.isin(rows).sum()) - int(found.unread["label"].isin(rows).sum())
    text = ngettext(
        "{n} cellule illisible n'est pas montrée : ce type n'est partagé qu'à la commune.",
        "{n} cellules illisibles ne sont pas montrées : ces types ne sont partagés qu'à la commune.",
        hidden,
    )
    return sheets.paragraph(text.format(n=number(hidden)), "key") if hidden else ""


def listed(found: pd.DataFrame) -> str:
    """Return the lines as a table, each with the way to its record."""
    title = _("Lignes à corriger")
    if found.empty:
        return sheets.section(title, sheets.paragraph(_("Rien à corriger ici."), "empty"))
    ids, seen = keeping.ids(), keeping.kept().seen
    rows = [
        _row(row, str(ids[row["label"]]), seen=bool(seen[row["label"]]))
        for row in found.head(LINES_SHOWN).to_dict("records")
    ]
    heads = [
        *(_("Enregistrement"), _("Partenaire"), _("Type d'activité"), _("Fichier, ligne")),
        *(_("Colonne"), _("Lu"), _("Ce qui ne va pas"), _("Que faire")),
    ]
    table = sheets.sheet(heads, rows, caption=title)
    count = ngettext("{n} ligne.", "{n} lignes.", len(found)).format(n=number(len(found)))
    rest = len(found) - LINES_SHOWN
    more = _("{n} de plus dans le classeur.").format(n=number(rest)) if rest > 0 else ""
    return sheets.section(title, sheets.paragraph(f"{count} {more}".strip()), table)


def _row(row: Mapping[Any, Any], record_id: str, *, seen: bool) -> list[str]:
    name = str(row["record_key"]) or _("ouvrir")
    file = " · ".join(str(part) for part in (row["file_name"], row["sheet"]) if part)
    at = "" if pd.isna(row["file_row"]) else _("ligne {n}").format(n=number(row["file_row"]))
    names = str(row["candidates"])
    told = [str(row["wrong"]), *([_("candidats : {names}").format(names=names)] if names else [])]
    return [
        sheets.link(RECORD_PAGE, name, id=record_id),
        str(row["partner"]) or _("n. r."),
        str(row["activity_type"]),
        ", ".join(part for part in (file, at) if part) or (_("livré") if seen else _("non montré")),
        str(row["column"]),
        str(row["read"]),
        " · ".join(told),
        str(row["remedy"]),
    ]


# ---- the workbook ------------------------------------------------------------------------------------


def _offer(asked: Asked) -> None:
    """Show the button that makes the workbook of what is asked."""
    name = title_for(recipient(asked), asked)
    downloads.button(
        _("Classeur à renvoyer (XLSX)"),
        partial(content, asked, name, recipient(asked)),
        file_name=f"a_corriger_{_plain(name)}_{date.today():%Y%m%d}.xlsx",
        mime=_XLSX,
        key="faulty-xlsx",
        audience=recipient(asked),
    )


def recipient(asked: Asked) -> Audience:
    """Return for whom the workbook is: a partner's holds its own rows in full, another what all may see."""
    named = asked.grouping == "partner" and asked.group not in ("", UNNAMED)
    if named and keeping.keeps() and keeping.may_correct():
        return Audience("partner", asked.group)
    # Who keeps the records hands the others on; anyone else gets what the page shows them.
    return READER if keeping.keeps() else keeping.keeper()


def content(asked: Asked, name: str, audience: Audience) -> bytes:
    """Make the workbook of a group as its recipient may read it."""
    rows = in_group(asked.grouping, asked.group)
    found = every_line(audience)
    records = keeping.kept(audience).records.loc[rows]
    return workbook(records, found[found["label"].isin(rows)], title=name, day=date.today())


def _plain(name: str) -> str:
    letters = "".join(sign if sign.isalnum() else "_" for sign in name.lower())
    return "_".join(part for part in letters.split("_") if part)[:40]
