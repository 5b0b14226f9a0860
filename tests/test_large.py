"""Files larger than memory: chunk by chunk, every row ends as it does when all are placed at once."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.__main__ import main
from geo.activities import complete
from geo.errors import RecordFileError
from geo.io.chunks import read_chunks, unread_columns
from geo.io.seen import Seen
from geo.placing import repeat_keys, repeats
from geo.report.accounting import large_summary, placed_table, summary, summary_text
from geo.store import load_file
from geo.store.large import place_large
from tests.browser.servers import ROOT
from tests.shared import say
from tests.store_servers import boundaries

# Positions inside, outside, far from what is stated and repeated; names, codes, faults, repeats without a
# position; a status that says what works, in words of which no single chunk holds all.
ROWS = [
    ("1", "Gao", "Bara", "", "", "en panne", "2", "", "a@b.ml", ""),
    ("2", "", "", "16,27", "-0,04", "fonctionnel", "1", "=cmd", "", "mars 2021"),
    ("3", "", "", "16,27", "-0,04", "fonctionnel", "douze", "", "", ""),
    ("4", "Gao", "Introuvable", "", "", "", "", "", "", ""),
    ("5", "", "", "0", "0", "", "", "", "", "hier"),
    ("6", "", "", "48,85", "2,35", "", "", "", "", ""),
    ("7", "Gao", "Bara", "", "", "en panne", "2", "", "", ""),
    ("8", "Tombouctou", "", "14.5", "-4.2", "fonctionnel", "1", "", "", ""),
    ("9", "Mopti et Gao", "", "", "", "", "52", "voir 76 12 34 56", "", ""),
    ("10", "Kidal", "", "17.2", "2.5", "", "", "", "", ""),
    ("11", "", "", "16.27", "-0.04", "", "3", "", "", ""),
    ("12", "", "", "13.1", "9.9", "", "", "", "", "T1 2020"),
    ("13", "Gao", "Bara", "", "", "en panne", "2", "", "", ""),
    ("14", "", "", "-0.04", "16.27", "", "1", "", "", ""),
]
HEADINGS = [
    "id", "Région", "Commune", "Latitude", "Longitude", "Statut", "Nombre", "Remarques", "E-mail", "Date",
]  # fmt: skip


@pytest.fixture
def frame():
    return pd.DataFrame(ROWS, columns=HEADINGS, dtype="str")


@pytest.fixture
def sheet(tmp_path, frame):
    path = tmp_path / "f.csv"
    frame.to_csv(path, index=False, sep=";")
    return path


def written(path):
    return pd.read_parquet(path).set_index("row")


def same(large, whole, *, offset):
    """The rows of both files in the columns of the whole one."""
    shown = placed_table(whole, boundaries()).set_index("row")
    found = large.set_axis(large.index + offset)[list(shown)]
    pd.testing.assert_frame_equal(found, shown, check_dtype=False, check_index_type=False)


def told_of(problems, shift):
    return sorted((each["row"] + shift, each["column"], each["value"], each["problem"]) for each in problems)


@pytest.mark.parametrize("kind", ["csv", "parquet", "arrow"])
def test_chunks_give_what_the_whole_gives(tmp_path, frame, sheet, kind):
    path = tmp_path / f"f.{kind}"
    if kind == "parquet":
        frame.to_parquet(path, row_group_size=4)
    elif kind == "arrow":
        frame.to_feather(path)
    # Rows of a Parquet file are numbered from 1; those of a CSV lie under the headings.
    shift = 0 if kind == "csv" else 1
    whole = load_file(sheet, boundaries())
    told = summary(whole, boundaries())
    for rows in (3, 100):
        found = place_large(path, tmp_path / "out.parquet", boundaries=boundaries(), rows=rows)
        same(written(tmp_path / "out.parquet"), whole, offset=shift)
        large = large_summary(found, boundaries())
        assert told_of(large.pop("first_problems"), shift) == told_of(told["first_problems"], 0) != []
        assert large.pop("unread_columns") == []
        assert large == {name: told[name] for name in large}
    # By hand: 2, 3, 11 and 14 are one position, 7 and 13 say what 1 says.
    assert found.accounting.repeats == 5
    assert "functionality" in found.cleaned.columns
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "text",
    [
        "lat,lon,Nombre\n\n16.27,-0.04,1\n,,\n \t,,\n16.3,-0.06,2\n16.27,-0.04,1\n\n",
        "Région,Commune\n\n#adm1+name,#adm3+name\n,\nGao,Bara\n",
        "lat,lon,Statut\n16.27,-0.04,fonctionnel\n,,\n16.27,-0.05,en panne\n",
        "lat,,lon,,\n16.27,x,-0.04,, \n16.3,,-0.06\n",
        "Rég\u200bion,Com  mune,Commune\nGao,x,Ba\u200bra\nGao,x,Bar\u0430\nGao,x,Bara\u202e\n",
    ],
    ids=["blank lines", "tags", "status", "blank headings", "hidden signs"],
)
def test_a_csv_in_chunks_is_the_sheet(tmp_path, text):
    file, out = tmp_path / "f.csv", tmp_path / "out.parquet"
    file.write_text(text, encoding="utf-8")
    whole = load_file(file, boundaries(), activity_type="water_point")
    told = summary(whole, boundaries())
    for rows in (1, 100):
        found = place_large(file, out, boundaries=boundaries(), activity_type="water_point", rows=rows)
        same(written(out), whole, offset=0)
        large = large_summary(found, boundaries())
        assert [large[name] for name in ("accounting", "columns", "unused_columns", "problems")] == [
            told[name] for name in ("accounting", "columns", "unused_columns", "problems")
        ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lat,lon,Commune\n16.3,-0.06,Bara\n\n16.3,-0.06,Ba, ra\n", "ligne 4 : 4 cellules pour 3 titres"),
        ("lat,lon,Commune\n16.3,-0.06,Ba\0ra\n", "octets nuls"),
        ("lat,lon,Comm\0une\n16.3,-0.06,Bara\n", "octets nuls"),
        (f"lat,lon,Commune\n16.3,-0.06,{'x' * 140_000}\n", "CSV lisible"),
    ],
    ids=["a cell too many", "NUL", "NUL in a heading", "a cell without end"],
)
def test_what_a_sheet_refuses_is_refused_in_chunks(tmp_path, text, said):
    file = tmp_path / "f.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecordFileError, match=said) as whole:
        load_file(file, boundaries())
    for rows in (1, 100):
        with pytest.raises(RecordFileError) as large:
            place_large(file, tmp_path / "out.parquet", boundaries=boundaries(), rows=rows)
        assert str(large.value) == str(whole.value)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.shared_data
def test_a_survey_in_chunks_is_the_survey(tmp_path, shared_data):
    path = shared_data / "activities/water_points_mali_2020.csv"
    whole = load_file(path, boundaries())
    found = place_large(path, tmp_path / "out.parquet", boundaries=boundaries(), rows=4_000)
    same(written(tmp_path / "out.parquet"), whole, offset=0)
    assert found.accounting.as_dict() == summary(whole, boundaries())["accounting"]
    assert found.accounting.read == 18_935


def test_tags_and_a_type_for_all_rows_hold_in_every_chunk(tmp_path):
    table = pd.DataFrame({"a": ["#adm3+name", "Bara", "Bara"], "b": ["#reached", "3", "4"]})
    table.to_parquet(tmp_path / "f.parquet")
    out = tmp_path / "out.parquet"
    found = place_large(
        tmp_path / "f.parquet", out, boundaries=boundaries(), rows=1, activity_type="water_point"
    )
    rows = pd.read_parquet(out)
    assert found.accounting.placed == len(rows) == 2
    assert rows["row"].tolist() == [2, 3]
    assert set(rows["activity_type"]) == {"water_point"}
    assert set(rows["provider_adm3_name"]) == {"Bara"}


def test_values_of_every_kind_are_read_as_a_person_would_write_them(tmp_path):
    table = pa.table(
        {
            "x": pa.array([-0.04, 1e-05, None, float("nan")]),
            "n": pa.array([2.0, 1e16, 0.5, None]),
            "i": pa.array([1, 2, 3, None]),
            "day": pa.array([0, 86_400, 1, None], pa.timestamp("s")),
            "yes": pa.array([True, False, None, None]),
            "word": pa.array(["a", "b", "a", None]).dictionary_encode(),
            "there": pa.array([0, 3_600, None, None], pa.timestamp("s", "No/Where")),
            "key": pa.array([bytes(16), None, None, None], pa.uuid()),
            "many": pa.array([[1], [2], [3], None]),
            "bytes": pa.array([b"a", None, None, None], pa.binary(1)),
        }
    )
    pq.write_table(table, tmp_path / "f.parquet")
    assert unread_columns(tmp_path / "f.parquet") == ("many", "bytes")
    read = pd.concat(list(read_chunks(tmp_path / "f.parquet", rows=3)))
    assert read.index.tolist() == [1, 2, 3, 4]
    assert read.to_dict("list") == {
        "x": ["-0.04", "0.00001", "", ""],
        "n": ["2", "10000000000000000", "0.5", ""],
        "i": ["1", "2", "3", ""],
        "day": ["1970-01-01", "1970-01-02", "1970-01-01 00:00:01", ""],
        "yes": ["1", "0", "", ""],
        "word": ["a", "b", "a", ""],
        "there": ["1970-01-01", "1970-01-01 01:00:00.000Z", "", ""],
        "key": ["00000000-0000-0000-0000-000000000000", "", "", ""],
    }


def test_a_column_that_cannot_be_read_is_said_and_refused_where_it_is_asked_for(tmp_path):
    file = tmp_path / "f.parquet"
    place = {"lat": pa.array([16.27, None]), "lon": pa.array([-0.04, None])}
    pq.write_table(pa.table(place | {"Commune": pa.array([b"Bara", b"Bara"])}), file)
    found = large_summary(place_large(file, None, boundaries=boundaries()), boundaries())
    assert found["unread_columns"] == ["Commune"]
    assert "géométries) : Commune" in summary_text(found)
    # A row without anything that is read is a row all the same: Parquet has no lines to leave empty.
    assert (found["accounting"]["read"], found["accounting"]["placed"]) == (2, 1)
    with pytest.raises(RecordFileError, match=r"f\.parquet, colonne « Commune » : valeurs illisibles"):
        place_large(file, None, boundaries=boundaries(), given={"provider_adm3_name": "Commune"})
    latin = pa.array([b"Tomb\xe9", b"x"]).view(pa.string())
    for column in (latin, latin.dictionary_encode()):
        pq.write_table(pa.table(place | {"localité": column}), file)
        with pytest.raises(RecordFileError, match=r"f\.parquet, colonne « localité » : valeurs illisibles"):
            place_large(file, None, boundaries=boundaries())


FIGURES = st.sampled_from([0.0, -0.0, 1.5, float("nan"), 200.0])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("ab"), FIGURES, FIGURES, st.sampled_from(["", "x"])), max_size=30))
def test_equal_keys_are_repeats(rows):
    columns = ["activity_type", "longitude", "latitude", "remarks"]
    records = complete(pd.DataFrame(rows, columns=columns))
    keys = pd.DataFrame(repeat_keys(records))
    assert keys.duplicated().tolist() == repeats(records).tolist()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 20)), max_size=6), st.integers(1, 5))
def test_what_came_before_is_known_across_files_and_pieces(tmp_path_factory, parts, piece):
    seen = Seen(tmp_path_factory.mktemp("seen"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo.io.seen._PIECE", piece)
        for part in parts:
            seen.add(np.array(part, dtype=np.uint64).repeat(2).reshape(-1, 2))
        found = seen.repeated().tolist()
    assert found == pd.Series([each for part in parts for each in part]).duplicated().tolist()


def points(path, rows):
    """Points in one row group, as large as the file, every tenth where another one is."""
    random = np.random.default_rng(5)
    x, y = random.uniform(-6, 1, rows), random.uniform(14, 18, rows)
    x[::10], y[::10] = -3.0, 16.8
    table = {"longitude": x, "latitude": y, "Nombre": np.ones(rows), "Type": ["water_point"] * rows}
    pq.write_table(pa.table(table), path, row_group_size=rows)
    return path


def peak_mb(file, *more):
    """Peak memory of ``geo place`` in a process of its own [MB], and what it said."""
    command = [sys.executable, "-m", "geo", "place", str(file), "--json", *map(str, more)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read()
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 1024, json.loads(said)["accounting"]


def test_memory_does_not_grow_with_the_rows(tmp_path):
    few, many = 40_000, 160_000
    peaks = []
    for rows in (few, many):
        file = points(tmp_path / f"{rows}.parquet", rows)
        peak, counts = peak_mb(file, "--out", tmp_path / "out.parquet", "--chunk-rows", 10_000)
        peaks.append(peak)
        assert counts["read"] == rows == pq.ParquetFile(tmp_path / "out.parquet").metadata.num_rows
        assert counts["possible_repeats"] == rows // 10 - 1
    say(f"peak {peaks[0]:.0f} MB with {few} rows, {peaks[1]:.0f} MB with {many}")
    # At once, the 120,000 further rows take 100 MB more.
    assert peaks[1] - peaks[0] < 40


def test_a_run_that_is_killed_leaves_no_half_file_and_the_next_one_cleans_up(tmp_path):
    file, out = points(tmp_path / "f.parquet", 20_000), tmp_path / "out.parquet"
    out.write_bytes(b"before")
    command = [sys.executable, "-m", "geo", "place", str(file), "--out", str(out), "--chunk-rows", "500"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        part = tmp_path / ".out.parquet.part" / "work" / "placed"
        until = time.monotonic() + 60
        while not (part.exists() and part.stat().st_size > 10_000):
            assert time.monotonic() < until
            time.sleep(0.01)
        with pytest.raises(RecordFileError, match="un autre traitement écrit"):
            place_large(file, out, boundaries=boundaries())
        process.kill()
    assert (out.read_bytes(), part.exists()) == (b"before", True)
    place_large(file, out, boundaries=boundaries())
    assert pq.ParquetFile(out).metadata.num_rows == 20_000
    assert not list(tmp_path.glob(".*"))


def test_no_room_is_one_line_and_no_half_file(tmp_path):
    file, out = points(tmp_path / "f.parquet", 20_000), tmp_path / "out.parquet"
    out.write_bytes(b"before")
    # A file that may not grow beyond 200 kB stands for a disk that is full.
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "from geo.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "place", str(file), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "impossible d'écrire" in done.stderr
    assert out.read_bytes() == b"before"
    assert not list(tmp_path.glob(".*"))


def test_without_a_temporary_folder_it_is_said_how_to_name_one(tmp_path, monkeypatch, capsys):
    file = points(tmp_path / "f.parquet", 10)
    # Where even the last place that is tried, the folder at hand, cannot be written.
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nowhere"])
    assert main(["place", str(file)]) == 2
    said = capsys.readouterr().err
    assert said == "Aucun dossier temporaire où écrire. Libérez de la place ou donnez-en un par TMPDIR.\n"


def test_a_damaged_file_is_one_line_and_no_file(tmp_path):
    file = points(tmp_path / "f.parquet", 1_000)
    for content in (
        file.read_bytes()[:-200],
        b"PAR1" + bytes(100),
        b"ARROW1\0\0" + bytes(100),
        b"\xff;\xfe\n",
    ):
        file.write_bytes(content)
        with pytest.raises(RecordFileError, match=r"f\.parquet"):
            place_large(file, tmp_path / "out.parquet", boundaries=boundaries())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.parquet"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "out.csv"), r"s'écrit en \.parquet"),
        (("--sheet", "S"), "pas de feuille"),
        (("--chunk-rows", "0"), "1 au moins"),
        (("--scheduler", "tcp://x:1", "--engine", "plain"), "seulement avec --engine dask"),
    ],
)
def test_what_cannot_be_asked_of_a_large_file_is_one_line(tmp_path, capsys, arguments, message):
    file = points(tmp_path / "f.parquet", 10)
    assert main(["place", str(file), *arguments]) == 2
    said = capsys.readouterr().err
    assert re.search(message, said)
    assert len(said.splitlines()) == 1
