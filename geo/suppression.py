"""Small numbers withheld, and with them what would give them back by subtraction.

A reader who adds and subtracts what is shown must not learn a withheld number.
Everything shown is a sum of parts (what records say of one set of places), so
what a reader knows is a set of equations over whole numbers that are not
negative. A figure of 1 to ``threshold`` - 1 is withheld; then, one withheld
figure after the other, the further cells that hold least are withheld until
the figure could be larger by ``threshold`` - 1 with everything else that is
shown staying the same. The choice of cells is the linear programme of Kelly,
Golden and Assad (*Cell suppression: disclosure protection for sensitive tabular
data*, Networks 22, 1992). The rule in words: docs/public.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, sparse

# Numbers of 1 up to this one less are withheld in the public mode; a practice of statistical offices.
SMALL_NUMBER: Final = 3
# State of a withheld value: its own beside the six of geo.coverage.STATES.
WITHHELD: Final = "withheld"
# A figure that no page shows, but that a subtraction could give.
NOT_SHOWN: Final = -1
# Sums of whole numbers in floating point: what is closer than this is the same.
_SAME: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Sums:
    """Figures as sums of the parts that no reader sees.

    Attributes
    ----------
    parts : array of float, shape (parts,)
        What records say of one set of places each; not negative.
    made_of : sparse array, shape (figures, parts)
        How often each part counts in each figure.
    cell : array of int, shape (figures,)
        The cell that shows each figure (a cell may show two: least and most), or
        :data:`NOT_SHOWN` for a figure that only a subtraction gives.
    cells : tuple of hashable
        Names of the cells.
    """

    parts: np.ndarray
    made_of: sparse.csr_array
    cell: np.ndarray
    cells: tuple[object, ...]

    @property
    def figures(self) -> np.ndarray:
        """Value of each figure."""
        return self.made_of @ self.parts


def small(values: np.ndarray, threshold: int) -> np.ndarray:
    """Which values are small numbers: above 0 and under ``threshold``. Zero is not one.

    >>> small(np.array([0, 1, 2, 3]), 3).tolist()
    [False, True, True, False]
    """
    return (values > _SAME) & (values < threshold - _SAME)


def suppressed(
    sums: Sums, *, threshold: int = SMALL_NUMBER, also: Sequence[object] = ()
) -> frozenset[object]:
    """Return the cells that are not to be shown.

    Parameters
    ----------
    threshold : int
        Numbers of 1 up to ``threshold`` - 1 are withheld; 1 or less withholds none.
    also : sequence
        Cells to withhold whatever they hold (another figure of the same place is withheld).

    Returns
    -------
    frozenset
        Names out of ``sums.cells``: always the same for the same sums.

    Raises
    ------
    ValueError
        If a small number cannot be protected, which no table of sums of parts should allow.
    """
    values = sums.figures
    hidden = np.isin(np.arange(len(sums.cells)), _numbers(sums, also))
    primary = small(values, threshold)
    hidden[sums.cell[primary & (sums.cell != NOT_SHOWN)]] = True
    reach = np.zeros(len(values))
    wanted = np.where(primary, threshold - 1.0, 0.0)
    while len(open_ := np.flatnonzero(_wanted(sums, wanted, hidden, values) - reach > _SAME)):
        # The smallest first: what protects it protects many others.
        figure = min(open_, key=lambda place: (-wanted[place], values[place], place))
        step = _cheapest_step(sums, int(figure), max(wanted[figure], 1.0), hidden)
        moved = sums.made_of @ step
        changed = np.abs(moved) > _SAME
        hidden[sums.cell[changed & (sums.cell != NOT_SHOWN)]] = True
        reach = np.maximum(reach, np.abs(moved))
    return frozenset(name for name, is_hidden in zip(sums.cells, hidden, strict=True) if is_hidden)


def _numbers(sums: Sums, names: Sequence[object]) -> list[int]:
    place = {name: number for number, name in enumerate(sums.cells)}
    return [place[name] for name in names if name in place]


def _wanted(sums: Sums, wanted: np.ndarray, hidden: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How far each figure must be able to move: a withheld one by 1 at least, so that it is not known."""
    shown_by = np.where(sums.cell == NOT_SHOWN, 0, sums.cell)
    withheld = hidden[shown_by] & (sums.cell != NOT_SHOWN) & (values > _SAME)
    return np.maximum(wanted, np.where(withheld, 1.0, 0.0))


def _cheapest_step(sums: Sums, figure: int, distance: float, hidden: np.ndarray) -> np.ndarray:
    """Return the change of the parts that raises a figure by ``distance`` and costs least."""
    parts, values = len(sums.parts), sums.figures
    shown = (sums.cell != NOT_SHOWN) & ~hidden[np.where(sums.cell == NOT_SHOWN, 0, sums.cell)]
    places = np.flatnonzero(shown)
    # What holds least goes first: a commune before its cercle, and totals of large areas stay.
    weights = 1.0 + values[places]
    costs = np.concatenate([np.zeros(parts), weights])
    of_shown, one_each = sums.made_of[places], sparse.eye_array(len(places))
    above = sparse.hstack([of_shown, -one_each])
    below = sparse.hstack([-of_shown, -one_each])
    # Who knows that a withheld number is not zero takes 1 for its least.
    positive = np.flatnonzero((values >= 1.0) & (sums.cell != NOT_SHOWN))
    kept = sparse.hstack([-sums.made_of[positive], sparse.csr_array((len(positive), len(places)))])
    found = optimize.linprog(
        costs,
        A_ub=sparse.vstack([above, below, kept]).tocsr(),
        b_ub=np.concatenate([np.zeros(2 * len(places)), values[positive] - 1.0]),
        A_eq=sparse.hstack([sums.made_of[[figure]], sparse.csr_array((1, len(places)))]).tocsr(),
        b_eq=[distance],
        bounds=[*((-part, None) for part in sums.parts), *(((0.0, None),) * len(places))],
        method="highs",
    )
    if found.x is None:
        raise ValueError(f"figure {figure} cannot be protected: {found.message}")
    return found.x[:parts]


def ranges(sums: Sums, withheld: frozenset[object]) -> tuple[np.ndarray, np.ndarray]:
    """Least and most that each figure may be, for who knows every cell shown.

    Parameters
    ----------
    withheld : frozenset
        Names of the cells that are not shown; the others are known exactly.

    Returns
    -------
    (array, array)
        Bounds of each figure by linear programming; equal for what is known.
    """
    values = sums.figures
    hidden = np.array([name in withheld for name in sums.cells], dtype=bool)
    known = (sums.cell != NOT_SHOWN) & ~hidden[np.where(sums.cell == NOT_SHOWN, 0, sums.cell)]
    positive = np.flatnonzero((values >= 1.0) & (sums.cell != NOT_SHOWN) & ~known)
    least, most = values.copy(), values.copy()
    for figure in np.flatnonzero(~known):
        row = sums.made_of[[figure]].toarray()[0]
        for sign, ends in ((1.0, least), (-1.0, most)):
            found = optimize.linprog(
                sign * row,
                A_ub=-sums.made_of[positive] if len(positive) else None,
                b_ub=-np.ones(len(positive)) if len(positive) else None,
                A_eq=sums.made_of[known] if known.any() else None,
                b_eq=values[known] if known.any() else None,
                bounds=(0.0, None),
                method="highs",
            )
            ends[figure] = row @ found.x if found.status == 0 else np.inf
    return least, most
