"""Classes of the choropleth: breaks that a reader can say aloud, and what is not a number kept apart.

A unit is filled by the class of its lower bound; where the upper bound is
higher, a ring in the class of the upper bound is drawn over it, open where a
figure was not reported and there is no upper bound. Six values never mix: a
number, zero, none reported, not reported, unknown, not applicable; in the public mode
a seventh stands apart from them, withheld.
"""

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo.i18n import N_, _, language, ngettext, number

NUMBER_CLASSES: Final = ("c1", "c2", "c3", "c4", "c5")
# After the numbers, from the surest statement to the emptiest.
OTHER_CLASSES: Final = (
    *("presence", "withheld", "zero", "none_reported", "not_reported", "unknown", "not_applicable"),
)
# Classes that a legend names only where a unit is in them.
_WHERE_MET: Final = ("presence", "withheld")
ORDER: Final = (*reversed(NUMBER_CLASSES), *OTHER_CLASSES)
OPEN_RING: Final = "open"

# Coverage, L* 94 81 66 50 31, neighbours at least 12 apart; patterns by name (see static/carte.js).
STYLES: Final = {
    **dict(zip(NUMBER_CLASSES, ("#E2EFF4", "#A9CFDB", "#6AA9BF", "#2F7F9D", "#0B4F6C"), strict=True)),
    "presence": "#F3F8FA",
    "withheld": "dots",
    "zero": "#FFFFFF",
    "none_reported": "hatch",
    "not_reported": "hatch",
    "unknown": "cross",
    "not_applicable": "#E3E5E6",
}
# A ring lies on fills of its own colour too: the two lightest would vanish on white.
RINGS: Final = {
    **dict(zip(NUMBER_CLASSES, ("#A9CFDB", "#6AA9BF", "#2F7F9D", "#1B6785", "#0B4F6C"), strict=True)),
    OPEN_RING: "#1F2A30",
}

WORDS: Final = {
    "presence": N_("présent, nombre non réparti"),
    "withheld": N_("retenu (petit nombre)"),
    "zero": N_("zéro"),
    "none_reported": N_("aucun signalé"),
    "not_reported": N_("n. r."),
    "unknown": N_("inconnu"),
    "not_applicable": N_("s. o."),
}

# Steps a reader takes in at a glance, repeated at every power of ten.
_NICE: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.5)


@dataclass(frozen=True)
class Classes:
    """Lower edges of the number classes, ascending, and the greatest value met.

    A value on an edge belongs to the upper class.
    """

    edges: tuple[float, ...]
    greatest: float

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes in use, lightest first: fewer than five where there are few distinct values."""
        return spread(len(self.edges))


@functools.cache
def spread(classes: int) -> tuple[str, ...]:
    """Codes for ``classes`` number classes, as far apart on the scale as they can be.

    >>> spread(2)
    ('c1', 'c5')
    """
    if classes == 1:
        return ("c3",)
    places = np.round(np.linspace(0, len(NUMBER_CLASSES) - 1, classes)).astype(int)
    return tuple(NUMBER_CLASSES[place] for place in places)


def _nice_steps(least: float, greatest: float) -> np.ndarray:
    powers = 10.0 ** np.arange(np.floor(np.log10(least)) - 1, np.ceil(np.log10(greatest)) + 1)
    return np.unique(np.round(np.outer(powers, _NICE).ravel(), 9))


def breaks(values: Sequence[float] | pd.Series, *, classes: int = 5) -> tuple[float, ...]:
    """Lower edges of at most ``classes`` classes of about equal size, moved to round figures.

    Parameters
    ----------
    values
        Quantities, n; zero, negative and missing ones are left out: they are not in a number class.
    classes
        Classes wanted, 1 to 5.

    Returns
    -------
    tuple of float
        Ascending; the first is the least value. Whole numbers where every value is one. Empty
        where no value is left.

    Examples
    --------
    >>> breaks([1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
    (1.0, 3.0, 5.0, 15.0, 40.0)
    >>> breaks([4, 4, 9])
    (4.0, 9.0)
    """
    figures = np.asarray(values, dtype=float)
    found = figures[figures > 0]
    distinct = np.unique(found)
    if len(distinct) <= classes:
        return _rounded_down(distinct)
    steps = _nice_steps(distinct[0], distinct[-1])
    if (distinct == np.round(distinct)).all():
        steps = steps[steps == np.round(steps)]
    inner = np.quantile(found, np.arange(1, classes) / classes)
    nearest = [steps[np.abs(np.log(steps / value)).argmin()] for value in inner]
    edges = sorted({float(distinct[0]), *(float(s) for s in nearest if distinct[0] < s <= distinct[-1])})
    return tuple(_filled(edges, distinct))


def _rounded_down(distinct: np.ndarray) -> tuple[float, ...]:
    # Two figures are enough to tell a class: 2 035 becomes 2 000 unless another value lies between.
    size = 10.0 ** (np.floor(np.log10(distinct)) - 1)
    shorter = np.round(np.floor(distinct / size) * size, 9)
    below = np.append(0.0, distinct[:-1])
    kept = np.where((distinct >= 100) & (shorter > below), shorter, distinct)
    return tuple(float(value) for value in kept)


def _filled(edges: list[float], distinct: np.ndarray) -> list[float]:
    # Rounding can leave a class without a value; its edge goes.
    return [
        edge
        for edge, following in zip(edges, [*edges[1:], np.inf], strict=True)
        if ((distinct >= edge) & (distinct < following)).any()
    ]


def classes_of(units: pd.DataFrame, *, among: np.ndarray | None = None) -> Classes:
    """Classes of the lower bounds of ``units``, or of the upper ones where every lower bound is 0.

    ``among`` says which of the units count, all where it is not given.
    """
    counted = units["state"].to_numpy(dtype=object) == "number"
    if among is not None:
        counted &= among
    least, most = (units[name].to_numpy(dtype=float)[counted] for name in ("value_min", "value_max"))
    greatest = np.fmax.reduce(np.concatenate([least, most]), initial=0.0)
    return Classes(breaks(least if (least > 0).any() else most), float(greatest))


def _figures(values: pd.Series) -> np.ndarray:
    # Two hundred figures: a Series fills its gaps in ten times the time of the array itself.
    figures = values.to_numpy(dtype=float)
    return np.where(np.isnan(figures), 0.0, figures)


def _codes(figures: np.ndarray, classes: Classes) -> np.ndarray:
    if not classes.edges:
        return np.full(len(figures), "presence", dtype=object)
    place = np.searchsorted(np.array(classes.edges), figures, side="right")
    # A unit beside the area may have less than the least in it: still a number, of the lowest class.
    place = np.where(figures > 0, np.maximum(place, 1), place)
    return np.array(["presence", *classes.codes], dtype=object)[place]


def classify(
    units: pd.DataFrame, *, breaks: Classes | None = None, keep: Sequence[str] | None = None
) -> pd.DataFrame:
    """``units`` with the class each is drawn in.

    Parameters
    ----------
    units
        One row a unit: ``pcode, name, value_min, value_max, value_open`` (records whose quantity is
        not reported), ``state`` (``number, zero, none_reported, not_reported, unknown,
        not_applicable``), ``presence``.
    breaks
        Classes to use, so that two maps can share them; by default those of ``units`` themselves.
    keep
        Columns of ``units`` wanted in the answer, all unless said otherwise.

    Returns
    -------
    DataFrame
        The same rows with ``klass`` (one of `ORDER`), ``ring`` (class of the upper bound, ``open``
        without one, empty where the value is one number) and ``words`` (the value as text).
    """
    classes = classes_of(units) if breaks is None else breaks
    state = units["state"].to_numpy(dtype=object)
    least, most = _figures(units["value_min"]), _figures(units["value_max"])
    is_number = state == "number"
    klass = np.where(is_number, _codes(least, classes), state)
    is_open = (units["value_open"].to_numpy() > 0) & (is_number | (state == "not_reported"))
    ring = np.where(is_number & (most > least), _codes(most, classes), "")
    ring = np.where(is_open, OPEN_RING, ring)
    words = [value_words(*row) for row in zip(*(units[c].tolist() for c in _VALUE_COLUMNS), strict=True)]
    # One frame made at once: columns chosen from a frame, and others put in, take twice as long.
    columns = {str(name): units[name].array for name in (units.columns if keep is None else keep)}
    return pd.DataFrame({**columns, "klass": klass, "ring": ring, "words": words}, index=units.index)


_VALUE_COLUMNS: Final = ("state", "value_min", "value_max", "value_open")


def figure(value: float) -> str:
    """Write a quantity as it is read: whole numbers without decimals, others with one.

    >>> figure(12.0), figure(2.5)
    ('12', '2,5')
    """
    return _figure(float(value), language())


@functools.lru_cache(maxsize=4096)
def _figure(value: float, _lang: str) -> str:
    # Babel takes 40 microseconds a number, and a page shows a thousand of them.
    return number(value, 0 if value.is_integer() else 1)


def value_words(state: str, least: float, most: float, unreported: int) -> str:
    """Say the value of a unit: ``12``, ``0 à 8``, ``0 à 8 + non rapporté``, ``aucun signalé``.

    >>> value_words("number", 0, 8, 1)
    '0 à 8 + non rapporté'
    >>> value_words("number", 3, 3, 1)
    'au moins 3'
    """
    return _value_words(state, least, most, unreported, language())


# Two hundred communes say a few dozen different values at every view.
@functools.lru_cache(maxsize=4096)
def _value_words(state: str, least: float, most: float, unreported: int, _lang: str) -> str:
    if state == "zero":
        return figure(0)
    if state != "number":
        return _(WORDS[state])
    if least == most:
        return _("au moins {least}").format(least=figure(least)) if unreported else figure(least)
    text = _("{least} à {most}").format(least=figure(least), most=figure(most))
    return _("{interval} + non rapporté").format(interval=text) if unreported else text


def class_words(code: str, classes: Classes) -> str:
    """Name of a class in a legend: ``10 – 24``, ``zéro``, ``aucun signalé``."""
    if code not in NUMBER_CLASSES:
        return _(WORDS[code])
    edges = (*classes.edges, np.inf)
    place = classes.codes.index(code)
    least, following = edges[place], edges[place + 1]
    whole = all(edge.is_integer() for edge in classes.edges)
    most = classes.greatest if following == np.inf else following - (1 if whole else 0)
    return figure(least) if most <= least else f"{figure(least)} – {figure(most)}"


def legend(klasses: Iterable[str], classes: Classes) -> pd.DataFrame:
    """Rows of the legend, darkest class first, with the units in each.

    The classes that are not numbers stay even at 0 units: the reader learns that they exist.

    Parameters
    ----------
    klasses
        Class of each unit, see :func:`classify`.

    Returns
    -------
    DataFrame
        ``klass, words, units, style``.
    """
    counts = Counter(klasses)
    codes = [code for code in ORDER if code in classes.codes or code in OTHER_CLASSES]
    codes = [code for code in codes if code not in _WHERE_MET or counts[code]]
    return pd.DataFrame(
        {
            "klass": codes,
            "words": [class_words(code, classes) for code in codes],
            "units": [counts[code] for code in codes],
            "style": [STYLES[code] for code in codes],
        }
    )


def map_order(classified: pd.DataFrame) -> list[int]:
    """Places of the rows in the order of the legend, then the greatest first, then by name."""
    rank = {code: place for place, code in enumerate(ORDER)}
    least, most = ((-_figures(classified[name])).tolist() for name in ("value_min", "value_max"))
    klass = [rank[code] for code in classified["klass"].tolist()]
    keys = list(zip(klass, least, most, classified["name"].tolist(), strict=True))
    # A few hundred rows: sorted as tuples in a third of the time that a frame of four keys takes.
    return sorted(range(len(keys)), key=keys.__getitem__)


def withheld_key() -> str:
    """What *withheld* stands for, in the public mode."""
    return _("retenu : un petit nombre, ou un nombre qui le rendrait par soustraction ; ni zéro, ni inconnu")


def unit_word(level: str, count: int) -> str:
    """Return ``communes``, ``cercles / moughataas`` or ``régions / wilayas``, singular for one."""
    if level == "commune":
        return ngettext("commune", "communes", count)
    if level == "cercle":
        return ngettext("cercle / moughataa", "cercles / moughataas", count)
    return ngettext("région / wilaya", "régions / wilayas", count)
