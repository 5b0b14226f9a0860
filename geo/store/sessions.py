"""Sessions ended before their time: in the store, so that every process behind one address knows of them."""

import hashlib
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from geo.errors import StoreError
from geo.store import database, states
from geo.store.pauses import Pauses
from geo.store.tables import ENDED_SESSIONS

_log: Final = logging.getLogger(__name__)


class _Here:
    """What was ended in this process: known here at once, whether the store can be written or not."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until: dict[str, float] = {}
        self.unwritten: dict[str, float] = {}
        self.pauses = Pauses()

    def add(self, digest: str, until: float) -> None:
        now = time.time()
        with self.lock:
            kept = {each: end for each, end in self.until.items() if end > now}
            self.until = {**kept, digest: until}
            self.unwritten[digest] = until
        self.pauses.end(database.here())

    def write(self) -> bool:
        with self.lock:
            if not self.unwritten:
                return True
            if self.pauses.lasts(database.here()):
                return False
            try:
                _write(self.unwritten)
            except StoreError as error:
                self.pauses.begin(database.here())
                _log.warning("%d ended sessions wait for the store: %s", len(self.unwritten), error)
                return False
            self.unwritten = {}
            return True


_HERE: Final = _Here()


def digest(session: str) -> str:
    """Return what a session is known by once it has ended: nothing can be opened with it."""
    return hashlib.sha256(session.encode()).hexdigest()


def end(session: str, *, seconds: float) -> bool:
    """End a session in all processes; return whether the others can know already.

    It never fails: here the session has ended in any case. A long import on SQLite is waited for two seconds;
    what could not be written is written by :func:`write_waiting`.

    Parameters
    ----------
    session
        What tells this session from all others. Only its digest is kept.
    seconds
        After how long it would have ended by itself; then it is forgotten.
    """
    _HERE.add(digest(session), time.time() + seconds)
    return _HERE.write()


def ended_here(session_digest: str) -> bool:
    """Whether a session was ended in this process."""
    return session_digest in _HERE.until


def write_waiting() -> bool:
    """Write what could not be written, unless the store failed a moment ago; return whether none is left."""
    return not _HERE.unwritten or _HERE.write()


def ended(connection: sa.Connection) -> frozenset[str]:
    """Return the digests of the sessions that were ended in any process."""
    still = ENDED_SESSIONS.c.until > database.now()
    return frozenset(connection.scalars(sa.select(ENDED_SESSIONS.c.digest).where(still)))


def _write(unwritten: dict[str, float]) -> None:
    rows = [
        {"digest": each, "until": datetime.fromtimestamp(until, UTC).isoformat(timespec="seconds")}
        for each, until in unwritten.items()
    ]
    with database.appending() as connection:
        # What has ended by itself says nothing any more; a session ended twice is one.
        digests = [row["digest"] for row in rows]
        over = (ENDED_SESSIONS.c.until <= database.now()) | ENDED_SESSIONS.c.digest.in_(digests)
        connection.execute(sa.delete(ENDED_SESSIONS).where(over))
        connection.execute(sa.insert(ENDED_SESSIONS), rows)
        states.access_changed(connection)
