"""``python -m geo audit``: the journal, who did what and when."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from geo.acts import ACTS, KINDS
from geo.i18n import _, number

# Lines printed; a file has all of them.
_PRINTED = 50


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("audit", help=_("Lire le journal : qui a fait quoi, et quand."))
    parser.add_argument("--since", type=_day, metavar="DATE", help=_("depuis ce jour, AAAA-MM-JJ"))
    parser.add_argument("--until", type=_day, metavar="DATE", help=_("jusqu'à ce jour, AAAA-MM-JJ"))
    parser.add_argument(
        "--act",
        action="append",
        default=[],
        choices=[*KINDS, *(name for name in ACTS if name not in KINDS)],
        metavar="ACT",
        help=_("seulement cet acte ou ce genre d'actes ; répétable : {names}").format(
            names=", ".join(dict.fromkeys([*KINDS, *ACTS]))
        ),
    )
    parser.add_argument("--who", default="", metavar="NAME", help=_("seulement cette personne"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=_("écrire tout (CSV, ou XLSX selon le nom)"))
    parser.set_defaults(run=run)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise argparse.ArgumentTypeError(_("écrivez un jour AAAA-MM-JJ")) from error


def run(arguments: argparse.Namespace) -> int:
    """Print the latest lines; write all of them where a file is named."""
    from geo.io.files import write_bytes  # noqa: PLC0415
    from geo.report.journal import journal_csv, journal_table, journal_xlsx  # noqa: PLC0415
    from geo.store.audit import entries, exported_here  # noqa: PLC0415

    found = entries(
        kinds=tuple(arguments.act),
        who=arguments.who,
        since=arguments.since or "",
        until=arguments.until or "",
    )
    table = journal_table(found)
    if arguments.out:
        make = journal_xlsx if arguments.out.suffix.lower() == ".xlsx" else journal_csv
        write_bytes(arguments.out, make(found))
        exported_here(arguments.out, audience="administrator", rows=len(found))
    for row in table.head(_PRINTED).itertuples(index=False):
        print(" · ".join(str(cell) for cell in row if cell not in ("", None)))
    print(
        _("Lignes du journal : {n}, dont montrées : {shown}.").format(
            n=number(len(found)), shown=number(min(len(found), _PRINTED))
        )
    )
    return 0
