"""A server on the loopback that answers as HDX does, and misbehaves in every way that a test asks for."""

import contextlib
import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

PAGE = b"<!DOCTYPE html><title>Wifi</title><p>Please sign in"


@dataclass
class File:
    """One file of a dataset, and what is wrong with how it is served"""

    name: str
    content: bytes
    fault: str = ""
    faults: int = 1_000
    said: dict[str, object] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.content).hexdigest()}"'


class Hdx:
    """The server: its files by dataset, and every request it was sent."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.answer = ""
        self.answers = 1_000
        self.asked: list[tuple[str, str]] = []
        handler = type("Handler", (_Handler,), {"hdx": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def ranges(self) -> list[str]:
        """The Range header of every request for a file, in order; empty for the whole of it."""
        return [wanted for path, wanted in self.asked if path.startswith("/download/")]

    def package(self, dataset: str) -> dict[str, object]:
        file = self.files[dataset]
        resource = {
            "id": f"id-{dataset}",
            "name": file.name,
            "format": "SHP",
            "url": f"{self.address}/download/{dataset}/{file.name}",
            "size": len(file.content),
            "hash": hashlib.md5(file.content).hexdigest(),
            "last_modified": "2026-01-26T10:00:00",
        }
        gazetteer = {"id": "x", "format": "XLSX", "url": f"{self.address}/x.xlsx"}
        return {"license_title": "CC BY-IGO", "resources": [gazetteer, resource | file.said]}

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hdx: Hdx
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self.hdx.asked.append((self.path, self.headers.get("Range", "")))
        self.close_connection = True
        with contextlib.suppress(ConnectionError):
            if self.path.startswith("/api/"):
                self.describe()
            else:
                self.give()

    def reply(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        values = {"Content-Length": str(len(content)), "Connection": "close"}
        for name, value in (values | {n.replace("_", "-"): v for n, v in headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def describe(self) -> None:
        dataset = parse_qs(urlsplit(self.path).query)["id"][0]
        self.hdx.answers -= 1
        answer = self.hdx.answer if self.hdx.answers >= 0 else ""
        if answer == "html":
            self.reply(200, PAGE, Content_Type="text/html")
        elif answer == "stall":
            time.sleep(2)
        elif answer == "cut":
            self.reply(200, b'{"su', Content_Length="500")
        elif answer.startswith("to "):
            self.reply(302, Location=answer.removeprefix("to "))
        elif answer.isdigit():
            self.reply(int(answer), b"{}")
        elif answer:
            self.reply(200, answer.encode(), Content_Type="application/json")
        elif dataset not in self.hdx.files:
            self.reply(404, b'{"success": false}')
        else:
            text = json.dumps({"success": True, "result": self.hdx.package(dataset)})
            self.reply(200, text.encode(), Content_Type="application/json")

    def give(self) -> None:
        file = self.hdx.files[self.path.split("/")[2]]
        fault = ""
        if file.faults > 0 and not self.path.endswith("?moved"):
            file.faults -= 1
            fault = file.fault
        getattr(self, f"give_{fault or 'whole'}")(file)

    def give_whole(self, file: File) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        if start and self.headers.get("If-Range", file.etag) != file.etag:
            start = 0
        if wanted and start >= len(file.content):
            self.reply(416, Content_Range=f"bytes */{len(file.content)}")
        elif start:
            span = f"bytes {start}-{len(file.content) - 1}/{len(file.content)}"
            self.reply(206, file.content[start:], Content_Range=span, ETag=file.etag)
        else:
            self.reply(200, file.content, ETag=file.etag)

    def give_no_range(self, file: File) -> None:
        self.reply(200, file.content)

    def give_cut(self, file: File) -> None:
        """Announce all that is missing and send half of it."""
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start, size = (int(wanted[1]) if wanted else 0), len(file.content)
        half = file.content[start : start + (size - start) // 2]
        span = {"Content_Range": f"bytes {start}-{size - 1}/{size}"} if start else {}
        status = 206 if start else 200
        self.reply(status, half, Content_Length=str(size - start), ETag=file.etag, **span)

    def give_stall(self, file: File) -> None:
        self.give_cut(file)
        self.wfile.flush()
        time.sleep(2)

    def give_drip(self, file: File) -> None:
        self.reply(200, b"", Content_Length=str(len(file.content)))
        for at in range(len(file.content)):
            self.wfile.write(file.content[at : at + 1])
            time.sleep(0.02)

    def give_too_long(self, file: File) -> None:
        """Announce twice what there is, at every request."""
        self.reply(200, file.content, Content_Length=str(2 * len(file.content)))

    def give_too_short(self, file: File) -> None:
        self.reply(200, file.content, Content_Length=str(len(file.content) // 2))

    def give_huge(self, file: File) -> None:
        self.reply(200, file.content, Content_Length=str(10**12))

    def give_endless(self, file: File) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(b"x" * 65536)

    def give_wrong_range(self, file: File) -> None:
        if "Range" in self.headers:
            self.reply(206, file.content[:10], Content_Range=f"bytes 0-9/{len(file.content)}")
        else:
            self.give_cut(file)

    def give_403(self, _file: File) -> None:
        self.reply(403, b"Forbidden")

    def give_503(self, _file: File) -> None:
        self.reply(503, b"Busy")

    def give_416(self, _file: File) -> None:
        self.reply(416, Content_Range="bytes */0")

    def give_unasked(self, file: File) -> None:
        size = len(file.content)
        self.reply(206, file.content, Content_Range=f"bytes 0-{size - 1}/{size}")

    def give_no_figure(self, file: File) -> None:
        self.reply(200, file.content, Content_Length="²")

    def give_two_sizes(self, file: File) -> None:
        self.reply(200, file.content, Content_Length="5, 9")

    def give_html(self, _file: File) -> None:
        self.reply(200, PAGE, Content_Type="text/html; charset=utf-8")

    def give_moved(self, _file: File) -> None:
        self.reply(302, Location=f"{self.path}?moved")

    def give_round(self, _file: File) -> None:
        self.reply(302, Location=self.path)

    def give_elsewhere(self, _file: File) -> None:
        self.reply(302, Location="http://127.0.0.2:9/secret.zip")

    def give_local_file(self, _file: File) -> None:
        self.reply(302, Location="file:///etc/passwd")

    def give_nowhere(self, _file: File) -> None:
        self.reply(302, Location="https://[")

    def give_no_letters(self, _file: File) -> None:
        self.reply(302, Location="\xff\xfe")

    def give_no_port(self, _file: File) -> None:
        self.reply(302, Location="https://h:abc/")


@pytest.fixture
def hdx(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hdx]:
    """The server, and the product pointed at it."""
    server = Hdx()
    monkeypatch.setenv("COUVERTURE_HDX", server.address)
    # A proxy of the machine must not stand between the test and its own server.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,127.0.0.2")
    yield server
    server.close()
