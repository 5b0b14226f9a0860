"""Files handed in on a page, kept where the process that imports them can read them, until it ended."""

import contextlib
import re
import shutil
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

from geo import settings
from geo.errors import StoreError
from geo.i18n import _
from geo.signs import tidied
from geo.store.orders import Order

# Who hands a file in and goes away leaves it behind; it is thrown away after this time [s].
KEPT_SECONDS: Final = 24 * 3600
_ORDER: Final = "order.json"
_JOB: Final = "job"
_PREFIX: Final = "upload-"
# A file name that is longer cannot be written everywhere [characters, bytes].
_LONGEST: Final = 100
_MOST_BYTES: Final = 200
# Names that Windows takes for devices, whatever ends them.
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def folder() -> Path:
    """Folder of the files handed in; each lies in a folder of its own there."""
    return settings.home() / "uploads"


def keep(name: str, content: bytes) -> Path:
    """Write a file handed in and return where it is, under a name that can do no harm.

    Raises
    ------
    StoreError
        If it cannot be written; nothing of it is left then.
    """
    made = None
    try:
        folder().mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder()))
        path = made / safe_name(name)
        path.write_bytes(content)
    except OSError as error:
        if made:
            shutil.rmtree(made, ignore_errors=True)
        raise StoreError(
            _("{file} : impossible d'écrire ({why}).").format(file=folder(), why=error.strerror)
        ) from error
    return path


def safe_name(name: str) -> str:
    r"""Return the last part of a file name without what a system, a shell or a list could trip over.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\temp\\Liste;\n é.xlsx"), safe_name("..")
    ('passwd', 'Liste__ é.xlsx', 'fichier')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w .()\-]", "_", tidied(last)).strip(" .-")
    stem, dot, ending = plain.rpartition(".")
    short = plain if len(plain) <= _LONGEST else f"{(stem or plain)[: _LONGEST - 8]}{dot}{ending[:7]}"
    if len(short.encode()) > _MOST_BYTES:
        stem, dot, ending = short.rpartition(".")
        kept = (stem or short).encode()[: _MOST_BYTES - 40].decode(errors="ignore")
        short = f"{kept}{dot}{ending[:7]}"
    # Order and job lie beside it, under names of their own.
    own = short.casefold() in (_ORDER, _JOB) or _DEVICES.match(short)
    return f"_{short}" if own else short.strip(" .-") or "fichier"


def place_order(path: Path, order: Order) -> Path:
    """Write an order beside the file that it is about, and return where.

    Raises
    ------
    StoreError
        If the file is not there any more, or the order cannot be written.
    """
    if not path.is_file():
        raise StoreError(
            _("{file} : le fichier déposé n'est plus là. Déposez-le à nouveau.").format(file=path.name)
        )
    try:
        (path.parent / _ORDER).write_text(order.as_json(), encoding="utf-8")
    except OSError as error:
        raise StoreError(
            _("{file} : impossible d'écrire ({why}).").format(file=path.parent, why=error.strerror)
        ) from error
    return path.parent / _ORDER


def read_order(path: Path) -> Order:
    """Read the order that :func:`place_order` wrote.

    Raises
    ------
    StoreError
        If it is not there.
    """
    try:
        return Order.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(_("{file} : illisible ({why}).").format(file=path.name, why=error)) from error


def discard(path: Path) -> None:
    """Throw a file handed in away, with its folder; a file that lies anywhere else stays."""
    made = path.resolve().parent
    if made.parent == folder().resolve() and made.name.startswith(_PREFIX):
        shutil.rmtree(made, ignore_errors=True)


def belongs_to(path: Path, number: int) -> None:
    """Say which job a file handed in belongs to: it is thrown away when that has ended."""
    with contextlib.suppress(FileNotFoundError):  # a small import may have ended already
        (path.parent / _JOB).write_text(str(number), encoding="ascii")


def _job_of(made: Path) -> int | None:
    """Number of the job that a file handed in belongs to; None where nothing names one."""
    try:
        return int((made / _JOB).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        # A machine that lost its power can leave the file without its figures.
        return None


def sweep(running: Collection[int] = ()) -> None:
    """Throw away files whose job was ended from outside, and those that nobody imported for long.

    Parameters
    ----------
    running : collection of int
        Jobs under way.
    """
    if not folder().is_dir():
        return
    oldest = time.time() - KEPT_SECONDS
    for made in folder().glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another visit may be sweeping too
            job = _job_of(made)
            if job not in running if job is not None else made.stat().st_mtime < oldest:
                shutil.rmtree(made, ignore_errors=True)
