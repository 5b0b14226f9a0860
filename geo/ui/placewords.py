"""What a unit is called: commune, cercle or moughataa, région or wilaya, and what it lies in."""

from typing import Final

from geo import pcodes
from geo.i18n import N_, _
from geo.settings import LEVELS
from geo.ui.data import Ground

KINDS: Final = {
    ("ML", "region"): N_("région"),
    ("ML", "cercle"): N_("cercle"),
    ("ML", "commune"): N_("commune"),
    ("MR", "region"): N_("wilaya"),
    ("MR", "cercle"): N_("moughataa"),
    ("MR", "commune"): N_("commune"),
}


def kind(level: str, pcode: str) -> str:
    """Return the word of the unit's own country for its level."""
    return _(KINDS[pcode[:2], level])


def parents(pcode: str, level: str) -> dict[str, str]:
    """P-codes of what a unit lies in by level, nearest first."""
    above = LEVELS[: LEVELS.index(level)]
    return {upper: pcodes.parent(pcode, upper) for upper in reversed(above)}


def described(pcode: str, level: str, ground: Ground) -> str:
    """``commune · cercle Gao · région Gao``: tells the three Gao apart."""
    inside = [
        f"{kind(upper, code)} {ground.names.get(code, code)}" for upper, code in parents(pcode, level).items()
    ]
    return " · ".join([kind(level, pcode), *inside])


def places(place_set: str, ground: Ground, *, most: int = 4) -> str:
    """Names of a ``;``-separated set of places, with their kind, the first few."""
    codes = [code for code in place_set.split(";") if code]
    named = [f"{ground.names.get(code, code)} ({kind(pcodes.level(code), code)})" for code in codes[:most]]
    return ", ".join(named) + ("…" if len(codes) > most else "")
