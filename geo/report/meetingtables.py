"""The tables of a meeting in words: key figures, accounting, needs, cercles, communes of one cercle.

Cover, slides and the map of one file show these very rows, so that all say the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from geo import words
from geo.classify import unit_word
from geo.facts import Facts
from geo.i18n import N_, _, number
from geo.meeting import Meeting, Need, Subject
from geo.needmap import interval, shares

NOTHING: Final = "–"
# Columns of the table of needs whose cells are figures, in the order of the table.
_NEED_HEADINGS: Final = (
    N_("Population"),
    N_("Requis"),
    N_("Manquants"),
    N_("Personnes non desservies"),
    N_("Couverture"),
    N_("Communes sans chiffre"),
)


def key_table(meeting: Meeting) -> pd.DataFrame:
    """One row a type: the value of the whole area, what stands beside, communes with data, dates."""
    return pd.DataFrame([_key_row(subject) for subject in meeting.subjects])


def _key_row(subject: Subject) -> dict[str, str]:
    facts = subject.communes
    measure = _(words.MEASURES[facts.view.measure])
    inside = facts.units[facts.units["pcode"].isin(_inside(facts))]
    known = int(inside["state"].isin(["number", "zero"]).sum())
    return {
        _("Type"): subject.label,
        _("Ce qui est compté"): measure,
        _("Ensemble de la zone"): words.total(facts),
        _("Détail"): " · ".join(words.beside(facts)) or NOTHING,
        _("Communes avec un chiffre"): f"{number(known)} / {number(len(inside))}",
        _("Connus au-dessus des communes"): number(len(facts.above)),
        _("Données"): words.dates(facts) or NOTHING,
    }


def _inside(facts: Facts) -> set[str]:
    """Communes that the area holds, as the units of an answer by commune."""
    inside = facts.units["region_pcode"].eq(facts.view.unit) | facts.units["cercle_pcode"].eq(facts.view.unit)
    inside |= facts.units["pcode"].eq(facts.view.unit)
    return set(facts.units.loc[inside if facts.view.unit else facts.units["focus"], "pcode"])


def accounting_table(meeting: Meeting) -> pd.DataFrame:
    """One row a type: where every row that was read went."""
    rows = []
    for subject in meeting.subjects:
        counts = subject.communes.accounting
        rows.append(
            {
                _("Type"): subject.label,
                _("Lus"): number(counts.read),
                _("Placés"): number(counts.placed),
                _("À vérifier"): number(counts.review),
                _("Rejetés"): number(counts.rejected),
                _("Placés hors des quatre régions"): number(counts.outside_shown),
                _("Répétitions possibles"): number(counts.repeats),
            }
        )
    return pd.DataFrame(rows)


def need_table(meeting: Meeting) -> pd.DataFrame:
    """One row a type whose gap is known somewhere: sums over the communes of the area."""
    return pd.DataFrame(
        [{_("Type"): need.label, **need_cells(need.gaps.area, meeting)} for need in meeting.needs]
    )


def need_cells(row: Mapping[Any, Any], meeting: Meeting) -> dict[str, str]:
    """Figures of need of one row, in words: both ends where they are an interval."""
    estimated = bool(meeting.estimated & set(meeting.communes))
    cells = (
        people_words(row["population_people"], estimated=estimated),
        _figure(row["required"]),
        interval(row["missing"], row["missing_max"]),
        interval(row["unserved_people"], row["unserved_people_max"]),
        shares(row["coverage_pct"], row["coverage_pct_max"]),
        number(row["communes_without_figure"]),
    )
    return {_(heading): cell for heading, cell in zip(_NEED_HEADINGS, cells, strict=True)}


def people_words(people: float, *, estimated: bool) -> str:
    """Number of people, marked where it is an estimate; ``inconnue`` where there is none."""
    if pd.isna(people):
        return _("inconnue")
    return f"{'≈ ' if estimated else ''}{number(people)}"


def _figure(value: float) -> str:
    return _("inconnu") if pd.isna(value) else number(value)


def cercle_table(meeting: Meeting) -> pd.DataFrame:
    """One row a cercle: people, the value of every type there, and who is unserved."""
    heading = unit_word("cercle", 1)
    found = [_cercle_cells(meeting, code) for code in meeting.cercles]
    return pd.DataFrame([{heading[:1].upper() + heading[1:]: name, **cells} for name, cells in found])


def _cercle_cells(meeting: Meeting, code: str) -> tuple[str, dict[str, str]]:
    first = meeting.subjects[0].rows[code] if meeting.subjects else {}
    estimated = bool(meeting.estimated & meeting.frame.members.of(code))
    cells = {_("Population"): people_words(first["people"], estimated=estimated)} if first else {}
    for subject in meeting.subjects:
        cells[subject.label] = words.value_of_row(subject.rows[code])
    for need in meeting.needs:
        row = need.rows.get(code)
        text = interval(row["unserved_people"], row["unserved_people_max"]) if row else NOTHING
        cells[unserved_heading(need)] = text
    return str(first.get("name", code)), cells


def unserved_heading(need: Need) -> str:
    """Heading of the unserved people of a type."""
    return _("Non desservies : {type}").format(type=need.label)


def named_in(meeting: Meeting, cercle: str) -> list[Subject]:
    """Types of which something is named in a commune of the cercle, or known to be absent there."""
    communes = communes_of(meeting, cercle)
    found = []
    for subject in meeting.subjects:
        units = subject.communes.units
        there = units[units["pcode"].isin(communes)]
        if (there["presence"] | there["state"].eq("zero")).any():
            found.append(subject)
    return found


def communes_of(meeting: Meeting, cercle: str) -> list[str]:
    """P-codes of the communes of the area that lie in a cercle."""
    inside = meeting.frame.members.of(cercle)
    return [code for code in meeting.communes if code in inside]


def commune_table(meeting: Meeting, cercle: str) -> pd.DataFrame:
    """One row a commune of the cercle, its P-code as index; the cercle itself is the last row.

    Types that are known above the communes only have no column: see :func:`known_above`.
    """
    subjects = named_in(meeting, cercle)
    rows = {code: _commune_cells(meeting, subjects, code) for code in communes_of(meeting, cercle)}
    rows[cercle] = _total_cells(meeting, subjects, cercle)
    return pd.DataFrame.from_dict(rows, orient="index")


def _commune_cells(meeting: Meeting, subjects: Sequence[Subject], code: str) -> dict[str, str]:
    first = meeting.subjects[0].rows[code]
    cells = {
        _("Commune"): str(first["name"]),
        _("Population"): people_words(first["people"], estimated=code in meeting.estimated),
    }
    for subject in subjects:
        cells[subject.label] = words.value_of_row(subject.rows[code])
    for need in meeting.needs:
        cells |= _need_columns(need, need.rows.get(code))
    return cells


def _total_cells(meeting: Meeting, subjects: Sequence[Subject], cercle: str) -> dict[str, str]:
    name, cells = _cercle_cells(meeting, cercle)
    kept = {subject.label: cells[subject.label] for subject in subjects}
    total = {_("Commune"): name, _("Population"): cells[_("Population")], **kept}
    for need in meeting.needs:
        total |= _need_columns(need, need.rows.get(cercle))
    return total


def _need_columns(need: Need, row: Mapping[str, Any] | None) -> dict[str, str]:
    missing = _("Manquants : {type}").format(type=need.label)
    covered = _("Couverture : {type}").format(type=need.label)
    if not row:
        return dict.fromkeys((missing, unserved_heading(need), covered), NOTHING)
    return {
        missing: interval(row["missing"], row["missing_max"]),
        unserved_heading(need): interval(row["unserved_people"], row["unserved_people_max"]),
        covered: shares(row["coverage_pct"], row["coverage_pct_max"]),
    }


def known_above(meeting: Meeting, cercle: str) -> list[str]:
    """Types that the cercle's table leaves out, each with what is known of it for the cercle."""
    named = named_in(meeting, cercle)
    lines = []
    for subject in meeting.subjects:
        if subject not in named:
            row = subject.rows[cercle]
            value = words.value_of_row(row)
            if row["above_max"]:
                above = _("jusqu'à {n} connus au-dessus").format(n=number(row["above_max"]))
                value = f"{value} ({above})"
            lines.append(words.named(subject.label, value))
    return lines
