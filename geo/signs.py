"""Signs in texts of strangers: what nobody sees is taken out, marks are bounded, look-alikes are told.

A text that turns its own direction, hides letters or piles ten thousand accents on one letter is
put right before anything compares or shows it. A letter of an alphabet that nobody here writes
(a Cyrillic а for a Latin a) is kept as it is and said: it is never taken for the one it looks like.
"""

import functools
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

# More marks on one letter are a trap: none of the languages written here needs them, and ordering
# them takes time by the square of their number.
MOST_MARKS: Final = 4
# What one cell of a workbook can hold [characters].
LONGEST_CELL: Final = 32_767
# Line breaks and tabs that a cell may hold; other separators of lines become a blank.
_BREAKS: Final = "\x0b\x0c\x1c-\x1f\x85\u2028\u2029"
# Controls, marks of direction, blanks without width, fillers, tags, halves of letters, what is no letter.
_HIDDEN: Final = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e"
    "\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff"
)
_HALVES: Final = "\ud800-\udfff"
# Joiners shape Arabic letters; anywhere else they hide.
_JOINERS: Final = "\u200c\u200d"
_ANY: Final = re.compile(f"[{_BREAKS}{_HIDDEN}{_HALVES}{_JOINERS}]")
_BREAK: Final = re.compile(f"[{_BREAKS}]+")
_HALF: Final = re.compile(f"[{_HALVES}]")
_UNSEEN: Final = re.compile(f"[{_HIDDEN}]|(?<![\u0600-\u06ff])[{_JOINERS}]|[{_JOINERS}](?![\u0600-\u06ff])")
_WORD: Final = re.compile(r"[^\W\d_]+")
# Alphabets written where the product is used; whatever else looks like them is told.
_ALPHABETS: Final = frozenset(("LATIN", "ARABIC", "TIFINAGH", "NKO", "ADLAM"))
# Letters of the Latin block that no orthography here has and that pass for a, g, i, l and y.
_LATIN_TRAPS: Final = frozenset("ɑɡıɩɪʟʏ")
# Signs that are neither: ordinals, superscripts, units, the ʿ and ʾ of transliterations.
_NEITHER: Final = frozenset(("MODIFIER", "FEMININE", "MASCULINE", "SUPERSCRIPT", "MICRO", "OHM", "KELVIN"))
# Words named in one line of the list of problems.
_WORDS_SHOWN: Final = 5


@functools.cache
def _marks() -> re.Pattern[str]:
    """More marks in a row than one letter bears; the marks that are kept are its group."""
    last = 0x20000  # marks above are selectors, which are hidden signs
    marks = [code for code in range(0x300, last) if unicodedata.category(chr(code)) in ("Mn", "Me")]
    ends = [code for code in marks if code + 1 not in set(marks)]
    starts = [code for code in marks if code - 1 not in set(marks)]
    ranges = "".join(
        f"{re.escape(chr(first))}-{re.escape(chr(end))}" for first, end in zip(starts, ends, strict=True)
    )
    return re.compile(f"([{ranges}]{{{MOST_MARKS}}})[{ranges}]+")


def bounded(text: str) -> str:
    r"""``text`` with at most :data:`MOST_MARKS` marks on one letter.

    >>> len(bounded("a" + "\u0301" * 10_000))
    5
    """
    return text if text.isascii() else _marks().sub(r"\1", text)


def decomposed(text: str) -> str:
    """Letters and their marks apart (NFKD), in time by the length of ``text``, whatever it holds."""
    return text if text.isascii() else unicodedata.normalize("NFKD", bounded(text))


def tidied(text: str) -> str:
    r"""``text`` without what nobody sees, composed (NFC), at most four marks on a letter.

    >>> tidied("Ga\u200bo \u202ecnuf\u202c"), tidied("Gao\u2028Bara"), tidied("e\u0301")
    ('Gao cnuf', 'Gao Bara', 'é')
    """
    if text.isascii() and not _ANY.search(text):
        return text
    seen = _UNSEEN.sub("", _BREAK.sub(" ", _HALF.sub("\ufffd", text)))
    return unicodedata.normalize("NFC", bounded(seen))


def tidied_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    r"""Return settings or what is known of a file, every text tidied: a stranger may have named it.

    >>> tidied_texts({"file": "\u202efsc.csv", "notes": ["G\u200bao"], "rows": 3})
    {'file': 'fsc.csv', 'notes': ['Gao'], 'rows': 3}
    """
    return {name: _tidied_value(value) for name, value in values.items()}


def _tidied_value(value: Any) -> Any:
    if isinstance(value, str):
        return tidied(value)
    if isinstance(value, Mapping):
        return tidied_texts(value)
    return [_tidied_value(each) for each in value] if isinstance(value, list | tuple) else value


def one_line(text: str, longest: int) -> str:
    """``text`` as somebody typed it into a field: tidied, in one line, cut at ``longest`` characters."""
    return " ".join(tidied(text[: 4 * longest]).split())[:longest]


def look_alikes(text: str) -> list[str]:
    """Words with a letter of an alphabet that nobody here writes, or of two alphabets.

    >>> look_alikes("Bаra, Gao"), look_alikes("Ƴaaƴre ɛ ŋ الخ")
    (['Bаra'], [])
    """
    if text.isascii():
        return []
    return [word for word in _WORD.findall(text) if not word.isascii() and _foreign(word)]


def _foreign(word: str) -> bool:
    scripts = {_script(letter) for letter in word} - _NEITHER
    return bool(_LATIN_TRAPS & set(word)) or len(scripts) > 1 or not scripts <= _ALPHABETS


@functools.lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0] if not letter.isascii() else "LATIN"


# ---- a table ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tidied:
    """A table put right, and what was done.

    Attributes
    ----------
    table : DataFrame of str
        Same rows and columns.
    noted : mapping of str to int
        Cells by what was done: ``hidden_signs``, ``stacked_marks``.
    problems : DataFrame
        ``row, column, value, problem``: ``look_alikes`` with the words, ``cut_text`` with the beginning.
    """

    table: pd.DataFrame
    noted: dict[str, int] = field(default_factory=dict)
    problems: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["row", "column", "value", "problem"])
    )


def tidied_table(table: pd.DataFrame, *, unread: Collection[str] = ()) -> Tidied:
    """Put right every cell of a table of texts.

    Parameters
    ----------
    unread : collection of str
        Columns of which nothing may be listed.
    """
    noted: dict[str, int] = {}
    rows: list[tuple[object, str, str, str]] = []
    columns = {}
    for place, heading in enumerate(table.columns):
        cells = table.iloc[:, place]
        # Most columns hold nothing to look at: one look at the whole tells.
        if _plain(cells.unique()):
            continue
        columns[place] = _column(cells, noted)
        if heading not in unread:
            rows += _problems(cells, columns[place], str(heading))
    if not columns:
        return Tidied(table)
    found = [columns.get(place, table.iloc[:, place]) for place in range(table.shape[1])]
    made = pd.concat(found, axis=1).set_axis(table.columns, axis=1)
    return Tidied(made, noted, pd.DataFrame(rows, columns=["row", "column", "value", "problem"]))


def _plain(texts: Collection[str]) -> bool:
    """Whether none of the texts holds anything to look at, by the signs that they are made of together."""
    whole = "\n".join(texts)
    used = "".join(set(whole))
    return (
        not _ANY.search(used)
        and max(map(len, texts), default=0) <= LONGEST_CELL
        and not any(unicodedata.category(sign) in ("Mn", "Me") for sign in used)
        and not (_LATIN_TRAPS & set(used))
        and {_script(sign) for sign in used if sign.isalpha()} <= {"LATIN", *_NEITHER}
        and unicodedata.is_normalized("NFC", whole)
    )


def _column(cells: pd.Series, noted: dict[str, int]) -> pd.Series:
    made = {text: tidied(text[:LONGEST_CELL]) for text in cells.unique()}
    hidden = {text: bool(_UNSEEN.search(text) or _HALF.search(text)) for text in made}
    stacked = {text: bounded(text) != text for text in made}
    for kind, which in (("hidden_signs", hidden), ("stacked_marks", stacked)):
        if count := int(cells.map(which).astype(bool).sum()):
            noted[kind] = noted.get(kind, 0) + count
    return cells.map(made).astype("str")


def _problems(before: pd.Series, after: pd.Series, heading: str) -> list[tuple[object, str, str, str]]:
    found = []
    alike = {text: " ".join(look_alikes(text)[:_WORDS_SHOWN]) for text in after.unique()}
    for row, text in after[after.map(alike).astype("str") != ""].items():
        found.append((row, heading, alike[text], "look_alikes"))
    for row, text in before[before.str.len() > LONGEST_CELL].items():
        found.append((row, heading, f"{tidied(text[:40])}…", "cut_text"))
    return found
