"""A PostgreSQL that says nothing, or says no: how long a reader waits, and what he reads."""

# ruff: noqa: F811 - fixtures are imported by name
import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from geo.errors import StoreError
from geo.store import database, faults, imports
from geo.store import postgresql as connections
from tests.store_servers import new_store, postgresql, quick  # noqa: F401


class Relay:
    """Stands before a server on the loopback; silent, it takes what is sent, and hands on nothing."""

    def __init__(self, port: int) -> None:
        self.silent = threading.Event()
        self._to, self._ends = port, []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._let_in, daemon=True).start()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _address = self._door.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                self._ends += [caller, server]
                for ends in ((caller, server), (server, caller)):
                    threading.Thread(target=self._hand_on, args=ends, daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError), one, other:
            while data := one.recv(65_536):
                if not self.silent.is_set():
                    other.sendall(data)

    def close(self) -> None:
        for each in (self._door, *self._ends):
            each.close()


@pytest.fixture
def relay(new_store, postgresql) -> Iterator[Relay]:
    new_store("postgresql")
    made = Relay(postgresql.port)
    address = sa.make_url(os.environ[database.URL_VARIABLE]).set(port=made.port)
    new_store("postgresql", address.render_as_string(hide_password=False))
    yield made
    made.close()


def test_a_server_that_falls_silent_is_waited_for_a_while_and_asked_anew(relay, quick, monkeypatch):
    # Two seconds is the least that a new connection waits.
    monkeypatch.setattr(connections, "ANSWER_SECONDS", 2)
    imports.apply(quick({"a": 1}), who="x")
    assert len(imports.imports()) == 1
    relay.silent.set()
    begun = time.monotonic()
    with pytest.raises(StoreError, match="la base de données ne répond pas"):
        imports.imports()
    assert time.monotonic() - begun < 10
    relay.silent.clear()
    assert len(imports.imports()) == 1


@pytest.mark.parametrize(
    ("changed", "why"), [({"database": "nowhere"}, "nowhere"), ({"username": "nobody_here"}, "nobody_here")]
)
def test_a_server_that_says_no_is_quoted(new_store, changed, why):
    address = sa.make_url(new_store("postgresql")).set(**changed)
    new_store("postgresql", address.render_as_string(hide_password=False))
    with pytest.raises(StoreError, match=rf"a refusé \(.*{why}.*\)") as found:
        imports.imports()
    assert "127.0.0.1, port" not in str(found.value)


def test_an_address_with_a_port_that_is_no_number(monkeypatch):
    monkeypatch.setenv(database.URL_VARIABLE, "postgresql://me:secret@host:door/store")
    with pytest.raises(StoreError, match="DATABASE_URL n'est pas une adresse") as found:
        imports.imports()
    assert "secret" not in str(found.value)


def test_a_folder_in_the_place_of_the_file(tmp_path, new_store):
    (tmp_path / "store.sqlite").mkdir()
    new_store("sqlite", f"sqlite:///{tmp_path}/store.sqlite")
    with pytest.raises(StoreError, match=r"store\.sqlite : .*pas un fichier"):
        imports.imports()


def test_what_a_cut_connection_says_when_it_is_rolled_back_is_no_refusal():
    said = sa.exc.OperationalError("ROLLBACK", None, Exception("another command is already in progress"))
    assert faults.kind(said) == "gone"
