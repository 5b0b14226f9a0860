"""What a change of filter costs the server: the real app over its websocket, at three numbers of records.

Every change asks for a view that nobody asked for before (*new*); then the same changes again (*known*,
kept by the server). Processor time of the whole server process, from the choice to the end of what
it does for it. The plain way is the group-by alone, over the same records, without a page.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.wire.client import Reader
from benchmarks.wire.process import cpu_seconds
from tests.browser.servers import Server, serve
from tests.browser.test_carte_points import synthetic

# Records -> most processor time that 95 of 100 changes may take [s].
LIMITS = {10_000: 0.050, 100_000: 0.050, 1_000_000: 0.250}
TIMES_AT_MOST = 12
# The first print is drawn in the background, once, after the first page [s].
PRINT_SECONDS = 12
# What a choice is followed by: the end of the run, the collection of garbage [s].
SETTLE_SECONDS = 0.05
OPEN_SECONDS = 900
CHANGES = (("Niveau", 3), ("Ce qui est compté", 6), ("État", 4))


def run(quick: bool) -> list[dict[str, object]]:
    sizes = list(LIMITS)[: 2 if quick else 3]
    rows, means = [], []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = synthetic(Path(folder) / "synthetique.csv", size)
            with serve(Path(folder), COUVERTURE_RECORDS=path) as server:
                new, known = asyncio.run(_changes(server))
            plain = _plain(path)
        rows += [_row(size, "new", new, plain), _row(size, "known", known, plain)]
        means.append(float(np.mean(new)))
    for (small, less), (large, more) in zip(
        zip(sizes, means, strict=True), zip(sizes[1:], means[1:], strict=True), strict=False
    ):
        rows.append(_growth(small, large, more / less))
    return rows


async def _changes(server: Server) -> tuple[list[float], list[float]]:
    reader = Reader(server.port, query="points=non")
    opened = await reader.open(timeout=OPEN_SECONDS)
    assert not opened.errors, opened.errors
    await asyncio.sleep(PRINT_SECONDS)
    try:
        return await _all(server, reader), await _all(server, reader)
    finally:
        await reader.close()


async def _all(server: Server, reader: Reader) -> list[float]:
    costs = []
    (first, levels), (second, measures), (third, states) = CHANGES
    for level in list(reader.boxes[first].options)[:levels]:
        await _cost(server, reader, first, level)
        for measure in list(reader.boxes[second].options)[:measures]:
            costs.append(await _cost(server, reader, second, measure))
            for state in list(reader.boxes[third].options)[1:states]:
                costs.append(await _cost(server, reader, third, state))
            await _cost(server, reader, third, next(iter(reader.boxes[third].options)))
    return costs


async def _cost(server: Server, reader: Reader, label: str, option: str) -> float:
    # The number of records stands behind a state and changes with the other choices.
    name = option.split(" (", maxsplit=1)[0]
    now = next(each for each in reader.boxes[label].options if each.split(" (")[0] == name)
    before = cpu_seconds(server.process.pid)
    answer = await reader.choose(label, now)
    assert not answer.errors, answer.errors
    await asyncio.sleep(SETTLE_SECONDS)
    return cpu_seconds(server.process.pid) - before


def _plain(path: str) -> float:
    records = pd.read_csv(path)
    begun = time.process_time()
    records[records["functionality"] == "broken"].groupby("implementing_org")["quantity"].sum()
    return time.process_time() - begun


def _row(size: int, views: str, costs: list[float], plain: float) -> dict[str, object]:
    limit, p95 = LIMITS[size], float(np.quantile(costs, 0.95))
    return {
        "what": f"{size:,} records, {views} views",
        "changes": len(costs),
        "least_ms": 1000 * min(costs),
        "median_ms": 1000 * float(np.median(costs)),
        "p95_ms": 1000 * p95,
        "limit_ms": 1000 * limit,
        "kept": p95 < limit,
        "plain_ms": 1000 * plain,
    }


def _growth(small: int, large: int, times: float) -> dict[str, object]:
    return {
        "what": f"{large:,} records beside {small:,}",
        "changes": "",
        "least_ms": "",
        "median_ms": f"{times:.1f} times",
        "p95_ms": "",
        "limit_ms": f"{TIMES_AT_MOST} times",
        "kept": times <= TIMES_AT_MOST,
        "plain_ms": "",
    }
