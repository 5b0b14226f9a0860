"""A toy country of twelve communes whose need is worked out by hand, at 400 people a water point.

P-code    name             people  there                              required  state
ML050101  at the norm         800  2 working                                 2  met (to the head)
ML050102  one too many        801  2 working                                 3  partly (1 person)
ML050103  surplus            1000  5 working                                 3  met (room for 1,000 more)
ML050104  all dry            1200  3 dry                                     3  unmet (surveyed whole)
ML050201  not counted           ?  2 working                                 ?  unknown
ML050202  hardly seen        5000  1 working                                13  partly, doubtful
ML070101  shared, small       400  0 to 2 (2 in both together)               1  met or unmet: not known
ML070102  shared, large      1600  0 to 2                                    4  met or unmet: not known
ML070103  seasonal           2000  3 working, 1 of part of the year          5  partly
ML070104  silent              600  nothing reported                          2  unknown
MR02101   wells               900  4 of unknown state                        3  unknown
MR02102   town              90000  1 working, not comparable               225  unknown
"""

import geopandas as gpd
import pandas as pd
import shapely

from geo import facts
from geo.activities import Scope, Source, complete
from geo.boundaries import Boundaries, Layer, parents
from geo.io.records import read_types

PEOPLE = {
    "ML050101": 800,
    "ML050102": 801,
    "ML050103": 1000,
    "ML050104": 1200,
    "ML050201": None,
    "ML050202": 5000,
    "ML070101": 400,
    "ML070102": 1600,
    "ML070103": 2000,
    "ML070104": 600,
    "MR02101": 900,
    "MR02102": 90000,
}
REGIONS = {"ML05": "Nord", "ML07": "Est", "MR02": "Ouest"}
VINTAGES = {"ML": "COD-AB 2021", "MR": "COD-AB 2024"}
# place set, number, functionality, source
WATER = (
    ("ML050101", 2, "functional", "survey"),
    ("ML050102", 2, "functional", "survey"),
    ("ML050103", 5, "functional", "survey"),
    ("ML050104", 3, "dry", "survey"),
    ("ML050201", 2, "functional", "survey"),
    ("ML050202", 1, "functional", "survey"),
    ("ML070101;ML070102", 2, "functional", "report"),
    ("ML070103", 3, "functional", "report"),
    ("ML070103", 1, "functional_seasonal", "report"),
    ("MR02101", 4, "unknown", "wells"),
    ("MR02102", 1, "functional", "wells"),
)
SOURCES = {
    "survey": Source(
        "survey", "", "", "", "", "", scope=Scope(types=("water_point",), units=("ML05",), exhaustive=True)
    ),
    "report": Source("report", "", "", "", "", ""),
    "wells": Source("wells", "", "", "", "", ""),
}
NOT_COMPARABLE = pd.DataFrame(
    [
        {
            "pcode": "MR02102",
            "vintage": "COD-AB 2024",
            "activity_type": "water_point",
            "source_id": "wells",
            "reason_fr": "réseau de ville",
            "reason_en": "town network",
        }
    ]
)


def boundaries():
    rows = []
    for place, code in enumerate(PEOPLE):
        mali = code.startswith("ML")
        rows.append(
            {
                "country": code[:2],
                "adm1_pcode": code[:4],
                "adm1_name": REGIONS[code[:4]],
                "adm2_pcode": code[:6] if mali else code[:5],
                "adm2_name": code[:6] if mali else code[:5],
                "adm3_pcode": code,
                "adm3_name": f"C{place + 1}",
                "alt_names": "",
                "area_sqkm": 100.0,
                "label_lon": place + 0.5,
                "label_lat": 16.5,
                "focus": True,
                "drawn": True,
                "indicative": False,
                "valid_on": "2021-12-20",
                "version": VINTAGES[code[:2]],
                "geometry": shapely.box(place, 16, place + 1, 17),
            }
        )
    lowest = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")
    cercles, regions = parents(lowest, "cercle"), parents(lowest, "region")
    layers = tuple(
        Layer(country, country, {"country": country, "vintage": vintage}, lowest, cercles, regions)
        for country, vintage in VINTAGES.items()
    )
    return Boundaries("toy", "toy", lowest, cercles, regions, layers)


def records(rows=WATER, *, activity_type="water_point", **columns):
    table = complete(
        pd.DataFrame(
            [
                {
                    "record_key": f"r{number}",
                    "source_id": source,
                    "activity_type": activity_type,
                    "functionality": functionality,
                    "quantity": quantity,
                    "observed_on": "2020",
                }
                for number, (_places, quantity, functionality, source) in enumerate(rows)
            ]
        ).assign(**columns)
    )
    places = [row[0] for row in rows]
    return table.assign(
        outcome="placed",
        reason="",
        precision=["several" if ";" in place else "commune" for place in places],
        place_set=places,
        adm3_pcode=["" if ";" in place else place for place in places],
        flags="",
    )


def prepared(table=None):
    people = pd.DataFrame(
        {"adm3_pcode": list(PEOPLE), "people": pd.array(list(PEOPLE.values()), dtype="Int64"), "year": "2017"}
    )
    return facts.prepare(
        records() if table is None else table,
        facts.Frame(boundaries()),
        types=read_types(),
        sources=SOURCES,
        people=people.assign(method="projection"),
    )
