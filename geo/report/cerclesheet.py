"""The page of one cercle: its communes on a map and in a table, the cercle itself in the last row."""

from datetime import date
from typing import Final

from geo import words
from geo.facts import View
from geo.i18n import _
from geo.meeting import Meeting
from geo.pcodes import country
from geo.report import style
from geo.report.canvas import LEFT, RIGHT, Sheet, line_mm, width_mm, wrapped
from geo.report.drawing import Drawing
from geo.report.legend import draw_swatch
from geo.report.maplayers import draw_map
from geo.report.meetingtables import commune_table, communes_of, known_above, named_in
from geo.report.needsheet import Picture, need_shown, norm_lines
from geo.report.pageparts import footer, heading, printed, scale
from geo.report.printtable import ROW_MM, Heading, Row, draw_table, head_height
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


def cercle_sheet(meeting: Meeting, cercle: str, drawing: Drawing, picture: Picture, *, day: date) -> Sheet:
    """Lay out the page of one cercle, in the current language.

    Parameters
    ----------
    picture : Picture
        Of :func:`picture_of`, the same for every cercle.
    """
    sheet = Sheet()
    name = drawing.names[cercle]
    kind = _("moughataa") if country(cercle) == "MR" else _("cercle")
    top = heading(sheet, f"{name} · {kind}", words.area(View(unit=cercle), drawing.frame))
    bottom = footer(sheet, _footer(meeting, cercle, drawing, day))
    done, marked = picture
    communes = communes_of(meeting, cercle)
    within = _within(done, communes)
    low = bottom + _LEGEND_MM
    sheet.picture = (LEFT, bottom, MAP_MM, top - bottom)
    unit = cercle if len(communes) > 1 else communes[0]
    box = fitted(drawing.box(unit), MAP_MM, top - low)
    on = window(sheet.axes(LEFT, low, MAP_MM, top - low), box, MAP_MM, top - low)
    draw_map(on, within, drawing, View(unit=cercle))
    _legend(sheet, within, _map_title(meeting), low, marks=marked)
    scale(sheet, on, bottom, left=LEFT + MAP_MM - 70)
    _table(sheet, meeting, cercle, (within, marked), top, bottom)
    return sheet


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


def _table(  # where on the page, and what the map beside it shows
    sheet: Sheet, meeting: Meeting, cercle: str, picture: Picture, top: float, bottom: float
) -> None:
    """Every commune in a row with the swatch of its class on the map."""
    table, (done, letters) = commune_table(meeting, cercle), picture
    klass = dict(zip(done.rows["pcode"], done.rows["klass"], strict=True))
    marks = {"zero": "0", **letters}
    rows = [
        Row(
            tuple(cells),
            klass.get(code, ""),
            marks.get(klass.get(code, ""), ""),
            bold=code == cercle,
        )
        for code, cells in zip(table.index, table.itertuples(index=False, name=None), strict=True)
    ]
    width = (_TABLE_MM - _INDENT_MM - _NAME_MM) / max(1, len(table.columns) - 1)
    headings = [Heading(str(table.columns[0]), _NAME_MM)]
    headings += [Heading(str(text), width, right=True) for text in table.columns[1:]]
    notes = [line for text in known_above(meeting, cercle) for line in wrapped(text, 7.5, _TABLE_MM)]
    room = top - bottom - head_height(headings) - (len(notes) + 2) * line_mm(7.5)
    row_mm = max(_LEAST_ROW_MM, min(ROW_MM, room / len(rows)))
    y = draw_table(
        sheet, headings, rows, left=_TABLE_LEFT, top=top, row_mm=row_mm, size=7.5 if row_mm > 4 else 6.5
    )
    if notes:
        y -= line_mm(7.5) * 1.6
        sheet.write(_("Rien de nommé dans une commune du cercle"), _TABLE_LEFT, y, size=7.5, bold=True)
    for line in notes:
        y -= line_mm(7.5)
        sheet.write(line, _TABLE_LEFT, y, size=7.5, colour=style.MUTED)


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
