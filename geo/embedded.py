"""The boundaries that ship with the product: two layers from published polygons and facts of communes.

Mali has a polygon for each commune. Mauritania's communes have none in that
source: they are cells inside the real moughataas, marked ``indicative``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.boundaries import COLUMNS, parents
from geo.cells import commune_cells
from geo.polygons import clean_coverage, label_points, thiessen_cells
from geo.projection import area_sqkm
from geo.settings import CRS_STORAGE

# Prefixes of ``shape_id`` in the carrier: one published data set each.
SHAPES_MALI: Final = "61693064"
SHAPES_MAURITANIA: Final = "47542326"

# Cuts a polygon into one cell for each commune (``adm3_pcode, area_sqkm, label_lon, label_lat``).
Cut = Callable[[Any, pd.DataFrame], np.ndarray]


def weighted(polygon: Any, communes: pd.DataFrame) -> np.ndarray:
    """Cells around the label points with the areas known for the communes (:mod:`geo.cells`)."""
    return commune_cells(polygon, communes).geometry.to_numpy()


def thiessen(polygon: Any, communes: pd.DataFrame) -> np.ndarray:
    """Plain Thiessen cells of the label points: what :func:`weighted` is measured against."""
    return thiessen_cells(polygon, communes["label_lon"], communes["label_lat"])


def mali(polygons: gpd.GeoDataFrame, table: pd.DataFrame, communes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Communes of Mali with gaps and overlaps closed.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        ``shape_id, geometry`` in EPSG:4326.
    table : pandas.DataFrame
        ``shape_id, adm3_pcode``: which polygon is which commune.
    communes : pandas.DataFrame
        Facts of the communes of both countries (``data/boundaries/communes.csv``).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns of :data:`geo.boundaries.COLUMNS` for communes, sorted by P-code.

    Raises
    ------
    ValueError
        If a commune has no polygon or two.
    """
    wanted = polygons[polygons["shape_id"].str.startswith(SHAPES_MALI)]
    coded = wanted.merge(table[["shape_id", "adm3_pcode"]], on="shape_id", validate="one_to_one")
    facts = communes[communes["country"] == "ML"]
    if set(coded["adm3_pcode"]) != set(facts["adm3_pcode"]):
        raise ValueError("the table of shapes does not give each commune of Mali one polygon")
    ordered = coded.sort_values("adm3_pcode", ignore_index=True)
    closed = clean_coverage(ordered.geometry.to_numpy())
    return with_facts(pd.Series(closed, index=ordered["adm3_pcode"]), facts, indicative=False)


def mauritania(
    polygons: gpd.GeoDataFrame, moughataas: pd.DataFrame, communes: pd.DataFrame, *, cut: Cut = weighted
) -> gpd.GeoDataFrame:
    """Communes of Mauritania as cells around their label points inside the real moughataas.

    Polygons that stand for the same moughataa are joined; a polygon that today is
    several moughataas holds the cells of the communes of all of them.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        ``shape_id, geometry`` in EPSG:4326.
    moughataas : pandas.DataFrame
        ``shape_id, adm2_pcodes``: today's moughataas of each polygon, separated by ``;``.
    communes : pandas.DataFrame
        Facts of the communes of both countries.
    cut : callable
        How a polygon is shared out: :func:`weighted` or :func:`thiessen`.

    Returns
    -------
    geopandas.GeoDataFrame
        As :func:`mali`, with ``indicative`` true throughout.
    """
    wanted = polygons[polygons["shape_id"].str.startswith(SHAPES_MAURITANIA)]
    shapes = wanted.sort_values("shape_id", ignore_index=True)
    shapes = shapes.assign(geometry=clean_coverage(shapes.geometry.to_numpy()))
    facts = communes[communes["country"] == "MR"]
    cells = [_cells(shapes, block, facts, cut) for block in blocks(moughataas)]
    joined = pd.concat(cells).sort_index()
    # Cells were cut one moughataa at a time: cleaning gives neighbours the same vertices.
    cleaned = pd.Series(clean_coverage(joined.to_numpy()), index=joined.index)
    return with_facts(cleaned, facts, indicative=True)


def blocks(moughataas: pd.DataFrame) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Group what can only be read together: ``(shape_ids, adm2_pcodes)``, none of them in two blocks."""
    found: list[tuple[frozenset[str], frozenset[str]]] = []
    for shape, codes in zip(moughataas["shape_id"], moughataas["adm2_pcodes"], strict=True):
        shapes, pcodes = frozenset({shape}), frozenset(codes.split(";"))
        for other in [block for block in found if block[1] & pcodes]:
            found.remove(other)
            shapes, pcodes = shapes | other[0], pcodes | other[1]
        found.append((shapes, pcodes))
    return sorted(found, key=lambda block: sorted(block[1]))


def _cells(
    shapes: gpd.GeoDataFrame, block: tuple[frozenset[str], frozenset[str]], facts: pd.DataFrame, cut: Cut
) -> pd.Series:
    shape_ids, pcodes = block
    polygon = shapely.coverage_union_all(shapes.loc[shapes["shape_id"].isin(shape_ids)].geometry.to_numpy())
    rows = facts[facts["adm2_pcode"].isin(pcodes)]
    seeds = [_seed(polygon, lon, lat) for lon, lat in zip(rows["label_lon"], rows["label_lat"], strict=True)]
    lon, lat = zip(*seeds, strict=True)
    seeded = rows.assign(label_lon=lon, label_lat=lat, area_sqkm=rows["area_sqkm"].astype(float))
    return pd.Series(cut(polygon, seeded), index=rows["adm3_pcode"].to_numpy())


def _seed(polygon: Any, lon: float, lat: float) -> tuple[float, float]:
    # A label point outside its moughataa (towns that outgrew it) counts at the nearest place inside.
    point = shapely.Point(float(lon), float(lat))
    if shapely.contains(polygon, point):
        return float(lon), float(lat)
    nearest = shapely.get_coordinates(shapely.shortest_line(polygon, point))[0]
    inner = shapely.get_coordinates(shapely.maximum_inscribed_circle(polygon))[0]
    x, y = nearest + (inner - nearest) * 0.1
    return float(x), float(y)


def with_facts(geometries: pd.Series, facts: pd.DataFrame, *, indicative: bool) -> gpd.GeoDataFrame:
    """Join geometries (indexed by commune P-code) with the facts of their communes; label points inside."""
    rows = facts.set_index("adm3_pcode").reindex(geometries.index).rename_axis("adm3_pcode").reset_index()
    lon, lat = label_points(geometries.to_numpy(), rows["label_lon"], rows["label_lat"])
    frame = gpd.GeoDataFrame(
        rows.assign(
            label_lon=lon,
            label_lat=lat,
            area_sqkm=rows["area_sqkm"].astype(float),
            focus=rows["focus"] == "true",
            drawn=rows["drawn"] == "true",
            indicative=indicative,
        ),
        geometry=geometries.to_numpy(),
        crs=CRS_STORAGE,
    )
    ordered = frame.sort_values("adm3_pcode", ignore_index=True)
    return gpd.GeoDataFrame(ordered[list(COLUMNS["commune"])], geometry="geometry", crs=CRS_STORAGE)


def hierarchy(
    communes: gpd.GeoDataFrame, *, real_cercles: Sequence[str] | None = None
) -> Mapping[str, gpd.GeoDataFrame]:
    """Build the three levels; ``real_cercles`` are those whose outline is not cut from cells."""
    cercles, regions = parents(communes, "cercle"), parents(communes, "region")
    if real_cercles is not None:
        cercles = cercles.assign(indicative=~cercles["adm2_pcode"].isin(list(real_cercles)))
        # No polygon of the source belongs to two regions of today: their outlines are real.
        regions = regions.assign(indicative=False)
    return {"communes": communes, "cercles": cercles, "regions": regions}


def real_cercles(moughataas: pd.DataFrame) -> list[str]:
    """Moughataas that are a polygon of the source (or several), not cut from one they share."""
    return sorted(code for _shapes, codes in blocks(moughataas) if len(codes) == 1 for code in codes)


def shape_table(
    polygons: gpd.GeoDataFrame, official: gpd.GeoDataFrame, names: Mapping[str, str]
) -> pd.DataFrame:
    """Find which commune each polygon is, by the largest overlap with the official file.

    Parameters
    ----------
    polygons : geopandas.GeoDataFrame
        ``shape_id, name, geometry``.
    official : geopandas.GeoDataFrame
        ``adm3_pcode, geometry``.
    names : mapping of str to str
        Name of each commune by P-code, for the check by name.

    Returns
    -------
    pandas.DataFrame
        ``shape_id, source_name, adm3_pcode, adm3_name, iou, area_ratio``, sorted by P-code;
        ``iou`` is the area both share over the area either covers, ``area_ratio`` source / official.
    """
    wanted = polygons[polygons["shape_id"].str.startswith(SHAPES_MALI)].reset_index(drop=True)
    left, right = wanted.geometry.to_numpy(), official.geometry.to_numpy()
    pairs = shapely.STRtree(right).query(left, predicate="intersects").T
    shared = area_sqkm(shapely.intersection(left[pairs[:, 0]], right[pairs[:, 1]]))
    overlaps = pd.DataFrame({"row": pairs[:, 0], "official": pairs[:, 1], "shared": shared})
    best = overlaps.sort_values("shared").groupby("row").last().sort_index()
    own, other = area_sqkm(left)[best.index], area_sqkm(right)[best["official"]]
    codes = official["adm3_pcode"].to_numpy()[best["official"]]
    table = pd.DataFrame(
        {
            "shape_id": wanted["shape_id"].to_numpy()[best.index],
            "source_name": wanted["name"].to_numpy()[best.index],
            "adm3_pcode": codes,
            "adm3_name": [names[code] for code in codes],
            "iou": np.round(best["shared"].to_numpy() / (own + other - best["shared"].to_numpy()), 3),
            "area_ratio": np.round(own / other, 3),
        }
    )
    return table.sort_values("adm3_pcode", ignore_index=True)
