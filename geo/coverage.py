"""What there is in each unit: a value or an interval, its state, and what stands beside it.

Six values never mix: a number, zero, none reported, not reported, unknown, not
applicable. Only what works counts as coverage; what is out of order, not used
or of unknown state stands apart.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo import pcodes
from geo.activities import FUNCTIONALITIES, ActivityType, Source
from geo.counting import Communes, Members, Pairs, Tally, tally
from geo.filters import coded, split

WORK_MEASURES: Final = ("working", "in_place", "out_of_order", "not_used")
PEOPLE_MEASURES: Final = ("reached_people", "targeted_people")
MEASURES: Final = (*WORK_MEASURES, "partners", "records", *PEOPLE_MEASURES)
_OF_WORKS: Final = ("quantity", "functionality")
STATES: Final = ("number", "zero", "none_reported", "not_reported", "unknown", "not_applicable")
PARTS: Final = ("working", "seasonal", "out_of_order", "not_used", "unknown")
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


def columns(measure: str) -> tuple[str, ...]:
    """Return the columns of the records that counting reads for a measure."""
    if measure in PEOPLE_MEASURES:
        return (*_OF_WORKS, "implementing_org", "sector", "start_date", "observed_on", measure)
    return (*_OF_WORKS, "implementing_org") if measure == "partners" else _OF_WORKS


def part_of_state(kind: ActivityType, *, assumptions: Assumptions) -> dict[str, str]:
    """Return the part (:data:`PARTS`) that each functionality counts in; one not reported is unknown."""
    table = dict.fromkeys(("", *FUNCTIONALITIES), "unknown")
    table |= dict.fromkeys(OUT_OF_ORDER, "out_of_order") | {"not_used": "not_used"}
    # A seasonal point has a part of its own, added to the working ones or not by a switch.
    table["functional_seasonal"] = "seasonal" if "functional_seasonal" in kind.works else "out_of_order"
    table |= dict.fromkeys(set(kind.works) - {"functional_seasonal"}, "working")
    replaced = {"apart": "unknown", "working": "working", "not_working": "out_of_order"}[
        assumptions.unknown_as
    ]
    return {state: replaced if part == "unknown" else part for state, part in table.items()}


def works(
    records: pd.DataFrame,
    pairs: Pairs,
    set_of_record: np.ndarray,
    *,
    kind: ActivityType,
    assumptions: Assumptions,
) -> dict[str, np.ndarray]:
    """Count the works that records of one type name in every unit: the same whatever is then measured.

    Parameters
    ----------
    records : DataFrame
        Placed records of this type, as the audience may see them: ``quantity, functionality``.
    pairs : Pairs
        The records' place sets against the units.
    set_of_record : array of int
        Index of each record's place set in ``pairs.place_sets``.

    Returns
    -------
    dict of arrays
        One entry a unit, in the order of ``pairs.units``: ``presence, records, above_max``, the parts
        ``working_min … unknown_open`` and ``in_place_min, in_place_max, in_place_open``.
    """
    split = tally(
        set_of_record,
        records["quantity"].to_numpy(dtype=float),
        pairs,
        part_of_record=_parts(records, kind, assumptions=assumptions),
        parts=len(PARTS),
    )
    columns = _works(split, assumptions=assumptions)
    presence = split.present.sum(axis=1) > 0
    return columns | {
        "records": split.records.sum(axis=1).astype(np.int64),
        "presence": presence,
        "above_max": np.where(presence, 0.0, columns["in_place_max"]),
    }


def table(  # keyword-only: what is counted, and the assumptions in use
    records: pd.DataFrame,
    pairs: Pairs,
    set_of_record: np.ndarray,
    *,
    counted: Mapping[str, np.ndarray],
    kind: ActivityType,
    measure: str,
    assumptions: Assumptions,
    covered: np.ndarray,
) -> pd.DataFrame:
    """Measure what records say of one type for every unit.

    Parameters
    ----------
    records : DataFrame
        Placed records of this type, as the audience may see them: :func:`columns` of the measure.
    pairs : Pairs
        The records' place sets against the units.
    set_of_record : array of int
        Index of each record's place set in ``pairs.place_sets``.
    counted
        :func:`works` of the same records.
    covered : array of bool
        Units that an exhaustive source covers whole: silence is zero there.

    Returns
    -------
    DataFrame
        One row a unit, in the order of ``pairs.units``: ``pcode, value_min,
        value_max, value_open, state, presence, records, above_max``, the parts
        ``working_min … unknown_open`` and ``in_place_min, in_place_max,
        in_place_open``. ``above_max`` is what records known above the unit
        could add where nothing is named in it.

    Raises
    ------
    ValueError
        If the measure is not one of :data:`MEASURES`.
    """
    if measure not in MEASURES:
        raise ValueError(f"no measure {measure!r}: one of {', '.join(MEASURES)}")
    columns = dict(counted)
    for end, values in zip(
        ("min", "max", "open"), _values(records, pairs, set_of_record, columns, measure), strict=True
    ):
        columns[f"value_{end}"] = values
    columns["value_open"] = columns["value_open"].astype(np.int64)
    columns["state"] = _state(columns, measure=measure, kind=kind, covered=covered, assumptions=assumptions)
    return pd.DataFrame({"pcode": list(pairs.units), **columns})


def _parts(records: pd.DataFrame, kind: ActivityType, *, assumptions: Assumptions) -> np.ndarray:
    part = part_of_state(kind, assumptions=assumptions)
    state, names = coded(records["functionality"])
    index = np.array([PARTS.index(part[name]) for name in names], dtype=np.int64)
    return index[state] if len(names) else np.empty(0, dtype=np.int64)


def _works(split: Tally, *, assumptions: Assumptions) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for end, values in (("min", split.least), ("max", split.most), ("open", split.unreported)):
        for place, part in enumerate(PARTS):
            columns[f"{part}_{end}"] = values[:, place]
        if assumptions.seasonal:
            # Seasonal points count, and their number stays beside.
            columns[f"working_{end}"] = columns[f"working_{end}"] + columns[f"seasonal_{end}"]
        columns[f"in_place_{end}"] = values.sum(axis=1)
    return columns


def _values(
    records: pd.DataFrame,
    pairs: Pairs,
    set_of_record: np.ndarray,
    columns: Mapping[str, np.ndarray],
    measure: str,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if measure in WORK_MEASURES:
        return columns[f"{measure}_min"], columns[f"{measure}_max"], columns[f"{measure}_open"]
    if measure == "records":
        counted = tally(set_of_record, np.ones(len(records)), pairs)
        return counted.least[:, 0], counted.most[:, 0], counted.unreported[:, 0]
    if measure == "partners":
        return _partners(records, pairs, set_of_record)
    return people(records, pairs, set_of_record, column=measure)


def _partners(
    records: pd.DataFrame, pairs: Pairs, set_of_record: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Organisations with a presence (least), and those that a wider record may add (most)."""
    cell, texts = coded(records["implementing_org"])
    # A record of several organisations makes each of them present.
    named = [[name for name in split(text) if name] for text in texts]
    names = {name: place for place, name in enumerate(dict.fromkeys(itertools.chain(*named)))}
    of_cell = np.zeros((len(texts), len(names)), dtype=np.int64)
    for place, listed in enumerate(named):
        of_cell[place, [names[name] for name in listed]] = 1
    of_set = np.zeros((len(pairs.place_sets), len(texts)), dtype=np.int64)
    of_set[set_of_record, cell] = 1
    active = of_set @ of_cell > 0

    def by_unit(used: np.ndarray) -> np.ndarray:
        found = np.zeros((len(pairs.units), len(names)), dtype=bool)
        np.logical_or.at(found, pairs.unit_index[used], active[pairs.set_index[used]])
        return found.sum(axis=1).astype(float)

    every = np.ones(len(pairs.set_index), dtype=bool)
    return by_unit(pairs.presence), by_unit(every), np.zeros(len(pairs.units))


def people(
    records: pd.DataFrame, pairs: Pairs, set_of_record: np.ndarray, *, column: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People without double counting: *at least*, *at most*, and the records without the figure.

    At most is the raw sum of all that may be in the unit. At least follows the
    rule of Mali's 2019 response plan: by commune and period the sum within a
    partner and sector, then the largest across them. Records that are not split
    to communes are set against that as one further lower bound, never added.
    """
    figures = records[column].to_numpy(dtype=float)
    most = tally(set_of_record, figures, pairs)
    known = np.flatnonzero(~np.isnan(figures))
    # Numbers in the place of texts: a million of these take half a second to compare.
    cells = pd.DataFrame(
        {
            "set_index": set_of_record[known],
            "period": _period(records)[known],
            "org": coded(records["implementing_org"])[0][known],
            "sector": coded(records["sector"])[0][known],
            "people": figures[known],
        }
    )
    summed = cells.groupby(["set_index", "period", "org", "sector"], sort=False)["people"].sum()
    largest = summed.groupby(level=["set_index", "period"]).max()
    of_sets = np.zeros(len(pairs.place_sets))
    np.add.at(of_sets, largest.index.get_level_values(0).to_numpy(dtype=np.int64), largest.to_numpy())
    single = np.array([pcodes.level(text) == "commune" for text in pairs.place_sets], dtype=bool)
    inside = pairs.inside
    split, wide = inside & single[pairs.set_index], inside & ~single[pairs.set_index]
    least, widest = np.zeros(len(pairs.units)), np.zeros(len(pairs.units))
    np.add.at(least, pairs.unit_index[split], of_sets[pairs.set_index[split]])
    np.maximum.at(widest, pairs.unit_index[wide], of_sets[pairs.set_index[wide]])
    return np.maximum(least, widest), most.most[:, 0], most.unreported[:, 0]


def _period(records: pd.DataFrame) -> np.ndarray:
    """Year of each record's start, else of its observation, as a number of its own; one where neither is."""
    numbers: dict[str, int] = {"": 0}
    start, observed = (_years(records[name], numbers) for name in ("start_date", "observed_on"))
    return np.where(start != 0, start, observed)


def _years(dates: pd.Series, numbers: dict[str, int]) -> np.ndarray:
    code, texts = coded(dates)
    found = [numbers.setdefault(text[:4], len(numbers)) for text in texts]
    return np.array(found, dtype=np.int64)[code] if found else np.zeros(len(dates), dtype=np.int64)


def _state(
    columns: Mapping[str, np.ndarray],
    *,
    measure: str,
    kind: ActivityType,
    covered: np.ndarray,
    assumptions: Assumptions,
) -> np.ndarray:
    if measure in ("working", "out_of_order", "not_used") and not kind.works:
        return np.full(len(covered), "not_applicable", dtype=object)
    silent, touched = ~columns["presence"], columns["records"] > 0
    none = (columns["value_min"] == 0) & (columns["value_max"] == 0)
    unknown = columns["unknown_max"] + columns["unknown_open"] > 0
    # A survey of works covers works: of people and partners its silence says nothing.
    covered = covered & (measure in (*WORK_MEASURES, "records"))
    absent = np.where(covered | assumptions.none_reported_is_zero, "zero", "none_reported")
    cases = [
        # A record known above the unit only gives it neither presence nor, for all we know, absence.
        (silent & touched, "none_reported"),
        (silent, absent),
        (none & (columns["value_open"] > 0), "not_reported"),
        (none & unknown & (measure == "working"), "unknown"),
        (none, absent),
    ]
    found = np.full(len(covered), "number", dtype=object)
    for condition, state in reversed(cases):
        found = np.where(condition, state, found)
    return found


def surveyed(
    records: pd.DataFrame, sources: Mapping[str, Source], members: Members, *, kind: str
) -> Communes:
    """Communes that an exhaustive source of this type covers.

    A source whose scope says ``reported`` covers the communes that it has a row for.
    """
    found: set[str] = set()
    for source in sources.values():
        if not source.scope.exhaustive or kind not in source.scope.types:
            continue
        if source.scope.units == ("reported",):
            found |= set(records.loc[records["source_id"] == source.source_id, "adm3_pcode"].unique())
        else:
            found |= _communes(source.scope.units, members)
    return frozenset(found - {""})


def _communes(units: Iterable[str], members: Members) -> Communes:
    return frozenset().union(*(members.of(unit) for unit in units))
