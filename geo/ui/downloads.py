"""Buttons that hand a file over: made at the click, for who clicked, and written down in the journal."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import streamlit as st

from geo.sharing import Audience
from geo.store import audit
from geo.ui import state, who


class _Handed(NamedTuple):
    """What is written down of a file: its name, by whom, in which role, for whom, of which view."""

    file: str
    who: str
    role: str
    audience: str
    view: str
    rows: int | None


def button(
    label: str,
    make: Callable[[], bytes],
    *,
    file_name: str,
    mime: str,
    key: str,
    rows: int | None = None,
    audience: Audience | None = None,
    **extra: Any,
) -> None:
    """Show the button of one file; the page does not run again for it.

    Parameters
    ----------
    rows
        Rows that the file is of, where the page knows.
    audience
        For whom the file is, where that is not who sees the page.
    """
    person = who.who()
    seen_by = (audience or who.audience()).role
    handed = _Handed(file_name, person.name, person.audience.role, seen_by, _view(), rows)
    st.download_button(
        label,
        who.bound(partial(_made, make, handed)),
        file_name=file_name,
        mime=mime,
        key=key,
        on_click="ignore",
        **extra,
    )


def _made(make: Callable[[], bytes], handed: _Handed) -> bytes:
    content = make()
    audit.note("export", **handed._asdict())
    return content


def _view() -> str:
    """Return the page and its choices, as the address has them: ``carte?type=avec``."""
    page = urlsplit(st.context.url or "").path.rpartition("/")[2]
    query = urlencode(state.address())
    return f"{page}?{query}" if query else page
