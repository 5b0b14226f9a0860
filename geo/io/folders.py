"""Folders written whole or not at all, small files replaced at once."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from geo.i18n import _

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def write_folders(parent: Path, writers: Mapping[str, Callable[[Path], None]]) -> None:
    """Fill a new folder for each name and put all of them in place, or leave everything as it was.

    Everything is written into a scratch folder first; what is left to do then is renaming.

    Raises
    ------
    OSError
        If the disk does not take it; nothing has changed then.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".scratch-") as scratch:
        for name, write in writers.items():
            (Path(scratch) / name).mkdir()
            write(Path(scratch) / name)
        replaced: list[str] = []
        try:
            for name in writers:
                swap(Path(scratch) / name, parent / name, Path(scratch) / f"{name}.old")
                replaced.append(name)
        except OSError:
            for name in replaced:
                _swap_back(parent / name, Path(scratch) / f"{name}.old")
            raise


def swap(fresh: Path, folder: Path, old: Path) -> None:
    """Put ``fresh`` in the place of ``folder``, which moves to ``old``."""
    if folder.exists():
        folder.replace(old)
    try:
        fresh.replace(folder)
    except OSError:
        if old.exists():
            old.replace(folder)
        raise


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
