"""A session that was ended is ended in every process on the same store, and nothing of it is kept."""

# ruff: noqa: F811 - fixtures are imported by name
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from geo.access import session_of_claims, settings
from geo.store import admitted, current, database, pauses, sessions, users
from geo.store.backup import backup, restore
from geo.store.pauses import Pauses
from geo.store.tables import ENDED_SESSIONS
from geo.ui import moment, tokens, who
from tests.pages.opening import open_page, said
from tests.store_servers import new_store, postgresql, store, writer  # noqa: F401

PASSWORD = "lecture-2026"
SECRET = "s" * 32
ROOT = Path(__file__).resolve().parents[1]
# Another process: it is asked again and again whether the session of a token has ended.
OTHER = """
import sys
from geo.io.access import read_access
from geo.ui import tokens, who
for line in sys.stdin:
    held = tokens.read(line.strip(), read_access())
    print(held and who._ended(held.session), flush=True)
"""


@pytest.fixture(autouse=True)
def nothing_ended(monkeypatch):
    monkeypatch.setattr(sessions, "_HERE", sessions._Here())
    monkeypatch.setattr(moment, "_PAUSES", Pauses())
    monkeypatch.setenv("COUVERTURE_PASSWORD_READER", PASSWORD)
    monkeypatch.setenv("COUVERTURE_COOKIE_SECRET", SECRET)


@pytest.fixture
def access():
    return settings(os.environ, {})


@pytest.fixture
def other(store) -> Iterator[subprocess.Popen]:
    run = [sys.executable, "-c", OTHER]
    pipe = subprocess.PIPE
    with subprocess.Popen(run, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.stdin.close()


def asked(process: subprocess.Popen, token: str) -> str:
    process.stdin.write(token + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def elsewhere(session: str) -> bool:
    """Whether another process would know."""
    return sessions.digest(session) in admitted.as_of(current.states_now().access).ended


def test_two_processes_on_one_store_know_it_at_the_next_question(other, access):
    first, second = (tokens.issue("Awa", PASSWORD) for _turn in range(2))
    assert [asked(other, token) for token in (first, second)] == ["False", "False"]
    assert sessions.end(tokens.read(first, access).session, seconds=3600)
    assert [asked(other, token) for token in (first, second)] == ["True", "False"]


def test_what_is_kept_opens_nothing_and_is_forgotten_in_time(store, access):
    token = tokens.issue("Awa", PASSWORD)
    session = tokens.read(token, access).session
    with time_machine.travel("2026-11-22T08:00:00Z", tick=False):
        assert sessions.end(session, seconds=3600)
        assert sessions.end(session, seconds=3600)
        assert elsewhere(session)
        with database.reading() as connection:
            (row,) = connection.execute(sa.select(ENDED_SESSIONS)).all()
        assert row.until == "2026-11-22T09:00:00+00:00"
        assert len(row.digest) == 64
        assert row.digest not in token
        assert session.removeprefix("password:") not in row.digest
    with time_machine.travel("2026-11-22T09:00:01Z", tick=False):
        sessions.end("another", seconds=3600)
        with database.reading() as connection:
            assert connection.scalars(sa.select(ENDED_SESSIONS.c.digest)).all() == [
                sessions.digest("another")
            ]


@pytest.mark.parametrize("way", ["password", "oidc"])
def test_signed_out_by_a_clock_set_back_it_stays_ended_for_as_long_as_its_cookie(
    store, access, monkeypatch, way
):
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        token, said_then = tokens.issue("Awa", PASSWORD), {"iss": "i", "sub": "1", "iat": time.time()}
        session = tokens.read(token, access).session if way == "password" else session_of_claims(said_then)
    monkeypatch.setattr(who, "claims", lambda: said_then if way == "oidc" else {})
    monkeypatch.setattr(who, "held_token", lambda: token if way == "password" else "")
    monkeypatch.setattr(who.st, "session_state", {})
    with time_machine.travel("2026-11-22T08:00:00Z", tick=False):
        who.end(access)
    assert access.hours == 12
    for told, kept in (("10:00:01", True), ("21:59:59", True), ("22:00:01", False)):
        with time_machine.travel(f"2026-11-22T{told}Z", tick=False), database.reading() as connection:
            assert (tokens.read(token, access) is not None) == kept
            assert (sessions.digest(session) in sessions.ended(connection)) == kept


def test_a_sign_in_with_a_provider_is_told_from_the_next_one_of_the_same_person(store):
    said_now = {"iss": "https://login.example.org", "sub": "1", "iat": 1_760_000_000, "nonce": "a"}
    again = said_now | {"iat": 1_760_000_100, "nonce": "b"}
    sessions.end(session_of_claims(said_now), seconds=60)
    assert elsewhere(session_of_claims(dict(reversed(said_now.items()))))
    assert not elsewhere(session_of_claims(again))
    assert not elsewhere(session_of_claims({}))


def test_during_an_import_it_has_ended_here_at_once_and_elsewhere_afterwards(new_store, monkeypatch):
    new_store("sqlite")
    users.lines()
    with writer():
        before = time.monotonic()
        assert not sessions.end("s", seconds=3600)
        assert time.monotonic() - before < 15
        assert sessions.ended_here(sessions.digest("s"))
        # It is not tried again at every click.
        before = time.monotonic()
        assert not sessions.write_waiting()
        assert time.monotonic() - before < 1
    monkeypatch.setattr(pauses, "SECONDS", -1.0)
    assert not elsewhere("s")
    assert sessions.write_waiting()
    assert elsewhere("s")


def test_postgresql_takes_it_while_an_import_is_written(new_store):
    new_store("postgresql")
    with database.writing():
        assert sessions.end("s", seconds=3600)
    assert elsewhere("s")


def test_no_backup_holds_it_and_no_restore_opens_it_again(store, tmp_path):
    backup(tmp_path / "before.zip")
    sessions.end("s", seconds=3600)
    backup(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as made:
        assert not [name for name in made.namelist() if sessions.digest("s").encode() in made.read(name)]
    restore(tmp_path / "before.zip", who="x", replace=True)
    assert elsewhere("s")


def test_a_database_that_is_gone_lets_in_who_was_in_and_is_asked_once(new_store, monkeypatch):
    new_store("postgresql", "postgresql://nobody@127.0.0.1:9/none")
    questions = []
    states_now = current.states_now
    monkeypatch.setattr(current, "states_now", lambda: questions.append(1) or states_now())
    for _turn in range(3):
        assert not who._ended("s")
    assert questions == [1]
    sessions.end("s", seconds=60)
    assert who._ended("s")


@pytest.mark.pages
def test_a_page_asks_the_store_one_question_and_who_is_out_is_out(new_store, monkeypatch, access):
    new_store("sqlite")
    sessions.end("somebody else's", seconds=60)
    token = tokens.issue("Awa", PASSWORD)
    monkeypatch.setattr(who, "held_token", lambda: token)
    questions = []
    states_now = current.states_now
    monkeypatch.setattr(current, "states_now", lambda: questions.append(1) or states_now())
    app = open_page("vue_ensemble")
    assert "Awa · lecture" in said(app)
    assert questions == [1]
    # In another process.
    with monkeypatch.context() as there:
        there.setattr(sessions, "_HERE", sessions._Here())
        sessions.end(tokens.read(token, access).session, seconds=60)
    questions.clear()
    app.run()
    assert "Awa · lecture" not in said(app)
    assert [each.label for each in app.text_input] == ["Votre nom", "Mot de passe"]
    assert questions == [1]
