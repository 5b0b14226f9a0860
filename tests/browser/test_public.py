"""The public mode in Chromium: its pages keep the rules, and *withheld* is explained where it stands."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Visit
from tests.browser.pages import RUN_OVER, go, in_language
from tests.browser.servers import Server, serve
from tests.browser.test_accessible import violations
from tests.browser.test_keyboard import OFFERED, RING, tab_through
from tests.browser.test_screens import sideways, whole
from tests.pages.test_public import RECORDS

MAP = "carte?type=avec&zone=ML070101"
# What looks otherwise than for a reader who is signed in; the other pages are those of test_accessible.py.
SEEN = {
    1280: ((MAP, "fr"), ("fiche?unite=ML070101", "en")),
    390: ((MAP, "en"), ("vue_ensemble", "fr")),
}
KEY = {
    "fr": "retenu : un petit nombre, ou un nombre qui le rendrait par soustraction",
    "en": "withheld: a small number, or a number that would give it back by subtraction",
}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for everybody: one AVEC in Ansongo is withheld, and the five of Bara that would tell it."""
    folder = tmp_path_factory.mktemp("public")
    records = folder / "records.csv"
    records.write_text(RECORDS, encoding="utf-8")
    with serve(folder, COUVERTURE_RECORDS=str(records), COUVERTURE_PUBLIC="1") as running:
        yield running


@pytest.mark.parametrize("width", SEEN)
def test_its_pages_keep_the_rules_and_the_width(public: Server, visit, phone, width):
    reader: Visit = phone if width == 390 else visit
    for page, lang in SEEN[width]:
        go(reader, f"{public.address}/{in_language(page, lang)}")
        assert violations(reader) == [], page
        assert sideways(reader) == [0, 0], page
        if page == MAP:
            whole(reader, f"public-carte-{width}-{lang}")
            reader.page.set_viewport_size({"width": width, "height": 844})
    assert reader.complaints() == []


@pytest.mark.parametrize("lang", KEY)
def test_what_is_withheld_is_explained_where_it_stands(public: Server, visit, lang):
    go(visit, f"{public.address}/{in_language(MAP, lang)}")
    page = visit.page
    withheld = {"fr": "retenu (petit nombre)", "en": "withheld (small number)"}[lang]
    for part in (".legend", ".card"):
        said = page.locator(part).first.inner_text()
        assert withheld in said, part
        assert KEY[lang] in said, part
    assert page.locator(".table td", has_text=withheld).count() == 2
    assert KEY[lang] in page.locator(".table + .key").inner_text()
    # Under a mouse that really goes there.
    box = visit.map.locator("path[data-pcode='ML070101']").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    tip = visit.map.locator(".leaflet-tooltip")
    tip.wait_for(timeout=10_000)
    assert tip.inner_text().splitlines()[0] == "Ansongo"
    assert KEY[lang] in tip.inner_text()
    assert not set("0123456789") & set(tip.inner_text())


def test_without_a_number_withheld_nothing_is_said_of_it(public: Server, visit):
    go(visit, f"{public.address}/carte?type=water_point&zone=ML070101")
    for part in (".legend", ".card"):
        assert KEY["fr"] not in visit.page.locator(part).first.inner_text()


def test_tab_reaches_everything_of_it(public: Server, visit):
    go(visit, f"{public.address}/{MAP}")
    stops = tab_through(visit)
    assert visit.page.evaluate(OFFERED) == []
    assert [stop[0] for stop in stops if tuple(stop[1:3]) != RING] == []


@pytest.mark.parametrize(("page", "lang"), [("dossier", "fr"), ("qui_fait_quoi", "en")])
def test_a_page_that_is_not_public_says_where_to_go(public: Server, phone, page, lang):
    phone.page.goto(f"{public.address}/{in_language(page, lang)}")
    said = phone.page.locator(".empty")
    said.wait_for(timeout=60_000)
    phone.page.locator(RUN_OVER).wait_for(timeout=60_000)
    ask = {"fr": "demandez un accès à la coordination", "en": "ask the coordination for access"}
    assert ask[lang] in said.inner_text()
    assert violations(phone) == []
    assert sideways(phone) == [0, 0]
