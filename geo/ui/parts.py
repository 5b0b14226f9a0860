"""Pieces of HTML: legend, table, badge, card. Text in, escaped text out; no Streamlit, no counting."""

import html
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from geo import words
from geo.classify import figure, unit_word
from geo.i18n import _, number

# Order and words of the columns of the table are those of `table`.
_NO_FIGURE: Final = "–"


def escaped(text: object) -> str:
    """``text`` as data for HTML, quotes included."""
    return html.escape(str(text), quote=True)


def swatch(klass: str) -> str:
    """Make the little box of a class; the word always stands beside it."""
    inner = "0" if klass == "zero" else ""
    return f"<i class='sw {escaped(klass)}' aria-hidden='true'>{inner}</i>"


def legend(rows: pd.DataFrame, *, title: str, rings: bool) -> str:
    """Make the legend as a definition list: swatch and class, and the units in it.

    Parameters
    ----------
    rows
        Of :func:`geo.classify.legend`.
    rings
        Whether some unit is an interval, so that the two rings need explaining.
    """
    entries = [
        f"<div><dt>{swatch(klass)}{escaped(words)}</dt><dd>{number(units)}</dd></div>"
        for klass, words, units in rows[["klass", "words", "units"]].itertuples(index=False, name=None)
    ]
    extra = []
    if rings:
        extra.append(
            f"<dt><i class='sw ring' aria-hidden='true'></i>{escaped(_('maximum de l’intervalle'))}</dt>"
        )
        extra.append(
            f"<dt><i class='sw ring open' aria-hidden='true'></i>{escaped(_('pas de maximum connu'))}</dt>"
        )
    extra.append(f"<dt><i class='sw dash' aria-hidden='true'></i>{escaped(_('limite indicative'))}</dt>")
    more = "".join(f"<div>{entry}<dd></dd></div>" for entry in extra)
    return (
        f"<section class='legend' aria-label='{escaped(_('Légende'))}'><h2>{escaped(title)}</h2>"
        f"<dl>{''.join(entries)}{more}</dl></section>"
    )


def points_legend(looks: Sequence[tuple[str, str, int]]) -> str:
    """Rows for the points layer: colour, name, number."""
    rows = "".join(
        f"<div><dt><i class='dot' style='background:{escaped(fill)}' aria-hidden='true'></i>"
        f"{escaped(name)}</dt><dd>{number(count)}</dd></div>"
        for name, fill, count in looks
    )
    return f"<section class='legend'><h3>{escaped(_('Points'))}</h3><dl>{rows}</dl></section>"


def badge(lines: Sequence[str], *, count: int) -> str:
    """Make the badge of what is known above the level drawn only; it colours nothing."""
    items = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    listed = f"<ul>{items}</ul>" if items else ""
    title = escaped(words.above_title(count))
    return f"<section class='badge'><p><b class='letter'>R</b> {title}</p>{listed}</section>"


def card(title: str, lines: Sequence[tuple[str, str]]) -> str:
    """Make the card of the chosen unit: a title and a few pairs of word and value."""
    rows = "".join(f"<div><dt>{escaped(term)}</dt><dd>{escaped(value)}</dd></div>" for term, value in lines)
    return f"<section class='card'><h2>{escaped(title)}</h2><dl>{rows}</dl></section>"


def _cell(value: float, state: str, unreported: int, end: str) -> str:
    if state == "zero":
        return figure(0)
    if state != "number":
        return _NO_FIGURE
    text = figure(value)
    return f"{text} +" if end == "max" and unreported else text


def _parents(level: str, cercle: str, region: str) -> str:
    return {"commune": f"{cercle} · {region}", "cercle": region}.get(level, "")


def _row(row: Any, level: str) -> str:
    # Cells and rows close themselves: a third of the bytes of 208 rows.
    least = _cell(row.value_min, row.state, row.value_open, "min")
    most = _cell(row.value_max, row.state, row.value_open, "max")
    inside = escaped(_parents(level, row.cercle_name, row.region_name))
    # A record known above the unit only is counted in the badge, not here.
    count = number(row.records) if row.presence else _NO_FIGURE
    return (
        f"<tr><td>{swatch(row.klass)}{escaped(row.words)}<th scope=row>{escaped(row.name)}<td>{inside}"
        f"<td class=n>{least}<td class=n>{most}<td class=n>{count}"
    )


def table(rows: pd.DataFrame, *, caption: str, level: str) -> str:
    """Make the table of units in the map's order, swatch and word first, with minimum and maximum apart.

    Parameters
    ----------
    rows
        ``name, cercle_name, region_name, klass, words, state, value_min, value_max, value_open, records,
        presence``.
    """
    heads = [_("Valeur"), unit_word(level, 1), _("Dans"), _("Min"), _("Max"), _("Enreg.")]
    head = "".join(f"<th scope='col'>{escaped(word)}</th>" for word in heads)
    body = "".join(_row(row, level) for row in rows.itertuples(index=False))
    label = escaped(caption)
    return (
        f"<div class='table' tabindex='0' role='region' aria-label='{label}'><table>"
        f"<caption>{label}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f"<p class='key'>{escaped(key_words())}</p>"
    )


def key_words() -> str:
    """Return the key of the signs used in a table."""
    return _(
        "0 : une source exhaustive couvre l'unité et n'en signale pas · aucun signalé : rien n'est signalé, "
        "aucune source exhaustive · n. r. : non rapporté · inconnu : l'état n'est pas connu · "
        "s. o. : sans objet · + : un enregistrement au moins ne donne pas de nombre"
    )
