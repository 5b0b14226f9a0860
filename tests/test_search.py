"""Finding by name: typing errors, other spellings, kinds told apart, and how long it takes."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import search
from geo.gazetteer import gazetteer
from geo.io import load_boundaries
from geo.io.places import read_spellings

TOY = [
    search.Entry("region", "ML07", "Gao"),
    search.Entry("cercle", "ML0703", "Gao"),
    search.Entry("commune", "ML070303", "Gao"),
    search.Entry("commune", "ML070101", "Ansongo"),
    search.Entry("region", "MR02", "Hodh El Gharbi"),
    search.Entry("commune", "ML060201", "Goundam"),
    search.Entry("commune", "MR01203", "Vessale", ("Fassala", "Vassala")),
    search.Entry("partner", "OIM (IOM)", "OIM (IOM)"),
]
INDEX = search.index(TOY)


@pytest.fixture(scope="module")
def whole():
    units = search.units(gazetteer(load_boundaries().units, spellings=read_spellings()))
    return search.index([*units, *search.partners(["AMSS", "AMSODE", "ADICOR"])])


def codes(text, index=INDEX):
    return [hit.entry.code for hit in search.find(text, index)]


def test_exact_names_come_in_the_order_of_levels():
    assert codes("GAO") == ["ML07", "ML0703", "ML070303"]


def test_a_stated_level_comes_first():
    assert codes("cercle de Gao")[0] == "ML0703"
    assert codes("commune Gao")[0] == "ML070303"


@pytest.mark.parametrize("typed", ["Anssongo", "ansogno", "Ansomgo", "anso", "ML070101", " ml070101 "])
def test_typing_errors_beginnings_and_codes(typed):
    assert codes(typed)[0] == "ML070101"


def test_words_left_out_or_misspelt():
    assert codes("hod gharbi") == ["MR02"]


def test_what_is_drawn_comes_before_what_is_not():
    namesakes = [
        search.Entry("region", "ML01", "Kayes", known=False),
        search.Entry("commune", "ML050101", "Kayes"),
    ]
    assert codes("kayes", search.index(namesakes)) == ["ML050101", "ML01"]


def test_the_spelling_that_was_met_is_told():
    (hit,) = search.find("fassala", INDEX)
    assert (hit.entry.name, hit.also) == ("Vessale", "Fassala")
    assert search.find("vessale", INDEX)[0].also == ""


def test_a_part_of_a_partner():
    assert codes("iom") == ["OIM (IOM)"]


@pytest.mark.parametrize("typed", ["", "   ", "zzzzzz", "?", "x"])
def test_nothing_is_found_rather_than_anything(typed):
    assert codes(typed) == []


def test_no_entries_no_hits():
    assert search.find("gao", search.index([])) == []


def test_partners_are_named_once_and_by_their_long_name_too():
    made = search.partners(["AMSS", "AMSS", ""], {"AMSS": "Association malienne pour la survie au Sahel"})
    assert [entry.code for entry in made] == ["AMSS"]
    assert [hit.entry.code for hit in search.find("survie sahel", search.index(made))] == ["AMSS"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Tombouktou", "ML06"),
        ("gundam", "ML0602"),
        ("Gounzourèye", "ML070304"),
        ("soni aliber", "ML070306"),
        ("gourma raharous", "ML0603"),
        ("الطينطان", "MR02401"),
        ("amsode", "AMSODE"),
    ],
)
def test_names_as_people_write_them(whole, typed, code):
    hits = search.find(typed, whole)
    assert code in [hit.entry.code for hit in hits], [(hit.entry.name, hit.entry.code) for hit in hits]


def test_each_drawn_unit_is_found_by_its_own_name(whole):
    for entry in whole.entries:
        if entry.known and entry.kind != search.PARTNER:
            assert entry.code in [hit.entry.code for hit in search.find(entry.name, whole, limit=12)], entry


def test_under_a_tenth_of_a_second(whole):
    taken = []
    for typed in ("Anssongo", "gourma raharous", "hod el garbi", "x" * 60, "commune de Soboundou"):
        started = time.perf_counter()
        search.find(typed, whole)
        taken.append(time.perf_counter() - started)
    assert max(taken) < 0.1, taken


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_answered(text):
    hits = search.find(text, INDEX)
    assert all(search.LEAST_LIKENESS <= hit.likeness <= search.EXACT for hit in hits)
    assert len(hits) <= 8
