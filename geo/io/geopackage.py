"""A GeoPackage of several layers with the styles that QGIS opens them in, as the bytes of one file."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

STYLES = "layer_styles"


def geopackage(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    styles: Sequence[tuple[str, str, str]],
    about: Sequence[str],
    day: date,
) -> bytes:
    """Return a GeoPackage.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        In the order that a reader sees them; an empty one is left out.
    styles : sequence of (layer, name, QML)
        The first of a layer is the one it opens in.
    about : sequence of str
        Sources, licences, accounting: a table of its own.
    """
    filled = {name: layer for name, layer in layers.items() if len(layer)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.gpkg"
        for name, layer in filled.items():
            pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG", append=path.exists())
        rows = [style for style in styles if style[0] in filled]
        _append(path, STYLES, _style_rows(rows, day))
        _append(path, "a_propos", pd.DataFrame({"texte": list(about)}))
        return path.read_bytes()


def _append(path: Path, name: str, table: pd.DataFrame) -> None:
    pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", append=path.exists())


def _style_rows(styles: Sequence[tuple[str, str, str]], day: date) -> pd.DataFrame:
    """The table that QGIS looks for: columns and names are its own."""
    first: set[str] = set()
    rows = []
    for layer, name, text in styles:
        rows.append(
            {
                "f_table_catalog": "",
                "f_table_schema": "",
                "f_table_name": layer,
                "f_geometry_column": "geom",
                "styleName": name,
                "styleQML": text,
                "styleSLD": "",
                "useAsDefault": layer not in first,
                "description": name,
                "owner": "",
                "ui": "",
                "update_time": pd.Timestamp(day),
            }
        )
        first.add(layer)
    return pd.DataFrame(rows)
