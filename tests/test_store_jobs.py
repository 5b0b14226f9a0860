"""Which process is a job's, and which is another program that has its number by now."""

# ruff: noqa: F811 - fixtures are imported by name
import errno
import os
import socket
import subprocess
import sys
import time

import filelock
import psutil
import pytest
import sqlalchemy as sa

from geo import settings
from geo.errors import StoreError
from geo.store import database, imports, jobs
from tests.store_servers import new_store, postgresql, store, write  # noqa: F401

START = (
    "import sys; from geo.store import jobs; print(jobs.start(sys.argv[1:], file_name='long.csv', who='x'))"
)


@pytest.fixture
def stranger():
    """A program that has nothing to do with us."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def left_behind(pid, *, host="", **values) -> int:
    """A job as a machine that lost its power leaves it."""
    values = {"step": "writing", "done": 2000, "total": 60_000, "started_at": database.now()} | values
    values |= {"file_name": "a.csv", "who": "Awa", "state": jobs.RUNNING, "changed_at": database.now()}
    with database.jobs() as connection:
        row = values | {"host": host or socket.gethostname(), "pid": pid}
        return int(connection.execute(sa.insert(jobs.JOBS).values(row)).inserted_primary_key[0])


def change(**values):
    with database.jobs() as connection:
        connection.execute(sa.update(jobs.JOBS).values(values))


def test_after_a_restart_the_number_is_another_program_s_and_that_goes_on(store, stranger):
    number = left_behind(stranger.pid)
    assert jobs.cancel(number).state == jobs.INTERRUPTED
    assert [job.state for job in jobs.jobs()] == [jobs.INTERRUPTED]
    assert stranger.poll() is None


def test_the_process_of_another_job_is_not_that_of_this_one(new_store):
    new_store("sqlite")
    started = jobs.start(["no-such-file.csv"], file_name="f.csv", who="x")
    pid = jobs.status(started).pid
    number = left_behind(pid)
    assert jobs.cancel(number).state == jobs.INTERRUPTED
    assert psutil.pid_exists(pid)
    assert jobs.cancel(started).state == jobs.CANCELLED


def test_a_container_made_anew_has_another_name_and_knows_that_its_import_is_dead(new_store):
    new_store("sqlite")
    number = left_behind(os.getpid(), host="before")
    lock = jobs._lock_file(database.jobs_engine(), number)
    with filelock.FileLock(lock):
        assert jobs.status(number).state == jobs.RUNNING
    assert jobs.status(number).state == jobs.INTERRUPTED


def test_what_is_running_but_is_not_seen_here_is_not_ended_from_here(new_store, stranger):
    new_store("sqlite")
    number = left_behind(stranger.pid)
    # A container of the same name on the same folder: its processes have other numbers than ours.
    lock = jobs._lock_file(database.jobs_engine(), number)
    with filelock.FileLock(lock), pytest.raises(StoreError, match="arrêtez-le depuis elle"):
        jobs.cancel(number)
    assert stranger.poll() is None


def test_an_import_that_another_server_of_this_machine_started_is_seen_and_ended(new_store, tmp_path):
    new_store("sqlite")
    rows = (f"k{n};Bara;AVEC;1" for n in range(60_000))
    path = write(tmp_path / "long.csv", "Code;Commune;Type d'activité;Nombre", *rows)
    run = [sys.executable, "-c", START, str(path), "--yes"]
    done = subprocess.run(run, cwd=settings.PROJECT_DIR, capture_output=True, text=True, check=True)
    number = int(done.stdout)
    until = time.monotonic() + 60
    while not jobs.status(number).step and time.monotonic() < until:
        time.sleep(0.05)
    change(host="elsewhere")
    assert jobs.status(number).state == jobs.RUNNING
    change(host=socket.gethostname())
    job = jobs.cancel(number)
    assert job.state == jobs.CANCELLED
    assert not psutil.pid_exists(job.pid)
    change(host="elsewhere", state=jobs.RUNNING)
    assert jobs.status(number).state == jobs.INTERRUPTED
    assert imports.imports().empty


def test_one_that_nobody_started_any_more_is_given_up(new_store):
    new_store("sqlite")
    long_ago = left_behind(None, step="", started_at="2026-01-01T00:00:00+00:00")
    assert jobs.status(long_ago).state == jobs.INTERRUPTED
    assert jobs.status(left_behind(None, step="")).state == jobs.RUNNING


def test_a_process_that_the_system_does_not_start_is_a_job_that_failed(store, monkeypatch):
    def refuse(*_arguments, **_named):
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(jobs.subprocess, "Popen", refuse)
    with pytest.raises(StoreError, match=r"« a\.csv » n'a pas pu démarrer") as told:
        jobs.start(["a.csv"], file_name="a.csv", who="x")
    [job] = jobs.jobs()
    assert (job.state, job.message) == (jobs.FAILED, str(told.value))
    assert os.strerror(errno.ENOMEM) in job.message


def test_a_job_whose_lock_has_no_room_says_so(new_store, tmp_path):
    new_store("sqlite")
    taken = tmp_path / "file"
    taken.touch()
    with pytest.raises(StoreError, match="impossible d'écrire"), jobs._locked_file(taken / "job-1.lock"):
        pass
