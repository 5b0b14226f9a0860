"""The page Importer in Chromium: the survey through it, a job that outlives its tab, one that is stopped."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.pages import RUN_OVER, go
from tests.browser.servers import Server, serve

SURVEY = "activities/water_points_mali_2020.csv"
LONG = "Code;Commune;Type d'activité;Nombre\n" + "".join(f"k{n};Bara;AVEC;1\n" for n in range(60_000))


def rest(visit: Visit) -> None:
    # The run that a click starts has not begun when the click returns.
    visit.page.wait_for_timeout(300)
    visit.page.locator(RUN_OVER).wait_for(timeout=120_000)


def hand_in(visit: Visit, path: Path) -> None:
    visit.page.locator("input[type=file]").set_input_files(path)
    visit.page.get_by_role("button", name="Confirmer et faire l'essai").wait_for(timeout=60_000)
    rest(visit)


def try_out(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Confirmer et faire l'essai").click()
    visit.page.get_by_role("heading", name="4. Confirmer").wait_for(timeout=120_000)
    rest(visit)


@pytest.fixture
def own_server(tmp_path):
    with serve(tmp_path) as running:
        yield running


@pytest.mark.shared_data
def test_the_survey_through_the_page(own_server: Server, visit, shared_data):
    go(visit, f"{own_server.address}/importer")
    # Streamlit's own words, in the reader's language.
    visit.page.locator("button", has_text="Choisir un fichier").wait_for()
    hand_in(visit, shared_data / SURVEY)
    visit.page.get_by_role("combobox", name="Tient lieu de").click()
    visit.page.get_by_role("option", name="Points d'eau du Mali comptés par commune").click()
    # An open list hides the rest of the page from readers.
    visit.page.keyboard.press("Escape")
    rest(visit)
    try_out(visit)
    said = visit.page.get_by_test_id("stMain").inner_text()
    assert "Lus 18\u202f935 = placés 18\u202f888 + à vérifier 47 + rejetés 0" in said
    assert "écart −11" in said
    assert "tout est expliqué" in re.sub(r"\s", " ", said)
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name="Tous les problèmes (CSV)").click()
    listed = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    # 47 to review, 77 outside the place that they name, 78 possible repeats.
    assert len(listed) == 1 + 47 + 77 + 78
    start = visit.page.get_by_role("button", name="Importer 18")
    assert start.is_disabled()
    visit.page.get_by_test_id("stCheckbox").get_by_text("J'ai vu ce qui change").click()
    rest(visit)
    start.click()
    visit.page.get_by_test_id("stProgress").wait_for(timeout=60_000)
    visit.page.locator("section[role=status]").wait_for(timeout=120_000)
    ended = visit.page.locator("section[role=status]").inner_text()
    assert "Import 1 enregistré" in ended
    # As it was ticked: the totals stay what the counts said.
    assert "25 lignes laissées où la source remplacée les comptait." in ended
    visit.page.get_by_role("link", name="Voir la carte").click()
    visit.map.locator("#map_div[data-drawn]").wait_for(timeout=60_000)
    go(visit, f"{own_server.address}/vue_ensemble")
    assert "7\u202f173 en service" in re.sub(
        r"[ \n\t]+", " ", visit.page.get_by_test_id("stMain").inner_text()
    )
    assert visit.outside(own_server.address) == []
    assert visit.complaints() == []


def test_closing_the_tab_ends_nothing_and_stopping_ends_it(own_server: Server, visit, tmp_path):
    path = tmp_path / "long.csv"
    path.write_text(LONG, encoding="utf-8")
    go(visit, f"{own_server.address}/importer")
    hand_in(visit, path)
    try_out(visit)
    visit.page.get_by_role("button", name="Importer 60").click()
    visit.page.get_by_test_id("stProgress").wait_for(timeout=60_000)
    visit.page.close()
    # Another tab finds it under way, and can end it.
    visit.page = visit.context.new_page()
    go(visit, f"{own_server.address}/importer")
    visit.page.get_by_role("button", name="Arrêter l'import de « long.csv »").click()
    visit.page.get_by_test_id("stProgress").wait_for(state="detached", timeout=60_000)
    rest(visit)
    visit.page.get_by_text("Aucun import pour le moment").wait_for()
    assert list((tmp_path / "home" / "uploads").iterdir()) == []
