"""``python -m geo gaps``: which communes are left out, and by how much."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import CouvertureError
from geo.i18n import _

if TYPE_CHECKING:
    import pandas as pd

    from geo.facts import Prepared, View
    from geo.gaps import Gaps
    from geo.report.gaptable import Ranked
    from geo.weighing import Weighing


class GapsRequestError(CouvertureError):
    """What is asked on the command line cannot be answered."""


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("gaps", help=_("besoins non couverts par commune, cercle ou région"))
    parser.add_argument("--level", choices=["commune", "cercle", "region"], default="commune")
    add_question(parser)
    _add_ranking(parser)
    parser.add_argument("--map", type=Path, metavar="FILE", help=_("carte du besoin en une page (PDF, PNG)"))
    parser.add_argument("--picture", default="etats", choices=["etats", "personnes", "croisement"])
    parser.add_argument("--explain", metavar="PCODE", help=_("le calcul du rang d'une commune"))
    parser.set_defaults(run=run)


def add_question(parser: argparse.ArgumentParser) -> None:
    """Add what every question of need may say."""
    parser.add_argument("--type", default="water_point", help=_("type d'activité"))
    parser.add_argument("--norms", default="default", metavar="NAME", help=_("jeu de normes"))
    parser.add_argument(
        "--regions", default="2021", choices=("2021", "2023"), help=_("découpage des régions")
    )
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


def _add_ranking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--weights",
        default="",
        metavar="PART=N,…",
        help=_("poids du score : unserved, coverage, presence, distance, severity ; les autres restent"),
    )
    parser.add_argument(
        "--severity", type=Path, metavar="FILE", help=_("table de sévérité pour cette question (CSV, XLSX)")
    )
    parser.add_argument(
        "--near",
        type=int,
        choices=[500, 1000, 5000],
        default=1000,
        metavar="M",
        help=_("à quelle distance un ouvrage est proche : 500, 1000 ou 5000 m"),
    )
    parser.add_argument(
        "--worst", type=int, default=20, metavar="N", help=_("probabilité d'être parmi les N derniers")
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the gaps as a table, JSON or CSV."""
    from geo.io.records import csv_text  # noqa: PLC0415
    from geo.report.gaptable import as_json, as_text, export, rank_communes  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415

    prepared, gaps = answer(arguments)
    ranked = rank_communes(gaps, _weighed(arguments, prepared, gaps))
    if arguments.explain:
        print(_explained(ranked, arguments.explain))
        return 0
    if arguments.map:
        return _write_map(arguments, prepared, gaps, ranked)
    table = export(gaps, prepared, ranked, level=arguments.level)
    if arguments.json or arguments.csv:
        exported_here("-", audience=READER.role, rows=len(table))
    if arguments.json:
        whole = as_json(gaps, table, ranked, level=arguments.level)
        json.dump(whole, sys.stdout, ensure_ascii=False, indent=1, allow_nan=False)
        print()
    elif arguments.csv:
        print(csv_text(table), end="")
    else:
        print(as_text(gaps, table, ranked, level=arguments.level))
    return 0


def _write_map(arguments: argparse.Namespace, prepared: "Prepared", gaps: "Gaps", ranked: "Ranked") -> int:
    from datetime import date  # noqa: PLC0415

    from geo.commands.map import later_drawn  # noqa: PLC0415
    from geo.io.basemap import load_basemap  # noqa: PLC0415
    from geo.io.files import write_bytes  # noqa: PLC0415
    from geo.report.drawing import drawing  # noqa: PLC0415
    from geo.report.gapsheet import gap_page  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415

    ending = arguments.map.suffix.lower()
    if ending not in (".pdf", ".png"):
        raise GapsRequestError(_("--map {file} : terminaison .pdf ou .png.").format(file=arguments.map))
    if len(set(arguments.region)) > 1:
        raise GapsRequestError(_("--map : une seule --region, ou aucune pour les quatre."))
    shapes = drawing(prepared.frame, later=later_drawn(prepared.frame.boundaries), basemap=load_basemap())
    made = {"level": arguments.level, "picture": arguments.picture, "day": date.today()}
    page = gap_page(gaps, ranked, prepared, shapes, **made)
    write_bytes(arguments.map, page.pdf() if ending == ".pdf" else page.png())
    exported_here(arguments.map, audience=READER.role, rows=len(gaps.table))
    print(arguments.map)
    return 0


def _weighed(arguments: argparse.Namespace, prepared: "Prepared", gaps: "Gaps") -> "Weighing":
    from geo.io.severity import in_use, load, read, source_words  # noqa: PLC0415
    from geo.severity import by_commune  # noqa: PLC0415
    from geo.weighing import evidence, weigh  # noqa: PLC0415

    units = prepared.frame.boundaries.units
    table = read(arguments.severity) if arguments.severity else load()
    installed = source_words(in_use()) if in_use() else ""
    source = arguments.severity.name if arguments.severity else installed
    found = evidence(
        gaps,
        prepared.of_type[arguments.type],
        localities=placed_localities(prepared),
        near_m=arguments.near,
        severity=by_commune(table, units)[0] if table is not None else None,
        severity_source=source,
    )
    return weigh(_weights(arguments.weights), found, worst=max(1, arguments.worst))


def _weights(text: str) -> dict[str, float]:
    """Read ``unserved=40,presence=0``; parts that are not named keep their usual weight."""
    from geo.ranking import DEFAULT_WEIGHTS, PARTS  # noqa: PLC0415

    found = {name: float(weight) for name, weight in DEFAULT_WEIGHTS.items()}
    for each in filter(None, text.split(",")):
        name, _equals, value = (part.strip() for part in each.partition("="))
        if name not in PARTS or not re.fullmatch(r"\d+(\.\d+)?", value):
            raise GapsRequestError(
                _("--weights « {text} » : écrivez PART=N, avec {parts}.").format(
                    text=each, parts=", ".join(PARTS)
                )
            )
        found[name] = float(value)
    return found


def prepared_records() -> "Prepared":
    """Shared records in use with the population in use, ready to be asked."""
    from geo.commands.map import later_drawn, prepare  # noqa: PLC0415
    from geo.io import load_boundaries  # noqa: PLC0415

    boundaries = load_boundaries()
    return prepare(boundaries, later_drawn(boundaries))


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
    inside = frozenset[str]().union(*map(prepared.frame.members.of, _regions(prepared, arguments)))
    kept = gaps.table["pcode"].isin(inside)
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
    # One region is an area of its own, with its name in every title; several are only kept of all four.
    unit = _regions(prepared, arguments)[0] if len(arguments.region) == 1 else ""
    return View(activity_type=arguments.type, unit=unit, regions=arguments.regions, assumptions=assumptions)


def placed_localities(prepared: "Prepared") -> "pd.DataFrame | None":
    """Localities of the list in use, each in its commune; ``None`` where no list is installed."""
    from geo.io.localities import load  # noqa: PLC0415
    from geo.localities import in_communes  # noqa: PLC0415

    localities = load()
    return None if localities is None else in_communes(localities, prepared.frame.boundaries.communes)


def _villages(prepared: "Prepared") -> dict[str, int] | None:
    from geo.localities import villages_by_commune  # noqa: PLC0415

    localities = placed_localities(prepared)
    return None if localities is None else villages_by_commune(localities)


def _regions(prepared: "Prepared", arguments: argparse.Namespace) -> list[str]:
    """Return the P-codes of the regions asked, of all of the mission where none is."""
    from geo.spelling import fold  # noqa: PLC0415

    wanted = arguments.region
    regions = prepared.frame.grids["region_2023" if arguments.regions == "2023" else "region"].names
    regions = regions[regions["focus"]]
    names = dict(zip(regions["pcode"], regions["name"], strict=True))
    if not wanted:
        return list(names)
    codes = {fold(name): code for code, name in names.items()} | {code: code for code in names}
    for text in wanted:
        if text not in codes and fold(text) not in codes:
            raise GapsRequestError(
                _("Région inconnue : « {name} ». Régions : {names}.").format(
                    name=text, names=", ".join(sorted(names.values()))
                )
            )
    return [codes.get(text) or codes[fold(text)] for text in wanted]


def _explained(ranked: "Ranked", pcode: str) -> str:
    from geo.ranking import explain  # noqa: PLC0415
    from geo.weighing import lines  # noqa: PLC0415

    table = ranked.table[ranked.table["rank"].notna()]
    row = table[table["pcode"] == pcode]
    if not len(row):
        raise GapsRequestError(_("{code} n'est pas dans le classement.").format(code=pcode))
    first = row.iloc[0]
    title = _("{name} : rang {rank} sur {n}").format(
        name=first["name"], rank=int(first["rank"]), n=len(table)
    )
    return "\n".join([title, explain(first.to_dict()), *lines(ranked.weighing)])
