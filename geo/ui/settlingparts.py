"""What the page of doubtful places says: a group, a candidate, the decisions. Text in, escaped text out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import pcodes
from geo.activities import Source
from geo.choices import PLACE, POSITION
from geo.classify import unit_word
from geo.counting import SEPARATOR
from geo.i18n import _, ngettext, number, short_date, unbroken
from geo.report.accounting import REASON_WORDS, accounting_line
from geo.settings import LEVELS, STATIC_DIR
from geo.store.review import Waiting
from geo.ui import sheets
from geo.ui.data import Ground
from geo.ui.parts import escaped
from geo.ui.placewords import described

_PARTNERS_NAMED: Final = 4


@st.cache_data(show_spinner=False)
def _style(changed: float) -> str:
    return f"<style>{(STATIC_DIR / 'lieux.css').read_text(encoding='utf-8')}</style>"


def style() -> None:
    """Send the look of this page's own parts."""
    st.html(_style((STATIC_DIR / "lieux.css").stat().st_mtime))


def row_words(count: int) -> str:
    """``12 lignes``."""
    # A count out of a frame is no int to gettext.
    return ngettext("{n} ligne", "{n} lignes", int(count)).format(n=number(count))


def reason_words(reason: str) -> str:
    """Return why rows wait, in words."""
    return _(REASON_WORDS[reason]) if reason in REASON_WORDS else reason


def written(group: Mapping[Any, Any]) -> str:
    """Return what the rows of a group say, as a title."""
    if group["kind"] != POSITION:
        return _("« {text} »").format(text=group["text"])
    words = ngettext("{n} position", "{n} positions", int(group["rows"]))
    return words.format(n=number(group["rows"]))


def above(group: Mapping[Any, Any]) -> str:
    """Return the parents that are stated, nearest first."""
    return " · ".join(word for word in (group["cercle"], group["region"]) if word)


def parents(group: Mapping[Any, Any]) -> str:
    """Return the level and the parents that are stated, in words."""
    place = above(group)
    if group["kind"] == PLACE:
        return place
    if group["kind"] == POSITION:
        return _("lieu indiqué : {place}").format(place=place) if place else _("aucun lieu indiqué")
    stated = group["level"]
    level = unit_word(stated, 1) if stated in LEVELS else ""
    if not place:
        return _("{level}, sans parent indiqué").format(level=level)
    return _("{level} dans {place}").format(level=level, place=place)


def heading(group: Mapping[Any, Any], *, place: int, count: int, sources: Mapping[str, Source]) -> str:
    """Make the heading of the group that is open: what is written, why it waits, who wrote it."""
    titles = [_title(name, sources) for name in str(group["sources"]).split(SEPARATOR) if name]
    said = [parents(group), reason_words(group["reason"])]
    if group["kind"] == POSITION and group["rows"] == 1:
        said.insert(0, str(group["text"]))
    lines = [
        unbroken(" · ".join(filter(None, said))),
        unbroken(_("Source : {names}").format(names=", ".join(titles))),
    ]
    if partners := [name for name in str(group["partners"]).split(SEPARATOR) if name]:
        named = ", ".join(partners[:_PARTNERS_NAMED]) + ("…" if len(partners) > _PARTNERS_NAMED else "")
        lines.append(unbroken(_("Partenaires : {names}").format(names=named)))
    where = _("Groupe {n} sur {all} · {rows}").format(
        n=number(place + 1), all=number(count), rows=row_words(group["rows"])
    )
    body = "".join(f"<p>{escaped(line)}</p>" for line in lines)
    return (
        f"<section class='group' data-group='{escaped(group['group'])}'><p class='where'>{escaped(where)}</p>"
        f"<h2>{escaped(unbroken(written(group)))}</h2>{body}</section>"
    )


def _title(source_id: str, sources: Mapping[str, Source]) -> str:
    return sources[source_id].words("title") or source_id if source_id in sources else source_id


def choice(row: Mapping[Any, Any], ground: Ground) -> str:
    """Make what is said of one candidate beside its button."""
    where = described(row["pcode"], row["level"], ground)
    return (
        f"<div class='choice'><i class='pin' aria-hidden='true'>{escaped(row['letter'])}</i><div>"
        f"<b>{escaped(row['name'])}</b> <small>{escaped(where)}</small>"
        f"<p>{escaped(unbroken(row['reason']))}</p></div></div>"
    )


def before_and_now(before: Waiting, now: Waiting) -> str:
    """Make the lines under the accounting: what it was when this visit began, and what is left."""
    lines = []
    if before.accounting != now.accounting:
        lines.append(_("Au début de cette visite : {line}").format(line=_line(before)))
    waiting = ngettext("{n} groupe à régler", "{n} groupes à régler", len(now.groups))
    asked = {each for numbers in now.groups["record_ids"] for each in numbers}
    of_imports = _("{rows} des fichiers importés").format(rows=row_words(len(asked)))
    lines.append(f"{waiting.format(n=number(len(now.groups)))} · {of_imports}")
    if now.unplaced:
        words = ngettext(
            "{n} ligne réglée sans unité reste à vérifier dans le compte",
            "{n} lignes réglées sans unité restent à vérifier dans le compte",
            int(now.unplaced),
        )
        lines[-1] += " · " + words.format(n=number(now.unplaced))
    return "".join(f"<p class='left'>{escaped(line)}</p>" for line in lines)


def _line(waiting: Waiting) -> str:
    counts = waiting.accounting
    return accounting_line(counts.read, counts.placed, counts.review, counts.rejected)


def unit_words(pcode: str, ground: Ground) -> str:
    """Return what a decision chose: the unit with its level, or none of ours."""
    if not pcode:
        return _("aucune des nôtres")
    level = pcodes.level(pcode)
    if pcode not in ground.names or not level:
        return pcode
    return f"{ground.names[pcode]} ({unit_word(level, 1)})"


def decision_words(row: Mapping[Any, Any], ground: Ground) -> str:
    """Return one decision as a line: what was written, what it means, who said so."""
    return _("« {text} » → {unit} · {who}").format(
        text=row["text"], unit=unit_words(row["pcode"], ground), who=row["decided_by"] or "–"
    )


def decisions(table: pd.DataFrame, ground: Ground) -> str:
    """Make the table of decisions, the latest first."""
    heads = [_("N°"), _("Écrit"), _("Parents"), _("Décidé"), _("Lignes"), _("Par, le"), _("Note"), _("État")]
    rows = [_decision(row, ground) for row in table.to_dict("records")]
    return sheets.sheet(heads, rows, caption=_("Décisions"), numeric=(4,))


def _decision(row: Mapping[Any, Any], ground: Ground) -> list[str]:
    state = _("en usage")
    if row["revoked_at"]:
        state = _("révoquée le {day} par {who}").format(day=_day(row["revoked_at"]), who=row["revoked_by"])
    return [
        number(row["id"]),
        row["text"],
        " · ".join(word for word in (row["cercle"], row["region"]) if word),
        unit_words(row["pcode"], ground),
        _("n. r.") if pd.isna(row["rows"]) else number(row["rows"]),
        f"{row['decided_by'] or '–'}, {_day(row['decided_at'])}",
        row["note"],
        state,
    ]


def _day(moment: str) -> str:
    return short_date(datetime.fromisoformat(moment).date())


def empty(text: str, *links: str) -> str:
    """Make the box of a page with nothing to settle, with what to do next."""
    return f"<p class='empty' role='status'>{escaped(unbroken(text))} {' · '.join(links)}</p>"
