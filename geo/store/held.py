"""Read the records that stand from the store, with corrections made and places kept up to date."""

from collections.abc import Mapping

import pandas as pd
import sqlalchemy as sa

from geo import __version__
from geo.activities import PLACED_COLUMNS, Source
from geo.boundaries import Boundaries
from geo.store.difference import shown_value
from geo.store.places import place_records
from geo.store.rows import HELD_COLUMNS, as_frame
from geo.store.sources import imported
from geo.store.tables import CORRECTIONS, DECISIONS, RECORDS, STORED_NUMBERS


def standing(connection: sa.Connection, source_id: str = "") -> pd.DataFrame:
    """Return the versions that stand, of one source or of all, as their files state them."""
    return versions(connection, RECORDS.c.live, *([RECORDS.c.source_id == source_id] if source_id else []))


def versions(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> pd.DataFrame:
    """Return the versions of records that meet these conditions, oldest first."""
    columns = [column for column in RECORDS.c if column.name != "live"]
    found = connection.execute(sa.select(*columns).where(*conditions).order_by(RECORDS.c.id))
    return as_frame(found.all(), [column.name for column in columns])


def to_review(connection: sa.Connection, boundaries: Boundaries) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the records that stand and wait for review, and how many stand with each outcome.

    Quick where every place is up to date: the others are not read.
    """
    old = sa.select(RECORDS.c.id).where(RECORDS.c.live, RECORDS.c.placed_with != placed_with(boundaries))
    made = corrections(connection)
    if connection.execute(old.limit(1)).first() is None:
        number = sa.func.count()
        counted = sa.select(RECORDS.c.outcome, number).where(RECORDS.c.live).group_by(RECORDS.c.outcome)
        waits = versions(connection, RECORDS.c.live, RECORDS.c.outcome == "review")
        outcomes = {str(name): int(count) for name, count in connection.execute(counted)}
        return corrected(waits, made)[0], outcomes
    right, _lapsed = corrected(standing(connection), made)
    known = imported(connection)
    whole = up_to_date(right, boundaries, sources=known, decided=decisions(connection))
    counts = whole["outcome"].value_counts()
    return whole[whole["outcome"] == "review"], {str(name): int(count) for name, count in counts.items()}


def decisions(connection: sa.Connection) -> pd.DataFrame:
    """Return the decisions on places that stand, the latest of each key."""
    found = connection.execute(
        sa.select(DECISIONS).where(DECISIONS.c.revoked_at == "").order_by(DECISIONS.c.id)
    )
    frame = pd.DataFrame(found.all(), columns=list(DECISIONS.c.keys()))
    keys = ["kind", "text_key", "region_key", "cercle_key", "level", "place_key"]
    return frame.drop_duplicates(keys, keep="last", ignore_index=True)


def corrections(connection: sa.Connection, source_id: str = "") -> pd.DataFrame:
    """Return the corrections that stand, oldest first."""
    conditions = [CORRECTIONS.c.revoked_at == ""]
    conditions += [CORRECTIONS.c.source_id == source_id] if source_id else []
    found = connection.execute(sa.select(CORRECTIONS).where(*conditions).order_by(CORRECTIONS.c.id))
    return pd.DataFrame(found.all(), columns=list(CORRECTIONS.c.keys()))


def corrected(records: pd.DataFrame, made: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Return records with corrections made, and the ids of those that no longer fit.

    A correction holds while the partner states the value that was corrected; when the
    partner states another, the partner's own new value stands.
    """
    if made.empty or records.empty:
        return records, []
    places: dict[tuple[str, str], list[int]] = {}
    for place, key in enumerate(zip(records["source_id"], records["identity"], strict=True)):
        places.setdefault(key, []).append(place)
    columns = {name: records[name].to_numpy(dtype=object).copy() for name in set(made["field"])}
    lapsed = []
    for row in made.to_dict("records"):
        values = columns[row["field"]]
        for place in places.get((row["source_id"], row["identity"]), ()):
            if shown_value(values[place]) == row["before"]:
                values[place] = _typed(row["field"], row["after"])
            elif shown_value(values[place]) != row["after"]:
                lapsed.append(int(row["id"]))
    changed = {
        name: pd.Series(values, index=records.index).astype("float64" if name in STORED_NUMBERS else "str")
        for name, values in columns.items()
    }
    return records.assign(**changed), lapsed


def _typed(field: str, text: str) -> object:
    if field not in STORED_NUMBERS:
        return text
    return float(text) if text else float("nan")


def placed_with(boundaries: Boundaries) -> str:
    """Return what a stored place depends on beside the record itself: the program and the boundaries."""
    return f"{__version__}:{boundaries.version[:16]}"


def up_to_date(
    records: pd.DataFrame,
    boundaries: Boundaries,
    *,
    sources: Mapping[str, Source],
    decided: pd.DataFrame,
) -> pd.DataFrame:
    """Place again the sources of which a record was placed with other boundaries than those in use."""
    stale = records["placed_with"] != placed_with(boundaries)
    if not stale.any():
        return records
    again = records["source_id"].isin(set(records.loc[stale, "source_id"]))
    placed = replaced(records[again], boundaries, sources=sources, decided=decided)
    return pd.concat([records[~again], placed]).reindex(records.index)


def replaced(
    records: pd.DataFrame,
    boundaries: Boundaries,
    *,
    sources: Mapping[str, Source],
    decided: pd.DataFrame,
) -> pd.DataFrame:
    """Return held records with their places found anew."""
    own = [name for name in HELD_COLUMNS if name in records]
    asked = records.drop(columns=[*own, *(name for name in PLACED_COLUMNS if name in records)])
    placed = place_records(asked, boundaries, sources=sources, decisions=decided)
    back = records[own].assign(placed_with=placed_with(boundaries)) if "placed_with" in own else records[own]
    return back.join(placed)[[*own, *placed.columns]]
