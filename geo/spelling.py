"""How the names of places are written: folding, prefixes, numbers, and keys that sound alike.

The area writes one sound in several ways: French (``ou``, ``gu``, ``dj``), Bambara,
Fulfulde and Songhay spelled in French or in their own letters (``w``, ``j``, ``c``),
Tamasheq, Hassaniya in Latin or Arabic letters. Three keys say how alike two names are:
``folded`` (case, accents and punctuation gone), ``light`` (different letters for the
same sound made one) and ``coarse`` (sounds that writers confuse made one). Pure text
functions: no list of places is known here.
"""

import functools
import re
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import OSA, Levenshtein

from geo import signs

_MOJIBAKE: Final = re.compile(r"[ÃÂâØÙ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_MARKS: Final = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0640\u0670]")
_ELISION: Final = re.compile(r"\b([dl])['’ʼ`´‘]")
_APOSTROPHE: Final = re.compile(r"['’ʼ`´‘ʿʾ]")
_NOT_WORD: Final = re.compile(r"[\W_]+")
_ARABIC: Final = re.compile(r"[\u0621-\u064a]")
# Letters that no Unicode decomposition turns into the ones they stand for; the
# hooked letters are those of the official Fulfulde, Bambara and Songhay alphabets.
_LETTERS: Final = str.maketrans(
    {"ç": "s", "œ": "oe", "æ": "ae", "ß": "ss", "ı": "i", "ɓ": "b", "ɗ": "d", "ƴ": "y", "ɲ": "ny", "ŋ": "n"}
    | {"ɛ": "e", "ɔ": "o", "ə": "e", "ɣ": "gh", "ʔ": "", "ø": "o", "đ": "d", "ħ": "h", "ł": "l"}
    # Forms of Persian and Urdu keyboards for the Arabic letters they stand for.
    | dict(zip("یکہھەۃ", "يكههةة", strict=True))
)

_LEVEL_WORDS: Final = {
    "region": r"regions?|reg|wilayat?|gouvernorats?",
    "cercle": r"cercles?|mou?g[hr]?ata+s?|departements?|dept|dpt|prefectures?",
    "commune": r"(?:la )?(?:communes?|comm?|cne)(?: (?:rurale?s?|urbaines?|mixtes?))?|c r|c u|cr|cu|"
    r"baladiy[ae]|ville|mairie",
}
_LINK: Final = r"(?: (?:de la|de l|du|des|de|d|of|al)\b)? "
_PREFIXES: Final = tuple(
    (name, re.compile(rf"^(?:{words}){_LINK}(?=\S)")) for name, words in _LEVEL_WORDS.items()
)
# "Ccercle de Diré": before one of these a word one slip from a level's word is that word.
_LINKS: Final = frozenset(("de", "du", "des", "d"))
_LEVEL_NAMES: Final = ("commune", "cercle", "region", "moughataa", "wilaya")
_SUFFIXES: Final = (
    ("region", re.compile(r" (?:region|wilaya)$")),
    ("cercle", re.compile(r" (?:cercle|moughataa|departement)$")),
    (
        "commune",
        re.compile(r" (?:commune(?: (?:rurale|urbaine))?|(?:urbaine|rurale)|ville|town|c r|c u|cr|cu)$"),
    ),
)
_COUNTRY: Final = re.compile(r" (?:mali|mauritanie|mauritania)$")
_BRACKETS: Final = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
# A capital I in a typed list is often a small L ("Koro ll").
_NUMBERS: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "l": 1, "ll": 2, "lll": 3}
# A Roman number written in one word with its name: "DougouténéII".
_GLUED_NUMBER: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=(?:I{1,3}|IV)\s*$)")
_NUMBER: Final = re.compile(r"(?<=[^\W\d])\s*(\d{1,3})$")
# The Arabic article, also as it is heard before the letters that absorb it.
_ARTICLE: Final = re.compile(r"\b(?:[ea]l|[ea]c?sh|[ea]ch|[ea]ss?|[ea]zz?|[ea]dd?|[ea]rr?|[ea]nn?|[ea]t)\b ")

_SPLIT: Final = re.compile(r"\s*(?:[,;/+&|]|\bet\b|\band\b)\s*", re.IGNORECASE)

_GLIDE: Final = re.compile(r"(?:ou|u)w?(?=[aeiou])")
_SOUNDS: Final = (
    (re.compile(r"tch|sch|sh|ch"), "C"),
    # "di" before a vowel is the dj of French writers: Diougani, Djougani.
    (re.compile(r"dj|dy|di(?=[aeou])"), "j"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"gu(?=[eiy])"), "g"),
    (re.compile(r"qu(?=[eiy])"), "k"),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"[cq]"), "k"),
    (re.compile(r"x"), "ks"),
    # French au, and what Hassaniya makes of Arabic aw: Hawd, Hodh.
    (re.compile(r"a[uw](?![aeiou])"), "o"),
    (re.compile(r"gn|ny(?=[aeiou])|ni(?=[aeou])"), "N"),
    # Before a vowel ou is a consonant (Ouadouba, Wadouba), and w before a consonant is a vowel.
    (_GLIDE, "w"),
    (re.compile(r"ou|oo|w(?![aeiouy])"), "u"),
    (re.compile(r"y"), "i"),
    # h is not heard by French ears: kh, gh, th, dh, and Haibongo / Aibongo.
    (re.compile(r"h"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_CONFUSED: Final = (
    # An article written as one word with its name (Elbatene); never before a
    # vowel, where it would make one of Alafia and Lafia.
    (re.compile(r"^[ea]l(?=[^aeiou]..)"), ""),
    # A nasal before another consonant is a nasal vowel, often dropped or added: Doucombo, N'dodjiga.
    (re.compile(r"[mnN](?=[^aeiou])"), ""),
    (re.compile(r"N"), "n"),
    (re.compile(r"g"), "k"),
    (re.compile(r"z"), "s"),
    (re.compile(r"v"), "f"),
    (re.compile(r"[aeiouw]+"), "a"),
    # Final vowels are the first to change from one language to another.
    (re.compile(r"(?<=.)a$"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
# Arabic letters by the Latin ones of the light key; long vowels kept, ta marbuta as a final vowel.
_FROM_ARABIC: Final = str.maketrans(
    dict(
        zip(
            "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةآأإؤئءڤگپچ",
            "abttjhkddrzsCsdtd-gfkklmnhuiaaaaaui-fgbC",
            strict=True,
        )
    )
)


_VOWELS: Final = frozenset("aeiouy")
# Vowels that are taken for each other: neighbours in the mouth, from i over a to u.
_NEAR_VOWELS: Final = frozenset(frozenset(pair) for pair in ("ie", "iy", "ea", "ao", "ou", "ey"))
# Consonants written for each other in the area; C, N and the like are those of the light key.
_LIKE: Final = frozenset(
    frozenset(pair)
    for pair in ("kg kc kq gq gr", "sz sc sC jC cC", "fv vw uw ij jy", "mn nN", "td bp")
    for pair in pair.split()
)


# The consonants that the coarse key merges too, and p, which Arabic writes as b.
_MERGED: Final = str.maketrans("gzvNp", "ksfnb")


@dataclass(frozen=True)
class Name:
    """One written name taken apart.

    Attributes
    ----------
    folded : str
        The name alone, folded, without blanks, level words and number.
    number : int or None
        The number that ends it (``Dougoutene II`` has 2).
    level : str
        Level that a prefix or suffix states (``region``, ``cercle``, ``commune``), or empty.
    tokens : tuple of str
        The folded words, articles left out.
    arabic : bool
        Whether it is written in Arabic letters.
    """

    folded: str
    number: int | None
    level: str
    tokens: tuple[str, ...]
    arabic: bool = False

    @property
    def whole(self) -> str:
        """Folded name with its number, the key of an exact comparison."""
        return self.folded if self.number is None else f"{self.folded} {self.number}"

    @functools.cached_property
    def written(self) -> str:
        """Folded words without blanks and articles."""
        return "".join(self.tokens)

    @functools.cached_property
    def light(self) -> str:
        """Key of the sound: see :func:`light`."""
        return light(self.written)


def repair_mojibake(text: str) -> str:
    """UTF-8 that was read as Latin-1 or Windows-1252, put right; other text unchanged.

    >>> repair_mojibake("DirÃ©")
    'Diré'
    """
    if not _MOJIBAKE.search(text):
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


@functools.lru_cache(maxsize=2**18)
def fold(text: str) -> str:
    """Small letters and digits in words with one blank between: case, accents, punctuation gone.

    Apostrophes join (``N'dodjiga``) except after an elided d or l (``Cercle d'Ansongo``).

    >>> fold("  Aïn-Varbe "), fold("N’Savenni"), fold("Cercle d'Ansongo")
    ('ain varbe', 'nsavenni', 'cercle d ansongo')
    """
    text = repair_mojibake(text).lower()
    text = _APOSTROPHE.sub("", _ELISION.sub(r"\1 ", text))
    if not text.isascii():
        text = signs.decomposed(text.translate(_LETTERS)).lower().translate(_LETTERS)
        text = _APOSTROPHE.sub("", _MARKS.sub("", text))
    return _NOT_WORD.sub(" ", text).strip()


def parse(text: str) -> Name:
    """Take a written name apart: brackets, country, level words and number set aside.

    >>> parse("Commune rurale de Dougouténé II")
    Name(folded='dougoutene', number=2, level='commune', tokens=('dougoutene',), arabic=False)
    """
    text = _GLUED_NUMBER.sub(" ", text)
    folded = fold(_BRACKETS.sub(" ", text)) or fold(text)
    if _ARABIC.search(folded):
        return _parse_arabic(folded)
    folded, level = _without_level(_COUNTRY.sub("", folded))
    base, number = _number(folded)
    tokens = tuple(_ARTICLE.sub("", base + " ").split()) or tuple(base.split())
    return Name(base.replace(" ", ""), number, level, tokens)


def parts(text: str) -> list[str]:
    """Split a cell that names several places (``Soumpi et Léré``); one piece is the cell itself."""
    # Blanks made one: a thousand of them would be tried from each.
    plain = " ".join(_BRACKETS.sub(" ", text).split())
    return [piece.strip() for piece in _SPLIT.split(plain) if piece.strip()]


@functools.lru_cache(maxsize=2**18)
def light(folded: str) -> str:
    """Key in which different letters for one sound are the same.

    >>> light("wadouba") == light("ouaduba"), light("tedje") == light("tedie")
    (True, True)
    """
    key = folded.replace(" ", "")
    for pattern, letters in _SOUNDS:
        key = pattern.sub(letters, key)
    return key


@functools.lru_cache(maxsize=2**18)
def coarse(light_key: str) -> str:
    """Key in which sounds that writers confuse are the same: vowels, k/g, s/z, v/f, nasals.

    >>> coarse(light("doucoumbo")) == coarse(light("doukoba"))
    True
    """
    key = light_key
    for pattern, letters in _CONFUSED:
        key = pattern.sub(letters, key)
    return key


def skeleton(light_key: str) -> str:
    """Consonants alone, merged as in :func:`coarse`: what Arabic letters and Latin ones share.

    >>> skeleton(light("tembedgha")) == skeleton(parse("تمبدغة").light)
    True
    """
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouwh]", "", merged(light_key)))


def related(one: Name, other: Name, *, consonants: bool = False, vowels: bool = False) -> bool:
    """Whether two close names keep each other's consonants: none stands in the place of an unrelated one.

    Hands and ears drop, add, double and swap letters and change vowels; a wholly other
    consonant makes another name of it (Béma, Néma). With ``consonants`` none is missing
    either; with ``vowels`` one stands only in the place of its neighbour in the mouth.

    >>> related(parse("Kerano"), parse("Kéréna")), related(parse("Kerela"), parse("Kéréna"))
    (True, False)
    >>> related(parse("Batié"), parse("Baye")), related(parse("Batié"), parse("Baye"), consonants=True)
    (True, False)
    >>> related(parse("Soumpi"), parse("Soumpou")), related(parse("Soumpi"), parse("Soumpou"), vowels=True)
    (True, False)
    """
    if _swapped(one.written, other.written):
        return True
    keys = ((one.folded, other.folded), (one.light, other.light))
    if all(_foreign(*pair) for pair in keys):
        return False
    if vowels and all(_far_vowels(*pair) for pair in keys):
        return False
    return not consonants or any(sorted(_heard(key)) == sorted(_heard(with_key)) for key, with_key in keys)


def _heard(key: str) -> str:
    return consonants(_GLIDE.sub("w", key))


def consonants(key: str) -> str:
    """Letters of a key that are no vowels, in their order."""
    return "".join(letter for letter in key if letter not in _VOWELS)


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring letters took each other's places and nothing else differs."""
    return OSA.distance(one, other) == 1 and sorted(one) == sorted(other)


def _replaced(one: str, other: str) -> list[tuple[str, str]]:
    edits = [edit for edit in Levenshtein.editops(one, other) if edit.tag == "replace"]
    return [(one[edit.src_pos], other[edit.dest_pos]) for edit in edits]


def _far_vowels(one: str, other: str) -> bool:
    vowels = [frozenset(pair) for pair in _replaced(one, other) if set(pair) <= _VOWELS]
    return any(pair not in _NEAR_VOWELS for pair in vowels)


def _foreign(one: str, other: str) -> bool:
    unlike = [
        pair for pair in _replaced(one, other) if not (set(pair) <= _VOWELS or frozenset(pair) in _LIKE)
    ]
    # Two letters that took each other's places are a slip of the hand.
    return bool(unlike) and not (len(unlike) == 2 and unlike[0] == unlike[1][::-1])


def merged(light_key: str) -> str:
    """Sound key with the confused consonants made one and the vowels kept."""
    return light_key.translate(_MERGED)


def _level_word_repaired(folded: str) -> str:
    first, link, _rest = (*folded.split(" ", 2), "", "")[:3]
    if link not in _LINKS or len(first) < len("cercle"):
        return folded
    meant = next((word for word in _LEVEL_NAMES if OSA.distance(first, word, score_cutoff=1) <= 1), first)
    return meant + folded[len(first) :]


def _without_level(folded: str) -> tuple[str, str]:
    folded, level = _level_word_repaired(folded), ""
    for name, pattern in _PREFIXES:
        rest = pattern.sub("", folded, count=1).strip()
        if rest != folded and not rest.isdigit() and rest not in _NUMBERS:
            folded, level = rest, name
            break
    for name, pattern in _SUFFIXES:
        rest = pattern.sub("", folded, count=1).strip()
        if rest and rest != folded:
            return rest, level or name
    return folded, level


def _number(folded: str) -> tuple[str, int | None]:
    head, _blank, tail = folded.rpartition(" ")
    if head and tail in _NUMBERS:
        return head, _NUMBERS[tail]
    found = _NUMBER.search(folded)
    return (folded[: found.start()].strip(), int(found[1])) if found else (folded, None)


_ARABIC_LEVELS: Final = (
    ("region", re.compile(r"^(?:ولاية|منطقة|جهة) ")),
    ("cercle", re.compile(r"^(?:مقاطعة|دائرة) ")),
    ("commune", re.compile(r"^(?:بلدية) ")),
)


def _parse_arabic(folded: str) -> Name:
    level = ""
    for name, pattern in _ARABIC_LEVELS:
        rest = pattern.sub("", folded)
        if rest != folded:
            folded, level = rest, name
    base, number = _number(folded)
    words = [re.sub(r"^ال(?=..)", "", word) for word in base.split()]
    latin = tuple(word.translate(_FROM_ARABIC).replace("-", "").replace("h", "") for word in words)
    return Name("".join(latin), number, level, tuple(word for word in latin if word), arabic=True)
