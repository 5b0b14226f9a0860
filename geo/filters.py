"""Which records a view keeps: by partner, donor, status, functionality, source and period.

Every choice shows how many records it would leave under the other filters, and
an empty result says which filter empties it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from geo.counting import SEPARATOR

COLUMNS: Final = ("implementing_org", "donor", "activity_status", "functionality", "source_id")
# Columns that hold several organisations in one cell.
LISTS: Final = ("implementing_org", "donor")
DATES: Final = ("observed_on", "start_date", "end_date")
PERIOD: Final = "period"
Period = tuple[str, str]
ALWAYS: Final[Period] = ("", "")


def split(text: str) -> list[str]:
    """The entries of a ``;``-separated cell; an empty cell is one entry, *not reported*."""
    return [part.strip() for part in text.split(SEPARATOR)]


def holds(cells: pd.Series, values: Sequence[str], *, several: bool) -> np.ndarray:
    """Rows whose cell is one of ``values``, or lists one of them where cells hold ``several``."""
    code, words = pd.factorize(cells)
    wanted = set(values)
    found = [bool(wanted & set(split(str(word)))) if several else str(word) in wanted for word in words]
    return np.array(found, dtype=bool)[code] if found else np.zeros(len(cells), dtype=bool)


def kept(
    records: pd.DataFrame, filters: Mapping[str, tuple[str, ...]], period: Period = ALWAYS
) -> np.ndarray:
    """Rows that pass every filter; an empty filter keeps all."""
    keep = _within(records, period)
    for column, values in filters.items():
        if values:
            keep &= holds(records[column], values, several=column in LISTS)
    return keep


def _ends(records: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """First and last date of each record, at the precision it has; ``""`` where none is reported."""
    observed, begins, ends = (records[column].astype("str") for column in DATES)
    begins, ends = begins.where(begins != "", observed), ends.where(ends != "", observed)
    return begins.where(begins != "", ends), ends.where(ends != "", begins)


def _within(records: pd.DataFrame, period: Period) -> np.ndarray:
    start, end = period
    if not start and not end:
        return np.ones(len(records), dtype=bool)
    begins, ends = _ends(records)
    # A date of lower precision covers all of its year or month: 2016 meets any day of 2016.
    late = begins > (end + "~" if end else "~")
    early = (ends + "~") < start
    return ((begins != "") & ~late & ~early).to_numpy(dtype=bool, copy=True)


def undated(records: pd.DataFrame, period: Period) -> int:
    """Records that a period leaves out because they have no date at all."""
    if period == ALWAYS:
        return 0
    begins, _ends_of = _ends(records)
    return int((begins == "").sum())


def options(
    records: pd.DataFrame, filters: Mapping[str, tuple[str, ...]], period: Period = ALWAYS, *, column: str
) -> pd.Series:
    """Values of one column with the number of records each would leave under the *other* filters.

    Returns
    -------
    Series of int
        By value, in order of the value; the empty value is *not reported*. A
        value that the other filters leave nothing of is there with 0.
    """
    others = {name: values for name, values in filters.items() if name != column}
    code, words = pd.factorize(records[column])
    left = np.bincount(code[kept(records, others, period)], minlength=len(words))
    found: dict[str, int] = {}
    for word, count in zip(words, left, strict=True):
        for value in split(str(word)) if column in LISTS else [str(word)]:
            found[value] = found.get(value, 0) + int(count)
    return pd.Series(found, dtype="int64").sort_index()


def emptied_by(
    records: pd.DataFrame, filters: Mapping[str, tuple[str, ...]], period: Period = ALWAYS
) -> dict[str, int]:
    """For an empty result: each filter that, taken away alone, would give records back, and how many.

    Empty where the result is not empty, or where no single filter is to blame.
    """
    if kept(records, filters, period).any():
        return {}
    found = {}
    for column in filters:
        others = {name: values for name, values in filters.items() if name != column}
        found[column] = int(kept(records, others, period).sum())
    if period != ALWAYS:
        found[PERIOD] = int(kept(records, filters).sum())
    return {name: number for name, number in found.items() if number}
