"""What ``make audit`` says of each answer of pip-audit; nobody is asked here."""

import json

import pytest

from tests.known_faults import CLEAN, FAULTS, NOT_ASKED, understood

FINE = {"name": "folium", "version": "0.20.0", "vulns": []}
FAULTY = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "streamlit", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([FINE], CLEAN, "1 packages looked up, 0 known faults."),
        ([FINE, FAULTY], FAULTS, "pillow 1.0: PYSEC-1, mended in 1.1"),
        ([FAULTY, UNKNOWN], FAULTS, "NOT AUDITED, 1 packages: streamlit."),
        ([FINE, UNKNOWN], NOT_ASKED, "NOT AUDITED, 1 packages: streamlit."),
        ([], NOT_ASKED, "0 packages looked up"),
    ],
)
def test_what_could_not_be_looked_up_is_no_good_news(packages, code, words):
    answer = understood(json.dumps({"dependencies": packages, "fixes": []}))
    assert answer.code == code
    assert words in "\n".join(answer.lines)


@pytest.mark.parametrize("output", ["", "{}", "[]", "null", "<html>"])
def test_no_network_is_said(output):
    answer = understood(output, "Traceback\nConnectionError: Name not known\n")
    assert answer.code == NOT_ASKED
    assert answer.lines == [
        "NOT AUDITED: the list of known faults cannot be reached (ConnectionError: Name not known)."
    ]
