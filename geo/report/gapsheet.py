"""The page of needs on paper: the level, the picture and the ranking that the screen shows, as one map."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pandas as pd

from geo import needmap, words
from geo.classify import Classes
from geo.facts import Prepared, grid_key
from geo.gaps import Gaps, at_level
from geo.i18n import _, number
from geo.report.canvas import LEFT, MAP_WIDTH, Sheet, drawing_lock
from geo.report.drawing import Drawing
from geo.report.gaptable import Ranked, printed_lines
from geo.report.legend import Column, draw_classes
from geo.report.maplayers import draw_map
from geo.report.mapsheet import Page, notices, papers, subtitle
from geo.report.pageparts import footer, heading, scale
from geo.report.shown import Shown
from geo.report.window import fitted, window

# Communes named in the legend's column, as far as there is room.
_NAMED: Final = 20


def gap_page(
    gaps: Gaps,
    ranked: Ranked,
    prepared: Prepared,
    drawing: Drawing,
    *,
    level: str,
    picture: str,
    day: date,
) -> Page:
    """Lay out the map of need of an answer, in the current language.

    Parameters
    ----------
    level : str
        Of the units drawn.
    picture : str
        One of :data:`geo.needmap.PICTURES`.
    day : date
        Of printing.
    """
    facts = replace(gaps.facts, view=replace(gaps.facts.view, level=level))
    table = at_level(gaps, prepared, level)
    done, marks = _shown(table, prepared, grid_key(facts.view), picture)
    title = needmap.title(facts, level, picture)
    stated = " ".join(_sentence(line) for line in printed_lines(gaps, ranked, level=level))
    with drawing_lock():
        sheet = Sheet()
        top = heading(sheet, title, subtitle(facts, drawing), notices=notices(facts))
        bottom = footer(sheet, [_counted(gaps), stated, *papers(facts, drawing, day)])
        sheet.picture = (LEFT, bottom, MAP_WIDTH, top - bottom)
        box = fitted(drawing.box(facts.view.unit), MAP_WIDTH, top - bottom)
        on = window(sheet.axes(LEFT, bottom, MAP_WIDTH, top - bottom), box, MAP_WIDTH, top - bottom)
        draw_map(on, done, drawing, facts.view)
        column = Column(sheet, top, scale(sheet, on, bottom))
        draw_classes(column, done, _people(table) or title, level, marks=marks)
        _worst(column, ranked)
    return Page(sheet, title, day)


def _counted(gaps: Gaps) -> str:
    counted = [words.accounting(gaps.facts.accounting), words.population(gaps.facts)]
    return " · ".join(text for text in counted if text)


def _sentence(line: str) -> str:
    return line if line.endswith(".") else f"{line}."


def _shown(table: pd.DataFrame, prepared: Prepared, key: str, picture: str) -> tuple[Shown, dict[str, str]]:
    """Classes of all units drawn, and the letter of each class."""
    names = prepared.frame.grids[key].names
    drawn = needmap.drawn(table, picture, all_units=names["pcode"])
    units = drawn.units.merge(names[["pcode", "name", "indicative"]], on="pcode", how="left")
    # What the screen says at a hover is too long beside a name.
    people = zip(table["pcode"], table["unserved_people"], table["unserved_people_max"], strict=True)
    said = {pcode: needmap.interval(low, high) for pcode, low, high in people}
    units["words"] = units["pcode"].map(said).fillna("")
    inside = units[units["klass"] != needmap.OUTSIDE].reset_index(drop=True)
    marks = dict(zip(drawn.legend["klass"], drawn.legend["mark"], strict=True))
    return Shown(units, inside, drawn.legend, Classes((), 0.0)), marks


def _people(table: pd.DataFrame) -> str:
    known = table[table["unserved_people"].notna()]
    if not len(known):
        return ""
    people = needmap.interval(known["unserved_people"].sum(), known["unserved_people_max"].sum())
    return _("{people} personnes non desservies").format(people=people)


def _worst(column: Column, ranked: Ranked) -> None:
    """Name the communes that rank first, as many as there is room for."""
    table = ranked.table[ranked.table["rank"].notna()].head(_NAMED)
    if not len(table):
        return
    column.gap(2)
    column.text(_("Classement : rang (fourchette), personnes non desservies"), bold=True, most=2)
    for row in table.to_dict("records"):
        if column.room() < column.step:
            return
        column.text(_line(row), size=7.5, most=1)


def _line(row: Mapping[Any, Any]) -> str:
    low, high = number(row["rank_low"]), number(row["rank_high"])
    own = number(row["rank"])
    rank = own if low == high else f"{own} ({low} – {high})"
    people = needmap.interval(row["unserved_people"], row["unserved_people_max"])
    return f"{rank}  {row['name']}, {row['cercle_name']}  {people}"
