"""Gaps seen together: several types side by side, need crossed with coverage for the 3 × 3 map."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def together(by_type: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Gaps of several types side by side, one row a unit.

    Parameters
    ----------
    by_type : mapping of str to DataFrame
        :attr:`geo.gaps.Gaps.table` or :func:`geo.gaps.at_level` of each type, of the same units.

    Returns
    -------
    DataFrame
        ``pcode, name``, parents, the state of each type (``state_water_point`` …), and how many
        types are unmet, partly met, met and not known (``types_unmet`` …).
    """
    tables = {name: table.set_index("pcode") for name, table in by_type.items()}
    first = next(iter(tables.values()))
    states = pd.DataFrame({f"state_{name}": table["state"] for name, table in tables.items()})
    counts = {f"types_{state}": states.isin([state]).sum(axis=1) for state in ("unmet", "partly", "met")}
    unknown = states.isin(["unknown", "met_or_unmet_unknown"]).sum(axis=1)
    parents = ["name", "region_pcode", "region_name", "cercle_pcode", "cercle_name"]
    joined = pd.concat([first[parents], states], axis=1)
    return joined.assign(**counts, types_unknown=unknown).reset_index()


def need_by_coverage(table: pd.DataFrame) -> pd.Series:
    """Class of each commune on the 3 × 3 map of need and coverage: ``"3A"`` is most need, least coverage.

    Need is the third of the communes that its unserved people put it in (1 low to 3 high; nobody
    unserved is 1, equal figures fall in the same class); coverage is A under a third of the people,
    B under two thirds, C from there on. ``""`` where either is unknown.

    Examples
    --------
    >>> table = pd.DataFrame({"unserved_people": [0.0, 500, 9000], "coverage_pct": [100.0, 50, 10]})
    >>> need_by_coverage(table).tolist()
    ['1C', '2B', '3A']
    """
    people, share = table["unserved_people"], table["coverage_pct"]
    known = people.notna() & share.notna()
    place = people[known].rank(method="min", pct=False).sub(1) / max(int(known.sum()), 1)
    need = (place * 3).astype(int).clip(upper=2).where(people[known] > 0, 0)
    served = np.digitize(share[known], [100 / 3, 200 / 3])
    classes = [f"{row + 1}{'ABC'[column]}" for row, column in zip(need, served, strict=True)]
    return pd.Series(classes, index=need.index, dtype="str").reindex(table.index, fill_value="")


def most_need_without_partner(table: pd.DataFrame) -> pd.DataFrame:
    """Communes of the highest need in which no partner is reported, most unserved people first."""
    high = need_by_coverage(table).str.startswith("3") & (table["partners_max"] == 0)
    return table[high].sort_values("unserved_people", ascending=False, ignore_index=True)
