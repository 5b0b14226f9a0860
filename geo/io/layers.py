"""Boundary layers on disk: one folder each, GeoParquet and ``layer.json``."""

import functools
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pyarrow.parquet
import shapely

from geo import settings
from geo.boundaries import Boundaries, Layer, compose
from geo.errors import BoundaryFileError
from geo.i18n import _
from geo.io.folders import names_only, read_object, write_folders, write_text_at_once
from geo.projection import storage_crs

EMBEDDED: Final = {"ML": "embedded_ml", "MR": "embedded_mr"}
LEVEL_FILES: Final = ("communes", "cercles", "regions")
# What every ``layer.json`` says; the other papers may be absent.
_PAPERS: Final = {
    "country": str,
    "vintage": str,
    "indicative": bool,
    "source": str,
    "counts": dict,
    "sha256": dict,
}


def installed_dir() -> Path:
    """Folder of the layers that the user installed."""
    return settings.home() / "boundaries"


def layer_dirs() -> dict[str, Path]:
    """Folder of each layer by name, embedded ones first."""
    folders = {name: settings.BOUNDARIES_DIR / name for name in EMBEDDED.values()}
    if installed_dir().is_dir():
        found = sorted(path.parent for path in installed_dir().glob("*/layer.json"))
        folders.update({path.name: path for path in found})
    return folders


def in_use() -> dict[str, str]:
    """Name of the layer in use by country; the embedded ones where nothing else was chosen."""
    path = installed_dir() / "in_use.json"
    if not path.exists():
        return dict(EMBEDDED)
    try:
        chosen = read_object(path)
        if not names_only(chosen):
            raise ValueError("not a name for each country")
    except (OSError, ValueError) as error:
        raise _unreadable_choice() from error
    return {country: chosen.get(country, name) for country, name in EMBEDDED.items()}


def _unreadable_choice() -> BoundaryFileError:
    text = _("{file} est illisible : supprimez-le pour revenir aux limites livrées.")
    return BoundaryFileError(text.format(file=installed_dir() / "in_use.json"))


def state_key() -> str:
    """Return what changes with the choice of layers, and with a layer installed anew under its name."""
    folders = layer_dirs()
    changed = {
        name: (folders[name] / "layer.json").stat().st_mtime_ns
        for name in in_use().values()
        if name in folders and (folders[name] / "layer.json").exists()
    }
    return f"{sorted(in_use().items())} {sorted(changed.items())}"


def set_in_use(chosen: Mapping[str, str]) -> None:
    """Remember which layer each country uses; written beside and renamed, so never half."""
    write_text_at_once(
        installed_dir() / "in_use.json", json.dumps(dict(sorted(chosen.items())), indent=1) + "\n"
    )


def about(name: str) -> dict[str, Any]:
    """Contents of a layer's ``layer.json``.

    Raises
    ------
    BoundaryFileError
        If there is no such layer, or its file cannot be read or lacks what every layer says.
    """
    folder = layer_dirs().get(name)
    if folder is None:
        raise _missing(name)
    try:
        papers = read_object(folder / "layer.json", _PAPERS)
        if papers["country"] not in EMBEDDED or not names_only(papers["sha256"]):
            raise ValueError("country or sha256")
    except (OSError, ValueError) as error:
        raise _damaged(name, "layer.json") from error
    return papers


def _missing(name: str) -> BoundaryFileError:
    embedded = [EMBEDDED[country] for country, used in in_use().items() if used == name]
    if embedded:
        text = _(
            "La couche de limites « {name} », en usage, manque : réinstallez-la, ou revenez aux limites "
            "livrées avec « python -m geo boundaries use {embedded} »."
        )
        return BoundaryFileError(text.format(name=name, embedded=embedded[0]))
    text = _("Aucune couche de limites « {name} » : choisissez parmi {known}.")
    return BoundaryFileError(text.format(name=name, known=", ".join(layer_dirs())))


def _damaged(name: str, file: str) -> BoundaryFileError:
    return BoundaryFileError(
        _(
            "La couche « {name} » est abîmée ({file}) : réinstallez-la, ou revenez aux limites livrées avec "
            "« python -m geo boundaries use embedded_ml » (ou embedded_mr)."
        ).format(name=name, file=file)
    )


def read_layer(name: str) -> Layer:
    """Read a layer by name and check its files against the hashes of its ``layer.json``."""
    papers = about(name)
    folder = layer_dirs()[name]
    frames: dict[str, gpd.GeoDataFrame] = {}
    for level in LEVEL_FILES:
        file = f"{level}.parquet"
        try:
            content = (folder / file).read_bytes()
        except OSError as error:
            raise _damaged(name, file) from error
        if hashlib.sha256(content).hexdigest() != papers["sha256"].get(file):
            raise _damaged(name, file)
        frames[level] = _read_frame(content)
    return Layer(name=name, sha256=_layer_hash(papers["sha256"]), about=papers, **frames)


def _read_frame(content: bytes) -> gpd.GeoDataFrame:
    # geopandas would parse the CRS of every file, at 20 ms each; ours are written in one only.
    frame = pyarrow.parquet.read_table(io.BytesIO(content)).to_pandas()
    geometry = shapely.from_wkb(frame.pop("geometry").to_numpy())
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=storage_crs())


def _layer_hash(hashes: Mapping[str, str]) -> str:
    return hashlib.sha256("".join(hashes[key] for key in sorted(hashes)).encode()).hexdigest()


def write_layers(
    parent: Path, layers: Mapping[str, tuple[Mapping[str, gpd.GeoDataFrame], Mapping[str, Any]]]
) -> None:
    """Write layers (frames and papers by name) into ``parent``; all of them, or none."""
    write_folders(
        parent,
        {
            name: functools.partial(_stage, frames=frames, papers=papers)
            for name, (frames, papers) in layers.items()
        },
    )


def _stage(folder: Path, frames: Mapping[str, gpd.GeoDataFrame], papers: Mapping[str, Any]) -> None:
    hashes = {}
    for level in LEVEL_FILES:
        file = folder / f"{level}.parquet"
        frames[level].to_parquet(file, compression="zstd", index=False)
        hashes[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    counts = {level: len(frames[level]) for level in LEVEL_FILES}
    text = json.dumps({**papers, "counts": counts, "sha256": hashes}, ensure_ascii=False, indent=1)
    (folder / "layer.json").write_text(text + "\n", encoding="utf-8")


def load_boundaries(chosen: Mapping[str, str] | None = None) -> Boundaries:
    """Compose the boundaries in use, or those of ``chosen`` (layer name by country).

    Raises
    ------
    BoundaryFileError
        If a layer is missing, damaged or of another country; the message says how to go back to the
        embedded one.
    """
    layers = {country: read_layer(name) for country, name in sorted((chosen or in_use()).items())}
    if any(layer.country != country for country, layer in layers.items()):
        raise _unreadable_choice()
    return compose(list(layers.values()))
