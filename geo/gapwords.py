"""Gaps in words: states, the note beside a row, the lines printed with every result."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from geo.activities import ActivityType
from geo.coverage import Assumptions
from geo.i18n import N_, _, clauses, ngettext, number
from geo.norms import Norm, describe

STATE_WORDS: Final = {
    "met": N_("couvert"),
    "partly": N_("couvert en partie"),
    "unmet": N_("non couvert"),
    "met_or_unmet_unknown": N_("couvert ou non : on ne sait pas"),
    "unknown": N_("inconnu"),
    "not_applicable": N_("sans objet"),
}

# Beside the colour, on the map and on paper: nobody has to tell two blues apart.
STATE_LETTERS: Final = {
    "met": N_("C"),
    "partly": N_("P"),
    "unmet": N_("N"),
    "met_or_unmet_unknown": N_("?"),
}


def state_letter(state: str) -> str:
    """Letter of a state, empty for one that a pattern shows.

    >>> state_letter("unmet"), state_letter("unknown")
    ('N', '')
    """
    return _(STATE_LETTERS[state]) if state in STATE_LETTERS else ""


def notes(table: pd.DataFrame, reasons: pd.Series) -> list[str]:
    """Say what to know about each row: why it has no figure, what is estimated, what is doubtful.

    Parameters
    ----------
    table : DataFrame
        Gaps of communes with ``facts_state`` and ``unknown_max`` beside.
    reasons : Series of str
        Why a unit is not comparable, ``""`` where it is.
    """
    rows = table.to_dict("records")
    return [clauses(_note(row, reason)) for row, reason in zip(rows, reasons, strict=True)]


def _note(row: Mapping[Any, Any], reason: str) -> list[str]:
    parts = [_("non comparable : {reason}").format(reason=reason)] if reason else []
    if row["state"] == "not_applicable":
        return [*parts, _("sans objet") if row["norm"] else _("aucune norme pour ce type")]
    if pd.isna(row["population_people"]):
        parts.append(_("population inconnue"))
    elif row["population_method"] == "estimate":
        parts.append(_("population estimée"))
    parts += _silence(row)
    if row["doubtful"]:
        parts.append(_("couverture par le relevé douteuse : moins de 10 % de la norme"))
    if row["state"] == "met_or_unmet_unknown":
        parts.append(_between(row))
    return parts


def _silence(row: Mapping[Any, Any]) -> list[str]:
    if row["facts_state"] == "none_reported":
        above = row["known_above_max"]
        known = [_("jusqu'à {n} connus au-dessus").format(n=number(above))] if above else []
        return [_("aucun signalé, sans relevé complet"), *known]
    if row["facts_state"] == "not_reported":
        return [_("nombre non rapporté")]
    if row["unknown"]:
        return [_("{n} d'état inconnu").format(n=number(row["unknown"]))]
    if row["facts_state"] in ("number", "zero") and row["state"] == "unknown" and row["comparable"]:
        return [_("norme sans chiffre ici : la superficie ou la liste des villages manque")]
    return []


def _between(row: Mapping[Any, Any]) -> str:
    """Say which two states are possible: the name of the state alone does not."""
    possible = row["working_max"] + row["unknown_max"]
    open_ended = not np.isfinite(possible) or row["working_open"] > 0
    low = number(row["working"])
    high = _("un nombre non rapporté") if open_ended else number(possible)
    if not open_ended and possible < row["required"]:
        return _("entre {low} et {high} en service : couvert en partie ou pas du tout").format(
            low=low, high=high
        )
    return _("entre {low} et {high} en service : couvert ou non, on ne sait pas").format(low=low, high=high)


def left_out(population_people: pd.Series) -> str:
    """``2 communes sans chiffre, 227 896 personnes`` of their population; empty where there is none."""
    communes = len(population_people)
    if not communes:
        return ""
    text = ngettext("{n} commune sans chiffre, {people}", "{n} communes sans chiffre, {people}", communes)
    return text.format(n=number(communes), people=population_words(population_people))


def population_words(population_people: pd.Series) -> str:
    """Say the people of several communes together: at least so many where that of one is unknown.

    >>> population_words(pd.Series([120.0, np.nan]))
    'au moins 120 personnes'
    """
    known = population_people.dropna()
    if not len(known):
        return _("population inconnue")
    whole = len(known) == len(population_people)
    text = _("{people} personnes") if whole else _("au moins {people} personnes")
    return text.format(people=number(known.sum()))


def assumptions_words(assumptions: Assumptions, kind: ActivityType) -> list[str]:
    """Say how works were counted, one line for each rule that means something for the type."""
    seasonal = (
        _("les points saisonniers comptent comme en service, leur nombre est à côté")
        if assumptions.seasonal
        else _("les points saisonniers ne comptent pas")
    )
    unknown = {
        "apart": _("les ouvrages d'état inconnu sont comptés à part"),
        "working": _("hypothèse : les ouvrages d'état inconnu sont en service"),
        "not_working": _("hypothèse : les ouvrages d'état inconnu ne sont pas en service"),
    }[assumptions.unknown_as]
    lines = [seasonal] if "functional_seasonal" in kind.works else []
    lines += [unknown] if kind.works else []
    return [
        *lines,
        *([_("hypothèse : aucun signalé vaut zéro")] if assumptions.none_reported_is_zero else []),
    ]


def printed_with(
    norms: Sequence[Norm], assumptions: Assumptions, *, kind: ActivityType, include_not_comparable: bool
) -> list[str]:
    """Lines that stand under every result of need: norms, population, switches."""
    lines = [_("Norme : {norm}").format(norm=describe(norm)) for norm in norms]
    lines += [line[0].upper() + line[1:] + "." for line in assumptions_words(assumptions, kind)]
    if include_not_comparable:
        lines.append(_("Hypothèse : les unités non comparables sont comptées comme les autres."))
    lines.append(_("Population hors déplacés et réfugiés, sauf table installée qui les ajoute."))
    return lines
