"""The page of who has access: the server's lines, those added and withdrawn at once, administrators only."""

# ruff: noqa: F811 - fixtures are imported by name
import time

import pytest

from geo import settings
from geo.access import Who
from geo.sharing import Audience
from geo.store import audit, users
from geo.ui import who
from tests.pages.opening import as_somebody, markup, open_page, rows, said
from tests.store_servers import new_store, postgresql  # noqa: F401

pytestmark = pytest.mark.pages

TABLE = '[[role]]\nclaim = "groups"\nvalue = "<b>chiefs</b>"\nrole = "administrator"\n'
AWA = {"sub": "1", "name": "Awa Traoré", "groups": ["<b>chiefs</b>"]}
BINTOU = {"sub": "2", "name": "Bintou Maïga", "email": "bintou@example.org", "email_verified": True}


@pytest.fixture
def signed_in(new_store, monkeypatch):
    """Let a provider say who opens a page from here on."""
    new_store("sqlite")
    (settings.home() / "access.toml").write_text(TABLE, "utf-8")
    monkeypatch.setattr(who, "provider_set", lambda: True)

    def as_of(claims):
        monkeypatch.setattr(who, "claims", lambda: claims | {"iat": int(time.time())})

    as_of(AWA)
    return as_of


def add(app, value, role="reader", *, claim="email", organisation=None):
    app.selectbox(key="users.claim").set_value(claim)
    app.text_input(key="users.value").set_value(value)
    app.selectbox(key="users.role").set_value(role)
    app.selectbox(key="users.organisation").set_value(organisation)
    app.button(key="users.do").click().run()
    assert not app.exception
    return app


def withdraw(app, number):
    app.selectbox(key="users.gone").set_value(number)
    app.button(key="users.undo").click().run()
    assert not app.exception
    return app


def test_a_person_is_let_in_and_is_out_at_the_next_click(signed_in):
    signed_in(BINTOU)
    bintou = open_page("vue_ensemble")
    assert "rien de ce qu'il dit de vous ne donne de rôle ici" in said(bintou)
    signed_in(AWA)
    awa = add(open_page("acces"), "bintou@example.org", "coordinator")
    assert "Accès ajouté : email = bintou@example.org : coordination." in said(awa)
    assert awa.text_input(key="users.value").value == ""
    signed_in(BINTOU)
    bintou.run()
    assert "Bintou Maïga · coordination" in said(bintou)
    assert "Lus " in said(bintou)
    signed_in(AWA)
    awa = withdraw(open_page("acces"), 1)
    assert "Accès retiré" in said(awa)
    (line,) = rows(awa, "Accès retirés")
    assert line[:3] == ["email = bintou@example.org", "coordination", ""]
    assert [cell.split(", ")[1] for cell in line[3:]] == ["Awa Traoré"] * 2
    signed_in(BINTOU)
    bintou.run()
    assert "ne donne de rôle ici" in said(bintou)
    assert "Lus " not in said(bintou)
    signed_in(AWA)
    journal = rows(open_page("journal", genre="setting"), "Journal")
    assert [row[1:4] for row in journal] == [
        ["Awa Traoré (administration)", act, "email = bintou@example.org : coordination"]
        for act in ("Accès retiré", "Accès ajouté")
    ]


def test_lines_of_the_server_come_first_and_are_not_offered_for_withdrawal(signed_in, monkeypatch):
    monkeypatch.setenv("COUVERTURE_PASSWORD_READER", "tres long secret")
    monkeypatch.setenv("COUVERTURE_PUBLIC", "1")
    app = open_page("acces")
    assert "users.gone" not in {each.key for each in app.selectbox}
    app = add(app, "eau", "partner", claim="groups", organisation="ADICOR")
    assert [row[:4] for row in rows(app, "Accès en vigueur")] == [
        ["Mot de passe", "", "lecture", ""],
        ["Fournisseur d'identité", "groups = <b>chiefs</b>", "administration", ""],
        ["Fournisseur d'identité", "groups = eau", "partenaire", "ADICOR"],
        ["Sans connexion", "", "public", ""],
    ]
    assert [row[4].split(", ")[-1] for row in rows(app, "Accès en vigueur")] == [
        *("sur le serveur", "sur le serveur", "Awa Traoré", "sur le serveur"),
    ]
    assert app.selectbox(key="users.gone").options == ["groups = eau : partenaire · ADICOR"]
    assert "secret" not in markup(app)
    assert "<b>chiefs" not in markup(app)
    assert "Access in force" in said(open_page("acces", lang="en"))


def test_what_is_wrong_is_said_and_stays_in_the_form(signed_in):
    app = add(open_page("acces"), "eau", claim="groups", organisation="ADICOR")
    assert "Un partenaire, et lui seul, a une organisation." in said(app)
    assert app.text_input(key="users.value").value == "eau"
    app = add(app, "<b>chiefs</b>", claim="groups")
    assert "est déjà dans la table (administration)" in said(app)
    app.button(key="users.do")
    assert users.lines() == []


def test_nobody_withdraws_what_makes_them_an_administrator(signed_in):
    add(open_page("acces"), "bintou@example.org", "administrator")
    signed_in(BINTOU)
    app = withdraw(open_page("acces"), 1)
    assert "C'est par cette ligne que vous administrez" in said(app)
    assert users.lines()[0].stands
    app.selectbox(key="users.gone").set_value(None)
    app.button(key="users.undo").click().run()
    assert "Choisissez d'abord la ligne à retirer." in said(app)


def test_it_is_refused_at_the_act_for_whoever_is_no_administrator_any_more(signed_in, monkeypatch):
    app = add(open_page("acces"), "bintou@example.org", "coordinator")
    for role in ("public", "reader", "partner", "coordinator"):
        somebody = Who("x", Audience(role, "ADICOR" if role == "partner" else ""), "password")
        monkeypatch.setattr(who, "_find", lambda _settings, somebody=somebody: somebody)
        app.text_input(key="users.value").set_value(f"{role}@example.org")
        app.button(key="users.do").click().run()
        assert "users.do" not in {each.key for each in app.button}
        assert "Qui a accès" not in {each.proto.label for each in app.get("page_link")}
        monkeypatch.setattr(who, "_find", lambda _settings: Who("x", Audience("administrator"), "password"))
        app = open_page("acces")
        app.selectbox(key="users.gone").set_value(1)
        monkeypatch.setattr(who, "_find", lambda _settings, somebody=somebody: somebody)
        app.button(key="users.undo").click().run()
        monkeypatch.setattr(who, "_find", lambda _settings: Who("x", Audience("administrator"), "password"))
        app = open_page("acces")
    assert [(line.rule.value, line.stands) for line in users.lines()] == [("bintou@example.org", True)]
    assert audit.entries(kinds=("setting",))["action"].tolist() == ["user_add"]


def test_passwords_are_said_to_be_changed_on_the_server(monkeypatch):
    app = open_page("acces")
    assert "Aucun mot de passe ni fournisseur d'identité n'est réglé." in said(app)
    assert "Les mots de passe se changent sur le serveur" in said(app)
    monkeypatch.setenv("COUVERTURE_PASSWORD_READER", "tres long secret")
    as_somebody(monkeypatch, "administrator")
    app = open_page("acces")
    assert "Les mots de passe se changent sur le serveur" in said(app)
    assert "Ajouter un accès" not in said(app)
    assert not [each for each in app.button if (each.key or "").startswith("users.")]
