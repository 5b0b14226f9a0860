"""Placed records written to Parquet chunk by chunk: whole at the end, or not at all."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import filelock
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geo.activities import NUMBER_COLUMNS, PLACED_COLUMNS, PROVIDER_COLUMNS
from geo.counting import SEPARATOR
from geo.errors import RecordFileError
from geo.i18n import _
from geo.io.folders import reason, temporary_refused
from geo.settings import NAME_COLUMN, PCODE_COLUMN

REPEAT_FLAG: Final = "possible_repeat"
_NAMES: Final = dict(zip(PCODE_COLUMN.values(), NAME_COLUMN.values(), strict=True))
_FIGURES: Final = (*NUMBER_COLUMNS, "score", "distance_km")


def schema() -> pa.Schema:
    """Return the columns of the file: the row, the whole record, what placing adds, names of the units."""
    columns = ["row", *PROVIDER_COLUMNS]
    for column in PLACED_COLUMNS:
        columns += [column, _NAMES[column]] if column in _NAMES else [column]
    kinds = {"row": pa.int64()} | dict.fromkeys(_FIGURES, pa.float64())
    return pa.schema([(column, kinds.get(column, pa.string())) for column in columns])


def as_arrow(placed: pd.DataFrame) -> pa.Table:
    """Return placed records with the names of their units as a table; the index becomes ``row``."""
    told = placed.rename_axis("row").reset_index()
    return pa.Table.from_pandas(told[schema().names], schema=schema(), preserve_index=False)


@contextlib.contextmanager
def workplace(out: Path | None) -> Iterator[Path]:
    """Give a folder for what is not finished yet: beside ``out``, so that the end is a renaming.

    What a run that was killed left there is thrown away by the next one.

    Raises
    ------
    RecordFileError
        If the disk does not take it, or another run is writing the same file.
    """
    try:
        folder = out.with_name(f".{out.name}.part") if out else Path(tempfile.mkdtemp(prefix="placed-"))
        folder.mkdir(exist_ok=True)
        with filelock.FileLock(folder / "lock", timeout=0):
            shutil.rmtree(folder / "work", ignore_errors=True)
            (folder / "work" / "seen").mkdir(parents=True)
            try:
                yield folder / "work"
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except filelock.Timeout as error:
        raise RecordFileError(
            _("{file} : un autre traitement écrit ce fichier. Attendez sa fin.").format(file=out)
        ) from error
    except OSError as error:
        if out is None:
            raise RecordFileError(temporary_refused(error)) from error
        raise RecordFileError(
            _("{file} : impossible d'écrire ({why}).").format(file=out, why=reason(error))
        ) from error


class Writer:
    """A file that grows by one row group a chunk."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, schema(), compression="zstd")

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_fault: object) -> None:
        self._writer.close()

    def add(self, table: pa.Table) -> None:
        """Write the next rows."""
        if len(table):
            self._writer.write_table(table, row_group_size=len(table))


def flag_repeats(source: Path, target: Path, repeated: np.ndarray) -> int:
    """Copy a file, the rows that repeat an earlier one flagged; return how many of them are placed.

    Parameters
    ----------
    repeated : array of bool
        One for each row of the file, in its order.
    """
    placed, first = 0, 0
    with pq.ParquetFile(source, pre_buffer=False) as file, Writer(target) as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, use_threads=False)
            again = pa.array(np.asarray(repeated[first : first + len(table)]))
            first += len(table)
            placed += pc.sum(pc.and_(again, pc.equal(table["outcome"], "placed")).cast("int64")).as_py() or 0
            flags = table["flags"].combine_chunks()
            before = pc.if_else(pc.equal(flags, ""), "", pc.binary_join_element_wise(flags, "", SEPARATOR))
            flagged = pc.binary_join_element_wise(before, REPEAT_FLAG, "")
            place = table.schema.get_field_index("flags")
            writer.add(table.set_column(place, "flags", pc.if_else(again, flagged, flags)))
    return int(placed)
