"""Rows left where the replaced counts had them: with their import, on both databases, and taken back."""

# ruff: noqa: F811 - fixtures are imported by name
import pytest

from geo.__main__ import main
from geo.store import decisions, imports, load, planning, record, recounted, review
from tests.store_servers import boundaries, named, new_store, postgresql, store, write  # noqa: F401

# Two boreholes in Konna (Mopti) said to lie in Kidal, and two in Bourem (Gao).
COUNTS = (
    "Code;Commune;Cercle;Région;Type d'activité;État;Nombre",
    "C1;Konna;Mopti;Mopti;forage;fonctionnel;2",
    "C2;Bourem;Bourem;Gao;forage;fonctionnel;2",
)
POINTS = (
    "record_key;lat;lon;Région;Type d'activité;État",
    "P1;14.95;-3.90;Kidal;forage;fonctionnel",
    "P2;14.96;-3.91;KIDAL;forage;fonctionnel",
    "P3;16.95;-0.35;Gao;forage;fonctionnel",
    "P4;16.951;-0.351;Gao;forage;fonctionnel",
)


def bring(path, source, **values):
    plan = planning.prepare(path, boundaries(), source=named(source, **values))
    return imports.apply(plan, who="awa")


def placed(*sources):
    records = load(boundaries()).records
    own = records[records["source_id"].isin(sources) & (records["outcome"] == "placed")]
    return own.groupby("adm3_name" if "adm3_name" in own else "adm3_pcode")["quantity"].sum().to_dict()


@pytest.fixture
def counts(tmp_path):
    return write(tmp_path / "counts.csv", *COUNTS)


@pytest.fixture
def points(tmp_path):
    return write(tmp_path / "points.csv", *POINTS)


def plan_of(points):
    return planning.prepare(points, boundaries(), source=named("list", supersedes="counts"))


def test_the_totals_stay_and_every_decision_can_be_seen_and_taken_back(store, counts, points):
    bring(counts, "counts")
    before = placed("counts", "list")
    assert sorted(before.values()) == [2, 2]
    plan = plan_of(points)
    assert plan.summary()["accounting"]["review"] == 2
    assert plan.recount.rows["row"].tolist() == [2, 3]
    assert plan.decided.empty
    left = recounted.kept(plan, boundaries())
    assert left.summary()["accounting"]["placed"] == 4
    number = imports.apply(left, who="awa")
    assert placed("counts", "list") == before
    assert review.groups(boundaries()).empty
    made = decisions.decisions().iloc[0]
    assert made[["kind", "decided_by", "rows", "text"]].tolist() == ["counted", "awa", 2, "2 positions"]
    assert "que cet import remplace" in made["note"]
    records = load(boundaries()).records
    own = records[records["source_id"] == "list"].set_index("record_key")
    assert own.loc[["P1", "P3"], "method"].tolist() == ["as_counted", "position"]
    assert "as_counted" in own.at["P1", "flags"].split(";")
    assert own.at["P1", "longitude"] == -3.90
    told = {key: record.read("list", key).decisions["id"].tolist() for key in ("P1", "P3")}
    assert told == {"P1": [made["id"]], "P3": []}
    # One taken back: its two rows wait again.
    assert decisions.revoke(int(made["id"]), boundaries(), who="issa") == 2
    assert sum(placed("counts", "list").values()) == 2
    imports.undo(number, who="awa")
    assert placed("counts", "list") == before


def test_an_undo_takes_the_decisions_back_and_the_same_file_may_come_again(store, counts, points):
    bring(counts, "counts")
    before = placed("counts", "list")
    first = imports.apply(recounted.kept(plan_of(points), boundaries()), who="awa")
    imports.undo(first, who="issa")
    assert decisions.decisions()["revoked_by"].tolist() == ["issa"]
    assert placed("counts", "list") == before
    again = plan_of(points)
    assert len(again.recount.rows) == 2
    imports.apply(recounted.kept(again, boundaries()), who="awa")
    assert placed("counts", "list") == before


def test_while_a_later_file_of_the_source_stands_the_decisions_stand(new_store, counts, points):
    new_store("sqlite")
    bring(counts, "counts")
    before = placed("counts", "list")
    first = imports.apply(recounted.kept(plan_of(points), boundaries()), who="awa")
    write(points, *POINTS, "P5;16.96;-0.36;Gao;forage;fonctionnel")
    later = imports.apply(recounted.kept(plan_of(points), boundaries()), who="awa")
    assert sum(placed("counts", "list").values()) == 5
    imports.undo(first, who="awa")
    assert sum(placed("counts", "list").values()) == 5
    imports.undo(later, who="awa")
    assert placed("counts", "list") == before
    assert set(decisions.decisions()["revoked_by"]) == {"awa"}


def test_counts_of_another_year_leave_nothing_where_it_was(new_store, counts, points):
    new_store("sqlite")
    write(counts, *COUNTS[:1], COUNTS[1].replace(";2", ";7"), COUNTS[2].replace(";2", ";9"))
    bring(counts, "counts")
    assert plan_of(points).recount.rows.empty


@pytest.mark.parametrize(("options", "works"), [([], 4), (["--no-keep-as-counted"], 2)])
def test_the_command_says_it_and_does_it(new_store, counts, points, options, works, capsys):
    new_store("sqlite")
    bring(counts, "counts")
    asked = ["import", str(points), "--source", "list", "--supersedes", "counts", *options]
    assert main([*asked, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "2 lignes de ce fichier (en service : 2) étaient comptées" in told.replace("\u00a0", " ")
    assert "ligne 2 · fonctionnel · comptée à Konna · à plus de 20 km du lieu déclaré" in told
    assert ("l'inverse : --keep-as-counted" in told) == bool(options)
    assert "placés 2 + à vérifier 2" in told
    assert main([*asked, "--yes"]) == 0
    assert f"placés {works} + à vérifier {4 - works}" in capsys.readouterr().out
    assert sum(placed("counts", "list").values()) == works
