"""The table from claim to role as administrators change it: what is kept, what is refused."""

# ruff: noqa: F811 - fixtures are imported by name
import pytest
import sqlalchemy as sa

from geo import acts, usertable
from geo.access import Access, Rule, settings
from geo.errors import AccessError, StoreError
from geo.sharing import Audience
from geo.store import admitted, audit, current, database, imports, migrations, users
from geo.store.backup import backup, restore
from tests.store_servers import new_store, postgresql, quick, store  # noqa: F401

SERVER = settings({}, {"role": [{"claim": "groups", "value": "chiefs", "role": "administrator"}]})
CHIEF = users.Actor("Awa", {"groups": ["chiefs"]})
WATER = Rule("groups", "eau", Audience("partner", "AMSS"))
BOSS = Rule("email", "issa@example.org", Audience("administrator"))
ISSA = users.Actor("Issa", {"email": "issa@example.org", "email_verified": True})


def table() -> list[tuple[str, bool]]:
    return [(line.rule.value, line.stands) for line in users.lines()]


def in_use() -> Access:
    return usertable.joined(SERVER, admitted.as_of(current.states_now().access).rules)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("", "eau", "reader", ""), "Donnez l'attribut"),
        (("groups", "  ", "reader", ""), "Donnez l'attribut"),
        (("groups", "eau", "chief", ""), "« chief » n'est pas un rôle"),
        (("groups", "eau", "public", ""), "« public » n'est pas un rôle"),
        (("groups", "eau", "partner", " "), "Un partenaire, et lui seul"),
        (("groups", "eau", "reader", "AMSS"), "Un partenaire, et lui seul"),
        (("groups", "e" * 201, "reader", ""), "Au plus 200 signes"),
        (("groups", "ea\N{ZERO WIDTH SPACE}u", "reader", ""), "« eau » contient des signes qui ne se voient"),
        (("groups", "eau\N{RIGHT-TO-LEFT OVERRIDE}x", "reader", ""), "ne se voient pas"),
        (("groups", "e\nau", "reader", ""), "ne se voient pas"),
        (("groups", "e\N{NO-BREAK SPACE}au", "reader", ""), "ne se voient pas"),
        (("groups", "e\N{COMBINING ACUTE ACCENT}au", "reader", ""), "ne se voient pas"),
        (("groups", "\N{CYRILLIC SMALL LETTER IE}au", "reader", ""), "autre alphabet"),
        (("\N{CYRILLIC SMALL LETTER IE}mail", "eau", "reader", ""), "autre alphabet"),
        (("groups", "eau", "partner", "\N{CYRILLIC CAPITAL LETTER A}MSS"), "autre alphabet"),
    ],
)
def test_what_is_typed_wrong_is_refused_in_plain_words(typed, said):
    with pytest.raises(AccessError, match=said):
        usertable.typed(*typed)


def test_what_is_typed_right_is_the_line_without_its_margins():
    assert usertable.typed(" groups", "eau ", "partner", " AMSS ") == WATER
    assert usertable.typed("email", "issa@example.org", "administrator", "") == BOSS
    assert usertable.typed("groups", "Équipe d'été الماء", "reader", "").value == "Équipe d'été الماء"


def test_a_line_counts_behind_those_of_the_server_until_it_is_withdrawn(store):
    assert in_use().of_claims({"groups": ["eau"]}) is None
    number = users.add(WATER, by=CHIEF, server=SERVER)
    assert in_use().of_claims({"groups": ["eau"]}) == Audience("partner", "AMSS")
    # The first that fits counts, and the server's come first.
    assert in_use().of_claims({"groups": ["eau", "chiefs"]}) == Audience("administrator")
    users.withdraw(number, by=CHIEF, server=SERVER)
    assert in_use().of_claims({"groups": ["eau"]}) is None
    users.add(WATER, by=CHIEF, server=SERVER)
    assert table() == [("eau", False), ("eau", True)]
    first = users.lines()[0]
    assert (first.added_by, first.revoked_by) == ("Awa", "Awa")
    assert first.added_at <= first.revoked_at <= database.now()


def test_both_are_lines_of_the_journal_in_words_and_change_no_record(store, quick):
    imports.apply(quick({"a": 1}), who="x")
    before = current.states_now()
    acts.act_as("administrator")
    users.withdraw(users.add(WATER, by=CHIEF, server=SERVER), by=CHIEF, server=SERVER)
    acts.act_as("")
    made = audit.entries(kinds=("setting",)).iloc[::-1]
    assert made["action"].tolist() == ["user_add", "user_withdraw"]
    assert set(made["who"]) == {"Awa"}
    assert set(made["role"]) == {"administrator"}
    words = {acts.what_words(row["action"], row["details"], {}) for row in made.to_dict("records")}
    assert words == {"groups = eau : partenaire · AMSS"}
    after = current.states_now()
    assert after.records == before.records
    assert after.access != before.access


def test_neither_is_half_done(store, monkeypatch):
    def fails(*_arguments, **_named):
        raise StoreError("no line")

    with monkeypatch.context() as patch:
        patch.setattr(database, "note", fails)
        with pytest.raises(StoreError, match="no line"):
            users.add(WATER, by=CHIEF, server=SERVER)
    assert users.lines() == []
    number = users.add(WATER, by=CHIEF, server=SERVER)
    state = current.states_now()
    with monkeypatch.context() as patch:
        patch.setattr(database, "note", fails)
        with pytest.raises(StoreError, match="no line"):
            users.withdraw(number, by=CHIEF, server=SERVER)
    assert table() == [("eau", True)]
    assert current.states_now() == state


def test_the_same_line_twice_is_refused_also_where_the_server_has_it(store):
    users.add(WATER, by=CHIEF, server=SERVER)
    with pytest.raises(AccessError, match=r"groups = eau est déjà dans la table \(partenaire\)"):
        users.add(Rule("groups", "eau", Audience("reader")), by=CHIEF, server=SERVER)
    with pytest.raises(AccessError, match=r"groups = chiefs est déjà dans la table \(administration\)"):
        users.add(Rule("groups", "chiefs", Audience("reader")), by=CHIEF, server=SERVER)
    assert table() == [("eau", True)]


def test_a_line_is_withdrawn_once_and_only_where_it_is(store):
    number = users.add(WATER, by=CHIEF, server=SERVER)
    users.withdraw(number, by=CHIEF, server=SERVER)
    for gone in (number, 77):
        with pytest.raises(StoreError, match=f"Accès {gone} : il n'existe pas ou est déjà retiré"):
            users.withdraw(gone, by=CHIEF, server=SERVER)


def test_nobody_shuts_themselves_out_and_nobody_shuts_everybody_out(store):
    number = users.add(BOSS, by=CHIEF, server=SERVER)
    with pytest.raises(AccessError, match="par cette ligne que vous administrez"):
        users.withdraw(number, by=ISSA, server=SERVER)
    # By another line one is still an administrator.
    both = users.Actor("Issa", {**ISSA.claims, "groups": ["chiefs"]})
    users.withdraw(number, by=both, server=SERVER)
    number = users.add(BOSS, by=CHIEF, server=SERVER)
    # In by a password that is none of an administrator's any more, the table being all there is.
    with pytest.raises(AccessError, match="Personne n'administrerait plus"):
        users.withdraw(number, by=users.Actor("Awa", {}), server=Access())
    kept = settings({"COUVERTURE_PASSWORD_ADMINISTRATOR": "administration-2026"}, {})
    users.withdraw(number, by=users.Actor("Awa", {}), server=kept)


def test_of_two_who_withdraw_each_other_only_the_first_is_heard(store):
    first = users.add(BOSS, by=CHIEF, server=SERVER)
    second = users.add(Rule("sub", "7", Audience("administrator")), by=CHIEF, server=SERVER)
    seven = users.Actor("Sept", {"sub": "7"})
    users.withdraw(first, by=seven, server=Access())
    # Issa's page still shows the button.
    with pytest.raises(AccessError, match="Votre rôle ne permet pas cela"):
        users.withdraw(second, by=ISSA, server=Access())
    with pytest.raises(AccessError, match="Votre rôle ne permet pas cela"):
        users.add(WATER, by=ISSA, server=Access())
    assert table() == [("issa@example.org", False), ("7", True)]


def test_a_line_in_the_table_before_one_s_own_hides_it_no_longer_once_withdrawn(store):
    low = users.add(Rule("groups", "all", Audience("reader")), by=CHIEF, server=SERVER)
    users.add(BOSS, by=CHIEF, server=SERVER)
    issa = users.Actor("Issa", {**ISSA.claims, "groups": ["all"]})
    assert in_use().of_claims(issa.claims) == Audience("reader")
    with pytest.raises(AccessError, match="Votre rôle ne permet pas cela"):
        users.withdraw(low, by=issa, server=SERVER)


def test_a_role_that_this_version_does_not_know_opens_nothing(store):
    users.add(WATER, by=CHIEF, server=SERVER)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE users SET role = 'emperor'")
    assert users.lines() == []


def test_the_lines_are_read_again_only_where_they_changed(store, monkeypatch):
    number = users.add(WATER, by=CHIEF, server=SERVER)
    assert in_use().of_claims({"groups": ["eau"]})
    reads = []
    read = admitted._read
    monkeypatch.setattr(admitted, "_read", lambda: reads.append(1) or read())
    in_use()
    in_use()
    assert reads == []
    users.withdraw(number, by=CHIEF, server=SERVER)
    in_use()
    in_use()
    assert reads == [1]
    # While the store cannot be asked, what was read last goes on counting.
    assert admitted.as_of(None).rules == ()
    assert reads == [1]


@pytest.mark.parametrize(("start", "end"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_backup_carries_the_lines_and_their_withdrawal(new_store, tmp_path, start, end):
    first = new_store(start)
    users.withdraw(users.add(BOSS, by=CHIEF, server=SERVER), by=CHIEF, server=SERVER)
    number = users.add(WATER, by=CHIEF, server=SERVER)
    before = users.lines()
    assert backup(tmp_path / "b.zip")["users"] == 2
    new_store(end)
    restore(tmp_path / "b.zip", who="x")
    assert users.lines() == before
    assert in_use().of_claims({"groups": ["eau"]})
    # Lines are numbered on from there; a store that holds nothing else is not replaced without a word.
    assert users.add(BOSS, by=CHIEF, server=SERVER) == number + 1
    with pytest.raises(StoreError, match="n'est pas vide"):
        restore(tmp_path / "b.zip", who="x")
    # Where a line was withdrawn since, its state of then is another state.
    new_store(start, at=first)
    users.withdraw(number, by=CHIEF, server=SERVER)
    assert in_use().of_claims({"groups": ["eau"]}) is None
    restore(tmp_path / "b.zip", who="x", replace=True)
    assert in_use().of_claims({"groups": ["eau"]}) == Audience("partner", "AMSS")


def test_a_store_of_the_version_before_is_brought_up_to_date(store, quick):
    imports.apply(quick({"a": 1}), who="x")
    with database.writing() as connection:
        migrations.migrate(connection, "0003")
        assert not sa.inspect(connection).has_table("users")
    database.close()
    assert users.lines() == []
    assert users.add(WATER, by=CHIEF, server=SERVER) == 1
