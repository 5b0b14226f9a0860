"""From a partner's table to records: columns recognised, values read, faults listed.

Nothing is lost: what cannot be read leaves the field not reported and stands in
the problem list with its row, column and words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

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
from geo.coordinates import PAIR, read_positions
from geo.dates import Span, common, ends_before_start, read_spans
from geo.grid import has_tags
from geo.headings import (
    EMPTY_VALUES,
    STATUS_VALUES,
    by_values,
    contact_headings,
    fold_heading,
    hxl_column,
    recognise,
    standard_value,
    state_words,
)
from geo.money import currency_code, read_amounts

# Figures that count heads or works: nothing follows a comma there but thousands.
COUNT_COLUMNS: Final = ("quantity", "possible_repeats", *PEOPLE_COLUMNS)
_THOUSANDS: Final = re.compile(r"^\d{1,3}([.,]\d{3})+$")
# Numbers of Mali and Mauritania (8 digits, in pairs or in one) and e-mail addresses, where a word begins.
_REACHES_A_PERSON: Final = re.compile(
    r"(?<![\d.,])(?:(?:\+|00)22[23][ .-]?)?[2-9]\d([ .-]?)\d{2}\1\d{2}\1\d{2}(?![\d,])"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+\.\w[\w.]*"
)
WITHHELD: Final = "[…]"
# Columns that a heading may mean although it holds a word such as "responsable".
ORGANISATION_COLUMNS: Final = ("implementing_org", "donor", "partner_orgs")
DATE_COLUMNS: Final = ("observed_on", "start_date", "end_date")
PROBLEM_COLUMNS: Final = ("row", "column", "value", "problem")


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
        Codes of what was assumed (``one_per_row``, ``type_from_headings``) or converted.
    problems : DataFrame
        ``row, column, value, problem``.
    noted : mapping of str to int
        Rows by what was converted: ``utm``, ``swapped``, ``excel_serial``, ``period``…
    sheet, other_sheets : str, mapping of str to int
        Sheet that was read, where a file has several; the others with their filled rows.
    distinct_rows : int
        Rows of the table that differ in at least one cell, as they were written.
    """

    records: pd.DataFrame
    columns: Mapping[str, str]
    unused: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PROBLEM_COLUMNS)))
    noted: Mapping[str, int] = field(default_factory=dict)
    sheet: str = ""
    other_sheets: Mapping[str, int] = field(default_factory=dict)
    distinct_rows: int = 0


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
    found = recognise([name for name in headings if name not in dropped], given=asked)
    columns = by_values(found, table, given=asked)
    table, columns = _without_tags(table, columns, dropped, set(asked.values()))
    raw = pd.DataFrame(
        {column: table[heading].astype("str") for column, heading in columns.items()}, index=table.index
    )
    faults = _Faults([], {})
    read = _texts(raw, faults) | _figures(raw, faults) | _places(raw, columns, faults) | _times(raw, faults)
    read |= _money(raw, columns, faults) | _values(raw, columns, faults)
    notes: list[str] = []
    read["activity_type"] = _types(raw, headings, types, notes, faults.problems)
    read["source_id"] = pd.Series(source_id, index=table.index)
    if "quantity" not in read and {"longitude", "latitude"} <= set(read):
        # One row, one position: the file lists the works themselves, each is one.
        read["quantity"] = _one_each(read, table.index)
        notes.append("one_per_row")
    records = complete(_with_seasons(pd.DataFrame(read, index=table.index)))
    unused = [name for name in headings if name not in columns.values() and name not in dropped]
    return Cleaned(
        records,
        columns,
        tuple(unused),
        tuple(dropped),
        (*notes, *faults.noted),
        _stack(faults.problems),
        faults.noted,
        distinct_rows=int((~table.duplicated()).sum()),
    )


def _one_each(read: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return 1 for each row but those that only a zone in words locates: nobody counted works there."""
    zone = read.get("provider_place_text", pd.Series("", index=index))
    return pd.Series(1.0, index=index).mask(read["longitude"].isna() & (zone != ""))


class _Faults(NamedTuple):
    """What is noted while a table is read: problems cell by cell, and rows by kind of conversion."""

    problems: list[pd.DataFrame]
    noted: dict[str, int]

    def note(self, kinds: pd.Series) -> None:
        """Add the rows of each kind; ``""`` and ``date`` are nothing to note."""
        for kind, rows in kinds[~kinds.isin(["", "date"])].value_counts(sort=False).items():
            self.noted[str(kind)] = self.noted.get(str(kind), 0) + int(rows)


def _texts(raw: pd.DataFrame, faults: _Faults) -> dict[str, pd.Series]:
    # A code is kept as it was written: placing repairs it and says so.
    read = {
        column: raw[column] if column.endswith("_pcode") else raw[column].str.strip()
        for column in TEXT_COLUMNS
        if column in raw and column not in (*DATE_COLUMNS, "currency")
    }
    free = [column for column in FREE_TEXT_COLUMNS if column in read]
    return read | {column: _without_contacts(read[column], faults.problems) for column in free}


def _figures(raw: pd.DataFrame, faults: _Faults) -> dict[str, pd.Series]:
    read: dict[str, pd.Series] = {}
    for column in (*NUMBER_COLUMNS, "water_months"):
        if column in raw and column != "amount":
            read[column] = _numbers(raw[column], [] if _paired(raw, column) else faults.problems)
            if column in COUNT_COLUMNS:
                read[column] = _counts(raw[column], read[column], faults.problems)
            elif column not in PAIR:
                read[column] = _not_negative(raw[column], read[column], faults.problems)
    return read


def _paired(raw: pd.DataFrame, column: str) -> bool:
    return column in PAIR and set(PAIR) <= set(raw)


def _places(raw: pd.DataFrame, columns: Mapping[str, str], faults: _Faults) -> dict[str, pd.Series]:
    """Coordinates in whatever way they are written; one of the two alone is left to the figures."""
    if not (set(PAIR) <= set(raw) or "position" in raw):
        return {}
    zone = " ".join(columns.get(name, "") for name in (*PAIR, "position"))
    found = read_positions(raw, zone=zone if "utm" in zone.casefold() else "")
    faults.problems.append(found.problems)
    faults.noted.update(found.noted)
    return {name: found.frame[name] for name in PAIR}


def _times(raw: pd.DataFrame, faults: _Faults) -> dict[str, pd.Series]:
    """Dates at the precision that was written; a cell that holds a period gives its two ends."""
    spans = {name: read_spans(raw[name].str.strip()) for name in (*DATE_COLUMNS, "period") if name in raw}
    for name, span in spans.items():
        faults.note(span["kind"])
        unread = (span["kind"] == "") & _reported(raw[name])
        faults.problems.append(_problem(raw[name], unread, "not_a_date"))
    read: dict[str, pd.Series] = {}
    if "observed_on" in spans:
        rows = spans["observed_on"][["start", "end", "kind"]].itertuples(index=False, name=None)
        read["observed_on"] = pd.Series([common(Span(*row)) for row in rows], index=raw.index, dtype="str")
    for column, end, other in (("start_date", "start", "end_date"), ("end_date", "end", "start_date")):
        own = [spans[name][end] for name in (column, "period") if name in spans]
        # "01/12/2023 au 31/12/2027" under "Début" says when it ends as well.
        beside = [span[end] for span in _periods(spans, other)]
        if own or beside:
            read[column] = _first(own + beside, raw.index)
    if {"start_date", "end_date"} <= set(read):
        faults.problems.append(_turned(read["start_date"], read["end_date"]))
    return read


def _periods(spans: Mapping[str, pd.DataFrame], column: str) -> list[pd.DataFrame]:
    """Return what a column of dates says of both ends: only where it holds a period."""
    if column not in spans:
        return []
    whole = spans[column]["kind"].isin(["period", "quarter"])
    return [spans[column].where(whole, "")]


def _first(columns: Sequence[pd.Series], index: pd.Index) -> pd.Series:
    """Return the first of the columns that says something, row by row."""
    found = pd.Series("", index=index, dtype="str")
    for column in columns:
        found = found.where(found != "", column)
    return found


def _turned(start: pd.Series, end: pd.Series) -> pd.DataFrame:
    both = (start + " – " + end).rename("end_date")
    return _problem(both, ends_before_start(start, end), "ends_before_start")


def _money(raw: pd.DataFrame, columns: Mapping[str, str], faults: _Faults) -> dict[str, pd.Series]:
    """Amounts with their currency, from the cell, the column beside it or the heading."""
    blank = pd.Series("", index=raw.index, dtype="str")
    written = raw.get("currency", blank)
    codes = {text: currency_code(text) for text in written.unique()}
    stated = written.map(codes).astype("str")
    strange = (stated == "") & _reported(written)
    faults.problems.append(_problem(written.rename("currency"), strange, "not_a_known_currency"))
    if "amount" not in raw:
        return {"currency": stated} if "currency" in raw else {}
    values = raw["amount"]
    found = read_amounts(values.str.strip(), currencies=stated, heading=currency_code(columns["amount"]))
    unknown = {"several_currencies", "not_a_known_currency"}
    # Without a currency an amount is read as any other figure is. One of a currency that is not
    # ours is no amount at all.
    bare = (found["currency"] == "") & ~found["problem"].isin(unknown) & ~_stated(found, stated, columns)
    figures = _counts(values[bare], _numbers(values[bare], faults.problems), faults.problems)
    for problem, rows in found[~bare & _reported(values)].groupby("problem"):
        faults.problems.append(_problem(values.loc[rows.index], rows["problem"] != "", str(problem)))
    amounts = found["value"].astype("float64").mask(bare, figures.reindex(values.index))
    amounts = _not_negative(values, amounts.mask(strange), faults.problems)
    faults.note(found["kind"])
    return {"amount": amounts, "currency": found["currency"].where(amounts.notna(), stated)}


def _stated(found: pd.DataFrame, stated: pd.Series, columns: Mapping[str, str]) -> pd.Series:
    """Rows whose currency is known from the cell, the column or the heading."""
    return (found["currency"] != "") | (stated != "") | bool(currency_code(columns["amount"]))


def _values(raw: pd.DataFrame, columns: Mapping[str, str], faults: _Faults) -> dict[str, pd.Series]:
    states = state_words(columns.get("functionality", ""))
    tables = (("functionality", states), ("activity_status", STATUS_VALUES))
    return {
        column: _standard(raw[column], words, faults.problems) for column, words in tables if column in raw
    }


def _without_tags(
    table: pd.DataFrame, columns: dict[str, str], dropped: Sequence[str], asked: set[str]
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a row of HXL tags under the headings: it names columns and is no record."""
    if not has_tags(table):
        return table, columns
    tags = {str(heading): str(cell).strip() for heading, cell in table.iloc[0].items()}
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
    # Looked at only where no figure was read: folding every figure would take most of the time.
    unread = values[figures.isna() & (plain != "")]
    problems.append(_problem(unread, _reported(unread), "not_a_number"))
    return figures


def _counts(values: pd.Series, figures: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    """Return counts; ``1,250`` and ``1.250`` may be thousands or decimals and are not guessed."""
    unclear = values.str.strip().str.match(_THOUSANDS).astype(bool)
    problems.append(_problem(values, unclear, "thousands_or_decimals"))
    return _not_negative(values, figures.where(~unclear), problems)


def _not_negative(values: pd.Series, figures: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    problems.append(_problem(values, figures < 0, "negative"))
    return figures.where(~(figures < 0))


def holds_contact(text: str) -> bool:
    """Whether a text holds a telephone number or an address, which nothing here keeps.

    >>> holds_contact("voir 76 12 34 56"), holds_contact("depuis 2019")
    (True, False)
    """
    return bool(_REACHES_A_PERSON.search(text))


def _without_contacts(values: pd.Series, problems: list[pd.DataFrame]) -> pd.Series:
    """Return free text without telephone numbers and addresses; the list of problems shows none of them."""
    clean_text = values.str.replace(_REACHES_A_PERSON, WITHHELD, regex=True)
    problems.append(_problem(clean_text, clean_text != values, "contact_withheld"))
    return clean_text


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
