"""Labels: room is reckoned from boxes worked out by hand, and none ever covers another."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.labels import boxes_at, label_box, pixels, place_labels, text_width

QUARTERS = np.arange(4, 13.01, 0.25)


def table(*rows):
    columns = ["name_fr", "name_en", "lon", "lat", "kind", "rank", "first_zoom", "last_zoom"]
    return pd.DataFrame(rows, columns=columns)


def overlapping(placed, zoom):
    found = boxes_at(placed, zoom=zoom)
    label = found["label"].to_numpy()
    left, top, right, bottom = found[["left", "top", "right", "bottom"]].to_numpy().T
    meets = (
        (left[:, None] < right) & (left < right[:, None]) & (top[:, None] < bottom) & (top < bottom[:, None])
    )
    ones, others = np.nonzero(meets & (label[:, None] < label))
    names = placed["name_fr"]
    return [(names[label[one]], names[label[other]]) for one, other in zip(ones, others, strict=True)]


def test_pixels_of_a_position():
    # At zoom 1 the world is 512 px wide: 0° stands at 256, 90° E at 384; the equator at 256.
    assert pixels(np.array([0.0, 90.0]), np.array([0.0, 0.0]), zoom=1) == pytest.approx(
        np.array([[256.0, 256.0], [384.0, 256.0]])
    )
    assert pixels(np.array([0.0]), np.array([16.0]), zoom=1)[0, 1] < 256  # north is up


def test_box_on_each_side_of_a_dot():
    # Text 40 px wide and 2 * 0.62 * 10 = 12.4 high, 5 px from the position, 2 px of halo around.
    box = dict(width=40, size=10, dotted=True)
    assert label_box(**box, anchor="right") == pytest.approx((3, -8.2, 47, 8.2))
    assert label_box(**box, anchor="left") == pytest.approx((-47, -8.2, -3, 8.2))
    assert label_box(**box, anchor="top") == pytest.approx((-22, -19.4, 22, -3))
    assert label_box(**box, anchor="bottom") == pytest.approx((-22, 3, 22, 19.4))


def test_wide_letters_take_more_room():
    assert text_width("Mm", size=12) > 2 * text_width("il", size=12)
    assert text_width("Gao", size=24) == pytest.approx(2 * text_width("Gao", size=12))


def test_the_first_in_rank_stands_right_and_the_second_makes_way():
    # 0.2° apart at zoom 7: 18 px. The first one stands in the way on the right, so the second looks left.
    placed = place_labels(
        table(("Deux", "Deux", -0.2, 16, "town", 2, 4, 13), ("Un", "Un", 0.0, 16, "town", 1, 4, 13)),
        zooms=(7,),
    )
    assert placed[["name_fr", "anchor"]].to_numpy().tolist() == [["Un", "right"], ["Deux", "left"]]


def test_a_label_without_room_waits_for_a_closer_zoom():
    # Three names of 32 px, half a degree apart. A degree is 11.4 px at zoom 4, 45.5 at zoom 6 (room between
    # the first and the last) and 91 at zoom 7 (room for the one in the middle).
    rows = [
        (name, name, 0.5 * place, 16, "commune", place, 4, 13)
        for place, name in enumerate(["Aaaa", "Bbbb", "Cccc"])
    ]
    placed = place_labels(table(*rows))
    assert placed["min_zoom"].tolist() == [4, 7, 6]


def test_labels_are_shown_only_between_their_zooms():
    placed = place_labels(
        table(("Mali", "Mali", 0, 16, "country", 0, 4, 6), ("Gao", "Gao", 0, 16, "town", 1, 4, 13))
    )
    assert placed["min_zoom"].tolist() == [4, 7]
    assert set(boxes_at(placed, zoom=6.75)["label"]) == {0}
    assert set(boxes_at(placed, zoom=7)["label"]) == {1}


def test_room_is_kept_for_the_longer_of_both_names():
    short = place_labels(table(("Tombouctou", "Tombouctou", 0, 16, "region", 0, 7, 13)))
    both = place_labels(table(("A", "Tombouctou", 0, 16, "region", 0, 7, 13)))
    pd.testing.assert_frame_equal(boxes_at(short, zoom=7), boxes_at(both, zoom=7))


@given(
    st.lists(
        st.tuples(
            st.integers(0, 400), st.integers(0, 400), st.sampled_from(["region", "town", "lake", "commune"])
        ),
        min_size=2,
        max_size=25,
    )
)
@settings(max_examples=25, deadline=None)
def test_no_label_covers_another_at_any_zoom(drawn):
    rows = [
        (f"Lieu {number}", f"Place {number}", -4 + x / 100, 14 + y / 100, kind, number, 4, 13)
        for number, (x, y, kind) in enumerate(drawn)
    ]
    placed = place_labels(table(*rows))
    assert placed["rank"].min() == 0  # the first always finds room
    assert [overlapping(placed, zoom) for zoom in QUARTERS] == [[]] * len(QUARTERS)
