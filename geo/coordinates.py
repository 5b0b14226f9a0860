"""Positions as people and devices write them, read into decimal degrees.

Decimal degrees with point or comma, degrees with minutes and seconds, both in one cell, UTM
metres, longitude and latitude exchanged. What was done is counted by kind; what stays
unclear (metres without a zone) is listed, never guessed.
"""

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from geo import signs
from geo.headings import EMPTY_VALUES, fold_heading
from geo.spelling import parse

PAIR: Final = ("longitude", "latitude")
# Mali and Mauritania with a margin [degrees]: the two ranges have nothing in common, so that
# an exchanged pair shows.
LONGITUDES: Final = (-17.6, 5.0)
LATITUDES: Final = (9.5, 28.0)
# What can be an easting and a northing in the zones north of the equator [m].
EASTINGS: Final = (100_000.0, 900_000.0)
NORTHINGS: Final = (1_000_000.0, 3_200_000.0)
UTM_ZONES: Final = (28, 29, 30, 31)
# West and east end of each region, COD-AB 2021 and 2024, a tenth of a degree wider
# [degrees]: they tell in which of two zones metres can lie.
REGION_LONGITUDES: Final[Mapping[str, tuple[float, float]]] = {
    parse("Mopti").light: (-5.8, -0.6),
    parse("Tombouctou").light: (-6.7, 0.1),
    parse("Gao").light: (-1.8, 1.9),
    parse("Kidal").light: (-2.2, 4.4),
    parse("Ménaka").light: (1.2, 4.4),
    parse("Hodh Chargui").light: (-9.3, -5.2),
    parse("Hodh El Gharbi").light: (-11.2, -8.1),
}


class Angle(NamedTuple):
    """One coordinate [degrees]; ``axis`` is ``x``, ``y`` or ``""`` where no letter says it."""

    value: float
    axis: str
    kind: str


@dataclass(frozen=True)
class Positions:
    """Coordinates of a table.

    Attributes
    ----------
    frame : DataFrame
        ``longitude, latitude`` [degrees], missing where not reported or not readable.
    noted : mapping of str to int
        Rows by what was done: ``decimal_comma``, ``degrees_minutes_seconds``, ``one_cell``,
        ``utm``, ``utm_zone_from_region``, ``swapped``.
    problems : DataFrame
        ``row, column, value, problem``.
    """

    frame: pd.DataFrame
    noted: Mapping[str, int]
    problems: pd.DataFrame


_NUMBER: Final = r"\d{1,3}(?:[.,]\d+)?"
_LETTER: Final = r"(nord|sud|ouest|est|north|south|west|east|[nsweo])?"
_DECIMAL: Final = re.compile(rf"^{_LETTER}\s*([+-]?)\s*({_NUMBER})\s*[°º]?\s*{_LETTER}$")
_SEXAGESIMAL: Final = re.compile(
    rf"^{_LETTER}\s*([+-]?)\s*(\d{{1,3}})\s*(?:[°ºd:]|deg)\s*(\d{{1,2}}(?:[.,]\d+)?)\s*(?:['m:]|min)?\s*"
    rf"(?:(\d{{1,2}}(?:[.,]\d+)?)\s*(?:''|\"|s|sec)?)?\s*{_LETTER}$"
)
_AXES: Final = {"n": "y", "s": "y", "e": "x", "w": "x", "o": "x"}
_NEGATIVE: Final = ("s", "w", "o")
_POINT: Final = re.compile(r"^point\s*z?\s*\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)$")
# Kobo and ODK: latitude, longitude, altitude and accuracy with blanks between.
_DEVICE: Final = re.compile(r"^([+-]?\d+(?:\.\d+)?)\s+([+-]?\d+(?:\.\d+)?)(?:\s+-?\d+(?:\.\d+)?){0,2}$")
_SPLITS: Final = (
    re.compile(r"\s*[;|]\s*"),
    re.compile(r"\s*/\s*"),
    re.compile(r",\s+"),
    re.compile(r"(?<=[nsweo])\s*,?\s*(?=[\d+-])"),
    re.compile(r"(?<=[°'\"])\s+(?=[nsweo])|(?<=\d)\s+(?=[nsweo]\s*[\d+-])"),
    re.compile(r"\s*,\s*"),
    re.compile(r"\s+"),
)
_LABELS: Final = re.compile(r"\b(?:latitude|longitude|lat|long|lon|lng|gps|coordonnees)\b\s*[.:=]?\s*")
_UTM_CELL: Final = re.compile(
    r"^(?:utm|wgs\s*84|zone|\s|[:/])*(\d{1,2})\s*([c-hj-np-x])?\b[\s,;:]*(?:e|x|est)?[\s=:]*(\d{6}(?:[.,]\d+)?)"
    r"\s*(?:m\s*e?|e)?[\s,;/]+(?:n|y|nord)?[\s=:]*(\d{7}(?:[.,]\d+)?)\s*(?:m\s*n?|n)?$"
)
# The same with the zone at the end.
_UTM_THEN_ZONE: Final = re.compile(
    r"^(?:utm)?\s*(\d{6}(?:[.,]\d+)?)\s*(?:m\s*e?|e)?[\s,;/]+(\d{7}(?:[.,]\d+)?)\s*(?:m\s*n?|n)?[\s,;/]+"
    r"(?:utm|zone|\s)*(\d{1,2}\s*[c-hj-np-x]?)$"
)
_ZONE: Final = re.compile(r"(?<!\d)(2[89]|3[01])\s*[a-z]?(?![\da-z])")


def read_positions(raw: pd.DataFrame, *, zone: str = "") -> Positions:
    """Read the coordinates of a table.

    Parameters
    ----------
    raw : DataFrame of str
        With any of ``longitude``, ``latitude``, ``position`` (both in one cell), ``utm_zone``,
        and ``provider_adm1_name``, which tells the zone of metres where nothing else does.
    zone : str
        What the headings say of a zone (``UTM 30N``).
    """
    blank = pd.Series("", index=raw.index, dtype="str")
    texts = {name: raw.get(name, blank).str.strip() for name in (*PAIR, "position", "utm_zone")}
    region = raw.get("provider_adm1_name", blank)
    zones = texts["utm_zone"].where(texts["utm_zone"] != "", zone)
    asked = pd.DataFrame({**texts, "utm_zone": zones, "region": region})
    frame, noted, done = _plain_numbers(asked)
    empty = (texts["longitude"] == "") & (texts["latitude"] == "") & (texts["position"] == "")
    slow = asked[~done & ~empty]
    answers = [_read_row(*row) for row in slow.itertuples(index=False, name=None)]
    frame.loc[slow.index, list(PAIR)] = np.array([answer.pair for answer in answers]).reshape(-1, 2)
    for kind, rows in _counted(answers).items():
        noted[kind] = noted.get(kind, 0) + rows
    return Positions(frame, noted, _listed(slow, answers))


def _plain_numbers(asked: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int], pd.Series]:
    """Read at once what is written as two plain numbers of the area, in this order or exchanged."""
    figures = {}
    comma = pd.Series(False, index=asked.index)
    for name in PAIR:
        written = asked[name].str.fullmatch(r"[+-]?\d{1,3}(?:[.,]\d+)?").astype(bool)
        comma |= written & asked[name].str.contains(",", regex=False)
        dotted = asked[name].str.replace(",", ".", regex=False).where(written)
        figures[name] = pd.to_numeric(dotted, errors="coerce").astype("float64")
    x, y = (figures[name] for name in PAIR)
    right = x.between(*LONGITUDES) & y.between(*LATITUDES)
    turned = ~right & y.between(*LONGITUDES) & x.between(*LATITUDES)
    frame = pd.DataFrame(
        {"longitude": x.where(right, y.where(turned)), "latitude": y.where(right, x.where(turned))}
    )
    counts = {"decimal_comma": int((comma & (right | turned)).sum()), "swapped": int(turned.sum())}
    return frame, {kind: rows for kind, rows in counts.items() if rows}, right | turned


class _Read(NamedTuple):
    pair: tuple[float, float]
    kinds: tuple[str, ...] = ()
    problem: str = ""


_NOWHERE: Final = (float("nan"), float("nan"))


def _counted(answers: list[_Read]) -> dict[str, int]:
    kinds = pd.Series([kind for answer in answers for kind in dict.fromkeys(answer.kinds)], dtype="str")
    return {str(kind): int(count) for kind, count in kinds.value_counts(sort=False).items()}


def _listed(slow: pd.DataFrame, answers: list[_Read]) -> pd.DataFrame:
    written = slow[["latitude", "longitude"]].agg(" / ".join, axis=1) if len(slow) else slow["position"]
    single = slow["position"].where(written.str.strip(" /") == "", written)
    rows = [
        (row, "position", value, answer.problem)
        for row, value, answer in zip(slow.index, single, answers, strict=True)
        if answer.problem
    ]
    return pd.DataFrame(rows, columns=["row", "column", "value", "problem"])


@functools.lru_cache(maxsize=2**16)
def _read_row(longitude: str, latitude: str, position: str, utm_zone: str, region: str) -> _Read:
    """Read one row: two cells first, else the one that holds both."""
    if longitude or latitude:
        if _missing(longitude) and _missing(latitude):
            return _Read(_NOWHERE) if not position else _one_cell(position, utm_zone, region)
        return _two_cells(longitude, latitude, utm_zone, region)
    return _one_cell(position, utm_zone, region)


def _missing(text: str) -> bool:
    return fold_heading(text) in EMPTY_VALUES


def _two_cells(longitude: str, latitude: str, utm_zone: str, region: str) -> _Read:
    metres = _metres(longitude), _metres(latitude)
    if metres[0] is not None and metres[1] is not None:
        return _from_utm(metres[0], metres[1], utm_zone, region)
    x, y = read_angle(longitude), read_angle(latitude)
    if x is None or y is None:
        # Both coordinates of a row often stand in each of its two cells.
        whole = latitude if latitude == longitude else ""
        return _one_cell(whole, utm_zone, region) if whole else _Read(_NOWHERE, problem="not_a_position")
    return _paired(x, y, ())


def _one_cell(text: str, utm_zone: str, region: str) -> _Read:
    if _missing(text):
        return _Read(_NOWHERE)
    plain = _LABELS.sub("", _plain(text)).strip(" ()[]")
    if found := _POINT.match(_plain(text)):
        x, y = read_angle(found[1]), read_angle(found[2])
        return _paired(x, y, ("one_cell",)) if x and y else _Read(_NOWHERE, problem="not_a_position")
    if found := _UTM_THEN_ZONE.match(plain):
        read = _from_utm(_float(found[1]), _float(found[2]), found[3], region)
        return read._replace(kinds=("one_cell", *read.kinds))
    if found := _UTM_CELL.match(plain):
        zone, _band, east, north = found.groups()
        read = _from_utm(_float(east), _float(north), zone, region)
        return read._replace(kinds=("one_cell", *read.kinds))
    if found := _DEVICE.match(plain):
        east_first = _metres(found[1]), _metres(found[2])
        if east_first[0] is not None and east_first[1] is not None:
            read = _from_utm(east_first[0], east_first[1], utm_zone, region)
            return read._replace(kinds=("one_cell", *read.kinds))
    pieces = found.groups() if found else _split(plain)
    if pieces is None:
        return _Read(_NOWHERE, problem="not_a_position")
    y, x = read_angle(pieces[0]), read_angle(pieces[1])
    return _paired(x, y, ("one_cell",)) if x and y else _Read(_NOWHERE, problem="not_a_position")


def _split(plain: str) -> tuple[str, str] | None:
    """Two coordinates of one cell: the first way to part it that gives two readable ones."""
    for pattern in _SPLITS:
        pieces = [piece for piece in pattern.split(plain) if piece.strip()]
        if len(pieces) == 2 and all(read_angle(piece) for piece in pieces):
            return pieces[0], pieces[1]
    return None


def read_angle(text: str) -> Angle | None:
    """Read one coordinate in degrees; None where the text is none.

    >>> read_angle("16°16'12''N")
    Angle(value=16.27, axis='y', kind='degrees_minutes_seconds')
    >>> read_angle("-0,04")
    Angle(value=-0.04, axis='', kind='decimal_comma')
    >>> read_angle("3°30' O").value, read_angle("16°75'") is None
    (-3.5, True)
    """
    plain = _plain(text)
    if found := _DECIMAL.match(plain):
        before, sign, number, after = found.groups()
        kind = "decimal_comma" if "," in number else ""
        return _angle(_float(number), sign, before, after, kind)
    if found := _SEXAGESIMAL.match(plain):
        before, sign, degrees, minutes, seconds, after = found.groups()
        parts = _float(minutes), _float(seconds or "0")
        if max(parts) >= 60:
            return None
        value = int(degrees) + parts[0] / 60 + parts[1] / 3600
        return _angle(round(value, 8), sign, before, after, "degrees_minutes_seconds")
    return None


def _angle(value: float, sign: str, before: str | None, after: str | None, kind: str) -> Angle | None:
    letters = {letter[0] for letter in (before, after) if letter}
    if len(letters) > 1 or value > 180:
        return None
    letter = letters.pop() if letters else ""
    if letter and sign == "-" and letter not in _NEGATIVE:
        return None
    negative = sign == "-" or letter in _NEGATIVE
    return Angle(-value if negative else value, _AXES.get(letter, ""), kind)


def _paired(x: Angle, y: Angle, kinds: tuple[str, ...]) -> _Read:
    kinds = (*kinds, *(kind for kind in (x.kind, y.kind) if kind))
    if x.axis and x.axis == y.axis:
        return _Read(_NOWHERE, problem="not_a_position")
    exchanged = x.axis == "y" or y.axis == "x"
    within = _between(x.value, LONGITUDES) and _between(y.value, LATITUDES)
    turned = _between(y.value, LONGITUDES) and _between(x.value, LATITUDES)
    if exchanged or (not within and turned and not x.axis and not y.axis):
        return _Read((y.value, x.value), (*kinds, "swapped"))
    return _Read((x.value, y.value), kinds)


def _metres(text: str) -> float | None:
    """Return metres as UTM writes them, blanks between thousands allowed; None for other texts."""
    plain = re.sub(r"[\s\u00a0\u202f]|m$", "", text.strip().lower())
    return _float(plain) if re.fullmatch(r"\d{6,7}(?:[.,]\d+)?", plain) else None


def _from_utm(first: float, second: float, utm_zone: str, region: str) -> _Read:
    kinds: tuple[str, ...] = ("utm",)
    east, north = first, second
    if _between(second, EASTINGS) and _between(first, NORTHINGS):
        east, north, kinds = second, first, ("utm", "swapped")
    if not (_between(east, EASTINGS) and _between(north, NORTHINGS)):
        return _Read(_NOWHERE, problem="not_a_position")
    zones = {int(zone) for zone in _ZONE.findall(utm_zone.casefold())}
    if not zones:
        ends = REGION_LONGITUDES.get(_region_key(region))
        zones = {zone for zone in UTM_ZONES if ends and _between(_degrees(east, north, zone)[0], ends)}
        kinds = (*kinds, "utm_zone_from_region")
    if len(zones) != 1:
        return _Read(_NOWHERE, problem="utm_without_zone")
    return _Read(_degrees(east, north, zones.pop()), kinds)


def _region_key(region: str) -> str:
    return parse(region).light


def _degrees(east: float, north: float, zone: int) -> tuple[float, float]:
    longitude, latitude = _transformer(zone).transform(east, north)
    return round(float(longitude), 7), round(float(latitude), 7)


@functools.cache
def _transformer(zone: int) -> Any:  # a pyproj Transformer, whose package has no types
    from pyproj import Transformer  # noqa: PLC0415 - loads its database

    return Transformer.from_crs(f"EPSG:326{zone}", "EPSG:4326", always_xy=True)


def _between(value: float, ends: tuple[float, float]) -> bool:
    return ends[0] <= value <= ends[1]


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _plain(text: str) -> str:
    folded = signs.decomposed(text.replace("°", "\0").replace("º", "\0")).casefold()
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    for written, meant in (
        ("\0", "°"),
        ("’", "'"),
        ("‘", "'"),
        ("′", "'"),
        ("″", '"'),
        ("”", '"'),
        ("“", '"'),
    ):
        letters = letters.replace(written, meant)
    return re.sub(r"\s+", " ", letters.replace("−", "-")).strip()
