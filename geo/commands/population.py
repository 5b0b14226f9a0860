"""``python -m geo population install|status|use``: people by commune."""

import argparse
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "population", help=_("Population par commune : installer, lister, choisir.")
    )
    actions = parser.add_subparsers(dest="action", required=True)
    bring = actions.add_parser("install", help=_("Installer une table (CSV, XLSX, XLS, ODS) et l'utiliser."))
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--layer", default="residents", help="residents, displaced, refugees")
    bring.add_argument("--year", default="", help=_("année des chiffres"))
    bring.add_argument("--method", default="", help=_("recensement, projection, estimation…"))
    bring.add_argument("--source", default="", help=_("qui a produit les chiffres"))
    bring.add_argument("--name", default="", help=_("nom de la table"))
    bring.set_defaults(run=_install)
    actions.add_parser("status", help=_("Lister les tables et celles en usage.")).set_defaults(run=_status)
    choose = actions.add_parser("use", help=_("Utiliser une table déjà présente."))
    choose.add_argument("name", metavar="NAME")
    choose.set_defaults(run=_use)


def _install(arguments: argparse.Namespace) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.population import install  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    boundaries = load_boundaries()
    name, table = install(
        arguments.file,
        boundaries,
        layer=arguments.layer,
        year=arguments.year,
        method=arguments.method,
        source=arguments.source,
        name=arguments.name,
    )
    done_here("population", "install", file=name, rows=len(table.rows))
    known = table.rows["people"].notna()
    print(
        _("{name} : personnes : {people}, communes : {n}, année : {years}, en usage.").format(
            name=name,
            people=number(int(table.rows["people"].sum())),
            n=number(int(known.sum())),
            years=", ".join(sorted(set(table.rows["year"]))),
        )
    )
    countries = set(table.rows["adm3_pcode"].str[:2])
    lacking = int(boundaries.units["country"].isin(countries).sum()) - int(known.sum())
    print(_("Communes sans chiffre : {n} ; leur population reste inconnue.").format(n=number(lacking)))
    for note in table.notes:
        print(f"  {note}")
    return 0


def _status(_arguments: argparse.Namespace) -> int:
    from geo.io.population import status  # noqa: PLC0415

    for row in status():
        used = (
            _("en usage pour {countries}").format(countries=", ".join(row["in_use"])) if row["in_use"] else ""
        )
        cells = (
            row["name"],
            row["layer"],
            _("personnes : {people}, communes : {n}").format(
                people=number(row["people"]), n=number(row["communes"])
            ),
            ", ".join(row["years"]),
            "; ".join(row["sources"]),
            used,
        )
        print(" · ".join(cell for cell in cells if cell))
    return 0


def _use(arguments: argparse.Namespace) -> int:
    from geo.io.population import use  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    papers = use(arguments.name)
    done_here("population", "use", file=arguments.name)
    print(
        _("{name} : en usage pour {countries} ({layer}).").format(
            name=papers["name"], countries=", ".join(papers["countries"]), layer=papers["layer"]
        )
    )
    return 0
