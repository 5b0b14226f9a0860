"""Figures of the whole area: one a type, what is known above the communes only, what is old."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from geo.facts import Facts, Prepared, View, build
from geo.filters import split

# A figure observed longer ago than this is shown as old [years]: water points of the Sahel change
# state within a few seasons. A practice of the programme, not a standard.
OLD_AFTER_YEARS: Final = 3


@dataclass(frozen=True, eq=False)
class KeyFigure:
    """One type in the area asked.

    ``without_data`` is the number of communes for which nothing is reported,
    nothing is known, or no figure is given; ``communes`` is how many there are.
    """

    facts: Facts
    communes: int
    without_data: int

    @property
    def total(self) -> pd.Series:
        """Values of the whole area, see :class:`geo.facts.Facts`."""
        return self.facts.total.iloc[0]


def key_figures(prepared: Prepared, *, unit: str = "") -> dict[str, KeyFigure]:
    """A key figure for each type that has records, by type."""
    found = {}
    for name, of_type in prepared.of_type.items():
        if not prepared.has(name):
            continue
        facts = build(
            prepared, View(activity_type=name, measure=of_type.kind.measure, level="commune", unit=unit)
        )
        shown = prepared.frame.shown(facts.view)
        communes = facts.units[facts.units["pcode"].isin(shown)]
        known = communes["state"].isin(["number", "zero", "withheld"])
        found[name] = KeyFigure(facts, len(communes), int((~known).sum()))
    return found


def known_above(figures: Mapping[str, KeyFigure]) -> pd.DataFrame:
    """Records of all types that are known above the communes only."""
    frames = [figure.facts.above for figure in figures.values() if len(figure.facts.rows_above)]
    if not frames:
        return next(iter(figures.values())).facts.above if figures else pd.DataFrame()
    return pd.concat(frames)


def ages(figures: Mapping[str, KeyFigure], *, today: date) -> pd.DataFrame:
    """How old the records of each type are.

    Returns
    -------
    DataFrame
        One row a type and year: ``activity_type, year`` (``""`` where no date is
        reported), ``records, age_years, old``; oldest first, undated last.
    """
    rows = []
    for name, figure in figures.items():
        records = figure.facts.records
        dated = records["observed_on"].where(records["observed_on"] != "", records["end_date"])
        years = dated.astype("str").str.slice(0, 4)
        for year, count in years.value_counts().items():
            age = today.year - int(str(year)) if year else None
            rows.append((name, str(year), int(count), age, age is not None and age > OLD_AFTER_YEARS))
    table = pd.DataFrame(rows, columns=["activity_type", "year", "records", "age_years", "old"])
    return table.sort_values("year", key=lambda years: years.where(years != "", "~"), ignore_index=True)


def organisations(figures: Mapping[str, KeyFigure]) -> pd.Series:
    """Records of each implementing organisation over all types, most first."""
    counts: dict[str, int] = {}
    for figure in figures.values():
        for text, number in figure.facts.records["implementing_org"].value_counts().items():
            for name in split(str(text)):
                if name and number:
                    counts[name] = counts.get(name, 0) + int(number)
    return pd.Series(counts, dtype="int64").sort_values(ascending=False)
