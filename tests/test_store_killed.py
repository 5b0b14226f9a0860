"""A killed import is whole or absent: SIGKILL before and after every statement, and at moments by chance."""

# ruff: noqa: F811 - fixtures are imported by name
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo import settings
from geo.store import database, imports
from geo.store.tables import ORDER
from tests.shared import say
from tests.store_servers import contents, new_store, postgresql, quick, standing, store, write  # noqa: F401

BEFORE = {str(n): n for n in range(300)}
# Added, changed, removed and unchanged rows, in more than one batch.
AFTER = {str(n): n + n % 2 for n in range(100, 2300)}


def in_child(action: Callable[[], None], prepare: Callable[[sa.Engine], None]) -> int:
    """Run in a forked process; return the signal that ended it, 0 where it came to its end."""
    child = os.fork()
    if child == 0:
        try:
            prepare(database.engine())
            action()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killed_at(number: int, *, after: bool) -> Callable[[sa.Engine], None]:
    """Kill this very process at the n-th statement; a commit is a statement too."""
    seen = {"statements": 0}

    def count(*_arguments):
        seen["statements"] += 1
        if seen["statements"] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def prepare(engine: sa.Engine) -> None:
        sa.event.listen(engine, "after_cursor_execute" if after else "before_cursor_execute", count)
        if not after:
            sa.event.listen(engine, "commit", count)

    return prepare


def settled(kind: str) -> dict[str, list]:
    """What is in the store once a server has noticed that its client is gone."""
    if kind == "postgresql":
        with database.writing():
            pass  # waits for the writer's lock, which the dead client held
    return contents()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_every_statement(new_store, quick, kind, after):
    new_store(kind)
    imports.apply(quick(BEFORE), who="x")
    plan = quick(AFTER)
    untouched = contents()
    database.close()
    points = 0
    while True:
        points += 1
        ended_by = in_child(lambda: imports.apply(plan, who="x"), killed_at(points, after=after))
        if not ended_by:
            break
        assert ended_by == signal.SIGKILL
        assert settled(kind) == untouched, f"statement {points}"
        database.close()
    # Killed at no statement: whole.
    assert standing() == AFTER
    say(kind, "killed at", points - 1, "points")
    assert points > 12


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_at_moments_by_chance(new_store, quick, kind):
    new_store(kind)
    imports.apply(quick(BEFORE), who="x")
    plan = quick(AFTER)
    untouched = contents()
    database.close()
    chance, whole, absent = random.Random(4), 0, 0
    for _ in range(15):
        child = os.fork()
        if child == 0:
            try:
                imports.apply(plan, who="x")
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0, 0.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = settled(kind)
        if found == untouched:
            absent += 1
        else:
            assert standing() == AFTER
            assert len(found["imports"]) == 2
            whole += 1
            imports.undo(2, who="x")
            break
        database.close()
    say(kind, "absent", absent, "whole", whole)
    assert absent + whole > 0
    assert standing() == BEFORE


def test_an_undo_that_is_killed_never_was(store, quick):
    for rows in (BEFORE, AFTER):
        imports.apply(quick(rows), who="x")
    untouched = contents()
    database.close()
    points = 1
    while in_child(lambda: imports.undo(2, who="x"), killed_at(points, after=True)):
        assert settled("postgresql" if store.startswith("postgresql") else "sqlite") == untouched
        database.close()
        points += 2
    assert points > 5
    assert standing() == BEFORE


def test_the_first_tables_are_whole_or_absent(new_store, quick):
    new_store("sqlite")

    def first():
        with database.writing():
            pass

    points, whole = 1, 0
    while in_child(first, killed_at(points, after=True)):
        database.close()
        address = database.url()
        with sa.create_engine(address, poolclass=sa.pool.NullPool).connect() as connection:
            found = set(sa.inspect(connection).get_table_names())
        if found:
            # Its own transaction was over when the process was killed.
            assert {table.name for table in ORDER} <= found
            whole += 1
            Path(str(address.database)).unlink()
        points += 3
    assert points > 20
    assert whole < points / 6
    assert imports.apply(quick({"a": 1}), who="x") == 1


@pytest.mark.shared_data
def test_a_real_import_killed_from_outside(new_store, shared_data):
    new_store("sqlite")
    survey = shared_data / "activities/water_points_mali_2020.csv"
    command = [sys.executable, "-m", "geo", "import", str(survey), "--source", "akvo_survey_2020", "--yes"]
    begun = time.monotonic()
    subprocess.run(command, cwd=settings.PROJECT_DIR, check=True, capture_output=True)
    needed = time.monotonic() - begun
    assert len(standing("akvo_survey_2020")) == 18935
    imports.undo(1, who="x")
    for share in (0.7, 0.9):
        with subprocess.Popen(command, cwd=settings.PROJECT_DIR, stdout=subprocess.DEVNULL) as process:
            time.sleep(needed * share)
            process.kill()
        found = standing("akvo_survey_2020")
        assert len(found) in (0, 18935), share
        listed = imports.imports()
        active = listed[listed["undone_at"] == ""]
        assert len(active) == (1 if found else 0)
        for number in active["id"]:
            imports.undo(int(number), who="x")
