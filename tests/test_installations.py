"""Installations at once, killed in the middle, and small files spoilt: one line, and nothing lost."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest

from geo import settings
from geo.__main__ import main
from geo.errors import BoundaryFileError, CouvertureError, PopulationFileError, SettingsError
from geo.io import folders, load_boundaries, localities, norms, population, severity
from geo.io import install as installing
from geo.io import layers as on_disk
from geo.io.install import install, use
from tests import toy
from tests.boundary_files import known, official, snapshot, zipped_shapefile


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(installing, "read_communes", known)
    return own_home


def copied(home: Path, embedded: str) -> str:
    """Install a copy of a shipped layer beside it, not in use."""
    name = embedded.replace("embedded", "mine")
    shutil.copytree(settings.BOUNDARIES_DIR / embedded, home / "boundaries" / name)
    return name


def people(folder: Path, country: str) -> Path:
    pcode = {"ML": "ML050101", "MR": "MR02101"}[country]
    name = toy.SQUARES[pcode][0]
    path = folder / f"{country}.csv"
    path.write_text(f"adm3_pcode,adm3_name,population\n{pcode},{name},5\n", encoding="utf-8")
    return path


# --- two at once ----------------------------------------------------------------------------------


def while_writing(
    monkeypatch: pytest.MonkeyPatch, place: object, first: Callable[[], object], second: Callable[[], object]
) -> None:
    """Do ``first``; when it has come to its writing, and rests there a while, do ``second``."""
    there, write = threading.Event(), folders.write_folders

    def slowly(*arguments: object) -> None:
        there.set()
        threading.Event().wait(0.3)
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(place, "write_folders", slowly)
    thread = threading.Thread(target=first)
    thread.start()
    assert there.wait(20)
    second()
    thread.join()


def test_two_layers_put_in_use_at_once_are_both_in_use(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, mauritania = zipped_shapefile(official(), tmp_path), copied(home, "embedded_mr")
    while_writing(monkeypatch, on_disk, lambda: install([archive]), lambda: use(mauritania))
    assert on_disk.in_use() == {"ML": "cod_ab_ml_20211220", "MR": "mine_mr"}


def test_two_populations_put_in_use_at_once_are_both_in_use(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = toy.boundaries()
    population.install(people(tmp_path, "MR"), both, year="2023", name="other")
    population.use(population.EMBEDDED)
    while_writing(
        monkeypatch,
        population,
        lambda: population.install(people(tmp_path, "ML"), both, year="2023", name="mine"),
        lambda: population.use("other"),
    )
    assert population.in_use()["residents"] == {"ML": "mine", "MR": "other"}


@pytest.mark.parametrize("kind", ["boundaries", "population", "localities", "severity"])
def test_one_that_does_not_end_is_not_waited_for_for_ever(
    home: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "WAIT_SECONDS", 0.1)
    choose: Callable[[], object] = {
        "boundaries": lambda: use("embedded_ml"),
        "population": lambda: population.use("embedded"),
        "localities": lambda: localities.use(""),
        "severity": lambda: severity.use(""),
    }[kind]
    (home / kind).mkdir()
    with (
        filelock.FileLock(home / kind / ".lock"),
        pytest.raises(CouvertureError, match=f"{kind} : une autre installation est en cours"),
    ):
        choose()
    choose()


# --- killed in the middle -------------------------------------------------------------------------

_KILLED = """
import os, signal, sys
from pathlib import Path
from geo.io import folders
left, replace = int(sys.argv[2]), Path.replace
def last(path, target):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(path, target)
Path.replace = last
home = Path(sys.argv[1])
folders.write_folders(home, {"one": lambda folder: (folder / "mark").write_text("new")})
folders.write_text_at_once(home / "in_use.json", "new")
"""


@pytest.mark.parametrize(("renaming", "mark"), [(1, "old"), (2, "old"), (3, "new")])
def test_what_a_killed_installation_left_is_put_right(tmp_path: Path, renaming: int, mark: str) -> None:
    home = tmp_path / "home"
    (home / "one").mkdir(parents=True)
    (home / "one/mark").write_text("old", encoding="utf-8")
    (home / "in_use.json").write_text("old", encoding="utf-8")
    arguments = [sys.executable, "-c", _KILLED, str(home), str(renaming)]
    killed = subprocess.run(arguments, cwd=settings.PROJECT_DIR, check=False)
    assert killed.returncode == -signal.SIGKILL
    with folders.changing(home, BoundaryFileError):
        pass
    left = {".lock": b"", "in_use.json": b"old", "one/mark": mark.encode()}
    assert snapshot(home) == left
    assert sorted(path.name for path in home.iterdir()) == [".lock", "in_use.json", "one"]


def test_ctrl_c_between_the_two_renamings_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, replace = tmp_path / "one", Path.replace
    old.mkdir()
    (old / "mark").write_text("old", encoding="utf-8")

    def interrupted(path: Path, target: Path) -> Path:
        if path.name == target.name:
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        folders.write_folders(tmp_path, {"one": lambda folder: None})
    assert snapshot(tmp_path) == {"one/mark": b"old"}


def test_a_layer_in_use_that_is_gone_names_the_way_back(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for embedded in ("embedded_ml", "embedded_mr"):
        use(copied(home, embedded))
    scratch = home / "boundaries/.scratch-killed"
    scratch.mkdir()
    (home / "boundaries/mine_mr").rename(scratch / "mine_mr.old")
    shutil.rmtree(home / "boundaries/mine_ml")
    with pytest.raises(BoundaryFileError, match=r"« mine_ml », en usage, manque.* use embedded_ml »"):
        load_boundaries()
    # The one is put back by whatever changes the folder next, the other replaced by the command named.
    assert main(["boundaries", "use", "embedded_ml"]) == 0
    assert "embedded_ml, mine_mr" in capsys.readouterr().out
    use(copied(home, "embedded_ml"))
    shutil.rmtree(home / "boundaries/mine_ml")
    shutil.rmtree(home / "boundaries/mine_mr")
    # Where both are gone, each command does its part and names the next.
    with pytest.raises(BoundaryFileError, match=r"« mine_mr », en usage, manque.*use embedded_mr »"):
        use("embedded_ml")
    assert use("embedded_mr").name == "embedded_ml+embedded_mr"
    with pytest.raises(BoundaryFileError, match="Aucune couche de limites « nobody » : choisissez parmi"):
        use("nobody")


# --- small files that are valid, and not what they should be --------------------------------------


@pytest.mark.parametrize(
    "text",
    ["[]", "null", "5", '"x"', '{"ML": null}', '{"ML": ["a"]}', '{"ML": "embedded_mr"}', "[" * 100_000],
    ids=lambda text: text[:16],
)
def test_a_spoilt_choice_of_layers(home: Path, text: str) -> None:
    spoilt(home / "boundaries/in_use.json", text)
    with pytest.raises(BoundaryFileError, match=r"in_use\.json est illisible : supprimez-le"):
        load_boundaries()


@pytest.mark.parametrize(
    "change",
    [
        lambda papers: [],
        lambda papers: None,
        lambda papers: {},
        lambda papers: {"sha256": 5},
        lambda papers: papers | {"sha256": dict.fromkeys(papers["sha256"], 5)},
        lambda papers: papers | {"country": "XX"},
        lambda papers: {key: papers[key] for key in papers if key != "vintage"},
    ],
    ids=["list", "null", "empty", "only a number", "numbers for hashes", "no such country", "no vintage"],
)
def test_spoilt_papers_of_a_layer(home: Path, change: Callable[[dict], object]) -> None:
    use(copied(home, "embedded_mr"))
    file = home / "boundaries/mine_mr/layer.json"
    spoilt(file, json.dumps(change(json.loads(file.read_text(encoding="utf-8")))))
    with pytest.raises(BoundaryFileError, match=r"« mine_mr » est abîmée \(layer\.json\) : réinstallez-la"):
        load_boundaries()


@pytest.mark.parametrize(
    "text", ['{"residents": null}', '"x"', '{"ML": 5}', '{"residents": {"ML": 5}}', "[]"]
)
def test_a_spoilt_choice_of_population(home: Path, text: str) -> None:
    spoilt(home / "population/in_use.json", text)
    with pytest.raises(PopulationFileError, match=r"in_use\.json est illisible : supprimez-le"):
        population.load_population()


@pytest.mark.parametrize("text", ["null", "[]", "{}", '{"layer": 5}'])
def test_spoilt_papers_of_a_population(home: Path, tmp_path: Path, text: str) -> None:
    population.install(people(tmp_path, "ML"), toy.boundaries(), year="2023", name="mine")
    spoilt(home / "population/mine/table.json", text)
    with pytest.raises(PopulationFileError, match="« mine » est abîmée : réinstallez-la"):
        population.status()


@pytest.mark.parametrize("shelf", [localities, severity])
def test_a_shelf_whose_choice_or_papers_are_spoilt(home: Path, shelf, capsys) -> None:
    kind = shelf.SHELF.kind
    spoilt(home / kind / "in_use", b"\xff\xfe")
    with pytest.raises(shelf.SHELF.fault, match=r"in_use est illisible : supprimez-le"):
        shelf.load()
    (home / kind / "in_use").unlink()
    for text in ("null", "[]", "{}", '{"source": 5}'):
        spoilt(home / kind / "mine/about.json", text)
        assert main([kind, "status"]) == 2
        assert "« mine » est abîmée : réinstallez-la" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["norms = 5", "norms = [1]", "[norms]\nwater_mali_modern_point = 5"])
def test_a_spoilt_set_of_norms(home: Path, text: str) -> None:
    spoilt(home / "norms/mine.toml", text)
    with pytest.raises(SettingsError, match=r"mine\.toml : « norms » n'est pas une table .* Corrigez"):
        norms.read_set("mine")


def spoilt(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
