"""``python -m geo snapshot take|list|diff``: keep the state of a meeting, and see what changed since."""

import argparse
from datetime import date
from typing import Any

from geo.i18n import _


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("snapshot", help=_("figer l'état d'une réunion, voir ce qui a changé"))
    actions = parser.add_subparsers(dest="action", required=True)
    take = actions.add_parser("take", help=_("figer l'état des enregistrements"))
    take.add_argument("--name", default="", help=_("nom de la réunion"))
    take.set_defaults(run=_take)
    actions.add_parser("list", help=_("états gardés")).set_defaults(run=_list)
    compare = actions.add_parser("diff", help=_("ce qui a changé depuis un état"))
    compare.add_argument("id", type=int, nargs="?", help=_("numéro de l'état, le dernier par défaut"))
    compare.add_argument("--csv", action="store_true", help=_("sortie CSV"))
    compare.set_defaults(run=_diff)


def _take(arguments: argparse.Namespace) -> int:
    from geo import store  # noqa: PLC0415
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.store import database, snapshots  # noqa: PLC0415

    held = store.load(load_boundaries())
    made = snapshots.take(held, arguments.name, who=database.user())
    print(_("État {n} gardé : {records} enregistrements.").format(n=made, records=len(held.records)))
    return 0


def _list(_arguments: argparse.Namespace) -> int:
    from geo.store import snapshots  # noqa: PLC0415

    for row in snapshots.listed().to_dict("records"):
        print(f"{row['id']:>4}  {row['taken_at'][:16]}  {row['records']:>7}  {row['name']}")
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    from geo import snapshots, store  # noqa: PLC0415
    from geo.errors import StoreError  # noqa: PLC0415
    from geo.facts import Frame  # noqa: PLC0415
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.records import csv_text  # noqa: PLC0415
    from geo.report.partnertables import change_table  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store import snapshots as kept  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415
    from geo.words import unit_names  # noqa: PLC0415

    listed = kept.listed()
    if arguments.id is None and listed.empty:
        raise StoreError(_("Aucun état n'est gardé : « python -m geo snapshot take » en garde un."))
    boundaries = load_boundaries()
    held = store.load(boundaries)
    taken, before = kept.read(int(listed["id"].iloc[0]) if arguments.id is None else arguments.id)
    frame = Frame(boundaries)
    found = snapshots.compare(
        kept.seen(before, held, READER),
        kept.seen(held.records.set_axis(kept.keys(held)), held, READER),
        then_on=taken.date(),
        now_on=date.today(),
        shown=frame.focus,
        members=frame.members,
    )
    labels = {name: kind.label for name, kind in held.types.items()}
    table = change_table(found.changes, unit_names(frame), labels)
    if arguments.csv:
        exported_here("-", audience=READER.role, rows=len(table))
        print(csv_text(table), end="")
        return 0
    counts = snapshots.totals(found)
    line = _(
        "Depuis l'état du {day} : {added} nouveaux, {ended} terminés, {changed} modifiés, {same} inchangés."
    )
    print(line.format(day=taken.date().isoformat(), same=found.same, **counts))
    if len(table):
        print(table.to_string(index=False))
    return 0
