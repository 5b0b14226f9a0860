"""``python -m geo undo ID``: take an import back, also after later ones."""

import argparse
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("undo", help=_("Annuler un import."))
    parser.add_argument("number", type=int, metavar="ID")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Undo the import and say how many records of its source stand now."""
    from geo.store.database import user  # noqa: PLC0415
    from geo.store.imports import undo  # noqa: PLC0415

    counts = undo(arguments.number, who=user())
    print(
        _(
            "Import {n} annulé ; enregistrements de cette source avant : {before}, maintenant : {after}."
        ).format(n=arguments.number, before=number(counts["before"]), after=number(counts["after"]))
    )
    return 0
