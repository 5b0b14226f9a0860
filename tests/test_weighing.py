"""Weights that count: parts without data, how near a work is by commune, severity from a table."""

import numpy as np
import pandas as pd
import pytest

from geo import gaps, severity, weighing
from geo.facts import View
from geo.io import severity as severity_files
from geo.io.norms import read_set
from geo.ranking import DEFAULT_WEIGHTS, PARTS
from geo.report.gaptable import as_json, export, printed_lines, rank_communes
from tests import toy_need


def placed_points():
    """Two pumps with a position in ML050101, one in ML050102 beside one without."""
    rows = [
        ("ML050101", 1, "functional", "survey"),
        ("ML050101", 1, "functional", "survey"),
        ("ML050102", 1, "functional", "survey"),
        ("ML050102", 1, "functional", "survey"),
    ]
    table = toy_need.records(rows)
    return table.assign(
        longitude=[0.5, 0.6, 1.5, np.nan],
        latitude=[16.5, 16.5, 16.5, np.nan],
        precision=["point", "point", "point", "commune"],
    )


# A degree of longitude is 107 km there: 0.505 is half a kilometre from the first pump, 0.55 five.
VILLAGES = pd.DataFrame(
    {
        "name": ["near", "far", "beside", "nobody knows"],
        "longitude": [0.505, 0.55, 1.5, 0.505],
        "latitude": [16.5, 16.5, 16.5, 16.5],
        "people": [300.0, 100.0, 50.0, np.nan],
        "adm3_pcode": ["ML050101", "ML050101", "ML050102", "ML050101"],
    }
)


@pytest.fixture(scope="module")
def water():
    prepared = toy_need.prepared(placed_points())
    answer = gaps.commune_gaps(prepared, View(), norm_set=read_set())
    return prepared, answer, prepared.of_type["water_point"]


def test_near_is_known_only_where_every_work_has_a_position(water):
    _prepared, answer, of_type = water
    # ML050101: 300 of 400 people within 1 km. ML050102 has a pump that may be anywhere.
    assert weighing.near_share(answer, of_type, VILLAGES) == {"ML050101": 75.0}
    assert weighing.near_share(answer, of_type, VILLAGES, near_m=5000)["ML050101"] == pytest.approx(75.0)
    assert weighing.near_share(answer, of_type, VILLAGES, near_m=500) == {"ML050101": 0.0}


def test_what_is_missing_is_said_and_its_weight_goes_to_the_others(water):
    _prepared, answer, of_type = water
    nothing = weighing.evidence(answer, of_type)
    assert set(nothing.missing) == {"distance", "severity"}
    weighed = weighing.weigh(DEFAULT_WEIGHTS, nothing)
    assert weighed.used == {"unserved": 30, "coverage": 30, "presence": 15}
    said = " ".join(weighing.lines(weighed))
    assert "Sévérité : sans données (aucune table de sévérité n'est installée) ; son poids de 10" in said
    assert "Personnes loin d'un ouvrage : sans données (aucune liste de localités" in said
    none = weighing.weigh(dict.fromkeys(PARTS, 0.0), nothing)
    assert none.fell_back
    assert "les poids habituels comptent" in " ".join(weighing.lines(none))


def test_localities_without_positions_or_people_are_named_as_the_reason(water):
    _prepared, answer, of_type = water
    unpeopled = VILLAGES.assign(people=np.nan)
    assert "population" in weighing.evidence(answer, of_type, localities=unpeopled).missing["distance"]
    prepared = toy_need.prepared()
    counts = gaps.commune_gaps(prepared, View(), norm_set=read_set())
    found = weighing.evidence(counts, prepared.of_type["water_point"], localities=VILLAGES)
    assert "position" in found.missing["distance"]


def test_distance_and_severity_count_and_everything_is_printed_with_the_result(water):
    prepared, answer, of_type = water
    found = weighing.evidence(
        answer,
        of_type,
        localities=VILLAGES,
        severity={"ML050101": 4.0, "ML050102": 2.0},
        severity_source="CH 2024",
    )
    assert found.missing == {}
    ranked = rank_communes(answer, weighing.weigh(DEFAULT_WEIGHTS, found))
    row = ranked.table.set_index("pcode").loc["ML050101"]
    # 800 people and two works: nobody is unserved. No partner. A quarter is far; (4 - 1) / 4.
    assert list(row[[f"part_{name}" for name in PARTS]]) == [0, 0, 1, 0.25, 0.75]
    # 15 × 1 + 15 × 0.25 + 10 × 0.75 in a hundred.
    assert row["score"] == 26.3
    printed = as_json(answer, export(answer, prepared, ranked), ranked)
    assert printed["ranking"]["weights"] == dict(DEFAULT_WEIGHTS)
    assert printed["assumptions"]["unknown_as"] == "apart"
    lines = printed_lines(answer, ranked)
    assert lines == printed["printed_with"]
    assert "Sévérité : CH 2024." in lines
    assert any(line.startswith("Proche : à moins de 1\u202f000 m") for line in lines)


# ---- tables of severity -----------------------------------------------------------------------------

UNITS = pd.DataFrame(
    {"adm3_pcode": ["ML050101", "ML050102", "MR02101"], "adm2_pcode": ["ML0501", "ML0501", "MR021"]}
)


def test_a_cercle_stands_for_its_communes_unless_one_has_a_row_of_its_own():
    table = severity.standardise(
        pd.DataFrame({"P-code": ["ML0501", "ML050102", "ML9999"], "Phase": ["Phase 3", "4,5", "2"]}),
        file="t.csv",
    )
    found, notes = severity.by_commune(table, UNITS)
    assert found == {"ML050101": 3.0, "ML050102": 4.5}
    assert "ML9999" in notes[0]


@pytest.mark.parametrize(
    ("codes", "classes", "words"),
    [
        (["ML050101"], ["6"], "ligne 0, colonne « severity » : « 6 », il faut une classe de 1 à 5"),
        (["ML050101"], ["grave"], "« grave », il faut une classe de 1 à 5"),
        (["Bandiagara"], ["3"], "« Bandiagara », il faut un P-code"),
        (["ML050101", "ML050101"], ["3", "2"], "ne vient qu'une fois"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_place(codes, classes, words):
    with pytest.raises(severity.SeverityFileError, match=words):
        severity.standardise(pd.DataFrame({"pcode": codes, "severity": classes}), file="t.csv")


def test_an_empty_class_is_not_known_and_a_missing_column_is_named():
    rows = pd.DataFrame({"pcode": ["ML050101", "ML050102"], "severity": ["", "2"]})
    assert list(severity.standardise(rows, file="t.csv")["pcode"]) == ["ML050102"]
    with pytest.raises(severity.SeverityFileError, match="pas de colonne « severity »"):
        severity.standardise(pd.DataFrame({"pcode": []}), file="t.csv")


def test_a_table_is_installed_used_and_put_aside(tmp_path, monkeypatch):
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path))
    path = tmp_path / "Cadre harmonisé.csv"
    path.write_text("adm2_pcode,phase\nML0501,3\n", encoding="utf-8")
    assert severity_files.load() is None
    name, _table = severity_files.install(path, source="CILSS", date="2024-03")
    assert (name, severity_files.in_use()) == ("cadre_harmonise", "cadre_harmonise")
    assert severity_files.load().to_dict("list") == {"pcode": ["ML0501"], "severity": [3.0]}
    assert severity_files.source_words(name) == "CILSS, 2024-03"
    severity_files.use("")
    assert severity_files.load() is None
    with pytest.raises(severity.SeverityFileError, match="Aucune table de sévérité « autre »"):
        severity_files.use("autre")
    (tmp_path / "severity" / name / "severity.csv").unlink()
    severity_files.use(name)
    with pytest.raises(severity.SeverityFileError, match="abîmée"):
        severity_files.load()
