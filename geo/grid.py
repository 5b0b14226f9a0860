"""From the rows of a sheet to a table: where the headings are, and what is written in two of them.

Above the headings a sheet may have a title; they may stand in two rows, the upper one
over several columns; a row of HXL tags may follow. Pure: rows of texts in, a table out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

import pandas as pd

from geo import settings
from geo.errors import RecordFileError
from geo.headings import contact_headings, heading_column, hxl_column, recognise
from geo.i18n import _, number
from geo.signs import tidied

Row = tuple[int, Sequence[str]]
# First row, first column, last row, last column of merged cells.
Span = tuple[int, int, int, int]
# Headings are looked for in so many rows; a title page is not longer.
ROWS_LOOKED_AT: Final = 30
# So many rows are turned into columns at a time, to bound memory.
CHUNK_ROWS: Final = 50_000
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_FIGURE: Final = re.compile(r"[\d\s.,:/%+°'\"-]+")


@dataclass(frozen=True)
class Grid:
    """A table read from a sheet.

    Attributes
    ----------
    table : DataFrame of str
        One column a heading; the index is the row of the sheet.
    heading_row : int
        Row of the (lower) headings; 0 where there are none.
    noted : mapping of str to int
        ``title_rows``, ``two_heading_rows``, ``headings_named`` by how often.
    """

    table: pd.DataFrame
    heading_row: int = 0
    noted: Mapping[str, int] = field(default_factory=dict)

    @property
    def recognised(self) -> int:
        """Number of record columns that the headings, or the tags below them, mean."""
        return known_columns([str(name) for name in self.table.columns], first_row(self.table))


def first_row(table: pd.DataFrame) -> list[str]:
    """Cells of the first row of a table, where HXL tags stand; empty for an empty table."""
    return [str(cell) for cell in table.iloc[0]] if len(table) else []


def has_tags(table: pd.DataFrame) -> bool:
    """Whether a row of HXL tags stands under the headings: it names columns and is no record."""
    filled = [cell.strip() for cell in first_row(table) if cell.strip()]
    return bool(filled) and all(cell.startswith("#") for cell in filled)


def known_columns(headings: Sequence[str], below: Sequence[str] = ()) -> int:
    """Count the record columns that headings mean, or the HXL tags in the row below them."""
    tagged = {column for cell in below if cell.startswith("#") and (column := hxl_column(cell))}
    return len(set(recognise(headings)) | tagged)


def table_of(
    rows: Iterable[Row],
    *,
    name: str,
    merged: Iterable[Span] = (),
    strict_width: bool = False,
) -> Grid:
    """Return the table of a sheet.

    Parameters
    ----------
    rows : iterable of (int, sequence of str)
        Row number in the sheet and its cells.
    name : str
        File (and sheet), for messages.
    merged : iterable of (first row, first column, last row, last column)
        Merged cells, rows numbered as in ``rows``, columns from 0.
    strict_width : bool
        Whether a cell beyond the headings is a fault of the separators, as in a CSV.

    Raises
    ------
    RecordFileError
        If there are no headings, two of one name that matters, or more than the limits allow.
    """
    stream = iter(rows)
    first = [(at, [cell.strip() for cell in cells]) for at, cells in islice(stream, ROWS_LOOKED_AT)]
    # Headings are read without signs that nobody sees; of the other cells the reader of the file says so.
    head = [(at, [tidied(cell).strip() for cell in cells]) for at, cells in first]
    if not any(any(cells) for _at, cells in head):
        raise RecordFileError(_("{file} : aucune ligne remplie en tête. Rien à lire.").format(file=name))
    spans = [span for span in merged if span[2] <= ROWS_LOOKED_AT]
    at = _heading_place(head, spans, name)
    titles = sum(any(cells) for _row, cells in head[:at])
    headings, used = _headings(head[at:], spans)
    check_columns(len(headings), name)
    headings, renamed = _unique(trimmed(headings), name, strict=strict_width)
    body = chain(first[at + used :], stream)
    table, width = _columns(body, headings, name, strict_width=strict_width)
    named = [heading or f"colonne_{place}" for place, heading in enumerate(_padded(headings, width), 1)]
    table.columns = pd.Index(_unique(named, name, strict=False)[0], dtype="str")
    notes = {"title_rows": titles, "two_heading_rows": int(used > 1), "headings_renamed": renamed}
    return Grid(table, head[at + used - 1][0], {kind: count for kind, count in notes.items() if count})


def check_columns(width: int, name: str) -> None:
    """Refuse a table of more columns than the limit."""
    if width > settings.MAX_RECORD_COLUMNS:
        raise RecordFileError(
            _("{file} : {n} colonnes, plus que la limite de {limit}. Gardez celles des activités.").format(
                file=name, n=number(width), limit=number(settings.MAX_RECORD_COLUMNS)
            )
        )


def _heading_place(head: Sequence[Row], spans: Sequence[Span], name: str) -> int:
    """Place of the row that holds the headings: the one that means most columns, else the first that can."""
    best, most = -1, 0
    for place, (_at, cells) in enumerate(head):
        if not _can_be_headings(cells):
            continue
        # A row of tags names columns for the row above it; it is no heading itself.
        if all(cell.startswith("#") for cell in cells if cell) and best >= 0:
            continue
        headings = _headings(head[place : place + 2], spans)[0][: settings.MAX_RECORD_COLUMNS + 1]
        known = len(recognise([heading for heading in headings if heading]))
        if best < 0 or known > most:
            best, most = place, known
    if most < 2:
        best = _first_of_many(head, best)
    if best < 0:
        at = next(row for row, cells in head if any(cells))
        raise RecordFileError(
            _(
                "{file}, ligne {row} : des valeurs à la place des titres. Ajoutez une première ligne qui "
                "nomme chaque colonne."
            ).format(file=name, row=at)
        )
    return best


def _first_of_many(head: Sequence[Row], best: int) -> int:
    """Where no row is known by its words: the first filled row, if it has as many cells as those below."""
    filled = [(place, sum(map(bool, cells))) for place, (_at, cells) in enumerate(head) if any(cells)]
    widest = max(count for _place, count in filled)
    first = next(place for place, count in filled if count == widest or count > 1 or widest == 1)
    return first if _can_be_headings(head[first][1]) else best if best >= 0 and best < first else -1


def _can_be_headings(cells: Sequence[str]) -> bool:
    """Whether a row can name columns: texts, none of them a figure, most of them different."""
    filled = [cell for cell in cells if cell]
    # A year may head a column; a row of figures is data.
    figures = sum(bool(_FIGURE.fullmatch(cell)) and not _YEAR.fullmatch(cell) for cell in filled)
    named = any(map(str.isalpha, "".join(filled)))
    return named and figures * 4 <= len(filled) and len(set(filled)) * 2 >= len(filled)


def _headings(rows: Sequence[Row], spans: Sequence[Span]) -> tuple[list[str], int]:
    """Headings of each column, and how many rows they take."""
    at, upper = rows[0]
    lower = next(iter(rows[1:]), None)
    if lower is None or not _is_second(at, list(upper), list(lower[1]), spans):
        return list(upper), 1
    width = max(len(upper), len(lower[1]))
    return _joined(_padded(list(upper), width), _padded(list(lower[1]), width)), 2


def _is_second(at: int, upper: list[str], lower: list[str], spans: Sequence[Span]) -> bool:
    """Whether the row below continues the headings: names of the columns under wide ones, and no data."""
    width = max(len(upper), len(lower))
    above, below = _padded(upper, width), _padded(lower, width)
    filled = [cell for cell in below if cell]
    if not filled or any(_FIGURE.fullmatch(cell) or cell.startswith("#") for cell in filled):
        return False
    merged = {
        column
        for top, left, _bottom, right in spans
        if top == at and right > left
        for column in range(left, right + 1)
    }
    under = {place for place, cell in enumerate(below) if cell}
    if not under <= (merged or _under_wide(above)):
        return False
    # Without merged cells a first row of data may look the same: it makes no column known.
    return bool(merged) or known_columns(_joined(above, below)) > known_columns([h for h in above if h])


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Both rows of headings as one; a blank continues its neighbour only where something stands below."""
    group, joined = "", []
    for place, leaf in enumerate(below):
        group = above[place] or (group if leaf else "")
        joined.append(" / ".join(part for part in (group, leaf) if part))
    return joined


def _under_wide(above: Sequence[str]) -> set[int]:
    """Columns of headings followed by blanks, which a spreadsheet leaves of merged cells."""
    wide: set[int] = set()
    for place, cell in enumerate(above):
        begins = bool(cell) and place + 1 < len(above) and not above[place + 1]
        if begins or (not cell and place - 1 in wide):
            wide.add(place)
    return wide


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def trimmed(headings: Sequence[str]) -> list[str]:
    """Return headings up to the last one, several blanks in a row as one."""
    last = max((place for place, heading in enumerate(headings, 1) if heading), default=0)
    return [re.sub(r"[ \t]+", " ", heading) for heading in headings[:last]]


def _unique(headings: Sequence[str], name: str, *, strict: bool) -> tuple[list[str], int]:
    """Give a heading that returns a number; one that means a column of the record is refused."""
    seen: dict[str, int] = {}
    named, taken = [], set(headings)
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        if heading and seen[heading] > 1:
            if strict or (heading_column(heading) and not contact_headings([heading])):
                raise RecordFileError(
                    _("{file} : titre en double « {heading} ». Renommez l'un des deux.").format(
                        file=name, heading=heading
                    )
                )
            while (again := f"{heading} ({seen[heading]})") in taken:
                seen[heading] += 1
            taken.add(again)
            named.append(again)
        else:
            named.append(heading)
    return named, sum(count > 1 for heading, count in seen.items() if heading)


def _columns(
    body: Iterable[Row], headings: Sequence[str], name: str, *, strict_width: bool
) -> tuple[pd.DataFrame, int]:
    """Turn rows into columns, some thousands at a time; empty rows are left out."""
    width, parts, read = len(headings), [], 0
    for chunk in _chunks(_filled(body)):
        # Only a row longer than the headings is looked at cell by cell.
        longer = (cells for _row, cells in chunk if len(cells) > width)
        widest = max(map(_last_filled, longer), default=width)
        if strict_width and widest > width:
            check_widths(chunk, width, name)
        width = max(width, widest)
        check_columns(width, name)
        read += len(chunk)
        check_size(read, width, name)
        lines = [cells if len(cells) == width else _padded(cells[:width], width) for _row, cells in chunk]
        index = pd.Index([row for row, _cells in chunk], dtype="int64")
        columns = {
            place: pd.array(cells, dtype="str") for place, cells in enumerate(zip(*lines, strict=True))
        }
        parts.append(pd.DataFrame(columns, index=index))
    if not parts:
        return pd.DataFrame({place: pd.array([], dtype="str") for place in range(width)}), width
    table = pd.concat(parts) if len(parts) > 1 else parts[0]
    return table.fillna(""), width


def check_widths(rows: Iterable[Row], width: int, name: str) -> None:
    """Refuse the first row with something written beyond its headings: what it says has moved.

    Raises
    ------
    RecordFileError
        With the number of the row.
    """
    for row, cells in rows:
        if len(cells) > width and _last_filled(cells) > width:
            raise RecordFileError(
                _(
                    "{file}, ligne {row} : {found} cellules pour {expected} titres. Vérifiez les séparateurs."
                ).format(file=name, row=row, found=len(cells), expected=width)
            )


def check_size(rows: int, width: int, name: str) -> None:
    """Refuse a table of more rows, or more cells, than the limits."""
    if rows > settings.MAX_RECORD_ROWS or rows * width > settings.MAX_RECORD_CELLS:
        raise RecordFileError(
            _("{file} : plus de {rows} lignes ou de {cells} cellules. Partagez le fichier.").format(
                file=name, rows=number(settings.MAX_RECORD_ROWS), cells=number(settings.MAX_RECORD_CELLS)
            )
        )


def _filled(body: Iterable[Row]) -> Iterator[Row]:
    return (row for row in body if "".join(row[1]).strip())


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _last_filled(cells: Sequence[str]) -> int:
    return next((place for place in range(len(cells), 0, -1) if cells[place - 1].strip()), 0)
