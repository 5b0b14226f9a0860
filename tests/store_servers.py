"""The two databases that the store runs on, and small files for it; shared by the store's tests."""

import contextlib
import functools
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa

from geo.activities import PLACED_COLUMNS, Source, complete
from geo.cleaning import Cleaned
from geo.io import load_boundaries
from geo.store import current, database, load_shipped, planning

KINDS = ("sqlite", "postgresql")


@functools.cache
def boundaries():
    return load_boundaries()


@functools.cache
def shipped():
    """The shipped records, which no test of the store changes, placed once."""
    return load_shipped(boundaries())


def programs() -> Path | None:
    """Debian's newest PostgreSQL, or whichever is on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


class Server:
    """A PostgreSQL server of the test's own, on the loopback, in a temporary folder."""

    def __init__(self, bin_dir: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
        self.bin_dir = bin_dir
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if os.geteuid() == 0:
            # The server refuses to run as root.
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.run(
            "initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"
        )
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = f"{self.folder}/log"
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", log, "-o", options, "start")
        # A test run that is killed leaves no server behind.
        stop = shlex.join(self.command("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop"))
        watch = f"while kill -0 {os.getpid()}; do sleep 1; done; {stop}; rm -rf {self.folder}"
        quiet = subprocess.DEVNULL
        self.watcher = subprocess.Popen(
            ["/bin/sh", "-c", watch], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )

    def command(self, program: str, *arguments: str) -> list[str]:
        command = [str(self.bin_dir / program), *arguments]
        if os.geteuid() == 0:
            return ["su", "postgres", "-s", "/bin/sh", "-c", shlex.join(command)]
        return command

    def run(self, program: str, *arguments: str) -> None:
        command = self.command(program, *arguments)
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def new(self) -> str:
        name = f"store_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        self.watcher.kill()
        self.watcher.wait()
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server | str]:
    """The server, or the reason why there is none."""
    bin_dir = programs()
    if bin_dir is None:
        yield "no PostgreSQL: apt-get install postgresql"
        return
    server = Server(bin_dir)
    yield server
    server.stop()


@pytest.fixture
def new_store(tmp_path, monkeypatch, postgresql) -> Callable[[str], None]:
    """Point ``DATABASE_URL`` at an empty store of the kind that is asked for."""
    monkeypatch.setattr(current, "load_shipped", lambda _boundaries: shipped())

    def use(kind: str, at: str = "") -> str:
        if kind == "sqlite":
            address = at or f"sqlite:///{tmp_path}/{uuid.uuid4().hex[:8]}/store.sqlite"
        else:
            if isinstance(postgresql, str):
                pytest.skip(postgresql)
            address = at or postgresql.new()
        monkeypatch.setenv(database.URL_VARIABLE, address)
        return address

    yield use
    database.close()


@pytest.fixture(params=KINDS)
def store(request, new_store) -> str:
    """An empty store, on each database in turn."""
    return new_store(request.param)


@pytest.fixture
def quick(monkeypatch):
    """Plans from frames, placed nowhere: for what is about the store and not about places."""

    def blank(records, *_positional, **_named):
        placed = dict.fromkeys(PLACED_COLUMNS, "") | {"score": float("nan"), "distance_km": float("nan")}
        return records.assign(**placed | {"outcome": "rejected", "reason": "no_place"})

    monkeypatch.setattr(planning, "place_records", blank)

    def plan(rows: dict[str, float] | pd.DataFrame, source_id: str = "s", **options):
        frame = rows
        if isinstance(rows, dict):
            frame = pd.DataFrame(
                {"record_key": list(rows), "quantity": [float(each) for each in rows.values()]}
            )
        frame = complete(frame.assign(activity_type="avec")).assign(source_id=source_id)
        frame.index = range(2, len(frame) + 2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(planning, "read_file", lambda *_a, **_k: Cleaned(frame, {}))
            patch.setattr(planning, "sha256", lambda _path: uuid.uuid4().hex)
            source = options.pop("source", None) or named(source_id)
            return planning.prepare(Path("f.csv"), boundaries(), source=source, **options)

    return plan


@contextlib.contextmanager
def writer() -> Iterator[None]:
    """Somebody else who writes to the store, as a long import does."""
    writes, done = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing():
            writes.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert writes.wait(10)
        yield
    finally:
        done.set()
        holder.join()


def named(source_id: str, **values: str) -> Source:
    return Source(source_id, source_id, "", "", "", source_id, **values)


def standing(source_id: str = "s") -> dict[str, float]:
    """Identity to quantity of what stands."""
    from geo.store import held  # noqa: PLC0415

    with database.reading() as connection:
        frame = held.standing(connection, source_id)
    assert frame["identity"].is_unique
    return dict(zip(frame["identity"], frame["quantity"], strict=True))


def contents() -> dict[str, list]:
    """Every row of every table, as they are."""
    from geo.store.tables import ORDER  # noqa: PLC0415

    with database.reading() as connection:
        return {
            table.name: connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
            for table in ORDER
        }


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
