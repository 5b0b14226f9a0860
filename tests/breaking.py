"""Things really broken for a test: a disk of one megabyte, a read-only folder, a process short of memory."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geo import settings
from tests.store_servers import Server


def _mount(*arguments: str) -> None:
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("a file system of one's own needs root and mount(8)")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine mounts nothing: {done.stderr.strip()}")


@contextlib.contextmanager
def disk(folder: Path, *, kilobytes: int = 1024) -> Iterator[Path]:
    """A file system of its own on ``folder``, this large and no larger."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={kilobytes}k,mode=755", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """``folder`` as it is, on which nobody may write, not even root."""
    folder.mkdir(parents=True, exist_ok=True)
    _mount("--bind", str(folder), str(folder))
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, leave: int = 0) -> Path:
    """Fill the disk of ``folder`` but for ``leave`` bytes; return the file that fills it."""
    ballast = folder / "ballast"
    free = shutil.disk_usage(folder).free - leave
    with ballast.open("ab") as more:
        more.write(bytes(max(free, 0)))
    return ballast


def short_of_memory(megabytes: int) -> Callable[[], None]:
    """What a child process does first so that it gets no more than this, whatever the machine has."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    return limit


def geo(*arguments: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """``python -m geo`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "geo", *arguments],
        cwd=settings.PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=before,
        timeout=300,
    )


def kill(server: Server) -> None:
    """SIGKILL to the server and every process of it, as a machine that is short of memory does."""
    first = int((server.folder / "data/postmaster.pid").read_text(encoding="ascii").split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split()
    for pid in (first, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while Path(f"/proc/{first}").exists() and time.monotonic() < until:
        if "State:\tZ" in Path(f"/proc/{first}/status").read_text(encoding="ascii"):
            break
        time.sleep(0.05)


def start_again(server: Server) -> None:
    # Where nobody collects the dead (a container without an init), the number still looks alive.
    for left in (server.folder / "data/postmaster.pid", server.folder / f".s.PGSQL.{server.port}.lock"):
        left.unlink()
    options = f"-p {server.port} -k {server.folder} -c listen_addresses=127.0.0.1"
    log = f"{server.folder}/log"
    server.run("pg_ctl", "-D", f"{server.folder}/data", "-w", "-l", log, "-o", options, "start")
