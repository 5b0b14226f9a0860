import contextlib
import json
import shutil
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import official_checks as checks
from geo import settings as product
from geo.__main__ import main
from geo.errors import BoundaryFileError
from geo.io import install as installing
from geo.io import load_boundaries
from geo.io import official as official_files
from geo.io.install import install, status, use
from geo.io.official import read_official
from geo.official import recognise, standardise
from tests.boundary_files import (
    MALI_ZIP,
    MAURITANIA_ZIP,
    known,
    needs_shared,
    official,
    snapshot,
    zipped,
    zipped_shapefile,
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COUVERTURE_LANG", raising=False)
    return tmp_path / "home"


@pytest.fixture
def toy_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "read_communes", known)


def read(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return standardise(frame, known(), file="toy.zip").communes


# --- styles of attributes -------------------------------------------------------------------------

ENGLISH = {"ADM1_FR": "ADM1_EN", "ADM2_FR": "ADM2_EN", "ADM3_FR": "ADM3_EN", "ADM3ALT1FR": "ADM3ALT1EN"}
NEW = {
    **{f"ADM{n}_FR": f"adm{n}_name" for n in (1, 2, 3)},
    **{f"ADM{n}_PCODE": f"adm{n}_pcode" for n in (1, 2, 3)},
    "ADM3ALT1FR": "adm3_name1",
    "validOn": "valid_on",
}


@pytest.mark.parametrize("names", [{}, ENGLISH, NEW], ids=["ADM3_FR", "ADM3_EN", "adm3_name"])
def test_every_published_style_reads_alike(names: dict[str, str]) -> None:
    communes = read(official().rename(columns=names))
    assert communes["adm3_name"].tolist()[:2] == ["Baba", "Bara"]
    assert communes["adm2_pcode"].unique().tolist() == ["ML0501", "ML0502", "ML0701", "ML0702"]
    assert communes.set_index("adm3_pcode").at["ML070101", "alt_names"] == "Ansogo"
    assert set(communes["valid_on"]) == {"2021-12-20"}
    assert set(communes["version"]) == {"COD-AB 2021"}
    assert not communes["indicative"].any()


def test_a_name_column_is_not_taken_for_a_code_or_a_second_language() -> None:
    columns = recognise(["adm3_name", "adm3_name1", "adm3_pcode", "adm2_name", "ADM3_REF"])
    assert columns == {"adm3_name": "adm3_name", "adm3_pcode": "adm3_pcode", "adm2_name": "adm2_name"}


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(
        BoundaryFileError, match=r"toy\.zip : colonnes introuvables \(adm2_pcode, adm2_name\)"
    ):
        read(official().drop(columns=["ADM2_PCODE", "ADM2_FR"]))


# --- repairs --------------------------------------------------------------------------------------


def test_spoilt_codes_are_repaired_and_said() -> None:
    frame = official()
    frame["ADM3_PCODE"] = [
        f"{code} " if code.endswith("1") else f"MLI{code[2:]}" for code in frame["ADM3_PCODE"]
    ]
    result = standardise(frame, known(), file="toy.zip")
    assert result.communes["adm3_pcode"].tolist() == official()["ADM3_PCODE"].tolist()
    assert "Codes ADM3 réparés : 8." in result.notes


def test_an_invalid_polygon_is_repaired_and_said() -> None:
    frame = official()
    x, y = 0.0, 14.0
    # The square with a needle that runs out and back along itself.
    needle = shapely.Polygon(
        [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y + 0.5), (x - 0.2, y + 0.5), (x, y + 0.5)]
    )
    assert not needle.is_valid
    frame.loc[0, "geometry"] = needle
    result = standardise(frame, known(), file="toy.zip")
    assert result.communes.is_valid.all()
    assert any("ML050101" in note for note in result.notes)


def test_another_reference_system_is_converted_and_said() -> None:
    result = standardise(official().to_crs("EPSG:32630"), known(), file="toy.zip")
    assert result.communes.crs == "EPSG:4326"
    assert result.communes.total_bounds == pytest.approx([0, 14, 4, 16], abs=1e-6)
    assert any("EPSG:4326" in note for note in result.notes)


def test_repeated_identical_rows_are_dropped() -> None:
    frame = official()
    twice = pd.concat([frame, frame.iloc[[0]]], ignore_index=True)
    result = standardise(gpd.GeoDataFrame(twice, crs=frame.crs), known(), file="toy.zip")
    assert len(result.communes) == 8
    assert any("Lignes identiques à une autre, écartées : 1" in note for note in result.notes)


def test_small_overlaps_are_closed() -> None:
    frame = official()
    frame.loc[0, "geometry"] = shapely.box(0, 14, 1.0005, 15)
    result = standardise(frame, known(), file="toy.zip")
    assert shapely.coverage_is_valid(result.communes.geometry.to_numpy())
    assert any("Bords communs" in note for note in result.notes)


def test_a_spelling_of_its_own_is_noted_not_refused() -> None:
    frame = official().replace({"ADM3_FR": {"Tessit": "Tessitt"}})
    notes = standardise(frame, known(), file="toy.zip").notes
    assert notes == ("ML070102 : « Tessitt » dans le fichier, « Tessit » dans la liste.",)


# --- vintages -------------------------------------------------------------------------------------


def test_a_new_vintage_keeps_its_year_and_finds_the_mission_by_place() -> None:
    frame = official(validOn="2025-06-01")
    frame["ADM3_PCODE"] = frame["ADM3_PCODE"].str[:6] + frame["ADM3_PCODE"].str[6:].map(
        {"01": "11", "02": "12"}
    )
    result = standardise(frame, known(), file="toy.zip")
    assert (result.vintage, result.valid_on) == ("COD-AB 2025", "2025-06-01")
    assert result.communes["focus"].all()
    assert result.notes == ("Millésime COD-AB 2025 inconnu : noms non comparés à une liste.",)


def test_a_reissue_with_the_same_codes_is_the_same_vintage() -> None:
    result = standardise(official(validOn="2022-03-01"), known(), file="toy.zip")
    assert (result.vintage, result.valid_on) == ("COD-AB 2021", "2022-03-01")


def test_without_a_date_the_codes_tell_or_the_user_does() -> None:
    frame = official().drop(columns="validOn")
    assert standardise(frame, known(), file="toy.zip").valid_on == "2021-12-20"
    frame.loc[0, "ADM3_PCODE"] = "ML050109"
    with pytest.raises(BoundaryFileError, match="--valid-on AAAA-MM-JJ"):
        standardise(frame, known(), file="toy.zip")
    assert standardise(frame, known(), file="toy.zip", valid_on="2025-01-01").vintage == "COD-AB 2025"


# --- refusals -------------------------------------------------------------------------------------


def exchanged(frame: gpd.GeoDataFrame, columns: list[str], one: int, other: int) -> gpd.GeoDataFrame:
    changed = frame.copy()
    rows = frame.index[[one, other]]
    changed.loc[rows, columns] = frame.loc[rows[::-1], columns].to_numpy()
    return changed


def half_gone(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.iloc[:4]


def elsewhere(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(frame.geometry.translate(-12, 3), crs=frame.crs)


def far_away(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(frame.geometry.translate(60, 3), crs=frame.crs)


def smaller(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(frame.geometry.scale(0.9, 0.9, origin=(2, 15)), crs=frame.crs)


def code_twice(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.replace({"ADM3_PCODE": {"ML050102": "ML050101"}})


REFUSED: dict[str, tuple[Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], str]] = {
    "names of two communes swapped": (
        lambda frame: exchanged(frame, ["ADM3_FR"], 1, 5),
        "noms d'une autre unité \\(2\\)",
    ),
    "all names shifted by one": (
        lambda frame: frame.assign(ADM3_FR=np.roll(frame["ADM3_FR"].to_numpy(), 1)),
        "noms d'une autre unité \\(8\\)",
    ),
    "codes of two communes swapped": (
        lambda frame: exchanged(frame, ["ADM3_PCODE"], 0, 1),
        "noms d'une autre unité \\(2\\)",
    ),
    "codes and names swapped": (
        lambda frame: exchanged(frame, ["ADM3_PCODE", "ADM3_FR"], 0, 1),
        "communes hors de leur place \\(2\\)",
    ),
    "names of two regions swapped": (
        lambda frame: frame.replace({"ADM1_FR": {"Gao": "Mopti", "Mopti": "Gao"}}),
        "noms d'une autre unité \\(2\\)",
    ),
    "a parent with two names": (
        lambda frame: frame.assign(ADM1_FR=["Gao", *frame["ADM1_FR"][1:]]),
        "un même code porte plusieurs noms \\(ML05\\)",
    ),
    "a commune under another cercle": (
        lambda frame: exchanged(frame, ["ADM2_PCODE", "ADM2_FR"], 0, 7),
        "leurs parents \\(2\\), dont ML050101 dans ML0702",
    ),
    "a code of the wrong length": (
        lambda frame: frame.replace({"ADM3_PCODE": {"ML050101": "ML0501011"}}),
        "codes ADM3 illisibles \\(1\\), dont « ML0501011 »",
    ),
    "two countries": (
        lambda frame: frame.replace({"ADM3_PCODE": {"ML050101": "MR02101"}}),
        "codes de plusieurs pays",
    ),
    "one code twice": (code_twice, "codes de commune en double \\(1\\), dont « ML050101 »"),
    "half of the rows": (half_gone, "ne contiennent que 50,0\u202f% des communes connues"),
    "in the other country": (elsewhere, "les codes disent ML mais les polygones sont en MR"),
    "nowhere near": (far_away, "contredisent le système déclaré"),
    "no CRS": (lambda frame: frame.set_crs(None, allow_override=True), "système de coordonnées absent"),
    "metres declared, degrees given": (
        lambda frame: frame.set_crs("EPSG:32630", allow_override=True),
        "contredisent le système déclaré",
    ),
    "degrees declared, metres given": (
        lambda frame: frame.to_crs("EPSG:32630").set_crs("EPSG:4326", allow_override=True),
        "contredisent le système déclaré",
    ),
    "another zone declared": (
        lambda frame: frame.to_crs("EPSG:32630").set_crs("EPSG:32637", allow_override=True),
        "contredisent le système déclaré",
    ),
    "axes exchanged": (
        lambda frame: frame.set_geometry(
            shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]), crs=frame.crs
        ),
        "contredisent le système déclaré",
    ),
    "areas that the list does not know": (smaller, "communes sans la superficie attendue \\(8\\)"),
    "areas that the file itself denies": (
        lambda frame: frame.assign(AREA_SQKM=100.0),
        "communes sans la superficie attendue \\(8\\), dont ML050101",
    ),
    "a commune without polygon": (
        lambda frame: frame.assign(geometry=[None, *frame.geometry[1:]]).set_geometry(
            "geometry", crs=frame.crs
        ),
        "communes sans polygone \\(1\\), dont « ML050101 »",
    ),
    "points instead of polygons": (
        lambda frame: frame.set_geometry(frame.geometry.representative_point(), crs=frame.crs),
        "communes sans polygone \\(8\\)",
    ),
    "large overlaps": (
        lambda frame: frame.assign(geometry=[shapely.box(0, 14, 1.04, 15), *frame.geometry[1:]]).set_geometry(
            "geometry", crs=frame.crs
        ),
        "les communes se recouvrent sur",
    ),
    "codes of another list under the year of this one": (
        lambda frame: frame.replace({"ADM3_PCODE": {"ML050101": "ML050199"}}),
        "pas ceux du millésime COD-AB 2021 \\(1 en moins, 1 en trop",
    ),
}


@pytest.mark.parametrize(("spoil", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_fault_is_refused_in_one_line(
    spoil: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], message: str
) -> None:
    read(official())
    with pytest.raises(BoundaryFileError, match=message) as refused:
        read(spoil(official()))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("toy.zip : ")


def test_neighbours_exchanged_in_a_large_file_are_found() -> None:
    # 2 of 100 communes of 1 km: too few to count, too near to be far away.
    side = 0.01
    corners = [(x * side, y * side) for x in range(10) for y in range(10)]
    shapes = np.array([shapely.box(x, y, x + side, y + side) for x, y in corners])
    points = shapely.centroid(shapes)
    facts = pd.DataFrame({"label_lon": shapely.get_x(points), "label_lat": shapely.get_y(points)})
    frame = gpd.GeoDataFrame({"adm3_pcode": range(100), "adm3_name": "x"}, geometry=shapes, crs="EPSG:4326")
    checks.places(frame, facts, "toy.zip")
    order = np.r_[1, 0, 2:100]
    with pytest.raises(BoundaryFileError, match=r"communes hors de leur place \(2\)"):
        checks.places(frame.set_geometry(shapes[order], crs="EPSG:4326"), facts, "toy.zip")


def test_the_contradicted_system_is_the_one_declared() -> None:
    with pytest.raises(BoundaryFileError, match="WGS 84 / UTM zone 30N"):
        read(official().set_crs("EPSG:32630", allow_override=True))


def test_a_cercle_torn_apart_is_refused() -> None:
    # In a vintage without a list the polygons themselves must tell: rows dealt out at random.
    frame = official(validOn="2025-06-01").replace({"ADM3_PCODE": {"ML050101": "ML050109"}})
    torn = frame.set_geometry(frame.geometry.to_numpy()[[0, 5, 2, 7, 4, 1, 6, 3]], crs=frame.crs)
    with pytest.raises(BoundaryFileError, match="communes loin de leur cercle"):
        read(torn)


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".zip"])
def test_every_format_installs(suffix: str, tmp_path: Path, toy_list: None) -> None:
    path = tmp_path / f"toy{suffix}"
    if suffix == ".zip":
        path = zipped_shapefile(official(), tmp_path)
    else:
        official().to_file(path)
    done = install([path])
    assert list(done.layers) == ["cod_ab_ml_20211220"]
    communes = done.boundaries.communes
    assert communes.loc[communes["country"] == "ML", "adm3_name"].tolist()[:2] == ["Baba", "Bara"]
    assert done.boundaries.name == "cod_ab_ml_20211220+embedded_mr"


def test_installing_again_replaces_and_use_goes_back(tmp_path: Path, home: Path, toy_list: None) -> None:
    path = zipped_shapefile(official(), tmp_path)
    first = install([path]).boundaries.version
    assert install([path]).boundaries.version == first
    rows = {row["name"]: row for row in status()}
    assert [name for name, row in rows.items() if row["in_use"]] == ["embedded_mr", "cod_ab_ml_20211220"]
    assert rows["cod_ab_ml_20211220"]["communes"] == 8
    assert rows["embedded_mr"]["indicative"]
    assert not rows["cod_ab_ml_20211220"]["indicative"]
    assert use("embedded_ml").name == "embedded_ml+embedded_mr"
    assert load_boundaries().name == "embedded_ml+embedded_mr"
    assert sorted(path.name for path in (home / "boundaries").iterdir()) == [
        ".lock",
        "cod_ab_ml_20211220",
        "in_use.json",
    ]


def test_papers_of_an_installed_layer(tmp_path: Path, home: Path, toy_list: None) -> None:
    install([zipped_shapefile(official(), tmp_path)])
    papers = json.loads((home / "boundaries/cod_ab_ml_20211220/layer.json").read_text(encoding="utf-8"))
    assert papers["source"] == "COD-AB, mli_adm3.zip"
    assert papers["licence"]
    assert papers["attribution"]
    assert papers["counts"] == {"communes": 8, "cercles": 4, "regions": 2}
    assert papers["indicative"] is False


def damaged_files(folder: Path) -> dict[str, tuple[Path, str]]:
    good = zipped_shapefile(official(), folder)
    content = good.read_bytes()
    parts = sorted((folder / "mli_adm3_parts").iterdir())
    made: dict[str, tuple[Path, str]] = {}

    def file(name: str, data: bytes, message: str) -> None:
        (folder / name).write_bytes(data)
        made[name] = (folder / name, message)

    file("half.zip", content[: len(content) // 2], "archive incomplète ou abîmée")
    file("flipped.zip", content[:200] + bytes(100) + content[300:], "abîmé")
    file("empty.zip", b"", "archive incomplète ou abîmée")
    file("text.csv", b"a,b\n1,2\n", "format non reconnu")
    file("broken.geojson", b'{"type": "FeatureCollection", "features": [', "illisible ou abîmé")
    file("empty.gpkg", b"SQLite format 3\x00", "abîmé ou incomplet")
    for suffix in (".dbf", ".prj", ".shx"):
        kept = [part for part in parts if part.suffix != suffix]
        made[f"no{suffix}"] = (
            zipped(kept, folder / f"without_{suffix[1:]}.zip"),
            f"il manque {suffix} au shapefile",
        )
    readme = folder / "readme.txt"
    readme.write_text("hello", encoding="utf-8")
    made["no layer"] = (zipped([readme], folder / "readme.zip"), "ni shapefile, ni GeoPackage, ni GeoJSON")
    made["missing"] = (folder / "nothing.zip", "fichier introuvable")
    made["folder"] = (folder, "fichier introuvable")
    cut = folder / "cut_inside"
    shutil.copytree(folder / "mli_adm3_parts", cut)
    (cut / "mli_adm3.shp").write_bytes((cut / "mli_adm3.shp").read_bytes()[:500])
    made["cut shp"] = (zipped(sorted(cut.iterdir()), folder / "cut_inside.zip"), "cut_inside.zip : ")
    return made


def test_damaged_files_are_refused_and_nothing_changes(tmp_path: Path, home: Path, toy_list: None) -> None:
    install([zipped_shapefile(official(), tmp_path / "before")])
    before = snapshot(home)
    folder = tmp_path / "damaged"
    for name, (path, message) in damaged_files(folder).items():
        with pytest.raises(BoundaryFileError, match=message) as refused:
            install([path])
        assert "\n" not in str(refused.value), name
        assert snapshot(home) == before, name


def test_a_good_file_beside_a_bad_one_is_not_installed(tmp_path: Path, home: Path, toy_list: None) -> None:
    good = zipped_shapefile(official(), tmp_path)
    bad = tmp_path / "bad.zip"
    bad.write_bytes(good.read_bytes()[:100])
    with pytest.raises(BoundaryFileError, match=r"bad\.zip"):
        install([good, bad])
    assert not home.exists()
    with pytest.raises(BoundaryFileError, match="Deux fichiers du même pays"):
        install([good, good])
    assert not home.exists()


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, home: Path, toy_list: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = zipped_shapefile(official(), tmp_path)
    install([good])
    before = snapshot(home)

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gpd.GeoDataFrame, "to_parquet", full)
    with pytest.raises(BoundaryFileError, match="écriture impossible"):
        install([good])
    assert snapshot(home) == before


def bomb(path: Path, size: int, announced: int | None = None) -> Path:
    """A zip with one member of ``size`` zero bytes; its headers may announce another size."""
    chunk = bytes(1 << 20)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("mli_adm3.shp", "w", force_zip64=True) as member,
    ):
        for _ in range(size // len(chunk)):
            member.write(chunk)
    if announced is not None:
        data = bytearray(path.read_bytes())
        # The uncompressed size in the central directory, which zipfile believes.
        central = data.rfind(b"PK\x01\x02")
        data[central + 24 : central + 28] = struct.pack("<I", announced)
        path.write_bytes(bytes(data))
    return path


def test_a_zip_that_swells_is_refused_by_its_headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product, "MAX_UNPACKED_MB", 20)
    with pytest.raises(BoundaryFileError, match=r"bomb\.zip : 31 Mo, plus que la limite de 20 Mo"):
        read_official(bomb(tmp_path / "bomb.zip", 30 << 20))


def test_a_zip_whose_headers_lie_is_refused_while_it_swells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(product, "MAX_UNPACKED_MB", 20)
    with pytest.raises(BoundaryFileError, match=r"liar\.zip : "):
        read_official(bomb(tmp_path / "liar.zip", 30 << 20, announced=1000))


def test_what_is_unpacked_is_counted_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        """An archive whose member never ends, whatever its header says."""

        def open(self, _member: zipfile.ZipInfo) -> "Endless":
            return self

        def __enter__(self) -> "Endless":
            return self

        def __exit__(self, *_error: object) -> None:
            return None

        def read(self, size: int) -> bytes:
            return bytes(size)

    with pytest.raises(BoundaryFileError, match="plus que la limite"):
        official_files._extract(Endless(), zipfile.ZipInfo("a.shp"), tmp_path, 5_000_000, "endless.zip")
    assert (tmp_path / "a.shp").stat().st_size <= 5_000_000


def test_a_file_over_the_limit_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product, "MAX_BOUNDARY_FILE_MB", 0)
    with pytest.raises(BoundaryFileError, match="plus que la limite"):
        read_official(zipped_shapefile(official(), tmp_path))


def test_members_cannot_leave_the_folder(tmp_path: Path) -> None:
    zipped_shapefile(official(), tmp_path)
    path = tmp_path / "tricky.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted((tmp_path / "mli_adm3_parts").iterdir()):
            archive.write(part, f"../../../escape/{part.name}")
        archive.writestr("__MACOSX/mli_adm3.shp", b"resource fork")
    assert len(read_official(path)) == 8
    assert not list(tmp_path.rglob("escape"))


def test_an_archive_with_all_levels_yields_the_communes(tmp_path: Path) -> None:
    zipped_shapefile(official(), tmp_path, "mli_admbnda_adm3")
    regions = official().dissolve("ADM1_PCODE", as_index=False)[["ADM1_PCODE", "ADM1_FR", "geometry"]]
    zipped_shapefile(regions, tmp_path, "mli_admbnda_adm1")
    parts = [
        *(tmp_path / "mli_admbnda_adm3_parts").iterdir(),
        *(tmp_path / "mli_admbnda_adm1_parts").iterdir(),
    ]
    assert len(read_official(zipped(parts, tmp_path / "all.zip"))) == 8


def test_a_package_with_two_layers_of_communes_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    official().to_file(path, layer="old")
    official().to_file(path, layer="new")
    with pytest.raises(BoundaryFileError, match=r"couches possibles : 2 \(old, new\)"):
        read_official(path)


def test_accents_survive_a_missing_code_page(tmp_path: Path) -> None:
    zipped_shapefile(official(), tmp_path)
    parts = [part for part in (tmp_path / "mli_adm3_parts").iterdir() if part.suffix != ".cpg"]
    raw = read_official(zipped(parts, tmp_path / "nocpg.zip"))
    assert "Djenné" in set(raw["ADM2_FR"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_bytes_crash_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    good = tmp_path / "mli_adm3.zip"
    if not good.exists():
        zipped_shapefile(official(), tmp_path)
    content = bytearray(good.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "fuzzed.zip"
    path.write_bytes(bytes(content))
    # Harmless changes (a date, a checksum nobody reads) may pass; nothing else may be raised.
    with contextlib.suppress(BoundaryFileError):
        read(read_official(path))


# --- command line ---------------------------------------------------------------------------------


def test_the_command_line_refuses_in_one_line_and_exits_2(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK\x03\x04")
    assert main(["boundaries", "install", str(bad)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "bad.zip : archive incomplète ou abîmée. Téléchargez-la à nouveau.\n"
    assert not home.exists()
    assert main(["boundaries", "use", "nothing"]) == 2
    assert "embedded_ml" in capsys.readouterr().err


def test_the_command_line_lists_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boundaries", "status"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["nom", "pays"]
    assert "embedded_ml" in lines[1]
    assert "701" in lines[1]
    assert "indicative" in lines[2]


@pytest.mark.parametrize("name", ["Über", "embedded_ml", "../x", ""])
def test_a_layer_name_that_cannot_be_a_folder_is_refused(name: str, tmp_path: Path, toy_list: None) -> None:
    with pytest.raises(BoundaryFileError, match="ne convient pas"):
        install([zipped_shapefile(official(), tmp_path)], name=name)


def test_a_date_that_is_none_is_refused(tmp_path: Path, toy_list: None) -> None:
    with pytest.raises(BoundaryFileError, match="n'est pas une date"):
        install([zipped_shapefile(official(), tmp_path)], valid_on="2021")


# --- the real files -------------------------------------------------------------------------------


@needs_shared
@pytest.mark.shared_data
def test_both_real_files_install(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boundaries", "install", str(MALI_ZIP), str(MAURITANIA_ZIP)]) == 0
    printed = capsys.readouterr().out
    assert "Polygones invalides réparés (2) : MR06402, MR07102." in printed
    boundaries = load_boundaries()
    assert [len(boundaries.level(level)) for level in ("region", "cercle", "commune")] == [25, 116, 939]
    gharbi = boundaries.communes.query("adm1_pcode == 'MR02'")
    assert len(gharbi) == 29
    assert gharbi["adm2_pcode"].nunique() == 5
    assert not gharbi["indicative"].any()
    assert int(boundaries.communes["focus"].sum()) == 208
    assert int(boundaries.communes["drawn"].sum()) == 259
    # The overlap of the two files along the border, in EPSG:6933.
    assert "863 km² revendiqués par les deux couches" in printed
    assert main(["boundaries", "use", "embedded_mr"]) == 0
    assert load_boundaries().communes.query("adm1_pcode == 'MR02'")["indicative"].all()


def real_damage(folder: Path) -> dict[str, tuple[Path, str]]:
    content = MALI_ZIP.read_bytes()
    half = folder / "half.zip"
    half.write_bytes(content[: len(content) // 2])
    parts = folder / "parts"
    parts.mkdir()
    with zipfile.ZipFile(MALI_ZIP) as archive:
        archive.extractall(parts)
    no_dbf = zipped([part for part in parts.iterdir() if part.suffix != ".dbf"], folder / "no_dbf.zip")
    # A shapefile holds no date and time: written as text.
    frame = gpd.read_file(MALI_ZIP)
    for column in ("date", "validOn", "validTo"):
        frame[column] = frame[column].dt.strftime("%Y-%m-%d")
    metres = zipped_shapefile(frame.to_crs(32630).set_crs(4326, allow_override=True), folder, "metres")
    zone = zipped_shapefile(frame.set_crs(32629, allow_override=True), folder, "zone")
    swapped = zipped_shapefile(exchanged(frame, ["ADM3_FR"], 100, 101), folder, "swapped")
    columns = [name for name in frame if name.startswith("ADM")]
    rows = zipped_shapefile(exchanged(frame, columns, 100, 400), folder, "rows")
    return {
        "cut in half": (half, "half.zip : archive incomplète ou abîmée"),
        "no dbf": (no_dbf, "il manque .dbf"),
        "metres under degrees": (metres, "contredisent le système déclaré"),
        "degrees under metres": (zone, "contredisent le système déclaré"),
        "names swapped": (swapped, "noms d'une autre unité \\(2\\)"),
        "attributes of two communes swapped": (rows, "rows.zip : "),
    }


@needs_shared
@pytest.mark.shared_data
def test_damaged_copies_of_the_real_file_are_refused(tmp_path: Path, home: Path) -> None:
    install([MAURITANIA_ZIP])
    before = snapshot(home)
    for name, (path, message) in real_damage(tmp_path).items():
        with pytest.raises(BoundaryFileError, match=message) as refused:
            install([path])
        sys.stdout.write(f"{name}: {refused.value}\n")
        assert snapshot(home) == before, name
