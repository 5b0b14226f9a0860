"""The journal: who did what and when. Lines are added, never changed or taken away, and kept for ever.

An act of the store is written down in its own transaction (:func:`geo.store.database.note`): both stand,
or neither. What happens outside it (a file made, a sign-in, a setting on disk) happens whether it can be
written down or not: where it cannot, the log says so at once, and the line is added as soon as it can be.
"""

import json
import logging
import shlex
import sys
import threading
import time
from collections import deque
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from geo import acts
from geo.errors import StoreError
from geo.signs import tidied_texts
from geo.store import database
from geo.store.pauses import Pauses
from geo.store.tables import AUDIT

# Lines that wait for a store that cannot be written; what comes on top of them is in the log only.
_WAITING_MOST: Final = 10_000
# Refusals of one minute that are written down one by one; the others are counted in one line.
_REFUSALS_A_MINUTE: Final = 20

_log: Final = logging.getLogger(__name__)


class _Waiting:
    """Lines that could not be written yet, each with the store it belongs to, until they are."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.lines: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_WAITING_MOST)
        self.pauses = Pauses()

    def write(self) -> bool:
        """Add the lines of the store in use; the others wait for theirs."""
        with self.lock:
            here = database.here()
            ready = [line for address, line in self.lines if address == here]
            if not ready:
                return True
            if self.pauses.lasts(here):
                return False
            try:
                with database.appending() as connection:
                    connection.execute(sa.insert(AUDIT), ready)
            except StoreError as error:
                self.pauses.begin(here)
                _log.warning("%d lines wait for the journal: %s", len(ready), error)
                return False
            self.lines = deque((each for each in self.lines if each[0] != here), maxlen=_WAITING_MOST)
            return True


_WAITING: Final = _Waiting()


def note(act: str, *, who: str, role: str | None = None, what: str = "", **about: Any) -> bool:
    """Write down what happened outside the store; return whether the line stands.

    It never fails: a file that was made is handed over even where nobody can write down that it was.

    Parameters
    ----------
    act
        One of :data:`geo.acts.ACTS`.
    role
        Unless given, the one of this thread (:func:`geo.acts.act_as`).
    about
        ``file``, ``view``, ``audience``, ``rows`` and the like. Never what a record says, and no password.

    Raises
    ------
    KeyError
        If there is no such act.
    """
    known = {name: value for name, value in about.items() if value not in (None, "")}
    line: dict[str, Any] = {"at": database.now(), "who": who, "action": act}
    line["role"] = acts.role() if role is None else role
    line["details"] = what
    line["about"] = json.dumps(tidied_texts(known), ensure_ascii=False) if known else ""
    line["changes"] = acts.ACTS[act].changes
    with _WAITING.lock:
        _WAITING.lines.append((database.here(), line))
    stands = _WAITING.write()
    if not stands:
        _log.warning("not in the journal yet: %s", json.dumps(line, ensure_ascii=False))
    return stands


def write_waiting() -> bool:
    """Add the lines that wait, unless the store failed a moment ago; return whether none is left."""
    return _WAITING.write()


def exported(
    file: str, *, who: str, audience: str, view: str = "", rows: int | None = None, act: str = "export"
) -> bool:
    """Write down that a file was made: its name, for which view and audience, and how many rows."""
    return note(act, who=who, file=file, view=view, audience=audience, rows=rows)


def done_here(act: str, what: str = "", **about: Any) -> None:
    """Write down what the command line did.

    A command waits for an import to end, as it would to write. Where the line cannot be written, what was
    done stands all the same, and the log (standard error) says what is missing.
    """
    try:
        with database.writing() as connection:
            database.note(connection, act, database.user(), what, **about)
    except StoreError as error:
        _log.warning("not in the journal: %s %s %s. %s", act, what, about, error)


def exported_here(file: Path | str, *, audience: str, rows: int, act: str = "export") -> None:
    """Write down that the command line made a file (``-``: what it printed); the command is its view."""
    view = shlex.join(sys.argv[1:])
    done_here(act, file=Path(file).name, view=view, audience=audience, rows=rows)


def signed_in(who: str, role: str, *, means: str) -> bool:
    """Write down that somebody came in; ``means`` is how: ``password``, ``oidc``."""
    return note("sign_in", who=who, role=role, what=means)


def signed_out(who: str, role: str) -> bool:
    """Write down that somebody left."""
    return note("sign_out", who=who, role=role)


class _Refusals:
    """How many were not let in during this minute."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.since, self.times = float("-inf"), 0

    def missed(self) -> int | None:
        """Count one more; return how many of the last minute were not written, None where this one is not."""
        with self.lock:
            if time.monotonic() - self.since <= 60:
                self.times += 1
                return 0 if self.times <= _REFUSALS_A_MINUTE else None
            missed = max(0, self.times - _REFUSALS_A_MINUTE)
            self.since, self.times = time.monotonic(), 1
            return missed


_REFUSALS: Final = _Refusals()


def refused(who: str, *, means: str, why: str = "") -> bool:
    """Write down that somebody was not let in.

    Whoever tries passwords by the thousand fills no disk: after some in one minute they are counted, and
    the next line that is written says how many there were.

    Parameters
    ----------
    who
        What the identity provider says. Never what was typed: it may be the password in the wrong box.
    """
    missed = _REFUSALS.missed()
    if missed is None:
        return False
    return note("sign_in_refused", who=who, role="", what=means, why=why, times=missed or None)


def entries(
    *, kinds: tuple[str, ...] = (), who: str = "", since: str = "", until: str = "", limit: int | None = None
) -> pd.DataFrame:
    """Return the journal, the latest line first.

    Parameters
    ----------
    kinds
        Acts, or kinds of them (:data:`geo.acts.KINDS`); all where none is given.
    since, until
        First and last day, ``YYYY-MM-DD``, in UTC.

    Returns
    -------
    DataFrame
        ``id, at, who, role, action, kind, details, about`` and, out of ``about``, ``file, view, audience,
        rows``.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    found = sa.select(*(AUDIT.c[name] for name in ("id", "at", "who", "role", "action", "details", "about")))
    if kinds:
        found = found.where(AUDIT.c.action.in_(_acts_of(kinds)))
    if who:
        found = found.where(AUDIT.c.who == who)
    if since:
        found = found.where(AUDIT.c.at >= since)
    if until:
        found = found.where(AUDIT.c.at < (date.fromisoformat(until) + timedelta(days=1)).isoformat())
    return _frame(_rows(found.order_by(AUDIT.c.id.desc()).limit(limit)))


def people() -> list[str]:
    """Return who is in the journal, in the order of the alphabet."""
    found = sa.select(AUDIT.c.who).where(AUDIT.c.who != "").distinct().order_by(AUDIT.c.who)
    return [row.who for row in _rows(found)]


def _rows(question: sa.Select) -> list[Any]:
    if not database.exists():
        return []
    with database.reading() as connection:
        return list(connection.execute(question).all())


def _acts_of(names: tuple[str, ...]) -> list[str]:
    return [act for act, about in acts.ACTS.items() if act in names or about.kind in names]


def _frame(rows: list[Any]) -> pd.DataFrame:
    plain = ["id", "at", "who", "role", "action", "details", "about"]
    table = pd.DataFrame([tuple(row) for row in rows], columns=plain)
    about = [json.loads(text) if text else {} for text in table["about"]]
    beside = {name: [told.get(name, "") for told in about] for name in ("file", "view", "audience")}
    counts = pd.array([told.get("rows") for told in about], dtype="Int64")
    return table.assign(kind=table["action"].map(acts.kind_of), about=about, **beside, rows=counts)
