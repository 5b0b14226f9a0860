"""What changes with every change of the store, of its records and of who has access: the key of caches."""

import uuid
from typing import Final, NamedTuple

import sqlalchemy as sa

from geo.store.tables import AUDIT, META

_STORE_ID: Final = "store_id"
_ACCESS: Final = "access"


class States(NamedTuple):
    """The state of the records and that of who has access, each ``""`` before its first change."""

    records: str = ""
    access: str = ""


def states_of(connection: sa.Connection) -> States:
    """Return what changes with every change of the records, or of who has access, and with nothing else."""
    changes = sa.select(sa.func.count(), sa.func.max(AUDIT.c.id)).where(AUDIT.c.changes)
    count, last = connection.execute(changes).one()
    asked = sa.select(META.c.name, META.c.value).where(META.c.name.in_((_STORE_ID, _ACCESS)))
    held = {row.name: row.value for row in connection.execute(asked)}
    records = f"{held.get(_STORE_ID)}:{count}:{last}" if count else ""
    access = f"{held.get(_STORE_ID)}:{held[_ACCESS]}" if _ACCESS in held else ""
    return States(records, access)


def state_of(connection: sa.Connection) -> str:
    """Return the state of the records alone."""
    return states_of(connection).records


def access_changed(connection: sa.Connection) -> None:
    """Say, in the transaction of the change, that who has access has changed; the records have not."""
    connection.execute(
        sa.text(
            "INSERT INTO meta (name, value) VALUES (:name, :value) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ),
        {"name": _ACCESS, "value": uuid.uuid4().hex},
    )


def new_identity(connection: sa.Connection) -> None:
    """Give the store a name of its own, so that no state of it is taken for another store's."""
    connection.execute(sa.delete(META).where(META.c.name == _STORE_ID))
    connection.execute(sa.insert(META).values(name=_STORE_ID, value=uuid.uuid4().hex))
