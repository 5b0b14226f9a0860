"""Real records: every figure of the shipped ones, and the survey of water points, by plain counting."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo import facts
from geo.__main__ import main
from geo.coverage import Assumptions
from geo.headings import fold_heading
from geo.io import load_boundaries
from geo.io.install import install
from geo.io.records import csv_text
from geo.sharing import READER, share
from geo.store import load_file, load_shipped
from tests import shared
from tests.shared import say

SURVEY = "activities/water_points_mali_2020.csv"
OFFICIAL = ("mli_admbnda_adm3_1m_gov_20211220.zip", "mrt_admbnda_adm3_ansade_20240327.zip")

TWO_CERCLES = "ML0601;ML0602"  # Diré and Goundam
FOUR_COMMUNES = "ML070101;ML070102;ML070304;ML070306"  # Ansongo, Bara, Gounzourèye, Soni Aliber
JAPAN = "ML05;ML06;ML07"
NR = None  # not reported

# The 26 rows of the five reports, written by hand from project_reports.md:
# key, type, quantity, people targeted, people reached, women among them, households reached, places.
REPORTS = [
    ("R1-01", "avec", 52, NR, NR, NR, NR, "ML05;ML07"),
    ("R1-02", "income_generation", NR, NR, 450, NR, NR, "ML07"),
    ("R1-03", "market", 1, NR, NR, NR, NR, "ML070303"),
    ("R1-04", "water_management", NR, NR, NR, NR, NR, "ML05"),
    ("R1-05", "income_generation", NR, NR, NR, NR, NR, "ML05"),
    ("R1-06", "income_generation", NR, NR, NR, NR, NR, "ML05"),
    ("R2-01", "income_generation", NR, NR, NR, NR, 2621, "MR01203"),
    ("R2-02", "income_generation", NR, NR, NR, NR, NR, "MR01203"),
    ("R2-03", "peace_committee", NR, NR, NR, NR, NR, "MR01203"),
    ("R3-01", "market_garden", 5, NR, NR, NR, NR, TWO_CERCLES),
    ("R3-02", "oversight_committee", 6, NR, NR, NR, NR, TWO_CERCLES),
    ("R3-03", "oversight_committee", 18, NR, NR, NR, NR, TWO_CERCLES),
    ("R3-04", "micro_enterprise", 22 + 27, NR, 275, 145, NR, TWO_CERCLES),
    ("R3-05", "training", NR, 276, NR, 141, NR, TWO_CERCLES),
    ("R3-06", "training", 2, NR, 43, NR, NR, TWO_CERCLES),
    ("R4-01", "peace_committee", 8, NR, NR, NR, NR, FOUR_COMMUNES),
    ("R4-02", "learning_centre", 4, NR, 200, NR, NR, FOUR_COMMUNES),
    ("R4-03", "training", NR, NR, 200, NR, NR, FOUR_COMMUNES),
    ("R4-04", "dialogue", 8, NR, NR, NR, NR, FOUR_COMMUNES),
    ("R4-05", "dialogue", 8, NR, NR, NR, NR, FOUR_COMMUNES),
    ("R4-06", "training", NR, NR, 100 + 100, NR, NR, FOUR_COMMUNES),
    ("R4-07", "training", NR, NR, 50, NR, NR, FOUR_COMMUNES),
    ("R5-01", "peace_committee", NR, NR, NR, NR, NR, "ML05;ML06;ML07;ML08"),
    ("R5-02", "training", NR, 500, NR, NR, NR, JAPAN),
    ("R5-03", "income_generation", NR, 250, NR, 250, NR, JAPAN),
    ("R5-04", "service_rehabilitation", NR, NR, NR, NR, NR, "ML06;ML07"),
]
# Report: implementing, donor, with, status and functionality where the report gives one for all its rows.
REPORT_ORGS = {
    "R1": ("AMSODE", "Ambassade de Norvège au Mali", "Conseil Norvégien pour les Réfugiés (NRC)"),
    "R2": ("ADICOR", "", "consortium ACOR"),
    "R3": ("AMSS", "Welthungerhilfe (WHH);BMZ", "Welthungerhilfe (WHH)"),
    "R4": ("AMSS", "BMZ", "Plan International Mali"),
}
IOM_DONORS = {
    "R5-01": "",
    "R5-02": "Gouvernement du Japon",
    "R5-03": "Gouvernement du Japon",
    "R5-04": "Fonds des Nations Unies pour la consolidation de la paix",
}


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


@pytest.fixture(scope="module")
def store(boundaries):
    return load_shipped(boundaries)


@pytest.fixture(scope="module")
def prepared(boundaries, store):
    seen = share(store.records, READER, types=store.types)
    return facts.prepare(seen, facts.Frame(boundaries), types=store.types, sources=store.sources)


@pytest.fixture(scope="module")
def reports(store):
    return store.records[store.records["source_id"].str.startswith("report_")].set_index("record_key")


def units(prepared, activity_type, level, **asked):
    view = facts.View(activity_type=activity_type, level=level, measure="in_place", **asked)
    answer = facts.build(prepared, view)
    return answer, answer.units.set_index("pcode")


def value(row):
    return (row["value_min"], row["value_max"], row["value_open"])


def figure(number):
    return None if pd.isna(number) else int(number)


@pytest.mark.parametrize("row", REPORTS, ids=[row[0] for row in REPORTS])
def test_each_row_of_the_reports(reports, row):
    key, kind, quantity, targeted, reached, women, households, places = row
    found = reports.loc[key]
    assert (found["outcome"], found["place_set"], found["activity_type"]) == ("placed", places, kind)
    people = [found[name] for name in ("quantity", "targeted_people", "reached_people", "reached_households")]
    assert [figure(number) for number in people] == [quantity, targeted, reached, households]
    stage = "targeted" if targeted else "reached"
    assert figure(found[f"{stage}_people_female"]) == women
    men = 135 if key == "R3-05" else None
    assert figure(found["targeted_people_male"]) == men


def test_the_reports_are_these_rows_and_no_other(reports):
    assert list(reports.index) == [row[0] for row in REPORTS]


def test_no_figure_stands_in_a_column_that_the_reports_do_not_give(reports):
    given = {
        *("quantity", "targeted_people", "targeted_people_female", "targeted_people_male"),
        *("reached_people", "reached_people_female", "reached_households"),
    }
    numbers = reports.select_dtypes("number").drop(columns=["score", "distance_km"])
    assert {str(column) for column in numbers if numbers[column].notna().any()} == given


def test_who_did_it(reports):
    for key, row in reports.iterrows():
        orgs = (row["implementing_org"], row["donor"], row["partner_orgs"])
        assert orgs == REPORT_ORGS.get(key[:2], ("OIM (IOM)", IOM_DONORS.get(key), ""))


def test_status_and_dates_only_where_the_report_gives_them(reports):
    status = reports["activity_status"]
    # R1 ended, R4 goes on, two results of R5 were planned; the others say nothing.
    expected = {"R1": "completed", "R4": "ongoing"}
    assert all(
        status[key] == expected.get(key[:2], "planned" if key in ("R5-02", "R5-03") else "")
        for key in status.index
    )
    works = {key for key in reports.index if reports.loc[key, "functionality"]}
    assert works == {"R1-01", "R1-03", "R4-01", "R4-02"}
    assert set(reports.loc[list(works), "functionality"]) == {"functional"}
    dated = reports[["observed_on", "start_date", "end_date"]].agg(";".join, axis=1)
    for key, dates in dated.items():
        expected_dates = {"R1": ";;", "R2": ";;", "R3": "2017;;", "R4": "2023;;"}
        iom = {"R5-01": "2016;;", "R5-02": ";2016;2016", "R5-03": ";2016;2016", "R5-04": ";2015;2016"}
        assert dates == expected_dates.get(key[:2], iom.get(key))


def table_rows(text):
    """Rows of the tables of a Markdown text, as their cells by heading."""
    rows, heads = [], []
    for line in text.splitlines():
        if not line.startswith("|"):
            heads = []
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not heads:
            heads = cells
        elif not set(line) <= set("|- "):
            rows.append(dict(zip(heads, cells, strict=True)))
    return rows


@pytest.mark.shared_data
def test_the_reports_were_carried_over_row_by_row(shared_data, reports):
    text = (shared_data / "reference/project_reports.md").read_text(encoding="utf-8")
    kinds = []
    for row in table_rows(text):
        # Two things told in one row are two records, but for the two kinds of micro-enterprises.
        double = row["quantity"] == "8 / 8" or row["people"] == "100 + 100; 50"
        kinds += [row["type"]] * (2 if double else 1)
    assert kinds == list(reports["activity_type"])


def test_the_52_avecs_colour_no_commune(prepared):
    answer, regions = units(prepared, "avec", "region")
    assert value(regions.loc["ML07"]) == (0, 52, 0)
    assert value(regions.loc["ML05"]) == (0, 52, 0)
    assert value(answer.total.iloc[0]) == (52, 52, 0)
    assert value(regions.loc["ML06"]) == (0, 0, 0)
    for level in ("commune", "cercle"):
        _, below = units(prepared, "avec", level)
        assert not below["presence"].any()
        assert set(below["state"]) == {"none_reported"}
        in_two = below["region_pcode"].isin(["ML05", "ML07"])
        assert set(below.loc[in_two, "above_max"]) == {52}
        assert set(below.loc[~in_two, "above_max"]) == {0}


def test_the_eight_committees_of_four_communes(prepared):
    _, communes = units(prepared, "peace_committee", "commune")
    named = communes[communes["presence"]]
    assert sorted(named.index) == [*FOUR_COMMUNES.split(";"), "MR01203"]
    for code in FOUR_COMMUNES.split(";"):
        assert value(communes.loc[code]) == (0, 8, 1)
        assert communes.loc[code, "state"] == "number"
    _, cercles = units(prepared, "peace_committee", "cercle")
    assert value(cercles.loc["ML0703"]) == (0, 8, 1)
    assert value(cercles.loc["ML0701"]) == (0, 8, 1)
    answer, regions = units(prepared, "peace_committee", "region")
    # Exactly 8, plus the committees of R5, whose number is not reported.
    assert value(regions.loc["ML07"]) == (8, 8, 1)
    assert value(regions.loc["ML05"]) == (0, 0, 1)
    assert value(answer.total.iloc[0]) == (8, 8, 1)


def test_fassala_is_placed_outside_the_area_shown(prepared, reports, boundaries):
    row = reports.loc["R2-03"]
    assert (row["outcome"], row["adm3_pcode"], row["adm1_pcode"]) == ("placed", "MR01203", "MR01")
    commune = boundaries.units.set_index("adm3_pcode").loc["MR01203"]
    assert (commune["adm3_name"], commune["focus"]) == ("Vessale", False)
    answer, communes = units(prepared, "peace_committee", "commune")
    assert (answer.accounting.placed, answer.accounting.outside_shown) == (3, 1)
    assert not communes.loc["MR01203", "focus"]
    assert communes.loc["MR01203", "state"] == "not_reported"


def test_a_reader_gets_no_quarter_and_no_identifier_of_a_commune_only_type(store):
    seen = share(store.records, READER, types=store.types)
    text = csv_text(seen[seen["source_id"].str.startswith("report_")])
    assert "R1-03" in csv_text(store.records)
    withheld = ("Annoura", "R1-0", "R4-0", "MLFM2213,", "MLI 1088", "villages concernés", "quartier")
    # Market gardens are shared in full: R3-01 keeps its own words.
    rest = csv_text(seen[~seen["activity_type"].isin(["market_garden", "water_point"])])
    assert not [word for word in withheld if word in rest]
    assert "R3-01" in text


def test_working_water_points_of_the_four_regions(prepared):
    answer = facts.build(prepared, facts.View(activity_type="water_point", measure="working"))
    total = answer.total.iloc[0]
    assert value(total) == (7173, 7173, 0)
    assert total["seasonal_min"] == 1434
    # The named wells of Hodh El Gharbi: their state was never surveyed.
    assert total["unknown_min"] == 210
    strict = facts.View(measure="working", assumptions=Assumptions(seasonal=False))
    assert facts.build(prepared, strict).total["value_min"].iloc[0] == 7173 - 1434
    hodh = answer.units[answer.units["region_pcode"] == "MR02"]
    assert set(hodh["state"]) == {"unknown", "none_reported"}


@pytest.mark.shared_data
def test_working_water_points_counted_with_plain_pandas(shared_data, prepared):
    counts = shared.counts(shared_data)
    working = counts[counts["functionality"].isin(["functional", "functional_seasonal"])]
    three = working[working["adm3_pcode"].str[:4].isin(["ML05", "ML06", "ML07"])]
    assert three["quantity"].sum() == 7173
    assert three.loc[three["functionality"] == "functional_seasonal", "quantity"].sum() == 1434
    answer = facts.build(prepared, facts.View(measure="working"))
    found = answer.units.set_index("pcode")["value_min"]
    by_hand = working.groupby("adm3_pcode")["quantity"].sum().reindex(found.index, fill_value=0)
    assert (found == by_hand).all()
    regions = facts.build(prepared, facts.View(measure="working", level="region")).units.set_index("pcode")
    by_region = three.groupby(three["adm3_pcode"].str[:4])["quantity"].sum()
    assert regions.loc[by_region.index, "value_min"].tolist() == by_region.tolist()


@pytest.mark.shared_data
def test_the_shipped_counts_are_those_of_the_reference(shared_data, store):
    counts = shared.counts(shared_data)
    shipped = store.records[store.records["activity_type"] == "water_point"]
    columns = ["adm3_pcode", "functionality", "quantity"]
    left = shipped[columns].astype({"quantity": int}).sort_values(columns).reset_index(drop=True)
    right = counts[columns].sort_values(columns).reset_index(drop=True)
    pd.testing.assert_frame_equal(left, right, check_dtype=False)
    assert shipped["possible_repeats"].sum() == counts["possible_repeats"].astype(int).sum()
    mali = counts[counts["adm3_pcode"].str.startswith("ML")]
    assert (mali["quantity"].sum(), mali["adm3_pcode"].nunique()) == (8874, 192)


def outside_mali(records):
    return set(records.index[records["reason"].isin(["outside_every_unit", "other_country"])])


@pytest.fixture(scope="module")
def on_embedded(shared_data, boundaries):
    return load_file(shared_data / SURVEY, boundaries)


@pytest.fixture(scope="module")
def official(shared_data, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUVERTURE_HOME", str(tmp_path_factory.mktemp("official")))
        install([shared_data / "boundaries" / name for name in OFFICIAL])
        yield load_boundaries()


@pytest.fixture(scope="module")
def on_official(shared_data, official):
    return load_file(shared_data / SURVEY, official)


@pytest.mark.shared_data
def test_the_command_places_the_survey_without_an_option(shared_data, capsys):
    assert main(["place", str(shared_data / SURVEY), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    accounting, flags = found["accounting"], found["flags"]
    say(accounting, flags)
    assert accounting["read"] == 18935
    assert accounting["placed"] + accounting["review"] + accounting["rejected"] == 18935
    assert (accounting["possible_repeats"], flags["older_vintage"]) == (78, 227)
    assert found["problems"] == 0
    assert set(found["notes"]) == {"type_from_headings", "one_per_row"}


@pytest.mark.shared_data
def test_on_the_shipped_polygons_22_points_fall_outside_mali(on_embedded, on_official):
    astray, truly = outside_mali(on_embedded.records), outside_mali(on_official.records)
    say(f"outside Mali as shipped: {len(astray)}, {len(astray & truly)} of {len(truly)} officially")
    assert (len(astray), len(astray & truly), len(truly)) == (22, 15, 17)


@pytest.mark.shared_data
def test_on_the_official_polygons_17_points_go_to_review_with_their_distance(on_official):
    records = on_official.records
    rows = records.loc[sorted(outside_mali(records))]
    assert len(rows) == 17
    assert set(rows["outcome"]) == {"review"}
    assert rows["reason"].value_counts().to_dict() == {"outside_every_unit": 9, "other_country": 8}
    say(rows[["longitude", "latitude", "candidates", "distance_km"]].to_string())
    assert rows["distance_km"].between(0, 4).all()
    assert (rows["candidates"] != "").all()
    # The survey is Mali's: the nearest unit proposed is one of Mali.
    assert rows["candidates"].str.split(";").str[-1].str.startswith("ML").all()


@pytest.mark.shared_data
def test_34_points_in_mauritanias_polygons_26_of_them_in_both(on_official, official):
    records = on_official.records
    points = gpd.points_from_xy(records["longitude"], records["latitude"], crs="EPSG:4326")
    inside = {}
    for country, communes in official.communes.groupby("country"):
        joined = gpd.sjoin(
            gpd.GeoDataFrame(geometry=points, index=records.index), communes, predicate="intersects"
        )
        inside[country] = set(joined.index)
    both = inside["ML"] & inside["MR"]
    say(f"{len(inside['MR'])} in Mauritania's polygons, {len(both)} of them in both")
    assert (len(inside["MR"]), len(both), len(records) - len(inside["ML"])) == (34, 26, 17)
    flagged = records.index[records["flags"].map(lambda flags: "border_overlap" in flags)]
    assert set(flagged) == both
    assert set(records.loc[sorted(both), "adm1_pcode"].str[:2]) == {"ML"}
    assert set(records.index[records["reason"] == "other_country"]) == inside["MR"] - both


@pytest.mark.shared_data
def test_331_labels_disagree_with_their_polygon(shared_data, on_official, official):
    records, survey = on_official.records, shared.survey(shared_data)
    # The n-th row of the survey is row n + 2 of the file.
    labels = pd.Series(survey["region"].to_numpy(), index=records.index).map(fold_heading)
    mali = official.communes[official.communes["country"] == "ML"]
    points = gpd.points_from_xy(
        survey["longitude"].astype(float), survey["latitude"].astype(float), crs="EPSG:4326"
    )
    joined = gpd.sjoin(gpd.GeoDataFrame(geometry=points, index=records.index), mali, predicate="intersects")
    names = joined["adm1_name"].groupby(level=0).first().map(fold_heading)
    differ = names.index[names != labels.loc[names.index]]
    assert len(differ) == 331
    menaka = [row for row in differ if (labels[row], names[row]) == ("gao", "menaka")]
    assert len(menaka) == 227

    rows = records.loc[sorted(differ)]
    flags = rows["flags"].map(str)
    older, near = flags.str.contains("older_vintage"), flags.str.contains("stated_place_differs")
    far = rows["reason"] == "far_from_stated_place"
    say(f"331 = {older.sum()} older vintage + {(near & ~far).sum()} placed + {far.sum()} to review")
    assert set(rows.index[older]) == set(menaka)
    assert (older.sum(), (near & ~far).sum(), far.sum()) == (227, 79, 25)
    assert set(rows.loc[~far, "outcome"]) == {"placed"}
    assert (rows.loc[far, "distance_km"] > 20).all()
    assert (rows.loc[near & ~far, "distance_km"] <= 20).all()
    # And no other point of Mali is flagged.
    others = records.loc[sorted(set(names.index) - set(differ)), "flags"].map(str)
    assert not others.str.contains("older_vintage|stated_place_differs").any()


@pytest.mark.shared_data
def test_78_rows_repeat_an_earlier_position(shared_data, on_embedded):
    survey = shared.survey(shared_data)
    positions = survey[["longitude", "latitude"]].astype(float)
    assert positions.duplicated().sum() == 78
    flagged = on_embedded.records["flags"].map(lambda flags: "possible_repeat" in flags)
    assert np.array_equal(flagged.to_numpy(), positions.duplicated().to_numpy())
    assert set(on_embedded.records.loc[flagged, "outcome"]) == {"placed"}


@pytest.mark.shared_data
def test_the_states_of_the_survey_are_read_as_written(shared_data, on_embedded):
    survey = shared.survey(shared_data)
    months = pd.to_numeric(survey["water_months"], errors="coerce")
    works = survey["functionality_main"] == "fonctionnel"
    expected = {
        "functional": int((works & ~(months < 12)).sum()),
        "functional_seasonal": int((works & (months < 12)).sum()),
        "dry": int((survey["functionality_main"] == "sec").sum()),
        "not_used": int((survey["functionality_main"] == "non utilisé").sum()),
        "broken": int((survey["functionality_main"] == "en panne").sum()),
    }
    empty = int((~survey["functionality_main"].isin(["fonctionnel", "sec", "non utilisé", "en panne"])).sum())
    found = on_embedded.records["functionality"].value_counts().to_dict()
    say(found)
    assert found == expected | ({"": empty} if empty else {})
    assert sum(found.values()) == 18935


@pytest.mark.shared_data
def test_the_survey_itself_gives_the_figures_that_were_counted_from_it(shared_data, on_official):
    records = on_official.records
    three = records[records["adm1_pcode"].isin(["ML05", "ML06", "ML07"]) & (records["outcome"] == "placed")]
    placed = three["functionality"].value_counts()
    counts = shared.counts(shared_data)
    mali = counts[counts["adm3_pcode"].str[:4].isin(["ML05", "ML06", "ML07"])]
    by_hand = mali.groupby("functionality")["quantity"].sum()
    say(placed.to_dict(), by_hand.to_dict())
    # The counts hold all that lies in each polygon; rows far from the region they state wait for review.
    far = records[records["reason"] == "far_from_stated_place"]
    held_back = far["candidates"].str[:4].isin(["ML05", "ML06", "ML07"])
    assert placed.sum() + held_back.sum() == by_hand.sum()
