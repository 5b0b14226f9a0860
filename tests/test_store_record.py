"""One record of the store: its file and row, what was not read in it, corrections, history."""

# ruff: noqa: F811 - fixtures are imported by name
import pytest

from geo.errors import StoreError
from geo.store import corrections, current, database, decisions, imports, load, planning, record, review
from geo.store.files import shipped_records
from geo.store.statements import statements, unread
from tests.store_servers import boundaries, named, new_store, postgresql, quick, store, write  # noqa: F401

HEADINGS = "Identifiant;Région;Cercle;Commune;Type d'activité;Nombre;Fin;Remarques"
ROWS = (
    HEADINGS,
    "A1;Gao;Ansongo;Bara;AVEC;3;2024;",
    "A2;Gao;Ansongo;Introuvable;AVEC;deux;bientôt;",
    "A3;;;;AVEC;5;;",
)
SHIPPED = ("report_amsode_mlfm2213", "R1-01")


@pytest.fixture
def partner(tmp_path):
    return write(tmp_path / "partenaire.csv", *ROWS)


def bring(path, **options):
    return imports.apply(planning.prepare(path, boundaries(), source=named("p"), **options), who="awa")


def test_each_record_knows_the_file_and_row_that_state_it_last(store, partner, tmp_path):
    bring(partner)
    again = write(tmp_path / "suite.csv", HEADINGS, ROWS[1], "A4;Gao;;;AVEC;1;;")
    bring(again, partial=True)
    told = statements().set_index("identity")
    # A1 is stated again, unchanged; A2 and A3 only by the first file.
    assert told["import_id"].to_dict() == {"A1": 2, "A2": 1, "A3": 1, "A4": 2}
    assert told["file_row"].to_dict() == {"A1": 2, "A2": 3, "A3": 4, "A4": 3}
    assert told.at["A1", "file_name"] == "suite.csv"
    assert statements("p", "A2")["file_row"].tolist() == [3]
    imports.undo(2, who="x")
    assert statements().set_index("identity")["import_id"].to_dict() == {"A1": 1, "A2": 1, "A3": 1}


def test_cells_that_were_not_read_are_named_as_in_the_file_until_put_right(store, partner):
    bring(partner)
    found = unread(statements())
    assert found[["identity", "file_row", "column", "heading", "value", "problem"]].values.tolist() == [
        ["A2", 3, "quantity", "Nombre", "deux", "not_a_number"],
        ["A2", 3, "end_date", "Fin", "bientôt", "not_a_date"],
    ]
    corrections.correct("p", "A2", {"quantity": "2"}, boundaries(), who="awa")
    assert unread(statements())["column"].tolist() == ["end_date"]
    # A later file that states the row anew, without the fault.
    write(partner, *[row.replace("bientôt", "2025") for row in ROWS])
    bring(partner)
    assert unread(statements())["column"].tolist() == []


def test_a_shipped_record_is_corrected_and_given_back(new_store):
    new_store("sqlite")
    before = load(boundaries())
    made = corrections.correct(*SHIPPED, {"provider_adm1_name": "Gao"}, boundaries(), who="awa", reason="r")
    after = load(boundaries())
    assert after.version != before.version
    at = after.records["record_key"] == "R1-01"
    assert before.records.loc[at, "place_set"].tolist() == ["ML05;ML07"]
    assert after.records.loc[at, ["place_set", "precision"]].values.tolist() == [["ML07", "region"]]
    # No other record is touched.
    assert after.records[~at].equals(before.records[~at])
    assert after.identities.equals(before.identities)
    told = record.read(*SHIPPED)
    assert (told.stated["provider_adm1_name"], told.statement) == ("Gao;Mopti", {})
    assert told.history[["what", "before", "after", "reason"]].values.tolist() == [
        ["correction", "Gao;Mopti", "Gao", "r"]
    ]
    corrections.revoke_correction(made[0], boundaries(), who="awa")
    assert load(boundaries()).records.equals(before.records)


def test_a_shipped_source_that_was_imported_is_corrected_where_it_was_imported(new_store, quick):
    new_store("sqlite")
    imports.apply(quick({"other": 1.0}, SHIPPED[0]), who="x")
    with pytest.raises(StoreError, match="pas d'enregistrement « R1-01 »"):
        corrections.correct(*SHIPPED, {"quantity": "1"}, boundaries(), who="awa")


def test_looking_at_a_shipped_record_makes_no_store(new_store):
    new_store("sqlite")
    assert record.read(*SHIPPED).history.empty
    assert record.read("nobody", "nothing") is None
    assert statements().empty
    assert unread(statements()).empty
    assert not database.exists()


def test_identities_name_every_record_in_use(new_store, partner):
    new_store("sqlite")
    assert shipped_records().duplicated(["source_id", "identity"]).sum() == 0
    bring(partner)
    held = current.load(boundaries())
    assert list(held.identities.index) == list(held.records.index)
    assert list(held.identities[-3:]) == ["A1", "A2", "A3"]
    assert (held.identities == held.records["record_key"]).all()


def test_the_history_tells_decisions_and_what_no_longer_fits(new_store, partner):
    new_store("sqlite")
    bring(partner)
    group = review.groups(boundaries()).iloc[0].to_dict()
    decisions.decide(group, "ML070103", boundaries(), who="issa")
    made = corrections.correct("p", "A2", {"quantity": "2"}, boundaries(), who="awa")
    told = record.read("p", "A2")
    assert told.decisions[["pcode", "decided_by"]].values.tolist() == [["ML070103", "issa"]]
    assert record.read("p", "A1").decisions.empty
    assert (told.lapsed, told.statement["file_row"]) == ((), 3)
    write(partner, *[row.replace(";deux;", ";9;") for row in ROWS])
    bring(partner)
    told = record.read("p", "A2")
    assert (told.lapsed, told.stated["quantity"]) == (tuple(made), 9.0)


def test_corrections_are_taken_back_together_or_not_at_all(new_store, partner):
    new_store("sqlite")
    bring(partner)
    made = corrections.correct("p", "A1", {"quantity": "4", "remarks": "x"}, boundaries(), who="awa")
    with pytest.raises(StoreError, match="Correction 99"):
        corrections.revoke_corrections([*made, 99], boundaries(), who="issa")
    assert len(record.read("p", "A1").corrections) == 2
    corrections.revoke_corrections(made, boundaries(), who="issa")
    assert record.read("p", "A1").corrections.empty


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"remarks": "appeler le 76 12 34 56"}, "aucun contact n'est conservé"),
        ({"start_date": "2025-01"}, "La fin précède le début"),
    ],
)
def test_a_correction_keeps_no_contact_and_no_impossible_time(new_store, partner, changes, words):
    new_store("sqlite")
    bring(partner)
    with pytest.raises(StoreError, match=words):
        corrections.correct("p", "A1", changes, boundaries(), who="awa")


def test_a_correction_is_checked_against_those_made_before(new_store, partner):
    new_store("sqlite")
    bring(partner)
    corrections.correct("p", "A1", {"end_date": "2026"}, boundaries(), who="awa")
    corrections.correct("p", "A1", {"start_date": "2025"}, boundaries(), who="awa")
    with pytest.raises(StoreError, match="La fin précède le début"):
        corrections.correct("p", "A1", {"start_date": "2027"}, boundaries(), who="awa")
