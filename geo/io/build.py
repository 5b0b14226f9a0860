"""Make the embedded layers from the published wheel and the tables in ``data/boundaries``."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo import catalog, embedded, measure, settings
from geo.boundaries import border
from geo.errors import BoundaryFileError
from geo.i18n import _
from geo.io.layers import EMBEDDED, load_boundaries, write_layers
from geo.io.official import read_official
from geo.io.tables import read_communes, read_moughataas, read_shape_pcodes, read_table
from geo.io.wheel import read_wheel
from geo.official import standardise
from geo.polygons import holes

Levels = Mapping[str, gpd.GeoDataFrame]


def build(wheel: Path, *, official: Sequence[Path] = (), points: Path | None = None) -> dict[str, Any]:
    """Write ``data/boundaries/embedded_ml`` and ``embedded_mr``.

    Parameters
    ----------
    wheel : Path
        The wheel, already on disk.
    official : sequence of Path, optional
        Official files of both countries: the table of shapes is made again from
        them, and the figures in the papers are measured again.
    points : Path, optional
        CSV with ``longitude`` and ``latitude``: survey points to compare both layers on.

    Returns
    -------
    dict
        What was measured, by layer; what earlier builds measured where the polygons did not change.

    Raises
    ------
    BoundaryFileError
        If the wheel is not the one expected, or the result is not a coverage.
    """
    polygons, known = read_wheel(wheel), read_communes()
    checked = [standardise(read_official(path), known, file=path.name) for path in official]
    truth = {one.country: one.communes for one in checked}
    if "ML" in truth:
        _write_shape_table(polygons, truth["ML"], known)
    levels = _levels(polygons, known)
    folder = settings.BOUNDARIES_DIR
    before = {country: _papers(folder / name) for country, name in EMBEDDED.items()}
    fresh = {EMBEDDED[country]: (levels[country], _without_figures(before[country])) for country in levels}
    write_layers(folder, fresh)
    measured = _measured(polygons, levels, truth, known, points)
    for country, name in EMBEDDED.items():
        kept = _kept_figures(before[country], _papers(folder / name))
        _write_figures(folder / name, {**kept, **measured[country]})
    catalog.refresh(folder)
    return {name: _papers(folder / name)["measured"] for name in EMBEDDED.values()}


def _levels(polygons: gpd.GeoDataFrame, known: pd.DataFrame) -> dict[str, Levels]:
    moughataas = read_moughataas()
    mali = embedded.mali(polygons, read_shape_pcodes(), known)
    mauritania = embedded.mauritania(polygons, moughataas, known)
    for communes in (mali, mauritania):
        shapes = communes.geometry.to_numpy()
        if not shapely.coverage_is_valid(shapes) or len(holes(shapes)):
            raise BoundaryFileError(
                _(
                    "Les communes de {country} ne forment pas une couverture sans trou : rien n'a été écrit."
                ).format(country=communes["country"].iloc[0])
            )
    real = embedded.real_cercles(moughataas)
    return {"ML": embedded.hierarchy(mali), "MR": embedded.hierarchy(mauritania, real_cercles=real)}


def _write_shape_table(polygons: gpd.GeoDataFrame, official: gpd.GeoDataFrame, known: pd.DataFrame) -> None:
    names = dict(zip(known["adm3_pcode"], known["adm3_name"], strict=True))
    table = embedded.shape_table(polygons, official, names)
    table.to_csv(settings.BOUNDARIES_DIR / "shape_pcodes.csv", index=False, lineterminator="\n")


def _papers(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "layer.json").read_text(encoding="utf-8")))


def _without_figures(papers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in papers.items() if key not in ("measured", "counts", "sha256")}


def _kept_figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    # A figure belongs to the polygons it was measured on.
    return dict(before.get("measured", {})) if before["sha256"] == after["sha256"] else {}


def _write_figures(folder: Path, figures: Mapping[str, Any]) -> None:
    papers = {**_papers(folder), "measured": dict(sorted(figures.items()))}
    text = json.dumps(papers, ensure_ascii=False, indent=1) + "\n"
    (folder / "layer.json").write_text(text, encoding="utf-8")


def _measured(
    polygons: gpd.GeoDataFrame,
    levels: Mapping[str, Levels],
    truth: Mapping[str, gpd.GeoDataFrame],
    known: pd.DataFrame,
    points: Path | None,
) -> dict[str, dict[str, Any]]:
    overlap, gap = border(load_boundaries(EMBEDDED))
    figures: dict[str, dict[str, Any]] = {
        country: {"border_overlap_sqkm": round(overlap, 1), "border_gap_sqkm": round(gap, 1)}
        for country in levels
    }
    table = read_shape_pcodes()
    raw = polygons.merge(table[["shape_id", "adm3_pcode"]], on="shape_id").sort_values("adm3_pcode")
    gaps, gaps_sqkm = measure.open_gaps(raw.geometry.to_numpy())
    moved = measure.outer_change_sqkm(raw.geometry.to_numpy(), levels["ML"]["communes"].geometry.to_numpy())
    figures["ML"] |= {
        "source_gaps": gaps,
        "source_gaps_sqkm": round(gaps_sqkm, 1),
        "outer_border_change_sqkm": round(moved, 3),
    }
    if "ML" in truth:
        iou = table["iou"].astype(float)
        figures["ML"] |= {
            "official_iou_mean": round(float(iou.mean()), 3),
            "iou_below_0_9": int((iou < 0.9).sum()),
        }
    if "ML" in truth and points is not None:
        figures["ML"] |= _survey(points, raw, levels["ML"]["communes"], truth["ML"])
    if "MR" in truth:
        figures["MR"] |= _right_areas(polygons, levels["MR"]["communes"], truth["MR"], known)
    return figures


def _survey(
    points: Path, raw: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, official: gpd.GeoDataFrame
) -> dict[str, Any]:
    table = read_table(points)
    where = table["longitude"].to_numpy(dtype=float), table["latitude"].to_numpy(dtype=float)
    total, same, nowhere = measure.same_commune_share(*where, communes, official)
    _total, same_before, nowhere_before = measure.same_commune_share(*where, raw, official)
    return {
        "survey_points": total,
        "survey_same_commune_pct": round(100 * same / total, 2),
        "survey_same_commune_before_closing_pct": round(100 * same_before / total, 2),
        "survey_points_in_no_commune": nowhere,
        "survey_points_in_no_commune_before_closing": nowhere_before,
    }


def _right_areas(
    polygons: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, official: gpd.GeoDataFrame, known: pd.DataFrame
) -> dict[str, Any]:
    plain = embedded.mauritania(polygons, read_moughataas(), known, cut=embedded.thiessen)
    figures = {}
    for region, name in (("MR02", "hodh_el_gharbi"), ("MR01", "hodh_chargui")):
        right = measure.right_area_share(communes, official, region)
        thiessen = measure.right_area_share(plain, official, region)
        figures[f"{name}_area_in_right_commune_pct"] = round(100 * right, 1)
        figures[f"{name}_area_in_right_commune_thiessen_pct"] = round(100 * thiessen, 1)
    return figures
