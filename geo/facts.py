"""``View`` in, ``Facts`` out: the one object that feeds a page and every export of it.

No page and no exporter aggregates on its own; all of them read the same facts.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd

from geo import coverage, filters
from geo.activities import ActivityType, Source
from geo.counting import (
    Accounting,
    Communes,
)
from geo.oftype import OfType, prepare_type
from geo.residents import Residents
from geo.views import Frame, Grid, Group, View, grid_key

# A question and its answer are asked for together: both are had from here.
__all__ = [
    "Facts",
    "Fixed",
    "Frame",
    "Grid",
    "Group",
    "OfType",
    "Prepared",
    "View",
    "as_text",
    "build",
    "grid_key",
    "prepare",
]


def _no_rows() -> np.ndarray:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Facts:
    """The answer to a view.

    Attributes
    ----------
    units : DataFrame
        One row a unit drawn: what :func:`geo.coverage.table` says (``pcode`` first), and ``name, level,
        region_pcode, region_name, cercle_pcode, cercle_name, focus, indicative, area_sqkm, people,
        people_year, people_missing``.
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
    fixed : bool
        Figures of a fixed table of the public mode (:mod:`geo.withholding`): no record is with them.
    public : bool
        Made for the public: no list of records goes with them.
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
    fixed: bool = False
    public: bool = False

    # A million rows are not copied at every filter: they are taken where a page or a file asks for them.
    @functools.cached_property
    def records(self) -> pd.DataFrame:
        """Shared records behind the figures."""
        return as_text(self.of_type.iloc[self.rows])

    @functools.cached_property
    def sources_used(self) -> set[str]:
        """Sources of the records behind the figures."""
        code, words = filters.coded(self.of_type["source_id"])
        return {words[found] for found in np.flatnonzero(np.bincount(code[self.rows], minlength=len(words)))}

    @functools.cached_property
    def above(self) -> pd.DataFrame:
        """Shared records known above the level only."""
        return as_text(self.of_type.iloc[self.rows_above])

    @functools.cached_property
    def points(self) -> pd.DataFrame:
        """``longitude, latitude, functionality, adm3_pcode, activity_type`` of records with a position."""
        columns = ["longitude", "latitude", "functionality", "adm3_pcode", "activity_type"]
        return self.of_type[columns].iloc[self.rows[self.located[self.rows]]]

    @property
    def answered(self) -> bool:
        """Whether anything answers to what is asked: a record, or a fixed table that lists none."""
        return self.fixed or len(self.rows) > 0

    @functools.cached_property
    def points_count(self) -> int:
        """How many :attr:`points` there are; a million of them are not taken to be counted."""
        return int(np.count_nonzero(self.located[self.rows]))


class Fixed(Protocol):
    """Figures that are made without the records behind them, see :class:`geo.withholding.FixedTables`."""

    def view(self, view: View) -> View:
        """The view that is answered in the place of ``view``."""

    def answers(self, view: View) -> bool:
        """Whether a view is answered from here."""

    def fill(self, found: Facts) -> Facts:
        """Put the figures into an answer made without records."""

    def has(self, activity_type: str) -> bool:
        """Whether there is a record of a type."""

    def hides(self, activity_type: str) -> bool:
        """Whether all figures of a type are made without its records."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Shared records prepared once for each version of the store and each audience.

    ``fixed`` holds what the public mode shows of figures whose records are in none of the others.
    """

    frame: Frame
    of_type: Mapping[str, OfType]
    people: Mapping[str, pd.DataFrame]
    population: pd.DataFrame
    residents: Residents
    fixed: Fixed | None = None

    @functools.cached_property
    def drawn(self) -> Mapping[str, pd.DataFrame]:
        """By grid, what stands beside the figures of a unit: its names and its people."""
        return {key: _beside(grid.names, self.people[key]) for key, grid in self.frame.grids.items()}

    def has(self, activity_type: str) -> bool:
        """Whether there is a record of a type, shown or behind a figure."""
        counted = self.fixed is not None and self.fixed.has(activity_type)
        return counted or len(self.of_type[activity_type].records) > 0

    def listed(self, activity_type: str) -> bool:
        """Whether the records of a type are counted in any way asked, not in a fixed table only."""
        return self.fixed is None or not self.fixed.hides(activity_type)

    def any(self) -> bool:
        """Whether there is any record."""
        return any(self.has(name) for name in self.of_type)


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
    of_type = {name: prepare_type(shared, frame, kind, sources) for name, kind in types.items()}
    residents = Residents(population)
    by_grid = {key: residents.of(grid.units) for key, grid in frame.grids.items()}
    return Prepared(frame, of_type, by_grid, population, residents)


def build(prepared: Prepared, view: View) -> Facts:
    """Answer a view."""
    if prepared.fixed is None:
        return _counted(prepared, view)
    found = replace(_counted(prepared, prepared.fixed.view(view)), public=True)
    return prepared.fixed.fill(found) if prepared.fixed.answers(view) else found


def _counted(prepared: Prepared, view: View) -> Facts:
    of_type, frame = prepared.of_type[view.activity_type], prepared.frame
    grid, shown = frame.grid(view), frame.shown(view)
    area = of_type.area(grid_key(view), shown, frame.members)
    found = of_type.selected(view, area)
    left_out = len(of_type.records) - len(found.rows)
    # A survey says that nothing else is there, not that a given partner or donor is absent.
    surveyed = Communes() if left_out else of_type.surveyed
    kept, sets = of_type.passing(coverage.columns(view.measure), found.rows)
    # The area is counted as one more unit: its bounds are of the records, not the units' sums.
    table = coverage.table(
        kept,
        area.pairs,
        sets,
        counted=found.works,
        kind=of_type.kind,
        measure=view.measure,
        assumptions=view.assumptions,
        covered=np.append(_covered(grid.units, surveyed), shown <= surveyed),
    )
    oldest, newest = found.dates
    return Facts(
        view=view,
        kind=of_type.kind,
        units=_beside(table.iloc[:-1], prepared.drawn[grid_key(view)]),
        total=_beside(table.iloc[-1:].reset_index(drop=True), prepared.residents.of_area(shown)),
        rows_above=found.above,
        accounting=of_type.accounting,
        sources=of_type.sources,
        vintages=frame.boundaries.vintages,
        oldest=oldest,
        newest=newest,
        undated=filters.undated(of_type.records, view.period),
        filtered=left_out,
        population=prepared.residents.origins(shown),
        of_type=of_type.records,
        rows=found.behind,
        located=of_type.located,
    )


def as_text(records: pd.DataFrame) -> pd.DataFrame:
    """Turn categories into text again, as every reader of the records expects."""
    categories = records.select_dtypes("category").columns
    return records.assign(**{name: records[name].astype("str") for name in categories})


def _beside(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Two tables of the same units in the same order, ``pcode`` first, side by side."""
    return pd.concat([first, second.iloc[:, 1:]], axis="columns")


def _covered(units: Mapping[str, Communes], surveyed: Communes) -> np.ndarray:
    return np.array([communes <= surveyed for communes in units.values()], dtype=bool)
