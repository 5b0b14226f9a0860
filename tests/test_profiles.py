"""Profiles joined to imports: what was confirmed is read by, what changed is said, no file refused for it."""

# ruff: noqa: F811 - fixtures are imported by name
import dataclasses
import json
import os
import time

import pytest
from openpyxl import Workbook

from geo.__main__ import main
from geo.columns import Profile
from geo.errors import RecordFileError, StoreError
from geo.store import imports, jobs, orders, sources, uploads
from geo.store.orders import Order
from tests.store_servers import boundaries, named, new_store, postgresql, standing, write  # noqa: F401

FIRST = ("Code;Structure;Commune;Nb bénéf.;Humeur;Téléphone", "K1;AMSS;Bara;12;bonne;76 12 34 56")
COLUMNS = {"record_key": "Code", "implementing_org": "Structure", "provider_adm3_name": "Commune"}
PROFILE = Profile("amss", COLUMNS | {"reached_people": "Nb bénéf."}, ("Humeur",), "", "avec", "COD-AB 2021")


@pytest.fixture
def store(new_store):
    return new_store("sqlite")


def bring(path, profile=PROFILE, **options):
    order = Order(named("p"), profile, **options)
    plan = orders.prepare(path, order, boundaries())
    number = imports.apply(plan, who="awa")
    orders.remember(order, plan, who="awa")
    return number, plan


def test_a_confirmed_profile_reads_the_file_and_is_remembered(store, tmp_path):
    _number, plan = bring(write(tmp_path / "f.csv", *FIRST), partial=True)
    row = plan.records.iloc[0]
    read = ["record_key", "implementing_org", "provider_adm3_name", "reached_people", "activity_type"]
    assert row[read].tolist() == ["K1", "AMSS", "Bara", 12, "avec"]
    assert (row["adm3_pcode"], row["provider_vintage"]) == ("ML070102", "COD-AB 2021")
    assert plan.cleaned.unused == ()
    assert plan.cleaned.dropped == ("Téléphone",)
    known, beside = orders.remembered("amss")
    assert known == PROFILE
    assert (beside["source_id"], beside["partial"]) == ("p", True)
    assert orders.remembered("other") == (None, {})


def test_the_same_file_is_recognised_however_its_columns_came_to_be_known(store, tmp_path):
    path = write(tmp_path / "f.csv", *FIRST)
    bring(path)
    by_hand = dataclasses.replace(
        PROFILE, columns={"record_key": "Code", "reached_people": "Nb bénéf."}, ignored=()
    )
    assert orders.prepare(path, Order(named("p"), by_hand), boundaries()).same_as == 1
    other = dataclasses.replace(PROFILE, columns=COLUMNS | {"targeted_people": "Nb bénéf."})
    assert orders.prepare(path, Order(named("p"), other), boundaries()).same_as == 0


def test_what_is_ignored_is_not_read_though_it_would_be_recognised(store, tmp_path):
    profile = dataclasses.replace(PROFILE, columns={"record_key": "Code"}, ignored=("Structure", "Humeur"))
    _number, plan = bring(write(tmp_path / "f.csv", *FIRST), profile)
    assert plan.records["implementing_org"].tolist() == [""]


def test_the_command_line_says_which_column_it_does_not_know_and_reads_the_rest(store, tmp_path, capsys):
    bring(write(tmp_path / "f.csv", *FIRST))
    second = (FIRST[0].replace("Nb bénéf.", "Nombre bénéf"), "K1;AMSS;Bara;15;bonne;", "K2;AMSS;Bara;3;;")
    path = write(tmp_path / "g.csv", *second)
    command = ["import", str(path), "--profile", "amss", "--yes"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "Colonne « Nombre bénéf » : inconnue du profil, elle ressemble à « Nb bénéf. »" in said
    assert '--map "reached_people=Nombre bénéf"' in said
    # Only that column: the others are known, the ignored one and the contact are not mentioned.
    assert not [word for word in ("Humeur", "Téléphone", "« Structure »") if word in said]
    # The source is the profile's own: K1 is the row that stood.
    assert set(standing("p")) == {"K1", "K2"}
    # A heading that is missing stays known; once somebody names the new one, nothing is asked any more.
    assert orders.remembered("amss")[0].columns["reached_people"] == "Nb bénéf."
    assert main([*command, "--map", "reached_people=Nombre bénéf"]) == 0
    assert "inconnue du profil" not in capsys.readouterr().out
    assert main(command) == 0
    assert "déjà importé (import 3)" in capsys.readouterr().out
    assert orders.remembered("amss")[0].columns["reached_people"] == "Nombre bénéf"


def test_an_unknown_column_of_a_first_file_is_said_and_can_be_left_out(store, tmp_path, capsys):
    path = write(tmp_path / "f.csv", *FIRST)
    command = ["import", str(path), "--map", "record_key=Code"]
    assert main([*command, "--dry-run"]) == 0
    assert "Colonnes non lues : « Nb bénéf. », « Humeur »." in capsys.readouterr().out
    rest = ["--ignore", "Humeur", "--map", "reached_people=Nb bénéf.", "--dry-run"]
    assert main([*command, *rest]) == 0
    assert "Colonnes non lues" not in capsys.readouterr().out
    assert main(["import", str(path), "--ignore", "Rien"]) == 2
    assert "pas de colonne « Rien »" in capsys.readouterr().err


def workbook(path):
    book = Workbook()
    for title, row in (("Gao", ("K1", "Bara", 1)), ("Mopti", ("K2", "Konna", 2))):
        sheet = book.create_sheet(title)
        sheet.append(("Identifiant", "Commune", "Quantité"))
        sheet.append(row)
    book["Mopti"].append(("K3", "Konna", 3))
    book.create_sheet("Notes").append(("Merci",))
    del book["Sheet"]
    book.save(path)
    return path


def test_of_several_sheets_one_is_chosen_said_and_remembered(store, tmp_path, capsys):
    path = workbook(tmp_path / "w.xlsx")
    command = ["import", str(path), "--source", "p", "--type", "avec", "--profile", "two"]
    assert main([*command, "--dry-run"]) == 0
    said = capsys.readouterr().out
    # Both look alike: the longer one is read, and the other is named.
    assert "Feuille lue : Mopti. D'autres feuilles portent aussi des données (lignes) : Gao (1)" in said
    assert main([*command, "--sheet", "Gao"]) == 0
    assert standing("p") == {"K1": 1}
    assert main([*command]) == 0
    assert "déjà importé (import 1)" in capsys.readouterr().out
    with pytest.raises(RecordFileError, match="pas de feuille « Kidal »"):
        orders.open_file(path, sheet="Kidal")
    # A sheet that the next file does not have is no reason to refuse the file.
    assert orders.open_file(path, Profile("x", sheet="Kidal")).sheet == "Mopti"


def test_a_source_takes_the_scope_of_the_one_it_supersedes():
    counts = sources.read_sources()["akvo_2020_counts"]
    survey = named("our_survey", supersedes="akvo_2020_counts")
    whole = sources.completed(survey, {"akvo_2020_counts": counts})
    assert (whole.scope, whole.country, whole.vintage) == (counts.scope, "ML", "COD-AB 2021")
    assert whole.licence == ""
    own = dataclasses.replace(survey, scope=dataclasses.replace(counts.scope, exhaustive=False), country="MR")
    assert sources.completed(own, {"akvo_2020_counts": counts}).country == "MR"


def test_a_source_that_comes_to_supersede_another_later_says_so(store, tmp_path):
    path = write(tmp_path / "f.csv", *FIRST)
    bring(path)
    later = Order(named("p", supersedes="geonames_wells_2014"), PROFILE)
    plan = orders.prepare(write(path, *FIRST, "K2;AMSS;Bara;3;;"), later, boundaries())
    assert [one.source_id for one in plan.replaces] == ["geonames_wells_2014"]


# ---- files handed in on a page ----------------------------------------------------------------------

HOSTILE = (
    "../../../etc/passwd",
    "..",
    "",
    "a\0b.csv",
    "x" * 300 + ".xlsx",
    "-rf.csv",
    "order.json",
    "$(id);.csv",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_name_is_harmless(name, own_home):
    path = uploads.keep(name, b"content")
    assert path.resolve().parent.parent == (own_home / "uploads").resolve()
    assert path.read_bytes() == b"content"
    assert not path.name.startswith((".", "-"))
    order = uploads.place_order(path, Order(named("p"), PROFILE))
    assert order != path
    assert uploads.read_order(order) == Order(named("p"), PROFILE)
    uploads.discard(path)
    assert list((own_home / "uploads").iterdir()) == []


def test_discarding_touches_nothing_but_what_was_handed_in(tmp_path, own_home):
    path = write(tmp_path / "mine.csv", "x")
    uploads.discard(path)
    assert path.exists()
    kept = uploads.keep("f.csv", b"x")
    assert kept.parent.stat().st_mode & 0o077 == 0
    old = uploads.keep("g.csv", b"x")
    long_ago = time.time() - 2 * uploads.KEPT_SECONDS
    os.utime(old.parent, (long_ago, long_ago))
    running, ended_job = uploads.keep("h.csv", b"x"), uploads.keep("job", b"x")
    uploads.belongs_to(running, 7)
    uploads.belongs_to(ended_job, 8)
    assert ended_job.read_bytes() == b"x"
    uploads.sweep([7])
    assert (kept.exists(), old.exists()) == (True, False)
    assert (running.exists(), ended_job.exists()) == (True, False)
    # A file without its figures names no job: what was handed in is as old as it is.
    (running.parent / "job").write_bytes(b"\0\0")
    uploads.sweep()
    assert running.exists()
    os.utime(running.parent, (long_ago, long_ago))
    uploads.sweep()
    assert not running.exists()
    with pytest.raises(StoreError, match=r"g\.csv : le fichier déposé n'est plus là"):
        uploads.place_order(old, Order(named("p"), PROFILE))


def ended(number):
    until = time.monotonic() + 120
    while (job := jobs.status(number)).state == jobs.RUNNING and time.monotonic() < until:
        time.sleep(0.2)
    return job


def test_a_job_runs_an_order_remembers_it_and_throws_the_file_away(store):
    path = uploads.keep("f.csv", "\n".join(FIRST).encode())
    order = uploads.place_order(path, Order(named("p", country="ML"), PROFILE, basis=""))
    number = jobs.start([str(path), "--order", str(order), "--yes"], file_name=path.name, who="awa")
    job = ended(number)
    assert (job.state, job.message, job.result["import"]) == (jobs.DONE, "", 1)
    assert not path.parent.exists()
    assert orders.remembered("amss")[0] == PROFILE
    assert sources.known_sources()["p"].country == "ML"
    assert json.loads(imports.imports()["summary"].iloc[0])["accounting"]["read"] == 1


def test_an_order_is_refused_where_the_source_changed_since_the_look(store, tmp_path):
    path = write(tmp_path / "f.csv", *FIRST)
    seen = Order(
        named("p"), PROFILE, basis=orders.prepare(path, Order(named("p"), PROFILE), boundaries()).basis
    )
    bring(write(tmp_path / "g.csv", *FIRST, "K2;AMSS;Bara;3;;"))
    with pytest.raises(StoreError, match=r"La source « p » a changé entre-temps \(import 1, awa\)"):
        orders.prepare(path, seen, boundaries())
