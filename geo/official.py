"""Official boundary files: attributes recognised in every published style, spoilt values repaired.

Published files name the same facts ``ADM3_FR`` or ``ADM3_EN`` (COD-AB until
2024), ``adm3_name`` (COD-AB since). Whatever the style, what comes out has the
columns of :data:`geo.boundaries.COLUMNS`. Checks are in :mod:`geo.official_checks`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import official_checks as checks
from geo import pcodes
from geo.boundaries import COLUMNS
from geo.errors import BoundaryFileError
from geo.i18n import _, number
from geo.polygons import clean_coverage, label_points
from geo.projection import area_sqkm
from geo.settings import CRS_STORAGE
from geo.signs import tidied

# One pattern a fact, tried on lower-cased column names; the first column that fits is taken.
_PATTERNS: Final = {
    **{f"adm{n}_pcode": (rf"adm{n}_?pcode",) for n in (1, 2, 3)},
    **{f"adm{n}_name": (rf"adm{n}_(?:name|fr|en)", rf"adm{n}_name_?(?:fr|en|1)") for n in (1, 2, 3)},
    "valid_on": ("valid_?on",),
    "area_sqkm": ("area_?sqkm",),
}
_ALTERNATES: Final = re.compile(
    r"adm3_?(?:alt\d?_?[a-z]{2}|ref|ref_?name|name\d|name_?[a-z]{2}|alt_?name\d?)"
)
_REQUIRED: Final = tuple(f"adm{n}_{fact}" for n in (1, 2, 3) for fact in ("pcode", "name"))


@dataclass(frozen=True, eq=False)
class Official:
    """One official file, checked: communes in the product's columns and what was done to them.

    Attributes
    ----------
    communes : geopandas.GeoDataFrame
        Columns of :data:`geo.boundaries.COLUMNS`, EPSG:4326, sorted by P-code.
    country, vintage, valid_on : str
        ``"ML"``, ``"COD-AB 2021"``, ``"2021-12-20"``.
    notes : tuple of str
        What was repaired or is worth knowing, in the reader's language.
    """

    communes: gpd.GeoDataFrame
    country: str
    vintage: str
    valid_on: str
    notes: tuple[str, ...]


def recognise(columns: list[str]) -> dict[str, str]:
    """Which column of a file holds which fact.

    >>> recognise(["ADM3_FR", "ADM3_PCODE", "validOn"])
    {'adm3_pcode': 'ADM3_PCODE', 'adm3_name': 'ADM3_FR', 'valid_on': 'validOn'}
    """
    found: dict[str, str] = {}
    for fact, patterns in _PATTERNS.items():
        fitting = (name for p in patterns for name in columns if re.fullmatch(p, name.lower()))
        column = next(fitting, None)
        if column is not None:
            found[fact] = column
    return found


def standardise(
    raw: gpd.GeoDataFrame, known: pd.DataFrame, *, file: str, valid_on: str | None = None
) -> Official:
    """Turn an official file into communes of the product, or refuse it.

    Parameters
    ----------
    raw : geopandas.GeoDataFrame
        As read, with its own columns and CRS.
    known : pandas.DataFrame
        Facts of the communes (``data/boundaries/communes.csv``).
    file : str
        Name shown in messages.
    valid_on : str, optional
        Date (``YYYY-MM-DD``) where the file gives none.

    Raises
    ------
    BoundaryFileError
        If the file cannot be trusted: one line that says what, where and what to do.
    """
    notes: list[str] = []
    facts = _attributes(raw, file, notes)
    geometry, said = repaired_geometry(raw, facts["adm3_pcode"], file=file)
    notes += said
    frame = gpd.GeoDataFrame(facts, geometry=geometry, crs=CRS_STORAGE)
    frame = _without_repeats(frame, file, notes).sort_values("adm3_pcode", ignore_index=True)
    country = checks.one_country(frame, file)
    checks.nesting(frame, file)
    checks.location(frame, known, country, file)
    checks.contiguous(frame, file)
    measured = area_sqkm(frame.geometry.to_numpy())
    checks.stated_areas(frame, measured, file)
    day = valid_on or _valid_on(frame, known, country, file)
    vintage = checks.vintage(frame, known, country, day)
    if vintage in set(known["version"]):
        notes += checks.against_known(frame, measured, known[known["version"] == vintage], file)
    else:
        notes.append(
            _("Millésime {vintage} inconnu : noms non comparés à une liste.").format(vintage=vintage)
        )
    frame = _closed(frame, file, notes)
    communes = _communes(frame.assign(area_sqkm=measured.round(1)), known, vintage, day)
    return Official(communes, country, vintage, day, tuple(notes))


def _attributes(raw: gpd.GeoDataFrame, file: str, notes: list[str]) -> pd.DataFrame:
    columns = recognise([str(name) for name in raw.columns])
    missing = [fact for fact in _REQUIRED if fact not in columns]
    if missing:
        raise BoundaryFileError(
            _(
                "{file} : colonnes introuvables ({columns}). Donnez le fichier COD-AB des communes (adm3), "
                "avec codes et noms des trois niveaux."
            ).format(file=file, columns=", ".join(missing))
        )
    read = {fact: _text(raw[column]) for fact, column in columns.items() if fact != "area_sqkm"}
    # Blanks around a code are a fault worth a note, around a name they are nothing.
    facts = pd.DataFrame({fact: text if "pcode" in fact else text.str.strip() for fact, text in read.items()})
    for level in (1, 2, 3):
        facts[f"adm{level}_pcode"] = _codes(facts[f"adm{level}_pcode"], f"ADM{level}", file, notes)
    if "area_sqkm" in columns:
        facts["stated_sqkm"] = pd.to_numeric(raw[columns["area_sqkm"]], errors="coerce").to_numpy()
    spare = [str(name) for name in raw.columns if _ALTERNATES.fullmatch(str(name).lower())]
    others = [name for name in spare if name not in columns.values()]
    facts["alt_names"] = _joined([_text(raw[name]).str.strip() for name in others], len(facts))
    return facts


def _text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.strftime("%Y-%m-%d").fillna("").reset_index(drop=True)
    plain = column.astype(object).where(column.notna(), "").astype(str)
    return plain.map(tidied).astype(str).reset_index(drop=True)


def _joined(columns: list[pd.Series], rows: int) -> list[str]:
    texts = list(zip(*columns, strict=True)) if columns else [()] * rows
    return [";".join(dict.fromkeys(text for text in row if text)) for row in texts]


def _codes(codes: pd.Series, label: str, file: str, notes: list[str]) -> pd.Series:
    read = pcodes.repair_column(codes)
    unread = codes[read["pcode"] == ""]
    if len(unread):
        raise BoundaryFileError(
            _(
                "{file} : codes {label} illisibles ({n}), dont {codes}. Vérifiez la colonne du fichier."
            ).format(file=file, n=number(len(unread)), label=label, codes=quoted(unread))
        )
    changed = int(read["repaired"].sum())
    if changed:
        notes.append(_("Codes {label} réparés : {n}.").format(n=number(changed), label=label))
    return read["pcode"]


def quoted(values: Any, limit: int = 3) -> str:
    """Quote the first few values of a fault list, for one line of text."""
    texts = [f"« {value} »" for value in list(values)[:limit]]
    return ", ".join(texts) + (", …" if len(values) > limit else "")


def repaired_geometry(raw: gpd.GeoDataFrame, codes: pd.Series, *, file: str) -> tuple[np.ndarray, list[str]]:
    """Geometry in EPSG:4326, flat, valid, polygons only; and what was done for it.

    Raises
    ------
    BoundaryFileError
        If the CRS is missing or contradicted by the coordinates, or a geometry is missing.
    """
    checks.reference_system(raw, file)
    notes = []
    moved = raw
    if raw.crs.to_epsg() != 4326:
        moved = raw.to_crs(CRS_STORAGE)
        notes.append(_("Coordonnées converties de {crs} en EPSG:4326.").format(crs=raw.crs.name))
    shapes = shapely.force_2d(moved.geometry.to_numpy())
    faulty = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if faulty.any():
        shapes = shapes.copy()
        shapes[faulty] = [_polygonal(shape) for shape in shapely.make_valid(shapes[faulty])]
        text = _("Polygones invalides réparés ({n}) : {codes}.")
        notes.append(text.format(n=number(int(faulty.sum())), codes=", ".join(codes[faulty])))
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes) | (shapely.get_dimensions(shapes) != 2)
    if absent.any():
        raise BoundaryFileError(
            _("{file} : communes sans polygone ({n}), dont {codes}. Le fichier est incomplet.").format(
                file=file, n=number(int(absent.sum())), codes=quoted(codes[absent])
            )
        )
    return shapes, notes


def _polygonal(shape: Any) -> Any:
    # make_valid may leave lines and points of collapsed spikes beside the polygon, or nothing else.
    return shapely.union_all([part for part in shapely.get_parts(shape) if shapely.get_dimensions(part) == 2])


def _without_repeats(frame: gpd.GeoDataFrame, file: str, notes: list[str]) -> gpd.GeoDataFrame:
    same = frame.assign(shape=shapely.to_wkb(frame.geometry.to_numpy())).drop(columns="geometry").duplicated()
    if same.any():
        notes.append(_("Lignes identiques à une autre, écartées : {n}.").format(n=number(int(same.sum()))))
    kept = frame[~same.to_numpy()]
    twice = kept.loc[kept["adm3_pcode"].duplicated(), "adm3_pcode"]
    if len(twice):
        raise BoundaryFileError(
            _(
                "{file} : codes de commune en double ({n}), dont {codes}. Gardez une ligne par commune."
            ).format(file=file, n=number(len(twice)), codes=quoted(twice))
        )
    return kept


def _valid_on(frame: gpd.GeoDataFrame, known: pd.DataFrame, country: str, file: str) -> str:
    days = (
        frame["valid_on"].str[:10].replace("", np.nan).dropna()
        if "valid_on" in frame
        else pd.Series(dtype=str)
    )
    good = days[days.str.fullmatch(r"\d{4}-\d{2}-\d{2}")]
    if len(good):
        return str(good.mode().iloc[0])
    listed = known[known["country"] == country]
    if set(frame["adm3_pcode"]) == set(listed["adm3_pcode"]):
        return str(listed["valid_on"].iloc[0])
    raise BoundaryFileError(
        _("{file} : aucune date de validité (valid_on). Donnez-la avec --valid-on AAAA-MM-JJ.").format(
            file=file
        )
    )


def _closed(frame: gpd.GeoDataFrame, file: str, notes: list[str]) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes):
        return frame
    overlap = checks.overlap_sqkm(shapes)
    if overlap > checks.MAX_OVERLAP_SHARE * area_sqkm(shapes).sum():
        raise BoundaryFileError(
            _(
                "{file} : les communes se recouvrent sur {area} km². Les polygones ne vont pas ensemble."
            ).format(file=file, area=number(overlap))
        )
    notes.append(_("Bords communs ajustés ({area} km² de recouvrements).").format(area=number(overlap, 1)))
    return frame.set_geometry(clean_coverage(shapes), crs=CRS_STORAGE)


def _communes(frame: gpd.GeoDataFrame, known: pd.DataFrame, vintage: str, day: str) -> gpd.GeoDataFrame:
    listed = known[known["version"] == vintage].set_index("adm3_pcode")
    facts = listed.reindex(frame["adm3_pcode"])
    lon, lat = label_points(frame.geometry.to_numpy(), facts["label_lon"], facts["label_lat"])
    part = (
        _parts_of_the_mission(frame, known, lon, lat) if listed.empty else facts[["focus", "drawn"]] == "true"
    )
    spellings = [
        ";".join(dict.fromkeys(text for text in f"{own};{other}".split(";") if text and text != name))
        for own, other, name in zip(
            frame["alt_names"], facts["alt_names"].fillna(""), frame["adm3_name"], strict=True
        )
    ]
    full = frame.assign(
        country=frame["adm3_pcode"].str[:2],
        alt_names=spellings,
        label_lon=lon,
        label_lat=lat,
        focus=part["focus"].to_numpy(dtype=bool),
        drawn=part["drawn"].to_numpy(dtype=bool),
        indicative=False,
        valid_on=day,
        version=vintage,
    )
    return gpd.GeoDataFrame(full[list(COLUMNS["commune"])], geometry="geometry", crs=CRS_STORAGE)


def _parts_of_the_mission(
    frame: gpd.GeoDataFrame, known: pd.DataFrame, lon: np.ndarray, lat: np.ndarray
) -> Mapping[str, pd.Series]:
    # Codes of an unknown vintage say nothing: the nearest known commune tells which part it is.
    tree = shapely.STRtree(shapely.points(known["label_lon"].astype(float), known["label_lat"].astype(float)))
    nearest = known.iloc[tree.nearest(shapely.points(lon, lat))]
    return {
        name: pd.Series((nearest[name] == "true").to_numpy(), index=frame.index)
        for name in ("focus", "drawn")
    }
