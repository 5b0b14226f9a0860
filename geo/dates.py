"""Dates as people write them: days, months, quarters, years and the time between two of them.

The precision that was written is kept (``2024-03`` is a month) and nothing is completed from
today's date: a text that does not hold a year of its own is no date.
"""

import functools
import re
import unicodedata
from datetime import date, timedelta
from typing import Final, NamedTuple

import pandas as pd

from geo import signs

# Years that a record can speak of; outside them a number is something else.
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
# Spreadsheets count days from here; their first 60 are off by one, long before any record.
SERIAL_ORIGIN: Final = date(1899, 12, 30)
SERIAL_RANGE: Final = (20_000, 73_000)


class Span(NamedTuple):
    """First and last moment that a text states, ISO at the precision written; ``""`` is open.

    ``kind`` says how it was read: ``date``, ``words``, ``excel_serial``, ``two_digit_year``,
    ``quarter``, ``period``.
    """

    start: str
    end: str
    kind: str


_TIME: Final = r"(?:[t ]\s*\d{1,2}\s*[:h].*)?"
_ISO: Final = re.compile(rf"^(\d{{4}})(?:[-/](\d{{1,2}})(?:[-/](\d{{1,2}}))?)?{_TIME}$")
_DAY_FIRST: Final = re.compile(rf"^(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}|\d{{2}}){_TIME}$")
_MONTH_YEAR: Final = re.compile(r"^(\d{1,2})[/.-](\d{4})$")
_SERIAL: Final = re.compile(r"^\d{5}(?:\.\d+)?$")
_REMARK: Final = re.compile(r"(?<=\d)\s*\([^)]*\)$")
_WEEKDAY: Final = re.compile(
    r"^(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday)[ ,]+"
)
_ORDINAL: Final = r"(?:er|ere|e|eme|nd|st|rd|th)?"
_WORDS: Final = re.compile(
    rf"^(?:(\d{{1,2}}){_ORDINAL}[\s.-]+(?:de |of )?)?([a-z]{{3,}})\.?[\s,./-]+(?:de |of )?(\d{{4}}|\d{{2}})$"
)
_ENGLISH: Final = re.compile(rf"^([a-z]{{3,}})\.?\s+(\d{{1,2}}){_ORDINAL},?\s+(\d{{4}})$")
_PART: Final = {"premier": 1, "1ier": 1, "second": 2, "deuxieme": 2, "troisieme": 3, "quatrieme": 4}
_PARTS: Final = "|".join(_PART)
_QUARTER: Final = re.compile(r"^(t|q|trim|trimestre|quarter|s|sem|semestre)\s*([1-4])\s*[-/ ]?\s*(\d{4})$")
_QUARTER_LAST: Final = re.compile(r"^(\d{4})\s*[-/ ]?\s*(t|q|s)\s*([1-4])$")
_QUARTER_WORDS: Final = re.compile(
    rf"^([1-4]|{_PARTS})\s*{_ORDINAL}\s+(trimestre|quarter|semestre|semester)\s+(?:de |of )?(\d{{4}})$"
)
_YEARS: Final = re.compile(r"^(\d{4})\s*[-/]\s*(\d{4})$")
_BETWEEN: Final = (
    re.compile(r"\s+(?:jusqu'?\s?(?:au|a|en)|au|a|to|until)\s+"),
    re.compile(r"\s*[–—→]\s*|\s+-\s+"),
    re.compile(r"(?<=\d{4})\s*-\s*(?=\d)"),
)
_AND: Final = re.compile(r"\s+(?:et|and)\s+")
_OPENING: Final = re.compile(r"^(?:du|de|des|from|entre|between|le)\s+(?=\S)")
_SINCE: Final = re.compile(r"^(?:depuis|a partir d[eu']|a compter d[eu']|des|since|from)\s*(?:le )?")
_UNTIL: Final = re.compile(r"^(?:jusqu'?\s?(?:au|a|en)|until|avant|before)\s+(?:le )?")
_DAY_ALONE: Final = re.compile(r"^\d{1,2}(?:er)?$")
_DAY_AND_MONTH: Final = re.compile(r"^\d{1,2}(?:er)?\s+[a-z]{3,}\.?$|^[a-z]{3,}\.?$")


def read_span(text: str) -> Span | None:
    """Read what a text says of time; None where it says nothing certain.

    >>> read_span("01 Décembre 2023 au 31 décembre 2027")
    Span(start='2023-12-01', end='2027-12-31', kind='period')
    >>> read_span("mars 2024"), read_span("T3 2025")
    (Span(start='2024-03', end='2024-03', kind='words'), Span(start='2025-07', end='2025-09', kind='quarter'))
    >>> read_span("24 mois") is None, read_span("l'an passé") is None
    (True, True)
    """
    plain = _REMARK.sub("", _plain(text))
    return _single(plain) or _period(plain) or _open(plain)


def read_spans(values: pd.Series) -> pd.DataFrame:
    """:func:`read_span` over a column: same index, ``start``, ``end``, ``kind`` (``""`` where unread)."""
    # A column of dates holds few distinct texts.
    table = {text: read_span(text) or Span("", "", "") for text in values.unique()}
    return pd.DataFrame(
        [table[text] for text in values], columns=list(Span._fields), index=values.index
    ).astype("str")


def ends_before_start(start: pd.Series, end: pd.Series) -> pd.Series:
    """Rows that end before they begin, by what both dates (ISO, of any precision) state.

    >>> ends_before_start(pd.Series(["2024", "2024"]), pd.Series(["2023-12", "2024-01"])).tolist()
    [True, False]
    """
    pairs = zip(start, end, strict=True)
    wrong = [bool(first and last) and first[: len(last)] > last[: len(first)] for first, last in pairs]
    return pd.Series(wrong, index=start.index, dtype=bool)


def common(span: Span) -> str:
    """One date of a span, at the precision that its two ends share: a quarter gives its year.

    >>> common(Span("2025-07", "2025-09", "quarter"))
    '2025'
    """
    shared: list[str] = []
    for one, other in zip(span.start.split("-"), span.end.split("-"), strict=False):
        if one != other or not one:
            break
        shared.append(one)
    return "-".join(shared)


def _plain(text: str) -> str:
    """Small letters without accents, one blank between words; dashes and slashes kept."""
    folded = signs.decomposed(text.replace("’", "'")).casefold()
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    return re.sub(r"\s+", " ", letters).strip(" .,;")


def _single(text: str) -> Span | None:
    """One date: a day, a month, a year, or a quarter with its two ends."""
    text = _WEEKDAY.sub("", text)
    if found := _ISO.match(text):
        return _dated([part for part in found.groups() if part], "date")
    if found := _DAY_FIRST.match(text):
        year = found[3]
        kind = "date" if len(year) == 4 else "two_digit_year"
        return _dated([_century(year), found[2], found[1]], kind)
    if found := _MONTH_YEAR.match(text):
        return _dated([found[2], found[1]], "date")
    if _SERIAL.match(text):
        return _serial(float(text))
    return _in_words(text) or _quarter(text)


def _in_words(text: str) -> Span | None:
    if found := _ENGLISH.match(text):
        word, day, year = found.groups()
    elif found := _WORDS.match(text):
        day, word, year = found.groups()
    else:
        return None
    month = _month(word)
    parts = [_century(year), str(month), *([day] if day else [])]
    return _dated(parts, "words" if len(year) == 4 else "two_digit_year") if month else None


@functools.cache
def _month(word: str) -> int:
    """Month that a French or English word or its abbreviation means, 0 for none."""
    # Imported at first use: it loads its language data.
    from dateparser.date import DateDataParser  # noqa: PLC0415

    # A weekday beside a year is read as a month of today's; these are taken off before.
    found = DateDataParser(languages=["fr", "en"]).get_date_data(f"{word} 2000")
    return found.date_obj.month if found.date_obj and found.period == "month" else 0


def _quarter(text: str) -> Span | None:
    if found := _QUARTER.match(text):
        word, part, year = found.groups()
    elif found := _QUARTER_LAST.match(text):
        year, word, part = found.groups()
    elif found := _QUARTER_WORDS.match(text):
        part, word, year = found.groups()
    else:
        return None
    months = 6 if word.startswith("s") else 3
    last = int(_PART.get(part, part)) * months
    start, end = _iso([year, str(last - months + 1)]), _iso([year, str(last)])
    return Span(start, end, "quarter") if start and end else None


def _period(text: str) -> Span | None:
    if found := _YEARS.match(text):
        return _joined(_single(found[1]), _single(found[2]))
    opened = _OPENING.sub("", text)
    # "entre mars et juin 2024": elsewhere "et" lists two dates.
    for between in (*_BETWEEN, *((_AND,) if opened != text else ())):
        pieces = between.split(opened)
        if len(pieces) != 2 or not all(pieces):
            continue
        first, last = pieces
        end = _single(last)
        if end and (joined := _joined(_single(_completed(first, last)), end)):
            return joined
    return None


def _completed(first: str, last: str) -> str:
    """Give the first of two dates what it leaves to the second: ``1er au 15 mars 2024``."""
    if _DAY_ALONE.match(first):
        return re.sub(r"^\d{1,2}(?:er)?(?=\s)", first, last, count=1)
    if _DAY_AND_MONTH.match(first):
        return f"{first} {last[-4:]}"
    return first


def _joined(first: Span | None, last: Span | None) -> Span | None:
    if not first or not last:
        return None
    # Texts of unlike precision compare by what both state.
    length = min(len(first.start), len(last.end))
    return Span(first.start, last.end, "period") if first.start[:length] <= last.end[:length] else None


def _open(text: str) -> Span | None:
    if found := _SINCE.match(text):
        single = _single(text[found.end() :])
        return Span(single.start, "", "period") if single else None
    if found := _UNTIL.match(text):
        single = _single(text[found.end() :])
        return Span("", single.end, "period") if single else None
    return None


def _serial(days: float) -> Span | None:
    first, last = SERIAL_RANGE
    if not first <= days <= last:
        return None
    day = (SERIAL_ORIGIN + timedelta(days=int(days))).isoformat()
    return Span(day, day, "excel_serial")


def _century(year: str) -> str:
    return year if len(year) == 4 else f"20{year}"


def _dated(parts: list[str], kind: str) -> Span | None:
    day = _iso(parts)
    return Span(day, day, kind) if day else None


def _iso(parts: list[str]) -> str:
    year, month, day_of_month = [*(int(part) for part in parts), 1, 1][:3]
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ""
    try:
        day = date(year, month, day_of_month)
    except ValueError:
        return ""
    return day.isoformat()[: {1: 4, 2: 7, 3: 10}[len(parts)]]
