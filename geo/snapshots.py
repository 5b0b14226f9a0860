"""What changed since the last meeting: the records of then against those of now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geo.activities import PEOPLE_COLUMNS
from geo.ages import last_day
from geo.counting import SEPARATOR, Communes, Members, named_communes

CHANGES: Final = ("added", "ended", "changed")
# How an activity ended, as far as it is said.
ENDINGS: Final = ("no_longer_stated", "completed", "end_date_passed")
# What a change is looked for in; remarks, keys and the provider's words say nothing new to a meeting.
COMPARED: Final = (
    *("implementing_org", "donor", "partner_orgs", "activity_status", "functionality", "observed_on"),
    *("start_date", "end_date", "quantity", "area_ha", *PEOPLE_COLUMNS, "place_set", "outcome"),
)


@dataclass(frozen=True, eq=False)
class Difference:
    """What lies between two states of the records.

    Attributes
    ----------
    changes : DataFrame
        One row a record: ``identity, change`` (one of :data:`CHANGES`), ``ending`` (of an ended one),
        ``columns`` (``;``-separated, of a changed one), ``activity_type, implementing_org, place_set``
        as stated last, and for each column changed ``before`` and ``after`` in ``details``: a list of
        ``(column, before, after)``.
    communes : DataFrame
        One row a commune that a changed record names: ``pcode, added, ended, changed``.
    above : DataFrame
        The changes of records that name no commune.
    same : int
        Records in which nothing compared changed.
    """

    changes: pd.DataFrame
    communes: pd.DataFrame
    above: pd.DataFrame
    same: int


def compare(
    then: pd.DataFrame,
    now: pd.DataFrame,
    *,
    then_on: date,
    now_on: date,
    shown: Communes = frozenset(),
    members: Members | None = None,
) -> Difference:
    """Compare the shared records of two days.

    Parameters
    ----------
    then, now : DataFrame
        Shared, placed records; the index is what tells a record from all others on both days (texts).
    then_on, now_on : date
        When each was so; an activity whose end lies between has ended.
    shown : frozenset of str
        Communes of the area asked; with ``members``, records that meet none of them are left out.
    """
    if members is not None:
        then, now = _meeting(then, shown, members), _meeting(now, shown, members)
    gone, new = then.index.difference(now.index), now.index.difference(then.index)
    both = then.index.intersection(now.index)
    before, after = _texts(then.loc[both]), _texts(now.loc[both])
    differs = before.to_numpy() != after.to_numpy()
    ended = _ended(then.loc[both], now.loc[both], then_on, now_on)
    rows = [*_rows(now.loc[new], "added"), *_rows(then.loc[gone], "ended", ending=ENDINGS[0])]
    for place, identity in enumerate(both):
        details = [
            (column, str(before.iat[place, at]), str(after.iat[place, at]))
            for at, column in enumerate(COMPARED)
            if differs[place, at]
        ]
        if ended[place]:
            rows += _rows(now.loc[[identity]], "ended", ending=ended[place], details=details)
        elif details:
            rows += _rows(now.loc[[identity]], "changed", details=details)
    names = ["identity", "change", "ending", "columns", "activity_type", "implementing_org", "place_set"]
    changes = pd.DataFrame(rows, columns=[*names, "details"])
    wide = np.array([not named_communes(text) for text in changes["place_set"]], dtype=bool)
    return Difference(
        changes=changes,
        communes=_by_commune(changes, shown),
        above=changes[wide].reset_index(drop=True),
        same=len(both) - int(((ended != "") | differs.any(axis=1)).sum()),
    )


def _meeting(records: pd.DataFrame, shown: Communes, members: Members) -> pd.DataFrame:
    meets = {text: bool(members.of_set(text) & shown) for text in records["place_set"].astype("str").unique()}
    return records[records["place_set"].astype("str").map(meets).astype(bool)]


def _texts(records: pd.DataFrame) -> pd.DataFrame:
    """The columns compared, as texts: a figure that is not reported is ``""`` on both days."""
    columns = {}
    for name in COMPARED:
        values = records[name]
        if values.dtype.kind == "f":
            # All digits of a figure: 1 234 567 people are not 1.23457e+06.
            figures = ["" if np.isnan(value) else f"{value:.15g}" for value in values]
            columns[name] = pd.Series(figures, index=records.index, dtype="str")
        else:
            columns[name] = values.astype("str")
    return pd.DataFrame(columns, index=records.index)


def _ended(then: pd.DataFrame, now: pd.DataFrame, then_on: date, now_on: date) -> np.ndarray:
    """How each activity ended between the two days, ``""`` where it did not."""
    statuses = zip(then["activity_status"].astype("str"), now["activity_status"].astype("str"), strict=True)
    dates = zip(then["end_date"].astype("str"), now["end_date"].astype("str"), strict=True)
    found = [_ending(status, day, then_on, now_on) for status, day in zip(statuses, dates, strict=True)]
    return np.array(found, dtype=object) if found else np.empty(0, dtype=object)


def _ending(statuses: tuple[str, str], ends: tuple[str, str], then_on: date, now_on: date) -> str:
    before, after = statuses
    if after == "completed" and before != "completed":
        return "completed"
    day, earlier = last_day(ends[1]), last_day(ends[0])
    # Already past at the first day: it had ended before, even if the date was corrected since.
    had_ended = before == "completed" or (earlier is not None and earlier < then_on)
    return "end_date_passed" if day and day < now_on and not had_ended else ""


def _rows(
    records: pd.DataFrame,
    change: str,
    *,
    ending: str = "",
    details: list[tuple[str, str, str]] | None = None,
) -> list[tuple[object, ...]]:
    said = details or []
    columns = SEPARATOR.join(column for column, _before, _after in said)
    kept = records[["activity_type", "implementing_org", "place_set"]].astype("str")
    return [
        (identity, change, ending, columns, *values, said)
        for identity, values in zip(records.index, kept.itertuples(index=False, name=None), strict=True)
    ]


def _by_commune(changes: pd.DataFrame, shown: Communes) -> pd.DataFrame:
    counts: dict[str, dict[str, int]] = {}
    for change, place_set in zip(changes["change"], changes["place_set"], strict=True):
        for pcode in named_communes(place_set):
            if not shown or pcode in shown:
                counts.setdefault(pcode, dict.fromkeys(CHANGES, 0))[change] += 1
    rows = [(pcode, *found.values()) for pcode, found in sorted(counts.items())]
    return pd.DataFrame(rows, columns=["pcode", *CHANGES])


def totals(difference: Difference) -> Mapping[str, int]:
    """How many records were added, ended and changed."""
    counts = difference.changes["change"].value_counts()
    return {name: int(counts.get(name, 0)) for name in CHANGES}
