"""Doubtful places on both databases: grouped, settled, undone, accounted for; figures by hand."""

# ruff: noqa: F811 - fixtures are imported by name
import pytest

from geo.__main__ import main
from geo.errors import AlreadyDecidedError, StoreError
from geo.store import database, decisions, held, imports, load, planning, record, review
from tests.store_servers import boundaries, named, new_store, postgresql, store, write  # noqa: F401

# Two points in Konna (Mopti) and one in Bourem, all said to lie in Kidal; one far out in Guinea's sea.
POINTS = (
    "record_key;lat;lon;Région;Type d'activité",
    "P1;14.95;-3.90;Kidal;forage",
    "P2;14.96;-3.91;KIDAL;forage",
    "P3;16.95;-0.35;Kidal;forage",
    "P4;8.0;-15.0;Gao;forage",
    "P5;16.27;-0.04;Gao;forage",
)


def bring(path, source="p", **options):
    return imports.apply(planning.prepare(path, boundaries(), source=named(source), **options), who="awa")


def outcomes(source="p"):
    records = load(boundaries()).records
    own = records[records["source_id"] == source].set_index("record_key")
    return own[["outcome", "precision", "place_set"]].T.to_dict("list")


@pytest.fixture
def sqlite(new_store):
    return new_store("sqlite")


def bring_points(tmp_path):
    bring(write(tmp_path / "points.csv", *POINTS))
    return review.groups(boundaries())


@pytest.fixture
def points(sqlite, tmp_path):
    return bring_points(tmp_path)


def line(table, key):
    records = load(boundaries()).records
    number = records.index[records["record_key"] == key]
    assert len(number) == 1
    with database.reading() as connection:
        versions = held.standing(connection)
    wanted = int(versions.loc[versions["record_key"] == key, "record_id"].iloc[0])
    return table[[wanted in ids for ids in table["record_ids"]]].iloc[0].to_dict()


def test_positions_alike_are_one_group_and_one_decision_settles_and_unsettles_them(store, tmp_path):
    points = bring_points(tmp_path)
    assert points["kind"].tolist() == ["position"] * 3
    pair = line(points, "P1")
    assert (pair["rows"], pair["reason"], pair["stated"]) == (2, "far_from_stated_place", "ML08")
    here = pair["candidates"].split(";")[0]
    number, changed = decisions.decide(pair, here, boundaries(), who="awa", note="vu sur place")
    assert changed == 2
    found = outcomes()
    assert found["P1"] == found["P2"] == ["placed", "point", here]
    assert {found[key][0] for key in ("P3", "P4")} == {"review"}
    assert found["P5"][0] == "placed"
    left = review.waiting(boundaries())
    counts = left.accounting
    assert (counts.read, counts.placed, counts.review, counts.rejected) == (5, 3, 2, 0)
    assert (len(left.groups), left.unplaced) == (2, 0)
    assert decisions.decisions().iloc[0]["rows"] == 2
    # A button pressed twice, or somebody who was quicker.
    with pytest.raises(AlreadyDecidedError, match="est déjà réglé : décision 1, par awa"):
        decisions.decide(pair, "", boundaries(), who="issa")
    identity = {key: record.read("p", key).decisions["id"].tolist() for key in ("P1", "P3", "P5")}
    assert identity == {"P1": [number], "P3": [], "P5": []}
    assert decisions.revoke(number, boundaries(), who="issa") == 2
    assert outcomes()["P1"] == ["review", "", ""]
    assert review.groups(boundaries())["group"].tolist() == points["group"].tolist()


def test_the_name_is_right_and_the_position_is_set_aside(points):
    decisions.decide(line(points, "P3"), "ML08", boundaries(), who="awa")
    assert outcomes()["P3"] == ["placed", "region", "ML08"]
    # The other rows that say Kidal lie in another commune: they still wait.
    assert outcomes()["P1"][0] == "review"


def test_a_position_outside_every_unit_takes_the_unit_that_somebody_names_or_none(points):
    far_out = line(points, "P4")
    assert far_out["reason"] == "outside_every_unit"
    number, _changed = decisions.decide(far_out, "ML070303", boundaries(), who="awa")
    assert outcomes()["P4"] == ["placed", "commune", "ML070303"]
    decisions.revoke(number, boundaries(), who="awa")
    decisions.decide(far_out, "", boundaries(), who="awa")
    left = review.waiting(boundaries())
    assert (left.accounting.review, left.unplaced, len(left.groups)) == (4, 1, 2)


def test_a_position_decided_once_holds_for_rows_alike_in_a_later_file(points, tmp_path):
    pair = line(points, "P1")
    here = pair["candidates"].split(";")[0]
    number, _changed = decisions.decide(pair, here, boundaries(), who="awa")
    later = write(
        tmp_path / "later.csv", POINTS[0], "Q1;14.94;-3.90;Kidal;forage", "Q2;16.95;-0.35;Kidal;forage"
    )
    bring(later, "q")
    assert outcomes("q") == {"Q1": ["placed", "point", here], "Q2": ["review", "", ""]}
    assert decisions.revoke(number, boundaries(), who="awa") == 3
    assert outcomes("q")["Q1"][0] == "review"


def test_a_unit_must_be_known(points):
    with pytest.raises(StoreError, match="XX99 n'est pas une unité"):
        decisions.decide(points.iloc[0].to_dict(), "XX99", boundaries(), who="x")


def test_every_row_to_review_is_in_a_group_whatever_it_states(sqlite, tmp_path):
    """A region that is known beside a zone that is not: no single name is in question."""
    lines = ("Région;Zone d'intervention;Commune;Type d'activité;Nombre", "Gao;commune de Nullepart;;AVEC;1")
    bring(write(tmp_path / "z.csv", *lines, ";Zanzibar;;AVEC;2", "Gao;;Nullepart;AVEC;3"))
    left = review.waiting(boundaries())
    asked = {number for numbers in left.groups["record_ids"] for number in numbers}
    assert left.accounting.review == 3
    assert (len(asked), left.unplaced) == (3, 0)
    zone = left.groups[left.groups["text"].str.contains("commune de Nullepart")].iloc[0]
    assert zone["kind"] == "place"
    decisions.decide(zone.to_dict(), "ML070303", boundaries(), who="awa")
    assert review.waiting(boundaries()).accounting.placed == 1


def test_a_decision_for_a_unit_that_is_gone_asks_again(points, monkeypatch):
    pair = line(points, "P1")
    decisions.decide(pair, pair["candidates"].split(";")[0], boundaries(), who="awa")
    with database.writing() as connection:
        connection.execute(decisions.DECISIONS.update().values(pcode="ML999999"))
        decisions.place_versions(connection, list(pair["record_ids"]), boundaries())
    assert pair["group"] in set(review.groups(boundaries())["group"])
    assert decisions.decide(pair, "ML08", boundaries(), who="issa") == (2, 2)


def test_places_found_with_other_boundaries_are_counted_anew_and_brought_up_to_date(points):
    from geo.store.tables import RECORDS  # noqa: PLC0415

    with database.writing() as connection:
        connection.execute(RECORDS.update().values(placed_with="older", outcome="rejected"))
    assert review.waiting(boundaries()).accounting.review == 4
    decisions.decide(line(points, "P3"), "ML08", boundaries(), who="awa")
    with database.reading() as connection:
        assert set(held.standing(connection)["placed_with"]) == {held.placed_with(boundaries())}
    assert review.waiting(boundaries()).accounting.review == 3


def test_groups_are_kept_by_source_import_and_reason(points, tmp_path):
    bring(write(tmp_path / "n.csv", "Région;Commune;Type d'activité", "Gao;Nullepart;AVEC"), "q")
    table = review.groups(boundaries())
    assert len(review.kept(table, source="q")) == len(review.kept(table, of_import="2")) == 1
    assert set(review.kept(table, reason="far_from_stated_place")["imports"]) == {"1"}
    assert len(review.kept(table, source="q", reason="far_from_stated_place")) == 0


def test_the_command_settles_positions_by_letter(points, capsys):
    pair = line(points, "P1")
    assert main(["review", "--show", pair["group"]]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert "  A · " in shown[1]
    assert "les 2 positions sont justes" in shown[1]
    assert main(["review", "--decide", pair["group"], "b", "--note", "appel"]) == 0
    said = capsys.readouterr().out
    assert "lignes replacées : 2" in said
    assert "Lus 5 = placés 3 + à vérifier 2 + rejetés 0" in said
    assert outcomes()["P1"] == ["placed", "region", "ML08"]
    assert main(["review", "--decisions"]) == 0
    assert "→ ML08 · lignes : 2 · en usage · appel" in capsys.readouterr().out
    assert main(["review", "--decide", line(points, "P3")["group"], "Z"]) == 2
    assert main(["review", "--reason", "outside_every_unit"]) == 0
    assert "groupes 1, lignes 1" in capsys.readouterr().out


@pytest.mark.shared_data
def test_the_surveys_25_far_rows_are_five_decisions(sqlite, shared_data):
    """10 rows say Kidal, 15 Tombouctou; they lie in three and two communes: five groups, five decisions."""
    from tests.shared import say  # noqa: PLC0415

    bring(shared_data / "activities/water_points_mali_2020.csv", "survey")
    table = review.kept(review.groups(boundaries()), reason="far_from_stated_place")
    say(table[["region", "rows", "candidates"]].to_string())
    assert table["rows"].tolist() == [14, 6, 3, 1, 1]
    before = review.waiting(boundaries()).accounting
    for row in table.to_dict("records"):
        decisions.decide(row, row["candidates"].split(";")[0], boundaries(), who="awa")
    after = review.waiting(boundaries()).accounting
    assert (after.placed - before.placed, before.review - after.review) == (25, 25)
    records = load(boundaries()).records
    made = records[records["method"] == "decision"]
    assert len(made) == 25
    assert set(made["precision"]) == {"point"}
    assert made.groupby("place_set").size().sort_values(ascending=False).tolist() == [14, 6, 3, 1, 1]
