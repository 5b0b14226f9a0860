"""What names and codes meant when: the regions of 2023, older regions, codes that changed hands.

The product counts by the units of COD-AB 2021 (Mali) and 2024 (Mauritania).
What was said in the terms of another time is read here. Cercles and communes
of 2023 are known by name only, so its regions are made of cercles of 2021 and
always marked approximate.
"""

from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from geo import pcodes
from geo.boundaries import Boundaries
from geo.counting import SEPARATOR
from geo.projection import area_sqkm
from geo.spelling import fold


class Reading(NamedTuple):
    """One meaning of a stated parent.

    Attributes
    ----------
    vintage : str
        ``COD-AB 2021``, ``before 2016``, ``since 2023``…
    pcodes : frozenset of str
        Regions or cercles of the vintage in use that it can mean.
    whole : bool
        False where it is only part of them, and cannot be cut from the polygons.
    """

    vintage: str
    pcodes: frozenset[str]
    whole: bool


def regions_2023(boundaries: Boundaries, table: pd.DataFrame) -> pd.DataFrame:
    """Region since 2023 of every cercle in use, approximate.

    Parameters
    ----------
    boundaries : Boundaries
    table : pandas.DataFrame
        ``adm2_pcode, region_2023, note`` in the codes of COD-AB 2021 (``data/boundaries/regions_2023.csv``).

    Returns
    -------
    pandas.DataFrame
        One row a cercle: ``country, adm1_pcode, adm1_name, adm2_pcode, adm2_name, region_2023,
        approximate, note``. Mauritania's wilayas did not change: their own name, not approximate.

    Raises
    ------
    ValueError
        If the layer in use is of a vintage whose cercles the table does not know.
    """
    cercles = pd.DataFrame(boundaries.cercles.drop(columns="geometry"))
    kept = cercles[["country", "adm1_pcode", "adm1_name", "adm2_pcode", "adm2_name"]]
    joined = kept.merge(table[["adm2_pcode", "region_2023", "note"]], on="adm2_pcode", how="left")
    mali = joined["country"] == "ML"
    unknown = joined[mali & joined["region_2023"].isna()]
    if len(unknown) or boundaries.vintages.get("ML", "COD-AB 2021") != "COD-AB 2021":
        raise ValueError(
            f"regions of 2023 are known for COD-AB 2021, not for {boundaries.vintages.get('ML')}"
        )
    return joined.assign(
        region_2023=joined["region_2023"].where(mali, joined["adm1_name"]),
        approximate=mali,
        note=joined["note"].fillna(""),
    )


def later_regions(boundaries: Boundaries, table: pd.DataFrame) -> pd.DataFrame:
    """Regions since 2023, one row each, with the cercles of 2021 that stand for them.

    Returns
    -------
    pandas.DataFrame
        ``pcode, name, country, cercles`` (P-codes separated by ``;``), ``label_lon, label_lat, focus, drawn,
        area_sqkm`` [km²], ``changed`` (not the same cercles as a region of 2021), ``approximate, note``,
        sorted by ``pcode``. A changed region has a key of its own, such as ``2023-bandiagara``: codes
        of 2021 mean something else.
    """
    by_cercle = regions_2023(boundaries, table)
    cercles = boundaries.cercles.set_index("adm2_pcode")
    before = by_cercle.groupby("adm1_pcode")["adm2_pcode"].agg(frozenset).to_dict()
    rows = []
    for (country, name), group in by_cercle.groupby(["country", "region_2023"]):
        codes = sorted(group["adm2_pcode"])
        region = group["adm1_pcode"].iloc[0]
        changed = frozenset(codes) != before[region]
        inside = cercles.loc[codes]
        largest = inside.iloc[int(inside["area_sqkm"].to_numpy().argmax())]
        rows.append(
            {
                "pcode": "2023-" + fold(str(name)).replace(" ", "-") if changed else region,
                "name": name,
                "country": country,
                "cercles": SEPARATOR.join(codes),
                "label_lon": float(largest["label_lon"]),
                "label_lat": float(largest["label_lat"]),
                "focus": bool(inside["focus"].any()),
                "drawn": bool(inside["drawn"].any()),
                "area_sqkm": float(inside["area_sqkm"].sum()),
                "changed": changed,
                "approximate": bool(group["approximate"].any()),
                "note": next(filter(None, group["note"]), ""),
            }
        )
    return pd.DataFrame(rows).sort_values("pcode", ignore_index=True)


def parent_readings(text: str, units: pd.DataFrame, table: pd.DataFrame) -> tuple[Reading, ...]:
    """Every meaning of a stated region or cercle, the vintage in use first.

    Parameters
    ----------
    text : str
        Name or P-code, as written.
    units : pandas.DataFrame
        The communes in use (:attr:`geo.boundaries.Boundaries.units`).
    table : pandas.DataFrame
        Older and newer meanings, ``name, level, vintage, pcodes, part``
        (``data/boundaries/parent_readings.csv``).

    Returns
    -------
    tuple of Reading
        Empty where nothing is known by that name.
    """
    code = pcodes.repair(text).pcode
    if code:
        known = units[(units["adm1_pcode"] == code) | (units["adm2_pcode"] == code)]
        return (Reading(known["version"].iloc[0], frozenset({code}), True),) if len(known) else ()
    key = fold(text)
    found = [
        Reading(str(version), frozenset({pcode}), True)
        for level in ("adm1", "adm2")
        for pcode, name, version in _distinct(units, level)
        if fold(name) == key
    ]
    stated = table[table["name"].map(fold) == key] if key else table.iloc[:0]
    for row in stated.itertuples(index=False):
        reading = Reading(
            str(row.vintage), frozenset(str(row.pcodes).split(SEPARATOR)), bool(row.part == "whole")
        )
        if reading.pcodes <= set(units["adm1_pcode"]) | set(units["adm2_pcode"]):
            found.append(reading)
    return tuple(dict.fromkeys(found))


def _distinct(units: pd.DataFrame, level: str) -> list[tuple[str, str, str]]:
    columns = [f"{level}_pcode", f"{level}_name", "version"]
    return [(str(a), str(b), str(c)) for a, b, c in units[columns].drop_duplicates().itertuples(index=False)]


def meaning(pcode: str, vintage: str, changes: pd.DataFrame) -> str:
    """Name of a code that changed hands, in one vintage; empty where the table does not know it.

    Parameters
    ----------
    changes : pandas.DataFrame
        ``pcode, vintage, name`` (``data/boundaries/code_changes.csv``).
    """
    rows = changes[(changes["pcode"] == pcode) & (changes["vintage"] == vintage)]
    return str(rows["name"].iloc[0]) if len(rows) else ""


def changed_codes(changes: pd.DataFrame) -> frozenset[str]:
    """Return the codes that mean different units in different vintages: no join on them without one."""
    names = changes.groupby("pcode")["name"].nunique()
    return frozenset(str(code) for code in names[names > 1].index)


def crosswalk(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, min_share: float = 0.01) -> pd.DataFrame:
    """Which communes of one vintage are which of another, by the area they share.

    Parameters
    ----------
    before, after : geopandas.GeoDataFrame
        ``adm3_pcode, adm3_name, geometry`` in EPSG:4326.
    min_share : float
        Overlaps under this share of both are borders drawn twice, not shared land.

    Returns
    -------
    pandas.DataFrame
        ``pcode_before, pcode_after, share_of_before, share_of_after`` [0-1], ``same_name``.
    """
    left, right = before.geometry.to_numpy(), after.geometry.to_numpy()
    one, other = shapely.STRtree(right).query(left, predicate="intersects")
    shared = area_sqkm(shapely.intersection(left[one], right[other]))
    names = before["adm3_name"].to_numpy()[one], after["adm3_name"].to_numpy()[other]
    table = pd.DataFrame(
        {
            "pcode_before": before["adm3_pcode"].to_numpy()[one],
            "pcode_after": after["adm3_pcode"].to_numpy()[other],
            "share_of_before": shared / area_sqkm(left)[one],
            "share_of_after": shared / area_sqkm(right)[other],
            "same_name": [fold(a) == fold(b) for a, b in zip(*names, strict=True)],
        }
    )
    kept = table[(table["share_of_before"] >= min_share) | (table["share_of_after"] >= min_share)]
    return kept.sort_values(["pcode_before", "pcode_after"], ignore_index=True)
