"""Gaps as a table for files and the command line, and in words; the page's downloads are the same table."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from geo import ranking, uncertainty, weighing
from geo.facts import Prepared
from geo.gaps import Gaps, at_level
from geo.gapwords import STATE_WORDS, printed_with
from geo.i18n import _, number, percent
from geo.norms import describe
from geo.report.accounting import accounting_line
from geo.settings import LEVELS
from geo.weighing import Weighing

_RANKS: Final = ("rank", "rank_low", "rank_high", "probability_worst", "score")
_FIGURES: Final = (
    *("population_people", "population_year", "population_method"),
    *("working", "working_max", "working_open", "working_seasonal", "not_working", "not_used", "unknown"),
    *("known_above_max", "partners", "partners_max", "norm", "people_per_work"),
    *("required", "missing", "missing_max", "unserved_people", "unserved_people_max"),
    *("coverage_pct", "coverage_pct_max", "state", "comparable", "doubtful"),
)
_DECIMALS: Final = {"coverage_pct": 1, "coverage_pct_max": 1, "probability_worst": 3, "people_per_work": 3}


@dataclass(frozen=True, eq=False)
class Ranked:
    """Communes with a figure in the order of their rank, the others beneath; and what ranked them.

    Attributes
    ----------
    table : DataFrame
        Of :func:`geo.ranking.rank` and :func:`geo.uncertainty.rank_ranges`; no rank for the communes beneath.
    correlation : float
        With the ranking by equal weights, NaN where there is nothing to compare.
    """

    table: pd.DataFrame
    weighing: Weighing
    correlation: float


def rank_communes(gaps: Gaps, weighed: Weighing) -> Ranked:
    """Rank the communes with a figure, their rank range beside; the others beneath, without a rank."""
    ranked = ranking.rank(gaps.ranked, weights=weighed.used, **weighed.evidence.parts)
    ranges = uncertainty.rank_ranges(ranked, worst=weighed.worst, uncertainty=weighed.uncertainty)
    beside = ranked.assign(**{str(name): ranges[name] for name in ranges if name != "pcode"})
    return Ranked(_with_the_others(gaps, beside), weighed, ranking.correlation_with_equal_weights(ranked))


def _with_the_others(gaps: Gaps, beside: pd.DataFrame) -> pd.DataFrame:
    rest = gaps.table[~gaps.table["pcode"].isin(set(beside["pcode"]))]
    # The ones set aside have no rank: not the last, none.
    columns = [*beside.columns]
    return pd.concat([beside, rest.reindex(columns=columns)], ignore_index=True) if len(rest) else beside


def export(gaps: Gaps, prepared: Prepared, ranked: Ranked, *, level: str = "commune") -> pd.DataFrame:
    """Return the table of a level as it goes into a file: OCHA's names of units, one unit a column."""
    table = ranked.table if level == "commune" else at_level(gaps, prepared, level)
    units = _units(table, level)
    extra = _RANKS if level == "commune" else ("communes", "communes_without_figure")
    columns = {name: _shown(table[name], name) for name in (*extra, *_FIGURES) if name in table}
    return pd.DataFrame({**units, **columns, "note": table["note"]})


def _units(table: pd.DataFrame, level: str) -> dict[str, pd.Series]:
    columns: dict[str, pd.Series] = {}
    for depth, each in enumerate(LEVELS[: LEVELS.index(level) + 1], 1):
        own = each == level
        columns[f"adm{depth}_pcode"] = table["pcode" if own else f"{each}_pcode"]
        columns[f"adm{depth}_name"] = table["name" if own else f"{each}_name"]
    return columns


def _shown(values: pd.Series, name: str) -> pd.Series:
    if values.dtype.kind != "f":
        return values
    rounded = values.replace(np.inf, np.nan).round(_DECIMALS.get(name, 2))
    whole = bool((rounded.dropna() % 1 == 0).all())
    return rounded.astype("Int64") if whole and name not in _DECIMALS else rounded


def as_json(gaps: Gaps, table: pd.DataFrame, ranked: Ranked, *, level: str = "commune") -> dict[str, Any]:
    """Return the whole answer for JSON: norms, weights, assumptions, accounting, rows; unknown is null."""
    view = gaps.facts.view
    return {
        "activity_type": view.activity_type,
        "level": level,
        "regions": view.regions,
        "norm_set": gaps.norm_set.name,
        "norms": [{"name": norm.name, "text": describe(norm)} for norm in gaps.norms],
        "assumptions": asdict(view.assumptions),
        "ranking": weighing.as_json(ranked.weighing, ranked.correlation),
        "printed_with": printed_lines(gaps, ranked, level=level),
        "vintages": dict(gaps.facts.vintages),
        "sources": {name: source.words("title") for name, source in gaps.facts.sources.items()},
        "oldest": gaps.facts.oldest,
        "newest": gaps.facts.newest,
        "accounting": gaps.facts.accounting.as_dict(),
        "include_not_comparable": gaps.include_not_comparable,
        "rows": json.loads(table.to_json(orient="records", force_ascii=False)),
    }


def printed_lines(gaps: Gaps, ranked: Ranked, *, level: str = "commune") -> list[str]:
    """What stands under every result: norms, assumptions, weights, how ranges were drawn."""
    view = gaps.facts.view
    stated = printed_with(
        gaps.norms,
        view.assumptions,
        kind=gaps.facts.kind,
        include_not_comparable=gaps.include_not_comparable,
    )
    if view.regions == "2023":
        stated.append(_("Régions de 2023, faites de cercles entiers : limites approximatives."))
    # Only communes are ranked.
    return [*stated, *weighing.lines(ranked.weighing)] if level == "commune" else stated


def correlation_words(ranked: Ranked) -> str:
    """``Corrélation avec poids égaux 0,94``, or that there is nothing to compare."""
    if np.isnan(ranked.correlation):
        return _("Corrélation avec poids égaux : sans objet")
    return _("Corrélation avec poids égaux {value}").format(value=number(ranked.correlation, 2))


def as_text(gaps: Gaps, table: pd.DataFrame, ranked: Ranked, *, level: str) -> str:
    """Return the answer as a table to read, with what has to be printed beside it."""
    depth = LEVELS.index(level) + 1
    known = table[table["unserved_people"].notna()]
    rest = table[table["unserved_people"].isna()]
    name = f"adm{depth}_name"
    headings = {
        "rank": _("rang"),
        name: _("unité"),
        "population_people": _("personnes"),
        "working": _("en service"),
        "required": _("requis"),
        "missing": _("manquants"),
        "unserved_people": _("non desservies"),
        "probability_worst": _("parmi les {n} derniers").format(n=number(ranked.weighing.worst)),
        "coverage_pct": _("couverture"),
        "communes_without_figure": _("communes sans chiffre"),
        "state": _("état"),
    }
    rows = [[_cell(row, column) for column in headings if column in row] for row in known.to_dict("records")]
    lines = _aligned([words for column, words in headings.items() if column in table], rows)
    if len(rest):
        lines += ["", _("Sans chiffre :")]
        unknown = _("inconnu")
        lines += [f"  {row[name]} : {row['note'] or unknown}" for row in rest.to_dict("records")]
    counts = gaps.facts.accounting
    total = accounting_line(counts.read, counts.placed, counts.review, counts.rejected)
    beside = [correlation_words(ranked)] if level == "commune" else []
    return "\n".join([*lines, "", *beside, *printed_lines(gaps, ranked, level=level), total])


def _cell(row: Mapping[Any, Any], column: str) -> str:
    value = row[column]
    if column == "rank":
        low, high = row.get("rank_low", value), row.get("rank_high", value)
        return number(value) if low == high else f"{number(value)} ({number(low)}-{number(high)})"
    if column == "state":
        return _(STATE_WORDS[value])
    if isinstance(value, str):
        return value
    if column == "probability_worst":
        return percent(value, 0)
    if pd.isna(value):
        return _("inconnu")
    most = row.get(f"{column}_max", value)
    if column == "coverage_pct":
        return percent(value / 100) if most == value else f"{percent(value / 100)} – {percent(most / 100)}"
    return number(value) if most == value or pd.isna(most) else f"{number(value)} – {number(most)}"


def _aligned(headings: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in [headings, *rows]) for place in range(len(headings))]
    texts = [heading in (_("unité"), _("état")) for heading in headings]
    return [
        "  ".join(
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, texts, strict=True)
        ).rstrip()
        for row in [headings, *rows]
    ]
