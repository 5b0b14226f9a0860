"""Write a file that leaves the product: whole, or not at all."""

import os
import tempfile
from pathlib import Path

from geo.errors import CouvertureError, ViewError
from geo.i18n import _


def write_bytes(path: Path, content: bytes, *, error: type[CouvertureError] = ViewError) -> None:
    """Write beside the place and rename, so that a full disk never leaves half a file.

    Parameters
    ----------
    error
        What is raised where it cannot be written.

    Raises
    ------
    ViewError
        If the file cannot be written; what was there before is still there.
    """
    try:
        _write(path, content)
    except OSError as fault:
        raise error(
            _("{file} : impossible d'écrire ({why}).").format(file=path, why=fault.strerror)
        ) from fault


def _write(path: Path, content: bytes) -> None:
    if path.exists() and not path.is_file():
        # A pipe or a device (/dev/stdout) is written to, never put away.
        path.write_bytes(content)
        return
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
        # A temporary file is readable by its owner only; a report is for others too.
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
