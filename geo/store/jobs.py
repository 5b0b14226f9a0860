"""Imports in a process of their own: how far each is, and how to end one.

Closing the page that started an import ends nothing; cancelling kills its process, and
what it had not committed was never there.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from geo import acts, settings
from geo.errors import StoreError
from geo.i18n import LANGUAGE_VARIABLE, _, language
from geo.store import database
from geo.store.planning import Progress
from geo.store.tables import IMPORTS, JOBS

RUNNING, DONE, FAILED, CANCELLED, INTERRUPTED = "running", "done", "failed", "cancelled", "interrupted"
# How often a running import says how far it is [s].
EVERY_SECONDS: Final = 0.5
# How long a process is given to end by itself [s].
GRACE_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Job:
    """One import in a process of its own.

    Attributes
    ----------
    state : str
        running, done, failed, cancelled, or interrupted (its process is gone without a word).
    step, done, total
        What it is at, and how many rows of how many; 0 of 0 where that is not known.
    result : dict
        What ``geo import --json`` gives, once it is done.
    """

    id: int
    file_name: str
    who: str
    state: str
    step: str
    done: int
    total: int
    message: str
    result: dict[str, Any]
    started_at: str
    changed_at: str
    host: str
    pid: int


def start(arguments: Sequence[str], *, file_name: str, who: str) -> int:
    """Start ``python -m geo import`` with these arguments and return the number of its job."""
    values = {"file_name": file_name, "who": who, "state": RUNNING, "host": socket.gethostname()}
    values |= {"started_at": database.now(), "changed_at": database.now()}
    with database.jobs() as connection:
        inserted = connection.execute(sa.insert(JOBS).values(values)).inserted_primary_key
        number = int(inserted[0]) if inserted else 0
    command = [sys.executable, "-m", "geo", "import", *arguments, "--job", str(number)]
    process = subprocess.Popen(
        command,
        cwd=settings.PROJECT_DIR,
        # What it says is read by who started it.
        env={
            **os.environ,
            database.USER_VARIABLE: who,
            acts.ROLE_VARIABLE: acts.role(),
            LANGUAGE_VARIABLE: language(),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # the end of the server's session is not the end of the import
    )
    _CHILDREN[process.pid] = process
    _write(number, pid=process.pid)
    return number


# Those that this process started: a child that ended stays in the list of processes until it is asked for.
_CHILDREN: Final[dict[int, subprocess.Popen[bytes]]] = {}


def status(number: int) -> Job:
    """Return how far a job is; one whose process is gone without a word is *interrupted*.

    Raises
    ------
    StoreError
        If there is no such job.
    """
    row = _row(number)
    if row.state == RUNNING and _gone(row):
        # It may have finished between the question and the look at its process.
        row = _row(number)
        if row.state == RUNNING:
            _settle(number, INTERRUPTED)
            row = _row(number)
    return _job(row)


def jobs(limit: int = 20) -> list[Job]:
    """Return the latest jobs, the latest first."""
    with database.jobs() as connection:
        rows = (
            connection.execute(sa.select(JOBS.c.id).order_by(JOBS.c.id.desc()).limit(limit)).scalars().all()
        )
    return [status(number) for number in rows]


def cancel(number: int) -> Job:
    """End a running job; an import that was committed already stands, and the job says so.

    Raises
    ------
    StoreError
        If it runs on another machine: its number there is another program's here.
    """
    job = status(number)
    if job.state != RUNNING or not job.pid:
        return job
    if job.host != socket.gethostname():
        raise StoreError(
            _("L'import de « {file} » tourne sur la machine {host} : arrêtez-le depuis elle.").format(
                file=job.file_name, host=job.host
            )
        )
    for how, seconds in ((signal.SIGTERM, GRACE_SECONDS), (_KILL, GRACE_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(job.pid, how)
        until = time.monotonic() + seconds
        while _alive(job.pid) and time.monotonic() < until:
            time.sleep(0.05)
    if _row(number).state == RUNNING:
        _settle(number, CANCELLED)
    return status(number)


# Windows has one way to end a process only.
_KILL: Final = getattr(signal, "SIGKILL", signal.SIGTERM)


@contextlib.contextmanager
def running(number: int) -> Iterator[None]:
    """Hold, while an import runs, what tells other machines that it still does (PostgreSQL alone has any)."""
    engine = database.jobs_engine()
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(_JOB_LOCKS, number)))
        try:
            yield
        finally:
            # Where the server is gone, so is the lock.
            with contextlib.suppress(sa.exc.DBAPIError):
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_JOB_LOCKS, number)))


# Any fixed number: with that of a job it is held by the process that imports, wherever that is.
_JOB_LOCKS: Final = 6_843_122
# A job of another machine that has not said anything for so long never began [s].
_SILENT_SECONDS: Final = 600.0


def _gone(row: sa.Row) -> bool:
    """Whether the process of a running job is no more; of another machine the database knows it."""
    if row.host == socket.gethostname():
        return bool(row.pid) and not _alive(row.pid)
    age = datetime.now(UTC) - datetime.fromisoformat(row.started_at)
    # Its process takes the lock before its first word.
    return (bool(row.step) or age.total_seconds() > _SILENT_SECONDS) and not _held(row.id)


def _held(number: int) -> bool:
    """Whether a process anywhere holds the lock of a job; a SQLite store has no other machines."""
    with database.jobs() as connection:
        if connection.dialect.name != "postgresql":
            return True
        asked = sa.text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted "
            "AND classid = :kind AND objid = :number "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(connection.scalar(asked, {"kind": _JOB_LOCKS, "number": number}))


def reporter(number: int) -> Progress:
    """Return what tells a job's progress to the store, a few times a second at most."""
    last: tuple[str, float] = ("", 0.0)

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        moment = time.monotonic()
        if step == last[0] and moment - last[1] < EVERY_SECONDS:
            return
        last = (step, moment)
        _write(number, step=step, done=done, total=total, pid=os.getpid())

    return report


def finish(number: int, result: dict[str, Any]) -> None:
    """Write down that a job is done, and its result."""
    _write(number, state=DONE, result=json.dumps(result, ensure_ascii=False, default=str))


def fail(number: int, message: str) -> None:
    """Write down why a job failed."""
    _write(number, state=FAILED, message=message)


def _settle(number: int, state: str) -> None:
    """Say how a job ended whose process can say nothing: what it committed is done."""
    mark = f'"job": {number}}}'
    with database.reading() as connection:
        found = connection.scalar(sa.select(IMPORTS.c.id).where(IMPORTS.c.summary.endswith(mark)))
    if found is None:
        _write(number, state=state)
    else:
        finish(number, {"import": int(found)})


def _row(number: int) -> sa.Row:
    with database.jobs() as connection:
        row = connection.execute(sa.select(JOBS).where(JOBS.c.id == number)).one_or_none()
    if row is None:
        raise StoreError(_("Tâche {n} : elle n'existe pas.").format(n=number))
    return row


def _write(number: int, **values: Any) -> None:
    with database.jobs() as connection:
        update = sa.update(JOBS).where(JOBS.c.id == number, JOBS.c.state == RUNNING)
        connection.execute(update.values(values | {"changed_at": database.now()}))


def _job(row: sa.Row) -> Job:
    values = {name: getattr(row, name) for name in Job.__dataclass_fields__ if name != "result"}
    values["pid"] = row.pid or 0
    return Job(**values, result=json.loads(row.result or "{}"))


def _alive(pid: int) -> bool:
    if pid in _CHILDREN:
        return _CHILDREN[pid].poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
