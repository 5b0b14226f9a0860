"""The overview: key figures equal to the files, what is known above only, what is old, the guided visit."""

from datetime import date

import pytest

from geo.ui.overview import age_words
from tests.pages.opening import HEADINGS_ONLY, links, markup, open_page, rows, said

pytestmark = pytest.mark.pages


def test_key_figures_are_the_counts_of_the_files():
    text = said(open_page("vue_ensemble"))
    # 7,173 functional points of the three regions, 1,434 of them seasonal: a count of the survey file.
    assert "Points d'eau 7\u202f173 en service · dont saisonniers : 1\u202f434" in text
    assert "Périmètres maraîchers 5 " in text
    assert "AVEC (épargne et crédit) 52 " in text
    # Eight committees of one report, and those of another that gives no number.
    assert "Comités de paix au moins 8 " in text
    assert "dont 208 communes sans donnée, sur 208" in text
    assert text.count("Source : ") == 4
    assert "Lus 646 = placés 646 + à vérifier 0 + rejetés 0" in text


def test_each_key_figure_leads_to_its_map():
    found = links(open_page("vue_ensemble"))
    asked = {query for label, page, query in found if label.startswith("Voir") and page == "carte"}
    kinds = {
        "water_point": "working",
        "market_garden": "in_place",
        "avec": "in_place",
        "peace_committee": "in_place",
    }
    assert asked == {f"type={kind}&mesure={measure}" for kind, measure in kinds.items()}


def test_the_52_avecs_stand_among_what_is_known_above_only():
    above = rows(open_page("vue_ensemble"), "Connu au-dessus de la commune seulement")
    assert ["AVEC (épargne et crédit)", "52", "Mopti (région), Gao (région)", "AMSODE", "non datée"] in above
    assert len(above) == 22


def test_what_is_old_is_said_in_words_and_what_has_no_date_is_named():
    old = rows(open_page("vue_ensemble"), "Ce qui date")
    survey = next(row for row in old if row[:2] == ["Points d'eau", "2020"])
    age = date.today().year - 2020
    assert survey[2:] == ["522", f"relevé de 2020 ({age} ans)", "ancien"]
    assert [row[-1] for row in old if row[0].startswith("AVEC")] == ["non daté"]


def test_ages_are_years_between():
    today = date(2026, 11, 22)
    assert age_words("2020", "2020-11-23", today=today) == "relevé de 2020 (6 ans)"
    assert age_words("2014", "2020", today=today) == "relevés de 2014 à 2020 (6 à 12 ans)"
    assert age_words("2025", "2025", today=today) == "relevé de 2025 (1 an)"
    assert age_words("", "", today=today) == "date non rapportée"


def test_partners_lead_to_a_map_of_a_type_that_they_have():
    html = markup(open_page("vue_ensemble"))
    assert "carte?partenaire=AMSODE&amp;type=income_generation" in html
    assert ">AMSS</a> · 13 enregistrements" in html


def test_english_by_address():
    text = said(open_page("vue_ensemble", lang="en"))
    assert "Water points 7,173" in text
    assert "VSLA (savings and loans) 52" in text


def test_the_visit_goes_on_can_be_left_and_stays_over():
    app = open_page("vue_ensemble")
    assert "étape 1 sur 4" in said(app)
    next(button for button in app.button if button.label == "Suivant").click().run()
    assert "étape 2 sur 4" in said(app)
    assert app.query_params["visite"] == "2"
    next(button for button in app.button if button.label == "Passer la visite").click().run()
    assert "étape" not in said(app)
    assert app.query_params["visite"] == "non"
    app.switch_page("pages/methode.py").run()
    app.switch_page("pages/vue_ensemble.py").run()
    assert not app.exception
    assert "étape" not in said(app)


@pytest.mark.parametrize(("visit", "step"), [("non", None), ("oui", 1), ("4", 4)])
def test_the_visit_by_address(visit, step):
    text = said(open_page("vue_ensemble", visite=visit))
    assert ("étape" in text) == bool(step)
    assert not step or f"étape {step} sur 4" in text


def test_an_unknown_step_is_left_out_and_said():
    assert "visite = « lune », qui n'existe pas" in said(open_page("vue_ensemble", visite="lune"))


def test_without_records_the_page_says_what_to_do(tmp_path, monkeypatch):
    empty = tmp_path / "vide.csv"
    empty.write_text(HEADINGS_ONLY, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(empty))
    text = said(open_page("vue_ensemble"))
    assert "Aucun enregistrement pour l'instant." in text
    assert "COUVERTURE_RECORDS=FICHIER make app" in text
    assert "Lus 0 = placés 0" in text


def test_hostile_names_are_text(tmp_path, monkeypatch):
    hostile = "<img src=x onerror=alert(1)>"
    records = tmp_path / "hostile.csv"
    records.write_text(HEADINGS_ONLY + f'avec,"{hostile}",5,Gao\n', encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(records))
    app = open_page("vue_ensemble")
    assert hostile in said(app)
    assert "<img" not in markup(app)
