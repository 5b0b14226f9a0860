"""The method page: rules, signs, glossary, papers of every file, layers with vintage and version."""

# ruff: noqa: F811 - fixtures are imported by name
import time

import pytest

from geo import catalog
from geo.io import fetching, load_boundaries
from tests.hdx_server import hdx  # noqa: F401
from tests.pages.opening import HEADINGS_ONLY, links, markup, open_page, rows, said

pytestmark = pytest.mark.pages


def test_rules_signs_and_what_is_not_translated():
    text = said(open_page("methode"))
    assert "52 AVEC « à Gao et Mopti » : 0 à 52 à Gao" in text
    assert "Zéro ne s'affiche que là où une source exhaustive couvre l'unité" in text
    assert "0 à 8 + non rapporté = un enregistrement au moins ne donne pas de nombre" in text
    assert "« No results » dans une liste" in text


def test_every_source_has_its_licence_and_its_records():
    sources = {row[0]: row for row in rows(open_page("methode"), "Sources des enregistrements")}
    assert len(sources) == 7
    assert sources["Puits nommés des deux Hodhs, comptés par commune"][4] == "CC BY 4.0"
    # 563 rows of the survey's counts and 57 of the wells: the 620 of the shipped table.
    counted = [int(row[3].replace("\u202f", "")) for row in sources.values()]
    assert sum(counted) == 646


def test_layers_say_vintage_date_and_version():
    layers = rows(open_page("methode"), "Limites administratives en usage")
    boundaries = load_boundaries()
    assert [row[:4] for row in layers] == [
        ["Mali", "COD-AB 2021", "20/12/2021", "701"],
        ["Mauritanie", "COD-AB 2024", "27/03/2024", "238"],
    ]
    assert [row[4] for row in layers] == ["simplifié", "communes indicatives"]
    assert [row[-1] for row in layers] == [layer.sha256[:8] for layer in boundaries.layers]


def test_population_says_year_method_and_source():
    people = rows(open_page("methode"), "Population en usage")
    assert [row[:4] for row in people] == [
        ["résidents", "2017", "projection", "701"],
        ["résidents", "2024", "estimation", "66"],
    ]


def test_every_shipped_file_of_a_catalogue_is_listed():
    app = open_page("methode")
    listed = {row[0] for row in rows(app, "Catalogue des données livrées")}
    folders = [folder for folder in catalog.folders() if (folder / catalog.NAME).is_file()]
    expected = {f"{folder.name}/{entry['file']}" for folder in folders for entry in catalog.load(folder)}
    assert listed == expected
    missing = [folder.name for folder in catalog.folders() if folder not in folders]
    assert all(f"data/{name} : catalogue absent" in said(app) for name in missing)


@pytest.mark.parametrize(
    ("lang", "word"), [("fr", "Glossaire français – anglais"), ("en", "Water points of Mali")]
)
def test_both_languages(lang, word):
    assert word in said(open_page("methode", lang=lang))


def test_the_guided_visit_can_be_opened_again():
    assert ("Revoir la visite guidée", "vue_ensemble", "visite=oui") in links(open_page("methode"))


def test_without_records_the_papers_stay(tmp_path, monkeypatch):
    empty = tmp_path / "vide.csv"
    empty.write_text(HEADINGS_ONLY, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(empty))
    app = open_page("methode")
    assert len(rows(app, "Limites administratives en usage")) == 2
    assert "<code>" in markup(app)


def press(app, key):
    next(each for each in app.button if each.key == key).click().run()
    assert not app.exception, [each.message for each in app.exception]


def ended(app) -> str:
    """The words of the page once the process of the button has ended."""
    until = time.monotonic() + 60
    while fetching.progress().state == fetching.RUNNING and time.monotonic() < until:
        time.sleep(0.2)
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return said(app)


def test_nothing_is_asked_of_hdx_before_the_click_and_its_refusal_is_said(hdx):
    hdx.answer = "403"
    app = open_page("methode")
    assert "Rien n'est demandé à une autre machine avant ce clic" in said(app)
    assert hdx.asked == []
    press(app, "fetch_start")
    assert [each.label for each in app.button if each.key == "fetch_cancel"]
    text = ended(app)
    assert len(hdx.asked) == 2
    assert "Mali : 127.0.0.1 refuse l'accès (403)" in text
    assert "Mauritanie : 127.0.0.1 refuse l'accès (403)" in text
    assert [each.key for each in app.button if each.key == "fetch_start"]


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", "Pas de réseau : 127.0.0.1"), ("en", "No network: 127.0.0.1")]
)
def test_without_a_network_the_page_says_so(monkeypatch, lang, words):
    monkeypatch.setenv("COUVERTURE_HDX", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "*")
    app = open_page("methode", lang=lang)
    press(app, "fetch_start")
    assert words in ended(app)
    assert (
        len(
            rows(
                app,
                "Limites administratives en usage" if lang == "fr" else "Administrative boundaries in use",
            )
        )
        == 2
    )


def test_a_spoilt_note_of_the_last_fetch_and_an_address_that_is_none(monkeypatch, own_home):
    monkeypatch.setenv("COUVERTURE_HDX", "https://[")
    (own_home / "downloads").mkdir()
    text = '{"state": "ended", "outcomes": [], "at": 1e300}'
    (own_home / "downloads/progress.json").write_text(text, encoding="utf-8")
    app = open_page("methode")
    assert "Rien n'est demandé à une autre machine avant ce clic" in said(app)
    press(app, "fetch_start")
    assert "« https://[ » n'est pas une adresse de service" in ended(app)


def test_a_folder_that_cannot_be_written_is_said(own_home):
    (own_home / "downloads").write_text("in the way", encoding="utf-8")
    app = open_page("methode")
    press(app, "fetch_start")
    assert "écriture impossible" in said(app)
