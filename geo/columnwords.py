"""The columns of a record in words, for who says what a heading of a sheet means."""

from collections.abc import Mapping
from typing import Final

from geo.i18n import N_, _, language
from geo.template import FIELDS

# What a sheet may hold beside the columns of the template, which are called as they are there.
_OTHERS: Final[Mapping[str, str]] = {
    "position": N_("Position (latitude et longitude dans une cellule)"),
    "utm_zone": N_("Fuseau UTM"),
    "period": N_("Période (début et fin dans une cellule)"),
    "water_months": N_("Mois avec eau"),
    "provider_adm1_pcode": N_("P-code de la région / wilaya"),
    "provider_adm2_pcode": N_("P-code du cercle / moughataa"),
    "provider_adm3_pcode": N_("P-code de la commune"),
    "provider_vintage": N_("Millésime des P-codes"),
}
# What no heading is taken to mean, but a record holds.
_NEVER_A_HEADING: Final[Mapping[str, str]] = {
    "source_id": N_("Source"),
    "possible_repeats": N_("Répétitions possibles"),
}
# Every column that a heading can be said to mean, in the order of the template.
COLUMNS: Final = (*(field.column for field in FIELDS), *_OTHERS)

_WHY: Final[Mapping[str, str]] = {
    "profile": N_("déjà confirmé"),
    "tag": N_("étiquette HXL"),
    "heading": N_("titre reconnu"),
    "renamed": N_("ressemble à « {old} », qui manque"),
    "contact": N_("contact : jamais lu"),
    "": N_("titre non reconnu"),
}


def label(column: str) -> str:
    """Say what a column of the record holds, in the current language; ``""`` for none."""
    field = next((each for each in FIELDS if each.column == column), None)
    return field.heading(language()) if field else _({**_NEVER_A_HEADING, **_OTHERS}.get(column, column))


def why(reason: str, *, old: str = "") -> str:
    """Say why a column is proposed (:attr:`geo.columns.Choice.why`); ``old`` is the heading that is gone."""
    return _(_WHY[reason]).format(old=old)
