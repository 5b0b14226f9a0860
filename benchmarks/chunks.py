"""Ten million points placed chunk by chunk: peak memory that does not grow with the rows, and the time.

Each size is a run of ``python -m geo place FILE.parquet --out OUT.parquet`` in a process of its own, on
points in and around the communes drawn, one in a hundred where another one is. The plain way is the same
points placed all at once, as ``geo place`` does with a sheet; only up to the million that memory is kept for.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from geo.io import load_boundaries

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000_000, 10_000_000)
QUICK_SIZES = (300_000, 900_000)
PART = 500_000
SEED = 7
# What the larger run may hold beyond the smaller one [MB]: a byte a row for repeats, holes of the heap.
GROWTH_MB = 60.0
_AT_ONCE = """
import sys
from pathlib import Path
from geo.io import load_boundaries
from geo.store import large
from geo.io.chunks import read_chunks
[table] = [each for each in read_chunks(Path(sys.argv[1]), rows=10**9) if len(each)]
found = load_boundaries()
part = large.place_chunk(table, asked=large.Asked("f", "f", found.version))
print(len(part.table))
"""


def run(quick: bool) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    sizes = QUICK_SIZES if quick else SIZES
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            file, out = _points(Path(folder) / f"{size}.parquet", size), Path(folder) / "out.parquet"
            place = [sys.executable, "-m", "geo", "place", str(file), "--json", "--out", str(out)]
            said, seconds, cpu, peak = _measured(place)
            counts = json.loads(said)["accounting"]
            if counts["read"] != size or pq.ParquetFile(out).metadata.num_rows != size:
                raise AssertionError(f"{counts['read']} rows of {size}")
            plain = _measured([sys.executable, "-c", _AT_ONCE, str(file)]) if size <= SIZES[0] else None
            rows.append(
                {
                    "rows": size,
                    "seconds": seconds,
                    "cpu_seconds": cpu,
                    "peak_mb": peak,
                    "limit_mb": rows[0]["peak_mb"] + GROWTH_MB if rows else "",  # type: ignore[operator]
                    "kept": peak <= rows[0]["peak_mb"] + GROWTH_MB if rows else "",  # type: ignore[operator]
                    "placed": counts["placed"],
                    "repeats": counts["possible_repeats"],
                    "at_once_cpu": plain[2] if plain else "",
                    "at_once_peak_mb": plain[3] if plain else "",
                }
            )
    return rows


def _measured(command: list[str]) -> tuple[str, float, float, float]:
    """What a command says, its seconds, its processor seconds and its peak memory [MB]."""
    begun = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return said, time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _points(path: Path, size: int) -> Path:
    random = np.random.default_rng(SEED)
    communes = load_boundaries().communes
    drawn = communes[communes["drawn"]]
    with pq.ParquetWriter(path, _table(np.empty(0), np.empty(0)).schema) as writer:
        for start in range(0, size, PART):
            near = random.integers(0, len(drawn), min(PART, size - start))
            x = drawn["label_lon"].to_numpy()[near] + random.normal(0, 0.05, len(near))
            y = drawn["label_lat"].to_numpy()[near] + random.normal(0, 0.05, len(near))
            x[::100], y[::100] = np.round(x[::100], 1), np.round(y[::100], 1)
            writer.write_table(_table(x, y))
    return path


def _table(x: np.ndarray, y: np.ndarray) -> pa.Table:
    kinds = pa.array(["water_point"] * len(x), pa.string())
    return pa.table({"longitude": x, "latitude": y, "activity_type": kinds, "quantity": np.ones(len(x))})
