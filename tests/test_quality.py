"""Quality by group: figures of a toy worked out by hand, then the shipped records and the survey."""

from datetime import date

import pandas as pd
import pytest

from geo import quality
from geo.activities import PROVIDER_COLUMNS, Source, complete
from geo.counting import Members, account
from geo.io import load_boundaries
from geo.io.records import read_types
from geo.placing import place
from geo.store import load_file, load_shipped
from tests import toy
from tests.shared import say

DAY = date(2026, 11, 22)
SOURCES = {
    "s": Source("s", "S", "", "2024", "", "", country="ML"),
    "t": Source("t", "T", "", "", "", "", country="ML"),
}
# x = 0.5 is A1 of Nord, 1.5 A2 of Nord, 3.5 C1 of Est; Nord once held cercle C of Est.
COLUMNS = (
    *("source_id", "implementing_org", "activity_status", "end_date", "observed_on"),
    *("longitude", "latitude", "provider_adm1_name"),
)
ROWS = [
    ("s", "P", "ongoing", "2025", "2020-11-22", 0.5, 0.5, "Nord"),
    ("s", "P", "ongoing", "2026", "2022-11-22", 0.5, 0.5, "Nord"),  # a repeat; 2026 is not over
    ("s", "P", "completed", "2020", "", 3.5, 0.5, "Nord"),  # older vintage
    ("s", "Q", "", "", "", 1.5, 0.5, "Est"),  # contradicted, far: to review
    ("t", "Q", "ongoing", "", "", None, None, ""),  # no place: rejected
    ("t", "", "", "", "", 2.1, 0.5, "Est"),  # contradicted, 0.9 degree away: to review
]


def placed() -> pd.DataFrame:
    rows = complete(pd.DataFrame(ROWS, columns=list(COLUMNS)).assign(activity_type="water_point"))
    return place(rows, toy.boundaries(), matcher=toy.matcher, readings=toy.readings, sources=SOURCES)


def by(column: str, records: pd.DataFrame) -> pd.DataFrame:
    return quality.by_group(records, records[column], day=DAY, sources=SOURCES).set_index("group")


def test_what_is_to_be_looked_at_in_each_row():
    found = quality.faults(placed(), day=DAY)
    assert {name: found.index[found[name]].tolist() for name in quality.FAULTS} == {
        "review": [3, 5],
        "rejected": [4],
        "contradicted": [3, 5],
        "repeat": [1],
        "past_end": [0],
    }


def test_accounting_faults_and_age_by_partner():
    table = by("implementing_org", placed())
    assert list(table.index) == ["P", "Q", ""]
    counts = table[["read", "placed", "review", "rejected", "repeat", "contradicted", "past_end"]]
    assert counts.values.tolist() == [
        [3, 3, 0, 0, 1, 0, 1],
        [2, 0, 1, 1, 0, 1, 0],
        [1, 0, 1, 0, 0, 1, 0],
    ]
    assert table["older_vintage"].tolist() == [1, 0, 0]
    # P: seen 6 and 4 years ago, the third by its source in 2024 (its middle: 2.39 years ago).
    assert table.loc["P", ["undated", "oldest"]].tolist() == [0, "2020-11-22"]
    assert table.loc["P", ["age_median", "age_oldest"]].astype(float).round(2).tolist() == [4.0, 6.0]
    # Q: one row of a source of 2024, one of a source without a date.
    assert table.loc["Q", ["undated", "oldest"]].tolist() == [1, "2024"]
    assert table.loc["", ["undated", "oldest"]].tolist() == [1, ""]
    assert pd.isna(table.at["", "age_median"])


@pytest.mark.parametrize("column", ["implementing_org", "source_id"])
def test_groups_add_up_to_the_whole(column):
    records = placed()
    members = Members(toy.communes())
    shown = frozenset(["ML050101", "ML050102"])
    whole = account(records, shown=shown, members=members)
    table = quality.by_group(records, records[column], day=DAY, sources=SOURCES, shown=shown, members=members)
    assert (table["read"] == table["placed"] + table["review"] + table["rejected"]).all()
    for name, count in [
        ("read", whole.read),
        ("placed", whole.placed),
        ("review", whole.review),
        ("rejected", whole.rejected),
        ("outside_shown", whole.outside_shown),
        ("repeat", whole.repeats),
    ]:
        assert table[name].sum() == count, name
    assert whole.outside_shown == 1


def test_completeness_leaves_out_what_does_not_apply():
    rows = complete(
        pd.DataFrame(
            [
                # A garden of 2 ha, an amount without its currency, people without their parts.
                ("market_garden", "P", 2.0, 5.0, "", 30.0, None, "ongoing", "", "ML01"),
                # A water point, planned: nothing can be reached yet; nothing is paid.
                ("water_point", "P", None, None, "", None, None, "planned", "Nord", ""),
                # A training does not run.
                ("training", "", None, None, "", None, None, "completed", "", ""),
            ],
            columns=[
                "activity_type",
                "implementing_org",
                "area_ha",
                "amount",
                "currency",
                "reached_people",
                "reached_people_female",
                "activity_status",
                "provider_adm1_name",
                "provider_adm1_pcode",
            ],
        )
    ).assign(precision=["point", "commune", "region"])
    found = quality.completeness(rows, pd.Series("all", index=rows.index), types=read_types())
    table = found.set_index("field")
    assert list(table.index) == list(PROVIDER_COLUMNS)
    assert (table["rows"] == 3).all()
    expected = {
        "implementing_org": (3, 2),
        "area_ha": (1, 1),
        "amount": (3, 1),
        "currency": (1, 0),
        "reached_people": (2, 1),
        "reached_people_female": (1, 0),
        "targeted_people_female": (0, 0),
        "functionality": (2, 0),
        "activity_status": (3, 3),
        "longitude": (2, 0),
        # A code is enough in the first row, a name in the second.
        "provider_adm1_name": (2, 1),
        "provider_adm1_pcode": (2, 1),
        "provider_vintage": (1, 0),
    }
    got = table.loc[list(expected), ["applicable", "filled"]]
    assert dict(zip(got.index, map(tuple, got.to_numpy()), strict=True)) == expected
    assert table.at["currency", "not_applicable"] == 2
    assert table.at["implementing_org", "share"] == pytest.approx(2 / 3)
    assert pd.isna(table.at["targeted_people_female", "share"])


def test_no_record_has_no_quality():
    none = placed().iloc[:0]
    assert by("source_id", none).empty
    assert quality.completeness(none, none["source_id"], types=read_types()).empty
    assert quality.faults(none, day=DAY).empty


def test_the_shipped_records():
    store = load_shipped(load_boundaries())
    table = quality.by_group(
        store.records, store.records["source_id"], day=DAY, sources=store.sources
    ).set_index("group")
    assert table["read"].sum() == len(store.records) == 646
    assert table[["review", "rejected", "past_end", "contradicted"]].sum().tolist() == [0, 0, 0, 0]
    assert table.loc["report_amsode_mlfm2213", ["read", "undated"]].tolist() == [6, 6]
    assert table.at["geonames_wells_2014", "age_oldest"] == pytest.approx(12.4, abs=0.1)


@pytest.mark.shared_data
def test_the_survey_has_its_known_faults(shared_data):
    """README of the file: 18,935 rows, 78 repeats, 331 labels that disagree with their polygon."""
    store = load_file(
        shared_data / "activities/water_points_mali_2020.csv",
        load_boundaries(),
        activity_type="water_point",
    )
    table = quality.by_group(store.records, store.records["source_id"], day=DAY, sources=store.sources).iloc[
        0
    ]
    whole = account(store.records)
    assert (table["read"], table["placed"]) == (18_935, whole.placed)
    assert table["repeat"] == whole.repeats
    disagree = table["contradicted"] + table["older_vintage"]
    say(dict(table), "disagree", disagree)
    # The embedded outlines are simplified: a point on an edge may fall on its other side.
    assert abs(disagree - 331) <= 15
    assert abs(table["repeat"] - 78) <= 2
    parts = quality.completeness(store.records, store.records["source_id"], types=store.types).set_index(
        "field"
    )
    assert parts.at["longitude", "share"] == 1.0
    assert parts.at["functionality", "filled"] > 18_000
    assert parts.at["donor", "filled"] == 0
    assert parts.at["area_ha", "not_applicable"] == 18_935
