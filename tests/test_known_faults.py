"""What ``make audit`` says and ends with, for each answer of pip-audit; nobody outside is asked here."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.known_faults import CLEAN, FAULTS, HOW, NOT_ASKED, audited, understood

ROOT = Path(__file__).resolve().parents[1]
# Nobody listens there.
NOBODY = "http://127.0.0.1:9"

FINE = {"name": "folium", "version": "0.20.0", "vulns": []}
FAULTY = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
UNKNOWN = {"name": "streamlit", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([FINE], CLEAN, "1 packages looked up, 0 known faults."),
        ([FINE, FAULTY], FAULTS, "pillow 1.0: PYSEC-1, mended in 1.1"),
        ([FAULTY, UNKNOWN], FAULTS, "NOT AUDITED, 1 packages: streamlit."),
        ([FINE, UNKNOWN], NOT_ASKED, "NOT AUDITED, 1 packages: streamlit."),
        ([], NOT_ASKED, "NOT AUDITED: no package could be looked up."),
        ([UNKNOWN], NOT_ASKED, "NOT AUDITED: no package could be looked up."),
        (
            [UNKNOWN] * 14,
            NOT_ASKED,
            "NOT AUDITED, 14 packages: " + "streamlit, " * 11 + "streamlit and 2 more.",
        ),
    ],
)
def test_what_could_not_be_looked_up_is_no_good_news(packages, code, words):
    answer = understood(json.dumps({"dependencies": packages, "fixes": []}))
    assert answer.code == code
    assert words in "\n".join(answer.lines)


@pytest.mark.parametrize("output", ["", "{}", "[]", "null", "<html>"])
def test_no_network_is_said(output):
    answer = understood(output, "Traceback\nConnectionError: Name not known\n")
    assert answer.code == NOT_ASKED
    assert answer.lines == [
        "NOT AUDITED: the list of known faults cannot be reached (ConnectionError: Name not known)."
    ]


class Lists(http.server.BaseHTTPRequestHandler):
    """A list of faults with one of Pillow, in the shape of OSV's."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        faulty = {"id": "PYSEC-1", "summary": "x", "details": "x", "modified": "2026-01-01T00:00:00Z"}
        faulty["affected"] = [
            {
                "package": {"name": "pillow", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
            }
        ]
        answer = {"vulns": [faulty]} if asked["package"]["name"] == "pillow" else {}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_said):
        pass


def test_a_list_of_faults_is_asked_about_everything_installed(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lists) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/v1/query"
        answer = audited(("--vulnerability-service", "osv", "--osv-url", address))
        server.shutdown()
    assert answer.code == FAULTS
    assert [line.partition(" ")[0] for line in answer.lines if "PYSEC-1, mended in 99.0" in line] == [
        "pillow"
    ]
    # What the pinned packages need is looked up too: 58 are pinned.
    assert int(answer.lines[-1].partition(" ")[0]) > 90


def test_without_a_network_it_says_so_and_how_to_look_up(tmp_path):
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOBODY)
    kept = {name: value for name, value in os.environ.items() if name.upper() != "NO_PROXY"}
    # Nor what was kept of an earlier answer.
    nowhere |= dict.fromkeys(("XDG_CACHE_HOME", "PIP_CACHE_DIR"), str(tmp_path))
    command = [sys.executable, "-m", "tests.known_faults"]
    done = subprocess.run(command, cwd=ROOT, env=kept | nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == NOT_ASKED
    said = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in said if "NOT AUDITED" in line] == ["pypi", "osv"]
    assert said[-1] == HOW
    assert "no known" not in done.stdout.lower()


@pytest.mark.parametrize(("answered", "ends"), [(CLEAN, 0), (NOT_ASKED, 0), (FAULTS, 2)])
def test_the_target_ends_with_an_error_for_known_faults_only(tmp_path, answered, ends):
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin/python"
    python.write_text(f"#!/bin/sh\necho asked: $2\nexit {answered}\n", encoding="ascii")
    python.chmod(0o755)
    for stamp in (".app", ".dev"):
        (tmp_path / stamp).touch()
    command = ["make", "audit", f"VENV={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "asked: tests.known_faults" in done.stdout
    assert done.returncode == ends
