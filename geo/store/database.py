"""The database: SQLite in the user's folder, or PostgreSQL named by ``DATABASE_URL``.

Every fault of the database ends here as one line that a user can act on.
"""

import contextlib
import functools
import getpass
import json
import os
import sqlite3
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import exc

from geo import acts, settings
from geo.errors import StoreError
from geo.i18n import _
from geo.signs import tidied_texts
from geo.store import faults, migrations, states
from geo.store.tables import AUDIT, JOBS_METADATA

URL_VARIABLE: Final = "DATABASE_URL"
USER_VARIABLE: Final = "COUVERTURE_USER"
FILE_NAME: Final = "store.sqlite"
JOBS_FILE_NAME: Final = "jobs.sqlite"
# How long one who writes waits for another who is writing [s].
WAIT_SECONDS: Final = 60
# How long a line of the journal waits for one who writes: a reader's file waits for it [s].
NOTE_WAIT_SECONDS: Final = 2
# Any fixed number: who holds it is the only writer of a PostgreSQL store.
_WRITER: Final = 6_843_120


def url() -> sa.URL:
    """Return the address of the store: ``DATABASE_URL`` where it is set, else the file in ``home()``.

    Raises
    ------
    StoreError
        If ``DATABASE_URL`` names no database that is supported.
    """
    named = os.environ.get(URL_VARIABLE, "").strip()
    if not named:
        return sa.URL.create("sqlite", database=str(settings.home() / FILE_NAME))
    try:
        made = sa.make_url(named)
    except (exc.ArgumentError, ValueError) as error:  # a port that is no number
        raise StoreError(_("DATABASE_URL n'est pas une adresse de base de données.")) from error
    kind = made.get_backend_name()
    if kind in ("postgres", "postgresql"):
        return made.set(drivername="postgresql+psycopg")
    if kind == "sqlite":
        return made
    raise StoreError(
        _("DATABASE_URL : « {name} » n'est pas pris en charge. Possibles : sqlite, postgresql.").format(
            name=kind
        )
    )


def address() -> str:
    """Return the address in use as text, whole: to tell one store from another, never to be shown."""
    return url().render_as_string(hide_password=False)


def here() -> str:
    """Return :func:`address`, or ``""`` where it cannot be understood: said when the store is asked."""
    try:
        return address()
    except StoreError:
        return ""


def exists() -> bool:
    """Whether there is a store to look at; one that a server keeps is taken to exist."""
    address = url()
    return address.get_backend_name() != "sqlite" or Path(str(address.database)).exists()


def jobs_exist() -> bool:
    """Whether imports were started here; looking for them makes no file."""
    address = url()
    return address.get_backend_name() != "sqlite" or _beside(address).exists()


def _beside(address: sa.URL) -> Path:
    return Path(str(address.database)).with_name(JOBS_FILE_NAME)


@contextlib.contextmanager
def reading() -> Iterator[sa.Connection]:
    """Open a connection that sees one state of the store from its first question to its last."""
    with _told(), _to_read() as plain:
        repeatable = plain.dialect.name == "postgresql"
        connection = plain.execution_options(isolation_level="REPEATABLE READ") if repeatable else plain
        with connection.begin():
            yield connection


@contextlib.contextmanager
def writing() -> Iterator[sa.Connection]:
    """Open the only writer's transaction: all that is done in it stands together, or nothing does.

    Raises
    ------
    StoreError
        If another keeps writing for longer than :data:`WAIT_SECONDS`, or the database fails.
    """
    with _told(), _ready().connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            _only_writer(connection)
            file = _file_number()
            yield connection
            # SQLite goes on writing into a file that somebody has taken away, and says that it is done.
            if _file_number() != file:
                raise faults.fault("away", _shown_address())


@contextlib.contextmanager
def appending() -> Iterator[sa.Connection]:
    """Open a transaction that adds lines to the journal only; it does not wait for a long import."""
    with _told(), _ready().connect() as plain:
        if plain.dialect.name == "sqlite":
            driver: Any = plain.connection.driver_connection
            driver.execute(f"PRAGMA busy_timeout = {NOTE_WAIT_SECONDS * 1000}")
        connection = plain.execution_options(writes=True)
        with connection.begin():
            # PostgreSQL lets lines be added while an import is written: no lock is asked for.
            yield connection


def note(connection: sa.Connection, action: str, who: str, details: str = "", **about: Any) -> None:
    """Write down what was done; the lines of acts that change records are the version of these.

    Parameters
    ----------
    about
        What else is to be known, as plain words and numbers. Never what a record says, and no password.
    """
    told = json.dumps(tidied_texts(about), ensure_ascii=False) if about else ""
    values: dict[str, Any] = {"at": now(), "who": who, "action": action, "details": details, "about": told}
    values |= {"role": acts.role(), "changes": acts.ACTS[action].changes}
    connection.execute(sa.insert(AUDIT).values(values))


def stamp_revoked(connection: sa.Connection, table: sa.Table, number: int, *, who: str) -> sa.Row:
    """Mark one decision of a table as revoked, and return it as it stood.

    Raises
    ------
    StoreError
        If there is no such decision, or it was revoked already.
    """
    row = connection.execute(sa.select(table).where(table.c.id == number)).one_or_none()
    if row is None or row.revoked_at:
        raise StoreError(_("Décision {n} : elle n'existe pas ou est déjà révoquée.").format(n=number))
    stamp = {"revoked_at": now(), "revoked_by": who}
    connection.execute(sa.update(table).where(table.c.id == number).values(stamp))
    return row


def now() -> str:
    """Return this moment as it is written in the store, UTC to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def user() -> str:
    """Return who does it: ``COUVERTURE_USER``, else the login name."""
    try:
        return os.environ.get(USER_VARIABLE, "").strip() or getpass.getuser()
    except (KeyError, OSError):
        return ""  # a container without a name for its user


def engine() -> sa.Engine:
    """Return the engine for the address in use; one for each process and address."""
    return _kept(url())


def jobs_engine() -> sa.Engine:
    """Return the engine of the jobs: the same server, or a file beside that of the store."""
    address = url()
    if address.get_backend_name() == "sqlite":
        address = address.set(database=str(_beside(address)))
    _with_jobs(address, os.getpid())
    return _kept(address)


@contextlib.contextmanager
def jobs() -> Iterator[sa.Connection]:
    """Open a transaction on the list of jobs."""
    with _told(of_jobs=True), jobs_engine().connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            yield connection


def close() -> None:
    """Close every connection and look the store over again at the next use."""
    for made in _ENGINES.values():
        made.dispose()
    _ENGINES.clear()
    _looked_over.cache_clear()
    _with_jobs.cache_clear()


# A connection must not be shared with a process that was forked off: hence the process in the key.
_ENGINES: Final[dict[tuple[sa.URL, int], sa.Engine]] = {}


def _kept(address: sa.URL) -> sa.Engine:
    key = (address, os.getpid())
    if key not in _ENGINES:
        _ENGINES.setdefault(key, _made(address))
    return _ENGINES[key]


@functools.lru_cache(maxsize=8)
def _with_jobs(address: sa.URL, _process: int) -> None:
    with _kept(address).connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            # A lock of its own: a long import must not keep anyone from seeing how far it is.
            _only_writer(connection, lock=_WRITER + 1)
            JOBS_METADATA.create_all(connection)


def _made(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() != "sqlite":
        # The driver is loaded where a server is named only.
        from geo.store import postgresql  # noqa: PLC0415

        return postgresql.engine(address)
    path = Path(str(address.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            _("{file} : impossible d'écrire ({why}).").format(file=path.parent, why=error.strerror)
        ) from error
    made = sa.create_engine(address, connect_args={"timeout": WAIT_SECONDS}, poolclass=sa.pool.NullPool)
    sa.event.listen(made, "connect", _set_up_sqlite)
    sa.event.listen(made, "begin", _begin_sqlite)
    return made


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own idea of when a transaction begins would leave tables out of it.
    connection.isolation_level = None
    for setting in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _only_writer(connection: sa.Connection, *, lock: int = _WRITER) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")


def _ready() -> sa.Engine:
    """Return the engine of a store that was looked over and whose tables are up to date."""
    address = url()
    # A file that was taken away or put in its place since is looked over again.
    _looked_over(address, os.getpid(), _file_number())
    return _kept(address)


def _file_number() -> int:
    """What tells the file of a SQLite store from another of its name; 0 where there is none."""
    address = url()
    if address.get_backend_name() != "sqlite":
        return 0
    try:
        return Path(str(address.database)).stat().st_ino
    except OSError:
        return 0


def _to_read() -> sa.Connection:
    """Connect to read; on a full disk or in a read-only folder, without the files that WAL keeps beside."""
    try:
        return _ready().connect()
    except exc.DBAPIError as error:
        address = url()
        path = Path(str(address.database))
        if address.get_backend_name() != "sqlite" or faults.kind(error) not in ("full", "disk", "readonly"):
            raise
        log = path.with_name(f"{path.name}-wal")
        # What is in the log is not in the file yet: then the file alone would be an older state.
        if not path.exists() or (log.exists() and log.stat().st_size):
            raise
        return _as_it_lies(path).connect()


def _as_it_lies(path: Path) -> sa.Engine:
    where = f"file:{urllib.parse.quote(str(path))}?mode=ro&immutable=1"
    made = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(where, uri=True, check_same_thread=False),
        poolclass=sa.pool.NullPool,
    )
    with made.connect() as plain:
        _check_file(plain)
    return made


@functools.lru_cache(maxsize=8)
def _looked_over(address: sa.URL, _process: int, _file: int) -> None:
    made = _kept(address)
    with made.connect() as plain:
        if made.dialect.name == "sqlite":
            _check_file(plain)
        with plain.begin():
            held = migrations.current(plain)
    if held == migrations.HEAD:
        return
    if held > migrations.HEAD:
        raise StoreError(
            _("La base vient d'une version plus récente ({held}) ; mettez le programme à jour.").format(
                held=held
            )
        )
    with made.connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            _only_writer(connection)
            # Another may have been quicker while this one waited.
            held = migrations.current(connection)
            if held != migrations.HEAD:
                migrations.migrate(connection)
            if not held:
                states.new_identity(connection)


def _check_file(connection: sa.Connection) -> None:
    with connection.begin():
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise faults.fault("corrupt", _shown_address())


@contextlib.contextmanager
def _told(*, of_jobs: bool = False) -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        raise faults.told(error, _shown_address(of_jobs=of_jobs), of_jobs=of_jobs) from error


def _shown_address(*, of_jobs: bool = False) -> str:
    address = url()
    if address.get_backend_name() == "sqlite":
        return str(_beside(address) if of_jobs else address.database)
    return f"PostgreSQL {address.host or ''}/{address.database or ''}"
