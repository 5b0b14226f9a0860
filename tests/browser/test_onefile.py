"""The map of one file, opened from disk: drawn without a request, and no name in it can run."""

from dataclasses import replace

import pandas as pd
import pytest

from geo import facts, store
from geo.io.records import read_types
from geo.report.onefile import one_file
from geo.sharing import READER, share
from tests.browser.conftest import Visit
from tests.packs import CERCLE, asked, pack_of, shipped
from tests.printed import DAY

HOSTILE = (
    "<img src=x onerror=\"window.hacked='img'\">",
    "</script><script>window.hacked='script'</script>",
    "'\"><svg onload=\"window.hacked='svg'\">{{7*7}}",
)


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
    prepared, tools = shipped()
    held = store.load(prepared.frame.boundaries)
    committee = held.records[held.records["activity_type"] == "peace_committee"].iloc[:1]
    place = {"place_set": "ML0702", "adm1_pcode": "ML07", "adm2_pcode": "ML0702", "adm3_pcode": ""}
    placed = committee.assign(**place, precision="cercle", outcome="placed", quantity=1.0)
    rows = [placed.assign(implementing_org=name, donor=name) for name in HOSTILE]
    shared = share(pd.concat([held.records, *rows], ignore_index=True), READER, types=read_types())
    sources = {
        name: replace(source, title=f"{HOSTILE[1]} {source.title}", attribution=HOSTILE[0])
        for name, source in held.sources.items()
    }
    frame, people = prepared.frame, prepared.population
    again = facts.prepare(shared, frame, types=read_types(), sources=sources, people=people)
    carried = {"parts": tools.parts, "shapes": tools.shapes, "basemap": tools.basemap}
    return one_file(asked(again, CERCLE), tools.drawing, **carried, day=DAY)


def test_no_name_runs(visit, tmp_path):
    content = hostile()
    assert b"window.hacked" in content
    path = tmp_path / "hostile.html"
    path.write_bytes(content)
    opened(visit, path)
    for option in visit.page.locator("#what option").evaluate_all("all => all.map(each => each.value)"):
        visit.page.select_option("#what", option)
        visit.page.locator("#legend h2").wait_for(timeout=10_000)
    assert visit.page.evaluate("window.hacked") is None
    assert "onerror" in visit.page.locator("body").inner_text()
    assert (visit.console, visit.faults) == ([], [])
