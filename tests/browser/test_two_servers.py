"""Two processes of the app behind one address on one PostgreSQL: an import, and the end of one of them."""

import asyncio
import re
import time
from pathlib import Path

import psycopg
import pytest

from benchmarks.wire.client import Reader
from tests.browser.conftest import Visit
from tests.browser.pages import go
from tests.browser.servers import Balancer, aside, serve
from tests.browser.test_carte import choose
from tests.browser.test_importer import LONG, hand_in, rest, try_out
from tests.shared import say
from tests.store_servers import postgresql  # noqa: F401

# By their last number the balancer sends them to the first process, or to the second.
FIRST, SECOND = "127.0.0.1", "127.0.0.2"
SECONDS_TO_BE_SEEN = 30.0
# On a machine with much else to do.
SECONDS_TO_OPEN = 150.0
SECRET = "x" * 32
MARK = "Association des riverains"
FEW = "Code;Commune;Type d'activité;Nombre;Organisation\nk1;Bara;AVEC;7;" + MARK + "\n"


@pytest.fixture
def two(tmp_path, postgresql):  # noqa: F811
    if isinstance(postgresql, str):
        pytest.skip(postgresql)
    shared = {
        "DATABASE_URL": postgresql.new(),
        "STREAMLIT_SERVER_COOKIE_SECRET": SECRET,
        "COUVERTURE_COOKIE_SECRET": SECRET,
    }
    with serve(tmp_path / "a", **shared) as first, serve(tmp_path / "b", **shared) as second:
        balancer = Balancer(first.port, second.port)
        yield first, balancer, shared["DATABASE_URL"]
        balancer.close()


def start_import(visit: Visit, path: Path) -> None:
    hand_in(visit, path)
    try_out(visit)
    seen = visit.page.get_by_test_id("stCheckbox").get_by_text("J'ai vu ce qui change")
    if seen.count():
        seen.click()
        rest(visit)
    visit.page.get_by_role("button", name=re.compile(r"^Importer \d")).click()


def imported(visit: Visit) -> None:
    visit.page.locator("section[role=status]", has_text="enregistré").wait_for(timeout=120_000)


async def watch(port: int, source: str, until) -> tuple[float, list[str]]:
    """Ask a page again and again until it says what it is asked for; how long, and what went wrong."""
    begun = time.monotonic()
    reader = Reader(port, page="vue_ensemble", source=source)
    errors = (await reader.open(timeout=SECONDS_TO_OPEN)).errors
    while not until(reader) and time.monotonic() - begun < SECONDS_TO_BE_SEEN:
        errors += (await reader.again()).errors
    await reader.close()
    return time.monotonic() - begun, errors


def test_an_import_on_one_is_seen_on_the_other_and_one_is_killed(two, visit, tmp_path):
    first, balancer, database = two
    few, long = tmp_path / "few.csv", tmp_path / "long.csv"
    few.write_text(FEW, encoding="utf-8")
    long.write_text("".join(LONG.splitlines(keepends=True)[:20_001]), encoding="utf-8")

    # Both have answered, each its own readers, before anything is imported.
    for source in (FIRST, SECOND):
        _seconds, errors = aside(watch(balancer.port, source, lambda reader: bool(reader.html)))
        assert errors == []
    go(visit, f"http://127.0.0.1:{balancer.port}/importer")
    start_import(visit, few)
    imported(visit)
    seconds, errors = aside(watch(balancer.port, SECOND, lambda reader: MARK in reader.html))
    say(f"imported on one, seen on the other after {seconds:.1f} s")
    assert seconds < SECONDS_TO_BE_SEEN
    assert errors == []

    # The view of a map is in its address; an import of the same process is on its way.
    other = Visit(visit.context)
    other.open(f"http://127.0.0.1:{balancer.port}/carte?type=avec")
    go(visit, f"http://127.0.0.1:{balancer.port}/importer")
    start_import(visit, long)
    visit.page.get_by_test_id("stProgress").wait_for(timeout=60_000)

    errors = aside(through_the_end_of(first, balancer.port))
    say("readers of the other process while one was killed: no error")
    assert errors == []
    assert first.process.wait(timeout=10) == -9

    # The killed one's readers come back by themselves, where their address says; every choice is answered.
    other.page.locator("[data-test-connection-state=CONNECTED]").wait_for(timeout=60_000)
    rest(other)
    assert "type=avec" in other.page.url
    assert other.data()["level"] == "commune"
    assert other.page.get_by_text("AVEC (épargne et crédit) · en place").count()
    choose(other, "Niveau", "Cercle / moughataa")
    other.map.locator("#map_div[data-level=cercle]").wait_for(timeout=1000 * SECONDS_TO_OPEN)
    assert "type=avec" in other.page.url
    say("a reader of the killed process is back by itself, its view kept; its first choice is answered")

    # The import had a process of its own: it is whole, and the other process says so.
    end = time.monotonic() + SECONDS_TO_OPEN
    while stored(database) != ["few.csv", "long.csv"] and time.monotonic() < end:
        time.sleep(0.5)
    assert stored(database) == ["few.csv", "long.csv"]
    visit.page.goto(f"http://127.0.0.1:{balancer.port}/importer")
    visit.page.get_by_text("long.csv").first.wait_for(timeout=1000 * SECONDS_TO_OPEN)
    rest(visit)
    # Files are taken by the other process from a browser that has the killed one's cookies.
    few.write_text(FEW.replace("k1", "k2"), encoding="utf-8")
    hand_in(visit, few)


def stored(address: str) -> list[str]:
    with psycopg.connect(address) as connection:
        return [name for (name,) in connection.execute("SELECT file_name FROM imports ORDER BY id")]


async def through_the_end_of(server, port: int) -> list[str]:
    """Let readers of the other process ask on while one is killed."""
    readers = [Reader(port, page="vue_ensemble", source=SECOND) for _number in range(3)]
    errors = [error for reader in readers for error in (await reader.open(timeout=SECONDS_TO_OPEN)).errors]
    server.process.kill()
    for _turn in range(4):
        answers = await asyncio.gather(*(reader.again() for reader in readers))
        errors += [error for answer in answers for error in answer.errors]
    for reader in readers:
        await reader.close()
    return errors
