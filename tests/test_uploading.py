"""Files handed in: of a session that an uploader is shown to, the last few, and of nobody else."""

from types import SimpleNamespace

import pytest
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.web.server.starlette import starlette_routes

from geo.ui import page, uploading
from tests.pages.opening import as_somebody, open_page

MINE, OTHER, APP_TEST = "mine", "other", "test session id"


@pytest.fixture(autouse=True)
def nobody(monkeypatch):
    monkeypatch.setattr(uploading, "_SHOWN", set())


@pytest.fixture
def server(monkeypatch):
    """A server with both sessions at it, guarded, and the run of a page of the first of them."""
    files = MemoryUploadedFileManager("/u")
    files.add_file(OTHER, UploadedFileRec("early", "a.csv", "text/csv", b"a"))
    here = SimpleNamespace(is_active_session=lambda session: session in (MINE, OTHER))
    made = SimpleNamespace(uploaded_file_mgr=files, _session_mgr=here)
    monkeypatch.setattr(runtime, "get_instance", lambda: made)
    run = SimpleNamespace(session_id=MINE, uploaded_file_mgr=files)
    monkeypatch.setattr(uploading, "get_script_run_ctx", lambda: run)
    uploading.guard()
    return made


def hand_in(server, session, *names):
    for name in names:
        server.uploaded_file_mgr.add_file(
            session_id=session, file=UploadedFileRec(name, "a.csv", "text/csv", b"a")
        )


def kept(server):
    return {session: list(files) for session, files in server.uploaded_file_mgr.file_storage.items()}


def test_only_a_session_that_an_uploader_is_shown_to_is_taken_from(server):
    assert [server.is_active_session(each) for each in (MINE, OTHER)] == [False, False]
    uploading.show()
    assert [server.is_active_session(each) for each in (MINE, OTHER)] == [True, False]
    uploading.close()
    assert not server.is_active_session(MINE)


def test_a_session_that_is_gone_is_not_taken_from(server):
    uploading._SHOWN.add("gone")
    assert not server.is_active_session("gone")
    server.uploaded_file_mgr.remove_session_files("gone")
    assert not uploading._SHOWN


def test_what_came_before_the_first_page_is_forgotten_and_what_is_shown_stays(server):
    assert kept(server) == {}
    uploading.show()
    hand_in(server, MINE, "1")
    # "Clear cache" of any session lays out the server anew.
    uploading.guard()
    uploading.guard()
    assert kept(server) == {MINE: ["1"]}
    assert server.is_active_session(MINE)


def test_the_last_few_of_a_session_are_kept(server):
    uploading.show()
    hand_in(server, MINE, "1", "2", "3", "4")
    assert kept(server) == {MINE: ["3", "4"]}
    assert server.uploaded_file_mgr._total_bytes == uploading.FILES_KEPT
    uploading.close()
    assert kept(server) == {}


def test_a_file_that_comes_after_its_page_was_left_is_not_kept(server):
    hand_in(server, OTHER, "1")
    assert kept(server) == {}


def test_the_route_of_files_asks_what_is_guarded():
    with open(starlette_routes.__file__, encoding="utf-8") as code:
        route = code.read().partition("async def _upload_put")[2].partition("async def _upload_delete")[0]
    assert route.index("runtime.is_active_session(") < route.index("request.stream()")
    assert "upload_mgr.add_file(" in route


@pytest.mark.pages
@pytest.mark.parametrize("role", ["reader", "coordinator"])
def test_a_page_shows_it_to_who_may_import(role, monkeypatch):
    as_somebody(monkeypatch, role)
    guarded = []
    monkeypatch.setattr(uploading, "guard", lambda: guarded.append(role))
    page._lay_out.clear()
    open_page("methode")
    assert guarded == [role]
    assert not uploading._SHOWN
    app = open_page("importer")
    shown = APP_TEST in uploading._SHOWN
    assert shown == bool(app.get("file_uploader")) == (role == "coordinator")
    # Somebody else's click, as after signing out.
    as_somebody(monkeypatch, "reader")
    app.run()
    assert not uploading._SHOWN
