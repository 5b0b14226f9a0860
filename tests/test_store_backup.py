"""A backup comes back as it was, on the same database and on the other, or not at all."""

# ruff: noqa: F811 - fixtures are imported by name
import json
import zipfile

import pytest

from geo.__main__ import main
from geo.errors import StoreError
from geo.store import (
    corrections,
    current,
    database,
    decisions,
    imports,
    load,
    meeting,
    organisations,
    snapshots,
    sources,
)
from geo.store.backup import backup, restore
from tests.store_servers import boundaries, contents, named, new_store, postgresql, quick, standing, store  # noqa: F401

KINDS = ("sqlite", "postgresql")
GROUP = {"kind": "name", "level": "commune"}


def fill(quick):
    """A store with something in every table."""
    imports.apply(quick({"a": 1, "b": 2.5, "c": float("nan")}), who="awa")
    imports.apply(quick({"a": 2, "é\u202f…": 1}), who="issa")
    imports.apply(quick({"z": 1}, "survey", source=named("survey", supersedes="s")), who="awa")
    imports.undo(2, who="awa")
    sources.save_profile("amss", {"columns": {"quantity": "Combien"}}, who="awa")
    sources.switch("geonames_wells_2014", on=False, who="awa")
    decisions.decide(
        {"kind": "name", "text_key": "x", "level": "commune"}, "ML070102", boundaries(), who="awa"
    )
    corrections.correct("s", "a", {"quantity": "9"}, boundaries(), who="awa")
    organisations.decide("alias", "Assoc. malienne survie", "AMSS", who="awa")
    meeting.decide(("s", "a"), ("survey", "z"), "duplicate", who="awa", note="même puits")
    snapshots.take(load(boundaries()), "réunion de mai", who="awa")


def without_audit(found):
    """All but what a restore adds itself: its line, and the new name of the store."""
    return {name: rows for name, rows in found.items() if name not in ("audit", "meta")}


@pytest.mark.parametrize("start", KINDS)
@pytest.mark.parametrize("end", KINDS)
def test_there_and_back_again(new_store, quick, tmp_path, start, end):
    first = new_store(start)
    fill(quick)
    before, records = contents(), load(boundaries()).records
    counts = backup(tmp_path / "one.zip")
    assert counts["records"] == len(before["records"]) > 5
    new_store(end)
    assert restore(tmp_path / "one.zip", who="awa") == counts
    assert without_audit(contents()) == without_audit(before)
    assert load(boundaries()).records.equals(records)
    backup(tmp_path / "two.zip")
    new_store(start, at=first)
    restore(tmp_path / "two.zip", who="awa", replace=True)
    assert without_audit(contents()) == without_audit(before)
    # What is new goes on from there: numbers are free, what stands is known.
    assert imports.apply(quick({"a": 5}), who="x") == 4
    assert standing() == {"a": 5}
    decisions.decide(dict(GROUP, text_key="y"), "ML070102", boundaries(), who="x")
    assert len(decisions.decisions()) == 2


def test_a_restored_store_is_another_state(store, quick, tmp_path):
    imports.apply(quick({"a": 1}), who="x")
    state = current.state_key()
    backup(tmp_path / "b.zip")
    restore(tmp_path / "b.zip", who="x", replace=True)
    assert current.state_key() != state


def test_a_store_in_use_is_replaced_only_where_that_is_said(store, quick, tmp_path, capsys):
    imports.apply(quick({"a": 1}), who="x")
    path = tmp_path / "b.zip"
    assert main(["backup", str(path)]) == 0
    imports.apply(quick({"a": 2}), who="x")
    assert main(["restore", str(path)]) == 2
    assert "La base n'est pas vide. Ajoutez --yes" in capsys.readouterr().err
    assert standing() == {"a": 2}
    assert main(["restore", str(path), "--yes"]) == 0
    assert standing() == {"a": 1}


@pytest.fixture
def saved(new_store, quick, tmp_path):
    new_store("sqlite")
    imports.apply(quick({str(n): n for n in range(400)}), who="x")
    path = tmp_path / "b.zip"
    backup(path)
    return path


def refused(path, words):
    before = contents()
    with pytest.raises(StoreError, match=words) as told:
        restore(path, who="x", replace=True)
    assert "\n" not in str(told.value)
    assert contents() == before


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_backup_cut_short_is_refused(saved, share):
    whole = saved.read_bytes()
    saved.write_bytes(whole[: int(len(whole) * share)])
    refused(saved, r"b\.zip : ce n'est pas une sauvegarde, ou elle est endommagée ; rien n'a changé")


def rewritten(path, change):
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w") as target:
        for name, content in change(parts).items():
            target.writestr(name, content)


def test_a_backup_with_another_figure_in_it_is_refused(saved):
    def other(parts):
        text = parts["records.jsonl"].replace(b'"quantity": 7.0', b'"quantity": 8.0')
        assert text != parts["records.jsonl"]
        return parts | {"records.jsonl": text}

    rewritten(saved, other)
    refused(saved, "endommagée")


def test_a_backup_without_a_table_is_refused(saved):
    rewritten(saved, lambda parts: {name: text for name, text in parts.items() if name != "history.jsonl"})
    refused(saved, "endommagée")


def test_a_backup_from_before_the_meeting_leaves_its_tables_empty(new_store, quick, tmp_path):
    new_store("sqlite")
    fill(quick)
    backup(tmp_path / "new.zip")
    meetings = ("organisations", "overlap_decisions", "snapshots", "snapshot_records")
    with zipfile.ZipFile(tmp_path / "new.zip") as new, zipfile.ZipFile(tmp_path / "old.zip", "w") as old:
        manifest = json.loads(new.read("manifest.json")) | {"revision": "0001"}
        manifest["tables"] = {
            name: about for name, about in manifest["tables"].items() if name not in meetings
        }
        old.writestr("manifest.json", json.dumps(manifest))
        for name in manifest["tables"]:
            old.writestr(f"{name}.jsonl", new.read(f"{name}.jsonl"))
    restore(tmp_path / "old.zip", who="awa", replace=True)
    found = contents()
    assert not any(found[name] for name in meetings)
    assert len(found["records"]) == manifest["tables"]["records"]["rows"] > 5


def test_a_backup_of_another_version_is_refused(saved):
    def newer(parts):
        manifest = json.loads(parts["manifest.json"]) | {"revision": "9999"}
        return parts | {"manifest.json": json.dumps(manifest).encode()}

    rewritten(saved, newer)
    refused(saved, r"sauvegarde d'une autre version \(9999\)")


def test_what_is_no_zip_or_is_not_there_is_refused(saved, tmp_path):
    saved.write_text("bonjour", encoding="utf-8")
    refused(saved, "ce n'est pas une sauvegarde")
    refused(tmp_path / "none.zip", r"none\.zip : fichier illisible")
    refused(tmp_path, "fichier illisible")


def test_a_backup_that_cannot_be_written_leaves_nothing(saved, tmp_path):
    with pytest.raises(StoreError, match="impossible d'écrire"):
        backup(tmp_path / "nowhere" / "b.zip")
    assert database.exists()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".backup")) == []
