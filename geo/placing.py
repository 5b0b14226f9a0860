"""From a record to its unit or units: placed, to review or rejected, with the precision it has.

A position is tried first, inside the country that the record declares. What
the record states by code or name narrows, confirms or contradicts it. Nothing
is guessed: what is ambiguous or contradicted goes to review with its candidates.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import shapely

from geo import locating, stated
from geo.activities import PLACED_COLUMNS, Source
from geo.boundaries import Boundaries
from geo.counting import SEPARATOR
from geo.settings import LEVELS, MAX_KM_FROM_STATED_REGION, NAME_COLUMN, PCODE_COLUMN
from geo.stated import Readings

# Why a record is not placed. The words for readers are in geo.ui and the command line.
REASONS: Final = (
    "no_place",
    "outside_every_unit",
    "other_country",
    "in_two_countries",
    "far_from_stated_place",
    "ambiguous_place",
    "unknown_place",
    "place_contradicted",
    "code_without_vintage",
    "unknown_code",
    "code_and_name_disagree",
)
REPEAT_COLUMNS: Final = ("activity_type", "longitude", "latitude")


def place(
    records: pd.DataFrame,
    boundaries: Boundaries,
    *,
    matcher: stated.Matcher,
    readings: Readings,
    sources: Mapping[str, Source] | None = None,
) -> pd.DataFrame:
    """Place records: the same rows with the columns that placing adds.

    Parameters
    ----------
    records : DataFrame
        Complete records (:func:`geo.activities.complete`).
    boundaries : Boundaries
        Communes of both countries.
    matcher : callable
        Names to units, see :func:`geo.stated.resolve`.
    readings : callable
        Every set of units that a stated region name can mean, current vintage first.
    sources : mapping, optional
        For the country that a source declares.

    Returns
    -------
    DataFrame
        ``records`` with ``outcome`` (placed, review, rejected), ``reason``,
        ``precision``, ``place_set``, ``adm*_pcode``, ``vintage``, ``method``,
        ``score`` [0-100], ``candidates``, ``distance_km``, ``flags``.
    """
    communes = boundaries.communes
    said = stated.resolve(records, communes, matcher=matcher, readings=readings)
    usable = usable_position(records)
    country = declared_country(records, said, sources=sources or {})
    blank = {column: "" for column in PLACED_COLUMNS} | {"score": np.nan, "distance_km": np.nan}
    placed = pd.DataFrame(blank, index=records.index)
    by_point = _place_points(records[usable], said[usable], country[usable], readings, boundaries)
    by_name = _place_stated(said[~usable], has_position=records.loc[~usable, "longitude"].notna())
    for part in (by_point, by_name):
        placed.loc[part.index, part.columns] = part
    placed = with_units(placed, communes)
    flags = _add_flag(placed["flags"], repeats(records), "possible_repeat")
    return records.drop(columns=[c for c in PLACED_COLUMNS if c in records]).join(placed.assign(flags=flags))


def usable_position(records: pd.DataFrame) -> pd.Series:
    """Rows with a longitude and latitude that can be a place; 0/0 is what devices write for none."""
    x, y = records["longitude"], records["latitude"]
    return x.between(-180, 180) & y.between(-90, 90) & ~((x == 0) & (y == 0))


def declared_country(
    records: pd.DataFrame, said: pd.DataFrame, *, sources: Mapping[str, Source]
) -> pd.Series:
    """Country of each record: of its stated place, else of its source; ``""`` where neither says."""
    countries = {key: source.country for key, source in sources.items()}
    of_source = records["source_id"].map(lambda key: countries.get(key, ""))
    of_place = said["stated_set"].str.slice(0, 2)
    return of_place.where(of_place != "", of_source).astype("str")


def repeats(records: pd.DataFrame) -> pd.Series:
    """Rows that say again what an earlier row says.

    With a position: the same type at the same coordinates. Without: every
    column of the provider alike but the key. A repeat is placed and counted,
    and its flag is counted beside.
    """
    located = usable_position(records)
    again = pd.Series(False, index=records.index)
    again[located] = records[located].duplicated(list(REPEAT_COLUMNS))
    others = [column for column in records if column not in ("record_key", *PLACED_COLUMNS)]
    again[~located] = records.loc[~located, others].duplicated()
    return again


def repeat_keys(records: pd.DataFrame) -> np.ndarray:
    """Return a key for each row: a row repeats an earlier one where their keys are equal.

    For records that do not fit into memory at once, where :func:`repeats` sees each part alone.

    Returns
    -------
    array of uint64, shape (rows, 2)
        128 bits of a cryptographic digest: among 10⁹ rows two different ones agree by chance once in
        10²⁰ times.
    """
    located = usable_position(records)
    others = [column for column in records if column not in ("record_key", *PLACED_COLUMNS)]
    # 0.0 and -0.0 are one figure, and would not be written alike.
    figures = {str(name): records[name] + 0.0 for name in records.select_dtypes("number")}
    alike = records.assign(**figures)
    keys = np.empty((len(records), 2), dtype=np.uint64)
    for rows, columns in ((located, list(REPEAT_COLUMNS)), (~located, others)):
        cells = zip(*(alike[name][rows].to_list() for name in columns), strict=True)
        said = (hashlib.blake2b(repr(each).encode(), digest_size=16).digest() for each in cells)
        keys[rows.to_numpy()] = np.frombuffer(b"".join(said), dtype=np.uint64).reshape(-1, 2)
    return keys


def _place_points(
    records: pd.DataFrame,
    said: pd.DataFrame,
    country: pd.Series,
    readings: Readings,
    boundaries: Boundaries,
) -> pd.DataFrame:
    communes = boundaries.communes
    x, y = records["longitude"].to_numpy(), records["latitude"].to_numpy()
    hits = {code: _locate_in(communes, code, x, y) for code in sorted(communes["country"].unique())}
    index, reason, candidates, flags = _choose_country(hits, country.to_numpy(), communes)
    result = pd.DataFrame(
        {
            "outcome": np.where(reason == "", "placed", "review"),
            "reason": reason,
            "precision": np.where(reason == "", "point", ""),
            "place_set": np.where(reason == "", communes["adm3_pcode"].to_numpy()[index], ""),
            "method": "position",
            "candidates": candidates,
            "distance_km": np.nan,
            "flags": flags,
        },
        index=records.index,
    )
    result = _with_nearest(result, country, x, y, communes)
    return _check_stated(result, records, said, readings, boundaries)


def _locate_in(communes: pd.DataFrame, country: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    rows = np.flatnonzero(communes["country"].to_numpy() == country)
    found = locating.locate(x, y, communes["geometry"].to_numpy()[rows])
    return np.where(found == locating.NOWHERE, locating.NOWHERE, rows[found])


def _choose_country(
    hits: Mapping[str, np.ndarray], country: np.ndarray, communes: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One polygon for each point: inside the declared country first, never another's in silence."""
    codes = communes["adm3_pcode"].to_numpy().astype(object)
    stack = np.stack(list(hits.values()))
    inside = stack != locating.NOWHERE
    any_hit, several = inside.any(axis=0), inside.sum(axis=0) > 1
    index = stack.max(axis=0)
    candidates = np.full(len(country), "", dtype=object)
    for hit in stack:
        these = hit != locating.NOWHERE
        candidates[these] = [
            f"{a};{b}" if a else b for a, b in zip(candidates[these], codes[hit[these]], strict=True)
        ]
    own = np.zeros(len(country), dtype=bool)
    for name, hit in hits.items():
        mine = (country == name) & (hit != locating.NOWHERE)
        index[mine], own[mine] = hit[mine], True
    declared = country != ""
    reason = np.full(len(country), "", dtype=object)
    reason[~any_hit] = "outside_every_unit"
    reason[any_hit & declared & ~own] = "other_country"
    reason[several & ~declared] = "in_two_countries"
    flags = np.where(several & own, "border_overlap", "").astype(object)
    candidates[reason == ""] = ""
    return index, reason, candidates, flags


def _with_nearest(
    result: pd.DataFrame, country: pd.Series, x: np.ndarray, y: np.ndarray, communes: pd.DataFrame
) -> pd.DataFrame:
    """Return the nearest unit and the distance to it, for points outside the country they should lie in."""
    astray = result["reason"].isin(["outside_every_unit", "other_country"])
    candidates, distance = result["candidates"].copy(), result["distance_km"].copy()
    for name, rows in country[astray].groupby(country[astray], sort=False).groups.items():
        among = communes[communes["country"] == name] if name else communes
        place = result.index.get_indexer(rows)
        index, km = locating.nearest(x[place], y[place], among["geometry"].to_numpy())
        near = pd.Series(among["adm3_pcode"].to_numpy()[index], index=rows, dtype="str")
        held = candidates[rows]
        candidates[rows] = near.where(held == "", held + SEPARATOR + near)
        distance[rows] = km.round(2)
    return result.assign(candidates=candidates, distance_km=distance)


def _check_stated(
    result: pd.DataFrame,
    records: pd.DataFrame,
    said: pd.DataFrame,
    readings: Readings,
    boundaries: Boundaries,
) -> pd.DataFrame:
    """Compare each placed position with the place that its row states."""
    checked = result.copy()
    above = boundaries.units.set_index("adm3_pcode")[["adm1_pcode", "adm2_pcode"]]
    placed = result["outcome"] == "placed"
    asked = pd.DataFrame({"stated": said["stated_set"], "region": records["provider_adm1_name"]}).loc[placed]
    for (stated_set, region), group in asked.groupby(["stated", "region"], sort=False):
        rows = group.index
        known = _readings_of(str(stated_set), str(region), readings)
        if not known:
            continue
        units = above.loc[result.loc[rows, "place_set"]].reset_index()
        current, older = _agreement(units, known)
        flags = checked.loc[rows, "flags"]
        flags = _add_flag(flags, pd.Series(older & ~current, index=rows), "older_vintage")
        flags = _add_flag(flags, pd.Series(~older, index=rows), "stated_place_differs")
        checked.loc[rows, "flags"] = flags
        away = rows[~older]
        points = records.loc[away, ["longitude", "latitude"]].to_numpy()
        km = _km_to_units(points, frozenset().union(*known), boundaries)
        checked.loc[away, "distance_km"] = km.round(2)
        far = away[km > MAX_KM_FROM_STATED_REGION]
        checked.loc[far, "candidates"] = checked.loc[far, "place_set"] + SEPARATOR + str(stated_set)
        checked.loc[far, ["precision", "place_set"]] = ""
        checked.loc[far, ["outcome", "reason"]] = ["review", "far_from_stated_place"]
    return checked


def _readings_of(stated_set: str, region: str, readings: Readings) -> tuple[frozenset[str], ...]:
    codes = frozenset(code for code in stated_set.split(SEPARATOR) if code)
    if codes and SEPARATOR not in region and len(codes) == 1 and _is_region(next(iter(codes))):
        return (codes, *readings(region)) if region else (codes,)
    return (codes,) if codes else readings(region)


def _is_region(pcode: str) -> bool:
    return len(pcode) == len("ML05")


def _agreement(units: pd.DataFrame, known: tuple[frozenset[str], ...]) -> tuple[np.ndarray, np.ndarray]:
    """Whether each point's unit lies in the current reading, and whether in any."""
    hits = [
        np.logical_or.reduce([units[column].isin(reading).to_numpy() for column in PCODE_COLUMN.values()])
        for reading in known
    ]
    return hits[0], np.logical_or.reduce(hits)


def _km_to_units(points: np.ndarray, pcodes: frozenset[str], boundaries: Boundaries) -> np.ndarray:
    shapes = [
        shape
        for level in LEVELS
        for shape in boundaries.level(level).loc[
            lambda units, level=level: units[PCODE_COLUMN[level]].isin(pcodes), "geometry"
        ]
    ]
    if not len(points) or not shapes:
        return np.zeros(len(points))
    return locating.distance_km(points[:, 0], points[:, 1], shapely.GeometryCollection(shapes))


def _place_stated(said: pd.DataFrame, *, has_position: pd.Series) -> pd.DataFrame:
    """Rows without a usable position, by what they state."""
    named = said["stated_level"] != ""
    settled = named & (said["stated_reason"] == "")
    several = said["stated_set"].str.contains(SEPARATOR, regex=False)
    precision = said["stated_level"].where(~several, "several").where(settled, "")
    # The set's own level rules where a name was settled through a locality or a code of another level.
    outcome = np.select([settled, named], ["placed", "review"], "rejected")
    reason = said["stated_reason"].where(named, "no_place").where(~settled, "")
    return pd.DataFrame(
        {
            "outcome": outcome,
            "reason": reason,
            "precision": precision,
            "place_set": said["stated_set"].where(settled, ""),
            "method": said["stated_method"],
            "score": said["stated_score"],
            "candidates": said["stated_candidates"],
            "flags": _add_flag(said["stated_flags"], has_position, "position_unusable"),
        },
        index=said.index,
    )


def _add_flag(flags: pd.Series, rows: pd.Series, flag: str) -> pd.Series:
    added = flags.where(flags == "", flags + SEPARATOR) + flag
    return flags.where(~rows.reindex(flags.index, fill_value=False), added).astype("str")


def with_units(placed: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """Return placed rows with the P-codes of the unit at or above their place set at each level.

    A level at which the place set has more than one unit stays empty.
    """
    parents = _parents(communes)
    sets = placed["place_set"].drop_duplicates()
    rows = {text: _common_units(text, parents) for text in sets}
    found = placed["place_set"].map(rows)
    columns = {
        column: found.map(lambda units, place=place: units[place])
        for place, column in enumerate((*PCODE_COLUMN.values(), "vintage"))
    }
    return placed.assign(**columns)


def with_names(placed: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return placed rows with the name of its unit after each P-code."""
    table = placed.copy()
    for code, name in zip(PCODE_COLUMN.values(), NAME_COLUMN.values(), strict=True):
        names = dict(zip(units[code], units[name], strict=True))
        told = table[code].map(lambda each, names=names: names.get(each, "")).astype("str")
        table.insert(list(table).index(code) + 1, name, told)
    return table


def _parents(communes: pd.DataFrame) -> dict[str, tuple[str, str, str, str]]:
    table: dict[str, tuple[str, str, str, str]] = {}
    columns = ["adm1_pcode", "adm2_pcode", "adm3_pcode", "version"]
    for region, cercle, commune, version in communes[columns].itertuples(index=False):
        table[commune] = (region, cercle, commune, version)
        table[cercle] = (region, cercle, "", version)
        table[region] = (region, "", "", version)
    return table


def _common_units(place_set: str, parents: Mapping[str, tuple[str, str, str, str]]) -> tuple[str, ...]:
    places = [parents[code] for code in place_set.split(SEPARATOR) if code]
    if not places:
        return ("", "", "", "")
    return tuple(values[0] if len(set(values)) == 1 else "" for values in zip(*places, strict=True))
