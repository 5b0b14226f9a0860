"""Places to settle: rows alike are one group, with the candidates that each has."""

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import pandas as pd

from geo.boundaries import Boundaries
from geo.counting import SEPARATOR
from geo.matching import decision_keys
from geo.placing import usable_position
from geo.settings import LEVELS
from geo.stated import CODE_COLUMNS, NAME_COLUMNS
from geo.store import database, held
from geo.store.current import held_records
from geo.store.places import NAME, PLACE, matcher_of, place_keys

POSITION: Final = "position"
NAME_REASONS: Final = ("ambiguous_place", "unknown_place", "place_contradicted")
QUESTION: Final = ("text", "region", "cercle", "level")
GROUP_COLUMNS: Final = (
    *("group", "kind", "reason", "text", "region", "cercle", "level", "rows", "candidates"),
    *("text_key", "region_key", "cercle_key", "place_key", "sources", "record_ids"),
)


def groups(boundaries: Boundaries) -> pd.DataFrame:
    """Return what is to be settled in the imported records that stand, the largest group first.

    Returns
    -------
    DataFrame
        One row a group: ``group`` (a short id, the same tomorrow), ``kind`` (``name``: one
        written name under its parents; ``place``: all that a row states; ``position``: one
        row whose position is in doubt), ``reason``, the words, ``rows``, ``candidates``
        (P-codes), the keys of a decision, ``sources``, ``record_ids``.
    """
    if not database.exists():
        return pd.DataFrame(columns=list(GROUP_COLUMNS))
    records = held_records(boundaries)
    with database.reading() as connection:
        decided = held.decisions(connection)
    return grouped(records[records["outcome"] == "review"], boundaries, decided=decided)


def grouped(records: pd.DataFrame, boundaries: Boundaries, *, decided: pd.DataFrame) -> pd.DataFrame:
    """Group held records that are to be reviewed, see :func:`groups`."""
    by_position = usable_position(records)
    coded = (records[list(CODE_COLUMNS.values())] != "").any(axis=1)
    by_name = ~by_position & ~coded & records["reason"].isin(NAME_REASONS)
    by_name &= (records[list(NAME_COLUMNS.values())] != "").any(axis=1)
    parts = [
        _name_groups(records[by_name], boundaries, decided[decided["kind"] == NAME]),
        _place_groups(records[~by_position & ~by_name], decided[decided["kind"] == PLACE]),
        _position_groups(records[by_position]),
    ]
    empty = dict.fromkeys(GROUP_COLUMNS, "")
    filled = [part.assign(**{k: v for k, v in empty.items() if k not in part}) for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(GROUP_COLUMNS))
    whole = pd.concat(filled, ignore_index=True)
    ids = [_short(row) for row in whole[["kind", *_KEYED]].itertuples(index=False)]
    whole = whole.assign(group=ids).sort_values(["rows", "group"], ascending=[False, True])
    return whole[list(GROUP_COLUMNS)].reset_index(drop=True)


_KEYED: Final = ("text_key", "region_key", "cercle_key", "level", "place_key")


def _short(parts: Iterable[object]) -> str:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=4).hexdigest()


def questions(records: pd.DataFrame) -> pd.DataFrame:
    """Return the names that each row asks for, under each of its stated parents.

    Returns
    -------
    DataFrame
        ``row`` (label in ``records``), ``text, region, cercle, level``.
    """
    columns = list(NAME_COLUMNS.values())
    distinct = records[columns].drop_duplicates()
    asked = {tuple(row): _asked(row) for row in distinct.itertuples(index=False, name=None)}
    rows = [
        (label, *question)
        for label, row in zip(records.index, records[columns].itertuples(index=False, name=None), strict=True)
        for question in asked[tuple(row)]
    ]
    return pd.DataFrame(rows, columns=["row", *QUESTION])


def _asked(names: Sequence[str]) -> list[tuple[str, str, str, str]]:
    region, cercle, commune = (
        [part.strip() for part in cell.split(SEPARATOR) if part.strip()] for cell in names
    )
    if commune:
        return [(text, r, c, LEVELS[2]) for text in commune for r in region or [""] for c in cercle or [""]]
    if cercle:
        return [(text, r, "", LEVELS[1]) for text in cercle for r in region or [""]]
    return [(text, "", "", LEVELS[0]) for text in region]


def question_keys(records: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of a decision for every name that a row asks for: ``row`` and the keys."""
    asked = questions(records)
    distinct = asked[list(QUESTION)].drop_duplicates()
    keys = decision_keys(distinct, text="text", region="region", cercle="cercle", level="level")
    return asked.merge(distinct.join(keys.drop(columns="level")), on=list(QUESTION), how="left")


def _name_groups(records: pd.DataFrame, boundaries: Boundaries, decided: pd.DataFrame) -> pd.DataFrame:
    if not len(records):
        return pd.DataFrame()
    asked = question_keys(records)
    distinct = asked[list(QUESTION)].drop_duplicates(ignore_index=True)
    answers = matcher_of(boundaries.units, decisions=decided)(distinct)
    # "None of ours" was decided too: nobody is asked again.
    open_ones = answers["outcome"].ne("match") & answers["located_in_pcode"].eq("")
    open_ones &= answers["method"].ne("decision")
    pending = distinct.join(answers[["candidates"]])[open_ones]
    rows = asked.merge(pending, on=list(QUESTION)).join(
        records[["reason", "source_id", "record_id"]], on="row"
    )
    keys = ["text_key", "region_key", "cercle_key", "level"]
    return _gathered(rows, keys).assign(kind=NAME)


def _place_groups(records: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    if not len(records):
        return pd.DataFrame()
    region, cercle, _commune = NAME_COLUMNS.values()
    rows = pd.DataFrame(
        {
            "place_key": place_keys(records),
            "text": [_finest(row) for row in records[_WORDS].itertuples(index=False, name=None)],
            "region": records[region],
            "cercle": records[cercle],
            **{name: records[name] for name in ("reason", "candidates", "source_id", "record_id")},
        }
    )
    rows = rows[~rows["place_key"].isin(decided["place_key"])]
    return _gathered(rows, ["place_key"]).assign(kind=PLACE) if len(rows) else pd.DataFrame()


_WORDS: Final = [
    *reversed(CODE_COLUMNS.values()),
    *reversed(NAME_COLUMNS.values()),
    "provider_place_text",
]


def _finest(words: Iterable[str]) -> str:
    """Return what is stated, codes first: both stand in a contradiction."""
    return " / ".join(dict.fromkeys(word for word in words if word))


def _position_groups(records: pd.DataFrame) -> pd.DataFrame:
    if not len(records):
        return pd.DataFrame()
    region, cercle, _commune = NAME_COLUMNS.values()
    keys = records["source_id"] + "|" + records["identity"]
    points = [f"{y:.5f}, {x:.5f}" for x, y in zip(records["longitude"], records["latitude"], strict=True)]
    rows = pd.DataFrame(
        {
            "place_key": keys,
            "text": points,
            "region": records[region],
            "cercle": records[cercle],
            **{name: records[name] for name in ("reason", "candidates", "source_id", "record_id")},
        }
    )
    return _gathered(rows, ["place_key"]).assign(kind=POSITION)


def _gathered(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row a group: words of its first row, number of its rows, candidates of all."""
    found = []
    for key, group in rows.groupby(keys, sort=False):
        first = group.iloc[0]
        numbers = tuple(dict.fromkeys(int(number) for number in group["record_id"]))
        found.append(
            dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True))
            | {name: first[name] for name in ("text", "region", "cercle", "reason")}
            | {
                "rows": len(numbers),
                "candidates": _united(group["candidates"]),
                "sources": SEPARATOR.join(sorted(set(group["source_id"]))),
                "record_ids": numbers,
            }
        )
    return pd.DataFrame(found)


def _united(texts: Iterable[Hashable]) -> str:
    return SEPARATOR.join(
        dict.fromkeys(part for text in texts for part in str(text).split(SEPARATOR) if part)
    )
