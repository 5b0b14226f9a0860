"""Which labels a map shows at which zoom, so that none covers another.

Worked out once, when the base map is built: the browser only compares a
label's first zoom with its own. Widths are estimated; the halo and the margin
taken here cover what the estimate misses.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Zooms labels are placed for; the map stops at 13.
ZOOMS: Final = tuple(range(4, 14))
# The map stops between two whole zooms at each quarter.
_SUBZOOMS: Final = 4
# Height of the text by kind [px]; 12 is the least a map label may have.
TEXT_SIZE: Final = {"country": 13, "capital": 13, "region": 13, "area": 13}
DEFAULT_TEXT_SIZE: Final = 12
# Kinds that mark a place by a dot beside the text.
DOTTED: Final = frozenset({"capital", "region", "cercle", "town"})
DOT_RADIUS: Final = 3  # [px]
HALO: Final = 2  # [px]

# Zoom from which a label is wanted, by kind; the order is that of their weight.
LABEL_ZOOM: Final = {
    "country": 4,
    "capital": 4,
    "region": 5,
    "area": 6,
    "cercle": 6,
    "river": 6,
    "lake": 8,
    "town": 7,
    "commune": 9,
}

_NARROW: Final = frozenset("ijlt.,;:'’-I|! ")
_WIDE: Final = frozenset("mwMW")

Floats = NDArray[np.float64]


def text_width(text: str, *, size: float) -> float:
    """Width of ``text`` in a sans serif of ``size`` px, estimated from its letters [px].

    Rather too wide than too narrow: Source Sans measures about 5 % less.

    >>> text_width("Gao", size=12) < text_width("Gourma-Rharous", size=12)
    True
    """
    share = sum(
        0.34 if letter in _NARROW else 0.9 if letter in _WIDE else 0.68 if letter.isupper() else 0.56
        for letter in text
    )
    return share * size


def pixels(lon: Floats, lat: Floats, *, zoom: float) -> Floats:
    """Web Mercator pixels of positions at a zoom, x to the right and y down, shape (n, 2).

    >>> pixels(np.array([0.0]), np.array([0.0]), zoom=0).tolist()
    [[128.0, 128.0]]
    """
    world = 256 * 2**zoom
    sine = np.sin(np.radians(lat))
    x = (np.asarray(lon) + 180) / 360
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    return np.column_stack([x * world, y * world])


def label_box(width: float, *, size: float, anchor: str, dotted: bool) -> tuple[float, float, float, float]:
    """Box of a label about its position: left, top, right, bottom [px], halo included.

    ``anchor`` says on which side of the position the text stands: ``right``,
    ``left``, ``top``, ``bottom`` or ``center``.
    """
    gap = DOT_RADIUS + 2 if dotted else 0
    half = size * 0.62
    left, top = {
        "right": (gap, -half),
        "left": (-gap - width, -half),
        "top": (-width / 2, -gap - 2 * half),
        "bottom": (-width / 2, gap),
        "center": (-width / 2, -half),
    }[anchor]
    return (left - HALO, top - HALO, left + width + HALO, top + 2 * half + HALO)


def place_labels(labels: pd.DataFrame, *, zooms: Sequence[int] = ZOOMS) -> pd.DataFrame:
    """Find for each label the first zoom at which it fits, and the side its text stands on.

    Greedy, in the order of ``rank``: at each zoom labels already shown stay,
    then the others are tried, towns and lakes on several sides.

    Parameters
    ----------
    labels : DataFrame
        ``name_fr, name_en, lon, lat, kind, rank, first_zoom, last_zoom``; not wanted outside of
        ``first_zoom`` to ``last_zoom``. The wider of both names is given room.
    zooms : sequence of int
        Whole zooms, rising; room is reckoned at the quarters between them too.

    Returns
    -------
    DataFrame
        The rows that find room, in the order of rank, with ``min_zoom``, ``max_zoom`` and ``anchor``.
    """
    ordered = labels.sort_values("rank", kind="stable").reset_index(drop=True)
    boxes = _candidate_boxes(ordered)
    chosen: dict[int, tuple[int, str]] = {}
    lon, lat = ordered["lon"].to_numpy(dtype=float), ordered["lat"].to_numpy(dtype=float)
    steps = np.arange(zooms[0] * _SUBZOOMS, zooms[-1] * _SUBZOOMS + 1) / _SUBZOOMS
    positions = np.array([pixels(lon, lat, zoom=zoom) for zoom in steps])
    for zoom in zooms:
        wanted = (ordered["first_zoom"] <= zoom) & (zoom <= ordered["last_zoom"])
        _place_at(np.flatnonzero(wanted), boxes, positions[steps >= zoom], chosen, zoom)
    rows = sorted(chosen)
    placed = ordered.loc[rows].assign(
        min_zoom=[chosen[row][0] for row in rows],
        max_zoom=ordered.loc[rows, "last_zoom"],
        anchor=[chosen[row][1] for row in rows],
    )
    return placed.drop(columns=["first_zoom", "last_zoom"]).reset_index(drop=True)


def boxes_at(placed: pd.DataFrame, *, zoom: float) -> pd.DataFrame:
    """Boxes of the labels shown at a zoom: ``label, left, top, right, bottom`` [px], dots included.

    Parameters
    ----------
    placed : DataFrame
        Of :func:`place_labels`.
    zoom : float
        Between two whole zooms the labels of the lower one are shown.

    Returns
    -------
    DataFrame
        One or two rows a label: its text, and its dot where its kind has one.
    """
    shown = placed[(placed["min_zoom"] <= zoom) & (np.floor(zoom) <= placed["max_zoom"])]
    at = pixels(shown["lon"].to_numpy(), shown["lat"].to_numpy(), zoom=zoom)
    rows: list[tuple[float, ...]] = []
    for position, (x, y), label in zip(shown.index, at, shown.itertuples(), strict=True):
        box = _text_box(str(label.name_fr), str(label.name_en), str(label.kind), str(label.anchor))
        both = [box, _dot_box()] if label.kind in DOTTED else [box]
        rows += [(position, left + x, top + y, right + x, bottom + y) for left, top, right, bottom in both]
    return pd.DataFrame(rows, columns=["label", "left", "top", "right", "bottom"])


def _text_box(name_fr: str, name_en: str, kind: str, anchor: str) -> tuple[float, float, float, float]:
    size = TEXT_SIZE.get(kind, DEFAULT_TEXT_SIZE)
    width = max(text_width(name, size=size) for name in (name_fr, name_en))
    return label_box(width, size=size, anchor=anchor, dotted=kind in DOTTED)


def _dot_box() -> tuple[float, float, float, float]:
    reach = DOT_RADIUS + HALO
    return (-reach, -reach, reach, reach)


def _candidate_boxes(labels: pd.DataFrame) -> list[list[tuple[str, Floats]]]:
    """For each label its possible anchors, each with its boxes (1 or 2, 4)."""
    found = []
    for label in labels.itertuples():
        dotted = label.kind in DOTTED
        beside = ("right", "left", "top", "bottom")
        # A lake's name may stand beside its middle; a river's or a country's place is a choice already.
        anchors = beside if dotted else ("center", *beside) if label.kind == "lake" else ("center",)
        names = (str(label.name_fr), str(label.name_en), str(label.kind))
        dot = [_dot_box()] if dotted else []
        found.append([(anchor, np.array([_text_box(*names, anchor), *dot])) for anchor in anchors])
    return found


def _place_at(
    wanted: NDArray[np.intp],
    boxes: list[list[tuple[str, Floats]]],
    positions: Floats,
    chosen: dict[int, tuple[int, str]],
    zoom: int,
) -> None:
    """Add to ``chosen`` what finds room at a zoom, beside what is shown there already.

    ``positions`` (zooms, labels, 2) holds this zoom and the steps above it: as a
    label once shown stays, it must not meet another on the way in either,
    which the texts of two dots a few pixels apart can do.
    """
    pending = [int(row) for row in wanted if row not in chosen]
    shown = [int(row) for row in wanted if row in chosen]
    taken = [_moved(dict(boxes[row])[chosen[row][1]], positions[:, row]) for row in shown]
    for row in pending:
        for anchor, own in boxes[row]:
            candidate = _moved(own, positions[:, row])
            if not taken or not _overlaps(candidate, np.concatenate(taken, axis=1)):
                chosen[row] = (zoom, anchor)
                taken.append(candidate)
                break


def _moved(boxes: Floats, positions: Floats) -> Floats:
    """Boxes (m, 4) at each of the positions (zooms, 2), shape (zooms, m, 4)."""
    return np.asarray(boxes[None] + np.tile(positions, 2)[:, None], dtype=float)


def _overlaps(ones: Floats, others: Floats) -> bool:
    """Whether any of the boxes (zooms, m, 4) meets one of the others (zooms, n, 4) at the same zoom."""
    one, other = ones[:, :, None], others[:, None]
    apart = (
        (one[..., 2] <= other[..., 0])
        | (other[..., 2] <= one[..., 0])
        | (one[..., 3] <= other[..., 1])
        | (other[..., 3] <= one[..., 1])
    )
    return not bool(apart.all())
