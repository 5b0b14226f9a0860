"""What doubtful rows may mean, and what a decision on positions makes of them; toy figures by hand.

A degree is 111.32 km along the toy's southern edge, the equator (WGS 84: 111,319 m).
"""

import numpy as np
import pandas as pd
import pytest

from geo.activities import complete
from geo.choices import choices, stated_parent
from geo.gazetteer import gazetteer
from geo.placing import place
from geo.store.alike import doubtful_positions, position_keys
from geo.store.positions import with_decided_positions
from tests import toy

TOY = toy.boundaries()
NAMES = gazetteer(TOY.units)


def group(kind="name", **values):
    blank = {"kind": kind, "text": "", "region": "", "cercle": "", "level": "commune", "reason": ""}
    return blank | {"candidates": "", "stated": "", "points": ()} | values


def offered(**values):
    table = choices(group(**values), TOY, NAMES)
    return [f"{letter} {code}" for letter, code in table[["letter", "pcode"]].itertuples(index=False)], table


def placed(*rows: dict) -> pd.DataFrame:
    records = complete(pd.DataFrame([{"activity_type": "water_point", **row} for row in rows]))
    return place(records, TOY, matcher=toy.matcher, readings=toy.readings)


def test_a_name_of_another_region_says_so_and_how_far_it_lies():
    codes, table = offered(text="C1", region="Nord")
    # The parent that is stated is always the last choice.
    assert (codes[0], codes[-1]) == ("A ML070101", f"{table['letter'].iloc[-1]} ML05")
    first = table.iloc[0]
    assert first["reason"] == "nom officiel, dans une autre région que « Nord », à 56 km de Nord"
    # C1's label lies at 3.5° E, 0.5 of a degree from the edge of Nord at 3° E.
    assert first["km"] == pytest.approx(0.5 * 111.32, rel=0.001)
    assert table["reason"].iloc[-1].startswith("lieu indiqué : les lignes ne seront connues qu'à la région")


def test_a_stated_parent_counts_only_where_it_means_one_unit():
    assert stated_parent(group(region="Nord", cercle="B"), NAMES) == "ML0502"
    assert stated_parent(group(region="Nord", level="cercle"), NAMES) == "ML05"
    assert stated_parent(group(region="Nord", level="region"), NAMES) == ""
    assert stated_parent(group(region="nulle part"), NAMES) == ""


def test_code_and_name_that_disagree_are_both_offered_with_what_is_written():
    codes, table = offered(kind="place", text="ML050101 / C2", candidates="ML050101")
    assert codes[:2] == ["A ML050101", "B ML070102"]
    assert list(table["reason"][:2]) == ["P-code écrit : ML050101", "nom écrit : C2"]


def test_a_position_far_from_its_label_is_right_or_the_label_is():
    values = {"reason": "far_from_stated_place", "candidates": "ML070102;ML05", "stated": "ML05"}
    codes, table = offered(kind="position", points=((4.5, 0.5), (4.0, 0.5)), **values)
    assert codes == ["A ML070102", "B ML05"]
    assert list(table["kept"]) == [True, False]
    assert table["reason"][0] == "les 2 positions sont justes : elles sont dans C2 (Mali)"
    # From 4° and 4.5° to the edge of Nord at 3°: 111 and 167 km.
    assert table["reason"][1].startswith("le nom est juste : Nord, à 111–167 km")


@pytest.mark.parametrize(("south", "kept"), [(-0.04, True), (-0.06, False)])
def test_a_position_beside_every_unit_is_kept_within_five_kilometres(south, kept):
    # 0.04° are 4.4 km of a meridian, 0.06° 6.6 km.
    rows = placed({"longitude": 3.5, "latitude": south, "provider_adm1_name": "Est"})
    row = rows.iloc[0]
    _codes, table = offered(
        kind="position",
        reason=row["reason"],
        candidates=row["candidates"],
        stated="ML07",
        points=((3.5, south),),
    )
    assert (row["reason"], table["pcode"][0], table["kept"][0]) == ("outside_every_unit", "ML070101", kept)
    assert table["pcode"].iloc[-1] == "ML07"
    decided = settle(rows, "ML070101").iloc[0]
    expected = ("placed", "ML070101", "point" if kept else "commune", "decision", "ML0701", "")
    columns = ["outcome", "place_set", "precision", "method", "adm2_pcode", "reason"]
    assert tuple(decided[columns]) == expected


def settle(rows, pcode, keys=None):
    made = pd.DataFrame({"place_key": position_keys(rows[doubtful_positions(rows)]), "pcode": pcode})
    return with_decided_positions(rows, TOY, made if keys is None else keys)


# Cercle A ends at 2° E; C1 begins at 3°, C2 at 4°.
FAR = {"provider_adm1_name": "Nord", "provider_adm2_name": "A", "latitude": 0.5}


def test_a_decision_keeps_the_positions_that_lie_in_the_unit_and_no_other():
    rows = placed({**FAR, "longitude": 4.5}, {**FAR, "longitude": 4.7})
    here, named = settle(rows, "ML070102"), settle(rows, "ML0501")
    assert list(here["precision"]) == ["point", "point"]
    assert list(here["place_set"]) == ["ML070102", "ML070102"]
    assert list(named["precision"]) == ["cercle", "cercle"]
    assert list(named["place_set"]) == ["ML0501", "ML0501"]
    # A whole region that holds the position places it where it is.
    assert list(settle(rows, "ML07")["place_set"]) == ["ML070102", "ML070102"]
    assert list(rows["outcome"]) == ["review", "review"], "the frame that came in is not changed"


def test_none_of_ours_and_an_unknown_unit_place_nothing():
    rows = placed({**FAR, "longitude": 4.5})
    for pcode in ("", "XX01"):
        assert list(settle(rows, pcode)["outcome"]) == ["review"]


def test_positions_are_alike_by_reason_unit_and_what_is_stated():
    rows = placed(
        {**FAR, "longitude": 4.5},
        {**FAR, "longitude": 4.7, "provider_locality": "puits"},
        # Another commune; another thing stated.
        {**FAR, "longitude": 3.9},
        {**FAR, "longitude": 4.6, "provider_adm3_name": "A1"},
        # Outside: near the same commune alike, far off each position by itself.
        {"longitude": 4.5, "latitude": -0.01},
        {"longitude": 4.6, "latitude": 1.02},
        {"longitude": 4.5, "latitude": -2.0},
        {"longitude": 4.6, "latitude": -2.0},
    )
    assert doubtful_positions(rows).all()
    groups = pd.factorize(position_keys(rows))[0]
    assert list(groups) == [0, 0, 1, 2, 3, 3, 4, 5]


def test_no_row_but_those_decided_is_touched():
    rows = placed({**FAR, "longitude": 4.5}, {**FAR, "longitude": 3.9}, {"longitude": 0.5, "latitude": 0.5})
    keys = pd.DataFrame({"place_key": position_keys(rows.iloc[:1]), "pcode": ["ML070102"]})
    settled = settle(rows, "", keys)
    assert list(settled["outcome"]) == ["placed", "review", "placed"]
    pd.testing.assert_frame_equal(settled.iloc[1:], rows.iloc[1:])
    assert np.isnan(settled["score"].iloc[0])
