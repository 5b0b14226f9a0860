"""Lines of the table from claim to role that administrators add in the app, and withdraw; none is deleted."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from geo import usertable
from geo.access import Access, Rule
from geo.errors import StoreError
from geo.i18n import _
from geo.sharing import ROLES, Audience
from geo.store import database, states
from geo.store.tables import USERS


class Line(NamedTuple):
    """A line with its number, who added it and when, and who withdrew it; empty while it stands."""

    number: int
    rule: Rule
    added_at: str
    added_by: str
    revoked_at: str
    revoked_by: str

    @property
    def stands(self) -> bool:
        """Whether it has not been withdrawn."""
        return not self.revoked_at


class Actor(NamedTuple):
    """Who changes the table: the name written down, and what their provider says of them.

    ``claims`` is empty for whoever came in by a password: no line of the table makes them what they are.
    """

    name: str
    claims: Mapping[str, Any]


def lines() -> list[Line]:
    """Return every line that was ever added, in the order in which they count."""
    if not database.exists():
        return []
    with database.reading() as connection:
        return _lines(connection)


def rules(connection: sa.Connection) -> tuple[Rule, ...]:
    """Return the lines that stand, in the order in which they count."""
    return tuple(line.rule for line in _lines(connection) if line.stands)


def add(rule: Rule, *, by: Actor, server: Access) -> int:
    """Add a line behind those that are there; return its number.

    Parameters
    ----------
    rule
        As :func:`geo.usertable.typed` returns it.
    server
        The settings of the server, without the lines of the store.

    Raises
    ------
    AccessError
        If there is such a line already, or the actor is no administrator any more.
    StoreError
        If the store cannot be written.
    """
    row = {"claim": rule.claim, "value": rule.value, "role": rule.audience.role}
    row |= {"organisation": rule.audience.organisation, "added_at": database.now(), "added_by": by.name}
    with database.writing() as connection:
        before = usertable.joined(server, rules(connection))
        usertable.demand_administrator(before, by.claims)
        usertable.demand_new(rule, before.rules)
        inserted = connection.execute(sa.insert(USERS).values(row)).inserted_primary_key
        _changed(connection, "user_add", rule, by)
    return int(inserted[0]) if inserted else 0


def withdraw(number: int, *, by: Actor, server: Access) -> None:
    """Let a line count no more; it stays in the table with who withdrew it and when.

    Raises
    ------
    AccessError
        If the actor would be no administrator after it, is none any more, or nobody would be one.
    StoreError
        If there is no such line, it was withdrawn already, or the store cannot be written.
    """
    with database.writing() as connection:
        held = [line for line in _lines(connection) if line.stands]
        gone = next((line for line in held if line.number == number), None)
        if gone is None:
            raise StoreError(_("Accès {n} : il n'existe pas ou est déjà retiré.").format(n=number))
        before = usertable.joined(server, [line.rule for line in held])
        after = usertable.joined(server, [line.rule for line in held if line.number != number])
        usertable.demand_administrator(before, by.claims)
        usertable.demand_kept(after, by.claims)
        database.stamp_revoked(connection, USERS, number, who=by.name)
        _changed(connection, "user_withdraw", gone.rule, by)


def _changed(connection: sa.Connection, act: str, rule: Rule, by: Actor) -> None:
    states.access_changed(connection)
    database.note(connection, act, by.name, usertable.told(rule))


def _lines(connection: sa.Connection) -> list[Line]:
    # A role that this version does not know opens nothing.
    found = connection.execute(sa.select(USERS).where(USERS.c.role.in_(ROLES[1:])).order_by(USERS.c.id)).all()
    return [_line(row) for row in found]


def _line(row: Any) -> Line:
    rule = Rule(row.claim, row.value, Audience(row.role, row.organisation))
    return Line(row.id, rule, row.added_at, row.added_by, row.revoked_at, row.revoked_by)
