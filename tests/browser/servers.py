"""A Streamlit server of one's own, and a counter of the bytes that really pass."""

import asyncio
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def aside(work: Coroutine[Any, Any, T]) -> T:
    """Run readers in a thread of their own: the browser's has a loop already."""
    with ThreadPoolExecutor() as threads:
        return threads.submit(asyncio.run, work).result()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


class Server:
    """A running server: its port, its process, and the processor time it has used."""

    def __init__(self, process: subprocess.Popen, port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serve(
    folder: Path, *, script: str = "app.py", cwd: Path = ROOT, port: int = 0, **environment: str
) -> Iterator[Server]:
    """``streamlit run`` on a free port (or ``port``), with its own home in ``folder``."""
    port = port or free_port()
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.headless", "true"]
    settings = os.environ | {"COUVERTURE_HOME": str(home), "PYTHONPATH": str(ROOT)} | environment
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, env=settings, stdout=output, stderr=output)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(
                    f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}"
                )
            time.sleep(0.1)
        yield Server(process, port, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


class Meter:
    """A relay in front of a server that counts the bytes sent to the browser, compression included."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.to_browser = 0
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def _accept(self) -> None:
        self._socket.settimeout(0.2)
        while not self._closing.is_set():
            try:
                client, _who = self._socket.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._relay, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _relay(self, client: socket.socket) -> None:
        with client, self._connect(client) as server:
            while not self._closing.is_set():
                ready, _w, _x = select.select([client, server], [], [], 0.2)
                for source in ready:
                    with contextlib.suppress(ConnectionError):
                        data = source.recv(65536)
                        if data:
                            (server if source is client else client).sendall(data)
                            self.to_browser += len(data) if source is server else 0
                            continue
                    return

    def _connect(self, _client: socket.socket) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._target))

    def close(self) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._socket.close()


class Balancer(Meter):
    """One address in front of several servers: a client stays with its server while that answers.

    As ``ip_hash`` of nginx and ``balance source`` of HAProxy: by the client's address (here the last
    number of a loopback address), and on to the next server where one refuses.
    """

    def __init__(self, *ports: int) -> None:
        self._ports = ports
        super().__init__(ports[0])

    def _connect(self, client: socket.socket) -> socket.socket:
        first = int(client.getpeername()[0].rpartition(".")[2]) - 1
        for turn in range(len(self._ports)):
            with contextlib.suppress(ConnectionRefusedError):
                return socket.create_connection(("127.0.0.1", self._ports[(first + turn) % len(self._ports)]))
        # Nobody is there: the client is let go, as a proxy would with 502.
        return socket.socket()
