"""``python -m geo localities install|status|use``: places where people live, for distances."""

import argparse
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("localities", help=_("Localités : installer, lister, choisir."))
    actions = parser.add_subparsers(dest="action", required=True)
    bring = actions.add_parser(
        "install", help=_("Installer un dump GeoNames, une liste de villages (CSV) ou un GeoPackage.")
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--name", default="", help=_("nom de la liste"))
    bring.add_argument("--source", default="", help=_("qui a produit la liste"))
    bring.set_defaults(run=_install)
    actions.add_parser("status", help=_("Lister les listes et celle en usage.")).set_defaults(run=_status)
    choose = actions.add_parser("use", help=_("Utiliser une liste déjà présente."))
    choose.add_argument("name", metavar="NAME")
    choose.set_defaults(run=_use)


def _install(arguments: argparse.Namespace) -> int:
    from geo.io.localities import install  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    name, localities, notes = install(arguments.file, name=arguments.name, source=arguments.source)
    text = _("{name} : {n} localités, dont {known} avec une population ; en usage.")
    done_here("localities", "install", file=name, rows=len(localities))
    known = int(localities["people"].notna().sum())
    print(text.format(name=name, n=number(len(localities)), known=number(known)))
    for note in notes:
        print(f"  {note}")
    return 0


def _status(_arguments: argparse.Namespace) -> int:
    from geo.io.localities import about, in_use, names  # noqa: PLC0415

    chosen = in_use()
    for name in names():
        papers = about(name)
        mark = "*" if name == chosen else " "
        print(f"{mark} {name} : {number(papers['localities'])} ({papers['source']})")
    if not names():
        print(_("Aucune liste de localités : « python -m geo localities install FILE »."))
    return 0


def _use(arguments: argparse.Namespace) -> int:
    from geo.io.localities import use  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    use(arguments.name)
    done_here("localities", "use", file=arguments.name)
    print(_("{name} : en usage.").format(name=arguments.name))
    return 0
