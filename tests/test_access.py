"""Who may do what: the table from claim to role, passwords of roles, and the acts of each."""

import math

import pytest

from geo.access import (
    ACTS,
    ANYONE,
    CLOCKS_APART,
    OPEN,
    Who,
    demand,
    may,
    name_of_claims,
    plain_name,
    settings,
    too_old,
)
from geo.errors import AccessError
from geo.sharing import ROLES, Audience

TABLE = {
    "role": [
        {"claim": "groups", "value": "admins", "role": "administrator"},
        {"claim": "groups", "value": "amss", "role": "partner", "organisation": "AMSS"},
        {"claim": "email", "value": "a@b.org", "role": "reader"},
    ]
}


def somebody(role, organisation=""):
    return Who("Awa", Audience(role, organisation), "password")


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("public", ""),
        ("reader", "records export_records"),
        ("partner", "records export_records"),
        ("coordinator", "records export_records correct import decide"),
        ("administrator", " ".join(ACTS)),
    ],
)
def test_each_role_may_do_exactly_this(role, acts):
    assert {act for act in ACTS if may(somebody(role), act)} == set(acts.split())


def test_a_partner_corrects_only_what_is_its_own():
    amss = somebody("partner", "AMSS")
    assert may(amss, "correct", organisation="AMSS")
    assert not may(amss, "correct", organisation="NRC")
    assert not may(amss, "correct", organisation="AMSS;NRC")
    assert not may(somebody("partner"), "correct", organisation="")
    assert may(somebody("coordinator"), "correct", organisation="NRC")


def test_what_is_refused_is_refused_where_it_is_done():
    with pytest.raises(AccessError, match="rôle"):
        demand(OPEN, "import")
    demand(somebody("administrator"), "undo")
    with pytest.raises(ValueError, match="no act"):
        may(OPEN, "fly")


def test_nobody_who_has_not_signed_in_may_do_more_than_look():
    assert not [act for act in ACTS if may(ANYONE, act)]
    assert ANYONE.audience.role == "public"
    assert OPEN.audience.role == "reader"
    assert not OPEN.signed_in
    assert somebody("reader").signed_in


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["others", "admins"]}, Audience("administrator")),
        ({"groups": "amss"}, Audience("partner", "AMSS")),
        ({"groups": ["amss", "admins"]}, Audience("administrator")),  # the first line that fits
        ({"email": "a@b.org", "email_verified": True}, Audience("reader")),
        ({"email": "a@b.org"}, None),
        ({"email": "a@b.org", "email_verified": "true"}, None),
        ({"groups": "admin"}, None),
        ({"groups": {"admins": True}}, None),
        ({"groups": [["admins"]]}, None),
        ({"Groups": "admins"}, None),
        ({"groups": None}, None),
        ({}, None),
    ],
)
def test_a_claim_of_the_table_gives_its_role_and_no_claim_gives_none(claims, role):
    assert settings({}, TABLE).of_claims(claims) == role


def test_passwords_of_the_environment_are_those_of_roles():
    access = settings(
        {
            "COUVERTURE_PASSWORD_READER": "lecteur-2026",
            "COUVERTURE_PASSWORD_PARTNER_SAVE": "enfants-2026",
            "COUVERTURE_PASSWORD_PARTNER_WORLD_VISION": "vision-2026!",
            "PATH": "/bin",
        },
        {"partner": {"SAVE": "Save the Children"}},
    )
    assert access.of_password("lecteur-2026") == Audience("reader")
    assert access.of_password("enfants-2026") == Audience("partner", "Save the Children")
    assert access.of_password("vision-2026!") == Audience("partner", "WORLD VISION")
    assert [access.of_password(text) for text in ("", "lecteur-2027", "lecteur-2026 ")] == [None] * 3
    assert "lecteur-2026" not in repr(access)


@pytest.mark.parametrize(
    ("environment", "table", "said"),
    [
        ({"COUVERTURE_PASSWORD_READER": "court"}, {}, "10 signes"),
        ({"COUVERTURE_PASSWORD_CHIEF": "assez-long-2026"}, {}, "aucun rôle"),
        ({"COUVERTURE_PASSWORD_PUBLIC": "assez-long-2026"}, {}, "aucun rôle"),
        ({"COUVERTURE_PASSWORD_PARTNER_": "assez-long-2026"}, {}, "aucun rôle"),
        (
            {f"COUVERTURE_PASSWORD_{r}": "assez-long-2026" for r in ("READER", "COORDINATOR")},
            {},
            "autre rôle",
        ),
        ({}, {"roles": []}, "« roles »"),
        ({}, {"hours": 0}, "heures"),
        ({}, {"hours": True}, "heures"),
        ({}, {"role": [{"claim": "groups", "value": "x", "role": "public"}]}, "ligne 1"),
        ({}, {"role": [{"claim": "groups", "value": "", "role": "reader"}]}, "ligne 1"),
        ({}, {"role": [{"claim": "groups", "value": 7, "role": "reader"}]}, "ligne 1"),
        ({}, {"role": [{"claim": "g", "value": "x", "role": "partner"}]}, "organisation"),
        ({}, {"role": [{"claim": "g", "value": "x", "role": "reader", "organisation": "A"}]}, "organisation"),
        ({}, {"role": ["reader"]}, "ligne 1"),
        ({}, {"role": 7}, "table"),
        ({}, {"partner": "AMSS"}, "table"),
    ],
)
def test_settings_that_are_not_understood_let_nobody_in(environment, table, said):
    with pytest.raises(AccessError, match=said) as raised:
        settings(environment, table)
    assert "assez-long" not in str(raised.value)


HOUR = 3600.0
NOW = 1_760_000_000.0


@pytest.mark.parametrize(
    ("at", "old"),
    [
        (NOW, False),
        (int(NOW) - 2 * 3600, False),
        (NOW - 2 * HOUR - 1, True),
        (NOW + CLOCKS_APART, False),
        (NOW + CLOCKS_APART + 1, True),
        *((at, True) for at in (math.nan, math.inf, -math.inf, 9e18, 10**400, -(10**400))),
        *((at, True) for at in (None, True, str(NOW), [NOW])),
    ],
)
def test_a_sign_in_ends_whatever_time_the_provider_says(at, old):
    assert too_old({"iat": at}, settings({}, {"hours": 2}), now=NOW) is old


def test_public_mode_is_off_unless_it_is_said():
    assert [settings({"COUVERTURE_PUBLIC": text}, {}).public for text in ("", "0", "non", "1", "oui")] == [
        *(False, False, False),
        *(True, True),
    ]


def test_a_name_is_one_line_without_hidden_signs():
    assert plain_name(" Awa\n  T\u202eraoré\x00 ") == "Awa Traoré"
    assert len(plain_name("a" * 500)) == 60
    assert name_of_claims({"name": " ", "email": "a@b.org", "sub": "17"}) == "a@b.org"
    assert name_of_claims({}) == ""


def test_every_role_of_sharing_has_its_acts():
    assert all(isinstance(may(somebody(role), "records"), bool) for role in ROLES)
