"""The page of needs through streamlit.testing: its figures are the command line's."""

import html
import io
import json
import os
import re
import time
import tomllib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geo.__main__ import main
from geo.facts import View
from geo.gaps import commune_gaps
from geo.i18n import set_language
from geo.io.norms import read_not_comparable, read_set, save_set
from geo.ranking import DEFAULT_WEIGHTS, PARTS
from geo.report.gapfiles import gaps_csv, gaps_json, gaps_xlsx
from geo.report.gaptable import export, rank_communes
from geo.ui import data
from geo.weighing import evidence, weigh
from tests.pages.opening import markup, open_page, rows, said

pytestmark = pytest.mark.pages

TABLE = "Besoin par unité"
SITES = "Où placer les prochains ouvrages"
# Columns of the table of communes.
REQUIRED, MISSING, UNSERVED = 8, 9, 10


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for saved sets."""
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def usual() -> list[list[str]]:
    """The table of the page as it opens."""
    set_language("fr")
    return rows(open_page("besoins"), TABLE)


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    """What the command line answers, as JSON."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def number(text: str) -> float | None:
    """A figure as it is printed in French; None where there is none."""
    digits = re.sub(r"[^\d,]", "", text).replace(",", ".")
    return float(digits) if digits else None


def asked_in(app: AppTest, name: str) -> str:
    """What the address of the page says."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def opened(app: AppTest) -> list[str]:
    """The sum of each row of the ranking, as text."""
    found = re.findall(r"<details data-pcode='(\w+)'[^>]*>(.*?)</details>", markup(app), re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "\n", body)) for _code, body in found]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_opened_cold_in_both_languages(lang):
    app = open_page("besoins", lang=lang)
    assert "620" in re.search(r"class='accounting'>([^<]*)<", markup(app))[1]
    assert "400" in re.search(r"<section class='norms'.*?</section>", markup(app), re.DOTALL)[0]


def test_regions_equal_the_command_line_and_mopti_has_its_1221496(capsys):
    app = open_page("besoins", niveau="region", non_comparables="oui")
    shown = {row[0]: row for row in rows(app, TABLE)}
    asked = command(capsys, "gaps", "--level", "region", "--include-not-comparable")["rows"]
    assert number(shown["Mopti"][-2]) == 1_221_496
    assert number(shown["Gao"][-2]) == 263_533
    assert number(shown["Tombouctou"][-2]) == 319_664
    for row in asked:
        page = shown[row["adm1_name"]]
        assert number(page[-2]) == row["unserved_people"]
        assert [number(page[place]) for place in (3, 4, 5, 7, 8)] == [
            row[name] for name in ("population_people", "working", "working_seasonal", "required", "missing")
        ]


@pytest.mark.parametrize(
    ("address", "flags"),
    [
        ({}, []),
        ({"saisonniers": "non"}, ["--no-seasonal"]),
        ({"inconnus": "working"}, ["--unknown-as", "working"]),
        ({"silence": "oui"}, ["--none-reported-is-zero"]),
        ({"zone": "ML07"}, ["--region", "Gao"]),
        ({"normes": "sphere"}, ["--norms", "sphere"]),
    ],
    ids=["usual", "seasonal", "unknown", "silence", "region", "set"],
)
def test_communes_ranks_and_figures_equal_the_command_line(capsys, address, flags):
    shown = rows(open_page("besoins", **address), TABLE)
    asked = command(capsys, "gaps", *flags)["rows"]
    assert len(shown) == len(asked)
    for page, row in zip(shown, asked, strict=True):
        assert page[0].startswith(row["adm3_name"])
        assert number(page[UNSERVED]) == row["unserved_people"]
        assert number(page[REQUIRED]) == row["required"]
        assert number(page[MISSING].split("à")[0]) == row["missing"]
        low, high = row["rank_low"], row["rank_high"]
        own = [row["rank"]] if low == high else [row["rank"], low, high]
        assert [int(each) for each in re.findall(r"\d+", page[2])] == (own if row["rank"] else [])


def test_every_opened_row_adds_up_to_its_score_with_a_pocket_calculator():
    sums = opened(open_page("besoins"))
    assert len(sums) == 177
    for text in sums:
        line = re.search(r"score = 100 × \((.*)\) / ([\d,]+) = ([\d,]+)", text)
        products = [each.split(" × ") for each in line[1].split(" + ")]
        total = sum(number(weight) * number(part) for weight, part in products)
        score = 100 * total / number(line[2])
        assert abs(score - number(line[3])) <= 0.05 + 1e-9


def test_what_is_not_ranked_stands_beneath_with_its_reason():
    text = said(open_page("besoins"))
    assert "2 communes non comparables, hors du classement" in text
    assert "Mopti (Mopti) · non comparable : ville à réseau" in text
    assert "29 communes sans chiffre" in text
    assert "Hodh El Gharbi : 29 communes" in text
    assert "210 ouvrages d'état inconnu" in text


def test_a_link_reproduces_norm_weights_and_view(capsys):
    save_set("programme", {"water_mali_modern_point": {"value": 500}})
    address = {
        "norme.water_mali_modern_point": "500",
        "poids.presence": "0",
        "vue": "personnes",
        "zone": "ML05",
    }
    app = open_page("besoins", **address)
    text = said(app)
    assert "500 personnes par ouvrage" in text
    assert any("modifié pour cette session" in each.label for each in app.expander)
    asked = command(capsys, "gaps", "--region", "ML05", "--norms", "programme")["rows"]
    figures = {row["adm3_name"]: row["unserved_people"] for row in asked}
    shown = rows(app, TABLE)
    assert sum(filter(None, (number(row[UNSERVED]) for row in shown))) == sum(filter(None, figures.values()))
    assert "aucun partenaire signalé" not in "\n".join(opened(app))
    assert {name: asked_in(app, name) for name in address} == address
    # The same by the name of the saved set, without a value in the link.
    named = open_page("besoins", zone="ML05", normes="programme", **{"poids.presence": "0"})
    assert rows(named, TABLE) == shown


def test_the_form_changes_the_norm_of_the_session_and_saves_it_as_a_set(home):
    app = open_page("besoins")
    before = sum(filter(None, (number(row[UNSERVED]) for row in rows(app, TABLE))))
    field = next(each for each in app.number_input if each.label.startswith("Mali"))
    field.set_value(250.0)
    next(each for each in app.button if each.label == "Appliquer à cette session").click().run()
    assert not app.exception
    assert asked_in(app, "norme.water_mali_modern_point") == "250"
    assert sum(filter(None, (number(row[UNSERVED]) for row in rows(app, TABLE)))) > before
    next(each for each in app.text_input if each.label == "Nom du jeu à enregistrer").set_value("mon_jeu")
    next(each for each in app.button if each.label == "Enregistrer ce jeu").click().run()
    assert not app.exception
    assert "Jeu de normes « mon_jeu » enregistré." in said(app)
    stored = tomllib.loads((home / "norms" / "mon_jeu.toml").read_text(encoding="utf-8"))
    assert stored["norms"]["water_mali_modern_point"] == {"value": 250.0}
    assert asked_in(app, "normes") == "mon_jeu"


def test_a_shipped_set_cannot_be_overwritten():
    app = open_page("besoins")
    next(each for each in app.text_input if each.label == "Nom du jeu à enregistrer").set_value("default")
    next(each for each in app.button if each.label == "Enregistrer ce jeu").click().run()
    assert "ne peut pas nommer un jeu de normes" in said(app)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("norme.water_mali_modern_point", "-5"),
        ("norme.water_mali_modern_point", "inf"),
        ("poids.unserved", "mille"),
        ("normes", "../../etc"),
        ("ouvrages", "9999999999"),
        ("sauf", "ML05.<script>"),
        ("vue", "tout"),
        ("commune", "ML999999"),
        ("reparer", "rivers"),
        ("changer", "ML050101_beaucoup"),
        ("changer", "ML05_3"),
        ("partie", "secrets"),
        ("proche", "12"),
        ("placer", "locality"),
        ("rayon", "-1"),
    ],
)
def test_what_an_address_asks_for_and_does_not_exist_is_said(usual, name, value):
    app = open_page("besoins", **{name: value})
    assert f"L'adresse demandait {name} = « {value} »" in said(app)
    assert rows(app, TABLE) == usual


def test_all_weights_at_nought_is_said_and_the_usual_ones_count(usual):
    app = open_page("besoins", **{f"poids.{name}": "0" for name in PARTS})
    assert "les poids habituels comptent" in said(app)
    assert rows(app, TABLE) == usual


def test_regions_of_2023_equal_the_command_line(capsys):
    app = open_page("besoins", niveau="region", regions="2023")
    shown = {row[0]: number(row[-2]) for row in rows(app, TABLE)}
    asked = command(capsys, "gaps", "--level", "region", "--regions", "2023")
    assert shown == {row["adm1_name"]: row["unserved_people"] for row in asked["rows"]}
    # Cut out of Mopti; what is left of it and they add up to the region of 2021.
    assert shown["Bandiagara"] + shown["Douentza"] + shown["Mopti"] == 1_064_998
    assert "limites approximatives" in said(app)
    by_name = command(capsys, "gaps", "--regions", "2023", "--region", "Bandiagara")["rows"]
    assert {row["adm1_name"] for row in by_name} == {"Bandiagara"}


@pytest.fixture
def evidence_installed(home):
    """Three made-up villages and a made-up table of severity in the reader's folder."""
    (home / "villages.csv").write_text(
        "nom,lon,lat,population\nOuatta 1,0.72,15.18,900\nOuatta 2,0.73,15.18,\nGao,-0.04,16.27,8000\n",
        encoding="utf-8",
    )
    (home / "severite.csv").write_text("adm2_pcode,classe\nML0701,4\nML0501,2\n", encoding="utf-8")
    assert main(["localities", "install", str(home / "villages.csv")]) == 0
    assert main(["severity", "install", str(home / "severite.csv"), "--source", "essai"]) == 0


def test_severity_and_localities_installed_count_as_on_the_command_line(capsys, evidence_installed):
    app = open_page("besoins", **{"poids.severity": "40", "proche": "5000"})
    shown = rows(app, TABLE)
    asked = command(capsys, "gaps", "--weights", "severity=40", "--near", "5000")
    for page, row in zip(shown, asked["rows"], strict=True):
        assert page[0].startswith(row["adm3_name"])
    assert asked["ranking"]["weights"]["severity"] == 40
    assert asked["ranking"]["severity_source"] == "essai"
    # The shipped records are counts by commune: no work has a position.
    assert asked["ranking"]["parts_missing"] == {"distance": "aucun ouvrage en service n'a de position"}
    assert any("sévérité : (classe 4 - 1) / 4 = 0,750" in text for text in opened(app))
    assert "sans données (aucun ouvrage en service n'a de position)" in said(app)
    # The same table for one question, from a file.
    assert main(["severity", "use"]) == 0
    path = str(home_file("severite.csv"))
    again = command(capsys, "gaps", "--weights", "severity=40", "--near", "5000", "--severity", path)
    assert again["rows"] == asked["rows"]


def home_file(name: str) -> Path:
    """A file of the reader's folder."""
    return Path(os.environ["COUVERTURE_HOME"]) / name


def test_sites_by_locality_equal_the_command_line(capsys, evidence_installed):
    address = {"partie": "placer", "placer": "locality", "rayon": "3", "ouvrages": "4", "zone": "ML07"}
    app = open_page("besoins", **address, equite="oui")
    arguments = ("site", "--level", "locality", "--within", "3", "--n", "4", "--region", "Gao")
    asked = command(capsys, *arguments, "--worst-off-first")
    assert [(row[1], number(row[3]), number(row[4])) for row in rows(app, SITES)] == [
        (step["locality"], step["people_served"], step["people_total"]) for step in asked["steps"]
    ]
    assert len(asked["steps"]) == 4
    assert "aucune garantie" in said(app)
    assert "estimation" in said(app)


def test_without_localities_the_form_says_what_is_missing():
    assert "il manque une liste" in said(open_page("besoins", partie="placer"))


def test_works_added_and_taken_away_change_their_communes_only():
    app = open_page("besoins", partie="et-si", changer="ML050101_5.ML070303_-2")
    table = {row[0]: row for row in rows(app, "Communes changées")}
    assert number(table["Bandiagara"][2]) - number(table["Bandiagara"][3]) == 5 * 400
    assert number(table["Gao"][3]) - number(table["Gao"][2]) == 2 * 400
    total = rows(app, "Et si l'on ajoutait ou retirait ces ouvrages ?")[-1]
    assert number(total[2]) - number(total[3]) == 3 * 400


def test_the_form_of_suppositions_writes_the_address():
    app = open_page("besoins", partie="et-si")
    next(each for each in app.selectbox if each.label.startswith("Ajouter")).set_value("ML050101")
    next(each for each in app.number_input if each.label.startswith("Ouvrages (moins")).set_value(3)
    next(each for each in app.button if each.label == "Supposer").click().run()
    assert not app.exception
    assert asked_in(app, "changer") == "ML050101_3"
    next(each for each in app.button if each.label.startswith("Effacer")).click().run()
    assert "changer" not in app.query_params


def test_corners_of_need_and_coverage_are_named_lists():
    text = said(open_page("besoins", partie="croiser"))
    assert "Besoin élevé, aucun partenaire signalé · 59" in text
    assert "A3 : besoin élevé, peu couvert · 27" in text
    assert "C3 : besoin élevé, bien couvert · 1 Djaptodji (13" in text


def test_four_types_stand_side_by_side_at_every_level():
    app = open_page("besoins", partie="types", niveau="region")
    table = rows(app, "Les quatre types, unité par unité")
    assert len(table) == 4
    assert {row[0] for row in table} == {"Mopti", "Gao", "Tombouctou", "Hodh El Gharbi"}
    assert "Périmètres maraîchers inconnu 208" in said(app)


def test_a_view_seen_before_is_answered_in_a_tenth_of_a_second():
    app = open_page("besoins")
    app.run()
    started = time.process_time()
    for _again in range(3):
        app.run()
    # Seen: 40 to 60 ms of the page's own, beside what the test itself takes.
    assert (time.process_time() - started) / 3 < 0.3


def test_sites_equal_the_command_line_with_limits_and_exclusions(capsys):
    app = open_page("besoins", partie="placer", ouvrages="7", par_region="3", sauf="ML06.ML050509")
    asked = command(
        capsys, "site", "--n", "7", "--per-region", "3", "--exclude", "ML06", "--exclude", "ML050509"
    )
    assert [(row[1], number(row[3]), number(row[4])) for row in rows(app, SITES)] == [
        (step["adm3_name"], step["people_served"], step["people_total"]) for step in asked["steps"]
    ]
    assert len(asked["steps"]) == 6


def test_repairs_serve_people_by_region():
    app = open_page("besoins", partie="et-si", reparer="sec")
    found = {
        row[0]: [number(cell) for cell in row[1:]]
        for row in rows(app, "Et si l'on réparait tous les points à sec ?")
    }
    total = found.pop("Ensemble")
    for works, before, after, newly in found.values():
        assert works > 0
        assert before - after == newly > 0
    assert [sum(column) for column in zip(*found.values(), strict=True)] == total


def test_a_type_that_nobody_counts_whole_says_why_nothing_is_ranked():
    text = said(open_page("besoins", type="avec"))
    assert "Aucune commune n'a de chiffre pour ce type" in text
    assert "208 communes sans chiffre" in text


def test_a_type_without_a_norm_says_so():
    assert "Aucune norme pour ce type dans ce jeu" in said(open_page("besoins", type="training"))


def test_a_commune_chosen_on_the_map_opens_its_sum_first():
    app = open_page("besoins", commune="ML060216")
    first = re.search(r"<ol class='ranks chosen'>.*?data-pcode='(\w+)' open", markup(app), re.DOTALL)
    assert first[1] == "ML060216"


def test_files_hold_what_the_command_line_prints(capsys):
    prepared = data.prepared()
    gaps = commune_gaps(prepared, View(), norm_set=read_set(), not_comparable=read_not_comparable())
    found = evidence(gaps, prepared.of_type["water_point"])
    ranked = rank_communes(
        gaps, weigh({name: float(weight) for name, weight in DEFAULT_WEIGHTS.items()}, found)
    )
    table = export(gaps, prepared, ranked)
    asked = command(capsys, "gaps")
    assert json.loads(gaps_json(gaps, table, ranked)) == asked
    read = pd.read_csv(io.BytesIO(gaps_csv(table)), encoding="utf-8-sig", keep_default_na=False)
    assert main(["gaps", "--csv"]) == 0
    printed = pd.read_csv(io.StringIO(capsys.readouterr().out), keep_default_na=False)
    assert read.equals(printed)
    book = openpyxl.load_workbook(io.BytesIO(gaps_xlsx(gaps, table, lines=["Norme : 400"])), read_only=True)
    lines = list(book["Besoins"].values)
    column = lines[0].index("unserved_people")
    assert [row[column] for row in lines[1:]] == [row["unserved_people"] for row in asked["rows"]]
    assert next(book["Comptes"].values)[0] == "Norme : 400"
