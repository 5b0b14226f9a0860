"""Large files of records as tables of texts, chunk by chunk: Parquet, Arrow, CSV.

However many rows there are, memory holds one chunk. What a file is, its first bytes say.
"""

import csv
import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo import settings
from geo.errors import RecordFileError
from geo.grid import check_widths, trimmed
from geo.i18n import _, number
from geo.io.archives import damaged
from geo.io.texts import no_csv, no_text, separator_of
from geo.signs import tidied

# Rows of a chunk: enough for work on whole columns to be worth it, 0.1 to 0.2 GB while they are placed.
CHUNK_ROWS: Final = 100_000
PARQUET, ARROW, CSV = "parquet", "arrow", "csv"
# Number of the first row: that of a CSV lies under the headings.
FIRST_ROW: Final = {PARQUET: 1, ARROW: 1, CSV: 2}
_MAGIC: Final = {b"PAR1": PARQUET, b"ARROW1": ARROW}
# Bytes that are read from a column of a row group at a time.
_BUFFER: Final = 1 << 20
# Characters of a CSV that tell its separator.
_SAMPLE: Final = 1 << 16
_MIDNIGHT: Final = r"[ T]00:00:00(\.0+)?(Z|\+00:?00)?$"


def kind_of(path: Path) -> str:
    """Say what a large file is by its first bytes: ``parquet``, ``arrow``, or taken to be ``csv``.

    Raises
    ------
    RecordFileError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise RecordFileError(
            _("{file} : fichier illisible ({why}). Vérifiez le chemin.").format(file=path, why=error.strerror)
        ) from error
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), CSV)


def read_chunks(
    path: Path, *, rows: int = CHUNK_ROWS, columns: Sequence[str] | None = None
) -> Iterator[pd.DataFrame]:
    """Give the tables of a file one after the other, in its order; one without rows at least.

    Parameters
    ----------
    rows : int
        Most rows of a table.
    columns : sequence of str, optional
        Headings to read; all without it.

    Returns
    -------
    iterator of DataFrame of str
        One column a heading, but :func:`unread_columns`. The index is the number of the row: in
        Parquet and Arrow from 1, in a CSV from 2, the row under the headings. Lines of a CSV with
        nothing in them are left out, as of a sheet; a row of the others its maker has counted.

    Raises
    ------
    RecordFileError
        If the file cannot be read, is damaged, names a column twice or has too many of them; if a row
        of a CSV has more cells than headings; if a text is not UTF-8.
    """
    kind = kind_of(path)
    first = FIRST_ROW[kind]
    batches = {PARQUET: _parquet_batches, ARROW: _arrow_batches, CSV: _csv_batches}[kind]
    try:
        for batch in batches(path, rows, columns):
            table = _table(batch, first, path.name)
            yield _filled(table, batch) if kind == CSV else table
            first += len(batch)
    except UnicodeDecodeError as error:
        raise RecordFileError(
            _("{file} : encodage non reconnu. Enregistrez-le en CSV UTF-8.").format(file=path.name)
        ) from error
    except csv.Error as error:
        raise no_csv(path.name, error) from error
    except (pa.ArrowException, OSError) as error:
        raise damaged(path.name) from error


def unread_columns(path: Path) -> tuple[str, ...]:
    """Return the headings of columns whose values are no texts: bytes, geometries, lists; of a CSV none.

    Raises
    ------
    RecordFileError
        If the file cannot be read or is damaged.
    """
    kind = kind_of(path)
    if kind == CSV:
        return ()
    try:
        with pa.memory_map(str(path)) as source:
            schema = pq.read_schema(source) if kind == PARQUET else pa.ipc.open_file(source).schema
    except (pa.ArrowException, OSError) as error:
        raise damaged(path.name) from error
    return tuple(field.name for field in schema if not _is_written(field.type))


def _is_written(kind: pa.DataType) -> bool:
    """Whether a person would write the values of a type."""
    if isinstance(kind, pa.UuidType):
        return True
    if isinstance(kind, pa.BaseExtensionType):
        return _is_written(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _is_written(kind.value_type)
    nots = ("nested", "binary", "large_binary", "binary_view", "fixed_size_binary", "interval")
    return not any(getattr(pa.types, f"is_{what}")(kind) for what in nots)


def _parquet_batches(path: Path, rows: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    # Buffered and not fetched ahead: a row group may be as large as the file.
    with pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
        wanted = _wanted(file.schema_arrow, path.name, columns)
        yield _no_rows(file.schema_arrow, wanted)
        for batch in file.iter_batches(batch_size=rows, columns=wanted, use_threads=False):
            # A column called a.b is asked for with what is called b inside a.
            yield batch.select(wanted)


def _arrow_batches(path: Path, rows: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        wanted = _wanted(file.schema, path.name, columns)
        yield _no_rows(file.schema, wanted)
        for place in range(file.num_record_batches):
            batch = file.get_batch(place).select(wanted)
            for start in range(0, len(batch), rows):
                yield batch.slice(start, rows)


def _csv_batches(path: Path, rows: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        sample = file.read(_SAMPLE)
        file.seek(0)
        lines = csv.reader(file, delimiter=separator_of(sample))
        upper = next(lines, [])
        if any("\0" in cell for cell in upper):
            raise no_text(path.name)
        headings = _headings(upper)
        wanted = _checked(headings, path.name, columns)
        places = [headings.index(heading) for heading in wanted]
        yield _of_cells([], wanted, places)
        first = FIRST_ROW[CSV]
        while cells := list(itertools.islice(lines, rows)):
            if max(map(len, cells)) > len(headings):
                check_widths(enumerate(cells, first), len(headings), path.name)
            batch = _of_cells(cells, wanted, places)
            if any(pc.any(pc.match_substring(column, "\0")).as_py() for column in batch.columns):
                raise no_text(path.name)
            yield batch
            first += len(cells)


def _headings(cells: Sequence[str]) -> list[str]:
    """Name each column as a sheet does: what follows the last heading is none, a blank one has its place."""
    named = trimmed([tidied(cell).strip() for cell in cells])
    return [heading or f"colonne_{place}" for place, heading in enumerate(named, 1)]


def _of_cells(rows: list[list[str]], wanted: Sequence[str], places: Sequence[int]) -> pa.RecordBatch:
    columns = [[row[place] if place < len(row) else "" for row in rows] for place in places]
    return pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns], list(wanted))


def _filled(table: pd.DataFrame, batch: pa.RecordBatch) -> pd.DataFrame:
    """Leave out rows in which nothing is written: a spreadsheet writes its empty ones as separators."""
    filled = np.zeros(len(batch), dtype=bool)
    for column in batch.columns:
        filled |= pc.not_equal(pc.utf8_trim_whitespace(column), "").to_numpy(zero_copy_only=False)
        # Most rows are told by their first column.
        if filled.all():
            return table
    return table[filled]


def _wanted(schema: pa.Schema, file: str, columns: Sequence[str] | None) -> list[str]:
    names = _checked(schema.names, file, columns)
    return [name for name in names if _is_written(schema.field(name).type)]


def _no_rows(schema: pa.Schema, wanted: Sequence[str]) -> pa.RecordBatch:
    fields = [schema.field(name) for name in wanted]
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in fields], list(wanted))


def _checked(names: Sequence[str], file: str, columns: Sequence[str] | None) -> list[str]:
    """Return the columns to read, once it is sure that each name means one."""
    if not names:
        raise RecordFileError(
            _("{file} : la première ligne est vide ; elle doit porter les titres.").format(file=file)
        )
    if doubled := [name for name in names if names.count(name) > 1]:
        raise RecordFileError(
            _("{file}, ligne 1 : titre en double « {heading} ». Renommez l'un des deux.").format(
                file=file, heading=doubled[0]
            )
        )
    if len(names) > settings.MAX_RECORD_COLUMNS:
        raise RecordFileError(
            _("{file} : {n} colonnes, plus que la limite de {limit}. Gardez celles des activités.").format(
                file=file, n=number(len(names)), limit=number(settings.MAX_RECORD_COLUMNS)
            )
        )
    return list(names if columns is None else columns)


def _table(batch: pa.RecordBatch, first: int, file: str) -> pd.DataFrame:
    texts = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            # Nobody has looked at the bytes yet: old programs write texts in other encodings.
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            raise not_written(file, name) from error
        texts[name] = pd.Series(as_text(column), dtype="str")
    index = pd.RangeIndex(first, first + len(batch))
    return pd.DataFrame({name: column.set_axis(index) for name, column in texts.items()}, index=index)


def not_written(file: str, heading: str) -> RecordFileError:
    """Error for a column whose values cannot be read as texts."""
    return RecordFileError(
        _(
            "{file}, colonne « {heading} » : valeurs illisibles. Écrivez-la en texte UTF-8, ou retirez-la."
        ).format(file=file, heading=heading)
    )


def as_text(column: pa.Array) -> pa.Array:
    """Write the values of a column as a person would; which columns cannot be, tells :func:`unread_columns`.

    >>> as_text(pa.array([2.0, 16.27, 0.00001, None])).to_pylist()
    ['2', '16.27', '0.00001', '']
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if isinstance(kind, pa.UuidType):
        return pa.array(["" if each is None else str(each) for each in column.to_pylist()], pa.string())
    if isinstance(kind, pa.BaseExtensionType):
        return as_text(column.storage)
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_timestamp(kind) and kind.tz:
        column = _in_known_zone(column)
    written = column.cast(pa.string())
    if pa.types.is_floating(kind):
        written = _decimals(written)
    elif pa.types.is_temporal(kind):
        for nothing in (_MIDNIGHT, r"\.0+$"):
            written = pc.replace_substring_regex(written, pattern=nothing, replacement="")
    return pc.fill_null(written, "")


def _in_known_zone(column: pa.Array) -> pa.Array:
    """Return instants as they are, in UTC where this machine does not know their zone."""
    try:
        pc.hour(column[:1])
    except pa.ArrowInvalid:
        return column.cast(pa.timestamp(column.type.unit, "UTC"))
    return column


def _decimals(written: pa.Array) -> pa.Array:
    """Write whole numbers without decimals, small and large ones without an exponent, NaN not at all."""
    whole = pc.replace_substring_regex(written, pattern=r"\.0$", replacement="")
    found = pc.if_else(pc.equal(whole, "nan"), None, whole)
    if not pc.any(pc.match_substring(found, "e")).as_py():
        return found
    plain = [f"{Decimal(text):f}" if text and "e" in text else text for text in found.to_pylist()]
    return pa.array(plain, pa.string())
