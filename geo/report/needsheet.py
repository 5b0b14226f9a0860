"""The map of need on paper: communes in their states with a letter, figures of the area, the worst off."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from geo import needmap, words
from geo.classify import Classes, unit_word
from geo.facts import Frame
from geo.gapwords import printed_with
from geo.i18n import _, number
from geo.meeting import Need
from geo.report import style
from geo.report.canvas import LEGEND_LEFT, LEGEND_WIDTH, Sheet, shortened, width_mm
from geo.report.drawing import Drawing
from geo.report.legend import Column, draw_classes
from geo.report.mapsheet import footer_lines, lay_out
from geo.report.shown import Shown

PICTURE: Final = "etats"
# Communes named under the legend, most unserved people first.
_MOST_LISTED: Final = 12
# Classes of the units, and the letter of each class.
Picture = tuple[Shown, dict[str, str]]


def title(need: Need, *, level: str = "commune") -> str:
    """``Besoin non couvert · Points d'eau · communes · 2020``."""
    facts = need.gaps.facts
    parts = [_("Besoin non couvert"), facts.kind.label, unit_word(level, 2), facts.newest[:4]]
    return " · ".join(part for part in parts if part)


def need_shown(
    table: pd.DataFrame, frame: Frame, *, level: str = "commune", picture: str = PICTURE
) -> Picture:
    """Return the classes of the units drawn with their unserved people, and the letter of each class.

    Parameters
    ----------
    table : DataFrame
        Of :attr:`geo.gaps.Gaps.table` or :func:`geo.gaps.at_level`.
    level : str
        Of the units drawn, see :func:`geo.facts.grid_key`.
    picture : str
        One of :data:`geo.needmap.PICTURES`.
    """
    names = frame.grids[level].names
    drawn = needmap.drawn(table, picture, all_units=names["pcode"])
    units = drawn.units.merge(names[["pcode", "name", "indicative"]], on="pcode", how="left")
    # What the screen says at a hover is too long beside a name.
    people = zip(table["pcode"], table["unserved_people"], table["unserved_people_max"], strict=True)
    said = {pcode: needmap.interval(low, high) for pcode, low, high in people}
    units["words"] = units["pcode"].map(said).fillna("")
    inside = units[units["klass"] != needmap.OUTSIDE].reset_index(drop=True)
    marks = dict(zip(drawn.legend["klass"], drawn.legend["mark"], strict=True))
    return Shown(units, inside, drawn.legend, Classes((), 0.0)), marks


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
    area = need.gaps.area
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
    done, marks = need_shown(need.gaps.table, drawing.frame)
    lines = footer_lines(facts, drawing, day, more=[" · ".join(norm_lines(need))])
    laid = lay_out(facts, drawing, done, title=title(need), lines=lines)
    draw_classes(laid.column, done, title(need), "commune", marks=marks)
    draw_area(laid.column, need)
    return laid.sheet


def draw_area(column: Column, need: Need) -> None:
    """Write the figures of the area, and the communes with most unserved people."""
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
