"""Ranks drawn at random, distances and siting, each beside the plain way of doing it.

All of it on synthetic data (seeded). The plain way takes minutes, so it is timed on a part and
multiplied: ``plain_ms`` is then an estimate, and ``plain_part`` says what was timed.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from pyproj import Geod

from geo import ranking, siting, uncertainty
from geo.distances import near_matrix, within

SEED = 7
COMMUNES, TYPES, DRAWS = 1_000, 4, 1_000
POINTS, LOCALITIES, SITES = 100_000, 15_000, 50
# About the extent of the four regions [degree].
WEST, EAST, SOUTH, NORTH = -10.0, 2.0, 13.5, 20.0


def run(quick: bool) -> list[dict[str, object]]:
    rows = [_ranks(draws=100 if quick else DRAWS)]
    rows.append(_distances(POINTS // 10 if quick else POINTS))
    rows.append(_sites(SITES // 5 if quick else SITES))
    return rows if quick else [*rows, _exact()]


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


def _row(what: str, limit_ms: int, ours: float, plain: float, part: str) -> dict[str, object]:
    return {
        "what": what,
        "ms": round(ours),
        "limit_ms": limit_ms,
        "plain_ms": round(plain),
        "ratio": round(plain / ours),
        "plain_part": part,
    }


def synthetic_gaps(communes: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    people = random.integers(2_000, 60_000, communes).astype(float)
    working = random.integers(0, 60, communes).astype(float)
    least, most = working * 400, (working + random.integers(0, 5, communes)) * 400
    return pd.DataFrame(
        {
            "pcode": [f"synthetic{number:05d}" for number in range(communes)],
            "population_people": people,
            "capacity_people": least,
            "capacity_people_max": most,
            "norm_by_place": False,
            "unserved_people": np.maximum(0, people - most),
            "coverage_pct_max": 100 * np.minimum(1, most / people),
            "partners": random.integers(0, 3, communes).astype(float),
            "partners_max": 3.0,
        }
    )


def _ranks(draws: int) -> dict[str, object]:
    tables = [ranking.rank(synthetic_gaps(COMMUNES, SEED + each)) for each in range(TYPES)]
    model = uncertainty.Uncertainty(draws=draws)
    ours, _found = _timed(lambda: [uncertainty.rank_ranges(table, uncertainty=model) for table in tables])
    timed = 5
    plain, _other = _timed(lambda: [_plain_ranks(tables[0]) for _draw in range(timed)])
    whole = plain / timed * draws * TYPES
    return _row(
        f"{COMMUNES} communes x {TYPES} types x {draws} draws",
        1000,
        ours,
        whole,
        f"{timed} draws of one type",
    )


def _plain_ranks(table: pd.DataFrame) -> list[int]:
    """One draw, one commune after the other."""
    random = np.random.default_rng(SEED)
    rows = table.to_dict("records")
    weights = {name: row * random.uniform(0.5, 1.5) for name, row in ranking.DEFAULT_WEIGHTS.items()}
    left = []
    for row in rows:
        people = row["population_people"] * random.uniform(0.8, 1.2)
        served = random.uniform(row["capacity_people"], row["capacity_people_max"])
        left.append((max(0.0, people - served), people))
    largest = max(unserved for unserved, _people in left)
    scores = []
    for row, (unserved, people) in zip(rows, left, strict=True):
        parts = {
            "unserved": unserved / largest,
            "coverage": unserved / people,
            "presence": row["part_presence"],
        }
        known = {name: part for name, part in parts.items() if not np.isnan(part)}
        total = sum(weights[name] for name in known)
        scores.append(sum(weights[name] * part for name, part in known.items()) / total)
    ordered = sorted(scores, reverse=True)
    return [ordered.index(score) + 1 for score in scores]


def synthetic_points(count: int, seed: int) -> pd.DataFrame:
    """Half of them in clusters, as villages and wells are."""
    random = np.random.default_rng(seed)
    centre = random.integers(0, 300, count)
    corners = np.random.default_rng(SEED).uniform([WEST, SOUTH], [EAST, NORTH], (300, 2))
    loose = random.uniform([WEST, SOUTH], [EAST, NORTH], (count, 2))
    close = corners[centre] + random.normal(0, 0.15, (count, 2))
    where = np.where(random.random((count, 1)) < 0.5, loose, close)
    return pd.DataFrame({"longitude": where[:, 0], "latitude": where[:, 1]})


def _distances(points: int) -> dict[str, object]:
    localities, works = synthetic_points(LOCALITIES, SEED + 1), synthetic_points(points, SEED + 2)
    ours, found = _timed(lambda: within(localities, works))
    timed = 20
    plain, nearest = _timed(lambda: _plain_nearest(localities.head(timed), works))
    # A benchmark of a wrong answer is worth nothing.
    assert np.allclose(found["nearest_km"].head(timed), nearest, rtol=0, atol=1e-9)
    part = f"{timed} localities, every distance measured"
    return _row(f"{points} points x {LOCALITIES} localities", 2000, ours, plain / timed * LOCALITIES, part)


def _plain_nearest(localities: pd.DataFrame, works: pd.DataFrame) -> list[float]:
    ellipsoid = Geod(ellps="WGS84")
    found = []
    for lon, lat in localities.itertuples(index=False):
        size = len(works)
        _there, _back, metres = ellipsoid.inv(np.full(size, lon), np.full(size, lat), *works.to_numpy().T)
        found.append(float(np.min(metres)) / 1000)
    return found


def _reach(count: int, seed: int, *, shrink: float = 1.0) -> siting.Reach:
    places = synthetic_points(count, seed) * shrink
    near = near_matrix(places, places, radius_km=5.0)
    unserved = np.random.default_rng(seed).integers(0, 900, count).astype(float)
    sites = pd.DataFrame({"pcode": [f"synthetic{number}" for number in range(count)], "region_pcode": "R"})
    return siting.Reach(sites, unserved, near, np.full(count, 400.0))


def _sites(sites: int) -> dict[str, object]:
    build, reach = _timed(lambda: _reach(LOCALITIES, SEED + 3))
    choose, plan = _timed(lambda: siting.greedy(reach, sites))
    timed = 2
    plain, served = _timed(lambda: _plain_sites(reach, timed))
    assert served == plan.steps["people_served"].head(timed).sum()
    part = f"{timed} sites, every candidate weighed again, without finding who is near"
    return _row(f"{sites} sites among {LOCALITIES}", 2000, build + choose, plain / timed * sites, part)


def _plain_sites(reach: siting.Reach, sites: int) -> float:
    left, total = reach.unserved.copy(), 0.0
    near = reach.near
    for _site in range(sites):
        best, gain = 0, -1.0
        for place in range(len(reach.sites)):
            around = near.indices[near.indptr[place] : near.indptr[place + 1]]
            people = min(400.0, float(left[around].sum()))
            if people > gain:
                best, gain = place, people
        capacity = gain
        span = slice(near.indptr[best], near.indptr[best + 1])
        for place in near.indices[span][np.argsort(near.data[span], kind="stable")]:
            people = min(capacity, left[place])
            left[place] -= people
            capacity -= people
        total += gain
    return total


def _exact() -> dict[str, object]:
    """Greedy beside exact on 200 candidates so close together that choices get in each other's way."""
    reach = _reach(200, SEED + 4, shrink=0.05)
    exact, best = _timed(lambda: siting.solve(reach, 20))
    quick, plan = _timed(lambda: siting.greedy(reach, 20))
    share = 100 * plan.people_served / best.people_served
    row = _row("20 sites among 200, exact (plain: greedy)", 20_000, exact, quick, "whole")
    return row | {"ratio": f"greedy serves {share:.1f} % of the best"}
