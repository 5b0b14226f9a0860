"""What a meeting decides on pairs of records: complementary, duplicate or to discuss, with a note."""

from collections.abc import Iterable

import pandas as pd
import sqlalchemy as sa

from geo.errors import StoreError
from geo.i18n import _
from geo.overlaps import DECISIONS
from geo.store import database
from geo.store.tables import OVERLAPS

# A record as the store tells it from all others: source and identity within it.
Record = tuple[str, str]
PAIR_COLUMNS = ("first_source", "first_identity", "second_source", "second_identity")


def pair(one: Record, other: Record) -> tuple[Record, Record]:
    """The two records of a pair in an order of their own, so that a pair is found whichever comes first."""
    return (one, other) if one <= other else (other, one)


def decide(one: Record, other: Record, decision: str, *, who: str, note: str = "") -> int:
    """Say what a pair of records is; an earlier decision on it is replaced and kept in the history.

    Raises
    ------
    StoreError
        If the decision is none of :data:`geo.overlaps.DECISIONS`.
    """
    if decision not in DECISIONS:
        raise StoreError(
            _("« {name} » : une paire est {possible}.").format(name=decision, possible=", ".join(DECISIONS))
        )
    first, second = pair(one, other)
    row = dict(zip(PAIR_COLUMNS, (*first, *second), strict=True))
    with database.writing() as connection:
        _revoke(connection, first, second, who=who)
        values = row | {"decision": decision, "note": note.strip()}
        values |= {"decided_at": database.now(), "decided_by": who}
        inserted = connection.execute(sa.insert(OVERLAPS).values(values)).inserted_primary_key
        database.note(connection, "overlap", who, decision)
    return int(inserted[0]) if inserted else 0


def undo(one: Record, other: Record, *, who: str) -> None:
    """Take the decision on a pair back.

    Raises
    ------
    StoreError
        If the pair has none.
    """
    with database.writing() as connection:
        if not _revoke(connection, *pair(one, other), who=who):
            raise StoreError(_("Cette paire n'a pas de décision."))
        database.note(connection, "revoke_overlap", who)


def _revoke(connection: sa.Connection, first: Record, second: Record, *, who: str) -> int:
    keys = zip(PAIR_COLUMNS, (*first, *second), strict=True)
    update = sa.update(OVERLAPS).where(
        *(OVERLAPS.c[name] == value for name, value in keys), OVERLAPS.c.revoked_at == ""
    )
    return connection.execute(update.values(revoked_at=database.now(), revoked_by=who)).rowcount


def decisions(*, revoked: bool = False) -> pd.DataFrame:
    """Return the decisions on pairs that stand (with ``revoked`` all of them), the latest first."""
    columns = list(OVERLAPS.c.keys())
    if not database.exists():
        return pd.DataFrame(columns=columns)
    asked = sa.select(OVERLAPS).order_by(OVERLAPS.c.id.desc())
    with database.reading() as connection:
        rows = connection.execute(asked if revoked else asked.where(OVERLAPS.c.revoked_at == "")).all()
    return pd.DataFrame(rows, columns=columns)


def with_decisions(pairs: pd.DataFrame, identities: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Return pairs with ``decision``, ``note``, ``decided_at`` and ``decided_by``, ``""`` where none is made.

    Parameters
    ----------
    pairs : DataFrame
        Of :attr:`geo.overlaps.Overlaps.pairs`.
    identities : DataFrame
        ``source_id, identity`` of every record, by label: :func:`geo.store.files.known_by`.
    made : DataFrame
        Of :func:`decisions`.
    """
    said = ["decision", "note", "decided_at", "decided_by"]
    if made.empty or pairs.empty:
        return pairs.assign(**dict.fromkeys(said, ""))
    labels = _labels(identities, made)
    found = {
        frozenset((labels[one], labels[other])): tuple(row[name] for name in said)
        for row in made.to_dict("records")
        if (one := (row["first_source"], row["first_identity"])) in labels
        and (other := (row["second_source"], row["second_identity"])) in labels
    }
    keys = map(frozenset, zip(pairs["first"], pairs["second"], strict=True))
    values = [found.get(key, ("", "", "", "")) for key in keys]
    return pairs.join(pd.DataFrame(values, columns=said, index=pairs.index))


def _labels(identities: pd.DataFrame, made: pd.DataFrame) -> dict[Record, object]:
    """Labels of the records that some decision is on."""
    wanted: set[str] = {*made["first_identity"], *made["second_identity"]}
    rows = identities[identities["identity"].isin(wanted)]
    keys: Iterable[Record] = zip(rows["source_id"], rows["identity"], strict=True)
    return dict(zip(keys, rows.index, strict=True))
