"""``python -m geo severity install|status|use``: how hard life is, by commune or cercle, for the ranking."""

import argparse
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "severity", help=_("Sévérité par commune ou cercle : installer, lister, choisir.")
    )
    actions = parser.add_subparsers(dest="action", required=True)
    bring = actions.add_parser(
        "install", help=_("Installer une table (P-code, classe de 1 à 5 ; CSV, XLSX) et l'utiliser.")
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--name", default="", help=_("nom de la table"))
    bring.add_argument("--source", default="", help=_("qui a produit la table"))
    bring.add_argument("--date", default="", help=_("date de la table"))
    bring.set_defaults(run=_install)
    actions.add_parser("status", help=_("Lister les tables et celle en usage.")).set_defaults(run=_status)
    choose = actions.add_parser("use", help=_("Utiliser une table déjà présente, ou aucune."))
    choose.add_argument("name", metavar="NAME", nargs="?", default="")
    choose.set_defaults(run=_use)


def _install(arguments: argparse.Namespace) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.severity import install  # noqa: PLC0415
    from geo.severity import by_commune  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    name, table = install(arguments.file, name=arguments.name, source=arguments.source, date=arguments.date)
    done_here("severity", "install", file=name, rows=len(table))
    found, notes = by_commune(table, load_boundaries().units)
    text = _("{name} : {n} lignes, une classe pour {communes} communes ; en usage.")
    print(text.format(name=name, n=number(len(table)), communes=number(len(found))))
    for note in notes:
        print(f"  {note}")
    return 0


def _status(_arguments: argparse.Namespace) -> int:
    from geo.io.severity import about, in_use, names, source_words  # noqa: PLC0415

    for name in names():
        mark = "*" if name == in_use() else " "
        print(f"{mark} {name} : {number(about(name)['rows'])} ({source_words(name)})")
    if not names():
        print(_("Aucune table de sévérité : « python -m geo severity install FILE »."))
    return 0


def _use(arguments: argparse.Namespace) -> int:
    from geo.io.severity import use  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    use(arguments.name)
    done_here("severity", "use", file=arguments.name)
    said = _("{name} : en usage.").format(name=arguments.name)
    print(said if arguments.name else _("Aucune table de sévérité n'est en usage."))
    return 0
