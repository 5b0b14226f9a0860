"""Which units share a border."""

import shapely

from geo.boundaries import Boundaries
from geo.settings import PCODE_COLUMN

# The layers of two countries overlap or leave gaps along the border they share: units of
# different countries are neighbours when they come this near [degree], about half a kilometre.
BORDER_GAP = 0.005


def neighbours(boundaries: Boundaries, level: str) -> dict[str, tuple[str, ...]]:
    """Neighbours of every unit of a level, in P-code order.

    Units of one country are neighbours when they share a line, not a corner alone.

    Returns
    -------
    dict
        P-code to the P-codes of its neighbours; empty for an island.
    """
    units = boundaries.level(level)
    codes = units[PCODE_COLUMN[level]].to_numpy()
    country = units["country"].to_numpy()
    shapes = units.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=BORDER_GAP)
    apart = one < other
    one, other = one[apart], other[apart]
    same = country[one] == country[other]
    # Only the pairs of one country are asked for their common line; the others' edges never coincide.
    common = shapely.intersection(shapes[one[same]], shapes[other[same]])
    touching = ~same
    touching[same] = shapely.length(common) > 0
    found: dict[str, set[str]] = {str(code): set() for code in codes}
    for first, second in zip(codes[one[touching]], codes[other[touching]], strict=True):
        found[str(first)].add(str(second))
        found[str(second)].add(str(first))
    return {code: tuple(sorted(beside)) for code, beside in found.items()}
