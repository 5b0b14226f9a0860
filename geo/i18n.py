"""French and English: one catalogue, one current language, numbers and dates by Babel.

The source strings are French, so a string without a translation shows in
French. The language is kept in a context variable: Streamlit runs every
session in a thread of its own, so two readers never share it.
"""

import functools
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import date
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import ParamSpec, TypeVar

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, format_percent, parse_pattern
from babel.support import Translations

from geo.settings import DEFAULT_LANGUAGE, LANGUAGES

LOCALE_DIR = Path(__file__).parent / "locale"
# Environment variable: the language of the command line.
LANGUAGE_VARIABLE = "COUVERTURE_LANG"

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def set_language(language: str) -> None:
    """Set the language of the current thread or context; an unknown one means French."""
    _language.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)


def in_language(make: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return ``make`` bound to the language of now: whoever calls it later, in a thread that knows none."""
    bound = language()

    @functools.wraps(make)
    def made(*values: Arguments.args, **named: Arguments.kwargs) -> Result:
        set_language(bound)
        return make(*values, **named)

    return made


def language() -> str:
    """Language of the current context, ``"fr"`` or ``"en"``."""
    return _language.get()


@functools.cache
def _translations(lang: str) -> NullTranslations:
    # The .po file is compiled in memory: no generated file to keep in step.
    path = LOCALE_DIR / lang / "LC_MESSAGES" / "couverture.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=lang)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _(message: str) -> str:
    """``message`` (French) in the current language."""
    # gettext("") returns the catalogue's header, which is never what is meant.
    return _translations(language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of a French message that fits ``number``, in the current language."""
    if language() == "fr":
        return singular if abs(number) < 2 else plural
    return _translations(language()).ngettext(singular, plural, number)


def N_(message: str) -> str:
    """Mark a message for extraction that is translated later, where it is shown."""
    return message


def clauses(parts: Iterable[str]) -> str:
    """Parts of a sentence after each other: ``; `` between them in English, `` ; `` in French.

    >>> clauses(["400 personnes", "norme"])
    '400 personnes ; norme'
    """
    return (" ; " if language() == "fr" else "; ").join(parts)


def number(value: float, decimals: int = 0) -> str:
    r"""``12 345`` in French (narrow no-break space), ``12,345`` in English.

    >>> number(12345)
    '12\u202f345'
    """
    # Minus zero is zero, and a key of its own it is not.
    return _number(value + 0, decimals, language())


# A table of 208 communes says the same few hundred numbers at every view.
@functools.lru_cache(maxsize=4096)
def _number(value: float, decimals: int, lang: str) -> str:
    return _pattern(decimals).apply(value, _locale(lang))


# Read once: to read both again for every number takes longer than to write it.
@functools.cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


@functools.cache
def _locale(lang: str) -> Locale:
    return Locale.parse(lang)


def percent(share: float, decimals: int = 1) -> str:
    """A share of 1 as ``56,6 %`` in French, ``56.6%`` in English."""
    # Babel's own pattern of the locale keeps its spacing; only decimals are set.
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    pattern += "\u202f%" if language() == "fr" else "%"
    return format_percent(share, format=pattern, locale=language())


def short_date(day: date) -> str:
    """``22/11/2026`` in French tables, ``22 Nov 2026`` in English ones."""
    return format_date(day, "dd/MM/yyyy" if language() == "fr" else "d MMM yyyy", locale=language())


def long_date(day: date) -> str:
    """``22 novembre 2026`` or ``22 November 2026``, for running text."""
    return format_date(day, "d MMMM yyyy", locale=language())


def unbroken(text: str) -> str:
    r"""``text`` in which no line begins with a sign that belongs to the word before it, nor ends with «.

    >>> unbroken("dont saisonniers : 7")
    'dont saisonniers\xa0:\xa07'
    """
    bound = re.sub(r" (?=[:;?!»])", "\N{NO-BREAK SPACE}", text)
    return re.sub(r"(?<=«) |(?<=[:≈]) (?=\d)", "\N{NO-BREAK SPACE}", bound)
