"""A file too large for memory, placed chunk by chunk: row for row what placing it at once gives."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from geo.activities import Source
from geo.boundaries import Boundaries
from geo.cleaning import PROBLEM_COLUMNS, Cleaned
from geo.counting import SEPARATOR, Accounting, Members, account, combined
from geo.errors import RecordFileError
from geo.grid import has_tags
from geo.headings import by_values
from geo.i18n import _
from geo.io import load_boundaries
from geo.io.chunks import CHUNK_ROWS, not_written, read_chunks, unread_columns
from geo.io.placed import REPEAT_FLAG, Writer, as_arrow, flag_repeats, workplace
from geo.io.records import read_types
from geo.io.seen import Seen
from geo.io.sheets import Opened, put_right
from geo.placing import repeat_keys, with_names
from geo.store.current import without_flag
from geo.store.files import read_file
from geo.store.places import place_records

# Problems that are listed one by one; all are counted.
PROBLEMS_LISTED: Final = 20


@dataclass(frozen=True)
class Asked:
    """What every chunk is read and placed with, wherever that is done.

    Attributes
    ----------
    columns : mapping of str to str
        Record column to heading, settled for the whole file.
    boundaries : str
        Version of the boundaries: a worker with others would place otherwise.
    """

    name: str
    source_id: str
    boundaries: str
    columns: Mapping[str, str] = field(default_factory=dict)
    activity_type: str = ""
    vintage: str = ""


@dataclass(frozen=True, eq=False)
class Part:
    """One chunk placed: its rows, the keys that tell repeats, and what is added up."""

    table: pa.Table
    keys: np.ndarray
    accounting: Accounting
    flags: Mapping[str, int]
    problems: int
    first_problems: list[dict[Any, Any]]
    notes: tuple[str, ...]
    noted: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Placed:
    """What became of a large file: the accounting of all its rows, and how its columns were read.

    Attributes
    ----------
    unread : tuple of str
        Headings of columns whose values are no texts.
    """

    accounting: Accounting
    flags: Mapping[str, int]
    cleaned: Cleaned
    problems: int = 0
    unread: tuple[str, ...] = ()


# From the chunks and what is done with one to what became of each, in their order.
Engine = Callable[[Callable[[pd.DataFrame], Part], Iterable[pd.DataFrame]], Iterator[Part]]


def here(work: Callable[[pd.DataFrame], Part], chunks: Iterable[pd.DataFrame]) -> Iterator[Part]:
    """Work through the chunks in this process, one after the other."""
    return map(work, chunks)


def place_large(
    path: Path,
    out: Path | None,
    *,
    boundaries: Boundaries,
    activity_type: str = "",
    vintage: str = "",
    given: Mapping[str, str] | None = None,
    rows: int = CHUNK_ROWS,
    engine: Engine = here,
) -> Placed:
    """Place a Parquet, Arrow or CSV file of any number of rows with the memory of one chunk.

    Parameters
    ----------
    out : Path, optional
        Parquet file to write: every row with its placement. It is there when all of it is.
    activity_type, vintage, given
        As :func:`geo.store.files.load_file`.
    rows : int
        Rows of a chunk.
    engine : callable, optional
        Who works through the chunks (:mod:`geo.store.engines`).

    Raises
    ------
    RecordFileError
        If the file cannot be read, the result cannot be written, or a column is not as asked.
    """
    asked = Asked(path.name, path.stem, boundaries.version, dict(given or {}), activity_type, vintage)
    unread = unread_columns(path)
    if missing := [heading for heading in asked.columns.values() if heading in unread]:
        raise not_written(path.name, missing[0])
    head = _columns(path, asked)
    asked = dataclasses.replace(asked, columns=head.columns)
    chunks = (table for table in read_chunks(path, rows=rows) if len(table))
    total = _Total()
    with workplace(out) as folder:
        seen = Seen(folder / "seen")
        with Writer(folder / "placed") as writer:
            for part in engine(functools.partial(place_chunk, asked=asked), chunks):
                writer.add(part.table)
                seen.add(part.keys)
                total.add(part)
                del part  # gone before the next one is made
        repeated = seen.repeated()
        number = int(np.count_nonzero(repeated))
        placed_again = flag_repeats(folder / "placed", folder / "flagged", repeated) if number else 0
        if out:
            (folder / ("flagged" if number else "placed")).replace(out)
    found = total.result(head, repeats=number, placed_again=placed_again)
    return dataclasses.replace(found, unread=unread)


def place_chunk(table: pd.DataFrame, *, asked: Asked) -> Part:
    """Read and place one chunk; repeats are left to who sees all of them.

    Raises
    ------
    RecordFileError
        If the boundaries in use here are not those that were asked for.
    """
    boundaries = _boundaries(asked.boundaries)
    cleaned = _cleaned(table, asked)
    source = Source(asked.source_id, asked.name, "", "", "", asked.name)
    placed = place_records(cleaned.records, boundaries, sources={asked.source_id: source})
    placed = placed.assign(flags=without_flag(placed["flags"], REPEAT_FLAG))
    units = boundaries.units
    shown = frozenset(units.loc[units["focus"], "adm3_pcode"])
    flags = Counter(flag for text in placed["flags"] for flag in text.split(SEPARATOR) if flag)
    return Part(
        as_arrow(with_names(placed, units)),
        repeat_keys(cleaned.records),
        account(placed, shown=shown, members=Members(units)),
        flags,
        len(cleaned.problems),
        cleaned.problems.head(PROBLEMS_LISTED).to_dict("records"),
        cleaned.notes,
        cleaned.noted,
    )


@functools.lru_cache(maxsize=1)
def _boundaries(version: str) -> Boundaries:
    found = load_boundaries()
    if found.version != version:
        raise RecordFileError(
            _("Les limites en usage ici ne sont pas celles de qui demande ; installez les mêmes partout.")
        )
    return found


def _cleaned(table: pd.DataFrame, asked: Asked) -> Cleaned:
    return read_file(
        Path(asked.name),
        types=read_types(),
        activity_type=asked.activity_type,
        vintage=asked.vintage,
        given=asked.columns,
        source_id=asked.source_id,
        opened=put_right(Opened(table, "")),
    )


def _columns(path: Path, asked: Asked) -> Cleaned:
    """Settle what the columns mean, for all chunks alike: by headings, tags and the words of one column."""
    head = next((table for table in read_chunks(path, rows=1) if len(table)), None)
    if head is None:
        head = next(read_chunks(path, rows=1))
    found = _cleaned(head if has_tags(head) else head.iloc[:0], asked)
    heading = found.columns.get("activity_status", "")
    if not heading or "activity_status" in asked.columns or "functionality" in found.columns:
        return found
    words = {word for table in read_chunks(path, columns=[heading]) for word in table[heading].unique()}
    return dataclasses.replace(
        found, columns=by_values(found.columns, pd.DataFrame({heading: sorted(words)}, dtype="str"))
    )


class _Total:
    """What the parts add up to."""

    def __init__(self) -> None:
        self._accounting = combined([])
        self._flags: Counter[str] = Counter()
        self._noted: Counter[str] = Counter()
        self._notes: dict[str, None] = {}
        self._problems = 0
        self._first: list[dict[Any, Any]] = []

    def add(self, part: Part) -> None:
        self._accounting = combined([self._accounting, part.accounting])
        self._flags.update(part.flags)
        self._noted.update(part.noted)
        self._notes.update(dict.fromkeys(part.notes))
        self._problems += part.problems
        self._first += part.first_problems[: PROBLEMS_LISTED - len(self._first)]

    def result(self, head: Cleaned, *, repeats: int, placed_again: int) -> Placed:
        """Return the sum, with the rows that repeat an earlier one and those of them that are placed."""
        cleaned = dataclasses.replace(
            head,
            notes=tuple(self._notes),
            noted=dict(self._noted),
            problems=pd.DataFrame(self._first, columns=list(PROBLEM_COLUMNS)),
        )
        flags = self._flags + Counter({REPEAT_FLAG: repeats})
        accounting = dataclasses.replace(self._accounting, repeats=placed_again)
        return Placed(accounting, dict(flags.most_common()), cleaned, self._problems)
