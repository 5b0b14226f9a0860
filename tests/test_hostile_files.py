"""Two hundred files that nobody should send: each read with its faults listed, or refused in one line."""

import pytest

from tests.hostile import bounded_run, files

# What one file may take on a busy machine [s], and what all of them may take of memory [MB].
MOST_SECONDS = 20
MOST_MEGABYTES = 700


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What became of each file, in a process of its own, whose memory is bounded as well."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in files():
        (folder / name).write_bytes(data)

    return {name: (outcome, seconds) for name, outcome, seconds in bounded_run(folder)}


def test_there_are_two_hundred_of_them(outcomes):
    names = [name for name, _data in files()]
    assert len(names) == len(set(names)) >= 200
    assert set(outcomes) == {*names, "peak"}


def test_each_is_read_or_refused_in_one_line_that_names_it(outcomes):
    crashed = {name: outcome for name, (outcome, _) in outcomes.items() if str(outcome).startswith("crash")}
    assert crashed == {}
    for name, (outcome, _seconds) in outcomes.items():
        if name != "peak" and outcome.startswith("refused"):
            assert outcome.startswith(f"refused: {name}")
            assert "\n" not in outcome
            assert outcome.endswith(".")


def test_none_takes_long_or_much_memory(outcomes):
    slow = {name: seconds for name, (_, seconds) in outcomes.items() if seconds > MOST_SECONDS}
    assert slow == {}
    assert outcomes["peak"][0] < MOST_MEGABYTES


GOOD = {
    "good.xlsx": 30,
    "good.ods": 0,
    "good.geojson": 1,
    "good.gpx": 1,
    "good.kml": 2,
    "wrong_ending.csv": 30,
    "wrong_ending.xls": 30,
    "wrong_ending.ods": 30,
    "in_cp1252.csv": 1,
    "in_mac_roman.csv": 1,
    "in_cp850.csv": 1,
    "mixed.csv": 2,
    "carriage_returns.csv": 1,
    "blank_heading_row.csv": 1,
}


@pytest.mark.parametrize(("name", "rows"), GOOD.items())
def test_what_is_only_unusual_is_read(outcomes, name, rows):
    assert outcomes[name][0].startswith(f"read {rows} rows")


REFUSED = {
    "ten_gigabytes.xlsx": "plus que la limite de 600 Mo",
    "hidden_gigabytes.xlsx": "abîmé ou incomplet",
    "content_of_a_gigabyte.ods": "plus que la limite de 600 Mo",
    "kml_of_a_gigabyte.kmz": "plus que la limite de 600 Mo",
    "far_corner.xlsx": "va jusqu'à la ligne 1\u202f048\u202f576 et à la colonne 16\u202f384",
    "both_repeated.ods": "va jusqu'à la ligne 1\u202f048\u202f576",
    "million_columns.csv": "plus que la limite de 500",
    "501_columns.csv": "501 colonnes, plus que la limite de 500",
    "over_a_million_rows.csv": "plus de 1\u202f000\u202f000 lignes",
    "entities.xlsx": "déclare des entités XML",
    "entities.ods": "déclare des entités XML",
    "entities.kml": "déclare des entités XML",
    "outside_entity.gpx": "déclare des entités XML",
    "locked.xlsx": "protégé par un mot de passe",
    "report.pdf": "c'est un fichier PDF",
    "page.csv": "c'est un fichier HTML",
    "nul_inside.csv": "octets nuls",
    "duplicates.csv": "titre en double « Commune »",
    "no_headings.csv": "des valeurs à la place des titres",
    "too_many_cells.csv": "ligne 3 : 9 cellules pour 7 titres",
    "cut_at_5_tenths.xlsx": "abîmé ou incomplet",
    "mixed_with_undefined.csv": "encodage non reconnu",
}


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_what_cannot_be_read_says_why(outcomes, name, words):
    assert words in outcomes[name][0]


@pytest.mark.parametrize(
    "name", ["formulas.xlsx", "formula_of_dde.xlsx", "errors.xlsx", "no_coordinates.kml"]
)
def test_what_is_lost_of_a_file_that_is_read_is_listed(outcomes, name):
    assert not outcomes[name][0].endswith(" 0 problems")
