"""Norms: the shipped ones, what is refused, sets of one's own."""

import pytest

from geo.errors import SettingsError
from geo.io import norms as files
from geo.norms import (
    Parameter,
    changed,
    describe,
    edited,
    make,
    norms_from_settings,
    people_per_work,
    sets_from_settings,
)

BASE = {"activity_type": "avec", "value": 25, "unit": "members_per_group", "kind": "practice", "source": "s"}
HOUSEHOLDS = {
    "household_size": {"value": 6, "source": "census"},
    "reach_share": {"value": 0.5, "source": "plan"},
}


def test_the_shipped_norms_say_who_says_so():
    norms = files.read_norms()
    assert norms["water_mali_modern_point"].value == 400
    sphere = {
        name.removeprefix("water_sphere_"): norm.value for name, norm in norms.items() if "sphere" in name
    }
    assert sphere == {"tap": 250, "hand_pump": 500, "open_well": 400}
    assert {norms[f"water_sphere_{kind}"].within_m for kind in sphere} == {500}
    assert norms["water_mauritania_stand_in"].stand_in
    assert all(norm.source for norm in norms.values())
    assert all(parameter.source for norm in norms.values() for parameter in norm.parameters.values())


def test_a_set_takes_the_first_norm_that_fits():
    default, sphere = files.read_set("default"), files.read_set("sphere")
    assert default.norm_for("water_point", "ML", "tap").name == "water_mali_modern_point"
    assert sphere.norm_for("water_point", "ML", "tap").name == "water_sphere_tap"
    assert sphere.norm_for("water_point", "ML").name == "water_mali_modern_point"
    assert default.norm_for("water_point", "MR", "hand_pump").name == "water_sphere_hand_pump"
    assert default.norm_for("water_point", "MR").name == "water_mauritania_stand_in"
    assert default.norm_for("training", "ML") is None


@pytest.mark.parametrize(
    ("values", "people"),
    [
        # 25 members, one of each second household of 6: 25 × 6 / 0.5.
        (BASE | {"parameters": HOUSEHOLDS}, 300),
        # 25 adults of whom half the people are, all of them: 25 / 0.5.
        (BASE | {"parameters": {"adult_share": {"value": 0.5, "source": "census"}}}, 50),
        # 200 m² for each of 25 women in 100 people: 0.5 ha for 100 people.
        (
            BASE
            | {
                "value": 200,
                "unit": "m2_per_woman",
                "parameters": {
                    "female_share": {"value": 0.5, "source": "census"},
                    "adult_share": {"value": 0.5, "source": "census"},
                },
            },
            200,
        ),
    ],
)
def test_parameters_turn_members_and_areas_into_people(values, people):
    assert people_per_work(make("n", values)) == pytest.approx(people)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 0}, "value = 0 n'est pas une valeur possible"),
        ({"value": "many"}, "value = many n'est pas une valeur possible"),
        ({"unit": "buckets"}, "unité « buckets » inconnue"),
        ({"kind": "rumour"}, "nature « rumour » inconnue"),
        ({"source": ""}, "la source manque"),
        ({"parameters": {}}, "paramètre « adult_share » manquant"),
        ({"parameters": {"adult_share": {"value": 1.2, "source": "s"}}}, "adult_share = 1.2"),
        (
            {"parameters": {"shoe_size": {"value": 1, "source": "s"}, **HOUSEHOLDS}},
            "paramètre « shoe_size » inconnu",
        ),
        ({"colour": "red"}, "champ manquant ou inconnu"),
    ],
)
def test_a_norm_that_cannot_be_used_is_refused(change, words):
    with pytest.raises(SettingsError, match=words):
        make("n", BASE | {"parameters": HOUSEHOLDS} | change)


def test_a_set_with_an_unknown_norm_is_refused():
    norms = norms_from_settings({"norms": {"n": BASE | {"parameters": HOUSEHOLDS}}})
    with pytest.raises(SettingsError, match="norme inconnue « m »"):
        sets_from_settings({"sets": {"s": {"use": ["n", "m"]}}}, norms)


def test_a_value_that_the_user_sets_is_the_programmes_own():
    shipped = files.read_norms()["water_mali_modern_point"]
    own = changed(shipped, {"value": 500})
    assert (own.value, own.kind, own.source) == (500, "programme_target", "fixée par l'utilisateur")
    assert describe(own).startswith("500 personnes par ouvrage ; cible de programme ; source : fixée par")
    assert changed(shipped, {}).kind == "standard"
    reach = changed(files.read_norms()["avec_households"], {"reach_share": 0.25})
    assert reach.parameters["reach_share"] == Parameter(0.25, "fixée par l'utilisateur")
    assert people_per_work(reach) == pytest.approx(25 * 7.8 / 0.25)
    with pytest.raises(SettingsError, match="inconnu"):
        changed(shipped, {"values": 3})


def test_a_set_is_saved_and_read_again():
    overrides = {"water_mali_modern_point": {"value": 300, "source": 'atelier "eau" de Gao'}}
    files.save_set("atelier_2026", overrides)
    assert files.set_names() == ["default", "sphere", "villages", "atelier_2026"]
    norm = files.read_set("atelier_2026").norm_for("water_point", "ML")
    assert (norm.value, norm.source) == (300, 'atelier "eau" de Gao')
    assert files.read_set("default").norm_for("water_point", "ML").value == 400


@pytest.mark.parametrize("name", ["default", "../evil", "", "a b", "x" * 41])
def test_a_set_cannot_take_any_name(name):
    with pytest.raises(SettingsError, match="ne peut pas nommer un jeu de normes"):
        files.save_set(name, {})
    assert not files.saved_dir().exists()


def test_nothing_is_saved_that_could_not_be_read():
    with pytest.raises(SettingsError, match="norme inconnue « nowhere »"):
        files.save_set("mine", {"nowhere": {"value": 1}})
    with pytest.raises(SettingsError, match="n'est pas une valeur possible"):
        files.save_set("mine", {"water_mali_modern_point": {"value": -1}})
    assert "mine" not in files.set_names()
    with pytest.raises(SettingsError, match="Aucun jeu de normes « mine »"):
        files.read_set("mine")
    with pytest.raises(SettingsError, match="inconnue"):
        edited(files.read_set(), {"nowhere": {}}, name="x")


def test_a_damaged_set_is_one_clear_line():
    files.saved_dir().mkdir(parents=True)
    (files.saved_dir() / "mine.toml").write_text("base = [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"mine\.toml : illisible"):
        files.read_set("mine")


def test_a_norm_that_is_only_a_stand_in_says_so():
    assert "à défaut de norme nationale connue" in describe(files.read_norms()["water_mauritania_stand_in"])
    group = describe(files.read_norms()["avec_households"])
    assert "taille d'un ménage 7,8, estimation (EMOP" in group


def test_the_table_of_units_that_are_not_comparable_can_be_replaced():
    shipped = files.read_not_comparable()
    assert set(shipped["pcode"]) == {"ML050609", "ML060506"}
    assert shipped["reason_fr"].str.len().min() > 0
    files.saved_dir().mkdir(parents=True)
    own = files.saved_dir() / "not_comparable.csv"
    shipped.head(1).to_csv(own, index=False)
    assert list(files.read_not_comparable()["pcode"]) == ["ML050609"]
    shipped.drop(columns="vintage").to_csv(own, index=False)
    with pytest.raises(SettingsError, match="la colonne « vintage » manque"):
        files.read_not_comparable()
