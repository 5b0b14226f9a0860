"""Fifty readers at once, each changing a filter every five seconds, on the real app by websocket.

The readers are a process of their own (``benchmarks.wire.crowd``) that yields to all others; its share of
a processor is printed. Seconds are those that a reader waits for the end of an answer. The plain way is
one reader alone, on the same server, a moment before.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.wire.process import cpu_seconds, memory_mb
from tests.browser.servers import Server, serve

READERS = 50
SECONDS = 120.0
WARM_SECONDS, ALONE_SECONDS = 15.0, 30.0
P95_SECONDS = 1.5
SESSION_MB = 15.0


def run(quick: bool) -> list[dict[str, object]]:
    seconds = SECONDS / 4 if quick else SECONDS
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as server:
        # The first page is followed by the first print, drawn in the background once: not a reader's cost.
        measure(server, readers=1, seconds=WARM_SECONDS)
        alone = measure(server, readers=1, seconds=ALONE_SECONDS)
        found = measure(server, readers=READERS, seconds=seconds)
    return rows(found, alone)


def measure(server: Server, *, readers: int, seconds: float) -> dict[str, object]:
    """What a crowd hears and what it costs the server.

    Returns
    -------
    dict
        ``readers``, ``seconds`` of every change, ``errors``, ``visits``; ``session_mb``, by which each
        reader's coming made the server larger; ``memory_mb`` at every tick; ``change_ms``, the server's
        processor time for one change; ``server_share`` and ``crowd_share`` of one processor [0-1 each].
    """
    before = memory_mb(server.process.pid)
    found: dict[str, object] = {"readers": readers}
    waits: list[float] = []
    memory: list[float] = []
    errors: list[str] = []
    begun = started = 0.0
    for tick, heard in enumerate(ticks(server.port, readers, seconds)):
        memory.append(memory_mb(server.process.pid))
        found |= {"crowd_share": heard["share"], "visits": heard["visits"]}
        waits += heard["seconds"]
        errors += heard["errors"]
        if tick == 0:
            begun, started = cpu_seconds(server.process.pid), time.monotonic()
    found |= {"seconds": waits, "errors": errors, "memory_mb": memory}
    found |= {"session_mb": (memory[0] - before) / readers}
    used = cpu_seconds(server.process.pid) - begun
    return found | {
        "server_share": used / (time.monotonic() - started),
        "change_ms": 1000 * used / max(1, len(waits)),
    }


def ticks(port: int, readers: int, seconds: float) -> Iterator[dict]:
    """Start the crowd and give what it says of itself, tick by tick."""
    command = [sys.executable, "-m", "benchmarks.wire.crowd", str(port), str(readers), str(seconds)]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout or ():
                yield json.loads(line)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
    if process.returncode:
        raise RuntimeError(f"the crowd ended with {process.returncode}")


def rows(found: dict, alone: dict) -> list[dict[str, object]]:
    p95, median = ([float(np.quantile(each["seconds"], q)) for each in (found, alone)] for q in (0.95, 0.5))
    who = f"{found['readers']} readers"
    return [
        row(f"{who}, {len(found['seconds'])} changes: p95 [s]", p95[0], P95_SECONDS, p95[1]),
        row(f"{who}: median [s]", median[0], "", median[1]),
        row(f"{who}: errors", len(found["errors"]), 0, len(alone["errors"])),
        row("each further session [MB]", found["session_mb"], SESSION_MB, ""),
        row("server's processor time for one change [ms]", found["change_ms"], "", alone["change_ms"]),
        *shares(found, alone),
    ]


def shares(found: dict, alone: dict) -> list[dict[str, object]]:
    """Who used how much of the machine: a figure from a machine that was busy otherwise says little."""
    return [
        *(
            row(f"{who}'s share of one processor [%]", 100 * found[name], "", 100 * alone[name])
            for who, name in (("server", "server_share"), ("crowd", "crowd_share"))
        ),
        row(f"programs that wanted the {os.cpu_count()} processors", os.getloadavg()[0], "", ""),
    ]


def row(what: str, measured: float, limit: object, alone: object) -> dict[str, object]:
    """One line; figures as text, since the table rounds to one decimal."""
    kept = measured <= limit if isinstance(limit, int | float) else ""
    written = f"{alone:.2f}" if isinstance(alone, float) else alone
    return {"what": what, "measured": f"{measured:.2f}", "limit": limit, "kept": kept, "one reader": written}
