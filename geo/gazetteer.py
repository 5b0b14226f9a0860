"""The names of units at three levels, indexed for matching.

A :class:`Gazetteer` is built once from the table of communes (both countries whole:
a name that is known elsewhere is evidence that it is not meant here) and is read only.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from geo.settings import LEVELS, NAME_COLUMN, PCODE_COLUMN
from geo.spelling import Name, coarse, light, parse, skeleton

# A cercle and its chief town carry one name in two spellings (Kobeni, Koubenni);
# further apart than this share of its letters it is another name.
CHIEF_TOWN_SHARE: Final = 0.3

# A beginning stands for a name when it has so many letters, and so many are left out:
# with fewer left out it is a misspelling (Kendi, Kendié).
MIN_PART: Final = 5
MIN_LEFT_OUT: Final = 3
# One block of distances holds at most this many numbers, to bound memory.
BLOCK: Final = 2_000_000
# A unit further off than this share of the letters is no candidate at all.
MAX_SHARE_SHOWN: Final = 0.4

Near = list[tuple[float, int]]
# The sound of غ is written gh by some and r (or rh) by others: Tembedgha, Timbedra.
_GHAIN: Final = (("gh", "r"), ("rh", "gh"))
# First letters into which the Arabic article is absorbed: Sett, Essett; Touil, Ettouil.
_ABSORBING: Final = ("t", "d", "s", "z", "r", "n", "ch")
# The article written as one word with a name: Lehreijat, Legdour (El Hreijat, El Gdour).
_GROWN_ARTICLE: Final = re.compile(r"^le(?=[^aeiouyl].{4})")
_VOWELS: Final = re.compile(r"[aeiouy]")

Index = dict[tuple[str, str], frozenset[int]]


class Spelled(NamedTuple):
    """One way to write one unit: the unit's row, the name taken apart, where it comes from."""

    unit: int
    name: Name
    text: str
    origin: str


@dataclass(frozen=True)
class Gazetteer:
    """Units at three levels with every known way to write them.

    Attributes
    ----------
    units : DataFrame
        One row a unit: ``level, pcode, name, adm1_pcode, adm2_pcode, drawn, alt_names``.
    spelled : tuple of Spelled
        All names; ``origin`` is ``official``, ``alternate`` (of the official list), ``listed``
        (public alternate names), ``chief_town`` or ``variant`` (gh written r, and the reverse).
    official, sound, bones : dict
        Rows of units by level and key: the whole official name, the name without its number
        folded or by sound, the consonants.
    drawn : frozenset of int
        Rows of the units that a name may be matched to.
    readings : dict
        P-codes that a region or cercle meant in other years, by level and sound.
    """

    units: pd.DataFrame
    spelled: tuple[Spelled, ...]
    official: Index = field(repr=False)
    sound: Index = field(repr=False)
    bones: Index = field(repr=False)
    drawn: frozenset[int] = field(repr=False)
    readings: dict[tuple[str, str], frozenset[str]] = field(repr=False)

    @functools.cached_property
    def pcodes(self) -> list[str]:
        """P-codes in the order of the units."""
        return self.units["pcode"].tolist()

    @functools.cached_property
    def row(self) -> dict[str, int]:
        """Row of each P-code."""
        return {code: row for row, code in enumerate(self.pcodes)}

    @functools.cached_property
    def at_level(self) -> dict[str, frozenset[int]]:
        """Rows of the units of each level."""
        return {level: frozenset(self.units.index[self.units["level"] == level]) for level in LEVELS}

    @functools.cached_property
    def names(self) -> dict[int, list[Spelled]]:
        """The ways to write each unit."""
        grouped: dict[int, list[Spelled]] = {}
        for entry in self.spelled:
            grouped.setdefault(entry.unit, []).append(entry)
        return grouped

    @functools.cached_property
    def _within(self) -> dict[str, frozenset[int]]:
        inside: dict[str, set[int]] = {}
        columns = ["adm1_pcode", "adm2_pcode", "pcode"]
        for unit, codes in enumerate(self.units[columns].itertuples(index=False, name=None)):
            for code in filter(None, codes):
                inside.setdefault(code, set()).add(unit)
        return {code: frozenset(units) for code, units in inside.items()}

    def twins(self, unit: int) -> frozenset[int]:
        """Drawn units of the same level whose official name is one vowel away from this one's."""
        return self._twins.get(unit, frozenset())

    @functools.cached_property
    def _twins(self) -> dict[int, frozenset[int]]:
        alike: dict[tuple[str, str], list[tuple[int, str]]] = {}
        levels = self.units["level"].tolist()
        for unit in sorted(self.drawn):
            folded = self.names[unit][0].name.folded
            alike.setdefault((levels[unit], _VOWELS.sub("", folded)), []).append((unit, folded))
        return {
            unit: frozenset(other for other, others in group if OSA.distance(folded, others) == 1)
            for group in alike.values()
            for unit, folded in group
        }

    @functools.cached_property
    def _parts(self) -> dict[tuple[str, str], frozenset[int]]:
        found: dict[tuple[str, str], set[int]] = {}
        levels = self.units["level"].tolist()
        for entry in self.spelled:
            if entry.origin == "official":
                for key in _parts_of(entry.name):
                    found.setdefault((levels[entry.unit], key), set()).add(entry.unit)
        return {key: frozenset(units) for key, units in found.items()}

    def having_part(self, name: Name, level: str) -> frozenset[int]:
        """Units of a level whose official name is longer than ``name`` and has its words, or begins so."""
        by_word = [self._parts.get((level, " " + light(token)), frozenset()) for token in name.tokens]
        words = frozenset.intersection(*by_word) if by_word else frozenset()
        longer = {unit for unit in words if len(self.names[unit][0].name.tokens) > len(name.tokens)}
        return self._parts.get((level, name.folded), frozenset()) | longer

    def within(self, pcodes: Iterable[str]) -> frozenset[int]:
        """Rows of the units that are, or lie inside, the units of these P-codes."""
        return frozenset().union(*(self._within.get(code, frozenset()) for code in pcodes))


def gazetteer(
    communes: pd.DataFrame, *, spellings: pd.DataFrame | None = None, readings: pd.DataFrame | None = None
) -> Gazetteer:
    """Index the names of communes, cercles and regions.

    Parameters
    ----------
    communes : DataFrame
        ``adm1_pcode, adm1_name … adm3_name``, one row a commune, and where at hand
        ``alt_names`` (``;`` between them) and ``drawn`` (without it all are).
    spellings : DataFrame, optional
        ``pcode, spelling``: further public ways to write a unit.
    readings : DataFrame, optional
        ``name, level, pcodes`` (``;``): what names of regions and cercles meant in other years.

    Returns
    -------
    Gazetteer
    """
    units = _units(communes)
    rows = {code: row for row, code in enumerate(units["pcode"])}
    spelled = _official(units) + _listed(spellings, rows)
    spelled += _chief_towns(units, spelled)
    spelled += _variants(units, spelled)
    levels = units["level"].tolist()
    officials = [entry for entry in spelled if entry.origin == "official"]
    return Gazetteer(
        units=units,
        spelled=tuple(spelled),
        official=_index(levels, officials, lambda name: (name.whole,)),
        sound=_index(levels, spelled, lambda name: (name.folded, name.light)),
        bones=_index(levels, spelled, lambda name: (skeleton(name.light),)),
        drawn=frozenset(units.index[units["drawn"]]),
        readings=_readings(readings),
    )


def cost(one: Name, other: Name) -> float:
    """How far apart two names are, in typing errors [letters].

    The smaller of the plain distance of the folded names and the mean of the distances by
    sound and by confused sounds, so that a vowel for another counts half an error. Distance:
    optimal string alignment (insert, leave out, replace, swap two neighbours: 1 each).

    >>> cost(parse("Soumpi"), parse("Sompi")), cost(parse("Bigna"), parse("Binga"))
    (0.5, 1.0)
    """
    plain = float(OSA.distance(one.folded, other.folded))
    by_sound = OSA.distance(one.light, other.light) + OSA.distance(coarse(one.light), coarse(other.light))
    return min(plain, by_sound / 2)


def nearest(names: Sequence[Name], gaz: Gazetteer, units: frozenset[int]) -> list[Near]:
    """Units close to each name, nearest first.

    Parameters
    ----------
    names : sequence of Name
        n names.
    gaz : Gazetteer
    units : frozenset of int
        Rows of the units to compare with.

    Returns
    -------
    list of list of (float, int)
        For each name, cost [typing errors] and row of the units within reach, see :data:`MAX_SHARE_SHOWN`.
    """
    # Accents apart, many spellings of one unit are the same.
    distinct = {(unit, entry.name): entry for unit in sorted(units) for entry in gaz.names[unit]}
    targets = list(distinct.values())
    if not targets or not names:
        return [[] for _ in names]
    owners = np.array([entry.unit for entry in targets])
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    keys = _keys([entry.name for entry in targets])
    found: list[Near] = []
    step = max(1, BLOCK // len(targets))
    for first in range(0, len(names), step):
        block = names[first : first + step]
        # Doubled, so that halves stay whole numbers.
        doubled = np.minimum.reduceat(_doubled(_keys(block), keys), starts, axis=1)
        found += _within_reach(block, doubled, owners[starts])
    return found


def _keys(names: Sequence[Name]) -> tuple[list[str], list[str], list[str]]:
    light = [name.light for name in names]
    return [name.folded for name in names], light, [coarse(key) for key in light]


def _doubled(ones: tuple[list[str], ...], others: tuple[list[str], ...]) -> npt.NDArray[np.uint8]:
    plain, light, rough = (
        cdist(one, other, scorer=OSA.distance, dtype=np.uint8, workers=-1)
        for one, other in zip(ones, others, strict=True)
    )
    # 120 is further than any name reaches, and twice it still fits the type.
    return np.minimum(np.minimum(plain, 120) * 2, np.minimum(light, 120) + np.minimum(rough, 120))


def _within_reach(
    names: Sequence[Name], doubled: npt.NDArray[np.uint8], owners: npt.NDArray[np.int_]
) -> list[Near]:
    limits = np.array([2 * MAX_SHARE_SHOWN * len(name.light) for name in names])
    found: list[Near] = [[] for _ in names]
    rows, columns = np.nonzero(doubled <= limits[:, None])
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        found[row].append((doubled[row, column] / 2, int(owners[column])))
    for near in found:
        near.sort()
    return found


def is_beginning(part: Name, whole: Name) -> bool:
    """Whether a text is the beginning of a longer name, with too much left out for a misspelling of it."""
    long_enough = len(part.folded) >= MIN_PART and len(whole.folded) - len(part.folded) >= MIN_LEFT_OUT
    return long_enough and whole.folded.startswith(part.folded)


def _index(levels: list[str], spelled: Iterable[Spelled], keys: Callable[[Name], tuple[str, ...]]) -> Index:
    found: dict[tuple[str, str], set[int]] = {}
    for entry in spelled:
        for key in filter(None, keys(entry.name)):
            found.setdefault((levels[entry.unit], key), set()).add(entry.unit)
    return {key: frozenset(units) for key, units in found.items()}


def _units(communes: pd.DataFrame) -> pd.DataFrame:
    known = communes.assign(
        drawn=_truth(communes), alt_names=communes["alt_names"].fillna("") if "alt_names" in communes else ""
    )
    frames = []
    for depth, level in enumerate(LEVELS):
        codes = [PCODE_COLUMN[upper] for upper in LEVELS[: depth + 1]]
        unit = known.groupby(codes, as_index=False).agg(
            # A region or cercle is drawn where any of its communes is; only communes carry alternates.
            name=(NAME_COLUMN[level], "first"),
            drawn=("drawn", "any"),
            alt_names=("alt_names", "first" if level == "commune" else lambda _all: ""),
        )
        frames.append(unit.assign(level=level, pcode=unit[PCODE_COLUMN[level]]))
    columns = ["level", "pcode", "name", "adm1_pcode", "adm2_pcode", "drawn", "alt_names"]
    return pd.concat(frames, ignore_index=True).reindex(columns=columns).fillna({"adm2_pcode": ""})


def _truth(communes: pd.DataFrame) -> pd.Series:
    if "drawn" not in communes:
        return pd.Series(True, index=communes.index)
    return communes["drawn"].astype(str).str.lower().eq("true")


def _official(units: pd.DataFrame) -> list[Spelled]:
    spelled = []
    for row, (name, alternates) in enumerate(zip(units["name"], units["alt_names"], strict=True)):
        spelled.append(Spelled(row, parse(name), name, "official"))
        others = [other for other in alternates.split(";") if other]
        spelled += [Spelled(row, parse(other), other, "alternate") for other in others]
    return spelled


def _listed(spellings: pd.DataFrame | None, rows: Mapping[str, int]) -> list[Spelled]:
    if spellings is None:
        return []
    pairs = zip(spellings["pcode"], spellings["spelling"], strict=True)
    return [Spelled(rows[code], parse(text), text, "listed") for code, text in pairs if code in rows]


def _readings(table: pd.DataFrame | None) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], frozenset[str]] = {}
    if table is None:
        return found
    for name, level, codes in zip(table["name"], table["level"], table["pcodes"], strict=True):
        key = (level, parse(name).light)
        found[key] = found.get(key, frozenset()) | frozenset(codes.split(";"))
    return found


def _chief_towns(units: pd.DataFrame, spelled: list[Spelled]) -> list[Spelled]:
    """Names that a cercle and its chief town lend each other, found by how alike they are."""
    by_unit: dict[int, list[Spelled]] = {}
    for entry in spelled:
        by_unit.setdefault(entry.unit, []).append(entry)
    lent = []
    for parent, child in (("region", "cercle"), ("cercle", "commune")):
        children = units[units["level"] == child].groupby(PCODE_COLUMN[parent]).groups
        parents = units.loc[units["level"] == parent, "pcode"]
        for row, code in zip(parents.index.tolist(), parents, strict=True):
            distances = [(_apart(by_unit[row], by_unit[int(other)]), int(other)) for other in children[code]]
            share, town = min(distances)
            if share <= CHIEF_TOWN_SHARE:
                lent += [entry._replace(unit=town, origin="chief_town") for entry in by_unit[row]]
                lent += [entry._replace(unit=row, origin="chief_town") for entry in by_unit[town]]
    return lent


def _apart(ones: list[Spelled], others: list[Spelled]) -> float:
    return min(_share_apart(one.name, other.name) for one in ones for other in others)


def _share_apart(one: Name, other: Name) -> float:
    # Aïoun / Aïoun El Atrouss, Gourma-Rharous / Rharous: one name is part of the other.
    if set(one.tokens) < set(other.tokens) or set(other.tokens) < set(one.tokens):
        return 0.1
    return cost(one, other) / max(len(one.light), len(other.light), 1)


def _parts_of(name: Name) -> list[str]:
    """Keys of the parts that can stand for a longer name: its words by sound, and its beginnings."""
    words = [" " + light(token) for token in name.tokens] if len(name.tokens) > 1 else []
    ends = range(MIN_PART, len(name.folded) - MIN_LEFT_OUT + 1)
    return words + [name.folded[:end] for end in ends]


def _variants(units: pd.DataFrame, spelled: list[Spelled]) -> list[Spelled]:
    """Further ways to write what is known: gh as r and the reverse, and the article that a name absorbs."""
    hassaniya = units["pcode"].str.startswith("MR").tolist()
    made = []
    for entry in spelled:
        first, *rest = entry.name.tokens or ("",)
        for letters, other in _GHAIN:
            if letters in entry.name.folded:
                made.append(
                    _renamed(entry, tuple(token.replace(letters, other) for token in entry.name.tokens))
                )
        if hassaniya[entry.unit]:
            made += [_renamed(entry, (other, *rest)) for other in _with_article(first)]
    return made


def _with_article(word: str) -> list[str]:
    """The first word of a name with the Arabic article grown into it, or freed from it."""
    freed = _GROWN_ARTICLE.sub("", word)
    if freed != word:
        return [freed]
    return ["e" + word] if word.startswith(_ABSORBING) else []


def _renamed(entry: Spelled, tokens: tuple[str, ...]) -> Spelled:
    return entry._replace(name=replace(entry.name, folded="".join(tokens), tokens=tokens), origin="variant")
