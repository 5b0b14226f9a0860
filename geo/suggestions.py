"""Candidates for a place name that was not settled, with the reason for each, for a person to choose from."""

from typing import Final, NamedTuple

import pandas as pd

from geo.gazetteer import Gazetteer, cost, gazetteer, is_beginning, nearest
from geo.i18n import N_, _
from geo.readings import parent_readings, scope
from geo.settings import LEVELS
from geo.spelling import Name, parse, skeleton

COLUMNS: Final = ("pcode", "level", "name", "adm1_pcode", "adm2_pcode", "score", "inside", "reason")
_REASONS: Final = {
    "exact": N_("nom officiel"),
    "spelling": N_("graphie connue : {name}"),
    "sound": N_("se prononce comme {name}"),
    "part": N_("partie du nom {name}"),
    "script": N_("mêmes consonnes que {name}"),
    "close": N_("proche de {name}"),
}
# Likeness of what is not measured in errors [0-100].
_PART: Final = 80.0


class Likeness(NamedTuple):
    """How alike a name and a unit are [0-100], how that was found, and the unit's spelling it is like."""

    score: float
    kind: str
    text: str


def candidates(
    text: str,
    units: pd.DataFrame | Gazetteer,
    *,
    region: str = "",
    cercle: str = "",
    level: str = "commune",
    limit: int = 5,
) -> pd.DataFrame:
    """Units that a written name may mean, the likeliest first.

    Those inside the stated parents come first; what lies elsewhere or is of another level
    says so in its reason. Nothing is decided here.

    Parameters
    ----------
    text, region, cercle : str
        The name and its stated parents as written.
    units : DataFrame or Gazetteer
    level : str
        Level that the name should be of.
    limit : int
        Number of candidates at most.

    Returns
    -------
    DataFrame
        ``pcode, level, name, adm1_pcode, adm2_pcode, score`` [0-100], ``inside`` (bool: agrees
        with level and parents), ``reason`` (a phrase in the current language).
    """
    gaz = units if isinstance(units, Gazetteer) else gazetteer(units)
    name = parse(text)
    stated = _stated(gaz, level, region, cercle)
    likely = {unit: _likeness(name, unit, gaz) for unit in _within_reach(name, gaz)}
    ranked = sorted(
        likely,
        key=lambda unit: (
            unit not in stated.allowed,
            unit not in gaz.drawn,
            # The same name in another cercle is likelier than in another region.
            -likely[unit].score,
            unit not in stated.of_region,
            unit,
        ),
    )[:limit]
    rows = gaz.units.loc[ranked, ["pcode", "level", "name", "adm1_pcode", "adm2_pcode"]].assign(
        score=[round(likely[unit].score, 1) for unit in ranked],
        inside=[unit in stated.allowed for unit in ranked],
        reason=[_reason(likely[unit], unit, stated, gaz) for unit in ranked],
    )
    return rows.reset_index(drop=True)[list(COLUMNS)]


def _within_reach(name: Name, gaz: Gazetteer) -> set[int]:
    if not name.folded:
        return set()
    everything = frozenset(gaz.units.index)
    found = {unit for _away, unit in nearest([name], gaz, everything)[0]}
    for level in LEVELS:
        found |= gaz.having_part(name, level)
        found |= gaz.bones.get((level, skeleton(name.light)), frozenset()) if name.arabic else frozenset()
    return found


def _likeness(name: Name, unit: int, gaz: Gazetteer) -> Likeness:
    return max(_of_spelling(name, entry.name, entry.text, entry.origin) for entry in gaz.names[unit])


def _of_spelling(name: Name, known: Name, text: str, origin: str) -> Likeness:
    if name.whole == known.whole:
        return Likeness(100.0, "exact", text) if origin == "official" else Likeness(98.0, "spelling", text)
    if name.light == known.light:
        return Likeness(95.0, "sound", text)
    if name.arabic and skeleton(name.light) == skeleton(known.light):
        return Likeness(90.0, "script", text)
    if set(name.tokens) < set(known.tokens) or is_beginning(name, known):
        return Likeness(_PART, "part", text)
    letters = max(len(name.light), 1)
    return Likeness(max(0.0, 94.0 * (1 - cost(name, known) / letters)), "close", text)


class Stated(NamedTuple):
    """The parents written beside a name, and the units that each of them leaves open.

    ``allowed`` agrees with both, ``of_region`` with the region alone, ``current`` with the
    region in the vintage in use.
    """

    region: str
    cercle: str
    level: str
    allowed: frozenset[int]
    of_region: frozenset[int]
    current: frozenset[int]


def _stated(gaz: Gazetteer, level: str, region: str, cercle: str) -> Stated:
    everything = gaz.at_level[level]
    now = [code for code in parent_readings(region, gaz) if _is_named(gaz, code, region)]
    return Stated(
        region.strip(),
        cercle.strip(),
        level,
        scope(gaz, level=level, region=region, cercle=cercle).allowed,
        scope(gaz, level=level, region=region).allowed,
        gaz.within(now) & everything if now else frozenset(),
    )


def _is_named(gaz: Gazetteer, code: str, text: str) -> bool:
    """Whether a unit carries this name today: other readings of a name carry another."""
    name = parse(text)
    return any(entry.name.light == name.light for entry in gaz.names[gaz.row[code]])


def _reason(found: Likeness, unit: int, stated: Stated, gaz: Gazetteer) -> str:
    said = [_(_REASONS[found.kind]).format(name=found.text), *_where(unit, stated, gaz)]
    if unit not in gaz.drawn:
        said.append(_("hors des régions suivies"))
    return ", ".join(said)


def _where(unit: int, stated: Stated, gaz: Gazetteer) -> list[str]:
    """Say in which way a unit does not agree with what is stated; nothing where it does."""
    level = gaz.units.at[unit, "level"]
    if level != stated.level:
        return [_("d'un autre niveau")]
    if unit not in stated.of_region:
        return [_("dans une autre région que « {name} »").format(name=stated.region)]
    if unit not in stated.allowed:
        return [_("dans un autre cercle que « {name} »").format(name=stated.cercle)]
    if stated.region and level != "region" and stated.current and unit not in stated.current:
        return [_("« {name} » selon un découpage plus ancien").format(name=stated.region)]
    return []
