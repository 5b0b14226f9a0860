"""GeoJSON and GeoPackage as tables of texts, the position of each feature beside its attributes."""

import warnings
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, GeometryError

from geo import settings
from geo.errors import RecordFileError
from geo.grid import Grid, check_size
from geo.i18n import _, number
from geo.io import gdal
from geo.io.archives import damaged
from geo.io.databases import check_tables
from geo.settings import CRS_STORAGE
from geo.signs import tidied

# Attributes that would stand for the position beside the geometry itself.
_POSITION: Final = ("longitude", "latitude")


def read_layers(path: Path, kind: str) -> dict[str, Grid]:
    """Read every layer of a vector file, features with a position or without.

    A line or a polygon (a garden) is known by a point inside it; the index is the number of the
    feature, from 1.

    Raises
    ------
    RecordFileError
        If the file is damaged, larger than the limits, or holds no layer.
    """
    driver = {"geojson": "GeoJSON", "gpkg": "GPKG"}[kind]
    gdal.keep_inside()
    if kind == "geojson" and gdal.leads_elsewhere(path.read_bytes()):
        raise RecordFileError(
            _(
                "{file} : la projection est donnée par une adresse, qui n'est pas demandée. Exportez-le en "
                "WGS 84."
            ).format(file=path.name)
        )
    if kind == "gpkg":
        check_tables(path)
    try:
        with warnings.catch_warnings():
            # GDAL says by warnings what it skipped: in a file of records that is damage.
            warnings.simplefilter("error", RuntimeWarning)
            source = f"{driver}:{path}" if kind == "geojson" else gdal.opened(path)
            layers = [str(name) for name, _kind in pyogrio.list_layers(source)]
            if len({name.casefold() for name in layers}) < len(layers):
                # One table under two spellings would be laid out for each.
                raise damaged(path.name)
            if not layers:
                raise RecordFileError(_("{file} : aucune couche. Rien à lire.").format(file=path.name))
            return {name: _read(source, name, path.name) for name in layers[: settings.MAX_RECORD_COLUMNS]}
    except (DataSourceError, DataLayerError, GeometryError, RuntimeWarning) as error:
        if kind == "geojson":
            raise RecordFileError(
                _("{file} : ce n'est pas un GeoJSON lisible. Exportez-le à nouveau.").format(file=path.name)
            ) from error
        raise damaged(path.name) from error
    except (
        ValueError,
        TypeError,
        UnicodeError,
        RuntimeError,
        OverflowError,
        shapely.errors.ShapelyError,
    ) as error:
        raise damaged(path.name) from error


def _read(source: str, layer: str, file: str) -> Grid:
    about = pyogrio.read_info(source, layer=layer, force_feature_count=True)
    features, fields = int(about["features"]), len(about["fields"])
    if features > settings.MAX_RECORD_ROWS or fields > settings.MAX_RECORD_COLUMNS:
        raise RecordFileError(
            _(
                "{file} : {rows} lignes et {columns} colonnes, plus que les limites "
                "({max_rows}, {max_columns})."
            ).format(
                file=file,
                rows=number(features),
                columns=number(fields),
                max_rows=number(settings.MAX_RECORD_ROWS),
                max_columns=number(settings.MAX_RECORD_COLUMNS),
            )
        )
    check_size(features, fields, file)
    frame = pyogrio.read_dataframe(source, layer=layer, use_arrow=False, datetime_as_string=True)
    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).map(_text).astype("str")
    noted: dict[str, int] = {}
    if isinstance(frame, gpd.GeoDataFrame):
        points, noted = _points(frame, file)
        # A copy of the position among the attributes is older than the geometry.
        kept = [name for name in table if str(name).casefold() not in _POSITION]
        table = table[kept].assign(**points)
    named = table.set_axis([tidied(str(name)).strip() for name in table.columns], axis=1)
    return Grid(named.set_axis(pd.RangeIndex(1, len(named) + 1)), 0, noted)


def _points(frame: gpd.GeoDataFrame, file: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Longitude and latitude of each feature as texts, and what was done to get them."""
    noted = {}
    shapes = frame.geometry
    if shapes.crs is not None and shapes.crs.to_epsg() != 4326:
        shapes = shapes.to_crs(CRS_STORAGE)
        noted["reprojected"] = int(shapes.notna().sum())
    present = ~(shapes.isna() | shapes.is_empty)
    inner = present & (shapes.geom_type != "Point")
    noted["point_inside_shape"] = int(inner.sum())
    points = shapes.where(~inner, shapes.representative_point()) if inner.any() else shapes
    x, y = shapely.get_x(points.to_numpy()), shapely.get_y(points.to_numpy())
    texts = {
        name: np.where(np.isfinite(values), np.char.mod("%.7f", np.nan_to_num(values)), "")
        for name, values in zip(_POSITION, (x, y), strict=True)
    }
    return texts, {kind: count for kind, count in noted.items() if count}


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
