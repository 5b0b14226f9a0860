"""The records last read: what readers go on seeing, and are told to be seeing, while the database fails."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from geo.errors import StoreError
from geo.i18n import _, short_date
from geo.store import Store

# A database that failed is not asked again for this long: a server that does not answer takes ten
# seconds to say nothing, and every reader would wait for it at every click [s].
ASK_AGAIN_SECONDS: Final = 10.0


@dataclass(frozen=True)
class _Read:
    store: Store
    at: datetime


@dataclass(frozen=True)
class _Fault:
    error: StoreError
    until: float


# By what they were read from and the boundaries they were placed in. The newest only.
_READ: Final[dict[str, _Read]] = {}
_FAULTS: Final[dict[str, _Fault]] = {}


def read(key: str, load: Callable[[], Store]) -> tuple[Store, str]:
    """Return the records, and what is to be said of them: nothing, or that they are those last read.

    Raises
    ------
    StoreError
        If the database fails and nothing has been read before.
    """
    fault = _FAULTS.get(key)
    if fault is None or time.monotonic() > fault.until:
        try:
            store = load()
        except StoreError as error:
            fault = _Fault(error, time.monotonic() + ASK_AGAIN_SECONDS)
            _FAULTS[key] = fault
        else:
            _FAULTS.pop(key, None)
            if key not in _READ or _READ[key].store is not store:
                _READ.clear()
            # Looked at now and found to be up to date, whenever it was loaded.
            _READ[key] = _Read(store, datetime.now().astimezone())
            return store, ""
    kept = _READ.get(key)
    if kept is None:
        raise fault.error
    text = _("{fault} Les chiffres montrés sont ceux lus le {day} à {time}.")
    said = text.format(fault=fault.error, day=short_date(kept.at.date()), time=f"{kept.at:%H:%M}")
    return kept.store, said
