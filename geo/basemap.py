"""The base map: rivers, lakes, borders, towns and labels of our own, so that no tile is fetched.

Built from open data by ``python -m geo basemap build`` and committed small
under ``data/basemap``; :func:`published` packs it for the browser.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.labels import DEFAULT_TEXT_SIZE, DOTTED, TEXT_SIZE, place_labels
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

# Zoom from which a label is wanted, by kind.
LABEL_ZOOM: Final = {
    "country": 4, "capital": 4, "region": 5, "area": 6, "cercle": 6, "river": 6, "lake": 8, "town": 7, "commune": 9,
}  # fmt: skip
_LAST_ZOOM: Final = {"area": 8}
_TOP_ZOOM: Final = 13
# A town of another country is wanted a zoom later, unless it has so many people; a small one
# not at all.
_LARGE_TOWN: Final = 100_000
_SMALL_TOWN: Final = 20_000

# Borders drawn are those between neighbours: Mali's and Mauritania's own come with the
# boundaries, and a second line a few kilometres off would read as another border [°].
_OWN_BORDER_DEG: Final = 0.1
_LEAST_PIECE_DEG: Final = 0.3

# Names of a neighbour are set along the border, this far from it and from each other [px].
_NAME_INSIDE_PX: Final = 45
_NAME_APART_PX: Final = 320
_COUNTRY_ZOOMS: Final = tuple(range(7, 12))

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
    near = own.boundary.buffer(_OWN_BORDER_DEG)
    kept: list[BaseGeometry] = []
    for line in _framed(shapely.line_merge(shapely.union_all(segments.geometry.to_numpy()))):
        rest = line.difference(near)
        # A line that only starts at our border keeps its start; one that follows it loses that part.
        whole = line if rest.length > 0.9 * line.length else rest
        kept += [piece for piece in shapely.get_parts(whole) if piece.length > _LEAST_PIECE_DEG]
    return gpd.GeoDataFrame({"kind": "neighbours"}, index=range(len(kept)), geometry=kept, crs=CRS_STORAGE)


def town_labels(cities: pd.DataFrame, names: pd.DataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Towns and, where there is no town of that name, communes of the drawn regions, to be placed.

    Parameters
    ----------
    cities : DataFrame
        GeoNames: ``geonameid, name, longitude, latitude, country, population``.
    names : DataFrame
        ``geonameid, name_fr, name_en, kind``: official names of seats; other towns keep theirs.
    communes : GeoDataFrame
        ``adm3_name, label_lon, label_lat, drawn, geometry``.

    Returns
    -------
    DataFrame
        ``name_fr, name_en, lon, lat, kind, country, population``; a commune has no dot, as its
        position is a label point, and an unknown population is missing.
    """
    west, south, east, north = FRAME
    inside = cities["longitude"].between(west, east) & cities["latitude"].between(south, north)
    named = cities[inside].merge(names, on="geonameid", how="left")
    towns = pd.DataFrame(
        {
            "name_fr": named["name_fr"].fillna(named["name"]),
            "name_en": named["name_en"].fillna(named["name"]),
            "lon": named["longitude"],
            "lat": named["latitude"],
            "kind": named["kind"].fillna("town"),
            "country": named["country"],
            # GeoNames writes 0 where it does not know.
            "population": named["population"].where(named["population"] > 0),
        }
    )
    return pd.concat([towns, _commune_labels(communes, towns)], ignore_index=True)


def _commune_labels(communes: gpd.GeoDataFrame, towns: pd.DataFrame) -> pd.DataFrame:
    drawn = communes[communes["drawn"]].reset_index(drop=True)
    points = gpd.GeoDataFrame(towns, geometry=gpd.points_from_xy(towns["lon"], towns["lat"]), crs=drawn.crs)
    # Twenty kilometres around the commune: towns and outlines do not agree to the kilometre.
    around = drawn.assign(geometry=shapely.buffer(drawn.geometry.to_numpy(), 0.2))
    near = gpd.sjoin(points, around[["adm3_name", "geometry"]])
    same = {row for row, town, own in zip(near["index_right"], near["name_fr"], near["adm3_name"], strict=True)
            if _alike(town, own)}  # fmt: skip
    rest = drawn[~drawn.index.isin(same)]
    return pd.DataFrame(
        {
            "name_fr": rest["adm3_name"],
            "name_en": rest["adm3_name"],
            "lon": rest["label_lon"],
            "lat": rest["label_lat"],
            "kind": "commune",
            "country": rest["country"],
            "population": np.nan,
        }
    )


def _alike(one: str, other: str) -> bool:
    first, second = (set(_words(name)) for name in (one, other))
    return first <= second or second <= first


def _words(name: str) -> list[str]:
    plain = pd.Series([name]).str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
    return str(plain.iloc[0]).lower().replace("-", " ").replace("'", "").split()


def country_labels(
    names: pd.DataFrame, *, own: BaseGeometry, neighbour_borders: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Names of countries: one each from afar, and along our border when the map is close.

    Parameters
    ----------
    names : DataFrame
        ``name_fr, name_en, country, lon, lat``: for each country the place of its name from afar,
        inside the frame.
    own : Polygon or MultiPolygon
        Mali and Mauritania together; neighbours get their names on the other side of its border.
    neighbour_borders : GeoDataFrame
        Of :func:`borders`.

    Returns
    -------
    DataFrame
        ``name_fr, name_en, lon, lat, kind, country, first_zoom, last_zoom``.
    """
    afar = names.assign(first_zoom=LABEL_ZOOM["country"], last_zoom=_COUNTRY_ZOOMS[0] - 1)
    lands = _neighbour_lands(names, own, neighbour_borders)
    rows = [
        {**name, "lon": lon, "lat": lat, "first_zoom": zoom, "last_zoom": zoom if zoom < _COUNTRY_ZOOMS[-1] else _TOP_ZOOM}
        for zoom in _COUNTRY_ZOOMS
        for name in names.to_dict("records")
        if name["country"] in lands
        for lon, lat in _beside_border(lands[name["country"]], own, zoom)
    ]
    return pd.concat([afar, pd.DataFrame(rows)], ignore_index=True).assign(kind="country")


def _neighbour_lands(
    names: pd.DataFrame, own: BaseGeometry, neighbour_borders: gpd.GeoDataFrame
) -> Mapping[str, BaseGeometry]:
    """The part of the frame each neighbour has, short of its borders by a few kilometres."""
    # Wide enough to close the small gaps where the source's borders should meet.
    fences = shapely.union_all(shapely.buffer(neighbour_borders.geometry.to_numpy(), 0.15))
    lands = shapely.get_parts(shapely.difference(shapely.box(*FRAME), own.buffer(0.02).union(fences)))
    found = {}
    for row in names.itertuples():
        holding = lands[shapely.covers(lands, shapely.Point(float(row.lon), float(row.lat)))]
        if len(holding):
            found[str(row.country)] = holding[0]
    return found


def _beside_border(land: BaseGeometry, own: BaseGeometry, zoom: int) -> list[tuple[float, float]]:
    degrees = 360 / (256 * 2**zoom)  # of one pixel
    inside = land.buffer(-_NAME_INSIDE_PX * degrees)
    course = inside.boundary.intersection(own.buffer(2 * _NAME_INSIDE_PX * degrees))
    step = _NAME_APART_PX * degrees / 4
    tried = [
        line.interpolate(distance)
        for line in shapely.get_parts(shapely.line_merge(course)) if line.length > 0
        for distance in np.arange(min(step, line.length / 2), line.length, step)
    ]  # fmt: skip
    kept: list[tuple[float, float]] = []
    for point in tried:
        if all(np.hypot(point.x - x, point.y - y) > _NAME_APART_PX * degrees for x, y in kept):
            kept.append((float(point.x), float(point.y)))
    return kept


def ranked_labels(*parts: pd.DataFrame) -> pd.DataFrame:
    """Labels put together and placed: which goes first, from which zoom, on which side.

    Kinds go in the order of `LABEL_ZOOM`, within a kind the more people the
    earlier, and neighbours' towns after ours. ``as_kind`` and ``first_zoom``, where
    given, raise a label above its kind: Lake Faguibine stands with the regions' seats.
    """
    labels = pd.concat([part.reset_index(drop=True) for part in parts], ignore_index=True)
    people = labels["population"].fillna(0)
    abroad = labels["country"].notna() & ~labels["country"].isin(["ML", "MR"]) & (labels["kind"] == "town")
    labels, people, abroad = (each[~abroad | (people >= _SMALL_TOWN)] for each in (labels, people, abroad))
    # A large town without a seat stands with the seats of cercles.
    large = (labels["kind"] == "town") & (people >= _LARGE_TOWN)
    like = labels["as_kind"].fillna(labels["kind"]).mask(large, "cercle")
    order = like.map({kind: place for place, kind in enumerate(LABEL_ZOOM)})
    zoom = like.map(LABEL_ZOOM) + (abroad & ~large)
    wanted = labels.assign(
        rank=_rank(order + 0.5 * abroad, -people),
        first_zoom=labels["first_zoom"].fillna(zoom).astype(int),
        last_zoom=labels["last_zoom"].fillna(labels["kind"].map(_LAST_ZOOM)).fillna(_TOP_ZOOM).astype(int),
    )
    return place_labels(wanted)


def _rank(*keys: pd.Series) -> NDArray[np.intp]:
    order = np.lexsort([key.to_numpy() for key in reversed(keys)])
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return rank


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
    """The base map for the browser, as compact JSON (``static/basemap.js`` reads it).

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
    packed = []
    for label in labels.itertuples():
        entry: list[Any] = [
            round(float(label.lon) / STEP_DEG),
            round(float(label.lat) / STEP_DEG),
            kinds.index(str(label.kind)),
            anchors.index(str(label.anchor)),
            int(label.min_zoom),
            int(label.max_zoom),
            label.name_fr,
        ]
        packed.append(entry if label.name_en == label.name_fr else [*entry, label.name_en])
    styles = [
        {"kind": kind, "size": TEXT_SIZE.get(kind, DEFAULT_TEXT_SIZE), "dot": kind in DOTTED} for kind in kinds
    ]
    return {"kinds": styles, "anchors": list(anchors), "labels": packed}
