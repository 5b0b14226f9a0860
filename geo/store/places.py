"""Place records with what the store knows: the matcher over the units in use, and remembered decisions."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from geo.activities import Source
from geo.boundaries import Boundaries
from geo.choices import COUNTED, NAME, PLACE, POSITION
from geo.gazetteer import Gazetteer
from geo.io.places import read_gazetteer
from geo.matching import match
from geo.placing import place, usable_position
from geo.readings import parent_readings
from geo.settings import NAME_COLUMN, PCODE_COLUMN
from geo.stated import CODE_COLUMNS, Matcher, Readings
from geo.store.alike import STATED, place_keys
from geo.store.positions import with_counted_positions, with_decided_positions


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
    made = decisions if decisions is not None else pd.DataFrame(columns=["kind"])

    asked, decided = _with_decided_places(records, boundaries, made[made["kind"] == PLACE])
    matcher = matcher_of(units, decisions=made[made["kind"] == NAME])
    placed = place(asked, boundaries, matcher=matcher, readings=readings_of(units), sources=sources)
    # The provider's own words stay; only the search was made with what was decided.
    words = {name: records[name] for name in (*STATED, "provider_vintage")}
    placed = placed.assign(**words, method=placed["method"].mask(decided, "decision"))
    counted = with_counted_positions(placed, boundaries, made[made["kind"] == COUNTED])
    return with_decided_positions(counted, boundaries, made[made["kind"] == POSITION])


# An index of names takes longer to make than a hundred names to match; two boundaries at most are in use.
_KEPT: Final[dict[tuple[bytes, bool], Gazetteer]] = {}
_MOST_KEPT: Final = 8


def names_of(units: pd.DataFrame, *, everywhere: bool = False) -> Gazetteer:
    """Return the names of these units, ready to be matched; made once for units that are alike.

    Parameters
    ----------
    everywhere : bool
        Names may be matched to any unit, not only to those drawn.
    """
    told = units[[*PCODE_COLUMN.values(), *NAME_COLUMN.values(), "drawn", "alt_names"]]
    key = (pd.util.hash_pandas_object(told, index=False).to_numpy().tobytes(), everywhere)
    made = _KEPT.get(key)
    if made is None:
        made = read_gazetteer(units.assign(drawn=True) if everywhere else units)
        while len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[key] = made
    return made


def readings_of(units: pd.DataFrame) -> Readings:
    """Return what a stated region can mean among these units, in the form that placing asks for."""
    names = names_of(units)

    def readings(region: str) -> tuple[frozenset[str], ...]:
        found = parent_readings(region, names)
        return (frozenset(found),) if found else ()

    return readings


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
    drawn, every = names_of(units), names_of(units, everywhere=True)
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
