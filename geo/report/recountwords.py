"""Rows that replaced counts had counted, in words: how many, which, why, and what no row explains."""

from collections.abc import Mapping
from typing import Any, Final

from geo import words
from geo.activities import ActivityType
from geo.classify import figure
from geo.i18n import _, ngettext, number, unbroken
from geo.recounting import Recount
from geo.report.accounting import REASON_WORDS

# Rows that are printed; the page and the decisions list all of them.
SHOWN: Final = 40


def offered_line(recount: Recount, types: Mapping[str, ActivityType]) -> str:
    """Say how many rows were counted by what is replaced and would not be any more."""
    count = len(recount.rows)
    told = ngettext(
        "{n} ligne de ce fichier (en service : {working}) était comptée par la source remplacée et ne le "
        "serait plus : elle attendrait une vérification ou sortirait de la zone.",
        "{n} lignes de ce fichier (en service : {working}) étaient comptées par la source remplacée et ne "
        "le seraient plus : elles attendraient une vérification ou sortiraient de la zone.",
        count,
    )
    return unbroken(told.format(n=number(count), working=number(recount.working(types))))


def choice_words(count: int) -> str:
    """Return the choice itself: what a tick, or the default of the command, means."""
    words = ngettext(
        "Laisser {n} ligne où la source remplacée la comptait",
        "Laisser {n} lignes où la source remplacée les comptait",
        count,
    )
    return words.format(n=number(count))


def choice_note() -> str:
    """Return what the choice does, and how it is taken back."""
    return _(
        "Chaque ligne garde sa position et est signalée ; les décisions sont listées dans Lieux à vérifier, "
        "révocables une à une ; annuler l'import les annule."
    )


def left_line(count: int) -> str:
    """Say, after the import, how many rows were left where they were counted."""
    told = ngettext(
        "{n} ligne laissée où la source remplacée la comptait.",
        "{n} lignes laissées où la source remplacée les comptait.",
        count,
    )
    return told.format(n=number(count))


def state_words(state: str) -> str:
    """Return the state of a row in words, a dash for none."""
    return _(words.FUNCTIONALITIES[state]) if state in words.FUNCTIONALITIES else state or "–"


def why(row: Mapping[Any, Any]) -> str:
    """Say why a row is not counted where it was: its reason to wait, or how far it lies across an edge."""
    if reason := row["reason"]:
        return _(REASON_WORDS.get(reason, reason))
    return _("à {km} km de la limite").format(km=number(row["distance_km"], 2))


def rest_lines(recount: Recount) -> list[str]:
    """Say what the replaced counts have more that no row explains; nothing is made up for it."""
    return [
        unbroken(
            _("{n} « {state} » comptés par la source remplacée ne s'expliquent par aucune ligne").format(
                n=figure(row["quantity"]), state=state_words(row["functionality"])
            )
        )
        for row in recount.unexplained.to_dict("records")
    ]


def lines(
    recount: Recount, *, names: Mapping[str, str], types: Mapping[str, ActivityType], kept: bool
) -> list[str]:
    """Return all of it for the command line: the rows, and what becomes of them.

    Parameters
    ----------
    names : mapping of str to str
        Name of every commune by its P-code.
    kept : bool
        Whether they are left where they were counted.
    """
    if recount.rows.empty:
        return rest_lines(recount)
    told = [offered_line(recount, types)]
    for row in recount.rows.head(SHOWN).to_dict("records"):
        line = _("ligne {row} · {state} · comptée à {place} · {why}")
        place = names.get(row["unit_before"], row["unit_before"])
        state = state_words(row["functionality"])
        told.append("  " + line.format(row=row["row"], state=state, place=place, why=why(row)))
    if (more := len(recount.rows) - SHOWN) > 0:
        told.append("  " + _("… et {n} autres").format(n=number(more)))
    left_out = _("Ne pas laisser ces lignes où la source remplacée les comptait")
    choice = choice_words(len(recount.rows)) if kept else left_out
    option = "--no-keep-as-counted" if kept else "--keep-as-counted"
    told.append(_("{choice} (l'inverse : {option})").format(choice=choice, option=option))
    return [*told, choice_note(), *rest_lines(recount)] if kept else [*told, *rest_lines(recount)]
