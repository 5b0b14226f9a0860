"""Pieces of HTML: legend, table, badge, card. Text in, escaped text out; no Streamlit, no counting."""

import functools
import html
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pandas as pd

from geo import words
from geo.classify import figure, unit_word, value_words, withheld_key
from geo.i18n import _, language, ngettext, number, unbroken

# Order and words of the columns of the table are those of `table`.
_NO_FIGURE: Final = "–"
_MARKDOWN: Final = "\\`*_{}[]()#+-.!|~$:<>&"
_MADE_ANYWAY: Final = re.compile(
    r"(?:https?|www|mailto|xmpp)(?=[:.])|(?<=\S)@|:(?=\w)|[<>~-](?=[-=>])", re.IGNORECASE
)
_SIGNS: Final = re.compile("[&<>\"']")
_BLANKS: Final = re.compile(r"[ \t\r\n\u2028\u2029]+")


def escaped(text: object) -> str:
    """``text`` as data for HTML, quotes included."""
    written = str(text)
    # A table of 208 communes has a thousand texts, and hardly one with a sign in it.
    return html.escape(written, quote=True) if _SIGNS.search(written) else written


def label_text(text: str) -> str:
    """``text`` with the signs of Markdown made harmless: the label of a widget is read as Markdown.

    An image in a label would be asked for from wherever it says, by every reader.
    """
    # Addresses, icons and arrows are made even of escaped signs: a joiner that nobody sees parts them.
    parted = _MADE_ANYWAY.sub("\\g<0>\u2060", _BLANKS.sub(" ", text).strip(" "))
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in parted)


def spoken_text(text: str) -> str:
    """``text`` without the signs of Markdown, for a label that is heard and not shown.

    >>> spoken_text("Nombre (total)")
    'Nombre total'
    """
    return " ".join("".join(" " if sign in _MARKDOWN else sign for sign in text).split())


@functools.lru_cache(maxsize=256)
def swatch(klass: str, mark: str = "") -> str:
    """Make the little box of a class, with the letters that the map writes; the word stands beside it."""
    inner = "0" if klass == "zero" else escaped(mark)
    return f"<i class='sw {escaped(klass)}' aria-hidden='true'>{inner}</i>"


def legend(rows: pd.DataFrame, *, title: str, rings: bool) -> str:
    """Make the legend as a definition list: swatch and class, and the units in it.

    Parameters
    ----------
    rows
        Of :func:`geo.classify.legend`; ``mark`` where the map writes letters.
    rings
        Whether some unit is an interval, so that the two rings need explaining.
    """
    listed = list(_legend_rows(rows))
    entries = [
        f"<div><dt>{swatch(klass, mark)}{escaped(words)}</dt><dd>{number(units)}</dd></div>"
        for klass, words, units, mark in listed
    ]
    extra = []
    if rings:
        extra += [("ring", _("maximum de l’intervalle")), ("ring open", _("pas de maximum connu"))]
    extra.append(("dash", _("limite indicative")))
    more = "".join(
        f"<div><dt><i class='sw {klass}' aria-hidden='true'></i>{escaped(words)}</dt><dd></dd></div>"
        for klass, words in extra
    )
    label = escaped(_("Légende"))
    kept = any(klass == "withheld" and units for klass, _said, units, _mark in listed)
    # On a narrow screen the legend is one line that opens; the style sheet hides the line elsewhere.
    fold = ngettext("{n} classe · voir", "{n} classes · voir", len(rows)).format(n=number(len(rows)))
    return (
        f"<details class='legend-fold'><summary>{escaped(fold)}</summary></details>"
        f"<section class='legend' aria-label='{label}'><h2>{escaped(title)}</h2>"
        f"<dl>{''.join(entries)}{more}</dl>{_kept_words(kept)}</section>"
    )


def _kept_words(kept: bool) -> str:
    """Say what *withheld* stands for, beneath what shows it."""
    return f"<p class='key'>{escaped(withheld_key())}</p>" if kept else ""


def _legend_rows(rows: pd.DataFrame) -> Iterable[tuple[str, str, int, str]]:
    marks = rows["mark"].tolist() if "mark" in rows else [""] * len(rows)
    return zip(*(rows[name].tolist() for name in ("klass", "words", "units")), marks, strict=True)


def points_legend(looks: Sequence[tuple[str, str, int]], *, clustered: bool) -> str:
    """Rows for the points layer: symbol (a state, by its code), name, number; and how a cluster looks."""
    rows = "".join(
        f"<div><dt><i class='dot {escaped(look)}' aria-hidden='true'></i>"
        f"{escaped(name)}</dt><dd>{number(count)}</dd></div>"
        for look, name, count in looks
    )
    if clustered:
        words = escaped(_("plusieurs points, un clic rapproche"))
        rows += f"<div><dt><i class='dot cluster' aria-hidden='true'>n</i>{words}</dt><dd></dd></div>"
    title = escaped(_("Points"))
    return f"<section class='legend' aria-label='{title}'><h3>{title}</h3><dl>{rows}</dl></section>"


def assumptions(lines: Sequence[str]) -> str:
    """Make the line of what was taken for granted, as every file says it."""
    text = _("Hypothèses : {text}").format(text=(" ; " if language() == "fr" else "; ").join(lines))
    return f"<p class='key'>{escaped(unbroken(text))}</p>"


def filters_fold(count: int) -> str:
    """Make the line that opens the filters on a narrow screen; hidden elsewhere by the style sheet."""
    words = _("Filtres ({n})").format(n=number(count)) if count else _("Filtres")
    return f"<details class='filters-fold'><summary>{escaped(words)}</summary></details>"


def note(text: str, look: str = "empty") -> str:
    """Make a paragraph in a box: ``empty`` for a word beside, ``notice`` for a warning."""
    return f"<p class='{escaped(look)}' role='note'>{escaped(text)}</p>"


def badge(lines: Sequence[str], *, count: int) -> str:
    """Make the badge of what is known above the level drawn only; it colours nothing."""
    items = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    listed = f"<ul>{items}</ul>" if items else ""
    title = escaped(words.above_title(count))
    return f"<section class='badge'><p><b class='letter'>R</b> {title}</p>{listed}</section>"


def card(title: str, lines: Sequence[tuple[str, str]]) -> str:
    """Make the card of the chosen unit: a title and a few pairs of word and value."""
    rows = "".join(f"<div><dt>{escaped(term)}</dt><dd>{escaped(value)}</dd></div>" for term, value in lines)
    kept = any(value == value_words("withheld", 0, 0, 0) for _term, value in lines)
    return f"<section class='card'><h2>{escaped(title)}</h2><dl>{rows}</dl>{_kept_words(kept)}</section>"


def _cell(value: float, state: str, unreported: int, end: str) -> str:
    if state == "zero":
        return figure(0)
    if state != "number":
        return _NO_FIGURE
    text = figure(value)
    return f"{text} +" if end == "max" and unreported else text


def _parents(level: str, cercle: str, region: str) -> str:
    return {"commune": f"{cercle} · {region}", "cercle": region}.get(level, "")


class _Row(NamedTuple):
    klass: str
    words: str
    name: str
    cercle_name: str
    region_name: str
    state: str
    value_min: float
    value_max: float
    value_open: int
    records: int
    presence: bool


def _row(row: _Row, level: str) -> str:
    # Cells and rows close themselves: a third of the bytes of 208 rows.
    least = _cell(row.value_min, row.state, row.value_open, "min")
    most = _cell(row.value_max, row.state, row.value_open, "max")
    inside = escaped(_parents(level, row.cercle_name, row.region_name))
    # A record known above the unit only is counted in the badge, not here.
    count = number(row.records) if row.presence and row.records else _NO_FIGURE
    return (
        f"<tr><td>{swatch(row.klass)}{escaped(row.words)}<th scope=row>{escaped(row.name)}<td>{inside}"
        f"<td class=n>{least}<td class=n>{most}<td class=n>{count}"
    )


def table(units: pd.DataFrame, places: Sequence[int], *, caption: str, level: str) -> str:
    """Make the table of units, swatch and word first, with minimum and maximum apart.

    Parameters
    ----------
    units
        ``name, cercle_name, region_name, klass, words, state, value_min, value_max, value_open, records,
        presence``.
    places
        Rows of ``units`` to show, in their order.
    """
    heads = [_("Valeur"), unit_word(level, 1), _("Dans"), _("Min"), _("Max"), _("Enreg.")]
    head = "".join(f"<th scope='col'>{escaped(word)}</th>" for word in heads)
    # Columns of text are read whole: cell by cell they take longer than the table.
    rows = list(map(_Row, *(units[name].tolist() for name in _Row._fields)))
    body = "".join(_row(rows[place], level) for place in places)
    label = escaped(caption)
    withheld = any(rows[place].state == "withheld" for place in places)
    key = f"{key_words()} · {withheld_key()}" if withheld else key_words()
    return (
        f"<div class='table' tabindex='0' role='region' aria-label='{label}'><table>"
        f"<caption>{label}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f"<p class='key'>{escaped(key)}</p>"
    )


def key_words() -> str:
    """Return the key of the signs used in a table."""
    return _(
        "0 : une source exhaustive couvre l'unité et n'en signale pas · aucun signalé : rien n'est signalé, "
        "aucune source exhaustive · n. r. : non rapporté · inconnu : l'état n'est pas connu · "
        "s. o. : sans objet · + : un enregistrement au moins ne donne pas de nombre"
    )
