"""The page of partners in Chromium: rules of accessibility, the map of two, a decision, a file."""

import pytest

from tests.browser.pages import done, go
from tests.browser.servers import serve
from tests.browser.test_accessible import violations
from tests.browser.test_screens import sideways
from tests.toy_partners import meeting_file


@pytest.fixture(scope="module")
def meeting(tmp_path_factory):
    folder = tmp_path_factory.mktemp("meeting")
    with serve(folder, COUVERTURE_RECORDS=str(meeting_file(folder / "donnees_fictives.csv"))) as running:
        yield running


@pytest.mark.parametrize("width", [1280, 390])
def test_no_section_breaks_a_rule(meeting, visit, width):
    visit.page.set_viewport_size({"width": width, "height": 900})
    for section in ("matrice", "paires&niveau=commune", "vides", "recouvrements", "temps", "noms"):
        go(visit, f"{meeting.address}/qui_fait_quoi?volet={section}")
        assert violations(visit) == [], section
        assert sideways(visit) == [0, 0], section
    assert visit.complaints() == []


def test_two_partners_have_patterns_of_their_own(meeting, visit):
    go(
        visit,
        f"{meeting.address}/qui_fait_quoi?volet=paires&niveau=commune&partenaire_a=AMSS&partenaire_b=NRC",
    )
    both = visit.map.locator("path[data-class=pair_both]")
    assert both.count() == 1
    assert both.get_attribute("fill") == "url(#couverture-both)"
    assert visit.map.locator("path[data-class=pair_one]").count() == 1
    assert visit.map.locator("path[data-class=none_reported]").count() > 200


def test_a_pair_is_decided_in_the_meeting_and_its_file_says_so(meeting, visit):
    go(visit, f"{meeting.address}/qui_fait_quoi?volet=recouvrements")
    page = visit.page
    page.locator("label", has_text="En double").last.click()
    page.get_by_role("textbox", name="Note").fill("même périmètre")
    page.get_by_role("button", name="Enregistrer la décision").click()
    page.get_by_text("Décidé le").wait_for(timeout=30_000)
    done(visit)
    assert "en double 1" in page.locator("[data-testid=stMain]").inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Tableau CSV, avec les comptes").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert "en double,même périmètre" in text
    assert "Lus,8" in text
