"""One record whole: as its file states it, what was put right, which decisions place it, its history."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geo import pcodes
from geo.choices import COUNTED, NAME, PLACE, POSITION
from geo.placing import usable_position
from geo.store import corrections, database, held
from geo.store.alike import QUESTION_KEYS, place_keys, question_keys, spot_keys, spots_of, stated_key
from geo.store.decisions import decisions
from geo.store.files import shipped_records
from geo.store.rows import plain
from geo.store.statements import statements
from geo.store.tables import RECORDS

_QUESTION: Final = list(QUESTION_KEYS)


@dataclass(frozen=True, eq=False)
class Record:
    """What is known of one record and of how it came to be as it counts.

    Attributes
    ----------
    stated : Series
        Values as the partner's file states them.
    corrections : DataFrame
        Those that stand: ``id, field, before, after, reason, corrected_at, corrected_by``.
    decisions : DataFrame
        Decisions on places that speak of this record, revoked ones included.
    history : DataFrame
        See :func:`geo.store.corrections.history`.
    lapsed : tuple of int
        Corrections without effect: the partner states another value by now.
    statement : dict
        The file that states it last: ``file_name, sheet, file_row, imported_at``; empty for a shipped one.
    """

    source_id: str
    identity: str
    stated: pd.Series
    corrections: pd.DataFrame
    decisions: pd.DataFrame
    history: pd.DataFrame
    lapsed: tuple[int, ...]
    statement: dict[str, object]


def read(source_id: str, identity: str) -> Record | None:
    """Return one record that stands in the store or ships with the product; None where there is none."""
    stands, made = pd.DataFrame(), pd.DataFrame(columns=["field", "identity"])
    if database.exists():
        with database.reading() as connection:
            of_record = (RECORDS.c.source_id == source_id, RECORDS.c.identity == identity)
            stands = held.versions(connection, RECORDS.c.live, *of_record)
            every = held.corrections(connection, source_id)
            made = every[every["identity"] == identity]
    if stands.empty:
        shipped = shipped_records()
        stands = shipped[(shipped["source_id"] == source_id) & (shipped["identity"] == identity)]
    if stands.empty:
        return None
    right, lapsed = held.corrected(stands, made)
    told = statements(source_id, identity)
    return Record(
        source_id=source_id,
        identity=identity,
        stated=plain(stands).iloc[0],
        corrections=made.reset_index(drop=True),
        decisions=_decided(right),
        lapsed=tuple(lapsed),
        history=corrections.history(source_id, identity),
        statement={str(name): value for name, value in told.iloc[0].items()} if len(told) else {},
    )


def _decided(row: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions made on a name or position of the record, or on all that it states."""
    every = decisions()
    asked = question_keys(row)
    known = set(asked[_QUESTION].itertuples(index=False, name=None))
    names = pd.Series(list(every[_QUESTION].itertuples(index=False, name=None)), index=every.index)
    by_name = every["kind"].eq(NAME) & names.isin(known)
    by_place = every["kind"].eq(PLACE) & every["place_key"].isin(place_keys(row))
    by_spot = every["kind"].eq(COUNTED) & _by_spot(row, every)
    return every[by_name | by_place | by_spot | _by_position(row, every)].reset_index(drop=True)


def _by_spot(row: pd.DataFrame, every: pd.DataFrame) -> pd.Series:
    """Decisions that name the position of the record one by one."""
    spot = spot_keys(row).iloc[0]
    return pd.Series([spot in spots_of(key) for key in every["place_key"]], index=every.index, dtype="bool")


def _by_position(row: pd.DataFrame, every: pd.DataFrame) -> pd.Series:
    """Decisions on positions of rows that state the same, for a unit that the record was placed in."""
    of_kind = every["kind"].eq(POSITION)
    if not usable_position(row).iloc[0]:
        return of_kind & False
    key, place_set = place_keys(row).iloc[0], str(row["place_set"].iloc[0])
    said = [
        is_position and stated_key(place_key) == key and pcodes.nests(place_set, pcode)
        for is_position, place_key, pcode in zip(of_kind, every["place_key"], every["pcode"], strict=True)
    ]
    return pd.Series(said, index=every.index, dtype="bool")
