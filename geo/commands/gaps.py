"""``python -m geo gaps``: which communes are left out, and by how much."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from geo.errors import CouvertureError
from geo.i18n import _

if TYPE_CHECKING:
    from geo.facts import Prepared, View
    from geo.gaps import Gaps


class GapsRequestError(CouvertureError):
    """What is asked on the command line cannot be answered."""


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("gaps", help=_("besoins non couverts par commune, cercle ou région"))
    parser.add_argument("--level", choices=["commune", "cercle", "region"], default="commune")
    add_question(parser)
    parser.add_argument("--explain", metavar="PCODE", help=_("le calcul du rang d'une commune"))
    parser.set_defaults(run=run)


def add_question(parser: argparse.ArgumentParser) -> None:
    """Add what every question of need may say."""
    parser.add_argument("--type", default="water_point", help=_("type d'activité"))
    parser.add_argument("--norms", default="default", metavar="NAME", help=_("jeu de normes"))
    parser.add_argument(
        "--region", action="append", default=[], help=_("région ou wilaya, nom ou P-code ; répétable")
    )
    parser.add_argument(
        "--include-not-comparable",
        action="store_true",
        help=_("donner aussi un chiffre aux unités non comparables"),
    )
    parser.add_argument("--no-seasonal", action="store_true", help=_("ne pas compter les points saisonniers"))
    parser.add_argument("--unknown-as", choices=["apart", "working", "not_working"], default="apart")
    parser.add_argument(
        "--none-reported-is-zero", action="store_true", help=_("hypothèse : aucun signalé vaut zéro")
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=_("sortie JSON"))
    form.add_argument("--csv", action="store_true", help=_("sortie CSV"))


def run(arguments: argparse.Namespace) -> int:
    """Print the gaps as a table, JSON or CSV."""
    from geo.io.records import csv_text  # noqa: PLC0415
    from geo.report.gaptable import as_json, as_text, export  # noqa: PLC0415

    prepared, gaps = answer(arguments)
    if arguments.explain:
        print(_explained(gaps, arguments.explain))
        return 0
    table = export(gaps, prepared, level=arguments.level)
    if arguments.json:
        json.dump(as_json(gaps, table), sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
        print()
    elif arguments.csv:
        print(csv_text(table), end="")
    else:
        print(as_text(gaps, table, level=arguments.level))
    return 0


def prepared_records() -> "Prepared":
    """Shared records in use with the population in use, ready to be asked."""
    from geo import facts, population, store  # noqa: PLC0415
    from geo.io import load_boundaries, load_population  # noqa: PLC0415
    from geo.sharing import READER, share  # noqa: PLC0415

    boundaries = load_boundaries()
    records = store.load(boundaries)
    people = population.people(load_population(), boundaries.units).rename(columns={"pcode": "adm3_pcode"})
    shared = share(records.records, READER, types=records.types, organisations=records.organisations)
    return facts.prepare(
        shared, facts.Frame(boundaries), types=records.types, sources=records.sources, people=people
    )


def answer(arguments: argparse.Namespace) -> "tuple[Prepared, Gaps]":
    """Return the records and the gaps by commune that the arguments ask for."""
    from dataclasses import replace  # noqa: PLC0415

    from geo.gaps import commune_gaps  # noqa: PLC0415
    from geo.io.norms import read_not_comparable, read_set  # noqa: PLC0415

    norm_set, set_aside = read_set(arguments.norms), read_not_comparable()
    prepared = prepared_records()
    gaps = commune_gaps(
        prepared,
        _view(arguments, prepared),
        norm_set=norm_set,
        not_comparable=set_aside,
        include_not_comparable=arguments.include_not_comparable,
        villages=_villages(prepared),
    )
    kept = _regions(gaps, arguments.region)
    return prepared, replace(gaps, table=gaps.table[kept].reset_index(drop=True))


def _view(arguments: argparse.Namespace, prepared: "Prepared") -> "View":
    from geo.coverage import Assumptions  # noqa: PLC0415
    from geo.facts import View  # noqa: PLC0415

    if arguments.type not in prepared.of_type:
        raise GapsRequestError(
            _("Type d'activité inconnu : « {name} ». Types possibles : {names}.").format(
                name=arguments.type, names=", ".join(prepared.of_type)
            )
        )
    assumptions = Assumptions(
        seasonal=not arguments.no_seasonal,
        unknown_as=arguments.unknown_as,
        none_reported_is_zero=arguments.none_reported_is_zero,
    )
    return View(activity_type=arguments.type, assumptions=assumptions)


def _villages(prepared: "Prepared") -> dict[str, int] | None:
    from geo.io.localities import load  # noqa: PLC0415
    from geo.localities import in_communes, villages_by_commune  # noqa: PLC0415

    localities = load()
    if localities is None:
        return None
    return villages_by_commune(in_communes(localities, prepared.frame.boundaries.communes))


def _regions(gaps: "Gaps", wanted: list[str]) -> Any:
    from geo.spelling import fold  # noqa: PLC0415

    table = gaps.table
    if not wanted:
        return table["pcode"].notna()
    names = {fold(name): code for code, name in zip(table["region_pcode"], table["region_name"], strict=True)}
    codes = set(table["region_pcode"])
    for text in wanted:
        if text not in codes and fold(text) not in names:
            raise GapsRequestError(
                _("Région inconnue : « {name} ». Régions : {names}.").format(
                    name=text, names=", ".join(sorted(set(table["region_name"])))
                )
            )
    return table["region_pcode"].isin([text if text in codes else names[fold(text)] for text in wanted])


def _explained(gaps: "Gaps", pcode: str) -> str:
    from geo.ranking import explain, rank  # noqa: PLC0415

    ranked = rank(gaps.ranked)
    row = ranked[ranked["pcode"] == pcode]
    if not len(row):
        raise GapsRequestError(_("{code} n'est pas dans le classement.").format(code=pcode))
    first = row.iloc[0]
    title = _("{name} : rang {rank} sur {n}").format(
        name=first["name"], rank=int(first["rank"]), n=len(ranked)
    )
    return f"{title}\n{explain(first.to_dict())}"
