"""What there is in each unit: a value or an interval, its state, and what stands beside it.

Six values never mix: a number, zero, none reported, not reported, unknown, not
applicable. Only what works counts as coverage; what is out of order, not used
or of unknown state stands apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo.activities import ActivityType, Source
from geo.counting import Communes, Members, bounds, relation

MEASURES: Final = (
    "working",
    "in_place",
    "out_of_order",
    "not_used",
    "partners",
    "records",
    "reached_people",
    "targeted_people",
)
STATES: Final = ("number", "zero", "none_reported", "not_reported", "unknown", "not_applicable")
OUT_OF_ORDER: Final = ("broken", "dry", "partly")
UNKNOWN_AS: Final = ("apart", "working", "not_working")


@dataclass(frozen=True)
class Assumptions:
    """Switches that change a count; each one in use is printed with the result.

    ``seasonal``: points that give water for part of the year count as working.
    ``unknown_as``: points of unknown state stand apart, or count as working or not.
    ``none_reported_is_zero``: silence is taken for absence.
    """

    seasonal: bool = True
    unknown_as: str = "apart"
    none_reported_is_zero: bool = False


def parts(records: pd.DataFrame, kind: ActivityType, *, assumptions: Assumptions) -> pd.Series:
    """Part that each record counts in: working, seasonal, out_of_order, not_used or unknown."""
    state = records["functionality"].astype("str")
    works = set(kind.works) - {"functional_seasonal"}
    table = {name: "working" for name in works}
    table |= {name: "out_of_order" for name in OUT_OF_ORDER if name not in works}
    table |= {"not_used": "not_used"}
    # A seasonal point is in its own part, added to the working ones or not by a switch.
    table["functional_seasonal"] = "seasonal" if "functional_seasonal" in kind.works else "out_of_order"
    found = state.map(table).fillna("unknown")
    replaced = {"apart": "unknown", "working": "working", "not_working": "out_of_order"}[assumptions.unknown_as]
    return found.where(found != "unknown", replaced)


def table(
    records: pd.DataFrame,
    units: Mapping[str, Communes],
    members: Members,
    *,
    kind: ActivityType,
    measure: str,
    assumptions: Assumptions,
    surveyed: Communes = frozenset(),
) -> pd.DataFrame:
    """What records say of one type for every unit.

    Parameters
    ----------
    records : DataFrame
        Placed records of this type, as the audience may see them.
    units : mapping of str to frozenset
        Units as their communes.
    surveyed : frozenset of str
        Communes that an exhaustive source covers: silence is zero there.

    Returns
    -------
    DataFrame
        One row a unit, in the order of ``units``: ``pcode, value_min, value_max,
        value_open, state, presence, records``, and for a type that is in working
        order or not the parts ``working_min … unknown_max`` beside.

    Raises
    ------
    ValueError
        If the measure is not one of :data:`MEASURES`.
    """
    if measure not in MEASURES:
        raise ValueError(f"no measure {measure!r}: one of {', '.join(MEASURES)}")
    every = pd.DataFrame({"pcode": list(units)})
    whole = every.merge(bounds(records, units, members), on="pcode", how="left")
    whole = whole.fillna({column: 0 for column in whole.columns[1:]})
    beside = _parts_table(records, units, members, kind=kind, assumptions=assumptions)
    result = every.join(beside.drop(columns="pcode"))
    result = result.assign(
        records=whole["records"].astype("int64"),
        presence=whole["presence_records"] > 0,
        in_place_min=whole["value_min"],
        in_place_max=whole["value_max"],
        in_place_open=whole["value_open"].astype("int64"),
    )
    value = _value(records, units, members, result, kind=kind, measure=measure)
    result = result.assign(**value)
    covered = np.array([communes <= surveyed for communes in units.values()])
    return result.assign(
        state=_state(result, measure=measure, kind=kind, covered=covered, assumptions=assumptions),
        above_max=np.where(result["presence"], 0.0, result["in_place_max"]),
    )


PARTS: Final = ("working", "seasonal", "out_of_order", "not_used", "unknown")


def _parts_table(
    records: pd.DataFrame,
    units: Mapping[str, Communes],
    members: Members,
    *,
    kind: ActivityType,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """``pcode`` and ``<part>_min, <part>_max, <part>_open`` for each part, one row a unit."""
    split = bounds(records.assign(part=parts(records, kind, assumptions=assumptions)), units, members, by=["part"])
    wide = pd.DataFrame({"pcode": list(units)})
    for part in PARTS:
        rows = split.loc[split["part"] == part, ["pcode", "value_min", "value_max", "value_open"]]
        named = rows.rename(columns=lambda name, part=part: name.replace("value", part))
        wide = wide.merge(named, on="pcode", how="left")
    filled = wide.fillna({column: 0 for column in wide.columns[1:]})
    if assumptions.seasonal:
        # Seasonal points count, and their number stays beside.
        for end in ("min", "max", "open"):
            filled[f"working_{end}"] = filled[f"working_{end}"] + filled[f"seasonal_{end}"]
    return filled


def _value(
    records: pd.DataFrame,
    units: Mapping[str, Communes],
    members: Members,
    result: pd.DataFrame,
    *,
    kind: ActivityType,
    measure: str,
) -> dict[str, pd.Series]:
    if measure in ("working", "in_place", "out_of_order", "not_used"):
        return {f"value_{end}": result[f"{measure}_{end}"] for end in ("min", "max", "open")}
    if measure == "records":
        table = bounds(records.assign(one=1.0), units, members, quantity="one")
        return _aligned(table, units)
    if measure == "partners":
        return _aligned(_partners(records, units, members), units)
    return _aligned(people(records, units, members, column=measure), units)


def _aligned(table: pd.DataFrame, units: Mapping[str, Communes]) -> dict[str, pd.Series]:
    columns = ["value_min", "value_max", "value_open"]
    whole = table.set_index("pcode")[columns].reindex(list(units)).fillna(0).reset_index(drop=True)
    return {column: whole[column] for column in columns}


def _partners(records: pd.DataFrame, units: Mapping[str, Communes], members: Members) -> pd.DataFrame:
    """Organisations with a presence (minimum), and those that a wider record may add (maximum)."""
    named = records[records["implementing_org"] != ""]
    pairs = relation(list(named["place_set"].unique()), units, members)
    joined = pairs.merge(named[["place_set", "implementing_org"]].drop_duplicates(), on="place_set")
    present = joined[joined["presence"]].groupby("pcode")["implementing_org"].nunique()
    meeting = joined.groupby("pcode")["implementing_org"].nunique()
    counted = pd.DataFrame({"value_min": present, "value_max": meeting}).fillna(0).assign(value_open=0)
    return counted.rename_axis("pcode").reset_index()


def people(
    records: pd.DataFrame, units: Mapping[str, Communes], members: Members, *, column: str
) -> pd.DataFrame:
    """People without double counting: *at least* and *at most*.

    At most is the raw sum of all that may be in the unit. At least follows the
    rule of Mali's 2019 response plan: by commune and period the sum within a
    partner and sector, then the largest across them; records that are not split
    to communes are set against that as one further lower bound, never added.

    Returns
    -------
    DataFrame
        ``pcode, value_min, value_max, value_open`` (records without the figure).
    """
    most = bounds(records, units, members, quantity=column)
    known = records[records[column].notna()].assign(period=lambda rows: _period(rows))
    split = known["adm3_pcode"] != ""
    cells = ["place_set", "period", "implementing_org", "sector"]
    summed = known.groupby(cells, sort=False)[column].sum().reset_index()
    pairs = relation(list(summed["place_set"].unique()), units, members)
    inside = pairs[pairs["inside"]].merge(summed, on="place_set")
    single = set(known.loc[split, "place_set"])
    largest = inside.groupby(["pcode", "place_set", "period"])[column].max().reset_index()
    is_single = largest["place_set"].isin(single)
    of_communes = largest[is_single].groupby("pcode")[column].sum()
    of_wider = largest[~is_single].groupby("pcode")[column].max()
    least = pd.concat([of_communes, of_wider], axis=1).max(axis=1)
    return most.assign(value_min=most["pcode"].map(least).fillna(0.0))


def _period(records: pd.DataFrame) -> pd.Series:
    """Year of each record's start, else of its observation; ``""`` where neither is reported."""
    dated = records["start_date"].where(records["start_date"] != "", records["observed_on"])
    return dated.str.slice(0, 4)


def _state(
    result: pd.DataFrame,
    *,
    measure: str,
    kind: ActivityType,
    covered: np.ndarray,
    assumptions: Assumptions,
) -> np.ndarray:
    silent = ~result["presence"].to_numpy()
    lowest, highest = result["value_min"].to_numpy(), result["value_max"].to_numpy()
    unreported = result["value_open"].to_numpy() > 0
    none = (lowest == 0) & (highest == 0)
    unknown = result["unknown_max"].to_numpy() + result["unknown_open"].to_numpy() > 0
    absent = np.where(covered, "zero", "none_reported")
    if assumptions.none_reported_is_zero:
        absent = np.full(len(result), "zero")
    above = result["records"].to_numpy() > 0
    conditions = [silent & above, silent, none & unreported]
    choices: list[np.ndarray | str] = [np.where(above, "none_reported", absent), absent, "not_reported"]
    if measure == "working":
        conditions.append(none & unknown)
        choices.append("unknown")
    conditions.append(none)
    choices.append(absent)
    state = np.select(conditions, choices, default="number")
    if measure in ("working", "out_of_order", "not_used") and not kind.works:
        return np.full(len(result), "not_applicable", dtype=object)
    return state.astype(object)


def surveyed(records: pd.DataFrame, sources: Mapping[str, Source], members: Members, *, kind: str) -> Communes:
    """Communes that an exhaustive source of this type covers.

    A source whose scope says ``reported`` covers the communes that it has a row for.
    """
    found: set[str] = set()
    for source in sources.values():
        if not source.scope.exhaustive or kind not in source.scope.types:
            continue
        if source.scope.units == ("reported",):
            found |= set(records.loc[records["source_id"] == source.source_id, "adm3_pcode"])
        else:
            found |= _communes(source.scope.units, members)
    return frozenset(found - {""})


def _communes(units: Iterable[str], members: Members) -> Communes:
    return frozenset().union(*(members.of(unit) for unit in units))


def above(
    records: pd.DataFrame, units: Mapping[str, Communes], members: Members, *, shown: Communes
) -> pd.DataFrame:
    """Records known above the units only: they meet the area shown and lie inside no unit.

    They colour nothing; the badge beside the map counts them.
    """
    wide = _wide(list(records["place_set"].unique()), units, members, shown=shown)
    return records[records["place_set"].isin(wide)]


def _wide(place_sets: Sequence[str], units: Mapping[str, Communes], members: Members, *, shown: Communes) -> set[str]:
    single = {commune for communes in units.values() for commune in communes}
    found = set()
    for place_set in place_sets:
        whole = members.of_set(place_set)
        if not whole & shown:
            continue
        if len(whole) == 1 and whole <= single:
            continue
        if not any(whole <= communes for communes in units.values()):
            found.add(place_set)
    return found
