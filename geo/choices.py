"""What a group of doubtful rows may mean: each unit with its letter, the reason and the distance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from geo import locating, pcodes
from geo.boundaries import Boundaries
from geo.counting import SEPARATOR
from geo.gazetteer import Gazetteer
from geo.i18n import N_, _, number
from geo.readings import parent_readings
from geo.settings import LEVELS, MAX_KM_BESIDE_COMMUNE, MAX_KM_FROM_STATED_REGION, PCODE_COLUMN
from geo.suggestions import candidates

# How a decision is made: on one written name under its parents, on all that a row states, or on
# positions that are in doubt for the same reason.
NAME, PLACE, POSITION = "name", "place", "position"
# Made with an import: these positions, one by one, lie where the counts that it replaces had them.
COUNTED = "counted"
LETTERS: Final = "ABCDEFGHIJKL"
COLUMNS: Final = ("letter", "pcode", "level", "name", "reason", "km", "kept")
# Names alike that are offered at most, and how alike the second name of a contradiction must be.
_NAMES_OFFERED: Final = 5
# What lies outside the stated parents must be this alike to be offered [0-100].
_LEAST_OUTSIDE: Final = 78.0
_LEAST_ALIKE: Final = 90.0
# Communes beside a position outside every unit that are offered.
_NEAREST_OFFERED: Final = 3
_STATED_WORDS: Final = {
    "region": N_("lieu indiqué : les lignes ne seront connues qu'à la région / wilaya"),
    "cercle": N_("lieu indiqué : les lignes ne seront connues qu'au cercle / à la moughataa"),
}
_COUNTRIES: Final = {"ML": N_("Mali"), "MR": N_("Mauritanie")}
# A unit and why; the distance [km] and whether the position is kept, where there is one.
_Found = tuple[str, str, float, bool]


def choices(group: Mapping[Any, Any], boundaries: Boundaries, names: Gazetteer) -> pd.DataFrame:
    """Return the units that a group may mean, the likeliest first.

    Parameters
    ----------
    group : mapping
        A row of :func:`geo.store.review.groups`.
    names : Gazetteer
        Of the same boundaries.

    Returns
    -------
    DataFrame
        ``letter, pcode, level, name, reason`` (in the current language), ``km`` (from the
        positions, or from the parent that is stated; missing where that says nothing),
        ``kept`` (bool: the rows keep their position).
    """
    of_kind = {NAME: _of_name, PLACE: _of_place, POSITION: _of_position}
    found: dict[str, _Found] = {}
    for one in of_kind[group["kind"]](group, boundaries, names):
        if one[0] in names.row:
            found.setdefault(one[0], one)
    rows = [
        (letter, code, pcodes.level(code), _called(code, names), reason, km, kept)
        for letter, (code, reason, km, kept) in zip(LETTERS, found.values(), strict=False)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def stated_parent(group: Mapping[Any, Any], names: Gazetteer) -> str:
    """Return the finest parent that a group states, where it means one unit only; else empty."""
    for level in ("cercle", "region"):
        # The name itself may be that of the cercle or of the region.
        if group[level] and LEVELS.index(level) < LEVELS.index(group["level"] or LEVELS[-1]):
            codes = parent_readings(group[level], names, level=level)
            of_level = [code for code in codes if pcodes.level(code) == level]
            if len(of_level) == 1:
                return of_level[0]
    return ""


def _of_name(group: Mapping[Any, Any], boundaries: Boundaries, names: Gazetteer) -> list[_Found]:
    alike = candidates(
        group["text"],
        names,
        region=group["region"],
        cercle=group["cercle"],
        level=group["level"],
        limit=len(LETTERS) * 3,
    )
    known = _codes(group["candidates"])
    near = alike["inside"] | (alike["score"] >= _LEAST_OUTSIDE)
    alike = alike[alike["pcode"].isin(known) | (near & (near.cumsum() <= _NAMES_OFFERED))]
    parent = stated_parent(group, names)
    found = [
        _away(code, reason, "" if inside else parent, boundaries, names)
        for code, reason, inside in alike[["pcode", "reason", "inside"]].itertuples(index=False)
    ]
    found += [(code, _("proposé par le rapprochement des noms"), np.nan, False) for code in known]
    # The last letter is kept for the parent: what can always be said.
    found = found[: len(LETTERS) - 1]
    return [*found, (parent, _(_STATED_WORDS[pcodes.level(parent)]), np.nan, False)] if parent else found


def _away(code: str, reason: str, parent: str, boundaries: Boundaries, names: Gazetteer) -> _Found:
    """A unit with its distance from the stated parent that it does not lie in."""
    if not parent or pcodes.nests(code, parent):
        return (code, reason, np.nan, False)
    x, y = label_point(code, boundaries)
    km = float(locating.distance_km(np.array([x]), np.array([y]), _shape(parent, boundaries))[0])
    words = _("{reason}, à {km} de {place}")
    return (code, words.format(reason=reason, km=_km(km), place=_called(parent, names)), km, False)


def _of_place(group: Mapping[Any, Any], _boundaries: Boundaries, names: Gazetteer) -> list[_Found]:
    words = [word.strip() for word in str(group["text"]).split(" / ")]
    written = {pcodes.repair(word).pcode: word for word in words if pcodes.repair(word).pcode}
    named = [word for word in words if not pcodes.repair(word).pcode]
    found = [
        (code, _said(code, written, named, names), np.nan, False) for code in _codes(group["candidates"])
    ]
    for word in named:
        level = next((each for each in ("region", "cercle") if word == group[each]), LEVELS[-1])
        above = "" if level == "region" else group["region"]
        alike = candidates(word, names, region=above, level=level, limit=2)
        found += [
            (code, _("nom écrit : {word}").format(word=word), np.nan, False)
            for code, score in alike[["pcode", "score"]].itertuples(index=False)
            if score >= _LEAST_ALIKE and pcodes.level(code) == level
        ]
    return found


def _said(code: str, written: Mapping[str, str], named: Sequence[str], names: Gazetteer) -> str:
    """Say which of the words of a row mean this unit."""
    said = [_("P-code écrit : {word}").format(word=written[code])] if code in written else []
    for word in named:
        if (candidates(word, names, level=pcodes.level(code), limit=len(LETTERS))["pcode"] == code).any():
            said.append(_("nom écrit : {word}").format(word=word))
    return ", ".join(said) or _("proposé par le rapprochement des noms")


def _of_position(group: Mapping[Any, Any], boundaries: Boundaries, names: Gazetteer) -> list[_Found]:
    points = np.array(group["points"], dtype=float).reshape(-1, 2)
    known = _codes(group["candidates"])
    said = _codes(group["stated"])
    reason = str(group["reason"])
    if reason == "far_from_stated_place":
        here = known[:1]
        said = said or known[1:]
    else:
        # The last candidate is the nearest unit; those before it hold the position.
        here = known if reason == "in_two_countries" else known[:-1]
    found = [(code, _at_position(code, len(points), names), np.nan, True) for code in here]
    if reason in ("outside_every_unit", "other_country"):
        country = pcodes.country(known[-1]) if known else ""
        found += _nearest(points, country, boundaries)
    return [*found, *(_stated_place(code, points, boundaries, names) for code in said)]


def _at_position(code: str, count: int, names: Gazetteer) -> str:
    words = _("la position est juste : elle est dans {unit} ({country})")
    if count > 1:
        words = _("les {n} positions sont justes : elles sont dans {unit} ({country})")
    return words.format(
        n=number(count), unit=_called(code, names), country=_(_COUNTRIES[pcodes.country(code)])
    )


def _nearest(points: np.ndarray, country: str, boundaries: Boundaries) -> list[_Found]:
    """Communes of a country nearest to the positions, the distance that of the farthest of them."""
    communes = boundaries.communes
    inside = communes[communes["country"] == country] if country else communes
    shapes = inside["geometry"].to_numpy()
    tree = shapely.STRtree(shapes)
    scale = float(np.cos(np.radians(points[:, 1].mean())))
    # Far more than are offered: degrees are not kilometres, the true distance decides.
    around = tree.query(shapely.Point(points[0]).buffer(1 / scale), predicate="intersects")
    if len(around) < _NEAREST_OFFERED:
        around = np.arange(len(shapes))
    km = {place: locating.distance_km(points[:, 0], points[:, 1], shapes[place]).max() for place in around}
    nearest = sorted(km, key=lambda place: (km[place], place))[:_NEAREST_OFFERED]
    near = [place for place in nearest if place == nearest[0] or km[place] <= MAX_KM_FROM_STATED_REGION]
    return [_beside(str(inside["adm3_pcode"].iloc[place]), float(km[place])) for place in near]


def _beside(code: str, km: float) -> _Found:
    if km <= MAX_KM_BESIDE_COMMUNE:
        return (
            code,
            _("la position est juste, à {km} du bord : elle est gardée").format(km=_km(km)),
            km,
            True,
        )
    return (code, _("voisine, à {km} : trop loin, la position est écartée").format(km=_km(km)), km, False)


def _stated_place(code: str, points: np.ndarray, boundaries: Boundaries, names: Gazetteer) -> _Found:
    away = locating.distance_km(points[:, 0], points[:, 1], _shape(code, boundaries))
    least, most = float(away.min()), float(away.max())
    if pcodes.level(code) == "commune" and most <= MAX_KM_BESIDE_COMMUNE:
        return _beside(code, most)
    words = {
        "region": N_("le nom est juste : {unit}, à {km} ; connu à la région / wilaya, sans position"),
        "cercle": N_("le nom est juste : {unit}, à {km} ; connu au cercle / à la moughataa, sans position"),
        "commune": N_("le nom est juste : {unit}, à {km} ; connu à la commune, sans position"),
    }[pcodes.level(code)]
    km = _km(most)
    if round(least) != round(most):
        km = _("{least}–{most}").format(least=number(least), most=km)
    return (code, _(words).format(unit=_called(code, names), km=km), most, False)


def _called(code: str, names: Gazetteer) -> str:
    return str(names.units.at[names.row[code], "name"])


def label_point(pcode: str, boundaries: Boundaries) -> tuple[float, float]:
    """Longitude and latitude [degree] of a unit's label, of any level."""
    row = _unit(pcode, boundaries)
    return float(row["label_lon"]), float(row["label_lat"])


def nearest_point(pcode: str, position: Sequence[float], boundaries: Boundaries) -> tuple[float, float]:
    """Longitude and latitude [degree] of a unit where it is nearest to a position."""
    x, y = shapely.get_coordinates(shapely.shortest_line(shapely.Point(position), _shape(pcode, boundaries)))[
        1
    ]
    return float(x), float(y)


def corners(pcode: str, boundaries: Boundaries) -> tuple[float, float, float, float]:
    """West, south, east and north [degree] of a unit of any level."""
    return _unit(pcode, boundaries)["geometry"].bounds


def _shape(pcode: str, boundaries: Boundaries) -> shapely.Geometry:
    return _unit(pcode, boundaries)["geometry"]


def _unit(pcode: str, boundaries: Boundaries) -> pd.Series:
    level = pcodes.level(pcode)
    frame = boundaries.level(level)
    return frame[frame[PCODE_COLUMN[level]] == pcode].iloc[0]


def _codes(texts: str) -> list[str]:
    return [code for code in texts.split(SEPARATOR) if code]


def _km(value: float) -> str:
    return _("{n} km").format(n=number(value, 0 if value >= 10 else 1))
