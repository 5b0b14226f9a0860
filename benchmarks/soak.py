"""Fifty readers for half an hour: nothing goes wrong, nobody waits long, and memory does not grow.

``python -m benchmarks soak --minutes 30``. Readers come and go (each leaves after two minutes and another
comes), and ask for more views than are kept, so that what is let go must really go. Memory is compared
between the second and the last fourth of the time: the first fills the caches. The plain way stands in
``readers``: one reader alone.
"""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.readers import P95_SECONDS, READERS, measure, row, shares
from tests.browser.servers import serve

MINUTES = 30.0
# What the second fourth and the last may differ by [MB]: caches hold other views, the heap has other holes.
FLAT_MB = 40.0


def run(quick: bool, minutes: float = MINUTES) -> list[dict[str, object]]:
    minutes = min(minutes, 1.0) if quick else minutes
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as server:
        found = measure(server, readers=READERS, seconds=60 * minutes)
    waits, memory = found["seconds"], found["memory_mb"]
    fourth = max(1, len(memory) // 4)
    second, last = (float(np.median(part)) for part in (memory[fourth : 2 * fourth], memory[-fourth:]))
    return [
        row(
            f"{minutes:g} minutes, {len(waits)} changes: p95 [s]",
            float(np.quantile(waits, 0.95)),
            P95_SECONDS,
            "",
        ),
        row(f"{found['visits']} visits: errors", len(found["errors"]), 0, ""),
        row("memory with all in [MB]", memory[0], "", ""),
        row("memory, second fourth [MB]", second, "", ""),
        row("memory, last fourth [MB]", last, "", ""),
        row("memory grown by [MB]", last - second, FLAT_MB, ""),
        *shares(found, found),
        *(row("error", 0, "", text) for text in found["errors"][:5]),
    ]
