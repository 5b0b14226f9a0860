"""What the tests of printed pages and tables share: the shipped records, prepared once."""

import functools
import io
import re
from datetime import date
from typing import Any

import pypdf
from matplotlib.text import Text

from geo import facts, store
from geo.facts import Facts, Frame, Prepared, View
from geo.io import load_boundaries
from geo.io.basemap import load_basemap
from geo.io.tables import read_regions_2023
from geo.report.drawing import Drawing, drawing
from geo.report.mapsheet import Page, map_page
from geo.sharing import READER, share
from geo.vintages import later_regions

DAY = date(2026, 11, 22)
LOOKS = {
    "functional": ("fonctionnel", "#0B4F6C", "#FFFFFF"),
    "unknown": ("état inconnu", "#FFFFFF", "#55636B"),
}


@functools.cache
def prepared() -> Prepared:
    boundaries = load_boundaries()
    later = later_regions(boundaries, read_regions_2023())
    groups = [
        facts.Group(row.pcode, row.name, tuple(row.cercles.split(";")))
        for row in later[later["drawn"]].rename_axis("row").itertuples(index=False)
    ]
    held = store.load(boundaries)
    shared = share(held.records, READER, types=held.types)
    return facts.prepare(shared, Frame(boundaries, groups=groups), types=held.types, sources=held.sources)


@functools.cache
def shapes() -> Drawing:
    later = later_regions(prepared().frame.boundaries, read_regions_2023())
    return drawing(prepared().frame, later=later[later["drawn"]], basemap=load_basemap())


@functools.cache
def answer(*view: str) -> Facts:
    """Facts of type, measure, level, regions, unit, in that order."""
    return facts.build(prepared(), View(*view))


def laid_out(found: Facts, **options: Any) -> str:
    """Texts of the page of an answer."""
    return words_on(map_page(found, shapes(), day=DAY, **options))


def words_on(page: Page) -> str:
    """The texts of a page in the order they were written: cheaper than to read its PDF."""
    texts = page.sheet.figure.findobj(Text)
    return re.sub(r"[ \n\xa0]+", " ", " ".join(text.get_text() for text in texts))


def text_of(pdf: bytes) -> str:
    """All text of a PDF, its spaces as one space each but for the narrow one."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"[ \n\xa0]+", " ", " ".join(page.extract_text() for page in pages))
