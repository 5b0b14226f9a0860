"""KML and GPX, as phones and GPS receivers write them: one row a point with its name and its data."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import defusedxml
import pandas as pd
from defusedxml.ElementTree import iterparse

from geo import settings
from geo.errors import RecordFileError
from geo.grid import Grid
from geo.i18n import _, number
from geo.io.archives import damaged, parts
from geo.signs import tidied

# What their own elements mean among the record's columns; others keep their name.
_OWN: Final = {
    "name": "provider_locality",
    "desc": "remarks",
    "description": "remarks",
    "cmt": "comment",
    "time": "observed_on",
    "when": "observed_on",
}
_MARKUP: Final = re.compile(r"<[^>]{0,1000}>")
# Deeper than any file of points; parsers of trees fail on what is deeper.
_MAX_DEPTH: Final = 200


def read_points(path: Path, kind: str) -> tuple[Grid, pd.DataFrame]:
    """Read the points of a KML, KMZ or GPX file.

    Returns
    -------
    tuple of Grid and DataFrame
        The table (index = number of the element, from 1), and the elements that are no point, as problems.

    Raises
    ------
    RecordFileError
        If the file is damaged, declares entities, or holds no point.
    """
    content = _kml_of(path) if kind == "kmz" else path.read_bytes()
    try:
        rows = list(
            _elements(iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True), path.name)
        )
    except defusedxml.DefusedXmlException as error:
        raise RecordFileError(
            _("{file} : déclare des entités XML, ce qu'aucun GPS n'écrit. Exportez-le à nouveau.").format(
                file=path.name
            )
        ) from error
    except (SyntaxError, ValueError, LookupError, RecursionError) as error:
        raise damaged(path.name) from error
    if not rows:
        raise RecordFileError(_("{file} : aucun point. Rien à lire.").format(file=path.name))
    headings = list(dict.fromkeys(name for row in rows for name in row))
    if len(headings) > settings.MAX_RECORD_COLUMNS:
        raise RecordFileError(
            _("{file} : {n} colonnes, plus que la limite de {limit}. Gardez celles des activités.").format(
                file=path.name, n=number(len(headings)), limit=number(settings.MAX_RECORD_COLUMNS)
            )
        )
    index = pd.RangeIndex(1, len(rows) + 1)
    table = pd.DataFrame(rows, columns=headings, index=index).fillna("").astype("str")
    without = table[(table.get("longitude", pd.Series("", index=index)) == "")]
    names = without.get("provider_locality", pd.Series("", index=without.index))
    problems = pd.DataFrame(
        {"row": without.index, "column": "position", "value": names.to_numpy(), "problem": "not_a_point"}
    )
    return Grid(table), problems


def _kml_of(path: Path) -> bytes:
    content = next((b"".join(pieces) for name, pieces in parts(path) if name.lower().endswith(".kml")), None)
    if content is None:
        raise RecordFileError(_("{file} : aucun KML dans l'archive.").format(file=path.name))
    return content


def _elements(events: Any, name: str) -> Iterator[dict[str, str]]:
    depth = read = 0
    for event, element in events:
        depth += 1 if event == "start" else -1
        if depth > _MAX_DEPTH:
            raise damaged(name)
        tag = _tag(element)
        if event == "start" or tag not in ("placemark", "wpt"):
            continue
        read += 1
        if read > settings.MAX_RECORD_ROWS:
            raise RecordFileError(
                _("{file} : plus de {rows} lignes ou de {cells} cellules. Partagez le fichier.").format(
                    file=name,
                    rows=number(settings.MAX_RECORD_ROWS),
                    cells=number(settings.MAX_RECORD_CELLS),
                )
            )
        yield _waypoint(element) if tag == "wpt" else _placemark(element)
        element.clear()


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].casefold()


def _waypoint(element: Any) -> dict[str, str]:
    row = {"longitude": element.get("lon", ""), "latitude": element.get("lat", "")}
    for child in element:
        tag = _tag(child)
        if not len(child) and (child.text or "").strip():
            row.setdefault(_OWN.get(tag, tag), child.text.strip())
    return row


def _placemark(element: Any) -> dict[str, str]:
    row: dict[str, str] = {}
    point = next((child for child in element.iter() if _tag(child) == "point"), None)
    if point is not None:
        text = next(((child.text or "") for child in point.iter() if _tag(child) == "coordinates"), "")
        longitude, _comma, rest = text.strip().partition(",")
        row = {"longitude": longitude.strip(), "latitude": rest.partition(",")[0].strip()}
    for child in element.iter():
        tag, text = _tag(child), (child.text or "").strip()
        if tag == "data":
            text = next(((part.text or "").strip() for part in child if _tag(part) == "value"), "")
        if tag in ("data", "simpledata") and child.get("name"):
            row.setdefault(tidied(str(child.get("name"))).strip(), text)
        elif tag in _OWN and text:
            # A description of Google's is a page of HTML.
            row.setdefault(_OWN[tag], _MARKUP.sub(" ", text).strip())
    return row
