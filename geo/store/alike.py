"""Which rows are alike: the keys under which a decision on a place is remembered."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from geo.counting import SEPARATOR
from geo.matching import decision_keys
from geo.placing import usable_position
from geo.settings import LEVELS, MAX_KM_BESIDE_COMMUNE
from geo.spelling import fold
from geo.stated import CODE_COLUMNS, NAME_COLUMNS

STATED: Final = ("provider_place_text", *NAME_COLUMNS.values(), *CODE_COLUMNS.values())
QUESTION: Final = ("text", "region", "cercle", "level")
QUESTION_KEYS: Final = ("text_key", "region_key", "cercle_key", "level")
# Between the positions of one decision; folded words hold no line break.
SPOT_SEPARATOR: Final = "\n"
POSITION_REASONS: Final = (
    "outside_every_unit",
    "other_country",
    "in_two_countries",
    "far_from_stated_place",
)


def place_keys(records: pd.DataFrame) -> pd.Series:
    """Return the key of all that each row states of its place: rows with one key are alike.

    Examples
    --------
    >>> from geo.activities import complete
    >>> rows = complete(pd.DataFrame({"provider_adm3_name": ["Bara", "BARA "]}))
    >>> place_keys(rows).nunique()
    1
    """
    parts = []
    for column in STATED:
        table = {text: fold(text) for text in records[column].unique()}
        parts.append(records[column].map(table).astype("str"))
    return pd.Series(["|".join(row) for row in zip(*parts, strict=True)], index=records.index, dtype="str")


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


def doubtful_positions(placed: pd.DataFrame) -> pd.Series:
    """Rows that have a position, and wait for review because of it."""
    waits = placed["outcome"].eq("review") & placed["reason"].isin(POSITION_REASONS)
    return waits & usable_position(placed)


def position_keys(placed: pd.DataFrame) -> pd.Series:
    """Return the key of positions in doubt: the reason, the units in question, and all that is stated.

    Two positions far from every unit share nothing but their distance from it, so there the key
    holds the position itself.

    Parameters
    ----------
    placed : DataFrame
        Rows of :func:`doubtful_positions`.
    """
    far_off = placed["reason"].ne("far_from_stated_place") & ~placed["distance_km"].fillna(0).le(
        MAX_KM_BESIDE_COMMUNE
    )
    points = [f"{y:.5f},{x:.5f}" for x, y in zip(placed["longitude"], placed["latitude"], strict=True)]
    spot = placed["candidates"].where(~far_off, pd.Series(points, index=placed.index, dtype="str"))
    return placed["reason"] + "|" + spot + "|" + place_keys(placed)


def spot_keys(records: pd.DataFrame) -> pd.Series:
    """Return the key of each row's own position under all that it states: no other position has it."""
    points = [f"{y:.5f},{x:.5f}" for x, y in zip(records["longitude"], records["latitude"], strict=True)]
    return pd.Series(points, index=records.index, dtype="str") + "|" + place_keys(records)


def spots_of(place_key: str) -> list[str]:
    """Return the positions that one decision is about, see :func:`spot_keys`."""
    return place_key.split(SPOT_SEPARATOR)


def stated_key(position_key: str) -> str:
    """Return the part of a position's key that the row states, see :func:`place_keys`."""
    return position_key.split("|", 2)[2]
