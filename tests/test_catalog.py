import json
from pathlib import Path

import pytest

from geo import catalog
from geo.__main__ import main
from geo.errors import SettingsError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one table, one text file and papers that hold."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "table.csv").write_text('a,b\n1,"two\nlines"\n3,4\n', encoding="utf-8")
    (data / "types.toml").write_text("[x]\n", encoding="utf-8")
    (data / "README.md").write_text("about\n", encoding="utf-8")
    texts = {"fr": ["texte"], "en": ["text"]}
    papers = {"source": "s", "licence": "l", "attribution": "a", "date": "2024"}
    entries = [
        {"file": name, "sha256": "", **papers, "rows": 0, "processing": texts, "caveats": texts}
        for name in ("table.csv", "types.toml")
    ]
    (data / "catalog.json").write_text(json.dumps({"files": entries}), encoding="utf-8")
    catalog.refresh(data)
    return data


@pytest.mark.parametrize("path", catalog.folders(), ids=lambda path: path.name)
def test_every_shipped_file_has_its_papers(path: Path) -> None:
    assert catalog.check(path) == []


def test_rows_are_records_not_lines(folder: Path) -> None:
    entries = {entry["file"]: entry for entry in catalog.load(folder)}
    assert entries["table.csv"]["rows"] == 2
    assert entries["types.toml"]["rows"] is None
    assert catalog.check(folder) == []


def test_a_changed_file_is_told(folder: Path) -> None:
    (folder / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert catalog.check(folder) == [
        "data/table.csv : le contenu a changé (sha256).",
        "data/table.csv : le nombre de lignes a changé.",
    ]
    catalog.refresh(folder)
    assert catalog.check(folder) == []


def test_a_file_without_papers_is_told_and_not_made_up(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep/new.csv").write_text("a\n", encoding="utf-8")
    catalog.refresh(folder)
    assert catalog.check(folder) == ["data/deep/new.csv : pas dans le catalogue."]


def test_a_file_that_is_gone_is_told(folder: Path) -> None:
    (folder / "table.csv").unlink()
    assert catalog.check(folder) == ["data/table.csv : au catalogue mais absent."]
    catalog.refresh(folder)
    assert catalog.check(folder) == []


@pytest.mark.parametrize("key", ["licence", "source", "attribution", "date", "caveats"])
def test_papers_that_lack_something_are_told(folder: Path, key: str) -> None:
    content = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
    del content["files"][0][key]
    (folder / "catalog.json").write_text(json.dumps(content), encoding="utf-8")
    assert any(f"{key} manque au catalogue" in problem for problem in catalog.check(folder))


def test_texts_are_in_both_languages(folder: Path) -> None:
    content = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
    content["files"][0]["caveats"] = {"fr": ["seulement"]}
    (folder / "catalog.json").write_text(json.dumps(content), encoding="utf-8")
    assert catalog.check(folder) == ["data/table.csv : caveats manque au catalogue."]


def test_a_layer_brings_its_own_papers(folder: Path) -> None:
    layer = folder / "layer_ml"
    layer.mkdir()
    texts = {"fr": ["mesuré"], "en": ["measured"]}
    about = {
        "source": "S",
        "licence": "L",
        "attribution": "A",
        "date": "2017",
        "processing": texts,
        "caveats": texts,
    }
    (layer / "layer.json").write_text(json.dumps({**about, "measured": {"share": 99.4}}), encoding="utf-8")
    catalog.refresh(folder)
    assert catalog.check(folder) == []
    (entry,) = [entry for entry in catalog.load(folder) if entry["file"] == "layer_ml/layer.json"]
    assert entry["measured"] == {"share": 99.4}


def test_no_catalogue_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"catalog\.json : catalogue absent ou illisible"):
        catalog.load(tmp_path)
    assert len(catalog.check(tmp_path)) == 1


def test_the_command_line_exits_1_on_problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "check", str(folder)]) == 0
    assert capsys.readouterr().out == "Tout correspond au catalogue.\n"
    (folder / "table.csv").unlink()
    assert main(["catalog", "check", str(folder)]) == 1
    assert "absent" in capsys.readouterr().out
    assert main(["catalog", "refresh", str(folder)]) == 0
