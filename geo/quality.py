"""The quality of records: by partner, source or import, what is filled in, doubtful, past or old."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geo.activities import NUMBER_COLUMNS, PEOPLE_COLUMNS, PROVIDER_COLUMNS, ActivityType, Source
from geo.ages import age_years, ended_before
from geo.counting import Accounting, Communes, Members, account, has_flag

# What is to be looked at in a record; a row may have several.
FAULTS: Final = ("review", "rejected", "contradicted", "repeat", "past_end")
# Columns of :func:`by_group` that are counts of rows.
COUNTS: Final = (
    *("read", "placed", "review", "rejected", "outside_shown", "repeat"),
    *("contradicted", "older_vintage", "past_end", "undated"),
)
# The type whose works have an area; every other has none.
AREA_TYPES: Final = ("market_garden",)
# Precisions at which a record is not of one point.
_WIDE: Final = ("cercle", "region", "several")
_NOT_FILLED: Final[Mapping[str, str]] = {"activity_type": "unspecified"}


def faults(records: pd.DataFrame, *, day: date) -> pd.DataFrame:
    """Return what is to be looked at in each row.

    Parameters
    ----------
    records : DataFrame
        Placed records of every outcome.
    day : date
        The day on which an activity that is said to be ongoing should not have ended.

    Returns
    -------
    DataFrame of bool
        One column each of :data:`FAULTS`, on the index of ``records``: ``contradicted`` is a position
        outside the place that the row names, read through every known vintage; ``repeat`` a row that
        is placed and says again what an earlier one says; ``past_end`` one that is ongoing after its
        end for certain.
    """
    ongoing = records["activity_status"].astype("str").eq("ongoing")
    return pd.DataFrame(
        {
            "review": records["outcome"].eq("review"),
            "rejected": records["outcome"].eq("rejected"),
            "contradicted": has_flag(records, "stated_place_differs"),
            "repeat": has_flag(records, "possible_repeat") & records["outcome"].eq("placed"),
            "past_end": ongoing & ended_before(records["end_date"], day).eq("yes"),
        }
    )


def dates_of_figures(records: pd.DataFrame, sources: Mapping[str, Source]) -> pd.Series:
    """Return when each figure was seen: its own ``observed_on``, else the date of its source, else ``""``."""
    observed = records["observed_on"].astype("str")
    told = {name: source.date for name, source in sources.items()}
    of_source = records["source_id"].map(lambda name: told.get(name, "")).astype("str")
    return observed.where(observed != "", of_source)


def by_group(
    records: pd.DataFrame,
    groups: pd.Series,
    *,
    day: date,
    sources: Mapping[str, Source],
    shown: Communes = frozenset(),
    members: Members | None = None,
) -> pd.DataFrame:
    """Return accounting, faults and age of figures of each group of rows.

    Parameters
    ----------
    records : DataFrame
        Placed records of every outcome.
    groups : Series of str
        Group of each row (partner, source or import), on the index of ``records``.
    shown, members
        See :func:`geo.counting.account`.

    Returns
    -------
    DataFrame
        One row a group, the one of most rows first: ``group``, the :data:`COUNTS` (``read = placed +
        review + rejected``; each adds up to that of all rows), ``age_median``, ``age_oldest`` [years]
        and ``oldest`` (the date, at the precision it has); missing where no row has a date.
    """
    found = faults(records, day=day)
    found["older_vintage"] = has_flag(records, "older_vintage")
    dates = dates_of_figures(records, sources)
    ages = age_years(dates, on=day)
    rows = []
    for name, labels in groups.groupby(groups, sort=False).groups.items():
        accounts = account(records.loc[labels], shown=shown, members=members)
        rows.append(
            {"group": str(name)}
            | _counts(accounts)
            | {column: int(found.loc[labels, column].sum()) for column in _FLAGGED}
            | _age(ages[labels], dates[labels])
        )
    columns = ["group", *COUNTS, "age_median", "age_oldest", "oldest"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["read", "group"], ascending=[False, True], ignore_index=True)


_FLAGGED: Final = ("repeat", "contradicted", "older_vintage", "past_end")


def _counts(accounts: Accounting) -> dict[str, int]:
    return {
        name: getattr(accounts, name) for name in ("read", "placed", "review", "rejected", "outside_shown")
    }


def _age(ages: pd.Series, dates: pd.Series) -> dict[str, object]:
    known = ages.dropna()
    if known.empty:
        return {"undated": len(ages), "age_median": np.nan, "age_oldest": np.nan, "oldest": ""}
    return {
        "undated": int(ages.isna().sum()),
        "age_median": float(known.median()),
        "age_oldest": float(known.max()),
        "oldest": str(dates.iloc[int(ages.to_numpy(dtype=float, na_value=-1.0).argmax())]),
    }


# ---- what is filled in ------------------------------------------------------------------------------


def applicable(records: pd.DataFrame, types: Mapping[str, ActivityType]) -> pd.DataFrame:
    """Return to which rows each field of the record applies; where it does not, it is no gap.

    State, date of observation and kind apply to works that run; area to market gardens; currency to an
    amount; size of households to a number of them; parts of people to their total; what was reached to
    what is not only planned; a position to what is not of a whole cercle or region nor of several places;
    of a name and a code of one unit either is enough.

    Returns
    -------
    DataFrame of bool
        One column each of :data:`geo.activities.PROVIDER_COLUMNS`.
    """
    everywhere = pd.Series(True, index=records.index)
    kind = records["activity_type"].astype("str")
    runs = kind.isin([name for name, made in types.items() if made.works])
    begun = records["activity_status"].astype("str").ne("planned")
    given = {name: filled(records, name) for name in PROVIDER_COLUMNS if name in records}
    rules = dict.fromkeys(("functionality", "observed_on", "subtype"), runs)
    rules |= {"area_ha": kind.isin(AREA_TYPES), "currency": given["amount"]}
    rules |= {"household_size": given["targeted_households"] | given["reached_households"]}
    rules |= {name: begun for name in PEOPLE_COLUMNS if name.startswith("reached_")}
    for stage in ("targeted", "reached"):
        total = given[f"{stage}_people"]
        rules |= {name: total for name in PEOPLE_COLUMNS if name.startswith(f"{stage}_people_")}
    rules |= dict.fromkeys(("longitude", "latitude"), ~records["precision"].isin(_WIDE))
    rules |= {"possible_repeats": records["quantity"] > 1}
    for number in (1, 2, 3):
        name, code = f"provider_adm{number}_name", f"provider_adm{number}_pcode"
        rules |= {name: given[name] | ~given[code], code: given[code] | ~given[name]}
    coded = [given[f"provider_adm{number}_pcode"] for number in (1, 2, 3)]
    rules |= {"provider_vintage": coded[0] | coded[1] | coded[2]}
    return pd.DataFrame({name: rules.get(name, everywhere) for name in PROVIDER_COLUMNS})


def filled(records: pd.DataFrame, field: str) -> pd.Series:
    """Rows in which a field says something; a type that nobody stated is none."""
    if field in NUMBER_COLUMNS:
        return records[field].notna()
    values = records[field].astype("str")
    return values.ne("") & values.ne(_NOT_FILLED.get(field, ""))


def completeness(
    records: pd.DataFrame,
    groups: pd.Series,
    *,
    types: Mapping[str, ActivityType],
    fields: Sequence[str] = PROVIDER_COLUMNS,
) -> pd.DataFrame:
    """Return in how many of the rows that it applies to each field is filled in.

    Returns
    -------
    DataFrame
        One row a group and field: ``group, field, rows, applicable, filled, not_applicable`` and
        ``share`` [0-1] of ``filled`` in ``applicable``, missing where the field applies to no row.
    """
    asked = applicable(records, types)
    rows = groups.groupby(groups, sort=False).size()
    parts = []
    for field in fields:
        applies = asked[field].groupby(groups, sort=False).sum()
        having = (filled(records, field) & asked[field]).groupby(groups, sort=False).sum()
        part = pd.DataFrame({"rows": rows, "applicable": applies, "filled": having}).astype("int64")
        parts.append(part.assign(field=field).rename_axis("group").reset_index())
    table = pd.concat(parts, ignore_index=True) if len(records) else pd.DataFrame(columns=_COMPLETE)
    share = table["filled"] / table["applicable"].where(table["applicable"] > 0)
    table = table.assign(not_applicable=table["rows"] - table["applicable"], share=share)
    return table[["group", "field", "rows", "applicable", "filled", "not_applicable", "share"]]


_COMPLETE: Final = ("group", "field", "rows", "applicable", "filled")
