"""The records last read: what readers go on seeing, and are told to be seeing, while the database fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from geo.errors import StoreError
from geo.i18n import _, short_date
from geo.store import Store
from geo.store.pauses import Pauses


@dataclass(frozen=True)
class _Read:
    store: Store
    at: datetime


# By what they were read from and the boundaries they were placed in. The newest only.
_READ: Final[dict[str, _Read]] = {}
_FAULTS: Final[dict[str, StoreError]] = {}
_PAUSES: Final = Pauses()


def read(key: str, load: Callable[[], Store]) -> tuple[Store, str]:
    """Return the records, and what is to be said of them: nothing, or that they are those last read.

    Raises
    ------
    StoreError
        If the database fails and nothing has been read before.
    """
    fault = _FAULTS.get(key)
    if fault is None or not _PAUSES.lasts(key):
        try:
            store = load()
        except StoreError as error:
            fault = _FAULTS[key] = error
            _PAUSES.begin(key)
        else:
            _FAULTS.pop(key, None)
            if key not in _READ or _READ[key].store is not store:
                _READ.clear()
            # Looked at now and found to be up to date, whenever it was loaded.
            _READ[key] = _Read(store, datetime.now().astimezone())
            return store, ""
    kept = _READ.get(key)
    if kept is None:
        raise fault
    text = _("{fault} Les chiffres montrés sont ceux lus le {day} à {time}.")
    said = text.format(fault=fault, day=short_date(kept.at.date()), time=f"{kept.at:%H:%M}")
    return kept.store, said
