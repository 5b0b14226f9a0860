"""Rivers, shores and borders of GSHHG as Debian packages them for GMT: netCDF files cut into tiles.

Read when the base map is built, never by the app.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import BasemapSourceError
from geo.i18n import _
from geo.settings import CRS_STORAGE

PACKAGE: Final = "gmt-gshhg-full"
_FOLDER: Final = "usr/share/gmt-gshhg"

Frame = tuple[float, float, float, float]


def unpack_package(folder: Path) -> Path:
    """Fetch the Debian package into ``folder`` and unpack it there, without installing it.

    Returns
    -------
    Path
        Folder of the netCDF files.

    Raises
    ------
    BasemapSourceError
        Where apt-get or dpkg fails or is missing (any system but Debian's kin).
    """
    try:
        subprocess.run(["apt-get", "download", "-qq", PACKAGE], cwd=folder, check=True, capture_output=True)
        package = next(folder.glob(f"{PACKAGE}_*.deb"))
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True, capture_output=True)
    except (OSError, StopIteration, subprocess.CalledProcessError) as error:
        raise BasemapSourceError(
            _(
                "Le paquet Debian {package} n'a pas pu être obtenu : donnez le dossier de ses fichiers "
                ".nc avec --gshhg."
            ).format(package=PACKAGE)
        ) from error
    return folder / _FOLDER


def read_lines(folder: Path, name: str, *, frame: Frame) -> gpd.GeoDataFrame:
    """Pieces of rivers or borders: ``level, geometry``.

    Parameters
    ----------
    folder : Path
        With ``binned_<name>_f.nc``.
    name : str
        ``river`` or ``border``.
    frame : tuple of float
        West, south, east, north [°]; tiles that touch it are read whole.
    """
    tables = _tables(folder / f"binned_{name}_f.nc")
    rows = []
    for segment, west, south in _segments(tables, frame):
        count = int(tables["N_points_for_a_segment"][segment])
        if count > 1:
            level = int(tables["Hierarchial_level_of_a_segment"][segment])
            rows.append((level, _line(tables, segment, count, west, south)))
    levels, lines = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"level": levels}, geometry=list(lines), crs=CRS_STORAGE)


def read_shores(folder: Path, *, frame: Frame) -> gpd.GeoDataFrame:
    """Pieces of the shores of lakes and islands: ``polygon, level, broad_river, geometry``.

    Number of points and level are packed into one integer; the area of a broad
    river is stored with a minus sign.
    """
    tables = _tables(folder / "binned_GSHHS_f.nc")
    area = tables["The_km_squared_area_of_polygons"]
    rows = []
    for segment, west, south in _segments(tables, frame):
        packed = int(tables["Embedded_npts_levels_exit_entry_for_a_segment"][segment])
        count, level = packed >> 9, packed >> 6 & 7
        polygon = int(tables["Id_of_GSHHS_ID"][segment])
        if count > 1 and level in (2, 3):
            rows.append((polygon, level, area[polygon] < 0, _line(tables, segment, count, west, south)))
    polygons, levels, broad, lines = zip(*rows, strict=True)
    columns = {"polygon": polygons, "level": levels, "broad_river": broad}
    return gpd.GeoDataFrame(columns, geometry=list(lines), crs=CRS_STORAGE)


def _tables(path: Path) -> dict[str, Any]:
    try:
        import netCDF4  # noqa: PLC0415  a dependency of building, not of the app
    except ImportError as error:
        raise BasemapSourceError(
            _("netCDF4 manque : pip install -r requirements-dev.txt, puis relancez.")
        ) from error
    try:
        with netCDF4.Dataset(path) as source:
            return {name: np.asarray(variable[...]) for name, variable in source.variables.items()}
    except OSError as error:
        raise BasemapSourceError(_("{file} est introuvable ou illisible.").format(file=path)) from error


def _segments(tables: dict[str, Any], frame: Frame) -> Iterator[tuple[int, float, float]]:
    """Segments of the tiles in the frame, each with the south-west corner of its tile."""
    west, south, east, north = frame
    across = int(tables["N_bins_in_360_longitude_range"][0])
    size = _tile_size(tables)
    first, count = tables["Id_of_first_segment_in_a_bin"], tables["N_segments_in_a_bin"]
    for tile in np.flatnonzero(count):
        tile_west = (int(tile) % across) * size
        tile_west -= 360 if tile_west >= 180 else 0
        tile_south = 90 - (int(tile) // across + 1) * size  # rows run from the north
        if west - size < tile_west < east and south - size < tile_south < north:
            for segment in range(int(first[tile]), int(first[tile]) + int(count[tile])):
                yield segment, tile_west, tile_south


def _tile_size(tables: dict[str, Any]) -> float:
    return float(tables["Bin_size_in_minutes"][0]) / 60


def _line(tables: dict[str, Any], segment: int, count: int, west: float, south: float) -> shapely.LineString:
    start = int(tables["Id_of_first_point_in_a_segment"][segment])
    part = slice(start, start + count)
    # Stored as signed, meant as unsigned: 65535 steps to the tile's width.
    x, y = (
        tables[f"Relative_{axis}_from_SW_corner_of_bin"][part].astype(np.uint16) / 65535 * _tile_size(tables)
        for axis in ("longitude", "latitude")
    )
    return shapely.LineString(np.column_stack([west + x, south + y]))
