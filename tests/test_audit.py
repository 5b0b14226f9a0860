"""The journal: every act leaves one line, whatever happens to the act; nothing of a record stands in it."""

# ruff: noqa: F811 - fixtures are imported by name
import hashlib
import json
import logging
import time
import zipfile

import pytest
import sqlalchemy as sa
import time_machine

from geo import acts
from geo.__main__ import main
from geo.errors import StoreError
from geo.io.sheets import read_sheet
from geo.settings import PROJECT_DIR
from geo.store import (
    audit,
    corrections,
    current,
    database,
    decisions,
    imports,
    migrations,
    pauses,
    sources,
)
from geo.store.backup import backup, restore
from geo.store.tables import AUDIT
from tests.breaking import read_only
from tests.store_servers import boundaries, contents, new_store, postgresql, quick, store, writer  # noqa: F401

GROUP = {"kind": "name", "text_key": "x", "level": "commune", "rows": 3}


@pytest.fixture(autouse=True)
def no_role():
    """A command that was run in this process leaves its role behind."""
    acts.act_as("")
    yield
    acts.act_as("")


def lines(**asked) -> list[tuple]:
    """Act, who and what of each line, the oldest first."""
    found = audit.entries(**asked).iloc[::-1]
    return list(zip(found["action"], found["who"], found["details"], strict=True))


def test_each_act_of_the_store_is_a_line_with_its_role(store, quick):
    acts.act_as("coordinator")
    imports.apply(quick({"a": 1, "b": 2}), who="awa")
    decisions.decide(GROUP, "ML070102", boundaries(), who="issa")
    numbers = corrections.correct("s", "a", {"quantity": "9"}, boundaries(), who="issa")
    corrections.revoke_correction(numbers[0], boundaries(), who="awa")
    sources.switch("s", on=False, who="awa")
    imports.undo(1, who="awa")
    acts.act_as("")
    assert lines() == [
        ("import", "awa", "1"),
        ("decide", "issa", "1 ML070102 3"),
        ("correct", "issa", '["s", "a", "quantity"]'),
        ("revoke_correction", "awa", "1"),
        ("source_off", "awa", "s"),
        ("undo", "awa", "1"),
    ]
    found = audit.entries()
    assert set(found["role"]) == {"coordinator"}
    first = found.iloc[-1]
    assert (first["file"], first["rows"], first["about"]["source"]) == ("f.csv", 2, "s")
    # The value of the correction stands with the correction, not here.
    assert not any("9" in str(value) for value in found.iloc[3][["details", "about"]])


def test_an_act_that_fails_leaves_no_line(store, quick):
    imports.apply(quick({"a": 1}), who="x")
    with pytest.raises(StoreError, match="il n'existe pas"):
        imports.undo(7, who="x")

    def fails():
        with database.writing() as connection:
            database.note(connection, "undo", "x", "1")
            connection.exec_driver_sql("SELECT nothing FROM nowhere")

    with pytest.raises(StoreError, match="refusé"):
        fails()
    assert lines() == [("import", "x", "1")]


def test_an_act_that_nobody_knows_is_refused(store):
    with pytest.raises(KeyError), database.writing() as connection:
        database.note(connection, "delete_everything", "x")
    with pytest.raises(KeyError):
        audit.note("delete_everything", who="x")


def test_files_and_sign_ins_change_no_record(store, quick):
    imports.apply(quick({"a": 1}), who="x")
    state = current.state_key()
    assert audit.exported("carte.pdf", who="y", audience="reader", view="carte?type=avec", rows=34)
    assert audit.signed_in("y", "partner", means="oidc")
    assert audit.signed_out("y", "partner")
    assert audit.refused("z", means="password")
    # Caches are keyed by it: a download by one reader must not make every page read all records again.
    assert current.state_key() == state
    made = audit.entries(kinds=("export",)).iloc[0]
    assert (made["file"], made["audience"], made["view"], made["rows"]) == (
        *("carte.pdf", "reader", "carte?type=avec"),
        34,
    )
    assert [each[0] for each in lines(kinds=("sign_in",))] == ["sign_in", "sign_out", "sign_in_refused"]
    assert lines(kinds=("sign_out",)) == [("sign_out", "y", "")]
    assert audit.people() == ["x", "y", "z"]


def test_days_are_whole_days(store):
    for moment in (
        "2026-11-21T23:59:59Z",
        "2026-11-22T00:00:00Z",
        "2026-11-22T23:59:59Z",
        "2026-11-23T00:00:00Z",
    ):
        with time_machine.travel(moment, tick=False):
            audit.signed_in("x", "reader", means=moment[8:13])
    assert [each[2] for each in lines(since="2026-11-22", until="2026-11-22")] == ["22T00", "22T23"]


def test_an_export_during_an_import_waits_two_seconds_at_most_and_its_line_comes_later(
    new_store, monkeypatch, caplog
):
    new_store("sqlite")
    monkeypatch.setattr(pauses, "SECONDS", 0.0)
    assert audit.signed_in("x", "reader", means="")
    with writer():
        before = time.monotonic()
        with caplog.at_level(logging.WARNING):
            assert not audit.exported("a.pdf", who="x", audience="reader")
        assert 1.5 < time.monotonic() - before < 15
        assert "a.pdf" in caplog.text
    assert audit.write_waiting()
    assert [row["file"] for row in audit.entries(kinds=("export",)).to_dict("records")] == ["a.pdf"]
    assert audit.write_waiting()
    assert len(audit.entries(kinds=("export",))) == 1


def test_postgresql_takes_a_line_while_an_import_is_written(new_store):
    new_store("postgresql")
    with database.writing():
        before = time.monotonic()
        assert audit.exported("a.pdf", who="x", audience="reader")
        assert time.monotonic() - before < 10
    assert len(lines()) == 1


def test_a_file_is_handed_over_without_its_line(tmp_path, new_store, monkeypatch, caplog):
    new_store("sqlite", f"sqlite:///{tmp_path}/store/store.sqlite")
    monkeypatch.setattr(pauses, "SECONDS", 0.0)
    assert audit.signed_in("x", "reader", means="")
    database.close()
    with read_only(tmp_path / "store"), caplog.at_level(logging.WARNING):
        assert not audit.exported("a.pdf", who="x", audience="reader", rows=3)
        assert not audit.exported("b.pdf", who="x", audience="reader", rows=3)
        assert "b.pdf" in caplog.text
    # Another store in the same process gets none of it.
    database.close()
    new_store("sqlite")
    assert audit.signed_out("x", "reader")
    assert lines() == [("sign_out", "x", "")]
    new_store("sqlite", f"sqlite:///{tmp_path}/store/store.sqlite")
    assert audit.write_waiting()
    assert list(audit.entries(kinds=("export",))["file"]) == ["b.pdf", "a.pdf"]


def test_a_server_that_is_gone_is_asked_once_in_ten_seconds(new_store, monkeypatch):
    new_store("postgresql", "postgresql://nobody@127.0.0.1:9/none")
    asked = []
    appending = database.appending
    monkeypatch.setattr(database, "appending", lambda: asked.append(1) or appending())
    for _turn in range(5):
        assert not audit.exported("a.pdf", who="x", audience="reader")
    assert asked == [1]


def test_who_tries_passwords_by_the_thousand_fills_no_disk(store, monkeypatch):
    monkeypatch.setattr(audit, "_REFUSALS", audit._Refusals())
    for _turn in range(1000):
        audit.refused("", means="password")
    assert len(lines()) == 20
    monkeypatch.setattr(audit._REFUSALS, "since", audit._REFUSALS.since - 61)
    assert audit.refused("", means="password")
    assert audit.entries().iloc[0]["about"]["times"] == 980


def test_a_store_of_the_version_before_is_brought_up_to_date(new_store, quick, postgresql):
    for kind in ("sqlite", "postgresql"):
        new_store(kind)
        imports.apply(quick({"a": 1}), who="x")
        with database.writing() as connection:
            database.note(connection, "snapshot", "x", "1 mai")
            migrations.migrate(connection, "0002")
        with database.writing() as connection:
            assert "role" not in {each["name"] for each in sa.inspect(connection).get_columns("audit")}
            migrations.migrate(connection)
        with database.reading() as connection:
            found = connection.execute(sa.select(AUDIT.c.action, AUDIT.c.changes).order_by(AUDIT.c.id)).all()
        assert found == [("import", True), ("snapshot", False)]


@pytest.mark.parametrize(("start", "end"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_backup_carries_the_journal_and_a_restore_loses_none_of_it(new_store, quick, tmp_path, start, end):
    first = new_store(start)
    imports.apply(quick({"a": 1}), who="awa")
    audit.exported("a.pdf", who="issa", audience="reader", view="carte?type=avec", rows=2)
    before = audit.entries()
    backup(tmp_path / "one.zip")
    new_store(end)
    restore(tmp_path / "one.zip", who="root")
    after = audit.entries()
    assert after.iloc[0]["action"] == "restore"
    assert after.iloc[1:].reset_index(drop=True).equals(before)
    # Back over a store that has gone on since: what happened there stays known, and counts for nothing.
    new_store(start, at=first)
    imports.apply(quick({"a": 2}), who="moussa")
    restore(tmp_path / "one.zip", who="root", replace=True)
    assert lines() == [
        *(("import", "awa", "1"), ("export", "issa", ""), ("import", "moussa", "2")),
        ("restore", "root", "one.zip"),
    ]
    assert imports.apply(quick({"a": 3}), who="x") == 2


def test_a_backup_of_the_version_before_is_restored(new_store, quick, tmp_path):
    new_store("sqlite")
    imports.apply(quick({"a": 1}), who="x")
    snapshots_line = {
        "id": 2,
        "at": "2026-11-01T00:00:00+00:00",
        "who": "x",
        "action": "snapshot",
        "details": "1",
    }
    backup(tmp_path / "new.zip")
    with (
        zipfile.ZipFile(tmp_path / "new.zip") as source,
        zipfile.ZipFile(tmp_path / "old.zip", "w") as target,
    ):
        manifest = json.loads(source.read("manifest.json")) | {"revision": "0002"}
        for name in source.namelist():
            content = source.read(name)
            if name == "audit.jsonl":
                old = [json.loads(each) for each in content.splitlines()]
                kept = [{key: each[key] for key in snapshots_line} for each in old] + [snapshots_line]
                content = "".join(json.dumps(each) + "\n" for each in kept).encode()
                manifest["tables"]["audit"] = {"rows": 2, "sha256": sha256(content)}
            if name != "manifest.json":
                target.writestr(name, content)
        target.writestr("manifest.json", json.dumps(manifest))
    new_store("sqlite")
    restore(tmp_path / "old.zip", who="x")
    with database.reading() as connection:
        found = connection.execute(sa.select(AUDIT.c.action, AUDIT.c.changes).order_by(AUDIT.c.id)).all()
    assert found == [("import", True), ("snapshot", False), ("restore", True)]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- the command line -----------------------------------------------------------------------------


def test_the_command_reads_filters_and_writes_it(store, quick, tmp_path, capsys):
    imports.apply(quick({"a": 1}), who="=cmd|' /C calc'!A0")
    audit.exported("carte.pdf", who="issa", audience="reader", rows=1234)
    assert main(["audit"]) == 0
    said = capsys.readouterr().out
    assert "Fichier produit · issa · carte.pdf · lecture · 1234" in said
    assert "dont montrées : 2" in said
    for ending in ("csv", "xlsx"):
        file = tmp_path / f"journal.{ending}"
        assert main(["audit", "--act", "import", "--out", str(file)]) == 0
        table = read_sheet(file).table
        assert list(table["Qui"]) == ["'=cmd|' /C calc'!A0"]
        assert list(table["Acte"]) == ["Import"]
    capsys.readouterr()
    assert main(["audit", "--who", "issa", "--since", "2020-01-01"]) == 0
    assert capsys.readouterr().out.count("\n") == 2
    # Reading it as a file is an export too.
    assert list(audit.entries(kinds=("export",))["file"]) == ["journal.xlsx", "journal.csv", "carte.pdf"]
    assert set(audit.entries(kinds=("export",))["role"]) == {"", acts.MACHINE}


def test_a_day_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["audit", "--since", "hier"])
    assert "AAAA-MM-JJ" in capsys.readouterr().err


def test_files_of_the_command_line_are_lines(store, quick, tmp_path):
    imports.apply(quick({"a": 1}), who="x")
    assert main(["backup", str(tmp_path / "b.zip")]) == 0
    assert main(["imports", "--out", str(tmp_path / "i.csv")]) == 0
    found = audit.entries(kinds=("export",))
    assert list(found["file"]) == ["i.csv", "b.zip"]
    assert list(found["audience"]) == ["coordinator", "administrator"]
    assert set(found["role"]) == {acts.MACHINE}


def test_only_a_restore_takes_lines_away():
    """No other place in the source deletes or changes a line."""
    for path in (PROJECT_DIR / "geo").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name not in ("backup.py", "v0003_audit.py", "v0001_first_tables.py"):
            assert not any(f"{verb}(AUDIT" in text for verb in ("delete", "update")), path
