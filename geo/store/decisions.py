"""Decisions on places: made once, remembered with who and when, revocable, applied to every row alike."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geo.boundaries import Boundaries
from geo.choices import COUNTED, NAME, PLACE, POSITION
from geo.errors import AlreadyDecidedError, StoreError
from geo.i18n import _
from geo.placing import usable_position
from geo.settings import PCODE_COLUMN
from geo.store import database, held
from geo.store.alike import (
    QUESTION_KEYS,
    STATED,
    doubtful_positions,
    place_keys,
    position_keys,
    question_keys,
    spot_keys,
    spots_of,
    stated_key,
)
from geo.store.positions import AS_COUNTED
from geo.store.rows import plain
from geo.store.sources import imported
from geo.store.tables import (
    AUDIT,
    DECISIONS,
    RECORDS,
    STORED_PLACED_NUMBERS,
    STORED_PLACED_TEXTS,
)

KEYS = ("text_key", "region_key", "cercle_key", "level", "place_key")
WRITTEN = ("text", "region", "cercle")
_DECIDE = "decide"
# Values that any database takes in one question.
FEW = 500


def decide(
    group: Mapping[Any, Any], pcode: str, boundaries: Boundaries, *, who: str, note: str = ""
) -> tuple[int, int]:
    """Remember which unit a group of alike rows means and place those rows again.

    For positions in doubt, the unit at the position says that the position is right; the unit
    stated beside it says that the name is, see :mod:`geo.store.positions`.

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
        If the unit is not known.
    AlreadyDecidedError
        If a decision on the same rows stands; it is to be revoked first.
    """
    known = {code for column in PCODE_COLUMN.values() for code in boundaries.units[column]} | {""}
    if pcode not in known:
        raise StoreError(_("{pcode} n'est pas une unité des limites en usage.").format(pcode=pcode))
    values = {name: str(group.get(name, "")) for name in (*KEYS, *WRITTEN)}
    values |= {"kind": group["kind"], "pcode": pcode, "note": note}
    values |= {"decided_at": database.now(), "decided_by": who}
    with database.writing() as connection:
        _refuse_second(connection, values, known)
        inserted = connection.execute(sa.insert(DECISIONS).values(values)).inserted_primary_key
        number = int(inserted[0]) if inserted else 0
        changed = _place_again(connection, values, boundaries)
        # Of "none of ours" no row changes; how many it was about is known from the group.
        rows = int(group.get("rows", changed))
        database.note(connection, _DECIDE, who, f"{number} {pcode or '-'} {rows}")
    return number, changed


def _refuse_second(connection: sa.Connection, values: Mapping[str, Any], known: set[str]) -> None:
    stands = [DECISIONS.c.revoked_at == "", *(DECISIONS.c[name] == values[name] for name in ("kind", *KEYS))]
    for row in connection.execute(sa.select(DECISIONS).where(*stands)):
        # One for a unit that is gone settles nothing and may be followed by another.
        if row.pcode in known:
            raise AlreadyDecidedError(
                _("« {text} » est déjà réglé : décision {n}, par {who}.").format(
                    text=row.text, n=row.id, who=row.decided_by or "–"
                )
            )


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
        row = database.stamp_revoked(connection, DECISIONS, number, who=who)
        changed = _place_again(connection, row._asdict(), boundaries)
        database.note(connection, "revoke", who, str(number))
    return changed


def decisions() -> pd.DataFrame:
    """Return every decision, the latest first, with who, when and whether it was revoked.

    ``rows`` says how many rows it was about when it was made; missing where that was not noted.
    """
    columns = list(DECISIONS.c.keys())
    if not database.exists():
        return pd.DataFrame(columns=[*columns, "rows"])
    with database.reading() as connection:
        made = connection.execute(sa.select(DECISIONS).order_by(DECISIONS.c.id.desc())).all()
        # Lines of a store that a restore replaced change nothing: their numbers are of other decisions.
        asked = sa.select(AUDIT.c.details).where(AUDIT.c.action == _DECIDE, AUDIT.c.changes)
        noted = connection.execute(asked).scalars()
        parts = [text.split(" ") for text in noted]
    rows = {int(part[0]): float(part[2]) for part in parts if len(part) == 3}
    table = pd.DataFrame(made, columns=columns)
    return table.assign(rows=table["id"].map(rows).astype("float64"))


def _place_again(connection: sa.Connection, decision: Mapping[str, Any], boundaries: Boundaries) -> int:
    # Versions that do not stand are placed too: an undo may let them stand again.
    alike = {
        NAME: _alike_by_name,
        PLACE: _alike_by_place,
        POSITION: _alike_by_position,
        COUNTED: alike_by_spot,
    }
    concerned = alike[decision["kind"]](connection, decision)
    changed = place_versions(connection, concerned, boundaries)
    # Places found with another program or other boundaries are brought up to date on the way, so
    # that who settles a hundred groups waits for it once.
    old = sa.select(RECORDS.c.id).where(RECORDS.c.live, RECORDS.c.placed_with != held.placed_with(boundaries))
    place_versions(connection, list(connection.execute(old).scalars()), boundaries)
    return changed


def _alike_by_name(connection: sa.Connection, decision: Mapping[str, Any]) -> list[int]:
    stated = _stated(connection)
    asked = question_keys(stated)
    keys = list(QUESTION_KEYS)
    same = (asked[keys] == [decision[name] for name in keys]).all(axis=1)
    return _stating(connection, stated[stated.index.isin(asked.loc[same, "row"])])


def _alike_by_place(connection: sa.Connection, decision: Mapping[str, Any]) -> list[int]:
    stated = _stated(connection)
    return _stating(connection, stated[place_keys(stated) == decision["place_key"]])


def _stated(connection: sa.Connection) -> pd.DataFrame:
    """Return what rows state of their place, each thing once: far fewer than there are rows."""
    columns = [RECORDS.c[name] for name in STATED]
    return pd.DataFrame(connection.execute(sa.select(*columns).distinct()).all(), columns=list(STATED))


def _stating(connection: sa.Connection, stated: pd.DataFrame) -> list[int]:
    """Return the versions that state just this."""
    found: list[int] = []
    for row in stated.to_dict("records"):
        same = (RECORDS.c[name] == row[name] for name in STATED)
        found += connection.execute(sa.select(RECORDS.c.id).where(*same)).scalars()
    return found


def _alike_by_position(connection: sa.Connection, decision: Mapping[str, Any]) -> list[int]:
    figures = ["longitude", "latitude", "distance_km"]
    names = ["id", *STATED, "outcome", "reason", "candidates", "method", *figures]
    doubted = (RECORDS.c.outcome == "review") | (RECORDS.c.method == "decision")
    rows = connection.execute(sa.select(*(RECORDS.c[name] for name in names)).where(doubted)).all()
    stated = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(figures, "float64"))
    waits = doubtful_positions(stated)
    # Of a row that was decided the reason is gone; what it states tells it well enough.
    decided = stated["method"].eq("decision") & usable_position(stated)
    same = decided & (place_keys(stated) == stated_key(decision["place_key"]))
    same[waits] = position_keys(stated[waits]) == decision["place_key"]
    return [int(number) for number in stated.loc[same, "id"]]


def alike_by_spot(connection: sa.Connection, decision: Mapping[str, Any]) -> list[int]:
    """Return the versions at the positions that were left where the replaced counts had them."""
    names = ["id", *STATED, "longitude", "latitude"]
    left = sa.select(*(RECORDS.c[name] for name in names)).where(RECORDS.c.method == AS_COUNTED)
    stated = pd.DataFrame(connection.execute(left).all(), columns=names)
    same = spot_keys(stated).isin(spots_of(decision["place_key"]))
    return [int(number) for number in stated.loc[same, "id"]]


def place_versions(connection: sa.Connection, numbers: list[int], boundaries: Boundaries) -> int:
    """Place these versions again and return how many of those that stand changed."""
    if not numbers:
        return 0
    before = _versions_of(connection, sorted(set(numbers)))
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


def _versions_of(connection: sa.Connection, numbers: list[int]) -> pd.DataFrame:
    if len(numbers) <= FEW:
        return held.versions(connection, RECORDS.c.id.in_(numbers))
    # By a range of numbers: no database takes any number of values in one question.
    found = held.versions(connection, RECORDS.c.id.between(numbers[0], numbers[-1]))
    return found[found["record_id"].isin(numbers)]


def _bound(row: dict[Any, Any], figures: list[str]) -> dict[str, Any]:
    found = {f"new_{name}": value for name, value in row.items() if name != "record_id"}
    found |= {f"new_{name}": None if pd.isna(row[name]) else float(row[name]) for name in figures}
    return {"old": int(row["record_id"]), **found}
