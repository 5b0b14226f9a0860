"""A ranking that explains itself: a score from documented parts, and how sure a rank is.

Each part is a number from 0 to 1, 1 being worst, rounded to three decimals
before anything is added, so that what is printed adds up with a pocket
calculator:

    score = 100 x sum(weight x part) / sum(weights)

How sure a rank is, says :mod:`geo.uncertainty`.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from geo.i18n import N_, _, number, percent

PARTS: Final = ("unserved", "coverage", "presence", "distance", "severity")
PART_WORDS: Final = {
    "unserved": N_("personnes non desservies"),
    "coverage": N_("part non couverte"),
    "presence": N_("aucun partenaire signalé"),
    "distance": N_("personnes loin d'un ouvrage"),
    "severity": N_("sévérité"),
}
# A practice of the programme, not a standard: people first, then how much is missing, then who is there
# and how far the way is, then how hard life is besides. A part without data leaves its weight to the others.
DEFAULT_WEIGHTS: Final[Mapping[str, float]] = {
    "unserved": 30,
    "coverage": 30,
    "presence": 15,
    "distance": 15,
    "severity": 10,
}
# Classes of a humanitarian severity table, 1 (minimal) to 5 (catastrophic).
SEVERITY_CLASSES: Final = (1, 5)
PART_DECIMALS: Final = 3
SCORE_DECIMALS: Final = 1


def half_up(values: np.ndarray | float, decimals: int) -> np.ndarray:
    """Round as on paper: 0.0625 to three decimals is 0.063, where numpy gives the even 0.062.

    >>> half_up(np.array([0.0625, 0.1234]), 3).tolist()
    [0.063, 0.123]
    """
    scale = 10.0**decimals
    # The small addition undoes what binary fractions take away from a decimal half.
    return np.floor(np.asarray(values, dtype=float) * scale + 0.5 + 1e-9) / scale


def parts(
    table: pd.DataFrame,
    *,
    distance_pct: Mapping[str, float] | None = None,
    severity: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return the parts of the score of each commune, 0 (best) to 1 (worst), NaN where unknown.

    Of an interval the score takes the end that is certain (the fewest unserved); what may be besides is in
    the rank range.

    * ``unserved`` = people unserved / the largest such figure among the communes ranked
    * ``coverage`` = 1 - coverage in % (one decimal) / 100
    * ``presence`` = 1 where no partner is reported, 0 where one is, NaN where one may be
    * ``distance`` = share of people further from a working point than the distance chosen
    * ``severity`` = (class - 1) / 4

    Parameters
    ----------
    table : DataFrame
        Communes with a figure (:attr:`geo.gaps.Gaps.ranked`).
    distance_pct : mapping of str to float, optional
        People within reach of a working point, by P-code [%].
    severity : mapping of str to float, optional
        Severity class by P-code, 1 to 5.

    Returns
    -------
    DataFrame
        Columns :data:`PARTS`, three decimals, the index of ``table``.
    """
    unserved = table["unserved_people"].to_numpy(dtype=float)
    low, high = SEVERITY_CLASSES
    classes = table["pcode"].map(dict(severity or {})).to_numpy(dtype=float)
    near = table["pcode"].map(dict(distance_pct or {})).to_numpy(dtype=float)
    values = {
        "unserved": _share_of_largest(unserved),
        "coverage": 1 - half_up(table["coverage_pct_max"].to_numpy(dtype=float), 1) / 100,
        "presence": _absence(table),
        "distance": 1 - half_up(near, 1) / 100,
        "severity": (classes - low) / (high - low),
    }
    rounded = {name: half_up(value, PART_DECIMALS) for name, value in values.items()}
    return pd.DataFrame(rounded, index=table.index)


def _share_of_largest(people: np.ndarray) -> np.ndarray:
    largest = np.nanmax(people) if len(people) else 0.0
    return people / largest if largest > 0 else np.zeros(len(people))


def _absence(table: pd.DataFrame) -> np.ndarray:
    least, most = table["partners"].to_numpy(dtype=float), table["partners_max"].to_numpy(dtype=float)
    return np.where(least > 0, 0.0, np.where(most > 0, np.nan, 1.0))


def scores(values: pd.DataFrame, weights: Mapping[str, float]) -> np.ndarray:
    """Score of each row: ``100 × Σ weight × part / Σ weights``, one decimal.

    A part that is unknown for a row takes its weight with it, for that row only.

    Examples
    --------
    >>> values = pd.DataFrame({"unserved": [1.0, 0.5], "coverage": [0.25, float("nan")]})
    >>> scores(values, {"unserved": 40, "coverage": 40}).tolist()
    [62.5, 50.0]
    """
    used = [str(name) for name in values if weights.get(str(name), 0) > 0]
    weight = np.array([float(weights[name]) for name in used])
    matrix = values[used].to_numpy(dtype=float)
    known = ~np.isnan(matrix)
    total = known @ weight
    with np.errstate(divide="ignore", invalid="ignore"):
        return half_up(100 * (np.where(known, matrix, 0.0) @ weight) / total, SCORE_DECIMALS)


def ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each score, 1 the highest; equal scores share the best rank of them.

    >>> ranks(np.array([10.0, 30.0, 30.0])).tolist()
    [3, 1, 1]
    """
    return pd.Series(-values).rank(method="min").to_numpy(dtype=np.int64)


def usable(
    weights: Mapping[str, float],
    *,
    distance_pct: Mapping[str, float] | None = None,
    severity: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Weights above 0 of the parts that have data: the others take theirs with them, for every commune.

    >>> usable({"unserved": 30, "coverage": 0, "severity": 10})
    {'unserved': 30}
    """
    lacking = {name for name, data in (("distance", distance_pct), ("severity", severity)) if not data}
    return {name: weights[name] for name in PARTS if weights.get(name, 0) > 0 and name not in lacking}


def rank(
    table: pd.DataFrame,
    *,
    weights: Mapping[str, float] = DEFAULT_WEIGHTS,
    distance_pct: Mapping[str, float] | None = None,
    severity: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Rank communes by score, worst first.

    Returns
    -------
    DataFrame
        The rows of ``table`` with ``part_*`` and ``weight_*`` for each part used, ``near_pct``,
        ``severity_class``, ``score``, ``rank`` and ``tied`` (communes with the same score, itself
        included), sorted by rank, then by P-code. A commune of which no part is known has no rank: its
        row is left out.

    Raises
    ------
    ValueError
        If no weight of a part with data is above 0, or one is not a part.
    """
    if strange := set(weights) - set(PARTS):
        raise ValueError(f"no part {min(strange)!r}: one of {', '.join(PARTS)}")
    used = usable(weights, distance_pct=distance_pct, severity=severity)
    if not used:
        raise ValueError("no weight is above 0: nothing to rank by")
    values = parts(table, distance_pct=distance_pct, severity=severity)[list(used)]
    beside: dict[str, Any] = {
        "near_pct": table["pcode"].map(dict(distance_pct or {})).astype(float),
        "severity_class": table["pcode"].map(dict(severity or {})).astype(float),
        "largest_unserved": float(table["unserved_people"].max()) if len(table) else 0.0,
    }
    columns: dict[str, Any] = {f"part_{name}": values[name] for name in used}
    columns |= {f"weight_{name}": weight for name, weight in used.items()}
    scored = table.assign(**beside, **columns, score=scores(values, used))
    ranked = scored[scored["score"].notna()]
    ranked = ranked.assign(
        rank=ranks(ranked["score"].to_numpy()), tied=ranked.groupby("score")["score"].transform("size")
    )
    return ranked.sort_values(["rank", "pcode"], ignore_index=True)


def explain(row: Mapping[Any, Any]) -> str:
    """Say how a score comes about, in figures that a pocket calculator turns into the displayed score.

    Parameters
    ----------
    row : mapping
        A row of :func:`rank` as a dictionary.
    """
    lines, products, total = [], [], 0.0
    for name in PARTS:
        if f"weight_{name}" not in row:
            continue
        weight, part = _figure(row, f"weight_{name}"), _figure(row, f"part_{name}")
        if np.isnan(part):
            lines.append(_("{part} : inconnu, son poids ne compte pas").format(part=_(PART_WORDS[name])))
            continue
        lines.append(_part_line(name, part, row))
        products.append(f"{_plain(weight)} × {number(part, PART_DECIMALS)}")
        total += weight
    spoken = _("score = 100 × ({products}) / {total} = {score}")
    score = number(_figure(row, "score"), SCORE_DECIMALS)
    return "\n".join([*lines, spoken.format(products=" + ".join(products), total=_plain(total), score=score)])


def _figure(row: Mapping[Any, Any], name: str) -> float:
    return float(row[name])


def _plain(value: float) -> str:
    return number(value, 0 if value == int(value) else 2)


def _part_line(name: str, part: float, row: Mapping[Any, Any]) -> str:
    words = _(PART_WORDS[name])
    shown = number(part, PART_DECIMALS)
    largest = _figure(row, "largest_unserved")
    if name == "unserved" and largest > 0:
        people = number(_figure(row, "unserved_people"))
        text = _("{part} : {people} / {largest} (le plus grand nombre) = {value}")
        return text.format(part=words, people=people, largest=number(largest), value=shown)
    if name == "coverage":
        covered = percent(half_up(_figure(row, "coverage_pct_max"), 1).item() / 100)
        return _("{part} : 1 - {covered} = {value}").format(part=words, covered=covered, value=shown)
    if name == "distance":
        near = percent(half_up(_figure(row, "near_pct"), 1).item() / 100)
        return _("{part} : 1 - {near} (proches) = {value}").format(part=words, near=near, value=shown)
    if name == "severity":
        low, high = SEVERITY_CLASSES
        text = _("{part} : (classe {own} - {low}) / {span} = {value}")
        own = _plain(_figure(row, "severity_class"))
        return text.format(part=words, own=own, low=low, span=high - low, value=shown)
    return _("{part} : {value}").format(part=words, value=shown)


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two rankings, -1 to 1, ties at their mean rank; NaN where one of them is all ties.

    Spearman (1904): Pearson's correlation of the ranks.

    >>> round(spearman(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4])), 3)
    0.8
    """
    first, second = (pd.Series(values).rank().to_numpy() for values in (one, other))
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def correlation_with_equal_weights(ranked: pd.DataFrame) -> float:
    """How far a ranking is the weights' own doing: its correlation with the one by equal weights."""
    used = [str(name).removeprefix("part_") for name in ranked if str(name).startswith("part_")]
    values = ranked[[f"part_{name}" for name in used]].set_axis(used, axis=1)
    return spearman(ranked["score"].to_numpy(dtype=float), scores(values, dict.fromkeys(used, 1.0)))
