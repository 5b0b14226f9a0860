"""Placing, preparing and answering a view, on the real survey and on synthetic points (seeded).

The plain way of a view is a group-by over the same records; of placing, see ``placing``.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from geo import facts
from geo.activities import complete
from geo.boundaries import Boundaries
from geo.io import load_boundaries
from geo.io.records import read_types
from geo.sharing import READER, share
from geo.store import load_file, place_records

SURVEY = Path(__file__).resolve().parents[1] / "../shared/data/activities/water_points_mali_2020.csv"
SEED = 1
SIZES = (100_000, 1_000_000)


def run(quick: bool) -> list[dict[str, object]]:
    boundaries = load_boundaries()
    rows = _survey(boundaries) if SURVEY.is_file() else []
    for size in SIZES[:1] if quick else SIZES:
        rows += _synthetic(boundaries, size)
    return rows


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - start), result


def _row(what: str, rows: int, ours: float, plain: float | None = None) -> dict[str, object]:
    ratio = "" if plain is None else f"{plain / ours:.1f}"
    return {
        "what": what,
        "rows": rows,
        "ms": ours,
        "plain_ms": "" if plain is None else round(plain),
        "ratio": ratio,
    }


def _survey(boundaries: Boundaries) -> list[dict[str, object]]:
    ours, store = _timed(lambda: load_file(SURVEY, boundaries))
    return [_row("survey read and placed", len(store.records), ours)]


def _synthetic(boundaries: Boundaries, size: int) -> list[dict[str, object]]:
    random = np.random.default_rng(SEED)
    drawn = boundaries.communes[boundaries.communes["drawn"]]
    near = random.integers(0, len(drawn), size)
    x = drawn["label_lon"].to_numpy()[near] + random.normal(0, 0.05, size)
    y = drawn["label_lat"].to_numpy()[near] + random.normal(0, 0.05, size)
    records = _records(x, y, random)
    ours, placed = _timed(lambda: place_records(records, boundaries, sources={}))
    rows = [_row("placing with its checks", size, ours)]
    types = read_types()
    shared = share(placed, READER, types=types)
    ours, prepared = _timed(lambda: facts.prepare(shared, facts.Frame(boundaries), types=types, sources={}))
    rows.append(_row("preparing for views", size, ours))
    view = facts.View(filters={"implementing_org": ("synthetic A",)})
    facts.build(prepared, view)
    ours, _answer = _timed(lambda: facts.build(prepared, view))
    kept = shared[shared["outcome"] == "placed"]

    def plainly() -> object:
        return kept[kept["implementing_org"] == "synthetic A"].groupby("adm3_pcode")["quantity"].sum()

    plain, _table = _timed(plainly)
    rows.append(_row("a filter change", size, ours, plain))
    return rows


def _records(x: np.ndarray, y: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    size = len(x)
    return complete(
        pd.DataFrame(
            {
                "activity_type": "water_point",
                "source_id": "synthetic",
                "longitude": x,
                "latitude": y,
                "quantity": 1.0,
                "functionality": random.choice(["functional", "dry", "not_used"], size),
                "implementing_org": random.choice(["synthetic A", "synthetic B"], size),
            }
        )
    )
