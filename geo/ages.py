"""Time: what was active on a date, what there was then and now, how old a figure is and what it is worth.

Dates come at the precision their source has (a year, a month, a day). A date
of lower precision stands for all of its days, so that some questions have
three answers: yes, no, unknown.
"""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

import numpy as np
import pandas as pd

from geo.facts import Prepared, View, build
from geo.i18n import _, ngettext, number

ANSWERS: Final = ("yes", "no", "unknown")
CHANGES: Final = ("more", "fewer", "same", "unknown")
DAYS_OF_A_YEAR: Final = 365.25


def first_day(text: str) -> date | None:
    """First day that a date of any precision may mean; ``None`` where there is none.

    >>> first_day("2020-02"), first_day("")
    (datetime.date(2020, 2, 1), None)
    """
    parts = _parts(text)
    return date(*[*parts, 1, 1][:3]) if parts else None


def last_day(text: str) -> date | None:
    """Last day that a date of any precision may mean; ``None`` where there is none.

    >>> last_day("2020-02"), last_day("2020")
    (datetime.date(2020, 2, 29), datetime.date(2020, 12, 31))
    """
    parts = _parts(text)
    if not parts:
        return None
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return date(year, month, day)


def _parts(text: str) -> list[int]:
    """Year, month and day as far as they are given; nothing for a text that is no date."""
    for form, count in (("%Y-%m-%d", 3), ("%Y-%m", 2), ("%Y", 1)):
        try:
            read = datetime.strptime(text, form)
        except ValueError:
            continue
        return [read.year, read.month, read.day][:count]
    return []


def _not_after(dates: pd.Series, day: date) -> np.ndarray:
    """``yes`` where a date lies on or before a day for certain, ``no`` where after, else ``unknown``."""

    def answer(text: str) -> str:
        first, last = first_day(text), last_day(text)
        if first is None or last is None:
            return "unknown"
        return "yes" if last <= day else "no" if first > day else "unknown"

    return _by_text(dates, answer)


def _by_text(dates: pd.Series, answer: Callable[[str], str | float]) -> np.ndarray:
    # A date repeats in thousands of rows: each is read once.
    texts = dates.astype("str")
    found = {text: answer(str(text)) for text in texts.unique()}
    return texts.map(found).to_numpy(dtype=object)


def active_on(records: pd.DataFrame, day: date) -> pd.Series:
    """Whether each activity was under way on a day: ``yes``, ``no`` or ``unknown``.

    Under way from the start to the end, both included. An activity that is *ongoing*, or that has
    no end, has not ended; one that is *planned* or *suspended* is not under way; one without a start
    is unknown unless its end lies before the day.

    Parameters
    ----------
    records : DataFrame
        ``start_date, end_date, activity_status``.
    """
    begun = _not_after(records["start_date"], day)
    ends = records["end_date"].astype("str")
    # Ended before the day: the day after the end is not after the day.
    ended = np.where(ends == "", "no", ended_before(ends, day))
    status = records["activity_status"].astype("str")
    idle = status.isin(["planned", "suspended"]).to_numpy()
    ended = np.where(status.eq("ongoing") & (ends == ""), "no", ended)
    # Finished, with no date for it: it may have been so on the day.
    ended = np.where(status.eq("completed") & (ends == ""), "unknown", ended)
    no = (begun == "no") | (ended == "yes") | idle
    yes = (begun == "yes") & (ended == "no") & ~no
    return pd.Series(np.where(no, "no", np.where(yes, "yes", "unknown")), index=records.index, dtype="str")


def ended_before(ends: pd.Series, day: date) -> pd.Series:
    """Whether each end lies before a day for certain: ``yes``, ``no`` or ``unknown`` (also without an end).

    >>> ended_before(pd.Series(["2025-12", "2026", ""]), date(2026, 11, 22)).tolist()
    ['yes', 'unknown', 'unknown']
    """

    def answer(text: str) -> str:
        first, last = first_day(text), last_day(text)
        if first is None or last is None:
            return "unknown"
        return "yes" if last < day else "no" if first >= day else "unknown"

    return pd.Series(_by_text(ends, answer), index=ends.index, dtype="str")


def known_on(records: pd.DataFrame, day: date) -> pd.Series:
    """Whether each record speaks of a time on or before a day: what coverage *then* is counted from.

    A work is there from the day it was observed; where it was not, from the end of the activity that
    made it, or else from its start. A work that was made later was not there.

    Parameters
    ----------
    records : DataFrame
        ``observed_on, end_date, start_date``.
    """
    dates = records["observed_on"].astype("str")
    for column in ("end_date", "start_date"):
        dates = dates.where(dates != "", records[column].astype("str"))
    return pd.Series(_not_after(dates, day), index=records.index, dtype="str")


def changes(before: pd.DataFrame, after: pd.DataFrame, *, value: str = "working") -> pd.DataFrame:
    """Compare two answers to the same question, unit by unit: what changed.

    Parameters
    ----------
    before, after : DataFrame
        Units of two :class:`geo.facts.Facts` of the same level: ``pcode, name,
        {value}_min, {value}_max, {value}_open, state``.

    Returns
    -------
    DataFrame
        ``pcode, name, before_min, before_max, after_min, after_max, change_min, change_max, change``:
        ``change`` is ``more``, ``fewer`` or ``same`` only where the intervals leave no doubt and both
        sides are known; what was reported of neither time is ``unknown``, never ``same``.
    """
    columns = ["pcode", f"{value}_min", f"{value}_max", f"{value}_open", "state"]
    joined = before[["name", *columns]].merge(after[columns], on="pcode", suffixes=("_then", "_now"))
    ends = {
        f"{when}_{end}": joined[f"{value}_{end}_{suffix}"].astype(float)
        for when, suffix in (("before", "then"), ("after", "now"))
        for end in ("min", "max")
    }
    for when, suffix in (("before", "then"), ("after", "now")):
        unbounded = joined[f"{value}_open_{suffix}"] > 0
        ends[f"{when}_max"] = ends[f"{when}_max"].where(~unbounded, np.inf)
    least = ends["after_min"] - ends["before_max"]
    most = ends["after_max"] - ends["before_min"]
    known = joined[["state_then", "state_now"]].isin(["number", "zero"]).all(axis=1)
    same = (least == 0) & (most == 0)
    found = np.select([~known, same, least > 0, most < 0], ["unknown", "same", "more", "fewer"], "unknown")
    return joined[["pcode", "name"]].assign(**ends, change_min=least, change_max=most, change=found)


def then_and_now(prepared: Prepared, view: View, *, then: date, now: date | None = None) -> pd.DataFrame:
    """Coverage on an earlier day and on a later one (all that is known, by default), and what changed.

    A record counts on a day where its dates begin on or before it; records without any date count
    *now* only when no day is given, and never *then*.

    Returns
    -------
    DataFrame
        See :func:`changes`.
    """
    measured = replace(view, measure="working")
    before = build(prepared, replace(measured, period=("", then.isoformat())))
    after = build(prepared, replace(measured, period=("", now.isoformat() if now else "")))
    return changes(before.units, after.units)


def age_years(dates: pd.Series, *, on: date) -> pd.Series:
    """Age of each figure [years], NaN where it has no date.

    A date of lower precision is taken at the middle of what it may mean; one in the future is of age 0.

    Examples
    --------
    >>> age_years(pd.Series(["2020-11-22", ""]), on=date(2026, 11, 22)).round(2).tolist()
    [6.0, nan]
    """

    def age(text: str) -> float:
        first, last = first_day(text), last_day(text)
        if first is None or last is None:
            return float("nan")
        middle = (first.toordinal() + last.toordinal()) / 2
        return max(0.0, (on.toordinal() - middle) / DAYS_OF_A_YEAR)

    return pd.Series(_by_text(dates, age).astype(float), index=dates.index)


def age_words(text: str, *, on: date) -> str:
    """``relevé de 2020 (6 ans)``: the year of a figure and how many calendar years lie between.

    >>> age_words("2020", on=date(2026, 11, 22))
    'relevé de 2020 (6 ans)'
    """
    first = first_day(text)
    if first is None:
        return _("date non rapportée")
    years = max(0, on.year - first.year)
    told = ngettext("{n} an", "{n} ans", years).format(n=number(years))
    return _("relevé de {year} ({age})").format(year=first.year, age=told)


def trust(age: pd.Series, *, half_life_years: float | None = None) -> pd.Series:
    """Say what a figure is still worth: ``0.5 ** (age / half-life)``, 1 fresh, 0.5 after one half-life.

    Off by default: without a half-life every figure is worth 1, and one without a date as well. With
    one, a figure without a date is NaN: not known.

    Parameters
    ----------
    age : Series of float
        [years].
    half_life_years : float, optional
        After which half of the figures of this type are no longer true; an assumption of the programme.

    Raises
    ------
    ValueError
        If the half-life is not above 0.

    Examples
    --------
    >>> trust(pd.Series([0.0, 3.0, 6.0]), half_life_years=3).tolist()
    [1.0, 0.5, 0.25]
    """
    if half_life_years is None:
        return pd.Series(1.0, index=age.index)
    if not half_life_years > 0:
        raise ValueError(f"half-life of {half_life_years} years: it has to be above 0")
    return 0.5 ** (age / half_life_years)


def trusted(
    values: Mapping[str, float], age: Mapping[str, float], *, half_life_years: float
) -> dict[str, float]:
    """Working works of each unit after the wear of time: ``value × trust(age)``, an estimate to be marked.

    A unit without an age keeps no figure (NaN): what it is worth is not known.
    """
    ages = pd.Series({code: age.get(code, np.nan) for code in values}, dtype=float)
    worth = trust(ages, half_life_years=half_life_years)
    return {code: float(value * worth[code]) for code, value in values.items()}
