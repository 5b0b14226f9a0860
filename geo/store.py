"""The records in use: the shipped ones, or a file of one's own, placed once when they come in."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from geo.activities import ActivityType, Source, complete
from geo.boundaries import Boundaries
from geo.cleaning import PROBLEM_COLUMNS, Cleaned, clean
from geo.counting import Members, without_details_twice
from geo.errors import RecordFileError
from geo.gazetteer import Gazetteer
from geo.i18n import _
from geo.io.places import read_gazetteer
from geo.io.records import read_sources, read_table, read_types, sha256
from geo.matching import match
from geo.placing import place
from geo.readings import parent_readings
from geo.settings import ACTIVITIES_DIR
from geo.stated import Matcher

SHIPPED_FILES: Final = ("project_reports.csv", "water_point_counts.csv")
# Environment variables: a file of records, and the type of its rows where the file does not say.
RECORDS_VARIABLE: Final = "COUVERTURE_RECORDS"
TYPE_VARIABLE: Final = "COUVERTURE_TYPE"


@dataclass(frozen=True, eq=False)
class Store:
    """Placed records with their papers.

    Attributes
    ----------
    records : DataFrame
        Every row that was read, with its outcome.
    version : str
        sha256 over files and boundaries: what every cache is keyed by.
    """

    records: pd.DataFrame
    sources: Mapping[str, Source]
    types: Mapping[str, ActivityType]
    version: str
    organisations: Mapping[str, str] = field(default_factory=dict)
    problems: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PROBLEM_COLUMNS)))
    cleaned: Cleaned | None = None


def load(boundaries: Boundaries) -> Store:
    """Load the file that ``COUVERTURE_RECORDS`` names, else the shipped records.

    Raises
    ------
    RecordFileError
        If the named file cannot be read.
    """
    named = os.environ.get(RECORDS_VARIABLE, "").strip()
    if not named:
        return load_shipped(boundaries)
    return load_file(Path(named), boundaries, activity_type=os.environ.get(TYPE_VARIABLE, "").strip())


def load_shipped(boundaries: Boundaries) -> Store:
    """Load the records that ship with the product, placed."""
    paths = [ACTIVITIES_DIR / name for name in SHIPPED_FILES]
    tables = [complete(read_table(path)) for path in paths]
    records = pd.concat(tables, ignore_index=True)
    sources, types = read_sources(), read_types()
    placed = place_records(records, boundaries, sources=sources)
    version = _version(boundaries, *(sha256(path) for path in paths))
    return Store(placed, sources, types, version)


def load_file(
    path: Path,
    boundaries: Boundaries,
    *,
    activity_type: str = "",
    vintage: str = "",
    given: Mapping[str, str] | None = None,
) -> Store:
    """Load a partner's file as a store of its own.

    Parameters
    ----------
    activity_type, vintage : str
        What the file does not say itself: the type of its rows, the vintage of its P-codes.
    given : mapping of str to str, optional
        Record column to heading, where the heading is not recognised.

    Raises
    ------
    RecordFileError
        If the file cannot be read, names a type that is not set up, or maps a heading it has not.
    """
    types = read_types()
    if activity_type and activity_type not in types:
        raise RecordFileError(
            _("Type d'activité inconnu : « {name} ». Types possibles : {names}.").format(
                name=activity_type, names=", ".join(types)
            )
        )
    table = read_table(path)
    if missing := [heading for heading in (given or {}).values() if heading not in table]:
        raise RecordFileError(
            _("{file} : pas de colonne « {heading} ». Colonnes : {headings}.").format(
                file=path.name, heading=missing[0], headings=", ".join(str(name) for name in table)
            )
        )
    cleaned = clean(table, types=types, source_id=path.stem, given=given)
    records = cleaned.records
    if activity_type:
        records = records.assign(activity_type=activity_type)
    if vintage:
        records = records.assign(
            provider_vintage=records["provider_vintage"].where(lambda v: v != "", vintage)
        )
    source = Source(path.stem, path.name, "", "", "", path.name)
    sources = {path.stem: source}
    placed = place_records(records, boundaries, sources=sources)
    version = _version(boundaries, sha256(path), activity_type, vintage)
    return Store(placed, sources, types, version, problems=cleaned.problems, cleaned=cleaned)


def place_records(
    records: pd.DataFrame, boundaries: Boundaries, *, sources: Mapping[str, Source]
) -> pd.DataFrame:
    """Place records with the project's own matcher and vintages."""
    units = boundaries.units
    names = read_gazetteer(units)

    def readings(region: str) -> tuple[frozenset[str], ...]:
        found = parent_readings(region, names)
        return (frozenset(found),) if found else ()

    placed = place(records, boundaries, matcher=matcher_of(units), readings=readings, sources=sources)
    return placed


def matcher_of(units: pd.DataFrame) -> Matcher:
    """Return the matcher of :mod:`geo.matching` over these units, in the form that placing asks for.

    Names are looked for among the regions drawn; a region, and what is stated
    to lie in a region outside them, among all units of both countries.
    """
    drawn, every = read_gazetteer(units), read_gazetteer(units.assign(drawn=True))
    focus = set(units.loc[units["drawn"], "adm1_pcode"])

    def ask(questions: pd.DataFrame, names: Gazetteer) -> pd.DataFrame:
        found = match(questions, names, text="text", region="region", cercle="cercle", level="level")
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


def counted(records: pd.DataFrame, members: Members) -> pd.DataFrame:
    """Placed records in which no record counts twice."""
    return without_details_twice(records[records["outcome"] == "placed"], members)


def _version(boundaries: Boundaries, *parts: str) -> str:
    settings = [ACTIVITIES_DIR / name for name in ("types.toml", "sources.toml")]
    whole = "|".join([boundaries.version, *parts, *(sha256(path) for path in settings)])
    return hashlib.sha256(whole.encode()).hexdigest()
