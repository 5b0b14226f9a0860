"""The current map as one page: A4 landscape with title, map, legend, scale, accounting and sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from matplotlib.path import Path

from geo import words
from geo.facts import Facts
from geo.i18n import N_, _, long_date, number
from geo.projection import distance_km
from geo.report import style
from geo.report.canvas import (
    HEIGHT_MM,
    LEFT,
    LEGEND_LEFT,
    LEGEND_WIDTH,
    MAP_WIDTH,
    RIGHT,
    Sheet,
    drawing_lock,
    line_mm,
    shortened,
    width_mm,
    wrapped,
)
from geo.report.drawing import Drawing
from geo.report.legend import Column, draw_legend
from geo.report.maplayers import PointLooks, draw_map
from geo.report.shown import shown
from geo.report.window import Window, fitted, window

_TOP: Final = HEIGHT_MM - 9
_BOTTOM: Final = 7.0
TITLE_SIZE: Final = 16.0
_LEAST_TITLE_SIZE: Final = 11.0
SUBTITLE_SIZE: Final = 10.0
FOOTER_SIZE: Final = 7.5
# The footer may take this much of the page; further sources are counted, not named.
_MOST_FOOTER_LINES: Final = 15
_FOOTER_LEADING: Final = line_mm(FOOTER_SIZE)
_BASEMAP_CREDIT: Final = N_("Fond de carte : eaux et frontières GSHHG (LGPL), villes GeoNames (CC BY 4.0)")


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


def map_page(
    facts: Facts, drawing: Drawing, *, day: date, looks: PointLooks | None = None, with_points: bool = True
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
    """
    done = shown(facts, drawing.frame)
    points = facts.points if looks and with_points and len(facts.points) else None
    with drawing_lock():
        sheet = Sheet()
        top = _heading(sheet, facts, drawing)
        bottom = _footer(sheet, facts, drawing, day)
        box = fitted(drawing.box(facts.view.unit), MAP_WIDTH, top - bottom)
        on = window(sheet.axes(LEFT, bottom, MAP_WIDTH, top - bottom), box, MAP_WIDTH, top - bottom)
        draw_map(on, done, drawing, facts.view, points=points, looks=looks)
        if not len(facts.rows):
            _empty(sheet, top, bottom)
        floor = _scale(sheet, on, bottom)
        column = Column(sheet, top, floor)
        draw_legend(column, on, facts, done, drawing, looks=looks if points is not None else None)
    return Page(sheet, words.title(facts), day)


def map_pdf(facts: Facts, drawing: Drawing, *, day: date, looks: PointLooks | None = None) -> bytes:
    """One page as PDF, see :func:`map_page`."""
    return map_page(facts, drawing, day=day, looks=looks).pdf()


def map_png(facts: Facts, drawing: Drawing, *, day: date, looks: PointLooks | None = None) -> bytes:
    """One page as PNG, see :func:`map_page`."""
    return map_page(facts, drawing, day=day, looks=looks).png()


# ---- heading and footer -----------------------------------------------------------------------------


def _heading(sheet: Sheet, facts: Facts, drawing: Drawing) -> float:
    """Title, place, dates, filters; the height that is left under it [mm]."""
    title, size = words.title(facts), TITLE_SIZE
    while size > _LEAST_TITLE_SIZE and width_mm(title, size, bold=True) > RIGHT - LEFT:
        size -= 0.5
    y = _TOP - line_mm(TITLE_SIZE) * 0.75
    sheet.write(shortened(title, size, RIGHT - LEFT, bold=True), LEFT, y, size=size, bold=True)
    parts = [words.area(facts.view, drawing.frame), words.dates(facts)]
    if facts.view.level == "region" and facts.view.regions == "2023":
        parts.append(_("régions de 2023, limites approximatives"))
    y -= line_mm(SUBTITLE_SIZE) * 1.15
    subtitle = " · ".join(part for part in parts if part)
    sheet.write(shortened(subtitle, SUBTITLE_SIZE, RIGHT - LEFT), LEFT, y, size=SUBTITLE_SIZE)
    filters = words.filters(facts)
    if filters:
        y -= line_mm(8.5) * 1.1
        text = _("Filtres : {filters}").format(filters=" · ".join(filters))
        sheet.write(shortened(text, 8.5, RIGHT - LEFT), LEFT, y, size=8.5, colour=style.WARNING)
    if words.fictitious(facts):
        y -= line_mm(10) * 1.1
        sheet.write(
            _("DONNÉES FICTIVES, pour la formation"), LEFT, y, size=10, bold=True, colour=style.WARNING
        )
    return y - 3.5


def footer_lines(facts: Facts, drawing: Drawing, day: date) -> list[str]:
    """Paragraphs of the footer: what was counted and taken for granted, sources, limits, date of printing."""
    counted = [words.accounting(facts.accounting), words.population(facts)]
    if assumed := words.assumptions(facts):
        counted.append(_("Hypothèses : {text}").format(text=" ; ".join(assumed)))
    paragraphs = [" · ".join(text for text in counted if text), words.key(facts)]
    paragraphs += [_("Source : {text}").format(text=text) for text in words.sources(facts)]
    paragraphs.append(_("Limites : {text}").format(text=" ; ".join(words.limits(drawing.frame))))
    # The first, of an indicative layer where there is one; all of them are in the workbook.
    warning = "".join(words.limits_caveats(drawing.frame)[:1])
    paragraphs.append(_("Limites indicatives, sans valeur juridique. {text}").format(text=warning).strip())
    return [*paragraphs, _printed(drawing, day)]


def _printed(drawing: Drawing, day: date) -> str:
    parts = [_("Projection équirectangulaire")]
    if drawing.basemap is not None:
        parts.append(_(_BASEMAP_CREDIT))
    parts.append(_("Imprimé le {day} avec Couverture").format(day=long_date(day)))
    return " · ".join(parts)


def _footer(sheet: Sheet, facts: Facts, drawing: Drawing, day: date) -> float:
    """The lines under the map; the height that they end at [mm]."""
    lines: list[str] = []
    paragraphs = [wrapped(text, FOOTER_SIZE, RIGHT - LEFT) for text in footer_lines(facts, drawing, day)]
    tail = paragraphs[-3:]
    room = _MOST_FOOTER_LINES - sum(len(each) for each in tail)
    for place, paragraph in enumerate(paragraphs[:-3]):
        if len(lines) + len(paragraph) > room - 1:
            left = len(paragraphs) - 3 - place
            lines.append(
                _("Sources non citées ici (voir la feuille Comptes du classeur) : {n}").format(n=number(left))
            )
            break
        lines += paragraph
    lines += [line for paragraph in tail for line in paragraph]
    for place, line in enumerate(reversed(lines)):
        sheet.write(line, LEFT, _BOTTOM + place * _FOOTER_LEADING, size=FOOTER_SIZE, colour=style.MUTED)
    return _BOTTOM + len(lines) * _FOOTER_LEADING + 2.5


def _empty(sheet: Sheet, top: float, bottom: float) -> None:
    text = _("Aucun enregistrement pour ces choix.")
    width = width_mm(text, 12, bold=True) + 8
    x, y = LEFT + (MAP_WIDTH - width) / 2, (top + bottom) / 2
    sheet.box(x, y - 4, width, 9, facecolor=style.PAPER, edgecolor=style.WARNING, linewidth=1)
    sheet.write(text, x + 4, y - 1, size=12, bold=True, colour=style.WARNING)


# ---- scale and north --------------------------------------------------------------------------------

_STEPS_KM: Final = tuple(step * 10**power for power in range(4) for step in (1, 2, 5))
_LONGEST_BAR: Final = LEGEND_WIDTH - 22


def bar_length(on: Window) -> tuple[int, float]:
    """Length of the scale bar: the longest round figure that fits [km], and how long it is drawn [mm].

    Measured on the ellipsoid along the parallel in the middle of the map.
    """
    west, south, east, north = on.box
    middle, lon = (south + north) / 2, (west + east) / 2
    km_per_degree = float(distance_km(lon - 0.5, middle, lon + 0.5, middle))
    mm_per_km = on.mm_per_lon / km_per_degree
    steps = [step for step in _STEPS_KM if step * mm_per_km <= _LONGEST_BAR]
    km = steps[-1] if steps else _STEPS_KM[0]
    return km, km * mm_per_km


def _scale(sheet: Sheet, on: Window, bottom: float) -> float:
    """Scale bar and north arrow at the foot of the legend; the height above them [mm]."""
    km, length = bar_length(on)
    y = bottom + 5
    for part, colour in ((0, style.INK), (1, style.PAPER)):
        look = {"facecolor": colour, "edgecolor": style.INK, "linewidth": 0.5}
        sheet.box(LEGEND_LEFT + part * length / 2, y, length / 2, 1.4, **look)
    for share in (0, 0.5, 1):
        value = float(km * share)
        text = number(value, 0 if value.is_integer() else 1) + (" km" if share == 1 else "")
        sheet.write(
            text, LEGEND_LEFT + share * length, y + 2.2, size=7, align="left" if share == 0 else "center"
        )
    parallel = (on.box[1] + on.box[3]) / 2
    text = _("échelle exacte à {latitude}° N").format(latitude=number(parallel, 1))
    sheet.write(text, LEGEND_LEFT, y - 3.2, size=6.5, colour=style.MUTED)
    _north(sheet, RIGHT - 5, y - 3)
    return y + 7.5


def _north(sheet: Sheet, x: float, y: float) -> None:
    halves: Sequence[tuple[float, str]] = ((-2.0, style.INK), (2.0, style.PAPER))
    for side, colour in halves:
        corners = [(x, y + 7), (x + side, y), (x, y + 1.6), (x, y + 7)]
        sheet.path(Path(corners, closed=True), facecolor=colour, edgecolor=style.INK, linewidth=0.5)
    sheet.write(_("N"), x, y + 7.6, size=8, bold=True, align="center")
