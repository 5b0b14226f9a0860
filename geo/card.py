"""The card of one unit: what is there, what is known only above it, and its neighbours."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from geo.coverage import PARTS, Assumptions
from geo.facts import Facts, OfType, Prepared, View, build

# What stands beside a count: what is in place, and the parts that it is made of.
PART_COLUMNS = tuple(f"{part}_{end}" for part in ("in_place", *PARTS) for end in ("min", "max", "open"))
FIGURE_COLUMNS = ("value_min", "value_max", "value_open", "state", "records", "above_max", *PART_COLUMNS)


@dataclass(frozen=True, eq=False)
class Card:
    """What the page of a unit shows.

    Attributes
    ----------
    pcode, level : str
    people : Series
        ``people, people_year, people_missing``.
    figures : DataFrame
        One row a type: ``activity_type, measure`` and the values of the unit.
    here : DataFrame
        Shared records with a place named in the unit.
    above : DataFrame
        Shared records that may touch the unit and name nothing in it.
    neighbours : DataFrame
        Unit and neighbours by type: ``pcode, name, activity_type`` and values.
    public : bool
        Made for the public: records are not listed.
    """

    pcode: str
    level: str
    people: pd.Series
    figures: pd.DataFrame
    here: pd.DataFrame
    above: pd.DataFrame
    neighbours: pd.DataFrame
    public: bool = False


def card(
    prepared: Prepared,
    pcode: str,
    level: str,
    *,
    beside: Iterable[str] = (),
    assumptions: Assumptions | None = None,
) -> Card:
    """The card of a unit, from the same facts as the map.

    Parameters
    ----------
    beside : iterable of str
        P-codes of its neighbours (:func:`geo.neighbours.neighbours`).
    """
    here: list[pd.DataFrame] = []
    above: list[pd.DataFrame] = []
    figures: list[pd.DataFrame] = []
    around: list[pd.DataFrame] = []
    total: pd.DataFrame | None = None
    wanted = [pcode, *beside]
    for name, of_type in prepared.of_type.items():
        view = View(activity_type=name, measure=of_type.kind.measure, level=level, unit=pcode)
        facts = build(prepared, replace(view, assumptions=assumptions or Assumptions()))
        total = facts.total
        if not prepared.has(name):
            continue
        named = _named_in(of_type, pcode, level)
        here.append(facts.records[facts.records.index.isin(named)])
        above.append(facts.records[~facts.records.index.isin(named)])
        figures.append(_figures(facts, facts.units[facts.units["pcode"] == pcode]))
        rows = facts.units[facts.units["pcode"].isin(wanted)]
        around.append(_figures(facts, rows))
    if total is None:
        raise ValueError("no activity type is set up")
    return Card(
        pcode=pcode,
        level=level,
        people=total.iloc[0][["people", "people_year", "people_missing"]],
        figures=_stack(figures),
        here=_stack(here),
        above=_stack(above),
        neighbours=_stack(around),
        public=prepared.fixed is not None,
    )


def _named_in(of_type: OfType, pcode: str, level: str) -> pd.Index:
    """Records that name a place inside the unit."""
    pairs = of_type.pairs[level]
    if pcode not in pairs.units:
        return of_type.records.index[:0]
    present = pairs.set_index[(pairs.unit_index == pairs.units.index(pcode)) & pairs.presence]
    rows = pd.Series(of_type.set_of_record).isin(present).to_numpy()
    return of_type.records.index[rows]


def _figures(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    first = {"activity_type": facts.kind.name, "measure": facts.view.measure}
    return rows[["pcode", "name", "people", *FIGURE_COLUMNS]].assign(**first)


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled) if filled else (frames[0] if frames else pd.DataFrame())
