"""Who may hand a file in: a session that an uploader is shown to, of whose files the last few are kept.

Streamlit takes a file of every session, of one that has not signed in too, and keeps it in memory for as long
as the session lasts. Its server is made to ask here first, before it has read any of the file.
"""

from functools import partial
from typing import Final, cast

from streamlit import runtime
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

# Of one session: the file that is shown, and the one that takes its place.
FILES_KEPT: Final = 2
# Sessions that an uploader is shown to.
_SHOWN: Final[set[str]] = set()


def guard() -> None:
    """Make the server ask before it takes a file; done again, it changes nothing."""
    server = runtime.get_instance()
    files = cast(MemoryUploadedFileManager, server.uploaded_file_mgr)
    # The route of files asks this one thing, and nothing else asks it.
    server.is_active_session = partial(_takes, server)  # type: ignore[method-assign]
    files.add_file = partial(_add, files)  # type: ignore[method-assign]
    files.remove_session_files = partial(_end, files)  # type: ignore[method-assign]
    # Of whoever was there before the first page.
    for session in set(files.file_storage) - _SHOWN:
        files.remove_session_files(session)


def show() -> None:
    """Take files of this session from here on: an uploader is shown to it, and it may import."""
    run = get_script_run_ctx()
    if run is not None:
        _SHOWN.add(run.session_id)


def close() -> None:
    """Take no more files of this session, and forget those that it handed in."""
    run = get_script_run_ctx()
    if run is not None:
        _SHOWN.discard(run.session_id)
        run.uploaded_file_mgr.remove_session_files(run.session_id)


def _takes(server: Runtime, session_id: str) -> bool:
    return session_id in _SHOWN and Runtime.is_active_session(server, session_id)


def _add(files: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
    # The page may have been left while the file came.
    if session_id not in _SHOWN:
        return
    MemoryUploadedFileManager.add_file(files, session_id, file)
    for older in list(files.file_storage.get(session_id, ()))[:-FILES_KEPT]:
        files.remove_file(session_id, older)


def _end(files: MemoryUploadedFileManager, session_id: str) -> None:
    """Forget a session that has ended."""
    _SHOWN.discard(session_id)
    MemoryUploadedFileManager.remove_session_files(files, session_id)
