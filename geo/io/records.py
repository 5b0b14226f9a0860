"""Read files of records and the settings of types, sources and organisations; write tables."""

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from geo.activities import ActivityType, Source, sources_from_settings, types_from_settings
from geo.aliases import Names
from geo.aliases import from_table as names_from_table
from geo.errors import RecordFileError, SettingsError
from geo.i18n import _
from geo.io.files import write_bytes
from geo.settings import ACTIVITIES_DIR

ENCODINGS = ("utf-8-sig", "cp1252")
SEPARATORS = ",;\t|"
# A cell that begins so, blanks before it or not, is run as a formula by some spreadsheet; where the
# locale is East Asian, signs of full width too.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BLANK_STARTS = ("\t", "\r")
# What no spreadsheet works out: "+inf" and "-1_0", numbers of Python alone, are names there.
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
# Where a spreadsheet that splits at ";" (as in French) starts a new cell inside one of ours, with the blanks
# and quotes around it. From its first character only: the time stays in proportion to the length.
_NEW_CELL = re.compile(r"(?<![;\s\"'])[;\s\"']++(?=[=+\-@＝＋－＠])")
_HELD = re.compile(r"'[=+\-@＝＋－＠]")
_SPLITS = re.compile(r"[;\t\r\n]")


def read_types(path: Path = ACTIVITIES_DIR / "types.toml") -> dict[str, ActivityType]:
    """Activity types of the settings file."""
    return types_from_settings(_read_toml(path))


def read_sources(path: Path = ACTIVITIES_DIR / "sources.toml") -> dict[str, Source]:
    """Return the sources of the shipped records."""
    return sources_from_settings(_read_toml(path))


def read_organisations(path: Path = ACTIVITIES_DIR / "organisations.csv") -> Names:
    """Read the names of organisations and how each may be shown."""
    return names_from_table(read_table(path), name=path.name)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(_("{file} : illisible ({why}).").format(file=path.name, why=error)) from error


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file as a frame of texts; the index is the row of the file (2 = first under the headings).

    Raises
    ------
    RecordFileError
        If the file is missing, empty, not text, or has rows that do not fit its headings.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordFileError(
            _("{file} : fichier illisible ({why}). Vérifiez le chemin.").format(file=path, why=error.strerror)
        ) from error
    text = _decoded(data, path)
    return table_from_text(text, name=path.name)


def _decoded(data: bytes, path: Path) -> str:
    if b"\0" in data:
        raise RecordFileError(
            _("{file} : ce n'est pas un fichier texte (octets nuls). Enregistrez-le en CSV UTF-8.").format(
                file=path.name
            )
        )
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RecordFileError(
        _("{file} : encodage non reconnu. Enregistrez-le en CSV UTF-8.").format(file=path.name)
    )


def table_from_text(text: str, *, name: str) -> pd.DataFrame:
    """Return a table from the text of a CSV file, see :func:`read_table`."""
    rows = _rows(text, name)
    headings = [heading.strip() for heading in rows[0]] if rows else []
    if not any(headings):
        raise RecordFileError(
            _("{file} : la première ligne est vide ; elle doit porter les titres.").format(file=name)
        )
    doubled = sorted({heading for heading in headings if heading and headings.count(heading) > 1})
    if doubled:
        raise RecordFileError(
            _("{file}, ligne 1 : titre en double « {heading} ». Renommez l'un des deux.").format(
                file=name, heading=doubled[0]
            )
        )
    width = len(headings)
    wrong = next((number for number, row in enumerate(rows, 1) if any(row[width:])), None)
    if wrong:
        raise RecordFileError(
            _(
                "{file}, ligne {row} : {found} cellules pour {expected} titres. Vérifiez les séparateurs."
            ).format(file=name, row=wrong, found=len(rows[wrong - 1]), expected=width)
        )
    numbered = {
        number: (row + [""] * width)[:width]
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row)
    }
    return pd.DataFrame.from_dict(numbered, orient="index", columns=_named(headings), dtype="str")


def _rows(text: str, name: str) -> list[list[str]]:
    """Return the cells of every row; a line break inside quotes belongs to its cell."""
    try:
        separator = max(SEPARATORS, key=lambda each: len(_first_row(text, each)))
        return list(cells_of(text, separator))
    except csv.Error as error:
        raise RecordFileError(
            _("{file} : ce n'est pas un CSV lisible ({why}). Enregistrez-le en CSV UTF-8.").format(
                file=name, why=error
            )
        ) from error


def cells_of(text: str, separator: str) -> Iterator[list[str]]:
    """Cells of every row of a separated text, each as it was before :func:`csv_cell`.

    Raises
    ------
    csv.Error
        If the text is no table.
    """
    found = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    # One look at the whole tells of most files that there is nothing to undo.
    return ([as_it_was(cell) for cell in row] for row in found) if _HELD.search(text) else found


def _first_row(text: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])


def _named(headings: Sequence[str]) -> list[str]:
    """Return the headings, an empty one named by its place."""
    named = []
    for place, heading in enumerate(headings, 1):
        made = heading or f"colonne_{place}"
        while not heading and made in headings:
            made += "_"
        named.append(made)
    return named


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def safe_cell(value: object) -> object:
    """``value`` so that no spreadsheet runs it: a text that begins like a formula gets an apostrophe.

    >>> safe_cell("=1+1"), safe_cell("-8.5"), safe_cell(-8.5)
    ("'=1+1", '-8.5', -8.5)
    """
    if not isinstance(value, str) or not (
        value.startswith(_BLANK_STARTS) or value.lstrip().startswith(FORMULA_STARTS)
    ):
        return value
    return value if _NUMBER.fullmatch(value) else "'" + value


def csv_cell(value: object) -> object:
    """``value`` as :func:`safe_cell` makes it, and so that none of its parts is run where ";" ends a cell.

    >>> csv_cell("Awa;=1+1"), csv_cell("x; y"), csv_cell("=1")
    ("Awa;'=1+1", 'x; y', "'=1")
    """
    safe = safe_cell(value)
    if not isinstance(safe, str) or not _SPLITS.search(safe):
        return safe
    return _NEW_CELL.sub(lambda found: found[0] + "'" if _SPLITS.search(found[0]) else found[0], safe)


def as_it_was(cell: str) -> str:
    """Return the text of a cell without the apostrophes that :func:`csv_cell` put inside it.

    >>> as_it_was("Awa;'=1+1"), as_it_was("l'='")
    ('Awa;=1+1', "l'='")
    """
    if "'" not in cell or not _SPLITS.search(cell):
        return cell

    def before(found: re.Match[str]) -> str:
        held = found[0].endswith("'") and _SPLITS.search(found[0])
        return found[0][:-1] if held else found[0]

    return _NEW_CELL.sub(before, cell)


def csv_text(table: pd.DataFrame) -> str:
    """Return a frame as CSV text whose cells are safe from being run as formulas."""
    safe = table.apply(lambda column: column.map(csv_cell) if column.dtype.kind not in "biufc" else column)
    safe.columns = [str(csv_cell(str(name))) for name in table.columns]
    # Both characters in the line end: a cell that holds either of them is then quoted, and makes no row.
    return safe.to_csv(index=False, lineterminator="\r\n")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a frame as CSV (UTF-8 with the mark that spreadsheets need), its cells safe.

    Raises
    ------
    RecordFileError
        If the file cannot be written.
    """
    write_bytes(path, csv_text(table).encode("utf-8-sig"), error=RecordFileError)
