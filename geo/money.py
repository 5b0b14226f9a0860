"""Amounts of money as people write them, kept with their currency; none is converted or guessed.

Money has at most two decimals: three figures behind a lone comma or point are thousands
where the currency is known. Without a currency they may be either and are listed.
"""

import re
import unicodedata
from typing import Final, NamedTuple

import pandas as pd

from geo import signs

NAN: Final = float("nan")


class Amount(NamedTuple):
    """What a text says of money; ``problem`` is ``""`` where it could be read, ``kind`` how it was."""

    value: float
    currency: str
    problem: str = ""
    kind: str = ""


# Longer words first: "francs CFA" holds "F", "US$" holds "$".
_CURRENCIES: Final = (
    ("XOF", r"francs?\s*c\.?f\.?a\.?|f\.?\s*c\.?f\.?a\.?|xof|cfa"),
    ("EUR", r"€|euros?|eur"),
    ("USD", r"us\s*\$|\$\s*us|usd|dollars?(?:\s*(?:us|americains?))?|\$"),
    ("MRU", r"mru|ouguiyas?|\bum\b"),
    # Known not to be one of ours: named in the list of problems instead of being taken for another.
    ("?", r"gbp|£|livres?\s*sterling|chf|cad|xaf|mro|francs?\s*suisses?|nok|sek|dkk|jpy|¥"),
)
_CURRENCY: Final = re.compile(
    "|".join(f"(?P<c{place}>{words})" for place, (_, words) in enumerate(_CURRENCIES))
)
_FRANC: Final = re.compile(r"(?<=\d)\s*f$")
_SCALES: Final = (
    (1e9, re.compile(r"(?<![a-z])(?:milliards?|mds?)(?:\s*(?:de|d'))?(?![a-z])")),
    (1e6, re.compile(r"(?<![a-z])(?:millions?|mio|m)(?:\s*(?:de|d'))?(?![a-z])")),
    (1e3, re.compile(r"(?<![a-z])(?:mille|k)(?:\s*(?:de|d'))?(?![a-z])")),
)
_GROUPED: Final = re.compile(r"^\d{1,3}(?:[ ']\d{3})+(?=$|[.,])|^\d+(?=$|[.,])")


def read_amount(text: str, *, currency: str = "") -> Amount:
    """Read one amount.

    Parameters
    ----------
    text : str
        As written.
    currency : str
        Code that the heading or a column beside it states, ``""`` where none does.

    Examples
    --------
    >>> read_amount("96 303 057 FCFA"), read_amount("$ 12,000.50")
    (Amount(value=96303057.0, currency='XOF', problem='', kind=''), \
Amount(value=12000.5, currency='USD', problem='', kind=''))
    >>> read_amount("1,2 M€").value, read_amount("12,000").problem
    (1200000.0, 'thousands_or_decimals')
    """
    plain = _plain(text)
    if not plain:
        return Amount(NAN, "")
    stated, rest = _without_currencies(plain)
    kind = ""
    if not stated and currency in ("", "XOF") and _FRANC.search(rest):
        # What people of Mali mean by F is the CFA franc; it is noted all the same.
        stated, rest, kind = {"XOF"}, _FRANC.sub("", rest), "franc_as_cfa"
    if stated and currency:
        stated = stated | {currency}
    if "?" in stated:
        return Amount(NAN, "", "not_a_known_currency")
    if len(stated) > 1:
        return Amount(NAN, "", "several_currencies")
    code = next(iter(stated), currency)
    scale, rest = _scale(rest)
    value, problem = _figure(rest.strip(), code=code, scaled=scale != 1)
    return Amount(NAN, "", problem) if problem else Amount(value * scale, code, "", kind)


def read_amounts(
    values: pd.Series, *, currencies: pd.Series | None = None, heading: str = ""
) -> pd.DataFrame:
    """:func:`read_amount` over a column.

    Parameters
    ----------
    values : Series of str
    currencies : Series of str, optional
        Codes that a column beside states, ``""`` where it does not; same index.
    heading : str
        Code that the heading of the amounts states, used where the row states none.

    Returns
    -------
    DataFrame
        Same index: ``value``, ``currency``, ``problem``, ``kind``.
    """
    beside = pd.Series("", index=values.index) if currencies is None else currencies
    stated = beside.where(beside != "", heading)
    table = {pair: read_amount(pair[0], currency=pair[1]) for pair in set(zip(values, stated, strict=True))}
    rows = [table[pair] for pair in zip(values, stated, strict=True)]
    return pd.DataFrame(rows, columns=list(Amount._fields), index=values.index)


def currency_code(text: str) -> str:
    """Code of the one currency that a text names, ``""`` where it names none or several.

    >>> currency_code("Budget (FCFA)"), currency_code("euros"), currency_code("Budget")
    ('XOF', 'EUR', '')
    """
    stated, _rest = _without_currencies(_plain(text))
    code = stated.pop() if len(stated) == 1 else ""
    return "" if code == "?" else code


def _plain(text: str) -> str:
    folded = signs.decomposed(text.replace("’", "'")).casefold()
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    return re.sub(r"\s+", " ", letters).strip()


def _without_currencies(plain: str) -> tuple[set[str], str]:
    stated: set[str] = set()

    def taken(found: re.Match[str]) -> str:
        before, after = plain[: found.start()], plain[found.end() :]
        # A code inside a longer word is not one (Europe, secured).
        word = found[0][0].isalpha() and (before[-1:].isalpha() and not _scale_letter(before))
        if word or (found[0][-1].isalpha() and after[:1].isalpha()):
            return found[0]
        stated.add(_CURRENCIES[int(str(found.lastgroup)[1:])][0])
        return " "

    return stated, re.sub(r"\s+", " ", _CURRENCY.sub(taken, plain)).lstrip(" (:").rstrip(" ()/-:")


def _scale_letter(before: str) -> bool:
    """Whether what stands before a currency is the M or k of ``45 MFCFA``, not the end of a word."""
    return bool(re.search(r"\d\s*(?:m|k|md)$", before))


def _scale(rest: str) -> tuple[float, str]:
    for factor, pattern in _SCALES:
        if pattern.search(rest):
            return factor, pattern.sub(" ", rest, count=1).strip()
    return 1.0, rest


def _figure(text: str, *, code: str, scaled: bool) -> tuple[float, str]:
    """Value of a figure, and the problem where it has none."""
    sign, digits = ("-", text[1:].strip()) if text.startswith("-") else ("", text)
    marks = [mark for mark in (",", ".") if mark in digits]
    if not re.fullmatch(r"[\d .,']*\d", digits) or digits[0] in ".,":
        return NAN, "several_amounts" if re.search(r"\d\D*[a-z+(/;]\D*\d", digits) else "not_a_number"
    if len(marks) == 2:
        decimal = max(marks, key=digits.rfind)
        thousands = marks[0] if decimal == marks[1] else marks[1]
        return _grouped(sign, digits, thousands, decimal)
    if not marks:
        return _grouped(sign, digits, "", "")
    mark = marks[0]
    after = len(digits) - digits.rfind(mark) - 1
    if digits.count(mark) > 1:
        return _grouped(sign, digits, mark, "")
    if after != 3 or not re.fullmatch(r"[1-9]\d{0,2}", digits[: digits.find(mark)]):
        return _grouped(sign, digits, "", mark)
    if scaled or not code:
        return NAN, "thousands_or_decimals"
    return _grouped(sign, digits, mark, "")


def _grouped(sign: str, digits: str, thousands: str, decimal: str) -> tuple[float, str]:
    whole, _mark, part = digits.partition(decimal) if decimal else (digits, "", "")
    if thousands:
        whole = whole.replace(thousands, " ")
    if not _GROUPED.fullmatch(whole) or not re.fullmatch(r"\d*", part):
        return NAN, "not_a_number"
    return float(f"{sign}{re.sub('[^0-9]', '', whole)}.{part or 0}"), ""
