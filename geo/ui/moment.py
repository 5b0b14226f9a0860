"""The states of the store in the run of a page: one question for its figures and for who may see them."""

import threading
from typing import Final

from geo.errors import StoreError
from geo.store import current, database
from geo.store.pauses import Pauses
from geo.store.states import States

_PAUSES: Final = Pauses()


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
    here = database.here()
    if _PAUSES.lasts(here):
        return None
    try:
        return states().access
    except StoreError:
        _PAUSES.begin(here)
        return None
