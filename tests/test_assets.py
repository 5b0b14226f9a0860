"""The browser's files: laid out with a fixed date, and no address outside."""

import folium
import folium.plugins
import pytest
from folium.elements import JSCSSMixin

from geo import assets
from geo.errors import CouvertureError


def test_packages_files_are_laid_out_with_the_fixed_date(tmp_path):
    assets.lay_out(tmp_path)
    leaflet = tmp_path / "vendor/leaflet-1.9.3/leaflet.js"
    assert b"Leaflet 1.9.3" in leaflet.read_bytes()[:200]
    laid = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(laid) == len(assets.VENDOR_FILES) + len(assets.OWN_FILES)
    assert {path.stat().st_mtime for path in laid} == {assets.FIXED_DATE}


def test_a_changed_file_is_laid_out_again_and_keeps_its_date(tmp_path):
    assets.lay_out(tmp_path)
    target = tmp_path / "vendor/leaflet-1.9.3/leaflet.css"
    whole = target.read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    assets.lay_out(tmp_path)
    assert target.read_bytes() == whole
    assert target.stat().st_mtime == assets.FIXED_DATE


def test_own_files_are_named_by_their_content(tmp_path, monkeypatch):
    for name in assets.OWN_FILES:
        (tmp_path / name).write_text("one", encoding="utf-8")
    monkeypatch.setattr(assets, "STATIC_DIR", tmp_path)
    before = assets.own_file("carte.js")
    (tmp_path / "carte.js").write_text("two", encoding="utf-8")
    assert assets.own_file("carte.js") != before


def test_published_files_are_named_by_their_content(tmp_path):
    first = assets.publish(b"{}", static_dir=tmp_path)
    assert first == assets.publish(b"{}", static_dir=tmp_path)
    assert first != assets.publish(b"[]", static_dir=tmp_path)
    assert (tmp_path / first).read_bytes() == b"{}"
    assert (tmp_path / first).stat().st_mtime == assets.FIXED_DATE


def test_a_missing_package_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "VENDOR_FILES", {"vendor/x.js": ("leaflet", "no-such-file.js")})
    with pytest.raises(CouvertureError, match=r"no-such-file\.js"):
        assets.lay_out(tmp_path)


def test_every_map_class_we_use_names_our_files_only():
    assets.use_local_addresses()
    for each in (folium.Map, folium.plugins.MarkerCluster, folium.plugins.FastMarkerCluster):
        for _name, link in (*each.default_js, *each.default_css):
            assert link.startswith(assets.STATIC_ADDRESS), (each, link)


def test_addresses_are_replaced_once_however_often_it_is_called():
    assets.use_local_addresses()
    first = list(folium.Map.default_js)
    assets.use_local_addresses()
    assert folium.Map.default_js == first


def test_a_map_with_only_our_files_passes_and_a_plugin_without_files_is_refused():
    assets.use_local_addresses()
    good = folium.Map(tiles=None)
    folium.plugins.MarkerCluster().add_to(good)
    links = [
        link for child in (good, *good._children.values()) for _n, link in getattr(child, "default_js", [])
    ]
    assert len(links) == 3
    for link in links:
        assert assets.refuse_outside(link) == link
    bad = folium.Map(tiles=None)
    folium.plugins.HeatMap([[15.0, -4.0]]).add_to(bad)
    with pytest.raises(assets.OutsideAddressError, match="outside address 'https://"):
        assets.refuse_outside(bad.get_root().render())


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<script src='HTTP://cdn.example/x.js'></script>",
        '<link href="//cdn.example/x.css">',
        "@import url(//cdn.example/x.css)",
        'fetch("wss://example.org")',
    ],
)
def test_outside_addresses_are_refused(text):
    with pytest.raises(assets.OutsideAddressError, match="outside address"):
        assets.refuse_outside(text)


@pytest.mark.parametrize(
    "text",
    [
        'document.createElementNS("http://www.w3.org/2000/svg", "svg")',
        '<img src="../../app/static/vendor/x.png">',
        "// a comment in a script",
        "data:image/png;base64,AAAA//BB",
    ],
)
def test_local_text_is_not_refused(text):
    assert assets.refuse_outside(text) == text


def test_our_own_scripts_name_no_outside_address():
    for name in assets.OWN_FILES:
        assets.refuse_outside((assets.STATIC_DIR / name).read_text(encoding="utf-8"))


def test_every_class_with_links_was_reached():
    assets.use_local_addresses()
    dropped = {name for name, ours in assets._REPLACED.items() if ours is None}
    for each in assets._subclasses(JSCSSMixin):
        names = {name for name, _link in (*each.default_js, *each.default_css)}
        assert not names & dropped, each
