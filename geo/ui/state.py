"""The choices of a reader: kept in the session, mirrored in the address, checked on the way in.

A link holds codes, never labels, so that it means the same in both languages.
A value in an address that is not among the options is left out and said.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from geo.i18n import language

_CHOSEN: Final = "chosen"
_DEFAULTS: Final = "defaults"
_LEFT_OUT: Final = "left_out"
# Longer than any code; what is longer is cut before it is shown.
_LONGEST: Final = 40


def _kept() -> dict[str, str]:
    return st.session_state.setdefault(_CHOSEN, {})


def chosen(name: str, options: Sequence[str], default: str) -> str:
    """The value of ``name``: of this session, else of the address, else ``default``."""
    kept = _kept()
    st.session_state.setdefault(_DEFAULTS, {})[name] = default
    if name not in kept and name in st.query_params:
        asked = st.query_params[name]
        if asked in options:
            kept[name] = asked
        else:
            st.session_state.setdefault(_LEFT_OUT, {})[name] = asked[:_LONGEST]
    if kept.get(name) not in options:
        kept[name] = default
    return kept[name]


def _widget_key(name: str) -> str:
    # Labels are part of a Streamlit widget: one for each language keeps the choice at a switch.
    return f"{name}:{language()}"


def choose(name: str, value: str) -> None:
    """Set ``name`` from code (a click on the map), the widget included."""
    _kept()[name] = value
    st.session_state[_widget_key(name)] = value


def select(
    name: str,
    label: str,
    options: Sequence[str],
    *,
    words: Callable[[str], str],
    default: str,
    on_change: Callable[[], None] | None = None,
    widget: Callable[..., Any] | None = None,
    **extra: Any,
) -> str:
    """A select box (or ``widget``) whose value lives in the session and the address.

    Parameters
    ----------
    options
        Codes; ``words`` says what the reader sees for each.
    on_change
        Runs after the new value has been kept.
    """
    value = chosen(name, options, default)
    key = _widget_key(name)

    def keep() -> None:
        _kept()[name] = st.session_state[key]
        if on_change is not None:
            on_change()

    if key not in st.session_state:
        st.session_state[key] = value
    elif st.session_state[key] not in options:
        st.session_state[key] = value
    (widget or st.selectbox)(label, options, format_func=words, key=key, on_change=keep, **extra)
    return value


def kept(name: str) -> str:
    """The value kept for ``name``, empty before it was ever asked for."""
    return _kept().get(name, "")


def left_out() -> Mapping[str, str]:
    """What the address asked for that does not exist: name to (shortened) value."""
    return dict(st.session_state.get(_LEFT_OUT, {}))


def write_address() -> None:
    """Put every choice that is not the default into the address."""
    defaults = st.session_state.get(_DEFAULTS, {})
    wanted = {name: value for name, value in _kept().items() if value and value != defaults.get(name)}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
