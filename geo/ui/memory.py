"""What lives as long as the server is kept out of the garbage collection that follows every run."""

import gc
import sys

_seen = 0


def settle() -> None:
    """Take what is in memory now out of every later garbage collection.

    Streamlit collects garbage after every run, 70 ms each time with all that is loaded; what lives
    as long as the server need not be looked at again.
    """
    gc.collect()
    gc.freeze()


def settle_imports() -> None:
    """Settle again where modules were imported since: drawing, tables and files are imported late."""
    global _seen  # noqa: PLW0603 - one process, one count of its modules
    if len(sys.modules) != _seen:
        _seen = len(sys.modules)
        settle()
