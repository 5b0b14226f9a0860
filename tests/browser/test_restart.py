"""A server that is started anew while a page is open in a browser."""

from tests.browser.conftest import Visit
from tests.browser.pages import RUN_OVER
from tests.browser.servers import serve
from tests.browser.test_carte import choose


def test_a_page_that_was_open_has_its_next_choice_answered(tmp_path, visit: Visit):
    with serve(tmp_path) as first:
        visit.open(f"{first.address}/carte?niveau=region")
        visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
    visit.page.locator("[data-test-connection-state=CONNECTED]").wait_for(state="detached", timeout=60_000)
    with serve(tmp_path, port=first.port):
        visit.page.locator("[data-test-connection-state=CONNECTED]").wait_for(timeout=60_000)
        visit.page.wait_for_timeout(500)
        visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
        assert visit.data()["level"] == "region"
        choose(visit, "Ce qui est compté", "Enregistrements")
        visit.page.locator(".table caption", has_text="enregistrements").wait_for(timeout=60_000)
        assert "mesure=records" in visit.page.url
        assert "niveau=region" in visit.page.url
