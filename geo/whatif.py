"""What if works were added, taken away or repaired: gaps of the same communes, worked out again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo import needs
from geo.facts import Prepared, View, build
from geo.gaps import Gaps


def repairable(prepared: Prepared, view: View, *, functionality: Sequence[str] = ("dry",)) -> pd.Series:
    """Works that could be repaired in each commune, by P-code: those that are certainly there.

    Parameters
    ----------
    functionality : sequence of str
        Which states are repaired: ``dry``, ``broken``, ``partly``, ``not_used``.
    """
    kept = {**view.filters, "functionality": tuple(functionality)}
    units = build(prepared, replace(view, level="commune", measure="in_place", filters=kept)).units
    return pd.Series(units["in_place_min"].to_numpy(), index=units["pcode"].to_numpy(), dtype=float)


def change(gaps: Gaps, works: Mapping[str, float]) -> pd.DataFrame:
    """Gaps by commune after so many more (or, below zero, fewer) working works.

    Only communes with a figure change; a commune never has fewer than no works.

    Parameters
    ----------
    works : mapping of str to float
        Works added by commune.

    Returns
    -------
    DataFrame
        The rows of the gaps with ``working, working_max, missing, unserved_people, coverage_pct`` and
        their maxima and ``state`` worked out again, and ``people_newly_served`` (least) beside.
    """
    table = gaps.table
    known = table["unserved_people"].notna()
    added = table["pcode"].map(dict(works)).fillna(0.0).where(known, 0.0).to_numpy(dtype=float)
    per_work = table["people_per_work"].fillna(0.0).to_numpy(dtype=float)
    people, required = table["population_people"].to_numpy(float), table["required"].to_numpy(float)
    figures: dict[str, np.ndarray] = {}
    # The fewest works leave the most people unserved.
    for works_end, other in (("", "_max"), ("_max", "")):
        working = np.maximum(0.0, table[f"working{works_end}"].to_numpy(float) + added)
        served = np.maximum(0.0, table[f"capacity_people{works_end}"].to_numpy(float) + added * per_work)
        left = np.maximum(0.0, people - served)
        figures[f"working{works_end}"] = working
        figures[f"capacity_people{works_end}"] = served
        figures[f"unserved_people{other}"] = left
        figures[f"missing{other}"] = _missing(required, left, per_work)
        with np.errstate(divide="ignore", invalid="ignore"):
            figures[f"coverage_pct{works_end}"] = np.where(people > 0, 100 * (people - left) / people, np.nan)
    changed = {name: np.where(known & (added != 0), values, table[name]) for name, values in figures.items()}
    result = table.assign(**changed)
    result["state"] = np.where(known & (added != 0), _states(result), table["state"])
    return result.assign(people_newly_served=table["unserved_people"] - result["unserved_people"])


def by_region(gaps: Gaps, after: pd.DataFrame, works: Mapping[str, float]) -> pd.DataFrame:
    """Sum what :func:`change` gives by region, over the communes that have a figure.

    Returns
    -------
    DataFrame
        By name of the region, the whole area last under ``""``: ``works`` added, ``before`` and
        ``unserved_people`` (least) [people], ``people_newly_served``, below zero where works are taken away.
    """
    known = after[after["unserved_people"].notna()]
    before = gaps.table.loc[known.index, "unserved_people"]
    # A commune that is not named gets no work: that is known.
    added = known["pcode"].map(dict(works)).fillna(0.0)
    columns = ["works", "before", "unserved_people", "people_newly_served"]
    summed = known.assign(before=before, works=added).groupby("region_name", sort=True)[columns].sum()
    summed.loc[""] = summed.sum()
    return summed


def _missing(required: np.ndarray, left: np.ndarray, per_work: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        missing = np.where(per_work > 0, needs.required_works(left, per_work), 0.0)
    return np.where(np.isnan(required), np.nan, missing)


def _states(table: pd.DataFrame) -> np.ndarray:
    ends = [
        needs.certain_state(table[missing], table[working])
        for missing, working in (("missing_max", "working"), ("missing", "working_max"))
    ]
    return np.where(ends[0] == ends[1], ends[0], "met_or_unmet_unknown")
