"""The map of one file, opened from disk: drawn without a request, and no name in it can run."""

import pytest

from geo.report.onefile import one_file
from tests.browser.conftest import Visit
from tests.packs import CERCLE, asked, named_like_markup, pack_of, pack_of_strangers
from tests.printed import DAY
from tests.strangers import HOST, MARKER, MARKUP

HOSTILE = (
    "<img src=x onerror=\"window.hacked='img'\">",
    "</script><script>window.hacked='script'</script>",
    "'\"><svg onload=\"window.hacked='svg'\">{{7*7}}",
    *MARKUP.values(),
)
# What would stand in the page if some text were not escaped.
INJECTED = f"""
<script>window.hacked='script'</script><script src="http://{HOST}/a.js"></script>
<script type="module">window.hacked='module'</script><img src=x onerror="window.hacked='image'">
<img src="http://{HOST}/a.png"><svg onload="window.hacked='svg'"></svg><body onload="window.hacked='body'">
<iframe src="http://{HOST}/a"></iframe><iframe srcdoc="<script>parent.hacked='frame'</script>"></iframe>
<link rel="stylesheet" href="http://{HOST}/a.css"><style>@import 'http://{HOST}/b.css';</style>
<style>body {{ background: url(http://{HOST}/c.png) }}</style><object data="http://{HOST}/o"></object>
<video autoplay src="http://{HOST}/v"></video><base href="http://{HOST}/"><embed src="http://{HOST}/e">
<link rel="prefetch" href="http://{HOST}/p"><p style="background:url(http://{HOST}/s)">x</p>
<a id="bad" href="javascript:window.hacked='link'">x</a>
<form id="sent" action="http://{HOST}/f"><button id="send">x</button></form>
"""


def opened(visit: Visit, path) -> None:
    visit.page.goto(path.as_uri())
    visit.page.locator("#map_div[data-drawn]").wait_for(timeout=60_000)


@pytest.fixture
def page(visit, tmp_path):
    path = tmp_path / pack_of(CERCLE).names["html"]
    path.write_bytes(pack_of(CERCLE).files["html"])
    opened(visit, path)
    return visit


def test_it_is_drawn_without_a_request(page):
    # One a commune drawn, of both countries; the five of Bourem have their class.
    assert page.page.locator("path[data-pcode]").count() == 259
    classes = page.page.locator("path[data-pcode^='ML0702']").evaluate_all(
        "all => all.map(each => each.dataset.class)"
    )
    table = pack_of(CERCLE).meeting.needs[0].gaps.table
    assert sorted(classes) == sorted(table["state"])
    assert [url for url in page.requests if not url.startswith(("file://", "data:", "blob:"))] == []
    assert len([url for url in page.requests if url.startswith("file://")]) == 1
    assert (page.console, page.faults) == ([], [])


def test_another_type_and_level_are_shown(page):
    page.page.select_option("#what", "water_point")
    page.page.locator("#legend", has_text="Ensemble de la zone : 165").wait_for(timeout=10_000)
    rows = page.page.locator("#units tbody tr").all_inner_texts()
    assert "Tarkint\t41" in rows
    assert len(rows) == 5
    page.page.select_option("#level", "cercle")
    page.page.locator("#units tbody tr[data-pcode='ML0702']", has_text="165").wait_for(timeout=10_000)
    assert page.page.locator("path[data-pcode='ML0702']").count() == 1
    assert (page.console, page.faults) == ([], [])


def test_a_click_on_the_map_finds_the_commune_in_the_table(page):
    page.page.locator("path[data-pcode='ML070204']").click(position={"x": 20, "y": 20}, force=True)
    page.page.locator("#units tr.chosen").wait_for(timeout=10_000)
    assert page.faults == []


def test_it_fits_a_phone(phone, tmp_path):
    path = tmp_path / "carte.html"
    path.write_bytes(pack_of(CERCLE).files["html"])
    opened(phone, path)
    wide = phone.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide == [390, 390]


def hostile() -> bytes:
    """The page of records whose organisations, donors and sources are named like scripts."""
    again, tools = named_like_markup(HOSTILE)
    carried = {"parts": tools.parts, "shapes": tools.shapes, "basemap": tools.basemap}
    return one_file(asked(again, CERCLE), tools.drawing, **carried, day=DAY)


def strangers() -> bytes:
    """The page of a region whose units, people and norms too are named like scripts."""
    return pack_of_strangers().files["html"]


@pytest.mark.parametrize(("made", "marker"), [(hostile, "hacked"), (strangers, MARKER)])
def test_no_name_runs(visit, tmp_path, made, marker):
    content = made()
    assert f"window.{marker}".encode() in content
    path = tmp_path / "hostile.html"
    path.write_bytes(content)
    opened(visit, path)
    for option in visit.page.locator("#what option").evaluate_all("all => all.map(each => each.value)"):
        visit.page.select_option("#what", option)
        visit.page.locator("#legend h2").wait_for(timeout=10_000)
    said = visit.page.locator("body").inner_text()
    for unit in visit.page.locator("path[data-pcode^='ML07']").all():
        unit.dispatch_event("mouseover")
        said += visit.page.locator(".leaflet-tooltip").inner_text()
    assert visit.page.evaluate(f"window.{marker}") is None
    assert "onerror" in said
    assert (visit.console, visit.faults) == ([], [])


@pytest.mark.parametrize("place", ["<main>", "<footer>", "</body>"])
def test_a_script_in_the_page_would_not_run_either(visit, tmp_path, place):
    # As if escaping had failed: the policy of the page alone stands between the text and the reader.
    content = pack_of(CERCLE).files["html"].decode()
    assert content.count(place) == 1
    path = tmp_path / "percee.html"
    path.write_text(content.replace(place, f"{INJECTED}{place}"), encoding="utf-8")
    opened(visit, path)
    for name in ("#bad", "#send"):
        visit.page.evaluate(f"document.querySelector('{name}').click()")
    visit.page.wait_for_timeout(500)
    assert visit.page.evaluate("window.hacked") is None
    assert visit.page.url == path.as_uri()
    # What the policy holds back is never sent; the browser only says that it was held back.
    held_back = [text for text, _url in visit.console if "Content Security Policy" in text]
    assert len(held_back) >= 8
    assert visit.sent == []


def test_without_the_policy_the_same_scripts_run(visit, tmp_path):
    # The test above would hold for a page that nothing was put into.
    content = pack_of(CERCLE).files["html"].decode()
    start = content.index("<meta http-equiv='Content-Security-Policy'")
    bare = content[:start] + content[content.index(">", start) + 1 :]
    path = tmp_path / "nue.html"
    path.write_text(bare.replace("<main>", f"{INJECTED}<main>"), encoding="utf-8")
    visit.page.goto(path.as_uri())
    visit.page.wait_for_function("window.hacked", timeout=30_000)
    assert visit.sent
