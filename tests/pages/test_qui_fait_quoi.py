"""The page of partners through streamlit.testing: what is shown, decided, kept and taken back."""

import io
from pathlib import Path

import openpyxl
import pytest

from geo.facts import View
from geo.presence import matrix
from geo.report import partnertables
from geo.sharing import READER
from geo.store import database, meeting, organisations, snapshots
from geo.ui import data
from tests.pages.opening import HEADINGS_ONLY, as_somebody, markup, open_page, rows, said
from tests.toy_partners import meeting_file

pytestmark = pytest.mark.pages

PAGE = "qui_fait_quoi"
MATRIX = "Mise en œuvre · En place, tous états · régions / wilayas"
PAIRS = "Paires au même endroit"
SECTIONS = ("matrice", "paires", "vides", "recouvrements", "temps", "noms")


@pytest.fixture(autouse=True)
def meeting_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for what is decided, and the file of a meeting."""
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path))
    path = meeting_file(tmp_path / "donnees_fictives_reunion.csv")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(path))
    yield path
    database.close()


def opened(section: str = "matrice", **address: str):
    return open_page(PAGE, volet=section, **address)


def press(app, label: str):
    """Press the first button with this label and read the page that follows."""
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def test_the_matrix_says_who_does_what_where():
    app = opened()
    assert "Lus 8 = placés 8 + à vérifier 0 + rejetés 0" in said(app)
    found = {(row[0], row[1]): row[2:] for row in rows(app, MATRIX)}
    heads = ["Ensemble", "Mopti", "Tombouctou", "Gao", "Hodh El Gharbi"]
    assert all(head in said(app) for head in heads)
    assert found["AMSS", "AVEC (épargne et crédit)"] == ["5", "·", "·", "5", "·"]
    assert found["Plan International Mali", "Comités de paix"] == ["8", "·", "·", "8", "·"]
    assert ("Association Malienne pour la Survie au Sahel", "AVEC (épargne et crédit)") not in found


def test_a_region_record_is_a_bound_of_its_cercles():
    app = opened(zone="ML07", niveau="cercle", type="peace_committee")
    title = "Mise en œuvre · En place, tous états · cercles / moughataas"
    found = rows(app, title)
    assert {cell for cell in found[0][3:]} == {"0 à 8"}
    assert markup(app).count("class='above'") == len(found[0]) - 3


def test_roles_are_columns_of_their_own():
    app = opened(role="donor")
    found = {row[0] for row in rows(app, MATRIX.replace("Mise en œuvre", "Bailleur"))}
    assert found == {"BMZ", "UE"}
    assert "4 enregistrements de la zone ne disent pas d'organisation" in said(app)


def test_the_files_say_what_the_table_says():
    app = opened()
    found = matrix(data.prepared(READER), View(activity_type="water_point", level="region"))
    shown = [row[0:1] + row[1:] for row in rows(app, MATRIX)]
    wide = partnertables.wide_table(found)
    assert shown == [[str(cell) for cell in row] for row in wide.itertuples(index=False, name=None)]
    book = partnertables.workbook_file({"Matrice": wide}, [("Lus", found.accounting.read)], title="x")
    sheets = openpyxl.load_workbook(io.BytesIO(book))
    assert [[cell.value for cell in row] for row in sheets["Matrice"].iter_rows(min_row=2)] == shown
    assert sheets["Comptes"]["B2"].value == 8
    text = partnertables.csv_file(partnertables.matrix_table(found), [("Lus", 8)]).decode("utf-8-sig")
    assert text.endswith("\r\nLus,8\r\n")


def test_a_pair_is_decided_kept_and_taken_back():
    app = opened("recouvrements")
    assert "3 paires d'enregistrements" in said(app)
    first = rows(app, PAIRS)[0]
    assert first[0] == "1. AMSS / NRC"
    # 0.003° of longitude at 15.66° north.
    assert (first[3], first[5]) == ("322 m", "300 à 500")
    radio = next(each for each in app.radio if each.label == "Décision de la réunion")
    radio.set_value("duplicate")
    app.text_area[0].set_value("le même <b>périmètre</b>")
    press(app, "Enregistrer la décision")
    assert meeting.decisions()[["decision", "note"]].values.tolist() == [
        ["duplicate", "le même <b>périmètre</b>"]
    ]
    again = opened("recouvrements")
    assert rows(again, PAIRS)[0][6:] == ["en double", "le même <b>périmètre</b>"]
    assert "en double 1 · à décider 2" in said(again)
    # A note is data, not markup.
    assert "<b>périmètre" not in markup(again)
    assert "Aucune paire avec cette décision." in said(opened("recouvrements", decision="to_discuss"))
    press(again, "Annuler cette décision")
    assert meeting.decisions().empty


def test_a_decision_survives_the_next_file(meeting_of):
    app = opened("recouvrements")
    next(each for each in app.radio if each.label == "Décision de la réunion").set_value("complementary")
    press(app, "Enregistrer la décision")
    meeting_file(meeting_of, more=["9,avec,WHH,,livelihoods,,,,2,,Ansongo,,,"])
    found = rows(opened("recouvrements"), PAIRS)
    assert [row[6] for row in found].count("complémentaires") == 1
    # WHH and each of the two others of the commune, whose dates are not reported.
    assert len(found) == 5


def test_saving_without_a_decision_says_so():
    app = press(opened("recouvrements"), "Enregistrer la décision")
    assert "Choisissez l'une des trois décisions." in said(app)
    assert meeting.decisions().empty


def test_names_are_suggested_accepted_and_taken_back():
    app = opened("noms")
    assert "« Plan Internatonal Mali » = Plan International Mali ?" in said(app)
    # Shown, not applied.
    assert "Plan Internatonal Mali" in {row[0] for row in rows(opened(), MATRIX)}
    press(app, "Accepter")
    assert "Plan Internatonal Mali" not in {row[0] for row in rows(opened(), MATRIX)}
    table = {row[0]: row for row in rows(opened("noms"), "Organisations en usage")}
    assert table["Plan International Mali"][2] == "Plan Internatonal Mali"
    press(opened("noms"), "Annuler")
    assert "Plan Internatonal Mali" in {row[0] for row in rows(opened(), MATRIX)}
    press(opened("noms"), "Refuser")
    assert "Aucun rapprochement à proposer." in said(opened("noms"))


def test_a_reader_of_a_shared_server_decides_on_no_name(monkeypatch):
    as_somebody(monkeypatch, "reader")
    app = opened("noms")
    assert "« Plan Internatonal Mali » = Plan International Mali ?" in said(app)
    assert not {button.label for button in app.button} & {"Accepter", "Refuser", "Ajouter ce nom", "Annuler"}
    assert "pas par un lecteur" in said(app)


@pytest.mark.parametrize("section", SECTIONS)
def test_an_organisation_shown_by_sector_is_named_in_no_section(section):
    organisations.decide("shown", "NRC", "sector", who="awa")
    text = markup(opened(section))
    assert "NRC" not in text
    assert "Conseil Norv" not in text
    if section == "noms":
        assert "une organisation non nommée est montrée par secteur seulement" in text


def test_a_name_given_to_a_hidden_organisation_once_tells_nobody_who_it_is():
    organisations.decide("shown", "NRC", "sector", who="awa")
    number = organisations.decide("alias", "NRC", "Conseil du Nord", who="awa")
    assert "NRC" not in said(opened("noms"))
    assert "Conseil du Nord" not in said(opened("noms"))
    organisations.revoke(number, who="awa")
    text = said(opened("noms"))
    assert "Conseil du Nord" not in text
    assert "seul « ; » sépare deux noms" in text


def test_an_organisation_shown_by_cercle_is_in_no_commune():
    organisations.decide("shown", "NRC", "cercle", who="awa")
    assert [row[2] for row in rows(opened("recouvrements"), PAIRS)] == ["Kendé"]
    table = rows(opened("noms"), "Organisations en usage")
    assert next(row for row in table if row[0] == "NRC")[-1] == "au cercle seulement"


def test_two_partners_on_one_map():
    app = opened("paires", niveau="commune", partenaire_a="AMSS", partenaire_b="NRC")
    text = said(app)
    assert "A · AMSS 1" in text
    assert "AB · les deux 1" in text
    assert "Où les deux sont nommées : 1 unité Ansongo" in text
    people = {row[0]: row[1:] for row in rows(app, "Personnes atteintes")}
    assert people["Périmètres maraîchers"] == ["300", "200", "300 au moins, 500 au plus"]


def test_communes_with_one_partner_and_with_none():
    app = opened("vides", zone="ML07")
    text = said(app)
    assert "Un seul partenaire : 0" in text
    # Gao has 19 communes as drawn; two partners share one of them.
    assert "Aucun signalé : 18" in text
    assert "Connus au-dessus" in text


def test_quarters_a_day_and_what_changed(meeting_of):
    app = opened("temps", jour="2025-06-30")
    on_day = {row[0]: row[1:] for row in rows(app, "Actifs le 30/06/2025")}
    # 1, 2 for certain; 7 began on some day of 2025; 6 is planned.
    assert on_day["Périmètres maraîchers"] == ["2", "1", "1"]
    assert "Aucun état n'est encore gardé." in said(app)
    press(app, "Figer l'état de la réunion")
    assert len(snapshots.listed()) == 1
    assert "0 nouveaux, 0 terminés, 0 modifiés, 8 inchangés" in said(opened("temps"))
    text = meeting_of.read_text(encoding="utf-8")
    meeting_of.write_text(text.replace("ongoing,2025-01-01,,3", "completed,2025-01-01,,4"), encoding="utf-8")
    found = opened("temps")
    assert "0 nouveaux, 1 terminés, 0 modifiés, 7 inchangés" in said(found)
    assert rows(found, "Changements par commune") == [["Ansongo", "0", "1", "0"]]
    change = rows(found, "Changements, un à un")[0]
    assert change[:3] == ["terminé", "Périmètres maraîchers", "AMSS"]
    assert change[5] == "Statut : en cours → achevé ; Quantité : 3 → 4"


def test_a_value_that_does_not_exist_is_said():
    app = opened("temps", jour="demain", zone="XX")
    assert "L'adresse demandait jour = « demain »" in said(app)
    assert "L'adresse demandait zone = « XX »" in said(app)


@pytest.mark.parametrize("section", ["matrice", "vides", "recouvrements"])
def test_without_records_every_section_says_so(section, meeting_of):
    meeting_of.write_text(HEADINGS_ONLY, encoding="utf-8")
    app = opened(section)
    assert "class='empty'" in markup(app) or "class='part'" in markup(app)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_speaks_english(section):
    text = said(opened(section, lang="en"))
    assert "Who does what where" in text
    assert not [word for word in ("Aucun", "Partenaire", "Toutes", "Décision", "nommées") if word in text]


def test_the_shipped_records_have_a_matrix(monkeypatch):
    monkeypatch.delenv("COUVERTURE_RECORDS")
    found = {(row[0], row[1]): row[2:] for row in rows(opened(), MATRIX)}
    assert found["AMSODE", "AVEC (épargne et crédit)"] == ["52", "0 à 52", "·", "0 à 52", "·"]
    assert found["AMSS", "Comités de paix"][0] == "8"
