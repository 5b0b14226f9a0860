"""A real Chromium for the browser tier; skipped, with the reason, where none is installed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FrameLocator,
    Page,
    Request,
    sync_playwright,
)

from tests.browser.servers import ROOT, Server, serve
from tests.pages.opening import HEADINGS_ONLY

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Streamlit's own two, on a page opened by its own address.
OWN_404 = ("_stcore/health", "_stcore/host-config")
SCREENS = ROOT / "build" / "screens"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium: .ci/run installs it from Debian's packages")
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a file with headings and no record."""
    folder = tmp_path_factory.mktemp("empty")
    empty = folder / "vide.csv"
    empty.write_text(HEADINGS_ONLY, encoding="utf-8")
    with serve(folder, COUVERTURE_RECORDS=str(empty)) as running:
        yield running


class Visit:
    """A page with everything it asked for and everything it complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.console: list[tuple[str, str]] = []
        self.faults: list[str] = []
        # What a policy holds back is a request to Playwright too, which fails before it is sent.
        self.held_back: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", self._failed)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console.append((message.text, message.location.get("url", "")))

    def _failed(self, request: Request) -> None:
        if request.failure in ("csp", "net::ERR_BLOCKED_BY_CSP"):
            self.held_back.append(request.url)

    @property
    def sent(self) -> list[str]:
        """Requests to another machine that nothing held back."""
        return [url for url in self.requests if url.startswith("http") and url not in self.held_back]

    def open(self, address: str) -> FrameLocator:
        """Go there and wait for the map to be drawn."""
        self.page.goto(address)
        self.map.locator("#map_div[data-drawn]").wait_for(timeout=60_000)
        return self.map

    @property
    def map(self) -> FrameLocator:
        return self.page.frame_locator('iframe[title^="streamlit_folium"]')

    def data(self) -> dict[str, str]:
        """What the map says of itself: drawn, view, level, rings, zeros, points."""
        return self.map.locator("#map_div").evaluate("element => ({...element.dataset})")

    def redrawn(self, before: dict[str, str]) -> dict[str, str]:
        """Wait until another view is drawn."""
        self.map.locator(f"#map_div:not([data-view='{before['view']}'])").wait_for(timeout=30_000)
        return self.data()

    def outside(self, address: str) -> list[str]:
        return [url for url in self.requests if not url.startswith((address, "data:", "blob:", "about:"))]

    def complaints(self) -> list[str]:
        """Console errors beyond Streamlit's own two, and exceptions of scripts."""
        own = [text for text, url in self.console if not url.endswith(OWN_404)]
        return own + self.faults

    def picture(self, name: str) -> Path:
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(600)
        path = SCREENS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="fr-FR")
    yield Visit(context)
    context.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Visit]:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="fr-FR"
    )
    yield Visit(context)
    context.close()
