"""Activities by quarter as bars: what is certain filled, what the dates leave open hatched above it."""

from html import escape
from typing import Final

import pandas as pd

from geo.i18n import number
from geo.partnerwords import quarter

_BAR: Final = 30
_GAP: Final = 14
_HEIGHT: Final = 140
_TOP: Final = 20
_BOTTOM: Final = 24
_LEFT: Final = 8


def bars(quarters: pd.DataFrame, *, label: str) -> str:
    """Return an SVG of one bar a quarter, the figure above it; ``""`` without a quarter.

    Parameters
    ----------
    quarters : DataFrame
        ``year, quarter, active, possible``, one row a quarter, in order.
    label : str
        What the picture is called for who does not see it.
    """
    if quarters.empty:
        return ""
    greatest = max(1, int((quarters["active"] + quarters["possible"]).max()))
    step = _BAR + _GAP
    width = _LEFT * 2 + step * len(quarters)
    drawn = [
        _bar(place, row, greatest)
        for place, row in enumerate(
            quarters[["year", "quarter", "active", "possible"]].itertuples(index=False, name=None)
        )
    ]
    base = _TOP + _HEIGHT
    pattern = (
        "<defs><pattern id='open' width='6' height='6' patternUnits='userSpaceOnUse' "
        "patternTransform='rotate(45)'><rect width='6' height='6' fill='#fff'/>"
        "<path d='M0,0 V6' stroke='#0B4F6C' stroke-width='3'/></pattern></defs>"
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{base + _BOTTOM}' "
        f"viewBox='0 0 {width} {base + _BOTTOM}' role='img' aria-label='{escape(label, quote=True)}' "
        f"font-family='Source Sans, sans-serif' font-size='12' fill='#1F2A30'>{pattern}"
        f"<path d='M0,{base} H{width}' stroke='#55636B'/>{''.join(drawn)}</svg>"
    )


def _bar(place: int, row: tuple[int, int, int, int], greatest: int) -> str:
    year, part, active, possible = row
    x, base = _LEFT + place * (_BAR + _GAP), _TOP + _HEIGHT
    sure, maybe = _HEIGHT * active / greatest, _HEIGHT * possible / greatest
    told = f"{number(active)}+{number(possible)}" if possible else number(active)
    place_of_text = f"x='{x + _BAR / 2:g}' y='{base - sure - maybe - 4:.1f}' text-anchor='middle'"
    text = f"<text {place_of_text}>{escape(told)}</text>" if active or possible else ""
    # The year stands under its first quarter, or under the first bar.
    under = str(year) if part == 1 or place == 0 else ""
    return (
        f"<rect x='{x}' y='{base - sure:.1f}' width='{_BAR}' height='{sure:.1f}' fill='#0B4F6C'>"
        f"<title>{escape(quarter(year, part))}</title></rect>"
        f"<rect x='{x}' y='{base - sure - maybe:.1f}' width='{_BAR}' height='{maybe:.1f}' fill='url(#open)' "
        f"stroke='#0B4F6C' stroke-width='{1 if possible else 0}'/>{text}"
        f"<text x='{x}' y='{base + 16}'>{under}</text>"
    )
