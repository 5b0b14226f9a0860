"""The map of need on paper: communes in their states with a letter, figures of the area, the worst off."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from geo import needmap, words
from geo.classify import Classes, unit_word
from geo.gapwords import STATE_LETTERS, printed_with, state_letter
from geo.i18n import _, number
from geo.meeting import Need
from geo.report import style
from geo.report.canvas import LEFT, LEGEND_LEFT, LEGEND_WIDTH, MAP_WIDTH, RIGHT, Sheet, shortened, width_mm
from geo.report.drawing import Drawing
from geo.report.legend import Column, draw_classes
from geo.report.maplayers import draw_map
from geo.report.mapsheet import footer_lines, notices, subtitle
from geo.report.pageparts import footer, heading, scale
from geo.report.shown import Shown
from geo.report.window import fitted, window

PICTURE: Final = "etats"
# Communes named under the legend, most unserved people first.
_MOST_LISTED: Final = 12


def letters() -> dict[str, str]:
    """Letter of each state of need, for paper without colours."""
    return {state: state_letter(state) for state in STATE_LETTERS}


def title(need: Need, *, level: str = "commune") -> str:
    """``Besoin non couvert · Points d'eau · communes · 2020``."""
    facts = need.gaps.facts
    parts = [_("Besoin non couvert"), facts.kind.label, unit_word(level, 2), facts.newest[:4]]
    return " · ".join(part for part in parts if part)


def need_shown(need: Need, drawing: Drawing) -> Shown:
    """Return the communes of the area in their states, with letter and unserved people, and the legend."""
    table = need.gaps.table
    drawn = needmap.drawn(table, PICTURE, all_units=drawing.units["commune"])
    units = drawn.units
    texts = dict(zip(table["pcode"], (_people(row) for row in table.to_dict("records")), strict=True))
    names = dict(zip(table["pcode"], table["name"], strict=True))
    rows = units[units["pcode"].isin(names)]
    rows = rows.assign(name=rows["pcode"].map(names), words=rows["pcode"].map(texts))
    legend = drawn.legend[["klass", "words", "units"]]
    return Shown(units, rows.reset_index(drop=True), legend, Classes((), 0.0))


def _people(row: Mapping[Any, Any]) -> str:
    return needmap.interval(row["unserved_people"], row["unserved_people_max"])


def norm_lines(need: Need) -> list[str]:
    """Return what has to be printed with need: norms, assumptions, population."""
    gaps = need.gaps
    return printed_with(
        gaps.norms,
        gaps.facts.view.assumptions,
        kind=gaps.facts.kind,
        include_not_comparable=gaps.include_not_comparable,
    )


def area_lines(need: Need) -> list[str]:
    """Say the figures of the area: sums over its communes."""
    area = need.area
    pairs = (
        (_("Personnes non desservies"), needmap.interval(*_ends(area, "unserved_people"))),
        (_("Ouvrages manquants"), needmap.interval(*_ends(area, "missing"))),
        (_("Couverture"), needmap.shares(*_ends(area, "coverage_pct"))),
    )
    lines = [words.named(name, text) for name, text in pairs]
    return [*lines, *(str(text) for text in [area["note"]] if text)]


def _ends(row: Mapping[str, Any], name: str) -> tuple[float, float]:
    return float(row[name]), float(row[f"{name}_max"])


def need_sheet(need: Need, drawing: Drawing, *, day: date) -> Sheet:
    """Lay out the page of the need of one type, in the current language."""
    facts = need.gaps.facts
    done = need_shown(need, drawing)
    sheet = Sheet()
    top = heading(sheet, title(need), subtitle(facts, drawing), notices=notices(facts))
    bottom = footer(sheet, footer_lines(facts, drawing, day, more=[" · ".join(norm_lines(need))]))
    sheet.picture = (LEFT, bottom, RIGHT - LEFT, top - bottom)
    box = fitted(drawing.box(facts.view.unit), MAP_WIDTH, top - bottom)
    on = window(sheet.axes(LEFT, bottom, MAP_WIDTH, top - bottom), box, MAP_WIDTH, top - bottom)
    draw_map(on, done, drawing, facts.view)
    column = Column(sheet, top, scale(sheet, on, bottom))
    draw_need_legend(column, need, done)
    return sheet


def draw_need_legend(column: Column, need: Need, done: Shown) -> None:
    """Write states with their letters, figures of the area, and the communes with most unserved people."""
    draw_classes(column, done, title(need), "commune", marks=letters())
    column.gap(2)
    for place, line in enumerate(area_lines(need)):
        column.text(line, size=9 if place == 0 else 8, bold=place == 0, most=2)
    worst = need.gaps.ranked.sort_values(["unserved_people", "name"], ascending=[False, True])
    worst = worst[worst["unserved_people"] > 0].head(_MOST_LISTED)
    if len(worst) and column.room() > 18:
        column.gap(2)
        column.text(_("Le plus de personnes non desservies"), size=8, bold=True)
        _draw_worst(column, worst)


def _draw_worst(column: Column, worst: pd.DataFrame) -> None:
    for place, (name, low, high) in enumerate(
        worst[["name", "unserved_people", "unserved_people_max"]].itertuples(index=False, name=None), 1
    ):
        if column.room() < column.step:
            return
        column.y -= column.step * 0.85
        value = needmap.interval(low, high)
        room = LEGEND_WIDTH - width_mm(value, 7.5) - 3
        text = shortened(f"{number(place)}. {name}", 7.5, room)
        column.sheet.write(text, LEGEND_LEFT, column.y + 0.8, size=7.5)
        right = LEGEND_LEFT + LEGEND_WIDTH
        column.sheet.write(value, right, column.y + 0.8, size=7.5, align="right", colour=style.INK)
