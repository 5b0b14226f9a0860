"""The session of somebody who gave a password: a signed token in session and cookie, never the password.

It says a name and whose password it was, by a fingerprint that only this server can make. The role
is read from the settings of now: a password that is changed ends its sessions.
"""

import functools
import hmac
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer

from geo.access import Access, Who, digest, plain_name

COOKIE: Final = "couverture_session"
# The same for all processes behind one address; without it a restart signs everybody out.
SECRET_VARIABLE: Final = "COUVERTURE_COOKIE_SECRET"
_SHORTEST_SECRET: Final = 32
_SALT: Final = "couverture.session"


@functools.cache
def _drawn() -> bytes:
    """Draw the secret of a server that names none: it lasts as long as the process."""
    return secrets.token_bytes(32)


def _secret() -> bytes:
    named = os.environ.get(SECRET_VARIABLE, "").encode()
    # A short secret is guessed from a cookie: as good as none.
    return named if len(named) >= _SHORTEST_SECRET else _drawn()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret(), salt=_SALT)


def _fingerprint(kept: bytes) -> str:
    return hmac.new(_secret(), kept, sha256).hexdigest()


def issue(name: str, password: str) -> str:
    """Return the token of somebody who gave this password."""
    said = {"name": plain_name(name), "of": _fingerprint(digest(password)), "id": secrets.token_hex(8)}
    return _signer().dumps(said)


class Held(NamedTuple):
    """Who holds a token, and what tells its session from all others.

    Not the token itself: the same token can be spelt in more than one way.
    """

    who: Who
    session: str


def read(token: str, access: Access) -> Held | None:
    """Return what a token says; None where it is not ours, is too old, or its password is gone."""
    said = _said(token, access)
    if said is None:
        return None
    for kept, audience in access.passwords:
        if hmac.compare_digest(_fingerprint(kept), said["of"]):
            return Held(Who(said["name"], audience, "password"), _session(said))
    return None


class Issued(NamedTuple):
    """A session of ours, and when it began [s since 1970]."""

    session: str
    at: float


def issued(token: str) -> Issued | None:
    """Return the session of a token, however old it is or seems: it is ended whatever the clock says."""
    try:
        said, at = _signer().loads(token, return_timestamp=True)
    except BadSignature:
        return None
    return Issued(_session(said), at.timestamp()) if isinstance(said, dict) else None


def _session(said: Mapping[str, Any]) -> str:
    return f"password:{said['id']}"


def _said(token: str, access: Access) -> dict[str, Any] | None:
    try:
        said = _signer().loads(token, max_age=int(access.hours * 3600))
    except BadSignature:
        return None
    return said if isinstance(said, dict) else None
