"""GDAL kept inside: it opens files as what they are, and asks nothing of any address.

Left alone it opens whatever a file turns out to be: a list of layers elsewhere, behind any
address, under the name of a GeoPackage; and it fetches the projection of a GeoJSON from where it says.
"""

import json
import re
from pathlib import Path
from typing import Final

import pyogrio
from pyogrio.util import vsi_path

# First bytes of what is read, by ending.
_BEGINNINGS: Final = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\x00\x00\x27\x0a",
    ".geojson": b"{",
    ".json": b"{",
}
_HEAD: Final = 4096
_TEXT: Final = (".geojson", ".json")
# Where a proxy is set GDAL asks nothing directly; nobody listens at this one.
_NOBODY: Final = {
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTPS_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
}
_PROJECTION: Final = re.compile(rb"[\"']crs[\"']\s*(.)\s*", re.DOTALL)
# Letters of ASCII that a text of JSON hides behind their number: no program writes them so.
_HIDDEN_LETTER: Final = re.compile(rb"\\u00(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)
# A projection by its name is shorter than this.
_LONGEST: Final = 1000


def opened(path: Path) -> str:
    """Return the name under which pyogrio opens this very file.

    It reads a name with ``!`` or ``;`` as an archive or an address, and opens another file: one that nobody
    looked at. A name of GDAL's own is taken as it stands, here that of the file from its first byte on.
    """
    return str(path) if vsi_path(path) == str(path) else f"/vsisubfile/0,{path}"


def is_what_it_says(path: Path) -> bool:
    """Whether a vector file begins like one of its ending, and names no address for its projection."""
    beginning = _BEGINNINGS.get(path.suffix.lower())
    if beginning is None:
        return False
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(beginning):
        return False
    return path.suffix.lower() not in _TEXT or not leads_elsewhere(path.read_bytes())


def leads_elsewhere(content: bytes) -> bool:
    """Whether a GeoJSON says that its projection is to be fetched, or hides what it says of it.

    >>> leads_elsewhere(b'{"crs": {"type": "name", "properties": {"name": "EPSG:4326"}}}')
    False
    >>> leads_elsewhere(b'{"crs": {"type": "link", "properties": {"href": "http://x"}}}')
    True
    """
    if _HIDDEN_LETTER.search(content):
        return True
    return any(_elsewhere(content, found) for found in _PROJECTION.finditer(content))


def _elsewhere(content: bytes, found: re.Match[bytes]) -> bool:
    follows = found.group(1)
    if follows != b":":
        # The end of a value that is this word; anything else is no JSON that we know.
        return follows not in b",}]"
    text = content[found.end() : found.end() + _LONGEST].decode("utf-8", "replace")
    try:
        value, _end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        # A property of this name may hold a long text; a projection is an object that ends.
        return not text.startswith('"')
    return isinstance(value, dict) and not _by_name(value)


def _by_name(value: dict[str, object]) -> bool:
    properties = value.get("properties")
    named = properties.get("name", "") if isinstance(properties, dict) else ""
    known = str(named).removeprefix("http://www.opengis.net/def/crs/")
    return value.get("type") in ("name", "EPSG") and "://" not in known


def keep_inside() -> None:
    """Let GDAL ask nothing of any address, whatever a file says."""
    pyogrio.set_gdal_config_options(_NOBODY)
