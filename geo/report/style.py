"""How classes, lines and water look on paper; the colours of the classes are those of :mod:`geo.classify`."""

from dataclasses import dataclass
from typing import Any, Final

from matplotlib.colors import to_hex, to_rgb

from geo import needmap
from geo.classify import RINGS, STYLES

INK: Final = "#1F2A30"
MUTED: Final = "#55636B"
WARNING: Final = "#A84A12"
PAPER: Final = "#FFFFFF"
RULE: Final = "#D5D0C8"
# Regions that are not drawn as units, and the edge of a swatch.
OUTLINE_FILL: Final = "#F7F5F2"
SWATCH_EDGE: Final = "#8A8F92"

WATER: Final = "#BCD7E3"
WATER_EDGE: Final = "#9CC3D3"
WATER_INK: Final = "#2F6F8A"
# Width by kind of river [pt].
RIVERS: Final = {"river": 1.3, "branch": 0.8, "canal": 0.5, "seasonal": 0.4}

# Units outside the area asked keep their class, paler.
CONTEXT_SHARE: Final = 0.45
HATCH_WIDTH: Final = 0.5  # [pt]
# A fill whose red, green and blue together are less takes white letters.
_DARK: Final = 1.4


# Classes of coverage and of need; those that both have (unknown, not applicable) look the same in both.
_STYLES: Final = {**needmap.STYLES, **STYLES}


@dataclass(frozen=True)
class Pattern:
    """Lines over a ground: what is not a number is told apart without colour."""

    hatch: str
    ground: str
    ink: str


PATTERNS: Final = {
    "hatch": Pattern("////", "#F4F5F5", "#9AA5AB"),
    "cross": Pattern("xxx", "#FFFFFF", "#55636B"),
    # Withheld from the public: neither lines (not known) nor a colour (a number).
    "dots": Pattern("...", "#F1ECF4", "#5B4A6B"),
    # Met or unmet, not known which: lines of each colour, see `overlay`.
    "split": Pattern("////", "#FFFFFF", "#0B4F6C"),
}
_OVERLAYS: Final = {"split": ("\\\\\\\\", "#C2571A")}


@dataclass(frozen=True)
class Line:
    """Colour and width [pt] of a border, its dashes in points, none for a solid one."""

    colour: str
    width: float
    dashes: tuple[float, ...] = ()

    def arguments(self, *, dashed: bool = False) -> dict[str, Any]:
        """For a collection of lines; an indicative border is dashed and never thinner than 0.5 pt."""
        width = max(self.width, 0.5) if dashed else self.width
        dashes = INDICATIVE_DASHES if dashed else self.dashes
        # Dashes are given in line widths there, in points here.
        style: Any = (0, tuple(length / width for length in dashes)) if dashes else "solid"
        return {"colors": self.colour, "linewidths": width, "linestyles": style}


INDICATIVE_DASHES: Final = (2.6, 1.9)
LINES: Final = {
    "commune": Line("#8A8F92", 0.35),
    "cercle": Line("#55636B", 0.8),
    "region": Line("#1F2A30", 1.3),
    "region_2023": Line("#1F2A30", 1.3),
    "country": Line("#1F2A30", 1.6, (8, 2.5, 1.5, 2.5)),
}
NEIGHBOURS: Final = Line("#55636B", 0.8, (6, 2.5, 1.2, 2.5))


def pale(colour: str) -> str:
    """A colour as context, mixed with white: nothing on paper is transparent.

    >>> pale("#000000")
    '#8c8c8c'
    """
    red, green, blue = (CONTEXT_SHARE * part + (1 - CONTEXT_SHARE) for part in to_rgb(colour))
    return str(to_hex((red, green, blue)))


def fill(klass: str, *, context: bool = False) -> dict[str, Any]:
    """Face, hatch and no edge of a class, as keywords of a patch."""
    look = _STYLES[klass]
    pattern = PATTERNS.get(look)
    ground, ink = (pattern.ground, pattern.ink) if pattern else (look, look)
    if context:
        ground, ink = pale(ground), pale(ink)
    wanted = {"facecolor": ground, "edgecolor": "none", "linewidth": 0}
    if pattern:
        wanted |= {"hatch": pattern.hatch, "hatchcolor": ink, "hatch_linewidth": HATCH_WIDTH}
    return wanted


def overlay(klass: str, *, context: bool = False) -> dict[str, Any] | None:
    """Second lines of a class that has two colours, as keywords of a patch; None for every other."""
    if _STYLES[klass] not in _OVERLAYS:
        return None
    hatch, ink = _OVERLAYS[_STYLES[klass]]
    look = {"facecolor": "none", "edgecolor": "none", "linewidth": 0, "hatch": hatch}
    return look | {"hatchcolor": pale(ink) if context else ink, "hatch_linewidth": HATCH_WIDTH}


def ink_on(klass: str) -> str:
    """Colour of a letter written on a class: white where the class is dark."""
    look = _STYLES[klass]
    return PAPER if look.startswith("#") and sum(to_rgb(look)) < _DARK else INK


def ring(klass: str, *, context: bool = False) -> str:
    """Colour of a ring."""
    return pale(RINGS[klass]) if context else RINGS[klass]
