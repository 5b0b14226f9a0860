"""``python -m geo import FILE``: bring a partner's file in, after a look at what it changes."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import CouvertureError
from geo.i18n import _, number

if TYPE_CHECKING:
    from geo.activities import Source
    from geo.store.planning import Options, Plan

# Changed values that are printed; all of them stand in the store's history.
SHOWN = 20
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
    parser.add_argument("--json", action="store_true", help=_("sortie JSON"))
    for name in SOURCE_FIELDS:
        parser.add_argument(f"--{name}", default="", help=_("de la source"))
    parser.add_argument("--job", type=int, default=0, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Import the file; exit code 0 when it stands, 1 when it waits for ``--yes``."""
    from geo.store import jobs  # noqa: PLC0415

    if not arguments.job:
        return _run(arguments)
    try:
        return _run(arguments)
    except CouvertureError as error:
        jobs.fail(arguments.job, str(error))
        raise
    except BaseException as error:
        # Nobody reads this process's standard error: what went wrong stands in its job.
        jobs.fail(arguments.job, f"{type(error).__name__}: {error}")
        raise


def _run(arguments: argparse.Namespace) -> int:
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.store import imports, jobs, planning, sources  # noqa: PLC0415
    from geo.store.database import user  # noqa: PLC0415

    profile = _profile(arguments.profile)
    progress = jobs.reporter(arguments.job) if arguments.job else planning.silent
    options = _options(arguments, profile)
    plan = planning.prepare(
        arguments.file,
        load_boundaries(),
        source=_source(arguments, profile),
        options=options,
        profile=arguments.profile,
        partial=arguments.partial,
        progress=progress,
    )
    result = plan.summary() | {"same_as": plan.same_as, "import": 0}
    applied = not (plan.same_as or arguments.dry_run or (plan.asks and not arguments.yes))
    if applied:
        result["import"] = imports.apply(plan, who=user(), progress=progress, job=arguments.job)
        if arguments.profile:
            sources.save_profile(arguments.profile, _remembered(plan), who=user())
    if arguments.job:
        jobs.finish(arguments.job, result)
    if arguments.json:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        print(_words(plan, result["import"], dry_run=arguments.dry_run))
    return 0 if applied or plan.same_as or arguments.dry_run else 1


def _profile(name: str) -> dict[str, Any]:
    from geo.store.sources import profiles  # noqa: PLC0415

    return profiles().get(name, {}) if name else {}


def _options(arguments: argparse.Namespace, profile: dict[str, Any]) -> "Options":
    from geo.commands.place import _mapping  # noqa: PLC0415
    from geo.store.planning import Options  # noqa: PLC0415

    return Options(
        activity_type=arguments.type or profile.get("activity_type", ""),
        vintage=arguments.vintage or profile.get("vintage", ""),
        given={**profile.get("columns", {}), **_mapping(arguments.map)},
    )


def _source(arguments: argparse.Namespace, profile: dict[str, Any]) -> "Source":
    """Return the source that is named, as known before or new, with what the command line adds."""
    import dataclasses  # noqa: PLC0415

    from geo.activities import Source  # noqa: PLC0415
    from geo.store.sources import known_sources  # noqa: PLC0415

    name = arguments.source or profile.get("source_id", "") or arguments.file.stem
    source = known_sources().get(name) or Source(name, arguments.file.name, "", "", "", arguments.file.name)
    said = {field: getattr(arguments, field) for field in SOURCE_FIELDS if getattr(arguments, field)}
    return dataclasses.replace(source, **said)


def _remembered(plan: "Plan") -> dict[str, Any]:
    """Return what a profile keeps: the columns that a person named, not those that every file shows."""
    return {
        "source_id": plan.source.source_id,
        "activity_type": plan.options.activity_type,
        "vintage": plan.options.vintage,
        "columns": dict(plan.options.given),
    }


def _words(plan: "Plan", applied: int, *, dry_run: bool) -> str:
    from geo.report.accounting import accounting_line  # noqa: PLC0415

    if plan.same_as:
        return _("{file} : déjà importé (import {n}) ; rien à faire.").format(
            file=plan.file_name, n=plan.same_as
        )
    counts = plan.summary()["accounting"]
    change = {name: number(count) for name, count in plan.difference.counts().items()}
    lines = [
        accounting_line(counts["read"], counts["placed"], counts["review"], counts["rejected"]),
        _("Ajoutés {added}, modifiés {changed}, retirés {removed}, inchangés {same}").format(**change),
        *_values(plan),
        *_warnings(plan),
    ]
    if dry_run:
        lines.append(_("Essai : rien n'a été enregistré."))
    elif applied:
        lines.append(_("Import {n} enregistré. « python -m geo undo {n} » l'annule.").format(n=applied))
    else:
        lines.append(_("Rien n'a été enregistré. Ajoutez --yes pour appliquer ces changements."))
    return "\n".join(lines)


def _values(plan: "Plan") -> list[str]:
    table = plan.difference.values.head(SHOWN)
    lines = [
        f"  {row['identity']} · {row['column']} : {row['before'] or '–'} → {row['after'] or '–'}"
        for row in table.to_dict("records")
    ]
    lines += ["  " + _("{key} : retiré").format(key=name) for name in plan.difference.removed[:SHOWN]]
    left = max(len(plan.difference.values) - SHOWN, 0) + max(len(plan.difference.removed) - SHOWN, 0)
    return [*lines, "  " + _("… et {n} autres").format(n=number(left))] if left else lines


def _warnings(plan: "Plan") -> list[str]:
    lines = [
        _(
            "Remplace « {source} » ({title}), qui ne comptera plus ; enregistrements : {n}, "
            "quantité : {quantity}."
        ).format(source=one.source_id, title=one.title, n=number(one.records), quantity=number(one.quantity))
        for one in plan.replaces
    ]
    if plan.replaced_by:
        lines.append(
            _("Ne comptera pas : la source « {source} » en tient lieu.").format(source=plan.replaced_by)
        )
    if plan.elsewhere:
        lines.append(
            _(
                "Le même fichier est déjà importé sous la source « {source} » : il compterait deux fois."
            ).format(source=plan.elsewhere)
        )
    if plan.lapsed:
        lines.append(
            _("Corrections qui ne s'appliquent plus, la valeur du partenaire ayant changé : {n}").format(
                n=number(len(plan.lapsed))
            )
        )
    if len(plan.cleaned.problems):
        lines.append(_("Valeurs illisibles : {n}").format(n=number(len(plan.cleaned.problems))))
    return lines
