"""``python -m geo distance``: localities and people within reach of a working point."""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.commands.gaps import add_question, answer, placed_localities
from geo.i18n import _, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from geo.facts import Prepared
    from geo.gaps import Gaps


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "distance", help=_("localités et personnes à portée d'un ouvrage en service")
    )
    parser.add_argument("--level", choices=["commune", "cercle", "region"], default="region")
    add_question(parser)
    parser.add_argument(
        "--raster",
        type=Path,
        metavar="FILE",
        help=_("grille de population (GeoTIFF, EPSG:4326) à la place des localités"),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print localities and people within each distance, by unit."""
    from geo.distances import RADII_M, caveat  # noqa: PLC0415
    from geo.io.localities import LocalityFileError  # noqa: PLC0415
    from geo.io.records import csv_text  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415
    from geo.weighing import counted_points  # noqa: PLC0415

    prepared, gaps = answer(arguments)
    points = counted_points(prepared.of_type[arguments.type], gaps.facts.view.assumptions)
    if not len(points):
        raise LocalityFileError(
            _("Il manque des positions : aucun enregistrement de ce type, en service, n'a de coordonnées.")
        )
    found = _by_raster if arguments.raster else _by_localities
    table = found(arguments, prepared, gaps, points)
    if arguments.csv or arguments.json:
        exported_here("-", audience=READER.role, rows=len(table))
    if arguments.csv:
        print(csv_text(table), end="")
        return 0
    lines = [caveat()]
    if arguments.json:
        rows = json.loads(table.to_json(orient="records", force_ascii=False))
        whole = {"activity_type": arguments.type, "level": arguments.level, "printed_with": lines}
        json.dump({**whole, "rows": rows}, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    print("\n".join([*_spoken(table, RADII_M), *lines]))
    return 0


def _unit_of(gaps: "Gaps", level: str) -> dict[str, str]:
    column = {"commune": "pcode", "cercle": "cercle_pcode", "region": "region_pcode"}[level]
    return dict(zip(gaps.table["pcode"], gaps.table[column], strict=True))


def _named(table: "pd.DataFrame", gaps: "Gaps", level: str) -> "pd.DataFrame":
    column = {"commune": "name", "cercle": "cercle_name", "region": "region_name"}[level]
    unit = _unit_of(gaps, level)
    names = {unit[code]: name for code, name in zip(gaps.table["pcode"], gaps.table[column], strict=True)}
    named = table.copy()
    named.insert(1, "name", named["pcode"].map(names))
    return named


def _by_localities(
    arguments: argparse.Namespace, prepared: "Prepared", gaps: "Gaps", points: "pd.DataFrame"
) -> "pd.DataFrame":
    from geo.distances import by_unit, within  # noqa: PLC0415
    from geo.io.localities import LocalityFileError  # noqa: PLC0415

    placed = placed_localities(prepared)
    if placed is None:
        raise LocalityFileError(_("Aucune liste de localités : « python -m geo localities install FILE »."))
    kept = placed[placed["adm3_pcode"].isin(gaps.table["pcode"])].reset_index(drop=True)
    found = by_unit(kept, within(kept, points), unit_of=_unit_of(gaps, arguments.level))
    return _named(found, gaps, arguments.level)


def _by_raster(
    arguments: argparse.Namespace, prepared: "Prepared", gaps: "Gaps", points: "pd.DataFrame"
) -> "pd.DataFrame":
    from geo.io.people_raster import people_within  # noqa: PLC0415

    communes = prepared.frame.boundaries.communes
    asked = communes[communes["adm3_pcode"].isin(gaps.table["pcode"])]
    by_commune = people_within(arguments.raster, asked, points)
    unit = by_commune["pcode"].map(_unit_of(gaps, arguments.level))
    counts = [str(name) for name in by_commune if str(name).startswith("people")]
    # A commune that the raster does not cover is unknown: its unit has the people of the others.
    summed = by_commune.groupby(unit)[counts].sum(min_count=1).rename_axis("pcode").reset_index()
    shares = {
        f"{name}_pct": 100 * summed[name] / summed["people"].where(summed["people"] > 0)
        for name in counts[1:]
    }
    return _named(summed.assign(**shares), gaps, arguments.level)


def _spoken(table: "pd.DataFrame", radii: tuple[int, ...]) -> list[str]:
    found = []
    for row in table.to_dict("records"):
        parts = []
        for radius in radii:
            share = row[f"people_within_{radius:g}m_pct"]
            people = _("inconnu") if math.isnan(share) else percent(share / 100)
            text = _("à moins de {metres} m : {people} des personnes")
            parts.append(text.format(metres=number(radius), people=people))
        found.append(" · ".join([str(row["name"]), *parts]))
    return found
