"""The map page over a field line: 256 kbit/s each way, every byte 400 ms late, in a real Chromium.

The line (``benchmarks.wire.line``) is calibrated first, on a payload of known size and on an echo, and
the run ends there if it is not what it says. *400 ms* is taken one way, the stricter reading: a
question and its answer take 800 ms. Two visits: *cold*, with nothing kept; *Streamlit kept*, whose own
files are in the browser's cache and of ours nothing. The plain way is the same page without the line.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.wire.line import BITS, Line, line
from tests.browser.conftest import FLAGS, Visit
from tests.browser.servers import Server, serve

KBIT_PER_SECOND, DELAY_SECONDS = 256.0, 0.4
PAYLOAD_BYTES = 320_000
TURNS = 3
# How far the line may be from what it says.
TOLERANCE = 0.10
FIGURES_SECONDS, MAP_SECONDS, FILTER_SECONDS = 15.0, 25.0, 3.0
LONGEST_SECONDS = 300.0
# What the app adds to Streamlit: none of it is in the browser's cache at the visit that is measured.
OWN = ("*/app/static/*", "*/component/*")
OPTIONS = ("Hors service", "En place, tous états", "Partenaires présents", "Enregistrements", "En service")
FIGURES, TABLE = ".legend dl", ".table tbody tr"
# From the click that the page received, without the time a robot needs to click, to the new heading of
# the legend.
WATCH = """() => {
  window.watched = {};
  document.addEventListener("click", () => { window.watched.clicked = performance.now(); }, true);
  new MutationObserver(() => {
    const heading = document.querySelector(".legend h2");
    if (heading && heading.textContent !== window.watched.old) window.watched.seen ||= performance.now();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


class Loaded(NamedTuple):
    """Seconds from the address to the figures, the table and the map; bytes that came."""

    figures: float
    table: float
    map: float
    bytes: int


class Changed(NamedTuple):
    """Seconds from a click to the new figures and to the new map; bytes that came."""

    figures: float
    map: float
    bytes: int


def run(quick: bool) -> list[dict[str, object]]:
    found = calibrate()
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as server, browser() as chromium:
        plain, plain_changes = plainly(chromium, server)
        rows = [*calibrated(found)]
        if not quick:
            cold, _changes = visit(chromium, server, kept="", changes=0)
            rows += loads("cold", cold, plain, limited=False)
        first, changes = visit(chromium, server, kept="streamlit", changes=2 if quick else len(OPTIONS))
    rows += loads("Streamlit kept", first, plain, limited=True)
    return rows + filters(changes, plain_changes)


@contextmanager
def browser() -> Iterator[Browser]:
    """Give a Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


def calibrate(payload: int = PAYLOAD_BYTES) -> dict[str, float]:
    """Measure the line itself: a payload of so many bytes each way, and an echo of one byte.

    Returns
    -------
    dict
        ``down_kbit``, ``up_kbit`` [kbit/s] and ``echo_seconds``, each the median of a few turns.

    Raises
    ------
    AssertionError
        If one of them is further from what the line is said to be than :data:`TOLERANCE`.
    """
    found = asyncio.run(_calibrate(payload))
    for name, expected in expectations().items():
        assert abs(found[name] / expected - 1) <= TOLERANCE, f"{name}: {found[name]:.3f}, not {expected}"
    return found


def expectations() -> dict[str, float]:
    """What :func:`calibrate` has to find."""
    return {"down_kbit": KBIT_PER_SECOND, "up_kbit": KBIT_PER_SECOND, "echo_seconds": 2 * DELAY_SECONDS}


async def _calibrate(payload: int) -> dict[str, float]:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    with line(server.sockets[0].getsockname()[1]) as slow:
        slow.slow_down(KBIT_PER_SECOND, DELAY_SECONDS)
        reader, writer = await asyncio.open_connection("127.0.0.1", slow.port)
        await _asked(reader, writer, size=1, back=1)  # the handshake of the connection
        echoes = [await _asked(reader, writer, size=1, back=1) for _turn in range(TURNS)]
        down = await _asked(reader, writer, size=1, back=payload)
        up = await _asked(reader, writer, size=payload, back=1)
        writer.close()
    server.close()
    echo = sorted(echoes)[TURNS // 2]
    kbit = BITS * payload / 1000
    return {"down_kbit": kbit / (down - echo), "up_kbit": kbit / (up - echo), "echo_seconds": echo}


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read two sizes, then as many bytes as the first says, and send as many as the second."""
    with suppress(asyncio.CancelledError):
        while head := await reader.read(16):
            size, back = int(head[:8]), int(head[8:])
            await reader.readexactly(size)
            writer.write(bytes(back))
            await writer.drain()
    writer.close()


async def _asked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, size: int, back: int
) -> float:
    begun = time.perf_counter()
    writer.write(f"{size:08d}{back:08d}".encode() + bytes(size))
    await reader.readexactly(back)
    return time.perf_counter() - begun


def visit(
    chromium: Browser, server: Server, *, kept: str, changes: int, slow: bool = True
) -> tuple[Loaded, list[Changed]]:
    """Open the map page over the slow line, and change a filter so often.

    Parameters
    ----------
    kept
        ``streamlit`` to have Streamlit's own files in the browser's cache, empty for nothing.
    slow
        Whether the line is the slow one.
    """
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="fr-FR")
    with line(server.port) as relay:
        if kept:
            keep_streamlits(context, relay)
        if slow:
            relay.slow_down(KBIT_PER_SECOND, DELAY_SECONDS)
        reader = Visit(context)
        loaded = opened(reader, relay.address, lambda: relay.down.bytes)
        changed = [change(reader, option, relay) for option in OPTIONS[:changes]]
        assert not reader.faults, reader.faults
        context.close()
    return loaded, changed


def keep_streamlits(context: BrowserContext, relay: Line) -> None:
    """Fill the browser's cache with what Streamlit brings itself; what the app adds is not let through."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setBlockedURLs", {"urls": list(OWN)})
    page.goto(f"{relay.address}/carte")
    page.locator(TABLE).first.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.close()


def opened(reader: Visit, address: str, carried: Callable[[], int]) -> Loaded:
    """Open the map page and wait for its parts."""
    before, begun = carried(), time.perf_counter()
    page = reader.page
    page.goto(f"{address}/carte", wait_until="commit", timeout=1000 * LONGEST_SECONDS)
    seconds = []
    for part in (
        page.locator(FIGURES).first,
        page.locator(TABLE).first,
        reader.map.locator("#map_div[data-drawn]"),
    ):
        part.wait_for(timeout=1000 * LONGEST_SECONDS, state="attached")
        seconds.append(time.perf_counter() - begun)
    figures, table, drawn = seconds
    return Loaded(figures, table, drawn, carried() - before)


def change(reader: Visit, option: str, relay: Line | None = None) -> Changed:
    """Choose what is counted, and wait for the figures and the map."""
    page, seen = reader.page, reader.data()
    if not page.evaluate("'watched' in window"):
        page.evaluate(WATCH)
    page.get_by_role("combobox", name="Ce qui est compté").click()
    page.evaluate("window.watched = { old: document.querySelector('.legend h2').textContent }")
    before = relay.down.bytes if relay else 0
    page.get_by_role("option", name=option, exact=True).click()
    begun = time.perf_counter()
    page.wait_for_function("window.watched.seen", polling=20)
    figures = page.evaluate("(watched.seen - watched.clicked) / 1000")
    reader.redrawn(seen)
    drawn = time.perf_counter() - begun
    page.wait_for_timeout(1000)
    return Changed(figures, drawn, (relay.down.bytes if relay else 0) - before)


def plainly(chromium: Browser, server: Server) -> tuple[Loaded, list[Changed]]:
    """Open the same page without the line; its first visit also makes the server ready for all others."""
    for _turn in range(2):
        context = chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="fr-FR")
        reader = Visit(context)
        loaded = opened(reader, server.address, lambda: 0)
    changed = [change(reader, option) for option in OPTIONS[:2]]
    context.close()
    return loaded, changed


def calibrated(found: dict[str, float]) -> list[dict[str, object]]:
    """Rows of the line itself."""
    return [
        row(f"line: {name.replace('_', ' ')}", found[name], expected, "")
        for name, expected in expectations().items()
    ]


def loads(what: str, loaded: Loaded, plain: Loaded, *, limited: bool) -> list[dict[str, object]]:
    """Rows of one visit."""
    limits: tuple[float | str, ...] = (
        (FIGURES_SECONDS, FIGURES_SECONDS, MAP_SECONDS) if limited else ("",) * 3
    )
    rows = [
        row(f"{what}: {name} [s]", getattr(loaded, name), limit, getattr(plain, name))
        for name, limit in zip(("figures", "table", "map"), limits, strict=True)
    ]
    return [*rows, row(f"{what}: received [kB]", loaded.bytes / 1000, "", "")]


def filters(changes: list[Changed], plain: list[Changed]) -> list[dict[str, object]]:
    """Rows of the changes of filter, the slowest of them."""
    figures, drawn, received = (max(part) for part in zip(*changes, strict=True))
    plainly_figures, plainly_drawn, _none = (max(part) for part in zip(*plain, strict=True))
    return [
        row(f"{len(changes)} changes of filter: figures [s]", figures, FILTER_SECONDS, plainly_figures),
        row(f"{len(changes)} changes of filter: map [s]", drawn, FILTER_SECONDS, plainly_drawn),
        row(f"{len(changes)} changes of filter: received [kB]", received / 1000, "", ""),
    ]


def row(what: str, measured: float, limit: float | str, plain: float | str) -> dict[str, object]:
    """One line; figures as text, since the table rounds to one decimal."""
    kept: object = ""
    if isinstance(limit, float):
        kept = abs(measured / limit - 1) <= TOLERANCE if what.startswith("line") else measured <= limit
    written = f"{plain:.2f}" if isinstance(plain, float) else plain
    return {"what": what, "measured": f"{measured:.2f}", "limit": limit, "kept": kept, "no line": written}
