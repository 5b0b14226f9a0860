"""The button of a file gives nothing once who it was shown to has signed out, or is somebody else here."""

# ruff: noqa: F811 - fixtures are imported by name
import threading
import time
from types import SimpleNamespace

import pytest
import streamlit as st
import time_machine

from geo import settings
from geo.access import session_of_claims
from geo.errors import AccessError
from geo.io.access import read_access
from geo.store import audit, sessions, users
from geo.ui import moment, tokens, who
from tests.pages.opening import open_page
from tests.store_servers import new_store, postgresql  # noqa: F401

pytestmark = pytest.mark.pages

PASSWORD = "admin-2026-x"
TABLE = '[[role]]\nclaim = "groups"\nvalue = "chiefs"\nrole = "administrator"\n'
AWA = {"is_logged_in": True, "iss": "i", "sub": "1", "nonce": "a", "name": "Awa", "groups": ["chiefs"]}
BINTOU = {"is_logged_in": True, "sub": "2", "email": "bintou@example.org", "email_verified": True}


@pytest.fixture(autouse=True)
def fresh(new_store, monkeypatch):
    monkeypatch.setattr(sessions, "_HERE", sessions._Here())
    monkeypatch.setattr(moment, "_PAUSES", moment.Pauses())
    new_store("sqlite")


@pytest.fixture
def files(monkeypatch):
    """What each button makes at a click, by its key."""
    found = {}
    shown = st.download_button

    def listed(label, content, **named):
        found[named["key"]] = content
        return shown(label, content, **named)

    monkeypatch.setattr(st, "download_button", listed)
    return found


def clicked(make):
    """Make a file as the server does: in a thread that knows neither the session nor the browser."""
    made = []

    def run():
        try:
            made.append(make())
        except AccessError as error:
            made.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return made[0]


def refused(make) -> bool:
    before = len(audit.entries(kinds=("export",)))
    answer = clicked(make)
    assert isinstance(answer, AccessError) == (len(audit.entries(kinds=("export",))) == before)
    return isinstance(answer, AccessError)


def by_password(monkeypatch, files):
    monkeypatch.setenv("COUVERTURE_PASSWORD_ADMINISTRATOR", PASSWORD)
    app = open_page("journal")
    app.text_input(key="signin.name").set_value("Awa")
    app.text_input(key="signin.password").set_value(PASSWORD)
    app.button(key="signin.do").click().run()
    make = next(iter(files.values()))
    assert not refused(make)
    return app.session_state[who.TOKEN], make


def test_after_signing_out_in_another_tab(monkeypatch, files):
    token, make = by_password(monkeypatch, files)
    sessions.end(tokens.read(token, read_access()).session, seconds=3600)
    assert refused(make)


def test_once_the_hours_are_over(monkeypatch, files):
    _token, make = by_password(monkeypatch, files)
    with time_machine.travel(time.time() + 13 * 3600):
        assert refused(make)


def test_once_the_password_is_changed_or_is_that_of_another_role(monkeypatch, files):
    _token, make = by_password(monkeypatch, files)
    monkeypatch.setenv("COUVERTURE_PASSWORD_ADMINISTRATOR", "another-2026-x")
    assert refused(make)
    monkeypatch.setenv("COUVERTURE_PASSWORD_READER", PASSWORD)
    assert refused(make)
    monkeypatch.setenv("COUVERTURE_PUBLIC", "1")
    assert refused(make)


def test_settings_that_are_not_understood_give_no_file(monkeypatch, files):
    _token, make = by_password(monkeypatch, files)
    (settings.home() / "access.toml").write_text("role = 7", encoding="utf-8")
    assert refused(make)


@pytest.fixture
def provider(monkeypatch):
    (settings.home() / "access.toml").write_text(TABLE, encoding="utf-8")
    monkeypatch.setattr(who, "provider_set", lambda: True)

    def says(claims):
        said = claims | {"iat": int(time.time())}
        monkeypatch.setattr(st, "user", SimpleNamespace(get=said.get, to_dict=lambda: said))
        return said

    return says


def test_after_signing_out_of_a_provider(monkeypatch, files, provider):
    said = provider(AWA)
    open_page("journal")
    make = next(iter(files.values()))
    # Where a file is made nobody is signed in.
    monkeypatch.setattr(st, "user", {})
    assert not refused(make)
    with time_machine.travel(time.time() + 13 * 3600):
        assert refused(make)
    sessions.end(session_of_claims(said), seconds=3600)
    assert refused(make)


def test_once_a_line_of_who_has_access_is_withdrawn(monkeypatch, files, provider):
    provider(AWA)
    app = open_page("acces")
    app.selectbox(key="users.claim").set_value("email")
    app.text_input(key="users.value").set_value("bintou@example.org")
    app.selectbox(key="users.role").set_value("coordinator")
    app.button(key="users.do").click().run()
    assert users.lines()[0].stands
    provider(BINTOU)
    files.clear()
    open_page("carte")
    make = next(iter(files.values()))
    monkeypatch.setattr(st, "user", {})
    assert not refused(make)
    provider(AWA)
    app = open_page("acces")
    app.selectbox(key="users.gone").set_value(1)
    app.button(key="users.undo").click().run()
    assert not users.lines()[0].stands
    monkeypatch.setattr(st, "user", {})
    assert refused(make)


def test_on_ones_own_machine_and_in_public_the_button_goes_on(monkeypatch, files):
    open_page("carte")
    assert not refused(next(iter(files.values())))
    files.clear()
    monkeypatch.setenv("COUVERTURE_PUBLIC", "1")
    open_page("carte")
    assert not refused(next(iter(files.values())))
