"""The current map as one page: A4 landscape with title, map, legend, scale, accounting and sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd

from geo import words
from geo.facts import Facts
from geo.i18n import _
from geo.report.canvas import LEFT, MAP_WIDTH, RIGHT, Sheet, drawing_lock
from geo.report.drawing import Drawing
from geo.report.legend import Column, draw_legend
from geo.report.maplayers import PointLooks, draw_map
from geo.report.pageparts import empty, footer, heading, printed, scale
from geo.report.shown import Shown, shown
from geo.report.window import Window, fitted, window


@dataclass(frozen=True)
class Page:
    """A finished page in both forms it is asked for."""

    sheet: Sheet
    title: str
    day: date

    def pdf(self) -> bytes:
        """The page as PDF, A4, fonts embedded."""
        with drawing_lock():
            return self.sheet.pdf(title=self.title, day=self.day)

    def png(self) -> bytes:
        """The page as PNG, 1754 x 1240 pixels (150 dpi)."""
        with drawing_lock():
            return self.sheet.png()


class Laid(NamedTuple):
    """A page with its map: the window on it, the column of the legend, top and bottom of the map [mm]."""

    sheet: Sheet
    on: Window
    column: Column
    sides: tuple[float, float]


def map_page(
    facts: Facts,
    drawing: Drawing,
    *,
    day: date,
    looks: PointLooks | None = None,
    with_points: bool = True,
    more: Sequence[str] = (),
) -> Page:
    """Lay out the page of a view, in the current language.

    Parameters
    ----------
    facts : Facts
        The answer; its records have passed :func:`geo.sharing.share`.
    drawing : Drawing
        Of the same boundaries, see :func:`geo.report.drawing.drawing`.
    day : date
        Of printing.
    looks : mapping, optional
        Look of a point by its state (name, fill, edge); without it no points are drawn.
    more : sequence of str
        Further paragraphs of the footer, after what was counted.
    """
    done = shown(facts, drawing.frame)
    points = facts.points if looks and with_points and len(facts.points) else None
    with drawing_lock():
        lines = footer_lines(facts, drawing, day, more=more)
        laid = lay_out(
            facts, drawing, done, title=words.title(facts), lines=lines, points=points, looks=looks
        )
        if not facts.answered:
            empty(laid.sheet, *laid.sides)
        draw_legend(laid.column, laid.on, facts, done, drawing, looks=looks if points is not None else None)
    return Page(laid.sheet, words.title(facts), day)


def lay_out(
    facts: Facts,
    drawing: Drawing,
    done: Shown,
    *,
    title: str,
    lines: Sequence[str],
    points: pd.DataFrame | None = None,
    looks: PointLooks | None = None,
) -> Laid:
    """Lay out what every map on paper has: heading, footer, map and scale; the legend is not yet written.

    Parameters
    ----------
    done : Shown
        Classes of the units.
    lines : sequence of str
        Paragraphs of the footer.
    """
    sheet = Sheet()
    top = heading(sheet, title, subtitle(facts, drawing), notices=notices(facts))
    bottom = footer(sheet, lines)
    sheet.picture = (LEFT, bottom, RIGHT - LEFT, top - bottom)
    box = fitted(drawing.box(facts.view.unit), MAP_WIDTH, top - bottom)
    on = window(sheet.axes(LEFT, bottom, MAP_WIDTH, top - bottom), box, MAP_WIDTH, top - bottom)
    draw_map(on, done, drawing, facts.view, points=points, looks=looks)
    return Laid(sheet, on, Column(sheet, top, scale(sheet, on, bottom)), (top, bottom))


def map_pdf(facts: Facts, drawing: Drawing, *, day: date, looks: PointLooks | None = None) -> bytes:
    """One page as PDF, see :func:`map_page`."""
    return map_page(facts, drawing, day=day, looks=looks).pdf()


def map_png(facts: Facts, drawing: Drawing, *, day: date, looks: PointLooks | None = None) -> bytes:
    """One page as PNG, see :func:`map_page`."""
    return map_page(facts, drawing, day=day, looks=looks).png()


# ---- heading and footer -----------------------------------------------------------------------------


def subtitle(facts: Facts, drawing: Drawing) -> str:
    """Say where and when, and whether the regions are those of 2023."""
    parts = [words.area(facts.view, drawing.frame), words.dates(facts)]
    if facts.view.level == "region" and facts.view.regions == "2023":
        parts.append(_("régions de 2023, limites approximatives"))
    return " · ".join(part for part in parts if part)


def notices(facts: Facts) -> list[tuple[str, bool]]:
    """Return the filters in use, and that the data are made up where they are (in bold)."""
    found = []
    if filters := words.filters(facts):
        found.append((_("Filtres : {filters}").format(filters=" · ".join(filters)), False))
    if words.fictitious(facts):
        found.append((_("DONNÉES FICTIVES, pour la formation"), True))
    return found


def footer_lines(facts: Facts, drawing: Drawing, day: date, *, more: Sequence[str] = ()) -> list[str]:
    """Paragraphs of the footer: what was counted and taken for granted, sources, limits, date of printing."""
    counted = [words.accounting(facts.accounting), words.population(facts)]
    if assumed := words.assumptions(facts):
        counted.append(_("Hypothèses : {text}").format(text=" ; ".join(assumed)))
    paragraphs = [" · ".join(text for text in counted if text), *more, words.key(facts)]
    return [*paragraphs, *papers(facts, drawing, day)]


def papers(facts: Facts, drawing: Drawing, day: date) -> list[str]:
    """What every printed map ends with: sources, limits and what they warn of, the day of printing."""
    paragraphs = [_("Source : {text}").format(text=text) for text in words.sources(facts)]
    paragraphs.append(_("Limites : {text}").format(text=" ; ".join(words.limits(drawing.frame))))
    # The first, of an indicative layer where there is one; all of them are in the workbook.
    warning = "".join(words.limits_caveats(drawing.frame)[:1])
    paragraphs.append(_("Limites indicatives, sans valeur juridique. {text}").format(text=warning).strip())
    return [*paragraphs, printed(drawing, day)]
