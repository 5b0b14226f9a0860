"""Need and gap of the toy country by hand, of the real counts by plain pandas, and the command line."""

import json
import math
import re

import pandas as pd
import pytest
from pypdf import PdfReader

from geo import crossing, gaps, gapwords, whatif
from geo.__main__ import main
from geo.commands import gaps as gaps_command
from geo.coverage import Assumptions
from geo.facts import View
from geo.io.norms import read_set
from geo.norms import NormSet, make
from tests import toy_need

NAN = math.nan


@pytest.fixture(scope="module")
def prepared():
    return toy_need.prepared()


@pytest.fixture(scope="module")
def shipped():
    return gaps_command.prepared_records()


@pytest.fixture
def cli(monkeypatch, shipped):
    """The command line on the shipped records, read once for all tests but the first."""
    monkeypatch.setattr(gaps_command, "prepared_records", lambda: shipped)
    return main


def asked(prepared, *, assumptions=None, norm_set=None, **options):
    view = View(assumptions=assumptions or Assumptions())
    return gaps.commune_gaps(
        prepared,
        view,
        norm_set=norm_set or read_set(),
        not_comparable=toy_need.NOT_COMPARABLE,
        **options,
    )


def row(answer, code):
    return answer.table.set_index("pcode").loc[code]


# required, missing, missing_max, unserved_people, unserved_people_max, state: worked out in tests/toy_need.py
BY_HAND = {
    "ML050101": (2, 0, 0, 0, 0, "met"),
    "ML050102": (3, 1, 1, 1, 1, "partly"),
    "ML050103": (3, 0, 0, 0, 0, "met"),
    "ML050104": (3, 3, 3, 1200, 1200, "unmet"),
    "ML050201": (NAN, NAN, NAN, NAN, NAN, "unknown"),
    "ML050202": (13, 12, 12, 4600, 4600, "partly"),
    "ML070101": (1, 0, 1, 0, 400, "met_or_unmet_unknown"),
    "ML070102": (4, 2, 4, 800, 1600, "met_or_unmet_unknown"),
    "ML070103": (5, 1, 1, 400, 400, "partly"),
    "ML070104": (2, NAN, NAN, NAN, NAN, "unknown"),
    "MR02101": (3, NAN, NAN, NAN, NAN, "unknown"),
    "MR02102": (NAN, NAN, NAN, NAN, NAN, "unknown"),
}


@pytest.mark.parametrize("code", BY_HAND)
def test_a_commune_is_as_worked_out_by_hand(prepared, code):
    found = row(asked(prepared), code)
    figures = ("required", "missing", "missing_max", "unserved_people", "unserved_people_max")
    for name, expected in zip(figures, BY_HAND[code], strict=False):
        assert found[name] == pytest.approx(expected, nan_ok=True), name
    assert found["state"] == BY_HAND[code][-1]


def test_coverage_is_the_share_of_people_served():
    answer = asked(toy_need.prepared())
    assert row(answer, "ML050101")["coverage_pct"] == 100
    # 400 of 5,000.
    assert row(answer, "ML050202")["coverage_pct"] == pytest.approx(8)
    # 0 to 2 works: 0 to 800 of 1,600 people.
    assert tuple(row(answer, "ML070102")[["coverage_pct", "coverage_pct_max"]]) == (0, 50)


def test_a_surplus_serves_nobody_next_door(prepared):
    answer = asked(prepared)
    region = gaps.at_level(answer, prepared, "region").set_index("pcode").loc["ML05"]
    # 0 + 1 + 0 + 1200 + 4600; pooled, the 12 works would leave 8,801 - 4,800 only.
    assert region["unserved_people"] == 5801
    assert region["missing"] == 0 + 1 + 0 + 3 + 12
    assert region["required"] == 2 + 3 + 3 + 3 + 13
    assert region["coverage_pct"] == pytest.approx(100 * (8801 - 5801) / 8801)
    assert (region["communes"], region["communes_without_figure"]) == (6, 1)
    assert region["state"] == "partly"


def test_works_of_a_parent_come_from_the_records_not_from_its_communes(prepared):
    answer = asked(prepared)
    region = gaps.at_level(answer, prepared, "region").set_index("pcode").loc["ML07"]
    # Both communes have 0 to 2, the region has exactly 2 more than the 4 of the third.
    assert (region["working"], region["working_max"], region["working_seasonal"]) == (6, 6, 1)
    assert (region["unserved_people"], region["unserved_people_max"]) == (0 + 800 + 400, 400 + 1600 + 400)


def test_all_six_states_occur(prepared):
    states = set(asked(prepared).table["state"])
    view = View(activity_type="training")
    without_norm = gaps.commune_gaps(prepared, view, norm_set=read_set())
    assert states | set(without_norm.table["state"]) == set(gapwords.STATE_WORDS)
    assert set(without_norm.table["state"]) == {"not_applicable"}


def test_a_unit_that_is_not_comparable_is_set_aside_with_its_reason(prepared):
    answer = asked(prepared)
    assert list(answer.not_comparable["pcode"]) == ["MR02102"]
    assert answer.not_comparable["note"].iloc[0] == "non comparable : réseau de ville"
    assert "MR02102" not in set(answer.ranked["pcode"]) | set(answer.unknown["pcode"])
    included = row(asked(prepared, include_not_comparable=True), "MR02102")
    assert tuple(included[["required", "missing", "unserved_people"]]) == (225, 224, 89600)
    assert not included["comparable"]


def test_a_code_of_another_vintage_or_source_is_comparable(prepared):
    for column, value in (("vintage", "COD-AB 2021"), ("source_id", "census"), ("activity_type", "avec")):
        table = toy_need.NOT_COMPARABLE.assign(**{column: value})
        answer = gaps.commune_gaps(prepared, View(), norm_set=read_set(), not_comparable=table)
        assert answer.not_comparable.empty, column


def test_seasonal_points_count_and_can_be_left_out(prepared):
    counted = row(asked(prepared), "ML070103")
    assert (counted["working"], counted["working_seasonal"], counted["unserved_people"]) == (4, 1, 400)
    without = row(asked(prepared, assumptions=Assumptions(seasonal=False)), "ML070103")
    assert (without["working"], without["working_seasonal"], without["unserved_people"]) == (3, 1, 800)


def test_points_of_unknown_state_stand_apart_until_a_switch_counts_them(prepared):
    apart = row(asked(prepared), "MR02101")
    assert (apart["unknown"], apart["working"], apart["note"]) == (4, 0, "4 d'état inconnu")
    working = row(asked(prepared, assumptions=Assumptions(unknown_as="working")), "MR02101")
    # 4 × 400 serve 900 people.
    assert (working["unserved_people"], working["state"]) == (0, "met")


def test_the_note_says_which_two_states_are_possible(prepared):
    answer = asked(prepared)
    # 0 to 2 of 1 required, and of 4.
    assert row(answer, "ML070101")["note"] == "entre 0 et 2 en service : couvert ou non, on ne sait pas"
    assert row(answer, "ML070102")["note"] == "entre 0 et 2 en service : couvert en partie ou pas du tout"


def test_some_of_unknown_state_leave_the_state_open_where_they_could_change_it():
    rows = [("ML050101", 1, "functional", "survey"), ("ML050101", 1, "unknown", "survey")]
    rows += [("ML050202", 1, "functional", "survey"), ("ML050202", 1, "unknown", "survey")]
    answer = asked(toy_need.prepared(toy_need.records(rows)))
    # 800 people: one work serves half, two serve all. 5,000 people: partly either way.
    assert row(answer, "ML050101")["state"] == "met_or_unmet_unknown"
    assert row(answer, "ML050101")["unserved_people"] == 400
    assert row(answer, "ML050202")["state"] == "partly"


def test_silence_is_absence_only_by_a_switch(prepared):
    assert row(asked(prepared), "ML070104")["note"] == "aucun signalé, sans relevé complet"
    switched = row(asked(prepared, assumptions=Assumptions(none_reported_is_zero=True)), "ML070104")
    assert (switched["missing"], switched["unserved_people"], switched["state"]) == (2, 600, "unmet")


def test_a_survey_that_counted_under_a_tenth_of_the_norm_is_doubtful(prepared):
    table = asked(prepared).table
    assert list(table.loc[table["doubtful"], "pcode"]) == ["ML050202"]
    assert "douteuse" in row(asked(prepared), "ML050202")["note"]


def test_a_number_not_reported_leaves_the_upper_end_open():
    rows = [("ML050102", 1, "functional", "survey"), ("ML050102", NAN, "functional", "survey")]
    found = row(asked(toy_need.prepared(toy_need.records(rows))), "ML050102")
    assert found["state"] == "met_or_unmet_unknown"
    assert (found["unserved_people"], found["unserved_people_max"]) == (0, 401)
    assert found["note"].startswith("entre 1 et un nombre non rapporté en service")


def test_a_known_kind_of_work_counts_with_its_own_norm():
    rows = [("ML050103", 1, "functional", "survey"), ("ML050103", 1, "functional", "survey")]
    table = toy_need.records(rows).assign(subtype=["tap", ""])
    ready = toy_need.prepared(table)
    found = row(asked(ready, norm_set=read_set("sphere")), "ML050103")
    # A tap serves 250, a point of unknown kind Mali's 400: 350 of 1,000 are left, one point is missing.
    assert (found["unserved_people"], found["missing"], found["state"]) == (350, 1, "partly")
    # By default Mali's own norm counts whatever the kind.
    assert row(asked(ready), "ML050103")["unserved_people"] == 200
    assert asked(ready).norms[0].name == "water_mali_modern_point"
    assert "water_sphere_tap" in [norm.name for norm in asked(ready, norm_set=read_set("sphere")).norms]


def test_one_committee_a_commune():
    rows = [("ML050101;ML050102", 2, "functional", "report"), ("ML050103", 1, "functional", "report")]
    ready = toy_need.prepared(toy_need.records(rows, activity_type="peace_committee"))
    answer = gaps.commune_gaps(ready, View(activity_type="peace_committee"), norm_set=read_set())
    assert tuple(row(answer, "ML050103")[["required", "missing", "unserved_people", "state"]]) == (
        1,
        0,
        0,
        "met",
    )
    between = row(answer, "ML050102")
    assert (between["state"], between["unserved_people"], between["unserved_people_max"]) == (
        "met_or_unmet_unknown",
        0,
        801,
    )
    # People are not needed to know that a committee is there, or not.
    assert row(answer, "ML050201")["required"] == 1


def test_committees_by_village_need_the_villages():
    rows = [("ML050101", 3, "functional", "report")]
    ready = toy_need.prepared(toy_need.records(rows, activity_type="peace_committee"))
    view = View(activity_type="peace_committee")
    without = gaps.commune_gaps(ready, view, norm_set=read_set("villages"))
    assert row(without, "ML050101")["state"] == "unknown"
    found = gaps.commune_gaps(ready, view, norm_set=read_set("villages"), villages={"ML050101": 8})
    # 3 of 8 villages: 5 are missing, and five eighths of 800 people.
    assert tuple(row(found, "ML050101")[["required", "missing", "unserved_people"]]) == (8, 5, 500)


def test_gardens_are_measured_by_area_and_unknown_without_one():
    rows = [("ML050104", 1, "functional", "report"), ("ML050103", 1, "functional", "report")]
    table = toy_need.records(rows, activity_type="market_garden").assign(area_ha=[1.0, NAN])
    norm = make(
        "gardens",
        {
            "activity_type": "market_garden",
            "value": 100,
            "unit": "m2_per_woman",
            "kind": "practice",
            "source": "test",
            "parameters": {
                "female_share": {"value": 0.5, "source": "test"},
                "adult_share": {"value": 0.5, "source": "test"},
            },
        },
    )
    answer = gaps.commune_gaps(
        toy_need.prepared(table), View(activity_type="market_garden"), norm_set=NormSet("one", (norm,))
    )
    # 100 m² for one person in four: a hectare serves 400 people, so 800 of 1,200 are left.
    assert row(answer, "ML050104")["unserved_people"] == pytest.approx(800)
    assert row(answer, "ML050103")["state"] == "unknown"


def test_types_stand_side_by_side(prepared):
    water = asked(prepared)
    none = gaps.commune_gaps(prepared, View(activity_type="peace_committee"), norm_set=read_set())
    both = crossing.together({"water_point": water.table, "peace_committee": none.table}).set_index("pcode")
    assert tuple(both.loc["ML050104", ["state_water_point", "state_peace_committee"]]) == ("unmet", "unknown")
    assert tuple(both.loc["ML050104", ["types_unmet", "types_unknown"]]) == (1, 1)


def test_need_and_coverage_cross(prepared):
    answer = asked(prepared)
    classes = dict(zip(answer.table["pcode"], crossing.need_by_coverage(answer.table), strict=True))
    # Eight have a figure; certain unserved: 0 0 0 1 400 800 1200 4600.
    assert classes["ML050202"] == "3A"
    assert classes["ML050104"] == "3A"
    assert classes["ML050101"] == "1C"
    assert classes["ML050201"] == ""
    assert list(crossing.most_need_without_partner(answer.table)["pcode"])[:2] == ["ML050202", "ML050104"]


def test_what_if_works_are_added_taken_away_and_repaired(prepared):
    answer = asked(prepared)
    dry = whatif.repairable(prepared, View(), functionality=("dry",))
    assert dry[dry > 0].to_dict() == {"ML050104": 3}
    repaired = whatif.change(answer, dry).set_index("pcode").loc["ML050104"]
    assert tuple(repaired[["working", "missing", "unserved_people", "state"]]) == (3, 0, 0, "met")
    assert repaired["people_newly_served"] == 1200
    taken = whatif.change(answer, {"ML050103": -3}).set_index("pcode")
    # Two of five are left for 1,000 people.
    assert tuple(taken.loc["ML050103", ["missing", "unserved_people", "state"]]) == (1, 200, "partly")
    # Nothing else moves, and what has no figure gets none.
    assert whatif.change(answer, {"ML050201": 5}).set_index("pcode").loc["ML050201", "state"] == "unknown"
    kept = ["required", "missing", "unserved_people", "state"]
    others = taken.drop(index="ML050103")[kept]
    pd.testing.assert_frame_equal(others, answer.table.set_index("pcode").drop(index="ML050103")[kept])


def test_the_real_counts_recomputed_with_plain_pandas(shared_data, capsys):
    points = pd.read_csv(shared_data / "reference/water_points_by_commune.csv", keep_default_na=False)
    communes = pd.read_csv(shared_data / "reference/communes.csv", keep_default_na=False)
    working = (
        points[points["functionality"].str.startswith("functional")].groupby("adm3_pcode")["quantity"].sum()
    )
    mali = communes[communes["focus"].astype(str).eq("True") & communes["country"].eq("ML")]
    people = mali.set_index("adm3_pcode")["population"].astype(float)
    unserved = (people - 400 * working.reindex(people.index).fillna(0)).clip(lower=0)
    by_region = unserved.groupby(mali.set_index("adm3_pcode")["adm1_name"]).sum()
    assert by_region.to_dict() == {"Mopti": 1221496, "Gao": 263533, "Tombouctou": 319664}

    assert main(["gaps", "--level", "region", "--json", "--include-not-comparable"]) == 0
    rows = {each["adm1_name"]: each for each in json.loads(capsys.readouterr().out)["rows"]}
    assert {name: rows[name]["unserved_people"] for name in by_region.index} == by_region.to_dict()
    assert rows["Hodh El Gharbi"]["unserved_people"] is None
    assert rows["Hodh El Gharbi"]["state"] == "unknown"

    assert main(["gaps", "--json", "--include-not-comparable"]) == 0
    table = pd.DataFrame(json.loads(capsys.readouterr().out)["rows"]).set_index("adm3_pcode")
    assert len(table) == 208
    pd.testing.assert_series_equal(
        table.loc[unserved.index, "unserved_people"].astype(float), unserved, check_names=False
    )


def test_towns_with_a_network_have_no_figure_on_the_command_line(cli, capsys):
    assert cli(["gaps", "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    table = pd.DataFrame([line.split(",")[: lines[0].count(",") + 1] for line in lines[1:]])
    table.columns = lines[0].split(",")
    expected = "adm3_pcode population_people working working_seasonal not_working known_above_max required"
    assert {*expected.split(), "missing", "unserved_people", "coverage_pct", "state"} <= set(table)
    towns = table.set_index("adm3_pcode").loc[["ML050609", "ML060506"]]
    assert set(towns["unserved_people"]) == {""}
    assert set(towns["state"]) == {"unknown"}
    # What has no figure has no rank, and stands beneath what has one.
    assert set(towns["rank"]) == {""}
    assert list(table["rank"].ne("")) == [True] * 177 + [False] * 31


def test_the_norm_is_printed_with_the_result(cli, capsys):
    assert cli(["gaps", "--region", "Gao"]) == 0
    out = capsys.readouterr().out
    assert "Mali : 400 personnes par point d'eau moderne ; norme ; source :" in out
    assert "Lus 620 = placés 620 + à vérifier 0 + rejetés 0" in out
    assert "Ouattagouna" in out
    assert "Tonka" not in out


def test_the_map_of_need_is_printed_with_letters_norms_and_the_worst_off(cli, tmp_path, capsys):
    out = tmp_path / "besoin.pdf"
    assert cli(["gaps", "--map", str(out)]) == 0
    text = PdfReader(out).pages[0].extract_text()
    assert "État de chaque unité" in text
    assert "couvert en partie" in text
    assert "Tonka, Goundam" in text
    assert "400 personnes par point d'eau moderne" in text
    assert "Poids du score" in text
    letters = re.findall(r"^[CPN]$", text, re.MULTILINE)
    # One in the legend each, the others inside communes that have room.
    assert letters.count("P") > 20
    assert letters.count("C") > 10
    assert cli(["gaps", "--map", str(tmp_path / "besoin.doc")]) == 2


def test_a_map_of_one_region_is_headed_by_it_and_several_have_no_map(cli, tmp_path, capsys):
    out = tmp_path / "besoin.pdf"
    assert cli(["gaps", "--region", "mopti", "--map", str(out)]) == 0
    text = PdfReader(out).pages[0].extract_text()
    assert "Mopti · Mali" in text
    assert "Les quatre régions" not in text
    capsys.readouterr()
    assert cli(["gaps", "--region", "Mopti", "--region", "Gao", "--map", str(out)]) == 2
    assert capsys.readouterr().err.startswith("--map : une seule --region")


def test_types_that_have_no_seasons_say_nothing_of_them(cli, capsys):
    assert cli(["gaps", "--type", "avec"]) == 0
    out = capsys.readouterr().out
    assert "saisonniers" not in out
    assert "Mauritanie" not in out
    assert "taille d'un ménage 7,8, estimation" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--type", "fontaine"], "Type d'activité inconnu : « fontaine »"),
        (["--norms", "nulle"], "Aucun jeu de normes « nulle »"),
        (["--region", "Bamako"], "Région inconnue : « Bamako »"),
        (["--weights", "beauty=3"], "--weights « beauty=3 »"),
        (["--weights", "unserved=-3"], "--weights « unserved=-3 »"),
        (["--explain", "ML050609"], "ML050609 n'est pas dans le classement"),
    ],
)
def test_what_cannot_be_asked_is_one_line(cli, capsys, arguments, words):
    assert cli(["gaps", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(words)
    assert error.count("\n") == 1


def test_where_the_next_works_go_on_the_command_line(cli, capsys):
    assert cli(["site", "--n", "6", "--per-region", "2", "--exclude", "ML06", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [step["people_served"] for step in found["steps"]] == [400] * 4
    assert {step["adm1_name"] for step in found["steps"]} == {"Mopti", "Gao"}
    assert (found["method"], found["people_served"]) == ("exact", 1600)


def test_works_are_placed_in_localities_where_a_list_is_installed(tmp_path, cli, capsys):
    assert cli(["site", "--level", "locality"]) == 2
    assert "Aucune liste de localités" in capsys.readouterr().err
    # Ouattagouna lies at 0.72 E, 15.18 N: two villages of it 1 km apart, and Gao.
    villages = "nom,lon,lat\nOuatta 1,0.72,15.18\nOuatta 2,0.73,15.18\nGao,-0.04,16.27\n"
    (tmp_path / "v.csv").write_text(villages, encoding="utf-8")
    assert cli(["localities", "install", str(tmp_path / "v.csv")]) == 0
    capsys.readouterr()
    arguments = ["site", "--level", "locality", "--region", "Gao", "--n", "3", "--json"]
    assert cli(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert {step["adm3_pcode"] for step in found["steps"]} <= {"ML070104", "ML070303"}
    assert found["people_served"] == 1200
    assert any("vol d'oiseau" in line for line in found["printed_with"])
    assert any("estimation" in line for line in found["printed_with"])
