"""Who could be served from which locality: unserved people put on the ground, and where works then go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo.distances import caveat, near_matrix, within
from geo.facts import OfType
from geo.gaps import Gaps
from geo.i18n import _, number
from geo.siting import Plan, Reach, candidates, place_sites, place_works
from geo.weighing import counted_points

# How far a new work serves, where nobody says otherwise [km].
WITHIN_KM: Final = 5.0


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
    number, codes = pd.factorize(kept["adm3_pcode"])
    return Reach(
        sites,
        everyone[inside],
        matrix,
        commune["people_per_work"].to_numpy(dtype=float),
        commune=number,
        people=open_to.loc[codes, "population_people"].to_numpy(dtype=float),
    )


@dataclass(frozen=True)
class Wanted:
    """How many works, where not, how many by region, who first, how far one serves [km]."""

    works: int
    per_region: int | None = None
    exclude: frozenset[str] = frozenset()
    worst_off_first: bool = False
    level: str = "commune"
    within_km: float = WITHIN_KM


def plan(
    gaps: Gaps, wanted: Wanted, *, of_type: OfType, localities: pd.DataFrame | None = None
) -> tuple[Plan, pd.DataFrame]:
    """Place works in communes, or in localities where these are given and asked for.

    Parameters
    ----------
    localities : DataFrame, optional
        In their communes, see :func:`geo.localities.in_communes`.

    Returns
    -------
    Plan, DataFrame
        The plan, and its steps with ``adm3_pcode``, the commune of each, and ``locality`` where works
        are placed in localities.
    """
    if wanted.level != "locality" or localities is None:
        places = candidates(gaps.table, exclude=wanted.exclude)
        found = place_works(
            places, wanted.works, limits=wanted.per_region, worst_off_first=wanted.worst_off_first
        )
        return found, found.steps.rename(columns={"pcode": "adm3_pcode"})
    works = counted_points(of_type, gaps.facts.view.assumptions)
    near = within(localities, works, radii_m=(1000 * wanted.within_km,)).iloc[:, -1] if len(works) else None
    reach = reach_of(localities, gaps.table, radius_km=wanted.within_km, near=near, exclude=wanted.exclude)
    found = place_sites(reach, wanted.works, limits=wanted.per_region, worst_off_first=wanted.worst_off_first)
    chosen = reach.sites.set_index("pcode").loc[found.steps["pcode"]]
    steps = found.steps.drop(columns="pcode").assign(
        adm3_pcode=chosen["adm3_pcode"].to_numpy(), locality=chosen["name"].to_numpy()
    )
    return found, steps


def caveats(wanted: Wanted) -> list[str]:
    """Say what a plan by locality rests on; nothing for one by commune."""
    if wanted.level != "locality":
        return []
    text = _(
        "Un ouvrage dessert les localités à moins de {km} km ; plusieurs ouvrages peuvent partager un lieu."
    )
    return [
        _("Personnes non desservies réparties entre les localités de leur commune : estimation."),
        text.format(km=number(wanted.within_km, 0 if wanted.within_km == int(wanted.within_km) else 1)),
        caveat(),
    ]
