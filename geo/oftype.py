"""Records of one type, ready to be counted: what is the same for many views is counted once and kept.

An area, and what filters leave of the records, are asked for by several views in a row.
"""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from geo import coverage, filters
from geo.activities import ActivityType, Source
from geo.counting import (
    Accounting,
    Communes,
    Members,
    Pairs,
    account,
    relation,
    without_details_twice,
)
from geo.views import Frame, View

# Areas that readers look at at a time; one of many place sets is a few hundred kilobytes.
AREAS_KEPT: Final = 32
# Filters that readers look through at a time, each measured in several ways.
SELECTIONS_KEPT: Final = 16


class _Selected(NamedTuple):
    """Rows that pass the filters of a view, those behind its figures and above them, and what they say.

    ``works`` is of :func:`geo.coverage.works`, the area shown last; ``dates`` are the oldest and the newest.
    """

    rows: np.ndarray
    behind: np.ndarray
    above: np.ndarray
    dates: tuple[str, str]
    works: Mapping[str, np.ndarray]


class _Area(NamedTuple):
    """Units, the area shown last; place sets that meet the area, and those inside none of the units."""

    pairs: Pairs
    meets: np.ndarray
    wide: np.ndarray


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
    _areas: dict[tuple[str, Communes], _Area] = field(default_factory=dict)
    _counted: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict)
    _selected: dict[str, _Selected] = field(default_factory=dict)

    @functools.cached_property
    def combinations(self) -> filters.Combinations:
        """What the records have in the columns that can be filtered by."""
        return filters.Combinations(self.records)

    @functools.cached_property
    def years(self) -> list[str]:
        """The years that any date of the records names."""
        words = itertools.chain(*(filters.coded(self.records[name])[1] for name in filters.DATES))
        return sorted({word[:4] for word in words if word[:4].isdigit()})

    def counted(self, columns: tuple[str, ...]) -> pd.DataFrame:
        """Return these columns of the records; taken out once."""
        if columns not in self._counted:
            self._counted[columns] = self.records[list(columns)]
        return self._counted[columns]

    def passing(self, columns: tuple[str, ...], rows: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
        """Return these columns of some of the records, and the place set of each."""
        kept = self.counted(columns)
        if len(rows) == len(kept):
            return kept, self.set_of_record
        # By number: a mask takes several times as long.
        return kept.iloc[rows], self.set_of_record[rows]

    def selected(self, view: View, area: _Area) -> _Selected:
        """Return what the filters of a view leave, whatever is measured; the last ones are kept."""
        key = replace(view, measure="").key
        found = self._selected.get(key)
        if found is None:
            if len(self._selected) >= SELECTIONS_KEPT:
                self._selected.pop(next(iter(self._selected), key), None)
            found = self._selected[key] = self._select(view, area)
        return found

    def _select(self, view: View, area: _Area) -> _Selected:
        # Half the room of numpy's own numbers: a million records are kept sixteen times.
        rows = np.flatnonzero(filters.kept(self.records, view.filters, view.period)).astype(np.int32)
        kept, sets = self.passing(coverage.columns("in_place"), rows)
        behind = rows[area.meets[sets]]
        works = coverage.works(kept, area.pairs, sets, kind=self.kind, assumptions=view.assumptions)
        return _Selected(rows, behind, rows[area.wide[sets]], _dates(self.records, behind), works)

    def area(self, grid_key: str, shown: Communes, members: Members) -> _Area:
        """Return the units of a grid with the area shown as the last of them; the last ones are kept."""
        key = (grid_key, shown)
        found = self._areas.get(key)
        if found is None:
            if len(self._areas) >= AREAS_KEPT:
                self._areas.pop(next(iter(self._areas), key), None)
            pairs = self.pairs[grid_key]
            of_area = relation(pairs.place_sets, {"": shown}, members)
            found = self._areas[key] = _Area(_joined(pairs, of_area), *_wide(pairs, of_area))
        return found


def prepare_type(
    shared: pd.DataFrame, frame: Frame, kind: ActivityType, sources: Mapping[str, Source]
) -> OfType:
    """Prepare the records of one type, of shared records of all types and outcomes."""
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


def _joined(pairs: Pairs, other: Pairs) -> Pairs:
    """The units of two sets of pairs, of the same place sets, one after the other."""
    return Pairs(
        pairs.place_sets,
        (*pairs.units, *other.units),
        np.append(pairs.set_index, other.set_index),
        np.append(pairs.unit_index, other.unit_index + len(pairs.units)),
        np.append(pairs.inside, other.inside),
        np.append(pairs.presence, other.presence),
    )


def _wide(pairs: Pairs, area: Pairs) -> tuple[np.ndarray, np.ndarray]:
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
