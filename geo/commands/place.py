"""``python -m geo place FILE``: place any file of records and print where every row went."""

import argparse
import json
import sys
from pathlib import Path

from geo.errors import RecordFileError
from geo.i18n import _


def add(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "place", help=_("placer un fichier d'activités et rendre compte de chaque ligne")
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--out", type=Path, help=_("écrire les lignes avec leur placement (CSV)"))
    parser.add_argument("--json", action="store_true", help=_("sortie JSON"))
    parser.add_argument(
        "--map", action="append", default=[], metavar="field=column", help=_("champ=titre de colonne")
    )
    parser.add_argument(
        "--type", default="", help=_("type d'activité des lignes, si le fichier ne le dit pas")
    )
    parser.add_argument("--vintage", default="", help=_("millésime des P-codes, par exemple « COD-AB 2021 »"))
    parser.add_argument("--sheet", default="", metavar="NAME", help=_("feuille ou couche à lire"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Place the file; exit code 0 when every row is accounted for."""
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.records import write_csv  # noqa: PLC0415
    from geo.report.accounting import placed_table, summary, summary_text  # noqa: PLC0415
    from geo.store import load_file  # noqa: PLC0415

    boundaries = load_boundaries()
    store = load_file(
        arguments.file,
        boundaries,
        activity_type=arguments.type,
        vintage=arguments.vintage,
        given=mapping(arguments.map),
        sheet=arguments.sheet,
    )
    if arguments.out:
        write_csv(arguments.out, placed_table(store, boundaries))
    found = summary(store, boundaries)
    if arguments.json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        print(summary_text(found))
    return 0


def mapping(pairs: list[str]) -> dict[str, str]:
    """Read ``--map field=column`` as record column to heading.

    Raises
    ------
    RecordFileError
        If a pair is not written so, or names a field that there is not.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        column, separator, heading = pair.partition("=")
        if not separator or not heading:
            raise RecordFileError(_("--map {pair} : écrivez champ=colonne.").format(pair=pair))
        found[_known(column.strip())] = heading
    return found


def _known(column: str) -> str:
    from geo.headings import HEADINGS, fold_heading  # noqa: PLC0415

    # Both the record's own name and any heading that means it are taken: commune=… is what people write.
    folded = fold_heading(column)
    for name, words in HEADINGS.items():
        if folded == name or folded in words:
            return name
    raise RecordFileError(
        _("--map : champ inconnu « {name} ». Champs : {names}.").format(
            name=column, names=", ".join(HEADINGS)
        )
    )
