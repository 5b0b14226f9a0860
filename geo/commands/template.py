"""``python -m geo template --lang fr --out modele_4w.xlsx``: a blank 4W sheet for a partner."""

import argparse
from pathlib import Path

from geo.i18n import _
from geo.settings import DEFAULT_LANGUAGE, LANGUAGES


def add(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "template", help=_("écrire un modèle 4W vide, communes à choisir sous leur cercle")
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help=_("langue des titres"))
    parser.add_argument(
        "--out", type=Path, default=Path("modele_4w.xlsx"), metavar="FILE", help=_("fichier XLSX à écrire")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the template and say where."""
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.records import read_types  # noqa: PLC0415
    from geo.io.template import write_template  # noqa: PLC0415
    from geo.template import template  # noqa: PLC0415

    made = template(load_boundaries().units, types=read_types(), language=arguments.lang)
    write_template(arguments.out, made)
    print(
        _("Modèle écrit : {file} ({communes} communes, {cercles} cercles et moughataas)").format(
            file=arguments.out,
            communes=sum(len(made.below[code]) for code in made.cercles.values()),
            cercles=len(made.cercles),
        )
    )
    return 0
