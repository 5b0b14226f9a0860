"""The benchmarks: each can be run by name, and those that take no server say what they promise."""

import importlib
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from benchmarks import __main__ as command
from benchmarks import growth
from benchmarks.wire.process import memory_mb


@pytest.mark.parametrize("name", command.names())
def test_every_benchmark_gives_rows_and_has_a_quick_way(name: str):
    module = importlib.import_module(f"benchmarks.{name}")
    assert next(iter(inspect.signature(module.run).parameters)) == "quick"
    assert module.__doc__
    # Beside each figure, the plain way of doing the same: said at the top of the module.
    assert any(word in module.__doc__ for word in ("plain", "beside", "one reader")), module.__doc__


def test_a_limit_that_is_not_kept_ends_in_failure(monkeypatch: pytest.MonkeyPatch):
    rows = [{"what": "quick", "kept": True}, {"what": "without a limit", "kept": ""}]
    monkeypatch.setattr(growth, "run", lambda _quick: rows)
    assert command.main(["growth"]) == 0
    rows.append({"what": "slow", "kept": False})
    assert command.main(["growth"]) == 1


def test_growth_beyond_its_limit_is_not_kept():
    within, beyond = (growth._row("counting", 100, (1.0, 1.0), (times, 1.0)) for times in (11.9, 12.1))
    assert (within["kept"], beyond["kept"]) == (True, False)


@pytest.fixture
def reader_of_pandas() -> Iterator[Callable[[], subprocess.Popen]]:
    begun = []

    def begin() -> subprocess.Popen:
        code = "import sys, pandas; print(flush=True); sys.stdin.read()"
        begun.append(
            subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        begun[-1].stdout.readline()
        return begun[-1]

    yield begin
    for process in begun:
        process.communicate()


def test_memory_of_a_process_does_not_grow_by_the_end_of_a_neighbour(reader_of_pandas):
    watched = reader_of_pandas()
    neighbours = [reader_of_pandas() for _each in range(3)]
    among_others = memory_mb(watched.pid)
    for each in neighbours:
        each.communicate()
    assert memory_mb(watched.pid) == pytest.approx(among_others, abs=1.0)
