"""From a figure to its rows, to the record, to its correction, to the figure again: in a real browser."""

from playwright.sync_api import expect

from geo.__main__ import main
from tests.browser.conftest import Visit
from tests.browser.pages import done, go
from tests.browser.servers import serve
from tests.store_servers import write
from tests.test_faulty import ROWS


def test_a_faulty_row_is_corrected_and_no_longer_listed(tmp_path, visit: Visit, monkeypatch):
    home = tmp_path / "server" / "home"
    home.mkdir(parents=True)
    monkeypatch.setenv("COUVERTURE_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    path = write(tmp_path / "partenaires.csv", *ROWS)
    assert main(["import", str(path), "--source", "p", "--yes"]) == 0
    with serve(tmp_path / "server") as server:
        page = visit.page
        go(visit, f"{server.address}/qualite")
        row = page.get_by_role("row", name="AMSS")
        assert row.first.inner_text().split()[:5] == ["AMSS", "17", "14", "2", "1"]
        # Ended in June 2025, still ongoing: the figure opens its row, the row its record.
        row.first.get_by_role("link").nth(3).click()
        done(visit)
        page.get_by_role("table", name="Lignes à corriger").get_by_role("link", name="A1").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("AVEC")
        done(visit)
        go(visit, page.url + "&champ=activity_status")
        # The list closes when the page scrolls: into view first, then open.
        box = page.get_by_role("combobox", name="Valeur juste")
        box.focus()
        box.press("ArrowDown")
        page.get_by_role("option", name="achevé").click()
        page.get_by_label("Pourquoi").fill("rapport final")
        page.get_by_role("button", name="Corriger").click()
        expect(page.get_by_text("Corrigé : Statut.")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("button", name="Annuler la correction 1")).to_be_visible()
        go(visit, f"{server.address}/qualite?vue=lignes&groupe=AMSS&lignes=past_end")
        expect(page.get_by_text("Rien à corriger ici.")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Classeur à renvoyer (XLSX)").click()
        assert download.value.suggested_filename.startswith("a_corriger_amss_")
        assert visit.outside(server.address) == []
        assert visit.complaints() == []
