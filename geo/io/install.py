"""Install official boundary files: all checks first, then write, then put in use."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.boundaries import Boundaries, border
from geo.embedded import hierarchy
from geo.errors import BoundaryFileError, DiskError
from geo.i18n import _
from geo.io.folders import changing
from geo.io.layers import (
    EMBEDDED,
    about,
    in_use,
    installed_dir,
    layer_dirs,
    load_boundaries,
    read_layer,
    set_in_use,
    write_layers,
)
from geo.io.official import read_official
from geo.io.records import sha256
from geo.io.tables import read_communes
from geo.official import Official, standardise
from geo.signs import tidied_texts


@dataclass(frozen=True)
class Installed:
    """What an installation did.

    Attributes
    ----------
    layers : dict of str to Official
        By name of the layer.
    boundaries : Boundaries
        What is in use now.
    overlap_sqkm, gap_sqkm : float
        Area along the common border that both countries claim, or neither [km²].
    """

    layers: dict[str, Official]
    boundaries: Boundaries
    overlap_sqkm: float
    gap_sqkm: float


def install(
    paths: Sequence[Path],
    *,
    valid_on: str | None = None,
    name: str | None = None,
    papers: Mapping[str, str] | None = None,
) -> Installed:
    """Check official files, install each as a layer and put it in use; on any fault nothing changes.

    Parameters
    ----------
    paths : sequence of Path
        One file a country.
    valid_on : str, optional
        ``YYYY-MM-DD``, where the file itself gives no date.
    name : str, optional
        Name of the layer; by default ``cod_ab_ml_20211220``. Only with one file.
    papers : mapping, optional
        What is known of where the files come from, kept with the layers in the place of what is assumed.

    Raises
    ------
    BoundaryFileError
        If a file is refused, if two are of one country, or if the folder cannot be written.
    """
    _usable(valid_on, name, len(paths))
    known = read_communes()
    checked = [
        (path, standardise(read_official(path), known, file=path.name, valid_on=valid_on)) for path in paths
    ]
    named = _named(checked, name)
    fresh = {
        layer: (hierarchy(official.communes), _papers(layer, path, official) | tidied_texts(papers or {}))
        for layer, (path, official) in named.items()
    }
    with changing(installed_dir(), DiskError):
        chosen = {**in_use(), **{official.country: layer for layer, (_path, official) in named.items()}}
        write_layers(installed_dir(), fresh)
        set_in_use(chosen)
    boundaries = load_boundaries()
    overlap, gap = border(boundaries)
    return Installed({layer: official for layer, (_p, official) in named.items()}, boundaries, overlap, gap)


def _usable(valid_on: str | None, name: str | None, files: int) -> None:
    try:
        if valid_on is not None:
            datetime.date.fromisoformat(valid_on)
    except ValueError as error:
        raise BoundaryFileError(
            _("--valid-on {text} n'est pas une date : écrivez AAAA-MM-JJ.").format(text=valid_on)
        ) from error
    reserved = name in EMBEDDED.values()
    if name is not None and (files != 1 or reserved or not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,39}", name)):
        raise BoundaryFileError(
            _(
                "--name {text} ne convient pas : un seul fichier, et un nom en minuscules, chiffres et "
                "« _ », autre que celui d'une couche livrée."
            ).format(text=name)
        )


def _named(checked: list[tuple[Path, Official]], name: str | None) -> dict[str, tuple[Path, Official]]:
    countries = [official.country for _path, official in checked]
    if len(set(countries)) < len(countries):
        raise BoundaryFileError(
            _("Deux fichiers du même pays ({countries}) : donnez un fichier par pays.").format(
                countries=", ".join(countries)
            )
        )
    return {
        name or f"cod_ab_{one.country.lower()}_{one.valid_on.replace('-', '')}": (path, one)
        for path, one in checked
    }


def _papers(layer: str, path: Path, official: Official) -> dict[str, Any]:
    embedded = about(EMBEDDED[official.country])
    told = {
        "name": layer,
        "country": official.country,
        "country_name": embedded["country_name"],
        "vintage": official.vintage,
        "valid_on": official.valid_on,
        "indicative": False,
        "source": f"COD-AB, {path.name}",
        "source_sha256": sha256(path),
        "licence": embedded["official_licence"],
        "attribution": embedded["official_attribution"],
        "date": official.valid_on,
        "processing": list(official.notes),
        "caveats": [],
    }
    return tidied_texts(told)


def use(name: str) -> Boundaries:
    """Put an installed or embedded layer in use for its country.

    Raises
    ------
    BoundaryFileError
        If there is no such layer, it is damaged, or the folder cannot be written: then nothing changes.
        If the layer of the other country is missing or damaged: each is put right by a choice of its own.
    """
    with changing(installed_dir(), BoundaryFileError):
        set_in_use({**in_use(), read_layer(name).country: name})
    return load_boundaries()


def status() -> list[dict[str, Any]]:
    """One row a layer: name, country, vintage, communes, in use, indicative, source."""
    used = in_use()
    rows = []
    for name in layer_dirs():
        papers = about(name)
        rows.append(
            {
                "name": name,
                "country": papers["country"],
                "vintage": papers["vintage"],
                "communes": papers["counts"]["communes"],
                "in_use": used[papers["country"]] == name,
                "indicative": bool(papers["indicative"]),
                "source": papers["source"],
            }
        )
    return rows
