"""The record: its columns, the values they may take, and the settings of types and sources.

One row is one statement of a source: so many works (or so many people) of one
type, by one organisation, in one place or several. The provider's own words
for the place stay beside what placing makes of them.
"""

import dataclasses
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geo.errors import SettingsError
from geo.i18n import language

if TYPE_CHECKING:
    import pandera.pandas as pa

STATUSES: Final = ("planned", "ongoing", "completed", "suspended")
FUNCTIONALITIES: Final = (
    "functional",
    "functional_seasonal",
    "partly",
    "broken",
    "dry",
    "not_used",
    "unknown",
)
# A point that gives water for fewer months than this is seasonal [months].
MONTHS_OF_A_YEAR: Final = 12
PRECISIONS: Final = ("point", "commune", "cercle", "region", "several")
OUTCOMES: Final = ("placed", "review", "rejected")
SHARING_LEVELS: Final = ("exact", "rounded", "commune")
CURRENCIES: Final = ("XOF", "MRU", "EUR", "USD")

PEOPLE_COLUMNS: Final = tuple(
    f"{stage}_{unit}" for stage in ("targeted", "reached") for unit in ("people", "households", "groups")
) + tuple(
    f"{stage}_people_{part}"
    for stage in ("targeted", "reached")
    for part in ("female", "male", "under18", "disability")
)

TEXT_COLUMNS: Final = (
    "record_key",
    "source_id",
    "project_code",
    "implementing_org",
    "donor",
    "partner_orgs",
    "sector",
    "activity_type",
    "subtype",
    "activity_status",
    "functionality",
    "observed_on",
    "start_date",
    "end_date",
    "currency",
    "provider_place_text",
    "provider_adm1_name",
    "provider_adm2_name",
    "provider_adm3_name",
    "provider_locality",
    "provider_adm1_pcode",
    "provider_adm2_pcode",
    "provider_adm3_pcode",
    "provider_vintage",
    "remarks",
)
NUMBER_COLUMNS: Final = (
    "quantity",
    "possible_repeats",
    "area_ha",
    "amount",
    "household_size",
    *PEOPLE_COLUMNS,
    "longitude",
    "latitude",
)
PROVIDER_COLUMNS: Final = TEXT_COLUMNS + NUMBER_COLUMNS

# What placing adds to a record.
PLACED_COLUMNS: Final = (
    "outcome",
    "reason",
    "precision",
    "place_set",
    "adm1_pcode",
    "adm2_pcode",
    "adm3_pcode",
    "vintage",
    "method",
    "score",
    "candidates",
    "distance_km",
    "flags",
)

# Columns whose words could lead to a person or a cash box; see geo.sharing.
FREE_TEXT_COLUMNS: Final = ("remarks", "provider_place_text", "provider_locality")


@dataclass(frozen=True)
class ActivityType:
    """One type of activity, as ``data/activities/types.toml`` describes it.

    ``measure`` is what a page counts first; ``works`` are the functionalities that
    count as coverage, empty for what is not a work that runs.
    """

    name: str
    label_fr: str
    label_en: str
    unit_fr: str
    unit_en: str
    colour: str
    icon: str
    sharing: str
    measure: str = "in_place"
    works: tuple[str, ...] = ()
    heading_hints: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Label in the current language."""
        return self.label_en if language() == "en" else self.label_fr

    @property
    def unit(self) -> str:
        """Unit that is counted, plural, in the current language."""
        return self.unit_en if language() == "en" else self.unit_fr


@dataclass(frozen=True)
class Scope:
    """What a source set out to cover: only an exhaustive scope turns silence into zero.

    ``units`` are P-codes of any level, or ``("reported",)``: the communes that
    the source itself has a row for.
    """

    types: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    date: str = ""
    exhaustive: bool = False


@dataclass(frozen=True)
class Source:
    """Where records come from, with what it covers and what it stands in for."""

    source_id: str
    title: str
    publisher: str
    date: str
    licence: str
    attribution: str
    country: str = ""
    vintage: str = ""
    url: str = ""
    fictitious: bool = False
    derived_from: str = ""
    supersedes: str = ""
    caveats: str = ""
    title_en: str = ""
    licence_en: str = ""
    caveats_en: str = ""
    scope: Scope = field(default_factory=Scope)

    def words(self, name: str) -> str:
        """``title``, ``licence`` or ``caveats`` in the current language; a report keeps its own title."""
        english = getattr(self, f"{name}_en") if language() == "en" else ""
        return str(english or getattr(self, name))


def types_from_settings(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, ActivityType]:
    """Activity types from the parsed settings file, by name.

    Raises
    ------
    SettingsError
        If a type lacks a field or names a sharing level or state that does not exist.
    """
    return {name: _type_from_settings(name, values) for name, values in settings.items()}


def _type_from_settings(name: str, values: Mapping[str, Any]) -> ActivityType:
    made: ActivityType = _from_settings(ActivityType, "types.toml", name, {"name": name}, values)
    if made.sharing not in SHARING_LEVELS:
        raise SettingsError(f"types.toml, [{name}] sharing = {made.sharing!r}: {', '.join(SHARING_LEVELS)}")
    if strange := set(made.works) - set(FUNCTIONALITIES):
        raise SettingsError(f"types.toml, [{name}] works = {sorted(strange)}: {', '.join(FUNCTIONALITIES)}")
    # The colour is written into pages: nothing but a colour may stand there.
    if not re.fullmatch("#[0-9A-Fa-f]{6}", made.colour):
        raise SettingsError(f"types.toml, [{name}] colour = {made.colour!r}: #RRGGBB")
    return made


def _from_settings(
    made_of: type, file: str, name: str, given: Mapping[str, Any], values: Mapping[str, Any]
) -> Any:
    """Make a dataclass from a table of a settings file, every value of the kind that its field has."""
    if not isinstance(values, Mapping):
        raise SettingsError(f"{file}: {name} = {values!r}: [{name}]")
    listed = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    kinds = {each.name: each.type for each in dataclasses.fields(made_of)}
    for key, value in listed.items():
        if key in kinds and not _fits(value, kinds[key]):
            raise SettingsError(f"{file}, [{name}] {key} = {values[key]!r}: {_KINDS[str(kinds[key])]}")
    try:
        return made_of(**listed, **given)
    except TypeError as error:
        raise SettingsError(f"{file}, [{name}]: {error}") from error


# How a value of each kind is written in a settings file.
_KINDS: Final = {str(str): '"…"', str(bool): "true | false", str(tuple[str, ...]): '["…", "…"]'}


def _fits(value: object, kind: object) -> bool:
    if kind == tuple[str, ...]:
        return isinstance(value, tuple) and all(isinstance(part, str) for part in value)
    return isinstance(kind, type) and isinstance(value, kind)


def sources_from_settings(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Source]:
    """Return the sources from the parsed settings file, by id.

    Raises
    ------
    SettingsError
        If a source lacks a field or has one that is not known.
    """
    return {name: _source_from_settings(name, values) for name, values in settings.items()}


def _source_from_settings(name: str, values: Mapping[str, Any]) -> Source:
    if not isinstance(values, Mapping):
        raise SettingsError(f"sources.toml: {name} = {values!r}: [{name}]")
    rest = dict(values)
    scope = _from_settings(Scope, "sources.toml", f"{name}.scope", {}, rest.pop("scope", {}))
    made: Source = _from_settings(Source, "sources.toml", name, {"source_id": name, "scope": scope}, rest)
    return made


def empty_records() -> pd.DataFrame:
    """Return a frame of no records with every provider column."""
    return complete(pd.DataFrame())


def complete(records: pd.DataFrame) -> pd.DataFrame:
    """Return ``records`` with every provider column present: text ``""``, numbers missing where not reported.

    Columns that are not of the record are kept at the end, as they came.
    """
    others = [str(column) for column in records.columns if column not in PROVIDER_COLUMNS]
    columns: dict[str, pd.Series] = {}
    for column in TEXT_COLUMNS:
        columns[column] = _text(records, column)
    for column in NUMBER_COLUMNS:
        columns[column] = _numbers(records, column)
    for column in others:
        columns[column] = records[column]
    return pd.DataFrame(columns, index=records.index)


def _text(records: pd.DataFrame, column: str) -> pd.Series:
    if column not in records:
        return pd.Series("", index=records.index, dtype="str")
    return records[column].astype("str").where(records[column].notna(), "").astype("str")


def _numbers(records: pd.DataFrame, column: str) -> pd.Series:
    if column not in records:
        return pd.Series(np.nan, index=records.index, dtype="float64")
    # A figure that cannot be read is missing, never zero; the reader lists it as a problem.
    return pd.to_numeric(records[column], errors="coerce").astype("float64")


@functools.cache
def schema() -> "pa.DataFrameSchema":
    """Return the record as a checked schema (pandera); made at first use because its import is slow."""
    import pandera.pandas as pa  # noqa: PLC0415

    def one_of(values: tuple[str, ...]) -> "pa.Check":
        return pa.Check.isin(["", *values])

    choices = {
        "activity_status": one_of(STATUSES),
        "functionality": one_of(FUNCTIONALITIES),
        "currency": one_of(CURRENCIES),
    }
    dated = pa.Check.str_matches(r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    columns: dict[str, pa.Column] = {
        name: pa.Column("str", choices.get(name) or (dated if name.endswith(("_on", "_date")) else None))
        for name in TEXT_COLUMNS
    }
    positive = pa.Check.ge(0)
    for name in NUMBER_COLUMNS:
        within = {"longitude": pa.Check.in_range(-180, 180), "latitude": pa.Check.in_range(-90, 90)}
        columns[name] = pa.Column("float64", within.get(name, positive), nullable=True)
    columns["activity_type"] = pa.Column("str", pa.Check.str_length(min_value=1))
    columns["source_id"] = pa.Column("str", pa.Check.str_length(min_value=1))
    return pa.DataFrameSchema(columns, strict=False)


def problems(records: pd.DataFrame, *, types: Mapping[str, ActivityType]) -> pd.DataFrame:
    """Values that the record's schema refuses: ``row, column, value, check``, empty when all is well.

    Parameters
    ----------
    records : DataFrame
        Complete records, see :func:`complete`.
    types : mapping
        The known activity types; one that is not there is a problem of its own.
    """
    import pandera.errors  # noqa: PLC0415

    found = pd.DataFrame({"row": [], "column": [], "value": [], "check": []})
    try:
        schema().validate(records, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases.rename(columns={"index": "row", "failure_case": "value"})
        found = cases[["row", "column", "value", "check"]]
    strange = records.loc[~records["activity_type"].isin(list(types)), "activity_type"]
    unknown = pd.DataFrame(
        {"row": strange.index, "column": "activity_type", "value": strange, "check": "types.toml"}
    )
    frames = [frame for frame in (found, unknown) if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else found
