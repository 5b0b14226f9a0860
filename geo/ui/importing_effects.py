"""Import, step 3: totals of the area before and after, and the rows that explain a difference."""

from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import effects, words
from geo.classify import figure, value_words
from geo.i18n import _, language, number, unbroken
from geo.report.accounting import REASON_WORDS
from geo.ui import data, sheets

# Rows of a table on the page.
SHOWN: Final = 200


def show(totals: pd.DataFrame, displaced: pd.DataFrame) -> None:
    """Show what an import does to the totals; nothing where it brings no type that is counted."""
    if totals.empty:
        return
    title = _("Totaux de la zone, avant et après")
    heads = [_("Type et mesure"), _("Avant"), _("Après"), _("Écart")]
    rows = [_total(row) for row in totals.to_dict("records")]
    st.html(sheets.section(title, sheets.sheet(heads, rows, caption=title, numeric=(1, 2, 3))))
    if displaced.empty:
        return
    found = effects.explained(displaced, totals, data.ground().frame.focus, data.records().types)
    st.html(sheets.bullets([_balance(row) for row in found.balances.to_dict("records")]))
    _listed(found.rows)


def _named(row: dict[Any, Any]) -> str:
    name, kind = words.MEASURES[row["measure"]], data.records().types[row["activity_type"]]
    return " · ".join((kind.label, _(name)))


def _total(row: dict[Any, Any]) -> list[str]:
    ends = [[row[f"{when}_{end}"] for end in ("min", "max", "open")] for when in ("before", "after")]
    said = [value_words("number", float(least), float(most), int(open_)) for least, most, open_ in ends]
    exact = all(least == most and not open_ for least, most, open_ in ends)
    return [_named(row), *said, _step(ends[1][0] - ends[0][0]) if exact else "–"]


def _step(change: float) -> str:
    return "0" if not change else f"{'+' if change > 0 else '−'}{figure(abs(change))}"


def _balance(row: dict[Any, Any]) -> str:
    """Say what a change is made of."""
    told = _(
        "{what} : écart {change} ; à vérifier {waiting}, placés hors de la zone {left}, venus d'ailleurs "
        "{came}"
    ).format(
        what=_named(row),
        change=_step(row["change"]),
        **{name: figure(row[name]) for name in ("waiting", "left", "came")},
    )
    rest = (
        _("autres différences du fichier : {n}").format(n=_step(row["rest"]))
        if row["rest"]
        else _("tout est expliqué")
    )
    return unbroken((" ; " if language() == "fr" else "; ").join((told, rest)))


def _listed(rows: pd.DataFrame) -> None:
    names = words.unit_names(data.ground().frame)
    states = {name: _(text) for name, text in words.FUNCTIONALITIES.items()}
    table = [
        [
            str(row["row"]),
            states.get(row["functionality"], row["functionality"]) or "–",
            names.get(row["unit_before"], row["unit_before"]),
            names.get(row["unit_after"], row["unit_after"]) if row["unit_after"] else _("à vérifier"),
            _why(row),
            _("oui") if row["changes"] else _("non"),
        ]
        for row in rows.head(SHOWN).to_dict("records")
    ]
    title = _("Lignes qui expliquent l'écart")
    heads = [
        _("Ligne"),
        _("État"),
        _("Comptée avant à"),
        _("Maintenant"),
        _("Pourquoi"),
        _("Change le total"),
    ]
    note = _(
        "« à … km de la limite » : la ligne du fichier la plus proche de la commune qui en comptait "
        "davantage ; les limites livrées sont simplifiées."
    )
    with st.expander(f"{title} ({number(len(rows))})", expanded=True):
        st.html(sheets.sheet(heads, table, caption=title) + sheets.paragraph(note, "key"))


def _why(row: dict[Any, Any]) -> str:
    if reason := row["reason"]:
        return _(REASON_WORDS.get(reason, reason))
    return _("à {km} km de la limite").format(km=number(row["distance_km"], 2))
