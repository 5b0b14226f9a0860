"""Every string a reader can see is in the English catalogue, and none of its placeholders is lost."""

import ast
import functools
import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from geo import i18n

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("geo/**.py", "python"), ("pages/**.py", "python"), ("app.py", "python")]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"{(\w*)")


@functools.cache
def used() -> dict[tuple[str, ...], str]:
    found = {}
    for file, line, message, _comments, _context in extract_from_dir(
        ROOT,
        method_map=METHODS,
        keywords=KEYWORDS,
        directory_filter=lambda path: not Path(path).name.startswith("."),
    ):
        key = (message,) if isinstance(message, str) else tuple(message)
        if key[0]:
            found[key] = f"{file}:{line}"
    return found


def catalogue() -> dict[tuple[str, ...], tuple[str, ...]]:
    with (i18n.LOCALE_DIR / "en" / "LC_MESSAGES" / "couverture.po").open("rb") as source:
        messages = [message for message in read_po(source) if message.id]
    return {
        (m.id,) if isinstance(m.id, str) else tuple(m.id): (m.string,)
        if isinstance(m.string, str)
        else tuple(m.string)
        for m in messages
    }


def has_english(key: tuple[str, ...], english: dict[tuple[str, ...], tuple[str, ...]]) -> bool:
    if key in english:
        return all(english[key])
    # The singular of a plural entry is not found alone: it shows in French, right only where both agree.
    return any(len(entry) > 1 and entry[0] == key[0] == strings[0] for entry, strings in english.items())


def test_every_string_has_its_english():
    english = catalogue()
    missing = [f"{place}: {key}" for key, place in used().items() if not has_english(key, english)]
    assert missing == []


def test_placeholders_survive_translation():
    for key, strings in catalogue().items():
        wanted = {name for text in key for name in PLACEHOLDER.findall(text)}
        for text in strings:
            assert not text or set(PLACEHOLDER.findall(text)) == wanted, key


def test_the_catalogue_holds_nothing_that_is_no_longer_said():
    assert set(catalogue()) - set(used()) == set()


def _inside_f_strings(tree: ast.AST) -> list[ast.Call]:
    """Calls of the three functions within an f-string."""
    return [
        part
        for string in ast.walk(tree)
        if isinstance(string, ast.JoinedStr)
        for part in ast.walk(string)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in KEYWORDS
    ]


def test_no_string_hides_in_an_f_string_where_babel_does_not_look():
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno} {ast.unparse(call)}"
        for path in [*ROOT.glob("geo/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]
        for call in _inside_f_strings(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_a_string_in_an_f_string_would_be_found():
    assert len(_inside_f_strings(ast.parse("""a = f"<p>{escaped(_('Légende'))}</p>" + _("Carte")"""))) == 1


@pytest.fixture
def english():
    i18n.set_language("en")
    yield
    i18n.set_language("fr")


def test_numbers_and_dates_in_french():
    assert i18n.number(12345) == "12\u202f345"
    assert i18n.percent(0.566) == "56,6\u202f%"
    assert i18n.short_date(date(2026, 11, 22)) == "22/11/2026"
    assert i18n.long_date(date(2026, 11, 22)) == "22 novembre 2026"


def test_numbers_and_dates_in_english(english):
    assert i18n.number(12345) == "12,345"
    assert i18n.percent(0.566) == "56.6%"
    assert i18n.short_date(date(2026, 11, 22)) == "22 Nov 2026"


def test_plural_forms(english):
    assert i18n.ngettext("{n} commune", "{n} communes", 1) != ""
    i18n.set_language("fr")
    # French counts zero and one and a half as singular.
    assert i18n.ngettext("un", "des", 0) == "un"
    assert i18n.ngettext("un", "des", 2) == "des"


def test_an_unknown_language_is_french():
    i18n.set_language("xx")
    assert i18n.language() == "fr"
