"""Every page, file and link as each role: what may be seen is there, what may not is in no byte of it."""

import shutil
from pathlib import Path

import openpyxl
import pytest
import streamlit as st

from geo.access import KEEPERS
from geo.activities import Source
from geo.errors import AccessError
from geo.io import load_boundaries
from geo.sharing import ROLES
from geo.store import corrections, database, decisions, imports, organisations, planning, snapshots, states
from geo.store import load as load_store
from geo.store.kept import keys
from geo.ui import data, page, settlinganswers, signin, signnotes, who
from tests.packs import unpacked
from tests.pages.opening import as_somebody, links, markup, open_page, said

pytestmark = pytest.mark.pages

HEADS = "record_key;Région;Commune;Localité;lat;lon;Type d'activité;Partenaire;Nombre;Début;Fin;Remarques\n"
ROWS = (
    "CLEAMSS;Gao;Ansongo;Villamss;15.661237;0.5021;AVEC;AMSS;5;2025-01-01;2026-01-01;caisse chez Motamss\n"
    "CLEPLAN;Gao;Ansongo;Villaplan;15.663437;0.5043;comité de paix;Plan;2;2025-01-01;2026-01-01;Motplan\n"
    "CLEZOR;Gao;Ansongo;Villazor;15.665637;0.5065;forage;Zorgho;3;2025-01-01;2026-01-01;Motzor\n"
    "CLETIB;Gao;Ansongo;Villatib;15.667837;0.5087;maraîchage;Tibiri;4;2025-01-01;2026-01-01;Mottib\n"
    "CLEFAUX;Gao;Introuvable;Villafaux;;;AVEC;Plan;1;;2024-13-45;Motfaux\n"
)
# In a file of its own, written in other ways.
OF_ITS_OWN = "CLEZOR2;Gao;Introuvable;Villazor;;;forage;ZORGHO;3;2025-01-01;2024-01-01;Motzor\n"
# What only its owner, or who keeps the records, may read: of AMSS, and of the others.
OF_AMSS = ("CLEAMSS", "Villamss", "Motamss", "15.66123", "Motfichier", "Motfeuille")
OF_OTHERS = (
    *("CLEPLAN", "Villaplan", "Motplan", "15.66343", "CLEFAUX", "Villafaux", "Motfaux"),
    *("Zorgho", "CLEZOR", "Villazor", "Motzor", "ZORGHO", "zorgho"),
    *("CLETIB", "Villatib", "Mottib", "15.66783"),
)
PARTNERS_PAGES = ("matrice", "recouvrements", "temps", "noms")
ONLY_KEEPERS = ("importer", "lieux", "journal", "acces")
SIGNED_IN = ("qualite", "enregistrement")
# Who works where, and what a meeting is handed, is more than totals.
NO_TOTALS = ("qui_fait_quoi", "dossier")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A home with five rows brought in, two organisations that are not named, and a state of before them."""
    home = tmp_path_factory.mktemp("roles")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUVERTURE_HOME", str(home))
        boundaries = load_boundaries()
        snapshots.take(load_store(boundaries), "Réunion d'avant", who="awa")
        source = Source("r", "Relevé", "ML", "", "", "R")
        imports.apply(planning.prepare(workbook(home), boundaries, source=source), who="awa")
        own = home / "forages_zorgho.csv"
        own.write_text(HEADS + OF_ITS_OWN, encoding="utf-8")
        source = Source("zorgho", "Registre de Zorgho", "ML", "Zorgho ONG", "", "R")
        imports.apply(planning.prepare(own, boundaries, source=source), who="awa")
        organisations.decide("shown", "Zorgho", "sector", who="awa")
        organisations.decide("shown", "Tibiri", "cercle", who="awa")
        database.close()
    return home


def workbook(folder: Path) -> Path:
    """The rows in a file and a sheet whose names tell where one works."""
    book = openpyxl.Workbook()
    book.active.title = "Caisses de Motfeuille"
    for line in (HEADS + ROWS).splitlines():
        book.active.append(line.split(";"))
    path = folder / "AVEC du quartier Motfichier.xlsx"
    book.save(path)
    return path


@pytest.fixture(autouse=True)
def home(made, own_home):
    for file in made.glob("store.sqlite*"):
        shutil.copy(file, own_home)
    with database.writing() as connection:
        states.new_identity(connection)
    yield own_home
    database.close()


@pytest.fixture
def files(monkeypatch) -> dict[str, object]:
    """The content of every download button that the pages show, by its key."""
    found: dict[str, object] = {}
    shown = st.download_button

    def listed(label, content, *positional, **named):
        found[named.get("key", label)] = content
        return shown(label, content, *positional, **named)

    monkeypatch.setattr(st, "download_button", listed)
    return found


def addresses() -> list[tuple[str, dict[str, str]]]:
    """Every page of the menu, in the views that list most."""
    made = [(Path(file).stem, {}) for file, _title in page.MENU]
    made += [("qui_fait_quoi", {"volet": each, "zone": "ML07"}) for each in PARTNERS_PAGES[1:]]
    made += [("qualite", {"vue": each, "par": "import"}) for each in ("lignes", "periodes")]
    made += [
        ("carte", {"type": kind, "zone": "ML070101", "points": "oui"}) for kind in ("avec", "water_point")
    ]
    made += [("fiche", {"unite": "ML070101"})]
    return made


def record_id(identity: str) -> str:
    found = keys(load_store(load_boundaries()))
    return str(found.loc[found["identity"] == identity, "id"].iloc[0])


def everything_of(files) -> list[tuple[str, bytes]]:
    """Each page as it is sent, and each of its files with all that is packed in it."""
    found = []
    for name, address in addresses():
        files.clear()
        app = open_page(name, **address)
        sent = [markup(app), *(repr(each) for each in links(app))]
        sent += [str(each.proto) for kind in ("iframe", "component_instance") for each in app.get(kind)]
        sent += [str(each.proto) for each in (*app.selectbox, *app.button, *app.radio, *app.multiselect)]
        found.append((f"{name} {address}", "\n".join(sent).encode()))
        for key, content in list(files.items()):
            made = content() if callable(content) else content
            text = made if isinstance(made, bytes) else str(made).encode()
            found += [(f"{name} {address} {key}", each) for each in unpacked(text)]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_no_page_and_no_file_holds_what_the_role_may_not_see(role, files, monkeypatch):
    as_somebody(monkeypatch, role, "AMSS" if role == "partner" else "")
    if role in KEEPERS:
        # On the pages of records who keeps them sees all; on the others, what every reader may see.
        shared = [each for each in addresses() if each[0] not in (*ONLY_KEEPERS, *SIGNED_IN)]
        monkeypatch.setattr(f"{__name__}.addresses", lambda: shared)
    secrets = OF_OTHERS if role == "partner" else (*OF_AMSS, *OF_OTHERS)
    sent = everything_of(files)
    assert len(sent) > 40
    leaks = [(place, secret) for place, content in sent for secret in secrets if secret.encode() in content]
    assert leaks == []
    if role == "partner":
        assert {secret for _place, content in sent for secret in OF_AMSS if secret.encode() in content} >= {
            *("CLEAMSS", "Motamss", "15.66123", "Motfichier"),
        }


def test_the_workbook_of_an_import_names_its_file_to_who_may_read_it(files, monkeypatch):
    as_somebody(monkeypatch, "coordinator")
    names = {"1": "Motfichier", "2": "zorgho"}
    for number, name in names.items():
        app = open_page("qualite", vue="lignes", par="import", groupe=number)
        assert name in markup(app)
        assert not [part for part in unpacked(files["faulty-xlsx"]()) if name.encode() in part]


@pytest.mark.parametrize("role", KEEPERS)
def test_pages_of_records_and_their_files_hold_all_for_who_keeps_them(role, files, monkeypatch):
    as_somebody(monkeypatch, role)
    kept = [each for each in addresses() if each[0] in ("lieux", *SIGNED_IN)]
    kept += [("enregistrement", {"id": record_id(identity)}) for identity in ("CLEAMSS", "CLEPLAN", "CLEZOR")]
    monkeypatch.setattr(f"{__name__}.addresses", lambda: kept)
    content = b"".join(each for _place, each in everything_of(files)).decode("utf-8", "replace")
    assert [secret for secret in ("Villamss", "Motplan", "Zorgho", "Motzor") if secret not in content] == []


def test_the_pack_of_a_partner_holds_its_own_records_and_none_of_another(files, monkeypatch):
    as_somebody(monkeypatch, "partner", "AMSS")
    app = open_page("dossier", zone="ML0702")
    files.clear()
    app.button(key="pack-make").click().run(timeout=300)
    made = [content() if callable(content) else content for content in list(files.values())]
    sent = [each for content in made if isinstance(content, bytes) for each in unpacked(content)]
    assert len(sent) > 20
    assert [secret for secret in OF_OTHERS for each in sent if secret.encode() in each] == []
    assert any(b"AMSS" in each for each in sent)


def test_who_keeps_the_records_sees_all_of_them_once_asked(files, monkeypatch):
    as_somebody(monkeypatch, "coordinator")
    app = open_page("qui_fait_quoi", zone="ML07")
    assert "Zorgho" not in markup(app)
    files.clear()
    app.toggle(key="signin.all:fr").set_value(True).run()
    assert "Zorgho" in markup(app)
    assert "à ne pas projeter ni distribuer" in said(app)
    assert b"Zorgho" in b"".join(each for content in files.values() for each in unpacked(content()))


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_its_pages_in_the_menu_and_is_told_of_the_others(role, monkeypatch):
    as_somebody(monkeypatch, role, "AMSS" if role == "partner" else "")
    closed = {"administrator": (), "coordinator": ("journal", "acces")}.get(role, ONLY_KEEPERS)
    closed += (*SIGNED_IN, *NO_TOTALS) if role == "public" else ()
    told = "n'est pas publique" if role == "public" else "n'est pas pour votre rôle"
    for file, _title in page.MENU:
        name = Path(file).stem
        app = open_page(name)
        offered = {address for _label, address, _query in links(app)}
        assert not offered & set(closed)
        assert (told in said(app)) == (name in closed)
        if name in closed:
            assert not app.button or {button.label for button in app.button} <= {
                "Se connecter",
                "Se déconnecter",
            }


@pytest.mark.parametrize(
    ("role", "identity", "corrects"),
    [
        ("reader", "CLEAMSS", False),
        ("partner", "CLEAMSS", True),
        ("partner", "CLEPLAN", False),
        ("partner", "CLEZOR", False),
        ("coordinator", "CLEZOR", True),
    ],
)
def test_another_s_record_by_its_link_is_neither_read_nor_corrected(role, identity, corrects, monkeypatch):
    as_somebody(monkeypatch, role, "AMSS" if role == "partner" else "")
    app = open_page("enregistrement", id=record_id(identity))
    assert bool([each for each in app.button if each.label == "Corriger"]) == corrects
    secrets = [text for text in (*OF_AMSS, *OF_OTHERS) if text in markup(app)]
    assert bool(secrets) == corrects
    if role == "partner" and corrects:
        fields = next(each for each in app.selectbox if each.label == "Champ à corriger").options
        assert "Remarques" in fields
        assert not [words for words in fields if "mise en œuvre" in words.lower()]


def test_a_partner_corrects_its_own_under_the_name_it_signed_in_with(monkeypatch):
    as_somebody(monkeypatch, "partner", "AMSS", name="Bintou Maïga")
    app = open_page("enregistrement", id=record_id("CLEAMSS"), champ="remarks")
    assert not [each for each in app.text_input if each.label == "Qui corrige"]
    next(each for each in app.text_input if each.label == "Valeur juste").set_value("autre mot")
    next(each for each in app.text_input if each.label == "Pourquoi").set_value("appel")
    next(each for each in app.button if each.label == "Corriger").click().run()
    assert "Corrigé" in said(app)
    assert corrections.history("r", "CLEAMSS")["who"].tolist()[-1] == "Bintou Maïga"


def test_what_a_role_may_not_do_is_refused_even_where_its_button_was_shown(monkeypatch):
    as_somebody(monkeypatch, "coordinator")
    app = open_page("enregistrement", id=record_id("CLEPLAN"), champ="remarks")
    next(each for each in app.text_input if each.label == "Valeur juste").set_value("autre mot")
    next(each for each in app.text_input if each.label == "Pourquoi").set_value("appel")
    as_somebody(monkeypatch, "partner", "AMSS")
    next(each for each in app.button if each.label == "Corriger").click().run()
    assert corrections.history("r", "CLEPLAN")["what"].tolist() == ["added"]
    monkeypatch.setattr(data, "ground", lambda: pytest.fail("asked before it was allowed"))
    with pytest.raises(AccessError):
        who.require("decide")
    assert decisions.decisions().empty
    assert settlinganswers.decisions is decisions


def test_a_state_of_a_meeting_by_its_link_shows_what_the_role_may_see(monkeypatch):
    as_somebody(monkeypatch, "reader")
    app = open_page("qui_fait_quoi", volet="temps", depuis="1", zone="ML07")
    assert "Réunion d'avant" in str([each.options for each in app.selectbox]) + said(app)
    assert not [secret for secret in (*OF_AMSS, *OF_OTHERS) if secret in markup(app)]
    assert not {each.label for each in app.button} & {"Figer l'état de la réunion", "Retirer cet état gardé"}


def test_nobody_is_let_in_where_one_has_to_sign_in(monkeypatch, files):
    monkeypatch.setattr(who, "_find", lambda settings: None)
    for name, address in addresses():
        app = open_page(name, **address)
        assert "Se connecter" in markup(app)
        assert links(app) == []
        assert "accounting" not in said(app)
    assert not files


def test_settings_that_are_not_understood_let_nobody_in(home):
    (home / "access.toml").write_text("role = 7", encoding="utf-8")
    app = open_page("carte")
    assert "« role » et « partner » sont des tables" in said(app)
    assert links(app) == []


def test_a_server_open_to_others_without_sign_in_says_so(monkeypatch):
    monkeypatch.setattr(who, "on_own_machine", lambda: False)
    app = open_page("vue_ensemble")
    assert "Ouvert à tous en lecture ; personne ne corrige ici." in said(app)
    assert "importer" not in {address for _label, address, _query in links(app)}


def test_the_public_mode_is_for_whoever_has_not_signed_in(monkeypatch):
    monkeypatch.setenv("COUVERTURE_PUBLIC", "oui")
    app = open_page("vue_ensemble")
    assert "Chiffres d'ensemble seulement." in said(app)
    assert not [each for each in app.button if each.label == "Se connecter"]
    monkeypatch.setenv("COUVERTURE_PASSWORD_READER", "lecture-2026")
    app = open_page("vue_ensemble")
    next(each for each in app.button if each.label == "Se connecter").click().run()
    assert [each.label for each in app.text_input] == ["Votre nom", "Mot de passe"]


def test_too_many_wrong_passwords_wait(monkeypatch):
    monkeypatch.setenv("COUVERTURE_PASSWORD_READER", "lecture-2026")
    monkeypatch.setattr(signin.time, "monotonic", lambda: 1000.0)
    monkeypatch.setattr(signin, "_address", lambda: "10.0.0.7")
    refused: list[bool] = []
    monkeypatch.setattr(signnotes, "wrong_password", lambda: refused.append(True))
    signin._attempts.cache_clear()
    app = open_page("carte")
    for number in range(6):
        app.text_input(key="signin.name").set_value("Awa")
        app.text_input(key="signin.password").set_value(f"faux-mot-{number}")
        app.button(key="signin.do").click().run()
        assert "faux-mot" not in repr(app.session_state)
    assert "Trop d'essais : attendez 1 s." in said(app)
    assert len(refused) == 5
    signin._attempts.cache_clear()


@pytest.mark.parametrize(
    ("host", "headers", "own"),
    [
        ("localhost:8501", {}, True),
        ("127.0.0.1:8501", {}, True),
        ("[::1]:8501", {}, True),
        ("", {}, True),
        ("carte.example.org", {}, False),
        ("localhost:8501", {"X-Forwarded-For": "10.0.0.7"}, False),
    ],
)
def test_behind_a_proxy_nobody_is_at_home(host, headers, own, monkeypatch):
    asked = type("Context", (), {"headers": {"Host": host, **headers}})
    monkeypatch.setattr(st, "context", asked)
    assert who.on_own_machine() is own
