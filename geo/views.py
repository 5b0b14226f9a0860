"""What is asked, and the units of every level that it is answered on."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from geo.boundaries import Boundaries
from geo.counting import Communes, Members
from geo.coverage import Assumptions
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
