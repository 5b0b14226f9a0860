"""Correct one record: the partner's row stays as it was sent, the correction stands beside it."""

import json
from collections.abc import Mapping, Sequence

import pandas as pd
import sqlalchemy as sa

from geo.activities import FREE_TEXT_COLUMNS, complete, problems
from geo.boundaries import Boundaries
from geo.cleaning import holds_contact
from geo.dates import ends_before_start
from geo.errors import StoreError
from geo.i18n import _
from geo.io.records import read_types
from geo.store import database, held
from geo.store.decisions import place_versions
from geo.store.difference import CHANGE_COLUMNS, compare, shown_value
from geo.store.files import shipped_records
from geo.store.rows import PROVIDED, storable
from geo.store.sources import imported
from geo.store.tables import CORRECTIONS, HISTORY, IMPORTS, RECORDS

# What ties a record to its source and to its other versions is not corrected.
FIXED = ("record_key", "source_id")
HISTORY_COLUMNS = (
    *("at", "who", "what", "number", "column", "before", "after", "reason"),
    *("revoked_at", "revoked_by"),
)


def correct(
    source_id: str,
    identity: str,
    changes: Mapping[str, str],
    boundaries: Boundaries,
    *,
    who: str,
    reason: str = "",
) -> list[int]:
    """Correct fields of one record that stands and place it again; return the corrections' numbers.

    Parameters
    ----------
    changes : mapping of str to str
        Column of the record to its right value, ``""`` for *not reported*.

    Raises
    ------
    StoreError
        If there is no such record or column, or a value that the record may not take.
    """
    with database.writing() as connection:
        stands = held.versions(
            connection,
            RECORDS.c.live,
            RECORDS.c.source_id == source_id,
            RECORDS.c.identity == identity,
        )
        if stands.empty:
            stands = _shipped(connection, source_id, identity)
        if stands.empty:
            raise StoreError(
                _("{source} : pas d'enregistrement « {key} ».").format(source=source_id, key=identity)
            )
        right, _lapsed = held.corrected(stands, held.corrections(connection, source_id))
        wanted = _checked(right, changes)
        numbers = []
        for field, after in wanted.items():
            _revoke_field(connection, source_id, identity, field, who)
            row = {"source_id": source_id, "identity": identity, "field": field, "after": after}
            row |= {"before": shown_value(stands[field].iloc[0]), "reason": reason}
            row |= {"corrected_at": database.now(), "corrected_by": who}
            inserted = connection.execute(sa.insert(CORRECTIONS).values(row)).inserted_primary_key
            numbers.append(int(inserted[0]) if inserted else 0)
        _place_record(connection, source_id, identity, boundaries)
        database.note(connection, "correct", who, json.dumps([source_id, identity, *wanted]))
    return numbers


def _shipped(connection: sa.Connection, source_id: str, identity: str) -> pd.DataFrame:
    """Return a record that ships with the product, unless its source was imported and counts instead."""
    shipped = shipped_records()
    if source_id in imported(connection):
        return shipped.iloc[:0]
    return shipped[(shipped["source_id"] == source_id) & (shipped["identity"] == identity)]


def revoke_correction(number: int, boundaries: Boundaries, *, who: str) -> None:
    """Take one correction back, see :func:`revoke_corrections`."""
    revoke_corrections([number], boundaries, who=who)


def revoke_corrections(numbers: Sequence[int], boundaries: Boundaries, *, who: str) -> None:
    """Take corrections back, all of them or none: the partner's own values stand again.

    Raises
    ------
    StoreError
        If there is no such correction, or it was revoked already.
    """
    with database.writing() as connection:
        found = connection.execute(sa.select(CORRECTIONS).where(CORRECTIONS.c.id.in_(numbers))).all()
        standing = {row.id: row for row in found if not row.revoked_at}
        if gone := [number for number in numbers if number not in standing]:
            raise StoreError(_("Correction {n} : elle n'existe pas ou est déjà révoquée.").format(n=gone[0]))
        for row in standing.values():
            _revoke_field(connection, row.source_id, row.identity, row.field, who)
        for source_id, identity in {(row.source_id, row.identity) for row in standing.values()}:
            _place_record(connection, source_id, identity, boundaries)
        database.note(connection, "revoke_correction", who, ",".join(map(str, numbers)))


def history(source_id: str, identity: str) -> pd.DataFrame:
    """Return what happened to one record, oldest first: each file that changed it and each correction.

    Returns
    -------
    DataFrame
        ``at, who, what (added | changed | removed | correction), number`` (of the import or
        the correction), ``column, before, after, reason, revoked_at, revoked_by``.
    """
    if not database.exists():
        return pd.DataFrame(columns=list(HISTORY_COLUMNS))
    with database.reading() as connection:
        joined = sa.select(
            HISTORY.c.change, HISTORY.c.record_id, IMPORTS.c.id, IMPORTS.c.imported_at,
            IMPORTS.c.imported_by, IMPORTS.c.undone_at, IMPORTS.c.undone_by,
        ).join(IMPORTS, IMPORTS.c.id == HISTORY.c.import_id)  # fmt: skip
        of_record = (HISTORY.c.source_id == source_id, HISTORY.c.identity == identity)
        steps = connection.execute(joined.where(*of_record).order_by(HISTORY.c.id)).all()
        held_versions = held.versions(
            connection, RECORDS.c.source_id == source_id, RECORDS.c.identity == identity
        )
        made = connection.execute(
            sa.select(CORRECTIONS)
            .where(CORRECTIONS.c.source_id == source_id, CORRECTIONS.c.identity == identity)
            .order_by(CORRECTIONS.c.id)
        ).all()
    rows: list[dict[str, object]] = []
    last = held_versions.iloc[:0]
    for step in steps:
        version = held_versions[held_versions["record_id"] == step.record_id]
        rows += _step_rows(step, version, last)
        last = version
    rows += [
        {"at": one.corrected_at, "who": one.corrected_by, "what": "correction", "number": one.id}
        | {"column": one.field, "before": one.before, "after": one.after, "reason": one.reason}
        | {"revoked_at": one.revoked_at, "revoked_by": one.revoked_by}
        for one in made
    ]
    told = pd.DataFrame(rows, columns=list(HISTORY_COLUMNS))
    return told.sort_values("at", kind="stable", ignore_index=True)


def _step_rows(step: sa.Row, version: pd.DataFrame, last: pd.DataFrame) -> list[dict[str, object]]:
    common = {"at": step.imported_at, "who": step.imported_by, "what": step.change, "number": step.id}
    common |= {"reason": "", "revoked_at": step.undone_at, "revoked_by": step.undone_by}
    if step.change == "same":
        return []
    if step.change != "changed" or last.empty or version.empty:
        return [common | dict.fromkeys(CHANGE_COLUMNS[1:], "")]
    values = compare(version, last).values
    return [
        common | {str(name): value for name, value in row.items()}
        for row in values.drop(columns="identity").to_dict("records")
    ]


def _checked(stands: pd.DataFrame, changes: Mapping[str, str]) -> dict[str, str]:
    strange = [name for name in changes if name not in PROVIDED or name in FIXED]
    if strange:
        raise StoreError(_("Champ « {name} » : il ne se corrige pas.").format(name=strange[0]))
    record = storable(complete(stands[list(PROVIDED)].assign(**dict(changes))))
    refused = problems(record, types=read_types())
    unread = [
        name for name, text in changes.items() if text.strip() and not shown_value(record[name].iloc[0])
    ]
    bad = [str(name) for name in refused["column"] if name in changes] + unread
    reached = [name for name in FREE_TEXT_COLUMNS if name in changes and holds_contact(changes[name])]
    if reached:
        raise StoreError(
            _("Champ « {name} » : ni téléphone ni adresse, aucun contact n'est conservé.").format(
                name=reached[0]
            )
        )
    dated = {"start_date", "end_date"} & set(changes)
    if dated and ends_before_start(record["start_date"], record["end_date"]).iloc[0]:
        raise StoreError(_("La fin précède le début : vérifiez les deux dates."))
    if bad:
        raise StoreError(
            _("Champ « {name} » : « {value} » n'est pas une valeur possible.").format(
                name=bad[0], value=changes[bad[0]]
            )
        )
    return {name: shown_value(record[name].iloc[0]) for name in changes}


def _revoke_field(connection: sa.Connection, source_id: str, identity: str, field: str, who: str) -> None:
    stands = (CORRECTIONS.c.source_id == source_id, CORRECTIONS.c.identity == identity)
    connection.execute(
        sa.update(CORRECTIONS)
        .where(*stands, CORRECTIONS.c.field == field, CORRECTIONS.c.revoked_at == "")
        .values(revoked_at=database.now(), revoked_by=who)
    )


def _place_record(connection: sa.Connection, source_id: str, identity: str, boundaries: Boundaries) -> None:
    found = sa.select(RECORDS.c.id).where(RECORDS.c.source_id == source_id, RECORDS.c.identity == identity)
    place_versions(connection, list(connection.execute(found).scalars()), boundaries)
