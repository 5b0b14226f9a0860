"""Known faults of the packages that are pinned (``make audit``); says plainly where nobody could be asked.

pip-audit answers "no known vulnerabilities" also where it could look up nothing at all: an index that has no
list of faults, a machine without a network. Here that is no good news but its own answer.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FILES = ("requirements.txt", "requirements-dev.txt", "requirements-raster.txt")
CLEAN, FAULTS, NOT_ASKED = 0, 1, 2
SECONDS = 300


class Answer(NamedTuple):
    """What was found: the exit code and the lines that say it."""

    code: int
    lines: list[str]


def understood(output: str, fault: str = "") -> Answer:
    """Read what pip-audit wrote; ``fault`` is what it complained of."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = fault.strip().splitlines()[-1] if fault.strip() else "no answer"
        return Answer(NOT_ASKED, [f"NOT AUDITED: the list of known faults cannot be reached ({last[:120]})."])
    asked = [each for each in packages if "skip_reason" not in each]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    found = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or '-'}"
        for each in asked
        for one in each["vulns"]
    ]
    lines = [*found, f"{len(asked)} packages looked up, {len(found)} known faults."]
    if skipped:
        lines.append(f"NOT AUDITED, {len(skipped)} packages: {', '.join(skipped)}.")
    if found:
        return Answer(FAULTS, lines)
    return Answer(NOT_ASKED if skipped or not asked else CLEAN, lines)


def audited(files: Sequence[str]) -> Answer:
    """Ask about every package that the files pin."""
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format", "json"]
    command += ["--timeout", "10", "--progress-spinner", "off"]
    for name in files:
        command += ["--requirement", name]
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Answer(NOT_ASKED, [f"NOT AUDITED: no answer within {SECONDS} seconds."])
    return understood(done.stdout, done.stderr)


def main() -> int:
    """Print the answer; the exit code tells the three apart."""
    answer = audited(FILES)
    sys.stdout.write("\n".join(answer.lines) + "\n")
    return answer.code


if __name__ == "__main__":
    sys.exit(main())
