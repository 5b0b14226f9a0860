"""Figures of a meeting beside their polygons: the layers of the GeoPackage and of the GeoJSON file."""

import json
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import words
from geo.facts import Facts
from geo.meeting import Meeting
from geo.report.shown import shown
from geo.settings import CRS_STORAGE, PCODE_COLUMN

_UNIT_COLUMNS: Final = ("pcode", "name", "cercle_pcode", "cercle_name", "region_pcode", "region_name")
_NEED_COLUMNS: Final = (
    *("required", "missing", "missing_max", "unserved_people", "unserved_people_max"),
    *("coverage_pct", "coverage_pct_max", "state"),
)
# 11 m: finer than any of the boundaries is.
_DECIMALS: Final = 4


def units_layer(meeting: Meeting, level: str) -> gpd.GeoDataFrame:
    """Units of one level in the area with every figure of the meeting.

    Parameters
    ----------
    level : str
        ``commune`` or ``cercle``.

    Returns
    -------
    GeoDataFrame
        One row a unit in EPSG:4326: ``pcode, name``, parents, ``people, people_year,
        indicative``, and for each type ``TYPE_value`` (in words), ``TYPE_min, TYPE_max,
        TYPE_state, TYPE_class``; for each need ``TYPE_need_…``. Unknown figures are null.
    """
    codes = list(meeting.communes if level == "commune" else meeting.cercles)
    boundaries = meeting.frame.boundaries.level(level).set_index(PCODE_COLUMN[level])
    columns: dict[str, Any] = {}
    for subject in meeting.subjects:
        facts = subject.communes if level == "commune" else subject.cercles
        units = shown(facts, meeting.frame).units.set_index("pcode", drop=False).loc[codes]
        columns |= {name: units[name].to_numpy() for name in _UNIT_COLUMNS if name not in columns}
        columns |= {
            "people": _whole(units["people"]),
            "people_year": units["people_year"].to_numpy(),
            "indicative": units["indicative"].to_numpy(dtype=bool),
        }
        columns |= _figures(facts, units)
    for need in meeting.needs:
        table = need.gaps.table if level == "commune" else need.cercles
        known = table.set_index("pcode").reindex(codes)
        kind = need.gaps.facts.view.activity_type
        columns |= {f"{kind}_need_{name}": _plain(known[name]) for name in _NEED_COLUMNS}
    geometry = boundaries.loc[codes].geometry.to_numpy()
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=geometry, crs=CRS_STORAGE)


def _figures(facts: Facts, units: pd.DataFrame) -> dict[str, Any]:
    kind, counted = facts.kind.name, units["state"].isin(["number", "zero"])
    return {
        f"{kind}_value": units["words"].to_numpy(),
        f"{kind}_min": _whole(units["value_min"].where(counted)),
        f"{kind}_max": _whole(units["value_max"].where(counted)),
        f"{kind}_state": units["state"].astype("str").to_numpy(),
        f"{kind}_class": units["klass"].astype("str").to_numpy(),
    }


def _plain(values: pd.Series) -> Any:
    return _whole(values) if values.dtype.kind in "fi" else values.astype("str").to_numpy()


def _whole(values: pd.Series) -> Any:
    """Whole figures as integers, so that 12 is not 12.0; an open end and what is not known are null."""
    numbers = values.astype("float64").replace(np.inf, np.nan)
    known = numbers.dropna()
    whole = bool((known == np.round(known)).all())
    return numbers.astype("Int64").array if whole else numbers.round(2).array


def points_layer(meeting: Meeting) -> gpd.GeoDataFrame:
    """Records that have a position and a type that may be shown at one; none of a commune-only type."""
    columns = ("activity_type", "functionality", "subtype", "quantity", "observed_on", "adm3_pcode")
    located = []
    for subject in meeting.subjects:
        records = subject.communes.records
        there = records["longitude"].notna() & records["precision"].eq("point")
        located.append(records.loc[there, [*columns, "longitude", "latitude"]])
    found = (
        pd.concat(located, ignore_index=True)
        if located
        else pd.DataFrame(columns=[*columns, "longitude", "latitude"])
    )
    geometry = gpd.points_from_xy(found["longitude"].astype(float), found["latitude"].astype(float))
    return gpd.GeoDataFrame(found[list(columns)], geometry=geometry, crs=CRS_STORAGE)


def geojson(meeting: Meeting) -> bytes:
    """Return the communes as GeoJSON (RFC 7946), coordinates of four decimals, sources in the file."""
    layer = units_layer(meeting, "commune")
    layer["geometry"] = layer.geometry.set_precision(10**-_DECIMALS, mode="pointwise")
    content = json.loads(layer.to_json(drop_id=True))
    content.pop("crs", None)
    for feature in content["features"]:
        feature["geometry"]["coordinates"] = _rounded(feature["geometry"]["coordinates"])
    about = {"about": about_lines(meeting)}
    return json.dumps(about | content, ensure_ascii=False, separators=(",", ":")).encode()


def _rounded(numbers: Any) -> Any:
    if isinstance(numbers, (list, tuple)):
        return [_rounded(each) for each in numbers]
    return round(float(numbers), _DECIMALS)


def about_lines(meeting: Meeting) -> list[str]:
    """Accounting and sources of each type, population and limits: what goes with the layers."""
    lines = []
    for subject in meeting.subjects:
        facts = subject.communes
        lines.append(words.named(subject.label, words.accounting(facts.accounting)))
        lines += [words.named(subject.label, text) for text in words.sources(facts)]
    if meeting.subjects:
        lines.append(words.population(meeting.subjects[0].communes))
    return [*(line for line in lines if line), *words.limits(meeting.frame)]
