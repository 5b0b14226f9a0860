"""The page of the journal: lines in words, filtered, for administrators only; downloads are lines of it."""

# ruff: noqa: F811 - fixtures are imported by name
import io
from functools import partial

import pytest
from openpyxl import load_workbook

from geo import acts
from geo.access import Who
from geo.sharing import Audience
from geo.store import audit, imports
from geo.ui import downloads, who
from tests.pages.opening import markup, open_page, rows, said
from tests.store_servers import new_store, postgresql, quick  # noqa: F401

ATTACK = "<img src=x onerror=alert(1)>"


@pytest.fixture
def journal(new_store, quick):
    new_store("sqlite")
    acts.act_as("coordinator")
    imports.apply(quick({"a": 1, "b": 2}), who="awa")
    acts.act_as("")
    audit.exported("carte.pdf", who="issa", audience="reader", view="carte?type=avec&niveau=cercle", rows=34)
    audit.exported("=1+1.csv", who=ATTACK, audience="reader", view="javascript:alert(1)//?a=b")
    audit.signed_in("issa", "partner", means="oidc")


def test_empty_it_says_so(new_store):
    new_store("sqlite")
    app = open_page("journal", periode="tout")
    assert "Le journal est vide" in said(app)
    assert "Aucune ligne pour ces choix" in said(open_page("journal"))


def test_lines_are_in_words_and_lead_back_to_the_view(journal):
    app = open_page("journal")
    found = rows(app, "Journal")
    assert [row[1:3] for row in found] == [
        ["issa (partenaire)", "Connexion"],
        [ATTACK, "Fichier produit"],
        ["issa", "Fichier produit"],
        ["awa (coordination)", "Import"],
    ]
    assert found[2][3:] == ["carte.pdf", "Carte 3W / couverture", "lecture", "34"]
    assert found[3][3] == "import 1 · f.csv · s"
    assert "href='carte?type=avec&amp;niveau=cercle'" in markup(app)
    # What stands in the journal is data: no markup of it runs, and no address that is none of ours is a link.
    assert ATTACK not in markup(app)
    assert "href='javascript" not in markup(app)
    assert "File made" in said(open_page("journal", lang="en"))


def test_it_is_filtered_by_kind_act_person_and_period(journal):
    def shown(**asked):
        return [row[2] for row in rows(open_page("journal", **asked), "Journal")]

    assert shown(genre="export") == ["Fichier produit", "Fichier produit"]
    assert shown(genre="sign_in", acte="sign_in") == ["Connexion"]
    assert shown(qui="awa", periode="tout") == ["Import"]
    assert "Aucune ligne pour ces choix" in said(open_page("journal", qui="awa", genre="export"))
    # An act that is not of the kind chosen is left out, and said.
    assert "qui n'existe pas" not in said(open_page("journal", genre="export", acte="export"))


def test_only_administrators_read_it(journal, monkeypatch):
    for role in ("public", "reader", "partner", "coordinator"):
        organisation = "AMSS" if role == "partner" else ""
        reader = Who("x", Audience(role, organisation), "password")
        monkeypatch.setattr(who, "_find", lambda _settings, reader=reader: reader)
        app = open_page("journal")
        assert "carte.pdf" not in markup(app)
        assert not app.get("download_button")


def test_a_download_is_a_line_with_its_view_once_it_is_made(journal, monkeypatch):
    buttons = {}
    monkeypatch.setattr(
        downloads.st, "download_button", lambda label, make, **_k: buttons.update({label: make})
    )
    before = len(audit.entries())
    open_page("journal", genre="export")
    assert len(audit.entries()) == before
    book = load_workbook(io.BytesIO(buttons["Classeur XLSX"]()))
    assert [row[5].value for row in book.active.iter_rows(min_row=2)] == ["'=1+1.csv", "carte.pdf"]
    made = audit.entries(kinds=("export",)).iloc[0]
    assert made["file"].startswith("journal_")
    assert (made["audience"], made["role"], made["rows"]) == ("administrator", "administrator", 2)
    assert made["view"].endswith("?genre=export")


def test_a_file_that_is_not_made_is_no_line(new_store, monkeypatch):
    new_store("sqlite")
    handed = downloads._Handed("a.pdf", "x", "reader", "reader", "carte", 3)
    with pytest.raises(ZeroDivisionError):
        downloads._made(partial(lambda: 1 / 0), handed)
    assert audit.entries().empty
    assert downloads._made(lambda: b"x", handed) == b"x"
    assert len(audit.entries()) == 1
