"""The base map: rivers, lakes, borders, towns and labels of our own, so that no tile is fetched.

Built from open data by ``python -m geo basemap build`` and committed small
under ``data/basemap``; :func:`published` packs it for the browser.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.labels import DEFAULT_TEXT_SIZE, DOTTED, LABEL_ZOOM, TEXT_SIZE
from geo.settings import CRS_STORAGE

# West, south, east, north of what is drawn [°]: Mali and the two Hodhs with their neighbours.
FRAME: Final = (-13.5, 9.0, 6.5, 21.6)
STEP_DEG: Final = 1e-4
# A line may leave its course by this much [°]: 220 m, a pixel at zoom 9.
TOLERANCE_DEG: Final = 0.002

# Hierarchy of the rivers in GSHHG -> the classes drawn. 0 is the middle of a river drawn as an area.
RIVER_CLASSES: Final = {
    **dict.fromkeys((0, 1, 2), "river"),
    **dict.fromkeys((3, 4), "branch"),
    **dict.fromkeys((5, 6, 7), "seasonal"),
    **dict.fromkeys((8, 9, 10), "canal"),
}
# Zoom from which a class is drawn.
FIRST_ZOOM: Final = {"river": 4, "branch": 6, "seasonal": 7, "canal": 8}

# Borders drawn are those between neighbours: Mali's and Mauritania's own come with the
# boundaries, and a second line a few kilometres off would read as another border [°].
_OWN_BORDER_DEG: Final = 0.1
_LEAST_PIECE_DEG: Final = 0.3

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Basemap:
    """The base map as it is kept, all in EPSG:4326.

    Attributes
    ----------
    water_lines : GeoDataFrame
        Lines with ``kind`` (``river``, ``branch``, ``seasonal``, ``canal``) and ``first_zoom``.
    water_areas : GeoDataFrame
        Polygons with ``kind`` (``lake``, ``river``).
    borders : GeoDataFrame
        Lines between neighbours of Mali and Mauritania.
    labels : DataFrame
        ``name_fr, name_en, lon, lat, kind, country, population, rank, min_zoom, max_zoom, anchor``.
    """

    water_lines: gpd.GeoDataFrame = field(repr=False)
    water_areas: gpd.GeoDataFrame = field(repr=False)
    borders: gpd.GeoDataFrame = field(repr=False)
    labels: pd.DataFrame = field(repr=False)


def water_lines(segments: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rivers from the source's segments (``level, geometry``): classed, joined end to end, simplified."""
    kinds = segments["level"].map(RIVER_CLASSES)
    rows: list[tuple[str, BaseGeometry]] = []
    for kind in FIRST_ZOOM:
        joined = shapely.line_merge(shapely.union_all(segments.geometry[kinds == kind].to_numpy()))
        rows += [(kind, line) for line in _framed(joined)]
    kind_column, lines = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"kind": kind_column, "first_zoom": [FIRST_ZOOM[kind] for kind in kind_column]},
        geometry=list(lines),
        crs=CRS_STORAGE,
    )


def water_areas(shores: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lakes and broad rivers from the source's shores.

    Parameters
    ----------
    shores : GeoDataFrame
        ``polygon`` (number of the polygon a piece belongs to), ``level`` (2 a lake, 3 an island in
        one), ``broad_river`` and ``geometry`` (lines): the source cuts shores at whole degrees.

    Returns
    -------
    GeoDataFrame
        ``kind`` and ``geometry``, islands cut out. Polygons that leave the frame so that no ring
        closes are left out.
    """
    rings = shores.groupby("polygon").agg(
        level=("level", "first"),
        broad_river=("broad_river", "first"),
        geometry=("geometry", lambda pieces: shapely.union_all(_closed(pieces.to_numpy()))),
    )
    islands = shapely.union_all(rings.loc[rings["level"] == 3, "geometry"].to_numpy())
    lakes = rings[rings["level"] == 2]
    cut = shapely.difference(lakes["geometry"].to_numpy(), islands)
    rows = [
        ("river" if broad else "lake", area)
        for broad, whole in zip(lakes["broad_river"], cut, strict=True)
        for area in _framed(whole)
    ]
    return gpd.GeoDataFrame(
        {"kind": [kind for kind, _ in rows]}, geometry=[area for _, area in rows], crs=CRS_STORAGE
    )


def borders(segments: gpd.GeoDataFrame, own: BaseGeometry) -> gpd.GeoDataFrame:
    """Borders between neighbours, without those of ``own`` (Mali and Mauritania together)."""
    near = own.buffer(_OWN_BORDER_DEG)
    kept: list[BaseGeometry] = []
    for line in _framed(shapely.line_merge(shapely.union_all(segments.geometry.to_numpy()))):
        rest = line.difference(near)
        # A line that only starts at our border keeps its start; one that follows it loses that part.
        whole = line if rest.length > 0.9 * line.length else rest
        kept += [piece for piece in shapely.get_parts(whole) if piece.length > _LEAST_PIECE_DEG]
    return gpd.GeoDataFrame({"kind": "neighbours"}, index=range(len(kept)), geometry=kept, crs=CRS_STORAGE)


def _closed(pieces: Geometries) -> Geometries:
    return shapely.get_parts(shapely.polygonize(pieces))


def _framed(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Parts of a geometry inside the frame, simplified and rounded to the step, none empty."""
    clipped = shapely.intersection(geometry, shapely.box(*FRAME))
    whole = shapely.line_merge(clipped) if clipped.geom_type.endswith("LineString") else clipped
    simple = shapely.simplify(shapely.get_parts(whole), TOLERANCE_DEG)
    rounded = shapely.set_precision(simple, STEP_DEG)
    return [part for part in shapely.get_parts(rounded) if not part.is_empty]


# ---- for the browser --------------------------------------------------------------------------------


def published(basemap: Basemap) -> bytes:
    """Pack the base map for the browser as compact JSON (``static/basemap.js`` reads it).

    Coordinates are whole steps of `STEP_DEG`, each list ``x, y, dx, dy, …``. A label is ``x, y,
    kind, anchor, min_zoom, max_zoom, name_fr`` and, where it differs, ``name_en``; kinds and anchors
    are numbers into ``kinds`` and ``anchors``, in the order of rank.
    """
    lines = basemap.water_lines
    content: dict[str, Any] = {
        "step": STEP_DEG,
        "lines": [
            {"kind": kind, "from": FIRST_ZOOM[kind], "paths": _packed(lines.geometry[lines["kind"] == kind])}
            for kind in FIRST_ZOOM
        ],
        "areas": [
            [_flat(ring) for ring in (area.exterior, *area.interiors)]
            for area in shapely.get_parts(basemap.water_areas.geometry.to_numpy())
        ],
        "borders": _packed(basemap.borders.geometry),
        **_packed_labels(basemap.labels),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _packed(lines: gpd.GeoSeries) -> list[list[int]]:
    return [_flat(line) for line in shapely.get_parts(lines.to_numpy())]


def _flat(line: BaseGeometry) -> list[int]:
    steps = np.round(shapely.get_coordinates(line) / STEP_DEG).astype(int)
    return [int(step) for step in np.diff(steps, axis=0, prepend=[[0, 0]]).ravel()]


def _packed_labels(labels: pd.DataFrame) -> dict[str, Any]:
    kinds: Sequence[str] = tuple(LABEL_ZOOM)
    anchors: Sequence[str] = ("center", "right", "left", "top", "bottom")
    steps = np.round(labels[["lon", "lat"]].to_numpy(dtype=float) / STEP_DEG).astype(int).tolist()
    zooms = labels[["min_zoom", "max_zoom"]].to_numpy(dtype=int).tolist()
    words = labels[["kind", "anchor", "name_fr", "name_en"]].astype(str).to_numpy().tolist()
    packed: list[list[Any]] = []
    for place, zoom, (kind, anchor, french, english) in zip(steps, zooms, words, strict=True):
        names = [french] if french == english else [french, english]
        packed.append([*place, kinds.index(kind), anchors.index(anchor), *zoom, *names])
    styles = [
        {"kind": kind, "size": TEXT_SIZE.get(kind, DEFAULT_TEXT_SIZE), "dot": kind in DOTTED}
        for kind in kinds
    ]
    return {"kinds": styles, "anchors": list(anchors), "labels": packed}
