"""Distances are geodesic to the last pair at the edge; localities are read, checked and put in communes."""

import json
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo import distances, localities
from geo.__main__ import main
from geo.io import localities as files
from geo.io.people_raster import RasterError, people_within

ELLIPSOID = Geod(ellps="WGS84")


def at(*positions):
    return pd.DataFrame(positions, columns=["longitude", "latitude"], dtype=float)


def one_by_one(villages, points):
    return [
        min((ELLIPSOID.inv(lon, lat, x, y)[2] / 1000 for x, y in points.to_numpy()), default=np.inf)
        for lon, lat in villages.to_numpy()
    ]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from([0.001, 0.05, 5.0]), st.sampled_from([-60.0, 0, 16, 60]))
def test_the_nearest_is_the_geodesic_nearest(seed, spread, latitude):
    random = np.random.default_rng(seed)
    villages = pd.DataFrame(
        {"longitude": random.normal(0, spread, 12), "latitude": latitude + random.normal(0, spread, 12)}
    )
    points = pd.DataFrame(
        {"longitude": random.normal(0, spread, 30), "latitude": latitude + random.normal(0, spread, 30)}
    )
    assert distances.nearest_km(villages, points) == pytest.approx(one_by_one(villages, points), abs=1e-9)


def test_the_ellipsoid_decides_at_the_edge():
    # Going north at 16 degrees a degree is 0.5 % shorter than on the sphere, going east 0.1 % longer.
    north, east = ELLIPSOID.fwd(0, 16, 0, 999.5)[:2], ELLIPSOID.fwd(0, 16, 90, 1000.5)[:2]
    found = distances.within(at(north, east), at((0, 16)), radii_m=(1000,))
    assert list(found["within_1000m"]) == [True, False]
    matrix = distances.near_matrix(at((0, 16)), at(north, east), radius_km=1.0).toarray()
    assert matrix[0] == pytest.approx([0.9995, 0])


def test_the_nearest_on_a_sphere_need_not_be_the_nearest():
    # Five points to the east at 10.00 km, one to the north at 9.99 km that a sphere puts further away.
    east = [ELLIPSOID.fwd(0, 16, 90 + turn, 10_000)[:2] for turn in (-0.02, -0.01, 0, 0.01, 0.02)]
    north = ELLIPSOID.fwd(0, 16, 0, 9_990)[:2]
    found = distances.nearest_km(at((0, 16)), at(*east, north))[0]
    assert found == pytest.approx(9.99, abs=1e-9)


def test_no_point_is_infinitely_far_and_reaches_nobody():
    found = distances.within(at((0, 16)), at())
    assert found["nearest_km"].tolist() == [np.inf]
    assert not found.drop(columns="nearest_km").to_numpy().any()
    assert distances.near_matrix(at(), at((0, 16)), radius_km=1).shape == (0, 1)


def test_a_distance_of_nothing_is_kept_in_the_matrix():
    matrix = distances.near_matrix(at((0, 16)), at((0, 16), (1, 16)), radius_km=5)
    assert (matrix.nnz, matrix.indices.tolist(), matrix.data.tolist()) == (1, [0], [0.0])


def test_people_within_reach_by_commune():
    villages = at((0, 16), (0.02, 16), (0.5, 16), (2, 16)).assign(
        adm3_pcode=["A", "A", "A", ""], people=[100.0, 50, np.nan, 999]
    )
    reached = distances.within(villages, at((0.001, 16)), radii_m=(500, 5000))
    table = distances.by_unit(villages, reached).set_index("pcode")
    # 107 m, 2 km and 53 km away; the fourth lies in no commune.
    assert list(table.index) == ["A"]
    row = table.loc["A"]
    assert (row["localities"], row["localities_without_people"], row["people"]) == (3, 1, 150)
    assert (row["localities_within_500m"], row["people_within_500m"]) == (1, 100)
    assert row["localities_within_5000m_pct"] == pytest.approx(200 / 3)
    assert (row["people_within_5000m"], row["people_within_5000m_pct"]) == (150, 100)
    above = distances.by_unit(villages, reached, unit_of={"A": "R"})
    assert list(above["pcode"]) == ["R"]


def test_people_nobody_counted_are_unknown_not_none():
    villages = at((0, 16)).assign(adm3_pcode=["A"], people=[np.nan])
    table = distances.by_unit(villages, distances.within(villages, at((0, 16))))
    assert table["people_within_500m"].isna().all()
    assert table["people_within_500m_pct"].isna().all()
    assert list(table["localities_within_500m_pct"]) == [100]


def test_only_working_points_with_a_position_count():
    records = pd.DataFrame(
        {
            "longitude": [0.0, 1, 2, np.nan, 4],
            "latitude": [16.0] * 5,
            "functionality": ["functional", "functional_seasonal", "dry", "functional", "functional"],
            "precision": ["point", "point", "point", "commune", "commune"],
            "adm3_pcode": "ML050101",
            "quantity": 1.0,
        }
    )
    works = ("functional", "functional_seasonal")
    assert list(distances.working_points(records, works)["longitude"]) == [0, 1]
    assert list(distances.working_points(records, works, seasonal=False)["longitude"]) == [0]


@pytest.fixture
def surveyed(tmp_path, monkeypatch):
    """Two pumps with a position in Gao, and a home of one's own."""
    records = (
        "activity_type,functionality,longitude,latitude\n"
        "water_point,functional,-0.04,16.27\nwater_point,dry,0.72,15.18\n"
    )
    (tmp_path / "releve.csv").write_text(records, encoding="utf-8")
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path))
    monkeypatch.setenv("COUVERTURE_RECORDS", str(tmp_path / "releve.csv"))
    return tmp_path


def test_people_within_reach_on_the_command_line(surveyed, capsys):
    assert main(["distance", "--json"]) == 2
    assert "Aucune liste de localités" in capsys.readouterr().err
    villages = "nom,lon,lat,population\nGao,-0.041,16.27,8000\nloin,0.2,16.5,2000\nOuatta,0.72,15.18,500\n"
    (surveyed / "v.csv").write_text(villages, encoding="utf-8")
    assert main(["localities", "install", str(surveyed / "v.csv")]) == 0
    capsys.readouterr()
    assert main(["distance", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (gao,) = found["rows"]
    # The dry pump beside Ouatta is no coverage: 8,000 of 10,500 people.
    assert (gao["name"], gao["localities"], gao["people"]) == ("Gao", 3, 10500)
    assert gao["people_within_500m"] == gao["people_within_5000m"] == 8000
    assert "vol d'oiseau" in found["printed_with"][0]


def geonames(name, lat, lon, kind="P", code="PPL", people="0"):
    cells = ["1", name, name, "", str(lat), str(lon), kind, code, "ML", "", "05", "", "", "", people]
    return "\t".join([*cells, "", "280", "Africa/Bamako", "2020-01-01"])


DUMP = "\n".join(
    [
        geonames("Kona", 16.5, 0.5, people="1200"),
        geonames('Say "le vieux', 16.5, 1.5),
        geonames("Mare", 16.5, 0.5, kind="H", code="LK"),
        geonames("Ruines", 16.5, 0.5, code="PPLQ"),
    ]
)


def test_a_geonames_dump_gives_places_where_people_live(tmp_path):
    file = tmp_path / "ML.txt"
    file.write_text(DUMP, encoding="utf-8")
    name, found, notes = files.install(file, source="GeoNames, CC BY 4.0")
    assert list(found["name"]) == ["Kona", 'Say "le vieux']
    # GeoNames writes 0 where it knows no number.
    assert found["people"].isna().tolist() == [False, True]
    assert (name, notes, files.in_use()) == ("ml", (), "ml")
    pd.testing.assert_frame_equal(files.load(), found)
    assert files.about("ml")["source"] == "GeoNames, CC BY 4.0"


def test_the_archive_of_geonames_is_read_as_it_comes(tmp_path):
    file = tmp_path / "ML.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("ML.txt", DUMP)
        archive.writestr("readme.txt", "about")
    assert len(files.install(file)[1]) == 2


def test_a_list_of_villages_is_read_by_its_headings(tmp_path):
    file = tmp_path / "Villages Gao.csv"
    file.write_text(
        "Village;Lat;Lon;Population\nKona;16,5;0,5;1 200\nSay;16.5;1.5;\n"
        "Nulle part;;;10\nKona;16,5;0,5;1 200\n",
        encoding="cp1252",
    )
    name, found, notes = files.install(file)
    assert name == "villages_gao"
    assert found.values.tolist()[0] == ["Kona", 0.5, 16.5, 1200.0]
    assert len(found) == 2
    assert notes == ("1 ligne sans position utilisable", "1 répétition laissée de côté")


def test_a_geopackage_is_read_in_its_own_projection(tmp_path):
    file = tmp_path / "v.gpkg"
    points = gpd.GeoDataFrame(
        {"nom": ["Kona", "Say"], "pop": [1200, None]},
        geometry=[shapely.Point(0.5, 16.5), shapely.box(1, 16, 2, 17)],
        crs="EPSG:4326",
    )
    points.to_crs("EPSG:3857").to_file(file)
    found = files.install(file)[1]
    assert found[["longitude", "latitude"]].to_numpy() == pytest.approx(
        np.array([[0.5, 16.5], [1.5, 16.5]]), abs=1e-3
    )
    assert found["people"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"village;population\nKona;3\n", "pas de colonne « longitude »"),
        ("a.csv", b"village;lat;lon\nKona;;\n", "aucune localité avec une position utilisable"),
        ("a.csv", b"\0\1\2", "ni dump GeoNames, ni CSV, ni GeoPackage"),
        ("a.txt", (DUMP + "\ncut\toff").encode(), "1 lignes incomplètes"),
        ("a.gpkg", b"not a database", "illisible"),
    ],
)
def test_a_file_that_is_no_list_is_one_line_and_changes_nothing(tmp_path, capsys, name, content, words):
    file = tmp_path / name
    file.write_bytes(content)
    assert main(["localities", "install", str(file)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert files.names() == []
    assert files.load() is None


def test_lists_are_listed_and_chosen(tmp_path, capsys):
    assert main(["localities", "status"]) == 0
    assert "Aucune liste de localités" in capsys.readouterr().out
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("nom,lon,lat\nKona,0.5,16.5\n", encoding="utf-8")
        assert main(["localities", "install", str(tmp_path / f"{name}.csv")]) == 0
    assert main(["localities", "use", "one"]) == 0
    capsys.readouterr()
    main(["localities", "status"])
    assert capsys.readouterr().out.splitlines() == ["* one : 1 (one.csv)", "  two : 1 (two.csv)"]
    assert main(["localities", "use", "three"]) == 2


def test_localities_lie_in_their_commune():
    squares = gpd.GeoDataFrame(
        {"adm3_pcode": ["A", "B"]},
        geometry=[shapely.box(0, 16, 1, 17), shapely.box(1, 16, 2, 17)],
        crs="EPSG:4326",
    )
    found = localities.in_communes(at((0.5, 16.5), (1.5, 16.5), (9, 9)), squares)
    assert list(found["adm3_pcode"]) == ["A", "B", ""]
    assert localities.villages_by_commune(found) == {"A": 1, "B": 1}


def raster(file, cells, *, west, north, step):
    """Write cells of people as a GeoTIFF; 9999 is no figure."""
    rasterio = pytest.importorskip("rasterio", reason="rasterio is an optional extra")
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        width=cells.shape[1],
        height=cells.shape[0],
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=rasterio.transform.from_origin(west, north, step, step),
        nodata=9999,
    ) as target:
        target.write(cells.astype("float32"), 1)
    return file


def test_people_of_a_raster_by_commune(tmp_path):
    cells = np.array([[1.0, 2, 4, 8], [16, 32, 9999, 64]])
    file = raster(tmp_path / "people.tif", cells, west=0, north=17, step=0.5)
    squares = gpd.GeoDataFrame(
        {"adm3_pcode": ["A", "B", "C"]},
        geometry=[shapely.box(0, 16, 1, 17), shapely.box(1, 16, 2, 17), shapely.box(5, 16, 6, 17)],
        crs="EPSG:4326",
    )
    found = people_within(file, squares, at((0.25, 16.75)), radii_m=(5000,)).set_index("pcode")
    # A: 1 + 2 + 16 + 32, of which the cell at the point; B less the unknown cell; C is off the raster.
    assert found["people"].tolist()[:2] == [51, 76]
    assert found["people_within_5000m"].tolist()[:2] == [1, 0]
    assert found.loc["C"].isna().all()
    with pytest.raises(RasterError, match="grille illisible"):
        people_within(tmp_path / "none.tif", squares, at((0, 16)))


def test_the_command_counts_people_of_a_raster_around_working_points(tmp_path, monkeypatch, capsys):
    # Ten people in every tenth of a degree; each of the two working points lies in the middle of one.
    file = raster(tmp_path / "people.tif", np.full((20, 20), 10.0), west=-1.0, north=17.0, step=0.1)
    records = tmp_path / "points.csv"
    records.write_text(
        "activity_type,functionality,longitude,latitude\n"
        "water_point,functional,-0.05,16.25\nwater_point,functional,0.05,16.25\n"
        "water_point,broken,0.25,16.25\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("COUVERTURE_RECORDS", str(records))
    assert main(["distance", "--raster", str(file), "--json"]) == 0
    rows = {row["pcode"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["ML07"]["people_within_500m"] == rows["ML07"]["people_within_5000m"] == 20
    assert rows["ML07"]["people"] > 20
    assert rows["ML05"]["people_within_500m"] is None  # off the raster: unknown, not nobody
    assert main(["distance", "--raster", str(tmp_path / "none.tif"), "--json"]) == 2
