"""The matrix organisation × activity × unit as a table and as files."""

from typing import Final

import streamlit as st

from geo import partnerwords
from geo.classify import unit_word
from geo.i18n import _, ngettext, number
from geo.presence import AREA, Presence, partners
from geo.report import partnertables
from geo.ui import partners as asking
from geo.ui import parts, sheets
from geo.ui.data import Ground
from geo.ui.partners import Asked
from geo.ui.parts import escaped

# More columns than this are not read: the units where an organisation is named come first.
COLUMNS_SHOWN: Final = 24


def title(asked: Asked, found: Presence) -> str:
    """What is shown: role, what is counted, by which units."""
    told = [_(partnerwords.ROLES[found.role]), _(partnerwords.MEASURES[found.measure])]
    return " · ".join([*told, unit_word(asked.view.level, 2)])


def show(asked: Asked, found: Presence, ground: Ground, sources: list[str]) -> None:
    """Show the matrix, what stands beside it, and its files."""
    shown = columns(found)
    named = title(asked, found)
    if found.cells.empty:
        st.html(parts.note(_("Aucune organisation n'est signalée ici dans ce rôle.")))
    else:
        st.html(sheets.section(named, table(found, shown, caption=named)))
    for text in beside(found, len(shown)):
        st.html(sheets.paragraph(text, "key"))
    _offer(asked, found, ground, sources)


def columns(found: Presence) -> list[str]:
    """P-codes of the units that are columns: all, or those where an organisation is named."""
    units = found.units["pcode"].tolist()
    if len(units) <= COLUMNS_SHOWN:
        return units
    counted = partners(found)
    named = counted[counted["partners"] > 0].sort_values(["partners", "name"], ascending=[False, True])
    return named["pcode"].head(COLUMNS_SHOWN).tolist()


def table(found: Presence, shown: list[str], *, caption: str) -> str:
    """Return the matrix as HTML; on a phone it is read as a list, one organisation and activity a block."""
    names = dict(zip(found.units["pcode"], found.units["name"], strict=True))
    heads = [_("Organisation"), _("Activité"), _("Ensemble"), *(names[code] for code in shown)]
    head = "".join(f"<th scope='col'>{escaped(text)}</th>" for text in heads)
    rows = {(row["organisation"], row["activity_type"], row["pcode"]): row for row in _records(found)}
    body, last = [], ""
    for name, kind in found.lines[["organisation", "activity_type"]].itertuples(index=False):
        cells = [
            _cell(rows.get((name, kind, code)), place, code == AREA)
            for code, place in zip([AREA, *shown], heads[2:], strict=True)
        ]
        label = escaped(found.kinds[kind].label)
        first = " class='first'" if name != last else ""
        body.append(
            f"<tr role='row'{first}><th scope='row' role='rowheader'>{escaped(name)}</th>"
            f"<td role='cell' data-head='{escaped(heads[1])}'>{label}</td>{''.join(cells)}</tr>"
        )
        last = name
    told = escaped(caption)
    return (
        f"<div class='sheet long' tabindex='0' role='region' aria-label='{told}'>"
        f"<table role='table' class='matrix'><caption>{told}</caption>"
        f"<thead role='rowgroup'><tr role='row'>{head}</tr></thead>"
        f"<tbody role='rowgroup'>{''.join(body)}</tbody></table></div>"
    )


def _records(found: Presence) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in found.cells.to_dict("records")]


def _cell(row: dict[str, object] | None, place: str, whole: bool) -> str:
    if row is None:
        klass, text = "none", "·"
    else:
        klass = "whole" if whole else "" if row["presence"] else "above"
        text = partnerwords.cell(row)
    look = f" class='{klass}'" if klass else ""
    return f"<td role='cell'{look} data-head='{escaped(place)}'>{escaped(text)}</td>"


def beside(found: Presence, shown: int) -> list[str]:
    """Say what the table leaves out, how it counts, and what its signs mean."""
    lines = []
    if shown < len(found.units):
        text = _(
            "{n} unités sur {total} sont des colonnes : celles où une organisation est nommée, les plus "
            "fréquentées d'abord. Le classeur les donne toutes."
        )
        lines.append(text.format(n=number(shown), total=number(len(found.units))))
    if found.without_organisation:
        count = found.without_organisation
        text = ngettext(
            "{n} enregistrement de la zone ne dit pas d'organisation dans ce rôle : "
            "il n'est sur aucune ligne.",
            "{n} enregistrements de la zone ne disent pas d'organisation dans ce rôle : "
            "ils ne sont sur aucune ligne.",
            count,
        )
        lines.append(text.format(n=number(count)))
    lines.append(
        _(
            "Ensemble : compté sur les enregistrements, jamais la somme des colonnes. En italique : connu "
            "au-dessus de l'unité seulement, aucune présence n'y est nommée."
        )
    )
    if found.measure.endswith("_people"):
        lines.append(partnerwords.rule_of_people())
    return [*lines, partnertables.sign_words()]


def _offer(asked: Asked, found: Presence, ground: Ground, sources: list[str]) -> None:
    named = title(asked, found)

    def accounts() -> list[partnertables.Account]:
        more = beside(found, len(found.units))
        return asking.accounts(named, found.accounting, asked, ground, sources=sources, more=more)

    def csv() -> bytes:
        return partnertables.csv_file(partnertables.matrix_table(found), accounts())

    def xlsx() -> bytes:
        tables = {
            _("Matrice"): partnertables.wide_table(found),
            _("Détail"): partnertables.matrix_table(found),
        }
        return partnertables.workbook_file(tables, accounts(), title=named)

    stem = f"matrice_{found.role}_{found.measure}_{asked.view.level}"
    asking.download_both(csv, xlsx, stem=stem, key="matrix")
