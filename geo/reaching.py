"""Who could be served from which locality: unserved people put on the ground, for siting."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.distances import near_matrix
from geo.siting import Reach


def shared_out(
    localities: pd.DataFrame, unserved: Mapping[str, float], *, near: pd.Series | None = None
) -> np.ndarray:
    """Unserved people of each locality: those of its commune, shared out among its localities.

    By people where every locality of the commune has a figure, else evenly: an estimate, to be marked.

    Parameters
    ----------
    localities : DataFrame
        ``adm3_pcode, people`` (NaN where unknown).
    unserved : mapping of str to float
        Unserved people by commune.
    near : Series of bool, optional
        Localities within reach of a working point already: the others come first, where there are any.
    """
    far = pd.Series(True, index=localities.index) if near is None else ~near.astype(bool)
    commune = localities["adm3_pcode"]
    some_far = far.groupby(commune).transform("any")
    counted = far | ~some_far
    group = localities["people"].where(counted).groupby(commune)
    complete = (localities["people"].notna() | ~counted).groupby(commune).transform("all")
    total = group.transform("sum")
    by_people = complete & (total > 0)
    even = counted.astype(float) / counted.astype(float).groupby(commune).transform("sum")
    share = (localities["people"].where(counted, 0.0) / total.where(total > 0)).where(by_people, even)
    of_commune = commune.map(dict(unserved)).astype(float).fillna(0.0)
    return (share * of_commune).to_numpy(dtype=float)


def reach_of(
    localities: pd.DataFrame,
    table: pd.DataFrame,
    *,
    radius_km: float,
    near: pd.Series | None = None,
    exclude: frozenset[str] = frozenset(),
    figure: str = "unserved_people",
) -> Reach:
    """Localities as candidate sites, each serving the localities within reach.

    Parameters
    ----------
    localities : DataFrame
        ``name, longitude, latitude, people, adm3_pcode``.
    table : DataFrame
        Gaps by commune.
    radius_km : float
        As far as a work serves, in a straight line [km].
    exclude : frozenset of str
        Communes, cercles or regions in which no work can be placed and nobody is served.

    Returns
    -------
    Reach
        ``sites`` with the row of ``localities`` as ``pcode``, and its ``name`` and ``adm3_pcode``.
    """
    barred = table[["pcode", "cercle_pcode", "region_pcode"]].isin(exclude).any(axis=1)
    open_to = table[~barred & (table[figure] > 0) & (table["people_per_work"] > 0)].set_index("pcode")
    unserved = dict(zip(open_to.index, open_to[figure], strict=True))
    everyone = shared_out(localities, unserved, near=near)
    inside = localities["adm3_pcode"].isin(open_to.index).to_numpy()
    kept = localities[inside]
    commune = open_to.loc[kept["adm3_pcode"]]
    sites = pd.DataFrame(
        {
            "pcode": kept.index.astype("str"),
            "region_pcode": commune["region_pcode"].to_numpy(),
            "name": kept["name"].to_numpy(),
            "adm3_pcode": kept["adm3_pcode"].to_numpy(),
        }
    )
    matrix = near_matrix(kept, kept, radius_km=radius_km)
    return Reach(sites, everyone[inside], matrix, commune["people_per_work"].to_numpy(dtype=float))
