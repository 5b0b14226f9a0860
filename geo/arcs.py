"""Shared edges: one drawing of every boundary, however many units it separates.

Polygons sent one by one carry each common edge twice, and once more for every
level above. Here every edge is an *arc*, stored once; a unit of any level is a
list of rings of arc numbers, a boundary line is a list of arcs. The browser
needs no more to fill, outline and dash all levels from one small file.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

# Degrees of one step of the stored integers: 11 m, well under a pixel at any zoom the map allows.
STEP_DEG = 1e-4

Point = tuple[int, int]
Ring = list[int]  # arc numbers; ~n is arc n walked backwards


@dataclass(frozen=True)
class Topology:
    """Arcs, and for each piece its rings.

    Attributes
    ----------
    arcs
        Each arc an (n, 2) list of integer points, longitude and latitude in `STEP_DEG`.
    rings
        For each piece of the input, in its order, its rings as lists of arc numbers.
    owners
        For each arc the pieces on its two sides; one piece where nothing lies beyond.
    """

    arcs: list[list[Point]]
    rings: list[list[Ring]]
    owners: list[tuple[int, ...]]


def _integer_rings(geometry: shapely.Geometry) -> Iterator[list[Point]]:
    for polygon in shapely.get_parts(geometry):
        for ring in (polygon.exterior, *polygon.interiors):
            steps = np.round(shapely.get_coordinates(ring) / STEP_DEG).astype(int)
            moved = np.append(True, (np.diff(steps, axis=0) != 0).any(axis=1))
            points = [(int(x), int(y)) for x, y in steps[moved]]
            if len(points) > 3:  # a ring smaller than the step has no inside left
                yield points


def _edge(first: Point, second: Point) -> tuple[Point, Point]:
    return (first, second) if first <= second else (second, first)


def _edge_owners(pieces: list[list[list[Point]]]) -> dict[tuple[Point, Point], tuple[int, ...]]:
    owners: dict[tuple[Point, Point], tuple[int, ...]] = {}
    for piece, rings in enumerate(pieces):
        for ring in rings:
            for first, second in itertools.pairwise(ring):
                key = _edge(first, second)
                before = owners.get(key, ())
                owners[key] = before if piece in before else (*before, piece)
    return owners


def _junctions(owners: dict[tuple[Point, Point], tuple[int, ...]]) -> set[Point]:
    # A vertex inside an arc has exactly two edges, with the same pieces on their sides.
    around: dict[Point, list[tuple[int, ...]]] = {}
    for (first, second), sides in owners.items():
        around.setdefault(first, []).append(sides)
        around.setdefault(second, []).append(sides)
    return {point for point, sides in around.items() if len(sides) != 2 or sides[0] != sides[1]}


def _split(ring: list[Point], junctions: set[Point]) -> Iterator[list[Point]]:
    open_ring = ring[:-1]
    starts = [index for index, point in enumerate(open_ring) if point in junctions]
    # A ring without a junction (an island, an enclave) starts at its least point, so that
    # the piece inside and the piece around it cut it at the same place.
    start = starts[0] if starts else open_ring.index(min(open_ring))
    turned = [*open_ring[start:], *open_ring[:start], open_ring[start]]
    arc = [turned[0]]
    for point in turned[1:]:
        arc.append(point)
        if point in junctions or point == turned[0]:
            yield arc
            arc = [point]


def topology(geometries: gpd.GeoSeries) -> Topology:
    """Arcs shared by ``geometries``, polygons that meet edge to edge.

    Parameters
    ----------
    geometries
        Polygons or multipolygons, n, in degrees. Where two do not share their vertices, nothing
        breaks: the edge is stored for each of them.

    Returns
    -------
    Topology
        With ``rings`` in the order of ``geometries``.

    Examples
    --------
    >>> squares = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> shared = topology(squares)
    >>> len(shared.arcs), sorted(shared.owners)
    (3, [(0,), (0, 1), (1,)])
    """
    pieces = [list(_integer_rings(geometry)) for geometry in geometries]
    edge_owners = _edge_owners(pieces)
    junctions = _junctions(edge_owners)
    numbers: dict[tuple[Point, ...], int] = {}
    arcs: list[list[Point]] = []
    owners: list[tuple[int, ...]] = []
    rings: list[list[Ring]] = []
    for piece in pieces:
        piece_rings: list[Ring] = []
        for ring in piece:
            numbered: Ring = []
            for arc in _split(ring, junctions):
                backwards = tuple(reversed(arc))
                if backwards in numbers:
                    numbered.append(~numbers[backwards])
                    continue
                if tuple(arc) not in numbers:
                    numbers[tuple(arc)] = len(arcs)
                    arcs.append(arc)
                    owners.append(edge_owners[_edge(arc[0], arc[1])])
                numbered.append(numbers[tuple(arc)])
            piece_rings.append(numbered)
        rings.append(piece_rings)
    return Topology(arcs=arcs, rings=rings, owners=owners)


def separating(shared: Topology, codes: pd.Series) -> list[int]:
    """Arcs with different ``codes`` (one for each piece) on their sides, the outer border included."""
    values = codes.to_list()
    return [
        number
        for number, sides in enumerate(shared.owners)
        if len(sides) == 1 or values[sides[0]] != values[sides[1]]
    ]


def merged(shared: Topology, codes: pd.Series) -> dict[str, list[Ring]]:
    """Rings of the pieces of each code put together; pieces without a code (NA or "") are left out.

    An arc with the same code on both sides falls away; what stays is linked end to end.
    """
    edges = set(separating(shared, codes))
    groups: dict[str, list[int]] = {}
    for code, rings in zip(codes.to_list(), shared.rings, strict=True):
        if isinstance(code, str) and code:
            kept = [arc for ring in rings for arc in ring if max(arc, ~arc) in edges]
            groups.setdefault(code, []).extend(kept)
    return {code: _linked(shared, arcs) for code, arcs in groups.items()}


def _ends(shared: Topology, arc: int) -> tuple[Point, Point]:
    points = shared.arcs[max(arc, ~arc)]
    return (points[0], points[-1]) if arc >= 0 else (points[-1], points[0])


def _linked(shared: Topology, arcs: list[int]) -> list[Ring]:
    by_start: dict[Point, list[int]] = {}
    for arc in arcs:
        by_start.setdefault(_ends(shared, arc)[0], []).append(arc)
    rings: list[Ring] = []
    while by_start:
        start = next(iter(by_start))
        ring: Ring = []
        at = start
        while at in by_start:
            arc = by_start[at].pop()
            if not by_start[at]:
                del by_start[at]
            ring.append(arc)
            at = _ends(shared, arc)[1]
            if at == start:
                break
        rings.append(ring)
    return rings


def packed_arcs(shared: Topology) -> list[list[int]]:
    """Arcs as flat lists ``x, y, dx, dy, …``: small numbers, a third of the bytes of coordinates."""
    packed = []
    for arc in shared.arcs:
        steps = np.diff(np.array(arc), axis=0, prepend=[[0, 0]])
        packed.append([int(step) for step in steps.ravel()])
    return packed


def simplified(geometries: gpd.GeoSeries, *, tolerance_deg: float) -> gpd.GeoSeries:
    """``geometries`` with fewer vertices and their shared edges still shared.

    Visvalingam and Whyatt (1993) as in ``shapely.coverage_simplify``; ``tolerance_deg`` is the
    square root of the smallest triangle kept [degrees].
    """
    kept = shapely.coverage_simplify(geometries.to_numpy(), tolerance_deg)
    return gpd.GeoSeries(kept, index=geometries.index, crs=geometries.crs)


def levels_geometry(shared: Topology, levels: Mapping[str, pd.Series]) -> dict[str, dict[str, list[Ring]]]:
    """For each level its units, each a list of rings."""
    return {level: merged(shared, codes) for level, codes in levels.items()}
