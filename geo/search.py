"""Find a unit or a partner by what a reader types: any known spelling, with typing errors.

The other direction from :mod:`geo.matching`: nothing is decided here, so several
answers in order of likeness are better than none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from geo.gazetteer import Gazetteer
from geo.settings import LEVELS
from geo.spelling import fold, light, parse

PARTNER: Final = "partner"
# Likeness from which on a name is shown [0-100]: one error in four letters.
LEAST_LIKENESS: Final = 70.0
# The same for one word among several [0-1].
LEAST_WORD: Final = 0.75
# Shorter texts are looked for at the beginning of words only [letters].
MIN_LETTERS_INSIDE: Final = 3
MIN_LETTERS_CLOSE: Final = 4
EXACT, BEGINS, WORD, INSIDE, CLOSE = 100.0, 95.0, 90.0, 85.0, 84.0


@dataclass(frozen=True)
class Entry:
    """What can be found: a unit (``kind`` is its level) or a partner, with every way to write it.

    ``known`` is false for a unit outside the regions drawn: it has no card.
    """

    kind: str
    code: str
    name: str
    spellings: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, eq=False)
class Index:
    """Entries with their spellings folded, ready to be compared.

    Attributes
    ----------
    owner : array of int
        Entry of each spelling.
    folded, sound, shown : tuple of str
        Each spelling folded, by sound, and as it is written.
    """

    entries: tuple[Entry, ...]
    owner: npt.NDArray[np.int64]
    folded: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    sound: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """An entry found: how alike [0-100], and the spelling that was met where it is not the name."""

    entry: Entry
    likeness: float
    also: str = ""


def units(gaz: Gazetteer) -> list[Entry]:
    """Entries of all units with their official, alternate and listed spellings, regions first."""
    origins = ("official", "alternate", "listed")
    found = []
    columns = gaz.units[["level", "pcode", "name", "drawn"]]
    for row, (level, pcode, name, drawn) in enumerate(columns.itertuples(index=False, name=None)):
        texts = [each.text for each in gaz.names.get(row, ()) if each.origin in origins]
        spellings = tuple(dict.fromkeys(text for text in texts if text != name))
        found.append(Entry(str(level), str(pcode), str(name), spellings, bool(drawn)))
    return found


def partners(names: Iterable[str], full_names: Mapping[str, str] | None = None) -> list[Entry]:
    """Entries of organisations; ``full_names`` are looked for as well."""
    long = full_names or {}
    return [
        Entry(PARTNER, name, name, (long[name],) if name in long else ())
        for name in sorted(set(names))
        if name
    ]


def index(entries: Sequence[Entry]) -> Index:
    """Fold every spelling once."""
    spelled = [
        (place, text) for place, entry in enumerate(entries) for text in (entry.name, *entry.spellings)
    ]
    folded = [fold(text) for _place, text in spelled]
    return Index(
        entries=tuple(entries),
        owner=np.array([place for place, _text in spelled], dtype=np.int64),
        folded=tuple(_joined(text) for text in folded),
        words=tuple(tuple(text.split()) for text in folded),
        sound=tuple(light(_joined(text)) for text in folded),
        shown=tuple(text for _place, text in spelled),
    )


def _joined(folded: str) -> str:
    return folded.replace(" ", "")


def find(text: str, indexed: Index, *, limit: int = 8) -> list[Hit]:
    """Entries that ``text`` can mean, most alike first.

    A code is found as well as a name. Of equal likeness, what is drawn comes
    before what is not, a region before a cercle before a commune.

    Returns
    -------
    list of Hit
        At most ``limit``; empty for a text without letters or digits.

    Examples
    --------
    >>> known = index([Entry("commune", "ML070101", "Ansongo"), Entry("partner", "AMSS", "AMSS")])
    >>> [hit.entry.code for hit in find("Anssongo", known)]
    ['ML070101']
    """
    # "cercle de Gao" asks for Gao, and for the cercle first.
    meant = parse(text)
    asked = _joined(meant.folded or fold(text))
    if not asked or not indexed.entries:
        return []
    likeness = np.maximum(_likeness(asked, indexed), _by_words(fold(text).split(), indexed))
    best: dict[int, tuple[float, int]] = {}
    for spelling in np.flatnonzero(likeness >= LEAST_LIKENESS).tolist():
        owner = int(indexed.owner[spelling])
        if likeness[spelling] > best.get(owner, (0.0, 0))[0]:
            best[owner] = (float(likeness[spelling]), spelling)
    hits = [_hit(indexed, owner, score, spelling) for owner, (score, spelling) in best.items()]
    return sorted(hits, key=lambda hit: (hit.entry.kind != meant.level and bool(meant.level), *_rank(hit)))[
        :limit
    ]


def _hit(indexed: Index, owner: int, score: float, spelling: int) -> Hit:
    entry, shown = indexed.entries[owner], indexed.shown[spelling]
    return Hit(entry, score, "" if shown == entry.name else shown)


def _rank(hit: Hit) -> tuple[float, bool, int, str]:
    kinds = (*LEVELS, PARTNER)
    return (-hit.likeness, not hit.entry.known, kinds.index(hit.entry.kind), hit.entry.code)


def _likeness(asked: str, indexed: Index) -> npt.NDArray[np.float64]:
    found = np.array([_written(asked, *pair) for pair in zip(indexed.folded, indexed.words, strict=True)])
    codes = [entry.code.lower().replace(" ", "") for entry in indexed.entries]
    for spelling, owner in enumerate(indexed.owner.tolist()):
        if codes[owner] == asked:
            found[spelling] = EXACT
    if len(asked) >= MIN_LETTERS_CLOSE:
        found = np.maximum(found, _close(asked, indexed))
    return found


def _written(asked: str, folded: str, words: tuple[str, ...]) -> float:
    """Likeness of what is written as asked: whole, from the beginning, of a word, or inside."""
    if asked == folded:
        return EXACT
    if folded.startswith(asked):
        # The shorter the rest, the more it is meant.
        return BEGINS - min(4.0, (len(folded) - len(asked)) / 5)
    if any(word.startswith(asked) for word in words):
        return WORD
    return INSIDE if len(asked) >= MIN_LETTERS_INSIDE and asked in folded else 0.0


def _by_words(asked: Sequence[str], indexed: Index) -> npt.NDArray[np.float64]:
    """Names of several words of which each asked word is one, nearly: ``hod gharbi`` for Hodh El Gharbi."""
    found = np.zeros(len(indexed.folded))
    if len(asked) < 2:
        return found
    for spelling, words in enumerate(indexed.words):
        if len(words) < 2:
            continue
        alike = [max(OSA.normalized_similarity(one, word) for word in words) for one in asked]
        if min(alike) >= LEAST_WORD:
            found[spelling] = CLOSE * float(np.mean(alike))
    return found


def _close(asked: str, indexed: Index) -> npt.NDArray[np.float64]:
    """Likeness by typing errors (optimal string alignment): of letters, of sound, of the beginning."""
    by_letters = cdist([asked], list(indexed.folded), scorer=OSA.normalized_similarity)[0]
    by_sound = cdist([light(asked)], list(indexed.sound), scorer=OSA.normalized_similarity)[0]
    begun = [text[: len(asked)] for text in indexed.folded]
    by_beginning = cdist([asked], begun, scorer=OSA.normalized_similarity)[0]
    likeness = np.maximum(np.maximum(by_letters, by_sound), by_beginning * 0.95)
    return np.asarray(likeness * CLOSE, dtype=np.float64)
