"""Headings and values as partners write them."""

import pandas as pd
import pytest

from geo.headings import (
    FUNCTIONALITY_VALUES,
    HEADINGS,
    HXL_TAGS,
    STATUS_VALUES,
    by_values,
    contact_headings,
    fold_heading,
    hxl_column,
    recognise,
    standard_value,
)


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("Région", "provider_adm1_name"),
        ("WILAYA", "provider_adm1_name"),
        ("Cercle ", "provider_adm2_name"),
        ("Moughataa", "provider_adm2_name"),
        ("ADM3_FR", "provider_adm3_name"),
        ("Localité", "provider_locality"),
        ("État de fonctionnement", "functionality"),
        ("Statut de l'activité", "activity_status"),
        ("Date de début", "start_date"),
        ("Bailleur de fonds", "donor"),
        ("Partenaire de mise en œuvre", "implementing_org"),
        ("Partenaire de mise en oeuvre", "implementing_org"),
        ("Coord. X", "longitude"),
        ("#adm2+code", "provider_adm2_pcode"),
    ],
)
def test_headings_are_recognised(written, column):
    assert recognise([written]) == ({column: written} if column else {})


def test_no_heading_means_two_columns():
    words = [word for listed in HEADINGS.values() for word in listed]
    assert len(words) == len(set(words))
    assert all(fold_heading(word) == word for word in words)


def test_no_value_means_two_states():
    for table in (FUNCTIONALITY_VALUES, STATUS_VALUES):
        words = [word for listed in table.values() for word in listed]
        assert len(words) == len(set(words))


def test_the_first_heading_of_a_column_is_used():
    assert recognise(["Commune", "admin3"]) == {"provider_adm3_name": "Commune"}


def test_what_the_user_states_wins():
    found = recognise(["Commune", "Zone"], given={"provider_adm3_name": "Zone"})
    assert found == {"provider_adm3_name": "Zone"}


def test_a_heading_stated_for_one_column_serves_no_other():
    assert recognise(["Nombre"], given={"reached_people": "Nombre"}) == {"reached_people": "Nombre"}


@pytest.mark.parametrize(
    "heading",
    [
        "Téléphone",
        "Tél. du responsable",
        "E-mail",
        "Contact",
        "Point focal",
        "Nom et prénom",
        "Chef de village",
    ],
)
def test_headings_of_persons_are_found(heading):
    assert contact_headings([heading]) == [heading]


@pytest.mark.parametrize("heading", ["Commune", "Intel", "Hotel de ville", "Nombre de femmes", "Cartel"])
def test_headings_that_only_look_alike_are_kept(heading):
    assert contact_headings([heading]) == []


@pytest.mark.parametrize(
    ("tag", "column"),
    [
        ("#org+impl", "implementing_org"),
        ("#ORG +Funder", "donor"),
        ("#adm1+fr+name", "provider_adm1_name"),
        ("#reached", "reached_people"),
        ("#reached+ind", "reached_people"),
        # Households, or one group among the people, are not the people.
        ("#reached+hh", "reached_households"),
        ("#reached+children", ""),
        ("#contact+phone", ""),
        ("#", ""),
    ],
)
def test_hxl_tags(tag, column):
    assert hxl_column(tag) == column


def test_every_hxl_tag_finds_its_own_column():
    assert {tag: hxl_column(tag) for tag in HXL_TAGS} == dict(HXL_TAGS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fonctionnel", "functional"),
        (" En Panne ", "broken"),
        ("sec", "dry"),
        ("non utilisé", "not_used"),
        ("Non renseigné", "unknown"),
        ("", ""),
        ("N/A", ""),
        ("brille", None),
    ],
)
def test_functionality_words(text, value):
    assert standard_value(text, FUNCTIONALITY_VALUES) == value


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (["fonctionnel", "en panne", ""], "functionality"),
        (["fonctionnel", "bizarre"], "functionality"),
        (["en cours", "terminé"], "activity_status"),
        (["fonctionnel", "en cours"], "activity_status"),  # both: left as it is called, the rest is said
        (["", ""], "activity_status"),
    ],
)
def test_a_status_that_says_only_whether_works_run_is_their_functionality(cells, column):
    table = pd.DataFrame({"Statut": cells})
    assert by_values(recognise(["Statut"]), table) == {column: "Statut"}
    assert by_values({"activity_status": "Statut"}, table, given=["activity_status"]) == {
        "activity_status": "Statut"
    }


def test_a_functionality_of_its_own_keeps_the_status():
    table = pd.DataFrame({"Statut": ["fonctionnel"], "État fonctionnel": ["en panne"]})
    assert by_values(recognise(list(table)), table)["activity_status"] == "Statut"
