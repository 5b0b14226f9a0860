"""Overview, card, method and search in Chromium: cold, local, by keyboard, and in three clicks at most."""

import re

import pytest

from geo.ui.page import MENU
from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, done, go
from tests.browser.servers import Server, serve


def look_for(visit: Visit, text: str) -> None:
    field = visit.page.get_by_role("textbox", name="Chercher une commune")
    field.fill(text)
    field.press("Enter")
    visit.page.locator(".st-key-found").wait_for()


def test_the_root_opens_on_the_overview_in_the_language_asked(server: Server, visit):
    visit.open(f"{server.address}/?lang=en")
    visit.page.wait_for_url(f"{server.address}/vue_ensemble?lang=en")
    assert visit.page.evaluate("() => document.documentElement.lang") == "en"
    assert visit.outside(server.address) == []


@pytest.mark.parametrize("page", PAGES)
def test_cold_by_its_own_address_on_a_fresh_server(visit, tmp_path, page):
    with serve(tmp_path) as fresh:
        go(visit, f"{fresh.address}/{page}")
        assert visit.page.locator("h1").inner_text() == PAGES[page]
        menu = visit.page.get_by_test_id("stSidebar").get_by_role("link").all_inner_texts()
        assert menu == [title for _file, title in MENU]
        assert visit.outside(fresh.address) == []
        assert visit.complaints() == []


def test_the_four_questions_in_three_clicks_at_most(server: Server, visit):
    go(visit, f"{server.address}/vue_ensemble?visite=non")
    look_for(visit, "Anssongo")
    visit.page.get_by_role("link", name=re.compile("Ansongo · commune")).click()
    here = visit.page.get_by_role("tabpanel").first
    here.get_by_text("Partenaires ici : AMSS").wait_for()
    # What is done there, who works there, how old the data is: after one click.
    water = here.get_by_role("row", name=re.compile("^Points d'eau")).first
    assert water.locator("td").first.inner_text() == "58"
    assert "relevés de 2020 à 2023" in here.inner_text()
    # What is known only above: the second click.
    visit.page.get_by_role("tab", name=re.compile("Connu au-dessus")).click()
    above = visit.page.get_by_role("tabpanel").filter(visible=True)
    assert "AVEC (épargne et crédit)" in above.inner_text()
    assert visit.complaints() == []


def test_a_key_figure_leads_to_its_map_whatever_was_chosen_before(server: Server, visit):
    visit.open(f"{server.address}/carte?type=water_point&niveau=region&zone=ML07")
    visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Vue d'ensemble").click()
    visit.page.get_by_role("link", name="Voir les 2 enregistrements").click()
    visit.page.wait_for_url("**/carte?*type=peace_committee*")
    visit.map.locator("#map_div[data-level='commune']").wait_for(timeout=30_000)
    done(visit)
    assert "zone=" not in visit.page.url
    assert "Comités de paix" in visit.page.locator(".table caption").inner_text()
    # The menu, in its turn, keeps what was chosen.
    visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Méthode et sources").click()
    visit.page.get_by_role("heading", name="Comment on compte").wait_for()
    visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Carte 3W / couverture").click()
    visit.page.wait_for_url("**/carte?*type=peace_committee*")


def test_a_partner_found_opens_the_map_of_that_partner(server: Server, visit):
    go(visit, f"{server.address}/methode")
    look_for(visit, "amsode")
    visit.page.get_by_role("link", name=re.compile("AMSODE · partenaire")).click()
    visit.page.wait_for_url("**/carte?*partenaire=AMSODE*")
    visit.map.locator("#map_div[data-drawn]").wait_for(timeout=30_000)
    assert visit.page.locator(".notice").count() == 0


def test_a_click_on_the_overview_map_opens_the_card(server: Server, visit):
    drawn = visit.open(f"{server.address}/vue_ensemble?visite=non")
    drawn.locator("path[data-pcode='ML060505']").click(force=True)
    visit.page.wait_for_url("**/fiche?unite=ML060505*")
    visit.page.get_by_text("ML060505").first.wait_for()


def test_from_card_to_neighbour_and_back_to_the_map(server: Server, visit):
    go(visit, f"{server.address}/fiche?unite=ML070101")
    visit.page.get_by_role("tab", name=re.compile("Voisines")).click()
    visit.page.get_by_role("link", name="Bara", exact=True).click()
    visit.page.get_by_role("heading", level=1, name="Bara").wait_for()
    visit.page.get_by_role("link", name="Cercle Ansongo").click()
    visit.page.wait_for_url("**/fiche?unite=ML0701")
    visit.page.get_by_role("heading", level=1, name="Ansongo").wait_for()
    visit.page.get_by_role("link", name="Voir sur la carte").click()
    visit.page.wait_for_url("**/carte?*zone=ML0701*")


def test_neighbours_are_sorted_by_a_heading_with_the_keyboard(server: Server, visit):
    go(visit, f"{server.address}/fiche?unite=ML070101")
    visit.page.get_by_role("tab", name=re.compile("Voisines")).click()
    table = visit.page.get_by_role("table", name="Cette unité et ses voisines")
    names = table.locator("tbody th")
    table.get_by_role("button", name="Points d'eau").focus()
    visit.page.keyboard.press("Enter")
    assert names.all_inner_texts() == ["Bara", "Ansongo (cette unité)", "Bourra"]
    assert table.locator("th[aria-sort='descending']").inner_text().startswith("Points d'eau")
    visit.page.keyboard.press("Enter")
    assert names.all_inner_texts() == ["Bourra", "Ansongo (cette unité)", "Bara"]


def test_the_search_is_reached_and_followed_by_keyboard_alone(server: Server, visit):
    go(visit, f"{server.address}/methode")
    visit.page.get_by_role("textbox", name="Chercher une commune").focus()
    visit.page.keyboard.type("Bourra")
    visit.page.keyboard.press("Enter")
    visit.page.locator(".st-key-found").wait_for()
    for _press in range(4):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("() => (document.activeElement.innerText || '').includes('Bourra')"):
            break
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/fiche?unite=ML070103")


def test_a_partner_found_on_the_map_page_is_followed_to_its_map(server: Server, visit):
    go(visit, f"{server.address}/carte")
    field = visit.page.get_by_role("textbox", name="Chercher une commune")
    field.fill("AMSODE")
    visit.page.keyboard.press("Enter")
    visit.page.locator(".st-key-found a").click()
    visit.page.wait_for_url("**/carte?type=income_generation&partenaire=AMSODE")
    visit.page.locator(".st-key-chips", has_text="Partenaire : AMSODE").wait_for()
    assert field.input_value() == ""


def test_the_visit_left_stays_over_by_address(server: Server, visit):
    go(visit, f"{server.address}/vue_ensemble")
    visit.page.get_by_role("button", name="Passer la visite").click()
    visit.page.wait_for_url("**/vue_ensemble?visite=non")
    visit.page.get_by_text("Première visite").wait_for(state="detached")
    visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Méthode et sources").click()
    visit.page.get_by_role("link", name="Revoir la visite guidée").click()
    visit.page.get_by_text("Première visite, étape 1 sur 4").wait_for()
