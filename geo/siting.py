"""Where the next N works should go so that they serve the most unserved people, and what if.

At commune level each new work serves up to ``norm`` of the commune's unserved
people. What the works of one commune add never grows from one to the next, so
taking the largest gain first is exact, with limits per region as well: the
choices form a laminar matroid.

At locality level a work serves the unserved people within R, up to the norm.
Solved exactly (HiGHS) for few candidates, greedily above. What is known of the
greedy choice:

* without limits at least ``1 - 1/e`` (63 %) of the best (several works may stand
  in one place; Nemhauser, Wolsey and Fisher 1978),
* with limits per region at least ``1/2`` (Fisher, Nemhauser and Wolsey 1978),
* serving the worst-off first: nothing is claimed.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize, sparse

from geo.i18n import N_, _

# Above this many candidates the exact solver takes longer than a page may.
EXACT_UP_TO: Final = 300
# Seconds after which the exact solver hands back its best and says how far from proven it is.
TIME_LIMIT_S: Final = 20.0
GUARANTEES: Final = {
    "exact": N_("choix exact : aucun autre ne dessert plus de personnes"),
    "greedy": N_("choix glouton : au moins 63 % (1 - 1/e) du meilleur possible"),
    "greedy_limits": N_("choix glouton avec limites par région : au moins la moitié du meilleur possible"),
    "equity": N_("les moins bien desservies d'abord : aucune garantie sur le total"),
}
_WHOLE: Final = 0.5
# People; what is left after many subtractions is not exactly nothing.
_NOBODY: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Plan:
    """Where works go.

    Attributes
    ----------
    steps : DataFrame
        One row a work, in order: ``step, pcode, people_served, people_total`` (this work, all so far).
    method : str
        One of :data:`GUARANTEES`.
    """

    steps: pd.DataFrame
    method: str

    @property
    def people_served(self) -> float:
        """People served by all works of the plan."""
        return float(self.steps["people_served"].sum())

    @property
    def guarantee(self) -> str:
        """What is known of how good the plan is, in words."""
        return _(GUARANTEES[self.method])

    @property
    def by_place(self) -> pd.DataFrame:
        """Works and people by place: ``pcode, works, people_served``, most people first."""
        grouped = self.steps.groupby("pcode", as_index=False, sort=True)
        summed = grouped.agg(works=("step", "size"), people_served=("people_served", "sum"))
        return summed.sort_values(["people_served", "pcode"], ascending=[False, True], ignore_index=True)


def candidates(
    table: pd.DataFrame, *, exclude: frozenset[str] = frozenset(), figure: str = "unserved_people"
) -> pd.DataFrame:
    """Communes in which a new work would serve somebody.

    Parameters
    ----------
    table : DataFrame
        Gaps by commune; those without a figure are no candidates.
    exclude : frozenset of str
        P-codes of communes, cercles or regions without access.
    figure : str
        ``unserved_people`` (for certain) or ``unserved_people_max`` (possibly).

    Returns
    -------
    DataFrame
        ``pcode, region_pcode, unserved, per_work, served_share``.
    """
    above = table[["pcode", "cercle_pcode", "region_pcode"]].isin(exclude).any(axis=1)
    people = table[figure]
    kept = table[~above & (people > 0) & (table["people_per_work"] > 0)]
    return pd.DataFrame(
        {
            "pcode": kept["pcode"],
            "region_pcode": kept["region_pcode"],
            "unserved": people[kept.index].astype(float),
            "per_work": kept["people_per_work"].astype(float),
            "served_share": 1 - people[kept.index] / kept["population_people"],
        }
    ).reset_index(drop=True)


def place_works(
    places: pd.DataFrame,
    n: int,
    *,
    limits: Mapping[str, int] | int | None = None,
    worst_off_first: bool = False,
) -> Plan:
    """Place N works in communes: exact, or the worst-off first.

    Parameters
    ----------
    places : DataFrame
        From :func:`candidates`.
    n : int
        Works to place; fewer are placed where nobody is left to serve.
    limits : int, or mapping of str to int, optional
        Most works in every region, or by region (a region that is not in it has no limit).
    worst_off_first : bool
        Each work goes where the smallest share of people is served, instead of where it serves most.

    Examples
    --------
    >>> places = pd.DataFrame({"pcode": ["a", "b"], "region_pcode": ["R", "R"],
    ...     "unserved": [900.0, 300.0], "per_work": [400.0, 400.0], "served_share": [0.1, 0.5]})
    >>> place_works(places, 3).steps[["pcode", "people_served"]].values.tolist()
    [['a', 400.0], ['a', 400.0], ['b', 300.0]]
    """
    left = places["unserved"].to_numpy(dtype=float).copy()
    per_work = places["per_work"].to_numpy(dtype=float)
    total = left / np.maximum(1 - places["served_share"].to_numpy(dtype=float), 1e-12)
    regions = places["region_pcode"].to_numpy()
    room = _Room(limits)

    def urgency(place: int) -> tuple[float, float, int]:
        gain, share = min(per_work[place], left[place]), 1 - left[place] / total[place]
        # The heap gives the smallest first. Equal gains go where the smallest share of people is served,
        # which costs nothing; then in the order of P-codes.
        return (share, -gain, place) if worst_off_first else (-gain, share, place)

    heap = [urgency(place) for place in range(len(places)) if left[place] > 0]
    heapq.heapify(heap)
    chosen: list[tuple[int, float]] = []
    while heap and len(chosen) < n:
        place = heapq.heappop(heap)[2]
        if not room.take(str(regions[place])):
            continue
        gain = min(per_work[place], left[place])
        left[place] -= gain
        chosen.append((place, gain))
        if left[place] > 0:
            heapq.heappush(heap, urgency(place))
    return _plan(chosen, places["pcode"].to_numpy(), "equity" if worst_off_first else "exact")


class _Room:
    """Works that each region may still take."""

    def __init__(self, limits: Mapping[str, int] | int | None) -> None:
        self._limits = limits if isinstance(limits, Mapping) else {}
        self._every = limits if isinstance(limits, int) else None
        self._taken: dict[str, int] = {}

    @property
    def limited(self) -> bool:
        return bool(self._limits) or self._every is not None

    def limit(self, region: str) -> float:
        return float(self._limits.get(region, np.inf if self._every is None else self._every))

    def full(self, region: str) -> bool:
        return self._taken.get(region, 0) >= self.limit(region)

    def take(self, region: str) -> bool:
        if self.full(region):
            return False
        self._taken[region] = self._taken.get(region, 0) + 1
        return True


def _plan(chosen: list[tuple[int, float]], codes: np.ndarray, method: str) -> Plan:
    gains = np.array([gain for _place, gain in chosen], dtype=float)
    steps = pd.DataFrame(
        {
            "step": np.arange(1, len(chosen) + 1),
            "pcode": [str(codes[place]) for place, _gain in chosen],
            "people_served": gains,
            "people_total": np.cumsum(gains),
        }
    )
    return Plan(steps, method)


def curve(plan: Plan, *, unserved: float) -> pd.DataFrame:
    """People served by the first 0, 1, … N works of a plan.

    Returns
    -------
    DataFrame
        ``works, people_served, share_pct`` (of the people unserved before) [%].
    """
    served = np.concatenate([[0.0], plan.steps["people_total"].to_numpy(dtype=float)])
    share = 100 * served / unserved if unserved > 0 else np.zeros(len(served))
    return pd.DataFrame({"works": np.arange(len(served)), "people_served": served, "share_pct": share})


@dataclass(frozen=True, eq=False)
class Reach:
    """Who could be served from where.

    Attributes
    ----------
    sites : DataFrame
        Candidate places: ``pcode`` (or any key) and ``region_pcode``.
    unserved : array of float
        Unserved people of each locality.
    near : sparse matrix, shape (sites, localities)
        Distance where a locality lies within reach of a site [km], stored even where it is 0.
    per_work : array of float
        People that one work at each site can serve.
    commune : array of int
        For serving the worst-off first, where the sites are the localities: number of the commune of each.
    people : array of float
        People of each of these communes, by its number.
    """

    sites: pd.DataFrame
    unserved: np.ndarray
    near: sparse.csr_array
    per_work: np.ndarray
    commune: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    people: np.ndarray = field(default_factory=lambda: np.empty(0))


def place_sites(
    reach: Reach,
    n: int,
    *,
    limits: Mapping[str, int] | int | None = None,
    worst_off_first: bool = False,
    exact_up_to: int = EXACT_UP_TO,
) -> Plan:
    """Place N works among candidate sites, each serving localities within reach up to its norm.

    Exact up to ``exact_up_to`` sites, greedy above. With ``worst_off_first`` each work goes into the
    commune of which the smallest share of people is served, to the site that adds most there; the sites
    then need their communes.
    """
    if worst_off_first:
        return greedy(reach, n, limits=limits, worst_off_first=True)
    if len(reach.sites) <= exact_up_to:
        return solve(reach, n, limits=limits)
    return greedy(reach, n, limits=limits)


def greedy(
    reach: Reach,
    n: int,
    *,
    limits: Mapping[str, int] | int | None = None,
    worst_off_first: bool = False,
) -> Plan:
    """Take the site that adds most, serve its nearest people, and again; several works may share a site."""
    if worst_off_first and len(reach.commune) != len(reach.sites):
        raise ValueError("the worst-off first: the sites have no communes")
    left = reach.unserved.astype(float)
    regions = reach.sites["region_pcode"].to_numpy()
    pattern = _pattern(reach.near)
    touching = sparse.csr_array(pattern.T)
    room = _Room(limits)
    within = pattern @ left
    chosen: list[tuple[int, float]] = []
    closed = np.zeros(len(regions), dtype=bool)
    while len(chosen) < n and not closed.all():
        gains = np.where(closed, 0.0, np.minimum(reach.per_work, within))
        site = _worst_off(reach, gains, left) if worst_off_first else _most(gains, within)
        if gains[site] < _NOBODY:
            break
        if not room.take(str(regions[site])):
            closed |= regions == regions[site]
            continue
        served = _serve_nearest(reach.near, site, left, float(reach.per_work[site]))
        for locality, people in served:
            left[locality] -= people
            affected = touching.indices[touching.indptr[locality] : touching.indptr[locality + 1]]
            within[affected] -= people
        chosen.append((site, sum(people for _locality, people in served)))
    method = "equity" if worst_off_first else "greedy_limits" if room.limited else "greedy"
    return _plan(chosen, reach.sites["pcode"].to_numpy(), method)


def _most(gains: np.ndarray, within: np.ndarray) -> int:
    """Site that adds most; of equal ones that with most people left around it, which costs nothing."""
    return int(np.argmax(np.where(gains >= gains.max() - _NOBODY, within, -1.0)))


def _worst_off(reach: Reach, gains: np.ndarray, left: np.ndarray) -> int:
    """Site that adds most in the commune of which the smallest share of people is served."""
    unserved = np.bincount(reach.commune, weights=left, minlength=len(reach.people))
    share = 1 - unserved / np.maximum(reach.people, 1e-12)
    of_site = np.where(gains < _NOBODY, np.inf, share[reach.commune])
    return int(np.argmax(np.where(of_site <= of_site.min(), gains, -1.0)))


def _pattern(near: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones(near.nnz), near.indices, near.indptr), shape=near.shape)


def _serve_nearest(
    near: sparse.csr_array, site: int, left: np.ndarray, capacity: float
) -> list[tuple[int, float]]:
    span = slice(near.indptr[site], near.indptr[site + 1])
    localities, distance = near.indices[span], near.data[span]
    served = []
    for place in np.argsort(distance, kind="stable"):
        locality = int(localities[place])
        people = min(capacity, float(left[locality]))
        if people > 0:
            served.append((locality, people))
            capacity -= people
    return served


def solve(reach: Reach, n: int, *, limits: Mapping[str, int] | int | None = None) -> Plan:
    """Place N works exactly: a mixed-integer programme for HiGHS.

    Maximise the people served, with ``x`` works at a site (whole numbers) and ``z`` people
    of a locality served from a site: ``Σ z ≤ unserved`` by locality, ``Σ z ≤ per_work × x`` by site,
    ``Σ x ≤ n``, and by region ``Σ x ≤ limit``.

    Raises
    ------
    RuntimeError
        If the solver finds no solution at all (there always is one: no work anywhere).
    """
    sites, pairs = len(reach.sites), reach.near.nnz
    if not sites or not pairs or n <= 0:
        return _plan([], reach.sites["pcode"].to_numpy(), "exact")
    cost = np.concatenate([np.zeros(sites), -np.ones(pairs)])
    matrix, upper = _constraints(reach, n, _Room(limits))
    people = reach.unserved[reach.near.indices]
    result = optimize.milp(
        cost,
        constraints=optimize.LinearConstraint(matrix, -np.inf, upper),
        integrality=np.concatenate([np.ones(sites), np.zeros(pairs)]),
        bounds=optimize.Bounds(0, np.concatenate([np.full(sites, float(n)), people])),
        options={"time_limit": TIME_LIMIT_S, "mip_rel_gap": 0.0},
    )
    if result.x is None:
        raise RuntimeError(f"the solver found no plan: {result.message}")
    works = np.rint(result.x[:sites]).astype(int)
    proven = "exact" if result.status == 0 else "greedy" if limits is None else "greedy_limits"
    best = _steps_of(reach, works, result.x[sites:])
    greedy_plan = greedy(reach, n, limits=limits)
    # A solver stopped by the clock hands back its best so far; it must not be worse than the quick way.
    if proven != "exact" and sum(gain for _site, gain in best) < greedy_plan.people_served:
        return greedy_plan
    return _plan(best, reach.sites["pcode"].to_numpy(), proven)


def _constraints(reach: Reach, n: int, room: _Room) -> tuple[sparse.csr_array, np.ndarray]:
    sites, localities = reach.near.shape
    pairs = reach.near.nnz
    site_of = np.repeat(np.arange(sites), np.diff(reach.near.indptr))
    column = np.arange(pairs)
    ones = np.ones(pairs)
    by_locality = sparse.coo_array((ones, (reach.near.indices, column)), shape=(localities, pairs))
    by_site = sparse.coo_array((ones, (site_of, column)), shape=(sites, pairs))
    capacity = sparse.diags_array(-reach.per_work)
    regions = reach.sites["region_pcode"].astype(str).to_numpy()
    limited = [region for region in sorted(set(regions)) if np.isfinite(room.limit(region))]
    counts = [np.ones((1, sites)), *[(regions == region)[None, :].astype(float) for region in limited]]
    totals = sparse.csr_array(np.vstack(counts))
    matrix = sparse.block_array([[None, by_locality], [capacity, by_site], [totals, None]], format="csr")
    upper = np.concatenate(
        [reach.unserved, np.zeros(sites), [float(n)], [room.limit(region) for region in limited]]
    )
    return matrix, upper


def _steps_of(reach: Reach, works: np.ndarray, flows: np.ndarray) -> list[tuple[int, float]]:
    """Works one by one, the one that serves most first."""
    steps = []
    for site in np.flatnonzero(works):
        left = float(flows[reach.near.indptr[site] : reach.near.indptr[site + 1]].sum())
        for _work in range(int(works[site])):
            gain = min(left, float(reach.per_work[site]))
            left -= gain
            if gain > _WHOLE:
                steps.append((int(site), gain))
    return sorted(steps, key=lambda step: (-step[1], step[0]))
