"""Small files that hold gigabytes once they are read are refused before a library lays them out."""

import geopandas as gpd
import pytest
import shapely

from geo import settings
from geo.errors import RecordFileError
from geo.io import databases
from geo.io.sheets import read_sheet
from tests.hostile import bounded_run
from tests.swelling import files, geopackage, old_workbook, one_sheet_many_times, shared_text, statements

MOST_MEGABYTES = 500
TEXT = "Mo de texte une fois lu, plus que la limite de"
FAR = "une feuille va jusqu'à la ligne 1"
DAMAGED = "abîmé ou incomplet"
COMPUTED = "est calculé à l'ouverture"
REFUSED = {
    "shared_text.xlsx": f"640 {TEXT} 600 Mo",
    "shared_text_otherwise.xlsx": f"640 {TEXT} 600 Mo",
    "far_behind_an_end_of_tag.xlsx": DAMAGED,
    "far_behind_an_end.xlsx": DAMAGED,
    "far_behind_another_place.xlsx": FAR,
    "far_before_another_place.xlsx": FAR,
    "far_by_a_prefix.xlsx": FAR,
    "far_by_zeros.xlsx": FAR,
    "shared_text.xls": f"640 {TEXT} 600 Mo",
    "cell_written_again.xls": f"640 {TEXT} 600 Mo",
    "repeated_text.ods": TEXT,
    "repeated_blanks.ods": TEXT,
    "repeated_value.ods": TEXT,
    "number_alone.ods": FAR,
    "number_with_sign.ods": FAR,
    "number_with_zeros.ods": FAR,
    "other_names.ods": "une feuille va jusqu'à la ligne 10",
    "endless_view.gpkg": f"« z » {COMPUTED}",
    "view_not_listed.gpkg": f"« z » {COMPUTED}",
    "view_under_another_type.gpkg": DAMAGED,
    "endless_contents.gpkg": f"« gpkg_contents » {COMPUTED}",
    "virtual_table.gpkg": COMPUTED,
    "generated_column.gpkg": f"« a » {COMPUTED}",
    "long_default.gpkg": f"451 {TEXT} 200 Mo",
    "page_that_holds_itself.gpkg": "lecture arrêtée après 2 secondes",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What became of each file, in a process of its own, whose memory and time are bounded."""
    folder, beside = tmp_path_factory.mktemp("swelling"), tmp_path_factory.mktemp("layers")
    for name, data in files(beside):
        (folder / name).write_bytes(data)
        assert len(data) < 3_000_000, name

    quick = "from geo.io import databases; databases._MOST_SECONDS = 2"
    found = bounded_run(folder, first=quick, cpu_seconds=60)
    return {name: outcome for name, outcome, _seconds in found}


@pytest.mark.parametrize(("name", "words"), REFUSED.items())
def test_a_small_file_that_swells_is_refused(outcomes, name, words):
    assert outcomes[name].startswith(f"refused: {name}")
    assert words in outcomes[name]


def test_each_is_named_here_and_none_takes_the_memory(outcomes):
    assert set(outcomes) == {*REFUSED, "peak"}
    assert outcomes["peak"] < MOST_MEGABYTES


def test_sheets_that_are_one_part_of_the_archive_keep_to_the_limit_together(tmp_path, monkeypatch):
    path = tmp_path / "many.xlsx"
    book = shared_text('<c r="{0}{1}" t="s"><v>1</v></c>', rows=10)
    path.write_bytes(book)
    monkeypatch.setattr(settings, "MAX_RECORD_UNPACKED_MB", 20)
    assert len(read_sheet(path).table) == 10
    path.write_bytes(one_sheet_many_times(book))
    with pytest.raises(RecordFileError, match=f"{TEXT} 20 Mo"):
        read_sheet(path)


def test_an_old_workbook_is_read_whole_up_to_the_limit(tmp_path, monkeypatch):
    path = tmp_path / "ancien.xls"
    path.write_bytes(old_workbook([[0, 1], *[[2, 3]] * 10], ["Commune", "Village", "Bara", "é" * 9_000]))
    table = read_sheet(path).table
    assert table["Commune"].tolist() == ["Bara"] * 10
    assert table["Village"].tolist() == ["é" * 9_000] * 10
    monkeypatch.setattr(settings, "MAX_RECORD_UNPACKED_MB", 0.09)
    with pytest.raises(RecordFileError, match=TEXT):
        read_sheet(path)


def test_an_old_workbook_with_a_password_is_said_to_have_one(tmp_path):
    path = tmp_path / "ancien.xls"
    path.write_bytes(old_workbook([[0], [1]], ["Commune", "Bara"], locked=True))
    with pytest.raises(RecordFileError, match="mot de passe"):
        read_sheet(path)


def test_layers_left_in_the_mode_of_a_log_are_read(tmp_path):
    path = tmp_path / "couches.gpkg"
    path.write_bytes(geopackage(tmp_path / "a.gpkg", statements("PRAGMA journal_mode = wal")))
    assert len(read_sheet(path).table) == 500
    assert [each.name for each in tmp_path.glob("couches*")] == ["couches.gpkg"]


def test_a_vector_file_of_more_cells_than_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "MAX_RECORD_CELLS", 900)
    frame = gpd.GeoDataFrame(
        {name: ["x"] * 100 for name in "abcdefghij"}, geometry=[shapely.Point(0, 16)] * 100, crs=4326
    )
    for ending in ("geojson", "gpkg"):
        frame.to_file(tmp_path / f"f.{ending}")
        with pytest.raises(RecordFileError, match="900 cellules"):
            read_sheet(tmp_path / f"f.{ending}")


def test_the_time_of_a_count_is_bounded_as_delivered():
    assert 5 <= databases._MOST_SECONDS <= 30
