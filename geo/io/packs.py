"""A pack of files on disk or as one ZIP."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from geo.errors import ViewError
from geo.i18n import _
from geo.io.files import write_bytes


def zipped(files: Mapping[str, bytes], *, day: date) -> bytes:
    """Return files as one ZIP, by name; PDF, PPTX, XLSX are packed already and only stored."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(day.year, day.month, day.day, 0, 0, 0))
            packed = name.endswith((".pdf", ".pptx", ".xlsx"))
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def folder(path: Path) -> Path:
    """Return a folder that files can be written to, made where it is missing.

    Raises
    ------
    ViewError
        If there is no such folder and it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ViewError(
            _("{file} : impossible d'écrire ({why}).").format(file=path, why=error.strerror)
        ) from error
    return path


def write(path: Path, name: str, content: bytes) -> Path:
    """Write one file of a pack whole, or not at all; where it is."""
    write_bytes(path / name, content)
    return path / name
