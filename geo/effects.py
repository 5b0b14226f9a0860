"""What an import does to the totals, and which rows explain it where a source takes another's place.

Counts by commune and the survey they were made from do not agree to the last row: a row may wait for
review, or fall in the next commune on polygons that are simplified. Pure: frames in, frames out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from geo import facts, locating
from geo.activities import ActivityType
from geo.boundaries import Boundaries
from geo.counting import SEPARATOR, Communes
from geo.facts import Prepared, View

# A row that fell in another commune lies no further than this from the one it was counted in [km]:
# more than the simplified polygons are off, less than a commune is wide.
MAX_KM: Final = 2.0
_KM_A_DEGREE: Final = 111.0
TOTAL_COLUMNS: Final = (
    "activity_type",
    "measure",
    *(f"{when}_{end}" for when in ("before", "after") for end in ("min", "max", "open")),
)
ROW_COLUMNS: Final = (
    "row",
    "activity_type",
    "functionality",
    "quantity",
    "reason",
    "unit_before",
    "unit_after",
    "distance_km",
)


def totals(before: Prepared, after: Prepared, kinds: Collection[str]) -> pd.DataFrame:
    """Total of each type over the area shown, before and after, from the same facts as every page.

    Parameters
    ----------
    kinds : collection of str
        Types that the import touches.

    Returns
    -------
    DataFrame
        One row a type and measure: its own, and what works where the type runs; columns
        :data:`TOTAL_COLUMNS`.
    """
    rows = []
    for name in (name for name in after.of_type if name in kinds):
        kind = after.of_type[name].kind
        measures = dict.fromkeys(
            ["in_place" if kind.works else kind.measure, *(["working"] if kind.works else [])]
        )
        for measure in measures:
            view = View(activity_type=name, measure=measure, level="region")
            row: dict[str, object] = {"activity_type": name, "measure": measure}
            for when, prepared in (("before", before), ("after", after)):
                total = facts.build(prepared, view).total.iloc[0]
                row |= {f"{when}_{end}": total[f"value_{end}"] for end in ("min", "max", "open")}
            rows.append(row)
    return pd.DataFrame(rows, columns=list(TOTAL_COLUMNS))


def displaced(incoming: pd.DataFrame, replaced: pd.DataFrame, boundaries: Boundaries) -> pd.DataFrame:
    """Rows of a file that stand elsewhere than the counts that the file takes the place of had them.

    A row that waits for review though its position lies in a commune is one of them: the counts had
    taken its position. What a commune still lacks of a type and state is then looked for among the
    rows of others that have more than before, the nearest to it first.

    Parameters
    ----------
    incoming : DataFrame
        Placed rows of the file, its row as index.
    replaced : DataFrame
        Placed records that stop counting; those known to one commune are looked at.

    Returns
    -------
    DataFrame
        :data:`ROW_COLUMNS`: ``unit_before`` is the commune it was counted in, ``unit_after`` where it is
        placed now (``""`` while it waits), ``reason`` why it waits, ``distance_km`` how far it lies
        from ``unit_before``.
    """
    old = replaced[(replaced["outcome"] == "placed") & (replaced["adm3_pcode"] != "")]
    shapes = boundaries.communes.set_index("adm3_pcode")["geometry"]
    found = []
    for (kind, state), counted in old.groupby(["activity_type", "functionality"], sort=False):
        rows = incoming[(incoming["activity_type"] == kind) & (incoming["functionality"] == state)]
        if len(rows):
            found += _moved(rows, counted.groupby("adm3_pcode")["quantity"].sum(), shapes)
    return pd.DataFrame(found, columns=list(ROW_COLUMNS)).sort_values("row", ignore_index=True)


def _moved(rows: pd.DataFrame, before: pd.Series, shapes: pd.Series) -> list[dict[str, object]]:
    """Rows of one type and state that explain what each commune lacks."""
    lies_in = rows["adm3_pcode"].where(rows["outcome"] == "placed", _position_lies_in(rows))
    now = rows["quantity"].groupby(lies_in).sum().drop("", errors="ignore")
    left = before - now.reindex(before.index, fill_value=0)
    lacking = {str(code): float(count) for code, count in left.items() if count > 0}
    # Where nothing was counted before, any row may be one that was counted next door.
    spare = {code: count - before.get(code, -np.inf) for code, count in now.items()}
    waits = rows.index[(rows["outcome"] != "placed") & lies_in.isin(before.index)]
    found = [_row_of(rows, row, str(lies_in[row]), "", 0.0) for row in waits]
    taken: set[Any] = set(waits)
    free = rows[rows["longitude"].notna() & lies_in.map(lambda code: not code or spare[code] > 0)]
    for km, row, code in sorted(_near(free, lacking, shapes)):
        unit, quantity = str(lies_in[row]), float(rows["quantity"][row])
        if row in taken or lacking[code] < quantity or (unit and spare[unit] < quantity):
            continue
        taken.add(row)
        lacking[code] -= quantity
        if unit:
            spare[unit] -= quantity
        found.append(_row_of(rows, row, code, str(rows.at[row, "adm3_pcode"]), km))
    return found


def _position_lies_in(rows: pd.DataFrame) -> pd.Series:
    """Commune that holds a position which waits for review, because its row states another place."""
    inside = rows["reason"] == "far_from_stated_place"
    return rows["candidates"].str.partition(SEPARATOR)[0].where(inside, "")


def _row_of(rows: pd.DataFrame, row: Any, before: str, after: str, km: float) -> dict[str, object]:
    said = rows.loc[row, ["activity_type", "functionality", "quantity", "reason"]]
    return dict(zip(ROW_COLUMNS, (row, *said, before, after, km), strict=True))


def _near(
    rows: pd.DataFrame, lacking: Mapping[str, float], shapes: pd.Series
) -> list[tuple[float, int, str]]:
    """Return distance, row and commune of each row near a commune that lacks some."""
    x, y = rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    margin = MAX_KM / _KM_A_DEGREE * 1.2
    near = []
    for code in (code for code in lacking if code in shapes.index):
        left, low, right, high = shapes[code].bounds
        inside = (x > left - margin) & (x < right + margin) & (y > low - margin) & (y < high + margin)
        km = locating.distance_km(x[inside], y[inside], shapes[code]).round(2)
        close = zip(km, rows.index[inside], strict=True)
        near += [(float(each), int(row), str(code)) for each, row in close if each <= MAX_KM]
    return near


@dataclass(frozen=True, eq=False)
class Explained:
    """How the rows that stand elsewhere make up the change of the totals.

    Attributes
    ----------
    rows : DataFrame
        :data:`ROW_COLUMNS` and ``changes``: whether the row changes the total of the area; those first.
    balances : DataFrame
        One row a total: ``activity_type, measure, change``, and what of it is ``waiting`` for review,
        ``left`` the area, ``came`` into it; ``rest`` is what no row explains.
    """

    rows: pd.DataFrame
    balances: pd.DataFrame


def explained(
    moved: pd.DataFrame, changes: pd.DataFrame, shown: Communes, types: Mapping[str, ActivityType]
) -> Explained:
    """Weigh the rows that stand elsewhere against the change of the totals.

    Parameters
    ----------
    moved : DataFrame
        Of :func:`displaced`.
    changes : DataFrame
        Of :func:`totals`.
    shown : frozenset of str
        Communes of the area.

    Examples
    --------
    >>> row = dict.fromkeys(ROW_COLUMNS, "") | {"activity_type": "t", "quantity": 1.0, "unit_before": "a"}
    >>> total = dict.fromkeys(TOTAL_COLUMNS, 3.0) | {"activity_type": "t", "measure": "in_place"}
    >>> one = explained(pd.DataFrame([row]), pd.DataFrame([total | {"after_min": 2.0}]), frozenset("a"), {})
    >>> one.balances.loc[0, ["change", "waiting", "rest"]].astype(int).tolist()
    [-1, 1, 0]
    """
    before, after = moved["unit_before"].isin(shown), moved["unit_after"].isin(shown)
    waits = moved["unit_after"] == ""
    parts = {"waiting": before & waits, "left": before & ~waits & ~after, "came": ~before & after}
    balances = []
    for row in changes.to_dict("records"):
        of_total = moved["activity_type"] == row["activity_type"]
        if row["measure"] == "working":
            of_total &= moved["functionality"].isin(types[row["activity_type"]].works)
        sums = {name: float(moved.loc[of_total & part, "quantity"].sum()) for name, part in parts.items()}
        change = row["after_min"] - row["before_min"]
        rest = change + sums["waiting"] + sums["left"] - sums["came"]
        balances.append(
            {
                "activity_type": row["activity_type"],
                "measure": row["measure"],
                "change": change,
                **sums,
                "rest": rest,
            }
        )
    marked = moved.assign(changes=before != after).sort_values(["changes", "row"], ascending=[False, True])
    return Explained(marked.reset_index(drop=True), pd.DataFrame(balances))
