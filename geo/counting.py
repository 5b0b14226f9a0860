"""How records are counted: the accounting (every row is somewhere) and the set rule (bounds).

A record states a quantity q for a set of places S. For a unit U it counts

* exactly q where all of S lies in U,
* 0 to q where U meets S or lies inside a member of S,
* nothing elsewhere.

Units and places are compared as sets of communes, so that a region of 2023, a cercle or a choice of communes
follow one rule. Bounds are of the records; a parent's are never its children's sum (docs/counting.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from geo import pcodes
from geo.activities import PEOPLE_COLUMNS

Communes = frozenset[str]
SEPARATOR: Final = ";"
# Ties a row to the finer rows it is made of.
TIE_COLUMNS: Final = ("source_id", "project_code", "record_key", "activity_type", "implementing_org")
# What a row and its details both state, so that it must not be added twice.
FIGURES: Final = ("quantity", "area_ha", "amount", *PEOPLE_COLUMNS)


@dataclass(frozen=True)
class Accounting:
    """Where every row that was read went: ``read == placed + review + rejected``.

    ``outside_shown`` and ``repeats`` are parts of ``placed`` and not taken away from it. ``precision`` and
    ``reasons`` say how the parts are made up, ``withheld`` that the public is not told.
    """

    read: int
    placed: int
    review: int
    rejected: int
    outside_shown: int = 0
    repeats: int = 0
    precision: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    withheld: bool = False

    def __post_init__(self) -> None:
        if self.read != self.placed + self.review + self.rejected:
            raise ValueError(
                f"{self.read} rows read, but {self.placed} placed + {self.review} to review + "
                f"{self.rejected} rejected: rows were lost or counted twice"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the accounting for JSON; the three parts add up to ``read``."""
        return {
            "read": self.read,
            "placed": self.placed,
            "review": self.review,
            "rejected": self.rejected,
            "outside_shown": self.outside_shown,
            "possible_repeats": self.repeats,
            "precision": dict(self.precision),
            "reasons": dict(self.reasons),
        }


def combined(parts: Iterable[Accounting]) -> Accounting:
    """Add up the accountings of separate records: each row of one of them is a row of the whole."""
    every = list(parts)
    return Accounting(
        read=sum(each.read for each in every),
        placed=sum(each.placed for each in every),
        review=sum(each.review for each in every),
        rejected=sum(each.rejected for each in every),
        outside_shown=sum(each.outside_shown for each in every),
        repeats=sum(each.repeats for each in every),
        precision=_added(each.precision for each in every),
        reasons=_added(each.reasons for each in every),
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in counts:
        for name, number in each.items():
            found[name] = found.get(name, 0) + number
    return found


def has_flag(records: pd.DataFrame, flag: str) -> pd.Series:
    """Rows whose ``flags`` hold ``flag`` as a whole word between separators."""
    if not records["flags"].astype(bool).any():
        return pd.Series(False, index=records.index)
    return (SEPARATOR + records["flags"] + SEPARATOR).str.contains(SEPARATOR + flag + SEPARATOR, regex=False)


def account(
    records: pd.DataFrame, *, shown: Communes = frozenset(), members: "Members | None" = None
) -> Accounting:
    """Accounting of placed records.

    Parameters
    ----------
    records : DataFrame
        With ``outcome, reason, precision, place_set, flags``, see :mod:`geo.placing`.
    shown : frozenset of str
        Communes of the area shown; a placed record that meets none of them is
        counted in ``outside_shown``.
    members : Members, optional
        Communes of every unit; needed with ``shown``.

    Raises
    ------
    ValueError
        If a row has none of the three outcomes, so that the parts do not add up.
    """
    outcome = records["outcome"].value_counts()
    placed = records[records["outcome"] == "placed"]
    outside = 0
    if members is not None and len(placed):
        sets = placed["place_set"].value_counts()
        outside = int(sum(number for text, number in sets.items() if not members.of_set(str(text)) & shown))
    return Accounting(
        read=len(records),
        placed=int(outcome.get("placed", 0)),
        review=int(outcome.get("review", 0)),
        rejected=int(outcome.get("rejected", 0)),
        outside_shown=outside,
        repeats=int(has_flag(placed, "possible_repeat").sum()),
        precision=_counts(placed["precision"]),
        reasons=_counts(records.loc[records["outcome"] != "placed", "reason"]),
    )


def _counts(values: pd.Series) -> dict[str, int]:
    return {str(name): int(number) for name, number in values.value_counts().items()}


def named_communes(place_set: str) -> Communes:
    """Communes that a ``;``-separated set of places names; a wider place names none of its communes."""
    return frozenset(code for code in place_set.split(SEPARATOR) if code and pcodes.level(code) == "commune")


class Members:
    """Communes of every unit of every level, and of any set of units.

    Parameters
    ----------
    communes : DataFrame
        One row a commune with ``adm1_pcode, adm2_pcode, adm3_pcode``.
    groups : mapping, optional
        Further units by code, each the P-codes it is made of (regions of 2023).
    """

    def __init__(self, communes: pd.DataFrame, *, groups: Mapping[str, Iterable[str]] | None = None) -> None:
        found: dict[str, Communes] = {code: frozenset([code]) for code in communes["adm3_pcode"]}
        for column in ("adm2_pcode", "adm1_pcode"):
            for code, inside in communes.groupby(column, sort=False, observed=True)["adm3_pcode"]:
                found[str(code)] = frozenset(inside)
        for code, parts in (groups or {}).items():
            found[code] = frozenset().union(*(found[part] for part in parts))
        self._communes = found
        self._sets: dict[str, tuple[Communes, ...]] = {}

    def of(self, pcode: str) -> Communes:
        """Communes of one unit; empty for a code that is not known."""
        return self._communes.get(pcode, frozenset())

    def places(self, place_set: str) -> tuple[Communes, ...]:
        """Each place of a ``;``-separated set, as its communes."""
        if place_set not in self._sets:
            codes = [code for code in place_set.split(SEPARATOR) if code]
            self._sets[place_set] = tuple(self.of(code) for code in codes)
        return self._sets[place_set]

    def of_set(self, place_set: str) -> Communes:
        """All communes that a ``;``-separated set of places touches."""
        return frozenset().union(*self.places(place_set))


@dataclass(frozen=True, eq=False)
class Pairs:
    """How each distinct place set stands to each unit that it has to do with.

    Attributes
    ----------
    place_sets, units : tuple of str
        What the indices mean.
    set_index, unit_index : arrays of int
        One entry a pair that meets.
    inside : array of bool
        All of the set lies in the unit: the quantity counts exactly.
    presence : array of bool
        A named place of the set lies in the unit.
    """

    place_sets: tuple[str, ...]
    units: tuple[str, ...]
    set_index: np.ndarray
    unit_index: np.ndarray
    inside: np.ndarray
    presence: np.ndarray

    def frame(self) -> pd.DataFrame:
        """Return the pairs as ``place_set, pcode, inside, presence``."""
        sets = np.array(self.place_sets, dtype=object)[self.set_index]
        units = np.array(self.units, dtype=object)[self.unit_index]
        return pd.DataFrame(
            {"place_set": sets, "pcode": units, "inside": self.inside, "presence": self.presence}
        )


def relation(place_sets: Sequence[str], units: Mapping[str, Communes], members: Members) -> Pairs:
    """How each of these place sets stands to each of these units.

    Parameters
    ----------
    place_sets : sequence of str
        Distinct ``;``-separated P-codes.
    units : mapping of str to frozenset
        The units counted for, each as its communes.
    """
    codes = tuple(units)
    by_commune: dict[str, list[int]] = {}
    for index, communes in enumerate(units.values()):
        for commune in communes:
            by_commune.setdefault(commune, []).append(index)
    rows: list[tuple[int, int, bool, bool]] = []
    for number, place_set in enumerate(place_sets):
        whole = members.of_set(place_set)
        places = members.places(place_set)
        for index in sorted({unit for commune in whole for unit in by_commune.get(commune, ())}):
            unit = units[codes[index]]
            rows.append((number, index, whole <= unit, any(place <= unit for place in places)))
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Pairs(tuple(place_sets), codes, columns[0], columns[1], columns[2] == 1, columns[3] == 1)


@dataclass(frozen=True, eq=False)
class Tally:
    """Bounds of a quantity: arrays of shape (units, parts), in the order of ``Pairs.units``.

    ``least`` and ``most`` bound the quantity, ``unreported`` counts the records
    whose quantity is not reported, ``records`` those that meet the unit and
    ``present`` those that name a place in it.
    """

    least: np.ndarray
    most: np.ndarray
    unreported: np.ndarray
    records: np.ndarray
    present: np.ndarray


def tally(
    set_of_record: np.ndarray,
    values: np.ndarray,
    pairs: Pairs,
    *,
    part_of_record: np.ndarray | None = None,
    parts: int = 1,
) -> Tally:
    """Bounds of a quantity for each unit, and each part of the records, by the set rule.

    Parameters
    ----------
    set_of_record : array of int
        Index of each record's place set in ``pairs.place_sets``.
    values : array of float
        Quantities; a missing one is *not reported* and leaves the upper bound open.
    part_of_record : array of int, optional
        Part that each record counts in, 0 to ``parts`` - 1.
    """
    cell = set_of_record * parts + (0 if part_of_record is None else part_of_record)
    shape = (len(pairs.place_sets), parts)

    def by_set(weights: np.ndarray | None = None) -> np.ndarray:
        summed = np.bincount(cell, weights=weights, minlength=shape[0] * parts)
        return summed.reshape(shape).astype(float, copy=False)

    missing = np.isnan(values)
    # A million records are gone through three times: not where every quantity is reported.
    gaps = bool(missing.any())
    known = by_set(np.where(missing, 0.0, values) if gaps else values)
    unknown = by_set(missing.astype(float)) if gaps else np.zeros(shape)
    number = by_set()

    def by_unit(of_sets: np.ndarray, pairs_used: np.ndarray) -> np.ndarray:
        total = np.zeros((len(pairs.units), parts))
        np.add.at(total, pairs.unit_index[pairs_used], of_sets[pairs.set_index[pairs_used]])
        return total

    every = np.ones(len(pairs.set_index), dtype=bool)
    return Tally(
        least=by_unit(known, pairs.inside),
        most=by_unit(known, every),
        unreported=by_unit(unknown, every),
        records=by_unit(number, every),
        present=by_unit(number, pairs.presence),
    )


def bounds(
    records: pd.DataFrame, units: Mapping[str, Communes], members: Members, *, quantity: str = "quantity"
) -> pd.DataFrame:
    """Lower and upper bound of a quantity for each unit, by the set rule.

    Parameters
    ----------
    records : DataFrame
        Placed records with ``place_set`` and the column ``quantity``.
    units : mapping of str to frozenset
        Units as their communes.

    Returns
    -------
    DataFrame
        One row a unit, in their order: ``pcode, value_min, value_max,
        value_open, records, presence_records``. ``value_open`` is the number of
        records whose quantity is not reported.

    Examples
    --------
    >>> communes = pd.DataFrame(
    ...     {"adm1_pcode": ["R", "R"], "adm2_pcode": ["C", "D"], "adm3_pcode": ["c", "d"]})
    >>> members = Members(communes)
    >>> eight = pd.DataFrame({"place_set": ["c;d"], "quantity": [8.0]})
    >>> table = bounds(eight, {code: members.of(code) for code in "RcC"}, members)
    >>> table.set_index("pcode")[["value_min", "value_max"]].astype(int).T.to_dict("list")
    {'R': [8, 8], 'c': [0, 8], 'C': [0, 8]}
    """
    set_of_record, place_sets = pd.factorize(records["place_set"])
    pairs = relation([str(text) for text in place_sets], units, members)
    counted = tally(set_of_record, records[quantity].to_numpy(dtype=float), pairs)
    return pd.DataFrame(
        {
            "pcode": list(pairs.units),
            "value_min": counted.least[:, 0],
            "value_max": counted.most[:, 0],
            "value_open": counted.unreported[:, 0].astype(np.int64),
            "records": counted.records[:, 0].astype(np.int64),
            "presence_records": counted.present[:, 0].astype(np.int64),
        }
    )


def without_details_twice(records: pd.DataFrame, members: Members) -> pd.DataFrame:
    """Count once what a row and the finer rows it is made of both say.

    ``project_code``, ``record_key``, type and organisation tie a region row to its commune rows. Of such a
    group the rows whose places lie inside another row's are its details; the wider row keeps what they
    leave of each of its figures (never under 0) and is flagged ``detailed_below``.

    Returns
    -------
    DataFrame
        The same rows; of a detailed row what its details leave (:data:`FIGURES`), none where nothing is.
    """
    tied = records["project_code"].ne("") & records["record_key"].ne("")
    keys = list(TIE_COLUMNS)
    repeated = tied & records.duplicated(keys, keep=False)
    if not repeated.any():
        return records
    figures = records[[column for column in FIGURES if column in records]].copy()
    flags = records["flags"].copy()
    finished: list[Any] = []
    for _, group in records[repeated].groupby(keys, sort=False, observed=True):
        for label, details in _details(group, members).items():
            left = _left_by_details(group[list(figures)], label, details)
            finished += [label] if left["quantity"] == 0 and not (left > 0).any() else []
            figures.loc[label] = left
            flags[label] = SEPARATOR.join(filter(None, [flags[label], "detailed_below"]))
    changed = {str(column): figures[column] for column in figures}
    return records.assign(**changed, flags=flags).drop(index=finished)


def _details(group: pd.DataFrame, members: Members) -> dict[Any, list[Any]]:
    """Return the rows that each row is directly made of; one that is made of none is left out."""
    communes: dict[Any, Communes] = {
        label: members.of_set(text) for label, text in group["place_set"].items()
    }
    found: dict[Any, list[Any]] = {}
    for label, whole in communes.items():
        inside = [other for other in communes if communes[other] < whole]
        # A cercle row already holds its communes' figures: its region is set against the cercle alone.
        direct = [one for one in inside if not any(communes[one] < communes[other] for other in inside)]
        if direct:
            found[label] = direct
    return found


def _left_by_details(figures: pd.DataFrame, label: Any, details: list[Any]) -> pd.Series:
    """Return what the details leave of each figure of a row."""
    own, below = figures.loc[label], figures.loc[details]
    # A wide row without a figure whose details all have one adds nothing to them.
    silent = own.isna() & below.notna().all()
    return (own - below.sum()).clip(lower=0).where(~silent, 0.0)
