"""What the app costs on a field line: bytes that really pass, requests of a second visit, processor time."""

import json
import urllib.parse

import pytest

from benchmarks.wire.client import Answer, Reader
from tests.browser.conftest import SCREENS, Visit
from tests.browser.servers import Meter, Server, aside

FIRST_LOAD_BYTES = 500_000
FILTER_BYTES = 60_000
RERUN_SECONDS = 0.050


@pytest.fixture
def meter(server: Server):
    relay = Meter(server.port)
    yield relay
    relay.close()


def note(**figures: object) -> None:
    """Keep the figures beside the screenshots, and print them."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    path = SCREENS.parent / "measures.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    path.write_text(json.dumps(known | figures, indent=1, sort_keys=True), encoding="utf-8")
    print(figures)  # noqa: T201


class Wire:
    """Bytes of each answer as they passed, and where each answer came from."""

    def __init__(self, visit: Visit) -> None:
        self.bytes: dict[str, int] = {}
        self.stored: list[str] = []
        self.asked: list[str] = []
        self._names: dict[str, str] = {}
        session = visit.context.new_cdp_session(visit.page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._received)
        session.on(
            "Network.requestServedFromCache",
            lambda event: self.stored.append(self._names.get(event["requestId"], "")),
        )
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)

    def _asked(self, event: dict) -> None:
        self._names[event["requestId"]] = event["request"]["url"]

    def _received(self, event: dict) -> None:
        answer = event["response"]
        kept = answer.get("fromDiskCache") or answer.get("fromPrefetchCache")
        (self.stored if kept else self.asked).append(answer["url"])

    def _finished(self, event: dict) -> None:
        url = self._names.get(event["requestId"], "")
        self.bytes[url] = self.bytes.get(url, 0) + int(event["encodedDataLength"])


def is_streamlits(url: str) -> bool:
    """Streamlit's own page, scripts and typefaces; all else is what the app adds."""
    path = urllib.parse.urlsplit(url).path
    return (
        path.startswith(("/static/", "/_stcore/", "/favicon"))
        or path in ("/", "/carte")
        or "/_stcore/" in path
    )


def test_first_load_and_filter_change(meter: Meter, visit: Visit):
    wire = Wire(visit)
    visit.open(f"{meter.address}/carte")
    visit.page.wait_for_timeout(1500)
    own = sum(size for url, size in wire.bytes.items() if is_streamlits(url))
    added = {url.rpartition("/")[2][:40]: size for url, size in wire.bytes.items() if not is_streamlits(url)}
    socket_bytes = meter.to_browser - sum(wire.bytes.values())
    note(
        first_load_streamlit=own,
        first_load_added=sum(added.values()),
        first_load_socket=socket_bytes,
        files=added,
    )
    assert any(".json" in name for name in added)
    assert sum(added.values()) + socket_bytes < FIRST_LOAD_BYTES

    sizes = []
    for option in ("Hors service", "En place, tous états", "Partenaires présents"):
        before, sent = visit.data(), meter.to_browser
        visit.page.get_by_role("combobox", name="Ce qui est compté").click()
        visit.page.get_by_role("option", name=option, exact=True).click()
        visit.redrawn(before)
        visit.page.wait_for_timeout(700)
        sizes.append(meter.to_browser - sent)
    note(filter_change=sizes)
    assert max(sizes) < FILTER_BYTES


def test_a_second_visit_asks_for_nothing_that_is_laid_out(server: Server, visit: Visit):
    visit.open(f"{server.address}/carte")
    visit.page.wait_for_timeout(1000)
    again = Visit(visit.context)
    wire = Wire(again)
    again.open(f"{server.address}/carte")
    again.page.wait_for_timeout(1000)
    asked = [url for url in wire.asked if url.startswith(server.address)]
    note(second_visit_asked=[url.removeprefix(server.address) for url in asked])
    assert not [url for url in asked if "/app/static/" in url]


def test_processor_time_of_a_rerun(server: Server, visit: Visit):
    visit.open(f"{server.address}/carte")
    # The first print is got ready in the background meanwhile.
    visit.page.wait_for_timeout(8000)
    options = [
        "Hors service",
        "En place, tous états",
        "Partenaires présents",
        "Enregistrements",
        "En service",
    ]

    def all_options() -> float:
        before = server.cpu_seconds()
        for option in options:
            seen = visit.data()
            visit.page.get_by_role("combobox", name="Ce qui est compté").click()
            visit.page.get_by_role("option", name=option, exact=True).click()
            visit.redrawn(seen)
        visit.page.wait_for_timeout(500)
        return (server.cpu_seconds() - before) / len(options)

    fresh = all_options()
    again = [all_options() for _round in range(3)]
    note(rerun_cpu_new_view=round(fresh, 4), rerun_cpu_known_view=round(sum(again) / len(again), 4))
    # A busy machine fails at twice the limit only; the benchmark prints the figures beside it.
    assert min(again) < 2 * RERUN_SECONDS


def test_a_choice_sends_the_part_of_the_page_that_it_changes(server: Server):
    async def asked() -> tuple[Reader, Answer, Answer, Answer]:
        reader = Reader(server.port, query="lang=en")
        opened = await reader.open()
        chosen = await reader.choose("Level", "Region / wilaya")
        again = await reader.again()
        await reader.close()
        return reader, opened, chosen, again

    reader, opened, chosen, again = aside(asked())
    assert not [*opened.errors, *chosen.errors, *again.errors]
    assert {"page_link", "radio", "component_instance"} <= opened.kinds & again.kinds
    assert not {"page_link", "radio"} & chosen.kinds
    assert {"selectbox", "component_instance", "html"} <= chosen.kinds
    # What stands above the part, and the language, go with it.
    assert sorted(reader.query.split("&")) == ["lang=en", "niveau=region"]
    assert reader.html.count("class='accounting'") == 1
    assert ">region / wilaya<" in reader.html
