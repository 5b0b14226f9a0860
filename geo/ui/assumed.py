"""The switches that change a count: shown behind *Plus*, kept in the address, said with every result."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from geo.activities import ActivityType
from geo.coverage import UNKNOWN_AS, Assumptions
from geo.i18n import N_, _
from geo.ui import state

SEASONAL: Final = "saisonniers"
UNKNOWN: Final = "inconnus"
SILENCE: Final = "silence"
PARAMETERS: Final = (SEASONAL, UNKNOWN, SILENCE)

_UNKNOWN_WORDS: Final = {
    "apart": N_("à part"),
    "working": N_("compté en service"),
    "not_working": N_("compté hors service"),
}
# As the print and the workbook say it, see geo.words.assumptions.
_CHANGED: Final = {
    "seasonal": N_("points saisonniers non comptés en service"),
    "working": N_("état inconnu compté en service"),
    "not_working": N_("état inconnu compté hors service"),
    "silence": N_("« aucun signalé » pris pour une absence"),
}


def asked(kind: ActivityType) -> Assumptions:
    """Return the assumptions in use; those that say nothing of this type stay as they are by default."""
    usual = Assumptions()
    return Assumptions(
        seasonal=state.chosen_switch(SEASONAL, default=True) if _has_seasons(kind) else usual.seasonal,
        unknown_as=state.chosen(UNKNOWN, UNKNOWN_AS, usual.unknown_as) if kind.works else usual.unknown_as,
        none_reported_is_zero=state.chosen_switch(SILENCE, default=False),
    )


def _has_seasons(kind: ActivityType) -> bool:
    return "functional_seasonal" in kind.works


def ask(kind: ActivityType) -> None:
    """Show the switches that mean something for this type."""
    heading = _("Hypothèses")
    st.html(f"<h3>{heading}</h3>")
    if _has_seasons(kind):
        state.switch(
            SEASONAL,
            _("Compter les points saisonniers en service"),
            default=True,
            help=_("Un point saisonnier donne de l'eau moins de 12 mois par an. Leur nombre reste à côté."),
        )
    if kind.works:
        state.select(
            UNKNOWN,
            _("Fonctionnement inconnu"),
            UNKNOWN_AS,
            words=lambda name: _(_UNKNOWN_WORDS[name]),
            default="apart",
            help=_("Ce que la source ne dit ni en service ni hors service : à part, sauf choix contraire."),
        )
    state.switch(
        SILENCE,
        _("Prendre « aucun signalé » pour une absence"),
        default=False,
        help=_(
            "Sans source exhaustive, rien de signalé ne veut pas dire rien sur place. Ce choix compte zéro "
            "là où personne n'a rien signalé."
        ),
    )


def _changed(name: str) -> str:
    return _(_CHANGED[name])


def changed(assumptions: Assumptions) -> Mapping[str, str]:
    """Name in the address and words of each assumption that is not the usual one."""
    found = {}
    if not assumptions.seasonal:
        found[SEASONAL] = _changed("seasonal")
    if assumptions.unknown_as != "apart":
        found[UNKNOWN] = _changed(assumptions.unknown_as)
    if assumptions.none_reported_is_zero:
        found[SILENCE] = _changed("silence")
    return found
