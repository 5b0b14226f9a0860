"""Matching of written place names, beside three simpler ways, on 2,494 labelled rows.

The rows are those of ``../shared/data/places/matching_dev.csv`` (its README says how they
were put together). *right*: the outcome, and the unit of a match, are the labelled ones.
*wrong*: another unit. *false positive*: a unit for a name that is none. *guessed*: a unit
for a name that is ambiguous. Then the time for 100,000 rows: the file repeated, and with
two random letters put into every name, so that hardly two are the same.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from rapidfuzz import fuzz, process

from geo.gazetteer import Gazetteer
from geo.io.places import read_gazetteer
from geo.matching import match
from geo.readings import scope
from geo.settings import LEVELS
from geo.spelling import fold

FILE = Path(__file__).resolve().parents[1] / "../shared/data/places/matching_dev.csv"
COLUMNS = {
    "text": "text",
    "region": "parent_region_text",
    "cercle": "parent_cercle_text",
    "level": "expected_level",
}
ROWS_TIMED = 100_000
Answer = tuple[str, str]
Way = Callable[[pd.DataFrame, Gazetteer], list[Answer]]


def run(quick: bool) -> list[dict[str, object]]:
    if not FILE.exists():
        raise SystemExit(f"{FILE.resolve()} is not there: the measurement file is no part of the repository")
    rows = pd.read_csv(FILE, dtype=str, keep_default_na=False)
    known = read_gazetteer()
    measured = [_measured(name, way(rows, known), rows) for name, way in WAYS.items()]
    if quick:
        return measured
    return measured + [_timed(name, table, known) for name, table in _many(rows).items()]


def ours(rows: pd.DataFrame, known: Gazetteer) -> list[Answer]:
    found = match(rows, known, **COLUMNS)
    return list(zip(found["outcome"], found["pcode"], strict=True))


def exact(rows: pd.DataFrame, known: Gazetteer) -> list[Answer]:
    """Equal once folded; several are told apart by the parent, where it leaves one."""
    return [_one(_exact(asked, known)) for asked in _asked(rows)]


def wratio_in_parent(rows: pd.DataFrame, known: Gazetteer) -> list[Answer]:
    return _fuzzy(rows, known, least=85, in_parent=True)


def wratio_whole(rows: pd.DataFrame, known: Gazetteer) -> list[Answer]:
    return _fuzzy(rows, known, least=90, in_parent=False)


WAYS: dict[str, Way] = {
    "couverture": ours,
    "exact after folding, parent breaks ties": exact,
    "rapidfuzz WRatio >= 85 in the stated parent": wratio_in_parent,
    "rapidfuzz WRatio >= 90 in the whole list": wratio_whole,
}


def _asked(rows: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    levels = rows[COLUMNS["level"]].map(lambda number: LEVELS[int(number) - 1])
    columns = (rows[COLUMNS[name]] for name in ("text", "region", "cercle"))
    return list(zip(*columns, levels, strict=True))


def _names(known: Gazetteer, level: str) -> dict[int, str]:
    units = known.units
    chosen = units[(units["level"] == level) & units["drawn"]]
    return dict(zip(chosen.index, chosen["name"].map(fold), strict=True))


def _exact(asked: tuple[str, str, str, str], known: Gazetteer) -> list[str]:
    text, region, cercle, level = asked
    equal = {unit for unit, name in _names(known, level).items() if name == fold(text)}
    inside = equal & scope(known, level=level, region=region, cercle=cercle).allowed
    return [known.pcodes[unit] for unit in (inside if len(inside) == 1 else equal)]


def _one(codes: list[str]) -> Answer:
    if len(codes) == 1:
        return "match", codes[0]
    return ("ambiguous" if codes else "none"), ""


def _fuzzy(rows: pd.DataFrame, known: Gazetteer, *, least: int, in_parent: bool) -> list[Answer]:
    answers = []
    names = {level: _names(known, level) for level in LEVELS}
    for text, region, cercle, level in _asked(rows):
        pool = names[level]
        if in_parent:
            allowed = scope(known, level=level, region=region, cercle=cercle).allowed
            pool = {unit: name for unit, name in pool.items() if unit in allowed}
        best = process.extract(fold(text), pool, scorer=fuzz.WRatio, score_cutoff=least, limit=2)
        tied = [unit for _name, score, unit in best if score == best[0][1]]
        answers.append(_one([known.pcodes[unit] for unit in tied]))
    return answers


def _measured(name: str, answers: list[Answer], rows: pd.DataFrame) -> dict[str, object]:
    table = rows.assign(outcome=[one[0] for one in answers], pcode=[one[1] for one in answers])
    expected, matched = table["expected_outcome"], table["outcome"] == "match"
    same_unit = table["pcode"] == table["expected_pcode"]
    right = (table["outcome"] == expected) & (~matched | same_unit)
    by_kind = {
        f"{kind} %": round(100 * float(right[table["kind"] == kind].mean()), 1)
        for kind in ("real", "synthetic", "negative", "ambiguous")
    }
    return {
        "way": name,
        "rows": len(table),
        "right %": round(100 * float(right.mean()), 2),
        "wrong": int((matched & (expected == "match") & ~same_unit).sum()),
        "false positive": int((matched & (expected == "none")).sum()),
        "guessed": int((matched & (expected == "ambiguous")).sum()),
        **by_kind,
        "seconds": "",
    }


def _many(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    repeated = pd.concat([rows] * (ROWS_TIMED // len(rows) + 1), ignore_index=True).head(ROWS_TIMED)
    chance = random.Random(1)
    noisy = [_noisy(_noisy(text, chance), chance) for text in repeated["text"]]
    return {"100,000 rows, repeated": repeated, "100,000 rows, noisy": repeated.assign(text=noisy)}


def _noisy(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + text[place:]


def _timed(name: str, table: pd.DataFrame, known: Gazetteer) -> dict[str, object]:
    begun = time.perf_counter()
    match(table, known, **COLUMNS)
    return {"way": name, "rows": len(table), "seconds": round(time.perf_counter() - begun, 2)}
