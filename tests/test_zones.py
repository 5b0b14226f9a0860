"""Zones in free text: every place they name, under the parents they state, one record for each text."""

import pandas as pd
import pytest

from geo.activities import complete
from geo.io import load_boundaries
from geo.stated import resolve
from geo.store import load_file
from geo.zones import MAX_CHARACTERS, read_zone
from tests import toy


def places(text):
    return [(place.level, place.name, place.regions, place.cercles) for place in read_zone(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Cercle de Niafunké, (commune de Soboundou, Soumpi), cercle de Tombouctou: …",
            ["commune Soboundou < Niafunké", "commune Soumpi < Niafunké", "cercle Tombouctou"],
        ),
        (
            "cercle de Tombouctou : Ber, Alafia ; cercle de Diré",
            ["commune Ber < Tombouctou", "commune Alafia < Tombouctou", "cercle Diré"],
        ),
        (
            "cercles de Gao et Ansongo / communes de Soni Aliber et Bara",
            ["commune Soni Aliber < Gao,Ansongo", "commune Bara < Gao,Ansongo"],
        ),
        (
            "Communes de Soumpi et Léré du cercle de Niafunké",
            ["commune Soumpi < Niafunké", "commune Léré < Niafunké"],
        ),
        ("commune de Soumpi (cercle de Niafunké)", ["commune Soumpi < Niafunké"]),
        ("les communes de Sokoura dans le cercle de Bankass", ["commune Sokoura < Bankass"]),
        ("Région de Gao (cercle d'Ansongo)", ["cercle Ansongo < Gao"]),
        ("régions de Gao et Mopti", ["region Gao", "region Mopti"]),
        ("wilaya du Hodh El Gharbi", ["region Hodh El Gharbi"]),
        ("Toutes les communes du cercle de Diré", ["cercle Diré"]),
        ("l'ensemble de la région de Gao", ["region Gao"]),
        ("Cercle de Goundam : 3 communes", ["cercle Goundam"]),
        ("Tombouctou, Gao et Mopti", [" Tombouctou", " Gao", " Mopti"]),
        (
            "- Cercle de Diré : Kondi\n- Cercle de Goundam : Goundam, Doukouria",
            ["commune Kondi < Diré", "commune Goundam < Goundam", "commune Doukouria < Goundam"],
        ),
        ("Commune de Konna, villages de Kontza et Diantakaye", ["commune Konna"]),
        ("quartier Annoura", []),
        ("", []),
        ("… ; / ()", []),
    ],
)
def test_the_places_of_a_text(text, expected):
    found = []
    for level, name, regions, cercles in places(text):
        above = ",".join(cercles or regions)
        found.append(f"{level} {name} < {above}" if above else f"{level} {name}")
    assert found == expected


def test_villages_are_detail_of_their_commune():
    assert [place.detail for place in read_zone("Commune de Konna, villages de Kontza")] == [True]


def test_a_report_is_no_zone():
    assert read_zone("commune de Bara, " * MAX_CHARACTERS) == ()


UNITS = toy.boundaries().units


def matcher(questions):
    """The toy's matcher, for which a name without a level is unknown."""
    found = toy.matcher(questions.assign(level=questions["level"].where(questions["level"] != "", "commune")))
    blank = questions["level"] == ""
    return found.assign(outcome=found["outcome"].mask(blank, "none"), pcode=found["pcode"].mask(blank, ""))


def said(text, **columns):
    row = {"provider_place_text": text, **columns}
    found = resolve(complete(pd.DataFrame([row])), UNITS, matcher=matcher, readings=toy.readings).iloc[0]
    return found["stated_level"], found["stated_set"], found["stated_reason"]


def test_a_zone_is_one_set_of_several_levels():
    # Commune A1 of cercle A, and the whole cercle C: the set holds both, nothing is split.
    assert said("cercle A (commune A1), cercle C") == ("commune", "ML050101;ML0701", "")


def test_one_name_unknown_leaves_the_whole_zone_to_review():
    assert said("communes de A1 et Nulle-Part") == ("commune", "", "unknown_place")


def test_a_zone_without_any_unit_is_to_review_and_not_lost():
    assert said("au marché") == ("commune", "", "unknown_place")


def test_columns_that_name_a_place_outweigh_the_text():
    assert said("communes de A1", provider_adm3_name="B1") == ("commune", "ML050201", "")


def test_beside_a_region_the_text_counts_where_it_is_finer():
    assert said("communes de A1 et A2", provider_adm1_name="Nord") == ("commune", "ML050101;ML050102", "")
    assert said("Nord et ailleurs", provider_adm1_name="Nord") == ("region", "ML05", "")
    assert said("commune de A1", provider_adm1_name="Est")[2] == "place_contradicted"


def test_a_sheet_of_projects_is_one_record_each_with_figures_not_split(tmp_path):
    text = (
        "Projet;Zone d'intervention;Période;Budget;Type d'activité;Nombre\n"
        "A;Cercle de Niafunké, (commune de Soboundou, Soumpi), cercle de Tombouctou: …;"
        "01 Décembre 2023 au 31 décembre 2027;96 303 057 FCFA;AVEC;12\n"
        "B;régions de Gao et Mopti;2024;1,2 M€;AVEC;52\n"
        "C;Gao;T3 2025;$ 12,000.50;AVEC;5\n"
    )
    path = tmp_path / "projets.csv"
    path.write_text(text, encoding="utf-8")
    boundaries = load_boundaries()
    found = load_file(path, boundaries).records.set_index("project_code")
    units = boundaries.units
    # The official list writes Souboundou: a close spelling inside the cercle that is stated.
    niafunke = units[units["adm2_name"] == "Niafunké"].set_index("adm3_name")["adm3_pcode"]
    communes = [niafunke["Souboundou"], niafunke["Soumpi"]]
    tombouctou = units.loc[units["adm2_name"] == "Tombouctou", "adm2_pcode"].iloc[0]
    assert found.loc["A", ["outcome", "precision"]].tolist() == ["placed", "several"]
    assert set(found.loc["A", "place_set"].split(";")) == {*communes, tombouctou}
    assert found.loc["A", ["start_date", "end_date", "amount", "currency"]].tolist() == [
        "2023-12-01",
        "2027-12-31",
        96_303_057,
        "XOF",
    ]
    assert found.loc["B", ["place_set", "precision"]].tolist() == ["ML05;ML07", "several"]
    # Gao is a region, a cercle and a commune: nobody but a person can say which.
    assert found.loc["C", ["outcome", "reason"]].tolist() == ["review", "ambiguous_place"]
