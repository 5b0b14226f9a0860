"""What every printed page has: title, footer, page number; and beside a map its scale and north."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from matplotlib.path import Path

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
    line_mm,
    shortened,
    width_mm,
    wrapped,
)
from geo.report.drawing import Drawing
from geo.report.window import Window

TOP: Final = HEIGHT_MM - 9
BOTTOM: Final = 7.0
TITLE_SIZE: Final = 16.0
_LEAST_TITLE_SIZE: Final = 11.0
SUBTITLE_SIZE: Final = 10.0
FOOTER_SIZE: Final = 7.5
# The footer may take this much of the page; further sources are counted, not named.
_MOST_FOOTER_LINES: Final = 15
_FOOTER_LEADING: Final = line_mm(FOOTER_SIZE)
_BASEMAP_CREDIT: Final = N_("Fond de carte : eaux et frontières GSHHG (LGPL), villes GeoNames (CC BY 4.0)")
# Room of "page 12 / 24" at the upper right [mm].
_NUMBER_WIDTH: Final = 26.0


def heading(sheet: Sheet, title: str, subtitle: str, *, notices: Sequence[tuple[str, bool]] = ()) -> float:
    """Write title, subtitle and notices (text, and whether it is bold); the height left under them [mm]."""
    room, size = RIGHT - LEFT - _NUMBER_WIDTH, TITLE_SIZE
    while size > _LEAST_TITLE_SIZE and width_mm(title, size, bold=True) > room:
        size -= 0.5
    y = TOP - line_mm(TITLE_SIZE) * 0.75
    sheet.write(shortened(title, size, room, bold=True), LEFT, y, size=size, bold=True)
    y -= line_mm(SUBTITLE_SIZE) * 1.15
    sheet.write(shortened(subtitle, SUBTITLE_SIZE, RIGHT - LEFT), LEFT, y, size=SUBTITLE_SIZE)
    for text, bold in notices:
        size = 10 if bold else 8.5
        y -= line_mm(size) * 1.1
        line = shortened(text, size, RIGHT - LEFT, bold=bold)
        sheet.write(line, LEFT, y, size=size, bold=bold, colour=style.WARNING)
    return y - 3.5


def paginate(sheets: Sequence[Sheet]) -> None:
    """Write on each sheet its number and how many there are."""
    for place, sheet in enumerate(sheets, 1):
        text = _("page {n} / {total}").format(n=number(place), total=number(len(sheets)))
        y = TOP - line_mm(TITLE_SIZE) * 0.75
        sheet.write(text, RIGHT, y, size=8.5, colour=style.MUTED, align="right")


def printed(drawing: Drawing, day: date) -> str:
    """Say how the map was drawn, and when it was printed."""
    parts = [_("Projection équirectangulaire")]
    if drawing.basemap is not None:
        parts.append(_(_BASEMAP_CREDIT))
    parts.append(_("Imprimé le {day} avec Couverture").format(day=long_date(day)))
    return " · ".join(parts)


def footer(sheet: Sheet, texts: Sequence[str]) -> float:
    """Write paragraphs under the map, the last three whatever happens; the height that they end at [mm]."""
    lines: list[str] = []
    paragraphs = [wrapped(text, FOOTER_SIZE, RIGHT - LEFT) for text in texts]
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
        sheet.write(line, LEFT, BOTTOM + place * _FOOTER_LEADING, size=FOOTER_SIZE, colour=style.MUTED)
    return BOTTOM + len(lines) * _FOOTER_LEADING + 2.5


def empty(sheet: Sheet, top: float, bottom: float) -> None:
    """Say in the middle of the map that nothing answers to what was asked."""
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


def scale(sheet: Sheet, on: Window, bottom: float, *, left: float = LEGEND_LEFT) -> float:
    """Draw scale bar and north arrow at the foot of the legend; the height above them [mm]."""
    km, length = bar_length(on)
    y = bottom + 5
    for part, colour in ((0, style.INK), (1, style.PAPER)):
        look = {"facecolor": colour, "edgecolor": style.INK, "linewidth": 0.5}
        sheet.box(left + part * length / 2, y, length / 2, 1.4, **look)
    for share in (0, 0.5, 1):
        value = float(km * share)
        text = number(value, 0 if value.is_integer() else 1) + (" km" if share == 1 else "")
        sheet.write(text, left + share * length, y + 2.2, size=7, align="left" if share == 0 else "center")
    parallel = (on.box[1] + on.box[3]) / 2
    text = _("échelle exacte à {latitude}° N").format(latitude=number(parallel, 1))
    sheet.write(text, left, y - 3.2, size=6.5, colour=style.MUTED)
    _north(sheet, left + LEGEND_WIDTH - 5, y - 3)
    return y + 7.5


def _north(sheet: Sheet, x: float, y: float) -> None:
    halves: Sequence[tuple[float, str]] = ((-2.0, style.INK), (2.0, style.PAPER))
    for side, colour in halves:
        corners = [(x, y + 7), (x + side, y), (x, y + 1.6), (x, y + 7)]
        sheet.path(Path(corners, closed=True), facecolor=colour, edgecolor=style.INK, linewidth=0.5)
    sheet.write(_("N"), x, y + 7.6, size=8, bold=True, align="center")
