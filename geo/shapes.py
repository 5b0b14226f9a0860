"""The file of shapes: every level of the drawn regions, the outline of all others, once for the browser.

Made from :class:`geo.boundaries.Boundaries` when the app starts, published
under ``static/geo/`` by its hash, and the same until the boundaries change.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.arcs import STEP_DEG, Topology, merged, packed_arcs, separating, simplified, topology
from geo.boundaries import Boundaries
from geo.settings import LEVELS, NAME_COLUMN, PCODE_COLUMN

# Kept triangle of the simplification [degrees]; under a pixel at zoom 9.
TOLERANCE_DEG: Final = 0.001
LATER_REGION: Final = "region_2023"

Frame = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Shapes:
    """The file of shapes and what Python keeps of it.

    Attributes
    ----------
    content : bytes
        JSON for the browser (``static/carte.js`` reads it).
    frames : mapping
        For each unit of each level its bounds, ``((south, west), (north, east))`` [degrees].
    """

    content: bytes = field(repr=False)
    frames: Mapping[str, Frame] = field(repr=False)


def _pieces(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    # Drawn regions commune by commune, every other region as one piece.
    piece = communes["adm3_pcode"].where(communes["drawn"], communes["adm1_pcode"])
    whole = communes.assign(piece=piece.to_numpy())
    rows = whole.drop_duplicates("piece").set_index("piece").sort_index()
    shapes = whole.dissolve("piece", method="coverage")["geometry"].reindex(rows.index)
    return gpd.GeoDataFrame(rows.assign(geometry=shapes), geometry="geometry", crs=communes.crs)


def _codes(pieces: gpd.GeoDataFrame, groups: Mapping[str, str]) -> dict[str, pd.Series]:
    drawn = pieces["drawn"]
    codes = {
        "region": pieces["adm1_pcode"],
        "cercle": pieces["adm2_pcode"].where(drawn, ""),
        "commune": pieces["adm3_pcode"].where(drawn, ""),
    }
    if groups:
        later = pieces["adm2_pcode"].map(dict(groups)).where(drawn)
        codes[LATER_REGION] = later.fillna(pieces["adm1_pcode"])
    return codes


def _split_dashed(arcs: list[int], shared: Topology, dashed: np.ndarray) -> dict[str, list[int]]:
    # Indicative only where it is so on both sides and within one country.
    is_dashed = [arc for arc in arcs if len(shared.owners[arc]) > 1 and all(dashed[list(shared.owners[arc])])]
    known = set(is_dashed)
    return {"solid": [arc for arc in arcs if arc not in known], "dashed": is_dashed}


def _lines(
    shared: Topology, codes: Mapping[str, pd.Series], indicative: Mapping[str, np.ndarray]
) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    outer = [arc for arc, sides in enumerate(shared.owners) if len(sides) == 1]
    found["country"] = {"solid": outer, "dashed": []}
    above = set(outer)
    if LATER_REGION in codes:
        later = [arc for arc in separating(shared, codes[LATER_REGION]) if arc not in above]
        # Regions since 2023 are known by name: lines that no region of 2021 had are approximate.
        known = set(separating(shared, codes["region"]))
        found[LATER_REGION] = {
            "solid": [arc for arc in later if arc in known],
            "dashed": [arc for arc in later if arc not in known],
        }
    for level in LEVELS:
        arcs = [arc for arc in separating(shared, codes[level]) if arc not in above]
        found[level] = _split_dashed(arcs, shared, indicative[level])
        above.update(arcs)
    return found


def _label_steps(lon: float, lat: float) -> list[int]:
    return [round(lon / STEP_DEG), round(lat / STEP_DEG)]


def _facts(frame: pd.DataFrame, pcode: str, name: str) -> dict[str, dict[str, Any]]:
    columns = [pcode, name, "label_lon", "label_lat", "focus"]
    return {
        code: {"name": words, "label": _label_steps(lon, lat), **({} if focus else {"context": 1})}
        for code, words, lon, lat, focus in frame[columns].itertuples(index=False, name=None)
    }


def _unit_facts(boundaries: Boundaries, later: pd.DataFrame | None) -> dict[str, dict[str, dict[str, Any]]]:
    facts = {
        level: _facts(pd.DataFrame(boundaries.level(level)), PCODE_COLUMN[level], NAME_COLUMN[level])
        for level in LEVELS
    }
    if later is not None:
        facts[LATER_REGION] = facts["region"] | _facts(later, "pcode", "name")
    return facts


def _indicative(boundaries: Boundaries, pieces: pd.DataFrame) -> dict[str, np.ndarray]:
    flags = {}
    for level in LEVELS:
        code = PCODE_COLUMN[level]
        known = boundaries.level(level).set_index(code)["indicative"].astype(bool)
        flags[level] = pieces[code].map(known).fillna(False).to_numpy(dtype=bool)
    return flags


def _frames(shared: Topology, rings: Mapping[str, list[list[int]]]) -> dict[str, Frame]:
    boxes = np.array([[*np.min(arc, axis=0), *np.max(arc, axis=0)] for arc in shared.arcs])
    frames = {}
    for code, numbers in rings.items():
        of_unit = boxes[[max(arc, ~arc) for ring in numbers for arc in ring]]
        west, south = (float(v) * STEP_DEG for v in of_unit[:, :2].min(axis=0))
        east, north = (float(v) * STEP_DEG for v in of_unit[:, 2:].max(axis=0))
        frames[code] = ((round(south, 4), round(west, 4)), (round(north, 4), round(east, 4)))
    return frames


def shapes(boundaries: Boundaries, *, later: pd.DataFrame | None = None) -> Shapes:
    """Make the file of shapes for ``boundaries``.

    Parameters
    ----------
    boundaries
        Layers in use.
    later
        Regions of a later vintage: ``pcode, name, label_lon, label_lat, focus`` and ``cercles``,
        the P-codes each is made of, separated by ``;``. Regions that stayed what they were are
        not in it.

    Returns
    -------
    Shapes
        With about 60 kB of compressed JSON for the 259 communes drawn.
    """
    pieces = _pieces(boundaries.communes)
    groups = {} if later is None else _by_cercle(later)
    codes = _codes(pieces, groups)
    by_country = [
        simplified(part.geometry, tolerance_deg=TOLERANCE_DEG)
        for _name, part in pieces.groupby("country", sort=True)
    ]
    shared = topology(pd.concat(by_country).reindex(pieces.index))
    rings = {level: merged(shared, code) for level, code in codes.items()}
    facts = _unit_facts(boundaries, later)
    levels = {
        level: {code: facts[level][code] | {"rings": numbers} for code, numbers in units.items()}
        for level, units in rings.items()
    }
    file = {
        "step": STEP_DEG,
        "arcs": packed_arcs(shared),
        "levels": levels,
        "outlines": sorted(pieces.loc[~pieces["drawn"], "adm1_pcode"].unique()),
        "lines": _lines(shared, codes, _indicative(boundaries, pieces)),
    }
    content = json.dumps(file, ensure_ascii=False, separators=(",", ":")).encode()
    frames: dict[str, Frame] = {}
    for units in rings.values():
        frames.update(_frames(shared, units))
    return Shapes(content=content, frames=frames)


def _by_cercle(later: pd.DataFrame) -> dict[str, str]:
    pairs = later[["pcode", "cercles"]].itertuples(index=False, name=None)
    return {cercle: pcode for pcode, cercles in pairs for cercle in cercles.split(";")}
