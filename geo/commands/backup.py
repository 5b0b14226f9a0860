"""``python -m geo backup FILE``: the whole store in one file."""

import argparse
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("backup", help=_("Sauvegarder la base dans un fichier."))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the backup."""
    from geo.store.audit import exported_here  # noqa: PLC0415
    from geo.store.backup import backup  # noqa: PLC0415

    counts = backup(arguments.file)
    exported_here(arguments.file, audience="administrator", rows=counts["records"], act="backup")
    print(
        _("{file} : versions d'enregistrements {records}, imports {imports}, décisions {decisions}.").format(
            file=arguments.file,
            records=number(counts["records"]),
            imports=number(counts["imports"]),
            decisions=number(counts["decisions"]),
        )
    )
    return 0
