"""The page of needs on paper: the level, the picture and the ranking that the screen shows, as one map."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import pandas as pd

from geo import needmap, words
from geo.facts import Prepared, grid_key
from geo.gaps import Gaps, at_level
from geo.i18n import _, number
from geo.report.canvas import drawing_lock
from geo.report.drawing import Drawing
from geo.report.gaptable import Ranked, printed_lines
from geo.report.legend import Column, draw_classes
from geo.report.mapsheet import Page, lay_out, papers
from geo.report.needsheet import need_shown

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
    done, marks = need_shown(table, prepared.frame, level=grid_key(facts.view), picture=picture)
    title = needmap.title(facts, level, picture)
    stated = " ".join(_sentence(line) for line in printed_lines(gaps, ranked, level=level))
    with drawing_lock():
        lines = [_counted(gaps), stated, *papers(facts, drawing, day)]
        laid = lay_out(facts, drawing, done, title=title, lines=lines)
        draw_classes(laid.column, done, _people(gaps) or title, level, marks=marks)
        _worst(laid.column, ranked)
    return Page(laid.sheet, title, day)


def _counted(gaps: Gaps) -> str:
    counted = [words.accounting(gaps.facts.accounting), words.population(gaps.facts)]
    return " · ".join(text for text in counted if text)


def _sentence(line: str) -> str:
    return line if line.endswith(".") else f"{line}."


def _people(gaps: Gaps) -> str:
    area = gaps.area
    if pd.isna(area["unserved_people"]):
        return ""
    people = needmap.interval(area["unserved_people"], area["unserved_people_max"])
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
