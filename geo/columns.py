"""What each column of a partner's sheet means: proposed, confirmed once, remembered as a profile.

A second file of the same partner asks only about what changed. Pure; the store keeps profiles
as the mapping of :meth:`Profile.as_dict`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import pandas as pd
from rapidfuzz import fuzz

from geo.grid import first_row, has_tags
from geo.headings import by_values, contact_headings, fold_heading, hxl_column, recognise

# Likeness of two folded headings [0-100] from which one may be the other renamed: offered, never taken.
MIN_LIKENESS: Final = 60.0
# So many different values of a column are shown beside the question.
SAMPLES: Final = 3


@dataclass(frozen=True)
class Profile:
    """How a partner's sheets are read, as confirmed.

    Attributes
    ----------
    columns : mapping of str to str
        Heading for each record column.
    ignored : tuple of str
        Headings that are confirmed to be left out.
    sheet, activity_type, vintage : str
        What the file does not say itself.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    sheet: str = ""
    activity_type: str = ""
    vintage: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the profile as plain values, which JSON keeps."""
        return asdict(self) | {"columns": dict(self.columns), "ignored": list(self.ignored)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Profile":
        """Return the profile that :meth:`as_dict` gave; keys of a later version are passed over."""
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        return cls(**known | {"ignored": tuple(values.get("ignored", ()))})


@dataclass(frozen=True)
class Choice:
    """One column of a file: what it is proposed to mean, why, and whether somebody has to say so.

    ``why`` is ``profile`` (confirmed before), ``tag`` or ``heading`` (recognised), ``renamed`` (like a
    heading of the profile that is gone), ``contact`` (never read) or ``""`` (not known).
    """

    heading: str
    column: str
    why: str
    asked: bool
    samples: tuple[str, ...] = ()


def choices(table: pd.DataFrame, profile: Profile | None = None) -> tuple[Choice, ...]:
    """Propose what each column of a table means.

    Parameters
    ----------
    table : DataFrame of str
        One column a heading; a first row of HXL tags is read.
    profile : Profile, optional
        Confirmed before: its headings are not asked about again.

    Returns
    -------
    tuple of Choice
        In the order of the file. Without a profile every column but contacts is asked about.
    """
    headings = [str(name) for name in table.columns]
    contacts = set(contact_headings(headings)) - set(profile.columns.values() if profile else ())
    settled = _settled(headings, profile)
    found = _recognised(table, headings, settled, contacts)
    renamed = _renamed(headings, profile, {**settled, **{h: c for h, (c, _why) in found.items()}}, contacts)
    below = table.iloc[1:] if has_tags(table) else table
    made = []
    for heading in headings:
        if heading in settled:
            column, why = settled[heading], "profile"
        elif heading in contacts:
            column, why = "", "contact"
        elif heading in renamed:
            column, why = renamed[heading], "renamed"
        else:
            column, why = found.get(heading, ("", ""))
        asked = why not in ("profile", "contact")
        made.append(Choice(heading, column, why, asked, _samples(below[heading])))
    return tuple(made)


def missing(table: pd.DataFrame, profile: Profile) -> dict[str, str]:
    """Record columns whose confirmed heading is not in the file, with that heading."""
    return {column: heading for column, heading in profile.columns.items() if heading not in table}


def confirmed(
    name: str,
    made: Sequence[Choice],
    answers: Mapping[str, str] | None = None,
    *,
    before: Profile | None = None,
) -> Profile:
    """Return the profile of a file's columns as somebody confirmed them.

    Parameters
    ----------
    made : sequence of Choice
        What was proposed.
    answers : mapping of str to str, optional
        Heading to record column, ``""`` to leave it out; the others stay as proposed.
    before : Profile, optional
        The profile it was proposed with: its headings that this file lacks stay known, and so do its
        type, vintage and sheet.

    Raises
    ------
    ValueError
        If two headings are said to mean one column.
    """
    said = {choice.heading: choice.column for choice in made if choice.why != "contact"} | dict(answers or {})
    columns: dict[str, str] = {}
    for heading, column in said.items():
        if column and column in columns:
            raise ValueError(f"{column}: {columns[column]!r}, {heading!r}")
        if column:
            columns[column] = heading
    ignored = [heading for heading, column in said.items() if not column]
    kept = before or Profile(name)
    # A column that this file lacks keeps its heading, unless another has taken its place.
    columns = {c: h for c, h in kept.columns.items() if c not in columns and h not in said} | columns
    ignored = [h for h in kept.ignored if h not in said] + ignored
    return Profile(name, columns, tuple(ignored), kept.sheet, kept.activity_type, kept.vintage)


def apply(table: pd.DataFrame, profile: Profile) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the table without what is left out, and the headings to read it by (``given`` of ``clean``)."""
    kept = table[[name for name in table.columns if name not in profile.ignored]]
    return kept, {column: heading for column, heading in profile.columns.items() if heading in kept}


def _settled(headings: Sequence[str], profile: Profile | None) -> dict[str, str]:
    if profile is None:
        return {}
    known = {heading: column for column, heading in profile.columns.items()}
    known |= dict.fromkeys(profile.ignored, "")
    return {heading: known[heading] for heading in headings if heading in known}


def _recognised(
    table: pd.DataFrame, headings: Sequence[str], settled: Mapping[str, str], contacts: set[str]
) -> dict[str, tuple[str, str]]:
    """Column and reason for each new heading that is recognised, no column twice."""
    open_headings = [name for name in headings if name not in settled and name not in contacts]
    taken = {column for column in settled.values() if column}
    tags = dict(zip(headings, first_row(table), strict=False))
    found: dict[str, tuple[str, str]] = {}
    for name in open_headings:
        column = hxl_column(tags.get(name, "")) if tags.get(name, "").startswith("#") else ""
        if column and column not in taken:
            found[name] = (column, "tag")
            taken.add(column)
    # All headings are shown to the recogniser: some mean something only beside others.
    for column, heading in by_values(recognise(headings), table).items():
        if heading in open_headings and heading not in found and column not in taken:
            found[heading] = (column, "heading")
            taken.add(column)
    return found


def _renamed(
    headings: Sequence[str], profile: Profile | None, known: Mapping[str, str], contacts: set[str]
) -> dict[str, str]:
    """Column of each unknown heading that is most like one of the profile that is gone."""
    if profile is None:
        return {}
    gone = {c: h for c, h in profile.columns.items() if h not in headings and c not in known.values()}
    unknown = [name for name in headings if name not in known and name not in contacts]
    pairs = sorted(
        (
            (fuzz.ratio(fold_heading(name), fold_heading(old)), name, column)
            for name in unknown
            for column, old in gone.items()
        ),
        reverse=True,
    )
    found: dict[str, str] = {}
    for likeness, name, column in pairs:
        if likeness >= MIN_LIKENESS and name not in found and column not in found.values():
            found[name] = column
    # One heading gone and one new: most often the same column under another name.
    if not found and len(gone) == 1 and len(unknown) == 1:
        return {unknown[0]: next(iter(gone))}
    return found


def _samples(values: pd.Series) -> tuple[str, ...]:
    filled = values[values.str.strip() != ""].drop_duplicates()
    return tuple(str(value)[:80] for value in filled.head(SAMPLES))
