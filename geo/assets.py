"""The browser's files: laid out under ``static/`` at start, never asked of another machine.

Leaflet and its kin come from the XStatic packages of requirements.txt; folium
and streamlit-folium name them by addresses on the internet, which are replaced
here. Everything is laid out with one fixed old date: the server sends a date
and no lifetime, and a browser keeps a file for a tenth of its age without
asking again, so an old date spares a visitor every second request.
"""

import contextlib
import functools
import hashlib
import importlib
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from geo.errors import CouvertureError, ViewError
from geo.i18n import _
from geo.settings import STATIC_DIR

# 1 January 2015. As the name or folder of a file changes with its content, no stale copy is ever met.
FIXED_DATE: Final = 1_420_070_400

# Where the map's frame (/component/<name>/index.html) finds the static files of the app,
# whatever path the app is served under.
STATIC_ADDRESS: Final = "../../app/static"

_LEAFLET: Final = "vendor/leaflet-1.9.3"
_CLUSTER: Final = "vendor/markercluster-1.4.1"
_JQUERY: Final = "vendor/jquery-3.7.1"

# target under static/ -> (package, file in its data folder)
VENDOR_FILES: Final = {
    f"{_LEAFLET}/leaflet.js": ("leaflet", "leaflet.js"),
    f"{_LEAFLET}/leaflet.css": ("leaflet", "leaflet.css"),
    **{
        f"{_LEAFLET}/images/{name}": ("leaflet", f"images/{name}")
        for name in (
            "layers.png",
            "layers-2x.png",
            "marker-icon.png",
            "marker-icon-2x.png",
            "marker-shadow.png",
        )
    },
    f"{_CLUSTER}/leaflet.markercluster.js": ("leaflet_markercluster", "leaflet.markercluster.js"),
    f"{_CLUSTER}/MarkerCluster.css": ("leaflet_markercluster", "MarkerCluster.css"),
    f"{_CLUSTER}/MarkerCluster.Default.css": ("leaflet_markercluster", "MarkerCluster.Default.css"),
    f"{_JQUERY}/jquery.min.js": ("jquery", "jquery.min.js"),
}

# folium's name of a script or style sheet -> our file. A name mapped to None is dropped:
# no map of ours uses Bootstrap, Font Awesome or awesome markers.
_REPLACED: Final[dict[str, str | None]] = {
    "leaflet": f"{_LEAFLET}/leaflet.js",
    "leaflet_css": f"{_LEAFLET}/leaflet.css",
    "jquery": f"{_JQUERY}/jquery.min.js",
    "markerclusterjs": f"{_CLUSTER}/leaflet.markercluster.js",
    "markerclustercss": f"{_CLUSTER}/MarkerCluster.css",
    "markerclusterdefaultcss": f"{_CLUSTER}/MarkerCluster.Default.css",
    "bootstrap": None,
    "bootstrap_css": None,
    "awesome_markers": None,
    "awesome_markers_css": None,
    "awesome_markers_font_css": None,
    "awesome_rotate_css": None,
    "glyphicons_css": None,
}

OWN_FILES: Final = ("basemap.js", "points.js", "carte.js", "carte.css")
# Of the map that is one file, see geo.report.onefile.
ONE_FILE: Final = ("onefile.js", "onefile.css")

# An address with a host, wherever a browser would fetch it: scheme or protocol-relative.
_OUTSIDE: Final = re.compile(
    r"""(?:https?|wss?|ftp):[/\\]{2}[^\s"'<>)]+|(?<=["'(=])//[^\s"'<>)]+""", re.IGNORECASE
)
# Names of XML vocabularies look like addresses and are never fetched.
_VOCABULARIES: Final = ("http://www.w3.org/",)


class OutsideAddressError(CouvertureError):
    """A map or page still names an address outside this server."""


def address(name: str) -> str:
    """Address of ``static/<name>`` as seen from the map's frame."""
    return f"{STATIC_ADDRESS}/{name}"


def _write(target: Path, content: bytes) -> None:
    if target.is_file() and target.read_bytes() == content:
        # In a folder that may not be written, what is there already serves with the date it has.
        with contextlib.suppress(OSError):
            os.utime(target, (FIXED_DATE, FIXED_DATE))
        return
    # Several servers may start on one folder: each writes aside and renames.
    aside = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(aside).chmod(0o644)
        os.utime(aside, (FIXED_DATE, FIXED_DATE))
        Path(aside).replace(target)
    except OSError as error:
        if aside:
            Path(aside).unlink(missing_ok=True)
        raise ViewError(
            _("{file} : impossible d'écrire ({why}).").format(file=target.parent, why=error.strerror)
        ) from error


def lay_out(static_dir: Path = STATIC_DIR) -> None:
    """Put the packages' files and our own under ``static_dir/vendor``, with the fixed date.

    Raises
    ------
    CouvertureError
        If a package of requirements.txt lacks a file.
    """
    for target, (package, name) in VENDOR_FILES.items():
        module = importlib.import_module(f"xstatic.pkg.{package}")
        source = Path(module.BASE_DIR) / name
        if not source.is_file():
            raise CouvertureError(f"{source}: file missing; run pip install -r requirements.txt again")
        _write(static_dir / target, source.read_bytes())
    for name in OWN_FILES:
        _write(static_dir / own_file(name), _own(name))


def _own(name: str) -> bytes:
    content = (STATIC_DIR / name).read_bytes()
    return content.replace(b"SOURCE_SANS", _source_sans().encode())


def inlined() -> dict[str, str]:
    """Return scripts and style sheets as texts, for a page that carries them all with it.

    Leaflet's own and ours by file name; the typeface of the app is left out: a page on a
    stick is drawn in the reader's own.
    """
    found = {}
    for target, (package, name) in VENDOR_FILES.items():
        if target in (f"{_LEAFLET}/leaflet.js", f"{_LEAFLET}/leaflet.css"):
            module = importlib.import_module(f"xstatic.pkg.{package}")
            found[name] = (Path(module.BASE_DIR) / name).read_text(encoding="utf-8")
    for name in (*OWN_FILES, *ONE_FILE):
        found[name] = (STATIC_DIR / name).read_text(encoding="utf-8")
    found["carte.css"] = re.sub(r"@font-face \{[^}]*\}", "", found["carte.css"])
    return found


@functools.cache
def _source_sans() -> str:
    # Streamlit's page has fetched its own typeface already; the map's frame asks for the same
    # address and gets it from the browser's store. Its name holds a hash that changes with Streamlit.
    package = importlib.util.find_spec("streamlit")
    folder = Path(str(package.origin)).parent / "static" / "static" / "media" if package else Path()
    found = sorted(folder.glob("SourceSansVF-Upright*.woff2"))
    return f"../../../static/media/{found[0].name}" if found else ""


def own_file(name: str) -> str:
    """Path under ``static/`` of our own ``name``, with the hash of its content in it."""
    return _own_file(name, (STATIC_DIR / name).stat().st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _own_file(name: str, _changed: int) -> str:
    # Eight of them are named at every run of the map page: read where they changed only.
    stem, _dot, suffix = name.rpartition(".")
    digest = hashlib.sha256(_own(name)).hexdigest()[:12]
    return f"vendor/{stem}-{digest}.{suffix}"


def publish(content: bytes, *, static_dir: Path = STATIC_DIR) -> str:
    """Write ``content`` (JSON that anyone may read) as ``geo/<sha>.json``; its path under ``static/``.

    Boundaries and base maps only: whoever reaches the server reads what lies there.
    """
    name = f"geo/{hashlib.sha256(content).hexdigest()[:20]}.json"
    _write(static_dir / name, content)
    return name


def _subclasses(base: type) -> Iterable[type]:
    found: list[type] = base.__subclasses__()
    for each in found:
        yield each
        yield from _subclasses(each)


def _ours(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = []
    for name, link in links:
        replacement = _REPLACED.get(name, link)
        if replacement is not None:
            kept.append((name, link if replacement == link else address(replacement)))
    return kept


def use_local_addresses() -> None:
    """Replace the addresses in ``default_js`` and ``default_css`` of every folium class.

    A plugin whose files are not laid out keeps its address, so that
    :func:`refuse_outside` speaks up instead of the map staying blank without a word.
    """
    # Imported here: the command line has no use for folium.
    import folium.plugins  # noqa: PLC0415 F401
    from folium.elements import JSCSSMixin  # noqa: PLC0415

    classes: set[type] = {JSCSSMixin, *_subclasses(JSCSSMixin)}
    for each in classes:
        for attribute in ("default_js", "default_css"):
            if attribute in vars(each):
                setattr(each, attribute, _ours(getattr(each, attribute)))


def refuse_outside(text: str) -> str:
    """``text`` (HTML, CSS, a script) itself, when it names no address with a host.

    Raises
    ------
    OutsideAddressError
        Naming the first outside address.

    Examples
    --------
    >>> refuse_outside('<link href="../../app/static/vendor/leaflet.css">')
    '<link href="../../app/static/vendor/leaflet.css">'
    """
    for found in _OUTSIDE.finditer(text):
        if not found.group().startswith(_VOCABULARIES):
            raise OutsideAddressError(
                f"outside address {found.group()!r}: lay the file out in geo/assets.py, or draw without it"
            )
    return text
