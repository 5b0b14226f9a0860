"""Who has reported for which period, when it was last received, and whom to remind."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from geo.ages import first_day, last_day
from geo.timeline import days_of, quarter

# A quarter is a year and a number, see geo.timeline.
Quarter = tuple[int, int]


def quarters(day: date, count: int) -> list[Quarter]:
    """Return so many quarters in order, the last of them that of ``day``.

    >>> quarters(date(2024, 2, 1), 2)
    [(2023, 4), (2024, 1)]
    """
    year, number = quarter(day)
    whole = (divmod(4 * year + number - 1 - back, 4) for back in reversed(range(count)))
    return [(each, rest + 1) for each, rest in whole]


class _Spell(NamedTuple):
    """The time that a record speaks of: how early and how late it may begin and end."""

    begin_early: date
    begin_late: date
    end_early: date
    end_late: date

    def surely(self, first: date, last: date) -> bool:
        return self.begin_late <= last and self.end_early >= first

    def maybe(self, first: date, last: date) -> bool:
        return self.begin_early <= last and self.end_late >= first


def periods(records: pd.DataFrame, partners: pd.Series, *, among: Sequence[Quarter]) -> pd.DataFrame:
    """Return for how many records of each quarter each partner has reported.

    A figure that was observed speaks of that day; an activity with start and end, of all its time;
    one with a single date, of that date. A date of lower precision leaves open which quarter it is.

    Parameters
    ----------
    records : DataFrame
        ``observed_on, start_date, end_date``.
    partners : Series of str
        Partner of each row, on the index of ``records``.
    among : sequence of Quarter
        Successive quarters.

    Returns
    -------
    DataFrame
        One row a partner and column: ``partner, period, least, most``; ``period`` is the number of the
        quarter in ``among``, ``-1`` for all time before them, ``-2`` for rows without a date (the
        least and the most are then the same). What is reported of no row is left out.
    """
    columns = ["observed_on", "start_date", "end_date"]
    table = records[columns].astype("str").assign(partner=partners.astype("str"))
    rows: dict[tuple[str, int], list[int]] = {}
    counted = table.groupby(["partner", *columns], sort=False).size().rename("records").reset_index()
    for partner, *dates, number in counted[["partner", *columns, "records"]].to_numpy().tolist():
        for period, sure in _met(_spell(*dates), among):
            cell = rows.setdefault((partner, period), [0, 0])
            cell[0] += number if sure else 0
            cell[1] += number
    found = [(partner, period, *cell) for (partner, period), cell in rows.items()]
    return pd.DataFrame(found, columns=["partner", "period", "least", "most"])


def _spell(observed: str, start: str, end: str) -> _Spell | None:
    begin, finish = (observed, observed) if observed else (start or end, end or start)
    ends = (first_day(begin), last_day(begin), first_day(finish), last_day(finish))
    return None if None in ends else _Spell(*(each for each in ends if each))


def _met(spell: _Spell | None, among: Sequence[Quarter]) -> list[tuple[int, bool]]:
    """Return the columns that a time meets, and whether it does so for certain."""
    if spell is None:
        return [(-2, True)]
    days = [days_of(*each) for each in among]
    met = [(place, spell.surely(*each)) for place, each in enumerate(days) if spell.maybe(*each)]
    early = days[0][0]
    return [*([(-1, spell.begin_late < early)] if spell.begin_early < early else []), *met]


def last_reported(records: pd.DataFrame, partners: pd.Series, received: pd.Series) -> pd.DataFrame:
    """Return when each partner's records were last received, and the latest date that they speak of.

    Parameters
    ----------
    records : DataFrame
        ``observed_on, start_date, end_date``.
    partners, received : Series of str
        Partner of each row, and when the row was received: the day of the import that states it, else
        the date of its source; ``""`` where neither is known.

    Returns
    -------
    DataFrame
        ``partner, records, received, speaks_of`` (dates at the precision they have, ``""`` where none),
        the one received last first.
    """
    dates = records[["observed_on", "end_date", "start_date"]].astype("str")
    spoken = dates["observed_on"].where(dates["observed_on"] != "", dates["end_date"])
    spoken = spoken.where(spoken != "", dates["start_date"])
    whole = pd.DataFrame(
        {"partner": partners.astype("str"), "received": received.astype("str"), "speaks_of": spoken}
    )
    found = whole.groupby("partner", sort=False).agg(
        records=("partner", "size"), received=("received", "max"), speaks_of=("speaks_of", "max")
    )
    return found.reset_index().sort_values(
        ["received", "partner"], ascending=[False, True], ignore_index=True
    )


def to_remind(reported: pd.DataFrame, *, months: int, day: date) -> pd.DataFrame:
    """Return the partners whose last report is older than so many months, the longest silent first.

    A report of which only the year is known is taken to be of its last day; one of which nothing is
    known is listed, without a number of months.

    Parameters
    ----------
    reported : DataFrame
        Of :func:`last_reported`, of named partners.

    Returns
    -------
    DataFrame
        The same columns with ``months`` [whole months since], missing where no date is known.
    """
    limit = (pd.Timestamp(day) - pd.DateOffset(months=months)).date()
    last = [last_day(text) for text in reported["received"]]
    late = [each is None or each < limit for each in last]
    since = [pd.NA if each is None else _whole_months(each, day) for each in last]
    table = reported.assign(months=pd.array(since, dtype="Int64"))[late]
    return table.sort_values(
        ["months", "partner"], ascending=[False, True], na_position="first", ignore_index=True
    )


def _whole_months(earlier: date, day: date) -> int:
    """Months that have passed in full.

    >>> _whole_months(date(2024, 1, 31), date(2024, 2, 29))
    0
    >>> _whole_months(date(2024, 1, 15), date(2024, 2, 15))
    1
    """
    passed = (day.year - earlier.year) * 12 + day.month - earlier.month
    return max(0, passed - (day.day < earlier.day))
