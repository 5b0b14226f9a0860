"""``python -m geo restore FILE``: put a backup in the place of what the store holds."""

import argparse
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("restore", help=_("Restaurer une sauvegarde de la base."))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--yes", action="store_true", help=_("remplacer ce que la base contient"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Restore the backup, whole or not at all."""
    from geo.store.backup import restore  # noqa: PLC0415
    from geo.store.database import user  # noqa: PLC0415

    counts = restore(arguments.file, who=user(), replace=arguments.yes)
    print(
        _("{file} restauré : versions d'enregistrements {records}, imports {imports}.").format(
            file=arguments.file, records=number(counts["records"]), imports=number(counts["imports"])
        )
    )
    return 0
