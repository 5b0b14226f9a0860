"""The atlas of a meeting as PDF: cover, a map for every type and need, a page for every cercle, sources."""

import io
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from geo import words
from geo.classify import unit_word
from geo.i18n import _, number
from geo.meeting import Meeting
from geo.report import frontsheet
from geo.report.canvas import Sheet, bound, drawing_lock
from geo.report.cerclesheet import cercle_sheets, picture_of, table_apart
from geo.report.drawing import Drawing
from geo.report.frontsheet import closing_sheets, cover_sheet
from geo.report.maplayers import PointLooks
from geo.report.mapsheet import map_page
from geo.report.needsheet import need_sheet, title
from geo.report.pageparts import paginate

# Told after each page: how many are done, and how many there are.
Progress = Callable[[int, int], None]
PAPERS: Final = ("A4", "A3")
_TO_A3: Final = 2**0.5


@dataclass(frozen=True, eq=False)
class Atlas:
    """Every page of an atlas, laid out and numbered; the slides take their pictures from the same pages.

    Attributes
    ----------
    maps, needs : tuple of Sheet
    cercles : tuple of tuple of Sheet
        In the order of the meeting's subjects, needs and cercles; the first page of a cercle has its map.
    """

    title: str
    day: date
    cover: Sheet
    maps: tuple[Sheet, ...]
    needs: tuple[Sheet, ...]
    cercles: tuple[tuple[Sheet, ...], ...]
    closing: tuple[Sheet, ...]

    @property
    def sheets(self) -> list[Sheet]:
        """All pages in their order."""
        return [self.cover, *self.maps, *self.needs, *itertools.chain(*self.cercles), *self.closing]

    def pdf(self, *, progress: Progress | None = None) -> bytes:
        """All pages as one PDF, A4, fonts embedded once."""
        with drawing_lock():
            return bound(self.sheets, title=self.title, day=self.day, progress=progress)


def atlas(meeting: Meeting, drawing: Drawing, *, day: date, looks: PointLooks | None = None) -> Atlas:
    """Lay out every page, in the current language.

    Parameters
    ----------
    drawing : Drawing
        Of the same boundaries, see :func:`geo.report.drawing.drawing`.
    looks : mapping, optional
        Looks of the points, see :func:`geo.report.mapsheet.map_page`.
    """
    with drawing_lock():
        made = Atlas(
            title=frontsheet.title(meeting, drawing),
            day=day,
            cover=cover_sheet(meeting, drawing, day=day, contents=contents(meeting)),
            maps=tuple(
                map_page(each.communes, drawing, day=day, looks=looks).sheet for each in meeting.subjects
            ),
            needs=tuple(need_sheet(each, drawing, day=day) for each in meeting.needs),
            cercles=_cercles(meeting, drawing, day),
            closing=tuple(closing_sheets(meeting, drawing, day=day)),
        )
        paginate(made.sheets)
    return made


def _cercles(meeting: Meeting, drawing: Drawing, day: date) -> tuple[tuple[Sheet, ...], ...]:
    if not meeting.subjects:
        return ()
    picture = picture_of(meeting, drawing)
    return tuple(cercle_sheets(meeting, code, drawing, picture, day=day) for code in meeting.cercles)


def contents(meeting: Meeting) -> list[str]:
    """Say on which pages what is, one line a part."""
    maps = [words.title(each.communes) for each in meeting.subjects] + [title(each) for each in meeting.needs]
    lines = [_pages(text, 2 + place, 2 + place) for place, text in enumerate(maps)]
    first = 2 + len(maps)
    cercles = meeting.cercles if meeting.subjects else ()
    count = len(cercles) + sum(table_apart(meeting, code) for code in cercles)
    if count:
        lines.append(_pages(unit_word("cercle", len(cercles)), first, first + count - 1))
    return [*lines, _pages(_("Sources, méthode, enregistrements non placés"), first + count, 0)]


def _pages(text: str, first: int, last: int) -> str:
    if last > first:
        return _("{text} : pages {first} à {last}").format(text=text, first=number(first), last=number(last))
    return _("{text} : page {first}").format(text=text, first=number(first))


def on_a3(pdf: bytes) -> bytes:
    """Return the same pages on A3, everything larger by the square root of two: to be read across a table."""
    import pypdf  # noqa: PLC0415  # only an A3 needs it
    from pypdf.generic import ArrayObject, NameObject, RectangleObject, StreamObject  # noqa: PLC0415

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    wider = StreamObject()
    wider.set_data(f"{_TO_A3:.6f} 0 0 {_TO_A3:.6f} 0 0 cm\n".encode("ascii"))
    # Before each page's own content, which stays packed: to unpack and pack it again takes ten seconds.
    before = writer._add_object(wider)
    for page in writer.pages:
        page[NameObject("/Contents")] = ArrayObject([before, page.raw_get("/Contents")])
        page[NameObject("/MediaBox")] = RectangleObject([float(edge) * _TO_A3 for edge in page.mediabox])
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
