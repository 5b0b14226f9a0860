"""The records in use, and the database that keeps what partners sent and people decided."""

from geo.store.current import load
from geo.store.files import (
    RECORDS_VARIABLE,
    SHIPPED_FILES,
    TYPE_VARIABLE,
    Store,
    counted,
    load_file,
    load_shipped,
)
from geo.store.places import matcher_of, place_records

__all__ = [
    "RECORDS_VARIABLE",
    "SHIPPED_FILES",
    "TYPE_VARIABLE",
    "Store",
    "counted",
    "load",
    "load_file",
    "load_shipped",
    "matcher_of",
    "place_records",
]
