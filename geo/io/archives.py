"""Archives opened with suspicion: workbooks are zips whose parts may swell to any size.

Every part is read once, in pieces, before a library may unpack it: what comes out counts, not what
the headers announce.
"""

import functools
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from geo import settings
from geo.errors import RecordFileError
from geo.i18n import _, number

_CHUNK: Final = 1 << 20
# More parts than any workbook has: reading their names alone would take its time.
_MAX_PARTS: Final = 10_000
# What a spoilt archive raises, beside OSError.
SPOILT: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)
_FAULTS: Final = (*SPOILT, OSError)
_DECLARED: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Cells with something in them; an empty styled cell closes itself.
_CELL: Final = re.compile(rb"<(?:[\w.\-\x80-\xff]+:)?c\b([^>]*[^/>]|)>")
# What follows the end of a tag that stands in the value of an attribute: that cell would not be seen.
_AFTER: Final = re.compile(rb"/>\s*[^<\s]")
_HIDDEN: Final = re.compile(rb"<(?:[\w.\-\x80-\xff]+:)?c\s[^>]*/>\s*[^<\s]")
_PLACE: Final = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]{1,9})0*(\d{1,12})\s*[\"']")
# The same of many cells, one a line, as workbook programs write it.
_PLAIN_PLACES: Final = re.compile(
    rb'^ r="([A-Za-z]{1,9})0*(\d{1,12})"(?: (?:s|t|cm|vm|ph)="\w*")*$', re.MULTILINE
)
_ROW: Final = re.compile(rb"<(?:[\w.\-\x80-\xff]+:)?row\b[^>]*?\sr\s*=\s*[\"']\s*0*(\d{1,12})")
_ERROR: Final = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_UNCOUNTED: Final = re.compile(rb"(?:</f>|<f\b[^>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_LONGEST_TAG: Final = 4096


@dataclass
class Extent:
    """How far the cells of one sheet reach, how many may name a shared text, and those a library loses."""

    rows: int = 0
    columns: int = 0
    shared: int = 0
    errors: list[str] = field(default_factory=list)
    uncounted: int = 0


def damaged(name: str) -> RecordFileError:
    """Error for a file that is cut or spoilt."""
    return RecordFileError(
        _("{file} : fichier abîmé ou incomplet. Enregistrez-le ou téléchargez-le à nouveau.").format(
            file=name
        )
    )


def locked(name: str) -> RecordFileError:
    """Error for a workbook with a password."""
    return RecordFileError(
        _("{file} : classeur protégé par un mot de passe. Enlevez le mot de passe et recommencez.").format(
            file=name
        )
    )


def too_large(name: str, megabytes: float, limit: int) -> RecordFileError:
    """Error for a file, or what it unpacks to, over the limit [MB]."""
    return RecordFileError(
        _("{file} : {size} Mo, plus que la limite de {limit} Mo. Partagez le fichier.").format(
            file=name, size=number(megabytes), limit=number(limit)
        )
    )


def too_much_text(name: str, letters: int, limit: int) -> RecordFileError:
    """Error for a file whose cells hold more letters than the limit [millions] once they are laid out."""
    return RecordFileError(
        _(
            "{file} : {size} Mo de texte une fois lu, plus que la limite de {limit} Mo. Gardez les seules "
            "activités."
        ).format(file=name, size=number(letters / 1e6), limit=number(limit))
    )


def declares_entities(name: str) -> RecordFileError:
    """Error for a workbook whose XML declares what it would swell by, or fetch."""
    return RecordFileError(
        _("{file} : déclare des entités XML, ce qu'aucun classeur ne fait. Enregistrez-le à nouveau.").format(
            file=name
        )
    )


def too_many_parts(name: str, parts: int, limit: int) -> RecordFileError:
    """Error for an archive of more parts, or a workbook of more sheets, than any of records has."""
    return RecordFileError(
        _(
            "{file} : {n} parties ou feuilles, plus que la limite de {limit}. Gardez celles des activités."
        ).format(file=name, n=number(parts), limit=number(limit))
    )


def inspect_workbook(path: Path) -> dict[str, Extent]:
    """Read every part of an XLSX once: its size, its declarations, how far its sheets reach.

    Raises
    ------
    RecordFileError
        If the archive is damaged, swells over the limit, or declares XML entities.
    """
    extents: dict[str, Extent] = {}
    for name, chunks in parts(path):
        extent = Extent()
        rest, rows = b"", 0
        for chunk in chunks:
            block = rest + chunk
            _refuse_declarations(block, path.name)
            # A tag cut by the end of a piece is read with the next one.
            cut = block.rfind(b"<")
            whole, rest = (
                (block[:cut], block[cut:]) if cut >= 0 and len(block) - cut < _LONGEST_TAG else (block, b"")
            )
            rows = _extend(extent, whole, rows, path.name)
        _extend(extent, rest, rows, path.name)
        if extent.rows or extent.columns:
            extents[name] = extent
            check_extent(extent.rows, extent.columns, path.name)
    return extents


def check_extent(rows: int, columns: int, name: str, *, beside: int = 0) -> None:
    """Refuse a sheet whose cells reach further than the limits, before it is laid out in memory.

    Parameters
    ----------
    beside : int
        Cells of other sheets that are laid out with it.
    """
    limits = settings.MAX_RECORD_ROWS, settings.MAX_RECORD_COLUMNS
    cells = beside + rows * columns
    # A title page and empty columns at the side are no fault: ten times the limit of columns is.
    if rows > limits[0] + 1000 or columns > 10 * limits[1] or 2 * cells > 3 * settings.MAX_RECORD_CELLS:
        raise RecordFileError(
            _(
                "{file} : une feuille va jusqu'à la ligne {rows} et à la colonne {columns} (limites : "
                "{max_rows} lignes, {max_columns} colonnes). Effacez ce qui est loin du tableau."
            ).format(
                file=name,
                rows=number(rows),
                columns=number(columns),
                max_rows=number(limits[0]),
                max_columns=number(limits[1]),
            )
        )


def parts(path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and pieces of every part of an archive, never more than the limit in all.

    Raises
    ------
    RecordFileError
        If the archive is damaged or unpacks to more than ``MAX_RECORD_UNPACKED_MB``.
    """
    limit = settings.MAX_RECORD_UNPACKED_MB * 1_000_000
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            announced = sum(member.file_size for member in members)
            if len(members) > _MAX_PARTS:
                raise too_many_parts(path.name, len(members), _MAX_PARTS)
            if announced > limit:
                raise too_large(path.name, announced / 1e6, settings.MAX_RECORD_UNPACKED_MB)
            for member in members:
                with archive.open(member) as source:
                    yield member.filename, _pieces(source, path.name)
    except _FAULTS as error:
        raise damaged(path.name) from error


def _pieces(source: IO[bytes], name: str) -> Iterator[bytes]:
    # zipfile stops at the announced size and checks the sum: a header that lies ends in BadZipFile.
    try:
        while piece := source.read(_CHUNK):
            yield piece
    except _FAULTS as error:
        raise damaged(name) from error


def _refuse_declarations(block: bytes, name: str) -> None:
    # UTF-16 parts would hide their tags from the patterns: no workbook program writes them.
    if _DECLARED.search(block) or block[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise declares_entities(name)


def _extend(extent: Extent, block: bytes, row: int, name: str) -> int:
    """Add the cells of a block; the last row named so far is returned."""
    if b"<c" not in block and b":c" not in block:
        return row
    if b"<f" in block or b":f" in block:
        extent.uncounted += len(_UNCOUNTED.findall(block))
    extent.shared += block.count(b'"s"') + block.count(b"'s'")
    if _AFTER.search(block) and _HIDDEN.search(block):
        raise damaged(name)
    # Many cells share their attributes but for the place: each text is looked at once.
    found = set(_CELL.findall(block))
    whole = b"\n".join(found)
    places = _PLAIN_PLACES.findall(whole)
    if len(places) != len(found) or whole.count(b"\n") >= len(found) or b'"e"' in whole:
        return _extend_slowly(extent, found, block, row, name)
    if places:
        letters, figures = zip(*places, strict=True)
        extent.rows = max(extent.rows, *map(int, figures))
        extent.columns = max(extent.columns, *map(_column, set(letters)))
    return row


def _extend_slowly(extent: Extent, found: Iterable[bytes], block: bytes, row: int, name: str) -> int:
    """Add the cells of a block one by one: some hold an error, or do not say where they are as others do."""
    unplaced = False
    for attributes in found:
        placed = _furthest(attributes)
        if placed is None:
            unplaced = True
            # The tag seems to end in the value of an attribute: no program writes that; it hides the place.
            if attributes.count(b'"') % 2 or attributes.count(b"'") % 2:
                raise damaged(name)
            continue
        extent.rows = max(extent.rows, int(placed[2]))
        extent.columns = max(extent.columns, _column(placed[1]))
        if _ERROR.search(attributes):
            extent.errors.append((placed[1] + placed[2]).decode("ascii").upper())
    return _extend_unplaced(extent, block, row) if unplaced else row


def _furthest(attributes: bytes) -> re.Match[bytes] | None:
    """Find the place of a cell: the furthest, for a value in other quotes may look like one."""
    return max(_PLACE.finditer(attributes), key=lambda at: int(at[2]) * _column(at[1]), default=None)


def _extend_unplaced(extent: Extent, block: bytes, row: int) -> int:
    """Add cells that do not say where they are: they follow each other from one row tag to the next."""
    named = [int(found) for found in _ROW.findall(block)]
    longest = max(len(_CELL.findall(part)) for part in re.split(rb"<(?:[\w.\-\x80-\xff]+:)?row\b", block))
    extent.rows = max(extent.rows, *named, row + block.count(b"row>"), 1)
    extent.columns = max(extent.columns, longest)
    return max([row, *named])


@functools.cache
def _column(letters: bytes) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + letter - ord("A") + 1
    return place
