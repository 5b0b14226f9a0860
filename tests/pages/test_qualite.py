"""Quality of the data, and one record corrected: figures counted by hand, links, files, the map."""

import io
import re

import openpyxl
import pytest

from geo import reporting
from geo.access import Who
from geo.sharing import READER, Audience
from geo.store import imports, load, planning
from geo.store.kept import keys
from geo.ui import faultrows, quality, reported, who
from geo.ui.state import KEY
from tests.pages.opening import HEADINGS_ONLY, markup, open_page, rows, said
from tests.store_servers import boundaries, named, write
from tests.test_faulty import DAY, ROWS

pytestmark = pytest.mark.pages
NBSP = "\u202f"


@pytest.fixture
def partner(tmp_path):
    """Six rows of three partners, imported: two placed, three to review, one rejected, two cells unread."""
    path = write(tmp_path / "partenaires.csv", *ROWS)
    imports.apply(planning.prepare(path, boundaries(), source=named("p")), who="awa")


def record_id(identity: str) -> str:
    found = keys(load(boundaries()))
    return str(found.loc[found["identity"] == identity, "id"].iloc[0])


def test_the_shipped_records_by_partner():
    app = open_page("qualite")
    table = rows(app, "Comptes, par partenaire")
    assert table[0][:5] == ["Ensemble des lignes", "646", "646", "0", "0"]
    by_name = {row[0]: row for row in table}
    assert by_name["Partenaire non nommé"][1] == "620"
    assert by_name["AMSODE"][-3:] == ["inconnu", "–", "6"]
    assert sum(int(row[1]) for row in table[1:]) == 646
    fields = {row[0]: row[1:] for row in rows(app, "Champs remplis")}
    assert fields["AMSS"][:2] == [f"100{NBSP}%", f"100{NBSP}%"]
    # Two of the four records of IOM have a status.
    assert fields["OIM"][2] == f"50{NBSP}%"


def test_figures_lead_to_their_rows_and_rows_to_their_records(partner):
    app = open_page("qualite")
    table = {row[0]: row for row in rows(app, "Comptes, par partenaire")}
    assert table["AMSS"][1:9] == ["17", "14", "2", "1", "1", "0", "1", "1"]
    assert "qualite?vue=lignes&amp;par=partenaire&amp;lignes=review&amp;groupe=AMSS" in markup(app)
    app = open_page("qualite", vue="lignes", groupe="AMSS", lignes="review")
    found = rows(app, "Lignes à corriger")
    assert [row[0] for row in found] == ["A2", "A4"]
    assert found[0][3:6] == [
        "partenaires.csv, ligne 3",
        "Région, Cercle, Commune",
        "Gao · Ansongo · Introuvable",
    ]
    assert f"enregistrement?id={record_id('A2')}" in markup(app)
    assert open_page("enregistrement", id=record_id("A2")).session_state[KEY].kept["id"] == record_id("A2")


def test_by_source_and_by_import(partner):
    app = open_page("qualite", par="import")
    assert [row[1] for row in rows(app, "Comptes, par import")] == ["652", "646", "6"]
    app = open_page("qualite", par="source", groupe="p")
    assert [row[:3] for row in rows(app, "Comptes, par source")] == [["p", "6", "2"]]
    assert rows(app, "Tous les champs : p")


def test_a_reader_of_a_shared_server_sees_no_cell_that_is_withheld(partner, monkeypatch):
    monkeypatch.setattr("geo.ui.keeping.st.get_option", lambda name: "0.0.0.0")
    app = open_page("qualite", vue="lignes", groupe="AMSS")
    assert "Introuvable" not in said(app)
    assert "1 cellule illisible n'est pas montrée" in said(app)
    app = open_page("enregistrement", id=record_id("A2"))
    assert "Introuvable" not in said(app)
    assert "L'application est ouverte à plusieurs lecteurs" in said(app)
    assert (
        not app.text_input(key="correct:quantity:fr") if "correct:quantity:fr" in app.session_state else True
    )


def test_who_reported_when_and_whom_to_remind(partner):
    app = open_page("qualite", vue="periodes")
    table = {row[0]: row for row in rows(app, "Qui a rapporté pour quelle période")}
    assert table["OIM"][1] == "4"
    assert set(table["OIM"][2:10]) == {"·"}
    assert table["AMSODE"][-2:] == ["6", "inconnu"]
    late = rows(app, "À relancer")
    assert [row[0] for row in late] == ["ADICOR", "AMSODE", "OIM"]
    assert "620 enregistrements sans partenaire nommé" in said(app)
    app = open_page("qualite", vue="periodes", mois="36", lang="en")
    assert "To remind" in said(app)


def test_the_list_to_remind_holds_no_person(partner):
    open_page("qualite", vue="periodes")
    late = reporting.to_remind(reported.last(), months=6, day=DAY)
    table = reported.as_table(late)
    assert next(iter(table.columns)) == "Partenaire"
    assert "awa" not in table.to_string()
    assert reported._csv(table).startswith("\ufeffPartenaire".encode())
    book = openpyxl.load_workbook(io.BytesIO(reported._xlsx(table)))
    assert book["À relancer"].freeze_panes == "A2"


def test_the_workbook_of_a_partner_is_its_own(partner, monkeypatch):
    open_page("qualite")
    keeper = who._Reader(Who("awa", Audience("administrator")), READER)
    monkeypatch.setattr(who, "_now", lambda: keeper)
    asked = quality.Asked("lignes", "partenaire", "AMSS")
    own = faultrows.recipient(asked)
    assert (own.role, own.organisation) == ("partner", "AMSS")
    book = openpyxl.load_workbook(io.BytesIO(faultrows.content(asked, "AMSS", own)))
    assert {row[0] for row in book["À corriger"].iter_rows(min_row=2, values_only=True)} == {"AMSS"}
    assert "Introuvable" in str(list(book["À corriger"].values))
    # Of all partners together it holds what any reader may see.
    every = quality.Asked("lignes", "partenaire", "")
    book = openpyxl.load_workbook(io.BytesIO(faultrows.content(every, "", faultrows.recipient(every))))
    assert "Introuvable" not in str(list(book["À corriger"].values))


def test_a_record_is_found_corrected_and_given_back(partner):
    app = open_page("enregistrement")
    app.text_input(key="record-search:fr").set_value("amss introuvable").run()
    assert [row[0] for row in rows(app, "Enregistrements trouvés")] == ["A2"]
    app = open_page("enregistrement", id=record_id("A2"))
    assert "À vérifier : nom de lieu inconnu." in said(app)
    assert "Non lu : Nombre « deux »" in said(app)
    app.text_input(key="correct-unit:fr").set_value("Barra").run()
    (choice,) = [each for each in app.radio if each.label == "Unité"]
    assert "Bara" in choice.value or choice.value.startswith("ML")
    choice.set_value("ML070102").run()
    why = next(each for each in app.text_input if each.label == "Pourquoi")
    why.set_value("appel")
    next(each for each in app.button if each.label == "Corriger").click().run()
    assert not app.exception
    assert "Placé : Bara" in said(app)
    told = {row[0]: row[1:] for row in rows(app, "Champs de l'enregistrement")}
    assert told["Commune"][:2] == ["Introuvable", "Bara"]
    assert "appel" in told["Commune"][2]
    # The map follows: the store in use has it placed.
    record = load(boundaries()).records.query("record_key == 'A2'").iloc[0]
    assert record["adm3_pcode"] == "ML070102"
    # Region, cercle and commune were corrected at once, and are taken back at once.
    (undo,) = [each for each in app.button if each.label.startswith("Annuler la correction")]
    undo.click().run()
    assert "À vérifier : nom de lieu inconnu." in said(app)
    steps = [row[2] for row in rows(app, "Historique")]
    assert steps[0] == "arrivé par l'import 1"
    assert all("annulé le" in step for step in steps[1:])


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("quantity", "beaucoup", "« beaucoup » n'est pas une valeur possible"),
        ("end_date", "bientôt", "« bientôt » n'est pas une valeur possible"),
        ("remarks", "76 12 34 56", "aucun contact n'est conservé"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(partner, field, typed, words):
    app = open_page("enregistrement", id=record_id("A1"), champ=field)
    app.text_input(key=f"correct:{field}:fr").set_value(typed)
    next(each for each in app.text_input if each.label == "Pourquoi").set_value("essai")
    next(each for each in app.button if each.label == "Corriger").click().run()
    assert words in said(app)


def test_a_correction_says_what_is_missing(partner):
    app = open_page("enregistrement", id=record_id("A1"), champ="quantity")
    next(each for each in app.button if each.label == "Corriger").click().run()
    assert "Il manque : pourquoi." in said(app)


def test_a_shipped_record_is_corrected_too():
    app = open_page("enregistrement", id=record_id("R1-01"), champ="quantity")
    assert "Livré avec l'application" in said(app)
    app.text_input(key="correct:quantity:fr").set_value("50")
    next(each for each in app.text_input if each.label == "Pourquoi").set_value("rapport relu")
    next(each for each in app.button if each.label == "Corriger").click().run()
    told = {row[0]: row[1:] for row in rows(app, "Champs de l'enregistrement")}
    assert told["Quantité"][:2] == ["52", "50"]
    # The map and its figures follow.
    assert "jusqu'à 50" in said(open_page("fiche", unite="ML070101"))


def test_the_card_leads_to_each_record():
    found = re.findall(r"enregistrement\?id=([0-9a-f]{12})", markup(open_page("fiche", unite="ML070101")))
    assert len(set(found)) == 16
    assert "Tel qu'il compte" in said(open_page("enregistrement", id=found[0]))


def test_without_records(tmp_path, monkeypatch):
    path = tmp_path / "vide.csv"
    path.write_text(HEADINGS_ONLY, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(path))
    assert "Aucun enregistrement à compter." in said(open_page("qualite"))
    assert "Rien à corriger ici." in said(open_page("qualite", vue="lignes"))
    assert "Aucun enregistrement à compter." in said(open_page("qualite", vue="periodes"))
    assert "Cherchez par identifiant" in said(open_page("enregistrement"))
    assert "qui n'existe pas" in said(open_page("enregistrement", id="0123456789ab"))


def test_a_file_of_ones_own_is_read_not_corrected(tmp_path, monkeypatch):
    path = write(tmp_path / "partenaires.csv", *ROWS)
    monkeypatch.setenv("COUVERTURE_RECORDS", str(path))
    app = open_page("qualite", vue="lignes")
    found = re.findall(r"enregistrement\?id=([0-9a-f]{12})", markup(app))
    assert len(found) == 7
    assert "importez-le pour corriger" in said(open_page("enregistrement", id=found[0]))
