"""Apply what was planned in one transaction; list what was imported; undo it, also later."""

import json
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from geo.errors import StoreError
from geo.i18n import _
from geo.store import database, recounted, sources
from geo.store.planning import Plan, Progress, basis_of, silent
from geo.store.rows import as_rows
from geo.store.tables import HISTORY, IMPORTS, PROBLEMS, RECORDS

# Rows sent to the database at a time: enough to be quick, few enough to tell how far it is.
BATCH: Final = 2000


def apply(plan: Plan, *, who: str, progress: Progress = silent, job: int = 0) -> int:
    """Apply a plan in one transaction and return the number of the import.

    What it leaves where the replaced counts had it (:func:`geo.store.recounted.kept`) is decided with it.

    Raises
    ------
    StoreError
        If the file stands already, the source changed since the plan was made, or the
        database fails; nothing was changed then.
    """
    if plan.same_as:
        raise StoreError(
            _("{file} : déjà importé (import {n}) ; rien à faire.").format(
                file=plan.file_name, n=plan.same_as
            )
        )
    with database.writing() as connection:
        if basis_of(connection, plan.source.source_id) != plan.basis:
            raise StoreError(_changed_meanwhile(connection, plan.source.source_id))
        sources.put(connection, plan.source.source_id, {"details": sources.as_json(plan.source)}, who=who)
        number = _next_id(connection, IMPORTS)
        left = recounted.decide(connection, plan, who=who, of_import=number)
        connection.execute(sa.insert(IMPORTS).values(_import_row(plan, who, job, left) | {"id": number}))
        _write_records(connection, plan, number, progress)
        problems = [
            {"import_id": number, "details": json.dumps(row, ensure_ascii=False, default=str)}
            for row in plan.cleaned.problems.to_dict("records")
        ]
        _insert(connection, PROBLEMS, problems)
        told = {"file": plan.file_name, "source": plan.source.source_id, "rows": len(plan.records)}
        database.note(connection, "import", who, str(number), **told)
        progress("finishing", 0, 0)
    return number


def undo(number: int, *, who: str) -> dict[str, int]:
    """Take an import back, also after later ones: what then stands is what the others state.

    Where none of its source stands any more, what it had replaced counts again, and what was decided
    with it is revoked.

    Returns
    -------
    dict
        ``before`` and ``after``: the source's records that stand.

    Raises
    ------
    StoreError
        If there is no such import, or it was undone already.
    """
    with database.writing() as connection:
        row = connection.execute(sa.select(IMPORTS).where(IMPORTS.c.id == number)).one_or_none()
        if row is None:
            raise StoreError(_("Import {n} : il n'existe pas. « imports » les liste.").format(n=number))
        if row.undone_at:
            raise StoreError(
                _("Import {n} : déjà annulé le {day} par {who}.").format(
                    n=number, day=row.undone_at[:10], who=row.undone_by
                )
            )
        before = _standing(connection, row.source_id)
        connection.execute(
            sa.update(IMPORTS).where(IMPORTS.c.id == number).values(undone_at=database.now(), undone_by=who)
        )
        _stand_anew(connection, row.source_id)
        recounted.take_back(connection, row.source_id, who=who)
        database.note(connection, "undo", who, str(number), file=row.file_name, source=row.source_id)
        return {"before": before, "after": _standing(connection, row.source_id)}


def imports() -> pd.DataFrame:
    """Return every import, the latest first, with who, when and whether it was undone."""
    columns = list(IMPORTS.c.keys())
    if not database.exists():
        return pd.DataFrame(columns=columns)
    with database.reading() as connection:
        rows = connection.execute(sa.select(IMPORTS).order_by(IMPORTS.c.id.desc())).all()
    return pd.DataFrame(rows, columns=columns)


def problems(number: int) -> pd.DataFrame:
    """Return what could not be read in the file of an import, row by row."""
    with database.reading() as connection:
        found = sa.select(PROBLEMS.c.details).where(PROBLEMS.c.import_id == number).order_by(PROBLEMS.c.id)
        return pd.DataFrame([json.loads(text) for text in connection.execute(found).scalars()])


def changed_meanwhile(source_id: str) -> str:
    """Say that a source changed since it was looked at, by which import and whose."""
    with database.reading() as connection:
        return _changed_meanwhile(connection, source_id)


def _changed_meanwhile(connection: sa.Connection, source_id: str) -> str:
    last = connection.execute(
        sa.select(IMPORTS.c.id, IMPORTS.c.imported_by, IMPORTS.c.undone_by)
        .where(IMPORTS.c.source_id == source_id)
        .order_by(IMPORTS.c.id.desc())
    ).first()
    number, by, undone_by = last if last else ("", "", "")
    return _(
        "La source « {source} » a changé entre-temps (import {n}, {who}) ; rien n'a été enregistré. "
        "Refaites l'essai."
    ).format(source=source_id, n=number, who=undone_by or by)


def _import_row(plan: Plan, who: str, job: int, left: dict[str, Any]) -> dict[str, Any]:
    return {
        "source_id": plan.source.source_id,
        "file_name": plan.file_name,
        "file_sha256": plan.file_sha256,
        "options": plan.options.as_json(),
        "profile": plan.profile,
        "partial": plan.partial,
        "imported_at": database.now(),
        "imported_by": who,
        "summary": json.dumps(plan.summary() | {"job": job} | left, ensure_ascii=False),
    }


def _write_records(connection: sa.Connection, plan: Plan, number: int, progress: Progress) -> None:
    difference, source_id = plan.difference, plan.source.source_id
    held_ids = dict(
        connection.execute(
            sa.select(RECORDS.c.identity, RECORDS.c.id).where(
                RECORDS.c.live, RECORDS.c.source_id == source_id
            )
        ).all()
    )
    gone = [{"old": held_ids[name]} for name in (*difference.changed, *difference.removed)]
    if gone:
        connection.execute(
            sa.update(RECORDS).where(RECORDS.c.id == sa.bindparam("old")).values(live=False), gone
        )
    fresh = plan.records[plan.records["identity"].isin(difference.added.append(difference.changed))]
    first = _next_id(connection, RECORDS)
    rows = as_rows(fresh, import_id=number, placed_with=plan.placed_with)
    numbered = [row | {"id": record_id} for record_id, row in enumerate(rows, first)]
    _insert(connection, RECORDS, numbered, progress)
    ids = held_ids | {row["identity"]: row["id"] for row in numbered}
    change = {name: kind for kind in ("added", "changed", "same") for name in getattr(difference, kind)}
    history = [
        {"identity": name, "change": change[name], "record_id": ids[name], "file_row": int(row)}
        for row, name in zip(plan.records.index, plan.records["identity"], strict=True)
    ]
    history += [
        {"identity": name, "change": "removed", "record_id": None, "file_row": None}
        for name in difference.removed
    ]
    _insert(connection, HISTORY, [row | {"import_id": number, "source_id": source_id} for row in history])


def _insert(
    connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]], progress: Progress = silent
) -> None:
    for start in range(0, len(rows), BATCH):
        connection.execute(sa.insert(table), rows[start : start + BATCH])
        progress("writing", min(start + BATCH, len(rows)), len(rows))


def _next_id(connection: sa.Connection, table: sa.Table) -> int:
    # There is one writer at a time, so the next number is free.
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))) or 0) + 1


def _standing(connection: sa.Connection, source_id: str) -> int:
    count = sa.select(sa.func.count()).select_from(RECORDS)
    return int(connection.scalar(count.where(RECORDS.c.live, RECORDS.c.source_id == source_id)) or 0)


def _stand_anew(connection: sa.Connection, source_id: str) -> None:
    """Of each record of a source, let the version stand that the latest standing import states.

    A file that is not partial states its source whole: what none of the imports since the
    latest such file states does not stand, even where no import took it out by name.
    """
    of_source = (IMPORTS.c.source_id == source_id, IMPORTS.c.undone_at == "")
    whole = sa.select(sa.func.coalesce(sa.func.max(IMPORTS.c.id), 0))
    since = connection.scalar(whole.where(*of_source, sa.not_(IMPORTS.c.partial)))
    latest = (
        sa.func.row_number().over(partition_by=HISTORY.c.identity, order_by=HISTORY.c.import_id.desc())
    ).label("latest")
    ranked = (
        sa.select(HISTORY.c.record_id, latest)
        .join(IMPORTS, IMPORTS.c.id == HISTORY.c.import_id)
        .where(*of_source, IMPORTS.c.id >= since)
        .subquery()
    )
    stand = sa.select(ranked.c.record_id).where(ranked.c.latest == 1, ranked.c.record_id.is_not(None))
    connection.execute(
        sa.update(RECORDS).where(RECORDS.c.source_id == source_id).values(live=RECORDS.c.id.in_(stand))
    )
