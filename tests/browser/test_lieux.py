"""Fifty groups of doubtful places settled in a browser, every click counted; undo; the small map."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.activities import Source
from geo.io import load_boundaries
from geo.store import database, decisions, imports, planning, review
from tests.browser.conftest import Visit
from tests.browser.pages import RUN_OVER, go
from tests.browser.servers import Server, serve
from tests.browser.test_accessible import sized, violations
from tests.browser.test_screens import sideways, whole
from tests.doubtful import doubtful
from tests.shared import say

GROUPS = 50
MOST_CLICKS = 100
# Positions far from their label, so that the small map shows them too.
POINTS = (
    "record_key;lat;lon;Région;Type d'activité\nP1;14.95;-3.90;Kidal;forage\nP2;14.96;-3.91;Kidal;forage\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's folder with a made file of 49 names and one pair of positions to settle."""
    made = tmp_path_factory.mktemp("lieux")
    home = made / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUVERTURE_HOME", str(home))
        doubtful(made / "noms.csv", GROUPS - 1)
        (made / "points.csv").write_text(POINTS, encoding="utf-8")
        for name in ("noms", "points"):
            source = Source(name, name, "ML", "", "", name)
            plan = planning.prepare(made / f"{name}.csv", load_boundaries(), source=source)
            imports.apply(plan, who="awa")
        assert len(review.groups(load_boundaries())) == GROUPS
        database.close()
    return made


@pytest.fixture(scope="module")
def lieux(folder: Path) -> Iterator[Server]:
    with serve(folder) as running:
        yield running


class Clicks:
    """Clicks on the page, counted."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.count = 0

    def press(self, name: str) -> None:
        self.visit.page.get_by_role("button", name=name).first.click()
        self.count += 1

    def settle(self) -> None:
        """Choose the first candidate and wait for the next group, or for the end."""
        group = self.visit.page.locator(".group").first.get_attribute("data-group")
        self.press("Choisir A")
        self.visit.page.locator(f".group:not([data-group='{group}'])").or_(
            self.visit.page.get_by_text("Tout est réglé")
        ).first.wait_for(timeout=30_000)
        self.visit.page.locator(RUN_OVER).wait_for(timeout=30_000)


def account(visit: Visit) -> str:
    return visit.page.locator(".accounting").first.inner_text().split(" · ")[0].replace("\u202f", "")


def test_the_page_holds_at_two_widths_and_breaks_no_rule(lieux: Server, visit: Visit):
    for width, lang in ((1280, "fr"), (390, "en")):
        sized(visit, width)
        go(visit, f"{lieux.address}/lieux?lang={lang}")
        assert sideways(visit) == [0, 0]
        assert violations(visit) == []
        whole(visit, f"lieux-{width}-{lang}-groupes")
    assert visit.outside(lieux.address) == []
    assert visit.complaints() == []


def test_letters_stand_on_the_map_and_positions_too(lieux: Server, visit: Visit):
    go(visit, f"{lieux.address}/lieux?raison=far_from_stated_place")
    letters = visit.page.locator(".choice .pin").all_inner_texts()
    assert letters == ["A", "B"]
    shown = visit.data()
    assert (shown["pins"], shown["points"]) == ("2", "2")
    # A click on the map offers the unit and settles nothing.
    before = account(visit)
    visit.map.locator("path[data-class='candidate']").first.dispatch_event("click")
    visit.page.get_by_role("button", name="(commune").first.wait_for()
    assert account(visit) == before


def test_fifty_groups_in_at_most_a_hundred_clicks(lieux: Server, visit: Visit, folder: Path):
    go(visit, f"{lieux.address}/lieux")
    assert account(visit) == "Lus 52 = placés 0 + à vérifier 52 + rejetés 0"
    clicks = Clicks(visit)
    clicks.settle()
    # One click takes the last back, and its group is open again.
    counted = account(visit)
    clicks.press("Annuler la dernière décision")
    visit.page.get_by_text("Décision 1 annulée").wait_for()
    visit.page.locator(RUN_OVER).wait_for(timeout=30_000)
    assert account(visit) == "Lus 52 = placés 0 + à vérifier 52 + rejetés 0" != counted
    for _group in range(GROUPS):
        clicks.settle()
    visit.page.get_by_text("Tout est réglé").wait_for()
    assert account(visit) == "Lus 52 = placés 52 + à vérifier 0 + rejetés 0"
    say(f"{GROUPS} groups settled and one taken back in {clicks.count} clicks")
    assert clicks.count == GROUPS + 2 <= MOST_CLICKS
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUVERTURE_HOME", str(folder / "home"))
        table = decisions.decisions()
        database.close()
    assert (table["revoked_at"] == "").sum() == GROUPS
    # What was settled is on the map page at once.
    go(visit, f"{lieux.address}/carte?type=avec")
    assert "à vérifier 0" in account(visit)
    assert visit.outside(lieux.address) == []
