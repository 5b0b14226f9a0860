"""The search box, on every page: units and partners by any spelling become links."""

import pytest

from tests.pages.opening import links, open_page, said

pytestmark = pytest.mark.pages


def ask(app, text):
    app.text_input[0].set_value(text).run()
    assert not app.exception
    return app


def found(app):
    return [
        each
        for each in links(app)
        if each[1] in ("fiche", "carte") and each[2].startswith(("unite=", "partenaire="))
    ]


@pytest.mark.parametrize("page", ["vue_ensemble", "carte", "fiche", "methode"])
def test_a_misspelt_commune_is_found_on_every_page(page):
    hits = found(ask(open_page(page), "Anssongo"))
    assert [hit[2] for hit in hits] == ["unite=ML0701", "unite=ML070101"]
    assert hits[1][0].replace("\\", "") == "Ansongo · commune · cercle Ansongo · région Gao"


def test_the_three_gao_are_told_apart():
    hits = found(ask(open_page("methode"), "gao"))
    assert [hit[0].replace("\\", "") for hit in hits[:3]] == [
        "Gao · région",
        "Gao · cercle · région Gao",
        "Gao · commune · cercle Gao · région Gao",
    ]


def test_a_partner_leads_to_the_map_of_its_main_type():
    hits = found(ask(open_page("methode"), "amsod"))
    assert (
        "AMSODE · partenaire · 6 enregistrements",
        "carte",
        "partenaire=AMSODE&type=income_generation",
    ) in hits


def test_an_alternate_spelling_is_shown_beside_the_name():
    text = [hit[0].replace("\\", "") for hit in found(ask(open_page("methode"), "Fassala"))]
    assert any(words.startswith("Vessale") and "Fassala" in words for words in text)


def test_nothing_found_says_what_to_try_and_stays_text():
    text = said(ask(open_page("methode"), "<b>zzzz</b>"))
    assert "Rien ne ressemble à « <b>zzzz</b> »" in text


def test_english_words_and_language_in_the_link():
    hits = found(ask(open_page("fiche", lang="en"), "Bourra"))
    assert "unite=ML070103&lang=en" in [hit[2] for hit in hits]
