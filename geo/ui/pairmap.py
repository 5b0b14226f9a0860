"""One partner against another, and presence against need: on the map, in a list, in people."""

import numbers
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import maps, partnermap, partnerwords, words
from geo import presence as counting
from geo.classify import unit_word
from geo.facts import Prepared
from geo.i18n import _, ngettext, number
from geo.needmap import Drawn
from geo.presence import Presence
from geo.report import partnertables
from geo.ui import carte, data, needing, parts, sheets, state
from geo.ui import partners as asking
from geo.ui.data import Ground
from geo.ui.partners import Asked

# Rows of a list of communes before the rest is left to the file.
ROWS_SHOWN: Final = 60
NAMES_SHOWN: Final = 3


# ---- two partners -----------------------------------------------------------------------------------


def two(prepared: Prepared, asked: Asked, found: Presence, ground: Ground) -> None:
    """Show two organisations on one map, where both are, and how many people they reach together."""
    names = found.organisations
    if len(names) < 2:  # two are compared
        st.html(parts.note(_("Il faut deux organisations dans ce rôle pour les comparer ici.")))
        return
    one, other = _ask_two(found)
    table = counting.side_by_side(found, one, other)
    title = _("{one} et {other} · {units}").format(one=one, other=other, units=unit_word(asked.view.level, 2))
    every = prepared.frame.grids[asked.view.level].names["pcode"]
    _stage(partnermap.pair(table, one, other, all_units=every), asked, ground, title=title)
    both = table[table["side"] == "both"]
    heading = ngettext(
        "Où les deux sont nommées : {n} unité", "Où les deux sont nommées : {n} unités", len(both)
    )
    listed = sheets.bullets(both["name"].tolist(), "columns") if len(both) else _nowhere()
    st.html(sheets.section(heading.format(n=number(len(both))), listed))
    st.html(sheets.section(_("Personnes"), _people(prepared, asked, one, other)))


def _nowhere() -> str:
    return sheets.paragraph(_("Nulle part, d'après ce qui est déclaré."))


def _ask_two(found: Presence) -> tuple[str, str]:
    frequent = found.lines.groupby("organisation")["records"].sum().sort_values(ascending=False).index
    names = found.organisations
    left, right = st.columns(2)
    with left:
        one = state.select("partenaire_a", _("Partenaire A"), names, words=str, default=str(frequent[0]))
    rest = [name for name in names if name != one]
    usual = next(str(name) for name in frequent if name != one)
    with right:
        other = state.select("partenaire_b", _("Partenaire B"), rest, words=str, default=usual)
    return one, other


def _people(prepared: Prepared, asked: Asked, one: str, other: str) -> str:
    """People of each and of both together, by activity: at least and at most."""
    if asked.role == "partner_orgs":
        return sheets.paragraph(_("Les organisations d'appui ne rapportent pas de personnes à elles."))
    types = asked.types or tuple(prepared.of_type)
    rows = []
    for kind in types:
        figures = [_reached(prepared, asked, kind, names) for names in ((one,), (other,), (one, other))]
        if any(records for _text, records in figures):
            rows.append([prepared.of_type[kind].kind.label, *(text for text, _records in figures)])
    if not rows:
        return sheets.paragraph(_("Aucun enregistrement des deux dans cette zone."))
    title = _("Personnes atteintes")
    heads = [_("Activité"), one, other, _("Les deux ensemble")]
    return sheets.sheet(heads, rows, caption=title) + sheets.paragraph(partnerwords.rule_of_people(), "key")


def _reached(prepared: Prepared, asked: Asked, kind: str, names: tuple[str, ...]) -> tuple[str, int]:
    view = replace(asked.view, activity_type=kind, measure="reached_people", filters={asked.role: names})
    facts = data.answer(view)
    total = facts.total.iloc[0]
    least, most, silent = counting.people_together(facts)
    if total["state"] != "number":
        return words.value_of_row(total), int(total["records"])
    both = _("{least} au moins, {most} au plus").format(least=number(least), most=number(most))
    text = number(least) if least == most else both
    if silent:
        told = ngettext("{n} sans chiffre", "{n} sans chiffre", silent).format(n=number(silent))
        text = f"{text} + {told}"
    return text, int(total["records"])


# ---- presence and need ------------------------------------------------------------------------------


def holes(prepared: Prepared, asked: Asked, found: Presence, ground: Ground) -> None:
    """Show presence against need, and the communes with one partner, with none, with none and high need."""
    kind = asked.kind or needed(prepared)
    gaps = needing.usual_gaps(prepared, replace(asked.view, activity_type=kind, level="commune"))
    table = counting.with_need(counting.partners(found), gaps.table)
    label = prepared.of_type[kind].kind.label
    title = _("Partenaires présents et besoin : {type}").format(type=label)
    every = prepared.frame.grids["commune"].names["pcode"]
    _stage(partnermap.need(table, all_units=every), asked, ground, title=title)
    st.html(sheets.paragraph(_about_need(label, every_activity=not asked.kind), "key"))
    lists = counting.holes(table)
    for name in ("none_reported_high_need", "one_partner", "none_reported"):
        st.html(_listed(name, lists[name]))
    _offer(asked, found, lists, ground, asking.sources(prepared, asked.types))


def needed(prepared: Prepared) -> str:
    """Activity whose need is shown where all are asked: the first that is surveyed."""
    having = [name for name, each in prepared.of_type.items() if len(each.records) and each.kind.works]
    return having[0] if having else next(iter(prepared.of_type))


def _about_need(label: str, *, every_activity: bool) -> str:
    counted = _("toutes les activités") if every_activity else label
    return _(
        "Présence : les organisations de mise en œuvre nommées dans la commune ({counted}). Besoin élevé : "
        "le tiers des communes où le plus de personnes ne sont pas desservies ({type}, normes habituelles). "
        "Sans partenaire signalé ne veut pas dire sans partenaire."
    ).format(counted=counted, type=label)


def _listed(name: str, communes: pd.DataFrame) -> str:
    heading = words.named(partnertables.hole_title(name), number(len(communes)))
    if communes.empty:
        return sheets.section(heading, sheets.paragraph(_("Aucune commune.")))
    few = communes.head(ROWS_SHOWN)
    table = partnertables.hole_table(few.assign(above=few["above"].map(_few)))
    empty = [column for column in table if table[column].isin(["", None]).all() or table[column].isna().all()]
    table = table.drop(columns=[_("P-code"), *empty])
    rows = [[shown(value) for value in row] for row in table.itertuples(index=False, name=None)]
    numeric = [place for place, column in enumerate(table) if table[column].dtype.kind in "iuf"]
    body = sheets.sheet(list(table.columns), rows, caption=heading, numeric=numeric)
    if len(communes) > ROWS_SHOWN:
        rest = _("{n} autres communes dans le classeur.").format(n=number(len(communes) - ROWS_SHOWN))
        body += sheets.paragraph(rest, "key")
    return sheets.section(heading, body)


def _few(names: str) -> str:
    """The first names of a list; the file has all."""
    every = names.split("; ")
    if len(every) <= NAMES_SHOWN:
        return names
    rest = len(every) - NAMES_SHOWN
    told = ngettext("et {n} autre", "et {n} autres", rest).format(n=number(rest))
    return f"{', '.join(every[:NAMES_SHOWN])} {told}"


def shown(value: Any) -> str:
    """A value of a table in the reader's language: figures with their separators, nothing for none."""
    if value is None or pd.isna(value):
        return ""
    return number(float(value)) if isinstance(value, numbers.Real) else str(value)


def _offer(
    asked: Asked, found: Presence, lists: dict[str, pd.DataFrame], ground: Ground, sources: list[str]
) -> None:
    def xlsx() -> bytes:
        tables = {
            partnertables.hole_title(name): partnertables.hole_table(each) for name, each in lists.items()
        }
        title = _("Communes selon les partenaires")
        accounts = asking.accounts(title, found.accounting, asked, ground, sources=sources)
        return partnertables.workbook_file(tables, accounts, title=title)

    asking.download(
        _("Classeur XLSX des communes, avec les comptes"),
        xlsx,
        name="communes_partenaires.xlsx",
        mime=asking.MIMES["xlsx"],
        key="holes-xlsx",
    )


# ---- the map ----------------------------------------------------------------------------------------


def _stage(drawn: Drawn, asked: Asked, ground: Ground, *, title: str) -> None:
    marked = drawn.units[drawn.units["mark"] != ""]
    content = maps.view(
        drawn.units,
        level=asked.view.level,
        shapes_file=ground.shapes_file,
        basemap_file=ground.basemap_file,
        frame=ground.corners.get(asked.view.unit) or carte.focus_corners(ground),
        title=title,
        chosen=asked.view.unit,
        styles=partnermap.STYLES,
        rings={},
        marks=dict(zip(marked["pcode"], marked["mark"], strict=True)),
    )
    legend = parts.legend(drawn.legend, title=title, rings=False)
    with st.container(key="stage"):
        left, right = st.columns([7, 3], gap="medium")
        with left, st.container(key="map-box"):
            carte.show(carte.Shown(title, maps.written(content), legend, ""), on_pick=_look_at(ground))
        with right:
            st.html(legend)


def _look_at(ground: Ground) -> Callable[[str], None]:
    def look(pcode: str) -> None:
        if pcode in ground.places:
            state.choose("zone", pcode)

    return look
