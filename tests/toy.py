"""A toy geography that can be counted by hand: six square communes of one degree.

Region Nord (ML05)                Region Est (ML07)      MR02 Ouest lies west, overlapping Nord's A1
cercle A (ML0501): A1 A2          cercle C (ML0701): C1 C2
cercle B (ML0502): B1

x:  -1   0    1    2    3    4    5
y 0-1:   A1   A2   B1   C1   C2        (each one degree wide, side by side)
M1 (MR02101): x from -1 to 0.1, so that 0 to 0.1 is in both countries
"""

import geopandas as gpd
import pandas as pd
import shapely

from geo.boundaries import Boundaries, parents

SQUARES = {
    "ML050101": ("A1", 0.0, 1.0),
    "ML050102": ("A2", 1.0, 2.0),
    "ML050201": ("B1", 2.0, 3.0),
    "ML070101": ("C1", 3.0, 4.0),
    "ML070102": ("C2", 4.0, 5.0),
    "MR02101": ("M1", -1.0, 0.1),
}
CERCLES = {"ML0501": "A", "ML0502": "B", "ML0701": "C", "MR021": "M"}
REGIONS = {"ML05": "Nord", "ML07": "Est", "MR02": "Ouest"}
VERSIONS = {"ML": "COD-AB 2021", "MR": "COD-AB 2024"}


def communes() -> gpd.GeoDataFrame:
    rows = []
    for code, (name, west, east) in SQUARES.items():
        country = code[:2]
        cercle = code[:6] if country == "ML" else code[:5]
        rows.append(
            {
                "country": country,
                "adm1_pcode": code[:4],
                "adm1_name": REGIONS[code[:4]],
                "adm2_pcode": cercle,
                "adm2_name": CERCLES[cercle],
                "adm3_pcode": code,
                "adm3_name": name,
                "alt_names": "",
                "area_sqkm": 100.0,
                "label_lon": (west + east) / 2,
                "label_lat": 0.5,
                "focus": code[:4] != "ML07",
                "drawn": True,
                "indicative": country == "MR",
                "valid_on": "2021-12-20",
                "version": VERSIONS[country],
                "geometry": shapely.box(west, 0, east, 1),
            }
        )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")


def boundaries() -> Boundaries:
    lowest = communes()
    return Boundaries(
        name="toy",
        version="toy",
        communes=lowest,
        cercles=parents(lowest, "cercle"),
        regions=parents(lowest, "region"),
    )


def matcher(questions: pd.DataFrame) -> pd.DataFrame:
    """Exact names only; a parent that does not hold the unit contradicts it."""
    names = {"region": {n: c for c, n in REGIONS.items()}, "cercle": {n: c for c, n in CERCLES.items()}}
    names["commune"] = {name: code for code, (name, *_) in SQUARES.items()}
    rows = []
    for question in questions.itertuples():
        code = names[question.level].get(question.text, "")
        parents_of = [names["region"].get(question.region, ""), names["cercle"].get(question.cercle, "")]
        agrees = all(code.startswith(parent) for parent in parents_of)
        rows.append(
            {
                "outcome": "match" if code and agrees else "none",
                "pcode": code if agrees else "",
                "method": "exact" if code and agrees else "",
                "score": 100.0 if code and agrees else 0.0,
                "candidates": "" if agrees else code,
                "located_in_pcode": "",
            }
        )
    return pd.DataFrame(rows, index=questions.index)


def readings(region: str) -> tuple[frozenset[str], ...]:
    """Before some year Nord held cercle C of Est as well."""
    known = {"Nord": frozenset({"ML05", "ML0701"}), "Est": frozenset({"ML07"}), "Ouest": frozenset({"MR02"})}
    return (known[region],) if region in known else ()
