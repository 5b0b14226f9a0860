"""The records in use as somebody may see them, each with its file, its row and what was not read in it."""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo.sharing import Audience, cells_seen, share
from geo.store.files import Store
from geo.store.statements import statements, unread

# Ways to put the records into groups.
GROUPINGS: Final = ("partner", "source", "import")
_OF_FILE: Final = ("import_id", "file_name", "sheet", "file_row", "imported_at", "headings")
_UNREAD: Final = ("label", "column", "heading", "value", "problem")


@dataclass(frozen=True, eq=False)
class Kept:
    """Shared records with what the store knows of each; all on the same index.

    Attributes
    ----------
    records : DataFrame
        Every row that was read, as the audience may see it.
    whole : DataFrame
        The same as they are, to be counted only: what is withheld from a reader is no gap of the partner's.
    keys : DataFrame
        ``source_id, identity, id``: what names a record in the store, and a short name that tells a
        reader nothing.
    statements : DataFrame
        ``import_id, file_name, sheet, file_row, imported_at, headings``; missing for shipped records. Names
        of a file and a sheet are their writer's words, as cells are: without them where ``seen`` is not.
    seen : Series of bool
        Rows whose cells, file and sheet the audience may read as the partner wrote them.
    received : Series of str
        Day of the import that states a record last, else the date of its source, else ``""``.
    unread : DataFrame
        ``label`` (of the record), ``column, heading, value, problem``: the cells that the audience may see.
    unread_labels : Series
        The record of every unread cell, to be counted only.
    """

    records: pd.DataFrame
    whole: pd.DataFrame
    keys: pd.DataFrame
    statements: pd.DataFrame
    seen: pd.Series
    received: pd.Series
    unread: pd.DataFrame
    unread_labels: pd.Series

    def groups(self, by: str) -> pd.Series:
        """Return the group of each row: partner, source or number of the import, ``""`` for none."""
        if by == "partner":
            return self.records["implementing_org"].astype("str")
        if by == "source":
            return self.records["source_id"].astype("str")
        numbers = self.statements["import_id"]
        return numbers.map(lambda number: "" if pd.isna(number) else str(int(number))).astype("str")


def kept(store: Store, audience: Audience) -> Kept:
    """Return the records of a store as ``audience`` may see them, with file, row and unread cells."""
    records, types, organisations = store.records, store.types, store.organisations
    shared = share(records, audience, types=types, organisations=organisations)
    own_file = store.cleaned is not None
    stated = statements()
    found = _of_own_file(store) if own_file else _of_imports(store, stated)
    cells = _own_cells(store) if own_file else _cells(store, stated)
    seen = cells_seen(records, audience, types=types, organisations=organisations)
    return Kept(
        records=shared,
        whole=records,
        keys=keys(store),
        statements=_without_files(found[list(_OF_FILE)], ~seen),
        seen=seen,
        received=_received(store, found),
        unread_labels=cells["label"],
        unread=cells.loc[cells["label"].isin(records.index[seen]), list(_UNREAD)].reset_index(drop=True),
    )


def _without_files(statements: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Withhold which file and sheet state these rows: their names often tell the partner or the place."""
    if not rows.any():
        return statements
    silent = {name: statements[name].where(~rows, "") for name in ("file_name", "sheet")}
    unknown = {name: statements[name].where(~rows, np.nan) for name in ("import_id", "file_row")}
    headings = [{} if gone else of_file for gone, of_file in zip(rows, statements["headings"], strict=True)]
    told = pd.Series(headings, index=statements.index, dtype=object)
    return statements.assign(**silent, **unknown, headings=told)


def _named(store: Store) -> pd.DataFrame:
    """Return what names each record: source and identity; of a file of one's own, source and row."""
    identities = store.identities if store.cleaned is None else store.records.index.astype("str")
    return store.records[["source_id"]].assign(identity=identities)


def keys(store: Store) -> pd.DataFrame:
    """Return ``source_id, identity`` and the short ``id`` of each record, on the index of the records."""
    named = _named(store)
    pairs = zip(named["source_id"], named["identity"], strict=True)
    ids = [hashlib.blake2b("|".join(pair).encode(), digest_size=6).hexdigest() for pair in pairs]
    return named.assign(id=pd.Series(ids, index=named.index, dtype="str"))


def _of_imports(store: Store, stated: pd.DataFrame) -> pd.DataFrame:
    named = _named(store)
    found = named.merge(stated, on=["source_id", "identity"], how="left").set_axis(named.index)
    texts = {name: found[name].fillna("").astype("str") for name in ("file_name", "sheet", "imported_at")}
    return found.assign(**texts)


def _of_own_file(store: Store) -> pd.DataFrame:
    cleaned, rows = store.cleaned, store.records.index
    titles = {name: source.title for name, source in store.sources.items()}
    headings = dict(cleaned.columns) if cleaned else {}
    return pd.DataFrame(
        {
            "import_id": np.nan,
            "file_name": store.records["source_id"].map(titles),
            "sheet": cleaned.sheet if cleaned else "",
            "file_row": rows,
            "imported_at": "",
            "headings": pd.Series([headings] * len(rows), index=rows, dtype=object),
        },
        index=rows,
    )


def _own_cells(store: Store) -> pd.DataFrame:
    return store.problems.assign(label=store.problems["row"], heading="")


def _cells(store: Store, stated: pd.DataFrame) -> pd.DataFrame:
    named = _named(store).reset_index(names="label")
    return unread(stated).merge(named, on=["source_id", "identity"])


def _received(store: Store, found: pd.DataFrame) -> pd.Series:
    dates = {name: source.date for name, source in store.sources.items()}
    of_source = store.records["source_id"].map(lambda name: dates.get(name, "")).astype("str")
    imported = found["imported_at"].str.slice(0, 10)
    return imported.where(imported != "", of_source).astype("str")
