"""Which unit a written place name means: one, several, or none, and why.

A name is compared inside the units that its stated parents can mean, from the strictest
comparison to the loosest, and the first that finds something decides: the official name;
a listed or alternate name, or one that sounds the same; a close spelling with a clear
lead over the second. What stays in doubt is ``ambiguous`` or ``none`` with its
candidates: nothing is guessed in silence. See ``docs/matching.md``.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import pandas as pd
from rapidfuzz.distance import OSA

from geo import pcodes
from geo.gazetteer import Gazetteer, Near, gazetteer, nearest
from geo.readings import Scope, scope
from geo.settings import LEVELS
from geo.spelling import related, Name, coarse, fold, light, merged, parse, parts, skeleton

RESULT_COLUMNS: Final = ("outcome", "pcode", "level", "method", "score", "candidates", "located_in_pcode")

# Letters of sound for each error that a close spelling may have. Short names lie within
# one error of too many others: below these lengths they need their exact sound.
LETTERS_PER_ERROR: Final = {"cercle": 3, "region": 4, "open": 4}
MIN_LETTERS: Final = {"cercle": 3, "region": 5, "open": 5}
# From these lengths on a consonant may be missing or added [letters].
MIN_LETTERS_LOOSE: Final = {"cercle": 3, "region": 6, "open": 6}
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

SCORES: Final = {"decision": 100.0, "pcode": 100.0, "exact": 100.0, "spelling": 98.0, "sound": 95.0, "script": 90.0}
SCORE_PART: Final = 80.0


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


def match(
    frame: pd.DataFrame,
    units: pd.DataFrame | Gazetteer,
    *,
    text: str,
    region: str | None = None,
    cercle: str | None = None,
    level: str | None = None,
    decisions: pd.DataFrame | None = None,
    localities: pd.DataFrame | None = None,
    vintage: str = "",
) -> pd.DataFrame:
    """Match written place names to units.

    Parameters
    ----------
    frame : DataFrame
        One row a name; it is not changed.
    units : DataFrame or Gazetteer
        The table of communes (see :func:`geo.gazetteer.gazetteer`), or its index made before.
    text, region, cercle : str
        Columns of the name and of its stated parents.
    level : str, optional
        A column of levels (``1 2 3`` or ``region cercle commune``), or one level for all rows.
        Without it a name can be of any level below its finest stated parent.
    decisions : DataFrame, optional
        Decisions made before: the columns of :func:`decision_keys` and ``pcode`` (empty: no unit).
    localities : DataFrame, optional
        ``name, adm3_pcode``: places inside communes, which are not that commune.
    vintage : str
        Vintage of P-codes in ``text`` (a year); codes that changed their meaning need it.

    Returns
    -------
    DataFrame
        Same index: ``outcome`` (``match``, ``ambiguous``, ``none``), ``pcode``, ``level``,
        ``method``, ``score`` [0-100], ``candidates`` (``;``), ``located_in_pcode``.

    Raises
    ------
    KeyError
        If a named column is not in the frame.
    """
    gaz = units if isinstance(units, Gazetteer) else gazetteer(units)
    asked = _asked(frame, text=text, region=region, cercle=cercle, level=level)
    group = asked.groupby(list(asked.columns), sort=False).ngroup()
    distinct = asked.drop_duplicates().reset_index(drop=True)
    settled = _settle_all(distinct, gaz, vintage=vintage)
    settled = _remembered(settled, distinct, decisions, gaz)
    result = _located(_as_frame(settled, gaz), distinct, localities, gaz)
    return result[list(RESULT_COLUMNS)].iloc[group.to_numpy()].set_axis(frame.index)


def decision_keys(
    frame: pd.DataFrame, *, text: str, region: str | None = None, cercle: str | None = None, level: str | None = None
) -> pd.DataFrame:
    """The key under which a decision on each row is remembered: folded text and parents, and the level.

    Rows with one key are alike: one decision settles them all.

    Returns
    -------
    DataFrame
        Same index: ``text_key, region_key, cercle_key, level``.
    """
    asked = _asked(frame, text=text, region=region, cercle=cercle, level=level)
    keys = {column: {written: fold(written) for written in asked[column].unique()} for column in _KEYED}
    folded = {f"{column}_key": asked[column].map(keys[column]) for column in _KEYED}
    return pd.DataFrame({**folded, "level": asked["level"]}, index=frame.index)


_KEYED: Final = ("text", "region", "cercle")
_LEVEL_OF: Final = {str(number): name for number, name in enumerate(LEVELS, start=1)} | {name: name for name in LEVELS}


def _asked(
    frame: pd.DataFrame, *, text: str, region: str | None, cercle: str | None, level: str | None
) -> pd.DataFrame:
    columns = {"text": text, "region": region, "cercle": cercle}
    asked = {
        name: frame[column].astype(object).where(frame[column].notna(), "").astype(str) if column else ""
        for name, column in columns.items()
    }
    fixed = _LEVEL_OF.get(level or "", "")
    if level and not fixed:
        asked["level"] = frame[level].astype(str).str.strip().str.lower().map(_LEVEL_OF).fillna("")
    return pd.DataFrame({**asked} if "level" in asked else {**asked, "level": fixed}, index=frame.index)


def _settle_all(distinct: pd.DataFrame, gaz: Gazetteer, *, vintage: str) -> list[Decision]:
    find_scope = functools.cache(functools.partial(_scope, gaz))
    asked: list[list[Question]] = []
    decided: dict[int, Decision] = {}
    for row, (text, region, cercle, level) in enumerate(distinct.itertuples(index=False, name=None)):
        name = parse(text)
        levels = (level,) if level else _open_levels(name, region, cercle)
        asked.append([Question(name, each, find_scope(each, region, cercle)) for each in levels])
        first = _by_code(text, asked[row], gaz, vintage=vintage) or _several(text, asked[row], gaz)
        if first:
            decided[row] = first
    return _settle_names(asked, decided, gaz)


def _scope(gaz: Gazetteer, level: str, region: str, cercle: str) -> Scope:
    return scope(gaz, level=level, region=region, cercle=cercle)


def _open_levels(name: Name, region: str, cercle: str) -> tuple[str, ...]:
    """Levels that a name without a stated one can be of: its own word for it, or those below its parents."""
    if name.level:
        return (name.level,)
    if cercle.strip():
        return LEVELS[2:]
    return LEVELS[1:] if region.strip() else LEVELS


def _settle_names(asked: list[list[Question]], decided: dict[int, Decision], gaz: Gazetteer) -> list[Decision]:
    answers = [[decided[row]] if row in decided else [_strict(one, gaz) for one in asked[row]] for row in range(len(asked))]
    # A name found at one level is not looked for by close spelling at another.
    pending = [
        (row, place)
        for row, found in enumerate(answers)
        if all(one is None or one.outcome == "none" for one in found)
        for place, one in enumerate(found)
        if one is None
    ]
    for (row, place), decision in zip(pending, _loose([asked[r][p] for r, p in pending], gaz), strict=True):
        answers[row][place] = decision
    return [_one_of([one for one in found if one]) for found in answers]


def _one_of(found: list[Decision]) -> Decision:
    """One decision from those of several levels; two levels that both match are ambiguous."""
    hits = [one for one in found if one.outcome == "match"]
    if len(found) == 1 or len(hits) == 1 and all(one.outcome != "ambiguous" for one in found):
        return hits[0] if hits else found[0]
    units = tuple(dict.fromkeys(unit for one in (hits or found) for unit in one.units))[:MAX_CANDIDATES]
    doubtful = hits or [one for one in found if one.outcome == "ambiguous"]
    if doubtful:
        return Decision("ambiguous", "level" if hits else doubtful[0].method, units, max(one.score for one in found))
    return found[0]._replace(units=units)


def _by_code(text: str, asked: list[Question], gaz: Gazetteer, *, vintage: str) -> Decision | None:
    unit = gaz.row.get(pcodes.repair(text).pcode)
    if unit is None:
        return None
    fitting = [one for one in asked if unit in gaz.at_level[one.level]]
    if not fitting or unit not in fitting[0].scope.allowed:
        return Decision("none", "contradiction", (unit,))
    changed = gaz.pcodes[unit].startswith(CHANGED_CODES)
    if changed and not vintage and fitting[0].scope.width == "open":
        return Decision("ambiguous", "pcode", (unit,))
    return _chosen(frozenset((unit,)), "pcode", fitting[0], gaz)


def _several(text: str, asked: list[Question], gaz: Gazetteer) -> Decision | None:
    """A cell that names two places or more is no single unit: ambiguous, with all of them."""
    pieces = parts(text)
    if len(pieces) < 2:
        return None
    found = [_strict(one._replace(name=parse(piece)), gaz) for piece in pieces for one in asked]
    units = dict.fromkeys(unit for one in found if one and one.outcome == "match" for unit in one.units)
    return Decision("ambiguous", "several", tuple(units)) if len(units) > 1 else None


def _strict(asked: Question, gaz: Gazetteer) -> Decision | None:
    """What the strict comparisons say; None leaves the name to close spelling."""
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
    others = [gaz.official.get((other, name.whole), frozenset()) & gaz.drawn for other in LEVELS if other != level]
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
    return chosen._replace(outcome="ambiguous", method="twins", units=(*chosen.units, *sorted(twins))) if twins else chosen


def _sounding(name: Name, level: str, gaz: Gazetteer) -> frozenset[int]:
    found = gaz.sound.get((level, name.folded), frozenset()) | gaz.sound.get((level, name.light), frozenset())
    return _with_number(name.number, found, gaz)


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
        found = frozenset(unit for unit in found if any(_rough(entry.name) == _rough(name) for entry in gaz.names[unit]))
    far = sorted((min(OSA.distance(merged(name.light), merged(entry.name.light)) for entry in gaz.names[unit]), unit) for unit in found & allowed)
    if len(far) > 1 and far[1][0] - far[0][0] >= MIN_LEAD_SCRIPT:
        found = frozenset((far[0][1],))
    return _chosen(found, "script", asked, gaz) or Decision("none", "contradiction" if found else "unknown", tuple(sorted(found)))


def _by_part(asked: Question, gaz: Gazetteer) -> Decision | None:
    """One word of a longer name (Ali for Ouro Ali): enough where the cercle is stated and one commune has it.

    Where several have it (Koporo), none of them is meant more than the others.
    """
    having = tuple(unit for unit in sorted(asked.scope.allowed & gaz.drawn) if _has_part(asked.name, unit, gaz))
    if len(having) == 1 and asked.scope.width == "cercle":
        return Decision("match", "part", having, SCORE_PART)
    return Decision("ambiguous", "part", having, SCORE_PART) if len(having) > 1 else None


def _has_part(name: Name, unit: int, gaz: Gazetteer) -> bool:
    known = [entry.name for entry in gaz.names[unit] if entry.origin == "official"]
    words = {light(token) for token in name.tokens}
    return any(words < {light(token) for token in one.tokens} or _begins(name.folded, one.folded) for one in known)


def _begins(part: str, whole: str) -> bool:
    # With fewer letters left over it is a misspelling, not a part (Kendi, Kendié).
    return len(part) >= MIN_LETTERS["open"] and len(whole) - len(part) >= 3 and whole.startswith(part)


def _loose(asked: Sequence[Question], gaz: Gazetteer) -> list[Decision]:
    """Close spelling for names that nothing stricter found."""
    decisions: dict[int, Decision] = {}
    for level in LEVELS:
        rows = [row for row, one in enumerate(asked) if one.level == level]
        found = _near([asked[row].name for row in rows], gaz, gaz.at_level[level] & gaz.drawn)
        decisions |= {row: _close(asked[row], near, gaz) for row, near in zip(rows, found, strict=True)}
        # A name of the whole list can still be closer to a unit elsewhere.
        open_rows = [row for row in rows if decisions[row].outcome != "none" and asked[row].scope.width == "open"]
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
    possible = [(away, unit) for away, unit in inside if _possible(name, unit, width, gaz)]
    shown = tuple(unit for _away, unit in (inside or near)[:MAX_CANDIDATES])
    if not possible:
        return Decision("none", "unknown", shown, _score(inside[0][0], name) if inside else 0.0)
    best, unit = possible[0]
    if len(possible) > 1 and possible[1][0] - best < MIN_LEAD[width]:
        return Decision("ambiguous", "close", tuple(other for _away, other in possible[:MAX_CANDIDATES]), _score(best, name))
    # The same sound elsewhere against a real error here: the parent may be what is wrong.
    rivals = tuple(other for away, other in near if away == 0 and other in fitting - allowed)
    if rivals and best >= 1:
        return Decision("ambiguous", "contradiction", (unit, *rivals[: MAX_CANDIDATES - 1]), _score(best, name))
    return _unless_twin(Decision("match", "close", (unit,), _score(best, name)), asked, gaz)


def _possible(name: Name, unit: int, width: str, gaz: Gazetteer) -> bool:
    """Whether a name can be a misspelling of a unit's, by the number and the kind of its errors."""
    return any(
        _close_enough(name, entry.name, of, width) for entry in gaz.names[unit] for of in (_written, _light)
    )


def _close_enough(name: Name, known: Name, of: Callable[[Name], str], width: str) -> bool:
    """Few errors for the letters, or for the sounds, and none that makes another name of it."""
    letters = len(of(name))
    if letters < MIN_LETTERS[width]:
        return False
    # A hand slips once; sounds differ in proportion to the length of the name.
    allowed = 1 if of is _written else max(letters // LETTERS_PER_ERROR[width], 1)
    strict = letters < MIN_LETTERS_LOOSE[width]
    return OSA.distance(of(name), of(known)) <= allowed and related(name, known, strict=strict)


def _written(name: Name) -> str:
    return "".join(name.tokens)


def _light(name: Name) -> str:
    return name.light


def _score(away: float, name: Name) -> float:
    """Score of a close spelling, below that of any stricter method."""
    return max(0.0, 94.0 * (1 - away / max(len(name.light), 1)))


def _unless_elsewhere(decision: Decision, asked: Question, near: Near) -> Decision:
    if near and _score(near[0][0], asked.name) > decision.score:
        return Decision("none", "elsewhere", (near[0][1], *decision.units)[:MAX_CANDIDATES], decision.score)
    return decision


def _rough(name: Name) -> str:
    return coarse(name.light)


def _as_frame(settled: list[Decision], gaz: Gazetteer) -> pd.DataFrame:
    levels = gaz.units["level"].tolist()
    rows = []
    for one in settled:
        matched = one.outcome == "match"
        codes = [gaz.pcodes[unit] for unit in one.units]
        level = levels[one.units[0]] if matched else ""
        rows.append((one.outcome, codes[0] if matched else "", level, one.method, round(one.score, 1), ";".join(codes)))
    return pd.DataFrame(rows, columns=list(RESULT_COLUMNS[:-1]))


def _remembered(
    settled: list[Decision], distinct: pd.DataFrame, decisions: pd.DataFrame | None, gaz: Gazetteer
) -> list[Decision]:
    """Put remembered decisions in the place of what was found."""
    if decisions is None or decisions.empty:
        return settled
    columns = ["text_key", "region_key", "cercle_key", "level"]
    known = dict(zip(decisions[columns].itertuples(index=False, name=None), decisions["pcode"], strict=True))
    keys = decision_keys(distinct, text="text", region="region", cercle="cercle", level="level")
    return [
        _decided(known[key], gaz) if key in known else one
        for key, one in zip(keys[columns].itertuples(index=False, name=None), settled, strict=True)
    ]


def _decided(pcode: str, gaz: Gazetteer) -> Decision:
    # A decision for a unit that this gazetteer does not know is not applied in silence.
    if pcode and pcode not in gaz.row:
        return Decision("none", "decision")
    return Decision("match", "decision", (gaz.row[pcode],), SCORES["decision"]) if pcode else Decision("none", "decision")


def _located(
    result: pd.DataFrame, distinct: pd.DataFrame, localities: pd.DataFrame | None, gaz: Gazetteer
) -> pd.DataFrame:
    return result.assign(located_in_pcode="")
