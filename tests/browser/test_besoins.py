"""The page of needs in Chromium: cold, local, narrow, and the same figures in the files."""

import io
import json
import subprocess
import sys

import pandas as pd
import pytest

from tests.browser.conftest import Visit
from tests.browser.servers import ROOT, Server, serve

TITLES = {"fr": "Besoins non couverts", "en": "Unmet needs"}


def go(visit: Visit, address: str) -> None:
    visit.open(address)
    visit.page.locator(".rank-frame").wait_for(timeout=60_000)
    visit.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)


def classes(visit: Visit) -> dict[str, int]:
    """Units of each class, counted on the map itself."""
    found = visit.map.locator("path[data-pcode]").evaluate_all(
        "paths => paths.map(path => path.dataset.class)"
    )
    return pd.Series(found).value_counts().to_dict()


def test_cold_by_its_own_address_on_a_fresh_server(visit, tmp_path):
    with serve(tmp_path) as fresh:
        go(visit, f"{fresh.address}/besoins")
        assert visit.page.locator("h1").inner_text() == TITLES["fr"]
        assert classes(visit) == {"partly": 130, "met": 46, "unmet": 1, "unknown": 31, "outside": 51}
        assert visit.outside(fresh.address) == []
        assert visit.complaints() == []


def test_a_row_opens_to_its_sum_by_keyboard_and_on_the_map(server: Server, visit):
    go(visit, f"{server.address}/besoins")
    first = visit.page.locator(".rank-frame details").first
    first.locator("summary").focus()
    visit.page.keyboard.press("Enter")
    first.get_by_text("score = 100 ×").wait_for()
    before = visit.data()
    visit.map.locator("path[data-pcode='ML060505']").click(force=True)
    visit.page.locator(".ranks.chosen [data-pcode='ML060505']").wait_for()
    visit.page.wait_for_url("**/besoins?*commune=ML060505*")
    visit.redrawn(before)


def test_a_link_shows_another_reader_the_same(server: Server, visit, chromium):
    address = (
        f"{server.address}/besoins?norme.water_mali_modern_point=500&poids.presence=0&vue=personnes&zone=ML05"
    )
    go(visit, address)
    visit.page.get_by_text("500 personnes par ouvrage").first.wait_for()
    named = visit.page.locator(".rank-frame details").first.inner_text()
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB")
    other = Visit(context)
    go(other, visit.page.url)
    assert other.page.locator(".rank-frame details").first.inner_text() == named
    assert classes(other) == classes(visit)
    context.close()


def test_the_norm_is_changed_in_the_form_and_stands_in_the_address(server: Server, visit):
    go(visit, f"{server.address}/besoins")
    before = visit.data()
    visit.page.locator("summary", has_text="Modifier").first.click()
    field = visit.page.locator(".st-key-norms").get_by_role("spinbutton").first
    field.fill("250")
    field.press("Tab")
    visit.page.get_by_role("button", name="Appliquer à cette session").click()
    visit.page.wait_for_url("**/besoins?*norme.water_mali_modern_point=250*")
    visit.redrawn(before)
    visit.page.locator(".norms").get_by_text("250 personnes par ouvrage").wait_for()
    assert visit.complaints() == []


def test_files_downloaded_hold_what_the_command_line_prints(server: Server, visit, tmp_path):
    go(visit, f"{server.address}/besoins")
    asked = subprocess.run(
        [sys.executable, "-m", "geo", "gaps", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    printed = json.loads(asked.stdout)
    for label, ending in (
        ("JSON : tout le résultat", "json"),
        ("Tableau CSV", "csv"),
        ("Classeur XLSX", "xlsx"),
    ):
        with visit.page.expect_download() as waiting:
            visit.page.get_by_role("button", name=label).click()
        path = tmp_path / f"file.{ending}"
        waiting.value.save_as(path)
        assert waiting.value.suggested_filename == f"besoins_water_point_commune.{ending}"
        if ending == "json":
            assert json.loads(path.read_text(encoding="utf-8")) == printed
            continue
        read = (
            pd.read_csv(io.BytesIO(path.read_bytes()))
            if ending == "csv"
            else pd.read_excel(path, engine="openpyxl")
        )
        wanted = [row["unserved_people"] for row in printed["rows"]]
        assert [None if pd.isna(value) else value for value in read["unserved_people"]] == wanted


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_phone_sees_the_page_without_scrolling_sideways(server: Server, phone, lang):
    go(phone, f"{server.address}/besoins?lang={lang}")
    assert phone.page.evaluate("() => document.documentElement.scrollWidth") == 390
    inner = phone.page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert inner <= 0
    assert phone.outside(server.address) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pictures(server: Server, visit, width, lang):
    visit.page.set_viewport_size({"width": width, "height": 900})
    for view in ("etats", "personnes", "croisement"):
        go(visit, f"{server.address}/besoins?lang={lang}&vue={view}")
        assert visit.picture(f"besoins-{view}-{width}-{lang}").stat().st_size > 15_000
    assert visit.complaints() == []
