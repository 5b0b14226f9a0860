"""Files of records of any format that partners send, as tables of texts.

What a file is, its first bytes say, not its name. Limits come before libraries: a file is measured
before it is opened, an archive before it is unpacked. Each fault ends in one line; what could be read
in part is read, with the rest listed.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from geo import settings, signs
from geo.errors import RecordFileError
from geo.grid import Grid, table_of
from geo.headings import contact_headings
from geo.i18n import _
from geo.io import texts, vector, waypoints, workbooks
from geo.io.archives import SPOILT, damaged, locked, too_large

# What the reader of each kind is; a name with the wrong ending is noted.
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "csv": (".csv", ".tsv", ".txt", ".tab"),
    "xlsx": (".xlsx", ".xlsm", ".xltx"),
    "xls": (".xls",),
    "ods": (".ods",),
    "geojson": (".geojson", ".json"),
    "gpkg": (".gpkg",),
    "kml": (".kml",),
    "kmz": (".kmz",),
    "gpx": (".gpx",),
}
_HEAD: Final = 4096
# A sheet of which so many columns are recognised may hold records as well as the one that was read.
_ALIKE_COLUMNS: Final = 2
_PROBLEMS: Final = ("row", "column", "value", "problem")


@dataclass(frozen=True)
class Opened:
    """One table of a file, and what else the file holds.

    Attributes
    ----------
    table : DataFrame of str
        One column a heading; the index is the row of the sheet (or the number of the feature).
    kind : str
        Key of :data:`ENDINGS`.
    sheet : str
        Sheet or layer that was read, ``""`` where a file has but one table.
    others : mapping of str to int
        Sheets that were not read, with their filled rows.
    alike : tuple of str
        Those of them that look like records too: visible, filled, two columns recognised.
    noted : mapping of str to int
        What was done: ``two_heading_rows``, ``title_rows``, ``other_ending``, ``encoding:cp1252``…
    problems : DataFrame
        ``row, column, value, problem`` of cells that could not be read.
    """

    table: pd.DataFrame
    kind: str
    sheet: str = ""
    others: Mapping[str, int] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    noted: Mapping[str, int] = field(default_factory=dict)
    problems: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(_PROBLEMS)))


def read_sheet(path: Path, *, sheet: str = "") -> Opened:
    """Read the table of records of a file.

    Parameters
    ----------
    path : Path
        CSV, XLSX, XLS, ODS, GeoJSON, GeoPackage, KML, KMZ or GPX.
    sheet : str
        Sheet or layer to read; without it the visible one whose headings mean most columns.

    Raises
    ------
    RecordFileError
        If the file is missing, damaged, over a limit, of another format, or without a table.
    """
    kind = kind_of(path)
    noted = {} if path.suffix.lower() in ENDINGS[kind] else {"other_ending": 1}
    if kind == "csv":
        opened = _read_text(path)
    elif kind in ("xlsx", "xls", "ods"):
        opened = _read_workbook(path, kind, sheet)
    elif kind in ("geojson", "gpkg"):
        opened = _chosen_layer(path, kind, vector.read_layers(path, kind), sheet)
    else:
        grid, problems = waypoints.read_points(path, kind)
        opened = Opened(grid.table, kind, noted=grid.noted, problems=problems)
    return put_right(dataclasses.replace(opened, noted={**noted, **opened.noted}))


def put_right(opened: Opened) -> Opened:
    """Put right what nobody sees in the cells, and list what only looks like what it is taken for."""
    contacts = contact_headings([str(name) for name in opened.table.columns])
    made = signs.tidied_table(opened.table, unread=contacts)
    faults = [frame for frame in (opened.problems, made.problems) if len(frame)]
    problems = pd.concat(faults, ignore_index=True) if faults else opened.problems
    noted = {**opened.noted, **made.noted}
    return dataclasses.replace(opened, table=made.table, noted=noted, problems=problems)


def kind_of(path: Path) -> str:
    """Say what a file is by its first bytes: a key of :data:`ENDINGS`.

    Raises
    ------
    RecordFileError
        If the file cannot be read, is empty or over the limit, or is of no format that is read.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise RecordFileError(
            _("{file} : fichier illisible ({why}). Vérifiez le chemin.").format(file=path, why=error.strerror)
        ) from error
    except ValueError as error:
        raise RecordFileError(
            _("{file} : fichier illisible ({why}). Vérifiez le chemin.").format(file=path.name, why=error)
        ) from error
    if size > settings.MAX_RECORD_FILE_MB * 1_000_000:
        raise too_large(path.name, size / 1e6, settings.MAX_RECORD_FILE_MB)
    if not head.strip():
        raise RecordFileError(_("{file} : fichier vide.").format(file=path.name))
    return _kind(head, path)


def _kind(head: bytes, path: Path) -> str:
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _kind_of_compound(path)
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    for magic, what in _NOT_TABLES.items():
        if head.startswith(magic):
            raise _other_format(path.name, what)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{") or (start.startswith(b"[") and path.suffix.lower() in ENDINGS["geojson"]):
        return "geojson"
    if start.startswith(b"<"):
        return _kind_of_markup(start.lower(), path)
    return "csv"


_NOT_TABLES: Final[Mapping[bytes, str]] = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "GZIP",
    b"7z\xbc\xaf": "7Z",
    b"Rar!": "RAR",
    b"{\\rtf": "RTF",
    b"\x7fELF": "ELF",
    b"MZ": "EXE",
}


def _other_format(name: str, what: str) -> RecordFileError:
    return RecordFileError(
        _(
            "{file} : c'est un fichier {what}, pas un tableau. Formats lus : CSV, XLSX, XLS, ODS, GeoJSON, "
            "GeoPackage, KML, GPX."
        ).format(file=name, what=what)
    )


def _kind_of_archive(path: Path) -> str:
    """Say what a zip holds, by the names of its parts."""
    import zipfile  # noqa: PLC0415 - only archives need it

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            lying = next((name for name in names if name.startswith("xl/") and name.endswith(".bin")), "")
    except (*SPOILT, OSError) as error:
        raise damaged(path.name) from error
    if "xl/workbook.xml" in names or (names and any(name.startswith("xl/worksheets/") for name in names)):
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    if any(name.lower().endswith(".kml") for name in names):
        return "kmz"
    raise _other_format(path.name, "XLSB" if lying else "ZIP")


def _kind_of_compound(path: Path) -> str:
    """Tell an old workbook from a new one locked with a password, and from a letter."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise locked(path.name)
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    raise _other_format(path.name, "DOC")


def _kind_of_markup(start: bytes, path: Path) -> str:
    for tag, kind in ((b"<kml", "kml"), (b"<gpx", "gpx")):
        if tag in start:
            return kind
    if b"<html" in start or b"<table" in start or b"<!doctype html" in start:
        raise _other_format(path.name, "HTML")
    if path.suffix.lower() in (".kml", ".gpx"):
        return path.suffix.lower()[1:]
    raise _other_format(path.name, "XML")


def _read_text(path: Path) -> Opened:
    text, encoding = texts.decode(path.read_bytes(), name=path.name)
    grid = table_of(texts.rows_of(text, name=path.name), name=path.name, strict_width=True)
    noted = dict(grid.noted) | ({} if encoding.startswith("utf-8") else {f"encoding:{encoding}": 1})
    return Opened(grid.table, "csv", noted=noted)


def _read_workbook(path: Path, kind: str, wanted: str) -> Opened:
    sheets = workbooks.read_workbook(path, kind)
    if wanted and wanted not in [sheet.name for sheet in sheets]:
        raise _no_such(path.name, wanted, [sheet.name for sheet in sheets])
    usable = [sheet for sheet in sheets if sheet.grid and (not wanted or sheet.name == wanted)]
    if not usable:
        refused = [sheet for sheet in sheets if not wanted or sheet.name == wanted]
        why = next((sheet.refusal for sheet in refused if sheet.refusal), "")
        raise RecordFileError(
            why or _("{file} : aucune feuille de calcul. Rien à lire.").format(file=path.name)
        )
    best = max(usable, key=lambda sheet: (sheet.visible, *_worth(sheet.grid)))
    assert best.grid is not None
    rest = {sheet.name: sheet for sheet in sheets if sheet.grid and sheet is not best}
    others = {name: len(sheet.grid.table) for name, sheet in rest.items() if sheet.grid}
    alike = tuple(name for name, sheet in rest.items() if sheet.visible and _like_records(sheet.grid))
    problems = _by_heading(best.problems, best.grid)
    return Opened(best.grid.table, kind, best.name, others, alike, dict(best.grid.noted), problems)


def _like_records(grid: Grid | None) -> bool:
    columns, rows = _worth(grid)
    return columns >= _ALIKE_COLUMNS and rows > 0


def _worth(grid: Grid | None) -> tuple[int, int]:
    """How much a sheet looks like records: columns recognised, then rows."""
    return (grid.recognised, len(grid.table)) if grid else (0, 0)


def _no_such(name: str, wanted: str, present: Sequence[str]) -> RecordFileError:
    return RecordFileError(
        _("{file} : pas de feuille « {sheet} ». Feuilles : {sheets}.").format(
            file=name, sheet=wanted, sheets=", ".join(present)
        )
    )


def _by_heading(problems: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Leave out the cells above the table: a title with a fault is no record."""
    return problems[(problems["row"] > grid.heading_row) | (problems["row"] == 0)].reset_index(drop=True)


def _chosen_layer(path: Path, kind: str, layers: Mapping[str, Grid], wanted: str) -> Opened:
    if wanted and wanted not in layers:
        raise _no_such(path.name, wanted, list(layers))
    name = wanted or max(layers, key=lambda each: _worth(layers[each]))
    others = {other: len(grid.table) for other, grid in layers.items() if other != name}
    alike = tuple(other for other, rows in others.items() if rows)
    shown = name if others or wanted else ""
    return Opened(layers[name].table, kind, shown, others, alike, dict(layers[name].noted))
