"""The map page through streamlit.testing: opened cold, a choice made, a number read."""

import html
import re
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo import store
from geo.settings import PROJECT_DIR
from tests.pages.opening import HEADINGS_ONLY, open_page

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


def said(app: AppTest) -> str:
    return re.sub(r"<[^>]+>", " ", html_of(app))


def numbers(app: AppTest) -> int:
    """Sum of the least figures of the table."""
    cells = re.findall(r"<td class=n>([^<]*)<td class=n>[^<]*<td class=n>", html_of(app))
    return sum(int(re.sub(r"\D", "", cell)) for cell in cells if re.search(r"\d", cell))


def test_a_switch_leaves_out_seasonal_points_and_says_so():
    app = opened(zone="ML070101")
    assert "Hypothèses\N{NO-BREAK SPACE}: points saisonniers comptés en service" in said(app)
    card = re.search(r"class='card'.*?</section>", html_of(app), re.DOTALL)
    assert "<dd>58</dd>" in card.group()
    next(each for each in app.toggle if each.label.startswith("Compter les points saisonniers")).set_value(
        False
    ).run()
    assert not app.exception
    card = re.search(r"class='card'.*?</section>", html_of(app), re.DOTALL)
    assert "<dd>51</dd>" in card.group()
    assert "points saisonniers non comptés en service" in said(app)
    assert app.query_params["saisonniers"] == "non"
    assert "Points saisonniers non comptés en service ×" in [button.label for button in app.button]


def test_silence_is_taken_for_absence_only_where_asked():
    assert legend(opened(type="avec"))["zero"] == 0
    app = opened(type="avec", silence="oui")
    # Not in Gao and Mopti: the 52 known above may be in any of their 127 communes.
    assert (legend(app)["zero"], legend(app)["none_reported"]) == (81, 127)
    app.button(key="chip-silence").click().run()
    assert legend(app)["none_reported"] == 208
    assert "silence" not in app.query_params


def test_an_unknown_state_counts_as_working_only_where_asked():
    # The named wells of the Hodh have no state.
    usual, counted = opened(zone="MR02"), opened(zone="MR02", inconnus="working")
    assert numbers(usual) == 0
    assert numbers(counted) > 0
    assert "état inconnu compté en service" in said(counted)


def test_the_card_leads_to_the_page_of_its_unit():
    app = opened(zone="ML0702", lang="en")
    found = [(each.proto.page, each.proto.query_string) for each in app.get("page_link")]
    assert ("fiche", "unite=ML0702&lang=en") in found


def test_four_files_are_offered_under_names_of_what_is_shown():
    app = opened(zone="ML0702", niveau="commune")
    names = {each.proto.label for each in app.get("download_button")}
    assert names == {
        "Carte en PDF (une page A4)",
        "Carte en image PNG",
        "Classeur XLSX, avec les comptes",
        "Tableau CSV, avec les comptes",
    }


def test_a_file_of_headings_opens_and_says_what_to_do(tmp_path, monkeypatch):
    empty = tmp_path / "vide.csv"
    empty.write_text(HEADINGS_ONLY, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(empty))
    app = opened()
    assert "Aucun enregistrement pour l'instant." in html.unescape(said(app))
    assert legend(app)["none_reported"] == 208


@pytest.mark.parametrize("page", ["carte", "vue_ensemble", "fiche", "methode"])
def test_made_up_data_is_said_on_every_page(page, monkeypatch):
    real = store.load

    def made_up(boundaries, **options):
        held = real(boundaries, **options)
        sources = {name: replace(source, fictitious=True) for name, source in held.sources.items()}
        return replace(held, sources=sources, version=f"{held.version}-fictif")

    assert "DONNÉES FICTIVES" not in said(open_page(page))
    st.cache_resource.clear()
    monkeypatch.setattr(store, "load", made_up)
    try:
        assert "DONNÉES FICTIVES, pour la formation" in said(open_page(page))
    finally:
        st.cache_resource.clear()


def test_a_population_put_in_use_is_on_the_card_of_a_place_seen_before(tmp_path, monkeypatch):
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.population import install  # noqa: PLC0415

    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path / "home"))
    page = {"zone": "ML070101", "niveau": "commune"}
    assert "54 321" not in said(open_page("carte", **page)).replace("\N{NARROW NO-BREAK SPACE}", " ")
    codes = load_boundaries().communes["adm3_pcode"]
    rows = [f"{code};54321" for code in codes if code.startswith("ML")]
    file = tmp_path / "people.csv"
    file.write_text("\n".join(["ADM3_PCODE;T_TL", *rows]) + "\n", encoding="utf-8")
    install(file, load_boundaries(), year="2024", method="census", source="INSTAT")
    assert "54 321" in said(open_page("carte", **page)).replace("\N{NARROW NO-BREAK SPACE}", " ")
