"""``python -m geo match FILE --text COL --out OUT``: the unit that each written place name means."""

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import RecordFileError
from geo.i18n import _, number
from geo.settings import LEVELS

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES = ("match", "ambiguous", "none")
ADDED = ("outcome", "pcode", "method", "score", "candidates", "located_in_pcode")


def add(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "match", help=_("rapprocher des noms de lieux des unités, sans rien deviner")
    )
    parser.add_argument("file", type=Path, metavar="FILE", help=_("fichier de tout format lu par import"))
    parser.add_argument("--sheet", default="", metavar="NAME", help=_("feuille ou couche à lire"))
    parser.add_argument("--text", required=True, metavar="COL", help=_("colonne des noms de lieux"))
    parser.add_argument("--region", metavar="COL", help=_("colonne des régions indiquées"))
    parser.add_argument("--cercle", metavar="COL", help=_("colonne des cercles indiqués"))
    parser.add_argument(
        "--level", metavar="COL", help=_("colonne des niveaux (1, 2, 3), ou un niveau pour tout le fichier")
    )
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help=_("fichier CSV à écrire"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Match the file's names and say how many were found."""
    from geo.io.places import read_gazetteer  # noqa: PLC0415
    from geo.io.records import write_csv  # noqa: PLC0415
    from geo.matching import match  # noqa: PLC0415

    table = _read(arguments.file, arguments.text, arguments.sheet)
    columns = {name: getattr(arguments, name) for name in ("text", "region", "cercle", "level")}
    _check(columns, list(table.columns), arguments.file.name)
    found = match(table, read_gazetteer(), **columns)
    # A column of the file that bears the name of a result stays, under another name.
    kept = table.rename(columns={name: f"input_{name}" for name in ADDED})
    write_csv(arguments.out, kept.join(found[list(ADDED)]))
    counts = found["outcome"].value_counts()
    _say(*(int(counts.get(outcome, 0)) for outcome in OUTCOMES), out=arguments.out)
    return 0


def _read(path: Path, text: str, sheet: str) -> "pd.DataFrame":
    """Read a text file whose first row has the column as it stands, any other as an import reads it."""
    from geo.grid import has_tags  # noqa: PLC0415
    from geo.io.records import read_table  # noqa: PLC0415
    from geo.io.sheets import kind_of, read_sheet  # noqa: PLC0415

    if kind_of(path) == "csv":
        # What is written in the file comes out as it was: no title is looked for above the headings.
        with contextlib.suppress(RecordFileError):
            table = read_table(path)
            if text in table:
                return table
    table = read_sheet(path, sheet=sheet).table
    return table.iloc[1:] if has_tags(table) else table


def _check(columns: dict[str, str | None], present: list[str], file: str) -> None:
    for name, column in columns.items():
        fixed = name == "level" and column in (*LEVELS, "1", "2", "3")
        if column is not None and column not in present and not fixed:
            raise RecordFileError(
                _("{file} : pas de colonne « {column} ». Colonnes du fichier : {present}.").format(
                    file=file, column=column, present=", ".join(present)
                )
            )


def _say(matched: int, ambiguous: int, none: int, *, out: Path) -> None:
    print(
        _(
            "Lus {read} = {matched} rapprochés + {ambiguous} ambigus + {none} sans unité. Écrit : {out}"
        ).format(
            read=number(matched + ambiguous + none),
            matched=number(matched),
            ambiguous=number(ambiguous),
            none=number(none),
            out=out,
        )
    )
