"""Constants with their unit and source, and where the files are."""

import os
from pathlib import Path
from typing import Final

PROJECT_DIR: Final = Path(__file__).resolve().parent.parent
DATA_DIR: Final = PROJECT_DIR / "data"
BOUNDARIES_DIR: Final = DATA_DIR / "boundaries"
ACTIVITIES_DIR: Final = DATA_DIR / "activities"
STATIC_DIR: Final = PROJECT_DIR / "static"

CRS_STORAGE: Final = "EPSG:4326"
# Equal-area: within 0.003 % of the ellipsoid over the whole region, where
# estimate_utm_crs is 2.7 % off and EPSG:3857 8 %.
CRS_AREA: Final = "EPSG:6933"

LEVELS: Final = ("region", "cercle", "commune")
PCODE_COLUMN: Final = {"region": "adm1_pcode", "cercle": "adm2_pcode", "commune": "adm3_pcode"}
NAME_COLUMN: Final = {"region": "adm1_name", "cercle": "adm2_name", "commune": "adm3_name"}

# The four regions of the mission, COD-AB 2021 (Mali) and 2024 (Mauritania).
FOCUS_REGIONS: Final = ("ML05", "ML06", "ML07", "MR02")

# A record whose position lies further than this from the region it states is
# not placed but put to review [km].
MAX_KM_FROM_STATED_REGION: Final = 20.0
# A position this near to a commune may lie in it: boundaries at 1:1,000,000 and
# hand-held receivers err by as much together [km].
MAX_KM_BESIDE_COMMUNE: Final = 5.0

# Limits of a boundary file: HDX's whole-country archives are under 60 MB, unpacked under 200 MB.
MAX_BOUNDARY_FILE_MB: Final = 200
MAX_UNPACKED_MB: Final = 800
MAX_BOUNDARY_ROWS: Final = 20_000
# Where OCHA publishes the COD-AB, one dataset a country (https://data.humdata.org/dataset/cod-ab-mli):
# HDX, a CKAN server (https://docs.ckan.org/en/2.11/api/). ``COUVERTURE_HDX`` names a mirror.
HDX_ADDRESS: Final = "https://data.humdata.org"
HDX_VARIABLE: Final = "COUVERTURE_HDX"
COD_AB_DATASETS: Final = {"ML": "cod-ab-mli", "MR": "cod-ab-mrt"}
# Limits of a population table: the largest published one has 2,000 rows.
MAX_POPULATION_FILE_MB: Final = 50
# Limits of a file of records: what a partner's sheet never is, and what a server can hold.
MAX_RECORD_FILE_MB: Final = 200
MAX_RECORD_UNPACKED_MB: Final = 600
MAX_RECORD_COLUMNS: Final = 500
MAX_RECORD_ROWS: Final = 1_000_000
# 10⁶ rows of 20 columns, or 40,000 of 500.
MAX_RECORD_CELLS: Final = 20_000_000

LANGUAGES: Final = ("fr", "en")
DEFAULT_LANGUAGE: Final = "fr"


def hdx_address() -> str:
    """Address of HDX, or of the mirror that ``COUVERTURE_HDX`` names, without a slash at its end."""
    return (os.environ.get(HDX_VARIABLE, "").strip() or HDX_ADDRESS).rstrip("/")


def home() -> Path:
    """Folder of what the user installs or decides (boundaries, population, store).

    ``COUVERTURE_HOME`` names it; by default ``local/`` in the project, which
    git ignores. Read at each call so that a test can point it elsewhere.
    """
    return Path(os.environ.get("COUVERTURE_HOME") or PROJECT_DIR / "local")
