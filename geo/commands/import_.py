"""``python -m geo import FILE``: bring a partner's file in, after a look at what it changes."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import CouvertureError, out_of_memory
from geo.i18n import _

if TYPE_CHECKING:
    from geo.activities import Source
    from geo.boundaries import Boundaries
    from geo.io.sheets import Opened
    from geo.store.orders import Order
    from geo.store.planning import Plan

SOURCE_FIELDS = ("title", "publisher", "date", "licence", "country", "supersedes")


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("import", help=_("Importer un fichier de partenaire dans la base."))
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--profile", default="", help=_("profil du partenaire (colonnes, type, source)"))
    parser.add_argument(
        "--source", default="", metavar="ID", help=_("source à laquelle le fichier appartient")
    )
    parser.add_argument(
        "--type", default="", help=_("type d'activité des lignes, si le fichier ne le dit pas")
    )
    parser.add_argument("--vintage", default="", help=_("millésime des P-codes, par exemple « COD-AB 2021 »"))
    parser.add_argument(
        "--map", action="append", default=[], metavar="field=column", help=_("champ=titre de colonne")
    )
    parser.add_argument(
        "--partial", action="store_true", help=_("le fichier complète : les lignes absentes restent")
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("montrer ce qui changerait, sans rien écrire")
    )
    parser.add_argument("--yes", action="store_true", help=_("appliquer aussi ce qui change ou remplace"))
    parser.add_argument(
        "--keep-as-counted",
        action=argparse.BooleanOptionalAction,
        default=True,
        help=_(
            "laisser où la source remplacée les comptait les lignes qui attendraient une vérification ou "
            "sortiraient de la zone (par défaut)"
        ),
    )
    parser.add_argument("--json", action="store_true", help=_("sortie JSON"))
    parser.add_argument("--sheet", default="", metavar="NAME", help=_("feuille ou couche à lire"))
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="COLUMN",
        help=_("titre de colonne à laisser de côté"),
    )
    for name in SOURCE_FIELDS:
        parser.add_argument(f"--{name}", default="", help=_("de la source"))
    # What the page started: the order that somebody confirmed there, and its job.
    parser.add_argument("--order", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--job", type=int, default=0, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Import the file; exit code 0 when it stands, 1 when it waits for ``--yes``."""
    from geo.store import jobs, uploads  # noqa: PLC0415

    if not arguments.job:
        return _run(arguments)
    try:
        with jobs.running(arguments.job):
            return _run(arguments)
    except CouvertureError as error:
        jobs.fail(arguments.job, str(error))
        raise
    except MemoryError as error:
        jobs.fail(arguments.job, out_of_memory(error))
        raise
    except BaseException as error:
        # Nobody reads this process's standard error: what went wrong stands in its job.
        jobs.fail(arguments.job, f"{type(error).__name__}: {error}")
        raise
    finally:
        uploads.discard(arguments.file)


def _run(arguments: argparse.Namespace) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.store import imports, jobs, orders, planning, recounted, uploads  # noqa: PLC0415
    from geo.store.database import user  # noqa: PLC0415

    progress = jobs.reporter(arguments.job) if arguments.job else planning.silent
    order, opened, lines = _ordered(arguments)
    boundaries = load_boundaries()
    plan = orders.prepare(arguments.file, order, boundaries, opened=opened, progress=progress)
    left = recounted.kept(plan, boundaries) if order.keep_as_counted else plan
    applied = not (plan.same_as or arguments.dry_run or (plan.asks and not arguments.yes))
    result = (left if applied else plan).summary() | {"same_as": plan.same_as, "import": 0}
    result["as_counted"] = {"rows": len(plan.recount.rows), "kept": order.keep_as_counted}
    if applied:
        result["import"] = imports.apply(left, who=user(), progress=progress, job=arguments.job)
        orders.remember(order, plan, who=user())
    if arguments.job:
        uploads.discard(arguments.file)
        jobs.finish(arguments.job, result)
    if arguments.json:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        told = _recounted(plan, boundaries, kept=order.keep_as_counted)
        print(
            "\n".join(
                [
                    *lines,
                    *told,
                    _words(left if applied else plan, result["import"], dry_run=arguments.dry_run),
                ]
            )
        )
    return 0 if applied or plan.same_as or arguments.dry_run else 1


def _ordered(arguments: argparse.Namespace) -> tuple["Order", "Opened", list[str]]:
    """Return what is asked, the file opened, and what is to be said of its columns."""
    from geo import columns  # noqa: PLC0415
    from geo.commands.place import mapping  # noqa: PLC0415
    from geo.report.planwords import column_lines  # noqa: PLC0415
    from geo.store import orders, uploads  # noqa: PLC0415
    from geo.store.files import check_headings  # noqa: PLC0415

    if arguments.order:
        order = uploads.read_order(arguments.order)
        return order, orders.open_file(arguments.file, order.profile), []
    known, beside = orders.remembered(arguments.profile)
    opened = orders.open_file(arguments.file, known, sheet=arguments.sheet)
    named = mapping(arguments.map)
    check_headings(arguments.file.name, opened.table, [*named.values(), *arguments.ignore])
    before = known or columns.Profile(arguments.profile)
    made = columns.choices(opened.table, known)
    profile = dataclasses.replace(
        before,
        columns={**before.columns, **named},
        ignored=tuple(dict.fromkeys([*before.ignored, *arguments.ignore])),
        sheet=arguments.sheet or before.sheet,
        activity_type=arguments.type or before.activity_type,
        vintage=arguments.vintage or before.vintage,
    )
    profile = dataclasses.replace(
        profile, ignored=tuple(name for name in profile.ignored if name not in named.values())
    )
    said = {*named.values(), *profile.ignored}
    lines = column_lines([choice for choice in made if choice.heading not in said], opened, before)
    partial = arguments.partial or bool(beside.get("partial", False))
    order = orders.Order(
        _source(arguments, beside), profile, partial, keep_as_counted=arguments.keep_as_counted
    )
    return order, opened, lines


def _source(arguments: argparse.Namespace, beside: Mapping[str, Any]) -> "Source":
    """Return the source that is named, as known before or new, with what the command line adds."""
    from geo.activities import Source  # noqa: PLC0415
    from geo.store.sources import remembered  # noqa: PLC0415

    name = arguments.source or beside.get("source_id", "") or arguments.file.stem
    source = remembered().get(name) or Source(name, arguments.file.name, "", "", "", arguments.file.name)
    said = {field: getattr(arguments, field) for field in SOURCE_FIELDS if getattr(arguments, field)}
    return dataclasses.replace(source, **said)


def _recounted(plan: "Plan", boundaries: "Boundaries", *, kept: bool) -> list[str]:
    """Say which rows the replaced counts had counted, and what becomes of them."""
    from geo.io.records import read_types  # noqa: PLC0415
    from geo.report import recountwords  # noqa: PLC0415

    if plan.same_as:
        return []
    units = boundaries.communes
    names = dict(zip(units["adm3_pcode"], units["adm3_name"], strict=True))
    return recountwords.lines(plan.recount, names=names, types=read_types(), kept=kept)


def _words(plan: "Plan", applied: int, *, dry_run: bool) -> str:
    from geo.report.accounting import accounting_line  # noqa: PLC0415
    from geo.report.planwords import difference_line, value_lines, warning_lines  # noqa: PLC0415

    if plan.same_as:
        return _("{file} : déjà importé (import {n}) ; rien à faire.").format(
            file=plan.file_name, n=plan.same_as
        )
    counts = plan.summary()["accounting"]
    lines = [
        accounting_line(counts["read"], counts["placed"], counts["review"], counts["rejected"]),
        difference_line(plan),
        *value_lines(plan),
        *warning_lines(plan),
    ]
    if dry_run:
        lines.append(_("Essai : rien n'a été enregistré."))
    elif applied:
        lines.append(_("Import {n} enregistré. « python -m geo undo {n} » l'annule.").format(n=applied))
    else:
        lines.append(_("Rien n'a été enregistré. Ajoutez --yes pour appliquer ces changements."))
    return "\n".join(lines)
