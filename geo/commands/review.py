"""``python -m geo review``: places to settle, decisions made, and how to take one back."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geo.errors import StoreError
from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("review", help=_("Lieux à vérifier : lister, décider, révoquer."))
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument("--show", metavar="GROUP", help=_("ce qu'un groupe peut vouloir dire, et pourquoi"))
    actions.add_argument(
        "--decide",
        nargs=2,
        metavar=("GROUP", "PCODE"),
        help=_("ce que le groupe veut dire : P-code ou lettre de --show ; « - » : aucune de nos unités"),
    )
    actions.add_argument("--decisions", action="store_true", help=_("lister les décisions"))
    actions.add_argument("--revoke", type=int, metavar="N", help=_("révoquer une décision"))
    actions.add_argument("--out", type=Path, help=_("écrire les groupes (CSV)"))
    parser.add_argument("--source", default="", help=_("seulement les lignes de cette source"))
    parser.add_argument("--import", dest="of_import", default="", help=_("seulement celles de cet import"))
    parser.add_argument("--reason", default="", help=_("seulement celles de cette raison"))
    parser.add_argument("--note", default="", help=_("pourquoi"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List what is to be settled, or settle it."""
    if arguments.decisions:
        return _list_decisions()
    if arguments.show:
        return _show(arguments.show)
    if arguments.decide:
        return _decide(*arguments.decide, note=arguments.note)
    if arguments.revoke is not None:
        return _revoke(arguments.revoke)
    return _list_groups(arguments)


def _list_groups(arguments: argparse.Namespace) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.records import write_csv  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415
    from geo.store.review import WRITTEN, kept, waiting  # noqa: PLC0415

    found = waiting(load_boundaries())
    table = kept(
        found.groups, source=arguments.source, of_import=arguments.of_import, reason=arguments.reason
    )
    if arguments.out:
        write_csv(arguments.out, table[list(WRITTEN)])
        exported_here(arguments.out, audience="coordinator", rows=len(table))
    for row in table.to_dict("records"):
        print(_group_line(row))
    _print_left(len(table), len({each for numbers in table["record_ids"] for each in numbers}))
    _print_accounting(found.accounting, found.unplaced)
    return 0


def _group_line(row: Mapping[Any, Any]) -> str:
    from geo.report.accounting import REASON_WORDS  # noqa: PLC0415

    parents = ", ".join(word for word in (row["cercle"], row["region"]) if word)
    return _(
        "{group} · lignes : {rows} · « {text} » ({parents}) · {reason} · candidats : {candidates}"
    ).format(
        group=row["group"],
        rows=number(row["rows"]),
        text=row["text"],
        parents=parents or "–",
        reason=_(REASON_WORDS.get(row["reason"], row["reason"])),
        candidates=row["candidates"] or "–",
    )


def _print_left(groups: int, rows: int) -> None:
    print(_("À vérifier : groupes {n}, lignes {rows}.").format(n=number(groups), rows=number(rows)))


def _print_accounting(counts: Any, unplaced: int) -> None:
    from geo.report.accounting import accounting_line  # noqa: PLC0415

    print(accounting_line(counts.read, counts.placed, counts.review, counts.rejected))
    if unplaced:
        print(_("dont réglées sans unité (« aucune des nôtres ») : {n}").format(n=number(unplaced)))


def _show(group: str) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415

    boundaries = load_boundaries()
    row = _chosen(group, boundaries)
    print(_group_line(row))
    for one in _choices(row, boundaries).to_dict("records"):
        print(f"  {one['letter']} · {one['name']} · {one['pcode']} · {one['reason']}")
    return 0


def _chosen(group: str, boundaries: Any) -> dict[str, Any]:
    from geo.store.review import groups  # noqa: PLC0415

    table = groups(boundaries)
    found = table[table["group"] == group]
    if found.empty:
        raise StoreError(_("Groupe « {name} » : il n'existe pas ou est déjà réglé.").format(name=group))
    return {str(name): value for name, value in found.iloc[0].items()}


def _choices(row: Mapping[str, Any], boundaries: Any) -> pd.DataFrame:
    from geo.choices import choices  # noqa: PLC0415
    from geo.store.places import names_of  # noqa: PLC0415

    return choices(row, boundaries, names_of(boundaries.units))


def _decide(group: str, pcode: str, *, note: str) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.store.database import user  # noqa: PLC0415
    from geo.store.decisions import decide  # noqa: PLC0415
    from geo.store.review import waiting  # noqa: PLC0415

    boundaries = load_boundaries()
    row = _chosen(group, boundaries)
    if len(pcode) == 1 and pcode != "-":
        offered = _choices(row, boundaries).set_index("letter")["pcode"]
        if pcode.upper() not in offered:
            raise StoreError(_("Pas de candidat {letter} ; « --show » les liste.").format(letter=pcode))
        pcode = str(offered[pcode.upper()])
    made, changed = decide(row, "" if pcode == "-" else pcode, boundaries, who=user(), note=note)
    print(_("Décision {n} enregistrée ; lignes replacées : {rows}.").format(n=made, rows=number(changed)))
    left = waiting(boundaries)
    _print_accounting(left.accounting, left.unplaced)
    return 0


def _revoke(made: int) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.store.database import user  # noqa: PLC0415
    from geo.store.decisions import revoke  # noqa: PLC0415

    changed = revoke(made, load_boundaries(), who=user())
    print(_("Décision {n} révoquée ; lignes replacées : {rows}.").format(n=made, rows=number(changed)))
    return 0


def _list_decisions() -> int:
    from geo.store.decisions import decisions  # noqa: PLC0415

    table = decisions()
    for row in table.to_dict("records"):
        state = (
            _("révoquée le {day} par {who}").format(day=row["revoked_at"][:10], who=row["revoked_by"])
            if row["revoked_at"]
            else _("en usage")
        )
        print(
            _("{n} · {day} · {who} · « {text} » → {pcode} · lignes : {rows} · {state}").format(
                n=row["id"],
                day=row["decided_at"][:10],
                who=row["decided_by"],
                text=row["text"],
                pcode=row["pcode"] or "–",
                rows="–" if pd.isna(row["rows"]) else number(row["rows"]),
                state=state,
            )
            + (f" · {row['note']}" if row["note"] else "")
        )
    if table.empty:
        print(_("Aucune décision."))
    return 0
