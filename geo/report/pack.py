"""The meeting pack: every file of one meeting under its OCHA name, made one after the other."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from geo import pcodes, words
from geo.facts import Prepared
from geo.i18n import N_, _
from geo.meeting import Meeting
from geo.pointlooks import POINT_LOOKS
from geo.report.atlas import Progress, atlas, on_a3
from geo.report.drawing import Drawing
from geo.report.frontsheet import fictitious
from geo.report.hxl import fourw_csv, presence_csv
from geo.report.mapdata import about_lines, geojson, points_layer, units_layer
from geo.report.meetingbook import meeting_book
from geo.report.onefile import one_file
from geo.report.qgis import layer_styles
from geo.report.slides import slides

# Layers, styles, texts and the day in, the bytes of a GeoPackage out (writing one needs a disk).
Packer = Callable[..., bytes]


@dataclass(frozen=True)
class Kind:
    """One file of the pack: what stands in its name between ``3w`` and the date, its ending, its words."""

    part: str
    ending: str
    text: str
    mime: str


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
KINDS: Final = {
    "a4": Kind("3w_A4", "pdf", N_("Atlas PDF, A4"), "application/pdf"),
    "a3": Kind("3w_A3", "pdf", N_("Atlas PDF, A3"), "application/pdf"),
    "pptx": Kind("3w", "pptx", N_("Diaporama PPTX"), f"{_OFFICE}.presentationml.presentation"),
    "xlsx": Kind("3w", "xlsx", N_("Classeur XLSX"), f"{_OFFICE}.spreadsheetml.sheet"),
    "presence": Kind("3w_presence", "csv", N_("Présence par cercle, format HDX HAPI (CSV)"), "text/csv"),
    "fourw": Kind("4w", "csv", N_("4W complet avec étiquettes HXL (CSV)"), "text/csv"),
    "gpkg": Kind("3w", "gpkg", N_("Couches GeoPackage avec styles QGIS"), "application/geopackage+sqlite3"),
    "geojson": Kind("3w", "geojson", N_("Communes GeoJSON"), "application/geo+json"),
    "html": Kind("3w", "html", N_("Carte interactive en un fichier HTML, sans réseau"), "text/html"),
}


@dataclass(frozen=True, eq=False)
class Tools:
    """What the files are made with beside the meeting: nothing of it comes from the records.

    Attributes
    ----------
    parts : mapping of str to str
        Of :func:`geo.assets.inlined`.
    shapes, basemap : bytes
        JSON of :func:`geo.shapes.shapes` and :func:`geo.basemap.published`.
    geopackage : callable
        :func:`geo.io.geopackage.geopackage`.
    """

    prepared: Prepared
    drawing: Drawing
    parts: Mapping[str, str]
    shapes: bytes
    basemap: bytes
    geopackage: Packer


def file_name(meeting: Meeting, kind: Kind, *, day: date) -> str:
    """Name of a file in OCHA's manner: ``mli_mopti_3w_A4_20261122.pdf``.

    A cercle or a commune says what it is: Mopti is a region, a cercle and a commune.
    """
    return f"{stem(meeting, kind.part, day=day)}.{kind.ending}"


def stem(meeting: Meeting, part: str, *, day: date) -> str:
    """Name without its ending: country, area, what, and the day."""
    unit = meeting.view.unit
    country, where = words.place_slugs(unit, meeting.frame)
    level = "" if not unit or unit in {group.pcode for group in meeting.frame.groups} else pcodes.level(unit)
    parts = [country, where, "" if level in ("", "region") else level, part]
    parts += [_("filtre")] if any(meeting.view.filters.values()) or any(meeting.view.period) else []
    parts += ["donnees_fictives"] if fictitious(meeting) else []
    return "_".join([*(text for text in parts if text), f"{day:%Y%m%d}"])


def files(
    meeting: Meeting, tools: Tools, *, day: date, progress: Progress | None = None
) -> Iterator[tuple[str, str, bytes]]:
    """Make every file in the current language, one at a time: kind, name, content.

    The pages are laid out once; both atlases and the slides are made of them. ``progress`` is told
    of each page of the atlas, which takes half of the time.
    """
    drawing = tools.drawing
    pages = atlas(meeting, drawing, day=day, looks=POINT_LOOKS)
    a4 = pages.pdf(progress=progress)
    makers: dict[str, Callable[[], bytes]] = {
        "a4": lambda: a4,
        "a3": lambda: on_a3(a4),
        "pptx": lambda: slides(meeting, pages, drawing, day=day),
        "xlsx": lambda: meeting_book(meeting, tools.prepared, drawing, day=day),
        "presence": lambda: presence_csv(meeting),
        "fourw": lambda: fourw_csv(meeting),
        "gpkg": lambda: _geopackage(meeting, tools, day),
        "geojson": lambda: geojson(meeting),
        "html": lambda: _html(meeting, tools, day),
    }
    for name, make in makers.items():
        yield name, file_name(meeting, KINDS[name], day=day), make()


def _geopackage(meeting: Meeting, tools: Tools, day: date) -> bytes:
    layers = {}
    if meeting.subjects:
        layers = {
            "communes": units_layer(meeting, "commune"),
            "cercles": units_layer(meeting, "cercle"),
            "points": points_layer(meeting),
        }
    return tools.geopackage(layers, styles=layer_styles(meeting), about=about_lines(meeting), day=day)


def _html(meeting: Meeting, tools: Tools, day: date) -> bytes:
    return one_file(
        meeting, tools.drawing, parts=tools.parts, shapes=tools.shapes, basemap=tools.basemap, day=day
    )
