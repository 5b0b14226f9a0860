"""``python -m geo place FILE``: place any file of records and print where every row went."""

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from geo.errors import RecordFileError
from geo.i18n import _

ENGINES: Final = ("plain", "dask")


def add(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "place", help=_("placer un fichier d'activités et rendre compte de chaque ligne")
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--out", type=Path, help=_("écrire les lignes avec leur placement (CSV, ou Parquet par morceaux)")
    )
    parser.add_argument("--json", action="store_true", help=_("sortie JSON"))
    parser.add_argument(
        "--map", action="append", default=[], metavar="field=column", help=_("champ=titre de colonne")
    )
    parser.add_argument(
        "--type", default="", help=_("type d'activité des lignes, si le fichier ne le dit pas")
    )
    parser.add_argument("--vintage", default="", help=_("millésime des P-codes, par exemple « COD-AB 2021 »"))
    parser.add_argument("--sheet", default="", metavar="NAME", help=_("feuille ou couche à lire"))
    parser.add_argument(
        "--engine", choices=ENGINES, default="", help=_("qui traite les morceaux d'un grand fichier")
    )
    parser.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help=_("ordonnanceur Dask, par exemple tcp://hôte:8786")
    )
    parser.add_argument("--chunk-rows", type=int, metavar="N", help=_("lignes d'un morceau"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Place the file; exit code 0 when every row is accounted for."""
    from geo.report.accounting import summary_text  # noqa: PLC0415

    found = _placed_in_chunks(arguments) if _is_large(arguments) else _placed_at_once(arguments)
    if arguments.json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        print(summary_text(found))
    return 0


def _is_large(arguments: argparse.Namespace) -> bool:
    """Whether the file is placed chunk by chunk: what is columnar, goes to Parquet, or was asked to be."""
    from geo.io import chunks  # noqa: PLC0415

    to_parquet = bool(arguments.out and arguments.out.suffix.lower() == ".parquet")
    asked = bool(arguments.engine or arguments.scheduler or arguments.chunk_rows)
    return to_parquet or asked or chunks.kind_of(arguments.file) != chunks.CSV


def _placed_in_chunks(arguments: argparse.Namespace) -> dict[str, Any]:
    from geo.io import chunks, load_boundaries  # noqa: PLC0415
    from geo.report.accounting import large_summary  # noqa: PLC0415
    from geo.store import engines, large  # noqa: PLC0415

    if arguments.out and arguments.out.suffix.lower() != ".parquet":
        raise RecordFileError(
            _("--out {file} : un grand fichier s'écrit en .parquet.").format(file=arguments.out)
        )
    if arguments.sheet:
        raise RecordFileError(_("--sheet : un grand fichier (Parquet, Arrow, CSV) n'a pas de feuille."))
    if arguments.chunk_rows is not None and arguments.chunk_rows < 1:
        raise RecordFileError(_("--chunk-rows : un nombre de lignes, 1 au moins."))
    boundaries = load_boundaries()
    by_dask = arguments.engine == "dask" or (arguments.scheduler and not arguments.engine)
    if arguments.scheduler and not by_dask:
        raise RecordFileError(_("--scheduler : seulement avec --engine dask."))
    with engines.dask(arguments.scheduler) if by_dask else contextlib.nullcontext(large.here) as engine:
        placed = large.place_large(
            arguments.file,
            arguments.out,
            boundaries=boundaries,
            activity_type=arguments.type,
            vintage=arguments.vintage,
            given=mapping(arguments.map),
            rows=arguments.chunk_rows or chunks.CHUNK_ROWS,
            engine=engine,
        )
    return large_summary(placed, boundaries)


def _placed_at_once(arguments: argparse.Namespace) -> dict[str, Any]:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.records import write_csv  # noqa: PLC0415
    from geo.report.accounting import placed_table, summary  # noqa: PLC0415
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
    return summary(store, boundaries)


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
