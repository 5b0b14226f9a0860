"""Which file states each record last, in which row, and which of its cells could not be read."""

import json
from typing import Final

import pandas as pd
import sqlalchemy as sa

from geo.store import database, held
from geo.store.tables import HISTORY, IMPORTS, PROBLEMS

STATEMENT_COLUMNS: Final = (
    *("source_id", "identity", "import_id", "file_row"),
    *("file_name", "sheet", "imported_at", "imported_by", "headings"),
)
UNREAD_COLUMNS: Final = ("source_id", "identity", "import_id", "file_row", "column", "heading", "value")
# What a problem of a cell is put right by, where its column is read into others.
_CORRECTED_BY: Final = {"position": "longitude", "period": "start_date"}


def statements(source_id: str = "", identity: str = "") -> pd.DataFrame:
    """Return the import that states each record last, of those that stand.

    A file that repeats a record unchanged states it again: that is when it was last received.

    Returns
    -------
    DataFrame
        ``source_id, identity, import_id, file_row, file_name, sheet, imported_at, imported_by``
        and ``headings`` (column of the record to heading of the file); one row a record, none for
        the shipped ones.
    """
    if not database.exists():
        return pd.DataFrame(columns=list(STATEMENT_COLUMNS))
    with database.reading() as connection:
        return _statements(connection, source_id, identity)


def unread(stated: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that could not be read in the files that state the records last.

    What a later file states anew, or a correction has put right, is left out.

    Parameters
    ----------
    stated : DataFrame
        Of :func:`statements`.

    Returns
    -------
    DataFrame
        ``source_id, identity, import_id, file_row, column`` (of the record), ``heading`` (of the
        file), ``value`` (as written), ``problem`` (see :mod:`geo.problemwords`).
    """
    empty = pd.DataFrame(columns=[*UNREAD_COLUMNS, "problem"])
    if not database.exists():
        return empty
    with database.reading() as connection:
        found = _problems(connection)
        if found.empty:
            return empty
        made = held.corrections(connection)
    joined = found.merge(stated, left_on=["import_id", "row"], right_on=["import_id", "file_row"])
    right = set(zip(made["source_id"], made["identity"], made["field"], strict=True))
    keys = zip(
        joined["source_id"],
        joined["identity"],
        [_CORRECTED_BY.get(name, name) for name in joined["column"]],
        strict=True,
    )
    open_ones = joined[[key not in right for key in keys]]
    heading = [
        named.get(name, "") for name, named in zip(open_ones["column"], open_ones["headings"], strict=True)
    ]
    return open_ones.assign(heading=heading)[[*UNREAD_COLUMNS, "problem"]].reset_index(drop=True)


def _statements(connection: sa.Connection, source_id: str = "", identity: str = "") -> pd.DataFrame:
    latest = (
        sa.func.row_number()
        .over(partition_by=(HISTORY.c.source_id, HISTORY.c.identity), order_by=HISTORY.c.id.desc())
        .label("latest")
    )
    conditions = [IMPORTS.c.undone_at == ""]
    conditions += [HISTORY.c.source_id == source_id] if source_id else []
    conditions += [HISTORY.c.identity == identity] if identity else []
    columns = (HISTORY.c.source_id, HISTORY.c.identity, HISTORY.c.import_id, HISTORY.c.file_row)
    ranked = (
        sa.select(*columns, HISTORY.c.change, latest)
        .join(IMPORTS, IMPORTS.c.id == HISTORY.c.import_id)
        .where(*conditions)
        .subquery()
    )
    last = sa.select(*(ranked.c[column.name] for column in columns)).where(
        ranked.c.latest == 1, ranked.c.change != "removed"
    )
    # As tuples: a row of the database is asked for each attribute that a frame looks for.
    found = [tuple(row) for row in connection.execute(last)]
    rows = pd.DataFrame(found, columns=list(STATEMENT_COLUMNS[:4]))
    return rows.merge(_files(connection), on="import_id", how="left")


def _files(connection: sa.Connection) -> pd.DataFrame:
    """Return each import with the sheet and the headings that it was read by."""
    columns = (IMPORTS.c.id, IMPORTS.c.file_name, IMPORTS.c.imported_at, IMPORTS.c.imported_by)
    found = connection.execute(sa.select(*columns, IMPORTS.c.summary)).all()
    names = ["import_id", "file_name", "imported_at", "imported_by", "summary"]
    table = pd.DataFrame(found, columns=names)
    told = [json.loads(text or "{}") for text in table["summary"]]
    sheets = pd.Series([each.get("sheet", "") for each in told], index=table.index, dtype="str")
    headings = pd.Series([each.get("columns", {}) for each in told], index=table.index, dtype=object)
    return table.drop(columns="summary").assign(sheet=sheets, headings=headings)


def _problems(connection: sa.Connection) -> pd.DataFrame:
    columns = (PROBLEMS.c.import_id, PROBLEMS.c.details)
    found = sa.select(*columns).join(IMPORTS, IMPORTS.c.id == PROBLEMS.c.import_id)
    rows = connection.execute(found.where(IMPORTS.c.undone_at == "").order_by(PROBLEMS.c.id)).all()
    told = [{"import_id": number} | json.loads(text) for number, text in rows]
    return pd.DataFrame(told, columns=["import_id", "row", "column", "value", "problem"])
