"""Known faults of the packages that are installed (``make audit``); says plainly where nobody could be asked.

pip-audit answers "no known vulnerabilities" also where it could look up nothing at all: an index that has no
list of faults, a machine without a network. Here that is no good news but its own answer.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

CLEAN, FAULTS, NOT_ASKED = 0, 1, 2
SECONDS = 300
# Who keeps a list, in the order they are asked: the next where one says nothing.
SERVICES = (("--vulnerability-service", "pypi"), ("--vulnerability-service", "osv"))
HOW = (
    "To look them up: `make audit` on a machine that reaches https://pypi.org itself (a mirror of it has no "
    "list of faults) or https://api.osv.dev, with the same requirements*.txt."
)
# Packages named before "and n more".
_NAMED = 12


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
    looked_up = f"{len(asked)} packages looked up, {len(found)} known faults."
    lines = [*found, looked_up if asked else "NOT AUDITED: no package could be looked up."]
    if skipped:
        more = f" and {len(skipped) - _NAMED} more" if len(skipped) > _NAMED else ""
        lines.append(f"NOT AUDITED, {len(skipped)} packages: {', '.join(skipped[:_NAMED])}{more}.")
    if found:
        return Answer(FAULTS, lines)
    return Answer(NOT_ASKED if skipped or not asked else CLEAN, lines)


def audited(service: Sequence[str]) -> Answer:
    """Ask one service about every package of this environment: what the files pin, and what that needs."""
    command = [sys.executable, "-m", "pip_audit", "--skip-editable", "--format", "json"]
    command += ["--timeout", "10", "--progress-spinner", "off", *service]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Answer(NOT_ASKED, [f"NOT AUDITED: no answer within {SECONDS} seconds."])
    return understood(done.stdout, done.stderr)


def main() -> int:
    """Print the answer; the exit code tells the three apart."""
    lines: list[str] = []
    for service in SERVICES:
        answer = audited(service)
        lines += [f"{service[-1]}: {line}" for line in answer.lines]
        if answer.code != NOT_ASKED:
            break
    if answer.code == NOT_ASKED:
        lines.append(HOW)
    sys.stdout.write("\n".join(lines) + "\n")
    return answer.code


if __name__ == "__main__":
    sys.exit(main())
