"""A fault that is nobody's fault at this page: said in one line, while the menu and the other pages work."""

import errno
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo.errors import CouvertureError, out_of_memory
from geo.i18n import _, unbroken
from geo.ui.parts import escaped

# What the disk refuses: no room, no room for this user, read-only, no right, a failing device.
_DISK: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO))


def watch() -> None:
    """Say, from here to the end of the run and in its fragments, what it cannot do, in one line.

    A fault of the program is left to Streamlit, which logs either.
    """
    run = get_script_run_ctx()
    if run is not None:
        run.on_script_error = told


def told(error: Exception) -> bool:
    """Say what is wrong, where it is no fault of the program; whether it was said."""
    text = words(error)
    if text:
        show(text)
    return bool(text)


def words(error: Exception) -> str:
    """Return what a reader is told of a fault; empty where it is one of the program."""
    if isinstance(error, CouvertureError):
        return str(error)
    if isinstance(error, MemoryError):
        return out_of_memory(error)
    if isinstance(error, OSError) and error.errno in _DISK:
        where = error.filename or _("le disque du serveur")
        return _("{file} : impossible d'écrire ({why}).").format(file=where, why=error.strerror)
    return ""


def show(text: str) -> None:
    """Show what is wrong in a box of its own, where a screen reader hears it at once."""
    st.html(f"<p class='notice' role='alert'>{escaped(unbroken(text))}</p>")
