"""Files of partners from beginning to end through ``geo import``: what comes in is what was written."""

# ruff: noqa: F811 - fixtures are imported by name
import json

import pandas as pd
import pytest
from openpyxl import load_workbook

from geo.__main__ import main
from geo.activities import complete
from geo.facts import Frame, View, build, prepare
from geo.io.records import read_types
from geo.io.template import write_template
from geo.store import load
from geo.store.files import read_file
from geo.template import FIELDS, template
from tests.shared import say
from tests.store_servers import boundaries, new_store, postgresql, write  # noqa: F401


@pytest.fixture
def store(new_store):
    return new_store("sqlite")


def own(source):
    records = load(boundaries()).records
    return records[records["source_id"] == source]


PROJECTS = (
    "Titre du projet;ONG;Zone d'intervention;Période;Budget;Type d'activité;Nombre;Bénéficiaires",
    "A;AMSS;Cercle de Niafunké, (commune de Soboundou, Soumpi), cercle de Tombouctou: …;"
    "01 Décembre 2023 au 31 décembre 2027;96 303 057 FCFA;AVEC;12;1 200",
    "B;ADICOR;régions de Gao et Mopti;2024;1,2 M€;AVEC;52;",
    "C;AMSODE;commune de Bara (cercle d'Ansongo);T3 2025;$ 12,000.50;périmètre maraîcher;5;300",
)


def test_a_sheet_nobody_has_seen_is_one_record_a_project_with_figures_not_split(store, tmp_path):
    path = write(tmp_path / "projets.csv", *PROJECTS)
    assert main(["import", str(path), "--source", "projets"]) == 0
    found = own("projets").set_index("project_code")
    assert found.index.tolist() == ["A", "B", "C"]
    assert set(found["outcome"]) == {"placed"}
    # ML060401 and ML060405 lie in Niafunké (ML0604), beside the cercle of Tombouctou.
    niafunke = boundaries().units.query("adm2_name == 'Niafunké'").set_index("adm3_name")["adm3_pcode"]
    tombouctou = boundaries().units.query("adm2_name == 'Tombouctou'")["adm2_pcode"].iloc[0]
    whole = {niafunke["Souboundou"], niafunke["Soumpi"], tombouctou}
    assert set(found.loc["A", "place_set"].split(";")) == whole
    assert found.loc["B", "place_set"] == "ML05;ML07"
    assert found["precision"].tolist() == ["several", "several", "commune"]
    money = found[["amount", "currency"]].apply(tuple, axis=1).tolist()
    assert money == [(96_303_057, "XOF"), (1_200_000, "EUR"), (12_000.5, "USD")]
    dates = found[["start_date", "end_date"]].apply(tuple, axis=1).tolist()
    assert dates == [("2023-12-01", "2027-12-31"), ("2024", "2024"), ("2025-07", "2025-09")]
    # Not split: 12 in the region, 0 to 12 in each place that is named; each of them has presence.
    frame = Frame(boundaries())
    prepared = prepare(found.reset_index(), frame, types=read_types(), sources={})
    communes = build(prepared, View(activity_type="avec", measure="in_place")).units.set_index("pcode")
    for code in sorted(whole - {tombouctou}):
        row = communes.loc[code]
        assert (row["value_min"], row["value_max"], row["presence"]) == (0, 12, True)
    regions = build(prepared, View(activity_type="avec", measure="in_place", level="region")).units
    bounds = regions.set_index("pcode")[["value_min", "value_max"]].astype(int).T.to_dict("list")
    assert (bounds["ML06"], bounds["ML05"], bounds["ML07"]) == ([12, 12], [0, 52], [0, 52])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_template_filled_in_comes_back_without_any_mapping(store, tmp_path, lang):
    types = read_types()
    path = tmp_path / "modele.xlsx"
    write_template(path, template(boundaries().units, types=types, language=lang))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    kind = types["market_garden"]
    rows = [
        {
            **{"record_key": "K1", "implementing_org": "AMSS", "donor": "BMZ", "currency": "XOF"},
            **{
                "activity_type": kind.label_en if lang == "en" else kind.label_fr,
                "quantity": 2,
                "amount": 1500,
            },
            **{"activity_status": {"fr": "en cours", "en": "ongoing"}[lang], "start_date": "2026-03"},
            **{"provider_adm1_name": "Gao", "provider_adm2_name": "Ansongo", "provider_adm3_name": "Bara"},
            **{"targeted_people_female": 40, "area_ha": 3.5},
        },
        {"record_key": "K2", "activity_type": "avec", "quantity": 0, "provider_adm1_name": "Hodh El Gharbi"},
    ]
    place = {field.column: number for number, field in enumerate(FIELDS, 1)}
    for number, row in enumerate(rows, 2):
        for column, value in row.items():
            sheet.cell(number, place[column], value)
    book.save(path)
    assert main(["import", str(path), "--source", "modele"]) == 0
    found = own("modele").set_index("record_key")
    wanted = rows[0] | {"activity_type": "market_garden", "activity_status": "ongoing"}
    read = found.loc["K1"]
    assert {name: read[name] for name in wanted if name != "record_key"} == {
        name: value for name, value in wanted.items() if name != "record_key"
    }
    assert (read["adm3_pcode"], read["precision"]) == ("ML070102", "commune")
    assert (found.loc["K2", "quantity"], found.loc["K2", "adm1_pcode"]) == (0, "MR02")
    # Nothing that was left empty became a figure.
    empty = complete(pd.DataFrame(rows)).set_index("record_key").loc["K2"]
    assert all(pd.isna(found.loc["K2", name]) for name in ("amount", "reached_people", "area_ha"))
    assert empty["donor"] == found.loc["K2", "donor"] == ""


@pytest.mark.shared_data
def test_the_5w_makes_presence_and_never_works(store, shared_data, capsys):
    path = shared_data / "activities/whowhatwhere_5w_mli_mar2022.xlsx"
    assert main(["import", str(path), "--source", "w5", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    counts = result["accounting"]
    say("5W:", counts)
    assert (counts["read"], counts["placed"], counts["review"], counts["rejected"]) == (22805, 22646, 159, 0)
    found = own("w5")
    # 39 rows whose region code is no parent of the cercle code: 38 settled by name and flagged, one listed.
    other_level = found["flags"].str.split(";").map(lambda flags: "code_of_other_level" in flags)
    assert int((other_level & (found["outcome"] == "placed")).sum()) == 38
    waiting = found[found["outcome"] == "review"]
    say("to review:", waiting["reason"].value_counts().to_dict())
    assert (waiting["candidates"] != "").sum() >= 157
    assert found["quantity"].isna().all()
    assert set(found["activity_type"]) == {"unspecified"}
    assert (found["functionality"] == "").all()
    assert read_file(path, types=read_types(), source_id="w5").distinct_rows == 1451
    # Presence in cercles, and no working point more than before.
    frame = Frame(boundaries())
    prepared = prepare(found, frame, types=read_types(), sources={})
    cercles = build(prepared, View(activity_type="unspecified", measure="in_place", level="cercle")).units
    assert cercles["presence"].any()
    assert (cercles["value_min"].fillna(0) == 0).all()
