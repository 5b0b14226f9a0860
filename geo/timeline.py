"""Time by quarter: how many activities were under way, by type or by organisation."""

from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from geo import filters
from geo.ages import active_on, first_day, last_day
from geo.periods import between, meet, periods

# What the lines of a timeline may be.
LINES: Final = ("activity_type", "implementing_org")
_MONTHS_OF_A_QUARTER: Final = 3
# Under way only if its status says so; neither is known of the past.
_IDLE: Final = ("planned", "suspended")


def quarter(day: date) -> tuple[int, int]:
    """Year and quarter of a day.

    >>> quarter(date(2025, 8, 1))
    (2025, 3)
    """
    return day.year, (day.month - 1) // _MONTHS_OF_A_QUARTER + 1


def days_of(year: int, number: int) -> tuple[date, date]:
    """First and last day of a quarter.

    >>> days_of(2025, 4)
    (datetime.date(2025, 10, 1), datetime.date(2025, 12, 31))
    """
    start = date(year, _MONTHS_OF_A_QUARTER * (number - 1) + 1, 1)
    after = date(year + number // 4, (_MONTHS_OF_A_QUARTER * number) % 12 + 1, 1)
    return start, after - timedelta(days=1)


def quarters(records: pd.DataFrame, *, until: date) -> list[tuple[int, int]]:
    """Quarters from the first date that a record bears to the later of its last date and ``until``."""
    firsts = [first_day(text) for text in records["start_date"].astype("str").unique()]
    lasts = [last_day(text) for text in records["end_date"].astype("str").unique()]
    begun = [day for day in (*firsts, *(first_day(t) for t in records["end_date"].unique())) if day]
    if not begun:
        return []
    year, number = quarter(min(begun))
    end = quarter(max([until, *(day for day in lasts if day)]))
    found = [(year, number)]
    while found[-1] < end:
        year, number = (year + number // 4, number % 4 + 1)
        found.append((year, number))
    return found


def by_quarter(records: pd.DataFrame, *, line: str = "activity_type", until: date) -> pd.DataFrame:
    """Count the activities under way on at least one day of each quarter.

    Parameters
    ----------
    records : DataFrame
        Shared records with dates, status and the column ``line`` (one of :data:`LINES`).
    until : date
        The last quarter shown is that of this day, or of the last date reported.

    Returns
    -------
    DataFrame
        ``line, year, quarter, active`` (for certain) and ``possible`` (the dates leave it open); a
        record without any date is possible in every quarter and is left out: see :func:`undated`.
    """
    dated = records[~undated(records)]
    spans = periods(dated)
    idle = dated["activity_status"].astype("str").isin(_IDLE).to_numpy()
    lines = _lines(dated, line)
    rows = []
    for year, number in quarters(dated, until=until):
        answer = meet(spans, between(*days_of(year, number), len(dated)))
        answer = np.where(idle, "no", answer)
        counts = pd.crosstab(lines["line"], answer[lines["row"]])
        for name, found in counts.iterrows():
            rows.append((name, year, number, int(found.get("yes", 0)), int(found.get("unknown", 0))))
    return pd.DataFrame(rows, columns=["line", "year", "quarter", "active", "possible"])


def undated(records: pd.DataFrame) -> pd.Series:
    """Records without a start and without an end: nothing says when they were under way."""
    return records["start_date"].astype("str").eq("") & records["end_date"].astype("str").eq("")


def _lines(records: pd.DataFrame, line: str) -> pd.DataFrame:
    """Which record counts on which line: one of several organisations on each of theirs."""
    cells = records[line].astype("str")
    rows = [(place, name) for place, text in enumerate(cells) for name in filters.split(text)]
    return pd.DataFrame(rows, columns=["row", "line"])


def active(records: pd.DataFrame, day: date, *, line: str = "activity_type") -> pd.DataFrame:
    """Count the activities under way on a day: ``line, yes, unknown, no``, see :func:`geo.ages.active_on`."""
    lines = _lines(records, line)
    answers = active_on(records, day).to_numpy()[lines["row"]]
    counts = pd.crosstab(lines["line"], answers).reindex(columns=["yes", "unknown", "no"], fill_value=0)
    return counts.reset_index().rename_axis(columns=None)
