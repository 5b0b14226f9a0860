"""Who does what where: what each organisation does of each activity in each unit, by the set rule.

Implementing, funding and supporting organisations are three questions, never
mixed. A record of several organisations counts for each of them from nothing to
all: what each one did of it is not said. No bound is the sum of other bounds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo import coverage, filters
from geo.activities import ActivityType, Source
from geo.counting import Accounting, Communes, Members, combined, named_communes, relation, tally
from geo.facts import Facts, OfType, Prepared, View, grid_key

# What an organisation is to an activity: the column it stands in.
ROLES: Final = ("implementing_org", "donor", "partner_orgs")
MEASURES: Final = ("in_place", "working", *coverage.PEOPLE_MEASURES, "communes", "records")
_COUNTED: Final = ("value_min", "value_max", "value_open", "records", "presence", "state")
# The whole area asked, as a unit.
AREA: Final = ""


@dataclass(frozen=True, eq=False)
class Presence:
    """The matrix organisation × activity × unit.

    Attributes
    ----------
    cells : DataFrame
        One row where a record meets a unit: ``organisation, activity_type, pcode, value_min,
        value_max, value_open, records, presence, state``; ``pcode`` ``""`` is the whole area asked.
        What has no row is *none reported*. ``presence`` says that a place of the unit is named;
        without it the value is what a record known above the unit may add. ``state`` is ``number``,
        ``not_reported``, ``unknown`` or ``not_applicable``.
    units : DataFrame
        The units of the level asked inside the area, see :attr:`geo.facts.Facts.units`.
    accounting : Accounting
        Of all rows of the types asked, before filters.
    without_organisation : int
        Records of the area whose organisation in this role is not reported.
    """

    view: View
    role: str
    measure: str
    cells: pd.DataFrame
    units: pd.DataFrame
    kinds: Mapping[str, ActivityType]
    accounting: Accounting
    sources: Mapping[str, Source]
    vintages: Mapping[str, str]
    without_organisation: int = 0
    undated: int = 0
    filtered: int = 0

    @property
    def organisations(self) -> list[str]:
        """Organisations of the area, in alphabetical order."""
        return sorted(set(self.cells["organisation"]), key=str.casefold)

    @property
    def lines(self) -> pd.DataFrame:
        """What the whole area holds of each ``organisation`` and ``activity_type``."""
        area = self.cells[self.cells["pcode"] == AREA]
        return area.sort_values(
            ["organisation", "activity_type"], key=lambda names: names.str.casefold(), ignore_index=True
        )


def matrix(
    prepared: Prepared,
    view: View,
    *,
    role: str = "implementing_org",
    measure: str = "in_place",
    types: Iterable[str] = (),
) -> Presence:
    """Count what each organisation does of each activity in each unit.

    Parameters
    ----------
    view : View
        Level, area, filters, period and assumptions; its type and measure are not used.
    role : str
        One of :data:`ROLES`.
    measure : str
        One of :data:`MEASURES`; ``communes`` counts the communes where an organisation is.
    types : iterable of str, optional
        Activities asked; without them all.

    Raises
    ------
    ValueError
        If the role or the measure does not exist.
    """
    if role not in ROLES or measure not in MEASURES:
        raise ValueError(f"no matrix of {role!r} and {measure!r}: {ROLES}, {MEASURES}")
    frame = prepared.frame
    shown = frame.shown(view)
    grid = frame.grid(view)
    inside = [communes <= shown for communes in grid.units.values()]
    units = {code: communes for code, communes in grid.units.items() if communes <= shown} | {AREA: shown}
    asked = {name: prepared.of_type[name] for name in (list(types) or prepared.of_type)}
    tables, nobody, undated, left = [], 0, 0, 0
    for name, of_type in asked.items():
        keep = filters.kept(of_type.records, view.filters, view.period)
        counted = _Counted(of_type, keep, units, frame.members, view, measure=measure, role=role)
        tables.append(counted.table().assign(activity_type=name))
        nobody += counted.without_organisation
        undated += filters.undated(of_type.records, view.period)
        left += int((~keep).sum())
    people = prepared.people[grid_key(view)].drop(columns="pcode")
    return Presence(
        view=view,
        role=role,
        measure=measure,
        cells=pd.concat(tables, ignore_index=True)[["organisation", "activity_type", "pcode", *_COUNTED]],
        units=pd.concat([grid.names, people], axis=1)[inside].reset_index(drop=True),
        kinds={name: of_type.kind for name, of_type in asked.items()},
        accounting=combined(of_type.accounting for of_type in asked.values()),
        sources={code: source for each in asked.values() for code, source in each.sources.items()},
        vintages=frame.boundaries.vintages,
        without_organisation=nobody,
        undated=undated,
        filtered=left,
    )


class _Counted:
    """Records of one type, each once for every organisation it names in a role."""

    def __init__(
        self,
        of_type: OfType,
        keep: np.ndarray,
        units: Mapping[str, Communes],
        members: Members,
        view: View,
        *,
        measure: str,
        role: str,
    ) -> None:
        self.measure, self.members, self.units = measure, members, units
        place_sets = next(iter(of_type.pairs.values())).place_sets
        self.pairs = relation(place_sets, units, members)
        self.part = coverage.part_of_state(of_type.kind, assumptions=view.assumptions)
        self.seasonal, self.works = view.assumptions.seasonal, bool(of_type.kind.works)
        self.records = of_type.records[list({*coverage.columns(measure), role})][keep]
        self.sets = of_type.set_of_record[keep]
        cells = self.records[role].astype("str")
        named = {text: [name for name in filters.split(text) if name] for text in cells.unique()}
        # Organisation -> rows that name it, and whether they name others too.
        self.rows: dict[str, list[int]] = {}
        self.shared = cells.map(lambda text: len(named[text]) > 1).to_numpy(dtype=bool)
        for place, text in enumerate(cells):
            for name in named[text]:
                self.rows.setdefault(name, []).append(place)
        here = np.zeros(len(place_sets), dtype=bool)
        area = list(units).index(AREA)
        here[self.pairs.set_index[self.pairs.unit_index == area]] = True
        silent = cells.map(lambda text: not named[text]).to_numpy(dtype=bool)
        self.without_organisation = int((silent & here[self.sets]).sum())

    def table(self) -> pd.DataFrame:
        found = [self._of(name, np.array(rows, dtype=np.int64)) for name, rows in self.rows.items()]
        empty = pd.DataFrame(columns=["organisation", "pcode", *_COUNTED])
        found = [table for table in found if len(table)]
        return pd.concat(found, ignore_index=True) if found else empty

    def _of(self, name: str, rows: np.ndarray) -> pd.DataFrame:
        sets, alone = self.sets[rows], ~self.shared[rows]
        counted = tally(sets, np.ones(len(rows)), self.pairs)
        least, most, unreported = self._values(rows, sets, alone)
        table = pd.DataFrame(
            {
                "organisation": name,
                "pcode": list(self.pairs.units),
                "value_min": least,
                "value_max": most,
                "value_open": np.asarray(unreported).astype(np.int64),
                "records": counted.records[:, 0].astype(np.int64),
                "presence": counted.present[:, 0] > 0,
            }
        )
        return table.assign(state=self._state(table, rows, sets))[table["records"] > 0]

    def _values(
        self, rows: np.ndarray, sets: np.ndarray, alone: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if self.measure == "communes":
            return self._communes(sets)
        if self.measure in coverage.PEOPLE_MEASURES:
            records = self.records.iloc[rows]
            _none, people, silent = coverage.people(records, self.pairs, sets, column=self.measure)
            least = coverage.people(records[alone], self.pairs, sets[alone], column=self.measure)[0]
            return least, people, silent
        values = self._quantities(rows)
        most = tally(sets, values, self.pairs)
        # A record is one of each organisation's records; its works may all be the other's.
        certain = values if self.measure == "records" else np.where(alone, values, 0.0)
        sure = tally(sets, certain, self.pairs)
        return sure.least[:, 0], most.most[:, 0], most.unreported[:, 0]

    def _quantities(self, rows: np.ndarray) -> np.ndarray:
        """Count each record: one, its works, or those of them that work."""
        if self.measure == "records":
            return np.ones(len(rows))
        works: np.ndarray = self.records["quantity"].to_numpy(dtype=float)[rows]
        if self.measure == "in_place":
            return works
        wanted = ("working", "seasonal") if self.seasonal else ("working",)
        return np.where(np.isin(self._parts(rows), wanted), works, 0.0)

    def _parts(self, rows: np.ndarray) -> np.ndarray:
        states = self.records["functionality"].iloc[rows].astype("str")
        return states.map(self.part).to_numpy(dtype=object)

    def _state(self, table: pd.DataFrame, rows: np.ndarray, sets: np.ndarray) -> np.ndarray:
        nothing = table["value_max"].eq(0) & table["value_min"].eq(0)
        found = np.where(nothing & (table["value_open"] > 0), "not_reported", "number").astype(object)
        if self.measure != "working":
            return found
        if not self.works:
            return np.full(len(table), "not_applicable", dtype=object)
        apart = tally(sets, (self._parts(rows) == "unknown").astype(float), self.pairs).most[:, 0]
        return np.where(nothing & (found == "number") & (apart > 0), "unknown", found)

    def _communes(self, sets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Communes of each unit where an organisation is: those it names, and those it may be in."""
        texts = [self.pairs.place_sets[number] for number in np.unique(sets)]
        named: Communes = frozenset().union(*map(named_communes, texts))
        touched: Communes = frozenset().union(*(self.members.of_set(text) for text in texts))
        within = np.zeros(len(self.pairs.units), dtype=bool)
        used = np.isin(self.pairs.set_index, sets) & self.pairs.inside
        within[self.pairs.unit_index[used]] = True
        sizes = [(len(named & unit), len(touched & unit)) for unit in self.units.values()]
        least = np.array([size[0] for size in sizes], dtype=float)
        # What lies wholly in a unit is in one of its communes at least.
        return np.maximum(least, within), np.array([size[1] for size in sizes], dtype=float), 0 * least


def partners(presence: Presence) -> pd.DataFrame:
    """How many organisations there are in each unit, over all activities of a matrix.

    Returns
    -------
    DataFrame
        One row a unit, in their order: ``pcode, name`` and parents, ``partners`` (named there),
        ``partners_max`` (with those known above the unit), ``named`` (the names, ``;``-separated)
        and ``above`` (those that may be there).
    """
    cells = presence.cells[presence.cells["pcode"] != AREA]
    named = _names(cells[cells["presence"]])
    touched = _names(cells)
    rows = []
    for pcode in presence.units["pcode"]:
        here, maybe = named.get(pcode, set()), touched.get(pcode, set())
        rows.append((len(here), len(maybe), _listed(here), _listed(maybe - here)))
    columns = ["partners", "partners_max", "named", "above"]
    found = pd.DataFrame(rows, columns=columns, index=presence.units.index)
    return presence.units.join(found)


def _names(cells: pd.DataFrame) -> dict[str, set[str]]:
    grouped = cells.groupby("pcode")["organisation"]
    return {str(pcode): set(names) for pcode, names in grouped}


def _listed(names: Iterable[str]) -> str:
    return "; ".join(sorted(names, key=str.casefold))


def side_by_side(presence: Presence, one: str, other: str) -> pd.DataFrame:
    """Two organisations on the same units: where each is named, where both are.

    Returns
    -------
    DataFrame
        The units with ``side``: ``one``, ``other``, ``both`` or ``none_reported``, and
        ``one_above, other_above``: a record known above the unit may lie in it.
    """
    cells = presence.cells[presence.cells["pcode"] != AREA]
    columns: dict[str, pd.Series] = {}
    for name, organisation in (("one", one), ("other", other)):
        theirs = cells[cells["organisation"] == organisation]
        here = presence.units["pcode"].isin(theirs.loc[theirs["presence"], "pcode"])
        maybe = presence.units["pcode"].isin(theirs["pcode"])
        columns |= {name: here, f"{name}_above": maybe & ~here}
    one_only = np.where(columns["one"], "one", "none_reported")
    side = np.where(columns["other"], np.where(columns["one"], "both", "other"), one_only)
    return presence.units.assign(
        side=side, one_above=columns["one_above"], other_above=columns["other_above"]
    )


def with_need(counted: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Set the organisations of each commune beside its need, high where :mod:`geo.crossing` says so.

    Parameters
    ----------
    counted : DataFrame
        Of :func:`partners`, by commune.
    gaps : DataFrame
        Of :attr:`geo.gaps.Gaps.table`.

    Returns
    -------
    DataFrame
        The communes with ``need_state, unserved_people, unserved_people_max, need`` (``high``,
        ``lower``, ``none`` or ``unknown``).
    """
    from geo.crossing import need_by_coverage  # noqa: PLC0415  # only this question needs gaps

    classes = need_by_coverage(gaps).str.slice(0, 1)
    served = gaps["unserved_people_max"].eq(0)
    need = np.select([classes == "", served, classes == "3"], ["unknown", "none", "high"], "lower")
    columns = ["unserved_people", "unserved_people_max"]
    beside = gaps[["pcode", *columns]].assign(need_state=gaps["state"].astype("str"), need=need)
    joined = counted.merge(beside, on="pcode", how="left")
    unknown = {"need": "unknown", "need_state": "unknown"}
    return joined.assign(**{name: joined[name].fillna(text) for name, text in unknown.items()})


def holes(counted: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Communes that stand out, as lists.

    Parameters
    ----------
    counted : DataFrame
        Of :func:`with_need`, or of :func:`partners` where need is not asked.

    Returns
    -------
    dict of DataFrame
        ``one_partner`` (one named; others may be known above it), ``none_reported``, and, with need,
        ``none_reported_high_need``, most unserved people first.
    """
    alone, none = counted[counted["partners"] == 1], counted[counted["partners"] == 0]
    found = {
        "one_partner": alone.reset_index(drop=True),
        "none_reported": none.reset_index(drop=True),
    }
    if "need" in counted:
        high = none[none["need"] == "high"]
        found["none_reported_high_need"] = high.sort_values(
            "unserved_people", ascending=False, ignore_index=True
        )
    return found


def people_together(facts: Facts) -> tuple[float, float, int]:
    """People of the whole area of an answer: *at least*, *at most* and the records without the figure.

    With the filter on two organisations it is what both reach: the lower bound by rule 8, see
    :func:`geo.coverage.people`.
    """
    total = facts.total.iloc[0]
    return float(total["value_min"]), float(total["value_max"]), int(total["value_open"])
