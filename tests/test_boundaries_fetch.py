"""Official boundaries from a server that stalls, cuts off, lies and refuses: whole, checked, or absent."""

# ruff: noqa: F811 - fixtures are imported by name
import io
import json
import socket
import threading
import time
import zipfile
from pathlib import Path

import pytest

from geo import settings
from geo.__main__ import main
from geo.errors import NetworkError
from geo.io import download, fetching, hdx, load_boundaries
from geo.io import install as installing
from geo.io.layers import about, in_use, state_key
from tests.boundary_files import (
    MALI_ZIP,
    MAURITANIA_ZIP,
    known,
    needs_shared,
    official,
    snapshot,
    zipped_shapefile,
)
from tests.hdx_server import File
from tests.hdx_server import hdx as server  # noqa: F401

QUICK = download.Limits(connect_seconds=1, stall_seconds=0.3, total_seconds=6, tries=3, pause_seconds=0.01)
ZIP = "mli_admin_boundaries.shp.zip"


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> bytes:
    return zipped_shapefile(official(), tmp_path_factory.mktemp("toy"), "mli_admin3").read_bytes()


@pytest.fixture
def mali(server, archive, monkeypatch) -> File:
    """The toy file of Mali on the server, against the toy list."""
    monkeypatch.setattr(installing, "read_communes", known)
    server.files["cod-ab-mli"] = File(ZIP, archive)
    return server.files["cod-ab-mli"]


def fetch_mali(limits=QUICK) -> fetching.Outcome:
    (outcome,) = fetching.fetch(["ML"], limits=limits)
    return outcome


def layers_of(home: Path) -> dict[str, bytes]:
    return snapshot(home / "boundaries")


def downloads_of(home: Path) -> list[str]:
    return sorted(
        path.name
        for path in (home / "downloads").rglob("*")
        if path.is_file() and path.parent != home / "downloads"
    )


def refused(home: Path, words: str) -> None:
    outcome = fetch_mali()
    assert outcome.state == fetching.REFUSED
    assert words in outcome.message
    assert "\n" not in outcome.message
    assert layers_of(home) == {}
    assert in_use()["ML"] == "embedded_ml"


def test_the_current_file_is_brought_checked_and_used(mali, server, own_home, archive):
    seen = []
    (outcome,) = fetching.fetch(["ML"], limits=QUICK, report=lambda *figures: seen.append(figures))
    assert outcome.state == fetching.INSTALLED
    assert "8 communes" in outcome.message
    assert in_use()["ML"] == "cod_ab_ml_20211220"
    papers = about("cod_ab_ml_20211220")
    assert papers["source"] == f"COD-AB, HDX, {ZIP}"
    assert papers["source_url"] == f"{server.address}/dataset/cod-ab-mli"
    assert papers["licence"] == "CC BY-IGO"
    assert ("ML", len(archive), len(archive)) in seen
    assert downloads_of(own_home) == ["etag"]
    assert len(load_boundaries().communes.query("country == 'ML'")) == 8


def test_what_is_in_use_already_is_not_brought_again(mali, server):
    fetch_mali()
    before, asked = state_key(), len(server.ranges())
    assert fetch_mali().state == fetching.CURRENT
    assert len(server.ranges()) == asked
    assert state_key() == before
    mali.said["last_modified"] = "2026-03-01T00:00:00"
    assert fetch_mali().state == fetching.INSTALLED
    assert state_key() != before


def test_a_cut_line_is_taken_up_where_it_was_cut(mali, server, archive):
    mali.fault, mali.faults = "cut", 2
    assert fetch_mali().state == fetching.INSTALLED
    half = len(archive) // 2
    assert server.ranges() == ["", f"bytes={half}-", f"bytes={half + (len(archive) - half) // 2}-"]


def test_a_line_that_stays_cut_is_taken_up_the_next_time(mali, server, own_home, archive):
    mali.fault, mali.faults = "cut", 1
    mali.said["url"] = f"{server.address}/download/cod-ab-mli/{ZIP}"
    outcome = fetch_mali(download.Limits(stall_seconds=0.3, tries=1))
    assert outcome.state == fetching.REFUSED
    assert "le téléchargement reprendra là" in outcome.message
    assert layers_of(own_home) == {}
    assert f"{ZIP}.part" in downloads_of(own_home)
    assert fetch_mali().state == fetching.INSTALLED
    assert server.ranges() == ["", f"bytes={len(archive) // 2}-"]


def test_another_edition_is_not_glued_to_the_rest_of_the_last(mali, server, own_home, archive):
    mali.fault, mali.faults = "cut", 1
    fetch_mali(download.Limits(stall_seconds=0.3, tries=1))
    mali.said["last_modified"] = "2026-09-09T00:00:00"
    assert fetch_mali().state == fetching.INSTALLED
    assert server.ranges() == ["", ""]
    assert downloads_of(own_home) == ["etag"]


def test_a_file_swapped_behind_its_address_begins_anew(mali, server, archive, tmp_path):
    mali.fault, mali.faults = "cut", 1
    mali.said |= {"hash": "", "size": ""}
    fetch_mali(download.Limits(stall_seconds=0.3, tries=1))
    mali.content = zipped_shapefile(official(ADM3_FR="Ansongo"), tmp_path, "mli_admin3").read_bytes()
    refused_or_not = fetch_mali()
    # Its ETag is another, so all of it was sent; it is refused for what is in it, not for being torn.
    assert server.ranges() == ["", f"bytes={len(archive) // 2}-"]
    assert refused_or_not.state == fetching.REFUSED
    assert "abîmé" not in refused_or_not.message


@pytest.mark.parametrize("fault", ["no_range", "wrong_range"])
def test_a_server_that_cannot_go_on_starts_over(mali, server, fault):
    mali.fault, mali.faults = "cut", 1
    fetch_mali(download.Limits(stall_seconds=0.3, tries=1))
    mali.fault, mali.faults = fault, 1
    assert fetch_mali().state == fetching.INSTALLED


def test_a_download_cut_after_its_last_byte_needs_no_more(mali, server, own_home, archive, monkeypatch):
    monkeypatch.setattr(download, "_check", lambda *_a: (_ for _ in ()).throw(NetworkError("later")))
    fetch_mali()
    monkeypatch.undo()
    monkeypatch.setenv("COUVERTURE_HDX", server.address)
    monkeypatch.setenv("COUVERTURE_HOME", str(own_home))
    monkeypatch.setattr(installing, "read_communes", known)
    assert fetch_mali().state == fetching.INSTALLED
    assert server.ranges() == ["", f"bytes={len(archive)}-"]


def test_a_server_that_stalls_is_left_and_said(mali, own_home):
    mali.fault = "stall"
    before = time.monotonic()
    refused(own_home, "ligne coupée")
    assert time.monotonic() - before < 20


def test_a_line_that_drips_ends_with_the_time(mali, own_home):
    mali.fault = "drip"
    before = time.monotonic()
    outcome = fetch_mali(download.Limits(stall_seconds=0.5, total_seconds=1, tries=3, pause_seconds=0.01))
    assert "temps écoulé" in outcome.message
    assert time.monotonic() - before < 5


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("403", "refuse l'accès (403)"),
        ("503", "ne peut pas répondre maintenant (503)"),
        ("too_long", "ligne coupée"),
        ("too_short", "l'empreinte n'est pas celle"),
        ("huge", "plus que la limite"),
        ("html", "portail de connexion"),
        ("round", "renvoi vers une adresse refusée"),
        ("elsewhere", "renvoi vers une adresse refusée"),
        ("local_file", "renvoi vers une adresse refusée"),
        ("nowhere", "renvoi vers une adresse refusée"),
        ("no_letters", "renvoi vers une adresse refusée"),
        ("no_port", "renvoi vers une adresse refusée"),
        ("416", "ne donne pas ce fichier (416)"),
        ("unasked", "ne donne pas ce fichier (206)"),
        ("two_sizes", "n'est pas celle du service attendu"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_installed(mali, own_home, fault, words):
    mali.fault = fault
    refused(own_home, words)


def test_a_file_without_end_is_given_up(mali, own_home):
    mali.fault = "endless"
    limits = download.Limits(stall_seconds=1, tries=2, max_bytes=3_000_000)
    assert "plus que la limite de 3 Mo" in fetch_mali(limits).message
    assert layers_of(own_home) == {}


def test_a_size_that_is_no_figure_is_not_believed(mali):
    mali.fault = "no_figure"
    assert fetch_mali().state == fetching.INSTALLED


@pytest.mark.parametrize("spoilt", [b'"\0\0"', b"\xff"])
def test_a_label_that_is_spoilt_is_not_sent_back(mali, server, own_home, spoilt):
    mali.fault, mali.faults = "cut", 1
    fetch_mali(download.Limits(stall_seconds=0.3, tries=1))
    (label,) = (own_home / "downloads").rglob("etag")
    label.write_bytes(spoilt)
    assert fetch_mali().state == fetching.INSTALLED
    assert len(server.ranges()) == 2


def test_half_a_letter_in_what_hdx_says_is_no_fault(mali, server):
    mali.said = {"id": "\ud800"}
    assert fetch_mali().state == fetching.INSTALLED
    assert fetch_mali().state == fetching.CURRENT


def test_a_redirection_to_the_store_of_files_is_followed(mali, server):
    mali.fault = "moved"
    assert fetch_mali().state == fetching.INSTALLED
    assert server.asked[-1][0].endswith("?moved")


@pytest.mark.parametrize("published", ["md5", "size"])
def test_swapped_bytes_are_thrown_away(mali, own_home, published):
    whole = bytearray(mali.content)
    mali.said = {"hash": "0" * 32} if published == "md5" else {"hash": "", "size": len(whole) + 1}
    words = "l'empreinte n'est pas celle" if published == "md5" else "la taille n'est pas celle"
    refused(own_home, words)
    assert downloads_of(own_home) == []


@pytest.mark.parametrize(
    "content", [b"<html>no</html>" * 100, b"PK\x03\x04" + b"x" * 5000, b""], ids=["page", "torn", "empty"]
)
def test_a_zip_that_is_none(mali, own_home, content):
    mali.content = content
    refused(own_home, f"{ZIP} : archive incomplète ou abîmée")
    # What is wrong is not kept: the next time all of it is asked for again.
    assert downloads_of(own_home) == ["etag"]


def test_an_archive_without_communes_says_what_is_in_it(mali, own_home, tmp_path):
    """The archive of Mali of 2025 is reported to hold regions and cercles only."""
    frame = official()
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        for level in (1, 2):
            columns = [name for name in frame.columns if not name.startswith("ADM3")]
            file = tmp_path / f"mli_admin{level}.geojson"
            frame[columns].to_file(file)
            archive.write(file, file.name)
    mali.content = inside.getvalue()
    refused(own_home, "aucune couche de communes (adm3) ; trouvé : mli_admin1, mli_admin2")


def test_edge_matched_polygons_beside_the_official_ones_are_left(mali, tmp_path):
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        for name, frame in (("mli_admin3", official()), ("mli_admin3_em", official(ADM3_FR="wrong"))):
            with zipfile.ZipFile(zipped_shapefile(frame, tmp_path, name)) as one:
                for member in one.namelist():
                    archive.writestr(member, one.read(member))
    mali.content = inside.getvalue()
    assert fetch_mali().state == fetching.INSTALLED
    assert "wrong" not in set(load_boundaries().communes["adm3_name"])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("html", "n'est pas celle du service attendu"),
        ("{}", "n'est pas celle du service attendu"),
        ("[1]", "n'est pas celle du service attendu"),
        ('{"success": true, "result": {"resources": []}}', "aucun fichier de limites"),
        ('{"success": true, "result": {"resources": [null, 7, {"url": 3}]}}', "aucun fichier de limites"),
        ("403", "refuse l'accès (403)"),
        ('{"success": true, "result": {"resources": 5}}', "aucun fichier de limites"),
        (
            '{"success": true, "result": {"resources": [{"format": "SHP", "url": "https://[/x.zip"}]}}',
            "aucun fichier de limites",
        ),
        ("[" * 200_000, "n'est pas celle du service attendu"),
        ("to https://[", "renvoi vers une adresse refusée"),
        ("to \xff\xfe", "renvoi vers une adresse refusée"),
        ("stall", "aucune réponse, ou coupée avant la fin"),
        ("cut", "aucune réponse, ou coupée avant la fin"),
        ("416", "ne donne pas ce fichier (416)"),
        ("500", "ne peut pas répondre maintenant (500)"),
    ],
)
def test_a_service_that_is_not_hdx(server, own_home, answer, words):
    server.answer = answer
    # The other country is tried too: it may lie elsewhere, or the fault may pass.
    outcomes = fetching.fetch(limits=QUICK)
    assert [(each.country, each.state) for each in outcomes] == [("ML", "refused"), ("MR", "refused")]
    assert all(words in each.message and "\n" not in each.message for each in outcomes)
    assert fetching.progress().outcomes == outcomes
    assert layers_of(own_home) == {}


@pytest.mark.parametrize("answer", ["429", "500", "503", "cut", "stall"])
def test_the_first_question_is_asked_again(mali, server, answer):
    server.answer, server.answers = answer, 1
    assert fetch_mali().state == fetching.INSTALLED


def nobody() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize("address", ["", "http://no-such-host.invalid", "https://no-such-host.invalid"])
def test_without_a_network_one_line_says_so(monkeypatch, own_home, capsys, address):
    monkeypatch.setenv("COUVERTURE_HDX", address or nobody())
    monkeypatch.setenv("NO_PROXY", "*")
    before = time.monotonic()
    assert main(["boundaries", "fetch"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("Pas de réseau : ")
    assert said.err.count("\n") == 1
    assert time.monotonic() - before < 30
    assert fetching.progress().message in said.err
    assert layers_of(own_home) == {}


@pytest.mark.parametrize("address", ["hdx", "ftp://h/x", "http://", "file:///etc"])
def test_an_address_that_is_none(monkeypatch, own_home, address):
    monkeypatch.setenv("COUVERTURE_HDX", address)
    refused(own_home, "adresse")


def test_one_country_stands_without_the_other(mali, server, capsys):
    server.files["cod-ab-mrt"] = File("mrt_admin_boundaries.shp.zip", b"no zip")
    assert main(["boundaries", "fetch"]) == 2
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Mali : 8 communes, COD-AB 2021, valable au 20/12/2021")
    assert any(line.startswith("Mauritanie : mrt_admin_boundaries.shp.zip : archive") for line in said)
    assert in_use() == {"ML": "cod_ab_ml_20211220", "MR": "embedded_mr"}


@needs_shared
def test_the_real_files_of_both_countries(server, capsys):
    server.files["cod-ab-mli"] = File(MALI_ZIP.name, MALI_ZIP.read_bytes(), "cut", 1)
    server.files["cod-ab-mrt"] = File(MAURITANIA_ZIP.name, MAURITANIA_ZIP.read_bytes(), "cut", 1)
    assert main(["boundaries", "fetch"]) == 0
    said = capsys.readouterr().out
    assert "Mali : 701 communes, COD-AB 2021" in said
    assert "Mauritanie : 238 communes, COD-AB 2024" in said
    assert len(load_boundaries().communes) == 939


def test_one_at_a_time(mali, server):
    mali.fault, mali.faults = "stall", 1
    first = threading.Thread(
        target=fetch_mali, kwargs={"limits": download.Limits(stall_seconds=4, pause_seconds=0.01)}
    )
    first.start()
    while not server.ranges():
        time.sleep(0.01)
    with pytest.raises(NetworkError, match="déjà en cours"):
        fetch_mali()
    first.join()
    assert in_use()["ML"] == "cod_ab_ml_20211220"


def test_who_cancels_keeps_what_has_come(mali, server, own_home):
    mali.fault, mali.faults = "cut", 1
    outcomes = fetching.fetch(["ML"], limits=QUICK, report=lambda *_figures: fetching.cancel())
    assert outcomes == []
    assert fetching.progress().state == fetching.CANCELLED
    assert layers_of(own_home) == {}
    assert fetch_mali().state == fetching.INSTALLED


def test_the_process_of_the_button_says_how_it_ended(server, own_home):
    server.answer = "403"
    fetching.start()
    assert fetching.progress().state == fetching.RUNNING
    until = time.monotonic() + 60
    while (found := fetching.progress()).state == fetching.RUNNING and time.monotonic() < until:
        time.sleep(0.1)
    assert found.state == fetching.ENDED
    assert ["refuse l'accès (403)" in each.message for each in found.outcomes] == [True, True]


def test_a_process_that_is_gone_is_not_running(own_home, monkeypatch):
    (own_home / "downloads").mkdir()
    stale = fetching.asdict(fetching.Progress(fetching.RUNNING, "ML", 5, 10)) | {"at": time.time() - 60}
    (own_home / "downloads/progress.json").write_text(json.dumps(stale), encoding="utf-8")
    assert fetching.progress().state == fetching.INTERRUPTED
    # The page says when.
    assert fetching.progress().at == stale["at"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 200_000,
        '{"state": 1, "outcomes": 3}',
        '{"outcomes": [{}]}',
        '{"state": "running", "outcomes": [], "at": "today"}',
        '{"state": "ended", "outcomes": [], "at": null}',
        '{"state": "ended", "outcomes": [], "at": 1e300}',
        '{"state": "ended", "outcomes": [], "at": NaN}',
        '{"state": "running", "outcomes": [], "at": 1.0, "done": "half"}',
        '{"at": 1.0, "state": "", "outcomes": [{"country": "", "state": "", "message": "", "notes": 5}]}',
    ],
)
def test_a_spoilt_file_of_progress_is_none(own_home, text):
    (own_home / "downloads").mkdir()
    (own_home / "downloads/progress.json").write_text(text, encoding="utf-8")
    assert fetching.progress() is None


def resource(name: str, kind: str = "SHP", modified: str = "2026-01-01") -> dict[str, str]:
    return {"format": kind, "url": f"https://h/download/{name}", "last_modified": modified}


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["mrt_admin_boundaries_adm0-2.shp.zip", "mrt_admin_boundaries.shp.zip"], 1),
        (["mli_adm1.zip", "mli_admbnda_adm3_1m_gov_20211220.zip"], 1),
        (["mrt_admin3_em.shp.zip", "mrt_admin3.shp.zip"], 1),
        (["readme.zip", "mrt_adm_ab_shp.zip"], 1),
    ],
)
def test_which_file_of_a_dataset(names, chosen):
    listed = [resource(name) for name in names]
    assert hdx.best(listed) == hdx.best(listed[::-1]) == listed[chosen]


def test_the_newest_of_two_alike_and_never_a_name_that_leads_elsewhere():
    old, new = resource("a_adm3.zip"), resource("b_adm3.zip", modified="2026-02-01")
    assert hdx.best([old, new]) == new
    assert hdx._file_name("https://h/x/..%2F..%2Fetc%2Fpasswd.zip") == "passwd.zip"
    assert hdx._file_name("https://h/download/.hidden 1.zip?x=1") == "hidden_1.zip"


def test_the_address_is_that_of_hdx_unless_it_is_replaced(monkeypatch):
    monkeypatch.delenv("COUVERTURE_HDX", raising=False)
    assert settings.hdx_address() == "https://data.humdata.org"
    with download.client(settings.hdx_address()) as session:
        # Plain HTTP has no adapter at all: nothing can lead there.
        assert list(session.adapters) == ["https://"]
