"""Partners in words: roles, measures, decisions on pairs, kinds of change, and the rule of adding people."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from geo import words
from geo.classify import figure, value_words
from geo.columnwords import label
from geo.filters import split
from geo.i18n import N_, _, language, number, short_date

ROLES: Final = {
    "implementing_org": N_("Mise en œuvre"),
    "donor": N_("Bailleur"),
    "partner_orgs": N_("Appui"),
}
MEASURES: Final = {
    "in_place": words.MEASURES["in_place"],
    "working": words.MEASURES["working"],
    "reached_people": words.MEASURES["reached_people"],
    "targeted_people": words.MEASURES["targeted_people"],
    "communes": N_("Communes"),
    "records": words.MEASURES["records"],
}
DECISIONS: Final = {
    "complementary": N_("complémentaires"),
    "duplicate": N_("en double"),
    "to_discuss": N_("à discuter"),
}
PERIODS: Final = {
    "yes": N_("en même temps"),
    "unknown": N_("dates non rapportées ou trop larges : à confirmer"),
}
BASIS: Final = {
    "commune": N_("même commune"),
    "distance": N_("proches, communes voisines"),
    "both": N_("même commune, proches"),
}
CHANGES: Final = {"added": N_("nouveau"), "ended": N_("terminé"), "changed": N_("modifié")}
ENDINGS: Final = {
    "no_longer_stated": N_("n'est plus déclaré"),
    "completed": N_("achevé"),
    "end_date_passed": N_("date de fin passée"),
}
SIDES: Final = {"both": N_("les deux"), "none_reported": N_("aucun des deux signalé")}
NEEDS: Final = {
    "high": N_("besoin élevé"),
    "lower": N_("besoin moindre"),
    "none": N_("besoin couvert"),
    "unknown": N_("besoin inconnu"),
}
REASONS: Final = {
    "brackets": N_("le sigle est entre parenthèses"),
    "initials": N_("les initiales du nom long"),
    "spelling": N_("écriture proche"),
}
SHOWN: Final = {
    "named": N_("nommée"),
    "sector": N_("par secteur seulement"),
    "cercle": N_("au cercle seulement"),
}
# What placing adds to a record, where a change of it is told; the template names all else.
_PLACED: Final = {"place_set": N_("Lieux"), "outcome": N_("Placement")}
_CODED: Final[Mapping[str, Mapping[str, str]]] = {
    "activity_status": words.STATUSES,
    "functionality": words.FUNCTIONALITIES,
    "outcome": {"placed": N_("placé"), "review": N_("à vérifier"), "rejected": N_("rejeté")},
}


def word(table: Mapping[str, str], code: str) -> str:
    """Return the word of a code, of one of the tables here, in the current language."""
    return _(table[code])


def rule_of_people() -> str:
    """Name the rule by which people of several partners are added."""
    return _(
        "Personnes : au moins, selon la règle du plan de réponse du Mali de 2019 (par commune et période, la "
        "somme au sein d'un partenaire et d'un secteur, la plus grande entre eux) ; au plus, la somme brute."
    )


def organisations(cell_text: str) -> str:
    """Name the organisations of a cell: ``AMSS + NRC`` where they do it together."""
    return " + ".join(part for part in split(cell_text) if part)


def cell(row: Mapping[Any, Any]) -> str:
    """Say the value of a cell of the matrix: ``3 à 11``, ``n. r.``; what has no cell is ``·``."""
    return value_words(
        str(row["state"]), float(row["value_min"]), float(row["value_max"]), int(row["value_open"])
    )


def people(least: float, most: float, unreported: int) -> str:
    """``300 à 500``, ``au moins 300`` where a figure lacks, ``n. r.`` where all do."""
    if np.isnan(least):
        return value_words("not_reported", 0, 0, 0)
    return value_words("number", least, most, unreported)


def distance(kilometres: float) -> str:
    """``334 m``, ``3,4 km``, or that it is not known.

    >>> distance(0.3338), distance(float("nan"))
    ('334 m', 'non mesurée')
    """
    if np.isnan(kilometres):
        return _("non mesurée")
    if kilometres < 1:
        return _("{n} m").format(n=number(round(kilometres * 1000)))
    return _("{n} km").format(n=number(kilometres, 1))


def dates(record: Mapping[Any, Any]) -> str:
    """From when to when an activity lasts, as far as it is reported."""
    start, end, status = (str(record[name]) for name in ("start_date", "end_date", "activity_status"))
    shown = [words.day(text) if text else "?" for text in (start, end)]
    if start or end:
        going = _("en cours") if status == "ongoing" and not end else shown[1]
        return f"{shown[0]} – {going}"
    observed = str(record["observed_on"])
    if observed:
        return _("observé : {date}").format(date=words.day(observed))
    return _(words.STATUSES[status]) if status in words.STATUSES else _("dates non rapportées")


def works(record: Mapping[Any, Any], unit: str) -> str:
    """Return ``3 périmètres`` of a record, or that the number is not reported."""
    quantity = float(record["quantity"])
    return _("nombre non rapporté") if np.isnan(quantity) else f"{figure(quantity)} {unit}"


def detail(column: str, before: str, after: str) -> str:
    """Say what changed in a record: ``Quantité : 3 → 5``."""
    coded = _CODED.get(column, {})
    shown = [_(coded[text]) if text in coded else text or _("non rapporté") for text in (before, after)]
    return words.named(_(_PLACED[column]) if column in _PLACED else label(column), f"{shown[0]} → {shown[1]}")


def quarter(year: int, part: int) -> str:
    """``T3 2025``, in English ``Q3 2025``."""
    return f"{'Q' if language() == 'en' else 'T'}{part} {year}"


def taken(name: str, day: date) -> str:
    """Name a state that was kept, with its day."""
    told = short_date(day)
    return f"{name} ({told})" if name else _("État du {day}").format(day=told)
