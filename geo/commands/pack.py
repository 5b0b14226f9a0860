"""``python -m geo pack --region Mopti --out DIR``: the meeting pack of a region, a cercle or all four."""

import argparse
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import ViewError
from geo.i18n import _, number, set_language
from geo.settings import LANGUAGES, NAME_COLUMN, PCODE_COLUMN

if TYPE_CHECKING:
    from geo.facts import Prepared, View
    from geo.meeting import Meeting
    from geo.report.pack import Tools


def add(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "pack", help=_("le dossier de réunion : atlas, diaporama, classeur, cartes")
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--region", default="", metavar="NOM", help=_("région ou wilaya, nom ou P-code"))
    where.add_argument("--cercle", default="", metavar="NOM", help=_("cercle ou moughataa, nom ou P-code"))
    parser.add_argument("--partner", default="", metavar="NOM", help=_("seulement ce partenaire"))
    parser.add_argument("--donor", default="", metavar="NOM", help=_("seulement ce bailleur"))
    parser.add_argument(
        "--from", dest="start", default="", metavar="DATE", help=_("à partir de ce jour, AAAA-MM-JJ")
    )
    parser.add_argument("--to", dest="end", default="", metavar="DATE", help=_("jusqu'à ce jour, AAAA-MM-JJ"))
    parser.add_argument("--norms", default="default", metavar="NAME", help=_("jeu de normes"))
    parser.add_argument("--lang", default="", choices=("", *LANGUAGES), help=_("langue des fichiers"))
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help=_("dossier où écrire"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write every file and a ZIP of all; exit code 0 when they are there."""
    if arguments.lang:
        set_language(arguments.lang)
    from geo.io import packs  # noqa: PLC0415
    from geo.report import pack  # noqa: PLC0415
    from geo.sharing import READER  # noqa: PLC0415
    from geo.store.audit import exported_here  # noqa: PLC0415

    started, day = time.monotonic(), date.today()
    out = packs.folder(arguments.out)
    prepared, tools = ready()
    meeting = _meeting(prepared, _view(prepared, arguments), arguments.norms)
    if not meeting.subjects:
        raise ViewError(_("Aucun enregistrement pour ces choix."))
    made: dict[str, bytes] = {}
    for place, (_kind, name, content) in enumerate(pack.files(meeting, tools, day=day), 1):
        made[name] = content
        packs.write(out, name, content)
        size = number(len(content) / 1024)
        print(
            _("{n} / {total} {file} ({size} Ko)").format(n=place, total=len(pack.KINDS), file=name, size=size)
        )
    name = f"{pack.stem(meeting, '3w', day=day)}.zip"
    print(packs.write(out, name, packs.zipped(made, day=day)))
    exported_here(
        name, audience=READER.role, rows=sum(each.communes.accounting.read for each in meeting.subjects)
    )
    print(_("Fait en {n} s").format(n=number(time.monotonic() - started, 1)))
    return 0


def ready() -> "tuple[Prepared, Tools]":
    """Return the shared records in use, and what the files are made with."""
    from geo import assets  # noqa: PLC0415
    from geo.basemap import published  # noqa: PLC0415
    from geo.commands.map import later_drawn, prepare  # noqa: PLC0415
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.basemap import load_basemap  # noqa: PLC0415
    from geo.io.geopackage import geopackage  # noqa: PLC0415
    from geo.report.drawing import drawing  # noqa: PLC0415
    from geo.report.pack import Tools  # noqa: PLC0415
    from geo.shapes import shapes  # noqa: PLC0415

    boundaries = load_boundaries()
    later = later_drawn(boundaries)
    prepared = prepare(boundaries, later)
    basemap = load_basemap()
    drawn = drawing(prepared.frame, later=later, basemap=basemap)
    content = shapes(boundaries, later=later).content
    tools = Tools(prepared, drawn, assets.inlined(), content, published(basemap), geopackage)
    return prepared, tools


def _meeting(prepared: "Prepared", view: "View", norms: str) -> "Meeting":
    from geo.io.norms import read_not_comparable, read_set  # noqa: PLC0415
    from geo.meeting import meeting  # noqa: PLC0415

    return meeting(prepared, view, norm_set=read_set(norms), not_comparable=read_not_comparable())


def _view(prepared: "Prepared", arguments: argparse.Namespace) -> "View":
    from geo.facts import View  # noqa: PLC0415

    chosen = {"implementing_org": arguments.partner, "donor": arguments.donor}
    filters = {column: (value,) for column, value in chosen.items() if value}
    return View(unit=_unit(prepared, arguments), filters=filters, period=(arguments.start, arguments.end))


def _unit(prepared: "Prepared", arguments: argparse.Namespace) -> str:
    """P-code of the region or cercle asked for by name or code; empty for the four regions."""
    level, asked = ("cercle", arguments.cercle) if arguments.cercle else ("region", arguments.region)
    if not asked:
        return ""
    from geo.spelling import fold  # noqa: PLC0415

    units = prepared.frame.boundaries.level(level)
    units = units[units["drawn"]]
    known = dict(zip(units[PCODE_COLUMN[level]], units[NAME_COLUMN[level]], strict=True))
    named = [code for code, name in known.items() if asked == code or fold(name) == fold(asked)]
    if len(named) == 1:
        return named[0]
    listed = ", ".join(sorted(f"{name} ({code})" for code, name in known.items()))
    raise ViewError(_("Lieu inconnu : « {name} ». Possibles : {names}.").format(name=asked, names=listed))
