"""People from a population raster that the user supplies (GeoTIFF), read commune by commune.

rasterio is an optional extra (requirements-raster.txt): the app runs without it,
and says what is missing where a raster is asked for.
"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.distances import RADII_M, nearest_km
from geo.errors import CouvertureError
from geo.i18n import _
from geo.settings import CRS_STORAGE


class RasterError(CouvertureError):
    """A population raster cannot be read."""


def _rasterio() -> Any:
    try:
        import rasterio  # noqa: PLC0415
        import rasterio.windows  # noqa: PLC0415
    except ImportError as error:
        raise RasterError(
            _("Lire une grille de population demande rasterio : pip install -r requirements-raster.txt.")
        ) from error
    return rasterio


def people_within(
    path: Path, communes: gpd.GeoDataFrame, points: pd.DataFrame, *, radii_m: tuple[float, ...] = RADII_M
) -> pd.DataFrame:
    """People of each commune, and those of them within each distance of a point, from a raster.

    A cell counts whole in the commune that its centre lies in, and at the distance of its centre.
    Only the window of one commune is in memory at a time.

    Parameters
    ----------
    path : Path
        GeoTIFF of people per cell, in EPSG:4326, ``nodata`` where nobody is known.
    communes : GeoDataFrame
        ``adm3_pcode, geometry`` in EPSG:4326.
    points : DataFrame
        Working points: ``longitude, latitude``.

    Returns
    -------
    DataFrame
        ``pcode, people`` and ``people_within_500m`` …; NaN for a commune that the raster does not reach.

    Raises
    ------
    RasterError
        If rasterio is not installed, or the file cannot be read or is in another projection.
    """
    rasterio = _rasterio()
    try:
        with rasterio.open(path) as source:
            if source.crs is None or source.crs.to_string() != CRS_STORAGE:
                raise RasterError(
                    _("{file} : la grille doit être en {crs}.").format(file=Path(path).name, crs=CRS_STORAGE)
                )
            rows = [
                {"pcode": code, **_commune(rasterio, source, shape, points, radii_m)}
                for code, shape in zip(communes["adm3_pcode"], communes.geometry, strict=True)
            ]
    except rasterio.errors.RasterioError as error:
        raise RasterError(
            _("{file} : grille illisible ({why}).").format(file=Path(path).name, why=error)
        ) from error
    names = ["pcode", "people", *(f"people_within_{radius:g}m" for radius in radii_m)]
    return pd.DataFrame(rows, columns=names)


def _commune(
    rasterio: Any, source: Any, shape: Any, points: pd.DataFrame, radii_m: tuple[float, ...]
) -> dict[str, float]:
    whole = rasterio.windows.Window(0, 0, source.width, source.height)
    asked = rasterio.windows.from_bounds(*shape.bounds, transform=source.transform)
    asked = asked.round_offsets(op="floor").round_lengths(op="ceil", pixel_precision=3)
    # One cell more on each side: rounding must not cut off a centre at the edge.
    asked = rasterio.windows.Window(asked.col_off - 1, asked.row_off - 1, asked.width + 2, asked.height + 2)
    unknown = {"people": np.nan, **{f"people_within_{radius:g}m": np.nan for radius in radii_m}}
    if not rasterio.windows.intersect(whole, asked):
        return unknown
    window = asked.intersection(whole)
    cells = source.read(1, window=window, masked=True)
    lon, lat = _centres(source.window_transform(window), cells.shape)
    inside = shapely.contains_xy(shape, lon, lat) & ~np.ma.getmaskarray(cells).ravel()
    people = np.asarray(cells.data, dtype=float).ravel()
    inside &= np.isfinite(people) & (people >= 0)
    if not inside.any():
        return unknown
    where = pd.DataFrame({"longitude": lon[inside], "latitude": lat[inside]})
    km, count = nearest_km(where, points), people[inside]
    near = {f"people_within_{radius:g}m": float(count[km <= radius / 1000].sum()) for radius in radii_m}
    return {"people": float(count.sum()), **near}


def _centres(transform: Any, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    x, y = columns.ravel() + 0.5, rows.ravel() + 0.5
    lon = transform.c + transform.a * x + transform.b * y
    lat = transform.f + transform.d * x + transform.e * y
    return lon, lat
