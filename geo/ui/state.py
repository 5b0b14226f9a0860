"""The choices of a reader: kept in the session, mirrored in the address, checked on the way in.

A link holds codes, never labels, so that it means the same in both languages.
A value in an address that is not among the options is left out and said.
"""

import hashlib
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

from geo.i18n import _, language
from geo.signs import one_line

KEY: Final = "choices"
# An address with nothing else is the menu: it keeps what the session has chosen.
_OF_EVERY_PAGE: Final = frozenset({"lang"})
YES: Final = "oui"
NO: Final = "non"
# Longer than any code; what is longer is cut before it is shown.
_LONGEST: Final = 40


@dataclass
class Choices:
    """What a session has chosen; one entry of its state, because every look into that costs.

    Attributes
    ----------
    kept, defaults
        Value of each choice made so far; what it is unless chosen, of those on this page.
    left_out
        What the address asked for that does not exist.
    written, link, touched
        The address that this session wrote last, the link just followed, whether a widget moved since.
    turns
        How often the box of a choice was replaced by another.
    """

    kept: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] | None = None
    link: dict[str, str] | None = None
    touched: bool = False
    turns: dict[str, int] = field(default_factory=dict)


def _session() -> Choices:
    held = st.session_state.get(KEY)
    if held is None:
        held = st.session_state[KEY] = Choices()
    return held


def begin() -> None:
    """Start the run of a page: see whether a link was followed to it; its choices then come from the address.

    A widget that moved also runs the page with an address that this session did not
    write last (its answer is still on the way to the browser): that is no link.
    """
    asked, session = st.query_params.to_dict(), _session()
    followed = not session.touched and asked != session.written and not asked.keys() <= _OF_EVERY_PAGE
    session.touched = False
    session.link = dict(asked) if followed else None
    session.defaults = {}
    if asked != session.written:
        session.left_out = {}


def followed_link() -> bool:
    """Whether this run was started by a link, not by a widget of the page."""
    return _session().link is not None


def _obey_link(session: Choices, name: str) -> None:
    """Where a link was followed, forget what the session had for ``name``: the link is the whole view."""
    if session.link is None or name in session.defaults:
        return
    if name not in _OF_EVERY_PAGE or name in session.link:
        session.kept.pop(name, None)
        _replace_box(session, name)


def chosen(name: str, options: Container[str], default: str) -> str:
    """Return the value of ``name``: of the link followed, the session, the address, else ``default``."""
    session = _session()
    kept = session.kept
    _obey_link(session, name)
    session.defaults[name] = default
    if name not in kept and name in st.query_params:
        asked = st.query_params[name]
        if asked in options:
            kept[name] = asked
        else:
            session.left_out[name] = one_line(asked, _LONGEST)
    if kept.get(name) not in options:
        kept[name] = default
    return kept[name]


def _widget_key(name: str) -> str:
    # Labels are part of a Streamlit widget: one for each language keeps the choice at a switch.
    turn = _session().turns.get(name, 0)
    return f"{name}:{language()}" + (f":{turn}" if turn else "")


def _replace_box(session: Choices, name: str) -> None:
    # A box in a closed popover does not hear of a new value and would send its old one again at the
    # next run: another box takes its place.
    session.turns[name] = session.turns.get(name, 0) + 1


def peek(name: str) -> str:
    """Return what is asked for ``name`` before its options are known: not checked, may not exist."""
    session = _session()
    if session.link is None and name in session.kept:
        return session.kept[name]
    return st.query_params.get(name, "")[:_LONGEST]


def choose(name: str, value: str) -> None:
    """Set ``name`` from code (a click on the map), the widget included."""
    session = _session()
    session.touched = True
    session.kept[name] = value
    _replace_box(session, name)


def touch() -> None:
    """Say that a widget started this run, so that the address is not taken for a link."""
    _session().touched = True


def _keep(name: str, value: str) -> None:
    session = _session()
    session.touched = True
    session.kept[name] = value


def select(
    name: str,
    label: str,
    options: Sequence[str],
    *,
    words: Callable[[str], str],
    default: str,
    on_change: Callable[[], None] | None = None,
    widget: Callable[..., Any] | None = None,
    labels_change: bool = False,
    **extra: Any,
) -> str:
    """Return a select box (or ``widget``) whose value lives in the session and the address.

    Parameters
    ----------
    options
        Codes; ``words`` says what the reader sees for each.
    on_change
        Runs after the new value has been kept.
    labels_change
        Whether what ``words`` says of one code changes from run to run (a count in it).
    """
    value = chosen(name, options, default)
    key = _widget_key(name)
    if labels_change:
        # Streamlit sends a choice back as its label; under a new label it would not be found again.
        key += ":" + hashlib.sha256("|".join(map(words, options)).encode()).hexdigest()[:12]

    def keep() -> None:
        _keep(name, st.session_state[key])
        if on_change is not None:
            on_change()

    if st.session_state.get(key) != value:
        st.session_state[key] = value
    if widget is None:
        extra.setdefault("placeholder", _("Choisir"))
    (widget or st.selectbox)(label, options, format_func=words, key=key, on_change=keep, **extra)
    return value


def tabs(name: str, options: Sequence[str], *, words: Callable[[str], str]) -> tuple[str, Any]:
    """Return the tab open and its container; only what is in it has to be made. The first is the default.

    Parameters
    ----------
    options
        Codes; ``words`` says what the reader sees for each.
    """
    value = chosen(name, options, options[0])
    labels = {words(code): code for code in options}
    key = _widget_key(name)

    def keep() -> None:
        _keep(name, labels.get(st.session_state[key], options[0]))

    if labels.get(st.session_state.get(key, "")) != value:
        st.session_state[key] = words(value)
    made = st.tabs(list(labels), key=key, on_change=keep)
    return value, made[list(options).index(value)]


def switch(name: str, label: str, *, default: bool, **extra: Any) -> bool:
    """Return a switch whose position lives in the session and the address, as ``oui`` or ``non``."""
    value = chosen_switch(name, default=default)
    key = _widget_key(name)

    def keep() -> None:
        _keep(name, YES if st.session_state[key] else NO)

    if st.session_state.get(key) != value:
        st.session_state[key] = value
    st.toggle(label, key=key, on_change=keep, **extra)
    return value


def chosen_switch(name: str, *, default: bool) -> bool:
    """Return the position of a switch before it is shown."""
    return chosen(name, (YES, NO), YES if default else NO) == YES


def kept(name: str) -> str:
    """Return the value kept for ``name``, empty before it was ever asked for."""
    return _session().kept.get(name, "")


def names(beginning: str) -> list[str]:
    """Return the names of the choices made so far that begin so."""
    return [name for name in _session().kept if name.startswith(beginning)]


def left_out() -> Mapping[str, str]:
    """Return what the address asked for that does not exist: name to (shortened) value."""
    return dict(_session().left_out)


def address() -> dict[str, str]:
    """Return every choice of this page, made so far, that is not the default: what the address holds."""
    session = _session()
    return {
        name: value
        for name, value in session.kept.items()
        if value and name in session.defaults and value != session.defaults[name]
    }


def write_address() -> None:
    """Put every choice of this page that is not the default into the address."""
    wanted = address()
    _session().written = wanted
    # A link to the page that it stands on changes the page, not the browser's address.
    if followed_link() or st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
