"""Dated states of the records, kept so that the next meeting sees what changed since this one."""

import json
from datetime import datetime

import pandas as pd
import sqlalchemy as sa

from geo.activities import PLACED_COLUMNS, PROVIDER_COLUMNS, complete
from geo.aliases import unified
from geo.errors import StoreError
from geo.i18n import _
from geo.sharing import Audience, share
from geo.store import database
from geo.store.files import Store, known_by
from geo.store.tables import SNAPSHOT_RECORDS, SNAPSHOTS, STORED_NUMBERS, STORED_PLACED_NUMBERS

_KEPT = (*PROVIDER_COLUMNS, *PLACED_COLUMNS)
_NUMBERS = frozenset((*STORED_NUMBERS, *STORED_PLACED_NUMBERS))
# What tells a record from all others: its source and its identity there, which holds no such character.
SEPARATOR = "\x1f"
BATCH = 2000


def keys(store: Store) -> pd.Series:
    """Return one text for each record, the same on every day that its source states it."""
    found = known_by(store)
    return found["source_id"] + SEPARATOR + found["identity"]


def take(store: Store, name: str, *, who: str) -> int:
    """Keep the records as they are now; return the number of the state.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    stamp = {"taken_at": database.now(), "taken_by": who}
    values = {"name": name.strip(), "records": len(store.records), **stamp}
    rows = _rows(store)
    with database.writing() as connection:
        inserted = connection.execute(sa.insert(SNAPSHOTS).values(values)).inserted_primary_key
        number = int(inserted[0]) if inserted else 0
        for start in range(0, len(rows), BATCH):
            batch = [row | {"snapshot_id": number} for row in rows[start : start + BATCH]]
            connection.execute(sa.insert(SNAPSHOT_RECORDS), batch)
        database.note(connection, "snapshot", who, f"{number} {values['name']}")
    return number


def _rows(store: Store) -> list[dict[str, str]]:
    kept = store.records[[name for name in _KEPT if name in store.records]]
    details = [_details(row) for row in kept.to_dict("records")]
    found = known_by(store)
    columns = zip(found["source_id"], found["identity"], details, strict=True)
    return [{"source_id": source, "identity": one, "details": text} for source, one, text in columns]


def _details(row: dict[object, object]) -> str:
    said = {str(name): value for name, value in row.items() if value not in ("", None) and value == value}  # noqa: PLR0124
    return json.dumps(said, ensure_ascii=False)


def listed() -> pd.DataFrame:
    """Return the states kept, the latest first: ``id, name, taken_at, taken_by, records``."""
    columns = list(SNAPSHOTS.c.keys())
    if not database.exists():
        return pd.DataFrame(columns=columns)
    with database.reading() as connection:
        rows = connection.execute(sa.select(SNAPSHOTS).order_by(SNAPSHOTS.c.id.desc())).all()
    return pd.DataFrame(rows, columns=columns)


def read(number: int) -> tuple[datetime, pd.DataFrame]:
    """Return when a state was kept, and its records by :func:`keys`; nothing is withheld: not for readers.

    Raises
    ------
    StoreError
        If there is no such state.
    """
    with database.reading() as connection:
        taken = connection.scalar(sa.select(SNAPSHOTS.c.taken_at).where(SNAPSHOTS.c.id == number))
        asked = sa.select(
            SNAPSHOT_RECORDS.c.source_id, SNAPSHOT_RECORDS.c.identity, SNAPSHOT_RECORDS.c.details
        )
        asked = asked.where(SNAPSHOT_RECORDS.c.snapshot_id == number).order_by(SNAPSHOT_RECORDS.c.id)
        rows = connection.execute(asked).all()
    if taken is None:
        raise StoreError(_("État {n} : il n'existe pas.").format(n=number))
    index = pd.Index([source + SEPARATOR + identity for source, identity, _text in rows], dtype="str")
    stated = pd.DataFrame([json.loads(text) for _source, _identity, text in rows], index=index)
    return datetime.fromisoformat(taken), _completed(stated)


def _completed(stated: pd.DataFrame) -> pd.DataFrame:
    whole = complete(stated)
    placed = {}
    for name in PLACED_COLUMNS:
        values = whole[name] if name in whole else pd.Series(None, index=whole.index, dtype=object)
        placed[name] = (
            pd.to_numeric(values).astype("float64") if name in _NUMBERS else values.fillna("").astype("str")
        )
    return whole.assign(**placed)[list(_KEPT)]


def seen(records: pd.DataFrame, store: Store, audience: Audience) -> pd.DataFrame:
    """Return the placed records of a state as this audience may see them today.

    A name of an organisation accepted since is no change of the record.
    """
    named = unified(records, store.names)
    shared = share(named, audience, types=store.types, organisations=store.organisations)
    return shared[shared["outcome"] == "placed"]


def forget(number: int, *, who: str) -> None:
    """Remove a state that was kept by mistake.

    Raises
    ------
    StoreError
        If there is no such state.
    """
    with database.writing() as connection:
        connection.execute(sa.delete(SNAPSHOT_RECORDS).where(SNAPSHOT_RECORDS.c.snapshot_id == number))
        gone = connection.execute(sa.delete(SNAPSHOTS).where(SNAPSHOTS.c.id == number)).rowcount
        if not gone:
            raise StoreError(_("État {n} : il n'existe pas.").format(n=number))
        database.note(connection, "forget_snapshot", who, str(number))
