"""Which records a view keeps: by partner, donor, status, functionality, source and period.

Every choice shows how many records it would leave under the other filters, and
an empty result says which filter empties it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from geo.counting import SEPARATOR

COLUMNS: Final = ("implementing_org", "donor", "activity_status", "functionality", "source_id")
# Columns that hold several organisations in one cell.
LISTS: Final = ("implementing_org", "donor")
DATES: Final = ("observed_on", "start_date", "end_date")
# First and last date of a record, at the precision it has: where the one is not reported, the next.
_BEGINS: Final = ("start_date", "observed_on", "end_date")
_ENDS: Final = ("end_date", "observed_on", "start_date")
PERIOD: Final = "period"
Period = tuple[str, str]
ALWAYS: Final[Period] = ("", "")


def split(text: str) -> list[str]:
    """The entries of a ``;``-separated cell; an empty cell is one entry, *not reported*."""
    return [part.strip() for part in text.split(SEPARATOR)]


def coded(cells: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Each cell as a number, and the words that the numbers stand for; a category has them already."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        # Texts taken out together: one by one they take ten times as long.
        return cells.array.codes, list(map(str, cells.cat.categories.tolist()))
    code, words = pd.factorize(cells)
    return code, [str(word) for word in words]


def holds(cells: pd.Series, values: Sequence[str], *, several: bool) -> np.ndarray:
    """Rows whose cell is one of ``values``, or lists one of them where cells hold ``several``."""
    return _holds(*coded(cells), values, several=several)


def _holds(code: np.ndarray, words: Sequence[str], values: Sequence[str], *, several: bool) -> np.ndarray:
    wanted = set(values)
    found = [bool(wanted & set(split(word))) if several else word in wanted for word in words]
    return np.array(found, dtype=bool)[code] if found else np.zeros(len(code), dtype=bool)


def kept(
    records: pd.DataFrame, filters: Mapping[str, tuple[str, ...]], period: Period = ALWAYS
) -> np.ndarray:
    """Rows that pass every filter; an empty filter keeps all."""
    keep = _within(records, period)
    for column, values in filters.items():
        if values:
            keep &= holds(records[column], values, several=column in LISTS)
    return keep


def _first_date(
    records: pd.DataFrame, columns: Sequence[str], test: Callable[[str], bool]
) -> tuple[np.ndarray, np.ndarray]:
    """Whether the first date that each record has, of these columns in turn, passes a test; and has one."""
    passes, dated = np.zeros(len(records), dtype=bool), np.zeros(len(records), dtype=bool)
    for column in columns:
        code, words = coded(records[column])
        if not words:
            continue
        here = np.array([word != "" for word in words])[code] & ~dated
        passes |= np.array([test(word) for word in words])[code] & here
        dated |= here
    return passes, dated


def _within(records: pd.DataFrame, period: Period) -> np.ndarray:
    start, end = period
    if not start and not end:
        return np.ones(len(records), dtype=bool)
    # A date of lower precision covers all of its year or month: 2016 meets any day of 2016.
    late, dated = _first_date(records, _BEGINS, lambda day: day > (end + "~" if end else "~"))
    early, _dated = _first_date(records, _ENDS, lambda day: day + "~" < start)
    return dated & ~late & ~early


def undated(records: pd.DataFrame, period: Period) -> int:
    """Records that a period leaves out because they have no date at all."""
    if period == ALWAYS:
        return 0
    _passes, dated = _first_date(records, DATES, bool)
    return int(np.count_nonzero(~dated))


class Combinations:
    """What records say in :data:`COLUMNS`, each combination once with the number of records that say it.

    A hundred thousand records have a few hundred of them: what each choice would leave is counted there.

    Parameters
    ----------
    records : DataFrame
        With :data:`COLUMNS` and :data:`DATES`.
    """

    def __init__(self, records: pd.DataFrame) -> None:
        self._records = records
        every = {name: coded(records[name]) for name in COLUMNS}
        codes = pd.DataFrame({name: code for name, (code, _words) in every.items()})
        self._of_record = codes.groupby(list(COLUMNS), sort=False).ngroup().to_numpy()
        self._counts = np.bincount(self._of_record)
        held = codes.drop_duplicates()
        self._codes = {name: held[name].to_numpy() for name in COLUMNS}
        self._words = {name: words for name, (_code, words) in every.items()}

    def options(
        self, filters: Mapping[str, tuple[str, ...]], period: Period = ALWAYS
    ) -> dict[str, dict[str, int]]:
        """Values of every column with the number of records each would leave under the *other* filters.

        Returns
        -------
        dict
            By column; by value, in its order: the empty value is *not reported*. A value that the
            other filters leave nothing of is there with 0.
        """
        count = self._counts
        if period != ALWAYS:
            within = self._of_record[_within(self._records, period)]
            count = np.bincount(within, minlength=len(self._counts))
        passes = {
            name: _holds(self._codes[name], self._words[name], values, several=name in LISTS)
            for name, values in filters.items()
            if values
        }
        return {column: self._left(column, count, passes) for column in COLUMNS}

    def _left(self, column: str, count: np.ndarray, passes: Mapping[str, np.ndarray]) -> dict[str, int]:
        for name, passing in passes.items():
            if name != column:
                count = count * passing
        words = self._words[column]
        found: dict[str, int] = {}
        for word, left in zip(words, np.bincount(self._codes[column], count, len(words)), strict=True):
            for value in split(word) if column in LISTS else [word]:
                found[value] = found.get(value, 0) + int(left)
        return dict(sorted(found.items()))


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
