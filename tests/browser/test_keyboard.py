"""Keyboard alone: everything that can be used is reached, and where one stands is seen."""

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, RUN_OVER, done, go
from tests.browser.servers import Server

# What the page offers to the keyboard, and a mark on each part once it has had the focus.
OFFERED = """() => {
  const found = [...document.querySelectorAll(
    "a[href], button:not([disabled]), input:not([disabled]), textarea, [tabindex='0']")];
  return found.filter(part => {
    const box = part.getBoundingClientRect();
    return part.tabIndex >= 0 && box.width > 0 && part.checkVisibility({visibilityProperty: true})
      && !part.closest("[aria-hidden=true]") && !("reached" in part.dataset);
  }).map(part => part.tagName + " " + (part.getAttribute("aria-label") || part.innerText || part.type));
}"""
# The part in focus, marked; and the ring round it or round the box it lies in: [width, colour, offset].
FOCUSED = """() => {
  let part = document.activeElement;
  if (part.contentDocument) part = part.contentDocument.activeElement;
  part.dataset.reached = "yes";
  const name = part.tagName + " " + (part.getAttribute("aria-label") || part.innerText || part.type || "");
  // The box of a choice is hidden; its label is what is seen.
  const seen = /radio|checkbox/.test(part.type) ? part.closest("label") : part;
  for (let box = seen, up = 0; box && up < 4; box = box.parentElement, up += 1) {
    const look = getComputedStyle(box), size = box.getBoundingClientRect();
    if (look.outlineStyle === "solid" && size.width >= 12 && size.height >= 12) {
      return [name, parseFloat(look.outlineWidth), look.outlineColor, parseFloat(look.outlineOffset)];
    }
  }
  return [name, 0, "", 0];
}"""
RING = (3, "rgb(11, 79, 108)")
# Outside the part, or just inside where the part fills the frame it scrolls in.
OFFSETS = (2, -3)


def laid_out(visit: Visit) -> None:
    """Wait until no part comes any more: one that is put in anew takes the focus away."""
    before = None
    while before != (offered := visit.page.evaluate(OFFERED)):
        before = offered
        visit.page.wait_for_timeout(300)


def tab_through(visit: Visit) -> list[list]:
    """Press Tab until the page has been left; name and ring of each stop."""
    laid_out(visit)
    stops = []
    for _press in range(250):
        visit.page.keyboard.press("Tab")
        stop = visit.page.evaluate(FOCUSED)
        if stop[0].startswith("BODY"):
            return stops
        stops.append(stop)
    pytest.fail(f"no way out after {len(stops)} stops: {stops[-1]}")


@pytest.mark.parametrize("page", PAGES)
def test_tab_reaches_everything_and_shows_where_it_stands(server: Server, visit, page):
    go(visit, f"{server.address}/{page}")
    stops = tab_through(visit)
    assert visit.page.evaluate(OFFERED) == []
    for name, width, colour, offset in stops:
        assert (width, colour) == RING, name
        assert offset in OFFSETS, name


def test_skip_link_menu_search_and_switch_come_in_this_order(server: Server, visit):
    go(visit, f"{server.address}/carte")
    names = [name.partition(" ")[2].strip() for name, *_ring in tab_through(visit)]
    wanted = [
        "Aller au contenu",
        "Vue d'ensemble",
        "Carte 3W / couverture",
        "Fiche",
        "Méthode et sources",
        "radio",
        "Chercher une commune",
        "Aide : Type",
        "Lieu",
    ]
    places = [names.index(each) for each in wanted]
    assert places == sorted(places)
    # The map itself, its two buttons, and after it the table that says the same.
    assert names.index("Zoomer") < names.index("Dézoomer") < len(names) - 1
    assert names[-1].startswith("Points d'eau · en service")


def test_the_language_is_switched_by_keyboard(server: Server, visit):
    go(visit, f"{server.address}/methode")
    visit.page.get_by_role("radio").first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_url("**lang=en*")
    visit.page.wait_for_function("() => document.documentElement.lang === 'en'")


def test_a_unit_is_chosen_from_the_list_by_keyboard_and_the_crumbs_lead_back(server: Server, visit):
    go(visit, f"{server.address}/carte")
    before = visit.data()
    visit.page.get_by_role("combobox", name="Lieu").focus()
    visit.page.keyboard.type("Ansongo · Ansongo")
    visit.page.get_by_role("option").first.wait_for()
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.redrawn(before)
    visit.page.wait_for_url("**zone=ML070101*")
    assert visit.page.locator(".card h2").inner_text().startswith("Ansongo")
    before = visit.data()
    visit.page.locator(".st-key-crumbs").get_by_role("button", name="Gao").focus()
    visit.page.keyboard.press("Enter")
    visit.redrawn(before)
    visit.page.wait_for_url("**zone=ML07")


def test_the_map_is_moved_and_enlarged_by_keyboard(server: Server, visit):
    go(visit, f"{server.address}/carte")
    state = "() => [window.map_div.getZoom(), map_div.getCenter().lng]"
    drawn = visit.map.locator("#map_div")
    zoom, east = drawn.evaluate(state)
    drawn.focus()
    visit.page.keyboard.press("+")
    visit.page.wait_for_timeout(700)
    visit.page.keyboard.press("ArrowRight")
    visit.page.wait_for_timeout(700)
    closer, further_east = drawn.evaluate(state)
    assert closer > zoom
    assert further_east > east


def test_tabs_and_visit_are_gone_through_by_keyboard(server: Server, visit):
    go(visit, f"{server.address}/fiche?unite=ML070101")
    visit.page.get_by_role("tab").first.focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.get_by_role("tab", name=re.compile("Connu au-dessus"), selected=True).wait_for()
    go(visit, f"{server.address}/vue_ensemble")
    for step in range(1, 5):
        visit.page.get_by_text(f"Première visite, étape {step} sur 4").wait_for()
        visit.page.get_by_role("button", name="Suivant" if step < 4 else "Terminer").focus()
        visit.page.keyboard.press("Enter")
    visit.page.get_by_text("Première visite").wait_for(state="detached")


def test_the_table_says_what_the_map_says_unit_by_unit(server: Server, visit):
    go(visit, f"{server.address}/carte?type=peace_committee&mesure=in_place")
    on_map = visit.map.locator("#map_div").evaluate(
        """() => Object.values(window.map_div.carte.layers)
            .filter(layer => layer.pcode && !layer.unit.context)
            .map(layer => [layer.unit.name, ...map_div.carte.view.units[layer.pcode].slice(0, 2)])"""
    )
    in_table = visit.page.locator(".table tbody tr").evaluate_all(
        """rows => rows.map(row => [row.querySelector("th").innerText.trim(),
            row.querySelector(".sw").classList[1], row.cells[0].innerText.trim()])"""
    )
    assert len(in_table) == 208
    assert sorted(in_table) == sorted(on_map)
    assert ["Ansongo", "presence", "0 à 8 + non rapporté"] in in_table


def test_two_readers_beside_each_other_do_not_see_each_others_choices(server: Server, chromium, visit):
    other = Visit(chromium.new_context(viewport={"width": 1280, "height": 1000}, locale="fr-FR"))
    try:
        go(visit, f"{server.address}/carte?type=avec&mesure=in_place&niveau=region")
        go(other, f"{server.address}/carte?lang=en&zone=ML0701")
        before = visit.data(), other.data()
        # Each goes on while the other's page stays open.
        visit.page.get_by_role("combobox", name="Niveau").click()
        visit.page.get_by_role("option", name="Cercle / moughataa", exact=True).click()
        visit.redrawn(before[0])
        other.page.get_by_role("combobox", name="Level").click()
        other.page.get_by_role("option", name="Cercle / moughataa", exact=True).click()
        other.redrawn(before[1])
        for each in (visit, other):
            each.page.locator(RUN_OVER).wait_for()
        assert "niveau=cercle" in visit.page.url
        assert visit.page.locator("h1").inner_text() == "Carte 3W / couverture"
        assert visit.page.locator(".table caption").inner_text().startswith("AVEC")
        assert visit.page.locator(".card").count() == 0
        assert other.page.locator("h1").inner_text() == "Map 3W / coverage"
        assert other.page.locator(".table caption").inner_text().startswith("Water points")
        assert other.page.locator(".card h2").inner_text().startswith("Ansongo")
        assert "lang=en" not in visit.page.url
        assert "type=avec" not in other.page.url
        # A page opened anew by the menu is still each reader's own.
        other.page.get_by_test_id("stSidebar").get_by_role("link", name="Overview").click()
        other.page.get_by_role("heading", level=1, name="Overview").wait_for()
        done(other)
        visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Méthode et sources").click()
        visit.page.get_by_role("heading", level=1, name="Méthode et sources").wait_for()
        assert visit.page.evaluate("() => document.documentElement.lang") == "fr"
        assert other.page.evaluate("() => document.documentElement.lang") == "en"
    finally:
        other.context.close()
