"""Rows that the replaced counts had counted and a file would lose: which they are, and in which commune.

Counts by commune are themselves evidence of where the rows that they were made from lie. A row that waits
for review, or that fell out of the area across an edge, is offered to be left where the counts had it, but
only as far as what the counts have more is explained by just these rows. Pure: frames in, frames out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geo.activities import ActivityType
from geo.counting import Communes
from geo.effects import ROW_COLUMNS
from geo.placing import usable_position

# Share of the counts' figures that the file must bear out: counts that were made from it agree but for
# the edges of simplified polygons (nine in ten of the survey of 2020), those of another year do not.
MIN_AGREEING: Final = 0.75
LOST_COLUMNS: Final = ("activity_type", "functionality", "quantity")
_CELL: Final = ["activity_type", "functionality", "adm3_pcode"]
# A position is the same to the fifth decimal of a degree, about a metre.
_DECIMALS: Final = 5


@dataclass(frozen=True, eq=False)
class Recount:
    """What may be left where the replaced counts had it.

    Attributes
    ----------
    rows : DataFrame
        Of :func:`geo.effects.displaced`, those that the totals would lose: ``unit_before`` is where the
        counts had them.
    unexplained : DataFrame
        :data:`LOST_COLUMNS`: what the counts have more in all that no row explains.
    agreeing : float
        Share [0-1] of the counts' figures that the file bears out.
    """

    rows: pd.DataFrame
    unexplained: pd.DataFrame
    agreeing: float

    def working(self, types: Mapping[str, ActivityType]) -> int:
        """Return how many of the rows work."""
        works = {(name, state) for name, kind in types.items() for state in kind.works}
        pairs = zip(self.rows["activity_type"], self.rows["functionality"], strict=True)
        return sum(pair in works for pair in pairs)


def nothing() -> Recount:
    """Return that there is nothing to be left anywhere."""
    return Recount(pd.DataFrame(columns=list(ROW_COLUMNS)), pd.DataFrame(columns=list(LOST_COLUMNS)), 0.0)


def recount(moved: pd.DataFrame, incoming: pd.DataFrame, replaced: pd.DataFrame, shown: Communes) -> Recount:
    """Return the rows that may be left where the replaced counts had them.

    Parameters
    ----------
    moved : DataFrame
        Of :func:`geo.effects.displaced`.
    incoming : DataFrame
        Placed rows of the file, its row as index.
    replaced : DataFrame
        Placed records that stop counting; those without a position and known to one commune are counts.
    shown : frozenset of str
        Communes of the area: a row that is placed outside it is lost to its totals.

    Examples
    --------
    >>> recount(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), frozenset()).rows.empty
    True
    """
    if moved.empty or replaced.empty:
        return nothing()
    old = replaced[(replaced["outcome"] == "placed") & (replaced["adm3_pcode"] != "")]
    counts = old[~usable_position(old)]
    before = _cells(counts)
    now = _cells(incoming[incoming["outcome"] == "placed"])
    waits = moved["unit_after"] == ""
    agreeing = _agreeing(before, now, moved[waits])
    left = moved["unit_before"].isin(shown) & ~waits & ~moved["unit_after"].isin(shown)
    if agreeing < MIN_AGREEING:
        return nothing()
    lost = _alone_at_its_place(moved[waits | left], incoming)
    area, beside = set(shown), set(counts["adm3_pcode"]) - set(shown)
    kept, rest = [], []
    cells = counts[["activity_type", "functionality"]].drop_duplicates()
    for kind, state in cells.itertuples(index=False):
        of_kind = lost[(lost["activity_type"] == kind) & (lost["functionality"] == state)]
        for communes in (area, beside):
            lacking = _of(before, kind, state, communes).sub(_of(now, kind, state, communes), fill_value=0)
            rows = _explaining(of_kind[of_kind["unit_before"].isin(communes)], lacking)
            kept.append(rows)
            if (more := float(lacking.sum()) - float(rows["quantity"].sum())) > 0:
                rest.append((kind, state, more))
    found = pd.concat(kept).sort_values("row", ignore_index=True)
    unexplained = pd.DataFrame(rest, columns=list(LOST_COLUMNS))
    summed = unexplained.groupby(["activity_type", "functionality"], as_index=False).sum()
    return Recount(found, summed, agreeing)


def _cells(records: pd.DataFrame) -> pd.Series:
    """Quantity of each type and state in each commune."""
    return records.groupby(_CELL)["quantity"].sum()


def _agreeing(before: pd.Series, now: pd.Series, waiting: pd.DataFrame) -> float:
    """Share of the counts' figures that the file bears out, rows that wait taken where they lie."""
    if before.empty:
        return 0.0
    lie = waiting.rename(columns={"unit_before": "adm3_pcode"}).groupby(_CELL)["quantity"].sum()
    found = now.add(lie, fill_value=0).reindex(before.index, fill_value=0)
    return float((found == before).mean())


def _alone_at_its_place(lost: pd.DataFrame, incoming: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows that share their position with one that is not lost, or was counted elsewhere."""
    spots = pd.Series(
        list(zip(incoming["longitude"].round(_DECIMALS), incoming["latitude"].round(_DECIMALS), strict=True)),
        index=incoming.index,
    )
    unit = pd.Series(lost["unit_before"].to_numpy(), index=lost["row"]).reindex(incoming.index, fill_value="")
    units = unit.groupby(spots).agg(set)
    alike = lost["row"].map(lambda row: len(units[spots[row]]) == 1)
    return lost[alike.astype(bool)]


def _of(cells: pd.Series, kind: str, state: str, communes: Collection[str]) -> pd.Series:
    """Quantity of one type and state in each of these communes."""
    told = cells.index.to_frame(index=False)
    wanted = told["activity_type"].eq(kind) & told["functionality"].eq(state)
    wanted &= told["adm3_pcode"].isin(list(communes))
    codes = told.loc[wanted, "adm3_pcode"]
    return pd.Series(cells.to_numpy()[wanted.to_numpy()], index=codes.to_numpy(), dtype="float64")


def _explaining(rows: pd.DataFrame, lacking: pd.Series) -> pd.DataFrame:
    """Return the rows where they make up no more than is lacking: in all, else commune by commune."""
    if float(rows["quantity"].sum()) <= float(lacking.sum()):
        return rows
    own = rows.groupby("unit_before")["quantity"].sum()
    sure = own.index[own <= lacking.reindex(own.index, fill_value=0)]
    kept = rows[rows["unit_before"].isin(sure)]
    return kept if float(kept["quantity"].sum()) <= float(lacking.sum()) else rows[:0]
