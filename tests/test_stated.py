"""The place a record states, by code and by name, on the toy geography."""

import pandas as pd
import pytest

from geo.activities import complete
from geo.stated import KEY_COLUMNS, resolve
from tests import toy

UNITS = toy.boundaries().units
V2021 = {"provider_vintage": "COD-AB 2021"}


def said(**columns):
    """What is stated in one row: level, set, method, reason, candidates, flags."""
    short = {
        f"provider_{key}" if not key.startswith("provider_") else key: text for key, text in columns.items()
    }
    found = resolve(complete(pd.DataFrame([short])), UNITS, matcher=toy.matcher, readings=toy.readings)
    row = found.iloc[0]
    return {
        name: row[f"stated_{name}"] for name in ("level", "set", "method", "reason", "candidates", "flags")
    }


def settled(level, place_set, method, flags=""):
    return {
        "level": level,
        "set": place_set,
        "method": method,
        "reason": "",
        "candidates": "",
        "flags": flags,
    }


def test_nothing_stated():
    assert said(locality="somewhere")["level"] == ""


def test_the_finest_name_counts():
    assert said(adm1_name="Nord", adm2_name="A", adm3_name="A2") == settled("commune", "ML050102", "exact")
    assert said(adm1_name="Nord", adm2_name="A") == settled("cercle", "ML0501", "exact")


def test_several_names_make_one_set_in_one_order():
    first = said(adm1_name="Nord", adm3_name="B1;A1")
    assert first == said(adm1_name="Nord", adm3_name="A1 ; B1")
    assert first["set"] == "ML050101;ML050201"


def test_names_of_several_parents_are_each_looked_for_in_all_of_them():
    # A1 lies in cercle A, C1 in cercle C of another region: neither is contradicted.
    found = said(adm1_name="Nord;Est", adm2_name="A;C", adm3_name="A1;C1")
    assert (found["set"], found["reason"]) == ("ML050101;ML070101", "")


def test_one_unknown_name_of_several_leaves_the_whole_to_review():
    found = said(adm3_name="A1;Nowhere")
    assert (found["set"], found["reason"]) == ("", "unknown_place")


def test_a_code_and_its_name_confirm_each_other():
    assert said(adm3_pcode="ML050101", adm3_name="A1", **V2021) == settled(
        "commune", "ML050101", "pcode+name"
    )


def test_a_code_finer_than_a_name_counts_where_it_lies_inside():
    assert said(adm3_pcode="ML050101", adm1_name="Nord", **V2021) == settled("commune", "ML050101", "pcode")


def test_a_name_finer_than_a_code_counts_where_it_lies_inside():
    assert said(adm1_pcode="ML05", adm3_name="A1", **V2021) == settled("commune", "ML050101", "exact")


def test_a_code_outside_the_named_region_goes_to_review():
    found = said(adm3_pcode="ML050101", adm1_name="Est", **V2021)
    assert (found["reason"], found["candidates"]) == ("code_and_name_disagree", "ML050101;ML07")


def test_a_code_inside_an_older_reading_of_the_region_does_not():
    # Nord once held cercle C, which is Est's today.
    found = said(adm3_pcode="ML070101", adm1_name="Nord", **V2021)
    assert found == settled("commune", "ML070101", "pcode", "older_vintage")


def test_a_name_outside_the_coded_region_goes_to_review():
    found = said(adm1_pcode="ML07", adm3_name="A1", **V2021)
    assert (found["reason"], found["candidates"]) == ("code_and_name_disagree", "ML07;ML050101")


def test_codes_that_do_not_nest_go_to_review():
    found = said(adm1_pcode="ML07", adm2_pcode="ML0501", **V2021)
    assert (found["reason"], found["candidates"]) == ("place_contradicted", "ML0501;ML07")
    assert said(adm1_pcode="MLI05", adm2_pcode="ML0501 ", **V2021)["reason"] == ""


def test_a_name_that_its_region_contradicts_is_not_settled_by_a_code():
    found = said(adm3_pcode="ML050101", adm3_name="A1", adm1_name="Est", **V2021)
    assert found["reason"] == "code_and_name_disagree"


def test_an_unknown_name_beside_a_good_code_is_flagged():
    found = said(adm3_pcode="ML050101", adm3_name="Nowhere", **V2021)
    assert found == settled("commune", "ML050101", "pcode", "name_not_matched")


def test_an_unknown_code_beside_a_good_name_is_flagged():
    assert said(adm3_pcode="ML990101", adm3_name="A1") == settled(
        "commune", "ML050101", "exact", "unknown_code"
    )


def test_an_unknown_code_alone_goes_to_review():
    assert said(adm3_pcode="ML990101")["reason"] == "unknown_code"


@pytest.mark.parametrize("vintage", ["", "COD-AB 2024", "2021"])
def test_a_code_of_no_known_vintage_goes_to_review(vintage):
    found = said(adm3_pcode="ML050101", provider_vintage=vintage)
    assert (found["reason"], found["candidates"]) == ("code_without_vintage", "ML050101")


def ambiguous(questions):
    """Two units share every name."""
    answers = toy.matcher(questions)
    return answers.assign(outcome="ambiguous", pcode="", candidates="ML050101;ML050201")


def with_ambiguous(**columns):
    frame = complete(pd.DataFrame([{f"provider_{key}": text for key, text in columns.items()}]))
    row = resolve(frame, UNITS, matcher=ambiguous).iloc[0]
    return row["stated_set"], row["stated_reason"], row["stated_candidates"]


def test_an_ambiguous_name_is_not_matched_but_shown_with_its_candidates():
    assert with_ambiguous(adm3_name="X") == ("", "ambiguous_place", "ML050101;ML050201")


def test_a_code_among_the_candidates_settles_an_ambiguous_name():
    assert with_ambiguous(adm3_name="X", adm3_pcode="ML050201", vintage="COD-AB 2021")[:2] == ("ML050201", "")


def test_a_code_that_is_none_of_the_candidates_does_not():
    found = with_ambiguous(adm3_name="X", adm3_pcode="ML070101", vintage="COD-AB 2021")
    assert found == ("", "code_and_name_disagree", "ML070101;ML050101;ML050201")


def test_a_locality_is_placed_in_its_commune_and_flagged():
    def locality(questions):
        return toy.matcher(questions).assign(outcome="none", pcode="", located_in_pcode="ML050102")

    frame = complete(pd.DataFrame([{"provider_adm3_name": "Village"}]))
    row = resolve(frame, UNITS, matcher=locality).iloc[0]
    found = tuple(row[f"stated_{name}"] for name in ("set", "method", "flags"))
    assert found == ("ML050102", "locality", "locality_of_commune")


def test_every_distinct_statement_is_asked_once():
    asked = []

    def counting(questions):
        asked.append(len(questions))
        return toy.matcher(questions)

    frame = complete(pd.DataFrame({"provider_adm3_name": ["A1"] * 50 + ["B1"] * 50}))
    found = resolve(frame, UNITS, matcher=counting)
    assert asked == [2]
    assert list(found["stated_set"]) == ["ML050101"] * 50 + ["ML050201"] * 50


def test_the_index_of_the_rows_is_kept():
    frame = complete(pd.DataFrame({"provider_adm3_name": ["A1", "B1"]}, index=[7, 3]))
    found = resolve(frame[list(KEY_COLUMNS)], UNITS, matcher=toy.matcher)
    assert found["stated_set"].to_dict() == {7: "ML050101", 3: "ML050201"}
