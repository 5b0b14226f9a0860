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
from tests.boundary_files import official, zipped_shapefile
from tests.swelling import DATABASES, geopackage

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


@pytest.mark.parametrize("read", [read_sheet, read_official, read_localities])
def test_a_view_without_end_is_not_begun(tmp_path, read):
    path = tmp_path / "mli_adm3.gpkg"
    path.write_bytes(geopackage(tmp_path / "a.gpkg", DATABASES["endless_view"]))
    with pytest.raises(CouvertureError, match="est calculé à l'ouverture"):
        read(path)


# Names that pyogrio reads as an archive or an address, and the file that it opens in their place.
OTHER_NAMES = {"limites;adm3": "limites", "autre!adm3": "adm3", "ad\tm3": "adm3", "autre?!adm3": "adm3"}


@pytest.mark.parametrize("name", OTHER_NAMES)
@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_a_file_whose_name_is_another_to_pyogrio_is_itself(tmp_path, monkeypatch, name, ending):
    monkeypatch.chdir(tmp_path)
    own, other = official(), official(ADM3_FR="autre")
    opened = OTHER_NAMES[name] + ("" if ";" in name else f".{ending}")
    for frame, path in ((other, tmp_path / "b.gpkg"), (own, tmp_path / f"a.{ending}")):
        frame.rename(columns={"ADM3ALT1FR": "nom"}).to_file(path)
    (tmp_path / "b.gpkg").rename(tmp_path / opened)
    path = (tmp_path / f"a.{ending}").rename(tmp_path / f"{name}.{ending}")
    assert read_official(path)["ADM3_FR"].tolist() == own["ADM3_FR"].tolist()
    assert read_sheet(path).table["ADM3_FR"].tolist() == own["ADM3_FR"].tolist()
    assert read_localities(path)["name"].tolist() == own["ADM3ALT1FR"].tolist()


def test_a_shapefile_of_such_a_name_is_whole(tmp_path):
    zipped_shapefile(official(), tmp_path, "adm3")
    parts = {path: f"limites;{path.name}" for path in (tmp_path / "adm3_parts").iterdir()}
    with zipfile.ZipFile(tmp_path / "limites.zip", "w") as archive:
        for path, name in parts.items():
            archive.write(path, name)
    assert read_official(tmp_path / "limites.zip")["ADM2_FR"].tolist() == official()["ADM2_FR"].tolist()


def test_a_part_of_an_archive_cannot_stand_in_for_the_one_that_was_looked_at(tmp_path):
    # Before: the list of layers was opened, and with it any file of the machine that it names.
    official().to_file(tmp_path / "a.gpkg")
    official(ADM3_FR="autre").to_file(tmp_path / "secret.gpkg")
    layers = (
        f"<OGRVRTDataSource><OGRVRTLayer name='adm3'><SrcDataSource>{tmp_path / 'secret.gpkg'}"
        "</SrcDataSource><SrcLayer>secret</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"
    )
    with zipfile.ZipFile(tmp_path / "limites.zip", "w") as archive:
        archive.write(tmp_path / "a.gpkg", "v.prj;adm3.gpkg")
        archive.writestr("v.prj", layers)
    assert "autre" not in set(read_official(tmp_path / "limites.zip")["ADM3_FR"])


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(content):
    assert gdal.leads_elsewhere(content) in (True, False)
    assert gdal.leads_elsewhere(b'{"crs":' + content) in (True, False)
