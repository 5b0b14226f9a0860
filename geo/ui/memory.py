"""What the server holds: views kept, and what the garbage collection after every run need not look at."""

import gc
import sys
import threading
from collections.abc import Callable, Hashable
from typing import Final, ParamSpec, TypeVar

import cachetools
import cachetools.keys

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Runs after which what sessions and caches have come to hold is settled, and settlings after which all is
# looked at again: what was settled and has ended since, where it refers to itself.
RUNS: Final = 10
SETTLINGS: Final = 50
# Views answered and kept: a few readers going back and forth.
VIEWS_KEPT: Final = 256

# One process, one count; two threads that count at once miss one, and nothing comes of it.
_seen = _runs = _settlings = 0


def _asked(**arguments: Hashable) -> Hashable:
    return cachetools.keys.hashkey(**{name: each for name, each in arguments.items() if name[0] != "_"})


def of_a_view(make: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Keep what ``make`` returns for the latest views; it is called by name, and ``_named`` is no key.

    There is no end of views, and Streamlit's own cache keeps a lock for every key it was ever asked
    for: with readers who filter all day, that alone would grow for as long as the server runs.
    """
    latest: cachetools.LRUCache[Hashable, Result] = cachetools.LRUCache(VIEWS_KEPT)
    return cachetools.cached(latest, key=_asked, condition=threading.Condition())(make)


def settle() -> None:
    """Take what is in memory now out of every later garbage collection.

    Streamlit collects garbage after every run, 70 ms each time with all that is loaded; what lives
    as long as the server need not be looked at again.
    """
    global _settlings  # noqa: PLW0603
    _settlings += 1
    if _settlings % SETTLINGS == 0:
        gc.unfreeze()
    gc.collect()
    gc.freeze()


def settle_now_and_then() -> None:
    """Settle where modules were imported since, and every ten runs; called at the start of a run.

    Drawing, tables and files are imported late; what ten runs leave behind (views that are kept,
    sessions) is looked at after every one of them: with fifty runs that cost 5 ms a run.
    """
    global _seen, _runs  # noqa: PLW0603
    _runs += 1
    if len(sys.modules) != _seen or _runs % RUNS == 0:
        _seen = len(sys.modules)
        settle()
