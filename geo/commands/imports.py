"""``python -m geo imports``: what was imported, by whom, and what stands."""

import argparse
import json
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("imports", help=_("Lister les imports."))
    parser.add_argument("--out", type=Path, help=_("écrire la liste (CSV)"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the imports, the latest first."""
    from geo.io.records import write_csv  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415
    from geo.store.imports import imports  # noqa: PLC0415

    table = imports()
    if arguments.out:
        write_csv(arguments.out, table.drop(columns=["options", "summary"]))
        exported_here(arguments.out, audience="coordinator", rows=len(table))
    for row in table.to_dict("records"):
        counts = json.loads(row["summary"])["difference"]
        state = (
            _("annulé le {day} par {who}").format(day=row["undone_at"][:10], who=row["undone_by"])
            if row["undone_at"]
            else _("en usage")
        )
        print(
            _(
                "{n} · {day} · {who} · {source} · {file} : +{added} ~{changed} -{removed} ={same} · {state}"
            ).format(
                n=row["id"],
                day=row["imported_at"][:10],
                who=row["imported_by"],
                source=row["source_id"],
                file=row["file_name"],
                state=state,
                **{name: number(count) for name, count in counts.items()},
            )
        )
    if table.empty:
        print(_("Aucun import."))
    return 0
