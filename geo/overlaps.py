"""Who works in the same place: pairs of records of one type by different partners, close and at one time.

A pair is two records of the same type, by partners that have none in common,
that name the same commune, or whose positions lie within a distance; and whose
periods meet, or may meet: dates that are not reported are said, not assumed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
import shapely

from geo import filters
from geo.activities import ActivityType
from geo.counting import Accounting, Communes, Members, combined, named_communes
from geo.facts import OfType, Prepared, View, as_text
from geo.periods import meet, periods
from geo.projection import distance_km

# Distances that the page offers [km].
DISTANCES_KM: Final = (0.5, 1.0, 5.0)
DECISIONS: Final = ("complementary", "duplicate", "to_discuss")
# More pairs than anybody reads: communes with the most are then counted, not listed.
MOST_PAIRS: Final = 500_000
# A degree of latitude is never shorter than this, one of longitude at the equator not either [km].
_KM_OF_A_DEGREE: Final = 110.5
PEOPLE: Final = ("reached_people", "targeted_people")
# Which pairs (positions of two records) are by different partners at times that may meet.
Kept = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of records, and what was left out of the comparison.

    Attributes
    ----------
    pairs : DataFrame
        One row a pair, the closest first: ``activity_type, first, second`` (labels of the records),
        ``first_org, second_org``, ``pcode`` of the commune that both name (``""`` where they only lie
        close), ``communes`` (how many both name), ``basis`` (commune | distance | both),
        ``distance_km`` (NaN where a position is missing or withheld), ``period`` (yes | unknown), and
        for *reached* and *targeted* people ``…_min, …_max, …_open``, see :func:`people_of_pairs`.
    records : DataFrame
        The shared records of the pairs, by label.
    without_partner : int
        Records whose partner is not reported: not compared.
    above : int
        Records known above the commune only: they name no commune to meet in.
    not_listed : mapping
        Pairs of communes that hold too many to be listed, by (type, P-code).
    """

    pairs: pd.DataFrame
    records: pd.DataFrame
    accounting: Accounting
    within_km: float | None
    near_only: bool = False
    without_partner: int = 0
    above: int = 0
    not_listed: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def undated(self) -> int:
        """Pairs whose dates leave open whether they were at work at the same time."""
        return int((self.pairs["period"] == "unknown").sum())


def find(
    prepared: Prepared,
    view: View,
    *,
    types: Iterable[str] = (),
    within_km: float | None = None,
    near_only: bool = False,
) -> Overlaps:
    """Find the pairs of records by different partners in the same place at the same time.

    Parameters
    ----------
    view : View
        Area, filters and period; its type and measure are not used.
    types : iterable of str, optional
        Types compared; without them all.
    within_km : float, optional
        Positions as close as this make a pair too, in whichever communes they lie [km, geodesic].
        Only types that are shared *exact* are measured.
    near_only : bool
        Leave out pairs of the same commune that are known to lie farther apart than ``within_km``.
    """
    members, shown = prepared.frame.members, prepared.frame.shown(view)
    asked = [prepared.of_type[name] for name in (list(types) or prepared.of_type)]
    compared = [_compared(of_type, view, members, shown, across=within_km is not None) for of_type in asked]
    tables: list[pd.DataFrame] = []
    not_listed: dict[tuple[str, str], int] = {}
    for one in compared:
        found, skipped = _pairs_of_type(one, shown, within_km=within_km, near_only=near_only)
        tables.append(found)
        not_listed |= {(one.kind.name, pcode): count for pcode, count in skipped.items()}
    pairs = pd.concat(tables, ignore_index=True) if tables else _frame([])
    order = ["distance_km", "activity_type", "pcode", "first", "second"]
    pairs = pairs.sort_values(order, na_position="last", ignore_index=True, kind="stable")
    used = set(pairs["first"]) | set(pairs["second"])
    behind = [one.records[one.records.index.isin(used)] for one in compared]
    behind = [frame for frame in behind if len(frame)] or [one.records.iloc[:0] for one in compared[:1]]
    return Overlaps(
        pairs=pairs,
        records=pd.concat(behind) if behind else pd.DataFrame(),
        accounting=combined(of_type.accounting for of_type in asked),
        within_km=within_km,
        near_only=near_only,
        without_partner=sum(one.without_partner for one in compared),
        above=sum(one.above for one in compared),
        not_listed=not_listed,
    )


# ---- what is compared -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Compared:
    """Records of one type that name a partner and a commune, or have a position."""

    kind: ActivityType
    records: pd.DataFrame
    # For each record the communes that it names.
    named: list[Communes]
    without_partner: int
    above: int


def _compared(of_type: OfType, view: View, members: Members, shown: Communes, *, across: bool) -> _Compared:
    rows = as_text(of_type.records[filters.kept(of_type.records, view.filters, view.period)])
    nobody = rows["implementing_org"].str.strip().eq("").to_numpy()
    sets = rows["place_set"].unique()
    named = {text: named_communes(text) for text in sets}
    meets = {text: bool(members.of_set(text) & shown) for text in sets}
    above = rows["place_set"].map(lambda text: not named[text]).to_numpy(dtype=bool)
    inside = rows["place_set"].map(meets).to_numpy(dtype=bool)
    # What lies across the border of the area may still be close to what lies in it.
    used = rows[~nobody & ~above & (inside | across)]
    return _Compared(
        kind=of_type.kind,
        records=used,
        named=[named[text] for text in used["place_set"]],
        without_partner=int((nobody & inside).sum()),
        above=int((above & inside & ~nobody).sum()),
    )


# ---- pairs of one type ------------------------------------------------------------------------------


def _pairs_of_type(
    compared: _Compared, shown: Communes, *, within_km: float | None, near_only: bool
) -> tuple[pd.DataFrame, dict[str, int]]:
    records = compared.records
    if len(records) < 2 or records["implementing_org"].nunique() < 2:  # a pair is two
        return _frame([]), {}
    partner, different = _partners(records["implementing_org"])
    spans = periods(records)

    def kept(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        apart = different[partner[one], partner[other]]
        return apart & (meet(spans.take(one), spans.take(other)) != "no")

    same, skipped = _same_commune(compared.named, shown, partner, kept)
    measured = compared.kind.sharing == "exact"
    near = _near(records, compared.named, shown, within_km, kept) if measured and within_km else _none()
    table = _joined(same, near)
    one, other = table["one"].to_numpy(), table["other"].to_numpy()
    distance = _distances(records, one, other) if measured else np.full(len(one), np.nan)
    if near_only and within_km:
        close = ~(distance > within_km)
        table, one, other, distance = table[close], one[close], other[close], distance[close]
    return _described(compared, table, distance, meet(spans.take(one), spans.take(other))), skipped


def _none() -> pd.DataFrame:
    return pd.DataFrame({"one": np.empty(0, np.int64), "other": np.empty(0, np.int64)})


def _partners(cells: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Number of each record's cell of partners, and which cells have no partner in common."""
    code, texts = pd.factorize(cells)
    sets = [frozenset(filters.split(str(text))) - {""} for text in texts]
    apart = np.array([[not one & other for other in sets] for one in sets], dtype=bool)
    return code, apart


def _same_commune(
    named: list[Communes], shown: Communes, partner: np.ndarray, kept: Kept
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Pairs of records that name a commune of the area, with the communes they share."""
    rows = np.repeat(np.arange(len(named)), [len(each) for each in named])
    codes = np.array([code for each in named for code in sorted(each)], dtype=object)
    inside = np.array([code in shown for code in codes], dtype=bool)
    groups = pd.Series(rows[inside]).groupby(codes[inside], sort=True)
    members = {str(pcode): group.to_numpy() for pcode, group in groups}
    candidates = {pcode: _candidates(partner[group]) for pcode, group in members.items()}
    listed, skipped = _listed(candidates)
    tables = []
    for pcode in listed:
        one, other = _across(members[pcode], partner)
        good = kept(one, other)
        tables.append(pd.DataFrame({"one": one[good], "other": other[good], "pcode": pcode}))
    found = pd.concat(tables, ignore_index=True) if tables else _none().assign(pcode="")
    shared = found.groupby(["one", "other"], sort=False)["pcode"]
    return shared.agg(pcode="first", communes="size").reset_index(), skipped


def _across(rows: np.ndarray, partner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every two of these rows by different cells of partners, the earlier row first."""
    ordered = rows[np.argsort(partner[rows], kind="stable")]
    cells = partner[ordered]
    starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
    ends = np.r_[starts[1:], len(ordered)]
    ones = [
        np.repeat(ordered[start:end], len(ordered) - end) for start, end in zip(starts, ends, strict=True)
    ]
    others = [np.tile(ordered[end:], end - start) for start, end in zip(starts, ends, strict=True)]
    one, other = np.concatenate(ones), np.concatenate(others)
    return np.minimum(one, other), np.maximum(one, other)


def _candidates(partner: np.ndarray) -> int:
    """Pairs of a commune by different cells of partners, whatever their dates."""
    counts = np.bincount(partner)
    return int((len(partner) ** 2 - (counts.astype(np.int64) ** 2).sum()) // 2)


def _listed(candidates: Mapping[str, int]) -> tuple[list[str], dict[str, int]]:
    """Communes whose pairs are listed, fewest first until there are too many; and the others."""
    total, listed, skipped = 0, [], {}
    for pcode, count in sorted(candidates.items(), key=lambda item: (item[1], item[0])):
        total += count
        if total > MOST_PAIRS:
            skipped[pcode] = count
        elif count:
            listed.append(pcode)
    return sorted(listed), skipped


def _near(
    records: pd.DataFrame, named: list[Communes], shown: Communes, within_km: float, kept: Kept
) -> pd.DataFrame:
    """Pairs of positions within a distance, at least one of them in the area."""
    located = np.flatnonzero(_located(records))
    if len(located) < 2:  # a pair is two
        return _none()
    longitude = records["longitude"].to_numpy(dtype=float)[located]
    latitude = records["latitude"].to_numpy(dtype=float)[located]
    # A box a little larger than the distance finds the candidates; the ellipsoid decides.
    up = 1.01 * within_km / _KM_OF_A_DEGREE
    aside = up / np.maximum(np.cos(np.radians(np.minimum(np.abs(latitude) + up, 89.0))), 0.01)
    boxes = shapely.box(longitude - aside, latitude - up, longitude + aside, latitude + up)
    tree = shapely.STRtree(shapely.points(longitude, latitude))
    first, second = tree.query(boxes, predicate="intersects")
    once = first < second
    one, other = located[first[once]], located[second[once]]
    here = np.array([bool(each & shown) for each in named], dtype=bool)
    good = (here[one] | here[other]) & (_distances(records, one, other) <= within_km)
    one, other = one[good], other[good]
    good = kept(one, other)
    return pd.DataFrame({"one": one[good], "other": other[good]})


def _located(records: pd.DataFrame) -> np.ndarray:
    return (records["longitude"].notna() & records["precision"].eq("point")).to_numpy(dtype=bool)


def _distances(records: pd.DataFrame, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Geodesic distance of each pair [km], NaN where a position is not known."""
    found = np.full(len(one), np.nan)
    located = _located(records)
    both = located[one] & located[other]
    x, y = (records[name].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    found[both] = distance_km(x[one[both]], y[one[both]], x[other[both]], y[other[both]])
    return found


def _joined(same: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """Pairs of both kinds, each once, with why it is one."""
    joined = same.merge(near.assign(close=True), on=["one", "other"], how="outer")
    shares, close = joined["pcode"].notna(), joined["close"].notna()
    basis = np.where(shares & close, "both", np.where(shares, "commune", "distance"))
    communes = joined["communes"].where(shares, 0).astype(np.int64)
    return joined[["one", "other"]].assign(
        pcode=joined["pcode"].where(shares, ""), communes=communes, basis=basis
    )


def _described(
    compared: _Compared, table: pd.DataFrame, distance: np.ndarray, period: np.ndarray
) -> pd.DataFrame:
    records = compared.records
    one, other = table["one"].to_numpy(), table["other"].to_numpy()
    organisation = records["implementing_org"].to_numpy(dtype=object)
    columns: dict[str, object] = {
        "activity_type": compared.kind.name,
        "first": records.index.to_numpy()[one],
        "second": records.index.to_numpy()[other],
        "first_org": organisation[one],
        "second_org": organisation[other],
        "pcode": table["pcode"].to_numpy(dtype=object),
        "communes": table["communes"].to_numpy(),
        "basis": table["basis"].to_numpy(dtype=object),
        "distance_km": distance,
        "period": period.astype(object),
    }
    for column in PEOPLE:
        figures = records[column].to_numpy(dtype=float)
        ends = people_of_pairs(figures[one], figures[other])
        columns |= {f"{column}_{end}": each for end, each in zip(("min", "max", "open"), ends, strict=True)}
    return _frame([pd.DataFrame(columns)])


def people_of_pairs(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People concerned by a pair: *at least*, *at most*, and how many of the two records give no figure.

    The rule of Mali's 2019 response plan (rule 8): across partners the largest, because both may reach
    the same people; at most the sum. NaN where neither record gives a figure.

    >>> people_of_pairs(np.array([300.0, 50]), np.array([200.0, np.nan]))
    (array([300.,  50.]), array([500.,  50.]), array([0, 1]))
    """
    both = np.stack([one, other])
    missing = np.isnan(both)
    unknown = missing.all(axis=0)
    least = np.where(missing, 0.0, both).max(axis=0)
    most = np.where(missing, 0.0, both).sum(axis=0)
    return np.where(unknown, np.nan, least), np.where(unknown, np.nan, most), missing.sum(axis=0)


def _frame(tables: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ("activity_type", "first", "second", "first_org", "second_org", "pcode", "communes", "basis")
    people = [f"{column}_{end}" for column in PEOPLE for end in ("min", "max", "open")]
    named = [*columns, "distance_km", "period", *people]
    return tables[0][named] if tables else pd.DataFrame(columns=named)
