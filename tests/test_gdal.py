"""A vector file that is another thing, or leads elsewhere: nothing is asked of any address."""

import http.server
import threading
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CouvertureError
from geo.io import gdal
from geo.io.localities import read as read_localities
from geo.io.official import read_official
from geo.io.sheets import read_sheet

FEATURES = (
    '"features":[{"type":"Feature","properties":{"Commune":"Bara"},'
    '"geometry":{"type":"Point","coordinates":[0.4,15.5]}}]}'
)
# Each says where to fetch a projection; ``@`` is the address.
PROJECTIONS = {
    "link": '"crs":{"type":"link","properties":{"href":"@/a","type":"ogcwkt"}}',
    "address": '"crs" : {"type":"url","properties":{"url":"@/a"}}',
    "name": '"crs":{"type":"name","properties":{"name":"@/a"}}',
    "hidden letters": '"c\\u0072s":{"type":"l\\u0069nk","properties":{"href":"@/a"}}',
    "single quotes": "'crs':{'type':'link','properties':{'href':'@/a'}}",
    "comment": '"crs"/* */:{"type":"link","properties":{"href":"@/a"}}',
    "comment inside": '"crs":/* */{"type":"link","properties":{"href":"@/a"}}',
    "twice": '"crs":null,"crs":{"type":"link","properties":{"href":"@/a"}}',
    "very long": '"crs":{"type":"link","x":"' + "y" * 5_000 + '","properties":{"href":"@/a"}}',
}
# Layers that are somewhere else, under the endings that are read.
ELSEWHERE = {
    "list of layers": "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/@/a.geojson"
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    "address alone": "@/a.geojson",
    "address of GDAL": "/vsicurl/@/a.geojson",
    "path": "/etc/passwd",
    "service": "<WFSDataSource><URL>@/wfs</URL></WFSDataSource>",
    "picture": "<GDAL_WMS><Service name='TMS'><ServerUrl>@/a</ServerUrl></Service></GDAL_WMS>",
}


class Listening(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.heard.append(self.path)
        self.send_error(404)

    do_HEAD = do_GET  # noqa: N815 - the names that the server calls

    def log_message(self, *_said):
        pass


@pytest.fixture(scope="module")
def elsewhere():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        server.heard = []
        server.address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("case", PROJECTIONS)
def test_a_projection_is_not_fetched_from_where_a_file_says(tmp_path, elsewhere, case):
    path = tmp_path / "points.geojson"
    said = PROJECTIONS[case].replace("@", elsewhere.address)
    path.write_text(f'{{"type":"FeatureCollection",{said},{FEATURES}', encoding="utf-8")
    for read in (read_sheet, read_official, read_localities):
        with pytest.raises(CouvertureError, match=r"adresse|mène ailleurs"):
            read(path)
    assert elsewhere.heard == []


def test_gdal_itself_asks_nothing_where_a_file_gets_past_us(tmp_path, elsewhere, monkeypatch):
    monkeypatch.setattr(gdal, "leads_elsewhere", lambda content: False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    path = tmp_path / "points.geojson"
    said = PROJECTIONS["link"].replace("@", elsewhere.address)
    path.write_text(f'{{"type":"FeatureCollection",{said},{FEATURES}', encoding="utf-8")
    assert len(read_sheet(path).table) == 1
    assert elsewhere.heard == []


@pytest.mark.parametrize(
    "said",
    [
        '"crs":null',
        '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}',
        '"crs":{"type":"name","properties":{"name":"http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}',
        '"crs":{"type":"EPSG","properties":{"code":4326}}',
        '"name":"crs"',
        '"lien":"http://exemple.org/link"',
    ],
)
def test_a_projection_by_its_name_is_read(tmp_path, said):
    path = tmp_path / "points.geojson"
    path.write_text(f'{{"type":"FeatureCollection",{said},{FEATURES}', encoding="utf-8")
    assert read_sheet(path).table["Commune"].tolist() == ["Bara"]


@pytest.mark.parametrize("ending", ["geojson", "json", "gpkg", "shp"])
@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_file_of_limits_that_is_a_way_elsewhere_is_refused(tmp_path, elsewhere, case, ending):
    path = tmp_path / f"mli_adm3.{ending}"
    path.write_text(ELSEWHERE[case].replace("@", elsewhere.address), encoding="utf-8")
    packed = tmp_path / f"{ending}.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, path.name)
        if ending == "shp":
            for other in (".dbf", ".shx", ".prj"):
                archive.write(path, path.with_suffix(other).name)
    for each in (path, packed) if ending != "shp" else (packed,):
        with pytest.raises(CouvertureError) as refused:
            read_official(each)
        assert "mène ailleurs" in str(refused.value)
    if ending in ("geojson", "gpkg"):
        with pytest.raises(CouvertureError):
            read_localities(path)
    assert elsewhere.heard == []


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(content):
    assert gdal.leads_elsewhere(content) in (True, False)
    assert gdal.leads_elsewhere(b'{"crs":' + content) in (True, False)
