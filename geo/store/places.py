"""Place records with what the store knows: the matcher over the units in use, and remembered decisions."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from geo.activities import Source
from geo.boundaries import Boundaries
from geo.gazetteer import Gazetteer
from geo.io.places import read_gazetteer
from geo.matching import match
from geo.placing import place, usable_position
from geo.readings import parent_readings
from geo.settings import PCODE_COLUMN
from geo.spelling import fold
from geo.stated import CODE_COLUMNS, NAME_COLUMNS, Matcher

# How a decision is made: on one written name under its parents, or on all that a row states.
NAME, PLACE = "name", "place"
STATED: Final = ("provider_place_text", *NAME_COLUMNS.values(), *CODE_COLUMNS.values())


def place_records(
    records: pd.DataFrame,
    boundaries: Boundaries,
    *,
    sources: Mapping[str, Source],
    decisions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Place records with the project's own matcher and vintages, and the decisions made on places.

    Parameters
    ----------
    decisions : DataFrame, optional
        ``kind, text_key, region_key, cercle_key, level, place_key, pcode``: those that stand.
    """
    units = boundaries.units
    names = read_gazetteer(units)
    made = decisions if decisions is not None else pd.DataFrame(columns=["kind"])

    def readings(region: str) -> tuple[frozenset[str], ...]:
        found = parent_readings(region, names)
        return (frozenset(found),) if found else ()

    asked, decided = _with_decided_places(records, boundaries, made[made["kind"] == PLACE])
    matcher = matcher_of(units, decisions=made[made["kind"] == NAME])
    placed = place(asked, boundaries, matcher=matcher, readings=readings, sources=sources)
    # The provider's own words stay; only the search was made with what was decided.
    words = {name: records[name] for name in (*STATED, "provider_vintage")}
    return placed.assign(**words, method=placed["method"].mask(decided, "decision"))


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


def _with_decided_places(
    records: pd.DataFrame, boundaries: Boundaries, decisions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the records as they would state what was decided, and which; a position is never overruled."""
    if decisions.empty:
        return records, pd.Series(False, index=records.index)
    units = boundaries.units
    known = {
        code: (level, version)
        for level, column in PCODE_COLUMN.items()
        for code, version in zip(units[column], units["version"], strict=True)
    }
    # A decision for a unit that these boundaries do not have is not applied in silence.
    table = {
        key: code
        for key, code in zip(decisions["place_key"], decisions["pcode"], strict=True)
        if code in known
    }
    codes = place_keys(records).map(lambda key: table.get(key, "")).astype("str")
    decided = codes.ne("") & ~usable_position(records)
    changed = {name: records[name].mask(decided, "") for name in STATED}
    levels, versions = (codes.map(lambda code, n=n: known.get(code, ("", ""))[n]) for n in (0, 1))
    for level, column in CODE_COLUMNS.items():
        changed[column] = changed[column].mask(decided & (levels == level), codes)
    changed["provider_vintage"] = records["provider_vintage"].mask(decided, versions)
    return records.assign(**changed), decided


def matcher_of(units: pd.DataFrame, *, decisions: pd.DataFrame | None = None) -> Matcher:
    """Return the matcher of :mod:`geo.matching` over these units, in the form that placing asks for.

    Names are looked for among the regions drawn; a region, and what is stated
    to lie in a region outside them, among all units of both countries.
    """
    drawn, every = read_gazetteer(units), read_gazetteer(units.assign(drawn=True))
    focus = set(units.loc[units["drawn"], "adm1_pcode"])

    def ask(questions: pd.DataFrame, names: Gazetteer) -> pd.DataFrame:
        found = match(
            questions,
            names,
            text="text",
            region="region",
            cercle="cercle",
            level="level",
            decisions=decisions,
        )
        return found.drop(columns="level")

    def matcher(questions: pd.DataFrame) -> pd.DataFrame:
        regions = (
            questions["region"]
            .drop_duplicates()
            .to_frame("text")
            .assign(region="", cercle="", level="region")
        )
        pcodes = ask(regions, every)["pcode"]
        outside = set(regions.loc[(pcodes != "") & ~pcodes.isin(focus), "text"])
        wide = questions["level"].eq("region") | questions["region"].isin(outside)
        parts = [ask(questions[wide], every), ask(questions[~wide], drawn)]
        return pd.concat([part for part in parts if len(part)]).reindex(questions.index)

    return matcher
