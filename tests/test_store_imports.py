"""Files brought in, compared, replaced, corrected and taken back: every figure worked out by hand."""

# ruff: noqa: F811 - fixtures are imported by name
import json
import threading
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.__main__ import main
from geo.errors import StoreError
from geo.store import (
    corrections,
    current,
    database,
    decisions,
    imports,
    jobs,
    load,
    planning,
    review,
    sources,
)
from tests.shared import say
from tests.store_servers import boundaries, named, new_store, postgresql, quick, standing, store, write  # noqa: F401

HEADINGS = "record_key;Région;Cercle;Commune;Type d'activité;Nombre"
FIRST = (
    HEADINGS,
    "A1;Gao;Ansongo;Bara;AVEC;3",
    "A2;Gao;Ansongo;Introuvable;AVEC;2",
    "A3;;;;AVEC;5",
)


@pytest.fixture
def partner(tmp_path):
    return write(tmp_path / "partenaire.csv", *FIRST)


def bring(path: Path, source: str = "p", **options) -> int:
    plan = planning.prepare(path, boundaries(), source=named(source), **options)
    return imports.apply(plan, who="awa")


def quantities() -> dict[str, float]:
    records = load(boundaries()).records
    own = records[records["source_id"] == "p"]
    return dict(zip(own["record_key"], own["quantity"], strict=True))


def test_a_file_comes_in_whole_and_accounted_for(store, partner):
    plan = planning.prepare(partner, boundaries(), source=named("p"))
    found = plan.summary()["accounting"]
    assert (found["read"], found["placed"], found["review"], found["rejected"]) == (3, 1, 1, 1)
    assert standing("p") == {}
    assert imports.apply(plan, who="awa") == 1
    assert quantities() == {"A1": 3, "A2": 2, "A3": 5}
    listed = imports.imports().iloc[0]
    assert (listed["imported_by"], listed["source_id"], listed["file_name"]) == ("awa", "p", "partenaire.csv")
    assert json.loads(listed["summary"])["difference"] == {"added": 3, "changed": 0, "removed": 0, "same": 0}


def test_imported_records_are_placed_as_a_file_of_ones_own_is(store, partner):
    bring(partner)
    records = load(boundaries()).records
    row = records[records["record_key"] == "A1"].iloc[0]
    assert (row["outcome"], row["adm3_pcode"], row["precision"]) == ("placed", "ML070102", "commune")
    assert len(records) == 646 + 3
    assert not {"identity", "import_id", "record_id", "placed_with"} & set(records)


def test_the_same_file_again_is_recognised(store, partner):
    bring(partner)
    again = planning.prepare(partner, boundaries(), source=named("p"))
    assert again.same_as == 1
    with pytest.raises(StoreError, match=r"partenaire\.csv : déjà importé \(import 1\) ; rien à faire"):
        imports.apply(again, who="awa")
    other = planning.prepare(partner, boundaries(), source=named("p2"))
    assert (other.same_as, other.elsewhere, other.asks) == (0, "p", True)


def test_a_corrected_file_updates_by_the_partners_own_key(store, partner):
    bring(partner)
    write(partner, HEADINGS, "A2;Gao;Ansongo;Bara;AVEC;2", "A1;Gao;Ansongo;Bara;AVEC;4", "A4;Gao;;;AVEC;1")
    plan = planning.prepare(partner, boundaries(), source=named("p"))
    found = plan.difference
    assert (list(found.added), sorted(found.changed), list(found.removed)) == (["A4"], ["A1", "A2"], ["A3"])
    assert found.values.to_dict("records") == [
        {"identity": "A2", "column": "provider_adm3_name", "before": "Introuvable", "after": "Bara"},
        {"identity": "A1", "column": "quantity", "before": "3", "after": "4"},
    ]
    assert quantities() == {"A1": 3, "A2": 2, "A3": 5}
    imports.apply(plan, who="awa")
    assert quantities() == {"A1": 4, "A2": 2, "A4": 1}


def test_a_file_that_completes_removes_nothing(store, quick):
    imports.apply(quick({"a": 1, "b": 2}), who="x")
    imports.apply(quick({"b": 3, "c": 4}, partial=True), who="x")
    assert standing() == {"a": 1, "b": 3, "c": 4}


@pytest.mark.parametrize(
    ("undone", "left"),
    [
        ([3], {"a": 2, "b": 1}),
        ([2], {"a": 3, "c": 1}),
        ([1], {"a": 3, "c": 1}),
        ([3, 2], {"a": 1, "b": 1}),
        ([2, 3], {"a": 1, "b": 1}),
        ([1, 3], {"a": 2, "b": 1}),
        ([1, 2, 3], {}),
    ],
)
def test_any_import_is_undone_in_any_order(store, quick, undone, left):
    for rows in ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 3, "c": 1}):
        imports.apply(quick(rows), who="x")
    for number in undone:
        imports.undo(number, who="issa")
    assert standing() == left
    table = imports.imports()
    assert sorted(table.loc[table["undone_by"] == "issa", "id"]) == sorted(undone)


def test_an_undone_import_can_be_made_again(store, partner):
    bring(partner)
    assert imports.undo(1, who="x") == {"before": 3, "after": 0}
    with pytest.raises(StoreError, match=r"Import 1 : déjà annulé le .* par x"):
        imports.undo(1, who="x")
    with pytest.raises(StoreError, match="Import 7 : il n'existe pas"):
        imports.undo(7, who="x")
    assert bring(partner) == 2
    assert quantities() == {"A1": 3, "A2": 2, "A3": 5}


FILES = st.tuples(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), min_size=1), st.booleans())
STEPS = st.lists(st.one_of(FILES, st.integers(1, 6)), max_size=7)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
# Import 4 takes nothing out by name; undoing 3 must not bring b back.
@example(steps=[({"a": 0}, False), ({"a": 0, "b": 0}, False), ({"a": 0}, False), 1, ({"a": 0}, False), 3])
def test_what_stands_is_what_the_standing_files_state_one_after_another(new_store, quick, steps):
    """A whole file replaces what its source states, a partial one completes it."""
    new_store("sqlite")
    files: dict[int, tuple[dict[str, int], bool]] = {}
    for step in steps:
        if isinstance(step, tuple):
            rows, partial = step
            files[imports.apply(quick(rows, partial=partial), who="x")] = step
        elif step in files:
            del files[step]
            imports.undo(step, who="x")
    expected: dict[str, int] = {}
    for _, (rows, partial) in sorted(files.items()):
        expected = expected | rows if partial else rows
    assert standing() == expected


def test_rows_that_share_a_key_are_told_apart_by_what_they_say(store, quick):
    def rows(*pairs):
        return pd.DataFrame(pairs, columns=["record_key", "provider_adm3_name", "quantity"])

    imports.apply(quick(rows(("k", "", 5.0), ("k", "Bara", 2.0), ("k", "Gao", 3.0), ("m", "", 1.0))), who="x")
    # In another order, one figure changed: nothing but that figure is a change.
    plan = quick(rows(("m", "", 1.0), ("k", "Gao", 3.0), ("k", "Bara", 4.0), ("k", "", 5.0)))
    assert plan.difference.counts() == {"added": 0, "changed": 1, "removed": 0, "same": 3}
    assert plan.difference.values[["before", "after"]].values.tolist() == [["2", "4"]]
    imports.apply(plan, who="x")
    assert sorted(standing().values()) == [1, 3, 4, 5]


def test_rows_without_a_key_are_known_by_what_they_say(store, quick):
    twice = pd.DataFrame({"quantity": [1.0, 1.0, 2.0]})
    imports.apply(quick(twice), who="x")
    assert sorted(standing().values()) == [1, 1, 2]
    plan = quick(pd.DataFrame({"quantity": [2.0, 1.0, 7.0]}))
    assert plan.difference.counts() == {"added": 1, "changed": 0, "removed": 1, "same": 2}


def test_two_at_once_on_two_sources_both_succeed_and_on_one_the_second_is_told(store, quick):
    plans = [quick({"a": 1}, "one"), quick({"a": 2}, "two"), quick({"a": 3}, "two")]
    told, done = [], []

    def apply(plan):
        try:
            done.append((imports.apply(plan, who="moussa"), plan.source.source_id))
        except StoreError as error:
            told.append(str(error))

    threads = [threading.Thread(target=apply, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(source for _, source in done) == ["one", "two"]
    assert len(told) == 1
    assert "La source « two » a changé entre-temps" in told[0]
    assert "moussa" in told[0]
    assert standing("one") == {"a": 1}
    assert standing("two") in ({"a": 2}, {"a": 3})


def test_a_source_that_supersedes_another_replaces_it_and_gives_its_place_back(store, quick):
    imports.apply(quick({"a": 10, "b": 20}, "counts"), who="x")
    plan = quick({"z": 25}, "survey", source=named("survey", supersedes="counts"))
    assert [(one.source_id, one.records, one.quantity) for one in plan.replaces] == [("counts", 2, 30.0)]
    assert plan.asks
    number = imports.apply(plan, who="x")

    def counting():
        records = load(boundaries()).records
        return set(records["source_id"]) & {"counts", "survey"}

    assert counting() == {"survey"}
    imports.undo(number, who="x")
    assert counting() == {"counts"}


def test_sources_that_would_replace_one_another_are_refused(store, quick):
    imports.apply(quick({"a": 1}, "one", source=named("one", supersedes="two")), who="x")
    with pytest.raises(StoreError, match="« two » et « one » se remplaceraient l'une l'autre"):
        quick({"a": 1}, "two", source=named("two", supersedes="one"))


def test_what_is_replaced_already_says_so_when_it_comes_in(store, quick):
    imports.apply(quick({"a": 1}, "survey"), who="x")
    plan = quick({"a": 1}, "counts", source=named("counts", derived_from="survey"))
    assert plan.replaced_by == "survey"
    imports.apply(plan, who="x")
    assert "counts" not in set(load(boundaries()).records["source_id"])


def test_a_source_is_switched_off_and_on(store):
    whole = load(boundaries())
    sources.switch("geonames_wells_2014", on=False, who="x")
    less = load(boundaries())
    assert len(whole.records) - len(less.records) == 57
    assert "geonames_wells_2014" not in less.sources
    assert less.version != whole.version
    sources.switch("geonames_wells_2014", on=True, who="x")
    assert len(load(boundaries()).records) == 646
    with pytest.raises(StoreError, match="Source inconnue : « x »"):
        sources.switch("x", on=True, who="x")


def test_repeats_are_flagged_across_sources(store, tmp_path):
    lines = ("lat;lon;Type d'activité", "14.3;-3.6;forage", "14.4;-3.6;forage")
    bring(write(tmp_path / "one.csv", *lines), "p")
    bring(write(tmp_path / "two.csv", lines[0], lines[1]), "q")
    records = load(boundaries()).records
    flagged = records[
        records["flags"].str.contains("possible_repeat") & records["source_id"].isin(["p", "q"])
    ]
    assert list(flagged["source_id"]) == ["q"]


def test_one_decision_settles_all_rows_alike_now_and_later(store, partner):
    write(partner, *FIRST, "A5;GAO;ansongo;INTROUVABLE;AVEC;1")
    bring(partner)
    table = review.groups(boundaries())
    assert table[["kind", "reason", "rows"]].values.tolist() == [["name", "unknown_place", 2]]
    state = current.state_key()
    number, changed = decisions.decide(
        table.iloc[0].to_dict(), "ML070102", boundaries(), who="awa", note="vu"
    )
    assert (number, changed) == (1, 2)
    assert current.state_key() != state

    def placed():
        records = load(boundaries()).records
        return dict(
            records.loc[records["record_key"].isin(["A2", "A5", "A6"]), ["record_key", "adm3_pcode"]].values
        )

    assert placed() == {"A2": "ML070102", "A5": "ML070102"}
    assert review.groups(boundaries()).empty
    write(partner, *FIRST, "A5;GAO;ansongo;INTROUVABLE;AVEC;1", "A6;Gao;Ansongo;Introuvable;AVEC;1")
    bring(partner)
    assert placed() == {"A2": "ML070102", "A5": "ML070102", "A6": "ML070102"}
    assert decisions.revoke(number, boundaries(), who="issa") == 3
    assert set(placed().values()) == {""}
    assert review.groups(boundaries())["rows"].tolist() == [3]
    listed = decisions.decisions().iloc[0]
    assert (listed["decided_by"], listed["revoked_by"], listed["note"]) == ("awa", "issa", "vu")
    with pytest.raises(StoreError, match="Décision 1 : elle n'existe pas ou est déjà révoquée"):
        decisions.revoke(number, boundaries(), who="x")


def test_a_decision_holds_for_versions_that_an_undo_brings_back(store, partner):
    bring(partner)
    write(partner, HEADINGS, "A1;Gao;Ansongo;Bara;AVEC;3")
    second = bring(partner)
    group = {"kind": "name", "text_key": "introuvable", "region_key": "gao", "cercle_key": "ansongo"}
    decisions.decide(group | {"level": "commune"}, "ML070102", boundaries(), who="x")
    imports.undo(second, who="x")
    records = load(boundaries()).records
    assert records.loc[records["record_key"] == "A2", "adm3_pcode"].tolist() == ["ML070102"]


def test_none_of_our_units_is_a_decision_too(store, partner):
    bring(partner)
    decisions.decide(review.groups(boundaries()).iloc[0].to_dict(), "", boundaries(), who="x")
    assert review.groups(boundaries()).empty
    records = load(boundaries()).records
    assert records.loc[records["record_key"] == "A2", "outcome"].tolist() == ["review"]


def test_a_contradiction_of_code_and_name_is_settled_as_a_whole(store, tmp_path):
    # ML070102 is Bara, ML070303 Gao.
    path = write(tmp_path / "f.csv", "adm3_pcode;Commune;Type d'activité;Nombre", "ML070102;Gao;AVEC;1")
    bring(path, options=planning.Options(vintage="COD-AB 2021"))
    table = review.groups(boundaries())
    assert table[["kind", "reason"]].values.tolist() == [["place", "code_and_name_disagree"]]
    assert {"ML070102", "ML070303"} <= set(table["candidates"].iloc[0].split(";"))
    number, changed = decisions.decide(table.iloc[0].to_dict(), "ML070303", boundaries(), who="x")
    assert changed == 1
    row = load(boundaries()).records.query("source_id == 'p'").iloc[0]
    assert (row["outcome"], row["adm3_pcode"], row["method"]) == ("placed", "ML070303", "decision")
    assert (row["provider_adm3_pcode"], row["provider_adm3_name"]) == ("ML070102", "Gao")
    assert decisions.revoke(number, boundaries(), who="x") == 1


def test_one_record_is_corrected_with_history(store, partner):
    bring(partner)
    changes = {"provider_adm3_name": "Bara", "quantity": "7"}
    made = corrections.correct("p", "A2", changes, boundaries(), who="awa", reason="appel")
    row = load(boundaries()).records.query("record_key == 'A2'").iloc[0]
    assert (row["quantity"], row["adm3_pcode"], row["outcome"]) == (7, "ML070102", "placed")
    # The partner sends the same again, with another row beside: what was corrected stays.
    write(partner, *FIRST, "A9;Gao;;;AVEC;1")
    bring(partner)
    assert quantities() == {"A1": 3, "A2": 7, "A3": 5, "A9": 1}
    # The partner states another figure: the partner's own new value stands, and the plan says so.
    write(partner, *[line.replace("Introuvable;AVEC;2", "Introuvable;AVEC;9") for line in FIRST])
    plan = planning.prepare(partner, boundaries(), source=named("p"))
    assert plan.lapsed == (made[1],)
    imports.apply(plan, who="x")
    assert quantities()["A2"] == 9
    corrections.revoke_correction(made[0], boundaries(), who="issa")
    row = load(boundaries()).records.query("record_key == 'A2'").iloc[0]
    assert (row["outcome"], row["provider_adm3_name"]) == ("review", "Introuvable")
    told = corrections.history("p", "A2")
    # Moments are noted to the second: what happened within one is told in no order.
    rows = sorted(map(tuple, told[["what", "column", "before", "after", "revoked_by"]].values))
    assert rows == [
        ("added", "", "", "", ""),
        ("changed", "quantity", "2", "9", ""),
        ("correction", "provider_adm3_name", "Introuvable", "Bara", "issa"),
        ("correction", "quantity", "2", "7", ""),
    ]


@pytest.mark.parametrize(
    ("key", "changes", "words"),
    [
        ("A7", {"quantity": "1"}, "p : pas d'enregistrement « A7 »"),
        ("A1", {"record_key": "1"}, "Champ « record_key » : il ne se corrige pas"),
        ("A1", {"nothing": "1"}, "Champ « nothing » : il ne se corrige pas"),
        ("A1", {"quantity": "beaucoup"}, "Champ « quantity » : « beaucoup » n'est pas une valeur possible"),
        ("A1", {"quantity": "-1"}, "« -1 » n'est pas une valeur possible"),
        ("A1", {"functionality": "bonne"}, "« bonne » n'est pas une valeur possible"),
    ],
)
def test_a_correction_that_cannot_be(store, partner, key, changes, words):
    bring(partner)
    state = current.state_key()
    with pytest.raises(StoreError, match=words):
        corrections.correct("p", key, changes, boundaries(), who="x")
    assert current.state_key() == state


def test_records_are_placed_anew_on_other_boundaries(new_store, partner):
    new_store("sqlite")
    bring(partner)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE records SET placed_with = 'older', adm3_pcode = 'ML000000'")
    records = load(boundaries()).records
    assert records.loc[records["record_key"] == "A1", "adm3_pcode"].tolist() == ["ML070102"]


def test_the_command_line_shows_before_it_applies(store, partner, capsys, monkeypatch):
    monkeypatch.setenv("COUVERTURE_USER", "awa")
    command = ["import", str(partner), "--source", "p"]
    assert main([*command, "--dry-run"]) == 0
    assert "Essai : rien n'a été enregistré." in capsys.readouterr().out
    assert main(command) == 0
    assert "Import 1 enregistré" in capsys.readouterr().out
    write(partner, *FIRST[:2], "A2;Gao;Ansongo;Bara;AVEC;2")
    assert main(command) == 1
    shown = capsys.readouterr().out
    assert "Ajoutés 0, modifiés 1, retirés 1, inchangés 1" in shown
    assert "A2 · provider_adm3_name : Introuvable → Bara" in shown
    assert "A3 : retiré" in shown
    assert quantities() == {"A1": 3, "A2": 2, "A3": 5}
    assert main([*command, "--yes"]) == 0
    assert main(["imports"]) == 0
    assert "awa · p · partenaire.csv : +0 ~1 -1 =1 · en usage" in capsys.readouterr().out
    assert main(["undo", "2"]) == 0
    assert "avant : 2, maintenant : 3" in capsys.readouterr().out
    assert main(["undo", "2"]) == 2
    assert capsys.readouterr().err.startswith("Import 2 : déjà annulé")


def test_a_profile_is_remembered(store, tmp_path, capsys):
    path = write(tmp_path / "f.csv", "Où;Combien", "Bara;3")
    named_columns = ["--map", "provider_adm3_name=Où", "--map", "quantity=Combien"]
    assert (
        main(["import", str(path), "--profile", "amss", "--source", "p", "--type", "avec", *named_columns])
        == 0
    )
    write(path, "Où;Combien", "Bara;4")
    capsys.readouterr()
    assert main(["import", str(path), "--profile", "amss", "--yes", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["import"] == 2
    # Without a key a changed row is another row: one goes, one comes.
    assert result["difference"] == {"added": 1, "changed": 0, "removed": 1, "same": 0}
    assert list(quantities().values()) == [4]
    assert sources.profiles()["amss"]["source_id"] == "p"


def test_review_on_the_command_line(store, partner, capsys, tmp_path):
    bring(partner)
    partner_two = write(tmp_path / "two.csv", HEADINGS, "B1;Gao;Ansongo;=1+1;AVEC;2")
    bring(partner_two, "q")
    assert main(["review", "--out", str(tmp_path / "out.csv")]) == 0
    assert "À vérifier : groupes 2, lignes 2." in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out.csv")
    # No cell that leaves is run as a formula.
    assert "'=1+1" in set(table["text"])
    group = table.loc[table["text"] == "Introuvable", "group"].iloc[0]
    assert main(["review", "--decide", group, "ML070102"]) == 0
    assert "Décision 1 enregistrée ; lignes replacées : 1." in capsys.readouterr().out
    assert main(["review", "--decide", group, "ML070102"]) == 2
    assert main(["review", "--decisions"]) == 0
    assert "« Introuvable » → ML070102 · lignes : 1 · en usage" in capsys.readouterr().out
    assert main(["review", "--revoke", "1"]) == 0


def wait(number, states):
    until = time.monotonic() + 60
    while (job := jobs.status(number)).state not in states and time.monotonic() < until:
        time.sleep(0.1)
    return job


def test_an_import_runs_in_a_process_of_its_own(store, partner):
    number = jobs.start([str(partner), "--source", "p", "--yes"], file_name=partner.name, who="awa")
    job = wait(number, (jobs.DONE, jobs.FAILED))
    assert (job.state, job.message, job.result["import"]) == (jobs.DONE, "", 1)
    assert imports.imports()["imported_by"].tolist() == ["awa"]
    assert [each.id for each in jobs.jobs()] == [number]


def test_a_job_that_fails_says_why(store, tmp_path):
    number = jobs.start([str(tmp_path / "none.csv")], file_name="none.csv", who="x")
    job = wait(number, (jobs.DONE, jobs.FAILED, jobs.INTERRUPTED))
    assert job.state == jobs.FAILED
    assert "none.csv : fichier illisible" in job.message


def test_cancelling_ends_the_process_and_leaves_nothing(store, tmp_path):
    lines = [f"k{n};Gao;Ansongo;Bara;AVEC;1" for n in range(60_000)]
    path = write(tmp_path / "long.csv", HEADINGS, *lines)
    number = jobs.start([str(path), "--source", "p", "--yes"], file_name=path.name, who="x")
    assert jobs.status(number).state == jobs.RUNNING
    job = jobs.cancel(number)
    assert job.state == jobs.CANCELLED
    assert not psutil.pid_exists(job.pid)
    assert imports.imports().empty
    assert jobs.cancel(number).state == jobs.CANCELLED


SURVEY = "activities/water_points_mali_2020.csv"
WORKING = ("functional", "functional_seasonal")


def working(found):
    records = found.records
    chosen = records[
        records["activity_type"].eq("water_point")
        & records["outcome"].eq("placed")
        & records["functionality"].isin(WORKING)
        & records["adm1_pcode"].isin(["ML05", "ML06", "ML07"])
    ]
    seasonal = chosen["functionality"] == "functional_seasonal"
    return chosen["quantity"].sum(), chosen.loc[seasonal, "quantity"].sum(), chosen


@pytest.mark.shared_data
def test_the_survey_replaces_the_counts_made_from_it(new_store, shared_data, capsys):
    new_store("sqlite")
    counted = load(boundaries())
    assert working(counted)[:2] == (7173, 1434)
    command = ["import", str(shared_data / SURVEY), "--source", "akvo_survey_2020"]
    assert main(command) == 1
    assert "Remplace « akvo_2020_counts »" in capsys.readouterr().out
    assert load(boundaries()).version == counted.version
    begun = time.process_time()
    assert main([*command, "--yes"]) == 0
    seconds = time.process_time() - begun
    say("survey imported in", round(seconds, 1), "s of processor")
    assert seconds < 10
    surveyed = load(boundaries())
    total, seasonal, chosen = working(surveyed)
    say("working:", total, "seasonal:", seasonal, chosen.groupby("adm1_pcode")["quantity"].sum().to_dict())
    # 11 of the 7,173 would wait or lie across an edge: they stay where the counts had them.
    assert (total, seasonal) == (7173, 1434)
    assert "akvo_2020_counts" not in surveyed.sources
    # What the counts covered, the survey covers: zero stays zero.
    assert surveyed.sources["akvo_survey_2020"].scope == counted.sources["akvo_2020_counts"].scope
    imports.undo(1, who="x")
    assert working(load(boundaries()))[:2] == (7173, 1434)
