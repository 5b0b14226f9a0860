"""Folders written whole or not at all, by one process at a time; small files replaced at once."""

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import filelock

from geo.errors import CouvertureError
from geo.i18n import _

# How long an installation waits for another one in the same folder, whose writing takes one or two [s].
WAIT_SECONDS: Final = 20.0
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
_SCRATCH: Final = ".scratch-"


@contextlib.contextmanager
def changing(parent: Path, fault: type[CouvertureError]) -> Iterator[None]:
    """Let nobody else change what is installed in a folder; first put right what a killed process left.

    What is in use is to be read inside, or another process's choice is overwritten. Not to be nested.

    Parameters
    ----------
    fault
        Kind of the error where the folder cannot be written, or another process does not end.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(parent / ".lock", timeout=WAIT_SECONDS):
            _put_right(parent)
            yield
    except filelock.Timeout as error:
        raise fault(
            _("{folder} : une autre installation est en cours. Attendez sa fin, puis recommencez.").format(
                folder=parent
            )
        ) from error
    except OSError as error:
        raise fault(
            _(
                "{folder} : écriture impossible ({reason}). Libérez de la place ou changez COUVERTURE_HOME."
            ).format(folder=parent, reason=reason(error))
        ) from error


def _put_right(parent: Path) -> None:
    """Put back each folder that was moved aside and not replaced yet; throw away what was not finished."""
    for scratch in parent.glob(f"{_SCRATCH}*"):
        for old in scratch.glob("*.old"):
            if not (parent / old.stem).exists():
                old.replace(parent / old.stem)
        shutil.rmtree(scratch, ignore_errors=True)
    for beside in parent.glob(".in_use*"):
        beside.unlink(missing_ok=True)


def write_folders(parent: Path, writers: Mapping[str, Callable[[Path], None]]) -> None:
    """Fill a new folder for each name and put all of them in place, or leave everything as it was.

    Everything is written into a scratch folder first; what is left to do then is renaming. In a folder
    that other processes change, too, inside :func:`changing`.

    Raises
    ------
    OSError
        If the disk does not take it; nothing has changed then.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=_SCRATCH) as scratch:
        for name, write in writers.items():
            (Path(scratch) / name).mkdir()
            write(Path(scratch) / name)
        replaced: list[str] = []
        try:
            for name in writers:
                swap(Path(scratch) / name, parent / name, Path(scratch) / f"{name}.old")
                replaced.append(name)
        except BaseException:
            # Ctrl-C, too: with the scratch folder goes what was moved into it.
            for name in replaced:
                _swap_back(parent / name, Path(scratch) / f"{name}.old")
            raise


def swap(fresh: Path, folder: Path, old: Path) -> None:
    """Put ``fresh`` in the place of ``folder``, which moves to ``old``."""
    try:
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    finally:
        if old.exists() and not folder.exists():
            old.replace(folder)


def _swap_back(folder: Path, old: Path) -> None:
    shutil.rmtree(folder)
    if old.exists():
        old.replace(folder)


def write_text_at_once(path: Path, text: str) -> None:
    """Write a small file beside its place and rename it, so that it is never half there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            target.write(text)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def read_object(path: Path, kinds: Mapping[str, type] | None = None) -> dict[str, Any]:
    """Read a small JSON file that holds an object, in which each of ``kinds`` is there and of that type.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError(f"{path.name}: nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path.name}: no object")
    if wrong := [key for key, kind in (kinds or {}).items() if not isinstance(found.get(key), kind)]:
        raise ValueError(f"{path.name}: {', '.join(wrong)}")
    return found


def names_only(found: object) -> bool:
    """Whether what a small file holds is a name for each key, and nothing else."""
    return isinstance(found, dict) and all(isinstance(name, str) for name in found.values())


def reason(error: OSError) -> str:
    """Return why the disk refused, in the system's words: a library puts its own around them."""
    return os.strerror(error.errno) if error.errno else str(error.strerror or error)


def no_room(error: OSError) -> bool:
    """Whether the disk takes no more, or nothing at all: no fault of what was read to be written there."""
    return error.errno in _NO_ROOM


def temporary_refused(error: OSError) -> str:
    """Return what a reader is told where temporary files cannot be written: where, why, what to do."""
    try:
        folder = tempfile.gettempdir()
    except OSError:
        return _("Aucun dossier temporaire où écrire. Libérez de la place ou donnez-en un par TMPDIR.")
    return _("{folder} : écriture impossible ({reason}). Libérez de la place ou changez TMPDIR.").format(
        folder=folder, reason=reason(error)
    )
