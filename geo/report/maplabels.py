"""Names on the printed map: none covers another, and their text stays text in a PDF."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

from geo.basemap import Basemap
from geo.i18n import language
from geo.labels import DOTTED
from geo.report import style
from geo.report.canvas import HALF_HEIGHT, MM_PER_POINT, Line, drawable, font, line_mm, width_mm
from geo.report.drawing import Unit
from geo.report.window import Place, Window

LABEL_SIZE: Final = 6.5  # [pt]
# A label of the base map is 12 px on a screen: so many pixels make a millimetre of this page.
_PX_PER_MM: Final = 12 / (LABEL_SIZE * MM_PER_POINT)
_WATER_KINDS: Final = ("river", "lake", "area")
_HEAVY_KINDS: Final = ("country", "capital", "region")
_DOT_MM: Final = 0.5
_ANCHORS: Final = ("right", "left", "top", "bottom")


@dataclass(frozen=True)
class Label:
    """Lines of text at a position; a dotted one stands beside its dot, one said ``once`` is not repeated."""

    words: tuple[str, ...]
    lon: float
    lat: float
    anchor: str = "center"
    dotted: bool = False
    bold: bool = False
    italic: bool = False
    once: bool = False
    colour: str = style.INK


def unit_labels(rows: pd.DataFrame, units: Mapping[str, Unit]) -> list[Label]:
    """Name and value of each unit, the smallest first: a large one has room elsewhere."""
    found = []
    for pcode, words, klass in rows[["pcode", "words", "klass"]].itertuples(index=False, name=None):
        if pcode in units:
            lon, lat = units[pcode].label
            # A pattern says by itself that there is no number; a 0 is drawn already.
            silent = klass in ("zero", "none_reported")
            lines = (units[pcode].name,) if silent else (units[pcode].name, words)
            found.append((units[pcode].shape.area, Label(lines, lon, lat, bold=True)))
    return [label for _area, label in sorted(found, key=lambda each: each[0])]


def base_labels(on: Window, basemap: Basemap) -> list[Label]:
    """Labels that a screen of this scale would show, the weightiest first."""
    zoom = int(np.clip(round(np.log2(on.mm_per_lon * _PX_PER_MM * 360 / 256)) + 1, 4, 13))
    labels = basemap.labels
    fits = labels[(labels["min_zoom"] <= zoom) & (labels["max_zoom"] >= zoom)].sort_values("rank")
    name = f"name_{language()}"
    columns = [name, "lon", "lat", "kind", "anchor"]
    found = []
    for words, lon, lat, kind, anchor in fits[columns].itertuples(index=False, name=None):
        if not on.sees(lon, lat):
            continue
        water = kind in _WATER_KINDS
        colour = style.WATER_INK if water else style.MUTED if kind in ("country", "commune") else style.INK
        found.append(
            Label(
                (words,),
                lon,
                lat,
                anchor,
                dotted=kind in DOTTED,
                bold=kind in _HEAVY_KINDS,
                italic=water,
                once=kind == "country",
                colour=colour,
            )
        )
    return found


def place_labels(on: Window, labels: Sequence[Label], taken: list[Place]) -> set[str]:
    """Draw each label where it covers nothing in ``taken``, on the first side that has room; else not at all.

    What is placed is added to ``taken``; its names are returned.
    """
    placed: set[str] = set()
    for label in labels:
        if label.once and label.words[0] in placed:
            continue
        sides = (label.anchor, *_ANCHORS) if label.dotted else (label.anchor, "bottom", "top")
        for side in sides:
            box = _label_box(on, label, side)
            if _inside(on, box) and not any(_meet(box, other) for other in taken):
                taken.append(box)
                placed.add(label.words[0])
                _draw_label(on, label, box)
                break
    return placed


def _label_box(on: Window, label: Label, side: str) -> Place:
    x, y = on.place(label.lon, label.lat)
    width = max(
        width_mm(drawable(words), LABEL_SIZE, bold=label.bold, italic=label.italic) for words in label.words
    )
    height = line_mm(LABEL_SIZE) * len(label.words)
    gap = _DOT_MM + 0.5 if label.dotted else 1.7
    left = {"right": x + gap, "left": x - gap - width}.get(side, x - width / 2)
    low = {"top": y + gap, "bottom": y - gap - height}.get(side, y - height / 2)
    return left, low, left + width, low + height


def _inside(on: Window, box: Place) -> bool:
    west, south, east, north = on.box
    width, height = (east - west) * on.mm_per_lon, (north - south) * on.mm_per_lat
    return box[0] > 0.5 and box[1] > 0.5 and box[2] < width - 0.5 and box[3] < height - 0.5


def _meet(one: Place, other: Place) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def _draw_label(on: Window, label: Label, box: Place) -> None:
    left, _low, right, high = box
    lon = on.box[0] + (left + right) / 2 / on.mm_per_lon
    for place, words in enumerate(label.words):
        middle = high - line_mm(LABEL_SIZE) * (place + 0.5)
        at = (lon, on.box[1] + middle / on.mm_per_lat)
        write(on, words, at, size=LABEL_SIZE, bold=label.bold, italic=label.italic, colour=label.colour)
    if label.dotted:
        look: dict[str, Any] = {
            "markersize": 2.4,
            "color": style.INK,
            "markeredgecolor": style.PAPER,
            "markeredgewidth": 0.5,
        }
        on.axes.plot([label.lon], [label.lat], marker="o", zorder=7, **look)


def write(
    on: Window,
    words: str,
    at: tuple[float, float],
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    colour: str = style.INK,
) -> None:
    """Text about a position, its halo kept for :func:`draw_halos`: a text with an effect is none in a PDF."""
    line, prop = drawable(words), font(size, bold=bold, italic=italic)
    lon = at[0] - width_mm(line, size, bold=bold, italic=italic) / 2 / on.mm_per_lon
    lat = at[1] - HALF_HEIGHT * size * MM_PER_POINT / on.mm_per_lat
    outline = _outline(line, size, bold, italic)
    if len(outline):
        corners = np.asarray(outline.vertices, dtype=float) * MM_PER_POINT
        letters = corners / (on.mm_per_lon, on.mm_per_lat) + (lon, lat)
        on.halos.append(Path(letters, outline.codes))
    text = Line(lon, lat, line, color=colour, fontproperties=prop, transform=on.axes.transData, zorder=8)
    text.set_clip_path(on.axes.patch)
    on.axes.add_artist(text)


@functools.lru_cache(maxsize=4096)
def _outline(line: str, size: float, bold: bool, italic: bool) -> Path:
    """Outline of a line of text from its base [pt]; the same names stand on every page of an atlas."""
    corners, codes = text_to_path.get_text_path(font(size, bold=bold, italic=italic), line)
    return Path(np.asarray(corners).reshape(-1, 2) * (size / text_to_path.FONT_SCALE), codes)


def draw_halos(on: Window) -> None:
    """Draw the halos of all texts at once, under them: one shape is ten times faster than one each."""
    if not on.halos:
        return
    look = {"facecolor": style.PAPER, "edgecolor": style.PAPER, "linewidth": 1.8, "joinstyle": "round"}
    halos = PathPatch(Path.make_compound_path(*on.halos), zorder=6.9, **look)
    on.axes.add_artist(halos)
