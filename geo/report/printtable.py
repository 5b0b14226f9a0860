"""A table on a printed page: headings and cells that wrap, a swatch before a row that has a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.report import style
from geo.report.canvas import Sheet, drawable, line_mm, width_mm, wrapped
from geo.report.legend import draw_swatch

SIZE: Final = 7.5  # [pt]
ROW_MM: Final = 4.6
HEAD_SIZE: Final = 7.0
# Between the text of a column and the next one.
_GAP_MM: Final = 1.5
_SWATCH_MM: Final = 5.5


@dataclass(frozen=True)
class Heading:
    """One column: its heading, its width [mm], and whether its cells are set to the right."""

    text: str
    width: float
    right: bool = False


@dataclass(frozen=True)
class Row:
    """Cells of one row; a class gives it a swatch with its letter, ``bold`` marks a total."""

    cells: tuple[str, ...]
    klass: str = ""
    letter: str = ""
    bold: bool = False


def least_width(heading: str, cells: Sequence[str], *, size: float = SIZE, head: float = HEAD_SIZE) -> float:
    """Width of a column in which no word is cut [mm]; the last cell is bold, as a total."""
    words = [width_mm(word, head, bold=True) for word in drawable(heading).split(" ")]
    for place, cell in enumerate(cells, 1):
        bold = place == len(cells)
        words += [width_mm(word, size, bold=bold) for word in drawable(cell).split(" ")]
    return max(words) + _GAP_MM + 0.1


def head_height(headings: Sequence[Heading], *, head: float = HEAD_SIZE) -> float:
    """Height of the headings, wrapped in their columns [mm]."""
    lines = max(len(wrapped(each.text, head, each.width - _GAP_MM, bold=True)) for each in headings)
    return lines * line_mm(head) + 1.6


def draw_table(
    sheet: Sheet,
    headings: Sequence[Heading],
    rows: Sequence[Row],
    *,
    left: float,
    top: float,
    row_mm: float = ROW_MM,
    size: float = SIZE,
    head: float = HEAD_SIZE,
) -> float:
    """Draw a table downwards from ``top``, long cells in several lines; the height that it ends at [mm]."""
    indent = _SWATCH_MM + 1.5 if any(row.klass for row in rows) else 0.0
    right = left + indent + sum(each.width for each in headings)
    y = _draw_heads(sheet, headings, left + indent, top, head)
    _rule(sheet, left, right, y, style.INK)
    for row in rows:
        first = y - row_mm * 0.7
        if row.klass:
            draw_swatch(sheet, row.klass, left, y - row_mm + 0.6, letter=row.letter, width=_SWATCH_MM)
        lines = _draw_cells(sheet, headings, row, left + indent, first, size=size)
        y -= row_mm + (lines - 1) * line_mm(size)
        _rule(sheet, left, right, y, style.RULE)
    return y


def _draw_cells(
    sheet: Sheet, headings: Sequence[Heading], row: Row, x: float, first: float, *, size: float
) -> int:
    """Write the cells of a row, the first line of each at ``first`` [mm]; how many lines the longest has."""
    most = 1
    for heading, text in zip(headings, row.cells, strict=True):
        lines = wrapped(text, size, heading.width - _GAP_MM, bold=row.bold)
        align = "right" if heading.right else "left"
        at = x + heading.width - _GAP_MM if heading.right else x
        for place, line in enumerate(lines):
            sheet.write(line, at, first - place * line_mm(size), size=size, bold=row.bold, align=align)
        most = max(most, len(lines))
        x += heading.width
    return most


def _draw_heads(sheet: Sheet, headings: Sequence[Heading], left: float, top: float, head: float) -> float:
    height = head_height(headings, head=head)
    x = left
    for heading in headings:
        lines = wrapped(heading.text, head, heading.width - _GAP_MM, bold=True)
        for place, line in enumerate(reversed(lines)):
            y = top - height + 1.2 + place * line_mm(head)
            at = x + heading.width - _GAP_MM if heading.right else x
            align = "right" if heading.right else "left"
            sheet.write(line, at, y, size=head, bold=True, align=align, colour=style.MUTED)
        x += heading.width
    return top - height


def _rule(sheet: Sheet, left: float, right: float, y: float, colour: str) -> None:
    sheet.box(left, y, right - left, 0.01, facecolor=colour, edgecolor=colour, linewidth=0.4)
