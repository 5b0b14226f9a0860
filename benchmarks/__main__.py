"""Run one benchmark and print its rows as a table, or as JSON.

Each module of this package has ``run(quick) -> list of rows`` (dicts with the same keys,
in the order they are shown); ``quick`` leaves out what takes long.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence

import benchmarks


def names() -> list[str]:
    """Benchmarks there are."""
    return sorted(
        found.name
        for found in pkgutil.iter_modules(benchmarks.__path__)
        if found.name != "__main__" and not found.ispkg
    )


def table(rows: Sequence[dict[str, object]]) -> str:
    """Rows as columns of text, numbers to the right."""
    if not rows:
        return "-"
    heads = list(rows[0])
    cells = [[_shown(row.get(head, "")) for head in heads] for row in rows]
    widths = [max(len(line[place]) for line in [heads, *cells]) for place in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [heads, ["-" * width for width in widths], *cells]
    )


def _shown(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    arguments = parser.parse_args(argv)
    rows = importlib.import_module(f"benchmarks.{arguments.name}").run(arguments.quick)
    print(json.dumps(rows, ensure_ascii=False, indent=2) if arguments.json else table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
