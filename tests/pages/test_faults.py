"""What readers see while something is broken: one clear line, the figures last read, a menu that works."""

# ruff: noqa: F811 - fixtures are imported by name
import errno
import html
import os
from pathlib import Path

import pytest

from geo import facts
from geo.store import database, imports, pauses
from geo.ui import data, lastknown
from tests.breaking import kill, read_only, start_again
from tests.pages.opening import links, markup, open_page, said
from tests.store_servers import named, new_store, postgresql, write  # noqa: F401

pytestmark = pytest.mark.pages

# Pages of the records; those that ask the store for more (quality, import) say so in their place.
PAGES = ("vue_ensemble", "carte", "besoins", "fiche", "methode")
OF_THE_STORE = ("qualite", "importer")
LAST = "Les chiffres montrés sont ceux lus le"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Nothing read or kept by another test, and a database that failed is asked again at once."""
    data._facts.cache_clear()
    lastknown._READ.clear()
    lastknown._FAULTS.clear()
    monkeypatch.setattr(pauses, "SECONDS", -1.0)


@pytest.fixture
def bring(tmp_path):
    """Import one peace committee of Bara, so that the store holds what is shipped nowhere."""
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.store import planning  # noqa: PLC0415

    def go() -> None:
        rows = ("record_key;Région;Cercle;Commune;Type d'activité;Nombre", "A1;Gao;Ansongo;Bara;AVEC;3")
        file = write(tmp_path / "f.csv", *rows)
        imports.apply(planning.prepare(file, load_boundaries(), source=named("p")), who="x")

    return go


def alerts(app) -> list[str]:
    found = [part.split("<", 1)[0] for part in markup(app).split("role='alert'>")[1:]]
    return [html.unescape(each).replace("\N{NO-BREAK SPACE}", " ") for each in found]


def figures(app) -> str:
    """The accounting under the title: it counts every row of the store."""
    return said(app).split("Lus ", 1)[1].split("·", 1)[0]


@pytest.mark.parametrize("how", ["random bytes", "gone"])
def test_a_store_spoilt_under_a_running_app_keeps_the_last_figures(new_store, bring, how):
    pages = PAGES[:2] if how == "random bytes" else PAGES[:1]
    address = new_store("sqlite")
    file = Path(address.removeprefix("sqlite:///"))
    bring()
    before = {page: figures(open_page(page)) for page in pages}
    assert "647" in before["vue_ensemble"]
    database.close()
    sound = file.read_bytes()
    if how == "gone":
        file.rename(file.with_suffix(".aside"))
        file.mkdir()
    else:
        file.write_bytes(os.urandom(len(sound)))
    for page in pages:
        app = open_page(page)
        (told,) = alerts(app)
        assert LAST in told
        assert figures(app) == before[page]
    database.close()
    if how == "gone":
        file.rmdir()
        file.with_suffix(".aside").rename(file)
    else:
        file.write_bytes(sound)
    assert alerts(open_page("vue_ensemble")) == []


def test_a_store_that_is_spoilt_from_the_start_is_said_and_not_left_out_in_silence(new_store, bring):
    file = Path(new_store("sqlite").removeprefix("sqlite:///"))
    bring()
    database.close()
    file.write_bytes(os.urandom(20_000))
    for page in PAGES:
        app = open_page(page, lang="en")
        (told,) = alerts(app)
        assert "the file is damaged. Put it aside, then restore a backup" in told
        assert "\n" not in told
        # No figure is shown that would leave out what was imported; the menu leads on.
        assert "Read " not in said(app).split("Put it aside", 1)[1]
        assert len(links(app)) >= len(PAGES)


def test_a_server_that_is_killed_and_comes_back(new_store, bring, postgresql):
    new_store("postgresql")
    bring()
    before = open_page("carte")
    kill(postgresql)
    try:
        (told,) = alerts(open_page("vue_ensemble"))
        assert LAST in told
        for page in OF_THE_STORE:
            told = alerts(open_page(page))
            assert told
            assert all(each.startswith("PostgreSQL 127.0.0.1/store_") for each in told)
            assert all("la base de données ne répond pas" in each for each in told)
    finally:
        start_again(postgresql)
    after = open_page("carte")
    assert alerts(after) == []
    assert figures(after) == figures(before)


def test_a_server_that_does_not_answer_is_not_waited_for_at_every_click(monkeypatch):
    asked = []

    def load():
        asked.append(True)
        raise lastknown.StoreError("gone")

    monkeypatch.setattr(pauses, "SECONDS", 60.0)
    for _click in range(5):
        with pytest.raises(lastknown.StoreError, match="gone"):
            lastknown.read("here", load)
    assert len(asked) == 1


def test_a_store_in_a_folder_that_became_read_only_is_read(new_store, bring):
    file = Path(new_store("sqlite").removeprefix("sqlite:///"))
    bring()
    database.close()
    with read_only(file.parent):
        app = open_page("methode")
        assert alerts(app) == []
        assert "647" in figures(app)
        database.close()


def test_boundaries_that_cannot_be_read_leave_the_menu(own_home):
    folder = own_home / "boundaries"
    folder.mkdir()
    (folder / "in_use.json").write_text("{", encoding="utf-8")
    for page in PAGES:
        app = open_page(page)
        (told,) = alerts(app)
        assert "in_use.json est illisible : supprimez-le" in told
        assert len(links(app)) >= len(PAGES)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("boundaries/in_use.json", b"[]", "in_use.json est illisible : supprimez-le"),
        ("boundaries/embedded_ml/layer.json", b"{}", "« embedded_ml » est abîmée (layer.json)"),
        ("population/in_use.json", b'{"residents": null}', "in_use.json est illisible : supprimez-le"),
        ("localities/in_use", b"\xff\xfe", "in_use est illisible : supprimez-le"),
        ("severity/in_use", b"\xff\xfe", "in_use est illisible : supprimez-le"),
        ("norms/x.toml", b"norms = 5", "x.toml : « norms » n'est pas une table de normes. Corrigez"),
    ],
)
def test_a_small_file_that_is_valid_and_spoilt_is_one_line(own_home, file, content, words):
    spoilt = own_home / file
    spoilt.parent.mkdir(parents=True)
    spoilt.write_bytes(content)
    app = open_page("besoins")
    (told,) = alerts(app)
    assert words in told
    assert len(links(app)) >= len(PAGES)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (MemoryError(), "Mémoire insuffisante"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/srv/x"),
            "/srv/x : impossible d'écrire (No space",
        ),
        (OSError(errno.EROFS, "Read-only file system"), "le disque du serveur : impossible d'écrire"),
    ],
)
def test_what_breaks_in_the_middle_of_a_page_is_one_line(monkeypatch, fault, words):
    monkeypatch.setattr(lastknown, "_READ", {})

    def broken(*_arguments, **_named):
        raise fault

    monkeypatch.setattr(facts, "build", broken)
    app = open_page("carte", statut="ongoing", annee="2019")
    (told,) = alerts(app)
    assert words in told
    monkeypatch.undo()
    assert alerts(open_page("methode")) == []


def test_a_fault_of_the_program_is_not_hidden(monkeypatch):
    def broken(*_arguments, **_named):
        raise KeyError("a fault of ours")

    monkeypatch.setattr(facts, "build", broken)
    with pytest.raises(AssertionError, match="encountered an error"):
        open_page("carte", statut="planned", annee="2018")
