"""Decisions on positions in doubt, applied: which unit it is, and whether the position is kept."""

from typing import Final

import numpy as np
import pandas as pd

from geo import locating, pcodes
from geo.boundaries import Boundaries
from geo.counting import SEPARATOR
from geo.placing import usable_position, with_units
from geo.settings import MAX_KM_BESIDE_COMMUNE, PCODE_COLUMN
from geo.store.alike import doubtful_positions, position_keys, spot_keys, spots_of

# Method and flag of a row that was left where the counts it replaces had it.
AS_COUNTED: Final = "as_counted"


def with_decided_positions(
    placed: pd.DataFrame, boundaries: Boundaries, decisions: pd.DataFrame
) -> pd.DataFrame:
    """Return placed records with the decisions on positions applied.

    A decision says which unit it is. A position inside that unit was right and is kept, and so is
    one within 5 km of a commune; any other is set aside, and the row is known to the unit only.

    Parameters
    ----------
    placed : DataFrame
        Of :func:`geo.placing.place`.
    decisions : DataFrame
        ``place_key, pcode`` of the decisions on positions that stand.
    """
    if decisions.empty:
        return placed
    rows = placed[doubtful_positions(placed)]
    if rows.empty:
        return placed
    table = dict(zip(decisions["place_key"], decisions["pcode"], strict=True))
    # "None of ours" leaves the row where it is; so does a unit that these boundaries do not have.
    known = {code for column in PCODE_COLUMN.values() for code in boundaries.units[column]}
    asked = position_keys(rows).map(lambda key: table.get(key, ""))
    asked = asked[asked.isin(known - {""})]
    if asked.empty:
        return placed
    parts = [
        _placed_in(rows.loc[index], str(code), boundaries)
        for code, index in asked.groupby(asked, sort=False).groups.items()
    ]
    settled = with_units(pd.concat(parts), boundaries.communes)
    result = placed.copy()
    result.loc[settled.index, list(settled.columns)] = settled
    return result


def with_counted_positions(
    placed: pd.DataFrame, boundaries: Boundaries, decisions: pd.DataFrame
) -> pd.DataFrame:
    """Return placed records with the positions that were left where the replaced counts had them.

    The row keeps its position and its doubts; the flag says where its commune comes from.

    Parameters
    ----------
    placed : DataFrame
        Of :func:`geo.placing.place`.
    decisions : DataFrame
        ``place_key, pcode`` of these decisions that stand.
    """
    if decisions.empty:
        return placed
    communes = set(boundaries.communes["adm3_pcode"])
    table = {
        spot: code
        for key, code in zip(decisions["place_key"], decisions["pcode"], strict=True)
        for spot in spots_of(key)
        if code in communes
    }
    rows = placed[usable_position(placed)]
    codes = spot_keys(rows).map(lambda key: table.get(key, "")).astype("str")
    rows, codes = rows[codes != ""], codes[codes != ""]
    if rows.empty:
        return placed
    flags = rows["flags"].where(rows["flags"] == "", rows["flags"] + SEPARATOR) + AS_COUNTED
    told = {"outcome": "placed", "reason": "", "precision": "point", "candidates": "", "method": AS_COUNTED}
    settled = rows[["distance_km", "score"]].assign(place_set=codes, flags=flags, **told)
    settled = with_units(settled, boundaries.communes)
    result = placed.copy()
    result.loc[settled.index, list(settled.columns)] = settled
    return result


def _placed_in(rows: pd.DataFrame, pcode: str, boundaries: Boundaries) -> pd.DataFrame:
    commune, kept = _holding(rows, pcode, boundaries)
    level = pcodes.level(pcode)
    return pd.DataFrame(
        {
            "outcome": "placed",
            "reason": "",
            "precision": np.where(kept, "point", level),
            "place_set": np.where(kept, commune, pcode),
            "method": "decision",
            "candidates": "",
        },
        index=rows.index,
    )


def _holding(rows: pd.DataFrame, pcode: str, boundaries: Boundaries) -> tuple[np.ndarray, np.ndarray]:
    """The commune of the unit that is nearest to each position, and whether it is as good as inside."""
    units = boundaries.communes
    inside = units[np.logical_or.reduce([units[column] == pcode for column in PCODE_COLUMN.values()])]
    x, y = rows["longitude"].to_numpy(dtype=float), rows["latitude"].to_numpy(dtype=float)
    index, km = locating.nearest(x, y, inside["geometry"].to_numpy())
    # Only a commune is near enough to be meant by a point beside it; a cercle or region must hold it.
    limit = MAX_KM_BESIDE_COMMUNE if pcodes.level(pcode) == "commune" else 0.0
    return inside["adm3_pcode"].to_numpy()[index], km <= limit
