"""``View`` in, ``Facts`` out: the one object that feeds a page and every export of it.

No page and no exporter aggregates on its own; all of them read the same facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from geo import coverage
from geo.activities import ActivityType, Source
from geo.boundaries import Boundaries
from geo.counting import SEPARATOR, Accounting, Communes, Members, account, without_details_twice
from geo.coverage import Assumptions
from geo.settings import NAME_COLUMN, PCODE_COLUMN

FILTERS: Final = ("implementing_org", "donor", "activity_status", "functionality", "source_id")
# Columns that hold several organisations in one cell.
LISTS: Final = ("donor",)
NOT_GIVEN: Final = ""


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
    assumptions: Assumptions = Assumptions()

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
    above : DataFrame
        Shared records known above the level only.
    points : DataFrame
        ``longitude, latitude, functionality`` of records with a position.
    records : DataFrame
        Shared records behind the figures.
    accounting : Accounting
        Of all rows of the type, before filters.
    undated : int
        Records left out because a period is asked and they have no date.
    """

    view: View
    kind: ActivityType
    units: pd.DataFrame
    total: pd.DataFrame
    above: pd.DataFrame
    points: pd.DataFrame
    records: pd.DataFrame
    accounting: Accounting
    sources: Mapping[str, Source]
    vintages: Mapping[str, str]
    oldest: str = ""
    newest: str = ""
    undated: int = 0
    filtered: int = 0


class Frame:
    """Units of every level with their communes: what views are answered on.

    Built once for each version of the boundaries.
    """

    def __init__(self, boundaries: Boundaries, *, groups: Sequence[Group] = ()) -> None:
        self.boundaries = boundaries
        communes = boundaries.units
        self.groups = tuple(groups)
        self.members = Members(communes, groups={group.pcode: group.parts for group in groups})
        drawn = communes[communes["drawn"]]
        self.drawn: Communes = frozenset(drawn["adm3_pcode"])
        self.focus: Communes = frozenset(communes.loc[communes["focus"], "adm3_pcode"])

    def shown(self, view: View) -> Communes:
        """Communes of the area asked: the chosen unit, else the four regions."""
        return self.members.of(view.unit) if view.unit else self.focus

    def units(self, view: View) -> dict[str, Communes]:
        """Units of the view's level as their communes, in P-code order."""
        if view.level == "region" and view.regions == "2023":
            codes = [group.pcode for group in self.groups]
        else:
            codes = list(self._drawn_units(view.level)[PCODE_COLUMN[view.level]])
        return {code: self.members.of(code) for code in codes}

    def _drawn_units(self, level: str) -> pd.DataFrame:
        frame = self.boundaries.level(level)
        return pd.DataFrame(frame[frame["drawn"]].drop(columns="geometry"))

    def names(self, view: View) -> pd.DataFrame:
        """``pcode, name`` and parents of the units of a view, in the same order."""
        if view.level == "region" and view.regions == "2023":
            return self._group_names()
        units = self._drawn_units(view.level).reset_index(drop=True)
        parents = {
            "region_pcode": units["adm1_pcode"],
            "region_name": units["adm1_name"],
            "cercle_pcode": units["adm2_pcode"] if "adm2_pcode" in units else "",
            "cercle_name": units["adm2_name"] if "adm2_name" in units else "",
        }
        columns = {"pcode": units[PCODE_COLUMN[view.level]], "name": units[NAME_COLUMN[view.level]]}
        kept = {name: units[name] for name in ("focus", "indicative", "area_sqkm")}
        return pd.DataFrame(columns | {"level": view.level} | parents | kept)

    def _group_names(self) -> pd.DataFrame:
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
                    "indicative": True,
                    "area_sqkm": float(inside["area_sqkm"].sum()),
                }
            )
        return pd.DataFrame(rows)


def build(
    shared: pd.DataFrame,
    frame: Frame,
    view: View,
    *,
    types: Mapping[str, ActivityType],
    sources: Mapping[str, Source],
    people: pd.DataFrame | None = None,
) -> Facts:
    """Answer a view from records that have passed :func:`geo.sharing.share`.

    Parameters
    ----------
    shared : DataFrame
        Records of all types, every outcome, as the audience may see them.
    people : DataFrame, optional
        Population by commune: ``adm3_pcode, people, year`` (missing = unknown).
    """
    kind = types[view.activity_type]
    of_type = shared[shared["activity_type"] == view.activity_type]
    placed = of_type[of_type["outcome"] == "placed"]
    once = without_details_twice(placed, frame.members)
    kept, undated = _within_period(_filtered(once, view.filters), view.period)
    units = frame.units(view)
    shown = frame.shown(view)
    filtering = any(view.filters.values()) or any(view.period)
    # A survey says that nothing else is there, not that a given partner or donor is absent.
    surveyed = Communes() if filtering else coverage.surveyed(once, sources, frame.members, kind=kind.name)
    options = {"kind": kind, "measure": view.measure, "assumptions": view.assumptions, "surveyed": surveyed}
    table = coverage.table(kept, units, frame.members, **options)
    total = coverage.table(kept, {"": shown}, frame.members, **options)
    in_area = {code: communes & shown for code, communes in units.items() if communes & shown}
    above = coverage.above(kept, in_area, frame.members, shown=shown)
    behind = kept[_meets(kept["place_set"], shown, frame.members)]
    dates = behind["observed_on"].where(behind["observed_on"] != "", behind["end_date"])
    dates = dates[dates != ""]
    named = frame.names(view)
    return Facts(
        view=view,
        kind=kind,
        units=named.merge(table, on="pcode").merge(_population(units, people), on="pcode"),
        total=total.merge(_population({"": shown}, people), on="pcode"),
        above=above,
        points=_points(behind),
        records=behind,
        accounting=account(of_type, shown=frame.focus, members=frame.members),
        sources={name: sources[name] for name in of_type["source_id"].unique() if name in sources},
        vintages=frame.boundaries.vintages,
        oldest=str(dates.min()) if len(dates) else "",
        newest=str(dates.max()) if len(dates) else "",
        undated=undated,
        filtered=len(once) - len(kept),
    )


def _filtered(records: pd.DataFrame, filters: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    keep = np.ones(len(records), dtype=bool)
    for column, values in filters.items():
        if values:
            keep &= holds(records[column], values, several=column in LISTS).to_numpy()
    return records[keep]


def holds(cells: pd.Series, values: Sequence[str], *, several: bool) -> pd.Series:
    """Rows whose cell is one of ``values``, or lists one of them where cells hold ``several``."""
    if not several:
        return cells.isin(list(values))
    wanted = set(values)
    table = {text: bool(wanted & set(split(text))) for text in cells.unique()}
    return cells.map(table).astype(bool)


def split(text: str) -> list[str]:
    """The entries of a ``;``-separated cell; an empty cell is one entry, *not reported*."""
    return [part.strip() for part in text.split(SEPARATOR)]


def _within_period(records: pd.DataFrame, period: tuple[str, str]) -> tuple[pd.DataFrame, int]:
    """Records whose dates meet the period, and how many have no date at all."""
    start, end = period
    if not start and not end:
        return records, 0
    begins = records["start_date"].where(records["start_date"] != "", records["observed_on"])
    ends = records["end_date"].where(records["end_date"] != "", records["observed_on"])
    undated = (begins == "") & (ends == "")
    begins, ends = begins.where(begins != "", ends), ends.where(ends != "", begins)
    # A date of lower precision covers all of its year or month: 2016 meets any day of 2016.
    late = begins > (end + "~" if end else "~")
    early = (ends + "~") < start
    return records[~undated & ~late & ~early], int(undated.sum())


def _meets(place_sets: pd.Series, shown: Communes, members: Members) -> np.ndarray:
    table = {text: bool(members.of_set(text) & shown) for text in place_sets.unique()}
    return place_sets.map(table).to_numpy(dtype=bool)


def _points(records: pd.DataFrame) -> pd.DataFrame:
    located = records["longitude"].notna() & records["precision"].eq("point")
    return records.loc[located, ["longitude", "latitude", "functionality", "adm3_pcode", "activity_type"]]


def _population(units: Mapping[str, Communes], people: pd.DataFrame | None) -> pd.DataFrame:
    """``pcode, people, people_year, people_missing``: a sum over communes, and how many lack a figure."""
    known = {} if people is None else dict(zip(people["adm3_pcode"], people["people"], strict=True))
    years = {} if people is None else dict(zip(people["adm3_pcode"], people["year"].astype(str), strict=True))
    rows = []
    for pcode, communes in units.items():
        figures = [known[code] for code in communes if not pd.isna(known.get(code, np.nan))]
        year = {years[code] for code in communes if code in years}
        rows.append(
            {
                "pcode": pcode,
                "people": float(sum(figures)) if figures else np.nan,
                "people_year": SEPARATOR.join(sorted(year)),
                "people_missing": len(communes) - len(figures),
            }
        )
    return pd.DataFrame(rows, columns=["pcode", "people", "people_year", "people_missing"])
