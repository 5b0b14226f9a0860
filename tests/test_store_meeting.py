"""What a meeting keeps in the store, on both databases: pairs decided, names, dated states."""

# ruff: noqa: F811 - fixtures are imported by name
from datetime import date

import pandas as pd
import pytest

from geo.activities import PLACED_COLUMNS
from geo.errors import StoreError
from geo.facts import Frame, View, prepare
from geo.overlaps import find
from geo.sharing import READER, share
from geo.snapshots import compare
from geo.store import database, imports, load, meeting, organisations, planning, snapshots
from geo.store.current import state_key
from geo.store.files import known_by
from tests.store_servers import boundaries, named, new_store, postgresql, quick, store  # noqa: F401

COMMUNE = "ML070101"


def found_pairs():
    held = load(boundaries())
    shared = share(held.records, READER, types=held.types, organisations=held.organisations)
    prepared = prepare(shared, Frame(boundaries()), types=held.types, sources=held.sources)
    pairs = find(prepared, View(), types=["avec"]).pairs
    return held, meeting.with_decisions(pairs, known_by(held), meeting.decisions())


@pytest.fixture
def gardens(quick, monkeypatch):
    """Import one AVEC for each of two partners, from two files, into one commune."""

    def there(records, *_positional, **_named):
        blank = dict.fromkeys(PLACED_COLUMNS, "") | {"score": float("nan"), "distance_km": float("nan")}
        placed = {"outcome": "placed", "precision": "commune", "place_set": COMMUNE, "adm3_pcode": COMMUNE}
        return records.assign(**blank | placed)

    monkeypatch.setattr(planning, "place_records", there)

    def brought(quantity=1.0, **partners):
        for name, partner in (partners or {"s": "AMSS", "t": "NRC"}).items():
            row = {"record_key": "a", "implementing_org": partner, "activity_type": "avec"}
            frame = pd.DataFrame([row | {"quantity": quantity}])
            imports.apply(quick(frame, name, source=named(name)), who="awa")

    return brought


def test_a_decision_on_a_pair_survives_a_new_import(store, gardens):
    gardens()
    held, pairs = found_pairs()
    assert pairs["decision"].tolist() == [""]
    first, second = (tuple(known_by(held).loc[pairs[side].iloc[0]]) for side in ("first", "second"))
    meeting.decide(second, first, "duplicate", who="awa", note="le même périmètre")
    gardens(2.0)
    _held, again = found_pairs()
    assert again[["decision", "note", "decided_by"]].values.tolist() == [
        ["duplicate", "le même périmètre", "awa"]
    ]
    meeting.decide(first, second, "complementary", who="issa")
    assert found_pairs()[1]["decision"].tolist() == ["complementary"]
    assert len(meeting.decisions()) == 1
    assert len(meeting.decisions(revoked=True)) == 2
    meeting.undo(first, second, who="issa")
    assert found_pairs()[1]["decision"].tolist() == [""]
    with pytest.raises(StoreError, match="pas de décision"):
        meeting.undo(first, second, who="issa")


def test_a_decision_on_a_pair_leaves_the_version_of_the_records(store, gardens):
    gardens()
    before = state_key()
    meeting.decide(("s", "a"), ("t", "a"), "to_discuss", who="awa")
    snapshots.take(load(boundaries()), "mai", who="awa")
    assert state_key() == before
    organisations.decide("alias", "NRC", "Conseil", who="awa")
    assert state_key() != before


def test_a_decision_that_does_not_exist_is_refused(store):
    with pytest.raises(StoreError, match="« perhaps »"):
        meeting.decide(("s", "a"), ("t", "a"), "perhaps", who="awa")


def test_names_accepted_are_applied_and_taken_back(store, gardens):
    gardens()
    before = load(boundaries())
    assert set(found_pairs()[1]["second_org"]) == {"NRC"}
    number = organisations.decide("alias", "NRC", "AMSS", who="awa", note="vu en réunion")
    after = load(boundaries())
    # One organisation now: no pair. What the partner wrote stays, and so does its identity.
    assert found_pairs()[1].empty
    assert after.version != before.version
    assert set(after.stated["implementing_org"]) >= {"AMSS", "NRC"}
    assert known_by(after).equals(known_by(before))
    organisations.revoke(number, who="issa")
    assert len(found_pairs()[1]) == 1
    with pytest.raises(StoreError, match="déjà révoquée"):
        organisations.revoke(number, who="issa")
    assert organisations.decisions()["revoked_by"].tolist() == ["issa"]


def test_an_organisation_is_shown_as_decided(store, gardens):
    gardens()
    organisations.decide("shown", "NRC", "sector", who="awa")
    assert load(boundaries()).organisations == {"NRC": "sector"}
    assert set(found_pairs()[1]["second_org"]) == {"[…]"}


@pytest.mark.parametrize(
    ("kind", "text", "organisation", "said"),
    [
        ("alias", " ", "AMSS", "Donnez le nom"),
        ("alias", "amss", "AMSS", "lui-même"),
        ("shown", "AMSS", "secret", "est montrée"),
    ],
)
def test_a_name_that_says_nothing_is_refused(store, kind, text, organisation, said):
    with pytest.raises(StoreError, match=said):
        organisations.decide(kind, text, organisation, who="awa")
    assert organisations.decisions().empty


def test_a_state_kept_is_compared_with_now(store, gardens):
    gardens()
    number = snapshots.take(load(boundaries()), "réunion de mai", who="awa")
    assert snapshots.listed()[["name", "taken_by"]].values.tolist() == [["réunion de mai", "awa"]]
    gardens(3.0)
    gardens(u="OIM")
    taken, then = snapshots.read(number)
    assert taken.date() >= date(2026, 1, 1)
    now = load(boundaries())
    records = now.records.set_axis(snapshots.keys(now))
    found = compare(then, records, then_on=taken.date(), now_on=taken.date())
    changes = found.changes.set_index("identity")
    assert changes["change"].to_dict() == {
        "u\x1fa": "added",
        "s\x1fa": "changed",
        "t\x1fa": "changed",
    }
    assert changes.loc["s\x1fa", "details"] == [("quantity", "1", "3")]
    assert found.same == len(then) - 2


def test_a_state_comes_back_as_it_was(store, gardens):
    gardens()
    held = load(boundaries())
    number = snapshots.take(held, "", who="awa")
    _taken, then = snapshots.read(number)
    as_kept = held.records.set_axis(snapshots.keys(held))[then.columns]
    pd.testing.assert_frame_equal(then, as_kept, check_dtype=False, check_names=False)


def test_a_state_that_is_forgotten_is_gone(store, gardens):
    number = snapshots.take(load(boundaries()), "faute", who="awa")
    snapshots.forget(number, who="awa")
    assert snapshots.listed().empty
    for call in (lambda: snapshots.read(number), lambda: snapshots.forget(number, who="awa")):
        with pytest.raises(StoreError, match="n'existe pas"):
            call()
    with database.reading() as connection:
        actions = connection.exec_driver_sql("SELECT action FROM audit ORDER BY id").scalars().all()
    assert actions == ["snapshot", "forget_snapshot"]
