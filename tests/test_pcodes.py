import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import pcodes


def test_lengths_differ_between_the_countries() -> None:
    assert [pcodes.level(code) for code in ("ML", "ML05", "ML0506", "ML050601")] == [
        "country",
        "region",
        "cercle",
        "commune",
    ]
    assert [pcodes.level(code) for code in ("MR", "MR02", "MR021", "MR02101")] == [
        "country",
        "region",
        "cercle",
        "commune",
    ]
    # Six characters are a cercle in Mali and nothing in Mauritania.
    assert pcodes.level("MR0210") == ""
    assert pcodes.level("ML05A1") == ""
    assert pcodes.level("NE05") == ""
    assert pcodes.level("ML٠٥") == ""


def test_a_parent_is_cut_by_the_country_scheme() -> None:
    assert pcodes.parent("ML050601", "cercle") == "ML0506"
    assert pcodes.parent("MR02101", "cercle") == "MR021"
    assert pcodes.parent("MR02101", "region") == "MR02"
    assert pcodes.parent("MR021", "cercle") == "MR021"


@pytest.mark.parametrize(("code", "to"), [("ML05", "commune"), ("ML05", "village"), ("Gao", "region")])
def test_no_parent_below_or_for_a_word(code: str, to: str) -> None:
    with pytest.raises(ValueError, match=code):
        pcodes.parent(code, to)


def test_codes_are_repaired_as_people_spoil_them() -> None:
    assert pcodes.repair("MLI05") == pcodes.Repair("ML05", True)
    assert pcodes.repair("ML0506 ") == pcodes.Repair("ML0506", True)
    assert pcodes.repair("mrt021") == pcodes.Repair("MR021", True)
    assert pcodes.repair("ML0506") == pcodes.Repair("ML0506", False)
    # A digit short or long is not repaired: which digit is wrong nobody knows.
    assert pcodes.repair("ML056") == pcodes.Repair("", False)


def test_a_column_keeps_its_index_and_says_what_was_repaired() -> None:
    column = pd.Series(["MLI05", "ML05", "", "ML05 "], index=[7, 3, 9, 1])
    read = pcodes.repair_column(column)
    assert read.index.tolist() == [7, 3, 9, 1]
    assert read["pcode"].tolist() == ["ML05", "ML05", "", "ML05"]
    assert read["repaired"].tolist() == [True, False, False, True]


@given(st.text(max_size=12))
def test_repair_never_fails_and_is_stable(text: str) -> None:
    once = pcodes.repair(text)
    assert pcodes.repair(once.pcode).pcode == once.pcode
    assert bool(once.pcode) == bool(pcodes.level(once.pcode))


def test_nesting_is_by_code_and_level() -> None:
    assert pcodes.nests("ML050601", "ML0506")
    assert not pcodes.nests("ML050601", "ML0507")
    assert not pcodes.nests("ML050601", "ML050")
