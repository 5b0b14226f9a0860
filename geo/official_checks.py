"""What an official boundary file must hold before it is used; each check raises one clear line."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import pcodes
from geo.errors import BoundaryFileError
from geo.i18n import _, number, percent
from geo.locating import locate
from geo.projection import area_sqkm, distance_to_km
from geo.settings import PCODE_COLUMN
from geo.spelling import fold

# Shares below are of the communes (or area) of the country.
MIN_COVERED: Final = 0.97  # known label points that fall in some polygon of the file
MIN_OWN: Final = 0.97  # known label points that fall in the polygon of their own code
MAX_KM_FROM_OWN_POINT: Final = 2.0  # a polygon from the known label point of its code [km]
MAX_OVERLAP_SHARE: Final = 0.001  # area claimed twice: Mali's simplified polygons reach 0.0006
MAX_DETACHED: Final = 0.01  # communes that touch no other of their cercle
AREA_TOLERANCE: Final = 0.05  # of a commune's area against what is stated or known
MAX_AREA_MISFITS: Final = 0.02  # communes that may miss it


def reference_system(raw: gpd.GeoDataFrame, file: str) -> None:
    """Refuse a file without CRS, or whose coordinates cannot be in the CRS it declares."""
    if raw.crs is None:
        raise BoundaryFileError(
            _(
                "{file} : système de coordonnées absent (.prj), et rien n'est supposé. "
                "Demandez le fichier complet."
            ).format(file=file)
        )
    west, south, east, north = raw.total_bounds
    degrees = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    if raw.crs.is_geographic != degrees:
        raise _contradicted(file, raw.crs.name)


def _contradicted(file: str, crs: str) -> BoundaryFileError:
    return BoundaryFileError(
        _(
            "{file} : les coordonnées contredisent le système déclaré ({crs}). Demandez le fichier "
            "d'origine, avec son .prj."
        ).format(file=file, crs=crs)
    )


def one_country(frame: gpd.GeoDataFrame, file: str) -> str:
    """Country of the file by its codes: Mali or Mauritania, not both."""
    countries = sorted(set(frame["adm3_pcode"].map(pcodes.country)))
    if len(countries) != 1:
        raise BoundaryFileError(
            _("{file} : codes de plusieurs pays ({countries}). Donnez un fichier par pays.").format(
                file=file, countries=", ".join(countries)
            )
        )
    return countries[0]


def nesting(frame: gpd.GeoDataFrame, file: str) -> None:
    """Codes of the right level, each in its parent's code; one name and one parent for each parent."""
    for name, column in PCODE_COLUMN.items():
        wrong = frame[frame[column].map(pcodes.level) != name]
        if len(wrong):
            raise _not_nested(wrong, file)
    in_cercle = [pcodes.nests(*pair) for pair in zip(frame["adm3_pcode"], frame["adm2_pcode"], strict=True)]
    in_region = [pcodes.nests(*pair) for pair in zip(frame["adm2_pcode"], frame["adm1_pcode"], strict=True)]
    wrong = frame[~(np.array(in_cercle) & np.array(in_region))]
    if len(wrong):
        raise _not_nested(wrong, file)
    for level in (1, 2):
        names = frame.groupby(f"adm{level}_pcode")[f"adm{level}_name"].nunique()
        double = names[names > 1]
        if len(double):
            raise BoundaryFileError(
                _(
                    "{file} : un même code porte plusieurs noms ({codes}). Les attributs sont mélangés."
                ).format(file=file, codes=", ".join(map(str, double.index[:3])))
            )


def contiguous(frame: gpd.GeoDataFrame, file: str) -> None:
    """Check that the communes of a cercle lie together: each touches another one of its cercle.

    All 939 do; where more than a few do not, polygons carry the attributes of others.
    """
    shapes, cercles = frame.geometry.to_numpy(), frame["adm2_pcode"].to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    together = (left != right) & (cercles[left] == cercles[right])
    several = frame["adm2_pcode"].duplicated(keep=False).to_numpy()
    alone = several & ~np.isin(np.arange(len(frame)), left[together])
    if alone.sum() > MAX_DETACHED * len(frame):
        raise BoundaryFileError(
            _(
                "{file} : communes loin de leur cercle ({n}), dont {code} ({name}). Polygones et "
                "attributs ne vont pas ensemble."
            ).format(
                file=file,
                n=number(int(alone.sum())),
                code=frame.loc[alone, "adm3_pcode"].iloc[0],
                name=frame.loc[alone, "adm3_name"].iloc[0],
            )
        )


def _not_nested(rows: pd.DataFrame, file: str) -> BoundaryFileError:
    return BoundaryFileError(
        _(
            "{file} : codes de commune qui ne vont pas avec leurs parents ({n}), dont {code} dans {cercle}."
        ).format(
            file=file,
            n=number(len(rows)),
            code=rows["adm3_pcode"].iloc[0],
            cercle=rows["adm2_pcode"].iloc[0],
        )
        + " "
        + _("Les attributs sont mélangés : demandez le fichier d'origine.")
    )


def location(frame: gpd.GeoDataFrame, known: pd.DataFrame, country: str, file: str) -> None:
    """Check that the polygons lie where the country of their codes lies, and cover all of it."""
    shares = {code: _covered(frame, known[known["country"] == code]) for code in pcodes.LENGTHS}
    if shares[country] >= MIN_COVERED:
        return
    other = max(shares, key=lambda code: shares[code])
    if other != country and shares[other] > 0.5:
        raise BoundaryFileError(
            _(
                "{file} : les codes disent {code} mais les polygones sont en {place}. Fichier mal étiqueté."
            ).format(file=file, code=country, place=other)
        )
    if shares[country] == 0:
        raise _contradicted(file, "EPSG:4326")
    raise BoundaryFileError(
        _(
            "{file} : les polygones ne contiennent que {share} des communes connues de {country}. Le fichier "
            "est incomplet ou déplacé : donnez les communes du pays entier."
        ).format(file=file, share=percent(shares[country]), country=country)
    )


def _covered(frame: gpd.GeoDataFrame, known: pd.DataFrame) -> float:
    points = shapely.points(known["label_lon"].astype(float), known["label_lat"].astype(float))
    hit = shapely.STRtree(frame.geometry.to_numpy()).query(points, predicate="intersects")[0]
    return len(set(hit)) / len(points)


def stated_areas(frame: gpd.GeoDataFrame, measured: np.ndarray, file: str) -> None:
    """Areas measured in EPSG:6933 agree with the file's own ``AREA_SQKM`` where it gives one."""
    if "stated_sqkm" not in frame:
        return
    stated = frame["stated_sqkm"].to_numpy(dtype=float)
    given = np.isfinite(stated) & (stated > 0)
    wrong = given & (np.abs(measured / np.where(given, stated, 1) - 1) > AREA_TOLERANCE)
    if wrong.sum() > MAX_AREA_MISFITS * max(given.sum(), 1):
        raise _wrong_area(frame[wrong], measured[wrong], stated[wrong], file)


def _wrong_area(
    rows: pd.DataFrame, measured: np.ndarray, expected: np.ndarray, file: str
) -> BoundaryFileError:
    return BoundaryFileError(
        _(
            "{file} : communes sans la superficie attendue ({n}), dont {code} ({measured} km² au lieu de "
            "{expected}). Polygones et attributs ne vont pas ensemble."
        ).format(
            file=file,
            n=number(len(rows)),
            code=rows["adm3_pcode"].iloc[0],
            measured=number(float(measured[0]), 1),
            expected=number(float(expected[0]), 1),
        )
    )


def vintage(frame: gpd.GeoDataFrame, known: pd.DataFrame, country: str, valid_on: str) -> str:
    """Vintage of the codes: a known one when its codes are all the same, else the year of the file.

    A reissue of 2022 with the codes of 2021 keeps ``COD-AB 2021``: joins on its
    codes (population, records) hold.
    """
    for name, listed in known[known["country"] == country].groupby("version"):
        own_year = str(listed["valid_on"].iloc[0])[:4] == valid_on[:4]
        if own_year or _same_units(frame, listed):
            return str(name)
    return f"COD-AB {valid_on[:4]}"


def _same_units(frame: gpd.GeoDataFrame, listed: pd.DataFrame) -> bool:
    if set(frame["adm3_pcode"]) != set(listed["adm3_pcode"]):
        return False
    # ML09 is Bamako in one vintage and Taoudénit in another: the same codes must mean the same regions.
    regions = dict(zip(listed["adm1_pcode"], listed["adm1_name"].map(fold), strict=True))
    given = dict(zip(frame["adm1_pcode"], frame["adm1_name"].map(fold), strict=True))
    return sum(regions.get(code) == name for code, name in given.items()) >= 0.5 * len(regions)


def against_known(
    frame: gpd.GeoDataFrame, measured: np.ndarray, listed: pd.DataFrame, file: str
) -> list[str]:
    """Codes, names, places and areas agree with the list of the file's own vintage; notes on what differs."""
    rows = listed.set_index("adm3_pcode")
    lacking, added = set(rows.index) - set(frame["adm3_pcode"]), set(frame["adm3_pcode"]) - set(rows.index)
    if lacking or added:
        raise BoundaryFileError(
            _(
                "{file} : les codes ne sont pas ceux du millésime {vintage} ({lacking} en moins, {added} en "
                "trop, dont {code}). Demandez le fichier d'origine."
            ).format(
                file=file,
                vintage=listed["version"].iloc[0],
                lacking=number(len(lacking)),
                added=number(len(added)),
                code=sorted(lacking | added)[0],
            )
        )
    notes = [note for level in (1, 2, 3) for note in _names(frame, listed, level, file)]
    facts = rows.reindex(frame["adm3_pcode"])
    places(frame, facts, file)
    expected = facts["area_sqkm"].to_numpy(dtype=float)
    wrong = np.abs(measured / expected - 1) > AREA_TOLERANCE
    if wrong.sum() > MAX_AREA_MISFITS * len(frame):
        raise _wrong_area(frame[wrong], measured[wrong], expected[wrong], file)
    return notes


def places(frame: gpd.GeoDataFrame, facts: pd.DataFrame, file: str) -> None:
    """Check that each polygon lies where its commune is known to be.

    A simplified border may leave a label point just outside; two polygons that
    hold each other's point, or one that is far from its own, carry attributes of others.
    """
    shapes = frame.geometry.to_numpy()
    lon, lat = facts["label_lon"].to_numpy(dtype=float), facts["label_lat"].to_numpy(dtype=float)
    own = shapely.intersects_xy(shapes, lon, lat)
    rows = np.arange(len(frame))
    holder = np.where(own, rows, locate(lon, lat, shapes))
    swapped = (holder >= 0) & (holder != rows) & (holder[holder] == rows)
    away = np.array(
        [not inside and _far(*point) for inside, *point in zip(own, lon, lat, shapes, strict=True)]
    )
    wrong = swapped | away if own.mean() >= MIN_OWN else ~own
    if wrong.any():
        raise BoundaryFileError(
            _(
                "{file} : communes hors de leur place ({n}), dont {code} ({name}). Polygones et "
                "attributs ne vont pas ensemble."
            ).format(
                file=file,
                n=number(int(wrong.sum())),
                code=frame.loc[wrong, "adm3_pcode"].iloc[0],
                name=frame.loc[wrong, "adm3_name"].iloc[0],
            )
        )


def _far(lon: float, lat: float, shape: Any) -> bool:
    return bool(distance_to_km(lon, lat, [shape])[0] > MAX_KM_FROM_OWN_POINT)


def _names(frame: gpd.GeoDataFrame, listed: pd.DataFrame, level: int, file: str) -> list[str]:
    code, name = f"adm{level}_pcode", f"adm{level}_name"
    expected = listed.drop_duplicates(code).set_index(code)
    given = frame.drop_duplicates(code).set_index(code)
    spellings = expected[name] + (";" + expected["alt_names"] if level == 3 else "")
    accepted = {key: {fold(text) for text in text_list.split(";")} for key, text_list in spellings.items()}
    others = {fold(text) for text in expected[name]}
    differs = [key for key, text in given[name].items() if fold(text) not in accepted[key]]
    swapped = [key for key in differs if fold(given.at[key, name]) in others]
    if swapped:
        raise BoundaryFileError(
            _(
                "{file} : noms d'une autre unité ({n}), dont « {given} » pour {code} ({expected}). "
                "Les attributs sont mélangés : demandez le fichier d'origine."
            ).format(
                file=file,
                n=number(len(swapped)),
                given=given.at[swapped[0], name],
                code=swapped[0],
                expected=expected.at[swapped[0], name],
            )
        )
    text = _("{code} : « {given} » dans le fichier, « {expected} » dans la liste.")
    return [text.format(code=k, given=given.at[k, name], expected=expected.at[k, name]) for k in differs]


def overlap_sqkm(shapes: np.ndarray) -> float:
    """Area that two polygons of one layer both claim [km²]."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    shared = shapely.intersection(shapes[left[once]], shapes[right[once]])
    return float(area_sqkm(shared).sum())
