"""How sure a rank is: figures and weights drawn at random, many times.

Ranks are uncertain because figures are: where a count is an interval, where
people are a projection, and because nobody's weights are the right ones.
:func:`rank_ranges` draws all three and reports in which ranks a commune ends up.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo.i18n import _, number, percent
from geo.ranking import PARTS

DRAWS: Final = 1000
SEED: Final = 20240229
# How far people may be from the projection, and weights from the ones chosen: assumptions, shown with
# the result. A projection eight years after its census easily misses a commune by a fifth.
POPULATION_SPREAD: Final = 0.2
WEIGHT_SPREAD: Final = 0.5
# Ranks within which nine draws of ten fall.
RANGE: Final = (5, 95)
# Draws worked on at once: small enough to stay in the processor's cache.
_CHUNK: Final = 50


@dataclass(frozen=True)
class Uncertainty:
    """What is drawn at random, and how often; shown with the result.

    ``population_spread``: people of each commune lie evenly within ± this share of their figure.
    ``weight_spread``: each weight lies evenly within ± this share of the one chosen.
    Where a count is an interval, every value of it is equally likely.
    """

    draws: int = DRAWS
    seed: int = SEED
    population_spread: float = POPULATION_SPREAD
    weight_spread: float = WEIGHT_SPREAD

    @property
    def words(self) -> str:
        """The assumptions in one line."""
        text = _(
            "{draws} tirages : population à ± {population} près, poids à ± {weights} près, "
            "intervalles à parts égales ; rang entre le 5e et le 95e centile."
        )
        return text.format(
            draws=number(self.draws),
            population=percent(self.population_spread, 0),
            weights=percent(self.weight_spread, 0),
        )


def rank_ranges(
    ranked: pd.DataFrame, *, worst: int = 20, uncertainty: Uncertainty | None = None
) -> pd.DataFrame:
    """In which ranks each commune ends up when figures and weights are drawn at random.

    Parameters
    ----------
    ranked : DataFrame
        From :func:`rank`: ``population_people, capacity_people, capacity_people_max,
        norm_by_place`` and its parts and weights.
    worst : int
        N of "among the worst N".

    Returns
    -------
    DataFrame
        ``pcode, rank_low, rank_high`` (5th and 95th percentile of the rank, 1 is worst) and
        ``probability_worst`` (share of draws in which the commune is among the worst N), in the order given.
    """
    model = uncertainty or Uncertainty()
    drawn = _drawn_ranks(ranked, model)
    ordered = np.sort(drawn, axis=0)
    low, high = (ordered[min(model.draws - 1, model.draws * each // 100)] for each in RANGE)
    return pd.DataFrame(
        {
            "pcode": ranked["pcode"].to_numpy(),
            "rank_low": low.astype(np.int64),
            "rank_high": high.astype(np.int64),
            "probability_worst": (drawn <= worst).mean(axis=0),
        }
    )


def _drawn_ranks(ranked: pd.DataFrame, model: Uncertainty) -> np.ndarray:
    """Ranks of shape (draws, communes)."""
    names = [name for name in PARTS if f"weight_{name}" in ranked]
    fixed = np.nan_to_num(ranked[[f"part_{name}" for name in names]].to_numpy(dtype=np.float32), nan=-1.0)
    weights = ranked[[f"weight_{name}" for name in names]].to_numpy(dtype=np.float32)[:1].ravel()
    people = ranked["population_people"].to_numpy(dtype=np.float32)
    low, high = (
        ranked[name].to_numpy(dtype=np.float32) for name in ("capacity_people", "capacity_people_max")
    )
    # An open end serves everybody, however many they turn out to be.
    wide = np.where(np.isfinite(high), high - low, people * np.float32(1 + model.population_spread))
    # A committee of the commune is there for all of its people; a pump serves no more when they are more.
    by_place = ranked["norm_by_place"].to_numpy(dtype=np.float32)
    random = np.random.default_rng(model.seed)
    found = np.empty((model.draws, len(ranked)), dtype=np.int32)
    for start in range(0, model.draws, _CHUNK):
        size = min(_CHUNK, model.draws - start)
        factor = _spread(random, (size, len(people)), model.population_spread)
        reached = low + wide * random.random((size, len(people)), dtype=np.float32)
        reached *= 1 + by_place * (factor - 1)
        crowd = people * factor
        left = np.maximum(np.float32(0), crowd - reached)
        share = weights * _spread(random, (size, len(weights)), model.weight_spread)
        found[start : start + size] = _rank_rows(_scores_drawn(names, fixed, left, crowd, share))
    return found


def _spread(random: np.random.Generator, shape: tuple[int, int], spread: float) -> np.ndarray:
    return np.float32(1 - spread) + np.float32(2 * spread) * random.random(shape, dtype=np.float32)


def _scores_drawn(
    names: list[str], fixed: np.ndarray, left: np.ndarray, crowd: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    total = np.zeros(left.shape, dtype=np.float32)
    counted = np.zeros(left.shape, dtype=np.float32)
    for place, name in enumerate(names):
        weight = weights[:, place : place + 1]
        if name == "unserved":
            total += weight * (left / np.maximum(left.max(axis=1, keepdims=True, initial=0), np.float32(1)))
            counted += weight
        elif name == "coverage":
            total += weight * (left / np.maximum(crowd, np.float32(1)))
            counted += weight
        else:
            known = (fixed[:, place] >= 0).astype(np.float32)
            total += weight * (fixed[:, place] * known)
            counted += weight * known
    return total / np.maximum(counted, np.float32(1e-9))


def _rank_rows(values: np.ndarray) -> np.ndarray:
    """Rank within each row, 1 the highest, equal values sharing the best rank."""
    order = np.argsort(-values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    place = np.arange(1, values.shape[1] + 1, dtype=np.int32)
    first = np.ones(values.shape, dtype=bool)
    first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    best = np.maximum.accumulate(np.where(first, place, 0), axis=1).astype(np.int32)
    found = np.empty(values.shape, dtype=np.int32)
    np.put_along_axis(found, order, best, axis=1)
    return found
