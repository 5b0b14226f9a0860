"""Classes of the choropleth, worked out by hand."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from geo.classify import (
    NUMBER_CLASSES,
    Classes,
    breaks,
    class_words,
    classes_of,
    classify,
    legend,
    map_order,
    value_words,
)
from geo.i18n import set_language


def units(*rows: tuple) -> pd.DataFrame:
    columns = ["pcode", "value_min", "value_max", "value_open", "state", "presence"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(name="Unit " + frame["pcode"], records=1, focus=True, indicative=False)


def test_an_edge_belongs_to_the_upper_class():
    classes = Classes((1.0, 10.0, 25.0), 40.0)
    frame = units(*[(str(v), v, v, 0, "number", True) for v in (1, 9, 10, 24, 25, 40)])
    assert list(classify(frame, breaks=classes)["klass"]) == ["c1", "c1", "c3", "c3", "c5", "c5"]


def test_classes_are_written_with_both_ends():
    classes = Classes((1.0, 10.0, 25.0), 1040.0)
    assert [class_words(code, classes) for code in classes.codes] == ["1 – 9", "10 – 24", "25 – 1\u202f040"]


def test_a_class_of_one_value_is_that_value():
    assert class_words("c3", Classes((52.0,), 52.0)) == "52"


def test_classes_of_parts_of_hectares_keep_their_edge():
    classes = Classes((0.5, 2.5), 8.0)
    assert class_words("c1", classes) == "0,5 – 2,5"


def test_the_six_values_never_mix():
    frame = units(
        ("a", 12, 12, 0, "number", True),
        ("b", 0, 0, 0, "zero", True),
        ("c", 0, 0, 0, "none_reported", False),
        ("d", 0, 0, 1, "not_reported", True),
        ("e", 0, 0, 0, "unknown", True),
        ("f", 0, 0, 0, "not_applicable", False),
    )
    done = classify(frame)
    assert list(done["klass"]) == ["c3", "zero", "none_reported", "not_reported", "unknown", "not_applicable"]
    assert list(done["words"]) == ["12", "0", "aucun signalé", "n. r.", "inconnu", "s. o."]


def test_an_interval_takes_the_class_of_its_minimum_and_the_ring_of_its_maximum():
    frame = units(("a", 2, 30, 0, "number", True), ("b", 30, 30, 0, "number", True))
    done = classify(frame, breaks=Classes((2.0, 30.0), 30.0)).set_index("pcode")
    assert done.loc["a", ["klass", "ring"]].tolist() == ["c1", "c5"]
    assert done.loc["b", ["klass", "ring"]].tolist() == ["c5", ""]


def test_a_presence_whose_number_is_not_split_is_no_number_class():
    done = classify(units(("a", 0, 8, 0, "number", True), ("b", 0, 8, 1, "number", True)))
    assert list(done["klass"]) == ["presence", "presence"]
    assert list(done["ring"]) == ["c3", "open"]
    assert list(done["words"]) == ["0 à 8", "0 à 8 + non rapporté"]


def test_a_wide_interval_colours_no_commune_that_is_not_named():
    """The 52 AVECs of Gao et Mopti: a commune keeps its state, whatever its upper bound."""
    done = classify(units(("a", 0, 52, 0, "none_reported", False)))
    assert done.loc[0, ["klass", "ring", "words"]].tolist() == ["none_reported", "", "aucun signalé"]


def test_an_unreported_quantity_leaves_the_ring_open_and_says_at_least():
    done = classify(units(("a", 3, 3, 1, "number", True)))
    assert done.loc[0, ["ring", "words"]].tolist() == ["open", "au moins 3"]


def test_words_in_english():
    set_language("en")
    try:
        assert value_words("number", 1234, 1234, 0) == "1,234"
    finally:
        set_language("fr")


def test_breaks_are_round_and_begin_at_the_least_value():
    found = breaks(range(1, 101))
    assert found == (1.0, 20.0, 40.0, 50.0, 75.0)


def test_few_values_are_classes_of_their_own():
    assert breaks([3, 3, 8, 0, float("nan")]) == (3.0, 8.0)
    assert breaks([]) == ()
    assert breaks([0, 0]) == ()


def test_few_large_values_are_cut_at_round_figures():
    assert breaks([392, 1186, 1369, 2035, 2191]) == (390.0, 1100.0, 1300.0, 2000.0, 2100.0)
    assert breaks([1234, 1235]) == (1200.0, 1235.0)


def test_legend_keeps_the_rows_that_are_not_numbers_even_at_zero_units():
    frame = units(("a", 4, 4, 0, "number", True), ("b", 9, 9, 0, "number", True))
    rows = legend(classify(frame)["klass"], classes_of(frame))
    assert list(rows["klass"]) == [
        "c5",
        "c1",
        "zero",
        "none_reported",
        "not_reported",
        "unknown",
        "not_applicable",
    ]
    assert list(rows["units"]) == [1, 1, 0, 0, 0, 0, 0]


def test_the_map_order_is_darkest_first_then_greatest_then_name():
    frame = units(
        ("a", 0, 0, 0, "unknown", True),
        ("b", 5, 5, 0, "number", True),
        ("d", 50, 50, 0, "number", True),
        ("c", 50, 50, 0, "number", True),
        ("e", 60, 60, 0, "number", True),
    )
    order = map_order(classify(frame, breaks=Classes((5.0, 50.0), 60.0)))
    assert list(frame["pcode"].iloc[order]) == ["e", "c", "d", "b", "a"]


def test_nothing_is_changed_in_place():
    frame = units(("a", 1, 1, 0, "number", True))
    before = frame.copy()
    map_order(classify(frame))
    pd.testing.assert_frame_equal(frame, before)


def test_no_unit_at_all():
    done = classify(units())
    assert done.empty
    assert list(legend(done["klass"], classes_of(done))["units"]) == [0, 0, 0, 0, 0]


@given(st.lists(st.integers(min_value=1, max_value=100_000), min_size=1, max_size=300))
def test_every_value_has_a_class_and_every_class_a_value(values):
    edges = breaks(values)
    assert 1 <= len(edges) <= 5
    assert list(edges) == sorted(set(edges))
    assert 0.9 * min(values) <= edges[0] <= min(values)
    frame = units(*[(str(i), v, v, 0, "number", True) for i, v in enumerate(values)])
    done = classify(frame)
    assert set(done["klass"]) == set(classes_of(frame).codes)
    assert done["klass"].isin(NUMBER_CLASSES).all()


@given(st.lists(st.floats(min_value=0.01, max_value=1e6, allow_nan=False), min_size=1, max_size=100))
def test_parts_of_units_are_classed_too(values):
    edges = breaks(values)
    assert 0.9 * min(values) <= edges[0] <= min(values)
    assert len(edges) <= 5
