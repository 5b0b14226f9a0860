"""Official boundary files as they come: zipped shapefile, GeoPackage, GeoJSON. Opened with suspicion."""

import re
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataSourceError

from geo import settings
from geo.errors import BoundaryFileError, DiskError, RecordFileError
from geo.i18n import _, number
from geo.io import gdal
from geo.io.archives import SPOILT
from geo.io.databases import check_tables
from geo.io.folders import no_room, temporary_refused
from geo.official import recognise

_READABLE: Final = (".shp", ".gpkg", ".geojson", ".json")
_SHAPEFILE: Final = (".shp", ".shx", ".dbf", ".prj")
_TAKEN: Final = (*_READABLE, *_SHAPEFILE, ".cpg")
_CHUNK: Final = 1 << 20
_COMMUNES: Final = re.compile(r"adm(?:in)?_?3", re.IGNORECASE)
# Beside its own polygons OCHA publishes them matched to the neighbours' edges, as "mrt_admin3_em".
_EDGE_MATCHED: Final = re.compile(r"_em$", re.IGNORECASE)


def read_official(path: Path) -> gpd.GeoDataFrame:
    """Read the communes of an official file, with its own columns and CRS.

    Raises
    ------
    BoundaryFileError
        If the file is missing, damaged, too large, or holds no communes.
    """
    if not path.is_file():
        raise BoundaryFileError(_("{file} : fichier introuvable. Vérifiez le chemin.").format(file=path))
    size = path.stat().st_size
    if size > settings.MAX_BOUNDARY_FILE_MB * 1_000_000:
        raise _too_large(path.name, size, settings.MAX_BOUNDARY_FILE_MB)
    if zipfile.is_zipfile(path):
        with _unpacked(path) as folder:
            return _read_first(_sources(folder, path.name), path.name)
    if path.suffix.lower() == ".zip":
        raise _cut(path.name)
    if path.suffix.lower() not in _READABLE or path.suffix.lower() == ".shp":
        raise BoundaryFileError(
            _(
                "{file} : format non reconnu. Donnez un shapefile zippé (.zip), un GeoPackage (.gpkg) ou un "
                "GeoJSON (.geojson)."
            ).format(file=path.name)
        )
    return _read_first([path], path.name)


def _cut(file: str) -> BoundaryFileError:
    return BoundaryFileError(
        _("{file} : archive incomplète ou abîmée. Téléchargez-la à nouveau.").format(file=file)
    )


def _too_large(file: str, size: float, limit: int) -> BoundaryFileError:
    return BoundaryFileError(
        _("{file} : {size} Mo, plus que la limite de {limit} Mo. Ce n'est pas un fichier de limites.").format(
            file=file, size=number(size / 1_000_000), limit=number(limit)
        )
    )


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """Give a folder of the members that may be read, gone afterwards."""
    try:
        scratch = tempfile.TemporaryDirectory(prefix="couverture-")
    except OSError as error:
        raise DiskError(temporary_refused(error)) from error
    with scratch as folder:
        try:
            _unpack(path, Path(folder))
        except SPOILT as error:
            raise _cut(path.name) from error
        except OSError as error:
            if no_room(error):
                raise DiskError(temporary_refused(error)) from error
            # A spoilt offset makes an impossible seek.
            raise BoundaryFileError(
                _("{file} : archive impossible à ouvrir ({reason}). Téléchargez-la à nouveau.").format(
                    file=path.name, reason=error.strerror
                )
            ) from error
        yield Path(folder)


def _unpack(path: Path, folder: Path) -> None:
    """Unpack the members that may be read, by base name, and never more than the limit."""
    room = settings.MAX_UNPACKED_MB * 1_000_000
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if _wanted(member)]
        announced = sum(member.file_size for member in archive.infolist())
        if announced > room:
            raise _too_large(path.name, announced, settings.MAX_UNPACKED_MB)
        for member in members:
            room -= _extract(archive, member, folder, room, path.name)


def _wanted(member: zipfile.ZipInfo) -> bool:
    name = Path(member.filename)
    return not member.is_dir() and name.suffix.lower() in _TAKEN and "__MACOSX" not in name.parts


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, room: int, file: str) -> int:
    # Headers can lie about sizes: what counts is what comes out. Only the base name is
    # used, lower-cased suffix included, so that no member lands outside the folder.
    name = Path(member.filename.replace("\\", "/"))
    target = folder / (name.stem + name.suffix.lower())
    written = 0
    with archive.open(member) as source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > room:
                raise _too_large(
                    file, settings.MAX_UNPACKED_MB * 1_000_000 + written, settings.MAX_UNPACKED_MB
                )
            copy.write(chunk)
    return written


def _sources(folder: Path, file: str) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.suffix in _READABLE)
    if not found:
        raise BoundaryFileError(
            _("{file} : ni shapefile, ni GeoPackage, ni GeoJSON dans l'archive.").format(file=file)
        )
    communes = [path for path in found if _COMMUNES.search(path.stem)] or found
    communes = [path for path in communes if not _EDGE_MATCHED.search(path.stem)] or communes
    for path in communes:
        if path.suffix == ".shp":
            _complete_shapefile(path, file)
    return communes


def _complete_shapefile(path: Path, file: str) -> None:
    missing = [suffix for suffix in _SHAPEFILE if not path.with_suffix(suffix).exists()]
    if missing:
        raise BoundaryFileError(
            _("{file} : il manque {missing} au shapefile {name}. Demandez l'archive complète.").format(
                file=file, missing=", ".join(missing), name=path.stem
            )
        )


def _read_first(paths: list[Path], file: str) -> gpd.GeoDataFrame:
    """Read the one layer whose columns are those of communes and whose geometries are polygons."""
    gdal.keep_inside()
    if other := [path.name for path in paths if not gdal.is_what_it_says(path)]:
        raise BoundaryFileError(
            _("{file} : {name} n'est pas ce que dit son nom, ou mène ailleurs. Rien n'en est lu.").format(
                file=file, name=other[0]
            )
        )
    try:
        # GDAL says by warnings what it guessed or skipped: in a boundary file that is damage.
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            _check_databases(paths)
            layers = [
                (path, str(name))
                for path in paths
                for name, kind in pyogrio.list_layers(gdal.opened(path))
                if kind
            ]
            fitting = [layer for layer in layers if _holds_communes(*layer)]
            fitting = [layer for layer in fitting if not _EDGE_MATCHED.search(layer[1])] or fitting or layers
            if len(fitting) > 1 and not _holds_communes(*fitting[0]):
                raise _without_communes(file, [name for _path, name in fitting])
            if len(fitting) != 1:
                raise BoundaryFileError(
                    _("{file} : couches possibles : {n} ({names}). Gardez celle des communes (adm3).").format(
                        file=file, n=number(len(fitting)), names=", ".join(name for _path, name in fitting)
                    )
                )
            return _read(*fitting[0], file=file)
    except (DataSourceError, RuntimeWarning, ValueError, UnicodeError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise BoundaryFileError(
            _("{file} : illisible ou abîmé ({reason}). Téléchargez-le à nouveau.").format(
                file=file, reason=reason.replace(str(paths[0].parent), "…")
            )
        ) from error


def _check_databases(paths: list[Path]) -> None:
    try:
        for path in paths:
            if path.suffix.lower() == ".gpkg":
                check_tables(path)
    except RecordFileError as error:
        raise BoundaryFileError(str(error)) from error


def _without_communes(file: str, layers: list[str]) -> BoundaryFileError:
    return BoundaryFileError(
        _(
            "{file} : aucune couche de communes (adm3) ; trouvé : {names}. Les limites en usage restent."
        ).format(file=file, names=", ".join(sorted(layers)))
    )


def _holds_communes(path: Path, layer: str) -> bool:
    about = pyogrio.read_info(gdal.opened(path), layer=layer)
    columns = recognise([str(name) for name in about["fields"]])
    return "adm3_pcode" in columns and "Polygon" in str(about["geometry_type"])


def _read(path: Path, layer: str, *, file: str) -> gpd.GeoDataFrame:
    rows = int(pyogrio.read_info(gdal.opened(path), layer=layer)["features"])
    if not 0 <= rows <= settings.MAX_BOUNDARY_ROWS:
        raise BoundaryFileError(
            _("{file} : {n} lignes, plus que la limite de {limit}.").format(
                file=file, n=number(rows), limit=number(settings.MAX_BOUNDARY_ROWS)
            )
        )
    frame = gpd.read_file(gdal.opened(path), layer=layer, encoding=_encoding(path), use_arrow=False)
    if len(frame) == 0 or "geometry" not in frame:
        raise BoundaryFileError(
            _("{file} : aucune commune avec sa géométrie. Demandez le fichier d'origine.").format(file=file)
        )
    return frame


def _encoding(path: Path) -> str | None:
    """UTF-8 where a shapefile without ``.cpg`` holds it: GDAL would take it for Latin-1."""
    table = path.with_suffix(".dbf")
    if path.suffix != ".shp" or path.with_suffix(".cpg").exists() or not table.exists():
        return None
    try:
        table.read_bytes()[32:].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "UTF-8"
