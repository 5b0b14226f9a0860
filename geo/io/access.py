"""The settings of access, read from the environment and from ``access.toml`` among what is installed."""

import os
import tomllib
from typing import Final

import requests

from geo import access, settings
from geo.access import Access
from geo.errors import AccessError
from geo.i18n import _

FILE_NAME: Final = "access.toml"
# A table of roles has a few lines; what is longer is another file [bytes].
_LARGEST: Final = 1_000_000


# How long somebody who wants to sign in waits for a provider that says nothing [s].
_PROVIDER_SECONDS: Final = 5.0


def provider_answers(metadata_url: str) -> bool:
    """Whether a provider of OpenID Connect says how one signs in with it."""
    try:
        return requests.get(metadata_url, timeout=_PROVIDER_SECONDS).ok
    except requests.RequestException:
        return False


def read_access() -> Access:
    """Return the settings of access as they stand now: a change counts from the next page on.

    Raises
    ------
    AccessError
        If the file or a variable is not understood; nobody is let in by half a table.
    """
    path = settings.home() / FILE_NAME
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise AccessError(f"{path.name} : {error.strerror}.") from error
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        text = _("{file} n'est pas un fichier TOML lisible : {why}.")
        raise AccessError(text.format(file=path.name, why=error)) from error
    return access.settings(os.environ, table)
