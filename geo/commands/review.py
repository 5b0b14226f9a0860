"""``python -m geo review``: places to settle, decisions made, and how to take one back."""

import argparse
from pathlib import Path
from typing import Any

from geo.errors import StoreError
from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("review", help=_("Lieux à vérifier : lister, décider, révoquer."))
    actions = parser.add_mutually_exclusive_group()
    actions.add_argument(
        "--decide",
        nargs=2,
        metavar=("GROUP", "PCODE"),
        help=_("ce que le groupe veut dire ; « - » : aucune de nos unités"),
    )
    actions.add_argument("--decisions", action="store_true", help=_("lister les décisions"))
    actions.add_argument("--revoke", type=int, metavar="N", help=_("révoquer une décision"))
    actions.add_argument("--out", type=Path, help=_("écrire les groupes (CSV)"))
    parser.add_argument("--note", default="", help=_("pourquoi"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List what is to be settled, or settle it."""
    if arguments.decisions:
        return _list_decisions()
    if arguments.decide:
        return _decide(*arguments.decide, note=arguments.note)
    if arguments.revoke is not None:
        return _revoke(arguments.revoke)
    return _list_groups(arguments.out)


def _list_groups(out: Path | None) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.records import write_csv  # noqa: PLC0415
    from geo.report.accounting import REASON_WORDS  # noqa: PLC0415
    from geo.store.review import groups  # noqa: PLC0415

    table = groups(load_boundaries())
    if out:
        write_csv(
            out, table.drop(columns=["record_ids", "text_key", "region_key", "cercle_key", "place_key"])
        )
    for row in table.to_dict("records"):
        parents = ", ".join(word for word in (row["cercle"], row["region"]) if word)
        print(
            _(
                "{group} · lignes : {rows} · « {text} » ({parents}) · {reason} · candidats : {candidates}"
            ).format(
                group=row["group"],
                rows=number(row["rows"]),
                text=row["text"],
                parents=parents or "–",
                reason=_(REASON_WORDS.get(row["reason"], row["reason"])),
                candidates=row["candidates"] or "–",
            )
        )
    print(
        _("À vérifier : groupes {n}, lignes {rows}.").format(
            n=number(len(table)), rows=number(int(table["rows"].sum()))
        )
    )
    return 0


def _decide(group: str, pcode: str, *, note: str) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.store.database import user  # noqa: PLC0415
    from geo.store.decisions import decide  # noqa: PLC0415
    from geo.store.review import groups  # noqa: PLC0415

    boundaries = load_boundaries()
    table = groups(boundaries)
    found = table[table["group"] == group]
    if found.empty:
        raise StoreError(_("Groupe « {name} » : il n'existe pas ou est déjà réglé.").format(name=group))
    made, changed = decide(
        found.iloc[0].to_dict(), "" if pcode == "-" else pcode, boundaries, who=user(), note=note
    )
    print(_("Décision {n} enregistrée ; lignes replacées : {rows}.").format(n=made, rows=number(changed)))
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
            _("{n} · {day} · {who} · « {text} » → {pcode} · {state}").format(
                n=row["id"],
                day=row["decided_at"][:10],
                who=row["decided_by"],
                text=row["text"],
                pcode=row["pcode"] or "–",
                state=state,
            )
        )
    if table.empty:
        print(_("Aucune décision."))
    return 0
