"""How one name is decided: the comparisons, strictest first, and what each may conclude.

Pure rules over a :class:`geo.gazetteer.Gazetteer`; :mod:`geo.matching` brings the frames.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from geo import pcodes, signs
from geo.gazetteer import Gazetteer, Near, nearest
from geo.readings import Scope
from geo.settings import LEVELS
from geo.spelling import Name, coarse, consonants, merged, parse, parts, related, skeleton

# Letters of sound for each error that a close spelling may have. Short names lie within
# one error of too many others: below these lengths they need their exact sound.
LETTERS_PER_ERROR: Final = {"cercle": 3, "region": 4, "open": 4}
MIN_LETTERS: Final = {"cercle": 3, "region": 5, "open": 5}
# From these lengths on a consonant may be missing or added [letters].
MIN_LETTERS_LOOSE: Final = {"cercle": 3, "region": 5, "open": 6}
# Below these lengths a vowel stands only in the place of its neighbour [letters]: Sompi is
# Soumpi, Soumpou is another place.
MIN_LETTERS_VOWELS: Final = {"cercle": 3, "region": 7, "open": 7}
# From this length on one letter after the first may be any other [letters]: no other name is so near.
MIN_LETTERS_ANY: Final = 9
# A name that has the consonants of another in their order, this many at least, may have
# vowels changed, lost or added up to the number beside [letters of sound].
VOWELS_CHANGED: Final = {"cercle": {3: 2, 4: 3}, "region": {3: 2, 4: 3}, "open": {4: 2}}
SURE_CONSONANTS: Final = 4
# How much further off the second must be than the best, where both are possible [errors].
MIN_LEAD: Final = {"cercle": 0.5, "region": 1.0, "open": 1.0}
# Fewer consonants than this do not tell a name in Arabic letters from others.
MIN_BONES: Final = 3
# Long vowels are written: how much nearer they must bring one of several names [letters].
MIN_LEAD_SCRIPT: Final = 2
MAX_CANDIDATES: Final = 5
# Codes that mean another unit in another vintage: ML09 is Bamako in 2021 and Taoudénit
# in 2025, Mauritania's were renumbered between 2020 and 2024.
CHANGED_CODES: Final = ("ML09", "MR")

SCORES: Final = {
    "decision": 100.0,
    "pcode": 100.0,
    "exact": 100.0,
    "spelling": 98.0,
    "sound": 95.0,
    "script": 90.0,
}
SCORE_PART: Final = 80.0


_DIGIT: Final = re.compile(r"[0-9]")


class Question(NamedTuple):
    """One distinct name to settle at one level."""

    name: Name
    level: str
    scope: Scope


class Decision(NamedTuple):
    """Outcome for one question, the units it names (the match, or the candidates)."""

    outcome: str
    method: str
    units: tuple[int, ...] = ()
    score: float = 0.0


def by_code(text: str, asked: list[Question], gaz: Gazetteer, *, vintage: str) -> Decision | None:
    """Read a P-code, spoilt ones repaired; None where the text is none."""
    # Most texts are names: only one with a digit is worth reading as a code.
    unit = gaz.row.get(pcodes.repair(text).pcode) if _DIGIT.search(text) else None
    if unit is None:
        return None
    fitting = [one for one in asked if unit in gaz.at_level[one.level]]
    if not fitting or unit not in fitting[0].scope.allowed:
        return Decision("none", "contradiction", (unit,))
    changed = gaz.pcodes[unit].startswith(CHANGED_CODES)
    if changed and not vintage and fitting[0].scope.width == "open":
        return Decision("ambiguous", "pcode", (unit,))
    return _chosen(frozenset((unit,)), "pcode", fitting[0], gaz)


def several(text: str, asked: list[Question], gaz: Gazetteer) -> Decision | None:
    """Put a cell that names two places or more, which is no single unit, to review with all of them."""
    pieces = parts(text)
    if len(pieces) < 2:
        return None
    found = [strict(one._replace(name=parse(piece)), gaz) for piece in pieces for one in asked]
    units = dict.fromkeys(unit for one in found if one and one.outcome == "match" for unit in one.units)
    return Decision("ambiguous", "several", tuple(units)) if len(units) > 1 else None


def strict(asked: Question, gaz: Gazetteer) -> Decision | None:
    """Decide by the strict comparisons; None leaves the name to close spelling."""
    name, level, _scope = asked
    if not name.folded:
        return Decision("none", "empty")
    if name.level and name.level != level:
        return Decision("none", "level", tuple(sorted(_sounding(name, name.level, gaz))))
    official = gaz.official.get((level, name.whole), frozenset())
    chosen = _chosen(official, "exact", asked, gaz) or _chosen_by_sound(asked, official, gaz)
    if chosen:
        return chosen
    if name.arabic:
        return _by_script(asked, gaz)
    part = _by_part(asked, gaz)
    if part or official:
        return part or Decision("none", "contradiction", tuple(sorted(official)))
    others = [
        gaz.official.get((other, name.whole), frozenset()) & gaz.drawn for other in LEVELS if other != level
    ]
    if any(others):
        return Decision("none", "level", tuple(sorted(frozenset().union(*others))))
    return None


def _chosen(units: frozenset[int], method: str, asked: Question, gaz: Gazetteer) -> Decision | None:
    inside = units & asked.scope.allowed
    drawn = tuple(sorted(inside & gaz.drawn))
    if len(drawn) == 1:
        return Decision("match", method, drawn, SCORES[method])
    if drawn:
        return Decision("ambiguous", "namesakes", drawn, SCORES[method])
    return Decision("none", "elsewhere", tuple(sorted(inside))) if inside else None


def _chosen_by_sound(asked: Question, official: frozenset[int], gaz: Gazetteer) -> Decision | None:
    chosen = _chosen(_sounding(asked.name, asked.level, gaz), "sound", asked, gaz)
    if chosen is None or chosen.outcome != "match":
        return chosen
    unit = chosen.units[0]
    if any(entry.name.folded == asked.name.folded for entry in gaz.names[unit]):
        return chosen._replace(method="spelling", score=SCORES["spelling"])
    if official and asked.scope.width == "open":
        return Decision("none", "elsewhere", (*sorted(official), unit))
    return _unless_twin(chosen, asked, gaz)


def _unless_twin(chosen: Decision, asked: Question, gaz: Gazetteer) -> Decision:
    twins = gaz.twins(chosen.units[0]) & asked.scope.allowed
    return (
        chosen._replace(outcome="ambiguous", method="twins", units=(*chosen.units, *sorted(twins)))
        if twins
        else chosen
    )


def _sounding(name: Name, level: str, gaz: Gazetteer) -> frozenset[int]:
    found = gaz.sound.get((level, name.folded), frozenset()) | gaz.sound.get((level, name.light), frozenset())
    fitting = _with_number(name.number, found, gaz)
    numbered = any(entry.name.number == name.number for unit in fitting for entry in gaz.names[unit])
    # Sébécoro II, where Sébékoro has no number and Sébécoro I another one, may mean either.
    return fitting if numbered or not fitting else found


def _with_number(number: int | None, units: Iterable[int], gaz: Gazetteer) -> frozenset[int]:
    """Units that a number beside the name allows: those with it, else those without any."""
    units = frozenset(units)
    if number is None:
        return units
    having = {unit for unit in units if any(entry.name.number == number for entry in gaz.names[unit])}
    without = {unit for unit in units if all(entry.name.number is None for entry in gaz.names[unit])}
    return frozenset(having or without)


def _by_script(asked: Question, gaz: Gazetteer) -> Decision:
    """Arabic letters leave short vowels out: the consonants decide, the vowels only where those do not."""
    name, level, (allowed, _width) = asked
    bones = skeleton(name.light)
    found = _with_number(name.number, gaz.bones.get((level, bones), frozenset()), gaz)
    if len(bones) < MIN_BONES:
        found = frozenset(
            unit for unit in found if any(_rough(entry.name) == _rough(name) for entry in gaz.names[unit])
        )
    far = sorted(
        (min(OSA.distance(merged(name.light), merged(entry.name.light)) for entry in gaz.names[unit]), unit)
        for unit in found & allowed
    )
    if len(far) > 1 and far[1][0] - far[0][0] >= MIN_LEAD_SCRIPT:
        found = frozenset((far[0][1],))
    return _chosen(found, "script", asked, gaz) or Decision(
        "none", "contradiction" if found else "unknown", tuple(sorted(found))
    )


def _by_part(asked: Question, gaz: Gazetteer) -> Decision | None:
    """One word of a longer name (Ali for Ouro Ali): enough where the cercle is stated and one commune has it.

    Where several have it (Koporo), none of them is meant more than the others.
    """
    having = tuple(sorted(gaz.having_part(asked.name, asked.level) & asked.scope.allowed & gaz.drawn))
    if len(having) == 1 and asked.scope.width == "cercle":
        return Decision("match", "part", having, SCORE_PART)
    return Decision("ambiguous", "part", having, SCORE_PART) if len(having) > 1 else None


def loose(asked: Sequence[Question], gaz: Gazetteer) -> list[Decision]:
    """Close spelling for names that nothing stricter found."""
    decisions: dict[int, Decision] = {}
    for level in LEVELS:
        rows = [row for row, one in enumerate(asked) if one.level == level]
        found = _near([asked[row].name for row in rows], gaz, gaz.at_level[level] & gaz.drawn)
        decisions |= {row: _close(asked[row], near, gaz) for row, near in zip(rows, found, strict=True)}
        # A name of the whole list can still be closer to a unit elsewhere.
        open_rows = [
            row for row in rows if decisions[row].outcome != "none" and asked[row].scope.width == "open"
        ]
        others = _near([asked[row].name for row in open_rows], gaz, gaz.at_level[level] - gaz.drawn)
        for row, near in zip(open_rows, others, strict=True):
            decisions[row] = _unless_elsewhere(decisions[row], asked[row], near)
    return [decisions[row] for row in range(len(asked))]


def _near(names: Sequence[Name], gaz: Gazetteer, units: frozenset[int]) -> list[Near]:
    distinct = {name: place for place, name in enumerate(dict.fromkeys(names))}
    found = nearest(list(distinct), gaz, units)
    return [found[distinct[name]] for name in names]


def _close(asked: Question, near: Near, gaz: Gazetteer) -> Decision:
    name, _level, (allowed, width) = asked
    fitting = _with_number(name.number, (unit for _cost, unit in near), gaz)
    inside = [(away, unit) for away, unit in near if unit in allowed and unit in fitting]
    within_reach = max(len(name.light) // LETTERS_PER_ERROR[width], 1) + 0.5
    possible = [
        (away, unit) for away, unit in inside if away <= within_reach and _possible(name, unit, width, gaz)
    ]
    shown = tuple(unit for _away, unit in (inside or near)[:MAX_CANDIDATES])
    if not possible:
        return Decision("none", "unknown", shown, _score(inside[0][0], name) if inside else 0.0)
    best, unit = possible[0]
    seconds = [other for away, other in possible[1:] if away - best < MIN_LEAD[width]]
    if len(name.light) < MIN_LETTERS_VOWELS[width]:
        # So near a short name, even one that it can hardly be a misspelling of is a doubt.
        seconds += [other for away, other in inside if away <= best and other not in (unit, *seconds)]
    if seconds:
        return Decision("ambiguous", "close", (unit, *seconds)[:MAX_CANDIDATES], _score(best, name))
    # The same sound elsewhere against a real error here: the parent may be what is wrong.
    rivals = tuple(other for away, other in near if away == 0 and other in fitting - allowed)
    if rivals and best >= 1:
        return Decision(
            "ambiguous", "contradiction", (unit, *rivals[: MAX_CANDIDATES - 1]), _score(best, name)
        )
    if signs.look_alikes(name.folded):
        # Letters of another alphabet are no slip of a hand: who wrote them, and why, a person asks.
        return Decision("ambiguous", "close", shown, _score(best, name))
    return _unless_twin(Decision("match", "close", (unit,), _score(best, name)), asked, gaz)


def _possible(name: Name, unit: int, width: str, gaz: Gazetteer) -> bool:
    """Whether a name can be a misspelling of a unit's, by the number and the kind of its errors."""
    return any(_close_enough(name, entry.name, width) for entry in gaz.names[unit])


def _close_enough(name: Name, known: Name, width: str) -> bool:
    # A hand slips once; sounds differ in proportion to the length of the name.
    sounds = max(len(name.light) // LETTERS_PER_ERROR[width], 1)
    for one, other, allowed in ((name.written, known.written, 1), (name.light, known.light, sounds)):
        letters = len(one)
        few = letters >= MIN_LETTERS[width] and OSA.distance(one, other, score_cutoff=allowed) <= allowed
        if few and _alike(name, known, width, letters):
            return True
    return _same_consonants(name, known, width)


def _alike(name: Name, known: Name, width: str, letters: int) -> bool:
    same_start = name.written[:1] == known.written[:1]
    if len(name.light) >= MIN_LETTERS_ANY and same_start and OSA.distance(name.written, known.written) <= 1:
        return True
    return related(
        name,
        known,
        consonants=letters < MIN_LETTERS_LOOSE[width],
        vowels=letters < MIN_LETTERS_VOWELS[width],
    )


def _same_consonants(name: Name, known: Name, width: str) -> bool:
    rough = _rough(name)
    if rough != _rough(known):
        return False
    heard = len(consonants(rough))
    most = max((most for least, most in VOWELS_CHANGED[width].items() if heard >= least), default=0)
    if heard < SURE_CONSONANTS and (
        consonants(merged(name.light)) != consonants(merged(known.light))
        or not related(name, known, vowels=True)
    ):
        return False
    return OSA.distance(name.light, known.light) <= most


def _score(away: float, name: Name) -> float:
    """Score of a close spelling, below that of any stricter method."""
    return max(0.0, 94.0 * (1 - away / max(len(name.light), 1)))


def _unless_elsewhere(decision: Decision, asked: Question, near: Near) -> Decision:
    if near and _score(near[0][0], asked.name) > decision.score:
        return Decision("none", "elsewhere", (near[0][1], *decision.units)[:MAX_CANDIDATES], decision.score)
    return decision


def _rough(name: Name) -> str:
    return coarse(name.light)
