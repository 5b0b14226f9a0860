"""The page of needs in Chromium: cold, local, narrow, and the same figures in the files."""

import io
import json
import os
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


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory):
    """A server with two pumps that have a position, three made-up villages and a table of severity."""
    folder = tmp_path_factory.mktemp("surveyed")
    home = folder / "home"
    home.mkdir()
    records = (
        "activity_type,functionality,longitude,latitude\n"
        "water_point,functional,-0.04,16.27\nwater_point,dry,0.72,15.18\n"
    )
    villages = "nom,lon,lat,population\nGao,-0.041,16.27,8000\nloin,0.2,16.5,2000\nOuatta,0.72,15.18,500\n"
    (folder / "releve.csv").write_text(records, encoding="utf-8")
    (folder / "villages.csv").write_text(villages, encoding="utf-8")
    (folder / "severite.csv").write_text("adm2_pcode,classe\nML0703,4\n", encoding="utf-8")
    for what in ("localities", "severity"):
        name = {"localities": "villages.csv", "severity": "severite.csv"}[what]
        subprocess.run(
            [sys.executable, "-m", "geo", what, "install", str(folder / name)],
            cwd=ROOT,
            env=os.environ | {"COUVERTURE_HOME": str(home)},
            check=True,
            capture_output=True,
        )
    with serve(folder, COUVERTURE_RECORDS=str(folder / "releve.csv")) as running:
        yield running


def test_distance_by_region_where_positions_and_localities_are_there(surveyed: Server, visit):
    go(visit, f"{surveyed.address}/besoins?partie=distance&silence=oui")
    table = visit.page.locator("table", has=visit.page.locator("caption", has_text="Distance"))
    row = table.locator("tbody tr").first
    assert row.locator("th").inner_text() == "Gao"
    # 8,000 of 10,500 people within 500 m of the one pump that works.
    assert "76,2" in row.inner_text()
    assert "vol d'oiseau" in visit.page.locator("[data-testid=stMain]").inner_text()
    assert visit.complaints() == []


def test_parts_open_by_keyboard_and_stand_in_the_address(server: Server, visit):
    go(visit, f"{server.address}/besoins")
    visit.page.get_by_role("tab", name="Tableau").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/besoins?*partie=placer*")
    visit.page.get_by_text("20 ouvrages : 8").first.wait_for()
    visit.page.get_by_role("spinbutton", name="Ouvrages à placer").fill("5")
    visit.page.get_by_role("button", name="Placer", exact=True).click()
    visit.page.get_by_text("5 ouvrages : 2").first.wait_for()
    visit.page.wait_for_url("**/besoins?*ouvrages=5*")


def test_a_link_with_norms_weights_and_part_shows_another_reader_the_same(server: Server, visit, chromium):
    address = (
        f"{server.address}/besoins?normes=sphere&norme.water_mali_modern_point=300&poids.coverage=60"
        "&partie=et-si&reparer=sec&changer=ML050101_5&regions=2023&niveau=region&vue=croisement"
    )
    go(visit, address)
    visit.page.get_by_text("Avec les ouvrages ajoutés ou retirés").first.wait_for()
    visit.page.get_by_text("300 personnes par ouvrage").first.wait_for()
    seen = visit.page.get_by_test_id("stMain").inner_text()
    context = chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="fr-FR")
    other = Visit(context)
    go(other, visit.page.url)
    other.page.get_by_text("Avec les ouvrages ajoutés ou retirés").first.wait_for()
    assert other.page.get_by_test_id("stMain").inner_text() == seen
    assert classes(other) == classes(visit)
    context.close()
