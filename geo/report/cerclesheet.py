"""The pages of one cercle: its communes on a map and in a table, the cercle itself in the last row."""

from datetime import date
from typing import Final

import pandas as pd

from geo import words
from geo.facts import View
from geo.i18n import _
from geo.meeting import Meeting
from geo.pcodes import country
from geo.report import style
from geo.report.canvas import LEFT, RIGHT, Sheet, drawable, line_mm, width_mm, wrapped
from geo.report.drawing import Drawing
from geo.report.legend import draw_swatch
from geo.report.maplayers import draw_map
from geo.report.meetingtables import commune_table, communes_of, known_above, named_in
from geo.report.needsheet import Picture, need_shown, norm_lines
from geo.report.pageparts import footer, heading, printed, scale
from geo.report.printtable import (
    HEAD_SIZE,
    ROW_MM,
    SIZE,
    Heading,
    Row,
    draw_table,
    head_height,
    least_width,
)
from geo.report.shown import Shown, shown
from geo.report.window import fitted, window

MAP_MM: Final = 112.0
_TABLE_LEFT: Final = LEFT + MAP_MM + 6
_TABLE_MM: Final = RIGHT - _TABLE_LEFT
_NAME_MM: Final = 30.0
_INDENT_MM: Final = 7.0
# Under the map: its legend and its scale.
_LEGEND_MM: Final = 33.0
_LEAST_ROW_MM: Final = 3.3
# Text and headings of the table, the larger where it fits [pt].
_SIZES: Final = ((SIZE, HEAD_SIZE), (6.5, 6.0))


def cercle_sheets(
    meeting: Meeting, cercle: str, drawing: Drawing, picture: Picture, *, day: date
) -> tuple[Sheet, ...]:
    """Lay out the pages of one cercle, in the current language: its map, and its table beside it or after it.

    Parameters
    ----------
    picture : Picture
        Of :func:`picture_of`, the same for every cercle.
    """
    said = _footer(meeting, cercle, drawing, day)
    apart = table_apart(meeting, cercle)
    sheet, top, bottom = _begun(cercle, drawing, said)
    within = _map(sheet, meeting, cercle, drawing, picture, (RIGHT - LEFT if apart else MAP_MM, top, bottom))
    if not apart:
        _table(sheet, meeting, cercle, within, (_TABLE_LEFT, top, bottom))
        return (sheet,)
    after, top, bottom = _begun(cercle, drawing, said, title=_("{name} (suite)"))
    _table(after, meeting, cercle, within, (LEFT, top, bottom))
    return sheet, after


def table_apart(meeting: Meeting, cercle: str) -> bool:
    """Whether the table of a cercle has more columns than fit beside its map: it takes a page of its own."""
    return _columns(commune_table(meeting, cercle), _TABLE_MM) is None


def _begun(
    cercle: str, drawing: Drawing, said: list[str], *, title: str = "{name}"
) -> tuple[Sheet, float, float]:
    """Begin a page with its heading and footer; between which heights there is room [mm]."""
    sheet = Sheet()
    kind = _("moughataa") if country(cercle) == "MR" else _("cercle")
    area = words.area(View(unit=cercle), drawing.frame)
    top = heading(sheet, title.format(name=f"{drawing.names[cercle]} · {kind}"), area)
    return sheet, top, footer(sheet, said)


def _map(  # where on the page, and what it shows
    sheet: Sheet,
    meeting: Meeting,
    cercle: str,
    drawing: Drawing,
    picture: Picture,
    place: tuple[float, float, float],
) -> Picture:
    """Draw the communes with their legend and scale; what the legend shows."""
    done, marked = picture
    width, top, bottom = place
    communes = communes_of(meeting, cercle)
    within = _within(done, communes)
    low = bottom + _LEGEND_MM
    sheet.picture = (LEFT, bottom, width, top - bottom)
    unit = cercle if len(communes) > 1 else communes[0]
    box = fitted(drawing.box(unit), width, top - low)
    on = window(sheet.axes(LEFT, low, width, top - low), box, width, top - low)
    draw_map(on, within, drawing, View(unit=cercle))
    _legend(sheet, within, _map_title(meeting), low, marks=marked)
    scale(sheet, on, bottom, left=LEFT + width - 70)
    return within, marked


def picture_of(meeting: Meeting, drawing: Drawing) -> Picture:
    """Return what the maps show: the first need known with its letters, else the first type."""
    if meeting.needs:
        return need_shown(meeting.needs[0].gaps.table, drawing.frame)
    return shown(meeting.subjects[0].communes, drawing.frame), {}


def _map_title(meeting: Meeting) -> str:
    if meeting.needs:
        return _("Carte : état du besoin, personnes non desservies ({type})").format(
            type=meeting.needs[0].label
        )
    return _("Carte : {title}").format(title=words.title(meeting.subjects[0].communes))


def _within(done: Shown, communes: list[str]) -> Shown:
    """Keep the communes of one cercle; the legend counts them."""
    rows = done.rows[done.rows["pcode"].isin(communes)].reset_index(drop=True)
    counts = rows["klass"].value_counts()
    legend = done.legend.assign(units=[int(counts.get(klass, 0)) for klass in done.legend["klass"]])
    return Shown(done.units, rows, legend, done.classes)


def _legend(sheet: Sheet, done: Shown, title: str, low: float, *, marks: dict[str, str]) -> None:
    """Two columns of classes under the map, left of the scale."""
    y = low - 4.5
    for line in wrapped(title, 7.5, MAP_MM, bold=True)[:2]:
        sheet.write(line, LEFT, y, size=7.5, bold=True)
        y -= line_mm(7.5)
    y -= 3.6
    half = (len(done.legend) + 1) // 2
    values = done.legend[["klass", "words", "units"]].itertuples(index=False, name=None)
    widths = [0.0, 0.0]
    entries = [(place, klass, f"{text} ({units})") for place, (klass, text, units) in enumerate(values)]
    for place, _klass, text in entries:
        widths[place // half] = max(widths[place // half], width_mm(text, 7))
    for place, klass, text in entries:
        x = LEFT + (place // half) * (widths[0] + 10)
        at = y - (place % half) * 4.1
        draw_swatch(sheet, klass, x, at, letter={"zero": "0", **marks}.get(klass, ""), width=5.5)
        sheet.write(text, x + 7, at + 0.8, size=7)


def _columns(table: pd.DataFrame, width: float) -> tuple[list[float], float, float] | None:
    """Widths of all columns [mm] with the sizes of text and headings [pt]; None where words would be cut."""
    names, *others = (table[name].astype(str).tolist() for name in table.columns)
    for size, head in _SIZES:
        # Long names take two lines; where all are short their column gives way.
        title = width_mm(str(table.columns[0]), head, bold=True)
        named = min(_NAME_MM, max(title, *(width_mm(drawable(name), size, bold=True) for name in names)) + 2)
        least = [
            least_width(str(name), cells, size=size, head=head)
            for name, cells in zip(table.columns[1:], others, strict=True)
        ]
        if (spare := width - _INDENT_MM - named - sum(least)) >= 0:
            return [named, *(each + spare / max(1, len(least)) for each in least)], size, head
    return None


def _table(
    sheet: Sheet,
    meeting: Meeting,
    cercle: str,
    picture: Picture,
    place: tuple[float, float, float],
) -> None:
    """Every commune in a row with the swatch of its class on the map."""
    table, (left, top, bottom) = commune_table(meeting, cercle), place
    width = RIGHT - left
    equal = (width - _INDENT_MM - _NAME_MM) / max(1, len(table.columns) - 1)
    usual = [_NAME_MM, *[equal] * (len(table.columns) - 1)], *_SIZES[-1]
    widths, size, head = _columns(table, width) or usual
    headings = [
        Heading(str(text), wide, right=at > 0)
        for at, (text, wide) in enumerate(zip(table.columns, widths, strict=True))
    ]
    notes = [line for text in known_above(meeting, cercle) for line in wrapped(text, 7.5, width)]
    room = top - bottom - head_height(headings, head=head) - (len(notes) + 2) * line_mm(7.5)
    row_mm = max(_LEAST_ROW_MM, min(ROW_MM, room / len(table)))
    small = min(size, 7.5 if row_mm > 4 else 6.5)
    rows = _rows(table, cercle, picture)
    y = draw_table(sheet, headings, rows, left=left, top=top, row_mm=row_mm, size=small, head=head)
    if notes:
        y -= line_mm(7.5) * 1.6
        sheet.write(_("Rien de nommé dans une commune du cercle"), left, y, size=7.5, bold=True)
    for line in notes:
        y -= line_mm(7.5)
        sheet.write(line, left, y, size=7.5, colour=style.MUTED)


def _rows(table: pd.DataFrame, cercle: str, picture: Picture) -> list[Row]:
    done, letters = picture
    klass = dict(zip(done.rows["pcode"], done.rows["klass"], strict=True))
    marks = {"zero": "0", **letters}
    return [
        Row(tuple(cells), klass.get(code, ""), marks.get(klass.get(code, ""), ""), bold=code == cercle)
        for code, cells in zip(table.index, table.itertuples(index=False, name=None), strict=True)
    ]


def _footer(meeting: Meeting, cercle: str, drawing: Drawing, day: date) -> list[str]:
    """What was counted of the types in the table, their sources, the norm, population and limits."""
    first = meeting.subjects[0].communes
    named = named_in(meeting, cercle) or list(meeting.subjects[:1])
    counted = [words.named(each.label, words.accounting(each.communes.accounting)) for each in named]
    dated = [words.named(each.label, words.dates(each.communes)) for each in meeting.subjects]
    lines = [" · ".join([*counted, words.population(first)])]
    lines += [" · ".join(norm_lines(need)) for need in meeting.needs]
    lines += [_("Données : {text}").format(text=" ; ".join(dated)), words.key(first)]
    cited = dict.fromkeys(text for each in named for text in words.sources(each.communes))
    lines += [_("Source : {text}").format(text=text) for text in cited]
    lines.append(_("Limites : {text}").format(text=" ; ".join(words.limits(drawing.frame))))
    lines.append(_("Limites indicatives, sans valeur juridique. {text}").format(text="").strip())
    return [*lines, printed(drawing, day)]
