"""``python -m geo overlaps``: records of different partners in the same place at the same time."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import ViewError
from geo.i18n import _, number

if TYPE_CHECKING:
    import pandas as pd

    from geo.facts import Prepared
    from geo.overlaps import Overlaps
    from geo.store import Store

# Pairs printed as a table; CSV and JSON give all.
_PRINTED = 40


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "overlaps", help=_("paires d'enregistrements de partenaires différents au même endroit")
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=_("fichier ; sinon la base"))
    parser.add_argument("--type", action="append", default=[], help=_("type d'activité ; répétable"))
    parser.add_argument(
        "--unit", default="", metavar="PCODE", help=_("unité montrée, par défaut les quatre régions")
    )
    parser.add_argument("--within-km", type=_kilometres, metavar="R", help=_("positions à R km au plus"))
    parser.add_argument(
        "--near-only", action="store_true", help=_("écarter les paires plus éloignées que --within-km")
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("sortie JSON"))
    form.add_argument("--csv", action="store_true", help=_("sortie CSV"))
    parser.set_defaults(run=run)


def _kilometres(text: str) -> float:
    value = float(text.replace(",", "."))
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(_("une distance est au-dessus de 0 km"))
    return value


def run(arguments: argparse.Namespace) -> int:
    """Print the pairs as a table, JSON or CSV, with the accounting."""
    from geo.io.records import csv_text  # noqa: PLC0415
    from geo.report.accounting import accounting_line  # noqa: PLC0415
    from geo.report.partnertables import pair_table  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415
    from geo.words import unit_names  # noqa: PLC0415

    found, pairs, prepared = _answer(arguments)
    labels = {name: each.kind.label for name, each in prepared.of_type.items()}
    table = pair_table(found, pairs, unit_names(prepared.frame), labels)
    counts = found.accounting
    if arguments.json or arguments.csv:
        exported_here("-", audience=READER.role, rows=len(table))
    if arguments.json:
        json.dump(_as_json(found, table), sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
        print()
        return 0
    if arguments.csv:
        print(csv_text(table), end="")
    else:
        print(table.head(_PRINTED).to_string(index=False) if len(table) else _("Aucune paire."))
    shown = sys.stderr if arguments.csv else sys.stdout
    print(accounting_line(counts.read, counts.placed, counts.review, counts.rejected), file=shown)
    print(_left_out(found, len(pairs)), file=shown)
    return 0


def _left_out(found: "Overlaps", pairs: int) -> str:
    text = _(
        "{pairs} paires, dont {undated} aux dates insuffisantes ; non comparés : {nobody} sans partenaire, "
        "{above} connus au-dessus de la commune."
    )
    return text.format(
        pairs=number(pairs),
        undated=number(found.undated),
        nobody=number(found.without_partner),
        above=number(found.above),
    )


def _as_json(found: "Overlaps", table: "pd.DataFrame") -> dict[str, Any]:
    # Through pandas' own writer: it knows missing values and its own integers.
    return {
        "accounting": found.accounting.as_dict(),
        "within_km": found.within_km,
        "near_only": found.near_only,
        "undated": found.undated,
        "without_partner": found.without_partner,
        "above_commune": found.above,
        "not_listed": [
            {"type": kind, "pcode": pcode, "pairs": count}
            for (kind, pcode), count in found.not_listed.items()
        ],
        "pairs": json.loads(table.to_json(orient="records", force_ascii=False)),
    }


def _answer(arguments: argparse.Namespace) -> "tuple[Overlaps, pd.DataFrame, Prepared]":
    from geo import facts, overlaps  # noqa: PLC0415
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.sharing import READER, share  # noqa: PLC0415
    from geo.store import meeting  # noqa: PLC0415
    from geo.store.files import known_by  # noqa: PLC0415

    boundaries = load_boundaries()
    held = _held(arguments.file, boundaries)
    shared = share(held.records, READER, types=held.types, organisations=held.organisations)
    prepared = facts.prepare(shared, facts.Frame(boundaries), types=held.types, sources=held.sources)
    if strange := [name for name in arguments.type if name not in prepared.of_type]:
        raise ViewError(
            _("Type d'activité inconnu : « {name} ». Types possibles : {names}.").format(
                name=strange[0], names=", ".join(prepared.of_type)
            )
        )
    if arguments.unit and not prepared.frame.members.of(arguments.unit):
        raise ViewError(
            _("--unit {code} : aucune unité n'a ce P-code. {advice}")
            .format(code=arguments.unit, advice="")
            .strip()
        )
    found = overlaps.find(
        prepared,
        facts.View(unit=arguments.unit),
        types=arguments.type,
        within_km=arguments.within_km,
        near_only=arguments.near_only,
    )
    pairs = meeting.with_decisions(found.pairs, known_by(held), meeting.decisions())
    return found, pairs, prepared


def _held(path: Path | None, boundaries: Any) -> "Store":
    from geo import store  # noqa: PLC0415
    from geo.store import organisations  # noqa: PLC0415

    return organisations.applied(store.load_file(path, boundaries)) if path else store.load(boundaries)
