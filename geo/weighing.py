"""What the score weighs: evidence beside the gaps, the weights that then count, what is missing and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from geo import ranking
from geo.coverage import Assumptions
from geo.distances import by_unit, within, working_points
from geo.facts import OfType
from geo.gaps import Gaps
from geo.i18n import N_, _, number
from geo.ranking import DEFAULT_WEIGHTS, PART_WORDS, PARTS
from geo.uncertainty import Uncertainty

# How far a work may be to count as near [m]; one of geo.distances.RADII_M.
NEAR_M: Final = 1000
# N of "among the worst N".
WORST: Final = 20
NO_LOCALITIES: Final = N_("aucune liste de localités n'est installée")
NO_POSITIONS: Final = N_("aucun ouvrage en service n'a de position")
NO_PEOPLE: Final = N_("aucune localité n'a de population là où tous les ouvrages ont une position")
NO_SEVERITY: Final = N_("aucune table de sévérité n'est installée")


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the score takes besides the gaps.

    Attributes
    ----------
    near_pct : mapping of str to float
        People within ``near_m`` of a working point by commune [%]; a commune that is not in it is unknown.
    severity : mapping of str to float
        Class by commune, 1 to 5.
    severity_source : str
        Who says so, and when.
    missing : mapping of str to str
        Parts of the score without any data, and why.
    """

    near_pct: Mapping[str, float] = field(default_factory=dict)
    near_m: float = NEAR_M
    severity: Mapping[str, float] = field(default_factory=dict)
    severity_source: str = ""
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, Any]:
        """Keywords of :func:`geo.ranking.rank`."""
        return {"distance_pct": self.near_pct, "severity": self.severity}


def counted_points(of_type: OfType, assumptions: Assumptions) -> pd.DataFrame:
    """Working points of a type with a position, counted by the assumptions of the view."""
    unknown = ("unknown",) if assumptions.unknown_as == "working" else ()
    works = (*of_type.kind.works, *unknown)
    return working_points(of_type.records, works, seasonal=assumptions.seasonal)


def near_share(
    gaps: Gaps, of_type: OfType, localities: pd.DataFrame, *, near_m: float = NEAR_M
) -> dict[str, float]:
    """People within a distance of a working point by commune [%].

    Only of communes all of whose works have a position: a work that is somewhere in the commune may be
    next door to anybody. Communes in which no locality has a population are left out too.

    Parameters
    ----------
    localities : DataFrame
        ``longitude, latitude, people, adm3_pcode``.
    """
    points = counted_points(of_type, gaps.facts.view.assumptions)
    table = gaps.table
    open_ended = np.where(table["working_open"] > 0, np.inf, table["working_max"])
    located = table["pcode"].map(_located(of_type, gaps.facts.view.assumptions)).fillna(0.0)
    whole = set(table["pcode"][located.to_numpy() >= open_ended])
    kept = localities[localities["adm3_pcode"].isin(whole)].reset_index(drop=True)
    if not len(points) or not len(kept):
        return {}
    shares = by_unit(kept, within(kept, points, radii_m=(near_m,)))
    known = shares[shares[f"people_within_{near_m:g}m_pct"].notna()]
    return dict(zip(known["pcode"], known[f"people_within_{near_m:g}m_pct"], strict=True))


def _located(of_type: OfType, assumptions: Assumptions) -> dict[str, float]:
    """Working works with a position, by commune."""
    points = counted_points(of_type, assumptions)
    return {str(code): float(count) for code, count in points.groupby("adm3_pcode")["quantity"].sum().items()}


def evidence(
    gaps: Gaps,
    of_type: OfType,
    *,
    localities: pd.DataFrame | None = None,
    near_m: float = NEAR_M,
    severity: Mapping[str, float] | None = None,
    severity_source: str = "",
) -> Evidence:
    """Gather what the score takes besides the gaps, and say what is missing.

    Parameters
    ----------
    localities : DataFrame, optional
        In their communes, see :func:`geo.localities.in_communes`.
    severity : mapping of str to float, optional
        See :func:`geo.severity.by_commune`.
    """
    missing = {} if severity else {"severity": _(NO_SEVERITY)}
    near: dict[str, float] = {}
    if localities is None:
        missing["distance"] = _(NO_LOCALITIES)
    elif not len(counted_points(of_type, gaps.facts.view.assumptions)):
        missing["distance"] = _(NO_POSITIONS)
    else:
        near = near_share(gaps, of_type, localities, near_m=near_m)
        missing |= {} if near else {"distance": _(NO_PEOPLE)}
    return Evidence(near, near_m, severity or {}, severity_source, missing)


@dataclass(frozen=True, eq=False)
class Weighing:
    """The weights asked for, those that count, and what the others lack.

    Attributes
    ----------
    asked, used : mapping of str to float
        Weight by part (:data:`geo.ranking.PARTS`); ``used`` holds those above 0 of parts with data.
    fell_back : bool
        Whether no part with data had a weight, so that the usual weights count.
    """

    asked: Mapping[str, float]
    used: Mapping[str, float]
    evidence: Evidence
    fell_back: bool = False
    worst: int = WORST
    uncertainty: Uncertainty = field(default_factory=Uncertainty)


def weigh(asked: Mapping[str, float], found: Evidence, *, worst: int = WORST) -> Weighing:
    """Settle which weights count: those of missing parts go to the others; all at 0 is no ranking.

    >>> weigh({"severity": 5}, Evidence(missing={"severity": "none"})).used
    {'unserved': 30, 'coverage': 30, 'presence': 15}
    """
    used = ranking.usable(asked, **found.parts)
    if used:
        return Weighing(asked, used, found, worst=worst)
    return Weighing(asked, ranking.usable(DEFAULT_WEIGHTS, **found.parts), found, True, worst)


def lines(weighing: Weighing) -> list[str]:
    """Say how the ranking came about, one line a thing: weights, what is missing, near, severity, draws."""
    used = weighing.used
    weights = ", ".join(" ".join([_(PART_WORDS[name]), _plain(used[name])]) for name in PARTS if name in used)
    found = [_("Poids du score : {weights}.").format(weights=weights)]
    if weighing.fell_back:
        found.append(_("Aucune partie avec des données n'avait de poids : les poids habituels comptent."))
    found += [
        _("{part} : sans données ({why}) ; son poids de {weight} va aux autres parties.").format(
            part=part_title(name), why=why, weight=_plain(weighing.asked.get(name, 0))
        )
        for name, why in weighing.evidence.missing.items()
        if weighing.asked.get(name, 0) > 0
    ]
    if "distance" in used:
        text = _("Proche : à moins de {metres} m d'un ouvrage en service, à vol d'oiseau.")
        found.append(text.format(metres=number(weighing.evidence.near_m)))
    if "severity" in used and weighing.evidence.severity_source:
        found.append(_("Sévérité : {source}.").format(source=weighing.evidence.severity_source))
    return [*found, weighing.uncertainty.words]


def part_title(name: str) -> str:
    """Name of a part of the score, with a capital."""
    words = _(PART_WORDS[name])
    return words[:1].upper() + words[1:]


def as_json(weighing: Weighing, correlation: float) -> dict[str, Any]:
    """Return everything that the ranking rests on, for JSON.

    Parameters
    ----------
    correlation : float
        See :func:`geo.ranking.correlation_with_equal_weights`.
    """
    model = weighing.uncertainty
    return {
        "weights": dict(weighing.used),
        "weights_asked": dict(weighing.asked),
        "parts_missing": dict(weighing.evidence.missing),
        "near_m": weighing.evidence.near_m,
        "severity_source": weighing.evidence.severity_source,
        "worst": weighing.worst,
        "draws": model.draws,
        "seed": model.seed,
        "population_spread": model.population_spread,
        "weight_spread": model.weight_spread,
        "correlation_with_equal_weights": None if np.isnan(correlation) else round(correlation, 3),
    }


def _plain(value: float) -> str:
    return number(value, 0 if value == int(value) else 2)
