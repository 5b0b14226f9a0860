"""Who is at the app, found anew at the start of every run of a page: what it shows and does is for them."""

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo import access
from geo.access import ANYONE, KEEPERS, OPEN, Who, demand, may
from geo.access import Access as Settings
from geo.acts import act_as
from geo.errors import AccessError
from geo.i18n import _, in_language
from geo.io.access import read_access
from geo.sharing import READER, Audience
from geo.store import admitted, database, sessions
from geo.ui import moment, tokens
from geo.usertable import joined

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# In the session: the token of a password, see :mod:`geo.ui.tokens`.
TOKEN: Final = "who.token"
_OWN_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
# Set by a proxy that hands on what somebody else asked.
_OF_A_PROXY: Final = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip")

# In the session: whether who may see all has asked to see all in the figures too.
_EVERYTHING: Final = "who.everything"


class _Came(NamedTuple):
    """With what somebody came: who they are is found by it again where their page does not run."""

    token: str
    claims: Mapping[str, Any]
    own_machine: bool


class _Reader(NamedTuple):
    """Somebody, and as whom the figures and the files of this run are made."""

    who: Who
    shown: Audience


# Of the run of a page, or of a file that is made for its reader in another thread. Whoever is
# not found is the public: a thread that nobody bound says nothing but aggregates.
_NOW: ContextVar[_Reader | None] = ContextVar("who", default=None)
# Of a file that is made: there the browser and the session cannot be asked.
_CAME: ContextVar[_Came | None] = ContextVar("came", default=None)


def begin() -> Who | None:
    """Find who is at the app, at the start of a page's run; None for somebody who has to sign in.

    Raises
    ------
    AccessError
        If the settings of access are not understood: then nobody is let in.
    """
    _NOW.set(None)
    act_as("")
    found = _find(read_access())
    if found is not None:
        _NOW.set(_Reader(found, _shown(found)))
        act_as(found.audience.role)
    return found


def _shown(found: Who) -> Audience:
    # Who keeps the records projects the map and hands files on: what they show is what every
    # reader may see, until more is asked for.
    all_asked = found.audience.role not in KEEPERS or st.session_state.get(_EVERYTHING, False)
    return found.audience if all_asked else READER


def _now() -> _Reader:
    found = _NOW.get()
    if found is None and get_script_run_ctx() is not None:
        # The answer to a click runs before its page.
        begin()
        found = _NOW.get()
    return found or _Reader(ANYONE, ANYONE.audience)


def who() -> Who:
    """Return who is at the app; whoever has not signed in is the public."""
    return _now().who


def audience() -> Audience:
    """Return as whom figures are made, and the files of them."""
    return _now().shown


def everything() -> bool:
    """Whether the figures hold what is withheld from a reader, because who may see it asked to."""
    return _now().shown.role in KEEPERS


def show_everything(wanted: bool) -> None:
    """Ask for all in the figures too, or for what every reader may see; heard by whoever may see all."""
    st.session_state[_EVERYTHING] = wanted


def allowed(act: str, *, organisation: str = "") -> bool:
    """Whether who is at the app may do this, see :func:`geo.access.may`."""
    return may(who(), act, organisation=organisation)


def require(act: str, *, organisation: str = "") -> str:
    """Refuse what who is at the app may not do; return the name that is written down for it.

    Raises
    ------
    AccessError
        Where the role does not allow it.
    """
    demand(who(), act, organisation=organisation)
    return name()


def name() -> str:
    """Return the name that is written down for what is done: of who signed in, else of who runs the app."""
    return who().name or database.user()


def named(typed: str) -> str:
    """Return who does something: whoever signed in, else the name typed, else who runs the app."""
    return name() if who().signed_in else access.plain_name(typed) or name()


def bound(make: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return ``make`` bound to the reader and the language of now: a file made later is made for them.

    It is made only while they are still who they were: who has signed out, or has another role by now, gets
    :class:`~geo.errors.AccessError` instead.
    """
    reader, spoken = _now(), in_language(make)
    came = _Came(held_token(), claims(), on_own_machine())

    @wraps(make)
    def made(*values: Arguments.args, **named: Arguments.kwargs) -> Result:
        _demand_still(reader.who, came)
        before = _NOW.set(reader)
        try:
            return spoken(*values, **named)
        finally:
            _NOW.reset(before)

    return made


def _demand_still(somebody: Who, came: _Came) -> None:
    before = _CAME.set(came)
    try:
        found = _find(read_access())
    finally:
        _CAME.reset(before)
    if found != somebody:
        raise AccessError(_("Votre session a pris fin : reconnectez-vous."))


def _find(settings: Settings) -> Who | None:
    """Return who signed in, else whoever is let in without; None where one has to sign in."""
    found = _by_provider(settings) or _by_password(settings)
    if found is not None:
        return found
    if settings.public:
        return ANYONE
    if settings.passwords or provider_set():
        return None
    return Who(database.user(), Audience("administrator"), "own") if on_own_machine() else OPEN


def _by_password(settings: Settings) -> Who | None:
    token = held_token()
    held = tokens.read(token, settings) if token and settings.passwords else None
    return None if held is None or _ended(held.session) else held.who


def end(settings: Settings) -> None:
    """End the session of who is at the app, in every process behind one address, and copies of its cookie."""
    now, issued, said = time.time(), tokens.issued(held_token()), claims()
    ended = [issued] if issued else []
    ended += [tokens.Issued(access.session_of_claims(said), access.began(said) or now)] if said else []
    for session, at in ended:
        # By a clock that was set back it began later than now; it would last from then on.
        sessions.end(session, seconds=max(at - now, 0) + settings.hours * 3600)
    st.session_state.pop(TOKEN, None)
    show_everything(False)


def _ended(session: str) -> bool:
    """Whether somebody signed out of this session, in whichever process."""
    sessions.write_waiting()
    digest = sessions.digest(session)
    return sessions.ended_here(digest) or digest in admitted.as_of(moment.access()).ended


def in_use(settings: Settings) -> Settings:
    """Return the settings of the server with the lines of the table that were added in the app."""
    return joined(settings, admitted.as_of(moment.access()).rules)


def held_token() -> str:
    """Return the token of this session, or of the cookie that its browser came with."""
    if came := _CAME.get():
        return came.token
    return str(st.session_state.get(TOKEN, "") or st.context.cookies.get(tokens.COOKIE, ""))


def provider_set() -> bool:
    """Whether ``secrets.toml`` names a provider of OpenID Connect."""
    try:
        return bool(st.secrets.get("auth"))
    except FileNotFoundError:
        return False


def claims() -> Mapping[str, Any]:
    """Return what the provider says of who signed in with it; nothing where nobody did."""
    if came := _CAME.get():
        return came.claims
    if not provider_set() or not st.user.get("is_logged_in", False):
        return {}
    return st.user.to_dict()


def _by_provider(settings: Settings) -> Who | None:
    said = claims()
    if not said or access.too_old(said, settings, now=time.time()) or _ended(access.session_of_claims(said)):
        return None
    entitled = in_use(settings).of_claims(said)
    if entitled is None:
        return None
    return Who(access.name_of_claims(said), entitled, "oidc")


def on_own_machine() -> bool:
    """Whether the app answers only to the machine that it runs on, and no proxy stands before it."""
    if came := _CAME.get():
        return came.own_machine
    if st.get_option("server.address") not in _OWN_MACHINE:
        return False
    headers = st.context.headers
    return not any(headers.get(each) for each in _OF_A_PROXY) and _asked_of_here(headers.get("Host", ""))


def _asked_of_here(host: str) -> bool:
    """Whether a browser asked for this very machine: ``localhost:8501``, ``[::1]:8501``."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.strip("[]").lower() in ("", *_OWN_MACHINE)
