"""The legend of a printed map: every class with its count, the total, what is known above the level."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.path import Path

from geo import words
from geo.classify import OPEN_RING, unit_word
from geo.facts import Facts
from geo.i18n import N_, _, number
from geo.report import style
from geo.report.canvas import LEGEND_LEFT, LEGEND_WIDTH, RIGHT, Sheet, line_mm, shortened, width_mm, wrapped
from geo.report.drawing import Drawing
from geo.report.maplayers import PointLooks
from geo.report.shown import Shown
from geo.report.window import Window

_SWATCH: Final = 7.0  # [mm]
_SWATCH_HEIGHT: Final = 3.4  # [mm]


class Column:
    """The legend's column: what is written goes down from the top, and never under the floor."""

    def __init__(self, sheet: Sheet, top: float, floor: float) -> None:
        self.sheet, self.y, self.floor, self.step = sheet, top, floor, 4.7

    def room(self) -> float:
        """Height that is left [mm]."""
        return self.y - self.floor

    def text(
        self, text: str, *, size: float = 8, bold: bool = False, colour: str = style.INK, most: int = 9
    ) -> None:
        """A paragraph in at most ``most`` lines."""
        for line in wrapped(text, size, LEGEND_WIDTH, bold=bold)[:most]:
            if self.room() < line_mm(size):
                return
            self.y -= line_mm(size)
            self.sheet.write(
                line, LEGEND_LEFT, self.y + line_mm(size) * 0.25, size=size, bold=bold, colour=colour
            )

    def gap(self, height: float) -> None:
        """Leave a height [mm] empty."""
        self.y -= height

    def row(self, text: str, value: str = "") -> float:
        """A row beside a swatch; the swatch's lower edge [mm]."""
        self.y -= self.step
        base = self.y + self.step * 0.32
        room = LEGEND_WIDTH - 10 - (width_mm(value, 8) + 2 if value else 0)
        self.sheet.write(shortened(text, 8, room), LEGEND_LEFT + 10, base, size=8)
        if value:
            self.sheet.write(value, RIGHT, base, size=8, align="right")
        return self.y + (self.step - _SWATCH_HEIGHT) / 2


def draw_legend(
    column: Column,
    on: Window,
    facts: Facts,
    done: Shown,
    drawing: Drawing,
    *,
    looks: PointLooks | None,
) -> None:
    """Write the legend of a map into its column: ``looks`` are those of the points, where they are drawn."""
    if looks:
        column.step = 4.0
    draw_classes(column, done, words.title(facts), facts.view.level)
    _extra_rows(column, done, indicative=bool(done.units["indicative"].any()))
    if looks:
        _point_rows(column, facts, looks)
    column.gap(2)
    _total(column, facts)
    if cut := _cut(done, drawing, on):
        column.text(
            _("Dépasse le cadre : {names}").format(names=", ".join(cut)), size=7.5, colour=style.MUTED, most=2
        )
    if len(facts.rows_above):
        _badge(column, facts, drawing)


def draw_classes(
    column: Column, done: Shown, title: str, level: str, *, marks: Mapping[str, str] | None = None
) -> None:
    """Write the title of a legend and its classes with the units in each.

    Parameters
    ----------
    marks : mapping, optional
        Letter written in the units of a class, by class.
    """
    column.text(title, size=9.5, bold=True, most=3)
    column.gap(0.8)
    head = unit_word(level, len(done.rows))
    column.text(f"{number(len(done.rows))} {head}", colour=style.MUTED)
    column.gap(1)
    letters = {"zero": "0", **(marks or {})}
    for klass, text, units in done.legend[["klass", "words", "units"]].itertuples(index=False, name=None):
        y = column.row(text, number(units))
        draw_swatch(column.sheet, klass, LEGEND_LEFT, y, letter=letters.get(klass, ""))


def draw_swatch(
    sheet: Sheet, klass: str, x: float, y: float, *, letter: str = "", width: float = _SWATCH
) -> None:
    """Draw the little box of a class with its lower left corner at (x, y) [mm], its letter in the middle."""
    look = style.fill(klass)
    if klass != "not_applicable":
        look |= {"edgecolor": style.SWATCH_EDGE, "linewidth": 0.4}
    sheet.box(x, y, width, _SWATCH_HEIGHT, **look)
    if (over := style.overlay(klass)) is not None:
        sheet.box(x, y, width, _SWATCH_HEIGHT, **over)
    middle = (x + width / 2, y + _SWATCH_HEIGHT / 2)
    if klass == "not_reported":
        # As on the map: hatched like silence, with the ring of a number that nobody gave.
        _draw_ring(sheet, *middle, 1.1, is_open=True)
    if letter:
        ink = style.ink_on(klass)
        sheet.write(letter, *middle, size=7, bold=True, colour=ink, align="center", base="center_baseline")


def _draw_ring(sheet: Sheet, x: float, y: float, radius: float, *, is_open: bool) -> None:
    arc = Path.arc(-45, 225) if is_open else Path.arc(0, 360)
    moved = np.asarray(arc.vertices, dtype=float) * radius + (x, y)
    colour = style.ring(OPEN_RING if is_open else "c4")
    sheet.path(Path(moved, arc.codes), edgecolor=colour, facecolor="none", linewidth=1.5)


def _extra_rows(column: Column, done: Shown, *, indicative: bool) -> None:
    """Rings, indicative borders, context: what the map draws beside its classes."""
    if done.rings:
        for text, is_open in ((N_("maximum de l’intervalle"), False), (N_("pas de maximum connu"), True)):
            y = column.row(_(text)) + _SWATCH_HEIGHT / 2
            _draw_ring(column.sheet, LEGEND_LEFT + _SWATCH / 2, y, 1.4, is_open=is_open)
    if indicative:
        y = column.row(_("limite indicative")) + _SWATCH_HEIGHT / 2
        line = Path([(LEGEND_LEFT, y), (LEGEND_LEFT + _SWATCH, y)])
        look = {"edgecolor": style.INK, "facecolor": "none", "linewidth": 0.8, "linestyle": (0, (3.2, 2.4))}
        column.sheet.path(line, **look)
    y = column.row(_("hors de la zone : classes en clair"))
    shades = ("c5", "c3", "c1")
    width = _SWATCH / len(shades)
    for place, klass in enumerate(shades):
        look = style.fill(klass, context=True)
        column.sheet.box(LEGEND_LEFT + place * width, y, width, _SWATCH_HEIGHT, **look)


def _sample(column: Column, text: str, outline: Path, radius: float, *, value: str = "", **look: Any) -> None:
    """A row whose swatch is an outline about the origin, ``radius`` [mm] large."""
    y = column.row(text, value) + _SWATCH_HEIGHT / 2
    moved = np.asarray(outline.vertices, dtype=float) * radius + (LEGEND_LEFT + _SWATCH / 2, y)
    column.sheet.path(Path(moved, outline.codes), **look)


def _point_rows(column: Column, facts: Facts, looks: PointLooks) -> None:
    state = facts.points["functionality"].astype("str")
    counts = state.where(state.isin(list(looks)), "unknown").value_counts()
    for key, (name, face, edge) in looks.items():
        if key in counts:
            look = {"facecolor": face, "edgecolor": edge, "linewidth": 0.5}
            _sample(column, _(name), Path.unit_circle(), 0.9, value=number(int(counts[key])), **look)


def _total(column: Column, facts: Facts) -> None:
    """The whole area in one figure, with what does not count beside it."""
    column.text(
        _("Ensemble de la zone : {value}").format(value=words.total(facts)), size=9, bold=True, most=2
    )
    if beside := words.beside(facts):
        column.text(" · ".join(beside), size=7.5, colour=style.MUTED, most=4)


def _cut(done: Shown, drawing: Drawing, on: Window) -> list[str]:
    """Units of the area that the map does not show whole."""
    west, south, east, north = on.box
    found = []
    for pcode, name in zip(done.rows["pcode"], done.rows["name"], strict=True):
        left, low, right, high = drawing.boxes[pcode]
        if left < west or low < south or right > east or high > north:
            found.append(str(name))
    return found


def _badge(column: Column, facts: Facts, drawing: Drawing) -> None:
    """What is known above the level only: a frame with an R, never a fill."""
    column.gap(2.5)
    size, left, width = 7.5, LEGEND_LEFT + 9, LEGEND_WIDTH - 11
    lines = wrapped(words.above_title(len(facts.rows_above)), size, width, bold=True)
    heads = len(lines)
    for text in words.above(facts, drawing.names):
        lines += wrapped(text, size, width)[:2]
    fits = max(heads, int((column.room() - 3) / line_mm(size)))
    height = min(len(lines), fits) * line_mm(size) + 3
    column.y -= height
    column.sheet.box(
        LEGEND_LEFT, column.y, LEGEND_WIDTH, height, facecolor="none", edgecolor=style.INK, linewidth=0.6
    )
    letter = column.y + height - line_mm(11) - 0.6
    column.sheet.write("R", LEGEND_LEFT + 4.5, letter, size=11, bold=True, align="center")
    for place, line in enumerate(lines[:fits]):
        y = column.y + height - 1.2 - (place + 0.8) * line_mm(size)
        column.sheet.write(line, left, y, size=size, bold=place < heads)
