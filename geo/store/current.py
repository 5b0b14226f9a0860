"""The records in use: a file of one's own, or the shipped records and what the store holds."""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from geo.boundaries import Boundaries
from geo.counting import SEPARATOR
from geo.placing import repeats
from geo.store import database, held, organisations, sources, states
from geo.store.files import RECORDS_VARIABLE, TYPE_VARIABLE, Store, load_file, load_shipped
from geo.store.rows import plain
from geo.store.states import States

_REPEAT = "possible_repeat"


def load(boundaries: Boundaries, *, shipped: Callable[[Boundaries], Store] | None = None) -> Store:
    """Load the file that ``COUVERTURE_RECORDS`` names, else the shipped records and the imported ones.

    A source that another stands in for, or that somebody switched off, is left out whole.

    Parameters
    ----------
    shipped : callable, optional
        Gives the shipped records, where they are kept: they change with the boundaries alone, and
        placing them is most of the work.

    Raises
    ------
    RecordFileError
        If the named file cannot be read.
    StoreError
        If the database cannot be read.
    """
    return organisations.applied(_stated(boundaries, shipped))


def _stated(boundaries: Boundaries, shipped: Callable[[Boundaries], Store] | None) -> Store:
    """Records in use with organisations as partners name them."""
    if named := file_named():
        opened = load_file(Path(named), boundaries, activity_type=os.environ.get(TYPE_VARIABLE, "").strip())
        return dataclasses.replace(opened, version=opened.version + organisations.key())
    return counting(boundaries, shipped=shipped)


def counting(boundaries: Boundaries, *, shipped: Callable[[Boundaries], Store] | None = None) -> Store:
    """Return the shipped and imported records that count, whichever file is shown in their place."""
    own = (shipped or load_shipped)(boundaries)
    return _with_imported(own, boundaries) if database.exists() else own


def file_named() -> str:
    """Return the file that is shown in the place of shipped and imported records, ``""`` where none is."""
    return os.environ.get(RECORDS_VARIABLE, "").strip()


def state_key() -> str:
    """Return what changes with every import, undo, decision, correction and switch; ``""`` without any.

    Cheap (one question to the database): what a cache of :func:`load` is keyed by.
    """
    return "" if file_named() else states_now().records


def states_now() -> States:
    """Return the state of the records and that of who has access, by the same one question."""
    if not database.exists():
        return States()
    with database.reading() as connection:
        return states.states_of(connection)


def held_records(boundaries: Boundaries) -> pd.DataFrame:
    """Return the imported records that stand, with ``record_id, import_id, identity``: for who keeps them.

    Sources that do not count are among them. Not for readers: nothing is withheld.
    """
    with database.reading() as connection:
        stands = held.standing(connection)
        made, decided = held.corrections(connection), held.decisions(connection)
        known = sources.imported(connection)
    right, _lapsed = held.corrected(stands, made)
    return held.up_to_date(right, boundaries, sources=known, decided=decided)


def _with_imported(shipped: Store, boundaries: Boundaries) -> Store:
    with database.reading() as connection:
        state = states.state_of(connection)
        if not state:
            return shipped
        stands = held.standing(connection)
        made, decided = held.corrections(connection), held.decisions(connection)
        known, off = sources.imported(connection), sources.switched_off(connection)
    everything = {**shipped.sources, **known}
    silent = sources.not_counting(everything, off)
    counts = ~shipped.records["source_id"].isin(silent | set(known))
    own = _corrected_shipped(shipped, made, boundaries, decided)[counts]
    right, _lapsed = held.corrected(stands[~stands["source_id"].isin(silent)], made)
    imported = held.up_to_date(right, boundaries, sources=known, decided=decided)
    records = with_repeats(pd.concat([own, plain(imported)], ignore_index=True))
    keys = pd.concat([shipped.identities[counts], imported["identity"]], ignore_index=True).astype("str")
    version = hashlib.sha256(f"{shipped.version}|{state}".encode()).hexdigest()
    counting = {name: source for name, source in everything.items() if name not in silent}
    return dataclasses.replace(shipped, records=records, sources=counting, version=version, identities=keys)


def _corrected_shipped(
    shipped: Store, made: pd.DataFrame, boundaries: Boundaries, decided: pd.DataFrame
) -> pd.DataFrame:
    """Return the shipped records with the corrections made to them; only those are placed again."""
    named = shipped.records.assign(identity=shipped.identities)
    concerned = set(zip(made["source_id"], made["identity"], strict=True))
    pairs = zip(named["source_id"], named["identity"], strict=True)
    touched = pd.Series([pair in concerned for pair in pairs], index=named.index, dtype=bool)
    if not touched.any():
        return shipped.records
    right, _lapsed = held.corrected(named[touched], made)
    placed = held.replaced(right, boundaries, sources=shipped.sources, decided=decided)
    return pd.concat([named[~touched], placed]).reindex(named.index).drop(columns="identity")


def with_repeats(records: pd.DataFrame) -> pd.DataFrame:
    """Flag what an earlier row says already, across all sources, and nothing else as a repeat."""
    flags = without_flag(records["flags"], _REPEAT)
    again = repeats(records)
    added = flags.where(flags == "", flags + SEPARATOR) + _REPEAT
    return records.assign(flags=flags.where(~again, added).astype("str"))


def without_flag(flags: pd.Series, flag: str) -> pd.Series:
    """Return ``flags`` without one of them.

    >>> without_flag(pd.Series(["a;b", "b", ""]), "b").tolist()
    ['a', '', '']
    """
    kept = {
        text: SEPARATOR.join(part for part in text.split(SEPARATOR) if part and part != flag)
        for text in flags.unique()
    }
    return flags.map(kept).astype("str")
