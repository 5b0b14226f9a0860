"""HDX, where OCHA publishes official boundaries: which file is the current one, and how to check it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import requests

from geo import settings
from geo.errors import NetworkError
from geo.i18n import _
from geo.io import download

# Formats that are read, as HDX words them, best first: a shapefile unpacks to a third of its GeoJSON.
_FORMATS: Final = (("shp", "zipped shapefile", "zipped shapefiles"), ("geojson",), ("geopackage", "gpkg"))
_ENDINGS: Final = (".zip", ".gpkg", ".geojson", ".json")
# Boundaries of communes, or of every level; "…_adm0-2" and edge-matched files ("_em") are neither.
_COMMUNES: Final = re.compile(r"adm(?:in)?_?3|admin_?boundaries|admbnda|adm_ab", re.IGNORECASE)
_NOT_COMMUNES: Final = re.compile(r"adm(?:in)?_?0?[012](?!\d)|_em\b", re.IGNORECASE)


@dataclass(frozen=True)
class Published:
    """The file of a country's boundaries that HDX gives today.

    Attributes
    ----------
    page : str
        Address of the dataset for a reader.
    modified : str
        When the file was last changed, as HDX says it.
    """

    country: str
    wanted: download.Wanted
    page: str
    modified: str
    licence: str


def published(session: requests.Session, country: str, *, limits: download.Limits) -> Published:
    """Ask HDX for the current COD-AB of a country (``"ML"`` or ``"MR"``).

    Raises
    ------
    NetworkError
        If HDX does not answer, or publishes no file of boundaries that can be read.
    """
    address, dataset = settings.hdx_address(), settings.COD_AB_DATASETS[country]
    url = f"{address}/api/3/action/package_show?id={dataset}"
    answer = download.json_of(session, url, limits)
    found = answer.get("result") if isinstance(answer, Mapping) and answer.get("success") else None
    if not isinstance(found, Mapping):
        raise download.not_the_service(url)
    resource = best(found.get("resources"))
    if resource is None:
        raise NetworkError(
            _("{dataset} sur HDX : aucun fichier de limites en shapefile, GeoJSON ou GeoPackage.").format(
                dataset=dataset
            )
        )
    modified = _text(resource, "last_modified") or _text(resource, "metadata_modified")
    link = _link(resource)
    wanted = download.Wanted(
        url=link,
        name=_file_name(link),
        edition="|".join([_text(resource, "id"), modified, _text(resource, "hash"), _text(resource, "size")]),
        size=download.told_size(_text(resource, "size")),
        digest=_digest(resource),
    )
    licence = _text(found, "license_title")
    return Published(country, wanted, f"{address}/dataset/{dataset}", modified, licence)


def best(resources: Any) -> Mapping[str, Any] | None:
    """Return the resource of a dataset to bring: communes first, then the format, then the newest.

    >>> best([{"format": "XLSX", "url": "https://h/a.xlsx"}]) is None
    True
    >>> one = {"format": "SHP", "url": "https://h/mli_admin_boundaries.shp.zip"}
    >>> best([{"format": "GeoJSON", "url": "https://h/mli_admin_boundaries.geojson.zip"}, one]) == one
    True
    """
    told = resources if isinstance(resources, list) else []
    listed = [each for each in told if isinstance(each, Mapping) and _link(each)]
    fitting = [each for each in listed if _kind(each) is not None and _link(each).lower().endswith(_ENDINGS)]
    newest = sorted(fitting, key=lambda each: _text(each, "last_modified"), reverse=True)
    return min(newest, key=lambda each: (_rank(_file_name(_link(each))), _kind(each)), default=None)


def _rank(name: str) -> int:
    if _NOT_COMMUNES.search(name):
        return 2
    return 0 if _COMMUNES.search(name) else 1


def _kind(resource: Mapping[str, Any]) -> int | None:
    said = _text(resource, "format").lower()
    return next((place for place, names in enumerate(_FORMATS) if said in names), None)


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    # JSON can tell half a letter; no file and no address can hold it.
    return "" if value is None else str(value).strip().encode(errors="replace").decode()


def _link(resource: Mapping[str, Any]) -> str:
    link = _text(resource, "download_url") or _text(resource, "url")
    try:
        urlsplit(link)
    except ValueError:
        return ""
    return link


def _file_name(link: str) -> str:
    # The name becomes one of a file of ours: nothing of it may lead elsewhere.
    name = PurePosixPath(unquote(urlsplit(link).path)).name
    return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[-120:] or "limites.zip"


def _digest(resource: Mapping[str, Any]) -> str:
    """Return the published digest; HDX often leaves it empty, and some say its kind before a colon."""
    said = _text(resource, "hash").lower().rpartition(":")[2]
    return said if re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}", said) else ""
