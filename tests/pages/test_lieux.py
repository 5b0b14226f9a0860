"""The page of doubtful places: settled by one click, taken back by one, accounted for throughout."""

import shutil

import pytest

from geo.activities import Source
from geo.io import load_boundaries
from geo.sharing import READER
from geo.store import database, decisions, imports, planning, review, states
from geo.ui import keeping, settling
from tests.doubtful import doubtful
from tests.pages.opening import links, open_page, rows, said

pytestmark = pytest.mark.pages

POINTS = (
    "record_key;lat;lon;Région;Type d'activité;Partenaire\n"
    "P1;14.95;-3.90;Kidal;forage;AMSS\n"
    "P2;14.96;-3.91;Kidal;forage;AMSS\n"
)


def bring(path, source, title):
    plan = planning.prepare(path, load_boundaries(), source=Source(source, title, "ML", "", "", title))
    return imports.apply(plan, who="awa")


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """A home with both files brought in, made once, and what each name means."""
    home = tmp_path_factory.mktemp("lieux")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUVERTURE_HOME", str(home))
        meant = doubtful(home / "d.csv", 3)
        bring(home / "d.csv", "d", "Feuille <b>douteuse</b>")
        (home / "p.csv").write_text(POINTS, encoding="utf-8")
        bring(home / "p.csv", "p", "Relevé")
        database.close()
    return home, meant


@pytest.fixture
def four_groups(imported, own_home):
    """Three names stated under a wrong cercle (4 rows) and two positions far from their label."""
    home, meant = imported
    for file in home.glob("store.sqlite*"):
        shutil.copy(file, own_home)
    # Another store for the caches of the app, which outlive a test.
    with database.writing() as connection:
        states.new_identity(connection)
    yield meant
    database.close()


def press(app, label):
    next(button for button in app.button if button.label.startswith(label)).click().run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def open_group(app):
    return said(app).split("Groupe ")[1].split(" Source")[0]


def account(app):
    return next(line for line in said(app).split("Lus ")[1:])


def test_one_click_settles_all_rows_alike_and_goes_on(four_groups):
    (first, code), *_rest = four_groups
    app = open_page("lieux")
    text = said(app)
    assert "Lus 6 = placés 0 + à vérifier 6 + rejetés 0" in text
    assert "4 groupes à régler · 6 lignes des fichiers importés" in text
    assert f"1 sur 4 · 2 lignes « {first} »" in text or "1 sur 4 · 2 lignes 2 positions" in text
    wanted = next(row for row in review.groups(load_boundaries()).to_dict("records") if row["text"] == first)
    app = open_page("lieux", groupe=wanted["group"])
    assert f"« {first} »" in open_group(app)
    press(app, "Choisir A")
    text = said(app)
    assert f"Décision 1 : « {first} » → {first} (commune) ; lignes placées : 2." in text
    assert "Lus 6 = placés 2 + à vérifier 4 + rejetés 0" in text
    assert "Au début de cette visite : Lus 6 = placés 0 + à vérifier 6 + rejetés 0" in text
    assert "1 sur 3" in text or "2 sur 3" in text or "3 sur 3" in text
    made = decisions.decisions().iloc[0]
    assert (made["pcode"], made["rows"], made["revoked_at"]) == (code, 2, "")
    # The map page counts them at once.
    app = open_page("carte", type="avec", zone=code)
    assert "placés" in said(app)
    assert "à vérifier 2" in said(app).split("Lus ")[1]


def test_the_last_decision_is_undone_by_one_click_and_its_group_is_open_again(four_groups):
    app = open_page("lieux", raison="place_contradicted")
    before = open_group(app)
    press(app, "Choisir A")
    press(app, "Annuler la dernière décision")
    assert "Décision 1 annulée ; lignes de nouveau à vérifier : 2." in said(app)
    assert open_group(app) == before
    assert "Lus 6 = placés 0 + à vérifier 6" in said(app)
    # Nothing is left to undo.
    assert not [button for button in app.button if button.label.startswith("Annuler")]
    assert rows(app, "Décisions")[0][-1].startswith("révoquée le ")


def test_the_position_is_right_for_all_of_them(four_groups):
    app = open_page("lieux", raison="far_from_stated_place")
    text = said(app)
    assert "2 positions" in text
    assert "les 2 positions sont justes : elles sont dans" in text
    assert "le nom est juste : Kidal, à" in text
    press(app, "Choisir A")
    assert "lignes placées : 2" in said(app)
    # No group has this reason any more: the filter goes with it.
    assert "3 groupes à régler" in said(app)


def test_any_unit_is_found_by_its_name(four_groups):
    app = open_page("lieux", raison="place_contradicted")
    field = next(each for each in app.text_input if each.label == "Une autre unité")
    field.set_value("Anssongo").run()
    next(each for each in app.text_input if each.label.startswith("Note")).set_value("vu le 3").run()
    press(app, "Choisir Ansongo \\(commune")
    made = decisions.decisions().iloc[0]
    assert (made["pcode"], made["note"], made["decided_by"]) == ("ML070101", "vu le 3", database.user())
    field = next(each for each in app.text_input if each.label == "Une autre unité")
    assert field.value == ""


def test_none_of_ours_stays_in_the_account_and_is_not_asked_again(four_groups):
    app = open_page("lieux", raison="place_contradicted")
    press(app, "Aucune de nos unités")
    text = said(app)
    assert "→ aucune des nôtres ; lignes placées : 0." in text
    assert "Lus 6 = placés 0 + à vérifier 6 + rejetés 0" in text
    assert "2 lignes réglées sans unité restent à vérifier dans le compte" in text
    assert "3 groupes à régler" in text


def test_a_group_left_for_later_goes_to_the_end(four_groups):
    app = open_page("lieux", raison="place_contradicted")
    before = open_group(app)
    press(app, "Laisser pour plus tard")
    assert open_group(app) != before
    queue = next(each for each in app.radio if each.label == "Groupe à régler")
    assert queue.options[-1].endswith("laissé pour plus tard")
    assert decisions.decisions().empty


def test_a_button_pressed_twice_makes_one_decision(four_groups, monkeypatch):
    app = open_page("lieux", raison="place_contradicted")
    group = next(
        row
        for row in review.groups(load_boundaries()).to_dict("records")
        if row["reason"] == "place_contradicted"
    )
    # Somebody else settles the group between the page and the click.
    decisions.decide(group, "ML070101", load_boundaries(), who="issa")
    press(app, "Choisir A")
    assert "est déjà réglé : décision 1, par issa." in said(app)
    assert len(decisions.decisions()) == 1


def test_only_the_open_groups_candidates_are_worked_out(four_groups, monkeypatch):
    asked = []
    whole = settling.offered.choices
    monkeypatch.setattr(
        settling.offered, "choices", lambda group, *rest: asked.append(group["group"]) or whole(group, *rest)
    )
    app = open_page("lieux", raison="place_contradicted")
    press(app, "Choisir A")
    assert len(asked) == len(set(asked)) == 2


def test_sources_are_text_and_a_filter_by_import_keeps_its_groups(four_groups):
    app = open_page("lieux", origine="import-2")
    assert "1 sur 1" in said(app)
    assert "2 positions" in said(app)
    app = open_page("lieux", origine="d")
    assert "Source : Feuille <b>douteuse</b>" in said(app)


def test_on_a_server_open_to_others_nothing_that_is_written_is_shown(four_groups, monkeypatch):
    monkeypatch.setattr(keeping, "keeper", lambda: READER)
    app = open_page("lieux")
    text = said(app)
    assert "4 groupes à régler" in text
    assert "Les lieux se règlent sur l'ordinateur qui garde les données." in text
    assert four_groups[0][0] not in text
    assert not [button for button in app.button if button.label.startswith(("Choisir", "Annuler"))]


def test_english(four_groups):
    app = open_page("lieux", lang="en", raison="far_from_stated_place")
    text = said(app)
    assert "Read 6 = placed 0 + to review 6 + rejected 0" in text
    assert "the 2 positions are right: they lie in" in text
    assert "Kidal" in text


def test_without_an_import_the_page_says_what_to_do():
    app = open_page("lieux")
    assert "Rien à vérifier : aucun fichier n'a été importé." in said(app)
    assert "Importer un fichier" in said(app)
    assert ("Lieux à vérifier", "lieux", "") in links(app)


def test_a_link_to_an_import_whose_groups_are_settled_says_so(four_groups):
    app = press(open_page("lieux", origine="import-2"), "Choisir A")
    assert "Tout est réglé pour « Import 2" in said(app)
    app = open_page("lieux", origine="import-2")
    assert "Tout est réglé pour « Import 2" in said(app)
    assert "n'existe pas" not in said(app)
    press(app, "Effacer les filtres")
    assert "3 groupes à régler" in said(app)


def test_when_all_is_settled_the_page_says_so(tmp_path, own_home):
    (tmp_path / "p.csv").write_text(POINTS, encoding="utf-8")
    bring(tmp_path / "p.csv", "p", "Relevé")
    app = press(open_page("lieux"), "Choisir A")
    assert "Tout est réglé : aucun lieu n'attend de décision." in said(app)
    database.close()
