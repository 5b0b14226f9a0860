"""Toy official files (two regions, four cercles, eight square communes) and where the real ones are."""

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

SHARED = Path(__file__).resolve().parents[1] / "../shared/data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is absent")
MALI_ZIP = SHARED / "boundaries/mli_admbnda_adm3_1m_gov_20211220.zip"
MAURITANIA_ZIP = SHARED / "boundaries/mrt_admbnda_adm3_ansade_20240327.zip"

# One degree squares in two rows of four:  region ML05 | region ML07, cercle 01 below, 02 above.
_NAMES = {
    "ML050101": ("Baba", 0, 0),
    "ML050102": ("Bara", 1, 0),
    "ML050201": ("Konna", 0, 1),
    "ML050202": ("Kona", 1, 1),
    "ML070101": ("Ansongo", 2, 0),
    "ML070102": ("Tessit", 3, 0),
    "ML070201": ("Bourem", 2, 1),
    "ML070202": ("Bamba", 3, 1),
}
_REGIONS = {"ML05": "Mopti", "ML07": "Gao"}
_CERCLES = {"ML0501": "Djenné", "ML0502": "Mopti", "ML0701": "Ansongo", "ML0702": "Bourem"}


def official(**changes: object) -> gpd.GeoDataFrame:
    """A toy file in the style of COD-AB 2021."""
    rows = [
        {
            "ADM3_FR": name,
            "ADM3_PCODE": code,
            "ADM3ALT1FR": "Ansogo" if name == "Ansongo" else "",
            "ADM2_FR": _CERCLES[code[:6]],
            "ADM2_PCODE": code[:6],
            "ADM1_FR": _REGIONS[code[:4]],
            "ADM1_PCODE": code[:4],
            "validOn": "2021-12-20",
            "geometry": shapely.box(x, y + 14, x + 1, y + 15),
        }
        for code, (name, x, y) in _NAMES.items()
    ]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")
    return frame.assign(**changes)


def known() -> pd.DataFrame:
    """The list that the toy file is checked against, as read from a CSV: all text."""
    frame = official()
    centres = frame.geometry.representative_point()
    area = frame.geometry.to_crs("EPSG:6933").area / 1e6
    return pd.DataFrame(
        {
            "country": "ML",
            **{f"adm{n}_pcode": frame[f"ADM{n}_PCODE"] for n in (1, 2, 3)},
            **{f"adm{n}_name": frame[f"ADM{n}_FR"] for n in (1, 2, 3)},
            "alt_names": "",
            "area_sqkm": area.round(1).astype(str),
            "label_lon": centres.x.astype(str),
            "label_lat": centres.y.astype(str),
            "focus": "true",
            "drawn": "true",
            "valid_on": "2021-12-20",
            "version": "COD-AB 2021",
        }
    ).pipe(_with_mauritania)


def _with_mauritania(mali: pd.DataFrame) -> pd.DataFrame:
    # One commune far away, so that the other country has a place to be mistaken for.
    codes = {"adm1_pcode": "MR02", "adm2_pcode": "MR021", "adm3_pcode": "MR02101"}
    row = {**mali.iloc[0].to_dict(), "country": "MR", **codes, "label_lon": "-10.5", "label_lat": "17.5"}
    return pd.concat([mali, pd.DataFrame([{**row, "version": "COD-AB 2024"}])], ignore_index=True)


def zipped_shapefile(frame: gpd.GeoDataFrame, folder: Path, name: str = "mli_adm3") -> Path:
    """Write ``frame`` as a zipped shapefile."""
    scratch = folder / f"{name}_parts"
    scratch.mkdir(parents=True)
    frame.to_file(scratch / f"{name}.shp", encoding="UTF-8")
    return zipped(sorted(scratch.iterdir()), folder / f"{name}.zip")


def zipped(files: list[Path], target: Path) -> Path:
    """Zip files under their base names."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return target


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder and its content: what must not change on a refusal."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
