"""The pages of the app by their addresses, and how to wait until one has come to rest."""

from tests.browser.conftest import Visit

# Address of each page and its heading in French; a card is opened on one commune.
PAGES = {
    "vue_ensemble": "Vue d'ensemble",
    "carte": "Carte 3W / couverture",
    "besoins": "Besoins non couverts",
    "qui_fait_quoi": "Qui fait quoi où",
    "fiche?unite=ML070101": "Ansongo",
    "importer": "Importer",
    "qualite": "Qualité des données",
    "enregistrement": "Corriger un enregistrement",
    "lieux": "Lieux à vérifier",
    "dossier?zone=ML0702": "Dossier de réunion",
    "journal": "Journal",
    "acces": "Qui a accès",
    "methode": "Méthode et sources",
}
RUN_OVER = "[data-testid=stApp][data-test-script-state=notRunning]"


def in_language(page: str, lang: str) -> str:
    """``page`` as an address in a language."""
    return f"{page}{'&' if '?' in page else '?'}lang={lang}"


def file_name(page: str) -> str:
    return page.partition("?")[0]


def go(visit: Visit, address: str) -> None:
    """Open an address and wait until its run is over and its map, where it has one, is drawn."""
    visit.page.goto(address)
    done(visit)


def done(visit: Visit) -> None:
    visit.page.locator("h1").first.wait_for(timeout=60_000)
    visit.page.locator(".accounting").wait_for(timeout=60_000)
    visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
    # A map comes with its legend; a page without one has a section or says that there is nothing.
    visit.page.locator(".legend, .empty, .part").first.wait_for(state="attached", timeout=60_000)
    if visit.page.locator(".legend").count():
        visit.map.locator("#map_div[data-drawn]").wait_for(timeout=60_000)
