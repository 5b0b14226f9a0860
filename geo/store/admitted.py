"""Who is let in beside what the server's settings say: read again when its state in the store has changed."""

from typing import Final, NamedTuple

from geo.access import Rule
from geo.errors import StoreError
from geo.store import database, sessions, states, users


class Admitted(NamedTuple):
    """Lines of the table that stand in the store, and sessions that were ended; as of a state of it."""

    state: str = ""
    rules: tuple[Rule, ...] = ()
    ended: frozenset[str] = frozenset()


_NOBODY: Final = Admitted()
# By the address of the store, the one read last.
_READ: Final[dict[str, Admitted]] = {}


def as_of(state: str | None) -> Admitted:
    """Return what stands at a state of who has access (:attr:`geo.store.states.States.access`).

    Parameters
    ----------
    state
        None where the store could not be asked: then what was read last goes on counting.
    """
    if state == "":
        return _NOBODY
    for held in _READ.values():
        # A state names its store: no other has the same.
        if held.state == state:
            return held
    held = _READ.get(database.here(), _NOBODY)
    if state is None:
        return held
    try:
        read = _read()
    except StoreError:
        return held
    _READ.clear()
    _READ[database.here()] = read
    return read


def _read() -> Admitted:
    with database.reading() as connection:
        now = states.states_of(connection).access
        return Admitted(now, users.rules(connection), sessions.ended(connection))
