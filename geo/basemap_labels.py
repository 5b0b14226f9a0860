"""The labels of the base map: towns, communes, waters, neighbours, gathered and ranked."""

from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.basemap import FRAME
from geo.labels import LABEL_ZOOM, place_labels

_LAST_ZOOM: Final = {"area": 8}
_TOP_ZOOM: Final = 13
# A town of another country is wanted a zoom later, unless it has so many people; a small one
# not at all.
_LARGE_TOWN: Final = 100_000
_SMALL_TOWN: Final = 20_000


# Names of a neighbour are set along the border, this far from it and from each other [px].
_NAME_INSIDE_PX: Final = 45
_NAME_APART_PX: Final = 260
_COUNTRY_ZOOMS: Final = tuple(range(7, 12))
# They are sought from the bend of the Niger outwards: that is where maps are centred [°].
_BEND: Final = (-1.5, 16.2)


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
    pairs = zip(near["index_right"], near["name_fr"], near["adm3_name"], strict=True)
    same = {row for row, town, own in pairs if _alike(town, own)}
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
        {
            **name,
            "lon": lon,
            "lat": lat,
            "first_zoom": zoom,
            "last_zoom": zoom if zoom < _COUNTRY_ZOOMS[-1] else _TOP_ZOOM,
        }
        for zoom in _COUNTRY_ZOOMS
        for name in names.to_dict("records")
        if name["country"] in lands
        for lon, lat in _beside_border(lands[name["country"]], own, zoom)
    ]
    return pd.concat([afar, pd.DataFrame(rows)], ignore_index=True).assign(kind="country")


def _neighbour_lands(
    names: pd.DataFrame, own: BaseGeometry, neighbour_borders: gpd.GeoDataFrame
) -> Mapping[str, BaseGeometry]:
    """Find the part of the frame each neighbour has, short of its borders by a few kilometres."""
    # Wide enough to close the small gaps where the source's borders should meet.
    fences = shapely.union_all(shapely.buffer(neighbour_borders.geometry.to_numpy(), 0.15))
    lands = shapely.get_parts(shapely.difference(shapely.box(*FRAME), own.buffer(0.02).union(fences)))
    found = {}
    for country, lon, lat in zip(names["country"], names["lon"], names["lat"], strict=True):
        holding = lands[shapely.covers(lands, shapely.Point(lon, lat))]
        if len(holding):
            found[country] = holding[0]
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
    for point in sorted(tried, key=lambda point: float(np.hypot(point.x - _BEND[0], point.y - _BEND[1]))):
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
    kept = ~abroad | (people >= _SMALL_TOWN)
    labels, people, abroad = labels[kept], people[kept], abroad[kept]
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
