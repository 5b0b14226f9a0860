"""Places to settle: rows alike are one group, with the candidates that each has."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from geo import stated
from geo.activities import Source
from geo.boundaries import Boundaries
from geo.choices import NAME, PLACE, POSITION
from geo.counting import SEPARATOR, Accounting
from geo.placing import usable_position
from geo.settings import PCODE_COLUMN
from geo.stated import CODE_COLUMNS, NAME_COLUMNS
from geo.store import database, held
from geo.store.alike import (
    QUESTION,
    QUESTION_KEYS,
    place_keys,
    position_keys,
    question_keys,
)
from geo.store.places import matcher_of, readings_of
from geo.store.sources import imported
from geo.store.tables import IMPORTS

NAME_REASONS: Final = ("ambiguous_place", "unknown_place", "place_contradicted")
GROUP_COLUMNS: Final = (
    *("group", "kind", "reason", "text", "region", "cercle", "level", "rows", "candidates", "stated"),
    *("text_key", "region_key", "cercle_key", "place_key", "sources", "partners", "imports"),
    *("record_ids", "points", "least_km", "most_km"),
)
# What leaves as a file: no keys, no numbers of the store's own.
WRITTEN: Final = (
    *("group", "kind", "reason", "text", "region", "cercle", "level", "rows", "candidates", "stated"),
    *("sources", "partners", "imports", "least_km", "most_km"),
)
# What every kind of group takes over from its rows.
_OF_ROWS: Final = ("reason", "candidates", "source_id", "implementing_org", "import_id", "record_id")
_KEYED: Final = ("text_key", "region_key", "cercle_key", "level", "place_key")


@dataclass(frozen=True, eq=False)
class Waiting:
    """What is to be settled in the imported records that stand.

    Attributes
    ----------
    groups : DataFrame
        Of :func:`groups`.
    accounting : Accounting
        Of all imported records that stand.
    unplaced : int
        Rows to review that nobody is asked about any more: they mean no unit of ours.
    sources : mapping of str to Source
        The papers of the imported sources.
    files : mapping of int to tuple of str
        Name of the file and moment of each import.
    """

    groups: pd.DataFrame
    accounting: Accounting
    unplaced: int
    sources: Mapping[str, Source] = field(default_factory=dict)
    files: Mapping[int, tuple[str, str]] = field(default_factory=dict)


def waiting(boundaries: Boundaries) -> Waiting:
    """Return the groups to settle with the accounting that they are a part of."""
    if not database.exists():
        return Waiting(_empty(), Accounting(0, 0, 0, 0), 0)
    with database.reading() as connection:
        records, outcomes = held.to_review(connection, boundaries)
        decided = held.decisions(connection)
        known = imported(connection)
        made = connection.execute(
            sa.select(IMPORTS.c.id, IMPORTS.c.file_name, IMPORTS.c.imported_at).where(
                IMPORTS.c.undone_at == ""
            )
        ).all()
    placed, review, rejected = (outcomes.get(name, 0) for name in ("placed", "review", "rejected"))
    found = grouped(records, boundaries, decided=decided)
    asked = {number for numbers in found["record_ids"] for number in numbers}
    counts = Accounting(placed + review + rejected, placed, review, rejected)
    files = {int(row.id): (str(row.file_name), str(row.imported_at)) for row in made}
    return Waiting(found, counts, review - len(asked), known, files)


def groups(boundaries: Boundaries) -> pd.DataFrame:
    """Return what is to be settled in the imported records that stand, the largest group first.

    Returns
    -------
    DataFrame
        One row a group: ``group`` (a short id, the same tomorrow), ``kind`` (``name``: one
        written name under its parents; ``place``: all that a row states; ``position``:
        positions in doubt for one reason), ``reason``, the words, ``rows``, ``candidates``
        and ``stated`` (P-codes), the keys of a decision, ``sources``, ``partners``,
        ``imports`` and ``record_ids``; of positions ``points`` (longitude, latitude
        [degree]) and how far they lie from where they should [km].
    """
    return waiting(boundaries).groups


def grouped(records: pd.DataFrame, boundaries: Boundaries, *, decided: pd.DataFrame) -> pd.DataFrame:
    """Group held records that are to be reviewed, see :func:`groups`."""
    # A decision for a unit that these boundaries do not have settles nothing.
    known = {code for column in PCODE_COLUMN.values() for code in boundaries.units[column]}
    decided = decided[decided["pcode"].isin(known | {""})]
    by_position = usable_position(records)
    coded = (records[list(CODE_COLUMNS.values())] != "").any(axis=1)
    by_name = ~by_position & ~coded & records["reason"].isin(NAME_REASONS)
    by_name &= (records[list(NAME_COLUMNS.values())] != "").any(axis=1)
    names, unasked = _name_groups(records[by_name], boundaries, decided[decided["kind"] == NAME])
    by_place = (~by_position & ~by_name) | records.index.isin(unasked)
    parts = [
        names,
        _place_groups(records[by_place], decided[decided["kind"] == PLACE]),
        _position_groups(records[by_position], boundaries, decided[decided["kind"] == POSITION]),
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return _empty()
    whole = pd.concat([_completed(part) for part in filled], ignore_index=True)
    ids = [_short(row) for row in whole[["kind", *_KEYED]].itertuples(index=False)]
    whole = whole.assign(group=ids).sort_values(["rows", "group"], ascending=[False, True])
    return whole[list(GROUP_COLUMNS)].reset_index(drop=True)


def kept(table: pd.DataFrame, *, source: str = "", of_import: str = "", reason: str = "") -> pd.DataFrame:
    """Return the groups with rows of this source and this import, and of this reason."""
    found = table if not reason else table[table["reason"] == reason]
    for column, wanted in (("sources", source), ("imports", of_import)):
        if wanted:
            found = found[[wanted in texts.split(SEPARATOR) for texts in found[column]]]
    return found


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=list(GROUP_COLUMNS))


def _completed(part: pd.DataFrame) -> pd.DataFrame:
    missing: dict[str, Any] = dict.fromkeys((*_KEYED, "stated"), "")
    missing |= {"points": [()] * len(part), "least_km": float("nan"), "most_km": float("nan")}
    return part.assign(**{name: value for name, value in missing.items() if name not in part})


def group_id(kind: str, keys: Mapping[Any, Any]) -> str:
    """Return the short id of a group: of its kind and of the keys that a decision on it carries."""
    return _short((kind, *(keys[name] for name in _KEYED)))


def _short(parts: Iterable[object]) -> str:
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=4).hexdigest()


def _name_groups(
    records: pd.DataFrame, boundaries: Boundaries, decided: pd.DataFrame
) -> tuple[pd.DataFrame, list[object]]:
    """Groups of names, and the rows of which no single name is in question."""
    if not len(records):
        return pd.DataFrame(), []
    asked = question_keys(records)
    distinct = asked[list(QUESTION)].drop_duplicates(ignore_index=True)
    answers = matcher_of(boundaries.units, decisions=decided)(distinct)
    # "None of ours" was decided too: nobody is asked again.
    answered = distinct.assign(
        settled=answers["method"].eq("decision"),
        pending=answers["outcome"].ne("match")
        & answers["located_in_pcode"].eq("")
        & answers["method"].ne("decision"),
        candidates=answers["candidates"],
    )
    rows = asked.merge(answered, on=list(QUESTION))
    unasked = set(records.index) - set(rows.loc[rows["pending"] | rows["settled"], "row"])
    pending = rows[rows["pending"]].join(
        records[[name for name in _OF_ROWS if name != "candidates"]], on="row"
    )
    found = _gathered(pending, list(QUESTION_KEYS)).assign(kind=NAME) if len(pending) else pd.DataFrame()
    return found, list(unasked)


def _place_groups(records: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    if not len(records):
        return pd.DataFrame()
    texts = [_finest(row) for row in records[_WORDS].itertuples(index=False, name=None)]
    rows = _worded(records, texts, place_keys(records))
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


def _worded(records: pd.DataFrame, texts: list[str], keys: pd.Series) -> pd.DataFrame:
    region, cercle, _commune = NAME_COLUMNS.values()
    columns = {"place_key": keys, "text": texts, "region": records[region], "cercle": records[cercle]}
    return pd.DataFrame({**columns, **{name: records[name] for name in _OF_ROWS}})


def _position_groups(records: pd.DataFrame, boundaries: Boundaries, decided: pd.DataFrame) -> pd.DataFrame:
    if not len(records):
        return pd.DataFrame()
    units = boundaries.units
    said = stated.resolve(
        records, boundaries.communes, matcher=matcher_of(units), readings=readings_of(units)
    )
    points = pd.Series(
        list(zip(records["longitude"], records["latitude"], strict=True)), index=records.index, dtype="object"
    )
    texts = [f"{y:.5f}, {x:.5f}" for x, y in points]
    rows = _worded(records, texts, position_keys(records)).assign(
        stated=said["stated_set"], point=points, distance_km=records["distance_km"]
    )
    rows = rows[~rows["place_key"].isin(decided["place_key"])]
    if rows.empty:
        return pd.DataFrame()
    found = _gathered(rows, ["place_key"])
    by_key = rows.groupby("place_key", sort=False)
    beside = {
        "stated": by_key["stated"].first(),
        "points": by_key["point"].agg(tuple),
        "least_km": by_key["distance_km"].min(),
        "most_km": by_key["distance_km"].max(),
    }
    more = {name: found["place_key"].map(values) for name, values in beside.items()}
    several = found["rows"] > 1
    text = found["text"].where(~several, found["text"] + " (+" + (found["rows"] - 1).astype("str") + ")")
    return found.assign(kind=POSITION, **{**more, "text": text})


def _gathered(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row a group: words of its first row, number of its rows, candidates of all."""
    by_key = rows.groupby(keys, sort=False)
    named = [name for name in ("text", "region", "cercle", "reason") if name not in keys]
    found = by_key[named].first()
    found["candidates"] = by_key["candidates"].agg(_united)
    found["sources"] = by_key["source_id"].agg(_listed)
    found["partners"] = by_key["implementing_org"].agg(_listed)
    found["imports"] = by_key["import_id"].agg(_listed)
    found["record_ids"] = by_key["record_id"].agg(_numbers)
    found["rows"] = found["record_ids"].map(len)
    return found.reset_index()


def _united(texts: Iterable[object]) -> str:
    return SEPARATOR.join(
        dict.fromkeys(part for text in texts for part in str(text).split(SEPARATOR) if part)
    )


def _listed(values: Iterable[object]) -> str:
    return SEPARATOR.join(sorted({str(value) for value in values} - {""}))


def _numbers(ids: pd.Series) -> Any:
    return tuple(int(each) for each in ids.unique())
