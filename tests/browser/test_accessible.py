"""WCAG 2.2 AA by axe-core in Chromium: every page, both languages, two widths, with records and without."""

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, go, in_language
from tests.browser.servers import Server

# axe-core itself, out of the package: no request leaves the machine.
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = {1280: 900, 390: 844}


def violations(visit: Visit) -> list[str]:
    """What axe finds wrong in the page and in each frame of it: rule, element, remedy."""
    found = []
    for frame in visit.page.frames:
        if not frame.evaluate("() => 'axe' in window"):
            frame.evaluate(AXE)
        answer = frame.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, iframes: false})", TAGS
        )
        # A page that was not looked at would have no violation either.
        assert len(answer["passes"]) > 10, frame.url
        found += [
            f"{rule['id']}: {node['target']} {node['html'][:200]} {node.get('failureSummary', '')}"
            for rule in answer["violations"]
            for node in rule["nodes"]
        ]
    return found


def sized(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": WIDTHS[width]})


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_breaks_a_rule(server: Server, visit, width, lang):
    sized(visit, width)
    for page in PAGES:
        go(visit, f"{server.address}/{in_language(page, lang)}")
        assert violations(visit) == [], page


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_without_records_breaks_a_rule(empty_server: Server, visit, width, lang):
    sized(visit, width)
    for page in [*PAGES, "fiche"]:
        go(visit, f"{empty_server.address}/{in_language(page, lang)}")
        assert violations(visit) == [], page


def _more_filters(visit: Visit) -> None:
    visit.page.get_by_test_id("stPopoverButton").first.click()
    visit.page.get_by_test_id("stPopoverBody").get_by_role("combobox").first.wait_for()


def _open_list(visit: Visit) -> None:
    visit.page.get_by_role("combobox", name="Type").click()
    visit.page.get_by_role("option").first.wait_for()


def _searched(visit: Visit) -> None:
    field = visit.page.get_by_role("textbox", name="Chercher une commune")
    field.fill("Gao")
    field.press("Enter")
    visit.page.locator(".st-key-found").wait_for()


def _last_tab(visit: Visit) -> None:
    visit.page.get_by_role("tab").last.click()
    visit.page.get_by_role("table", name="Cette unité et ses voisines").wait_for()


def _fold_menu(visit: Visit) -> None:
    visit.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    visit.page.get_by_test_id("stExpandSidebarButton").wait_for()


def _dry_run(visit: Visit) -> None:
    content = "Code;Structure;Commune;Nb AVEC;Téléphone\nK1;AMSS;Bara;x;76 12 34 56\n"
    file = {"name": "essai.csv", "mimeType": "text/csv", "buffer": content.encode()}
    visit.page.locator("input[type=file]").set_input_files(file)
    visit.page.get_by_role("button", name="Confirmer et faire l'essai").click(timeout=60_000)
    visit.page.get_by_role("heading", name="4. Confirmer").wait_for(timeout=60_000)


# Parts that a page shows only once something was done.
STATES: dict[str, tuple[str, Callable[[Visit], None]]] = {
    "more filters": ("carte", _more_filters),
    "an open list": ("carte", _open_list),
    "a search": ("carte", _searched),
    "an empty answer": ("carte?partenaire=ADICOR", lambda _visit: None),
    "a chosen unit and a notice": ("carte?zone=ML0701&niveau=lune", lambda _visit: None),
    "neighbours": ("fiche?unite=ML07", _last_tab),
    "a folded menu": ("methode", _fold_menu),
    "a dry run": ("importer", _dry_run),
}


@pytest.mark.parametrize("state", STATES)
def test_no_state_of_a_page_breaks_a_rule(server: Server, visit, state):
    page, act = STATES[state]
    go(visit, f"{server.address}/{page}")
    act(visit)
    # What fades in has the contrast of its end, not of its way there.
    visit.page.wait_for_timeout(500)
    assert violations(visit) == []


def test_the_check_sees_a_page_without_words_and_a_map_without_zoom(server: Server, visit):
    go(visit, f"{server.address}/carte")
    visit.page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<button></button>')")
    visit.map.locator("meta[name=viewport]").first.evaluate("meta => { meta.content = 'user-scalable=no'; }")
    rules = {each.partition(":")[0] for each in violations(visit)}
    assert rules == {"button-name", "meta-viewport"}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_streamlits_own_parts_speak_the_readers_language(server: Server, visit, lang):
    go(visit, f"{server.address}/{in_language('carte', lang)}")
    page = visit.page
    said = {
        "page": page.evaluate("() => document.documentElement.lang"),
        "skip": page.get_by_test_id("stSkipToContent").text_content(),
        "menu": page.locator("#stSidebar").get_attribute("aria-label"),
        "map": page.locator('iframe[title^="streamlit_folium"]').get_attribute("aria-label"),
        "list": page.locator(".react-aria-ComboBox button").first.get_attribute("aria-label"),
    }
    assert (
        said
        == {
            "fr": {
                "page": "fr",
                "skip": "Aller au contenu",
                "menu": "Menu",
                "map": "Carte",
                "list": "Ouvrir la liste",
            },
            "en": {
                "page": "en",
                "skip": "Skip to content",
                "menu": "Menu",
                "map": "Map",
                "list": "Open the list",
            },
        }[lang]
    )
    _fold_menu(visit)
    unfold = page.get_by_test_id("stExpandSidebarButton")
    words = {"fr": "Ouvrir le menu", "en": "Open the menu"}[lang]
    page.get_by_role("button", name=words).wait_for()
    assert unfold.get_attribute("aria-label") == words
