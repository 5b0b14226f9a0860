"""A zone in free text, taken apart into the places it names, each with the parents stated for it.

``Cercle de Niafunké, (commune de Soboundou, Soumpi), cercle de Tombouctou`` names two communes of
Niafunké and one whole cercle. A unit that is detailed by units inside it is their parent, not a
place beside them. Which unit a name means is the matcher's affair.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from geo import signs
from geo.settings import LEVELS

# A level below the communes: it details a place and is no unit of its own.
LOCALITY: Final = "locality"
# A longer text is no zone but a report; it is left to be read by somebody.
MAX_CHARACTERS: Final = 10_000
_ORDER: Final = (*LEVELS, LOCALITY)
_WORDS: Final = {
    "region": r"r[ée]gions?|wilayas?",
    "cercle": r"cercles?|moughataas?|moughata|d[ée]partements?",
    "commune": r"communes?(?:\s+(?:rurales?|urbaines?))?|c\.\s?[ru]\.|mairies?",
    LOCALITY: r"villages?|localit[ée]s?|quartiers?|sites?|hameaux?|fractions?|campements?",
}
_LEVEL: Final = re.compile(
    r"\b(?P<of>(?:dans|sur|pour)\s+(?:les?|la|l')\s*|des\s|du\s+|de\s+la\s|de\s+l'\s*)?"
    r"(?:(?:les?|la|l'|d'|de|au|aux?|en)\s*)?"
    r"(?:\d+\s+|toutes\s+les\s+)?"
    + "(?:"
    + "|".join(f"(?P<{level}>{words})" for level, words in _WORDS.items())
    + r")(?!\w)(?:\s*(?:suivante?s?|concern[ée]e?s?|cibl[ée]e?s?))?"
    r"(?:\s*(?:de\s+la|de\s+l'|de|des|du|d'|d’))?(?=\s|$|[:(,;/\w])",
    re.IGNORECASE,
)
_MARK: Final = re.compile(r"[(\[)\]:;/\n•]|\s[–—-]\s|,|\.(?=\s|$)|\b(?:et|ainsi\s+que|and)\b", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"^(?:dans|de|du|des|le|la|les|à|au|aux|en)\s+(?=\S)|^[dl]['’]", re.IGNORECASE)
_OPENING: Final = ("(", "[", ":")
_CLOSING: Final = (")", "]")


@dataclass(frozen=True)
class Place:
    """One place of a zone: level (``""`` where no word says it), name, and the parents it may lie in.

    ``detail`` is True where localities stand under it that are no units.
    """

    level: str
    name: str
    regions: tuple[str, ...] = ()
    cercles: tuple[str, ...] = ()
    detail: bool = False


class _Token(NamedTuple):
    kind: str  # level, parent (a level after "du", "dans le"), name, mark
    text: str


# Words that stand before a level and name nothing.
_NOTHING: Final = frozenset(
    {"ensemble", "totalité", "tous", "toutes", "zone", "zones", "zone d'intervention"}
)


def read_zone(text: str) -> tuple[Place, ...]:
    """Return the places that a text names, in its order, none twice.

    >>> zone = read_zone("Cercle de Niafunké, (commune de Soumpi), cercle de Tombouctou: …")
    >>> [(place.level, place.name, place.cercles) for place in zone]
    [('commune', 'Soumpi', ('Niafunké',)), ('cercle', 'Tombouctou', ())]
    >>> [place.name for place in read_zone("régions de Gao et Mopti")]
    ['Gao', 'Mopti']
    """
    if len(text) > MAX_CHARACTERS:
        return ()
    groups = _nested(_groups(_tokens(signs.tidied(text.replace("’", "'")))))
    places = [place for group in groups for place in group.places()]
    return tuple(dict.fromkeys(places))


@dataclass(frozen=True)
class _Group:
    """Names said to be of one level together, and the groups that hold them."""

    level: str
    names: tuple[str, ...]
    above: tuple["_Group", ...] = ()
    detailed: bool = False
    detail: bool = False
    # What stood before the group: an opening mark, / or "of"; "" after a comma.
    opened: str = ""
    depth: int = 0

    def places(self) -> list[Place]:
        """Places of the group; none where others detail it."""
        if self.detailed or self.level == LOCALITY:
            return []
        regions = tuple(name for group in self.above if group.level == "region" for name in group.names)
        cercles = tuple(name for group in self.above if group.level == "cercle" for name in group.names)
        return [Place(self.level, name, regions, cercles, self.detail) for name in self.names]


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    place = 0
    for found in sorted((*_LEVEL.finditer(text), *_MARK.finditer(text)), key=lambda match: match.start()):
        if found.start() < place:
            continue
        tokens += _name(text[place : found.start()])
        if found.re is _LEVEL:
            after_name = bool(found["of"] and tokens and tokens[-1].kind == "name")
            level = next(name for name in _ORDER if found[name])
            tokens.append(_Token("parent" if after_name else "level", level))
        else:
            tokens.append(_Token("mark", found[0].strip()))
        place = found.end()
    return tokens + _name(text[place:])


def _name(text: str) -> list[_Token]:
    name = text.strip(" \t\r\n\"«»*'")
    while (shorter := _ARTICLE.sub("", name).strip()) != name:
        name = shorter
    named = re.search(r"[^\W\d_]", name) and name.casefold() not in _NOTHING
    return [_Token("name", name)] if named else []


def _groups(tokens: Sequence[_Token]) -> list[_Group]:
    """Names in a row under one word for their level; what opens a detail begins another group."""
    groups: list[_Group] = []
    level, opened, depth = "", "", 0
    fresh = True
    for kind, text in tokens:
        if kind in ("level", "parent"):
            level, fresh = text, True
            opened = "of" if kind == "parent" else opened
        elif kind == "name":
            if fresh or not groups:
                groups.append(_Group(level, (text,), opened=opened, depth=depth))
            else:
                groups[-1] = replace(groups[-1], names=(*groups[-1].names, text))
            opened, fresh = "", False
        elif text in _OPENING:
            # Names that follow without a word for their level are one level finer.
            level = _finer(groups[-1].level) if groups and not fresh else level
            opened, fresh, depth = text, True, depth + (text != ":")
        elif text in _CLOSING:
            depth, fresh = max(depth - 1, 0), True
            level = next((group.level for group in reversed(groups) if group.depth <= depth), level)
        elif text in ("/", ";", "\n", "•", "."):
            opened, fresh = "/" if text == "/" else opened, True
    return groups


def _finer(level: str) -> str:
    return _ORDER[min(_ORDER.index(level) + 1, len(_ORDER) - 1)] if level else ""


def _nested(groups: Sequence[_Group]) -> list[_Group]:
    """Give each group the wider ones said before it, or in brackets or after it, that hold it."""
    done: list[_Group] = []
    for group in groups:
        rank = _rank(group)
        trailing = group.opened in ("(", "[", "of") and done and 0 <= rank < _rank(done[-1])
        if trailing:
            # "Soumpi (cercle de Niafunké)", "Soumpi du cercle de Niafunké": the parent comes after.
            done[-1] = replace(done[-1], above=(*done[-1].above, group))
            continue
        above = _above(group, done)
        for place, held in enumerate(done):
            if held in above and (group.level != LOCALITY):
                done[place] = replace(held, detailed=True)
            elif held in above and group.level == LOCALITY and held is above[-1]:
                done[place] = replace(held, detail=True)
        done.append(replace(group, above=tuple(above)))
    return done


def _rank(group: _Group) -> int:
    return _ORDER.index(group.level) if group.level else -1


def _above(group: _Group, done: Sequence[_Group]) -> list[_Group]:
    """Find the last group of each wider level, nearest first; what lies at another's side is left out."""
    rank = _rank(group)
    if rank < 0:
        return []
    found: list[_Group] = []
    for held in reversed(done):
        if 0 <= _rank(held) < rank:
            found.insert(0, held)
            rank = _rank(held)
            if held.above:
                return [*held.above, *found]
    return found
