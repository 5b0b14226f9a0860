"""The states of the store in the run of a page: one question for its figures and for who may see them."""

import threading
import time
from typing import Final

from geo.errors import StoreError
from geo.store import current, database
from geo.store.states import States

# A database that failed is not asked again for this long who has access: a server that does not answer
# takes ten seconds to say nothing, and every reader would wait for it at every click [s].
ASK_AGAIN_SECONDS: Final = 10.0
# By the address of the store: until when it is not asked.
_FAILED: Final[dict[str, float]] = {}


class _Run(threading.local):
    """What was asked in the run of a page. A thread that runs no page may live long: it asks every time."""

    of_page: bool = False
    states: States | None = None
    fault: StoreError | None = None


_RUN: Final = _Run()


def begin() -> None:
    """Ask anew: at the start of a page's run, and after a change in it."""
    _RUN.of_page = True
    _RUN.states = _RUN.fault = None


def states() -> States:
    """Return the states of the store.

    Raises
    ------
    StoreError
        If the store cannot be read; it is not asked twice in one run.
    """
    if not _RUN.of_page:
        return current.states_now()
    if _RUN.fault is not None:
        raise _RUN.fault
    if _RUN.states is None:
        try:
            _RUN.states = current.states_now()
        except StoreError as error:
            _RUN.fault = error
            raise
    return _RUN.states


def records() -> str:
    """Return :func:`geo.store.current.state_key`, by the one question of this run."""
    return "" if current.file_named() else states().records


def access() -> str | None:
    """Return the state of who has access; None while the database fails."""
    if _FAILED and time.monotonic() < _FAILED.get(database.here(), float("-inf")):
        return None
    try:
        return states().access
    except StoreError:
        _FAILED[database.here()] = time.monotonic() + ASK_AGAIN_SECONDS
        return None
