"""Sign-ins in the journal: who came in, who was refused, who left; each once, never what was typed."""

import streamlit as st

from geo.access import Who, name_of_claims
from geo.store import audit
from geo.ui import who


def came_in(person: Who) -> None:
    """Write down that somebody came in with a password, or, once for each sign-in, with a provider."""
    if person.way == "password":
        audit.signed_in(person.name, person.audience.role, means="password")
    elif person.way == "oidc":
        said = who.claims()
        _by_provider(str(said.get("sub", "")), str(said.get("iat", "")), person.name, person.audience.role)


@st.cache_resource(max_entries=10_000, show_spinner=False)
def _by_provider(subject: str, issued: str, name: str, role: str) -> bool:
    # A provider says when it let somebody in: their other tabs and later pages are the same sign-in.
    return audit.signed_in(name, role, means="oidc")


def wrong_password() -> None:
    """Write down that a password was wrong, and from where; the name was typed, and is not kept."""
    audit.refused("", means="password", why=st.context.ip_address or "")


def without_role() -> None:
    """Write down, once for each sign-in, that the provider knows somebody who has no role here."""
    said = who.claims()
    _refused(str(said.get("sub", "")), str(said.get("iat", "")), name_of_claims(said))


@st.cache_resource(max_entries=10_000, show_spinner=False)
def _refused(subject: str, issued: str, name: str) -> bool:
    return audit.refused(name, means="oidc")


def left(person: Who) -> None:
    """Write down that somebody left."""
    audit.signed_out(person.name, person.audience.role)
