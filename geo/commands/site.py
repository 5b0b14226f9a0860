"""``python -m geo site``: where the next N works would serve the most unserved people."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from geo.commands.gaps import add_question, answer, placed_localities
from geo.i18n import _, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from geo.gaps import Gaps
    from geo.reaching import Wanted
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
    from geo.gapwords import printed_with  # noqa: PLC0415
    from geo.io.localities import LocalityFileError  # noqa: PLC0415
    from geo.io.records import csv_text  # noqa: PLC0415
    from geo.reaching import caveats, plan  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415

    prepared, gaps = answer(arguments)
    wanted = _wanted(arguments)
    localities = placed_localities(prepared) if wanted.level == "locality" else None
    if wanted.level == "locality" and localities is None:
        raise LocalityFileError(_("Aucune liste de localités : « python -m geo localities install FILE »."))
    found, steps = plan(gaps, wanted, of_type=prepared.of_type[arguments.type], localities=localities)
    named = _named(steps, gaps)
    if arguments.csv or arguments.json:
        exported_here("-", audience=READER.role, rows=len(named))
    if arguments.csv:
        print(csv_text(named), end="")
        return 0
    lines = printed_with(
        gaps.norms,
        gaps.facts.view.assumptions,
        kind=gaps.facts.kind,
        include_not_comparable=arguments.include_not_comparable,
    )
    lines += caveats(wanted)
    if arguments.json:
        json.dump(_as_json(found, named, gaps, lines), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    print("\n".join([*_spoken(found, named, gaps), *lines]))
    return 0


def _wanted(arguments: argparse.Namespace) -> "Wanted":
    from geo.reaching import Wanted  # noqa: PLC0415

    return Wanted(
        works=max(0, arguments.n),
        per_region=arguments.per_region,
        exclude=frozenset(arguments.exclude),
        worst_off_first=arguments.worst_off_first,
        level=arguments.level,
        within_km=arguments.within,
    )


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


def _named(steps: "pd.DataFrame", gaps: "Gaps") -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415

    by_code = gaps.table.set_index("pcode").reindex(steps["adm3_pcode"])
    named = {
        "step": steps["step"],
        "adm1_name": by_code["region_name"].to_numpy(),
        "adm2_name": by_code["cercle_name"].to_numpy(),
        "adm3_pcode": steps["adm3_pcode"],
        "adm3_name": by_code["name"].to_numpy(),
    }
    if "locality" in steps:
        named["locality"] = steps["locality"]
    people = {column: steps[column].round().astype(int) for column in ("people_served", "people_total")}
    return pd.DataFrame({**named, **people, "note": by_code["note"].to_numpy()})


def _as_json(plan: "Plan", steps: "pd.DataFrame", gaps: "Gaps", lines: list[str]) -> dict[str, Any]:
    return {
        "activity_type": gaps.facts.view.activity_type,
        "norm_set": gaps.norm_set.name,
        "regions": gaps.facts.view.regions,
        "printed_with": lines,
        "method": plan.method,
        "guarantee": plan.guarantee,
        "people_served": round(plan.people_served),
        "unserved_people": round(float(gaps.table["unserved_people"].sum())),
        "steps": steps.to_dict("records"),
    }
