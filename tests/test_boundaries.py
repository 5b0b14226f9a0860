import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo import embedded, measure
from geo.boundaries import COLUMNS, Boundaries, border, compose, drawing_layer, parents
from geo.errors import BoundaryFileError
from geo.io import folders, load_boundaries
from geo.io.layers import read_layer, write_layers
from geo.io.official import read_official
from geo.io.tables import read_communes, read_moughataas, read_shape_pcodes, read_table
from geo.official import standardise
from geo.polygons import clean_coverage, dissolve, holes, label_points, thiessen_cells
from geo.projection import area_sqkm
from tests import toy
from tests.boundary_files import MALI_ZIP, MAURITANIA_ZIP, SHARED, needs_shared

TOY_PAPERS = {
    "name": "toy",
    "country": "ML",
    "vintage": "COD-AB 2021",
    "indicative": False,
    "source": "drawn by hand",
}


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def shipped() -> Boundaries:
    return load_boundaries({"ML": "embedded_ml", "MR": "embedded_mr"})


@pytest.fixture(scope="module")
def official_mali() -> gpd.GeoDataFrame:
    return standardise(read_official(MALI_ZIP), read_communes(), file="mali").communes


# --- polygons -------------------------------------------------------------------------------------


def test_gaps_and_overlaps_are_closed_and_the_outside_is_left_alone() -> None:
    # Left and right leave a gap of 0.004 in the middle; the right one overlaps the top by 0.002.
    left, right = shapely.box(0, 0, 0.498, 1), shapely.box(0.502, 0, 1, 1.002)
    top = shapely.box(0, 1, 1, 2)
    shapes = clean_coverage([left, right, top])
    assert shapely.coverage_is_valid(shapes)
    # The gap is open to the south: outside of the country, not ours to fill.
    assert shapely.union_all(shapes).area == pytest.approx(2 - 0.004 * 1, abs=1e-9)
    closed = clean_coverage([left, right, top, shapely.box(0, -1, 1, 0)])
    assert len(holes(closed)) == 0
    assert shapely.union_all(closed).area == pytest.approx(3, abs=1e-9)


def test_what_two_claim_goes_to_the_smaller() -> None:
    large, town = shapely.box(0, 0, 1, 1), shapely.box(0.45, 0.45, 0.55, 0.55)
    shapes = clean_coverage([large, town])
    assert shapes[1].area == pytest.approx(0.01)
    assert shapes[0].area == pytest.approx(0.99)


def test_a_wide_hole_stays_open() -> None:
    ring = [
        shapely.box(0, 0, 3, 1),
        shapely.box(0, 1, 1, 2),
        shapely.box(2, 1, 3, 2),
        shapely.box(0, 2, 3, 3),
    ]
    assert [hole.area for hole in holes(clean_coverage(ring))] == [1.0]


def test_thiessen_cells_are_nearest_and_tile() -> None:
    outline = shapely.box(0, 0, 4, 1)
    cells = thiessen_cells(outline, [1, 3, 3.5], [0.5, 0.5, 0.5])
    assert [round(float(cell.area), 6) for cell in cells] == [2.0, 1.25, 0.75]
    assert thiessen_cells(outline, [1], [0.5])[0] is outline


def test_label_points_move_inside_only_when_they_are_outside() -> None:
    horseshoe = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 8, 10)
    lon, lat = label_points([horseshoe, horseshoe, horseshoe], [1.0, 5.0, np.nan], [1.0, 5.0, np.nan])
    assert (lon[0], lat[0]) == (1.0, 1.0)
    assert shapely.contains_xy(horseshoe, lon, lat).all()
    assert lon[1] != 5.0


def test_dissolve_keeps_shared_edges() -> None:
    frame = toy.communes().query("country == 'ML'")
    regions = dissolve(frame.geometry.to_numpy(), frame["adm1_pcode"])
    assert regions.index.tolist() == ["ML05", "ML07"]
    assert shapely.area(regions.to_numpy()).tolist() == [3.0, 2.0]
    assert shapely.coverage_is_valid(regions.to_numpy())


# --- hierarchy ------------------------------------------------------------------------------------


def test_parents_add_up_their_communes() -> None:
    cercles = parents(toy.communes(), "cercle")
    assert cercles["adm2_pcode"].tolist() == ["ML0501", "ML0502", "ML0701", "MR021"]
    assert cercles["area_sqkm"].tolist() == [200.0, 100.0, 200.0, 100.0]
    assert cercles["indicative"].tolist() == [False, False, False, True]
    assert list(cercles.columns) == list(COLUMNS["cercle"])
    assert shapely.contains_xy(cercles.geometry.to_numpy(), cercles["label_lon"], cercles["label_lat"]).all()


def test_levels_and_their_fault() -> None:
    boundaries = toy.boundaries()
    assert [len(boundaries.level(level)) for level in ("region", "cercle", "commune")] == [3, 4, 6]
    assert "geometry" not in boundaries.units
    with pytest.raises(ValueError, match="no level 'village'"):
        boundaries.level("village")


def test_two_layers_of_one_country_do_not_compose() -> None:
    layer = read_layer("embedded_ml")
    with pytest.raises(ValueError, match="two layers of one country"):
        compose([layer, layer])


def test_border_of_two_countries_is_measured_not_mended() -> None:
    overlap, gap = border(toy.boundaries())
    # M1 covers the western tenth of A1: 0.1 degree square at the equator.
    assert overlap == pytest.approx(area_sqkm([shapely.box(0, 0, 0.1, 1)])[0], rel=1e-6)
    assert gap == 0


def test_polygons_of_one_moughataa_are_read_together() -> None:
    table = pd.DataFrame({"shape_id": ["a", "b", "c", "d"], "adm2_pcodes": ["1", "2;3", "3", "4;5"]})
    blocks = embedded.blocks(table)
    assert ({"b", "c"}, {"2", "3"}) in blocks
    assert len(blocks) == 3
    assert embedded.real_cercles(table) == ["1"]


# --- the shipped layers ---------------------------------------------------------------------------


def test_the_shipped_layers_are_whole(shipped: Boundaries) -> None:
    assert [len(shipped.level(level)) for level in ("region", "cercle", "commune")] == [25, 116, 939]
    assert shipped.communes["country"].value_counts().to_dict() == {"ML": 701, "MR": 238}
    assert int(shipped.communes["focus"].sum()) == 208
    assert int(shipped.communes["drawn"].sum()) == 259
    assert shipped.communes["adm3_pcode"].is_monotonic_increasing
    assert shipped.communes["adm3_pcode"].is_unique
    for level in ("region", "cercle", "commune"):
        assert list(shipped.level(level).columns) == list(COLUMNS[level])
    assert shipped.vintages == {"ML": "COD-AB 2021", "MR": "COD-AB 2024"}


@pytest.mark.parametrize("country", ["ML", "MR"])
@pytest.mark.parametrize("level", ["region", "cercle", "commune"])
def test_shared_edges_are_shared(shipped: Boundaries, country: str, level: str) -> None:
    frame = shipped.level(level)
    shapes = frame[frame["country"] == country].geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert len(holes(shapes)) == 0


@pytest.mark.parametrize("level", ["region", "cercle", "commune"])
def test_every_label_point_lies_in_its_unit(shipped: Boundaries, level: str) -> None:
    frame = shipped.level(level)
    inside = shapely.contains_xy(frame.geometry.to_numpy(), frame["label_lon"], frame["label_lat"])
    assert inside.all()


def test_only_cells_are_indicative(shipped: Boundaries) -> None:
    assert not shipped.communes.query("country == 'ML'")["indicative"].any()
    assert shipped.communes.query("country == 'MR'")["indicative"].all()
    cut = set(shipped.cercles.query("indicative")["adm2_name"])
    assert {"Touil", "Tintane", "Adel Bagrou", "Amourj"} <= cut
    assert "Kobeni" not in cut
    assert not shipped.regions["indicative"].any()


def test_closing_the_gaps_changed_little(shipped: Boundaries) -> None:
    table = read_shape_pcodes()
    official = read_communes().set_index("adm3_pcode")["area_sqkm"].astype(float)
    communes = shipped.communes.query("country == 'ML'")
    after = area_sqkm(communes.geometry.to_numpy()) / official[communes["adm3_pcode"]]
    before = table.set_index("adm3_pcode")["area_ratio"].astype(float)[communes["adm3_pcode"]]
    change = (after / before - 1).abs()
    # One town of 7 km² (Ténenkou) grows by 9 %, three communes by more than 3.5 %.
    assert change.max() < 0.10
    assert (change > 0.035).sum() <= 3


def test_the_shape_table_gives_each_commune_one_polygon() -> None:
    table = read_shape_pcodes()
    assert len(table) == 701
    assert table["adm3_pcode"].is_unique
    assert table["shape_id"].is_unique
    assert table["shape_id"].str.startswith(embedded.SHAPES_MALI).all()
    assert table["iou"].astype(float).mean() > 0.97


def test_every_moughataa_of_2024_has_a_polygon() -> None:
    table = read_moughataas()
    assert len(table) == 57
    codes = {code for codes in table["adm2_pcodes"] for code in codes.split(";")}
    communes = read_communes().query("country == 'MR'")
    assert codes == set(communes["adm2_pcode"])
    younger = table[table["adm2_pcodes"].str.contains(";")]["source_name"]
    assert set(younger) == {"Aleg", "Amourj", "Kaedi", "R'Kiz", "Selibabi", "Tintane", "Zoueratt"}


def test_hodh_el_gharbi_has_29_communes_in_5_moughataas(shipped: Boundaries) -> None:
    assert int((shipped.communes["adm1_pcode"] == "MR02").sum()) == 29
    assert int((shipped.cercles["adm1_pcode"] == "MR02").sum()) == 5


# --- drawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "units"), [("region", 7), ("cercle", 37), ("commune", 259)])
def test_the_drawing_layer_is_small_valid_and_complete(shipped: Boundaries, level: str, units: int) -> None:
    drawn = drawing_layer(shipped, level)
    assert drawn["role"].value_counts().to_dict() == {"unit": units, "outline": 18}
    assert drawn.is_valid.all()
    assert not drawn.is_empty.any()
    coordinates = shapely.get_coordinates(drawn.geometry.to_numpy())
    assert np.array_equal(coordinates, coordinates.round(4))
    for _country, part in drawn.groupby("country"):
        assert shapely.coverage_is_valid(part.geometry.to_numpy())
    assert len(drawn.to_json()) < 300_000
    assert drawn["name"].notna().all()


def test_lines_of_two_levels_coincide(shipped: Boundaries) -> None:
    communes, cercles = drawing_layer(shipped, "commune"), drawing_layer(shipped, "cercle")
    edges = shapely.union_all(communes.geometry.boundary.to_numpy())
    assert shapely.difference(shapely.union_all(cercles.geometry.boundary.to_numpy()), edges).length < 1e-9


# --- on disk --------------------------------------------------------------------------------------


def test_a_layer_comes_back_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    communes = toy.communes().query("country == 'ML'").reset_index(drop=True)
    papers = TOY_PAPERS
    write_layers(tmp_path / "home/boundaries", {"toy": (embedded.hierarchy(communes), papers)})
    layer = read_layer("toy")
    assert layer.communes.geometry.equals(communes.geometry)
    assert layer.communes["adm3_name"].tolist() == ["A1", "A2", "B1", "C1", "C2"]
    assert layer.about["counts"] == {"communes": 5, "cercles": 3, "regions": 2}
    assert (layer.country, layer.vintage) == ("ML", "COD-AB 2021")


def test_the_version_follows_the_layers(tmp_path: Path, shipped: Boundaries) -> None:
    communes = toy.communes().query("country == 'ML'").reset_index(drop=True)
    papers = TOY_PAPERS
    write_layers(tmp_path / "home/boundaries", {"toy": (embedded.hierarchy(communes), papers)})
    other = load_boundaries({"ML": "toy", "MR": "embedded_mr"})
    assert other.version != shipped.version
    assert other.name == "toy+embedded_mr"
    assert load_boundaries().version == shipped.version


def test_a_damaged_layer_says_how_to_go_back(tmp_path: Path) -> None:
    communes = toy.communes().query("country == 'ML'").reset_index(drop=True)
    papers = TOY_PAPERS
    write_layers(tmp_path / "home/boundaries", {"toy": (embedded.hierarchy(communes), papers)})
    file = tmp_path / "home/boundaries/toy/communes.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(BoundaryFileError, match="use embedded_ml"):
        read_layer("toy")


def test_an_unreadable_choice_of_layers_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "home/boundaries"
    folder.mkdir(parents=True)
    (folder / "in_use.json").write_text("{", encoding="utf-8")
    with pytest.raises(BoundaryFileError, match=r"in_use\.json est illisible"):
        load_boundaries()


def test_writing_two_layers_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    communes = toy.communes().query("country == 'ML'").reset_index(drop=True)
    levels = embedded.hierarchy(communes)
    parent = tmp_path / "home/boundaries"
    write_layers(parent, {"one": (levels, {"country": "ML", "mark": "old"})})
    swap = folders.swap

    def fails_on_two(fresh: Path, folder: Path, old: Path) -> None:
        if folder.name == "two":
            raise OSError("disk full")
        swap(fresh, folder, old)

    monkeypatch.setattr(folders, "swap", fails_on_two)
    both = {"one": (levels, {"country": "ML", "mark": "new"}), "two": (levels, {"country": "ML"})}
    with pytest.raises(OSError, match="disk full"):
        write_layers(parent, both)
    assert sorted(path.name for path in parent.iterdir()) == ["one"]
    assert json.loads((parent / "one/layer.json").read_text(encoding="utf-8"))["mark"] == "old"


# --- measured on the real files -------------------------------------------------------------------


@needs_shared
@pytest.mark.shared_data
def test_survey_points_stay_in_their_commune(shipped: Boundaries, official_mali: gpd.GeoDataFrame) -> None:
    points = read_table(SHARED / "activities/water_points_mali_2020.csv")
    where = points["longitude"].to_numpy(dtype=float), points["latitude"].to_numpy(dtype=float)
    mali = shipped.communes.query("country == 'ML'")
    inside, same, nowhere = measure.same_commune_share(*where, mali, official_mali)
    sys.stdout.write(
        f"{same} of {inside} in the same commune: {100 * same / inside:.2f} %, {nowhere} in none\n"
    )
    assert inside == 18_918
    assert same / inside >= 0.993
    figures = shipped.layers[0].about["measured"]
    assert figures["survey_same_commune_pct"] == round(100 * same / inside, 2)


@needs_shared
@pytest.mark.shared_data
def test_the_cells_of_mauritania_are_as_good_as_their_papers_say(shipped: Boundaries) -> None:
    official = standardise(read_official(MAURITANIA_ZIP), read_communes(), file="mauritania").communes
    share = measure.right_area_share(shipped.communes, official, "MR02")
    assert share > 0.85
    assert shipped.layers[1].about["measured"]["hodh_el_gharbi_area_in_right_commune_pct"] == round(
        100 * share, 1
    )


@needs_shared
@pytest.mark.shared_data
def test_the_outer_border_of_mali_is_where_it_was(
    shipped: Boundaries, official_mali: gpd.GeoDataFrame
) -> None:
    ours = shapely.union_all(shipped.communes.query("country == 'ML'").geometry.to_numpy())
    theirs = shapely.union_all(official_mali.geometry.to_numpy())
    assert area_sqkm([ours])[0] == pytest.approx(area_sqkm([theirs])[0], rel=0.001)
    # Drawn four years apart and simplified: a few kilometres here and there, 0.2 % of the country.
    assert area_sqkm([shapely.symmetric_difference(ours, theirs)])[0] < 0.003 * area_sqkm([theirs])[0]


def test_closing_the_gaps_left_the_outer_border(shipped: Boundaries) -> None:
    figures = shipped.layers[0].about["measured"]
    assert figures["source_gaps"] == 860
    # Splinters of the source along the border; the country has 1,254,000 km².
    assert figures["outer_border_change_sqkm"] < 1
