"""A backup is one ZIP of plain text, readable without this program, for either database."""

import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import sqlalchemy as sa

from geo.acts import ACTS
from geo.errors import StoreError
from geo.i18n import _
from geo.store import database, migrations, states
from geo.store.tables import AUDIT, META, ORDER

FORMAT: Final = "couverture-store-1"
# Versions since which tables and columns were only added: what they did not have is empty after a restore.
OLDER: Final = ("0001", "0002", "0003")
MANIFEST: Final = "manifest.json"
BATCH: Final = 2000


def backup(path: Path) -> dict[str, int]:
    """Write the whole store into one file, whole or not at all; return the rows of each table.

    Raises
    ------
    StoreError
        If the file cannot be written or the store cannot be read.
    """
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as scratch:
            beside = Path(scratch) / path.name
            with database.reading() as connection, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as made:
                counts = _write(connection, made)
            beside.replace(path)
    except OSError as error:
        raise StoreError(
            _("{file} : impossible d'écrire ({why}).").format(file=path, why=error.strerror)
        ) from error
    return counts


def restore(path: Path, *, who: str, replace: bool = False) -> dict[str, int]:
    """Put a backup in the place of what the store holds, in one transaction; return the rows of each table.

    Parameters
    ----------
    replace : bool
        Whether what the store holds already may be lost.

    Raises
    ------
    StoreError
        If the file is no backup, is damaged or of another version, or the store is not empty.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _checked(archive, path)
            with database.writing() as connection:
                if not replace and _in_use(connection):
                    raise StoreError(
                        _("La base n'est pas vide. Ajoutez --yes pour la remplacer par la sauvegarde.")
                    )
                own = _journal(connection)
                _read(connection, archive, _tables(manifest))
                _quiet(connection)
                _count_on(connection)
                _keep_journal(connection, own)
                states.new_identity(connection)
                # Who has access is that of the backup; sessions that were ended stay so.
                states.access_changed(connection)
                database.note(connection, "restore", who, str(path.name))
    except OSError as error:
        raise StoreError(
            _("{file} : fichier illisible ({why}). Vérifiez le chemin.").format(file=path, why=error.strerror)
        ) from error
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, TypeError) as error:
        raise StoreError(_damaged(path)) from error
    return {name: int(about["rows"]) for name, about in manifest["tables"].items()}


def _damaged(path: Path) -> str:
    return _("{file} : ce n'est pas une sauvegarde, ou elle est endommagée ; rien n'a changé.").format(
        file=path.name
    )


def _write(connection: sa.Connection, made: zipfile.ZipFile) -> dict[str, int]:
    about: dict[str, dict[str, Any]] = {}
    for table in ORDER:
        digest, rows = hashlib.sha256(), 0
        with made.open(_member(table), "w", force_zip64=True) as target:
            for line in _lines(connection, table):
                digest.update(line)
                target.write(line)
                rows += 1
        about[table.name] = {"rows": rows, "sha256": digest.hexdigest()}
    manifest = {"format": FORMAT, "revision": migrations.HEAD, "made_at": database.now(), "tables": about}
    made.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return {name: int(one["rows"]) for name, one in about.items()}


def _lines(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    key = next(iter(table.primary_key.columns))
    found = connection.execution_options(yield_per=BATCH).execute(sa.select(table).order_by(key))
    for row in found.mappings():
        yield (json.dumps(dict(row), ensure_ascii=False, allow_nan=False) + "\n").encode()


def _member(table: sa.Table) -> str:
    return f"{table.name}.jsonl"


def _checked(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    """Read every byte once before anything is replaced: a damaged backup costs nothing."""
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise StoreError(_damaged(path))
    if manifest["revision"] not in (*OLDER, migrations.HEAD):
        raise StoreError(
            _("{file} : sauvegarde d'une autre version ({held}) ; il faut la version {head}.").format(
                file=path.name, held=manifest["revision"], head=migrations.HEAD
            )
        )
    for table in _tables(manifest):
        digest = hashlib.sha256()
        with archive.open(_member(table)) as source:
            while block := source.read(1 << 20):
                digest.update(block)
        if digest.hexdigest() != manifest["tables"][table.name]["sha256"]:
            raise StoreError(_damaged(path))
    return manifest


def _tables(manifest: Mapping[str, Any]) -> list[sa.Table]:
    """Tables that a backup of this version holds."""
    older = manifest["revision"] in OLDER
    return [table for table in ORDER if not older or table.name in manifest["tables"]]


def _in_use(connection: sa.Connection) -> bool:
    """Whether anything would be lost; the journal is kept by a restore."""
    return any(
        connection.scalar(sa.select(sa.func.count()).select_from(table))
        for table in ORDER
        if table not in (AUDIT, META)
    ) or bool(states.state_of(connection))


def _journal(connection: sa.Connection) -> list[dict[str, Any]]:
    """Lines of the journal as it stands; nobody adds to it from here on until the restore is done."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
    written = [column for column in AUDIT.c if column.name != "id"]
    found = connection.execute(sa.select(*written).order_by(AUDIT.c.id))
    return [dict(row) for row in found.mappings()]


def _keep_journal(connection: sa.Connection, own: Sequence[dict[str, Any]]) -> None:
    """Add what the backup does not know: who did what stays known, also of what the restore takes away."""
    written = [column for column in AUDIT.c if column.name not in ("id", "changes")]
    known = set(map(tuple, connection.execute(sa.select(*written)).all()))
    names = [column.name for column in written]
    # Of records that are gone: they do not change the records that are there now.
    kept = [line | {"changes": False} for line in own if tuple(line[name] for name in names) not in known]
    if kept:
        connection.execute(sa.insert(AUDIT), kept)


def _quiet(connection: sa.Connection) -> None:
    """Of a backup older than the column: say which acts change no records."""
    quiet = [name for name, act in ACTS.items() if not act.changes]
    connection.execute(sa.update(AUDIT).where(AUDIT.c.action.in_(quiet)).values(changes=False))


def _read(connection: sa.Connection, archive: zipfile.ZipFile, tables: Sequence[sa.Table]) -> None:
    for table in reversed(ORDER):
        connection.execute(sa.delete(table))
    for table in tables:
        with archive.open(_member(table)) as source:
            for rows in _batches(source):
                connection.execute(sa.insert(table), rows)


def _batches(source: IO[bytes]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for line in io.TextIOWrapper(source, encoding="utf-8", newline="\n"):
        rows.append(json.loads(line))
        if len(rows) == BATCH:
            yield rows
            rows = []
    if rows:
        yield rows


def _count_on(connection: sa.Connection) -> None:
    """Let PostgreSQL number on from the rows that were put in with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in ORDER:
        if "id" in table.c:
            name = table.name
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'),"
                f" (SELECT coalesce(max(id), 0) + 1 FROM {name}), false)"
            )
