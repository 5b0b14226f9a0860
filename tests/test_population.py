import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import settings as product
from geo.__main__ import main
from geo.errors import PopulationFileError
from geo.io import folders, load_population
from geo.io import population as files
from geo.io.population import install, status, use
from geo.io.tables import read_communes
from geo.population import COLUMNS, people, recognise, standardise, whole_number
from tests import toy
from tests.boundary_files import snapshot
from tests.test_sheets import write_ods

UNITS = toy.boundaries().units
CODES = ["ML050101", "ML050102", "ML050201", "ML070101", "ML070102"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COUVERTURE_LANG", raising=False)
    return tmp_path / "home"


def raw(**columns: list[str]) -> pd.DataFrame:
    """A table as read from a file: text, rows numbered from 2."""
    frame = pd.DataFrame({"ADM3_PCODE": CODES, "T_TL": ["100", "200", "300", "400", "500"], **columns})
    return frame.set_axis(range(2, 7), axis=0)


def read(frame: pd.DataFrame, **options: str) -> pd.DataFrame:
    return standardise(frame, UNITS, file="toy.csv", **{"year": "2024", **options}).rows


# --- reading --------------------------------------------------------------------------------------


def test_a_published_table_is_read() -> None:
    rows = read(
        raw(F_TL=["51", "101", "150", "200", "251"], M_TL=["49", "99", "150", "200", "249"]), source="INSTAT"
    )
    assert list(rows.columns) == list(COLUMNS)
    assert rows["people"].tolist() == [100, 200, 300, 400, 500]
    assert rows["female"].tolist() == [51, 101, 150, 200, 251]
    assert set(rows["vintage"]) == {"COD-AB 2021"}
    assert set(rows["layer"]) == {"residents"}
    assert set(rows["year"]) == {"2024"}
    assert set(rows["source"]) == {"INSTAT"}
    assert rows["people"].dtype == "Int64"


def test_french_headings_and_names_in_place_of_codes() -> None:
    frame = pd.DataFrame(
        {
            "Région": ["NORD", "Nord"],
            "Cercle": ["A", "b"],
            "Commune": ["a1", "B1"],
            "Femmes": ["1 050", "20"],
            "Hommes": ["950", "n.d."],
            "Année": ["2023", "2023"],
        },
        index=[2, 3],
    )
    table = standardise(frame, UNITS, file="toy.csv")
    assert table.rows["adm3_pcode"].tolist() == ["ML050101", "ML050201"]
    # Women known and men not: the total is unknown, not 20.
    assert table.rows["people"].tolist() == [2000, pd.NA]
    assert table.rows["female"].tolist() == [1050, 20]
    assert set(table.rows["year"]) == {"2023"}
    assert table.notes == ("Population : somme des femmes et des hommes.",)


def test_unknown_stays_unknown_and_zero_stays_zero() -> None:
    rows = read(raw(T_TL=["", "0", "NA", "n.d.", "500"]))
    assert rows["people"].tolist() == [pd.NA, 0, pd.NA, pd.NA, 500]


def test_the_column_of_the_year_asked_for() -> None:
    frame = raw().rename(columns={"T_TL": "T_TL_2017"}).assign(T_TL_2024=["1", "2", "3", "4", "5"])
    assert read(frame, year="2024")["people"].tolist() == [1, 2, 3, 4, 5]
    assert read(frame, year="2017")["people"].tolist() == [100, 200, 300, 400, 500]
    only = raw().rename(columns={"T_TL": "Population 2020"})
    assert set(read(only, year="")["year"]) == {"2020"}
    assert recognise(["Population 2020"]) == {"people": "Population 2020"}


def test_tag_rows_totals_and_spoilt_codes() -> None:
    frame = pd.DataFrame(
        {
            "ADM3_PCODE": ["#adm3+code", "MLI050101", "ML050102 ", "", "Total"],
            "T_TL": ["#population", "100", "200", "300", "300"],
        },
        index=range(2, 7),
    )
    table = standardise(frame, UNITS, file="toy.csv", year="2024")
    assert table.rows["people"].tolist() == [100, 200]
    assert table.notes == ("Codes réparés : 2.",)


def test_a_few_unknown_codes_are_left_out_and_named() -> None:
    many = pd.DataFrame(
        {"ADM3_PCODE": [f"ML0501{n:02}" for n in range(1, 100)], "T_TL": ["10"] * 99}, index=range(2, 101)
    )
    units = pd.concat([UNITS.iloc[[0]]] * 98, ignore_index=True)
    units["adm3_pcode"] = [f"ML0501{n:02}" for n in range(1, 99)]
    table = standardise(many, units, file="toy.csv", year="2024")
    assert len(table.rows) == 98
    assert table.notes == ("Lignes laissées de côté, sans commune connue (1) : ML050199.",)


REFUSED = {
    "no place column": (raw().drop(columns="ADM3_PCODE"), "aucune colonne de P-code"),
    "no people column": (raw().drop(columns="T_TL"), "aucune colonne de population"),
    "codes of cercles": (
        raw(ADM3_PCODE=[code[:6] for code in CODES]),
        "lignes sans commune connue : 5 sur 5",
    ),
    "codes of another vintage": (
        raw(ADM3_PCODE=[f"ML9{code[3:]}" for code in CODES]),
        "« ML950101 » \\(ligne 2\\)",
    ),
    "a negative figure": (raw(T_TL=["100", "-1", "3", "4", "5"]), "ligne 3, colonne T_TL : « -1 »"),
    "words for a figure": (
        raw(T_TL=["100", "beaucoup", "3", "4", "5"]),
        "ligne 3, colonne T_TL : « beaucoup »",
    ),
    "a formula": (raw(T_TL=["=1+1", "2", "3", "4", "5"]), "« =1\\+1 » n'est pas un nombre"),
    "one commune twice": (raw(ADM3_PCODE=[CODES[0], *CODES[:4]]), "ligne 3 : ML050101 est déjà donné"),
    "women and men beside the total": (
        raw(F_TL=["10", "101", "150", "200", "251"], M_TL=["10", "99", "150", "200", "249"]),
        "ligne 2 : femmes et hommes ne font pas le total \\(lignes : 1\\)",
    ),
    "several years": (
        raw(ADM3_PCODE=[CODES[0], *CODES[:4]], annee=["2020", "2021", "2021", "2021", "2021"]),
        "plusieurs années pour ML050101",
    ),
    "a year that is none": (raw(annee=["24"] * 5), "année « 24 » absente ou illisible"),
}


@pytest.mark.parametrize(("frame", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_fault_is_refused_in_one_line(frame: pd.DataFrame, message: str) -> None:
    year = "" if "annee" in frame else "2024"
    with pytest.raises(PopulationFileError, match=message) as refused:
        read(frame, year=year)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("toy.csv")


def test_a_year_is_asked_for_not_guessed() -> None:
    with pytest.raises(PopulationFileError, match="--year AAAA"):
        read(raw(), year="")


def test_an_unknown_layer_is_refused() -> None:
    with pytest.raises(PopulationFileError, match="residents, displaced, refugees"):
        read(raw(), layer="tourists")


@given(st.text(max_size=15))
def test_any_text_is_a_count_or_unknown_or_a_fault(text: str) -> None:
    value = whole_number(text)
    assert value is None or value == "" or (isinstance(value, int) and value >= 0)


# --- sums -----------------------------------------------------------------------------------------


def table(**counts: list[int | None]) -> pd.DataFrame:
    """Residents of A1, A2, B1 and C1 unless told otherwise; C2 and M1 have no row."""
    parts = []
    for layer, values in {"residents": [100, 200, None, 400], **counts}.items():
        frame = pd.DataFrame({"adm3_pcode": CODES[:4], "people": pd.array(values, dtype="Int64")})
        female = pd.array([None if value is None else value // 2 for value in values], dtype="Int64")
        parts.append(
            frame.assign(
                vintage="COD-AB 2021",
                layer=layer,
                female=female,
                male=frame["people"] - female,
                year="2017" if layer == "residents" else "2024",
                method="projection",
                source=f"source of {layer}",
            )
        )
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def test_a_parent_sums_what_is_known_and_says_what_is_not() -> None:
    cercles = people(table(), UNITS, level="cercle").set_index("pcode")
    assert cercles.loc["ML0501", ["people", "communes", "communes_missing"]].tolist() == [300, 2, 0]
    # B1 has a row without a figure, C2 has no row: both unknown.
    assert cercles.loc["ML0502", ["communes", "communes_missing"]].tolist() == [1, 1]
    assert cercles["people"].isna().to_dict() == {
        "ML0501": False,
        "ML0502": True,
        "ML0701": False,
        "MR021": True,
    }
    assert cercles.loc["ML0701", ["people", "communes_missing", "year"]].tolist() == [400, 1, "2017"]
    regions = people(table(), UNITS, level="region").set_index("pcode")
    assert regions.loc["ML05", ["people", "communes", "communes_missing"]].tolist() == [300, 3, 1]


def test_layers_add_up_only_when_asked_for() -> None:
    both = table(displaced=[10, None, 30, 40])
    alone = people(both, UNITS).set_index("pcode")
    assert alone["people"].reindex(CODES).tolist() == [100, 200, pd.NA, 400, pd.NA]
    assert set(alone.loc[CODES[:2], "layers"]) == {"residents"}
    added = people(both, UNITS, layers=("residents", "displaced")).set_index("pcode")
    # B1 has displaced people and unknown residents: unknown, not 30.
    assert added["people"].reindex(CODES).tolist() == [110, 200, pd.NA, 440, pd.NA]
    assert added.loc["ML050101", "layers"] == "displaced;residents"
    assert added.loc["ML050101", "year"] == "2017;2024"
    assert added.loc["ML050102", "layers"] == "residents"
    region = people(both, UNITS, level="region", layers=("residents", "displaced")).set_index("pcode")
    assert region.loc["ML05", ["people", "communes_missing"]].tolist() == [310, 1]


def test_women_are_not_summed_over_communes_that_lack_them() -> None:
    frame = table()
    frame.loc[0, "female"] = pd.NA
    cercles = people(frame, UNITS, level="cercle").set_index("pcode")
    assert cercles.loc["ML0501", "people"] == 300
    assert cercles["female"].isna()["ML0501"]


def test_a_code_of_another_vintage_does_not_count() -> None:
    assert people(table().assign(vintage="COD-AB 2025"), UNITS)["people"].isna().all()


def test_no_such_level_or_layer() -> None:
    with pytest.raises(ValueError, match="no level 'village'"):
        people(table(), UNITS, level="village")
    with pytest.raises(ValueError, match="tourists"):
        people(table(), UNITS, layers=("tourists",))


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=4, max_size=4))
def test_totals_are_the_same_at_every_level(values: list[int | None]) -> None:
    frame = table(residents=values)
    totals = [people(frame, UNITS, level=level)["people"].sum() for level in ("commune", "cercle", "region")]
    assert totals == [sum(value or 0 for value in values)] * 3


# --- the shipped table ----------------------------------------------------------------------------


def test_the_shipped_population() -> None:
    rows = load_population()
    assert list(rows.columns) == list(COLUMNS)
    assert len(rows) == 767
    assert not rows.duplicated(["adm3_pcode", "layer"]).any()
    units = read_communes()
    regions = people(rows, units, level="region").set_index("pcode")
    assert regions.at["ML05", "communes_missing"] == 0
    assert regions.at["ML05", "year"] == "2017"
    # Mauritania outside the two Hodhs has no figure: unknown, not zero.
    assert regions["people"].isna().sum() == 13
    assert regions.at["MR02", "communes"] == 29


# --- files ----------------------------------------------------------------------------------------


def csv_file(folder: Path, text: str = "") -> Path:
    path = folder / "recensement.csv"
    lines = ["ADM3_PCODE;T_TL", *(f"{code};{100 * (n + 1)}" for n, code in enumerate(CODES))]
    path.write_text(text or "\n".join(lines) + "\n", encoding="utf-8")
    return path


def workbook(folder: Path, sheets: dict[str, pd.DataFrame], start: int = 0) -> Path:
    path = folder / "recensement.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False, startrow=start)
    return path


def test_a_table_installs_and_use_goes_back(tmp_path: Path, home: Path) -> None:
    name, _table = install(
        csv_file(tmp_path), toy.boundaries(), year="2024", method="census", source="INSTAT"
    )
    assert name == "residents_ml_2024"
    rows = load_population()
    mali = rows[rows["adm3_pcode"].str.startswith("ML")]
    assert mali["people"].tolist() == [100, 200, 300, 400, 500]
    assert set(mali["method"]) == {"census"}
    # Mauritania keeps the shipped table.
    assert (rows["adm3_pcode"].str.startswith("MR")).sum() == 66
    used = {row["name"]: row["in_use"] for row in status()}
    assert used == {"embedded": ["MR"], "residents_ml_2024": ["ML"]}
    use("embedded")
    assert len(load_population()) == 767


def test_a_table_installed_anew_under_its_name_is_another_state(tmp_path: Path) -> None:
    keys = [files.state_key()]
    for count in (100, 200):
        rows = csv_file(tmp_path, f"ADM3_PCODE;T_TL\n{CODES[0]};{count}\n")
        install(rows, toy.boundaries(), year="2024", method="census", source="INSTAT")
        keys.append(files.state_key())
    assert len(set(keys)) == 3


def test_displaced_people_are_a_layer_beside(tmp_path: Path) -> None:
    install(csv_file(tmp_path), toy.boundaries(), year="2024", layer="displaced")
    rows = load_population()
    assert rows["layer"].value_counts().to_dict() == {"residents": 767, "displaced": 5}
    assert rows["layer"].tolist() == sorted(rows["layer"], key=["residents", "displaced"].index)


def test_a_workbook_with_a_title_above_its_headings(tmp_path: Path) -> None:
    figures = raw().assign(Remarque="")
    path = workbook(tmp_path, {"Lisez-moi": pd.DataFrame({"a": ["texte"]}), "Données": figures}, start=3)
    name, table_read = install(path, toy.boundaries(), year="2024")
    assert table_read.rows["people"].tolist() == [100, 200, 300, 400, 500]
    assert name == "residents_ml_2024"


def test_an_open_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "recensement.ods"
    figures = raw().astype(str)
    write_ods(path, [["Titre"], [], list(figures.columns), *figures.values.tolist()])
    read = files.read_population_file(path)
    assert read["T_TL"].tolist() == figures["T_TL"].tolist()
    # The rows bear the numbers that they have in the sheet.
    assert read.index.tolist() == list(range(4, 4 + len(figures)))


def test_a_text_of_another_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "macintosh.csv"
    path.write_bytes("ADM3_PCODE;Population;Remarque\nML050101;12;été à Ménaka\n".encode("utf-16"))
    assert files.read_population_file(path)["Remarque"].tolist() == ["été à Ménaka"]


def test_two_sheets_of_population_are_not_guessed(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"2023": raw(), "2024": raw()})
    with pytest.raises(PopulationFileError, match="2 feuilles portent une population"):
        install(path, toy.boundaries(), year="2024")


def test_a_fault_names_the_row_of_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"Feuil1": raw(T_TL=["1", "2", "x", "4", "5"])}, start=2)
    with pytest.raises(PopulationFileError, match="ligne 6, colonne T_TL : « x »"):
        install(path, toy.boundaries(), year="2024")


def test_damaged_files_change_nothing(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(csv_file(tmp_path), toy.boundaries(), year="2024")
    before = snapshot(home)
    good = workbook(tmp_path, {"Feuil1": raw()}).read_bytes()
    bad = {
        "half.xlsx": (good[: len(good) // 2], "abîmé ou incomplet"),
        "text.xlsx": (b"not a workbook", "abîmé ou illisible"),
        "nul.csv": (b"ADM3_PCODE;T_TL\n\0\0;1\n", "octets nuls"),
        "empty.csv": (b"", "première ligne est vide"),
        "table.pdf": (b"%PDF", "format non reconnu"),
    }
    for name, (content, message) in bad.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PopulationFileError, match=message) as refused:
            install(tmp_path / name, toy.boundaries(), year="2024")
        assert "\n" not in str(refused.value)
        assert snapshot(home) == before, name
    with pytest.raises(PopulationFileError, match="introuvable"):
        install(tmp_path / "nothing.csv", toy.boundaries(), year="2024")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "swap", full)
    with pytest.raises(PopulationFileError, match="écriture impossible"):
        install(csv_file(tmp_path), toy.boundaries(), year="2024")
    assert snapshot(home) == before


def test_a_workbook_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(30_000_000))
    monkeypatch.setattr(product, "MAX_POPULATION_FILE_MB", 2)
    with pytest.raises(PopulationFileError, match="30 Mo, plus que la limite de 2 Mo"):
        files.read_population_file(path)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from([".csv", ".xlsx"]))
def test_no_bytes_crash_the_reader(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"fuzz{suffix}"
    path.write_bytes(content)
    try:
        standardise(files.read_population_file(path), UNITS, file=path.name, year="2024")
    except PopulationFileError as refused:
        message = str(refused)
    else:
        message = ""
    assert "\n" not in message


def test_a_broken_table_says_how_to_go_back(tmp_path: Path, home: Path) -> None:
    install(csv_file(tmp_path), toy.boundaries(), year="2024")
    (home / "population/residents_ml_2024/population.csv").unlink()
    with pytest.raises(PopulationFileError, match="population use embedded"):
        load_population()
    use("embedded")
    assert len(load_population()) == 767
    with pytest.raises(PopulationFileError, match="choisissez parmi embedded, residents_ml_2024"):
        use("nothing")
    (home / "population/in_use.json").write_text("[", encoding="utf-8")
    with pytest.raises(PopulationFileError, match=r"in_use\.json est illisible"):
        load_population()


@pytest.mark.parametrize("name", ["embedded", "../x", "Ä"])
def test_a_name_that_cannot_be_a_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(PopulationFileError, match="ne convient pas"):
        install(csv_file(tmp_path), toy.boundaries(), year="2024", name=name)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv_file(tmp_path, "ADM3_PCODE,population\nML050101,25000\nML050102,\n")
    assert main(["population", "install", str(path), "--year", "2024", "--source", "essai"]) == 0
    printed = capsys.readouterr().out
    assert "residents_ml_2024 : personnes : 25\u202f000, communes : 1, année : 2024, en usage." in printed
    assert "Communes sans chiffre : 700" in printed
    assert main(["population", "status"]) == 0
    assert "en usage pour MR" in capsys.readouterr().out
    assert main(["population", "use", "embedded"]) == 0
    assert main(["population", "install", str(path), "--year", "24"]) == 2
    assert capsys.readouterr().err == "--year 24 n'est pas une année : écrivez AAAA.\n"
    assert json.loads((tmp_path / "home/population/in_use.json").read_text(encoding="utf-8"))[
        "residents"
    ] == {
        "ML": "embedded",
        "MR": "embedded",
    }
