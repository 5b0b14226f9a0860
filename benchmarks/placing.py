"""A million points among a thousand communes: time, and memory beyond the points and the polygons.

The plain way is ``geopandas.sjoin`` on the same points, in the same run. Points and communes are
synthetic (seeded): cells around places drawn at random, their shared edges bent alike on both sides.
"""

import gc
import time
from collections.abc import Callable
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.wire.process import forget_peak, peak_mb
from geo.locating import NOWHERE, locate

SEED = 3
POINTS, COMMUNES = 1_000_000, 1_000
LIMIT_MS, LIMIT_MB = 500, 60
TURNS = 5
# About the extent of the four regions [degree].
EXTENT = shapely.box(-10.0, 13.5, 2.0, 20.0)


class Measured(NamedTuple):
    """One turn: what it took, the most memory beyond what was there, and the answer."""

    cpu_ms: float
    wall_ms: float
    memory_mb: float
    answer: np.ndarray


def run(quick: bool) -> list[dict[str, object]]:
    points = POINTS // 10 if quick else POINTS
    random = np.random.default_rng(SEED)
    west, south, east, north = EXTENT.bounds
    x, y = random.uniform(west, east, points), random.uniform(south, north, points)
    polygons = communes(COMMUNES)
    ours = [_measured(lambda: locate(x, y, polygons)) for _turn in range(TURNS)]
    plain = [_measured(lambda: _joined(x, y, polygons)) for _turn in range(2)]
    _agree(ours[0].answer, plain[0].answer, x, y, polygons)
    what = f"{points:,} points among {len(polygons):,} communes"
    return [
        # One thread does it: its processor time is what it takes on a machine with nothing else to do.
        _row(f"{what}, processor [ms]", "cpu_ms", ours, plain, limit=LIMIT_MS),
        _row(f"{what}, clock on the wall [ms]", "wall_ms", ours, plain),
        _row(f"{what}, memory beyond inputs [MB]", "memory_mb", ours, plain, limit=LIMIT_MB),
    ]


def communes(count: int) -> np.ndarray:
    """Return cells that share bent edges, about 60 corners each."""
    random = np.random.default_rng(SEED)
    west, south, east, north = EXTENT.bounds
    seeds = shapely.points(random.uniform(west, east, count), random.uniform(south, north, count))
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=EXTENT)
    cut = shapely.intersection(shapely.get_parts(cells), EXTENT)
    # Where a corner goes depends on where it is, so that neighbours stay neighbours.
    return shapely.transform(shapely.segmentize(cut, 0.02), _bent)


def _bent(corners: np.ndarray) -> np.ndarray:
    x, y = corners.T
    return corners + 0.01 * np.column_stack([np.sin(40 * y), np.cos(40 * x)])


def _joined(x: np.ndarray, y: np.ndarray, polygons: np.ndarray) -> np.ndarray:
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs="EPSG:4326"))
    units = gpd.GeoDataFrame(geometry=polygons, crs="EPSG:4326")
    joined = gpd.sjoin(points, units, how="left", predicate="intersects")["index_right"]
    # A point on a shared edge has a row for each side: the first, as ours.
    return joined.fillna(NOWHERE).groupby(level=0).min().to_numpy(dtype=np.int32)


def _measured(work: Callable[[], np.ndarray]) -> Measured:
    gc.collect()
    before = forget_peak()
    begun, cpu = time.perf_counter(), time.process_time()
    answer = work()
    return Measured(
        cpu_ms=1000 * (time.process_time() - cpu),
        wall_ms=1000 * (time.perf_counter() - begun),
        memory_mb=peak_mb() - before,
        answer=answer,
    )


def _agree(ours: np.ndarray, plain: np.ndarray, x: np.ndarray, y: np.ndarray, polygons: np.ndarray) -> None:
    """A benchmark of a wrong answer is worth nothing."""
    other = np.flatnonzero(ours != plain)
    for index in (ours[other], plain[other]):
        assert (index != NOWHERE).all(), "a point was lost"
        assert shapely.intersects_xy(polygons[index], x[other], y[other]).all(), "a point lies elsewhere"


def _row(
    what: str, figure: str, ours: list[Measured], plain: list[Measured], *, limit: float | None = None
) -> dict[str, object]:
    mine, theirs = ([getattr(each, figure) for each in turns] for turns in (ours, plain))
    return {
        "what": what,
        "best": min(mine),
        "worst": max(mine),
        "limit": "" if limit is None else limit,
        "kept": "" if limit is None else min(mine) < limit,
        "geopandas.sjoin": min(theirs),
        "ratio": f"{min(theirs) / min(mine):.1f}",
    }
