"""A file downloaded in Chromium is a line of the journal, which leads back to its view."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.pages import RUN_OVER, go
from tests.browser.servers import Server, serve
from tests.browser.test_accessible import sized, violations
from tests.browser.test_carte_files import download


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A server whose journal nobody else writes."""
    with serve(tmp_path_factory.mktemp("journal")) as running:
        yield running


def cells(visit: Visit) -> list[list[str]]:
    """Act, what it was about, for whom and rows of each line."""
    found = visit.page.locator("table tbody tr").evaluate_all(
        "rows => rows.map(row => [2, 3, 4, 5, 6].map(place => row.cells[place].innerText.trim()))"
    )
    return [list(row) for row in found]


def test_a_download_is_a_line_that_leads_back_to_its_view(own_server: Server, visit: Visit):
    visit.open(f"{own_server.address}/carte?zone=ML0701")
    visit.page.locator(".st-key-unit-card").wait_for()
    name, _content, _seconds = download(visit, "Télécharger", "Tableau CSV")
    go(visit, f"{own_server.address}/journal")
    (row,) = cells(visit)
    assert row[:4] == ["Fichier produit", name, "Carte 3W / couverture", "lecture"]
    assert int("".join(sign for sign in row[4] if sign.isdigit())) > 0
    for width in (1280, 390):
        sized(visit, width)
        assert violations(visit) == []
        wide = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, width
    sized(visit, 1280)
    book, _content, _seconds = download(visit, "", "Classeur XLSX")
    visit.page.get_by_role("link", name="Carte 3W / couverture").last.click()
    visit.page.locator(".st-key-unit-card").wait_for(timeout=60_000)
    visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
    assert "zone=ML0701" in visit.page.url
    go(visit, f"{own_server.address}/journal?lang=en")
    assert [line[1] for line in cells(visit)] == [book, name]
    assert cells(visit)[0][3] == "administrator"
