"""The database itself: its tables, its state, and every fault as one line that a user can act on."""

# ruff: noqa: F811 - fixtures are imported by name
import contextlib
import os
import re
import sqlite3
import threading
import time

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from geo import settings
from geo import store as geo_store
from geo.activities import PLACED_COLUMNS, PROVIDER_COLUMNS
from geo.errors import StoreError
from geo.store import current, database, held, imports, jobs, migrations
from geo.store.tables import METADATA, ORDER, RECORDS
from tests.store_servers import boundaries, contents, new_store, postgresql, quick, standing, store  # noqa: F401


def test_the_migrations_make_the_tables_that_the_code_asks(store):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [each for each in compare_metadata(context, METADATA) if "jobs" not in str(each)]
        assert found == []
        assert migrations.current(connection) == migrations.HEAD


def test_the_head_is_the_newest_step_in_the_folder():
    folder = settings.PROJECT_DIR / "geo/store/migrations/versions"
    numbers = sorted(re.match(r"v(\d+)_", path.name).group(1) for path in folder.glob("v*.py"))
    assert numbers[-1] == migrations.HEAD


def test_down_and_up_again(store):
    with database.writing() as connection:
        migrations.migrate(connection, "base")
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}
        migrations.migrate(connection)
        assert {table.name for table in ORDER} <= set(sa.inspect(connection).get_table_names())


def test_every_column_of_the_record_is_a_column_of_the_store():
    """If this fails, add a migration for the column; until then it is kept in ``extra``."""
    assert set(PROVIDER_COLUMNS) | set(PLACED_COLUMNS) <= set(RECORDS.c.keys())


def test_a_column_that_the_store_does_not_have_is_kept(store, quick):
    frame = pd.DataFrame({"record_key": ["a", "b"], "depth_m": [12.5, None], "well": ["Tin", ""]})
    imports.apply(quick(frame), who="x")
    with database.reading() as connection:
        found = held.standing(connection, "s").set_index("identity")
    assert found.loc["a", "depth_m"] == 12.5
    assert (found.loc["a", "well"], found.loc["b", "well"]) == ("Tin", "")


def test_no_store_is_made_by_looking(own_home, monkeypatch):
    monkeypatch.delenv(database.URL_VARIABLE, raising=False)
    assert current.state_key() == ""
    assert geo_store.load(boundaries()).version == geo_store.load_shipped(boundaries()).version
    assert list(own_home.iterdir()) == []


def test_the_state_changes_with_every_change_and_with_nothing_else(store, quick):
    assert current.state_key() == ""
    number = imports.apply(quick({"a": 1}), who="x")
    first = current.state_key()
    assert first == current.state_key() != ""
    quick({"a": 2})
    assert current.state_key() == first
    imports.undo(number, who="x")
    assert current.state_key() != first


def test_text_that_no_database_takes_is_made_storable(store, quick):
    imports.apply(
        quick(pd.DataFrame({"record_key": ["a\0b", "c"], "quantity": [1.0, float("inf")]})), who="x"
    )
    found = standing()
    first, second = found
    assert first == "ab"
    assert second == "c"


def test_one_writer_at_a_time_the_other_waits(store, quick):
    plans = [quick({"a": 1}, "one"), quick({"a": 1}, "two")]
    done = []
    threads = [
        threading.Thread(target=lambda plan=plan: done.append(imports.apply(plan, who="x"))) for plan in plans
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [1, 2]
    assert standing("one") == standing("two") == {"a": 1.0}


def test_who_waits_too_long_is_told_why(store, quick, monkeypatch):
    plan = quick({"a": 1})
    database.close()
    monkeypatch.setattr(database, "WAIT_SECONDS", 1)
    before = time.monotonic()
    with database.writing() as holder:
        assert holder is not None
        # The holder's own thread must not wait for itself.
        told = []

        def second():
            try:
                imports.apply(plan, who="x")
            except StoreError as error:
                told.append(str(error))

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    database.close()
    assert len(told) == 1
    assert "un autre import est en cours" in told[0]
    assert time.monotonic() - before < 10
    assert standing() == {}


def refused(action, words):
    with pytest.raises(StoreError, match=words) as told:
        action()
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.fixture
def file(new_store, quick):
    address = new_store("sqlite")
    imports.apply(quick({"a": 1, "b": 2}), who="x")
    database.close()
    return address.removeprefix("sqlite:///")


def test_a_file_that_is_no_database(file):
    with open(file, "r+b") as target:
        target.write(b"x" * 4096)
    refused(standing, "store.sqlite : fichier endommagé.*restore")


def test_a_file_with_a_damaged_page(file):
    with contextlib.closing(sqlite3.connect(file)) as plain:
        plain.execute("PRAGMA journal_mode = DELETE")
    size = os.path.getsize(file)
    with open(file, "r+b") as target:
        target.seek(4096 * 3)
        target.write(os.urandom(size - 4096 * 3))
    refused(standing, "fichier endommagé")


def test_a_full_disk_leaves_everything_as_it_was(file, quick, monkeypatch):
    before = contents()
    plan = quick({str(n): n for n in range(5000)})
    set_up = database._set_up_sqlite

    def small(connection, record):
        set_up(connection, record)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    monkeypatch.setattr(database, "_set_up_sqlite", small)
    database.close()
    refused(lambda: imports.apply(plan, who="x"), "plus de place sur le disque ; rien n'a été enregistré")
    monkeypatch.undo()
    database.close()
    monkeypatch.setenv(database.URL_VARIABLE, f"sqlite:///{file}")
    assert contents() == before


def as_nobody(action):
    """Run in a process without rights on the folder; return what it was told."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            action()
            said = "nothing was said"
        except StoreError as error:
            said = str(error)
        except BaseException as error:  # noqa: BLE001 - the parent shows it
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as source:
        return source.read()


def test_a_folder_that_may_not_be_written(tmp_path_factory, monkeypatch, quick):
    folder = tmp_path_factory.mktemp("locked")
    for parent in (folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    folder.chmod(0o555)
    monkeypatch.setenv(database.URL_VARIABLE, f"sqlite:///{folder}/store.sqlite")

    def write():
        with database.writing():
            pass

    assert re.search("impossible d'écrire ici ; rien n'a été enregistré", as_nobody(write))
    assert list(folder.iterdir()) == []


def test_a_server_that_does_not_answer(monkeypatch):
    monkeypatch.setenv(database.URL_VARIABLE, "postgresql://nobody@127.0.0.1:9/none")
    refused(standing, "PostgreSQL 127.0.0.1/none : la base de données ne répond pas")


def test_a_server_that_goes_away_in_the_middle(new_store, quick, postgresql):
    new_store("postgresql")
    imports.apply(quick({"a": 1}), who="x")
    plan = quick({"a": 2})

    def cut(connection, _cursor, statement, *_rest):
        if "INSERT INTO history" in statement:
            pid = connection.connection.dbapi_connection.info.backend_pid
            with database.engine().connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")

    sa.event.listen(database.engine(), "before_cursor_execute", cut)
    refused(lambda: imports.apply(plan, who="x"), "ne répond pas ; rien n'a été enregistré")
    sa.event.remove(database.engine(), "before_cursor_execute", cut)
    assert standing() == {"a": 1.0}


@pytest.mark.parametrize(("address", "words"), [("mysql://h/d", "« mysql » n'est pas"), ("x", "adresse")])
def test_an_address_that_is_none(monkeypatch, address, words):
    monkeypatch.setenv(database.URL_VARIABLE, address)
    refused(standing, words)


def test_a_store_of_a_newer_program(store):
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    refused(standing, "version plus récente")


def test_a_job_that_does_not_exist(store):
    refused(lambda: jobs.status(7), "Tâche 7 : elle n'existe pas")
