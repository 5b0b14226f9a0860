"""What a real server refuses: sessions of another address, files without the token, files too large."""

import http.client
import re
import socketserver
import threading
import tomllib
import urllib.error
import urllib.request
import uuid

import pytest
import websockets.sync.client as sockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from geo import settings
from geo.settings import PROJECT_DIR
from geo.ui import uploading
from tests.browser.servers import serve

STRANGER = "http://stranger.invalid"
STREAMLIT = ["streamlit"]


class _Outside(socketserver.StreamRequestHandler):
    """A proxy that hears every request which would leave the machine and answers none."""

    def handle(self):
        self.server.heard.append(self.rfile.readline().decode(errors="replace"))


@pytest.fixture(scope="module")
def outside():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Outside) as proxy:
        proxy.heard = []
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy
        proxy.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory, outside):
    address = f"http://127.0.0.1:{outside.server_address[1]}"
    proxies = {"HTTP_PROXY": address, "HTTPS_PROXY": address, "http_proxy": address, "https_proxy": address}
    with serve(tmp_path_factory.mktemp("guards"), NO_PROXY="localhost,127.0.0.1", **proxies) as running:
        yield running


def connected(server, origin):
    stream = f"ws://localhost:{server.port}/_stcore/stream"
    return sockets.connect(stream, origin=origin, subprotocols=STREAMLIT, open_timeout=30, max_size=None)


def turned_to(socket, page: str) -> str:
    """Run a page to its end; the id of the session."""
    message = BackMsg()
    message.rerun_script.page_name = page
    socket.send(message.SerializeToString())
    found = ""
    while True:
        said = ForwardMsg.FromString(socket.recv(timeout=60, decode=False))
        if said.WhichOneof("type") == "new_session":
            found = said.new_session.initialize.session_id
        if said.WhichOneof("type") == "script_finished" and found:
            return found


@pytest.fixture(scope="module")
def session(server):
    """A session that an uploader is shown to: its id, while it lasts."""
    with connected(server, server.address) as socket:
        yield turned_to(socket, "importer")


def token(server) -> tuple[str, str]:
    """The token that the server gives to its own page, and the cookie that carries it."""
    with urllib.request.urlopen(f"{server.address}/_stcore/health", timeout=10) as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return cookie.partition("=")[2], cookie


def put(server, session: str, content: bytes, headers: dict[str, str], name: str = "a.csv") -> int:
    """Hand a file in as the page does; the status of the answer."""
    line = uuid.uuid4().hex
    body = (
        f'--{line}\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n'.encode()
        + content
        + f"\r\n--{line}--\r\n".encode()
    )
    request = urllib.request.Request(
        f"{server.address}/_stcore/upload_file/{session}/{uuid.uuid4()}",
        data=body,
        method="PUT",
        headers={"Content-Type": f"multipart/form-data; boundary={line}"} | headers,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_settings_say_so_and_agree_with_the_limit_of_a_file():
    said = tomllib.loads((PROJECT_DIR / ".streamlit/config.toml").read_text(encoding="utf-8"))["server"]
    assert said["enableXsrfProtection"] is True
    assert said["enableCORS"] is True
    assert said["maxUploadSize"] == settings.MAX_RECORD_FILE_MB
    assert said["maxMessageSize"] <= 50
    assert said["address"] == "localhost"


def test_a_page_of_another_address_opens_no_session_and_nothing_outside_is_asked(server, session, outside):
    for origin in (STRANGER, "https://localhost.stranger.invalid", "http://evil/localhost", "null"):
        with pytest.raises(InvalidStatus) as refused, connected(server, origin):
            pass
        assert refused.value.response.status_code == 403, origin
    assert outside.heard == []


def test_a_file_without_the_token_of_the_page_is_refused(server, session):
    value, cookie = token(server)
    other, _cookie = token(server)
    assert put(server, session, b"a", {}) == 403
    assert put(server, session, b"a", {"Cookie": cookie}) == 403
    assert put(server, session, b"a", {"X-Xsrftoken": value}) == 403
    assert put(server, session, b"a", {"X-Xsrftoken": "x" * 40, "Cookie": cookie}) == 403
    assert put(server, session, b"a", {"Origin": STRANGER, "X-Xsrftoken": other}) == 403
    assert put(server, "nobody", b"a", {"X-Xsrftoken": value, "Cookie": cookie}) == 400
    assert put(server, session, b"a", {"X-Xsrftoken": value, "Cookie": cookie}) == 204


def test_another_page_is_not_let_read_an_answer(server):
    request = urllib.request.Request(f"{server.address}/_stcore/upload_file/a/b", method="OPTIONS")
    request.add_header("Origin", STRANGER)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert STRANGER not in (answer.headers["Access-Control-Allow-Origin"] or "")
        assert answer.headers["Access-Control-Allow-Origin"] != "*"


def announced(server, session: str, size: int) -> int:
    """Say how large a file is and send none of it; the status of the answer."""
    value, cookie = token(server)
    line = http.client.HTTPConnection("localhost", server.port, timeout=30)
    line.putrequest("PUT", f"/_stcore/upload_file/{session}/{uuid.uuid4()}")
    for name, text in (
        ("X-Xsrftoken", value),
        ("Cookie", cookie),
        ("Content-Type", "multipart/form-data; boundary=x"),
        ("Content-Length", str(size)),
    ):
        line.putheader(name, text)
    line.endheaders()
    status = line.getresponse().status
    line.close()
    return status


def test_a_file_over_the_limit_is_refused_before_it_is_sent(server, session):
    assert announced(server, session, settings.MAX_RECORD_FILE_MB * 1024 * 1024 + 1) == 413


def test_a_file_is_taken_only_where_an_uploader_is_shown_and_before_it_is_read(server):
    value, cookie = token(server)
    own = {"X-Xsrftoken": value, "Cookie": cookie}
    with connected(server, server.address) as socket:
        session = turned_to(socket, "methode")
        assert put(server, session, b"a", own) == 400
        assert announced(server, session, 100_000_000) == 400
        turned_to(socket, "importer")
        assert put(server, session, b"a", own) == 204
        turned_to(socket, "methode")
        assert put(server, session, b"a", own) == 400


def test_of_the_files_of_a_session_the_last_are_kept(server):
    value, cookie = token(server)
    with connected(server, server.address) as socket:
        session = turned_to(socket, "importer")
        for _turn in range(uploading.FILES_KEPT + 3):
            assert put(server, session, b"a" * 1_000_000, {"X-Xsrftoken": value, "Cookie": cookie}) == 204
        with urllib.request.urlopen(f"{server.address}/_stcore/metrics", timeout=10) as answer:
            said = answer.read().decode()
    (kept,) = re.findall(r'cache_type="UploadedFileManager".* (\d+)$', said, re.MULTILINE)
    # Those of the session that all these tests share are a few bytes.
    assert int(kept) // 1_000_000 == uploading.FILES_KEPT


def test_a_message_over_the_limit_ends_the_session(server):
    def last(socket) -> None:
        while True:
            socket.recv(timeout=30)

    with connected(server, server.address) as socket:
        socket.send(b"x" * (51 * 1024 * 1024))
        with pytest.raises(ConnectionClosed) as ended:
            last(socket)
    assert ended.value.rcvd.code == 1009


@pytest.mark.parametrize(
    "path",
    ["/app/static/../../geo/settings.py", "/app/static/%2e%2e/app.py", "/..%2f..%2fetc/passwd",
     "/app/static//etc/passwd", "/app/static/%5c..%5c..%5capp.py", "/media/../../app.py",
     "/component/streamlit_folium.st_folium/../../../../../../etc/passwd"],
)  # fmt: skip
def test_no_path_leads_out_of_what_is_served(server, path):
    line = http.client.HTTPConnection("localhost", server.port, timeout=10)
    line.request("GET", path)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    # What is no file of ours is the page itself, or nothing.
    assert answer.status in (200, 307, 400, 403, 404)
    assert b"root:" not in body
    assert b"PROJECT_DIR" not in body
    assert b"page_setup" not in body
