"""Thirty records of five partners on the toy geography, every pair of which was worked out on paper.

One degree is 111.3 km of longitude on the equator: 0.003° are 334 m, 0.004° 445 m.
"""

import pandas as pd

from geo.activities import complete
from geo.facts import Frame, prepare
from geo.io.records import read_types
from geo.placing import place
from geo.sharing import READER, share
from tests import toy

TYPES = {
    name: kind
    for name, kind in read_types().items()
    if name in ("water_point", "avec", "market_garden", "training")
}
WATER, SAVINGS, GARDEN, TRAINING = "water_point", "avec", "market_garden", "training"


def _row(kind, partner, place_name, start="", end="", *, at=None, reached=None, level="adm3", status=""):
    return {
        "activity_type": kind,
        "implementing_org": partner,
        f"provider_{level}_name": place_name,
        "start_date": start,
        "end_date": end,
        "activity_status": status,
        "longitude": at[0] if at else None,
        "latitude": at[1] if at else None,
        "reached_people": reached,
        "quantity": 1.0,
    }


# The first record is number 1, as on paper.
ROWS = [
    _row(WATER, "AMSS", "A1", "2020", "2022", at=(0.500, 0.5), reached=300),
    _row(WATER, "NRC", "A1", "2021", "2023", at=(0.503, 0.5), reached=200),
    _row(WATER, "AMSS", "A1", "2020", "2022", at=(0.5005, 0.5)),
    _row(WATER, "WHH", "A1", "2024", "2025", at=(0.9, 0.9)),
    _row(WATER, "WHH", "A1"),
    _row(WATER, "", "A1", "2020", "2022", at=(0.501, 0.5)),
    _row(WATER, "OIM", "Nord", "2020", "2022", level="adm1"),
    _row(WATER, "NRC;WHH", "A1", "2021", "2021", at=(0.2, 0.2)),
    _row(WATER, "AMSS", "A1", "2020", "2030", at=(0.999, 0.5)),
    _row(WATER, "NRC", "A2", "2020", "2030", at=(1.003, 0.5)),
    _row(WATER, "WHH", "A2", "2020", "2030", at=(1.03, 0.5)),
    _row(WATER, "AMSS", "A2", "2031", status="planned"),
    _row(SAVINGS, "AMSS", "A1", "2022", at=(0.5, 0.5)),
    _row(SAVINGS, "NRC", "A1", "2022", at=(0.5001, 0.5)),
    _row(SAVINGS, "NRC", "A1;A2", "2022"),
    _row(SAVINGS, "AMSS", "A1;A2", "2022"),
    _row(SAVINGS, "WHH", "A", "2022", level="adm2"),
    _row(GARDEN, "WHH", "B1", "2021-06", status="ongoing"),
    _row(GARDEN, "OIM", "B1", "2020", status="completed"),
    _row(GARDEN, "NRC", "B1", "2019", "2021-05-31"),
    _row(GARDEN, "AMSS", "B1", "2021", "2021"),
    _row(GARDEN, "AMSS", "M1", "2020", "2022"),
    _row(WATER, "AMSS", "C1", "2020", "2022", at=(3.500, 0.5)),
    _row(WATER, "NRC", "C1", "2020", "2022", at=(3.504, 0.5)),
    _row(WATER, "OIM", "B1", "2020", "2022", at=(2.500, 0.5), reached=50),
    _row(WATER, "WHH", "B1", "2020", "2022", at=(2.504, 0.5), reached=0),
    _row(WATER, "OIM", "B1", "2020", "2022", at=(2.500, 0.5)),
    _row(TRAINING, "AMSS", "A2", "2020", "2020"),
    _row(TRAINING, "NRC", "A2", "2020", "2020"),
    _row(SAVINGS, "NRC", "nowhere", "2022"),
]


def placed(rows=ROWS):
    """The records as they are placed, numbered from 1."""
    frame = complete(
        pd.DataFrame([row | {"source_id": "s", "record_key": f"K{n}"} for n, row in enumerate(rows, 1)])
    )
    frame.index = range(1, len(frame) + 1)
    return place(frame, toy.boundaries(), matcher=toy.matcher, readings=toy.readings, sources={})


def prepared(rows=ROWS, *, organisations=None, audience=READER, people=None):
    """The records as a reader may see them, ready to be asked."""
    shared = share(placed(rows), audience, types=TYPES, organisations=organisations)
    return prepare(shared, Frame(toy.boundaries()), types=TYPES, sources={}, people=people)


def meeting_file(path, *, more=()):
    """Write a small made-up file of a meeting on communes of Gao and Mopti; eight records and ``more``."""
    columns = (
        "record_key,activity_type,implementing_org,donor,sector,activity_status,start_date,end_date,quantity,"
        "reached_people,provider_adm3_name,provider_adm1_name,longitude,latitude"
    )
    rows = [
        "1,market_garden,AMSS,BMZ,food_security,ongoing,2025-01-01,,3,300,Ansongo,,0.500,15.660",
        "2,market_garden,NRC,UE,food_security,ongoing,2025-03-01,,2,200,Ansongo,,0.503,15.660",
        "3,avec,Association Malienne pour la Survie au Sahel,BMZ,livelihoods,,,,5,,Ansongo,,,",
        "4,avec,NRC,,livelihoods,ongoing,2025,,4,100,Ansongo,,,",
        "5,peace_committee,Plan International Mali,BMZ,social_cohesion,,2024,2024,8,,,Gao,,",
        "6,market_garden,Plan Internatonal Mali,,food_security,planned,2027,,1,,Kendé,,,",
        "7,market_garden,Plan International Mali,,food_security,ongoing,2025,,1,,Kendé,,,",
        "8,water_point,AMSS,,wash,completed,2023,2023-06,6,700,Kendé,,,",
    ]
    path.write_text("\n".join([columns, *rows, *more]) + "\n", encoding="utf-8")
    return path
