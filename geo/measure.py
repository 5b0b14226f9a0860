"""How good the embedded boundaries are: measured against the official files, written into their papers."""

import geopandas as gpd
import numpy as np
import shapely

from geo.locating import locate
from geo.polygons import holes
from geo.projection import area_sqkm


def same_commune_share(
    longitude: np.ndarray, latitude: np.ndarray, communes: gpd.GeoDataFrame, official: gpd.GeoDataFrame
) -> tuple[int, int, int]:
    """Count the points that two layers put into the same commune.

    Parameters
    ----------
    longitude, latitude : numpy.ndarray of float
        Positions [degree].
    communes, official : geopandas.GeoDataFrame
        ``adm3_pcode, geometry``, sorted by P-code.

    Returns
    -------
    tuple of int
        Points inside the official polygons, of these in the same commune, of these in none of ``communes``.
    """
    ours = _commune_of(longitude, latitude, communes)
    theirs = _commune_of(longitude, latitude, official)
    inside = theirs != ""
    return int(inside.sum()), int((ours == theirs)[inside].sum()), int((ours == "")[inside].sum())


def _commune_of(longitude: np.ndarray, latitude: np.ndarray, communes: gpd.GeoDataFrame) -> np.ndarray:
    # One empty code more at the end: index -1, nowhere, reads it.
    codes = np.append(communes["adm3_pcode"].to_numpy(dtype=object), "")
    return codes[locate(longitude, latitude, communes.geometry.to_numpy())]


def right_area_share(communes: gpd.GeoDataFrame, official: gpd.GeoDataFrame, region: str) -> float:
    """Share of a region's official area that lies in the right commune of ``communes``, in EPSG:6933."""
    theirs = official[official["adm1_pcode"] == region].set_index("adm3_pcode").geometry
    ours = communes.set_index("adm3_pcode").geometry.reindex(theirs.index)
    shared = area_sqkm(shapely.intersection(theirs.to_numpy(), ours.to_numpy()))
    return float(shared.sum() / area_sqkm(theirs.to_numpy()).sum())


def outer_change_sqkm(before: np.ndarray, after: np.ndarray) -> float:
    """Area by which the outline of a country moved when the gaps inside it were closed [km²]."""
    outlines = []
    for geometries in (before, after):
        parts = shapely.get_parts(shapely.union_all(geometries))
        outlines.append(shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts))))
    return float(area_sqkm([shapely.symmetric_difference(*outlines)])[0])


def open_gaps(geometries: np.ndarray) -> tuple[int, float]:
    """Holes between polygons: how many, and their area [km²]."""
    found = holes(geometries)
    return len(found), float(area_sqkm(found).sum())
