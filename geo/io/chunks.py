"""Large files of records as tables of texts, chunk by chunk: Parquet, Arrow, CSV.

However many rows there are, memory holds one chunk. What a file is, its first bytes say.
"""

import csv
import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo import settings
from geo.errors import RecordFileError
from geo.i18n import _, number
from geo.io.archives import damaged
from geo.io.texts import separator_of

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
        One column a heading. The index is the number of the row: in Parquet and Arrow from 1, in a
        CSV from 2, the row under the headings.

    Raises
    ------
    RecordFileError
        If the file cannot be read, is damaged, names a column twice or has too many of them.
    """
    kind = kind_of(path)
    first = FIRST_ROW[kind]
    batches = {PARQUET: _parquet_batches, ARROW: _arrow_batches, CSV: _csv_batches}[kind]
    try:
        for batch in batches(path, rows, columns):
            yield _table(batch, first)
            first += len(batch)
    except UnicodeDecodeError as error:
        raise RecordFileError(
            _("{file} : encodage non reconnu. Enregistrez-le en CSV UTF-8.").format(file=path.name)
        ) from error
    except (pa.ArrowException, csv.Error, OSError) as error:
        raise damaged(path.name) from error


def _parquet_batches(path: Path, rows: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    # Buffered and not fetched ahead: a row group may be as large as the file.
    with pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
        wanted = _checked(file.schema_arrow.names, path.name, columns)
        yield _no_rows(file.schema_arrow, wanted)
        yield from file.iter_batches(batch_size=rows, columns=wanted, use_threads=False)


def _arrow_batches(path: Path, rows: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        wanted = _checked(file.schema.names, path.name, columns)
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
        headings = [heading.strip() for heading in next(lines, [])]
        wanted = _checked(headings, path.name, columns)
        places = [headings.index(heading) for heading in wanted]
        yield _of_cells([], wanted, places)
        while cells := list(itertools.islice(lines, rows)):
            yield _of_cells(cells, wanted, places)


def _of_cells(rows: list[list[str]], wanted: Sequence[str], places: Sequence[int]) -> pa.RecordBatch:
    columns = [[row[place] if place < len(row) else "" for row in rows] for place in places]
    return pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns], list(wanted))


def _no_rows(schema: pa.Schema, wanted: Sequence[str]) -> pa.RecordBatch:
    fields = [schema.field(name) for name in wanted]
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in fields], list(wanted))


def _checked(names: Sequence[str], file: str, columns: Sequence[str] | None) -> list[str]:
    """Return the columns to read, once it is sure that each name means one."""
    doubled = [name for name in names if names.count(name) > 1]
    if doubled or not names:
        raise RecordFileError(
            _("{file}, ligne 1 : titre en double « {heading} ». Renommez l'un des deux.").format(
                file=file, heading=doubled[0] if doubled else ""
            )
        )
    if len(names) > settings.MAX_RECORD_COLUMNS:
        raise RecordFileError(
            _("{file} : {n} colonnes, plus que la limite de {limit}. Gardez celles des activités.").format(
                file=file, n=number(len(names)), limit=number(settings.MAX_RECORD_COLUMNS)
            )
        )
    return list(names if columns is None else columns)


def _table(batch: pa.RecordBatch, first: int) -> pd.DataFrame:
    texts = {
        name: pd.Series(as_text(column), dtype="str")
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    index = pd.RangeIndex(first, first + len(batch))
    return pd.DataFrame({name: column.set_axis(index) for name, column in texts.items()}, index=index)


def as_text(column: pa.Array) -> pa.Array:
    """Write the values of a column as a person would; nested values and bytes are left empty.

    >>> as_text(pa.array([2.0, 16.27, 0.00001, None])).to_pylist()
    ['2', '16.27', '0.00001', '']
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = pa.nulls(len(column), pa.string())
    written = column.cast(pa.string())
    if pa.types.is_floating(kind):
        written = _decimals(written)
    elif pa.types.is_temporal(kind):
        for nothing in (_MIDNIGHT, r"\.0+$"):
            written = pc.replace_substring_regex(written, pattern=nothing, replacement="")
    return pc.fill_null(written, "")


def _decimals(written: pa.Array) -> pa.Array:
    """Write whole numbers without decimals, small and large ones without an exponent, NaN not at all."""
    whole = pc.replace_substring_regex(written, pattern=r"\.0$", replacement="")
    found = pc.if_else(pc.equal(whole, "nan"), None, whole)
    if not pc.any(pc.match_substring(found, "e")).as_py():
        return found
    plain = [f"{Decimal(text):f}" if text and "e" in text else text for text in found.to_pylist()]
    return pa.array(plain, pa.string())
