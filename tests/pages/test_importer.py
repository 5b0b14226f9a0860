"""Importer: a file in four steps, faults as one line, a profile that asks only what is new, jobs, undo."""

import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo.__main__ import main
from geo.store import database, imports, jobs, load, orders, planning, sources
from tests.pages.opening import HEADINGS_ONLY, open_page, rows, said
from tests.shared import say
from tests.store_servers import boundaries, named

pytestmark = pytest.mark.pages

SURVEY = "activities/water_points_mali_2020.csv"
FIRST = (
    "Code;Structure;Commune;Nb AVEC;Humeur;Téléphone",
    "K1;AMSS;Bara;12;bonne;76 12 34 56",
    "K2;AMSS;Nulle part;x;;",
)


@pytest.fixture(autouse=True)
def closed():
    yield
    database.close()


class Inline:
    """What a job's process would do, at once and in this one: its start takes seconds."""

    pid = 2**22 + 1  # no process has it

    def __init__(self, command, *, env, **_other):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(database.USER_VARIABLE, env[database.USER_VARIABLE])
            main(command[3:])

    def poll(self):
        return 0


@pytest.fixture
def inline(monkeypatch):
    monkeypatch.setattr(jobs.subprocess, "Popen", Inline)


def hand_in(app, content, name="fichier.csv"):
    data = content if isinstance(content, bytes) else "\n".join(content).encode()
    app.file_uploader[0].set_value((name, data, "text/csv"))
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def box(app, label):
    return next(each for each in app.selectbox if each.label == label)


def check(app, label):
    return next(each for each in app.checkbox if each.label.startswith(label))


def text_field(app, label):
    return next(each for each in app.text_input if each.label == label)


def press(app, label):
    button = next(each for each in app.button if each.label.startswith(label))
    assert not button.disabled
    button.click()
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def meanings(app):
    """Headings that are asked about, with what is proposed."""
    return {each.label: each.value for each in app.selectbox if each.label.endswith("veut dire")}


def until_ended(app):
    until = time.monotonic() + 120
    while any(job.state == jobs.RUNNING for job in jobs.jobs()) and time.monotonic() < until:
        time.sleep(0.2)
    app.run()
    return app


def bring(app, content, **answers):
    """Hand a file in and import it under a profile of its own."""
    hand_in(app, content)
    text_field(app, "Nom du nouveau profil").set_value("amss")
    box(app, "Type d'activité des lignes").set_value("avec")
    app.run()
    for heading, column in answers.items():
        box(app, f"« {heading} » veut dire").set_value(column)
    press(app, "Confirmer")
    return app


def of_the_profile(content):
    """Hand a file in under the profile that was remembered, up to the dry run."""
    app = hand_in(open_page("importer"), content)
    box(app, "Profil du partenaire").set_value("amss")
    app.run()
    return press(app, "Confirmer")


def test_an_empty_page_says_what_is_read_and_offers_the_template():
    app = open_page("importer")
    text = said(app)
    assert "au plus 200 Mo, 500 colonnes, 1\u202f000\u202f000 lignes" in text
    assert "Aucun import pour le moment" in text
    labels = [each.label for each in app.get("download_button")]
    assert labels == ["Modèle 4W vide, en français", "Modèle 4W vide, en anglais"]
    # Looking makes no store.
    assert not database.exists()
    assert not database.jobs_exist()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("vide.csv", b"", "vide.csv : fichier vide."),
        ("lettre.pdf", b"%PDF-1.4 abc", "lettre.pdf : c'est un fichier PDF, pas un tableau."),
        ("../../<b>x</b>.xlsx", b"PK\x03\x04 broken", "b_.xlsx : fichier"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(name, content, words):
    app = hand_in(open_page("importer"), content, name)
    assert words in said(app)
    assert not database.exists()


def test_a_file_comes_in_step_by_step(own_home):
    app = hand_in(open_page("importer"), FIRST)
    assert meanings(app) == {
        "« Code » veut dire": "",
        "« Structure » veut dire": "implementing_org",
        "« Commune » veut dire": "provider_adm3_name",
        "« Nb AVEC » veut dire": "",
        "« Humeur » veut dire": "",
    }
    text = said(app)
    assert "jamais lues (contacts) : Téléphone" in text
    assert "76 12" not in text
    assert "12 · x" in text
    # Nothing was tried yet.
    assert "3. Essai" not in text
    app = bring(app, FIRST, Code="record_key", **{"Nb AVEC": "quantity"})
    text = said(app)
    assert "Lus 2 = placés 1 + à vérifier 1 + rejetés 0" in text
    assert "Ajoutés 2, modifiés 0, retirés 0, inchangés 0" in text
    problems = [row[:4] for row in rows(app, "Problèmes")]
    assert ["3", "Nb AVEC", "x", "ce n'est pas un nombre"] in problems
    assert ["3", "Commune", "Nulle part", "nom de lieu inconnu"] in problems
    text_field(app, "Importé par (nom ou service)").set_value("awa")
    app.run()
    press(app, "Importer 2 lignes")
    app = until_ended(app)
    assert "Import 1 enregistré : fichier.csv." in said(app)
    [listed] = rows(app, "Imports")
    assert [listed[0], *listed[2:]] == ["1", "awa", "fichier", "fichier.csv", "2", "2", "0", "0", "en usage"]
    assert list((own_home / "uploads").iterdir()) == []
    assert orders.remembered("amss")[0].ignored == ("Humeur",)


def test_the_next_file_asks_only_what_is_new_shows_what_changes_and_can_be_undone(inline):
    app = bring(open_page("importer"), FIRST, Code="record_key", **{"Nb AVEC": "quantity"})
    press(app, "Importer 2 lignes")
    until_ended(app)
    second = (FIRST[0].replace("Nb AVEC", "Nombre d'AVEC"), "K1;AMSS;Bara;15;bonne;", "K3;AMSS;Bara;1;;")
    app = hand_in(open_page("importer"), second, "suite.csv")
    box(app, "Profil du partenaire").set_value("amss")
    app.run()
    assert meanings(app) == {"« Nombre d'AVEC » veut dire": "quantity"}
    assert "ressemble à « Nb AVEC », qui manque" in said(app)
    assert box(app, "Source").value == "fichier"
    press(app, "Confirmer")
    assert "Ajoutés 1, modifiés 1, retirés 1, inchangés 0" in said(app)
    changes = rows(app, "Valeurs modifiées et lignes retirées")
    assert ["K1", "quantity", "12", "15"] in changes
    assert ["K2", "toute la ligne", "en place", "retirée"] in changes
    # What stands is changed: it must have been seen.
    start = next(each for each in app.button if each.label == "Importer 2 lignes")
    assert start.disabled
    next(each for each in app.checkbox if each.label.startswith("J'ai vu")).check()
    app.run()
    press(app, "Importer 2 lignes")
    app = until_ended(app)
    found = load(boundaries()).records.query("source_id == 'fichier'")
    assert dict(zip(found["record_key"], found["quantity"], strict=True)) == {"K1": 15, "K3": 1}

    # The first import is undone although a later one stands: what the later one states stays.
    app = open_page("importer")
    box(app, "Import à annuler").set_value(1)
    app.run()
    next(each for each in app.checkbox if each.label.startswith("Oui, retirer")).check()
    app.run()
    press(app, "Annuler l'import 1")
    assert "Import 1 annulé ; enregistrements de cette source avant : 2, maintenant : 2." in said(app)
    assert [row[-1].partition(" le ")[0] for row in rows(app, "Imports")] == ["en usage", "annulé"]


def test_two_columns_cannot_mean_one_thing():
    app = bring(open_page("importer"), FIRST, **{"Humeur": "provider_adm3_name"})
    text = said(app)
    assert "« Commune », « Humeur » ne peuvent pas vouloir dire la même chose : Commune." in text
    assert "3. Essai" not in text


def test_an_answer_changed_after_the_dry_run_asks_for_another():
    app = bring(open_page("importer"), FIRST)
    assert "3. Essai" in said(app)
    box(app, "Pays").set_value("ML")
    app.run()
    text = said(app)
    assert "Les réponses ont changé depuis l'essai" in text
    assert "3. Essai" not in text
    text_field(app, "Date des données").set_value("hier")
    app.run()
    assert "« hier » n'est pas une date" in said(app)


def test_the_same_file_again_is_recognised(inline):
    app = bring(open_page("importer"), FIRST)
    press(app, "Importer 2 lignes")
    until_ended(app)
    app = of_the_profile(FIRST)
    assert "Ce fichier est déjà importé (import 1) ; rien à faire." in said(app)
    assert not [each for each in app.button if each.label.startswith("Importer")]


def test_an_import_under_way_is_shown_to_every_visit_and_can_be_stopped():
    lines = [f"k{n};AMSS;Bara;1;;" for n in range(40_000)]
    app = bring(open_page("importer"), (FIRST[0], *lines), Code="record_key", **{"Nb AVEC": "quantity"})
    press(app, "Importer 40\u202f000 lignes")
    # Another visit, on a session of its own, sees it too.
    other = open_page("importer")
    assert "En cours" in said(other)
    # A label is read as Markdown: the point is escaped.
    press(other, "Arrêter l'import de « fichier\\.csv »")
    [job] = jobs.jobs()
    assert job.state == jobs.CANCELLED
    app.run()
    assert "L'import de « fichier.csv » a été arrêté ; rien n'a été enregistré." in said(app)
    assert imports.imports().empty


def test_an_import_that_cannot_be_stopped_from_here_says_where():
    values = {"file_name": "a.csv", "who": "Awa", "state": jobs.RUNNING, "host": "serveur-2", "pid": 1}
    values |= {"started_at": database.now(), "changed_at": database.now()}
    with database.jobs() as connection:
        connection.execute(sa.insert(jobs.JOBS).values(values))
    app = press(open_page("importer"), "Arrêter l'import de « a\\.csv »")
    assert "L'import de « a.csv » tourne sur la machine serveur-2 : arrêtez-le depuis elle." in said(app)


def test_two_at_once_on_one_source_the_second_is_told_and_looks_again(inline):
    press(bring(open_page("importer"), (FIRST[0], "K0;AMSS;Bara;1;;"), Code="record_key"), "Importer 1 ligne")
    until_ended(open_page("importer"))
    one, two = (of_the_profile(content) for content in (FIRST, (FIRST[0], "K9;AMSS;Bara;1;;")))
    next(each for each in one.checkbox if each.label.startswith("J'ai vu")).check()
    next(each for each in two.checkbox if each.label.startswith("J'ai vu")).check()
    one.run()
    two.run()
    press(one, "Importer 2 lignes")
    until_ended(one)
    # What the second confirmed is not what would happen now: nothing is done, the new look is shown.
    press(two, "Importer 1 ligne")
    text = said(two)
    assert "Ce qui est en place a changé entre-temps" in text
    assert "Ajoutés 1, modifiés 0, retirés 2, inchangés 0" in text
    assert len(jobs.jobs()) == 2
    next(each for each in two.checkbox if each.label.startswith("J'ai vu")).check()
    two.run()
    press(two, "Importer 1 ligne")
    assert "Import 3 enregistré" in said(until_ended(two))


def test_a_new_source_of_a_title_that_is_taken_is_pointed_out(inline):
    press(bring(open_page("importer"), FIRST), "Importer 2 lignes")
    until_ended(open_page("importer"))
    app = hand_in(open_page("importer"), FIRST)
    assert "Une source s'appelle déjà « fichier »" in said(app)


def test_where_a_file_is_shown_the_page_says_that_imports_are_not(tmp_path, monkeypatch):
    path = tmp_path / "vide.csv"
    path.write_text(HEADINGS_ONLY, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(path))
    assert "La carte montre le fichier que COUVERTURE_RECORDS nomme" in said(open_page("importer"))


def test_the_page_speaks_english():
    app = open_page("importer", lang="en")
    text = said(app)
    assert "at most 200 MB, 500 columns, 1,000,000 rows" in text
    assert "No import yet." in text
    assert not [word for word in ("Fichier", "Aucun", "lignes") if word in text]


COUNTS = (
    "Code;Commune;Cercle;Région;Type d'activité;État;Nombre",
    "C1;Konna;Mopti;Mopti;forage;fonctionnel;2",
    "C2;Bourem;Bourem;Gao;forage;fonctionnel;1",
)
# The two of Konna are said to lie in Kidal.
POINTS = (
    "Code;lat;lon;Région;Type d'activité;État",
    "P1;14.95;-3.90;Kidal;forage;fonctionnel",
    "P2;14.96;-3.91;Kidal;forage;fonctionnel",
    "P3;16.95;-0.35;Gao;forage;fonctionnel",
)


@pytest.mark.parametrize(("left", "works"), [(True, 3), (False, 1)])
def test_rows_stay_where_the_replaced_counts_had_them_or_not_as_is_chosen(inline, tmp_path, left, works):
    (tmp_path / "counts.csv").write_text("\n".join(COUNTS), encoding="utf-8")
    plan = planning.prepare(tmp_path / "counts.csv", boundaries(), source=named("counts"))
    imports.apply(plan, who="awa")
    app = hand_in(open_page("importer"), POINTS)
    app.multiselect[0].set_value(["counts"])
    app.run()
    box(app, "« Code » veut dire").set_value("record_key")
    press(app, "Confirmer")
    assert "2 lignes de ce fichier (en service : 2) étaient comptées par la source remplacée" in said(app)
    assert [row[0] for row in rows(app, "Lignes que la source remplacée comptait")] == ["2", "3"]
    choice = check(app, "Laisser 2 lignes où la source remplacée les comptait")
    assert choice.value
    choice.set_value(left)
    check(app, "J'ai vu").check()
    app.run()
    press(app, "Importer 3 lignes")
    text = said(until_ended(app))
    assert ("2 lignes laissées où la source remplacée les comptait." in text) == left
    assert f"placés {works} + à vérifier {3 - works}" in text
    records = load(boundaries()).records
    own = records[records["source_id"] == "fichier"]
    assert int((own["outcome"] == "placed").sum()) == works
    shown = said(open_page("lieux"))
    assert ("que cet import remplace" in shown) == left


# Rows of the survey that work and that the counts had in the three regions of Mali: nine wait in Farimaké
# and one in Tarkint, far from the region that they state; one lies across the simplified edge of Fakala.
ELEVEN = {"5483", "11583", "16763", "16770", "16782", "16785", "16794", "16797", "16799", "16801", "17062"}


@pytest.mark.shared_data
def test_the_survey_says_before_it_replaces_the_counts_what_becomes_of_the_totals(shared_data):
    app = hand_in(
        open_page("importer"), Path(shared_data / SURVEY).read_bytes(), "water_points_mali_2020.csv"
    )
    app.multiselect[0].set_value(["akvo_2020_counts"])
    app.run()
    begun = time.process_time()
    press(app, "Confirmer")
    seconds = time.process_time() - begun
    say("dry run of the survey on the page:", round(seconds, 1), "s of processor")
    assert seconds < 10
    text = said(app)
    assert "Lus 18\u202f935 = placés 18\u202f888 + à vérifier 47 + rejetés 0" in text
    assert "Remplace « akvo_2020_counts »" in text
    totals = rows(app, "Totaux de la zone, avant et après")
    assert totals == [
        ["Points d'eau · En place, tous états", "8\u202f467", "8\u202f451", "−16", "8\u202f467", "0"],
        ["Points d'eau · En service", "7\u202f173", "7\u202f162", "−11", "7\u202f173", "0"],
    ]
    told = "écart −11 ; à vérifier 10, placés hors de la zone 1, venus d'ailleurs 0 ; tout est expliqué"
    assert f"Points d'eau · En service : {told}" in text
    explained = rows(app, "Lignes qui expliquent l'écart")
    counting = [row for row in explained if row[-1] == "oui" and row[1].startswith("fonctionnel")]
    assert {row[0] for row in counting} == ELEVEN
    assert ["11583", "fonctionnel", "Fakala", "Timissa", "à 0,19 km de la limite", "oui"] in counting
    # Left where they were counted, as is proposed, with the dry ones that wait: the totals are the same.
    assert "25 lignes de ce fichier (en service : 11) étaient comptées par la source remplacée" in text
    offered = rows(app, "Lignes que la source remplacée comptait")
    assert len(offered) == 25
    assert {row[0] for row in offered} >= ELEVEN
    assert ["11583", "fonctionnel", "Fakala", "à 0,19 km de la limite"] in offered
    assert check(app, "Laisser 25 lignes où la source remplacée les comptait").value
    # What the counts covered, the survey covers; where they are silent, it would say nothing.
    assert sources.known_sources()["akvo_2020_counts"].scope.exhaustive
