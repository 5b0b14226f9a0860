"""Growth in proportion: ten times the records take at most twelve times the time.

Importing, placing, matching, counting and exporting, each on two sizes ten times apart, by processor time
(the least of a few turns). What a call costs whatever it is given would flatter the ratio: the smaller
size is large enough for that to be a small part. The plain way is the same question asked of pandas alone.
"""

import gc
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pandas as pd

from geo import facts, sharing
from geo.activities import Source
from geo.boundaries import Boundaries
from geo.gazetteer import Gazetteer
from geo.io import load_boundaries
from geo.io.norms import read_not_comparable, read_set
from geo.io.places import read_gazetteer
from geo.io.records import read_types
from geo.matching import match
from geo.meeting import meeting
from geo.report.hxl import fourw_csv
from geo.store import imports, load_file, place_records, planning
from tests.browser.test_carte_points import synthetic

TIMES, TIMES_AT_MOST = 10, 12
TURNS, TURNS_OF_LARGE = 4, 3
SEED = 5
# Records (or names) of the smaller size.
SIZES = {"importing": 3_000, "placing": 20_000, "matching": 5_000, "counting": 20_000, "exporting": 3_000}
LETTERS = "abcdefghijklmnopqrstuvwxyz"
Work = Callable[[], object]


def run(quick: bool) -> list[dict[str, object]]:
    boundaries = load_boundaries()
    makers = {
        "importing": lambda path, _size: _importing(path, boundaries),
        "placing": lambda path, _size: _placing(path, boundaries),
        "matching": lambda _path, size: _matching(size),
        "counting": lambda path, _size: _counting(path, boundaries),
        "exporting": lambda path, _size: _exporting(path, boundaries),
    }
    if quick:
        makers.pop("importing")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, make in makers.items():
            small, large = (_cost(name, make, Path(folder), SIZES[name] * times) for times in (1, TIMES))
            rows.append(_row(name, SIZES[name], small, large))
    return rows


def _cost(
    name: str, make: Callable[[Path, int], tuple[Work, Work]], folder: Path, size: int
) -> tuple[float, float]:
    path = Path(synthetic(folder / f"synthetique{size}.csv", size))
    with mock.patch.dict(os.environ, {"COUVERTURE_HOME": str(folder / f"{name}{size}")}):
        ours, plain = make(path, size)
        turns = TURNS if size == SIZES[name] else TURNS_OF_LARGE
        return _least(ours, turns), _least(plain, turns)


def _least(work: Work, turns: int) -> float:
    costs = []
    for _turn in range(turns):
        gc.collect()
        begun = time.process_time()
        work()
        costs.append(time.process_time() - begun)
    return min(costs)


def _importing(path: Path, boundaries: Boundaries) -> tuple[Work, Work]:
    def ours() -> None:
        # Undone again, so that each turn brings in all rows.
        source = Source("synthetique", "Synthétique", "", "2026", "", "")
        plan = planning.prepare(path, boundaries, source=source)
        imports.undo(imports.apply(plan, who="benchmark"), who="benchmark")

    def plain() -> None:
        pd.read_csv(path).to_csv(path.with_suffix(".copy"))

    return ours, plain


def _placing(path: Path, boundaries: Boundaries) -> tuple[Work, Work]:
    records = load_file(path, boundaries).records
    table = pd.read_csv(path)
    return (
        lambda: place_records(records, boundaries, sources={}),
        lambda: table.groupby([table["longitude"].round(1), table["latitude"].round(1)]).size(),
    )


def _matching(size: int) -> tuple[Work, Work]:
    known = read_gazetteer()
    rows = _names(known, size)
    exact = dict(zip(known.units["name"], known.pcodes, strict=True))
    return lambda: match(rows, known, text="text", level="level"), lambda: rows["text"].map(exact)


def _names(known: Gazetteer, size: int) -> pd.DataFrame:
    """Names of communes with one letter too many, hardly two the same."""
    chance = random.Random(SEED)
    names = known.units.loc[known.units["level"] == "commune", "name"].tolist()
    written = []
    for _row_number in range(size):
        name = chance.choice(names)
        place = chance.randrange(len(name) + 1)
        written.append(name[:place] + chance.choice(LETTERS) + chance.choice(LETTERS) + name[place:])
    return pd.DataFrame({"text": written, "level": "3"})


def _prepared(path: Path, boundaries: Boundaries) -> tuple[pd.DataFrame, Callable[[], facts.Prepared]]:
    types = read_types()
    held = load_file(path, boundaries)
    shared = sharing.share(held.records, sharing.READER, types=types)
    frame = facts.Frame(boundaries)
    return shared, lambda: facts.prepare(shared, frame, types=types, sources={})


def _counting(path: Path, boundaries: Boundaries) -> tuple[Work, Work]:
    shared, prepare = _prepared(path, boundaries)
    views = [
        facts.View(measure=measure, level=level, filters=kept)
        for measure in ("working", "partners", "reached_people")
        for level in ("commune", "region")
        for kept in ({}, {"functionality": ("broken",)})
    ]

    def ours() -> None:
        prepared = prepare()
        for view in views:
            facts.build(prepared, view)

    return ours, lambda: [shared.groupby("place_set")["quantity"].sum() for _view in views]


def _exporting(path: Path, boundaries: Boundaries) -> tuple[Work, Work]:
    shared, prepare = _prepared(path, boundaries)
    prepared = prepare()
    asked = {"norm_set": read_set(), "not_comparable": read_not_comparable()}
    return (
        lambda: fourw_csv(meeting(prepared, facts.View(), **asked)),
        shared.to_csv,
    )


def _row(name: str, size: int, small: tuple[float, float], large: tuple[float, float]) -> dict[str, object]:
    times = large[0] / small[0]
    return {
        "what": f"{name} {size * TIMES:,} beside {size:,}",
        "small_ms": 1000 * small[0],
        "large_ms": 1000 * large[0],
        "times": times,
        "limit": TIMES_AT_MOST,
        "kept": times <= TIMES_AT_MOST,
        "plain_small_ms": 1000 * small[1],
        "plain_large_ms": 1000 * large[1],
    }
