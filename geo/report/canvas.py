"""One sheet of A4 landscape: text and boxes in millimetres, out as PDF or PNG.

No pyplot: a figure of its own for each page, so that two readers printing at
the same time share nothing. matplotlib's settings are of the whole process
and its font files are not safe between threads, hence the lock.
"""

import functools
import io
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, Final

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform
from PIL import Image

from geo.i18n import unbroken
from geo.report import style

DPI: Final = 150
PIXELS: Final = (1754, 1240)  # A4 landscape at 150 dpi
MM_PER_INCH: Final = 25.4
WIDTH_MM: Final = PIXELS[0] / DPI * MM_PER_INCH
HEIGHT_MM: Final = PIXELS[1] / DPI * MM_PER_INCH
MM_PER_POINT: Final = MM_PER_INCH / 72
MAP_WIDTH: Final = 190.0  # [mm]
LEGEND_WIDTH: Final = 70.0  # [mm]
LEFT: Final = 14.5
LEGEND_LEFT: Final = LEFT + MAP_WIDTH + 8
RIGHT: Final = LEGEND_LEFT + LEGEND_WIDTH
# Comes with matplotlib, so that a page looks the same on every machine; holds U+202F.
FACE: Final = "DejaVu Sans"
# From the base of a line to the middle of its tall letters, in font sizes.
HALF_HEIGHT: Final = 0.38
_MEASURED_AT: Final = 100
# Line spacing in font sizes.
LEADING: Final = 1.22

_lock = threading.RLock()


@contextmanager
def drawing_lock() -> Iterator[None]:
    """Hold matplotlib for one page: fonts embedded as outlines that keep their text."""
    # Without hinting a text is as wide as its halo and as the width measured here.
    wanted: Any = {"pdf.fonttype": 42, "pdf.compression": 6, "text.hinting": "none"}
    with _lock, mpl.rc_context(wanted):
        yield


@functools.cache
def font(size: float, *, bold: bool = False, italic: bool = False) -> FontProperties:
    """The one face in a size [pt]."""
    return FontProperties(
        family=FACE, size=size, weight="bold" if bold else "normal", style="italic" if italic else "normal"
    )


@functools.cache
def _glyphs() -> frozenset[int]:
    return frozenset(FT2Font(findfont(font(10))).get_charmap())


def drawable(text: str) -> str:
    """``text`` on one line, without what the face has no sign for: a name of any script must not stop a page.

    >>> drawable("Gao 𓀀")
    'Gao �'
    """
    # Spaces that bind (before : ; ? ! », inside a number) are none that may be broken or widened.
    plain = unbroken(re.sub(r"[^\S\u202f\u00a0]+", " ", text).strip(" "))
    return "".join(letter if ord(letter) in _glyphs() else "\ufffd" for letter in plain)


@functools.cache
def _measured(bold: bool, italic: bool) -> FT2Font:
    face = FT2Font(findfont(font(10, bold=bold, italic=italic)))
    face.set_size(_MEASURED_AT, 72)
    return face


@functools.cache
def _advance(letter: str, bold: bool, italic: bool) -> float:
    """Width of a letter with the room after it, in font sizes."""
    glyph = _measured(bold, italic).load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / _MEASURED_AT


def width_mm(text: str, size: float, *, bold: bool = False, italic: bool = False) -> float:
    """Width of a line of text [mm], kerning left out: a hair too wide, never too narrow."""
    return sum(_advance(letter, bold, italic) for letter in text) * size * MM_PER_POINT


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """``text`` in lines of at most ``width`` [mm]; a word that is wider than that is cut."""
    lines: list[str] = []
    line = ""
    for word in drawable(text).split(" "):
        longer = f"{line} {word}" if line else word
        if width_mm(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width_mm(line, size, bold=bold) > width:
            cut = _fitting(line, size, width, bold=bold)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line else lines


def _fitting(word: str, size: float, width: float, *, bold: bool) -> int:
    kept = len(word)
    while kept > 1 and width_mm(word[:kept], size, bold=bold) > width:
        kept -= 1
    return kept


def shortened(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """``text`` on one line of at most ``width`` [mm], its end as ``…`` where it was cut."""
    lines = wrapped(text, size, width, bold=bold)
    if len(lines) < 2:
        return lines[0] if lines else ""
    first = lines[0]
    while first and width_mm(first + "…", size, bold=bold) > width:
        first = first[:-1]
    return first.rstrip() + "…"


def line_mm(size: float) -> float:
    """Height of a line of text [mm]."""
    return size * LEADING * MM_PER_POINT


class Line(Text):
    """One line of text from its left end at its base: drawn without a layout, in half the time."""

    def draw(self, renderer: Any) -> None:
        """Draw the line with its clip, nothing else: it has no box, no angle, no effects."""
        if not (self.get_visible() and self.get_text()):
            return
        x, y = self.get_transform().transform(self.get_position())
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        context = renderer.new_gc()
        context.set_foreground(self.get_color())
        context.set_clip_rectangle(self.get_clip_box())
        context.set_clip_path(self.get_clip_path())
        renderer.draw_text(context, x, y, self.get_text(), self.get_fontproperties(), 0, mtext=self)
        context.restore()


class Sheet:
    """A page: a figure and its millimetres, from the lower left corner."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(PIXELS[0] / DPI, PIXELS[1] / DPI), dpi=DPI, facecolor=style.PAPER)
        FigureCanvasAgg(self.figure)
        # Map and legend on this page: left, bottom, width, height [mm]; what a slide shows of it.
        self.picture: tuple[float, float, float, float] = (0.0, 0.0, WIDTH_MM, HEIGHT_MM)
        self.lines: list[Line] = []
        self.millimetres: Transform = Affine2D().scale(1 / MM_PER_INCH) + self.figure.dpi_scale_trans

    def write(
        self,
        text: str,
        x: float,
        y: float,
        *,
        size: float = 8,
        bold: bool = False,
        colour: str = style.INK,
        align: str = "left",
        base: str = "baseline",
    ) -> None:
        """One line of text with its base at ``y`` [mm]; a ``$`` in it is a dollar, not mathematics."""
        said = drawable(text)
        x -= width_mm(said, size, bold=bold) * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        y -= HALF_HEIGHT * size * MM_PER_POINT if base == "center_baseline" else 0.0
        prop = font(size, bold=bold)
        line = Line(x, y, said, color=colour, fontproperties=prop, transform=self.millimetres)
        self.lines.append(line)
        self.figure.add_artist(line)

    def box(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        """A rectangle with its lower left corner at (x, y) [mm]."""
        self.figure.add_artist(Rectangle((x, y), width, height, transform=self.millimetres, **look))

    def path(self, path: Path, **look: Any) -> None:
        """An outline whose vertices are millimetres of the page."""
        self.figure.add_artist(PathPatch(path, transform=self.millimetres, **look))

    def axes(self, x: float, y: float, width: float, height: float) -> Any:
        """Axes without ticks that fill a box of the page [mm]."""
        share = (x / WIDTH_MM, y / HEIGHT_MM, width / WIDTH_MM, height / HEIGHT_MM)
        made = self.figure.add_axes(share)
        made.set(xticks=[], yticks=[])
        for spine in made.spines.values():
            spine.set(edgecolor=style.RULE, linewidth=0.6)
        return made

    def pdf(self, *, title: str, day: date) -> bytes:
        """The page as a PDF with its fonts."""
        return self._saved("pdf", metadata=_about(title, day))

    def png(self) -> bytes:
        """The page as a picture of 1754 x 1240 pixels."""
        return self._saved("png", dpi=DPI, metadata={"Software": "Couverture"})

    def map_png(self, *, dpi: int) -> bytes:
        """Map and legend of the page alone, as a picture."""
        left, bottom, width, height = self.picture
        # What lies beside is not drawn: half of the time goes into footers that nobody would see.
        beside = [each for each in self.lines if not bottom <= each.get_position()[1] <= bottom + height]
        for text in beside:
            text.set_visible(False)
        try:
            pixels = self._saved("rgba", dpi=dpi)
        finally:
            for text in beside:
                text.set_visible(True)
        size = (int(PIXELS[0] / DPI * dpi), int(PIXELS[1] / DPI * dpi))
        whole = Image.frombytes("RGBA", size, pixels).convert("RGB")
        per_mm = dpi / MM_PER_INCH
        top = size[1] - (bottom + height) * per_mm
        edges = (left * per_mm, top, (left + width) * per_mm, top + height * per_mm)
        west, north, east, south = (round(edge) for edge in edges)
        target = io.BytesIO()
        whole.crop((west, north, east, south)).save(target, format="PNG")
        return target.getvalue()

    def _saved(self, form: str, **options: Any) -> bytes:
        target = io.BytesIO()
        self.figure.savefig(target, format=form, **options)
        return target.getvalue()


def bound(
    sheets: Sequence[Sheet], *, title: str, day: date, progress: Callable[[int, int], None] | None = None
) -> bytes:
    """Return sheets as one PDF that embeds each font once.

    Parameters
    ----------
    progress : callable, optional
        Told after each page how many are written, and how many there are.
    """
    target = io.BytesIO()
    with PdfPages(target, metadata=_about(title, day)) as pages:
        for place, sheet in enumerate(sheets, 1):
            sheet.figure.savefig(pages, format="pdf")
            if progress is not None:
                progress(place, len(sheets))
    return target.getvalue()


def _about(title: str, day: date) -> dict[str, Any]:
    made = datetime.combine(day, time())
    return {"Title": title, "Creator": "Couverture", "Producer": "Couverture", "CreationDate": made}
