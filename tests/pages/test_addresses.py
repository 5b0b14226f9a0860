"""Addresses that nobody writes by hand: every page opens under every name it knows, with a word or none."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from geo.i18n import set_language
from geo.ui.state import KEY
from tests.pages.opening import ROOT, markup, said
from tests.strangers import MARKUP, VALUES

pytestmark = pytest.mark.pages

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
# What a page asks only sometimes, and what other pages call theirs.
MORE = ("id", "groupe", "unite", "zone", "commune", "paire", "jour", "depuis", "lignes", "rayon", "ouvrages",
        "sauf", "changer", "origine", "embed", "embed_options", "theme", "norme.water_mali_modern_point",
        "poids.unserved", "__class__", "", "lang ", "Zone")  # fmt: skip
CASES = list(VALUES)
# Tried on one page each, so that every value meets several pages and every page several values.
EACH = 3


def opened(page: str, **address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.switch_page(f"pages/{page}.py")
    for name, value in address.items():
        app.query_params[name] = value
    set_language("fr")
    app.run()
    return app


def without_harm(app: AppTest, value: str) -> None:
    assert not app.exception, [each.message for each in app.exception]
    body = markup(app)
    # What is quoted is cut, escaped, and quotes nothing twice.
    assert "a" * 60 not in body
    assert "\u202e" not in body
    assert len(re.findall("[\u0301]{5}", body)) == 0
    for notice in re.findall(r"<p class='notice' role='status'>(.*?)</p>", body, re.DOTALL):
        assert len(html.unescape(notice)) < 160
        assert "<" not in notice
    assert len(said(app)) > 50


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_whatever_its_address_says(page):
    names = dict.fromkeys([*opened(page).session_state[KEY].defaults, *MORE])
    start = PAGES.index(page)
    for turn in range(EACH):
        case = CASES[(start * EACH + turn) % len(CASES)]
        # Halves of letters cannot be sent: the browser and the server speak UTF-8.
        value = VALUES[case].encode(errors="replace").decode()
        without_harm(opened(page, **dict.fromkeys(names, value)), value)


def test_every_value_was_tried_on_a_page():
    assert len(PAGES) * EACH >= len(CASES)


def test_a_name_that_comes_twice_is_read_once():
    app = opened("carte", zone=["ML07", "<b>"], type=["avec"] * 50, niveau=["commune", "cercle"])
    without_harm(app, "")


def test_a_thousand_names_are_not_repeated():
    app = opened("methode", **{f"x{number}": "y" * 50 for number in range(1000)})
    without_harm(app, "")
    assert "x999" not in markup(app)


@pytest.mark.parametrize("case", ["image that fails", "markdown image", "end of an attribute"])
def test_what_was_left_out_is_quoted_as_it_stands(case):
    app = opened("carte", type=MARKUP[case])
    without_harm(app, MARKUP[case])
    assert html.escape(MARKUP[case][:20]) in markup(app)


# ---- any text at all, under any name ----------------------------------------------------------------


def one_choice() -> None:
    import streamlit as st  # noqa: PLC0415 - a script of its own

    from geo.ui import state  # noqa: PLC0415

    state.begin()
    st.session_state["found"] = [
        state.chosen("type", ["avec", "forage"], "avec"),
        state.chosen_switch("points", default=True),
        state.chosen("zone", {"", "ML07"}, ""),
        len(state.peek("regions")),
    ]
    st.session_state["told"] = dict(state.left_out())
    state.write_address()


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(["type", "points", "zone", "regions", "lang"]), st.text(max_size=20)),
        st.one_of(st.sampled_from(["avec", "oui", "ML07", ""]), st.text(max_size=300)),
        max_size=6,
    )
)
def test_any_address_gives_a_choice_that_exists(address):
    app = AppTest.from_function(one_choice)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    kind, points, zone, looked_at = app.session_state["found"]
    assert kind in ("avec", "forage")
    assert points in (True, False)
    assert zone in ("", "ML07")
    assert looked_at <= 40
    told = app.session_state["told"]
    assert set(told) <= {"type", "points", "zone"}
    assert all(len(value) <= 40 and "\n" not in value for value in told.values())
    assert set(app.query_params) <= {"type", "points", "zone"}
