"""``python -m geo site``: where the next N works would serve the most unserved people."""

import argparse
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geo.commands.gaps import add_question, answer
from geo.i18n import _, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from geo.facts import Prepared
    from geo.gaps import Gaps
    from geo.siting import Plan


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("site", help=_("où placer les N prochains ouvrages"))
    add_question(parser)
    parser.add_argument("--n", type=int, default=20, help=_("nombre d'ouvrages à placer"))
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PCODE",
        help=_("commune, cercle ou région sans accès ; répétable"),
    )
    parser.add_argument("--per-region", type=int, metavar="N", help=_("au plus N ouvrages par région"))
    parser.add_argument(
        "--worst-off-first", action="store_true", help=_("les communes les moins bien desservies d'abord")
    )
    parser.add_argument(
        "--level",
        choices=["commune", "locality"],
        default="commune",
        help=_("placer par commune, ou par localité où une liste est installée"),
    )
    parser.add_argument(
        "--within",
        type=float,
        default=5.0,
        metavar="KM",
        help=_("distance qu'un ouvrage dessert (localités)"),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what each step adds."""
    from geo.distances import caveat  # noqa: PLC0415
    from geo.gapwords import printed_with  # noqa: PLC0415
    from geo.io.records import csv_text  # noqa: PLC0415
    from geo.siting import candidates, place_works  # noqa: PLC0415

    prepared, gaps = answer(arguments)
    if arguments.level == "locality":
        plan, steps = _in_localities(prepared, gaps, arguments)
    else:
        plan = place_works(
            candidates(gaps.table, exclude=frozenset(arguments.exclude)),
            max(0, arguments.n),
            limits=arguments.per_region,
            worst_off_first=arguments.worst_off_first,
        )
        steps = _named(plan, gaps)
    if arguments.csv:
        print(csv_text(steps), end="")
        return 0
    lines = printed_with(
        gaps.norms, gaps.facts.view.assumptions, include_not_comparable=arguments.include_not_comparable
    )
    if arguments.level == "locality":
        estimate = _("Personnes non desservies réparties entre les localités de leur commune : estimation.")
        lines += [estimate, caveat()]
    if arguments.json:
        json.dump(_as_json(plan, steps, gaps, lines), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    print("\n".join([*_spoken(plan, steps, gaps), *lines]))
    return 0


def _spoken(plan: "Plan", steps: "pd.DataFrame", gaps: "Gaps") -> list[str]:
    found = []
    for row in steps.to_dict("records"):
        village = f"{row['locality']}, " if "locality" in row else ""
        found.append(
            f"{row['step']:>4}  {village}{row['adm3_name']} ({row['adm1_name']}, {row['adm3_pcode']})  "
            f"+{number(row['people_served'])}  = {number(row['people_total'])}"
        )
    unserved = float(gaps.table["unserved_people"].sum())
    share = percent(plan.people_served / unserved) if unserved else percent(0)
    text = _("{n} ouvrages : {people} personnes desservies en plus, {share} de celles qui ne le sont pas")
    total = text.format(n=number(len(steps)), people=number(plan.people_served), share=share)
    return [*found, total, plan.guarantee]


def _in_localities(
    prepared: "Prepared", gaps: "Gaps", arguments: argparse.Namespace
) -> "tuple[Plan, pd.DataFrame]":
    from geo.distances import within, working_points  # noqa: PLC0415
    from geo.io.localities import LocalityFileError, load  # noqa: PLC0415
    from geo.localities import in_communes  # noqa: PLC0415
    from geo.reaching import reach_of  # noqa: PLC0415
    from geo.siting import place_sites  # noqa: PLC0415

    listed = load()
    if listed is None:
        raise LocalityFileError(_("Aucune liste de localités : « python -m geo localities install FILE »."))
    localities = in_communes(listed, prepared.frame.boundaries.communes)
    kind = prepared.of_type[arguments.type]
    works = working_points(kind.records, kind.kind.works, seasonal=not arguments.no_seasonal)
    near = within(localities, works, radii_m=(1000 * arguments.within,)).iloc[:, -1]
    reach = reach_of(
        localities,
        gaps.table,
        radius_km=arguments.within,
        near=near if len(works) else None,
        exclude=frozenset(arguments.exclude),
    )
    plan = place_sites(reach, max(0, arguments.n), limits=arguments.per_region)
    chosen = reach.sites.set_index("pcode").loc[plan.steps["pcode"]]
    by_commune = replace(plan, steps=plan.steps.assign(pcode=chosen["adm3_pcode"].to_numpy()))
    steps = _named(by_commune, gaps)
    steps.insert(5, "locality", chosen["name"].to_numpy())
    return plan, steps


def _named(plan: "Plan", gaps: "Gaps") -> "pd.DataFrame":
    by_code = gaps.table.set_index("pcode").reindex(plan.steps["pcode"])
    steps = plan.steps.rename(columns={"pcode": "adm3_pcode"})
    for column in ("people_served", "people_total"):
        steps[column] = steps[column].round().astype(int)
    steps.insert(1, "adm1_name", by_code["region_name"].to_numpy())
    steps.insert(2, "adm2_name", by_code["cercle_name"].to_numpy())
    steps.insert(4, "adm3_name", by_code["name"].to_numpy())
    return steps.assign(note=by_code["note"].to_numpy())


def _as_json(plan: "Plan", steps: "pd.DataFrame", gaps: "Gaps", lines: list[str]) -> dict[str, Any]:
    return {
        "activity_type": gaps.facts.view.activity_type,
        "norm_set": gaps.norm_set.name,
        "printed_with": lines,
        "method": plan.method,
        "guarantee": plan.guarantee,
        "people_served": round(plan.people_served),
        "unserved_people": round(float(gaps.table["unserved_people"].sum())),
        "steps": steps.to_dict("records"),
    }
