"""Profiles: a second file asks only about what changed."""

import json

import pandas as pd
import pytest

from geo.cleaning import clean
from geo.columns import Choice, Profile, apply, choices, confirmed, missing
from geo.io.records import read_types

ROW = {
    "Structure": "AMSS",
    "Commune": "Bara",
    "Nb bénéf.": "12",
    "Humeur": "bonne",
    "Téléphone": "76 12 34 56",
}


def table(row):
    return pd.DataFrame([row], index=[2], dtype="str")


def asked(made):
    return [choice.heading for choice in made if choice.asked]


def by_heading(made):
    return {choice.heading: (choice.column, choice.why) for choice in made}


FIRST = confirmed("AMSS", choices(table(ROW)), {"Nb bénéf.": "reached_people", "Humeur": ""})


def test_the_first_file_asks_about_every_column_but_contacts():
    made = choices(table(ROW))
    assert asked(made) == ["Structure", "Commune", "Nb bénéf.", "Humeur"]
    assert by_heading(made) == {
        "Structure": ("implementing_org", "heading"),
        "Commune": ("provider_adm3_name", "heading"),
        "Nb bénéf.": ("", ""),
        "Humeur": ("", ""),
        "Téléphone": ("", "contact"),
    }
    assert made[2] == Choice("Nb bénéf.", "", "", True, ("12",))


def test_what_was_confirmed_is_not_asked_again():
    assert FIRST.columns == {
        "implementing_org": "Structure",
        "provider_adm3_name": "Commune",
        "reached_people": "Nb bénéf.",
    }
    assert FIRST.ignored == ("Humeur",)
    assert asked(choices(table(ROW), FIRST)) == []


def test_a_renamed_column_is_the_only_question():
    row = {("Nombre bénéf." if name == "Nb bénéf." else name): cell for name, cell in ROW.items()}
    made = choices(table(row), FIRST)
    assert asked(made) == ["Nombre bénéf."]
    assert by_heading(made)["Nombre bénéf."] == ("reached_people", "renamed")
    assert missing(table(row), FIRST) == {"reached_people": "Nb bénéf."}
    second = confirmed("AMSS", made, before=FIRST)
    assert second.columns["reached_people"] == "Nombre bénéf."
    assert asked(choices(table(row), second)) == []


def test_of_two_renamed_columns_each_is_offered_under_the_name_most_like_it():
    names = {"Nb bénéf.": "Nombre bénéf", "Structure": "Structures", "Commune": "Xyz"}
    row = {names.get(name, name): cell for name, cell in ROW.items()}
    found = by_heading(choices(table(row), FIRST))
    assert found["Nombre bénéf"] == ("reached_people", "renamed")
    assert found["Structures"] == ("implementing_org", "renamed")
    assert found["Xyz"] == ("", "")


def test_one_gone_and_one_new_is_offered_though_unlike():
    row = {("Ayants droit" if name == "Nb bénéf." else name): cell for name, cell in ROW.items()}
    assert by_heading(choices(table(row), FIRST))["Ayants droit"] == ("reached_people", "renamed")


def test_a_new_column_is_asked_and_never_takes_a_confirmed_place():
    made = choices(table(ROW | {"Organisation": "x", "Bailleur": "y"}), FIRST)
    assert asked(made) == ["Organisation", "Bailleur"]
    assert by_heading(made)["Organisation"] == ("", "")
    assert by_heading(made)["Bailleur"] == ("donor", "heading")


def test_tags_outweigh_headings():
    frame = pd.DataFrame(
        [{"Qui": "#org+funder", "Quoi": "#adm3+name"}, {"Qui": "BMZ", "Quoi": "Bara"}], dtype="str"
    )
    assert by_heading(choices(frame)) == {"Qui": ("donor", "tag"), "Quoi": ("provider_adm3_name", "tag")}


def test_what_is_left_out_is_not_read_though_it_would_be_recognised():
    profile = confirmed("x", choices(table(ROW)), {"Structure": ""})
    kept, given = apply(table(ROW), profile)
    found = clean(kept, types=read_types(), source_id="s", given=given)
    assert found.records["implementing_org"].tolist() == [""]
    assert found.records["provider_adm3_name"].tolist() == ["Bara"]


def test_two_headings_for_one_column_are_refused():
    with pytest.raises(ValueError, match="donor: 'Structure', 'Commune'"):
        confirmed("x", choices(table(ROW)), {"Structure": "donor", "Commune": "donor"})


def test_a_profile_survives_being_kept_as_json():
    profile = Profile("x", {"donor": "Qui"}, ("a", "b"), "Feuille", "avec", "COD-AB 2021")
    kept = json.loads(json.dumps(profile.as_dict()))
    assert Profile.from_dict(kept) == profile
    assert Profile.from_dict(kept | {"later": 1}) == profile
