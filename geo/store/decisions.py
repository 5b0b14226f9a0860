"""Decisions on places: made once, remembered with who and when, revocable, applied to every row alike."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geo.boundaries import Boundaries
from geo.errors import StoreError
from geo.i18n import _
from geo.settings import PCODE_COLUMN
from geo.store import database, held
from geo.store.places import NAME, PLACE, STATED, place_keys
from geo.store.review import question_keys
from geo.store.rows import plain
from geo.store.sources import imported
from geo.store.tables import (
    DECISIONS,
    RECORDS,
    STORED_PLACED_NUMBERS,
    STORED_PLACED_TEXTS,
)

KEYS = ("text_key", "region_key", "cercle_key", "level", "place_key")
WRITTEN = ("text", "region", "cercle")


def decide(
    group: Mapping[Any, Any], pcode: str, boundaries: Boundaries, *, who: str, note: str = ""
) -> tuple[int, int]:
    """Remember which unit a group of alike rows means and place those rows again.

    Parameters
    ----------
    group : mapping
        A row of :func:`geo.store.review.groups`.
    pcode : str
        The unit; ``""`` for *no unit of ours*, which leaves the rows unplaced but settled.

    Returns
    -------
    tuple of int
        Number of the decision, and records that stand whose outcome or place changed.

    Raises
    ------
    StoreError
        If the unit is not known, or the group is of rows with positions, which are corrected one by one.
    """
    units = boundaries.units
    if pcode and not any(pcode in set(units[column]) for column in PCODE_COLUMN.values()):
        raise StoreError(_("{pcode} n'est pas une unité des limites en usage.").format(pcode=pcode))
    if group["kind"] not in (NAME, PLACE):
        raise StoreError(_("Une position se corrige ligne par ligne ; elle ne se décide pas par groupe."))
    values = {name: str(group.get(name, "")) for name in (*KEYS, *WRITTEN)}
    values |= {"kind": group["kind"], "pcode": pcode, "note": note}
    values |= {"decided_at": database.now(), "decided_by": who}
    with database.writing() as connection:
        inserted = connection.execute(sa.insert(DECISIONS).values(values)).inserted_primary_key
        number = int(inserted[0]) if inserted else 0
        changed = _place_again(connection, values, boundaries)
        database.note(connection, "decide", who, f"{number} {pcode}")
    return number, changed


def revoke(number: int, boundaries: Boundaries, *, who: str) -> int:
    """Take a decision back and place its rows again as if it had not been made.

    Returns
    -------
    int
        Records that stand whose outcome or place changed.

    Raises
    ------
    StoreError
        If there is no such decision, or it was revoked already.
    """
    with database.writing() as connection:
        row = connection.execute(sa.select(DECISIONS).where(DECISIONS.c.id == number)).one_or_none()
        if row is None or row.revoked_at:
            raise StoreError(_("Décision {n} : elle n'existe pas ou est déjà révoquée.").format(n=number))
        stamp = {"revoked_at": database.now(), "revoked_by": who}
        connection.execute(sa.update(DECISIONS).where(DECISIONS.c.id == number).values(stamp))
        changed = _place_again(connection, row._asdict(), boundaries)
        database.note(connection, "revoke", who, str(number))
    return changed


def decisions() -> pd.DataFrame:
    """Return every decision, the latest first, with who, when and whether it was revoked."""
    columns = list(DECISIONS.c.keys())
    if not database.exists():
        return pd.DataFrame(columns=columns)
    with database.reading() as connection:
        rows = connection.execute(sa.select(DECISIONS).order_by(DECISIONS.c.id.desc())).all()
    return pd.DataFrame(rows, columns=columns)


def _place_again(connection: sa.Connection, decision: Mapping[str, Any], boundaries: Boundaries) -> int:
    # Versions that do not stand are placed too: an undo may let them stand again.
    columns = [RECORDS.c.id, *(RECORDS.c[name] for name in STATED)]
    stated = pd.DataFrame(connection.execute(sa.select(*columns)).all(), columns=["id", *STATED])
    if decision["kind"] == PLACE:
        concerned = place_keys(stated) == decision["place_key"]
    else:
        asked = question_keys(stated)
        keys = ["text_key", "region_key", "cercle_key", "level"]
        alike = (asked[keys] == [decision[name] for name in keys]).all(axis=1)
        concerned = stated.index.isin(asked.loc[alike, "row"])
    return place_versions(connection, [int(number) for number in stated.loc[concerned, "id"]], boundaries)


def place_versions(connection: sa.Connection, numbers: list[int], boundaries: Boundaries) -> int:
    """Place these versions again and return how many of those that stand changed."""
    if not numbers:
        return 0
    # By ranges of numbers: no database takes any number of values in one question.
    wanted = set(numbers)
    found = held.versions(connection, RECORDS.c.id.between(min(wanted), max(wanted)))
    before = found[found["record_id"].isin(wanted)]
    made = held.corrections(connection)
    right, _lapsed = held.corrected(before, made)
    after = held.replaced(right, boundaries, sources=imported(connection), decided=held.decisions(connection))
    texts, figures = list(STORED_PLACED_TEXTS), list(STORED_PLACED_NUMBERS)
    rows = after[["record_id", "placed_with", *texts, *figures]].to_dict("records")
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in ("placed_with", *texts, *figures)}
    update = sa.update(RECORDS).where(RECORDS.c.id == sa.bindparam("old")).values(values)
    connection.execute(update, [_bound(row, figures) for row in rows])
    standing = set(connection.execute(sa.select(RECORDS.c.id).where(RECORDS.c.live)).scalars())
    differs = (plain(before)[["outcome", "place_set"]] != plain(after)[["outcome", "place_set"]]).any(axis=1)
    return int((differs & before["record_id"].isin(standing)).sum())


def _bound(row: dict[Any, Any], figures: list[str]) -> dict[str, Any]:
    found = {f"new_{name}": value for name, value in row.items() if name != "record_id"}
    found |= {f"new_{name}": None if pd.isna(row[name]) else float(row[name]) for name in figures}
    return {"old": int(row["record_id"]), **found}
