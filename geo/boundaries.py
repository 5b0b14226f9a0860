"""Layers of one country each, composed into the hierarchy that everything else counts by.

A layer is the communes of one country in one vintage with the cercles and
regions dissolved from them. :class:`Boundaries` holds the layers in use.
"""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.polygons import dissolve, holes, label_points
from geo.projection import area_sqkm, storage_crs
from geo.settings import LEVELS, PCODE_COLUMN

COLUMNS: Final = {
    "commune": (
        *("country", "adm1_pcode", "adm1_name", "adm2_pcode", "adm2_name", "adm3_pcode", "adm3_name"),
        *("alt_names", "area_sqkm", "label_lon", "label_lat", "focus", "drawn", "indicative"),
        *("valid_on", "version", "geometry"),
    ),
    "cercle": (
        *("country", "adm1_pcode", "adm1_name", "adm2_pcode", "adm2_name"),
        *("area_sqkm", "label_lon", "label_lat", "focus", "drawn", "indicative"),
        *("valid_on", "version", "geometry"),
    ),
    "region": (
        *("country", "adm1_pcode", "adm1_name"),
        *("area_sqkm", "label_lon", "label_lat", "focus", "drawn", "indicative"),
        *("valid_on", "version", "geometry"),
    ),
}


@dataclass(frozen=True, eq=False)
class Layer:
    """Communes, cercles and regions of one country in one vintage, with their papers.

    Attributes
    ----------
    name : str
        Name of the layer's folder, such as ``embedded_ml``.
    sha256 : str
        Hash of the layer's files.
    about : mapping
        Contents of ``layer.json``: country, vintage, source, licence, attribution, caveats, figures.
    """

    name: str
    sha256: str
    about: Mapping[str, Any]
    communes: gpd.GeoDataFrame
    cercles: gpd.GeoDataFrame
    regions: gpd.GeoDataFrame

    @property
    def country(self) -> str:
        """``"ML"`` or ``"MR"``."""
        return str(self.about["country"])

    @property
    def vintage(self) -> str:
        """Vintage of the P-codes, such as ``"COD-AB 2021"``."""
        return str(self.about["vintage"])


@dataclass(frozen=True, eq=False)
class Boundaries:
    """The layers in use, composed. Frames are shared and read-only by agreement: copy before changing.

    Attributes
    ----------
    name : str
        Names of the layers, joined by ``+``.
    version : str
        sha256 over the layers; changes when any of them changes.
    communes, cercles, regions : geopandas.GeoDataFrame
        EPSG:4326, sorted by P-code, columns of :data:`COLUMNS`.
    layers : tuple of Layer
    """

    name: str
    version: str
    communes: gpd.GeoDataFrame
    cercles: gpd.GeoDataFrame
    regions: gpd.GeoDataFrame
    layers: tuple[Layer, ...] = field(repr=False, default=())

    def level(self, level: str) -> gpd.GeoDataFrame:
        """Return the frame of one level: ``region``, ``cercle`` or ``commune``.

        Raises
        ------
        ValueError
            If there is no such level.
        """
        if level not in LEVELS:
            raise ValueError(f"no level {level!r}: one of {', '.join(LEVELS)}")
        return {"region": self.regions, "cercle": self.cercles, "commune": self.communes}[level]

    @functools.cached_property
    def units(self) -> pd.DataFrame:
        """The communes without geometry, for work that needs names and codes only."""
        return pd.DataFrame(self.communes.drop(columns="geometry"))

    @property
    def vintages(self) -> dict[str, str]:
        """Vintage in use by country, such as ``{"ML": "COD-AB 2021", "MR": "COD-AB 2024"}``."""
        return {layer.country: layer.vintage for layer in self.layers}


def compose(layers: Sequence[Layer]) -> Boundaries:
    """Put layers of different countries side by side.

    Raises
    ------
    ValueError
        If two layers are of the same country.
    """
    countries = [layer.country for layer in layers]
    if len(set(countries)) < len(countries):
        raise ValueError(f"two layers of one country: {', '.join(layer.name for layer in layers)}")
    ordered = sorted(layers, key=lambda layer: layer.country)
    version = hashlib.sha256("".join(layer.sha256 for layer in ordered).encode()).hexdigest()
    return Boundaries(
        name="+".join(layer.name for layer in ordered),
        version=version,
        communes=_stack([layer.communes for layer in ordered], "commune"),
        cercles=_stack([layer.cercles for layer in ordered], "cercle"),
        regions=_stack([layer.regions for layer in ordered], "region"),
        layers=tuple(ordered),
    )


def _stack(frames: Sequence[gpd.GeoDataFrame], level: str) -> gpd.GeoDataFrame:
    joined = pd.concat(frames, ignore_index=True)
    ordered = joined.sort_values(PCODE_COLUMN[level], ignore_index=True)
    return gpd.GeoDataFrame(ordered[list(COLUMNS[level])], geometry="geometry", crs=storage_crs())


def parents(communes: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Cercles or regions dissolved from communes: areas added, edges kept, label points inside.

    A parent is ``focus`` or ``drawn`` when its communes are, and ``indicative``
    when any of them is: :func:`geo.embedded.mauritania` corrects what it knows
    to be real at its own level.

    Parameters
    ----------
    communes : geopandas.GeoDataFrame
        Columns of :data:`COLUMNS`, edges shared.
    level : str
        ``cercle`` or ``region``.
    """
    key = PCODE_COLUMN[level]
    rows = communes.sort_values(key, kind="stable").groupby(key, sort=True)
    taken = [name for name in COLUMNS[level] if name in communes and name not in _COMPUTED]
    first = rows[taken].first() if key not in taken else rows[[c for c in taken if c != key]].first()
    geometry = dissolve(communes.geometry.to_numpy(), communes[key])
    nowhere = np.full(len(first), np.nan)
    lon, lat = label_points(geometry.to_numpy(), nowhere, nowhere)
    computed = first.assign(
        area_sqkm=rows["area_sqkm"].sum().round(1),
        label_lon=lon,
        label_lat=lat,
        focus=rows["focus"].any(),
        drawn=rows["drawn"].any(),
        indicative=rows["indicative"].any(),
        geometry=geometry,
    ).reset_index()
    return gpd.GeoDataFrame(computed[list(COLUMNS[level])], geometry="geometry", crs=storage_crs())


_COMPUTED: Final = ("area_sqkm", "label_lon", "label_lat", "focus", "drawn", "indicative", "geometry")


def border(boundaries: Boundaries) -> tuple[float, float]:
    """Area that two countries both claim, and area left open between them [km²].

    The layers of two countries are drawn by two offices: they cross along the
    common border. They are left as they are; a source declares its country.
    """
    wholes = dissolve(boundaries.regions.geometry.to_numpy(), boundaries.regions["country"]).to_numpy()
    if len(wholes) < 2:
        return 0.0, 0.0
    overlap = area_sqkm([shapely.intersection(wholes[0], wholes[1])]).sum()
    return float(overlap), float(area_sqkm(holes(wholes)).sum())


def drawing_layer(boundaries: Boundaries, level: str, *, tolerance: float = 0.004) -> gpd.GeoDataFrame:
    """Geometry for the map: simplified once with shared edges kept, 4 decimals, valid.

    The drawn regions (the seven northern ones) come as units of ``level``; every
    other region comes as one outline. Lines of different levels coincide,
    because each level is dissolved from the same simplified communes.

    Parameters
    ----------
    tolerance : float
        Of ``shapely.coverage_simplify`` [degree]: 0.004 is 0.4 km, under a pixel at zoom 7.

    Returns
    -------
    geopandas.GeoDataFrame
        ``pcode, name, country, role`` (``unit`` or ``outline``), ``focus, indicative, geometry``,
        sorted by P-code within role, EPSG:4326.
    """
    pieces = [
        _draw_country(communes, level, tolerance)
        for _country, communes in boundaries.communes.groupby("country")
    ]
    joined = pd.concat(pieces, ignore_index=True).sort_values(["role", "pcode"], ignore_index=True)
    named = joined.merge(_names(boundaries), on="pcode", how="left", validate="one_to_one")
    columns = ["pcode", "name", "country", "role", "focus", "indicative", "geometry"]
    return gpd.GeoDataFrame(named[columns], geometry="geometry", crs=storage_crs())


def _names(boundaries: Boundaries) -> pd.DataFrame:
    frames = []
    for level in LEVELS:
        code = PCODE_COLUMN[level]
        frame = pd.DataFrame(boundaries.level(level))[
            [code, code.replace("pcode", "name"), "focus", "indicative"]
        ]
        frames.append(frame.set_axis(["pcode", "name", "focus", "indicative"], axis=1))
    return pd.concat(frames, ignore_index=True)


def _draw_country(communes: gpd.GeoDataFrame, level: str, tolerance: float) -> gpd.GeoDataFrame:
    drawn = communes["drawn"].to_numpy(dtype=bool)
    base = communes["adm3_pcode"].where(drawn, communes["adm1_pcode"])
    simple = dissolve(communes.geometry.to_numpy(), base)
    shapes = _to_grid(shapely.coverage_simplify(simple.to_numpy(), tolerance))
    above = pd.Series(
        communes[PCODE_COLUMN[level]].where(drawn, communes["adm1_pcode"]).to_numpy(), index=base
    )
    above = above[~above.index.duplicated()].reindex(simple.index)
    units = dissolve(shapes, above)
    outlines = set(communes.loc[~drawn, "adm1_pcode"])
    roles = ["outline" if code in outlines else "unit" for code in units.index]
    country = communes["country"].iloc[0]
    return gpd.GeoDataFrame(
        {"pcode": units.index, "country": country, "role": roles, "geometry": units.to_numpy()},
        geometry="geometry",
        crs=storage_crs(),
    )


def _to_grid(shapes: np.ndarray) -> np.ndarray:
    # Rounding moves each vertex alone; cleaning puts a vertex that ended on its
    # neighbour's edge into that edge, and the last rounding finds nothing to move.
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, 4))
    if shapely.coverage_is_valid(rounded) and shapely.is_valid(rounded).all():
        return rounded
    with np.errstate(invalid="ignore"):
        cleaned = shapely.coverage_clean(shapely.make_valid(rounded), snapping_distance=1e-5, gap_width=0.0)
    return shapely.transform(cleaned, lambda xy: np.round(xy, 4))
