"""The map page in a real browser: bytes, requests, time to a redrawn map, processor time of a rerun.

The measuring is done by the browser tests (``tests/browser``), so that a figure that is too high
also fails a test; here it is run alone and its figures are printed beside their limits.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEASURES = ROOT / "build" / "measures.json"
TESTS = ("tests/browser/test_measures.py", "tests/browser/test_drawing.py")
# What a first load may add to Streamlit's own files, a filter change send [bytes]; a rerun [s]; drawing [ms].
LIMITS = {
    "first_load_added": 500_000,
    "filter_change": 60_000,
    "rerun_cpu_new_view": 0.050,
    "draw_100000_points_ms": 1_000,
}


def run(quick: bool) -> list[dict[str, object]]:
    tests = TESTS[:1] if quick else TESTS
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout.strip().splitlines()[-1], file=sys.stderr)
    known = json.loads(MEASURES.read_text(encoding="utf-8"))
    return [_row(name, value) for name, value in sorted(known.items()) if not isinstance(value, dict)]


def _row(name: str, value: object) -> dict[str, object]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return {"what": name, "measured": f"{len(value)} requests", "limit": ""}
    measured = max(value) if isinstance(value, list) else value
    # As text: the table rounds figures to one decimal, seconds need three.
    return {"what": name, "measured": f"{measured:,}", "limit": f"{LIMITS[name]:,}" if name in LIMITS else ""}
