"""``python -m geo quality``: accounting, gaps and age by partner, source or import; what to correct."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import StoreError
from geo.i18n import _, number, percent

if TYPE_CHECKING:
    from geo.boundaries import Boundaries
    from geo.store import Store
    from geo.store.kept import Kept


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("quality", help=_("Qualité des données, par groupe."))
    parser.add_argument("--by", choices=("partner", "source", "import"), default="partner")
    parser.add_argument("--group", default=None, help=_("un seul partenaire, une seule source ou un import"))
    parser.add_argument("--json", action="store_true", help=_("tout, en JSON"))
    parser.add_argument("--workbook", type=Path, help=_("écrire les lignes à corriger (XLSX)"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the quality of the records in use; write the workbook of what is to be corrected."""
    from geo import quality  # noqa: PLC0415
    from geo.counting import Members  # noqa: PLC0415
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.sharing import READER, Audience  # noqa: PLC0415
    from geo.store import load  # noqa: PLC0415
    from geo.store.kept import kept  # noqa: PLC0415

    boundaries = load_boundaries()
    store, day = load(boundaries), date.today()
    # What is sent to a partner holds its own rows in full, and of others what any reader sees.
    own = arguments.by == "partner" and arguments.group
    found = kept(store, Audience("partner", arguments.group) if own else READER)
    # Numbers of imports name nobody: whoever runs the machine gets each one whole.
    whose = kept(store, Audience("administrator")) if arguments.by == "import" else found
    groups = whose.groups(arguments.by)
    if arguments.group is not None:
        groups = groups[groups == arguments.group]
        if groups.empty:
            raise StoreError(_("Aucune ligne de « {name} ».").format(name=arguments.group))
    whole = found.whole.loc[groups.index]
    units = boundaries.units
    shown = frozenset(units.loc[units["focus"], "adm3_pcode"])
    about: dict[str, Any] = {"sources": store.sources, "shown": shown, "members": Members(units)}
    table = quality.by_group(whole, groups, day=day, **about)
    fields = quality.completeness(whole, groups, types=store.types)
    if arguments.workbook:
        _write(arguments.workbook, groups.index, found, store, boundaries, arguments.group)
    print(_as_json(table, fields) if arguments.json else _as_text(table, fields))
    return 0


def _write(
    path: Path, rows: pd.Index, found: "Kept", store: "Store", boundaries: "Boundaries", group: str | None
) -> None:
    from geo.facts import Frame  # noqa: PLC0415
    from geo.io.files import write_bytes  # noqa: PLC0415
    from geo.report.faulty import Papers, lines, workbook  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415
    from geo.words import unit_names  # noqa: PLC0415

    day, records = date.today(), found.records.loc[rows]
    names = unit_names(Frame(boundaries))
    papers = Papers(found.statements, found.unread, names, store.types)
    title = _("Ensemble") if group is None else group
    write_bytes(path, workbook(records, lines(records, papers, day=day), title=title, day=day))
    role = "reader" if group is None else "partner"
    exported_here(path, audience=role, rows=len(records))


def _as_json(table: pd.DataFrame, fields: pd.DataFrame) -> str:
    found = [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        | {"fields": json.loads(fields[fields["group"] == row["group"]].to_json(orient="records"))}
        for row in table.to_dict("records")
    ]
    return json.dumps(found, ensure_ascii=False, indent=1)


def _as_text(table: pd.DataFrame, fields: pd.DataFrame) -> str:
    from geo.columnwords import label  # noqa: PLC0415
    from geo.report.accounting import accounting_line  # noqa: PLC0415

    lines = []
    for row in table.to_dict("records"):
        counts = (row[name] for name in ("read", "placed", "review", "rejected"))
        lines.append(f"{row['group'] or '–'} : {accounting_line(*counts)}")
        lines.append("  " + _beside(row))
        own = fields[(fields["group"] == row["group"]) & (fields["filled"] > 0)]
        told = (f"{label(str(each.field))} {percent(each.share, 0)}" for each in own.itertuples())
        lines.append("  " + _("rempli : {fields}").format(fields=", ".join(told)))
    return "\n".join(lines)


def _beside(row: dict[Any, Any]) -> str:
    age = _("âge inconnu")
    if not pd.isna(row["age_median"]):
        age = _("âge médian {median} ans, le plus ancien {oldest}").format(
            median=number(row["age_median"], 1), oldest=row["oldest"]
        )
    said = _(
        "répétitions possibles {repeat} · position hors du lieu nommé {contradicted} · terminés, encore "
        "« en cours » {past_end} · sans date {undated}"
    )
    names = ("repeat", "contradicted", "past_end", "undated")
    return said.format(**{name: number(row[name]) for name in names}) + " · " + age
