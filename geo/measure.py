"""How good the embedded boundaries are: measured against the official files, written into their papers."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.polygons import holes
from geo.projection import area_sqkm


def same_commune_share(
    points: np.ndarray, communes: gpd.GeoDataFrame, official: gpd.GeoDataFrame
) -> tuple[int, int, int]:
    """Count the points that two layers put into the same commune.

    Parameters
    ----------
    points : numpy.ndarray of shapely points
        EPSG:4326.
    communes, official : geopandas.GeoDataFrame
        ``adm3_pcode, geometry``.

    Returns
    -------
    tuple of int
        Points inside the official polygons, of these in the same commune, of these in none of ``communes``.
    """
    ours, theirs = _commune_of(points, communes), _commune_of(points, official)
    inside = theirs != ""
    return int(inside.sum()), int((ours == theirs)[inside].sum()), int((ours == "")[inside].sum())


def _commune_of(points: np.ndarray, communes: gpd.GeoDataFrame) -> np.ndarray:
    point, polygon = shapely.STRtree(communes.geometry.to_numpy()).query(points, predicate="intersects")
    found = pd.Series(communes["adm3_pcode"].to_numpy()[polygon], index=point)
    # A point on a shared edge lies in both: the lower code, as everywhere.
    return found.groupby(level=0).min().reindex(range(len(points)), fill_value="").to_numpy()


def right_area_share(communes: gpd.GeoDataFrame, official: gpd.GeoDataFrame, region: str) -> float:
    """Share of a region's official area that lies in the right commune of ``communes``, in EPSG:6933."""
    theirs = official[official["adm1_pcode"] == region].set_index("adm3_pcode").geometry
    ours = communes.set_index("adm3_pcode").geometry.reindex(theirs.index)
    shared = area_sqkm(shapely.intersection(theirs.to_numpy(), ours.to_numpy()))
    return float(shared.sum() / area_sqkm(theirs.to_numpy()).sum())


def open_gaps(geometries: np.ndarray) -> tuple[int, float]:
    """Holes between polygons: how many, and their area [km²]."""
    found = holes(geometries)
    return len(found), float(area_sqkm(found).sum())
