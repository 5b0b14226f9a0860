"""The page of the meeting pack: its tables are the facts, its files are made when asked, filters are said."""

import pytest

from geo import words
from tests.packs import CERCLE, pack_of
from tests.pages.opening import HEADINGS_ONLY, markup, open_page, rows, said


def test_tables_say_the_figures_of_the_files():
    app = open_page("dossier", zone=CERCLE)
    done = pack_of(CERCLE)
    figures = {row[0]: row[2] for row in rows(app, "Chiffres clés")}
    assert figures == {each.label: words.total(each.communes) for each in done.meeting.subjects}
    assert figures["Points d'eau"] == "165"
    counts = {row[0]: row[1:5] for row in rows(app, "Comptes")}
    assert counts["Points d'eau"] == ["620", "620", "0", "0"]
    need = rows(app, "Besoin non couvert")[0]
    assert need[0] == "Points d'eau"
    area = done.meeting.needs[0].gaps.area
    assert need[4] == f"{area['unserved_people']:,.0f}".replace(",", "\u202f")
    assert "class='preview'" in markup(app)


def test_files_are_offered_once_they_are_made():
    app = open_page("dossier", zone=CERCLE)
    assert "Environ 20 secondes" in said(app)
    app.button(key="pack-make").click().run(timeout=120)
    assert not app.exception
    labels = [each.proto.label for each in app.get("download_button")]
    assert labels[0] == "Tout le dossier (ZIP)"
    assert len(labels) == 10
    assert any(label.startswith("Diaporama PPTX · ") for label in labels)
    assert not [each for each in app.button if each.key == "pack-make"]


@pytest.mark.parametrize(("lang", "word"), [("fr", "Composer le dossier"), ("en", "Make the pack")])
def test_both_languages(lang, word):
    app = open_page("dossier", zone="ML0703", lang=lang)
    assert word in [each.label for each in app.button]


def test_filters_of_the_view_are_kept_and_said():
    app = open_page("dossier", zone="ML06", type="market_garden", partenaire="AMSS")
    assert any("AMSS" in each.label for each in app.button)
    assert "Points d'eau" not in {row[0] for row in rows(app, "Chiffres clés")}


def test_a_place_that_does_not_exist_is_said():
    app = open_page("dossier", zone="XX99")
    assert "L'adresse demandait zone = « XX99 »" in said(app)


def test_without_records_the_page_says_what_to_do(tmp_path, monkeypatch):
    empty = tmp_path / "vide.csv"
    empty.write_text(HEADINGS_ONLY, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(empty))
    app = open_page("dossier")
    assert "empty" in markup(app)
