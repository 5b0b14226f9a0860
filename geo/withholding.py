"""Figures of the public mode: one fixed table for each sensitive type, and for people of any type.

What could be subtracted is not offered: these figures take no filter, period or
assumption, and are the same on every page and in every file. Small numbers in
them are withheld by :mod:`geo.suppression`. Works of types that are shared
finer than by commune keep all filters: they are no secret.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from scipy import sparse

from geo import coverage, facts, pcodes
from geo.activities import ActivityType, Source
from geo.counting import Communes, Pairs, relation
from geo.coverage import PEOPLE_MEASURES, Assumptions
from geo.facts import Facts, Frame, OfType, Prepared, View
from geo.suppression import NOT_SHOWN, SMALL_NUMBER, WITHHELD, Sums, suppressed

# What is shown of a sensitive type: how many there are, and people; not how they are doing, nor whose.
SENSITIVE_MEASURES: Final = ("in_place", *PEOPLE_MEASURES)
# Levels from fine to coarse, by the names of the grids; regions of 2023 are made of the same cercles.
_NESTED: Final = (("commune",), ("cercle",), ("region", "region_2023"), ("",))
_VALUE: Final = ("value_min", "value_max")


def sensitive(kind: ActivityType) -> bool:
    """Whether small numbers of this type are withheld: it is shared by commune only."""
    return kind.sharing == "commune"


def measures(kind: ActivityType, every: Iterable[str]) -> list[str]:
    """What the public may ask of a type, out of ``every`` measure."""
    return [name for name in every if not sensitive(kind) or name in SENSITIVE_MEASURES]


def is_fixed(kind: ActivityType, view: View) -> bool:
    """Whether a view is answered from a fixed table: of a sensitive type, or of people."""
    return sensitive(kind) or view.measure in PEOPLE_MEASURES


def plain(kind: ActivityType, view: View) -> View:
    """The view that the public is answered: what could be subtracted is left out of a fixed table."""
    if not is_fixed(kind, view):
        return view
    measure = view.measure if view.measure in SENSITIVE_MEASURES else "in_place"
    return replace(view, measure=measure, filters={}, period=("", ""), assumptions=Assumptions())


def prepare(
    reader: pd.DataFrame,
    public: pd.DataFrame,
    frame: Frame,
    *,
    types: Mapping[str, ActivityType],
    sources: Mapping[str, Source],
    people: pd.DataFrame | None = None,
    threshold: int = SMALL_NUMBER,
) -> Prepared:
    """Prepare what the public is answered from.

    Parameters
    ----------
    reader, public : DataFrame
        The same records as :func:`geo.sharing.share` gives them to a reader (sensitive types and
        people in them: the fixed tables are made of these) and to the public (neither is in them).
    threshold : int
        Numbers of 1 up to ``threshold`` - 1 are withheld.
    """
    # How a work is doing is asked of the records; of a sensitive type the public has none.
    shown = {
        name: replace(kind, works=(), measure="in_place") if sensitive(kind) else kind
        for name, kind in types.items()
    }
    within = facts.prepare(reader, frame, types=types, sources=sources, people=people)
    around = facts.prepare(public, frame, types=shown, sources=sources, people=people)
    return replace(around, fixed=FixedTables(within, threshold))


class FixedTables:
    """The tables behind the public figures; records do not leave it.

    Parameters
    ----------
    within : Prepared
        Records as a reader may see them.
    threshold : int
        Numbers of 1 up to ``threshold`` - 1 are withheld.
    """

    def __init__(self, within: Prepared, threshold: int) -> None:
        self._within, self.threshold = within, threshold
        self._withheld: dict[tuple[str, str], frozenset[object]] = {}

    def answers(self, view: View) -> bool:
        """Whether a view is answered from a fixed table."""
        return is_fixed(self._within.of_type[view.activity_type].kind, view)

    def view(self, view: View) -> View:
        """The view that is answered in the place of ``view``, see :func:`plain`."""
        return plain(self._within.of_type[view.activity_type].kind, view)

    def has(self, activity_type: str) -> bool:
        """Whether there is a record of a type."""
        return len(self._within.of_type[activity_type].records) > 0

    def hides(self, activity_type: str) -> bool:
        """Whether all figures of a type come from fixed tables."""
        return sensitive(self._within.of_type[activity_type].kind)

    def fill(self, found: Facts) -> Facts:
        """Put the figures of the fixed table into an answer made without records."""
        view, frame = found.view, self._within.frame
        inner = facts.build(self._within, view)
        grid, shown = frame.grid(view), frame.shown(view)
        whole = facts.build(self._within, replace(view, unit="")) if view.unit else inner
        is_sensitive = sensitive(inner.kind)
        return replace(
            found,
            units=self._masked(found.units, inner.units, list(grid.units.values()), view),
            total=self._masked(found.total, inner.total, [shown], view),
            accounting=replace(found.accounting, withheld=True) if is_sensitive else found.accounting,
            sources=inner.sources,
            # Of the whole area: the dates of one commune are those of its few records.
            oldest=whole.oldest,
            newest=whole.newest,
            fixed=True,
        )

    def _masked(
        self, found: pd.DataFrame, inner: pd.DataFrame, communes: list[Communes], view: View
    ) -> pd.DataFrame:
        withheld = self.withheld(view.activity_type, view.measure)
        hidden = np.array([unit in withheld for unit in communes], dtype=bool)
        columns = {name: inner[name].where(~hidden, np.nan) for name in _VALUE}
        if view.measure == "in_place":
            columns |= {name.replace("value", "in_place"): values for name, values in columns.items()}
        # How many records have no figure is a small number itself: that there is one is what counts.
        columns["value_open"] = inner["value_open"].clip(upper=1).where(~hidden, 0)
        columns["state"] = inner["state"].where(~hidden, WITHHELD)
        columns["presence"] = inner["presence"]
        columns["above_max"] = inner["above_max"].where(~hidden, np.nan)
        return found.assign(**columns)

    def withheld(self, activity_type: str, measure: str) -> frozenset[object]:
        """Units, as sets of communes, whose figure is not shown; worked out once."""
        key = (activity_type, measure)
        if key not in self._withheld:
            self._withheld[key] = self._suppressed(*key)
        return self._withheld[key]

    def _suppressed(self, activity_type: str, measure: str) -> frozenset[object]:
        of_type, frame = self._within.of_type[activity_type], self._within.frame
        also: frozenset[object] = frozenset()
        if measure in PEOPLE_MEASURES and sensitive(of_type.kind):
            # "25 people" would say how many groups there are.
            also = self.withheld(activity_type, "in_place")
        made = sums_of(of_type, frame, measure=measure)
        return suppressed(made, threshold=self.threshold, also=sorted(also, key=_ordered)) | also


def _ordered(unit: object) -> list[str]:
    return sorted(unit) if isinstance(unit, frozenset) else [str(unit)]


def shown_units(frame: Frame) -> dict[str, dict[str, Communes]]:
    """Every unit that a public page can ask for, by grid; the whole area under an empty name."""
    grids = {name: dict(grid.units) for name, grid in frame.grids.items()}
    return {**grids, "": {"": frame.focus}}


def sums_of(of_type: OfType, frame: Frame, *, measure: str) -> Sums:
    """Figures of all units as sums of what records say of each set of places.

    Units that are the same communes (a region that 2023 left as it was) are one cell. Differences
    that a reader can make (most less least; a unit less the units in it) are figures that are not shown.
    """
    levels = shown_units(frame)
    units = sorted({unit for grid in levels.values() for unit in grid.values()}, key=_ordered)
    place = {unit: number for number, unit in enumerate(units)}
    pairs = relation(_names(of_type), {str(number): unit for unit, number in place.items()}, frame.members)
    parts, least, most = (_people if measure in PEOPLE_MEASURES else _works)(of_type, pairs, measure)
    cell = np.arange(len(units))
    rows = [least, most, most - least]
    cells = [cell, cell, np.full(len(units), NOT_SHOWN)]
    for coarse, fine in _finer(levels):
        rows.append(_less(coarse, fine, place) @ least)
        cells.append(np.full(len(coarse), NOT_SHOWN))
    # A part that is nothing is taken for known: it is no room for a withheld number to hide in.
    having = parts > 0
    made_of, cell_of = _distinct(sparse.vstack(rows).tocsr()[:, having], np.concatenate(cells))
    return Sums(parts[having], made_of, cell_of, tuple(units))


def _names(of_type: OfType) -> list[str]:
    """The distinct sets of places of the records, in the order of their numbers."""
    return list(next(iter(of_type.pairs.values())).place_sets)


def _works(
    of_type: OfType, pairs: Pairs, _measure: str
) -> tuple[np.ndarray, sparse.csr_array, sparse.csr_array]:
    """Parts are the sums of each set of places: at least those inside a unit, at most those it meets."""
    known = of_type.records["quantity"].fillna(0.0).to_numpy(dtype=float)
    parts = np.bincount(of_type.set_of_record, weights=known, minlength=len(pairs.place_sets))
    return parts, _counted(pairs, pairs.inside), _counted(pairs, np.ones(len(pairs.inside), dtype=bool))


def _counted(pairs: Pairs, used: np.ndarray) -> sparse.csr_array:
    shape = (len(pairs.units), len(pairs.place_sets))
    ones = np.ones(int(used.sum()))
    return sparse.coo_array((ones, (pairs.unit_index[used], pairs.set_index[used])), shape=shape).tocsr()


def _people(
    of_type: OfType, pairs: Pairs, measure: str
) -> tuple[np.ndarray, sparse.csr_array, sparse.csr_array]:
    """Parts without double counting, what double counting adds to them, and what only wide records hold up.

    At least (rule of docs/counting.md): the sum of the communes' parts, or the largest wide record
    above it; at most: the raw sum.
    """
    single = np.array([pcodes.level(text) == "commune" for text in pairs.place_sets], dtype=bool)
    raw, once = of_sets(of_type, pairs, measure)
    at_least = coverage.people(of_type.records, pairs, of_type.set_of_record, column=measure)[0]
    inside = _counted(pairs, pairs.inside & single[pairs.set_index])
    held_up = at_least - inside @ once
    wide = np.where(single, 0.0, 1.0)
    every = _counted(pairs, np.ones(len(pairs.inside), dtype=bool))
    # Three kinds of parts side by side: once in a commune; added by counting twice, or known wider; held up.
    parts = np.concatenate([np.where(single, once, 0.0), np.where(wide > 0, raw, raw - once), held_up])
    none = sparse.csr_array((len(pairs.units), len(pairs.units)))
    least = sparse.hstack([inside, sparse.csr_array(every.shape), sparse.eye_array(len(pairs.units))])
    most = sparse.hstack([every @ sparse.diags_array(1.0 - wide), every, none])
    return parts, least.tocsr(), most.tocsr()


def of_sets(of_type: OfType, pairs: Pairs, measure: str) -> tuple[np.ndarray, np.ndarray]:
    """Raw sum of people of each set of places, and the sum without counting anybody twice."""
    alone = {str(number): frozenset([str(number)]) for number in range(len(pairs.place_sets))}
    index = np.arange(len(alone))
    whole = np.ones(len(alone), dtype=bool)
    each = Pairs(pairs.place_sets, tuple(alone), index, index, whole, whole)
    once, raw, _open = coverage.people(of_type.records, each, of_type.set_of_record, column=measure)
    return raw, once


def _finer(levels: Mapping[str, Mapping[str, Communes]]) -> Iterable[tuple[list[Communes], list[Communes]]]:
    """Each grid with each grid that is finer."""
    # Boundaries that cannot be cut into the regions of 2023 have none of them.
    order = [[name for name in names if levels.get(name)] for names in _NESTED]
    for place, names in enumerate(order):
        for finer in (name for below in order[:place] for name in below):
            for name in names:
                yield list(levels[name].values()), list(levels[finer].values())


def _less(coarse: list[Communes], fine: list[Communes], place: Mapping[Communes, int]) -> sparse.csr_array:
    """Each coarse unit less the finer units inside it: 1 for the one, -1 for each of the others."""
    taken = [(row, place[unit], 1.0) for row, unit in enumerate(coarse)]
    taken += [(row, place[other], -1.0) for row, unit in enumerate(coarse) for other in fine if other < unit]
    rows, columns, signs = (np.array(values) for values in zip(*taken, strict=True))
    return sparse.coo_array((signs, (rows, columns)), shape=(len(coarse), len(place))).tocsr()


def _distinct(made_of: sparse.csr_array, cell: np.ndarray) -> tuple[sparse.csr_array, np.ndarray]:
    """Figures that something counts in, each once."""
    made_of.eliminate_zeros()
    made_of.sort_indices()
    seen: dict[tuple[int, bytes, bytes], int] = {}
    for row, (start, end) in enumerate(pairwise(made_of.indptr)):
        if end > start:
            columns, counts = made_of.indices[start:end], made_of.data[start:end]
            seen.setdefault((int(cell[row]), columns.tobytes(), counts.tobytes()), row)
    kept = list(seen.values())
    return made_of[kept], cell[kept]
