"""Imports on several machines of one PostgreSQL: what each knows of a job that runs on another."""

import os
import signal
import time

import pytest
import sqlalchemy as sa

from geo.errors import StoreError
from geo.store import database, imports, jobs
from tests.store_servers import new_store, postgresql, write  # noqa: F401

WAIT_SECONDS = 60


def until(what):
    end = time.monotonic() + WAIT_SECONDS
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@pytest.fixture
def elsewhere(new_store, tmp_path):  # noqa: F811
    """An import under way, of which this machine knows what the database says and no more."""
    new_store("postgresql")
    rows = (f"k{n};Bara;AVEC;1" for n in range(60_000))
    path = write(tmp_path / "long.csv", "Code;Commune;Type d'activité;Nombre", *rows)
    number = jobs.start([str(path), "--yes"], file_name="long.csv", who="x")
    with database.jobs() as connection:
        connection.execute(sa.update(jobs.JOBS).values(host="elsewhere"))
    until(lambda: jobs.status(number).step)
    yield number
    process = jobs._CHILDREN.pop(jobs.status(number).pid)
    process.kill()
    process.wait()


def test_a_job_of_another_machine_runs_until_its_process_is_gone(elsewhere):
    job = jobs.status(elsewhere)
    assert job.state == jobs.RUNNING
    with pytest.raises(StoreError, match="tourne sur la machine elsewhere"):
        jobs.cancel(elsewhere)
    assert jobs.status(elsewhere).state == jobs.RUNNING
    os.kill(job.pid, signal.SIGKILL)
    until(lambda: jobs.status(elsewhere).state != jobs.RUNNING)
    assert jobs.status(elsewhere).state == jobs.INTERRUPTED
    assert imports.imports().empty


def test_a_job_of_another_machine_that_never_began_is_given_up(new_store):  # noqa: F811
    new_store("postgresql")
    number = jobs.start(["no-such-file.csv"], file_name="f.csv", who="x")
    jobs._CHILDREN[jobs.status(number).pid].wait()
    values = {"host": "elsewhere", "state": jobs.RUNNING, "step": ""}
    for started, state in ((database.now(), jobs.RUNNING), ("2026-01-01T00:00:00+00:00", jobs.INTERRUPTED)):
        with database.jobs() as connection:
            connection.execute(sa.update(jobs.JOBS).values(values | {"started_at": started}))
        assert jobs.status(number).state == state


def test_a_machine_that_is_cut_off_lets_go_of_the_writer_within_a_minute(new_store):  # noqa: F811
    new_store("postgresql")
    with database.reading() as connection:
        kept = [
            connection.scalar(sa.text(f"SHOW tcp_keepalives_{each}"))
            for each in ("idle", "interval", "count")
        ]
    idle, interval, count = map(int, kept)
    assert idle + interval * count <= 60
