"""From a partner's table to records: columns recognised, values read, faults listed.

Nothing is lost: what cannot be read leaves the field not reported and stands in
the problem list with its row, column and words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geo.activities import (
    FREE_TEXT_COLUMNS,
    MONTHS_OF_A_YEAR,
    NUMBER_COLUMNS,
    PEOPLE_COLUMNS,
    TEXT_COLUMNS,
    ActivityType,
    complete,
)
from geo.headings import (
    EMPTY_VALUES,
    FUNCTIONALITY_VALUES,
    STATUS_VALUES,
    contact_headings,
    fold_heading,
    hxl_column,
    recognise,
    standard_value,
)

# Figures that count heads or works: nothing follows a comma there but thousands.
COUNT_COLUMNS: Final = ("quantity", "possible_repeats", *PEOPLE_COLUMNS)
_THOUSANDS: Final = re.compile(r"^\d{1,3}([.,]\d{3})+$")
# Numbers of Mali and Mauritania (8 digits, in pairs or in one) and e-mail addresses.
_REACHES_A_PERSON: Final = re.compile(
    r"(?<![\d.,])(?:(?:\+|00)22[23][ .-]?)?[2-9]\d([ .-]?)\d{2}\1\d{2}\1\d{2}(?![\d,])"
    r"|[\w.+-]+@[\w-]+\.\w[\w.]*"
)
WITHHELD: Final = "[…]"
# Columns that a heading may mean although it holds a word such as "responsable".
ORGANISATION_COLUMNS: Final = ("implementing_org", "donor", "partner_orgs")
DATE_COLUMNS: Final = ("observed_on", "start_date", "end_date")
PROBLEM_COLUMNS: Final = ("row", "column", "value", "problem")
_ISO_DATE: Final = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[T ].*)?$")
_DAY_FIRST: Final = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")


@dataclass(frozen=True)
class Cleaned:
    """Records read from one table, with what was noted on the way.

    Attributes
    ----------
    records : DataFrame
        Complete records; the index is the row of the file (2 = first under the headings).
    columns : mapping
        Record column to heading.
    unused : tuple of str
        Headings that no column was recognised in.
    dropped : tuple of str
        Headings of contact columns, which are never read.
    notes : tuple of str
        Codes of what was assumed: ``one_per_row``, ``type_from_headings``.
    problems : DataFrame
        ``row, column, value, problem``.
    """

    records: pd.DataFrame
    columns: Mapping[str, str]
    unused: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PROBLEM_COLUMNS)))


def clean(
    table: pd.DataFrame,
    *,
    types: Mapping[str, ActivityType],
    source_id: str,
    given: Mapping[str, str] | None = None,
) -> Cleaned:
    """Read records from a table of texts.

    Parameters
    ----------
    table : DataFrame of str
        One column a heading; the index is the row of the file.
    given : mapping of str to str, optional
        Record column to heading, where the heading says too little.
    """
    headings = [str(name) for name in table.columns]
    stated = given or {}
    organisations = {stated[column] for column in ORGANISATION_COLUMNS if column in stated}
    dropped = [name for name in contact_headings(headings) if name not in organisations]
    asked = {column: heading for column, heading in stated.items() if heading not in dropped}
    columns = recognise([name for name in headings if name not in dropped], given=asked)
    table, columns = _without_tags(table, columns, dropped, set(asked.values()))
    raw = pd.DataFrame(
        {column: table[heading].astype("str") for column, heading in columns.items()}, index=table.index
    )
    problems: list[pd.DataFrame] = []
    read: dict[str, pd.Series] = {
        column: raw[column].str.strip()
        for column in TEXT_COLUMNS
        if column in raw and column not in DATE_COLUMNS
    }
    for column in (*NUMBER_COLUMNS, "water_months"):
        if column in raw:
            read[column] = _numbers(raw[column], problems)
            if column in COUNT_COLUMNS:
                read[column] = _counts(raw[column], read[column], problems)
            elif column not in ("longitude", "latitude"):
                read[column] = _not_negative(raw[column], read[column], problems)
    for column in FREE_TEXT_COLUMNS:
        if column in read:
            read[column] = _without_contacts(read[column], problems)
    for column in DATE_COLUMNS:
        if column in raw:
            read[column] = _dates(raw[column], problems)
    for column, words in (("functionality", FUNCTIONALITY_VALUES), ("activity_status", STATUS_VALUES)):
        if column in raw:
            read[column] = _standard(raw[column], words, problems)
    notes: list[str] = []
    read["activity_type"] = _types(raw, headings, types, notes, problems)
    read["source_id"] = (
        pd.Series(source_id, index=table.index) if "source_id" not in raw else read["source_id"]
    )
    if "quantity" not in read and {"longitude", "latitude"} <= set(read):
        # One row, one position: the file lists the works themselves, each is one.
        read["quantity"] = pd.Series(1.0, index=table.index)
        notes.append("one_per_row")
    records = complete(_with_seasons(pd.DataFrame(read, index=table.index)))
    unused = [name for name in headings if name not in columns.values() and name not in dropped]
    return Cleaned(records, columns, tuple(unused), tuple(dropped), tuple(notes), _stack(problems))


def _without_tags(
    table: pd.DataFrame, columns: dict[str, str], dropped: Sequence[str], asked: set[str]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a row of HXL tags under the headings: it names columns and is no record."""
    if not len(table):
        return table, columns
    tags = {str(heading): str(cell).strip() for heading, cell in table.iloc[0].items()}
    filled = [tag for tag in tags.values() if tag]
    if not filled or not all(tag.startswith("#") for tag in filled):
        return table, columns
    taken = {*asked, *dropped}
    tagged = {hxl_column(tag): heading for heading, tag in reversed(tags.items()) if heading not in taken}
    tagged.pop("", None)
    # A tag says exactly what its heading may only hint at; what the user stated holds before both.
    stated = {name: heading for name, heading in columns.items() if heading in asked}
    others = {name: heading for name, heading in columns.items() if heading not in tagged.values()}
    return table.iloc[1:], others | tagged | stated


def _stack(problems: Sequence[pd.DataFrame]) -> pd.DataFrame:
    found = [frame for frame in problems if len(frame)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(PROBLEM_COLUMNS))


def _problem(values: pd.Series, rows: pd.Series, problem: str) -> pd.DataFrame:
    bad = values[rows]
    return pd.DataFrame(
        {"row": bad.index, "column": values.name, "value": bad.to_numpy(), "problem": problem}
    )


def _reported(values: pd.Series) -> pd.Series:
    empty = {text: fold_heading(text) in EMPTY_VALUES for text in values.unique()}
    return ~values.map(empty).astype(bool)


def _numbers(values: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    """Figures with point or comma for decimals and blanks between thousands."""
    plain = values.str.replace(r"[\s\u00a0\u202f]", "", regex=True)
    comma = plain.str.contains(",", regex=False) & ~plain.str.contains(".", regex=False)
    plain = plain.where(~comma, plain.str.replace(",", ".", regex=False))
    figures = pd.to_numeric(plain, errors="coerce").astype("float64")
    figures = figures.where(np.isfinite(figures))
    unread = figures.isna() & (plain != "")
    problems.append(_problem(values, unread & _reported(values), "not_a_number"))
    return figures


def _counts(values: pd.Series, figures: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    """Return counts; ``1,250`` and ``1.250`` may be thousands or decimals and are not guessed."""
    unclear = values.str.strip().str.match(_THOUSANDS).astype(bool)
    problems.append(_problem(values, unclear, "thousands_or_decimals"))
    return _not_negative(values, figures.where(~unclear), problems)


def _not_negative(values: pd.Series, figures: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    problems.append(_problem(values, figures < 0, "negative"))
    return figures.where(~(figures < 0))


def _without_contacts(values: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    """Return free text without telephone numbers and addresses; the list of problems shows none of them."""
    clean_text = values.str.replace(_REACHES_A_PERSON, WITHHELD, regex=True)
    problems.append(_problem(clean_text, clean_text != values, "contact_withheld"))
    return clean_text


def _dates(values: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    """ISO dates, day/month/year and years alone; the precision that was written is kept."""
    table = {text: _date(text.strip()) for text in values.unique()}
    dates = values.map(table).astype("str")
    problems.append(_problem(values, (dates == "") & _reported(values), "not_a_date"))
    return dates


def _date(text: str) -> str:
    if found := _ISO_DATE.match(text):
        parts = [int(part) for part in found.groups() if part]
    elif found := _DAY_FIRST.match(text):
        parts = [int(part) for part in reversed(found.groups())]
    else:
        return ""
    return _iso(parts)


def _iso(parts: list[int]) -> str:
    year, month, day_of_month = [*parts, 1, 1][:3]
    try:
        day = date(year, month, day_of_month)
    except ValueError:
        return ""
    return day.isoformat()[: {1: 4, 2: 7, 3: 10}[len(parts)]]


def _standard(
    values: pd.Series, words: Mapping[str, tuple[str, ...]], problems: list[pd.DataFrame]
) -> pd.Series:
    table = {text: standard_value(text, words) for text in values.unique()}
    known = values.map(table)
    strange = values.map({text: value is None for text, value in table.items()}).astype(bool)
    problems.append(_problem(values, strange, "not_a_known_value"))
    return known.where(~strange, "").astype("str")


def _types(
    raw: pd.DataFrame,
    headings: Sequence[str],
    types: Mapping[str, ActivityType],
    notes: list[str],
    problems: list[pd.DataFrame],
) -> pd.Series:
    if "activity_type" in raw:
        names = {
            fold_heading(word): kind.name
            for kind in types.values()
            for word in (kind.name, kind.label_fr, kind.label_en, *kind.words)
        }
        table = {text: names.get(fold_heading(text), "") for text in raw["activity_type"].unique()}
        found = raw["activity_type"].map(table).astype("str")
        problems.append(
            _problem(
                raw["activity_type"], (found == "") & _reported(raw["activity_type"]), "not_a_known_type"
            )
        )
        return found.where(found != "", "unspecified").astype("str")
    folded = {fold_heading(heading) for heading in headings}
    hinted = [kind.name for kind in types.values() if folded & set(kind.heading_hints)]
    if len(hinted) == 1:
        notes.append("type_from_headings")
        return pd.Series(hinted[0], index=raw.index, dtype="str")
    return pd.Series("unspecified", index=raw.index, dtype="str")


def _with_seasons(records: pd.DataFrame) -> pd.DataFrame:
    """Points that work but give water for less than a year are seasonal."""
    if not {"water_months", "functionality"} <= set(records):
        return records.drop(columns="water_months", errors="ignore")
    short = records["functionality"].eq("functional") & (records["water_months"] < MONTHS_OF_A_YEAR)
    functionality = records["functionality"].where(~short, "functional_seasonal")
    return records.assign(functionality=functionality).drop(columns="water_months")
