"""The map page in Chromium: cold, local, quick, and the same after a click."""

import csv
import os
import shutil
import statistics
import time

import pytest

from tests.browser.conftest import Visit
from tests.browser.servers import ROOT, Server, serve


def choose(visit: Visit, label: str, option: str) -> None:
    """Pick an option of a Streamlit select box, as a reader does."""
    box = visit.page.get_by_role("combobox", name=label)
    box.click()
    visit.page.get_by_role("option", name=option, exact=True).click()


def test_cold_by_its_own_address_on_a_fresh_server(chromium, visit, tmp_path):
    with serve(tmp_path) as fresh:
        drawn = visit.open(f"{fresh.address}/carte")
        assert visit.page.get_by_role("heading", level=1).inner_text() == "Carte 3W / couverture"
        assert visit.page.get_by_role("link", name="Carte 3W / couverture").count() == 1
        # One path for each commune drawn; outlines of other regions and lines carry no code.
        assert drawn.locator("path[data-pcode]").count() == 259
        assert visit.outside(fresh.address) == []
        assert visit.complaints() == []
        assert len(visit.console) <= 2


def test_the_menu_leads_to_the_page_under_its_name(server: Server, visit):
    visit.page.goto(server.address)
    visit.page.get_by_role("link", name="Carte 3W / couverture").first.click()
    visit.map.locator("#map_div[data-level='commune']").wait_for(timeout=30_000)
    visit.page.wait_for_url(f"{server.address}/carte*")
    assert visit.outside(server.address) == []
    assert visit.complaints() == []


def test_shapes_are_fetched_once_and_a_filter_keeps_frame_and_view(server: Server, visit):
    drawn = visit.open(f"{server.address}/carte")
    frame = visit.page.locator('iframe[title^="streamlit_folium"]').element_handle()
    drawn.locator(".leaflet-control-zoom-in").click()
    visit.page.wait_for_timeout(600)
    zoom = drawn.locator("#map_div").evaluate("() => [map_div.getZoom(), map_div.getCenter().lat]")
    before = visit.data()
    choose(visit, "Ce qui est compté", "Hors service")
    after = visit.redrawn(before)
    assert int(after["drawn"]) == int(before["drawn"]) + 1
    assert drawn.locator("#map_div").evaluate("() => [map_div.getZoom(), map_div.getCenter().lat]") == zoom
    assert frame.evaluate("element => element.isConnected")
    shapes = [url for url in visit.requests if "/app/static/geo/" in url]
    assert len(shapes) == len(set(shapes)) == 2  # the units and the base map
    assert sum("leaflet.js" in url for url in visit.requests) == 1
    assert visit.complaints() == []


def test_from_filter_to_redrawn_map_in_under_a_second(server: Server, visit):
    visit.open(f"{server.address}/carte")
    taken = []
    for option in ("Hors service", "En place, tous états", "Partenaires présents", "En service"):
        before = visit.data()
        visit.page.get_by_role("combobox", name="Ce qui est compté").click()
        started = time.perf_counter()
        visit.page.get_by_role("option", name=option, exact=True).click()
        visit.redrawn(before)
        taken.append(time.perf_counter() - started)
    print(f"filter to redrawn map [s]: {', '.join(f'{each:.2f}' for each in taken)}")  # noqa: T201
    # The median: another program on the machine may take the processor for one of them.
    # Printed against its limit of 1 s; a busy machine fails the test at twice the limit only.
    assert statistics.median(taken) < 2.0


def test_a_click_drills_down_and_the_crumbs_lead_back(server: Server, visit):
    drawn = visit.open(f"{server.address}/carte?niveau=region")
    before = visit.data()
    drawn.locator("path[data-pcode='ML07']").click(position=None, force=True)
    after = visit.redrawn(before)
    assert after["level"] == "cercle"
    visit.page.wait_for_url("**/carte?*zone=ML07*")
    crumbs = visit.page.locator(".st-key-crumbs button")
    assert [each.strip() for each in crumbs.all_inner_texts()] == ["Les quatre régions", "Mali", "Gao"]
    names = visit.page.locator(".table tbody th").all_inner_texts()
    assert sorted(names) == ["Ansongo", "Bourem", "Gao"]
    crumbs.first.click()
    visit.redrawn(after)
    visit.page.wait_for_function("() => !location.search.includes('zone')")


def test_hover_names_the_unit_and_its_value(server: Server, visit):
    drawn = visit.open(f"{server.address}/carte?niveau=region")
    drawn.locator("path[data-pcode='ML06']").hover(force=True)
    tip = drawn.locator(".carte-tip")
    tip.wait_for()
    value = visit.page.locator(".table tbody tr", has_text="Tombouctou").locator("td").first.inner_text()
    assert tip.inner_text().split("\n") == ["Tombouctou", value]


def test_the_52_avecs_colour_no_commune(server: Server, visit):
    drawn = visit.open(f"{server.address}/carte?type=avec&mesure=in_place")
    classes = drawn.locator("path[data-pcode]").evaluate_all("paths => paths.map(p => p.dataset.class)")
    assert set(classes) == {"none_reported"}
    assert "1 enregistrement" in visit.page.locator(".badge").inner_text()
    before = visit.data()
    choose(visit, "Niveau", "Région / wilaya")
    visit.redrawn(before)
    # The map may be there before the table below it.
    visit.page.wait_for_function("() => document.querySelectorAll('.table tbody tr').length === 4")
    cells = {
        row[1]: row[0]
        for row in (each.split("\t") for each in visit.page.locator(".table tbody tr").all_inner_texts())
    }
    assert {cells["Gao"], cells["Mopti"]} == {"0 à 52"}
    assert cells["Tombouctou"] == "aucun signalé"


def test_table_legend_and_map_say_the_same(server: Server, visit):
    drawn = visit.open(f"{server.address}/carte")
    on_map = drawn.locator("path[data-pcode]").evaluate_all(
        "paths => paths.filter(p => p.getAttribute('fill-opacity') === '1').map(p => p.dataset.class)"
    )
    counts = visit.page.locator(".legend").first.locator("dd").all_inner_texts()
    legend = {}
    for row in visit.page.locator(".legend").first.locator("dl > div").all():
        klass = row.locator("i").get_attribute("class").split()[1]
        text = row.locator("dd").inner_text()
        legend[klass] = int(text) if text else None
    assert sum(int(count) for count in counts if count) == 208
    for klass in ("c1", "c3", "c5", "zero", "none_reported", "not_reported", "unknown", "not_applicable"):
        assert legend[klass] == on_map.count(klass), klass
    assert visit.page.locator(".table tbody tr").count() == 208


def test_filters_count_each_other_say_what_empties_and_are_cleared_by_one_click(server: Server, visit):
    visit.open(f"{server.address}/carte")
    page, chips = visit.page, visit.page.locator(".st-key-chips button")
    before = visit.data()
    page.get_by_role("button", name="Plus").click()
    choose(visit, "État", "à sec (123)")
    visit.redrawn(before)
    choose(visit, "Source", "Puits nommés des deux Hodhs, comptés par commune (0)")
    emptied = page.locator(".st-key-emptied button")
    emptied.nth(1).wait_for()
    assert emptied.all_inner_texts() == [
        "Le filtre État en retire 57. L'effacer",
        "Le filtre Source en retire 123. L'effacer",
    ]
    page.keyboard.press("Escape")
    emptied.first.click()
    page.wait_for_url("**/carte?source=geonames_wells_2014")
    # The box of the cleared filter lies in the closed popover; its old value must not come back.
    page.get_by_text("EN", exact=True).click()
    page.wait_for_url("**lang=en*")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    page.wait_for_timeout(500)
    assert chips.count() == 2
    assert "etat=" not in page.url
    assert "source=geonames_wells_2014" in page.url
    chips.last.click()
    page.wait_for_url("**/carte?lang=en")
    assert visit.complaints() == []


def test_a_link_to_a_partner_opens_the_first_type_it_works_on(server: Server, visit):
    visit.open(f"{server.address}/carte?partenaire=ADICOR")
    assert visit.page.locator(".st-key-chips button").first.inner_text() == "Partenaire : ADICOR ×"
    assert visit.page.locator(".notice").count() == 0
    # Its records lie in Hodh Chargui, outside the four regions, and the page says so.
    assert visit.page.locator(".st-key-emptied").inner_text().startswith("Rien dans ce lieu ; ailleurs,")


def test_english_keeps_page_and_filters(server: Server, visit):
    visit.open(f"{server.address}/carte?type=avec&niveau=region&mesure=in_place")
    visit.page.get_by_text("EN", exact=True).click()
    visit.page.wait_for_url("**lang=en*")
    visit.page.wait_for_function("() => document.documentElement.lang === 'en'")
    assert "type=avec" in visit.page.url
    assert "VSLA" in visit.page.locator(".table caption").inner_text()
    assert visit.data()["level"] == "region"


def test_an_address_with_hostile_values_opens_and_says_so(server: Server, visit):
    hostile = "%3Cimg%20src=x%20onerror=%22window.hacked=1%22%3E"
    visit.open(f"{server.address}/carte?zone={hostile}&niveau=lune&lang=zz")
    notices = visit.page.locator(".notice").all_inner_texts()
    assert len(notices) == 3
    assert any("<img src=x" in text for text in notices)
    assert visit.page.evaluate("() => window.hacked === undefined")
    assert visit.complaints() == []


def test_hostile_names_in_a_file_of_records_stay_text(visit, tmp_path):
    hostile = "<img src=x onerror=\"window.hacked=1;parent.hacked=1\">{{'x'}}</script>"
    records = tmp_path / "records.csv"
    rows = [
        {"activity_type": "avec", "implementing_org": hostile, "quantity": "5", "provider_adm1_name": "Gao"},
        {
            "activity_type": "avec",
            "implementing_org": hostile,
            "quantity": "2",
            "provider_adm3_pcode": "ML070101",
        },
    ]
    with records.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(
            file,
            ["activity_type", "implementing_org", "quantity", "provider_adm1_name", "provider_adm3_pcode"],
        )
        writer.writeheader()
        writer.writerows(rows)
    with serve(tmp_path, COUVERTURE_RECORDS=str(records)) as running:
        visit.open(f"{running.address}/carte?mesure=in_place")
        assert "<img src=x" in visit.page.locator(".badge").inner_text()
        assert visit.page.evaluate("() => window.hacked === undefined")
        assert visit.page.locator("img[src='x']").count() == 0
        assert visit.complaints() == []


def test_a_phone_sees_the_page_without_scrolling_sideways(server: Server, phone):
    phone.open(f"{server.address}/carte")
    assert phone.page.evaluate("() => document.documentElement.scrollWidth") == 390
    box = phone.page.locator('iframe[title^="streamlit_folium"]').bounding_box()
    assert (round(box["width"]), round(box["height"])) == (358, 360)
    phone.picture("carte-390-fr")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_pictures(server: Server, visit, lang):
    visit.open(f"{server.address}/carte?lang={lang}")
    path = visit.picture(f"carte-1280-{lang}")
    assert path.stat().st_size > 20_000
    if lang == "fr" and os.environ.get("COUVERTURE_PICTURE"):
        visit.page.set_viewport_size({"width": 1280, "height": 860})
        visit.page.wait_for_timeout(800)
        visit.page.screenshot(path=path, full_page=False)
        shutil.copy(path, ROOT / "docs" / "carte.png")
        assert path.stat().st_size < 300_000
