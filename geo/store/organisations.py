"""Names of organisations: the shipped table and what people decided, applied to records that are read."""

import dataclasses
import hashlib

import pandas as pd
import sqlalchemy as sa

from geo.aliases import COLUMNS, Names, decided, unified
from geo.errors import StoreError
from geo.i18n import _
from geo.io.records import read_organisations
from geo.sharing import ORGANISATION_DISPLAYS
from geo.spelling import fold
from geo.store import database
from geo.store.files import Store
from geo.store.tables import ORGANISATIONS

KINDS = ("alias", "rejected", "shown")


def decisions() -> pd.DataFrame:
    """Return every decision on names, the latest first, with who, when and whether it was revoked."""
    columns = list(ORGANISATIONS.c.keys())
    if not database.exists():
        return pd.DataFrame(columns=columns)
    with database.reading() as connection:
        rows = connection.execute(sa.select(ORGANISATIONS).order_by(ORGANISATIONS.c.id.desc())).all()
    return pd.DataFrame(rows, columns=columns)


def names() -> Names:
    """Return the names in use: the shipped table with the decisions that stand."""
    made = decisions()
    return decided(read_organisations(), made[made["revoked_at"] == ""].iloc[::-1])


def decide(kind: str, text: str, organisation: str, *, who: str, note: str = "") -> int:
    """Say what a name means (``alias``), does not mean (``rejected``), or how one is shown (``shown``).

    Parameters
    ----------
    text, organisation : str
        A written name and the organisation; for ``shown`` an organisation and the way it is shown.

    Returns
    -------
    int
        Number of the decision, to revoke it by.

    Raises
    ------
    StoreError
        If a name is empty, means itself, or there is no such way to be shown.
    """
    text, organisation = text.strip(), organisation.strip()
    if kind not in KINDS:
        raise ValueError(f"no decision {kind!r}: {KINDS}")
    if not fold(text) or not fold(organisation):
        raise StoreError(_("Donnez le nom écrit et l'organisation qu'il désigne."))
    if kind == "shown" and organisation not in ORGANISATION_DISPLAYS:
        raise StoreError(
            _("« {name} » : une organisation est montrée {ways}.").format(
                name=organisation, ways=", ".join(ORGANISATION_DISPLAYS)
            )
        )
    if kind == "alias" and fold(text) == fold(organisation):
        raise StoreError(_("« {name} » se désigne déjà lui-même.").format(name=text))
    row = {"kind": kind, "text": text, "organisation": organisation, "note": note}
    row |= {"decided_at": database.now(), "decided_by": who}
    with database.writing() as connection:
        inserted = connection.execute(sa.insert(ORGANISATIONS).values(row)).inserted_primary_key
        database.note(connection, "organisation", who, f"{kind}: {text} = {organisation}")
    return int(inserted[0]) if inserted else 0


def revoke(number: int, *, who: str) -> None:
    """Take a decision on a name back: records read as if it had not been made.

    Raises
    ------
    StoreError
        If there is no such decision, or it was revoked already.
    """
    with database.writing() as connection:
        database.stamp_revoked(connection, ORGANISATIONS, number, who=who)
        database.note(connection, "revoke_organisation", who, str(number))


def applied(store: Store) -> Store:
    """Return a store whose organisations have one name each; what partners wrote is kept beside."""
    known = names()
    stated = store.records[list(COLUMNS)]
    records = unified(store.records, known)
    return dataclasses.replace(store, records=records, stated=stated, names=known, organisations=known.shown)


def key() -> str:
    """Return what changes with every decision on a name; ``""`` without any."""
    if not database.exists():
        return ""
    made = decisions()
    said = made[["kind", "text", "organisation", "revoked_at"]].to_csv() if len(made) else ""
    return hashlib.sha256(said.encode()).hexdigest() if said else ""
