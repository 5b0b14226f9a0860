"""The card: what is there, what is known above only, neighbours; of units of each level and country."""

import re

import pytest

from geo.__main__ import main
from tests.pages.opening import HEADINGS_ONLY, links, markup, open_page, rows, said

pytestmark = pytest.mark.pages


def tabs(app):
    return [tab.label for tab in app.tabs]


def test_a_commune_says_who_it_is():
    app = open_page("fiche", unite="ML070101")
    text = said(app)
    assert "<h1>Ansongo</h1>" in markup(app)
    assert "Commune · cercle Ansongo · région Gao · ML070101" in text
    assert "Population : 39\u202f118 personnes (pop. 2017, projection, hors déplacés et réfugiés)" in text
    assert "Limites indicatives" not in text
    assert tabs(app) == ["Ici", "Connu au-dessus (6)", "Voisines (2)"]


def test_figures_keep_number_interval_and_silence_apart():
    figures = {row[0]: row[1:] for row in rows(open_page("fiche", unite="ML070101"), "Chiffres par type")}
    # 51 functional and 7 seasonal; 2 dry stand apart.
    assert figures["Points d'eau"][0] == "58"
    assert figures["Points d'eau"][2] == "dont saisonniers : 7 · à part, hors service : 2"
    assert figures["Comités de paix"][0] == "0 à 8 + non rapporté"
    assert figures["AVEC (épargne et crédit)"][0] == "aucun signalé ici · connu au-dessus : jusqu'à 52"
    assert "Périmètres maraîchers" not in figures


def test_records_are_here_or_above_never_both():
    app = open_page("fiche", unite="ML070101")
    here, above = rows(app, "Enregistrements d'ici"), rows(app, "Connu au-dessus de cette unité seulement")
    assert (len(here), len(above)) == (10, 6)
    assert [row[1:3] for row in here if row[0] == "Points d'eau"] == [
        ["2", "à sec"],
        ["51", "fonctionnel"],
        ["7", "fonctionnel, saisonnier"],
    ]
    committee = next(row for row in here if row[0] == "Comités de paix")
    assert committee[4:6] == ["AMSS", "BMZ"]
    assert ["AVEC (épargne et crédit)", "52"] in [row[:2] for row in above]
    assert "Partenaires ici : AMSS · relevés de 2020 à 2023" in said(app)


def test_neighbours_have_the_same_figures_and_can_be_sorted():
    app = open_page("fiche", unite="ML070101")
    table = rows(app, "Cette unité et ses voisines")
    assert [row[:3] for row in table] == [
        ["Ansongo (cette unité)", "39\u202f118", "58"],
        ["Bara", "19\u202f619", "70"],
        ["Bourra", "24\u202f343", "8"],
    ]
    html = markup(app)
    assert "href='fiche?unite=ML070102'" in html
    assert re.findall(r"data-sort='(\d+)\.\d+'>(?:58|70|8)<", html) == ["58", "70", "8"]


def test_a_wilaya_and_a_moughataa_have_their_own_words():
    app = open_page("fiche", unite="MR02")
    assert "Wilaya · MR02" in said(app)
    assert "Ses cercles ou moughataas" in said(app)
    text = said(open_page("fiche", unite="MR02101"))
    assert "Commune · moughataa Aïoun · wilaya Hodh El Gharbi" in text
    assert "≈ " in text
    assert "estimation" in text
    assert "Limites indicatives" in text


def test_bounds_of_a_region_come_from_its_records():
    figures = {row[0]: row[1] for row in rows(open_page("fiche", unite="ML07"), "Chiffres par type")}
    assert figures["AVEC (épargne et crédit)"] == "0 à 52"
    assert figures["Comités de paix"] == "au moins 8"
    cercle = {row[0]: row[1] for row in rows(open_page("fiche", unite="ML0701"), "Chiffres par type")}
    assert cercle["Comités de paix"] == "0 à 8 + non rapporté"


def test_links_lead_back_to_the_map_and_up():
    found = links(open_page("fiche", unite="ML070101"))
    assert ("Voir sur la carte", "carte", "zone=ML070101&niveau=commune") in found
    assert ("Cercle Ansongo", "fiche", "unite=ML0701") in found
    assert ("Région Gao", "fiche", "unite=ML07") in found


def test_without_a_unit_one_is_chosen_from_a_list():
    app = open_page("fiche")
    assert "Commencer par une région ou wilaya" in said(app)
    assert "href='fiche?unite=MR02'" in markup(app)
    app.selectbox[0].set_value("ML0501").run()
    assert "<h1>Bandiagara</h1>" in markup(app)
    assert app.query_params["unite"] == "ML0501"


def test_a_unit_that_does_not_exist_is_left_out_and_said():
    assert "unite = « ML999 », qui n'existe pas" in said(open_page("fiche", unite="ML999"))


def test_a_followed_link_is_the_whole_view():
    app = open_page("fiche", unite="ML070101")
    app.query_params["unite"] = "ML070102"
    app.run()
    assert "<h1>Bara</h1>" in markup(app)
    assert app.selectbox[0].value == "ML070102"


def test_english_by_address():
    app = open_page("fiche", unite="ML070101", lang="en")
    figures = {row[0]: row[1] for row in rows_any(app)}
    assert figures["Water points"] == "58"
    assert "39,118" in said(app)
    assert "href='fiche?unite=ML070102&amp;lang=en'" in markup(app)


def rows_any(app):
    body = markup(app).split("<tbody", 1)[1].split("</tbody>", 1)[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("<tr")[1:]]
    return [cell for cell in cells if cell]


def test_without_records_a_unit_still_has_its_population(tmp_path, monkeypatch):
    empty = tmp_path / "vide.csv"
    empty.write_text(HEADINGS_ONLY, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(empty))
    text = said(open_page("fiche", unite="ML070101"))
    assert "39\u202f118" in text
    assert "rien n'est signalé ici" in text


def test_displaced_people_are_a_layer_of_their_own_that_adds_up(tmp_path):
    file = tmp_path / "deplaces.csv"
    file.write_text("ADM3_PCODE,deplaces\nML070101,1200\nML070102,300\n", encoding="utf-8")
    main(
        [
            "population",
            "install",
            str(file),
            "--layer",
            "displaced",
            "--year",
            "2025",
            "--method",
            "count",
            "--source",
            "S",
        ]
    )
    text = said(open_page("fiche", unite="ML0701"))
    # The seven communes of Ansongo have 171,535 residents; 1,200 + 300 displaced people come to them.
    assert "171\u202f535 personnes (pop. 2017, projection, hors déplacés et réfugiés)" in text
    assert "Déplacés internes : 1\u202f500 (pop. 2025) · S" in text
    assert "Tous ensemble : 173\u202f035 personnes" in text
    assert "Réfugiés" not in text
