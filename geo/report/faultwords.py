"""What is to be looked at in a record, in words: what is wrong, and what the partner can do."""

from collections.abc import Mapping
from typing import Final

from geo.i18n import N_, _
from geo.report.accounting import REASON_WORDS

# Faults of geo.quality.FAULTS and cells that could not be read: heading of a column, one word for a list.
FAULT_WORDS: Final[Mapping[str, str]] = {
    "review": N_("À vérifier"),
    "rejected": N_("Rejetés"),
    "contradicted": N_("Position hors du lieu nommé"),
    "repeat": N_("Répétitions possibles"),
    "past_end": N_("Terminés, encore « en cours »"),
    "unread": N_("Cellules illisibles"),
}
_WRONG: Final[Mapping[str, str]] = {
    "contradicted": N_("la position n'est pas dans le lieu nommé"),
    "repeat": N_("même type à la même position, ou mêmes valeurs, qu'une ligne plus haut"),
    "past_end": N_("« en cours » alors que la fin est passée"),
}
_REMEDIES: Final[Mapping[str, str]] = {
    "contradicted": N_("corrigez la position, ou le nom du lieu"),
    "repeat": N_("supprimez la ligne, ou dites ce qui la distingue"),
    "past_end": N_("mettez le statut à jour, ou corrigez la date de fin"),
    # Why a row was not placed.
    "no_place": N_("donnez la commune, ou une position en degrés décimaux"),
    "outside_every_unit": N_("vérifiez la position : elle n'est dans aucune commune"),
    "other_country": N_("vérifiez la position, ou le pays"),
    "in_two_countries": N_("dites le pays, ou la région"),
    "far_from_stated_place": N_("corrigez la position, ou le nom du lieu"),
    "ambiguous_place": N_("dites le cercle, ou choisissez un des candidats"),
    "unknown_place": N_("écrivez le nom officiel, avec le cercle et la région"),
    "place_contradicted": N_("vérifiez la région et le cercle de ce lieu"),
    "code_without_vintage": N_("dites de quelle liste vient le P-code, ou écrivez le nom"),
    "unknown_code": N_("vérifiez le P-code, ou écrivez le nom"),
    "code_and_name_disagree": N_("gardez celui des deux qui est juste"),
}


def wrong(fault: str, reason: str = "") -> str:
    """Say what is wrong; ``reason`` is that of a row that was not placed."""
    return _(REASON_WORDS.get(reason, reason) if reason else _WRONG.get(fault, fault))


def remedy(fault: str, reason: str = "") -> str:
    """Say what to do about it."""
    return _(_REMEDIES.get(reason or fault, ""))
