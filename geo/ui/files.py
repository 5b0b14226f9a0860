"""The map page as files: print (PDF, PNG) and table (CSV, XLSX), made when they are asked for.

Each file is made from the facts that the page shows, so that it says the same.
Drawing is imported late: it takes a second to load, and most readers only look.
"""

import threading
import time
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo import words
from geo.facts import Facts
from geo.i18n import N_, _
from geo.io.basemap import load_basemap
from geo.ui import downloads
from geo.ui.data import Ground
from geo.ui.memory import settle

if TYPE_CHECKING:
    from geo.report.drawing import Drawing
    from geo.report.maplayers import PointLooks

# Ending, what the reader sees, type of content.
_PRINTS: Final = (
    ("pdf", N_("Carte en PDF (une page A4)"), "application/pdf"),
    ("png", N_("Carte en image PNG"), "image/png"),
)
_TABLES: Final = (
    (
        "xlsx",
        N_("Classeur XLSX, avec les comptes"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("csv", N_("Tableau CSV, avec les comptes"), "text/csv"),
)
# The first page is on its way before anything is got ready for a print [s].
_AFTER_THE_PAGE: Final = 2.0


@st.cache_resource(max_entries=2, show_spinner=False)
def _drawing(boundaries_version: str, _ground: Ground) -> "Drawing":
    from geo.report.drawing import drawing  # noqa: PLC0415

    return drawing(_ground.frame, later=_ground.later, basemap=load_basemap())


def drawing_of(ground: Ground) -> "Drawing":
    """Return the shapes of printed maps, made once for each version of the boundaries."""
    return _drawing(ground.boundaries.version, ground)


@st.cache_resource(max_entries=2, show_spinner=False)
def make_ready(boundaries_version: str, _facts: Facts, _ground: Ground) -> None:
    """Draw one page in the background, once, so that the first print is not the slow one.

    What draws takes two seconds to load; the page made here is thrown away.
    """

    def load() -> None:
        time.sleep(_AFTER_THE_PAGE)
        content("pdf", _facts, _ground, day=date.today())
        settle()

    threading.Thread(target=load, daemon=True, name="make-ready").start()


def content(
    ending: str, facts: Facts, ground: Ground, *, day: date, looks: "PointLooks | None" = None
) -> bytes:
    """Make the file of ``facts`` with this ending, in the current language.

    Parameters
    ----------
    ending
        ``pdf``, ``png``, ``csv`` or ``xlsx``.
    looks
        Looks of the points where the page shows them, see :func:`geo.report.mapsheet.map_page`.
    """
    from geo.report.tables import table_csv, table_xlsx  # noqa: PLC0415

    if ending == "csv":
        return table_csv(facts, ground.frame, day=day)
    if ending == "xlsx":
        return table_xlsx(facts, ground.frame, day=day)
    from geo.report.mapsheet import map_pdf, map_png  # noqa: PLC0415

    drawn = _drawing(ground.boundaries.version, ground)
    return {"pdf": map_pdf, "png": map_png}[ending](facts, drawn, day=day, looks=looks)


def offer(facts: Facts, ground: Ground, *, looks: "PointLooks | None" = None) -> None:
    """Show the two menus, *Imprimer* and *Télécharger*; a file is made when its button is clicked."""
    day = date.today()
    stem = words.file_name(facts, ground.frame, day=day, ending="")
    for key, label, files in (("print", _("Imprimer"), _PRINTS), ("download", _("Télécharger"), _TABLES)):
        with st.popover(label, key=key):
            for ending, text, mime in files:
                downloads.button(
                    _(text),
                    partial(content, ending, facts, ground, day=day, looks=looks),
                    file_name=f"{stem}{ending}",
                    mime=mime,
                    key=f"file-{ending}",
                    rows=facts.accounting.read,
                    width="stretch",
                )
