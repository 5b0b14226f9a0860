"""Text files of any encoding and separator, as rows of cells."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from geo import settings
from geo.errors import RecordFileError
from geo.grid import ROWS_LOOKED_AT, Row, known_columns
from geo.i18n import _, number
from geo.io.records import cells_of

SEPARATORS: Final = (",", ";", "\t", "|")
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Encodings that partners' programs write besides UTF-8; others are guesses on a few letters.
_KNOWN: Final = ("cp1252", "mac_roman", "cp850", "cp437", "cp1256", "utf_16_le", "utf_16_be")
# So many bytes around letters beyond ASCII are enough to tell one encoding from another.
_SAMPLE: Final = 100_000
_ENOUGH: Final = 8
# How often French writes a letter, roughly: among letters that one byte may stand for, é is meant.
_WEIGHTS: Final = (
    {"é": 5.0, "è": 3.0}
    | dict.fromkeys("àâçêëîïôùûœ", 2.0)
    | dict.fromkeys("ÀÂÇÉÈÊËÎÏÔÙÛŒ«»’‘“”–—…°€²³\xa0", 1.0)
)


def decode(data: bytes, *, name: str) -> tuple[str, str]:
    """Return the text of a file, and the encoding it was read in.

    ``mixed`` is the encoding of a file pasted together from several: each line in UTF-8 where it can
    be, else in Windows-1252.

    Raises
    ------
    RecordFileError
        If the bytes are no text in any encoding known.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _unknown(name) from error
    if b"\0" in data:
        raise no_text(name)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_other(data, name)


def _decode_other(data: bytes, name: str) -> tuple[str, str]:
    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    in_utf8 = sum(_is_utf8(line) for line in lines)
    if in_utf8:
        try:
            pieces = [
                line.decode("utf-8" if _is_utf8(line) else "cp1252")
                for line in data.splitlines(keepends=True)
            ]
        except UnicodeDecodeError as error:
            raise _unknown(name) from error
        return "".join(pieces), "mixed"
    sample = b"".join(lines)[:_SAMPLE]
    for encoding in (_french(sample) or _detected(sample), "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise _unknown(name)


def _french(sample: bytes) -> str:
    """Encoding in which the letters beyond ASCII are those of French text, ``""`` where in none."""
    best, most = "", 0.0
    for encoding in ("cp1252", "mac_roman", "cp850"):
        letters = [letter for letter in sample.decode(encoding, "replace") if not letter.isascii()]
        weight = sum(_WEIGHTS.get(letter, -5.0) for letter in letters) / max(len(letters), 1)
        if weight > most:
            best, most = encoding, weight
    return best


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _detected(sample: bytes) -> str:
    # A handful of letters fits many encodings: too few to tell.
    if sum(byte > 127 for byte in sample) < _ENOUGH:
        return "cp1252"
    # Imported at first use: most files are UTF-8.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(sample, cp_isolation=list(_KNOWN)).best()
    return best.encoding if best else "cp1252"


def _unknown(name: str) -> RecordFileError:
    return RecordFileError(_("{file} : encodage non reconnu. Enregistrez-le en CSV UTF-8.").format(file=name))


def no_text(name: str) -> RecordFileError:
    """Error for a file with NUL bytes, which no text holds."""
    return RecordFileError(
        _("{file} : ce n'est pas un fichier texte (octets nuls). Enregistrez-le en CSV UTF-8.").format(
            file=name
        )
    )


def no_csv(name: str, why: csv.Error) -> RecordFileError:
    """Error for a text whose rows and cells cannot be told apart."""
    return RecordFileError(
        _("{file} : ce n'est pas un CSV lisible ({why}). Enregistrez-le en CSV UTF-8.").format(
            file=name, why=why
        )
    )


def rows_of(text: str, *, name: str) -> Iterator[Row]:
    """Rows of a separated text with their number; a line break inside quotes belongs to its cell.

    Raises
    ------
    RecordFileError
        If the text is no table, or has more columns than the limit.
    """
    if "\0" in text:
        raise no_text(name)
    separator = separator_of(text)
    try:
        for place, cells in enumerate(cells_of(text, separator), 1):
            if place > settings.MAX_RECORD_ROWS + ROWS_LOOKED_AT:
                break
            if len(cells) > 10 * settings.MAX_RECORD_COLUMNS:
                raise RecordFileError(
                    _(
                        "{file} : {n} colonnes, plus que la limite de {limit}. Gardez celles des activités."
                    ).format(file=name, n=number(len(cells)), limit=number(settings.MAX_RECORD_COLUMNS))
                )
            yield place, cells
    except csv.Error as error:
        raise no_csv(name, error) from error


def separator_of(text: str) -> str:
    r"""Separator under which the first rows are most like a table.

    Known headings outweigh everything: a decimal comma parts more cells than ``;`` does.

    >>> separator_of("Commune;Latitude\nBara;15,6\n")
    ';'
    """
    return max(SEPARATORS, key=lambda separator: _likeness(text, separator))


def _likeness(text: str, separator: str) -> tuple[int, int, int]:
    head: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            head.append([cell.strip() for cell in cells[: settings.MAX_RECORD_COLUMNS + 1]])
            if len(head) == ROWS_LOOKED_AT:
                break
    except csv.Error:
        return (-1, 0, 0)
    widths = [len(cells) for cells in head if any(cells)]
    if not widths:
        return (0, 0, 0)
    known = max(known_columns([cell for cell in cells if cell], cells) for cells in head)
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    return (known if usual > 1 else 0, widths.count(usual) if usual > 1 else 0, usual)
