"""Files from the network: taken up again where they were cut, checked before anybody reads them."""

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3

from geo import __version__
from geo.errors import NetworkError, NoNetworkError
from geo.i18n import _, number

_Answer = TypeVar("_Answer")
# Bytes done, and bytes in all (0: not known).
Report = Callable[[int, int], None]

_CHUNK: Final = 1 << 16
# An answer that describes a file: at 256 kbit/s the one on Mali takes two seconds.
_MAX_JSON_BYTES: Final = 5_000_000
_JSON_SECONDS: Final = 60.0
_DIGESTS: Final = {32: "md5", 40: "sha1", 64: "sha256"}
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)", re.ASCII)
# More digits than any size has, in a figure that another machine tells.
_TOO_MANY_DIGITS: Final = 16
_FAULTS: Final = (requests.RequestException, urllib3.exceptions.HTTPError)


@dataclass(frozen=True)
class Limits:
    """How long and how much: to connect, without a byte, in all [s]; tries in a row that bring nothing.

    In all one hour: at 256 kbit/s that brings 115 MB, twice the largest archive of HDX.
    """

    connect_seconds: float = 10
    stall_seconds: float = 30
    total_seconds: float = 3600
    tries: int = 4
    pause_seconds: float = 2
    max_bytes: int = 200_000_000


@dataclass(frozen=True)
class Wanted:
    """A file to bring.

    Attributes
    ----------
    edition : str
        What changes when the file behind the address does: the rest of another edition is not added to.
    size : int
        As published [bytes]; 0 where it is not.
    digest : str
        MD5, SHA-1 or SHA-256 in hexadecimal; empty where none is published.
    """

    url: str
    name: str
    edition: str
    size: int = 0
    digest: str = ""


class _CutOffError(Exception):
    """The line or the server failed in a way that may pass."""


class _BusyError(_CutOffError):
    """The server is there and says that it cannot answer now."""


class _UnreachedError(_CutOffError):
    """There is no way to the server at all."""


def client(address: str) -> requests.Session:
    """Return a session that speaks HTTPS only; plain HTTP with a mirror whose own address is plain.

    Raises
    ------
    NetworkError
        If the address is none.
    """
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise _no_address(address) from error
    session = requests.Session()
    # Whatever a redirection says, an address of another kind has no adapter.
    session.adapters.clear()
    session.mount("https://", requests.adapters.HTTPAdapter())
    if parts.scheme == "http":
        session.mount(f"http://{parts.netloc}/", requests.adapters.HTTPAdapter())
    session.max_redirects = 5
    session.headers.update({"User-Agent": f"couverture/{__version__}", "Accept-Encoding": "identity"})
    return session


def json_of(session: requests.Session, url: str, limits: Limits) -> Any:
    """Ask a service and return its answer, parsed.

    Raises
    ------
    NetworkError
        If nothing answers, access is refused, or the answer is no JSON.
    """
    until = time.monotonic() + min(limits.total_seconds, _JSON_SECONDS)
    try:
        content = _persist(lambda: _content(session, url, until, limits), limits=limits, until=until)
    except _CutOffError as error:
        raise _words_of_cut(url, error, 0, until) from error
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise not_the_service(url) from error


def download(
    session: requests.Session, wanted: Wanted, folder: Path, *, limits: Limits, report: Report
) -> Path:
    """Bring a file into ``folder``; what an earlier try left of the same edition is not brought again.

    The file has its name only once it is whole and its size and digest are as published.

    Raises
    ------
    NetworkError
        If it does not come, or is not what was published. What has come of it stays for the next time,
        unless it is wrong.
    OSError
        If the disk does not take it; what fitted stays.
    """
    place = folder / hashlib.sha256(f"{wanted.edition}|{wanted.name}".encode()).hexdigest()[:16]
    target, part = place / wanted.name, place / f"{wanted.name}.part"
    if target.exists():
        return target
    _forget_other_editions(folder, place)
    place.mkdir(parents=True, exist_ok=True)
    if wanted.size > limits.max_bytes:
        raise _too_large(wanted.name, limits)
    until = time.monotonic() + limits.total_seconds
    try:
        _persist(
            lambda: _bring(session, wanted, part, until=until, limits=limits, report=report),
            limits=limits,
            until=until,
            done=lambda: _size(part),
        )
    except _CutOffError as error:
        raise _words_of_cut(wanted.url, error, _size(part), until) from error
    _check(part, wanted)
    part.replace(target)
    return target


def told_size(text: str) -> int:
    """Return a size as another machine tells it [bytes]; 0 where that is no figure.

    >>> told_size("1200"), told_size("²"), told_size("-5"), told_size("9" * 5000)
    (1200, 0, 0, 0)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < _TOO_MANY_DIGITS else 0


def host(url: str) -> str:
    """Name of the machine in an address; all of an address that names none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def no_network(url: str) -> NoNetworkError:
    """Error for a service that cannot be reached."""
    return NoNetworkError(
        _("Pas de réseau : {host} ne répond pas. Rien n'a été changé ; réessayez avec une connexion.").format(
            host=host(url)
        )
    )


def not_the_service(url: str) -> NetworkError:
    """Error for an answer that is not what the service gives: mostly the page of a hotel or an airport."""
    return NetworkError(
        _(
            "{host} : la réponse n'est pas celle du service attendu. Un portail de connexion la remplace "
            "peut-être : ouvrez une page web, puis réessayez. Rien n'a été changé."
        ).format(host=host(url))
    )


def _forget_other_editions(folder: Path, place: Path) -> None:
    for other in folder.iterdir() if folder.is_dir() else ():
        if other != place and other.is_dir():
            shutil.rmtree(other)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _persist(
    ask: Callable[[], _Answer], *, limits: Limits, until: float, done: Callable[[], int] = lambda: 0
) -> _Answer:
    """Ask until an answer is whole; a try that brought more bytes (``done``) lets the count begin anew."""
    tries = 0
    while True:
        before = done()
        try:
            return ask()
        except _CutOffError:
            tries = tries + 1 if done() <= before else 1
            if tries >= limits.tries or time.monotonic() > until:
                raise
            time.sleep(min(limits.pause_seconds * tries, max(0.0, until - time.monotonic())))


def _content(session: requests.Session, url: str, until: float, limits: Limits) -> bytes:
    """Body of an answer that describes a file."""
    content = b""
    try:
        with _answer(session, url, {}, limits) as answer:
            _refuse_status(answer)
            for piece in _pieces(answer, until):
                content += piece
                if len(content) > _MAX_JSON_BYTES:
                    raise not_the_service(url)
    except _UnreachedError as error:
        # Without a network, waiting for the next try would only keep the reader from knowing.
        raise no_network(url) from error
    return content


def _answer(
    session: requests.Session, url: str, headers: dict[str, str], limits: Limits
) -> requests.Response:
    times = (limits.connect_seconds, limits.stall_seconds)
    try:
        requests.Request("GET", url).prepare()
    except ValueError as error:
        raise _no_address(url) from error
    try:
        return session.get(url, headers=headers, timeout=times, stream=True)
    except requests.exceptions.InvalidHeader as error:
        raise not_the_service(url) from error
    except (requests.TooManyRedirects, ValueError) as error:
        # The address itself is one: what is refused, or cannot be read, is where it leads.
        raise NetworkError(
            _("{host} : renvoi vers une adresse refusée. Rien n'a été changé.").format(host=host(url))
        ) from error
    except requests.exceptions.SSLError as error:
        raise NetworkError(
            _(
                "{host} : certificat refusé. Vérifiez la date de la machine, ou un portail de connexion."
            ).format(host=host(url))
        ) from error
    except _FAULTS as error:
        # What kept it from connecting, and only that, requests hands on as a MaxRetryError.
        never = bool(error.args) and isinstance(error.args[0], urllib3.exceptions.MaxRetryError)
        raise (_UnreachedError if never else _CutOffError)(str(error)) from error


def _refuse_status(answer: requests.Response) -> None:
    """Raise for a status that no second try changes; one that may pass is a cut."""
    code = answer.status_code
    # A part of it, or none, answers only who asked for a part.
    if code == 200 or (code in (206, 416) and "Range" in answer.request.headers):
        return
    if code in (408, 429) or code >= 500:
        raise _BusyError(str(code))
    text = (
        _("{host} refuse l'accès ({code}).")
        if code in (401, 403, 407, 451)
        else _("{host} ne donne pas ce fichier ({code}).")
    )
    hint = _("Téléchargez-le avec un navigateur, puis « python -m geo boundaries install FICHIER ».")
    raise NetworkError(f"{text.format(host=host(answer.url), code=code)} {hint}")


def _pieces(answer: requests.Response, until: float) -> Iterator[bytes]:
    # read1 gives what has come, so that a line that drips is measured against the clock too.
    while True:
        try:
            piece = answer.raw.read1(_CHUNK)
        except (*_FAULTS, OSError) as error:
            raise _CutOffError(str(error)) from error
        if not piece:
            return
        yield piece
        if time.monotonic() > until:
            raise _CutOffError("time limit")


def _bring(
    session: requests.Session, wanted: Wanted, part: Path, *, until: float, limits: Limits, report: Report
) -> None:
    """Add to ``part`` what is missing of it."""
    start = _size(part)
    label = part.with_name("etag")
    headers = {"Range": f"bytes={start}-"} if start else {}
    if start and label.exists() and _strong(etag := label.read_text(encoding="ascii", errors="replace")):
        headers["If-Range"] = etag
    with _answer(session, wanted.url, headers, limits) as answer:
        _refuse_status(answer)
        total = _total(answer, start)
        if total is None:
            # What is there goes with nothing the server has: from the beginning then.
            part.unlink()
            raise _CutOffError("range")
        if "html" in answer.headers.get("Content-Type", "").lower():
            raise not_the_service(answer.url)
        if total > limits.max_bytes:
            raise _too_large(wanted.name, limits)
        if answer.status_code == 416:
            return
        start = done = start if answer.status_code == 206 else 0
        _keep_label(label, answer.headers.get("ETag", ""))
        with part.open("ab" if start else "wb") as target:
            for piece in _pieces(answer, until):
                done += len(piece)
                if done > limits.max_bytes:
                    raise _too_large(wanted.name, limits)
                target.write(piece)
                report(done, total or wanted.size)
    if done < total:
        raise _CutOffError(f"{done} of {total}")


def _total(answer: requests.Response, start: int) -> int | None:
    """Size of the whole file as the server tells it, 0 where it does not; None where it cannot go on."""
    if answer.status_code == 416:
        # Nothing is missing: the last try was cut after the last byte.
        return start if answer.headers.get("Content-Range") == f"bytes */{start}" else None
    if answer.status_code == 206:
        told = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        return told_size(told[2]) if told and told[1] == str(start) else None
    return told_size(answer.headers.get("Content-Length", ""))


def _strong(etag: str) -> bool:
    # A weak one does not promise the same bytes.
    return etag.startswith('"') and etag.isascii() and etag.isprintable()


def _keep_label(label: Path, etag: str) -> None:
    if _strong(etag):
        label.write_text(etag, encoding="ascii")
    else:
        label.unlink(missing_ok=True)


def _check(part: Path, wanted: Wanted) -> None:
    """Hold the whole file against what was published; a wrong one is thrown away."""
    algorithm = _DIGESTS.get(len(wanted.digest))
    if algorithm:
        with part.open("rb") as source:
            right = hashlib.file_digest(source, algorithm).hexdigest() == wanted.digest
        text = _(
            "{file} : l'empreinte n'est pas celle qui est publiée. Le fichier reçu est écarté ; réessayez."
        )
    else:
        right = not wanted.size or _size(part) == wanted.size
        text = _(
            "{file} : la taille n'est pas celle qui est publiée. Le fichier reçu est écarté ; réessayez."
        )
    if not right:
        shutil.rmtree(part.parent)
        raise NetworkError(text.format(file=wanted.name))


def _too_large(name: str, limits: Limits) -> NetworkError:
    return NetworkError(
        _("{file} : plus que la limite de {limit} Mo. Ce n'est pas un fichier de limites.").format(
            file=name, limit=number(limits.max_bytes / 1_000_000)
        )
    )


def _no_address(url: str) -> NetworkError:
    return NetworkError(_("« {url} » n'est pas une adresse de service.").format(url=url))


def _words_of_cut(url: str, error: _CutOffError, done: int, until: float) -> NetworkError:
    if isinstance(error, _BusyError):
        text = _("{host} ne peut pas répondre maintenant ({code}). Réessayez plus tard.")
    elif not done:
        text = _("{host} : aucune réponse, ou coupée avant la fin. Rien n'a été changé ; réessayez.")
    elif time.monotonic() > until:
        text = _("{host} : temps écoulé, {done} Mo reçus. Relancez : le téléchargement reprendra là.")
    else:
        text = _("{host} : ligne coupée, {done} Mo reçus. Relancez : le téléchargement reprendra là.")
    return NetworkError(text.format(host=host(url), code=error, done=number(done / 1_000_000, 1)))
