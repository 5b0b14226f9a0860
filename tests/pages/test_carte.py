"""The map page through streamlit.testing: opened cold, a choice made, a number read."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from geo.settings import PROJECT_DIR

pytestmark = pytest.mark.pages


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(PROJECT_DIR / "app.py"), default_timeout=60)
    app.query_params.update(address)
    app.switch_page("pages/carte.py").run()
    assert not app.exception
    return app


def html_of(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def legend(app: AppTest) -> dict[str, int]:
    section = re.search(r"<section class='legend'.*?</section>", html_of(app), re.DOTALL).group()
    rows = re.findall(r"class='sw (\w+)'.*?<dd>([^<]*)</dd>", section)
    return {klass: int(re.sub(r"\D", "", text)) for klass, text in rows if text}


def box(app: AppTest, label: str):
    return next(each for each in app.selectbox if each.label == label)


def test_opened_cold_it_accounts_for_every_record_and_every_focus_commune():
    app = opened()
    line = re.search(r"class='accounting'>([^<]*)<", html_of(app)).group(1)
    read, placed, review, rejected = (
        int(re.sub(r"\D", "", text)) for text in re.findall(r"[\d\u202f]+", line)[:4]
    )
    assert read == placed + review + rejected > 0
    assert sum(legend(app).values()) == 208


def test_the_52_avecs_colour_no_commune_and_two_regions_by_an_interval():
    app = opened(type="avec")
    assert legend(app)["none_reported"] == 208
    box(app, "Niveau").set_value("region").run()
    assert not app.exception
    assert legend(app)["none_reported"] == 2
    assert html_of(app).count("0 à 52") == 2
    assert "52 · " in re.search(r"<section class='badge'>.*?</section>", html_of(app), re.DOTALL).group()


def test_changing_the_type_takes_a_measure_that_says_something():
    app = opened()
    box(app, "Type").set_value("peace_committee").run()
    assert box(app, "Ce qui est compté").value == "in_place"


def test_a_place_in_the_address_brings_its_card_and_its_communes():
    app = opened(zone="ML0702")
    assert sum(legend(app).values()) == 5
    assert "class='card'" in html_of(app)
    assert [button.label for button in app.button][:4] == ["Les quatre régions", "Mali", "Gao", "Bourem"]


def test_a_value_that_does_not_exist_is_said_and_left_out():
    app = opened(zone="<b>ML99</b>")
    assert "&lt;b&gt;ML99&lt;/b&gt;" in html_of(app)
    assert sum(legend(app).values()) == 208


def test_regions_of_2023_are_drawn_as_groups_of_cercles():
    app = opened(niveau="region", regions="2023")
    # Gao, Tombouctou, what is left of Mopti, Bandiagara, Douentza, and Hodh El Gharbi.
    assert sum(legend(app).values()) == 6
    assert "Bandiagara" in html_of(app)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_both_languages_open(lang):
    app = opened(lang=lang)
    assert f'"lang": "{lang}"' in html_of(app)
