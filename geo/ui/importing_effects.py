"""Import, step 3: totals of the area before and after, and the rows that explain a difference."""

from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import effects, words
from geo.classify import figure, value_words
from geo.i18n import _, language, number, unbroken
from geo.recounting import Recount
from geo.report import recountwords
from geo.store.planning import Plan
from geo.ui import data, sheets

# Rows of a table on the page.
SHOWN: Final = 200


def show(plan: Plan, totals: pd.DataFrame, kept: pd.DataFrame) -> None:
    """Show what an import does to the totals; nothing where it brings no type that is counted.

    Parameters
    ----------
    totals, kept : DataFrame
        Of :func:`geo.effects.totals`: by the file alone, and with the rows of :attr:`Plan.recount` left
        where they were counted.
    """
    if totals.empty:
        return
    title = _("Totaux de la zone, avant et après")
    heads = [_("Type et mesure"), _("Avant"), _("Après"), _("Écart")]
    rows = [_total(row) for row in totals.to_dict("records")]
    if len(kept):
        heads += [_("Après, lignes laissées où elles étaient comptées"), _("Écart")]
        rows = [[*row, *_total(left)[2:]] for row, left in zip(rows, kept.to_dict("records"), strict=True)]
    numeric = tuple(range(1, len(heads)))
    st.html(sheets.section(title, sheets.sheet(heads, rows, caption=title, numeric=numeric)))
    if plan.displaced.empty:
        return
    found = effects.explained(plan.displaced, totals, data.ground().frame.focus, data.records().types)
    st.html(sheets.bullets([_balance(row) for row in found.balances.to_dict("records")]))
    _offered(plan.recount)
    _listed(found.rows, expanded=plan.recount.rows.empty)


def _offered(recount: Recount) -> None:
    """List the rows that may be left where the replaced counts had them, and what no row explains."""
    rest = sheets.bullets(recountwords.rest_lines(recount)) if len(recount.unexplained) else ""
    if recount.rows.empty:
        st.html(rest)
        return
    names = words.unit_names(data.ground().frame)
    title = _("Lignes que la source remplacée comptait")
    told = sheets.paragraph(recountwords.offered_line(recount, data.records().types))
    st.html(sheets.section(title, told + rest))
    table = [
        [
            str(row["row"]),
            recountwords.state_words(row["functionality"]),
            names.get(row["unit_before"], row["unit_before"]),
            recountwords.why(row),
        ]
        for row in recount.rows.head(SHOWN).to_dict("records")
    ]
    heads = [_("Ligne"), _("État"), _("Comptée avant à"), _("Pourquoi")]
    with st.expander(f"{title} ({number(len(recount.rows))})", expanded=True):
        st.html(sheets.sheet(heads, table, caption=title))


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


def _listed(rows: pd.DataFrame, *, expanded: bool) -> None:
    names = words.unit_names(data.ground().frame)
    table = [
        [
            str(row["row"]),
            recountwords.state_words(row["functionality"]),
            names.get(row["unit_before"], row["unit_before"]),
            names.get(row["unit_after"], row["unit_after"]) if row["unit_after"] else _("à vérifier"),
            recountwords.why(row),
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
    with st.expander(f"{title} ({number(len(rows))})", expanded=expanded):
        st.html(sheets.sheet(heads, table, caption=title) + sheets.paragraph(note, "key"))
