"""Attempts at a password, slowed down: a few are free, then each waits twice as long as the one before."""

import threading
from dataclasses import dataclass, field
from typing import Final

FREE: Final = 5
# Longest wait [s]; after how long without an attempt all is forgotten [s].
LONGEST_SECONDS: Final = 60.0
FORGOTTEN_SECONDS: Final = 900.0
# Addresses remembered; the one that has been quiet longest makes room.
_REMEMBERED: Final = 10_000


@dataclass
class Attempts:
    """Attempts by address, in the memory of one process.

    Attributes
    ----------
    made : dict
        Address to how many attempts failed (or are under way) and when the last was [s].
    """

    made: dict[str, tuple[int, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, address: str, now: float) -> float:
        """Count an attempt and return 0, or return how long this address has to wait [s].

        It is counted before the password is looked at, so that many at once are not many for one.
        """
        with self.lock:
            count, last = self.made.get(address, (0, now))
            if now - last > FORGOTTEN_SECONDS:
                count = 0
            wait = min(2.0 ** (count - FREE), LONGEST_SECONDS) - (now - last) if count >= FREE else 0.0
            if wait > 0:
                return wait
            self.made.pop(address, None)
            self.made[address] = (count + 1, now)
            while len(self.made) > _REMEMBERED:
                self.made.pop(next(iter(self.made)))
            return 0.0

    def succeeded(self, address: str) -> None:
        """Take back the attempt that was right; those before it stand, whoever made them."""
        with self.lock:
            count, last = self.made.get(address, (1, 0.0))
            self.made[address] = (max(count - 1, 0), last)
