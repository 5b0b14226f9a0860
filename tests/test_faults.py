"""Broken on purpose: the disk full, the folder read-only, the database gone, the clock back, memory out.

What happened each time is written down in docs/faults.md.
"""

# ruff: noqa: F811 - fixtures are imported by name
import contextlib
import errno
import os
import pwd
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa
import time_machine

from geo import assets, settings
from geo.__main__ import main
from geo.errors import (
    BoundaryFileError,
    CouvertureError,
    RecordFileError,
    StoreError,
    ViewError,
    out_of_memory,
)
from geo.io import download, fetching, load_boundaries
from geo.io import install as installing
from geo.io.files import write_bytes
from geo.io.install import install, use
from geo.io.layers import in_use
from geo.io.records import write_csv
from geo.store import audit, current, database, imports, jobs, pauses, review, uploads
from geo.store.backup import backup
from tests.boundary_files import known, official, snapshot, zipped_shapefile
from tests.breaking import disk, fill, geo, kill, read_only, short_of_memory, start_again
from tests.certificates import server_side
from tests.hdx_server import File, hdx  # noqa: F401
from tests.store_servers import (  # noqa: F401
    boundaries,
    contents,
    new_store,
    postgresql,
    quick,
    standing,
    store,
    write,
)

NO_ROOM = "No space left on device"


def refused(action, words: str, error: type[CouvertureError] = StoreError) -> str:
    with pytest.raises(error, match=words) as told:
        action()
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.fixture
def small(tmp_path):
    with disk(tmp_path / "disk", kilobytes=2048) as folder:
        yield folder


# --- no room on the disk --------------------------------------------------------------------------


@pytest.fixture
def small_store(small, new_store, quick):
    """A store with two records on a disk that has 100 kB left."""
    new_store("sqlite", f"sqlite:///{small}/store.sqlite")
    imports.apply(quick({"a": 1, "b": 2}), who="x")
    with database.jobs():
        pass
    database.close()
    ballast = fill(small, leave=100_000)
    yield small
    database.close()
    ballast.unlink(missing_ok=True)


def test_an_import_that_does_not_fit_leaves_the_store_as_it_was(small_store, quick):
    before = contents()
    plan = quick({str(n): n for n in range(3000)})
    refused(lambda: imports.apply(plan, who="x"), "plus de place sur le disque ; rien n'a été enregistré")
    assert contents() == before
    (small_store / "ballast").unlink()
    # With room again the same program goes on, without being started anew.
    imports.apply(plan, who="x")
    assert len(standing()) == 3000


def test_a_disk_without_a_byte_left_can_still_be_read(small_store):
    fill(small_store)
    assert standing() == {"a": 1.0, "b": 2.0}
    refused(lambda: jobs.start([], file_name="f" * 300_000, who="x"), "plus de place|il est plein")


def test_a_new_store_that_does_not_fit_is_no_half_store(small, new_store):
    ballast = fill(small, leave=20_000)
    new_store("sqlite", f"sqlite:///{small}/new/store.sqlite")

    def write_something():
        with database.writing():
            pass

    refused(write_something, "plus de place|il est plein|impossible d'écrire")
    database.close()
    ballast.unlink()
    write_something()
    assert current.state_key() == ""


def test_a_file_handed_in_that_does_not_fit_is_not_kept(small, monkeypatch):
    monkeypatch.setenv("COUVERTURE_HOME", str(small))
    fill(small, leave=10_000)
    refused(lambda: uploads.keep("f.csv", b"x" * 100_000), f"impossible d'écrire \\({NO_ROOM}")
    assert list((small / "uploads").iterdir()) == []


def test_a_backup_that_does_not_fit_leaves_the_last_one(small, store, quick):
    imports.apply(quick({str(n): n for n in range(2000)}), who="x")
    target = small / "backup.zip"
    target.write_bytes(b"the last one")
    fill(small, leave=1000)
    refused(lambda: backup(target), "impossible d'écrire")
    assert sorted(path.name for path in small.iterdir()) == ["backup.zip", "ballast"]
    assert target.read_bytes() == b"the last one"


def test_a_report_that_does_not_fit_leaves_the_last_one(small):
    target = small / "map.pdf"
    target.write_bytes(b"the last one")
    fill(small, leave=1000)
    refused(lambda: write_bytes(target, b"x" * 100_000), f"impossible d'écrire \\({NO_ROOM}", ViewError)
    assert sorted(path.name for path in small.iterdir()) == ["ballast", "map.pdf"]
    assert target.read_bytes() == b"the last one"


def test_a_table_that_does_not_fit_leaves_the_last_one(small):
    target = small / "imports.csv"
    target.write_bytes(b"the last one")
    fill(small, leave=1000)
    table = pd.DataFrame({"a": range(50_000)})
    refused(lambda: write_csv(target, table), f"impossible d'écrire \\({NO_ROOM}", RecordFileError)
    assert sorted(path.name for path in small.iterdir()) == ["ballast", "imports.csv"]
    assert target.read_bytes() == b"the last one"
    # What is no file is written to as it is.
    write_csv(Path("/dev/null"), table)
    assert not Path("/dev/null").is_file()


def test_a_file_is_handed_over_on_a_full_disk(small_store, monkeypatch):
    monkeypatch.setattr(pauses, "SECONDS", 0.0)
    assert audit.signed_in("x", "reader", means="")
    ballast = fill(small_store)
    stood = [audit.exported(f"{n}.pdf" + "x" * 2000, who="x", audience="reader") for n in range(200)]
    assert not all(stood)
    ballast.unlink()
    assert audit.write_waiting()
    # Every one of them is there, once, in its order.
    found = [name.partition(".")[0] for name in audit.entries(kinds=("export",))["file"]]
    assert found == [str(turn) for turn in reversed(range(200))]


def test_postgresql_out_of_room(tmp_path, new_store, quick, postgresql):
    if isinstance(postgresql, str):
        pytest.skip(postgresql)
    with disk(postgresql.folder / "small", kilobytes=24_000) as small:
        space = small / "space"
        space.mkdir()
        os.chown(space, *(getattr(pwd.getpwnam("postgres"), name) for name in ("pw_uid", "pw_gid")))
        address = f"host=127.0.0.1 port={postgresql.port} user=postgres"
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
            server.execute("CREATE DATABASE cramped TABLESPACE small")
            new_store("postgresql", f"postgresql://postgres@127.0.0.1:{postgresql.port}/cramped")
            imports.apply(quick({"a": 1, "b": 2}), who="x")
            before, ballast = contents(), fill(small, leave=100_000)
            plan = quick({str(n): n for n in range(4000)})
            refused(lambda: imports.apply(plan, who="x"), "plus de place sur le disque ; rien n'a été")
            assert contents() == before
            ballast.unlink()
            imports.apply(plan, who="x")
            assert len(standing()) == 4000
            database.close()
            server.execute("DROP DATABASE cramped")
            server.execute("DROP TABLESPACE small")


def test_boundaries_that_do_not_fit_change_nothing(small, tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "read_communes", known)
    monkeypatch.setenv("COUVERTURE_HOME", str(small))
    archive = zipped_shapefile(official(), tmp_path, "mli_admin3")
    ballast = fill(small, leave=8_000)
    before = load_boundaries().version
    refused(lambda: install([archive]), f"écriture impossible \\({NO_ROOM}", BoundaryFileError)
    assert snapshot(small / "boundaries") == {".lock": b""}
    assert load_boundaries().version == before
    ballast.unlink()
    install([archive])
    assert in_use()["ML"] == "cod_ab_ml_20211220"


def test_a_download_that_does_not_fit_goes_on_when_there_is_room(small, tmp_path, monkeypatch, hdx):
    monkeypatch.setattr(installing, "read_communes", known)
    monkeypatch.setenv("COUVERTURE_HOME", str(small))
    archive = zipped_shapefile(official(), tmp_path, "mli_admin3")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("metadata.pdf", os.urandom(400_000))
    content = archive.read_bytes()
    hdx.files["cod-ab-mli"] = File("mli_admin3.zip", content)
    ballast = fill(small, leave=200_000)
    refused(lambda: fetching.fetch(["ML"]), f"écriture impossible \\({NO_ROOM}", BoundaryFileError)
    assert not (small / "boundaries").exists()
    ballast.unlink()
    (outcome,) = fetching.fetch(["ML"])
    assert outcome.state == fetching.INSTALLED
    assert hdx.ranges()[-1].startswith("bytes=")


@pytest.mark.parametrize("digest", [{}, {"hash": ""}], ids=["digest", "no digest"])
def test_no_room_to_unpack_is_no_fault_of_the_archive(tmp_path, monkeypatch, own_home, hdx, digest):
    monkeypatch.setattr(installing, "read_communes", known)
    content = zipped_shapefile(official(), tmp_path, "mli_admin3").read_bytes()
    hdx.files["cod-ab-mli"] = File("mli_admin3.zip", content, said=digest)
    with disk(tmp_path / "scratch", kilobytes=4) as scratch:
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        (outcome,) = fetching.fetch(["ML"])
    assert outcome.message == (
        f"{scratch} : écriture impossible ({NO_ROOM}). Libérez de la place ou changez TMPDIR."
    )
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (outcome,) = fetching.fetch(["ML"])
    assert outcome.state == fetching.INSTALLED
    # What had come was kept.
    assert len(hdx.ranges()) == 1


def test_files_for_the_browser_that_do_not_fit(small):
    fill(small, leave=50_000)
    refused(lambda: assets.lay_out(small), f"impossible d'écrire \\({NO_ROOM}", ViewError)
    assert [path for path in (small / "vendor").rglob("*") if path.is_file() and path.suffix == ""] == []


# --- folders that may not be written --------------------------------------------------------------


def test_a_store_in_a_read_only_folder(tmp_path, new_store, quick):
    folder = tmp_path / "store"
    new_store("sqlite", f"sqlite:///{folder}/store.sqlite")
    imports.apply(quick({"a": 1}), who="x")
    plan = quick({"a": 2})
    database.close()
    before = snapshot(folder)
    with read_only(folder):
        refused(lambda: imports.apply(plan, who="x"), "impossible d'écrire ici ; rien n'a été enregistré")
        # What is there can be read all the same.
        assert standing() == {"a": 1.0}
        database.close()
        assert current.state_key()
    assert snapshot(folder)["store.sqlite"] == before["store.sqlite"]
    database.close()
    assert standing() == {"a": 1.0}


def test_a_read_only_home(own_home, tmp_path, monkeypatch, capsys, hdx):
    monkeypatch.setattr(installing, "read_communes", known)
    archive = zipped_shapefile(official(), tmp_path, "mli_admin3")
    hdx.files["cod-ab-mli"] = File("mli_admin3.zip", archive.read_bytes())
    with read_only(own_home):
        refused(lambda: install([archive]), "écriture impossible", BoundaryFileError)
        refused(lambda: fetching.fetch(["ML"]), "écriture impossible", BoundaryFileError)
        refused(fetching.start, "écriture impossible", BoundaryFileError)
        refused(lambda: uploads.keep("f.csv", b"x"), "impossible d'écrire")
        assert main(["boundaries", "install", str(archive)]) == 2
        for command in ("boundaries", "population", "localities", "severity"):
            (known_name,) = {"boundaries": ["embedded_ml"], "population": ["embedded"]}.get(command, [""])
            assert main([command, "use", known_name]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 5
    assert all("écriture impossible" in line for line in said)
    assert list(own_home.iterdir()) == []
    assert use("embedded_ml").layers[0].name == "embedded_ml"


def test_a_temporary_folder_that_may_not_be_written(tmp_path, monkeypatch):
    archive = zipped_shapefile(official(), tmp_path, "mli_admin3")
    with read_only(tmp_path / "scratch") as scratch:
        monkeypatch.setattr(tempfile, "tempdir", str(scratch))
        refused(lambda: install([archive]), f"{scratch} : écriture impossible", BoundaryFileError)


def test_no_temporary_folder_at_all(own_home, tmp_path, monkeypatch, capsys):
    archive = zipped_shapefile(official(), tmp_path, "mli_admin3")

    def none():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert main(["boundaries", "install", str(archive)]) == 2
    said = capsys.readouterr().err
    assert said == "Aucun dossier temporaire où écrire. Libérez de la place ou donnez-en un par TMPDIR.\n"


def test_files_for_the_browser_that_lie_there_already_serve_from_a_read_only_folder(tmp_path):
    assets.lay_out(tmp_path)
    with read_only(tmp_path):
        assets.lay_out(tmp_path)
        refused(lambda: assets.publish(b"{}", static_dir=tmp_path), "impossible d'écrire", ViewError)


# --- the database goes away, or is spoilt ---------------------------------------------------------


def test_a_server_killed_in_the_middle_of_an_import(new_store, quick, postgresql):
    new_store("postgresql")
    imports.apply(quick({"a": 1, "b": 2}), who="x")
    plan = quick({str(n): n for n in range(2500)})
    killed = []

    def count(_connection, _cursor, statement, *_rest):
        if "INSERT INTO history" in statement and not killed:
            killed.append(True)
            kill(postgresql)

    sa.event.listen(database.engine(), "before_cursor_execute", count)
    try:
        refused(lambda: imports.apply(plan, who="x"), "ne répond pas ; rien n'a été enregistré")
        # Still down: one line again, at once.
        before = time.monotonic()
        refused(standing, "ne répond pas")
        assert time.monotonic() - before < 5
    finally:
        sa.event.remove(database.engine(), "before_cursor_execute", count)
        start_again(postgresql)
    assert killed
    # The same process goes on with the server that came back.
    assert standing() == {"a": 1.0, "b": 2.0}
    imports.apply(plan, who="x")
    assert len(standing()) == 2500


def test_a_store_taken_away_in_the_middle_of_an_import_is_no_import_done(new_store, quick):
    file = Path(new_store("sqlite").removeprefix("sqlite:///"))
    imports.apply(quick({"a": 1}), who="x")
    plan = quick({str(n): n for n in range(50)})

    def take_away(_connection, _cursor, statement, *_rest):
        if "INSERT INTO history" in statement:
            file.rename(file.with_name("elsewhere"))

    sa.event.listen(database.engine(), "before_cursor_execute", take_away)
    refused(lambda: imports.apply(plan, who="x"), "a été retiré pendant l'écriture ; rien n'a été enregistré")
    database.close()
    # Put back, it is as it was before.
    for beside in (*file.parent.glob("store.sqlite*"), *file.parent.glob("elsewhere-*")):
        beside.unlink()
    file.with_name("elsewhere").rename(file)
    assert standing() == {"a": 1.0}


def test_a_damaged_file_of_jobs_is_named_and_harms_no_record(new_store, quick):
    file = Path(new_store("sqlite").removeprefix("sqlite:///")).with_name("jobs.sqlite")
    imports.apply(quick({"a": 1}), who="x")
    jobs.start(["--help"], file_name="f.csv", who="x")
    database.close()
    file.write_bytes(os.urandom(20_000))
    for beside in file.parent.glob("jobs.sqlite-*"):
        beside.unlink()
    for action in (jobs.jobs, lambda: jobs.start([], file_name="f.csv", who="x")):
        assert str(file) in refused(
            action, "fichier endommagé. Supprimez-le : il ne contient que l'avancement"
        )
    assert standing() == {"a": 1.0}
    file.unlink()
    assert jobs.jobs() == []


def damaged() -> bool:
    """Whether the store is said to be damaged, and in the right words."""
    said = ""
    try:
        current.state_key()
    except StoreError as error:
        said = str(error)
    assert not said or "fichier endommagé. Mettez-le de côté puis restaurez" in said
    return bool(said)


def test_a_store_is_in_wal_and_looked_over_before_its_first_use(tmp_path, new_store, quick):
    address = new_store("sqlite")
    imports.apply(quick({str(n): n for n in range(500)}), who="x")
    database.close()
    file = Path(address.removeprefix("sqlite:///"))
    with contextlib.closing(sqlite3.connect(file)) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = plain.execute("PRAGMA page_size").fetchone()[0]
        pages = plain.execute("PRAGMA page_count").fetchone()[0]
    sound = file.read_bytes()
    # Garbage in any one page but the first: a table or an index, in use by this question or not.
    found = 0
    for number in range(1, pages, 3):
        spoilt = bytearray(sound)
        spoilt[number * page : (number + 1) * page] = os.urandom(page)
        for beside in file.parent.glob("store.sqlite-*"):
            beside.unlink()
        file.write_bytes(spoilt)
        database.close()
        found += damaged()
    # Free pages hold nothing that could be wrong.
    assert found > 0.8 * len(range(1, pages, 3)), (found, pages)
    file.write_bytes(sound)
    database.close()
    assert len(standing()) == 500


# --- the clock ------------------------------------------------------------------------------------


def test_a_clock_set_back_changes_no_order(store, quick):
    with time_machine.travel("2026-11-22T10:00:00Z", tick=True):
        first = imports.apply(quick({"a": 1}), who="x")
        before = current.state_key()
    with time_machine.travel("2001-01-01T00:00:00Z", tick=True):
        second = imports.apply(quick({"a": 2}), who="x")
        assert current.state_key() != before
        assert standing() == {"a": 2.0}
        assert list(imports.imports()["id"]) == [second, first]
        number = jobs.start(["--help"], file_name="f.csv", who="x")
        assert jobs.jobs()[0].id == number
        imports.undo(second, who="x")
        assert standing() == {"a": 1.0}
        assert review.groups(boundaries()) is not None
    assert list(imports.imports()["id"]) == [second, first]


def test_a_clock_set_back_ends_no_download(own_home):
    with time_machine.travel("2026-11-22T10:00:00Z", tick=True):
        fetching._folder().mkdir()
        fetching._write(fetching.Progress(fetching.RUNNING, "ML", 1, 2))
    with time_machine.travel("2001-01-01T00:00:00Z", tick=True):
        # Nobody holds its lock: it is gone, whatever the clock says; one that is held goes on.
        assert fetching.progress().state == fetching.INTERRUPTED
        with fetching.filelock.FileLock(own_home / "downloads/fetch.lock"):
            assert fetching.progress().state == fetching.RUNNING


@pytest.mark.parametrize(("starts", "ends"), [(-30, -1), (1, 30), (-1, 30)])
def test_a_clock_that_no_certificate_fits_is_one_line(tmp_path, monkeypatch, hdx, starts, ends):
    """A machine whose clock runs ahead sees every certificate as expired, one set back as not valid yet."""
    shown, authority = server_side(tmp_path, starts=starts, ends=ends)
    hdx.server.socket = shown.wrap_socket(hdx.server.socket, server_side=True)
    hdx.files["cod-ab-mli"] = File("mli_admin3.zip", b"no zip")
    monkeypatch.setenv("COUVERTURE_HDX", hdx.address.replace("http:", "https:"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    limits = download.Limits(stall_seconds=2, tries=1, pause_seconds=0.01)
    said = "127.0.0.1 : certificat refusé. Vérifiez la date"
    if starts < 0 < ends:
        # The right hour: the same server is believed.
        (outcome,) = fetching.fetch(["ML"], limits=limits)
        assert "certificat" not in outcome.message
        assert hdx.asked
    else:
        (outcome,) = fetching.fetch(["ML"], limits=limits)
        assert outcome.state == fetching.REFUSED
        assert said in outcome.message
        assert hdx.asked == []


# --- memory ---------------------------------------------------------------------------------------


def test_an_import_without_the_memory_for_it_is_one_line(tmp_path, new_store, quick):
    """In 700 MB the program starts and reads; 60,000 rows beside it do not fit."""
    new_store("sqlite")
    imports.apply(quick({"a": 1}), who="x")
    before = contents()
    rows = (f"k{n},water_point,Gao,Ansongo,Ansongo,1,ONG {n % 50}" for n in range(60_000))
    file = write(tmp_path / "large.csv", "id,type,region,cercle,commune,nombre,partenaire", *rows)
    done = geo("import", str(file), "--source", "large", before=short_of_memory(700))
    if done.returncode >= 0:
        assert done.returncode == 2
        assert done.stderr == f"{out_of_memory(MemoryError())}\n"
    # Else a library in C ended the process itself: what counts then is what is left behind.
    assert contents() == before


_START_AND_WAIT = """
import sys, time
from geo.store import jobs
number = jobs.start(sys.argv[1:], file_name="large.csv", who="x")
while jobs.status(number).state == jobs.RUNNING:
    time.sleep(0.2)
found = jobs.status(number)
print(found.state, found.message)
"""


def test_a_job_without_the_memory_for_it_leaves_the_store_as_it_was(tmp_path, new_store, quick):
    """What the page starts: the process of the import inherits the limit and does not fit into it."""
    new_store("sqlite")
    imports.apply(quick({"a": 1}), who="x")
    before = contents()
    rows = (f"k{n},water_point,Gao,Ansongo,Ansongo,1,ONG {n % 50}" for n in range(60_000))
    file = write(tmp_path / "large.csv", "id,type,region,cercle,commune,nombre,partenaire", *rows)
    done = subprocess.run(
        [sys.executable, "-c", _START_AND_WAIT, str(file), "--source", "large"],
        cwd=settings.PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=short_of_memory(700),
        timeout=300,
    )
    state, _blank, message = done.stdout.strip().partition(" ")
    # A library in C may end the process itself: nobody is left to say a word then.
    assert (state, message) in ((jobs.FAILED, str(out_of_memory(MemoryError()))), (jobs.INTERRUPTED, ""))
    assert contents() == before


def test_a_job_that_runs_out_of_memory_says_so(new_store, tmp_path, monkeypatch):
    new_store("sqlite")
    number = jobs.start(["--help"], file_name="f.csv", who="x")
    from geo.commands import import_  # noqa: PLC0415

    def full(_arguments):
        raise MemoryError

    monkeypatch.setattr(import_, "_run", full)
    with database.jobs() as connection:
        connection.execute(sa.update(jobs.JOBS).values(state=jobs.RUNNING))
    assert main(["import", str(tmp_path / "f.csv"), "--job", str(number)]) == 2
    assert "Mémoire insuffisante" in jobs.status(number).message


def test_a_killed_import_is_said_to_be_interrupted(new_store, quick):
    new_store("sqlite")
    imports.apply(quick({"a": 1}), who="x")
    number = jobs.start(["no-such-file.csv"], file_name="f.csv", who="x")
    os.kill(jobs.status(number).pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while jobs.status(number).state == jobs.RUNNING and time.monotonic() < until:
        time.sleep(0.05)
    assert jobs.status(number).state == jobs.INTERRUPTED
    assert standing() == {"a": 1.0}
