"""Run benchmarks and print their rows as tables, or as JSON; all but the soak where none is named.

Each module of this package has ``run(quick) -> list of rows`` (dicts with the same keys,
in the order they are shown); ``quick`` leaves out what takes long. Exit code 1 where a row says of its
limit that it was not ``kept``.
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
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    parser.add_argument("--minutes", type=float, help="how long the soak lasts")
    arguments = parser.parse_args(argv)
    unknown = [name for name in arguments.names if name not in names()]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}: one of {', '.join(names())}")
    chosen = arguments.names or [name for name in names() if name != "soak"]
    found = {name: _rows(name, arguments) for name in chosen}
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    # As text: a figure of numpy's is compared to one of numpy's truths.
    return int(any(str(row.get("kept")) == "False" for rows in found.values() for row in rows))


def _rows(name: str, arguments: argparse.Namespace) -> list[dict[str, object]]:
    more = {"minutes": arguments.minutes} if name == "soak" and arguments.minutes else {}
    rows = importlib.import_module(f"benchmarks.{name}").run(arguments.quick, **more)
    if not arguments.json:
        print(f"{name}\n{table(rows)}\n", flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
