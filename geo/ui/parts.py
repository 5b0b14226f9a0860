"""Pieces of HTML: legend, table, badge, card. Text in, escaped text out; no Streamlit, no counting."""

import html
from collections.abc import Sequence
from typing import Final

import pandas as pd

from geo.classify import figure, unit_word
from geo.i18n import _, ngettext, number

# Order and words of the columns of the table are those of `table`.
_NO_FIGURE: Final = "–"


def escaped(text: object) -> str:
    """``text`` as data for HTML, quotes included."""
    return html.escape(str(text), quote=True)


def swatch(klass: str) -> str:
    """The little box of a class; the word always stands beside it."""
    inner = "0" if klass == "zero" else ""
    return f"<i class='sw {escaped(klass)}' aria-hidden='true'>{inner}</i>"


def legend(rows: pd.DataFrame, *, title: str, level: str, rings: bool) -> str:
    """The legend as a definition list: swatch and class, and the units in it.

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
    head = escaped(unit_word(level, 2))
    return (
        f"<section class='legend' aria-label='{escaped(_('Légende'))}'><h2>{escaped(title)}</h2>"
        f"<p class='legend-unit'>{head}</p><dl>{''.join(entries)}{more}</dl></section>"
    )


def points_legend(looks: Sequence[tuple[str, str, int]]) -> str:
    """Rows for the points layer: colour, name, number."""
    rows = "".join(
        f"<div><dt><i class='dot' style='background:{escaped(fill)}' aria-hidden='true'></i>{escaped(name)}</dt>"
        f"<dd>{number(count)}</dd></div>"
        for name, fill, count in looks
    )
    return f"<section class='legend'><h3>{escaped(_('Points'))}</h3><dl>{rows}</dl></section>"


def badge(lines: Sequence[str], *, count: int) -> str:
    """The badge of what is known above the level drawn only; it colours nothing."""
    title = ngettext(
        "connu au niveau supérieur : {n} enregistrement",
        "connu au niveau supérieur : {n} enregistrements",
        count,
    ).format(n=number(count))
    items = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    return (
        f"<section class='badge'><p><b class='letter'>R</b> {escaped(title)}</p>{f'<ul>{items}</ul>' if items else ''}"
        "</section>"
    )


def card(title: str, lines: Sequence[tuple[str, str]]) -> str:
    """The chosen unit: a title and a few pairs of word and value."""
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


def table(rows: pd.DataFrame, *, caption: str, level: str) -> str:
    """The units in the map's order, swatch and word first, with minimum and maximum apart.

    Parameters
    ----------
    rows
        ``name, cercle_name, region_name, klass, words, state, value_min, value_max, value_open, records``.
    """
    heads = [_("Valeur"), unit_word(level, 1), _("Dans"), _("Min"), _("Max"), _("Enreg.")]
    head = "".join(f"<th scope='col'>{escaped(word)}</th>" for word in heads)
    columns = [
        "klass",
        "words",
        "name",
        "cercle_name",
        "region_name",
        "state",
        "value_min",
        "value_max",
        "value_open",
        "records",
    ]
    body = "".join(
        f"<tr><td>{swatch(klass)}{escaped(words)}<th scope=row>{escaped(name)}<td>{escaped(_parents(level, cercle, region))}"
        f"<td class=n>{_cell(least, state, unreported, 'min')}<td class=n>{_cell(most, state, unreported, 'max')}"
        f"<td class=n>{number(count)}"
        for klass, words, name, cercle, region, state, least, most, unreported, count in rows[
            columns
        ].itertuples(index=False, name=None)
    )
    return (
        f"<div class='table' tabindex='0' role='region' aria-label='{escaped(caption)}'><table>"
        f"<caption>{escaped(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f"<p class='key'>{escaped(key_words())}</p>"
    )


def key_words() -> str:
    """The key of the signs used in a table."""
    return _(
        "0 : une source exhaustive couvre l'unité et n'en signale pas · aucun signalé : rien n'est signalé, "
        "aucune source exhaustive · n. r. : non rapporté · inconnu : l'état n'est pas connu · s. o. : sans objet · "
        "+ : un enregistrement au moins ne donne pas de nombre"
    )
