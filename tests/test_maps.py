"""What a map sends: our own files, compact, and nothing that could be markup or a template."""

import json
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit_folium import _get_feature_group_string, _get_header, _get_map_string, generate_js_hash

from geo import assets, maps
from geo.classify import classify
from geo.i18n import set_language

HOSTILE = "<img src=x onerror=alert(1)>{{'x'}}{% raw %}'\"</script>\u2028&amp;"
# Texts of the signs that mean something to JSON, to HTML or to a template.
SIGNS = st.text("{}<>&'\"\\:,[] é\n")


def units(count: int = 3, name: str = "Unit") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pcode": [f"ML{number:06d}" for number in range(count)],
            "name": name,
            "value_min": [float(number) for number in range(count)],
            "value_max": [float(number) for number in range(count)],
            "value_open": 0,
            "state": "number",
            "presence": True,
        }
    )


def view(frame: pd.DataFrame, **more):
    settings = {
        "level": "commune",
        "shapes_file": "geo/x.json",
        "frame": ((12, -5), (17, 1)),
        "title": "Title",
    }
    return maps.view(classify(frame), **(settings | more))


def script_of(content) -> str:
    return _get_feature_group_string(maps.layer(maps.written(content)), map=maps.base_map())


def sent_view(script: str) -> dict:
    return json.loads(re.search(r"couverture\.show\(map_div, (.*)\);", script).group(1))


def test_the_view_arrives_as_it_was_sent():
    content = view(units(), chosen="ML000001")
    assert sent_view(script_of(content)) == json.loads(json.dumps(content))


def test_hostile_words_arrive_as_text_and_are_never_markup_or_template():
    content = view(units(), title=HOSTILE)
    content["units"]["ML000000"][1] = HOSTILE
    script = script_of(content)
    assert "<img" not in script
    assert "{{" not in script
    assert "</script" not in script
    assert sent_view(script)["units"]["ML000000"][1] == HOSTILE
    assert sent_view(script)["texts"]["map"] == HOSTILE


@given(st.dictionaries(st.text(), st.lists(st.none() | st.integers() | SIGNS, max_size=3), max_size=3))
def test_whatever_is_written_is_read_again_and_holds_no_sign_of_markup_or_template(content):
    written = maps.written(content)
    assert json.loads(written) == content
    in_strings = "".join(re.findall(r'"(?:[^"\\]|\\.)*"', written))
    assert not set("{}") & set(in_strings)
    assert not set("<>&'") & set(written)


def test_the_base_map_is_the_same_for_every_view_and_language():
    def built() -> str:
        base = maps.base_map()
        base.get_root().render()
        return generate_js_hash(_get_map_string(base), "carte", False)

    set_language("fr")
    first = built()
    set_language("en")
    try:
        assert built() == first
    finally:
        set_language("fr")


def test_a_header_that_was_rendered_before_is_the_same_again():
    def header() -> str:
        base = maps.base_map()
        base.get_root().render()
        base.render()
        return _get_header(base)

    maps._built.cache_clear()
    first = header()
    assert "#map_div" in first
    assert header() == first
    assert maps._built.cache_info().misses == 1


def test_a_view_on_one_map_is_on_no_other():
    bare = _get_map_string(maps.base_map())
    shown = maps.base_map()
    _get_feature_group_string(maps.layer("{}"), shown)
    assert len(shown._children) == 2
    assert "couverture.show" in _get_map_string(shown)
    assert _get_map_string(maps.base_map()) == bare


def test_the_base_map_asks_for_our_own_files_only():
    base = maps.base_map()
    links = [link for _name, link in (*base.default_js, *base.default_css)]
    assert len(links) == 6
    assert all(link.startswith(assets.STATIC_ADDRESS + "/vendor/") for link in links)
    assets.refuse_outside(base.get_root().header.render())
    assets.refuse_outside(script_of(view(units())))


def test_tiles_are_off_and_the_zoom_has_limits():
    script = _get_map_string(maps.base_map())
    assert "tileLayer" not in script
    assert '"maxZoom": 13' in script
    assert "L.Icon.Default.imagePath" in script


def test_a_view_of_the_drawn_communes_is_small():
    sent = len(script_of(view(units(259))).encode())
    print(f"a view of 259 communes: {sent} bytes before compression")  # noqa: T201
    assert sent < 12_000


def test_the_same_view_has_the_same_name_and_another_has_another():
    assert view(units())["id"] == view(units())["id"]
    assert view(units())["id"] != view(units(), chosen="ML000001")["id"]


def test_rings_are_sent_only_where_there_is_one():
    frame = units().assign(value_max=[0.0, 5.0, 2.0])
    entries = maps.unit_entries(classify(frame))
    assert [len(entry) for entry in entries.values()] == [2, 3, 2]


def test_points_come_back_within_a_step():
    points = pd.DataFrame(
        {"longitude": [0.12344, -3.5, 0.12346], "latitude": [16.0, 14.25, 15.9], "look": ["b", "a", "a"]}
    )
    looks = {
        "a": {"name": "A", "fill": "#fff", "edge": "#000"},
        "b": {"name": "B", "fill": "#fff", "edge": "#000"},
    }
    packed = maps.point_arrays(points, looks)
    x = pd.Series(packed["xy"][0::2]).cumsum() * packed["step"]
    y = pd.Series(packed["xy"][1::2]).cumsum() * packed["step"]
    assert x.tolist() == pytest.approx([-3.5, 0.1234, 0.1235])
    assert sorted(y) == pytest.approx([14.25, 15.9, 16.0])
    assert [packed["looks"][n]["name"] for n in packed["look"]] == ["A", "B", "A"]


def test_no_point_is_no_layer():
    empty = pd.DataFrame({"longitude": [], "latitude": [], "look": []})
    assert maps.point_arrays(empty, {}) is None
    assert "points" not in view(units())
