"""``View`` in, ``Facts`` out: the one object that feeds a page and every export of it.

No page and no exporter aggregates on its own; all of them read the same facts.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from geo import coverage, filters
from geo.activities import ActivityType, Source
from geo.boundaries import Boundaries
from geo.counting import (
    Accounting,
    Communes,
    Members,
    Pairs,
    account,
    relation,
    without_details_twice,
)
from geo.coverage import Assumptions
from geo.residents import Residents
from geo.settings import LEVELS, NAME_COLUMN, PCODE_COLUMN


@dataclass(frozen=True)
class View:
    """What is asked: everything that a link keeps.

    Attributes
    ----------
    activity_type, measure, level : str
        What is counted (:data:`geo.coverage.MEASURES`), for units of which level.
    regions : str
        ``"2021"``, or ``"2023"`` for the regions since 2023 (approximate).
    unit : str
        P-code of the unit drilled into, ``""`` for the whole area.
    filters : mapping
        Record column to the values kept; a column that is not in it is not filtered.
    period : (start, end)
        ISO dates; a record is kept where its dates meet the period.
    """

    activity_type: str = "water_point"
    measure: str = "working"
    level: str = "commune"
    regions: str = "2021"
    unit: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: tuple[str, str] = ("", "")
    assumptions: Assumptions = field(default_factory=Assumptions)

    @property
    def key(self) -> str:
        """The view as text, for caches."""
        return repr(replace(self, filters=dict(sorted(self.filters.items()))))


@dataclass(frozen=True)
class Group:
    """A unit made of others: a region of 2023 as the cercles that it was cut from."""

    pcode: str
    name: str
    parts: tuple[str, ...]
    approximate: bool = True


def _no_rows() -> np.ndarray:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Facts:
    """The answer to a view.

    Attributes
    ----------
    units : DataFrame
        One row a unit drawn: ``pcode, name, level, region_pcode, region_name,
        cercle_pcode, cercle_name, focus, indicative, area_sqkm, people,
        people_year, people_missing`` and what :func:`geo.coverage.table` says.
    total : DataFrame
        One row, the same values for the area asked as a whole (from the records,
        never the sum of the units' bounds).
    accounting : Accounting
        Of all rows of the type, before filters.
    undated : int
        Records left out because a period is asked and they have no date.
    filtered : int
        Records of the type that the filters leave out.
    population : tuple of (year, method, source)
        Where the people of the area come from, each combination once.
    of_type, rows, rows_above : DataFrame, arrays of int
        All shared records of the type, which of them are behind the figures, and which of these are
        known above the level only.
    located : array of bool
        Which of the records of the type can be shown as a point.
    """

    view: View
    kind: ActivityType
    units: pd.DataFrame
    total: pd.DataFrame
    accounting: Accounting
    sources: Mapping[str, Source]
    vintages: Mapping[str, str]
    oldest: str = ""
    newest: str = ""
    undated: int = 0
    filtered: int = 0
    population: tuple[tuple[str, str, str], ...] = ()
    of_type: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    rows: np.ndarray = field(repr=False, default_factory=_no_rows)
    rows_above: np.ndarray = field(repr=False, default_factory=_no_rows)
    located: np.ndarray = field(repr=False, default_factory=_no_rows)

    # A million rows are not copied at every filter: they are taken where a page or a file asks for them.
    @functools.cached_property
    def records(self) -> pd.DataFrame:
        """Shared records behind the figures."""
        return as_text(self.of_type.iloc[self.rows])

    @functools.cached_property
    def above(self) -> pd.DataFrame:
        """Shared records known above the level only."""
        return as_text(self.of_type.iloc[self.rows_above])

    @functools.cached_property
    def points(self) -> pd.DataFrame:
        """``longitude, latitude, functionality, adm3_pcode, activity_type`` of records with a position."""
        columns = ["longitude", "latitude", "functionality", "adm3_pcode", "activity_type"]
        return self.of_type[columns].iloc[self.rows[self.located[self.rows]]]

    @functools.cached_property
    def points_count(self) -> int:
        """How many :attr:`points` there are; a million of them are not taken to be counted."""
        return int(np.count_nonzero(self.located[self.rows]))


@dataclass(frozen=True, eq=False)
class Grid:
    """The units of one level, ready to be counted for.

    Attributes
    ----------
    names : DataFrame
        ``pcode, name``, parents, ``focus, indicative, area_sqkm``; one row a unit.
    units : mapping of str to frozenset
        The same units as their communes.
    """

    names: pd.DataFrame
    units: Mapping[str, Communes]


class Frame:
    """Units of every level with their communes: what views are answered on.

    Built once for each version of the boundaries.
    """

    def __init__(self, boundaries: Boundaries, *, groups: Sequence[Group] = ()) -> None:
        self.boundaries = boundaries
        self.groups = tuple(groups)
        communes = boundaries.units
        self.members = Members(communes, groups={group.pcode: group.parts for group in groups})
        self.focus: Communes = frozenset(communes.loc[communes["focus"], "adm3_pcode"])
        self.grids = {level: self._grid(self._unit_names(level)) for level in LEVELS}
        self.grids["region_2023"] = self._grid(self._group_names())

    @functools.cached_property
    def names(self) -> Mapping[str, str]:
        """Name of every unit known by its P-code, regions of 2023 included."""
        found: dict[str, str] = {}
        for level in LEVELS:
            units = self.boundaries.level(level)
            codes, names = units[PCODE_COLUMN[level]].tolist(), units[NAME_COLUMN[level]].tolist()
            found |= dict(zip(codes, names, strict=True))
        return found | {group.pcode: group.name for group in self.groups}

    def grid(self, view: View) -> Grid:
        """Return the units of a view's level, of the regions of its vintage."""
        return self.grids[grid_key(view)]

    def shown(self, view: View) -> Communes:
        """Communes of the area asked: the chosen unit, else the four regions."""
        return self.members.of(view.unit) if view.unit else self.focus

    def _grid(self, names: pd.DataFrame) -> Grid:
        return Grid(names, {code: self.members.of(code) for code in names["pcode"]})

    def _unit_names(self, level: str) -> pd.DataFrame:
        frame = self.boundaries.level(level)
        units = pd.DataFrame(frame.drop(columns="geometry"))[frame["drawn"]].reset_index(drop=True)
        empty = pd.Series("", index=units.index, dtype="str")
        return pd.DataFrame(
            {
                "pcode": units[PCODE_COLUMN[level]],
                "name": units[NAME_COLUMN[level]],
                "level": level,
                "region_pcode": units["adm1_pcode"],
                "region_name": units["adm1_name"],
                "cercle_pcode": units.get("adm2_pcode", empty),
                "cercle_name": units.get("adm2_name", empty),
                "focus": units["focus"],
                "indicative": units["indicative"],
                "area_sqkm": units["area_sqkm"],
            }
        )

    def _group_names(self) -> pd.DataFrame:
        """Regions of 2023: made of cercles, so their limits are approximate."""
        communes = self.boundaries.units.set_index("adm3_pcode")
        rows = []
        for group in self.groups:
            inside = communes.loc[sorted(self.members.of(group.pcode))]
            rows.append(
                {
                    "pcode": group.pcode,
                    "name": group.name,
                    "level": "region",
                    "region_pcode": group.pcode,
                    "region_name": group.name,
                    "cercle_pcode": "",
                    "cercle_name": "",
                    "focus": bool(inside["focus"].any()),
                    "indicative": group.approximate,
                    "area_sqkm": float(inside["area_sqkm"].sum()),
                }
            )
        return pd.DataFrame(rows, columns=list(self.grids["region"].names.columns))


def grid_key(view: View) -> str:
    """Which grid answers a view."""
    return "region_2023" if (view.level, view.regions) == ("region", "2023") else view.level


@dataclass(frozen=True, eq=False)
class OfType:
    """Records of one type, ready to be counted: place sets numbered and set against every grid."""

    kind: ActivityType
    records: pd.DataFrame
    located: np.ndarray
    set_of_record: np.ndarray
    pairs: Mapping[str, Pairs]
    surveyed: Communes
    accounting: Accounting
    sources: Mapping[str, Source]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Shared records prepared once for each version of the store and each audience."""

    frame: Frame
    of_type: Mapping[str, OfType]
    people: Mapping[str, pd.DataFrame]
    population: pd.DataFrame
    residents: Residents


def prepare(
    shared: pd.DataFrame,
    frame: Frame,
    *,
    types: Mapping[str, ActivityType],
    sources: Mapping[str, Source],
    people: pd.DataFrame | None = None,
) -> Prepared:
    """Prepare what does not change with the view.

    Parameters
    ----------
    shared : DataFrame
        Records of all types and outcomes that have passed :func:`geo.sharing.share`.
    people : DataFrame, optional
        Population: ``adm3_pcode, people, year`` (a commune without a row is unknown).
    """
    population = pd.DataFrame({"adm3_pcode": [], "people": [], "year": []}) if people is None else people
    of_type = {name: _prepare_type(shared, frame, kind, sources) for name, kind in types.items()}
    residents = Residents(population)
    by_grid = {key: residents.of(grid.units) for key, grid in frame.grids.items()}
    return Prepared(frame, of_type, by_grid, population, residents)


def _prepare_type(
    shared: pd.DataFrame, frame: Frame, kind: ActivityType, sources: Mapping[str, Source]
) -> OfType:
    of_type = shared[shared["activity_type"] == kind.name]
    placed = of_type[of_type["outcome"] == "placed"]
    once = without_details_twice(placed, frame.members)
    set_of_record, place_sets = pd.factorize(once["place_set"])
    names = [str(text) for text in place_sets]
    return OfType(
        kind=kind,
        # Filters are asked of these columns at every rerun: a category compares in 1 to 3 ms at 500,000 rows.
        records=once.assign(
            **{name: once[name].astype("category") for name in (*filters.COLUMNS, *filters.DATES, "sector")}
        ),
        located=(once["longitude"].notna() & once["precision"].eq("point")).to_numpy(dtype=bool),
        set_of_record=set_of_record,
        pairs={key: relation(names, grid.units, frame.members) for key, grid in frame.grids.items()},
        surveyed=coverage.surveyed(once, sources, frame.members, kind=kind.name),
        accounting=account(of_type, shown=frame.focus, members=frame.members),
        sources={name: sources[name] for name in of_type["source_id"].unique() if name in sources},
    )


def build(prepared: Prepared, view: View) -> Facts:
    """Answer a view."""
    of_type, frame = prepared.of_type[view.activity_type], prepared.frame
    grid, pairs = frame.grid(view), of_type.pairs[grid_key(view)]
    shown = frame.shown(view)
    keep = filters.kept(of_type.records, view.filters, view.period)
    undated = filters.undated(of_type.records, view.period)
    kept, sets = of_type.records[list(coverage.columns(view.measure))], of_type.set_of_record
    if not keep.all():
        kept, sets = kept[keep], sets[keep]
    area = relation(pairs.place_sets, {"": shown}, frame.members)
    # A survey says that nothing else is there, not that a given partner or donor is absent.
    surveyed = Communes() if not keep.all() else of_type.surveyed
    count = functools.partial(
        coverage.table, kept, kind=of_type.kind, measure=view.measure, assumptions=view.assumptions
    )
    table = count(pairs=pairs, set_of_record=sets, covered=_covered(grid.units, surveyed))
    total = count(pairs=area, set_of_record=sets, covered=_covered({"": shown}, surveyed))
    meets, wide = _wide(pairs, area, shown, frame.members)
    rows = np.flatnonzero(keep)
    behind = rows[meets[sets]]
    oldest, newest = _dates(of_type.records, behind)
    return Facts(
        view=view,
        kind=of_type.kind,
        units=_beside(grid.names, table, prepared.people[grid_key(view)]),
        total=_beside(total, prepared.residents.of({"": shown})),
        rows_above=rows[wide[sets]],
        accounting=of_type.accounting,
        sources=of_type.sources,
        vintages=frame.boundaries.vintages,
        oldest=oldest,
        newest=newest,
        undated=undated,
        filtered=len(keep) - len(rows),
        population=prepared.residents.origins(shown),
        of_type=of_type.records,
        rows=behind,
        located=of_type.located,
    )


def as_text(records: pd.DataFrame) -> pd.DataFrame:
    """Turn categories into text again, as every reader of the records expects."""
    categories = records.select_dtypes("category").columns
    return records.assign(**{name: records[name].astype("str") for name in categories})


def _beside(first: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
    """Tables of the same units in the same order, ``pcode`` first, side by side."""
    return pd.concat([first, *(other.iloc[:, 1:] for other in others)], axis="columns")


def _covered(units: Mapping[str, Communes], surveyed: Communes) -> np.ndarray:
    return np.array([communes <= surveyed for communes in units.values()], dtype=bool)


def _wide(pairs: Pairs, area: Pairs, shown: Communes, members: Members) -> tuple[np.ndarray, np.ndarray]:
    """Place sets that meet the area shown, and those of them that lie inside none of the units."""
    size = len(pairs.place_sets)
    meets, settled = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    meets[area.set_index] = True
    settled[pairs.set_index[pairs.inside]] = True
    return meets, meets & ~settled


def _dates(records: pd.DataFrame, rows: np.ndarray) -> tuple[str, str]:
    """Oldest and newest date that these rows carry, at the precision they have."""
    dates: set[str] = set()
    for column in ("observed_on", "end_date"):
        code, words = filters.coded(records[column])
        dates |= {words[found] for found in np.flatnonzero(np.bincount(code[rows], minlength=len(words)))}
    dates.discard("")
    return (min(dates), max(dates)) if dates else ("", "")
