"""A file of records, or the shipped ones, placed: the parts that need no database."""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from geo.activities import ActivityType, Source, complete
from geo.aliases import Names
from geo.boundaries import Boundaries
from geo.cleaning import PROBLEM_COLUMNS, Cleaned, clean
from geo.counting import Members, without_details_twice
from geo.errors import RecordFileError
from geo.i18n import _
from geo.io.records import read_sources, read_table, read_types, sha256
from geo.io.sheets import Opened, read_sheet
from geo.settings import ACTIVITIES_DIR
from geo.store.places import place_records
from geo.store.rows import identities, storable

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
    identities : Series of str
        What tells each record from the others of its source, on the index of ``records``; empty
        for a file of one's own, whose records nobody keeps.
    names, stated
        Names of organisations in use, and the columns of organisations as partners wrote them, where
        ``records`` has them unified.
    """

    records: pd.DataFrame
    sources: Mapping[str, Source]
    types: Mapping[str, ActivityType]
    version: str
    organisations: Mapping[str, str] = field(default_factory=dict)
    problems: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PROBLEM_COLUMNS)))
    cleaned: Cleaned | None = None
    identities: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))
    names: Names = field(default_factory=Names)
    stated: pd.DataFrame = field(default_factory=pd.DataFrame)


def known_by(store: Store) -> pd.DataFrame:
    """Return ``source_id, identity`` of each record, on their index; those of a file from what it says."""
    found = store.identities
    if len(found) != len(store.records):
        # As written: unified names would give a row without a key another identity at every alias accepted.
        written = store.records.assign(**{str(name): store.stated[name] for name in store.stated})
        parts = [identities(storable(rows)) for _name, rows in written.groupby("source_id", sort=False)]
        found = pd.concat(parts) if parts else found
    return pd.DataFrame(
        {"source_id": store.records["source_id"].astype("str"), "identity": found.astype("str")},
        index=store.records.index,
    )


def shipped_records() -> pd.DataFrame:
    """Return the records that ship with the product as their files state them, with ``identity``."""
    tables = [complete(read_table(ACTIVITIES_DIR / name)) for name in SHIPPED_FILES]
    records = pd.concat(tables, ignore_index=True)
    named = [identities(rows) for _name, rows in records.groupby("source_id", sort=False)]
    return records.assign(identity=pd.concat(named))


def load_shipped(boundaries: Boundaries) -> Store:
    """Load the records that ship with the product, placed."""
    paths = [ACTIVITIES_DIR / name for name in SHIPPED_FILES]
    records = shipped_records()
    sources, types = read_sources(), read_types()
    placed = place_records(records.drop(columns="identity"), boundaries, sources=sources)
    version = _version(boundaries, *(sha256(path) for path in paths))
    return Store(placed, sources, types, version, identities=records["identity"])


def load_file(
    path: Path,
    boundaries: Boundaries,
    *,
    activity_type: str = "",
    vintage: str = "",
    given: Mapping[str, str] | None = None,
    sheet: str = "",
) -> Store:
    """Load a partner's file as a store of its own.

    Parameters
    ----------
    activity_type, vintage : str
        What the file does not say itself: the type of its rows, the vintage of its P-codes.
    given : mapping of str to str, optional
        Record column to heading, where the heading is not recognised.
    sheet : str
        Sheet or layer to read; without it the one that looks most like records.

    Raises
    ------
    RecordFileError
        If the file cannot be read, names a type that is not set up, or maps a heading it has not.
    """
    types = read_types()
    cleaned = read_file(
        path,
        types=types,
        activity_type=activity_type,
        vintage=vintage,
        given=given,
        source_id=path.stem,
        sheet=sheet,
    )
    source = Source(path.stem, path.name, "", "", "", path.name)
    sources = {path.stem: source}
    placed = place_records(cleaned.records, boundaries, sources=sources)
    version = _version(boundaries, sha256(path), activity_type, vintage, sheet)
    return Store(placed, sources, types, version, problems=cleaned.problems, cleaned=cleaned)


def read_file(
    path: Path,
    *,
    types: Mapping[str, ActivityType],
    source_id: str,
    activity_type: str = "",
    vintage: str = "",
    given: Mapping[str, str] | None = None,
    sheet: str = "",
    opened: Opened | None = None,
) -> Cleaned:
    """Read the records of a partner's file, not placed yet; parameters and errors as :func:`load_file`.

    Parameters
    ----------
    opened : Opened, optional
        The file where it was opened before, without what is to be left out.
    """
    if activity_type and activity_type not in types:
        raise RecordFileError(
            _("Type d'activité inconnu : « {name} ». Types possibles : {names}.").format(
                name=activity_type, names=", ".join(types)
            )
        )
    found = opened or read_sheet(path, sheet=sheet)
    table = found.table
    check_headings(path.name, table, (given or {}).values())
    cleaned = clean(table, types=types, source_id=source_id, given=given)
    records = cleaned.records
    if activity_type:
        records = records.assign(activity_type=activity_type)
    if vintage:
        records = records.assign(
            provider_vintage=records["provider_vintage"].where(lambda v: v != "", vintage)
        )
    faults = [frame for frame in (found.problems, cleaned.problems) if len(frame)]
    return dataclasses.replace(
        cleaned,
        records=records,
        notes=(*found.noted, *cleaned.notes),
        noted={**found.noted, **cleaned.noted},
        problems=pd.concat(faults, ignore_index=True) if faults else cleaned.problems,
        sheet=found.sheet,
        other_sheets=found.others,
    )


def check_headings(name: str, table: pd.DataFrame, headings: Iterable[str]) -> None:
    """Refuse a heading that somebody named and the file does not have.

    Raises
    ------
    RecordFileError
        With the headings that there are.
    """
    if missing := [heading for heading in headings if heading not in table]:
        raise RecordFileError(
            _("{file} : pas de colonne « {heading} ». Colonnes : {headings}.").format(
                file=name, heading=missing[0], headings=", ".join(str(each) for each in table)
            )
        )


def counted(records: pd.DataFrame, members: Members) -> pd.DataFrame:
    """Placed records in which no record counts twice."""
    return without_details_twice(records[records["outcome"] == "placed"], members)


def _version(boundaries: Boundaries, *parts: str) -> str:
    settings = [ACTIVITIES_DIR / name for name in ("types.toml", "sources.toml", "organisations.csv")]
    whole = "|".join([boundaries.version, *parts, *(sha256(path) for path in settings)])
    return hashlib.sha256(whole.encode()).hexdigest()
