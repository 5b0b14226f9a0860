"""Imports in a process of their own: how far each is, and how to end one.

Closing the page that started an import ends nothing; cancelling kills its process, and
what it had not committed was never there.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import filelock
import psutil
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
    """Start ``python -m geo import`` with these arguments and return the number of its job.

    Raises
    ------
    StoreError
        If the system starts no process: the job is then written down as failed.
    """
    values = {"file_name": file_name, "who": who, "state": RUNNING, "host": socket.gethostname()}
    values |= {"started_at": database.now(), "changed_at": database.now()}
    with database.jobs() as connection:
        inserted = connection.execute(sa.insert(JOBS).values(values)).inserted_primary_key
        number = int(inserted[0]) if inserted else 0
    try:
        process = _begun([*arguments, *_mark(number)], who)
    except OSError as error:
        text = _(
            "L'import de « {file} » n'a pas pu démarrer ({why}) ; rien n'a été enregistré. "
            "Fermez d'autres programmes, puis réessayez."
        ).format(file=file_name, why=error.strerror)
        fail(number, text)
        raise StoreError(text) from error
    _CHILDREN[process.pid] = process
    _write(number, pid=process.pid)
    return number


def _mark(number: int) -> list[str]:
    """Return how the command line of a job's process ends."""
    return ["--job", str(number)]


def _begun(arguments: Sequence[str], who: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "geo", "import", *arguments],
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
        If its process is not seen on this machine: its number is another program's here.
    """
    job = status(number)
    process = _process(job) if job.state == RUNNING else None
    if process is not None:
        _end(process)
        if _row(number).state == RUNNING:
            _settle(number, CANCELLED)
    job = status(number)
    if process is None and job.state == RUNNING and job.pid:
        raise StoreError(
            _("L'import de « {file} » tourne sur la machine {host} : arrêtez-le depuis elle.").format(
                file=job.file_name, host=job.host
            )
        )
    return job


def _end(process: psutil.Process) -> None:
    for ending in (process.terminate, process.kill):
        with contextlib.suppress(psutil.NoSuchProcess):
            ending()
        psutil.wait_procs([process], timeout=GRACE_SECONDS)


@contextlib.contextmanager
def running(number: int) -> Iterator[None]:
    """Hold, while an import runs, what tells everybody that it still does: it is let go of with its process.

    Raises
    ------
    StoreError
        If the file of the lock cannot be written, beside a SQLite store.
    """
    engine = database.jobs_engine()
    if engine.dialect.name != "postgresql":
        with _locked_file(_lock_file(engine, number)):
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


@contextlib.contextmanager
def _locked_file(path: Path) -> Iterator[None]:
    lock = filelock.FileLock(path)
    try:
        lock.acquire()
    except OSError as error:
        raise StoreError(
            _("{file} : impossible d'écrire ({why}).").format(file=path, why=error.strerror)
        ) from error
    try:
        yield
    finally:
        lock.release()
        # A file that is left behind says nothing: nobody holds it.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _lock_file(engine: sa.Engine, number: int) -> Path:
    return Path(str(engine.url.database)).with_name(f"job-{number}.lock")


# Any fixed number: with that of a job it is held by the process that imports, wherever that is.
_JOB_LOCKS: Final = 6_843_122
# A job of another machine that has not said anything for so long never began [s].
_SILENT_SECONDS: Final = 600.0


def _gone(row: sa.Row) -> bool:
    """Whether the process of a running job is no more; where it cannot be seen, its lock tells."""
    if _process(row) is not None:
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(row.started_at)
    # Its process takes the lock before its first word; of this machine it would be seen before.
    began = row.step or (row.pid and row.host == socket.gethostname())
    return (bool(began) or age.total_seconds() > _SILENT_SECONDS) and not _held(row.id)


def _process(job: sa.Row | Job) -> psutil.Process | None:
    """Return the process of a job, if its number is surely not another program's by now.

    After a restart the system gives the same numbers again: the command line tells which job it is.
    """
    if job.host != socket.gethostname() or not job.pid:
        return None
    if job.pid in _CHILDREN:
        _CHILDREN[job.pid].poll()
    try:
        process = psutil.Process(job.pid)
        words = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return process if "import" in words and words[-2:] == _mark(job.id) else None


def _held(number: int) -> bool:
    """Whether a process anywhere holds the lock of a job."""
    engine = database.jobs_engine()
    if engine.dialect.name != "postgresql":
        return _file_held(_lock_file(engine, number))
    with database.jobs() as connection:
        asked = sa.text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted "
            "AND classid = :kind AND objid = :number "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(connection.scalar(asked, {"kind": _JOB_LOCKS, "number": number}))


def _file_held(path: Path) -> bool:
    # Only looking for a lock makes no file.
    if not path.exists():
        return False
    try:
        with filelock.FileLock(path).acquire(timeout=0):
            return False
    except (filelock.Timeout, OSError):
        return True


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
