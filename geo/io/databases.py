"""GeoPackages opened with suspicion: a database may work out what it holds while it is read.

A view may have no end, a generated column or a default swell to any size: only tables are read, and
their cells and letters are counted under a limit of time before GDAL opens the file.
"""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from geo import settings
from geo.errors import RecordFileError
from geo.grid import check_columns, check_size
from geo.i18n import _, number
from geo.io.archives import damaged, too_many_parts, too_much_text

# The tables of five hundred layers, with the index of each.
_MAX_TABLES: Final = 5_000
# A file of 200 MB takes two seconds; a page of a table that holds itself takes for ever.
_MOST_SECONDS: Final = 20
_STEPS: Final = 100_000
# The one virtual table that GeoPackages have, an index; it is not read.
_INDEX: Final = re.compile(r'CREATE VIRTUAL TABLE "?rtree_[^"\s]+"? USING rtree ?\([^()]*\)', re.IGNORECASE)
_LONGEST_NAME: Final = 40


def check_tables(path: Path) -> None:
    """Refuse a GeoPackage that is more than plain tables of a bounded size.

    Raises
    ------
    RecordFileError
        If it is damaged, holds a view, a virtual table or a generated column, is over the limits of cells
        or letters, or takes too long to count.
    """
    begun = time.thread_time()
    try:
        with closing(_opened(path)) as base:
            # Called in the middle of a statement: what it says ends it.
            base.set_progress_handler(lambda: time.thread_time() - begun > _MOST_SECONDS, _STEPS)
            tables = _tables(base, path.name)
            cells = letters = 0
            for table in tables:
                rows, columns, held = _measured(base, table, path.name)
                cells, letters = cells + rows * columns, letters + held
                check_size(rows, 1, path.name)
                check_size(1, cells, path.name)
                # Tables hold no more than their file, unless each row repeats a default.
                if letters > settings.MAX_RECORD_FILE_MB * 1_000_000:
                    raise too_much_text(path.name, letters, settings.MAX_RECORD_FILE_MB)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise _endless(path.name) from error
        raise damaged(path.name) from error


def _opened(path: Path) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=ro"
    base = sqlite3.connect(address, uri=True)
    try:
        base.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        # Left in the mode of a log (WAL) in a folder that may not be written: as it lies, as GDAL reads it.
        base.close()
        return sqlite3.connect(f"{address}&immutable=1", uri=True)
    return base


def _tables(base: sqlite3.Connection, file: str) -> list[str]:
    """Names of the tables; by what the database takes each for, not by what the file says of it."""
    known = base.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'").fetchall()
    if len(known) > _MAX_TABLES:
        raise too_many_parts(file, len(known), _MAX_TABLES)
    virtual = [name for name, kind in known if kind == "virtual"]
    said = [sql or "" for (sql,) in base.execute("SELECT sql FROM sqlite_master")]
    computed = [name for name, kind in known if kind == "view"]
    if sum(bool(_INDEX.fullmatch(sql)) for sql in said) != len(virtual):
        computed += virtual
    if computed:
        raise _computed(file, computed[0])
    return [name for name, kind in known if kind not in ("view", "virtual")]


def _measured(base: sqlite3.Connection, table: str, file: str) -> tuple[int, int, int]:
    """Rows, columns and letters of a table, each cell looked at."""
    columns = base.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", [table]).fetchall()
    if any(hidden for _name, hidden in columns):
        raise _computed(file, table)
    check_columns(len(columns), file)
    names = [_quoted(name) for name, _hidden in columns]
    held_by = ", ".join(
        f"total(CASE WHEN typeof({each}) IN ('text', 'blob') THEN length({each}) END)" for each in names
    )
    rows, *held = base.execute(f"SELECT count(*), {held_by} FROM {_quoted(table)}").fetchone()
    return int(rows), len(columns), int(sum(held))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _computed(file: str, name: str) -> RecordFileError:
    return RecordFileError(
        _(
            "{file} : « {name} » est calculé à l'ouverture (vue, table virtuelle ou colonne générée) et "
            "n'est pas lu. Enregistrez la couche comme table simple."
        ).format(file=file, name=name[:_LONGEST_NAME])
    )


def _endless(file: str) -> RecordFileError:
    return RecordFileError(
        _(
            "{file} : lecture arrêtée après {n} secondes de calcul. Exportez à nouveau les seules couches "
            "des activités."
        ).format(file=file, n=number(_MOST_SECONDS))
    )
