"""The public mode as somebody sees it who opens every page and types what they like in the address."""

import pytest

from tests.pages.opening import open_page, said

# One AVEC in Ansongo; its cercle has 5 more in Bara and 9 in Bourra. Three people at one water point.
RECORDS = """activity_type,implementing_org,quantity,provider_adm1_name,provider_adm3_name,reached_people
avec,SECRET ORG,1,Gao,Ansongo,
avec,AMSS,5,Gao,Bara,
avec,AMSS,9,Gao,Bourra,
avec,AMSS,12,Mopti,Soye,
water_point,AMSS,1,Gao,Ansongo,2
water_point,AMSS,1,Gao,Bara,40
water_point,AMSS,1,Gao,Bourra,300
"""
NOT_PUBLIC = ("importer", "lieux", "qualite", "enregistrement", "qui_fait_quoi", "dossier")


@pytest.fixture
def public(monkeypatch, tmp_path):
    """The public mode over records of this test."""
    file = tmp_path / "records.csv"
    file.write_text(RECORDS, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(file))
    monkeypatch.setenv("COUVERTURE_PUBLIC", "1")


def measures(app):
    return next(box.options for box in app.selectbox if box.key.startswith("mesure:"))


@pytest.mark.parametrize("page", NOT_PUBLIC)
def test_pages_that_are_not_public_say_so_and_are_not_in_the_menu(public, page):
    app = open_page(page)
    assert "n'est pas publique" in said(app)
    links = {each.proto.page for each in app.sidebar.get("page_link")}
    assert not links & set(NOT_PUBLIC)


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"lang": "en"},
        {"partenaire": "SECRET ORG", "silence": "oui"},
        {"mesure": "partners"},
        {"mesure": "records", "niveau": "commune"},
        {"zone": "ML0701"},
    ],
)
def test_the_map_page_says_withheld_whatever_is_typed(public, address):
    text = said(open_page("carte", type="avec", **address))
    assert ("withheld (small number)" if address.get("lang") else "retenu (petit nombre)") in text
    assert "SECRET ORG" not in text.replace("partenaire = « SECRET ORG »", "")
    assert "Mode public" in text or "Public mode" in text


def test_works_are_not_withheld_but_people_are(public):
    assert "retenu (" not in said(open_page("carte", type="water_point"))
    assert "retenu (petit nombre)" in said(open_page("carte", type="water_point", mesure="reached_people"))


def test_no_filter_is_offered_for_a_sensitive_type(public):
    app = open_page("carte", type="avec")
    assert not {"partenaire", "bailleur", "statut", "source"} & {
        box.key.split(":")[0] for box in app.selectbox
    }
    assert "Partenaires présents" not in measures(app)
    water = open_page("carte", type="water_point")
    assert "Partenaires présents" in measures(water)


@pytest.mark.parametrize("page", ["vue_ensemble", "fiche", "besoins", "methode"])
def test_nothing_of_a_sensitive_record_is_on_the_other_pages(public, page):
    text = said(open_page(page, **({"unite": "ML070101"} if page == "fiche" else {})))
    assert "SECRET ORG" not in text
    assert "Mode public" in text
    assert "Enregistrements d'ici" not in text


def test_a_threshold_that_is_no_number_lets_nobody_in(public, monkeypatch):
    monkeypatch.setenv("COUVERTURE_SMALL_NUMBER", "beaucoup")
    assert "COUVERTURE_SMALL_NUMBER" in said(open_page("carte", type="avec"))
