"""The survey takes the place of the counts made from it; settled, the totals are what they were."""

# ruff: noqa: F811 - fixtures are imported by name
import pytest

from geo.io import load_boundaries
from geo.io.install import install
from geo.store import decisions, imports, load, planning, review
from tests.shared import say
from tests.store_servers import named, new_store, postgresql  # noqa: F401

pytestmark = pytest.mark.shared_data
OFFICIAL = ("mli_admbnda_adm3_1m_gov_20211220.zip", "mrt_admbnda_adm3_ansade_20240327.zip")
THREE = ("ML05", "ML06", "ML07")


def working(boundaries):
    records = load(boundaries).records.query("activity_type == 'water_point' and outcome == 'placed'")
    works = records["functionality"].isin(["functional", "functional_seasonal"])
    return int(records.loc[works & records["adm1_pcode"].isin(THREE), "quantity"].sum())


# On the shipped polygons the eleventh row, 0.19 km from the edge of Fakala, lies in the next region.
@pytest.mark.parametrize(("official", "imported", "settled"), [(False, 7162, 7172), (True, 7163, 7173)])
def test_the_totals_are_what_they_were_once_ten_positions_are_settled(
    new_store, shared_data, official, imported, settled
):
    new_store("sqlite")
    if official:
        install([shared_data / "boundaries" / name for name in OFFICIAL])
    boundaries = load_boundaries()
    assert working(boundaries) == 7173
    survey = named("our_survey", supersedes="akvo_2020_counts")
    path = shared_data / "activities/water_points_mali_2020.csv"
    imports.apply(planning.prepare(path, boundaries, source=survey), who="awa")
    assert working(boundaries) == imported
    groups = review.groups(boundaries)
    far = groups[(groups["kind"] == "position") & groups["candidates"].str.startswith(THREE)]
    far = far[far["reason"] == "far_from_stated_place"]
    for group in far.to_dict("records"):
        # The position is right: the row states the region that it was surveyed from.
        decisions.decide(group, group["candidates"].split(";")[0], boundaries, who="awa")
    say("groups settled:", far[["text", "region", "rows", "candidates"]].to_dict("records"))
    assert working(boundaries) == settled
