"""``python -m geo map --out FILE``: the map of a view as one page, or its table."""

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import ViewError
from geo.i18n import _, set_language
from geo.settings import LANGUAGES, LEVELS

if TYPE_CHECKING:
    import pandas as pd

    from geo.boundaries import Boundaries
    from geo.facts import Facts, Prepared
    from geo.report.drawing import Drawing

_ENDINGS: Final = (".pdf", ".png", ".csv", ".xlsx")


def add(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    from geo.coverage import MEASURES  # noqa: PLC0415

    parser = subparsers.add_parser(
        "map", help=_("imprimer la carte d'une vue (PDF, PNG) ou sa table (CSV, XLSX)")
    )
    parser.add_argument("--type", default="water_point", help=_("type d'activité"))
    parser.add_argument("--level", default="commune", choices=LEVELS, help=_("niveau des unités"))
    parser.add_argument("--measure", default="", choices=("", *MEASURES), help=_("ce qui est compté"))
    parser.add_argument(
        "--regions", default="2021", choices=("2021", "2023"), help=_("découpage des régions")
    )
    parser.add_argument(
        "--unit", default="", metavar="PCODE", help=_("unité montrée, par défaut les quatre régions")
    )
    parser.add_argument("--lang", default="", choices=("", *LANGUAGES), help=_("langue de la page"))
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=_("fichier .pdf, .png, .csv ou .xlsx")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file; exit code 0 when it is there."""
    ending = arguments.out.suffix.lower()
    if ending not in _ENDINGS:
        raise ViewError(
            _("--out {file} : terminaison inconnue. Possibles : {endings}.").format(
                file=arguments.out, endings=", ".join(_ENDINGS)
            )
        )
    if arguments.lang:
        set_language(arguments.lang)
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.files import write_bytes  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415

    boundaries = load_boundaries()
    later = later_drawn(boundaries)
    prepared = prepare(boundaries, later)
    facts = _answer(prepared, arguments)
    write_bytes(arguments.out, _content(ending, facts, prepared, later))
    exported_here(arguments.out, audience=READER.role, rows=facts.accounting.read)
    print(arguments.out)
    return 0


def later_drawn(boundaries: "Boundaries") -> "pd.DataFrame | None":
    """Regions of 2023 that are drawn; ``None`` where the boundaries in use cannot be cut into them."""
    from geo.io.tables import read_regions_2023  # noqa: PLC0415
    from geo.vintages import later_regions  # noqa: PLC0415

    try:
        later = later_regions(boundaries, read_regions_2023())
    except ValueError:
        return None  # boundaries of another vintage are in use: its regions are the ones drawn
    return later[later["drawn"]]


def prepare(boundaries: "Boundaries", later: "pd.DataFrame | None") -> "Prepared":
    """Shared records in use with the population in use, ready to be asked, regions of 2023 included."""
    from geo import facts, population, store  # noqa: PLC0415
    from geo.io.population import load_population  # noqa: PLC0415
    from geo.sharing import READER, share  # noqa: PLC0415

    groups = []
    if later is not None:
        columns = later[["pcode", "name", "cercles", "approximate"]].itertuples(index=False, name=None)
        groups = [
            facts.Group(code, name, tuple(parts.split(";")), bool(rough))
            for code, name, parts, rough in columns
        ]
    held = store.load(boundaries)
    shared = share(held.records, READER, types=held.types, organisations=held.organisations)
    people = population.people(load_population(), boundaries.units).rename(columns={"pcode": "adm3_pcode"})
    frame = facts.Frame(boundaries, groups=groups)
    return facts.prepare(shared, frame, types=held.types, sources=held.sources, people=people)


def _answer(prepared: "Prepared", arguments: argparse.Namespace) -> "Facts":
    from geo.facts import View, build  # noqa: PLC0415
    from geo.words import unit_names  # noqa: PLC0415

    if arguments.type not in prepared.of_type:
        raise ViewError(
            _("Type d'activité inconnu : « {name} ». Types possibles : {names}.").format(
                name=arguments.type, names=", ".join(prepared.of_type)
            )
        )
    if arguments.unit and not prepared.frame.members.of(arguments.unit):
        known = unit_names(prepared.frame)
        named = [code for code, name in known.items() if name.casefold() == arguments.unit.casefold()]
        advice = _("Peut-être {codes}.").format(codes=", ".join(named)) if named else ""
        raise ViewError(
            _("--unit {code} : aucune unité n'a ce P-code. {advice}")
            .format(code=arguments.unit, advice=advice)
            .strip()
        )
    measure = arguments.measure or prepared.of_type[arguments.type].kind.measure
    return build(prepared, View(arguments.type, measure, arguments.level, arguments.regions, arguments.unit))


def _content(ending: str, facts: "Facts", prepared: "Prepared", later: "pd.DataFrame | None") -> bytes:
    from geo.report.mapsheet import map_pdf, map_png  # noqa: PLC0415
    from geo.report.tables import table_csv, table_xlsx  # noqa: PLC0415

    today = date.today()
    tables: Mapping[str, Callable[..., bytes]] = {".csv": table_csv, ".xlsx": table_xlsx}
    if ending in tables:
        return tables[ending](facts, prepared.frame, day=today)
    maps: Mapping[str, Callable[..., bytes]] = {".pdf": map_pdf, ".png": map_png}
    return maps[ending](facts, _drawing(prepared, later), day=today)


def _drawing(prepared: "Prepared", later: "pd.DataFrame | None") -> "Drawing":
    from geo.io.basemap import load_basemap  # noqa: PLC0415
    from geo.report.drawing import drawing  # noqa: PLC0415

    return drawing(prepared.frame, later=later, basemap=load_basemap())
