"""Which unit a written place name means: one, several, or none, and why.

A name is compared inside the units that its stated parents can mean, from the strictest
comparison to the loosest, and the first that finds something decides: the official name;
a listed or alternate name, or one that sounds the same; a close spelling with a clear
lead over the second. What stays in doubt is ``ambiguous`` or ``none`` with its
candidates: nothing is guessed in silence. See ``docs/matching.md``.
"""

import functools
from typing import Final

import pandas as pd

from geo.deciding import MAX_CANDIDATES, SCORES, Decision, Question, by_code, loose, several, strict
from geo.gazetteer import Gazetteer, gazetteer
from geo.readings import Scope, scope
from geo.settings import LEVELS
from geo.spelling import Name, fold, parse

RESULT_COLUMNS: Final = ("outcome", "pcode", "level", "method", "score", "candidates", "located_in_pcode")


def match(  # noqa: PLR0913 - each is a column or a table of its own
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
    frame: pd.DataFrame,
    *,
    text: str,
    region: str | None = None,
    cercle: str | None = None,
    level: str | None = None,
) -> pd.DataFrame:
    """Give the key under which a decision on each row is remembered: folded text and parents, and the level.

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
_LEVEL_OF: Final = {str(number): name for number, name in enumerate(LEVELS, start=1)} | {
    name: name for name in LEVELS
}


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
        first = by_code(text, asked[row], gaz, vintage=vintage) or several(text, asked[row], gaz)
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


def _settle_names(
    asked: list[list[Question]], decided: dict[int, Decision], gaz: Gazetteer
) -> list[Decision]:
    answers = [
        [decided[row]] if row in decided else [strict(one, gaz) for one in asked[row]]
        for row in range(len(asked))
    ]
    # A name found at one level is not looked for by close spelling at another.
    pending = [
        (row, place)
        for row, found in enumerate(answers)
        if all(one is None or one.outcome == "none" for one in found)
        for place, one in enumerate(found)
        if one is None
    ]
    for (row, place), decision in zip(pending, loose([asked[r][p] for r, p in pending], gaz), strict=True):
        answers[row][place] = decision
    return [_one_of([one for one in found if one]) for found in answers]


def _one_of(found: list[Decision]) -> Decision:
    """One decision from those of several levels; two levels that both match are ambiguous."""
    hits = [one for one in found if one.outcome == "match"]
    if len(found) == 1 or (len(hits) == 1 and all(one.outcome != "ambiguous" for one in found)):
        return hits[0] if hits else found[0]
    units = tuple(dict.fromkeys(unit for one in (hits or found) for unit in one.units))[:MAX_CANDIDATES]
    doubtful = hits or [one for one in found if one.outcome == "ambiguous"]
    if doubtful:
        return Decision(
            "ambiguous", "level" if hits else doubtful[0].method, units, max(one.score for one in found)
        )
    return found[0]._replace(units=units)


def _as_frame(settled: list[Decision], gaz: Gazetteer) -> pd.DataFrame:
    levels = gaz.units["level"].tolist()
    rows = []
    for one in settled:
        matched = one.outcome == "match"
        codes = [gaz.pcodes[unit] for unit in one.units]
        level = levels[one.units[0]] if matched else ""
        rows.append(
            (
                one.outcome,
                codes[0] if matched else "",
                level,
                one.method,
                round(one.score, 1),
                ";".join(codes),
            )
        )
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
    return (
        Decision("match", "decision", (gaz.row[pcode],), SCORES["decision"])
        if pcode
        else Decision("none", "decision")
    )


def _located(
    result: pd.DataFrame, distinct: pd.DataFrame, localities: pd.DataFrame | None, gaz: Gazetteer
) -> pd.DataFrame:
    """Fill ``located_in_pcode`` from a list of localities; a known locality is not a misspelt commune."""
    if localities is None or localities.empty:
        return result.assign(located_in_pcode="")
    inside: dict[str, set[str]] = {}
    for written, code in zip(localities["name"], localities["adm3_pcode"], strict=True):
        inside.setdefault(parse(written).light, set()).add(code)
    doubtful = result["method"].isin(("close", "part", "unknown", "level", "contradiction"))
    asked = zip(distinct.itertuples(index=False), doubtful, strict=True)
    codes = pd.Series(
        [_locality(one, inside, gaz) if doubt else "" for one, doubt in asked], index=result.index
    )
    # A locality of the very commune that was found is its chief town, not another place.
    located = codes.ne("") & codes.ne(result["pcode"])
    return result.assign(
        outcome=result["outcome"].mask(located, "none"),
        pcode=result["pcode"].mask(located, ""),
        level=result["level"].mask(located, ""),
        method=result["method"].mask(located, "locality"),
        located_in_pcode=codes.where(located, ""),
    )


def _locality(asked: tuple[str, ...], inside: dict[str, set[str]], gaz: Gazetteer) -> str:
    """P-code of the one commune that holds a locality of this name within the stated parents, or empty."""
    text, region, cercle, level = asked
    if level not in ("", "commune"):
        return ""
    allowed = scope(gaz, level="commune", region=region, cercle=cercle).allowed
    holding = {code for code in inside.get(parse(text).light, ()) if gaz.row.get(code) in allowed}
    return holding.pop() if len(holding) == 1 else ""
