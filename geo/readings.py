"""What a stated region or cercle can mean, read through every known vintage.

Names and limits of regions and cercles change: until 2016 Gao held Ménaka, since 2023
Bandiagara and Douentza are regions of their own. A parent contradicts a place only when
none of its readings holds it.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from geo import pcodes
from geo.gazetteer import Gazetteer, cost
from geo.spelling import Name, light, parse, related

# What more than the unit of the same name a stated region or cercle can mean, as P-codes
# of the units of 2021 (Mali) and 2024 (Mauritania); a gazetteer may bring further ones.
# Mali: law 2012-017, in force 2016 (Ménaka cut out of Gao, Taoudénit out of Tombouctou; the
# cercle of Ménaka became a region), and law 2023-006. Mauritania: the moughataas of 2020
# that held the communes of Adel Bagrou and Touil.
_READINGS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    (level, light(name)): frozenset(codes)
    for level, name, codes in (
        ("region", "gao", ("ML07", "ML10")),
        ("region", "bandiagara", ("ML0501", "ML0502", "ML0505")),
        ("region", "taoudenit", ("ML06",)),
        ("region", "taoudenni", ("ML06",)),
        ("region", "hodh", ("MR01", "MR02")),
        ("cercle", "menaka", ("ML10",)),
        ("cercle", "amourj", ("MR011", "MR018")),
        ("cercle", "tintane", ("MR024", "MR025")),
    )
}

# How much of its letters a parent's name may have otherwise: more among the few cercles of
# a stated region than in the whole list. Its consonants are kept (Kani is not Kati).
PARENT_SHARE: Final = 0.3
PARENT_SHARE_OPEN: Final = 0.2


class Scope(NamedTuple):
    """The units that stated parents leave open, and how narrow that is.

    ``width`` is ``cercle`` (the communes of a cercle, the cercles of a region), ``region`` (the
    communes of a region) or ``open`` (nothing stated, or nothing known by that name).
    """

    allowed: frozenset[int]
    width: str


def parent_readings(
    text: str, gaz: Gazetteer, *, level: str = "region", inside: frozenset[int] | None = None
) -> tuple[str, ...]:
    """P-codes of the units that a stated parent can mean, of any level; empty where it is unknown.

    Parameters
    ----------
    text : str
        As written beside the place, a P-code included.
    gaz : Gazetteer
    level : str
        ``region`` or ``cercle``: the column the text came from.
    inside : frozenset of int, optional
        Units among which a close spelling is looked for, as where the region is known.
    """
    code = pcodes.repair(text).pcode
    if code in gaz.row:
        return (code,)
    name = parse(text)
    if not name.folded:
        return ()
    # The regions of 2023 carry the names of cercles; a cercle may stand in a region's column.
    levels = ("region", "cercle") if level == "region" else ("cercle",)
    found = next(filter(None, (_sounding(name, gaz, each) for each in levels)), ())
    named = found or _other_years(name.light, level, gaz) or _sounding(name, gaz, "commune")
    if not named:
        found = next(filter(None, (_closest(name, gaz, each, inside) for each in levels)), ())
    own = [entry.name.light for code in found for entry in gaz.names[gaz.row[code]]]
    more = {code for key in (name.light, *own) for code in _other_years(key, level, gaz)}
    return tuple(sorted({*found, *more}))


def _other_years(key: str, level: str, gaz: Gazetteer) -> frozenset[str]:
    return _READINGS.get((level, key), frozenset()) | gaz.readings.get((level, key), frozenset())


def scope(gaz: Gazetteer, *, level: str, region: str = "", cercle: str = "") -> Scope:
    """Find the units of a level that the stated parents leave open.

    A region and a cercle that exclude each other leave nothing: every name is contradicted.
    """
    everything = gaz.at_level[level]
    of_region = parent_readings(region, gaz, level="region") if level != "region" else ()
    inside = gaz.within(of_region) & everything if of_region else everything
    width = "open" if not of_region else "cercle" if level == "cercle" else "region"
    if level != "commune" or not cercle.strip():
        return Scope(inside, width)
    of_cercle = parent_readings(
        cercle, gaz, level="cercle", inside=gaz.within(of_region) if of_region else None
    )
    if of_cercle:
        return Scope(inside & gaz.within(of_cercle), "cercle")
    # Since 2023 many communes are cercles that hold some neighbours too: the region
    # stated beside such a cercle holds, else the cercle that the commune lies in.
    town = _sounding(parse(cercle), gaz, "commune")
    if not of_region and town:
        return Scope(gaz.within(pcodes.parent(code, "cercle") for code in town) & everything, "region")
    return Scope(inside, width)


def _sounding(name: Name, gaz: Gazetteer, level: str) -> tuple[str, ...]:
    units = gaz.sound.get((level, name.folded)) or gaz.sound.get((level, name.light)) or frozenset()
    return tuple(
        gaz.pcodes[unit]
        for unit in sorted(units)
        if any(name.folded == one.folded or name.light == one.light for one in _known(unit, gaz))
    )


def _known(unit: int, gaz: Gazetteer) -> list[Name]:
    """Names of a unit; those made by rule only where it is drawn: Boghé of Brakna is not Boré."""
    made = unit in gaz.drawn
    return [entry.name for entry in gaz.names[unit] if made or entry.origin != "variant"]


def _closest(name: Name, gaz: Gazetteer, level: str, inside: frozenset[int] | None) -> tuple[str, ...]:
    units = gaz.at_level[level] if inside is None else gaz.at_level[level] & inside
    distances = sorted(
        (min(costs), unit)
        for unit in units
        if (costs := [cost(name, known) for known in _known(unit, gaz) if related(name, known)])
    )
    whole = inside is None and level == "cercle"
    limit = (PARENT_SHARE_OPEN if whole else PARENT_SHARE) * len(name.light)
    best = distances[0][0] if distances else limit + 1
    if best > limit:
        return ()
    # Equally close ones are all kept: a parent narrows, it never decides.
    return tuple(gaz.pcodes[unit] for distance, unit in distances if distance <= best)
