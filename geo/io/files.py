"""Write a file that leaves the product: whole, or not at all."""

import os
import tempfile
from pathlib import Path

from geo.errors import ViewError
from geo.i18n import _


def write_bytes(path: Path, content: bytes) -> None:
    """Write beside the place and rename, so that a full disk never leaves half a file.

    Raises
    ------
    ViewError
        If the file cannot be written; what was there before is still there.
    """
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as target:
            target.write(content)
        # A temporary file is readable by its owner only; a report is for others too.
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except OSError as error:
        if beside:
            Path(beside).unlink(missing_ok=True)
        raise ViewError(
            _("{file} : impossible d'écrire ({why}).").format(file=path, why=error.strerror)
        ) from error
