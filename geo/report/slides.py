"""The slides of a meeting (PPTX): titles and tables that can be edited, maps as pictures."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import pandas as pd
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Mm, Pt

from geo import words
from geo.i18n import _, long_date, unbroken
from geo.meeting import Meeting
from geo.report import style
from geo.report.atlas import Atlas
from geo.report.canvas import Sheet, drawable, drawing_lock, line_mm, width_mm, wrapped
from geo.report.cerclesheet import table_apart
from geo.report.drawing import Drawing
from geo.report.frontsheet import area_lines, notices, subject_lines, title
from geo.report.meetingtables import (
    accounting_table,
    cercle_table,
    commune_table,
    key_table,
    known_above,
    need_table,
)
from geo.report.needsheet import area_lines as need_lines
from geo.report.needsheet import norm_lines
from geo.report.needsheet import title as need_title
from geo.report.printtable import least_width

# 16:9, as a projector shows it [mm].
WIDTH: Final = 338.7
HEIGHT: Final = 190.5
LEFT: Final = 12.0
_INNER: Final = WIDTH - 2 * LEFT
_TOP: Final = 30.0
_FOOT: Final = HEIGHT - 16.0
PICTURE_DPI: Final = 110
# Rows of a table on one slide; the rest goes on to the next.
MOST_ROWS: Final = 20
_MOST_COMMUNES: Final = 24
_TITLE_SIZES: Final = (24, 22, 20, 18, 16, 14)
_BLANK_WITH_TITLE: Final = 5
_MARGIN: Final = 1.2
# Smaller text is not read from the back of a room [pt].
_LEAST_SIZE: Final = 7


def slides(meeting: Meeting, atlas: Atlas, drawing: Drawing, *, day: date) -> bytes:
    """Return the slides as a PPTX file, in the current language; pictures are cut from the atlas's pages."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(WIDTH), Mm(HEIGHT)
    deck.core_properties.title = unbroken(title(meeting, drawing))
    deck.core_properties.author = "Couverture"
    _front(deck, meeting, drawing, day)
    for subject, sheet in zip(meeting.subjects, atlas.maps, strict=True):
        facts = subject.communes
        counted = [words.dates(facts), words.accounting(facts.accounting)]
        lines = [words.named(_("Ensemble de la zone"), words.total(facts)), *words.beside(facts)]
        _map(deck, words.title(facts), sheet, [*lines, *counted])
    for need, sheet in zip(meeting.needs, atlas.needs, strict=True):
        _map(deck, need_title(need), sheet, [*need_lines(need), *norm_lines(need)])
    if meeting.subjects:
        _table(deck, _("Chiffres par cercle ou moughataa"), cercle_table(meeting), foot="")
    for code, sheets in zip(meeting.cercles, atlas.cercles, strict=False):
        _cercle(deck, meeting, code, sheets[0], drawing)
    _closing(deck, meeting, drawing)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def _front(deck: Any, meeting: Meeting, drawing: Drawing, day: date) -> None:
    where = words.area(meeting.view, drawing.frame)
    made = _("fait le {day}").format(day=long_date(day))
    lines = [f"{where} · {made}", *(text for text, _bold in notices(meeting))]
    slide = _slide(deck, title(meeting, drawing))
    top = _TOP
    _text(slide, lines, LEFT, top - 6, _INNER, 8 * len(lines), size=14)
    top += 8 * len(lines)
    for table in (key_table(meeting), need_table(meeting), accounting_table(meeting)):
        if not len(table):
            continue
        if top > _TOP and top + sum(_laid(table, _INNER, 10)[2]) > HEIGHT - 4:
            slide, top = _slide(deck, _("{name} (suite)").format(name=title(meeting, drawing))), _TOP
        top = _place_table(slide, table, top=top, size=10) + 5


def _map(deck: Any, heading: str, sheet: Sheet, lines: Sequence[str]) -> None:
    slide = _slide(deck, heading)
    _picture(slide, sheet, LEFT, _TOP - 4, 226.0, _FOOT - _TOP + 12)
    _text(slide, lines, LEFT + 230, _TOP - 4, _INNER - 230, 130, size=12)


def _cercle(deck: Any, meeting: Meeting, code: str, sheet: Sheet, drawing: Drawing) -> None:
    table = commune_table(meeting, code)
    above = known_above(meeting, code)
    foot = _("Rien de nommé dans une commune du cercle") + " · " + " · ".join(above) if above else ""
    slide = _slide(deck, drawing.names[code])
    if table_apart(meeting, code):
        _picture(slide, sheet, LEFT, _TOP - 4, _INNER, _FOOT - _TOP + 8)
        _table(deck, _("{name} (suite)").format(name=drawing.names[code]), table, foot=foot)
        return
    _picture(slide, sheet, LEFT, _TOP - 4, 110.0, _FOOT - _TOP + 8)
    left, width = LEFT + 114, _INNER - 114
    _place_table(slide, table.head(_MOST_COMMUNES), top=_TOP - 4, size=9, left=left, width=width)
    _text(slide, [foot], LEFT, _FOOT + 3, _INNER, 10, size=9)
    if len(table) > _MOST_COMMUNES:
        more = _("{name} (suite)").format(name=drawing.names[code])
        _table(deck, more, table.iloc[_MOST_COMMUNES:], foot=foot)


def _table(deck: Any, heading: str, table: pd.DataFrame, *, foot: str) -> None:
    """Slides of one table, as many as it needs."""
    for start in range(0, len(table), MOST_ROWS):
        slide = _slide(deck, heading if not start else _("{name} (suite)").format(name=heading))
        _place_table(slide, table.iloc[start : start + MOST_ROWS], top=_TOP, size=10)
        _text(slide, [foot] if foot else [], LEFT, _FOOT + 3, _INNER, 10, size=9)


def _closing(deck: Any, meeting: Meeting, drawing: Drawing) -> None:
    """Sources, licences and method: one slide a type, one for the area."""
    for subject in meeting.subjects:
        slide = _slide(deck, _("Sources et comptes : {type}").format(type=subject.label))
        _text(slide, subject_lines(meeting, subject.communes.kind.name), LEFT, _TOP, _INNER, 130, size=11)
    slide = _slide(deck, _("Population et limites"))
    _text(slide, area_lines(meeting, drawing), LEFT, _TOP, _INNER, 130, size=11)


# ---- pieces of a slide ------------------------------------------------------------------------------


def _slide(deck: Any, heading: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[_BLANK_WITH_TITLE])
    box = slide.shapes.title
    box.left, box.top, box.width, box.height = Mm(LEFT), Mm(7), Mm(_INNER), Mm(14)
    box.text_frame.text = unbroken(heading)
    paragraph = box.text_frame.paragraphs[0]
    fits = (size for size in _TITLE_SIZES if width_mm(drawable(heading), size, bold=True) < _INNER - 6)
    paragraph.font.size, paragraph.font.bold = Pt(next(fits, _TITLE_SIZES[-1])), True
    paragraph.font.color.rgb = _colour(style.INK)
    paragraph.alignment = 1
    return slide


def _text(
    slide: Any, lines: Sequence[str], left: float, top: float, width: float, height: float, *, size: int
) -> None:
    if not lines:
        return
    frame = slide.shapes.add_textbox(Mm(left), Mm(top), Mm(width), Mm(height)).text_frame
    frame.word_wrap = True
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.text = unbroken(line)
        paragraph.font.size = Pt(size)
        paragraph.font.color.rgb = _colour(style.INK)


def _picture(slide: Any, sheet: Sheet, left: float, top: float, width: float, height: float) -> None:
    """Map and legend as large as they fit, with a text for those who do not see them."""
    _x, _y, wide, high = sheet.picture
    share = min(width / wide, height / high)
    with drawing_lock():
        picture = io.BytesIO(sheet.map_png(dpi=PICTURE_DPI))
    shape = slide.shapes.add_picture(picture, Mm(left), Mm(top), Mm(wide * share), Mm(high * share))
    named = slide.shapes.title.text_frame.text
    shape._element.nvPicPr.cNvPr.set("descr", _("Carte : {title}").format(title=named))


def _place_table(
    slide: Any,
    table: pd.DataFrame,
    *,
    top: float,
    size: int,
    left: float = LEFT,
    width: float = _INNER,
) -> float:
    """Put a table that can be edited; about where it ends [mm]."""
    size, widths, heights = _laid(table, width, size)
    lines = _lines(table)
    frame = slide.shapes.add_table(len(lines), len(widths), Mm(left), Mm(top), Mm(width), Mm(sum(heights)))
    grid = frame.table
    for place, wide in enumerate(widths):
        grid.columns[place].width = Mm(wide)
    for place, (cells, high) in enumerate(zip(lines, heights, strict=True)):
        grid.rows[place].height = Mm(high)
        for column, text in enumerate(cells):
            _cell(grid.cell(place, column), text, size=size, bold=place == 0, head=place == 0)
    return top + sum(heights)


def _lines(table: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(map(str, table.columns)), *(tuple(map(str, row)) for row in table.itertuples(index=False))]


def _laid(table: pd.DataFrame, width: float, size: int) -> tuple[int, list[float], list[float]]:
    """Size of the text [pt], widths of the columns and heights of the rows, headings first [mm]."""
    size, widths = _fitted(table, width, size)
    return size, widths, [_row_height(cells, widths, size=size) for cells in _lines(table)]


def _row_height(cells: Sequence[str], widths: Sequence[float], *, size: int) -> float:
    """Height that the longest cell of a row needs [mm], measured in a face wider than that of the slides."""
    pairs = zip(cells, widths, strict=True)
    lines = max(len(wrapped(text, size, wide - 2 * _MARGIN)) for text, wide in pairs)
    return max(1, lines) * line_mm(size) + 1.0


def _fitted(table: pd.DataFrame, width: float, size: int) -> tuple[int, list[float]]:
    """Size at which no word is cut [pt] and the widths of the columns [mm]; the rest is for long cells."""
    texts = {str(name): table[name].astype(str).tolist() for name in table.columns}
    longest = [
        max(10.0, len(name) / 1.6, min(46, max(map(len, cells), default=0))) for name, cells in texts.items()
    ]
    for smaller in range(size, _LEAST_SIZE - 1, -1):
        least = [least_width(*each, size=smaller, head=smaller) + 2 * _MARGIN for each in texts.items()]
        if (spare := width - sum(least)) >= 0:
            shares = [width * length / sum(longest) for length in longest]
            wish = [max(0.0, share - own) for share, own in zip(shares, least, strict=True)]
            given = spare / sum(wish) if sum(wish) else 0.0
            return smaller, [own + given * more for own, more in zip(least, wish, strict=True)]
    return _LEAST_SIZE, [width * length / sum(longest) for length in longest]


def _cell(cell: Any, text: str, *, size: int, bold: bool = False, head: bool = False) -> None:
    cell.margin_left = cell.margin_right = Mm(_MARGIN)
    cell.margin_top = cell.margin_bottom = Mm(0.3)
    cell.fill.solid()
    cell.fill.fore_color.rgb = _colour("#F4F1EC" if head else style.PAPER)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.text = unbroken(text)
    paragraph.font.size, paragraph.font.bold = Pt(size), bold
    paragraph.font.color.rgb = _colour(style.INK)


def _colour(text: str) -> RGBColor:
    return RGBColor.from_string(text.removeprefix("#").upper())
