"""``python -m geo catalog check|refresh``: the papers of the shipped data."""

import argparse
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "catalog", help=_("Catalogue des données livrées : vérifier, mettre à jour.")
    )
    actions = parser.add_subparsers(dest="action", required=True)
    for name, text, run in (
        ("check", _("Dire ce qui ne correspond pas au catalogue."), _check),
        ("refresh", _("Réécrire empreintes et nombres de lignes."), _refresh),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
        action.set_defaults(run=run)


def _check(arguments: argparse.Namespace) -> int:
    from geo import catalog  # noqa: PLC0415

    problems = [line for folder in arguments.folders or catalog.folders() for line in catalog.check(folder)]
    for line in problems:
        print(line)
    if not problems:
        print(_("Tout correspond au catalogue."))
    return 1 if problems else 0


def _refresh(arguments: argparse.Namespace) -> int:
    from geo import catalog  # noqa: PLC0415

    for folder in arguments.folders or catalog.folders():
        entries = catalog.refresh(folder)
        print(_("{folder} : fichiers au catalogue : {n}.").format(folder=folder.name, n=number(len(entries))))
    return 0
