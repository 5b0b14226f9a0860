import pandas as pd
import pytest
import shapely

from geo import vintages
from geo.boundaries import Boundaries
from geo.io import load_boundaries
from geo.io.tables import read_code_changes, read_parent_readings, read_regions_2023
from tests import toy


@pytest.fixture(scope="module")
def shipped() -> Boundaries:
    return load_boundaries({"ML": "embedded_ml", "MR": "embedded_mr"})


def readings(text: str, boundaries: Boundaries) -> dict[str, frozenset[str]]:
    return {
        one.vintage: one.pcodes
        for one in vintages.parent_readings(text, boundaries.units, read_parent_readings())
    }


def test_the_regions_of_2023_are_made_of_cercles(shipped: Boundaries) -> None:
    table = vintages.regions_2023(shipped, read_regions_2023())
    assert len(table) == 116
    by_region = table.groupby("region_2023")["adm2_name"].agg(sorted)
    assert by_region["Bandiagara"] == ["Bandiagara", "Bankass", "Koro"]
    assert by_region["Douentza"] == ["Douentza"]
    assert by_region["Mopti"] == ["Djenné", "Mopti", "Ténenkou", "Youwarou"]
    assert len(by_region["Ménaka"]) == 4
    # Taoudénit cannot be cut from these polygons: it stays inside Tombouctou, and that is said.
    assert "Taoudénit" not in by_region.index
    assert table.loc[table["region_2023"] == "Tombouctou", "note"].str.contains("Taoudénit").all()
    assert table.loc[table["country"] == "ML", "approximate"].all()
    assert not table.loc[table["country"] == "MR", "approximate"].any()


def test_mali_has_its_nineteen_regions_but_one(shipped: Boundaries) -> None:
    later = vintages.later_regions(shipped, read_regions_2023())
    mali = later[later["country"] == "ML"]
    # 19 regions and the district of Bamako, less Taoudénit.
    assert len(mali) == 19
    changed = mali[mali["changed"] & mali["drawn"]]
    assert changed["pcode"].tolist() == ["2023-bandiagara", "2023-douentza", "2023-mopti"]
    assert later["pcode"].is_unique
    assert set(mali.loc[~mali["changed"] & mali["drawn"], "pcode"]) == {"ML06", "ML07", "ML08", "ML10"}
    # The parts are the whole: areas of the three make the Mopti of 2021.
    mopti = shipped.regions.set_index("adm1_pcode").at["ML05", "area_sqkm"]
    assert changed["area_sqkm"].sum() == pytest.approx(mopti)
    inside = shipped.cercles.set_index("adm2_pcode")
    for row in changed.itertuples():
        shapes = inside.loc[row.cercles.split(";")].geometry.to_numpy()
        assert shapely.contains_xy(shapes, row.label_lon, row.label_lat).any()


def test_another_vintage_has_no_regions_of_2023() -> None:
    with pytest.raises(ValueError, match="regions of 2023 are known for COD-AB 2021"):
        vintages.regions_2023(toy.boundaries(), read_regions_2023().iloc[:0])


def test_a_stated_parent_is_read_through_every_vintage(shipped: Boundaries) -> None:
    assert vintages.parent_readings("GAO", shipped.units, read_parent_readings()) == (
        vintages.Reading("COD-AB 2021", frozenset({"ML07"}), True),
        vintages.Reading("COD-AB 2021", frozenset({"ML0703"}), True),
        vintages.Reading("before 2016", frozenset({"ML07", "ML10"}), True),
    )
    assert readings("Bandiagara", shipped)["since 2023"] == {"ML0501", "ML0502", "ML0505"}
    assert readings("Mopti", shipped)["since 2023"] == {"ML0503", "ML0506", "ML0507", "ML0508"}
    assert readings("Douentza", shipped)["since 2023"] == {"ML0504"}
    assert readings("menaka", shipped)["before 2016"] == {"ML10"}
    assert readings("Nouakchott", shipped) == {"before 2014": {"MR13", "MR14", "MR15"}}
    assert readings("Hodh Gharbi", shipped) == {"any": {"MR02"}}


def test_taoudenit_is_part_of_tombouctou_and_says_so(shipped: Boundaries) -> None:
    for text in ("Taoudénit", "taoudenni"):
        (reading,) = vintages.parent_readings(text, shipped.units, read_parent_readings())
        assert reading == vintages.Reading("since 2016", frozenset({"ML06"}), False)


def test_a_code_has_one_reading_and_a_word_unknown_has_none(shipped: Boundaries) -> None:
    table = read_parent_readings()
    assert [one.pcodes for one in vintages.parent_readings("MLI05", shipped.units, table)] == [{"ML05"}]
    assert vintages.parent_readings("ML99", shipped.units, table) == ()
    assert vintages.parent_readings("Paris", shipped.units, table) == ()
    assert vintages.parent_readings("", shipped.units, table) == ()


def test_a_reading_whose_units_are_not_there_is_left_out() -> None:
    # The toy country has ML07 and no ML10: the Gao of before 2016 cannot be said in its units.
    units, table = toy.boundaries().units, read_parent_readings()
    (reading,) = vintages.parent_readings("Nord", units, table)
    assert reading.pcodes == {"ML05"}
    assert vintages.parent_readings("Gao", units, table) == ()


def test_readings_name_units_that_exist(shipped: Boundaries) -> None:
    known = set(shipped.regions["adm1_pcode"]) | set(shipped.cercles["adm2_pcode"])
    table = read_parent_readings()
    assert {code for codes in table["pcodes"] for code in codes.split(";")} <= known
    assert set(table["part"]) == {"whole", "part"}
    assert (table["source"] != "").all()


def test_codes_that_changed_hands() -> None:
    changes = read_code_changes()
    assert vintages.changed_codes(changes) == {"ML09", "MR01"}
    assert vintages.meaning("ML09", "COD-AB 2021", changes) == "Bamako"
    assert vintages.meaning("ML09", "COD-AB 2025", changes) == "Taoudénit"
    assert vintages.meaning("MR01", "COD-AB 2024", changes) == "Hodh Chargui"
    assert vintages.meaning("ML05", "COD-AB 2021", changes) == ""


def test_the_table_of_changes_agrees_with_the_layers(shipped: Boundaries) -> None:
    names = shipped.regions.set_index("adm1_pcode")["adm1_name"]
    for row in read_code_changes().itertuples():
        if row.vintage == shipped.vintages[row.pcode[:2]]:
            assert names[row.pcode] == row.name


def test_a_crosswalk_follows_the_land_not_the_code() -> None:
    before = toy.communes().query("country == 'ML'").reset_index(drop=True)
    after = before.assign(adm3_pcode=before["adm3_pcode"].str.replace("ML", "ML9"))
    # A2 and B1 were joined, C2 lost its eastern half.
    joined = shapely.union_all(after.geometry[1:3].to_numpy())
    shapes = [after.geometry[0], joined, after.geometry[3], shapely.box(4, 0, 4.5, 1)]
    after = after.iloc[[0, 1, 3, 4]].set_geometry(pd.Series(shapes).to_numpy(), crs=before.crs)
    table = vintages.crosswalk(before, after)
    pairs = {(row.pcode_before, row.pcode_after): row for row in table.itertuples()}
    assert pairs["ML050102", "ML9050102"].share_of_before == pytest.approx(1)
    assert pairs["ML050102", "ML9050102"].share_of_after == pytest.approx(0.5)
    assert [pairs[code, "ML9050102"].same_name for code in ("ML050102", "ML050201")] == [True, False]
    assert pairs["ML070102", "ML9070102"].share_of_before == pytest.approx(0.5)
    assert len(table) == 5
