"""Signing in, in Chromium: with a password, and with a provider of OpenID Connect on this machine."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.pages import RUN_OVER
from tests.browser.servers import Server, serve
from tests.browser.test_accessible import violations
from tests.oidc_provider import CLIENT, SECRET, Provider

WORD = "coordination-2026"
ACCOUNTS = {
    "Awa": {"sub": "1", "name": "Awa Traoré", "groups": ["others", "couverture-coordination"]},
    "Bintou": {"sub": "2", "name": "Bintou Maïga", "groups": ["amss"]},
    "Chaka": {"sub": "3", "name": "Chaka Keïta", "groups": ["others"]},
    "Dia": {"sub": "4", "name": "Dia Sow", "groups": ["couverture-administration"]},
    "Ely": {"sub": "5", "name": "Ely Ould", "email": "ely@example.org", "email_verified": True},
}
TABLE = """
[[role]]
claim = "groups"
value = "couverture-coordination"
role = "coordinator"

[[role]]
claim = "groups"
value = "amss"
role = "partner"
organisation = "AMSS"

[[role]]
claim = "groups"
value = "couverture-administration"
role = "administrator"
"""


@pytest.fixture(scope="module")
def by_password(tmp_path_factory) -> Iterator[Server]:
    passwords = {"COUVERTURE_PASSWORD_COORDINATOR": WORD, "COUVERTURE_PASSWORD_READER": "lecture-2026"}
    with serve(tmp_path_factory.mktemp("by-password"), **passwords) as running:
        yield running


def with_provider(folder: Path, provider: Provider) -> Path:
    """``folder`` as that of a server whose readers sign in with ``provider``."""
    settings = {
        "redirect_uri": "http://localhost:{port}/oauth2callback",
        "cookie_secret": "a-secret-of-the-test-that-is-long-enough",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "server_metadata_url": f"{provider.address}/.well-known/openid-configuration",
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    (folder / "secrets.toml").write_text("\n".join(["[auth]", *lines]), encoding="utf-8")
    (folder / "home").mkdir()
    (folder / "home" / "access.toml").write_text(TABLE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def by_provider(tmp_path_factory) -> Iterator[tuple[Server, Provider]]:
    with Provider(ACCOUNTS) as provider:
        folder = with_provider(tmp_path_factory.mktemp("by-provider"), provider)
        with serve(folder, STREAMLIT_SECRETS_FILES=str(folder / "secrets.toml")) as running:
            yield running, provider


def lines(server: Server) -> list[tuple[str, ...]]:
    """The journal of a server's own store: act, who, role and means."""
    file = server.log.parent / "home" / "store.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as store:
        asked = "SELECT action, who, role, details FROM audit ORDER BY id"
        return [tuple(row) for row in store.execute(asked).fetchall()]


def beside(visit: Visit) -> str:
    visit.page.locator(".who").wait_for(timeout=60_000)
    return visit.page.locator(".who").inner_text()


def menu(visit: Visit) -> list[str]:
    return visit.page.get_by_test_id("stSidebar").get_by_role("link").all_inner_texts()


def rested(visit: Visit) -> None:
    visit.page.wait_for_timeout(300)
    visit.page.locator(RUN_OVER).wait_for(timeout=60_000)


def held(visit: Visit) -> list:
    return [each for each in visit.context.cookies() if each["name"] == "couverture_session"]


def holds_none(visit: Visit) -> bool:
    """Whether the cookie is gone: the page takes it away once it is drawn."""
    until = time.monotonic() + 10
    while held(visit) and time.monotonic() < until:
        visit.page.wait_for_timeout(100)
    return not held(visit)


def sign_out(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Se déconnecter").click()
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)


def give(visit: Visit, name: str, password: str) -> None:
    visit.page.get_by_label("Votre nom").fill(name)
    visit.page.get_by_label("Mot de passe", exact=True).fill(password)
    visit.page.get_by_role("button", name="Se connecter", exact=True).click()


def test_a_password_opens_the_link_that_was_followed_lasts_through_a_reload_and_ends(by_password, visit):
    visit.page.goto(f"{by_password.address}/fiche?unite=ML070101")
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    assert menu(visit) == []
    assert "Ansongo" not in visit.page.content()
    visit.page.get_by_role("button", name="Montrer le mot de passe").wait_for(timeout=30_000)
    assert violations(visit) == []
    give(visit, "Awa", "pas-le-bon-mot")
    visit.page.get_by_text("Ce mot de passe n'est pas juste.").wait_for(timeout=30_000)
    expect(visit.page.get_by_label("Mot de passe", exact=True)).to_have_value("")
    give(visit, "Awa", WORD)
    assert beside(visit) == "Awa · coordination"
    visit.page.get_by_role("heading", name="Ansongo", exact=True).wait_for(timeout=60_000)
    visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Importer").wait_for(timeout=60_000)
    (cookie,) = held(visit)
    assert cookie["sameSite"] == "Strict"
    assert WORD not in json.dumps(visit.context.cookies())
    visit.page.reload()
    assert beside(visit) == "Awa · coordination"
    sign_out(visit)
    assert holds_none(visit)
    # A copy of the cookie opens nothing any more.
    visit.context.add_cookies([cookie])
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.reload()
    visit.page.get_by_label("Mot de passe", exact=True).wait_for(timeout=60_000)
    assert violations(visit) == []
    assert WORD not in by_password.log.read_text(encoding="utf-8", errors="replace")
    found = lines(by_password)
    # A reload and a copy of the cookie are no sign-ins; what was typed with a wrong password is not kept.
    assert found == [
        ("sign_in_refused", "", "", "password"),
        ("sign_in", "Awa", "coordinator", "password"),
        ("sign_out", "Awa", "coordinator", ""),
    ]
    assert WORD.encode() not in b"".join(
        each.read_bytes() for each in by_password.log.parent.rglob("store.*")
    )


def test_a_reader_by_password_is_offered_no_import_and_told_why_at_its_address(by_password, visit):
    visit.page.goto(f"{by_password.address}/importer")
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    give(visit, "Lamine", "lecture-2026")
    assert beside(visit) == "Lamine · lecture"
    visit.page.get_by_text("Cette page n'est pas pour votre rôle (lecture).").wait_for(timeout=60_000)
    assert "Importer" not in menu(visit)
    assert visit.page.locator("input[type=file]").count() == 0


def hand_in(visit: Visit, path: Path) -> None:
    path.write_text("Commune;Nb AVEC\nBara;12\n", encoding="utf-8")
    visit.page.locator("input[type=file]").set_input_files(path)
    visit.page.get_by_role("button", name="Confirmer et faire l'essai").wait_for(timeout=60_000)
    rested(visit)


def test_who_may_import_by_password_hands_a_file_in_and_gets_none_after_signing_out_elsewhere(
    by_password, visit, tmp_path
):
    visit.page.goto(f"{by_password.address}/importer")
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    give(visit, "Awa", WORD)
    hand_in(visit, tmp_path / "a.csv")
    button = visit.page.get_by_role("button", name="Modèle 4W vide, en français")
    with visit.page.expect_download() as waiting:
        button.click()
    assert Path(waiting.value.path()).read_bytes()[:2] == b"PK"

    tab = visit.context.new_page()
    tab.goto(f"{by_password.address}/methode")
    tab.get_by_role("button", name="Se déconnecter").click(timeout=60_000)
    tab.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    visit.page.bring_to_front()
    downloads: list[str] = []
    visit.page.on("download", lambda each: downloads.append(each.url))
    button.click()
    said = visit.page.get_by_role("alert").filter(has_text="Pas de fichier : rechargez la page.")
    said.wait_for(timeout=30_000)
    assert downloads == []


def test_on_a_phone_the_menu_folds_away_once_something_was_chosen_in_it(tmp_path, phone):
    def choose(role: str, name: str) -> None:
        phone.page.get_by_test_id("stExpandSidebarButton").click()
        menu_open = phone.page.locator("#stSidebar[data-collapsed=false]")
        menu_open.get_by_role(role, name=name).click()
        phone.page.locator("#stSidebar[data-collapsed=true]").wait_for(state="attached", timeout=30_000)

    with serve(tmp_path, COUVERTURE_PUBLIC="1", COUVERTURE_PASSWORD_READER="lecture-2026") as running:
        phone.page.goto(f"{running.address}/vue_ensemble")
        phone.page.locator(".accounting").wait_for(timeout=60_000)
        rested(phone)
        choose("link", "Méthode et sources")
        phone.page.get_by_role("heading", name="Méthode et sources", level=1).wait_for(timeout=60_000)
        choose("button", "Se connecter")
        give(phone, "Awa", "lecture-2026")
        phone.page.get_by_role("heading", name="Méthode et sources", level=1).wait_for(timeout=60_000)
        rested(phone)
        choose("button", "Se déconnecter")
        # It opens as before, and stays open through an answer of the server.
        phone.page.get_by_test_id("stExpandSidebarButton").click()
        rested(phone)
        assert phone.page.locator("#stSidebar[data-collapsed=false]").count() == 1
        # On a wide screen the page has the room of a menu that is folded.
        phone.page.set_viewport_size({"width": 1280, "height": 844})
        wide = phone.page.get_by_test_id("stMain").bounding_box()["width"]
        phone.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
        phone.page.locator("#stSidebar[data-collapsed=true]").wait_for(state="attached", timeout=30_000)
        phone.page.wait_for_timeout(600)
        assert phone.page.get_by_test_id("stMain").bounding_box()["width"] == wide + 220


def chosen(visit: Visit, account: str) -> None:
    visit.page.get_by_role("button", name="Se connecter").click()
    visit.page.get_by_role("link", name=account).click()


def test_a_claim_of_the_table_gives_its_role_and_the_page_that_was_asked_for(by_provider, visit):
    server, provider = by_provider
    visit.page.goto(f"{server.address}/fiche?unite=ML070101")
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    chosen(visit, "Awa")
    visit.page.get_by_role("heading", name="Ansongo", exact=True).wait_for(timeout=60_000)
    assert beside(visit) == "Awa Traoré · coordination"
    assert visit.page.url == f"{server.address}/fiche?unite=ML070101"
    visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
    sign_out(visit)
    chosen(visit, "Bintou")
    assert beside(visit) == "Bintou Maïga · partenaire · AMSS"
    assert "Importer" not in menu(visit)
    assert provider.refused == []
    assert lines(server) == [
        ("sign_in", "Awa Traoré", "coordinator", "oidc"),
        ("sign_out", "Awa Traoré", "coordinator", ""),
        ("sign_in", "Bintou Maïga", "partner", "oidc"),
    ]


def test_who_may_import_by_provider_hands_a_file_in(by_provider, visit, tmp_path):
    server, _provider = by_provider
    visit.page.goto(f"{server.address}/importer")
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    chosen(visit, "Dia")
    hand_in(visit, tmp_path / "a.csv")
    sign_out(visit)


def test_a_provider_that_is_gone_is_one_line_and_the_screen_stays(tmp_path, visit):
    with Provider(ACCOUNTS) as provider:
        folder = with_provider(tmp_path, provider)
    with serve(folder, STREAMLIT_SECRETS_FILES=str(folder / "secrets.toml")) as running:
        visit.page.goto(f"{running.address}/carte")
        visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
        visit.page.get_by_role("button", name="Se connecter").click()
        alert = visit.page.get_by_role("alert")
        alert.filter(has_text="Le fournisseur de connexion (localhost) ne répond pas.").wait_for(
            timeout=30_000
        )
        assert visit.page.url.endswith("/carte")
        assert visit.page.get_by_role("button", name="Se connecter").count() == 1


def test_who_has_no_claim_of_the_table_is_told_so_and_sees_nothing(by_provider, visit):
    server, _provider = by_provider
    visit.page.goto(f"{server.address}/carte")
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    chosen(visit, "Chaka")
    alert = visit.page.get_by_role("alert")
    alert.filter(has_text="rien de ce qu'il dit de vous ne donne de rôle ici").wait_for(timeout=60_000)
    assert "Chaka Keïta" in alert.inner_text()
    assert menu(visit) == []
    assert visit.page.locator(".accounting").count() == 0
    assert lines(server)[-1] == ("sign_in_refused", "Chaka Keïta", "", "oidc")
    visit.page.get_by_role("button", name="Se déconnecter").click()
    visit.page.get_by_role("button", name="Se connecter").wait_for(timeout=60_000)


def test_an_administrator_lets_somebody_in_and_shuts_them_out_at_their_next_click(
    by_provider, chromium, visit
):
    server, _provider = by_provider
    context = chromium.new_context(locale="fr-FR", viewport={"width": 1280, "height": 1000})
    try:
        ely = Visit(context)
        ely.page.goto(f"{server.address}/vue_ensemble")
        ely.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
        chosen(ely, "Ely")
        ely.page.get_by_role("alert").filter(has_text="ne donne de rôle ici").wait_for(timeout=60_000)
        before = len(lines(server))

        visit.page.goto(f"{server.address}/acces")
        visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
        chosen(visit, "Dia")
        visit.page.get_by_role("heading", name="Ajouter un accès").wait_for(timeout=60_000)
        rested(visit)
        visit.page.get_by_role("textbox", name="Valeur", exact=True).fill("ely@example.org")
        visit.page.get_by_role("button", name="Ajouter", exact=True).click()
        visit.page.get_by_text("Accès ajouté : email = ely@example.org : lecture.").wait_for(timeout=60_000)
        assert violations(visit) == []

        ely.page.reload()
        assert beside(ely) == "Ely Ould · lecture"
        ely.page.locator(".accounting").wait_for(timeout=60_000)
        rested(ely)

        standing = visit.page.get_by_role("combobox", name="Ligne ajoutée ici")
        # A list closes when what is behind it scrolls: the page stands still before the click.
        standing.scroll_into_view_if_needed()
        rested(visit)
        standing.click()
        visit.page.get_by_role("option", name="ely@example.org").click()
        visit.page.get_by_role("button", name="Retirer", exact=True).click()
        visit.page.get_by_text("Accès retiré : il ne vaut plus").wait_for(timeout=60_000)
        rested(visit)

        ely.page.get_by_test_id("stSidebar").get_by_role("link", name="Besoins non couverts").click()
        ely.page.get_by_role("alert").filter(has_text="ne donne de rôle ici").wait_for(timeout=60_000)
        assert menu(ely) == []
    finally:
        context.close()
    kept = [line for line in lines(server)[before:] if line[0].startswith("user_")]
    told = '["email", "ely@example.org", "reader", ""]'
    assert kept == [(act, "Dia Sow", "administrator", told) for act in ("user_add", "user_withdraw")]
    visit.page.get_by_test_id("stSidebar").get_by_role("link", name="Journal").click()
    visit.page.locator("td", has_text="Accès retiré").wait_for(timeout=60_000)
    visit.page.locator("td", has_text="Accès ajouté").wait_for(timeout=60_000)


def test_a_choice_on_the_map_after_the_role_was_taken_away_gives_nothing_more(by_provider, visit):
    server, _provider = by_provider
    table = server.log.parent / "home" / "access.toml"
    visit.page.goto(f"{server.address}/carte?niveau=region")
    visit.page.get_by_role("heading", name="Se connecter").wait_for(timeout=60_000)
    chosen(visit, "Bintou")
    visit.page.locator(".accounting").wait_for(timeout=60_000)
    visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
    try:
        table.write_text(TABLE.replace('"amss"', '"nobody"'), encoding="utf-8")
        visit.page.get_by_role("combobox", name="Ce qui est compté").click()
        visit.page.get_by_role("option", name="Enregistrements", exact=True).click()
        alert = visit.page.get_by_role("alert")
        alert.filter(has_text="rien de ce qu'il dit de vous ne donne de rôle ici").wait_for(timeout=60_000)
        visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
        assert visit.page.locator(".accounting").count() == 0
        assert visit.page.locator(".table").count() == 0
        assert menu(visit) == []
    finally:
        table.write_text(TABLE, encoding="utf-8")
