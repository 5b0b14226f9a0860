"""Gaps: what each commune has, what the norm asks for, what is missing, and in which state that leaves it.

Everything is worked out by commune from the same facts that feed the map;
cercles and regions are the sum of their communes. Where a figure is an
interval, a column gives what is certain (at least) and the column of the same
name with ``_max`` what is possible (at most).
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from geo import gapwords, needs, pcodes
from geo.counting import bounds
from geo.coverage import part_of_state
from geo.facts import Facts, OfType, Prepared, View, build
from geo.i18n import language
from geo.norms import Norm, NormSet, people_per_work

# Figures of need: blank where a commune is not comparable or something they rest on is unknown.
FIGURES: Final = ("missing", "missing_max", "unserved_people", "unserved_people_max")
SUMMED: Final = ("population_people", "required", *FIGURES)
# Columns that only the working out needs.
_INTERNAL: Final = ("facts_state", "unknown_max", "in_place", "surveyed")
# Facts' own states that say nothing about how many work.
_SILENT: Final = ("unknown", "not_reported", "none_reported")


@dataclass(frozen=True, eq=False)
class Gaps:
    """The answer to a question of need.

    Attributes
    ----------
    table : DataFrame
        One row a commune of the area asked: ``pcode, name, level, region_*, cercle_*,
        population_people, population_year, population_method, working, working_max,
        working_open, working_seasonal, not_working, not_used, unknown, known_above_max,
        partners, partners_max, norm, norm_by_place, people_per_work, required, capacity_people,
        capacity_people_max, missing, missing_max,
        unserved_people, unserved_people_max, coverage_pct, coverage_pct_max, state,
        comparable, doubtful, note``.
    norms : tuple of Norm
        Every norm that counts in it, to be printed with the result.
    facts : Facts
        What it was worked out from, with the accounting.
    """

    table: pd.DataFrame
    norms: tuple[Norm, ...]
    norm_set: NormSet
    facts: Facts
    include_not_comparable: bool = False

    @functools.cached_property
    def area(self) -> Mapping[str, Any]:
        """Need and gap of the area asked, see :func:`summed`."""
        return summed(self.table)

    @property
    def ranked(self) -> pd.DataFrame:
        """Communes with a figure: those that a ranking may hold."""
        return self.table[self.table["unserved_people"].notna()].reset_index(drop=True)

    @property
    def not_comparable(self) -> pd.DataFrame:
        """Communes set aside because the source does not see their works, with the reason in ``note``."""
        return self.table[~self.table["comparable"]].reset_index(drop=True)

    @property
    def unknown(self) -> pd.DataFrame:
        """Comparable communes without a figure, with the reason in ``note``."""
        left_out = self.table["comparable"] & self.table["unserved_people"].isna()
        return self.table[left_out].reset_index(drop=True)


def commune_gaps(  # what is asked, by which norms, and what is set aside
    prepared: Prepared,
    view: View,
    *,
    norm_set: NormSet,
    not_comparable: pd.DataFrame | None = None,
    include_not_comparable: bool = False,
    villages: Mapping[str, int] | None = None,
) -> Gaps:
    """Work out need and gap of one type for every commune of the area asked.

    Parameters
    ----------
    prepared : Prepared
        Shared records, with the population.
    view : View
        ``activity_type, unit, filters, period, assumptions`` count; its level and measure do not.
    not_comparable : DataFrame, optional
        ``pcode, vintage, activity_type, source_id, reason_fr, reason_en``.
    include_not_comparable : bool
        Give these units a figure all the same.
    villages : mapping of str to int, optional
        Villages of each commune, for norms by village.
    """
    asked = replace(view, level="commune", measure="working")
    facts = build(prepared, asked)
    shown = prepared.frame.shown(asked)
    inside = facts.units["pcode"].isin(shown)
    units = _counted(facts, prepared)[inside].reset_index(drop=True)
    if view.assumptions.none_reported_is_zero:
        # Silence is taken for absence: what is known above only still bounds the figure from above.
        units["facts_state"] = units["facts_state"].replace("none_reported", "number")
    units = needs.with_norms(units, norm_set, activity_type=view.activity_type, villages=villages)
    reasons = _reasons(units, facts, not_comparable)
    supply = _supply(prepared, asked, norm_set, units)
    table = _with_gaps(units, supply, reasons, include=include_not_comparable)
    norms = _used(prepared.of_type[view.activity_type], norm_set, table["pcode"])
    return Gaps(table, norms, norm_set, facts, include_not_comparable)


def _used(of_type: OfType, norm_set: NormSet, codes: pd.Series) -> tuple[Norm, ...]:
    """Norms that count for these communes and the kinds of work known, each once, in the set's order."""
    kinds = {"", *of_type.records["subtype"].astype("str")}
    found = {
        norm_set.norm_for(of_type.kind.name, country, kind)
        for country in codes.map(pcodes.country).unique()
        for kind in kinds
    }
    return tuple(norm for norm in norm_set.norms if norm in found)


def _counted(facts: Facts, prepared: Prepared) -> pd.DataFrame:
    """Take over what the facts say of every commune drawn, under the names of this module."""
    units = facts.units
    partners = build(prepared, replace(facts.view, measure="partners")).units
    names = ("pcode", "name", "level", "region_pcode", "region_name", "cercle_pcode", "cercle_name")
    counted = {
        "population_people": units["people"].astype(float),
        "population_year": units["people_year"],
        "population_method": _methods(units["pcode"], prepared.population),
        "working": units["working_min"],
        "working_max": units["working_max"],
        "working_open": units["working_open"],
        "working_seasonal": units["seasonal_min"],
        "not_working": units["out_of_order_min"],
        "not_used": units["not_used_min"],
        "unknown": units["unknown_min"],
        "unknown_max": units["unknown_max"] + np.where(units["unknown_open"] > 0, np.inf, 0),
        "in_place": units["in_place_max"],
        "known_above_max": units["above_max"],
        "partners": partners["value_min"],
        "partners_max": partners["value_max"],
        "facts_state": units["state"],
        "surveyed": units["pcode"].isin(prepared.of_type[facts.view.activity_type].surveyed),
    }
    return _in_later_regions(units[[*names, "indicative"]].assign(**counted), facts.view, prepared)


def _in_later_regions(units: pd.DataFrame, view: View, prepared: Prepared) -> pd.DataFrame:
    """Units under their region of 2023 where these are asked for; a region of 2021 is cut into several."""
    if view.regions != "2023" or view.level == "region":
        return units
    frame = prepared.frame
    region = {
        code: (group.pcode, group.name)
        for group in frame.groups
        for code in units["pcode"]
        if frame.members.of(code) <= frame.members.of(group.pcode)
    }
    own = zip(units["pcode"], units["region_pcode"], units["region_name"], strict=True)
    found = [region.get(code, (pcode, name)) for code, pcode, name in own]
    return units.assign(region_pcode=[each[0] for each in found], region_name=[each[1] for each in found])


def _methods(codes: pd.Series, population: pd.DataFrame) -> pd.Series:
    if "method" not in population:
        return pd.Series("", index=codes.index, dtype="str")
    method = dict(zip(population["adm3_pcode"], population["method"].astype(str), strict=True))
    return pd.Series([method.get(code, "") for code in codes], index=codes.index, dtype="str")


def _reasons(units: pd.DataFrame, facts: Facts, table: pd.DataFrame | None) -> pd.Series:
    """Why a unit is not comparable for the sources used, ``""`` where it is."""
    nothing = pd.Series("", index=units.index, dtype="str")
    if table is None or not len(table):
        return nothing
    vintages = table["pcode"].map(pcodes.country).map(dict(facts.vintages))
    fits = (
        table["vintage"].eq(vintages)
        & table["activity_type"].eq(facts.view.activity_type)
        & table["source_id"].isin(list(facts.sources))
    )
    words = table[f"reason_{language()}"]
    known = dict(zip(table["pcode"][fits], words[fits], strict=True))
    return pd.Series([known.get(code, "") for code in units["pcode"]], index=units.index, dtype="str")


@dataclass(frozen=True, eq=False)
class _Supply:
    """What counts as working: works (or hectares) and the people they serve, at least and at most."""

    low: np.ndarray
    high: np.ndarray
    people_low: np.ndarray
    people_high: np.ndarray
    by_kind: bool
    known: np.ndarray


def _supply(prepared: Prepared, view: View, norm_set: NormSet, units: pd.DataFrame) -> _Supply:
    area = [
        norm for norm in norm_set.norms if norm.activity_type == view.activity_type and norm.measures_area
    ]
    of_type = prepared.of_type[view.activity_type]
    if area:
        low, high = _areas(of_type, prepared, view, units["pcode"])
    else:
        low = units["working"].to_numpy(dtype=float)
        high = units["working_max"].to_numpy(dtype=float) + np.where(units["working_open"] > 0, np.inf, 0.0)
    per_work = units["people_per_work"].to_numpy(dtype=float)
    extra_low, extra_high, by_kind = _by_kind(prepared, view, norm_set, units)
    with np.errstate(invalid="ignore"):
        # An open end times nobody is nobody; numpy warns, and the commune has nothing to serve anyway.
        most = np.nan_to_num(high * per_work, nan=0.0, posinf=np.inf) + extra_high
    return _Supply(
        low=low,
        high=high,
        people_low=low * per_work + extra_low,
        people_high=np.where(np.isnan(per_work), np.nan, most),
        by_kind=by_kind,
        # An area that nobody reported is unknown, not zero.
        known=(high > 0) & np.isfinite(high) if area else np.ones(len(units), dtype=bool),
    )


def _areas(
    of_type: OfType, prepared: Prepared, view: View, codes: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Hectares of working gardens, at least and at most; infinite at most where one is not reported."""
    part = part_of_state(of_type.kind, assumptions=view.assumptions)
    counts = ("working", "seasonal") if view.assumptions.seasonal else ("working",)
    working = of_type.records["functionality"].astype("str").map(part).isin(counts)
    grid = prepared.frame.grid(view)
    found = bounds(
        of_type.records[working],
        {code: grid.units[code] for code in codes},
        prepared.frame.members,
        quantity="area_ha",
    )
    open_ended = np.where(found["value_open"] > 0, np.inf, 0.0)
    return found["value_min"].to_numpy(dtype=float), found["value_max"].to_numpy(dtype=float) + open_ended


def _by_kind(
    prepared: Prepared, view: View, norm_set: NormSet, units: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, bool]:
    """People that works of a known kind serve beyond (or short of) what a work of any kind does."""
    low, high, found = np.zeros(len(units)), np.zeros(len(units)), False
    known = set(prepared.of_type[view.activity_type].records["subtype"].astype("str")) - {""}
    countries = units["pcode"].map(pcodes.country)
    for kind in sorted(known):
        own = {each: norm_set.norm_for(view.activity_type, each, kind) for each in countries.unique()}
        serves = countries.map(
            {each: people_per_work(norm) if norm else np.nan for each, norm in own.items()}
        )
        more = serves.to_numpy(dtype=float) - units["people_per_work"].to_numpy(dtype=float)
        if not (more[~np.isnan(more)] != 0).any():
            continue
        found = True
        filters = {**view.filters, "subtype": (kind,)}
        counted = build(prepared, replace(view, filters=filters)).units.set_index("pcode").loc[units["pcode"]]
        low += more * counted["working_min"].to_numpy(dtype=float)
        high += more * counted["working_max"].to_numpy(dtype=float)
    return low, high, found


def _with_gaps(units: pd.DataFrame, supply: _Supply, reasons: pd.Series, *, include: bool) -> pd.DataFrame:
    people = units["population_people"].to_numpy(dtype=float)
    required = units["required"].to_numpy(dtype=float)
    known = _known(units, supply) & (reasons.eq("").to_numpy() | include)
    least, most = (np.maximum(0.0, people - served) for served in (supply.people_high, supply.people_low))
    missing = _missing(required, units["people_per_work"].to_numpy(dtype=float), supply, (least, most))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = [np.where(people > 0, 100 * (people - left) / people, np.nan) for left in (most, least)]
    figures = {
        "capacity_people": supply.people_low,
        "capacity_people_max": supply.people_high,
        "missing": missing[0],
        "missing_max": missing[1],
        "unserved_people": least,
        "unserved_people_max": most,
        "coverage_pct": share[0],
        "coverage_pct_max": share[1],
    }
    blank = {name: np.where(known, values, np.nan) for name, values in figures.items()}
    comparable = reasons.eq("")
    asked = np.where(comparable | include, required, np.nan)
    states = _states(units, supply, known)
    table = units.assign(**blank, required=asked, state=states, comparable=comparable)
    table["doubtful"] = comparable & units["surveyed"] & needs.doubtful(units["in_place"], required)
    table["note"] = gapwords.notes(table, reasons)
    return table.drop(columns=list(_INTERNAL))


def _known(units: pd.DataFrame, supply: _Supply) -> np.ndarray:
    """Communes whose need can be worked out: a norm, people, and evidence of what works there."""
    silent = units["facts_state"].isin((*_SILENT, "not_applicable"))
    return (units["required"].notna() & ~silent).to_numpy() & supply.known


def _missing(
    required: np.ndarray, per_work: np.ndarray, supply: _Supply, unserved: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    if supply.by_kind:
        # Works of different kinds serve different numbers: what is missing is counted in works of any kind.
        return needs.required_works(unserved[0], per_work), needs.required_works(unserved[1], per_work)
    return needs.missing_works(required, supply.high), needs.missing_works(required, supply.low)


def _states(units: pd.DataFrame, supply: _Supply, known: np.ndarray) -> np.ndarray:
    required = units["required"].to_numpy(dtype=float)
    per_work = units["people_per_work"].to_numpy(dtype=float)
    people = units["population_people"].to_numpy(dtype=float)
    # Works of unknown state count neither as working nor as not: the state has to hold both ways.
    possible = np.where(supply.known, supply.high + units["unknown_max"].to_numpy(dtype=float), 0.0)
    served = supply.people_high + units["unknown_max"].to_numpy(dtype=float) * per_work
    if supply.by_kind:
        ends = [
            needs.certain_state(np.maximum(0.0, people - reached), works)
            for reached, works in ((supply.people_low, supply.low), (served, possible))
        ]
        found = np.where(ends[0] == ends[1], ends[0], "met_or_unmet_unknown")
    else:
        found = needs.state_between(required, supply.low, possible)
    found = np.where(known, found, "unknown")
    absent = units["facts_state"].eq("not_applicable") | units["norm"].eq("")
    return np.where(absent, "not_applicable", found).astype(object)


def at_level(gaps: Gaps, prepared: Prepared, level: str) -> pd.DataFrame:
    """Gaps of cercles or regions: the sum of their communes, never worked out again.

    Works come from the records at that level (bounds of a parent are not sums);
    people, required, missing and unserved are sums over the communes that have a figure.

    Returns
    -------
    DataFrame
        Columns of :attr:`Gaps.table`, and ``communes, communes_without_figure``.
    """
    if level == "commune":
        return gaps.table.assign(
            communes=1, communes_without_figure=gaps.table["unserved_people"].isna().astype(int)
        )
    view = replace(gaps.facts.view, level=level)
    counted = _counted(build(prepared, view), prepared)
    grid = prepared.frame.grid(view)
    inside = {code: gaps.table["pcode"].isin(grid.units[code]) for code in counted["pcode"]}
    kept = counted[[bool(inside[code].any()) for code in counted["pcode"]]].reset_index(drop=True)
    sums = pd.DataFrame([summed(gaps.table[inside[code]]) for code in kept["pcode"]], index=kept.index)
    columns = [column for column in kept if column not in (*sums, *_INTERNAL)]
    return pd.concat([kept[columns], sums], axis=1)


def summed(communes: pd.DataFrame) -> dict[str, Any]:
    """Return need and gap of several communes together: the sum of those with a figure.

    Parameters
    ----------
    communes : DataFrame
        Rows of :attr:`Gaps.table`.
    """
    known = communes[communes["unserved_people"].notna()]
    figures = {name: communes[name].sum(min_count=1) for name in SUMMED}
    people = known["population_people"].sum()
    left_out = communes[communes["unserved_people"].isna()]
    share = {
        name: 100 * (people - known[left].sum()) / people if people else np.nan
        for name, left in (("coverage_pct", "unserved_people_max"), ("coverage_pct_max", "unserved_people"))
    }
    return {
        **figures,
        **share,
        "norm": ";".join(dict.fromkeys(communes["norm"][communes["norm"] != ""])),
        "state": needs.sum_state(communes["state"]),
        "comparable": bool(communes["comparable"].all()),
        "doubtful": bool(communes["doubtful"].any()),
        "communes": len(communes),
        "communes_without_figure": len(left_out),
        "note": gapwords.left_out(left_out["population_people"]),
    }
