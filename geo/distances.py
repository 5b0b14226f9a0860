"""Distance: which localities lie within R of a working point, and how many people live there.

Points are looked for in a tree on the unit sphere; whoever lies near the edge
of R is measured on the ellipsoid, so that the answer is the geodesic one. A
straight line knows no river, no hill and no closed road: the way is longer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.spatial import cKDTree

from geo.i18n import _
from geo.projection import distance_km

EARTH_RADIUS_KM: Final = 6371.0088
# Distances on a sphere of that radius and on the WGS84 ellipsoid differ by 0.56 % at most (at the equator,
# going north).
SPHERE_ERROR: Final = 0.006
RADII_M: Final = (500, 1000, 5000)
# Nearest on the sphere need not be nearest on the ellipsoid: so many are measured.
_NEAREST_MEASURED: Final = 4


def on_sphere(longitude: Any, latitude: Any) -> np.ndarray:
    """Positions on the unit sphere, shape (points, 3).

    Parameters
    ----------
    longitude, latitude : arrays of float
        [degree].
    """
    lon, lat = np.radians(np.asarray(longitude, dtype=float)), np.radians(np.asarray(latitude, dtype=float))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _chord(km: float | np.ndarray) -> np.ndarray:
    """Straight line through the unit sphere that spans an arc of so many km."""
    return 2 * np.sin(np.asarray(km, dtype=float) / EARTH_RADIUS_KM / 2)


def _arc_km(chord: np.ndarray) -> np.ndarray:
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.asarray(chord, dtype=float) / 2, 1.0))


def nearest_km(localities: pd.DataFrame, points: pd.DataFrame) -> np.ndarray:
    """Geodesic distance from each locality to the nearest point [km]; infinite where there is no point.

    Parameters
    ----------
    localities, points : DataFrame
        ``longitude, latitude`` [degree].

    Examples
    --------
    >>> village = pd.DataFrame({"longitude": [0.0], "latitude": [16.0]})
    >>> wells = pd.DataFrame({"longitude": [0.0, 1.0], "latitude": [16.01, 16.0]})
    >>> round(float(nearest_km(village, wells)[0]), 3)
    1.107
    """
    if not len(points) or not len(localities):
        return np.full(len(localities), np.inf)
    tree = cKDTree(on_sphere(points["longitude"], points["latitude"]))
    measured = min(_NEAREST_MEASURED, len(points))
    chord, index = tree.query(on_sphere(localities["longitude"], localities["latitude"]), k=measured)
    chord, index = chord.reshape(len(localities), -1), index.reshape(len(localities), -1)
    found = _measure(localities, points, index).min(axis=1)
    # Where the last one measured could still be nearer than the best, all that could be are measured.
    unsure = (measured < len(points)) & (_arc_km(chord[:, -1]) * (1 - SPHERE_ERROR) < found)
    for place in np.flatnonzero(unsure).tolist():
        one = localities.iloc[[place]]
        reach = _chord(found[place] * (1 + SPHERE_ERROR))
        near = tree.query_ball_point(on_sphere(one["longitude"], one["latitude"])[0], float(reach))
        found[place] = _measure(one, points, np.array([near])).min()
    return found


def _measure(localities: pd.DataFrame, points: pd.DataFrame, index: np.ndarray) -> np.ndarray:
    lon, lat = localities["longitude"].to_numpy(dtype=float), localities["latitude"].to_numpy(dtype=float)
    to_lon, to_lat = points["longitude"].to_numpy(dtype=float), points["latitude"].to_numpy(dtype=float)
    return distance_km(lon[:, None], lat[:, None], to_lon[index], to_lat[index])


def within(
    localities: pd.DataFrame, points: pd.DataFrame, *, radii_m: Sequence[float] = RADII_M
) -> pd.DataFrame:
    """Which localities have a point within each distance.

    Returns
    -------
    DataFrame
        ``nearest_km`` and one column of truth values a radius (``within_500m``), the index of ``localities``.
    """
    km = nearest_km(localities, points)
    reached = {f"within_{radius:g}m": km <= radius / 1000 for radius in radii_m}
    return pd.DataFrame({"nearest_km": km, **reached}, index=localities.index)


def working_points(records: pd.DataFrame, works: Sequence[str], *, seasonal: bool = True) -> pd.DataFrame:
    """Take the records with a position whose work counts as coverage.

    Parameters
    ----------
    records : DataFrame
        Shared records of one type: ``longitude, latitude, functionality, precision, adm3_pcode, quantity``.
    works : sequence of str
        Functionalities that count (:attr:`geo.activities.ActivityType.works`).

    Returns
    -------
    DataFrame
        ``longitude, latitude, adm3_pcode, quantity``.
    """
    counted = [state for state in works if seasonal or state != "functional_seasonal"]
    at_point = records["precision"].astype("str").eq("point") & records["longitude"].notna()
    working = records["functionality"].astype("str").isin(counted)
    columns = ["longitude", "latitude", "adm3_pcode", "quantity"]
    return records.loc[at_point & working, columns].reset_index(drop=True)


def by_unit(
    localities: pd.DataFrame, reached: pd.DataFrame, *, unit_of: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Localities and people within each distance, by unit.

    Parameters
    ----------
    localities : DataFrame
        ``adm3_pcode, people`` (NaN where unknown).
    reached : DataFrame
        From :func:`within`.
    unit_of : mapping of str to str, optional
        Commune to the unit it counts for; communes themselves without it.

    Returns
    -------
    DataFrame
        ``pcode, localities, localities_without_people, people`` (known), and for each distance
        ``localities_within_…, localities_within_…_pct, people_within_…, people_within_…_pct`` [%];
        shares of people are NaN where no locality of the unit has a figure.
    """
    codes = localities["adm3_pcode"]
    unit = codes.map(dict(unit_of)) if unit_of is not None else codes
    people = localities["people"].astype(float)
    columns: dict[str, pd.Series] = {
        "localities": pd.Series(1, index=localities.index),
        "localities_without_people": people.isna().astype(int),
        "people": people,
    }
    distances = [str(name) for name in reached if str(name).startswith("within_")]
    for name in distances:
        columns[f"localities_{name}"] = reached[name].astype(int)
        columns[f"people_{name}"] = people.where(reached[name], people * 0)
    inside = unit.notna() & unit.ne("")
    grouped = pd.DataFrame(columns)[inside].groupby(unit[inside])
    table = grouped.sum(min_count=1).rename_axis("pcode").reset_index()
    shares = {
        f"{kind}_{name}_pct": 100 * table[f"{kind}_{name}"] / table[kind].where(table[kind] > 0)
        for name in distances
        for kind in ("localities", "people")
    }
    return table.assign(**shares)


def near_matrix(sites: pd.DataFrame, localities: pd.DataFrame, *, radius_km: float) -> sparse.csr_array:
    """Geodesic distances of the localities within reach of each site [km].

    Returns
    -------
    scipy.sparse.csr_array
        Shape (sites, localities), columns sorted within a row; a distance of 0 is stored too.
    """
    shape = (len(sites), len(localities))
    if not len(sites) or not len(localities):
        return sparse.csr_array(shape, dtype=float)
    one = cKDTree(on_sphere(sites["longitude"], sites["latitude"]))
    other = cKDTree(on_sphere(localities["longitude"], localities["latitude"]))
    reach = float(_chord(radius_km * (1 + SPHERE_ERROR)))
    pairs = one.sparse_distance_matrix(other, reach, output_type="ndarray")
    site, locality = pairs["i"], pairs["j"]
    # The sphere only finds who may be near; the ellipsoid says who is, and in which order.
    km = distance_km(
        *(sites[name].to_numpy(dtype=float)[site] for name in ("longitude", "latitude")),
        *(localities[name].to_numpy(dtype=float)[locality] for name in ("longitude", "latitude")),
    )
    inside = km <= radius_km
    site, locality, km = site[inside], locality[inside], km[inside]
    order = np.lexsort((locality, site))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=len(sites)))])
    return sparse.csr_array((km[order], locality[order], indptr), shape=shape)


def caveat() -> str:
    """Line printed with every distance."""
    return _(
        "Distances à vol d'oiseau : fleuves, reliefs et routes fermées allongent le chemin. "
        "Seuls les ouvrages en service dont la position est connue comptent."
    )
