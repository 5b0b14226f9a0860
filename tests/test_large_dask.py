"""Large files on the workers of a Dask scheduler: equal to the plain engine, also when a worker is lost."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from geo.__main__ import main
from geo.errors import EngineError
from geo.store import engines
from geo.store.large import place_large
from tests.browser.servers import ROOT, aside, free_port
from tests.store_servers import boundaries

ROWS, CHUNK = 6_000, 500
WAIT_SECONDS = 90


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    random = np.random.default_rng(3)
    x, y = random.uniform(-6, 1, ROWS).round(2), random.uniform(14, 18, ROWS).round(2)
    path = tmp_path_factory.mktemp("dask") / "points.parquet"
    names = random.choice(["", "Bara", "Introuvable", "Gao"], ROWS)
    table = pd.DataFrame({"longitude": x, "latitude": y, "Commune": names, "Type": "water_point"})
    table.loc[::7, ["longitude", "latitude"]] = np.nan
    table.to_parquet(path)
    return path


@contextlib.contextmanager
def program(*arguments):
    command = [sys.executable, "-m", "distributed.cli." + arguments[0], *map(str, arguments[1:])]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=quiet, stderr=quiet
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(what):
    until = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture
def scheduler():
    pytest.importorskip("distributed", reason="Dask is an optional extra")
    port = free_port()
    with program("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard") as running:
        wait_for(lambda: answers(port))
        yield f"tcp://127.0.0.1:{port}", running


def worker(address, name):
    options = ("--nthreads", 1, "--no-nanny", "--no-dashboard", "--name", name, "--host", "127.0.0.1")
    return program("dask_worker", address, *options)


def workers(client):
    """Names of the workers, each with the chunks it has finished."""
    known = client.scheduler_info(n_workers=-1)["workers"]
    return {each["name"]: each["metrics"].get("task_counts", {}) for each in known.values()}


def test_a_worker_is_lost_on_the_way_and_every_row_is_there(tmp_path, file, scheduler):
    address, _process = scheduler
    from distributed import Client  # noqa: PLC0415

    plain = place_large(file, tmp_path / "plain.parquet", boundaries=boundaries(), rows=CHUNK)
    done = []
    with (
        worker(address, "lost"),
        worker(address, "kept"),
        Client(address, set_as_default=False) as looking,
        engines.dask(address) as engine,
    ):
        wait_for(lambda: len(workers(looking)) == 2)
        held = looking.run(os.getpid)

        def losing(work, chunks):
            for part in engine(work, chunks):
                done.append(part)
                if len(done) == 2:
                    # One that has chunks under way, in the middle of them.
                    busy = {who: keys for who, keys in looking.processing().items() if keys}
                    os.kill(held[next(iter(busy))], signal.SIGKILL)
                yield part

        found = place_large(
            file, tmp_path / "dask.parquet", boundaries=boundaries(), rows=CHUNK, engine=losing
        )
        assert len(workers(looking)) == 1
    assert len(done) == ROWS // CHUNK
    assert found.accounting == plain.accounting
    assert found.flags == plain.flags
    # Rows repeat rows of other chunks: nobody who sees one chunk alone could know.
    assert plain.accounting.repeats > 100
    pd.testing.assert_frame_equal(
        pd.read_parquet(tmp_path / "dask.parquet"), pd.read_parquet(tmp_path / "plain.parquet")
    )


def test_all_workers_lost_is_one_line_and_no_file(tmp_path, file, scheduler, monkeypatch):
    address, _process = scheduler
    monkeypatch.setattr(engines, "SECONDS_WITHOUT_WORKERS", 1.0)
    monkeypatch.setattr(engines, "_LOOK_SECONDS", 0.3)
    out = tmp_path / "out.parquet"
    with engines.dask(address) as engine, pytest.raises(EngineError, match="plus aucun ouvrier"):
        place_large(file, out, boundaries=boundaries(), rows=CHUNK, engine=engine)
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_lost_on_the_way_is_one_line_and_no_file(tmp_path, file, scheduler, monkeypatch):
    address, process = scheduler
    monkeypatch.setattr(engines, "_LOOK_SECONDS", 0.3)
    monkeypatch.setattr(engines, "SECONDS_TO_CONNECT", 2.0)
    out = tmp_path / "out.parquet"
    with worker(address, "one"), engines.dask(address) as engine:

        def losing(work, chunks):
            for part in engine(work, chunks):
                process.kill()
                yield part

        with pytest.raises(EngineError, match="liaison est perdue"):
            place_large(file, out, boundaries=boundaries(), rows=CHUNK, engine=losing)
    assert list(tmp_path.iterdir()) == []


def test_no_scheduler_is_one_line_within_its_time(file, monkeypatch, capsys):
    pytest.importorskip("distributed", reason="Dask is an optional extra")
    monkeypatch.setattr(engines, "SECONDS_TO_CONNECT", 1.0)
    begun = time.monotonic()
    code = main(["place", str(file), "--engine", "dask", "--scheduler", f"tcp://127.0.0.1:{free_port()}"])
    said = capsys.readouterr().err
    assert (code, len(said.splitlines())) == (2, 1)
    assert "il ne répond pas" in said
    assert time.monotonic() - begun < 30


def test_a_scheduler_is_asked_for_from_within_a_loop_too(monkeypatch):
    pytest.importorskip("distributed", reason="Dask is an optional extra")
    monkeypatch.setattr(engines, "SECONDS_TO_CONNECT", 1.0)

    async def as_in_a_notebook() -> None:
        with (
            pytest.raises(EngineError, match="il ne répond pas"),
            engines.dask(f"tcp://127.0.0.1:{free_port()}"),
        ):
            pass

    # The browser of other tests keeps a loop in this thread.
    aside(as_in_a_notebook())


def test_what_is_no_address_is_one_line_at_once(file):
    pytest.importorskip("distributed", reason="Dask is an optional extra")
    # In a process of its own: what was left half made is told when it ends, twenty seconds later.
    command = [sys.executable, "-m", "geo", "place", str(file), "--scheduler", "garbage"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "garbage : il ne répond pas" in done.stderr


def test_without_dask_it_is_said_what_to_install(file, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["place", str(file), "--engine", "dask"]) == 2
    assert "requirements-dask.txt" in capsys.readouterr().err
