"""Lists of localities on disk: installed from a GeoNames dump, a village list or a GeoPackage."""

import csv
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyogrio

from geo import settings
from geo.errors import CouvertureError, RecordFileError
from geo.headings import fold_heading
from geo.i18n import _
from geo.io import gdal
from geo.io.archives import SPOILT
from geo.io.databases import check_tables
from geo.io.shelf import Shelf
from geo.localities import COLUMNS, checked

# GeoNames' country dumps are under 2 MB for either country, the largest of all (China) under 100 MB.
MAX_MB: Final = 200
# The columns of a GeoNames dump (download.geonames.org/export/dump/readme.txt).
GEONAMES_COLUMNS: Final = 19
_GEONAMES: Final = {"name": 1, "latitude": 4, "longitude": 5, "class": 6, "code": 7, "people": 14}
# Populated places that are no more: abandoned, destroyed, historical.
_GONE: Final = ("PPLQ", "PPLW", "PPLH")
_HEADINGS: Final = {
    "name": ("name", "nom", "localite", "village", "site", "nom_localite", "nom_village", "locality"),
    "longitude": ("longitude", "lon", "long", "lng", "x"),
    "latitude": ("latitude", "lat", "y"),
    "people": ("people", "population", "pop", "habitants", "personnes", "population_totale"),
}


class LocalityFileError(CouvertureError):
    """A list of localities was refused; nothing was changed."""


def _unknown(name: str, known: list[str]) -> LocalityFileError:
    listed = ", ".join(known) or _("aucune n'est installée")
    return LocalityFileError(
        _("Aucune liste de localités « {name} » : {known}.").format(name=name, known=listed)
    )


def _unusable(name: str) -> LocalityFileError:
    return LocalityFileError(_("« {name} » ne peut pas nommer une liste.").format(name=name))


def _damaged(name: str) -> LocalityFileError:
    text = _("La liste de localités « {name} » est abîmée : réinstallez-la.")
    return LocalityFileError(text.format(name=name))


_PAPERS: Final = {"source": str, "localities": int}
SHELF: Final = Shelf("localities", LocalityFileError, _PAPERS, _unknown, _unusable, _damaged)
names, in_use, use, about = SHELF.names, SHELF.in_use, SHELF.use, SHELF.about


def install(path: Path, *, name: str = "", source: str = "") -> tuple[str, pd.DataFrame, tuple[str, ...]]:
    """Install a list of localities and use it.

    Returns
    -------
    str, DataFrame, tuple of str
        Its name, the localities (:data:`geo.localities.COLUMNS`), and what was left out.

    Raises
    ------
    LocalityFileError
        If the file cannot be read as one; nothing is changed.
    """
    raw = read(path)
    localities, notes = checked(raw)
    if not len(localities):
        raise LocalityFileError(
            _("{file} : aucune localité avec une position utilisable.").format(file=path.name)
        )
    chosen = SHELF.name_for(path, name)
    papers = {
        "name": chosen,
        "file": path.name,
        "source": source or path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "localities": len(localities),
        "with_people": int(localities["people"].notna().sum()),
        "notes": list(notes),
    }

    SHELF.put(
        chosen, papers, lambda folder: localities.to_parquet(folder / "localities.parquet", index=False)
    )
    return chosen, localities, notes


def load() -> pd.DataFrame | None:
    """Localities of the list in use, ``None`` where none is installed.

    Raises
    ------
    LocalityFileError
        If its file is damaged.
    """
    name = in_use()
    if not name:
        return None
    try:
        return pd.read_parquet(SHELF.folder / name / "localities.parquet")[list(COLUMNS)]
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(name) from error


def read(path: Path) -> pd.DataFrame:
    """Read a list as ``name, longitude, latitude, people``: text where the file is text.

    Raises
    ------
    LocalityFileError
        If the file is missing, too large, or none of the three kinds.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise LocalityFileError(
            _("{file} : fichier illisible ({why}). Vérifiez le chemin.").format(file=path, why=error.strerror)
        ) from error
    if size > MAX_MB * 1e6:
        raise LocalityFileError(_("{file} : plus de {n} Mo.").format(file=path.name, n=MAX_MB))
    if path.suffix.lower() in (".gpkg", ".geojson"):
        return _read_layer(path)
    text = _text(path)
    first = text.partition("\n")[0]
    if first.count("\t") == GEONAMES_COLUMNS - 1:
        return _read_geonames(text, path)
    return _read_list(text, path)


def _text(path: Path) -> str:
    data = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(data)):
        data = _unzipped(data, path)
    if b"\0" in data:
        raise LocalityFileError(_("{file} : ni dump GeoNames, ni CSV, ni GeoPackage.").format(file=path.name))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LocalityFileError(
        _("{file} : encodage non reconnu. Enregistrez-le en CSV UTF-8.").format(file=path.name)
    )


def _unzipped(data: bytes, path: Path) -> bytes:
    """Read the one list of an archive, as GeoNames publishes it (ML.zip holds ML.txt and a readme)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            wanted = [
                each
                for each in archive.infolist()
                if each.filename.lower().endswith((".txt", ".csv")) and "readme" not in each.filename.lower()
            ]
            if len(wanted) != 1 or wanted[0].file_size > MAX_MB * 1e6:
                raise LocalityFileError(
                    _("{file} : l'archive doit contenir une seule liste (.txt ou .csv).").format(
                        file=path.name
                    )
                )
            return archive.read(wanted[0])
    except (*SPOILT, OSError) as error:
        raise LocalityFileError(_("{file} : archive abîmée.").format(file=path.name)) from error


def _read_geonames(text: str, path: Path) -> pd.DataFrame:
    # No quoting: a name with a quotation mark must not swallow the lines after it.
    rows = [line.split("\t") for line in text.splitlines() if line]
    whole = [row for row in rows if len(row) == GEONAMES_COLUMNS]
    if len(whole) < len(rows):
        raise LocalityFileError(
            _("{file} : {n} lignes incomplètes dans le dump GeoNames.").format(
                file=path.name, n=len(rows) - len(whole)
            )
        )
    kept = [row for row in whole if row[_GEONAMES["class"]] == "P" and row[_GEONAMES["code"]] not in _GONE]
    columns = {field: [row[_GEONAMES[field]] for row in kept] for field in _HEADINGS}
    # GeoNames writes 0 where it knows no population.
    columns["people"] = ["" if people == "0" else people for people in columns["people"]]
    return pd.DataFrame(columns, dtype="str")


def _read_list(text: str, path: Path) -> pd.DataFrame:
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    headings = [fold_heading(heading) for heading in rows[0]] if rows else []
    columns = _recognised(headings, path)
    body = [row + [""] * (len(headings) - len(row)) for row in rows[1:] if any(row)]
    return pd.DataFrame(
        {field: [row[columns[field]] if field in columns else "" for row in body] for field in _HEADINGS},
        dtype="str",
    )


def _recognised(headings: list[str], path: Path, *, position: bool = True) -> dict[str, int]:
    found: dict[str, int] = {}
    for field, words in _HEADINGS.items():
        place = next((headings.index(word) for word in words if word in headings), None)
        if place is not None:
            found[field] = place
    needed = ("name", "longitude", "latitude") if position else ("name",)
    if lacking := [field for field in needed if field not in found]:
        raise LocalityFileError(
            _("{file} : pas de colonne « {column} ». Colonnes : {headings}.").format(
                file=path.name, column=lacking[0], headings=", ".join(headings)[:200]
            )
        )
    return found


def _read_layer(path: Path) -> pd.DataFrame:
    gdal.keep_inside()
    if not gdal.is_what_it_says(path):
        raise LocalityFileError(
            _(
                "{file} : illisible, ce n'est pas ce que dit son nom, ou il mène ailleurs. Rien n'en est lu."
            ).format(file=path.name)
        )
    try:
        if path.suffix.lower() == ".gpkg":
            check_tables(path)
        frame = pyogrio.read_dataframe(gdal.opened(path))
    except RecordFileError as error:
        raise LocalityFileError(str(error)) from error
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise LocalityFileError(_("{file} : illisible ({why}).").format(file=path.name, why=error)) from error
    if "geometry" not in frame or frame.crs is None:
        raise LocalityFileError(
            _("{file} : couche sans géométrie ou sans projection.").format(file=path.name)
        )
    headings = [fold_heading(str(name)) for name in frame.columns]
    columns = _recognised(headings, path, position=False)
    geometry = frame.geometry.to_crs(settings.CRS_STORAGE)
    points = geometry.where(geometry.geom_type == "Point", geometry.representative_point())
    people = frame.iloc[:, columns["people"]] if "people" in columns else pd.Series(np.nan, index=frame.index)
    return pd.DataFrame(
        {
            "name": frame.iloc[:, columns["name"]].astype("str"),
            "longitude": points.x.astype("str"),
            "latitude": points.y.astype("str"),
            "people": people.map(lambda value: "" if pd.isna(value) else str(value)),
        }
    )
