"""The map page over a field line: 256 kbit/s, every byte 400 ms late, Streamlit's own files in the cache."""

from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Browser

from benchmarks import slowline
from tests.browser.servers import Server
from tests.browser.test_measures import note

QUICK_PAYLOAD_BYTES = 64_000
# What a browser that has Streamlit's own files still fetches; the line carries 32 kB in a second.
VISIT_BYTES = 320_000
FILTER_BYTES = 40_000
# The map is drawn by scripts: a machine that does other things takes longer for them.
BUSY = 1.4


def test_the_line_is_what_it_says():
    # A thread of its own: the browser's tests run in a loop already.
    with ThreadPoolExecutor(1) as aside:
        found = aside.submit(slowline.calibrate, QUICK_PAYLOAD_BYTES).result()
    note(slow_line={name: round(value, 3) for name, value in found.items()})
    assert found.keys() == slowline.expectations().keys()


def test_figures_map_and_filters_come_in_time_over_a_slow_line(chromium: Browser, server: Server):
    # The first reader of a server waits for its data, whatever the line: not what is asked here.
    slowline.visit(chromium, server, kept="", changes=0, slow=False)
    loaded, (changed,) = slowline.visit(chromium, server, kept="streamlit", changes=1)
    note(slow_line_visit=loaded._asdict(), slow_line_filter=changed._asdict())
    assert loaded.bytes < VISIT_BYTES
    assert loaded.figures < slowline.FIGURES_SECONDS
    assert loaded.table < slowline.FIGURES_SECONDS
    assert loaded.map < BUSY * slowline.MAP_SECONDS
    assert changed.bytes < FILTER_BYTES
    assert changed.figures < slowline.FILTER_SECONDS
    assert changed.map < BUSY * slowline.FILTER_SECONDS
