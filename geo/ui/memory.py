"""What lives as long as the server is kept out of the garbage collection that follows every run."""

import gc
import sys
from typing import Final

# Runs after which what sessions and caches have come to hold is settled, and settlings after which all is
# looked at again: what was settled and has ended since, where it refers to itself.
RUNS: Final = 10
SETTLINGS: Final = 200

# One process, one count; two threads that count at once miss one, and nothing comes of it.
_seen = _runs = _settlings = 0


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
