"""The arithmetic of need (docs/counting.md, rule 10): what a norm asks for, what is missing, for whom.

    required        = ceil(people / norm)
    missing         = max(0, required - working)
    unserved_people = max(0, people - working x norm)

Met if and only if nobody is unserved. A surplus next door serves nobody: every
commune is worked out alone and higher levels are sums of these. A norm by place
(one a commune) asks for a number of works; each then stands for the people of
the commune divided by that number.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from geo import pcodes
from geo.norms import Norm, NormSet, people_per_work

STATES: Final = ("met", "partly", "unmet", "met_or_unmet_unknown", "unknown", "not_applicable")
# The count of a survey under this share of the norm is doubtful: more likely the survey saw little
# than that so little is there (docs/counting.md, rule 11).
DOUBTFUL_UNDER: Final = 0.1
# Decimals kept: a quotient that is whole but for floating point must not ask for a work more.
_ROUNDING: Final = 9


def required_works(people: Any, norm: Any) -> np.ndarray:
    """Works that a norm asks for: ``ceil(people / norm)``; NaN where people are unknown.

    Parameters
    ----------
    people : array of float
        Per commune [people].
    norm : float or array of float
        People that one work serves [people].

    Examples
    --------
    >>> required_works([400, 401, 0], 400).tolist()
    [1.0, 2.0, 0.0]
    """
    ratio = np.asarray(people, dtype=float) / np.asarray(norm, dtype=float)
    return np.ceil(np.round(ratio, _ROUNDING))


def missing_works(required: Any, working: Any) -> np.ndarray:
    """Works that are missing: ``max(0, required - working)``.

    >>> missing_works([2, 1], [0, 5]).tolist()
    [2.0, 0.0]
    """
    return np.maximum(0.0, np.asarray(required, dtype=float) - np.asarray(working, dtype=float))


def unserved_people(people: Any, working: Any, norm: Any) -> np.ndarray:
    """People whom no work serves: ``max(0, people - working * norm)`` [people].

    >>> unserved_people([1000, 1000], [2, 3], 400).tolist()
    [200.0, 0.0]
    """
    served = np.asarray(working, dtype=float) * np.asarray(norm, dtype=float)
    return np.maximum(0.0, np.round(np.asarray(people, dtype=float) - served, _ROUNDING))


def certain_state(missing: Any, working: Any) -> np.ndarray:
    """``met``, ``partly`` or ``unmet`` for figures that are certain.

    >>> certain_state([0, 1, 3], [5, 2, 0]).tolist()
    ['met', 'partly', 'unmet']
    """
    missing, working = np.asarray(missing, dtype=float), np.asarray(working, dtype=float)
    return np.where(missing <= 0, "met", np.where(working > 0, "partly", "unmet")).astype(object)


def state_between(required: Any, low: Any, high: Any) -> np.ndarray:
    """State where the working number lies from ``low`` to ``high``: certain only where both ends agree.

    >>> state_between([2, 2, 2], [0, 1, 0], [0, 1, 2]).tolist()
    ['unmet', 'partly', 'met_or_unmet_unknown']
    """
    ends = [certain_state(missing_works(required, end), end) for end in (low, high)]
    return np.where(ends[0] == ends[1], ends[0], "met_or_unmet_unknown").astype(object)


def with_norms(
    units: pd.DataFrame,
    norm_set: NormSet,
    *,
    activity_type: str,
    villages: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Return communes with the norm that counts there and what it asks for.

    Parameters
    ----------
    units : DataFrame
        One row a commune: ``pcode, population_people``.
    villages : mapping of str to int, optional
        Villages of each commune, for norms by village; without it these ask for nothing that is known.

    Returns
    -------
    DataFrame
        The same rows and ``norm`` (its name, ``""`` where the set has none for the country),
        ``norm_by_place, people_per_work`` and ``required`` (NaN where unknown).
    """
    by_country = {
        country: norm_set.norm_for(activity_type, country)
        for country in units["pcode"].map(pcodes.country).unique()
    }
    norms = units["pcode"].map(pcodes.country).map(by_country)
    people = units["population_people"].to_numpy(dtype=float)
    per_work = np.array([people_per_work(norm) if norm else np.nan for norm in norms], dtype=float)
    asked = np.array(
        [_by_place(norm, pcode, villages) for norm, pcode in zip(norms, units["pcode"], strict=True)],
        dtype=float,
    )
    by_place = np.array([bool(norm and norm.by_place) for norm in norms], dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared_out = np.where(asked > 0, people / asked, np.nan)
    return units.assign(
        norm=[norm.name if norm else "" for norm in norms],
        norm_by_place=by_place,
        people_per_work=np.where(by_place, shared_out, per_work),
        required=np.where(by_place, asked, required_works(people, per_work)),
    )


def _by_place(norm: Norm | None, pcode: str, villages: Mapping[str, int] | None) -> float:
    if norm is None or not norm.by_place:
        return np.nan
    if norm.unit == "works_per_commune":
        return norm.value
    known = (villages or {}).get(pcode)
    return np.nan if known is None else norm.value * known


def sum_state(states: pd.Series) -> str:
    """State of a unit from those of its communes.

    All met is met, all unmet is unmet. *Partly* is certain as soon as somebody is served in one commune
    and somebody is not in another, whatever is unknown beside them. Otherwise what is unknown decides.

    >>> sum_state(pd.Series(["met", "unmet", "unknown"]))
    'partly'
    >>> sum_state(pd.Series(["met", "unknown"]))
    'met_or_unmet_unknown'
    """
    found = set(states) - {"not_applicable"}
    if not found:
        return "not_applicable"
    if found & {"met", "partly"} and found & {"partly", "unmet"}:
        return "partly"
    if len(found) == 1:
        return str(found.pop())
    return "met_or_unmet_unknown"


def doubtful(counted: Any, required: Any) -> np.ndarray:
    """Units in which a survey counted less than a tenth of what the norm asks for.

    Parameters
    ----------
    counted : array of float
        Works that the survey saw, working or not.
    """
    counted, required = np.asarray(counted, dtype=float), np.asarray(required, dtype=float)
    return (required > 0) & (counted < DOUBTFUL_UNDER * required)
