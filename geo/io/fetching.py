"""Official boundaries from HDX into use: looked up, brought, checked and installed, one country at a time.

Whoever asks, one process at a time does it, and says how far it is in a small file that others read.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar, get_origin

import filelock
import requests

from geo import settings
from geo.errors import BoundaryFileError, CouvertureError, DiskError, NetworkError, NoNetworkError
from geo.i18n import LANGUAGE_VARIABLE, _, language, number, short_date
from geo.io import download, hdx
from geo.io.folders import reason, write_text_at_once
from geo.io.install import install
from geo.io.layers import about, in_use

RUNNING, ENDED, CANCELLED, INTERRUPTED = "running", "ended", "cancelled", "interrupted"
INSTALLED, CURRENT, REFUSED = "installed", "current", "refused"
# How often the file says how far it is [s].
_EVERY_SECONDS: Final = 0.4
# How long a process that has just been asked for may take to begin [s].
_START_SECONDS: Final = 20.0

# Country, bytes done, bytes in all (0: not known); 0 of 0 while the file is checked and installed.
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What became of one country: ``installed``, ``current`` (nothing newer on HDX) or ``refused``.

    Attributes
    ----------
    message : str
        In the reader's language.
    notes : list of str
        What was repaired on the way, as an installation says it.
    """

    country: str
    state: str
    message: str
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Progress:
    """How far a fetch is, as its process wrote it last.

    Attributes
    ----------
    at : float
        When that was, by this machine's clock [s since 1970].
    lang : str
        Language of its words: that of who asked.
    """

    state: str
    country: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    outcomes: list[Outcome] = field(default_factory=list)
    at: float = 0.0
    lang: str = ""


_Read = TypeVar("_Read", Progress, Outcome)


class _CancelledError(Exception):
    pass


def fetch(
    countries: Sequence[str] = tuple(settings.COD_AB_DATASETS),
    *,
    report: Report = lambda *_figures: None,
    limits: download.Limits | None = None,
) -> list[Outcome]:
    """Bring the current COD-AB of each country from HDX and put it in use; each stands or falls alone.

    Raises
    ------
    NetworkError
        If HDX cannot be reached at all, or another process is at it: nothing was changed.
    BoundaryFileError
        If the folder of downloads cannot be written.
    """
    lock = filelock.FileLock(_folder() / "fetch.lock")
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with lock.acquire(timeout=1):
            (_folder() / "cancel").unlink(missing_ok=True)
            return _fetch_all(countries, report, limits or download.Limits())
    except filelock.Timeout as error:
        raise NetworkError(_("Un téléchargement des limites est déjà en cours.")) from error
    except OSError as error:
        raise _unwritten(error) from error


def _unwritten(error: OSError) -> BoundaryFileError:
    text = _("{folder} : écriture impossible ({reason}). Libérez de la place ou changez COUVERTURE_HOME.")
    return BoundaryFileError(text.format(folder=_folder(), reason=reason(error)))


def _folder() -> Path:
    return settings.home() / "downloads"


def _fetch_all(countries: Sequence[str], report: Report, limits: download.Limits) -> list[Outcome]:
    outcomes: list[Outcome] = []
    progress = _Progress(report)
    try:
        with download.client(settings.hdx_address()) as session:
            for country in countries:
                progress.country = country
                outcomes.append(_outcome(session, country, limits, progress, alone=not outcomes))
    except _CancelledError:
        progress.end(CANCELLED, outcomes)
    except CouvertureError as error:
        progress.end(ENDED, outcomes, str(error))
        raise
    except OSError as error:
        progress.end(ENDED, outcomes, str(_unwritten(error)))
        raise
    else:
        progress.end(ENDED, outcomes)
    return outcomes


def _outcome(
    session: requests.Session, country: str, limits: download.Limits, progress: "_Progress", *, alone: bool
) -> Outcome:
    try:
        found = hdx.published(session, country, limits=limits)
        return _one(session, found, limits, progress)
    except NoNetworkError as error:
        if alone:
            raise
        return Outcome(country, REFUSED, str(error))
    except CouvertureError as error:
        return Outcome(country, REFUSED, str(error))


def _one(
    session: requests.Session, found: hdx.Published, limits: download.Limits, progress: "_Progress"
) -> Outcome:
    if about(in_use()[found.country]).get("edition") == found.wanted.edition:
        text = _("Ce que HDX publie ({file}) est déjà en usage.").format(file=found.wanted.name)
        return Outcome(found.country, CURRENT, text)
    folder = _folder() / found.country
    path = download.download(session, found.wanted, folder, limits=limits, report=progress.bytes)
    progress.bytes(0, 0)
    papers = {
        "source": f"COD-AB, HDX, {path.name}",
        "source_url": found.page,
        "source_modified": found.modified,
        "edition": found.wanted.edition,
    }
    try:
        done = install([path], papers=papers | ({"licence": found.licence} if found.licence else {}))
    except DiskError:
        # No fault of the file: it is not brought twice.
        raise
    except CouvertureError:
        path.unlink()
        raise
    path.unlink()
    layer, official = next(iter(done.layers.items()))
    text = _("{n} communes, {vintage}, valable au {day}, en usage ({name}).").format(
        name=layer,
        n=number(len(official.communes)),
        vintage=official.vintage,
        day=short_date(date.fromisoformat(official.valid_on)),
    )
    return Outcome(found.country, INSTALLED, text, list(official.notes))


class _Progress:
    """Says how far it is, to who started it and in the file, and notices that somebody has cancelled."""

    def __init__(self, report: Report) -> None:
        self.country = ""
        self._report = report
        self._said = 0.0
        _write(Progress(RUNNING))

    def bytes(self, done: int, total: int) -> None:
        if (_folder() / "cancel").exists():
            raise _CancelledError
        if total and time.monotonic() - self._said < _EVERY_SECONDS:
            return
        self._said = time.monotonic()
        self._report(self.country, done, total)
        _write(Progress(RUNNING, self.country, done, total))

    def end(self, state: str, outcomes: list[Outcome], message: str = "") -> None:
        # On a full disk even this may not fit; the process says it all the same, and its lock is let go.
        with contextlib.suppress(OSError):
            _write(Progress(state, message=message, outcomes=outcomes))


def _write(progress: Progress) -> None:
    text = json.dumps(asdict(progress) | {"at": time.time(), "lang": language()}, ensure_ascii=False)
    write_text_at_once(_folder() / "progress.json", text)


def progress() -> Progress | None:
    """Return how far the running fetch is or how the last one ended; None where there was none."""
    try:
        read = json.loads((_folder() / "progress.json").read_text(encoding="utf-8"))
        outcomes = [_sound(Outcome(**each)) for each in read["outcomes"]]
        found = _sound(Progress(**read | {"outcomes": outcomes}))
        date.fromtimestamp(found.at)
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    if found.state == RUNNING and abs(time.time() - found.at) > _START_SECONDS and not _held():
        return Progress(INTERRUPTED, at=found.at)
    return found


def _sound(read: _Read) -> _Read:
    """Return ``read`` if each of its values is of the kind that is written there.

    Raises
    ------
    TypeError
        If one is not.
    """
    for each in fields(read):
        kind: Any = get_origin(each.type) or each.type
        if not isinstance(getattr(read, each.name), kind):
            raise TypeError(each.name)
    return read


def _held() -> bool:
    lock = filelock.FileLock(_folder() / "fetch.lock")
    try:
        with lock.acquire(timeout=0):
            return False
    except (filelock.Timeout, OSError):
        return True


def start(*, environment: Mapping[str, str] | None = None) -> None:
    """Fetch in a process of its own: readers of the server are not kept waiting by the checks.

    Parameters
    ----------
    environment
        What that process is told beside: who asks, in which role.

    Raises
    ------
    BoundaryFileError
        If the folder of downloads cannot be written.
    """
    try:
        _write(Progress(RUNNING))
    except OSError as error:
        raise _unwritten(error) from error
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "geo", "boundaries", "fetch"],
        cwd=settings.PROJECT_DIR,
        env={**os.environ, LANGUAGE_VARIABLE: language(), **(environment or {})},
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    )
    # One that ended stays in the list of processes until it is asked for.
    _CHILDREN[:] = [child for child in _CHILDREN if child.poll() is None] + [process]


_CHILDREN: Final[list[subprocess.Popen[bytes]]] = []


def cancel() -> None:
    """Ask the running fetch to end; what has come stays, for the next time."""
    (_folder() / "cancel").touch()
