"""A store that failed is left alone for a while: nobody waits at every click for one that does not answer."""

import time
from typing import Final

# A server that does not answer takes ten seconds to say nothing [s].
SECONDS: Final = 10.0


class Pauses:
    """Which stores failed a moment ago, each by a name of its own (its address)."""

    def __init__(self) -> None:
        self._failed_at: dict[str, float] = {}

    def begin(self, store: str) -> None:
        """Leave a store alone that has failed now."""
        self._failed_at[store] = time.monotonic()

    def end(self, store: str) -> None:
        """Ask a store again, whatever it did before."""
        self._failed_at.pop(store, None)

    def lasts(self, store: str) -> bool:
        """Whether a store is to be left alone."""
        return time.monotonic() - self._failed_at.get(store, float("-inf")) < SECONDS
