"""When an activity lasted, as far as its dates say: first and last possible day of its start and its end.

Two periods meet for certain, cannot meet, or may meet: three answers, because a
year stands for all of its days and a date that is not reported for any day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geo.ages import first_day, last_day

# Days before and after every date: what is not reported may lie anywhere between.
NEVER: Final = -np.inf
ALWAYS: Final = np.inf


@dataclass(frozen=True, eq=False)
class Periods:
    """Bounds of the start and the end of each activity, in days (:meth:`datetime.date.toordinal`).

    ``start_first`` and ``start_last`` bound the day it began, ``end_first`` and ``end_last`` the
    day it ended; an end that is still to come is ``inf``.
    """

    start_first: np.ndarray
    start_last: np.ndarray
    end_first: np.ndarray
    end_last: np.ndarray

    def take(self, rows: np.ndarray) -> "Periods":
        """Return the periods of these rows, by position."""
        return Periods(
            self.start_first[rows], self.start_last[rows], self.end_first[rows], self.end_last[rows]
        )


def periods(records: pd.DataFrame) -> Periods:
    """Return the period of each record.

    An activity without an end has not ended, unless it is *completed*: then it ended on a day that is
    not known. One without a start began on a day that is not known, not after its end.

    Parameters
    ----------
    records : DataFrame
        ``start_date, end_date, activity_status``; n rows.
    """
    start_first, start_last = _days(records["start_date"])
    end_first, end_last = _days(records["end_date"])
    silent = np.isnan(end_first)
    finished = records["activity_status"].astype("str").eq("completed").to_numpy()
    # Completed, no date: at any time from the start on.
    end_first = np.where(silent, np.where(finished, _or(start_first, NEVER), ALWAYS), end_first)
    end_last = np.where(silent, ALWAYS, end_last)
    unknown = np.isnan(start_first)
    return Periods(
        start_first=np.where(unknown, NEVER, start_first),
        start_last=np.where(unknown, end_last, start_last),
        end_first=end_first,
        end_last=end_last,
    )


def _or(values: np.ndarray, other: float) -> np.ndarray:
    return np.where(np.isnan(values), other, values)


def _days(dates: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """First and last day that each date may mean; NaN where there is none."""
    code, texts = pd.factorize(dates.astype("str"))
    firsts = np.array([_ordinal(first_day(str(text))) for text in texts], dtype=float)
    lasts = np.array([_ordinal(last_day(str(text))) for text in texts], dtype=float)
    if not len(texts):
        return np.empty(0), np.empty(0)
    return firsts[code], lasts[code]


def _ordinal(day: date | None) -> float:
    return float("nan") if day is None else float(day.toordinal())


def meet(one: Periods, other: Periods) -> np.ndarray:
    """Whether the periods meet, row by row: ``yes``, ``no`` or ``unknown``.

    Examples
    --------
    >>> dated = pd.DataFrame({"start_date": ["2020", "2021-06", ""], "end_date": ["2020", "2022", ""],
    ...                       "activity_status": ""})
    >>> found = periods(dated)
    >>> list(meet(found.take(np.array([0, 1, 1])), found.take(np.array([1, 1, 2]))))
    ['no', 'yes', 'unknown']
    """
    certain = (one.start_last <= other.end_first) & (other.start_last <= one.end_first)
    never = (one.start_first > other.end_last) | (other.start_first > one.end_last)
    return np.where(never, "no", np.where(certain, "yes", "unknown"))


def between(start: date, end: date, rows: int) -> Periods:
    """The same period for every row: from a day to another, both included."""
    first = np.full(rows, float(start.toordinal()))
    last = np.full(rows, float(end.toordinal()))
    return Periods(first, first, last, last)
