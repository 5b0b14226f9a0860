"""Indicative cells of communes whose outlines are unknown, from what is known: label point and area.

Used for Mauritania, whose open boundary file stops at the moughataa. A cell
is not a boundary: whoever shows one marks it ``indicative``.
"""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from geo.settings import CRS_STORAGE

_RAYS: Final = 720
# A cell's area may miss its share of the known areas by this much [share of the area].
_AREA_TOLERANCE: Final = 0.005
_MAX_ROUNDS: Final = 300
# Cuts are simplified to this share of the moughataa's width: two kilometres
# in a thousand, far below what an indicative line can claim.
_SIMPLIFY: Final = 0.002

Floats = NDArray[np.float64]


def commune_cells(moughataa: BaseGeometry, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Share a moughataa out among its communes: each gets its known area around its label point.

    A multiplicatively weighted Voronoi diagram: a place belongs to the commune
    with the smallest ``distance / weight``, and the weights are adjusted until
    the cells have the areas known for the communes (in proportion, where the
    polygon is larger or smaller than their sum). Every label point lies in its
    own cell whatever the weights, and the small commune of a town becomes the
    island it is inside the larger commune around it. Plain Thiessen cells give
    such a town the area of its neighbours.

    Distances are taken in an equal-area projection whose true parallel crosses
    the moughataa: in EPSG:6933 itself, true at 30°, a north-south kilometre
    would weigh a quarter more than an east-west one.

    Parameters
    ----------
    moughataa : Polygon or MultiPolygon
        The known outline [EPSG:4326], of one moughataa or of several whose
        common border is unknown.
    communes : DataFrame, n rows
        ``adm3_pcode``, ``area_sqkm`` [km²], ``label_lon`` and ``label_lat`` [°].
        A label point outside the outline is allowed: its cell is then the part
        of the outline its weight reaches.

    Returns
    -------
    GeoDataFrame, n rows in the order of ``communes`` [EPSG:4326]
        ``adm3_pcode`` and ``geometry``. The cells are a valid coverage: shared
        edges have the same vertices on both sides, and their union is the
        outline (with a vertex added where a cut meets it).

    Raises
    ------
    ValueError
        No commune, an area that is not above zero, two communes with the same label point.

    References
    ----------
    Aurenhammer and Edelsbrunner 1984, "An optimal algorithm for constructing
    the weighted Voronoi diagram in the plane", Pattern Recognition 17(2).

    Examples
    --------
    >>> import pandas as pd
    >>> communes = pd.DataFrame({"adm3_pcode": ["A", "B"], "area_sqkm": [1.0, 3.0],
    ...                          "label_lon": [0.02, 0.06], "label_lat": [0.05, 0.05]})
    >>> cells = commune_cells(shapely.box(0, 0, 0.1, 0.1), communes)
    >>> areas = cells.to_crs("EPSG:6933").area
    >>> (areas / areas.sum()).round(2).tolist()
    [0.25, 0.75]
    """
    target = communes["area_sqkm"].to_numpy(dtype=float)
    points = communes[["label_lon", "label_lat"]].to_numpy(dtype=float)
    _check(points, target)
    to_plane = _local_plane(moughataa)
    outline = shapely.transform(moughataa, to_plane.transform, interleaved=False)
    sites = np.column_stack(to_plane.transform(points[:, 0], points[:, 1]))
    weights = _fit_weights(outline, sites, target / target.sum() * outline.area)
    stars = _stars(sites, weights, outline)
    back = [shapely.transform(star, _backwards(to_plane), interleaved=False) for star in stars]
    cells = _cut(moughataa, back, order=np.argsort(weights, kind="stable"))
    cells = _without_loose_pieces(cells, shapely.points(points))
    return gpd.GeoDataFrame(
        {"adm3_pcode": communes["adm3_pcode"].to_numpy()}, geometry=cells, crs=CRS_STORAGE
    )


def _check(points: Floats, target: Floats) -> None:
    if len(target) == 0:
        raise ValueError("no commune to give a cell to")
    if not (np.isfinite(target) & (target > 0)).all():
        raise ValueError("every commune needs an area above zero [km²]")
    if len(np.unique(points, axis=0)) < len(points):
        raise ValueError("two communes have the same label point")


def _local_plane(outline: BaseGeometry) -> Transformer:
    west, south, east, north = outline.bounds
    plane = f"+proj=cea +lon_0={(west + east) / 2} +lat_ts={(south + north) / 2} +units=km"
    return Transformer.from_crs(CRS_STORAGE, plane, always_xy=True)


def _backwards(to_plane: Transformer):  # type: ignore[no-untyped-def]
    return lambda x, y: to_plane.transform(x, y, direction="INVERSE")


def _fit_weights(outline: BaseGeometry, sites: Floats, target: Floats) -> Floats:
    """Weights whose cells have the target areas [km²], by repeated proportion.

    An area grows with the square of its weight where nothing stands in the
    way; the exponent of a quarter, half of what that asks, does not overshoot.
    The best round is kept: where no round meets the tolerance the cells are
    still a tiling, only less true to the areas.
    """
    weights = np.sqrt(target)
    best, smallest = weights, np.inf
    for _round in range(_MAX_ROUNDS if len(sites) > 1 else 0):
        areas = _areas(outline, _stars(sites, weights, outline), np.argsort(weights, kind="stable"))
        error = float(np.abs(areas / target - 1).max())
        if error < smallest:
            best, smallest = weights, error
        if error < _AREA_TOLERANCE:
            break
        weights = weights * (target / np.maximum(areas, target * 1e-3)) ** 0.25
    return best


def _stars(sites: Floats, weights: Floats, outline: BaseGeometry) -> list[BaseGeometry]:
    """For each site the region where no *heavier* site beats it: star-shaped around it.

    On the ray ``u`` from site i, a site j with weight ratio ``k = w_j / w_i``
    at ``D`` takes over at the distance r with ``|r u - D| = k r``, that is
    ``r = |D|² / (u·D + sqrt((u·D)² + (k² - 1) |D|²))``. Equal weights are
    ordered by position, so that of two sites exactly one bounds the other.
    """
    west, south, east, north = outline.union(shapely.MultiPoint(sites)).bounds
    far = 3 * np.hypot(east - west, north - south)
    angle = np.linspace(0, 2 * np.pi, _RAYS, endpoint=False)
    rays = np.column_stack([np.cos(angle), np.sin(angle)])
    order = np.argsort(weights, kind="stable")
    stars: list[BaseGeometry] = [shapely.Polygon()] * len(sites)
    for place, site in enumerate(order):
        heavier = order[place + 1 :]
        reach = _reach(sites[heavier] - sites[site], weights[heavier] / weights[site], rays, far)
        star = shapely.Polygon(sites[site] + rays * reach[:, None])
        stars[site] = star.simplify(_SIMPLIFY * np.sqrt(outline.area))
    return stars


def _reach(towards: Floats, ratio: Floats, rays: Floats, far: float) -> Floats:
    if len(towards) == 0:
        return np.full(len(rays), far)
    along = rays @ towards.T
    squared = (towards**2).sum(axis=1)
    denominator = along + np.sqrt(along**2 + (ratio**2 - 1) * squared)
    # Zero only for equal weights and a ray that leads away: never taken over.
    distance = np.divide(
        squared, denominator, out=np.full_like(along, far), where=denominator > squared / far
    )
    return np.asarray(distance.min(axis=1), dtype=float)


def _areas(outline: BaseGeometry, stars: list[BaseGeometry], order: NDArray[np.intp]) -> Floats:
    areas, rest = np.zeros(len(stars)), outline
    for site in order:
        areas[site] = rest.intersection(stars[site]).area
        rest = rest.difference(stars[site])
    return areas


def _cut(
    moughataa: BaseGeometry, stars: list[BaseGeometry], *, order: NDArray[np.intp]
) -> list[BaseGeometry]:
    """Cut the outline along the stars' edges; a face goes to the lightest star that holds it.

    All lines are noded together before faces are built: cells cut one after
    the other would lack the vertices that later cuts add to their edges.
    """
    lines = shapely.union_all([moughataa.boundary, *[star.boundary for star in stars]])
    faces = np.array(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))
    inner = shapely.point_on_surface(faces)
    kept = shapely.covers(moughataa, inner)
    faces, inner = faces[kept], inner[kept]
    owner = np.full(len(faces), order[-1])
    for site in order[::-1]:
        owner[shapely.covers(stars[site], inner)] = site
    return [shapely.coverage_union_all(faces[owner == site]) for site in range(len(stars))]


def _without_loose_pieces(cells: list[BaseGeometry], labels: NDArray[np.object_]) -> list[BaseGeometry]:
    """Give a piece cut off from its label point to the neighbour with the longest edge on it.

    A bend of the outline, or a ring of lighter cells, can cut one off. A piece
    without neighbours (an island of the outline) stays with its commune.
    """
    joined = list(cells)
    for own, label in enumerate(labels):
        pieces = shapely.get_parts(joined[own])
        home = shapely.covers(pieces, label)
        if not home.any():
            home[np.argmax(shapely.area(pieces))] = True
        kept = list(pieces[home])
        for piece in pieces[~home]:
            edges = shapely.length(shapely.intersection(piece.boundary, shapely.boundary(joined)))
            edges[own] = 0
            neighbour = int(np.argmax(edges))
            if edges[neighbour] > 0:
                joined[neighbour] = shapely.coverage_union(joined[neighbour], piece)
            else:
                kept.append(piece)
        joined[own] = shapely.coverage_union_all(kept)
    return joined
