"""The page of needs as a map, and as files made when they are asked for."""

from datetime import date
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from geo import maps, needmap
from geo.facts import Prepared
from geo.i18n import N_, _, number
from geo.report.gapfiles import gaps_csv, gaps_json, gaps_xlsx
from geo.report.gaptable import printed_lines
from geo.settings import STATIC_DIR
from geo.ui import carte, crossed, downloads, files, needlists, parts
from geo.ui.data import Ground
from geo.ui.needing import Answer, Asked

_FILES: Final = (
    ("csv", N_("Tableau CSV"), "text/csv"),
    (
        "xlsx",
        N_("Classeur XLSX, avec normes et comptes"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("json", N_("JSON : tout le résultat"), "application/json"),
    ("pdf", N_("Carte en PDF (une page A4)"), "application/pdf"),
)


@st.cache_data(show_spinner=False)
def _style(changed: float) -> str:
    return f"<style>{(STATIC_DIR / 'besoins.css').read_text(encoding='utf-8')}</style>"


def style() -> None:
    """Send the look of this page's own parts."""
    st.html(_style((STATIC_DIR / "besoins.css").stat().st_mtime))


def show(*texts: str) -> None:
    """Show pieces of HTML, those that there are."""
    for text in filter(None, texts):
        st.html(text)


def picture(
    answer: Answer, asked: Asked, ground: Ground, prepared: Prepared, *, chosen: str
) -> tuple[carte.Shown, str]:
    """Return the map ready to be sent, and its legend; made once for each answer, picture and commune."""
    question = f"{answer.key}|{ground.shapes_file}|{ground.basemap_file}|{asked.picture}|{chosen}"
    return _picture(question, answer, asked, ground, prepared, chosen)


@st.cache_resource(max_entries=64, show_spinner=False)
def _picture(
    question: str, _answer: Answer, _asked: Asked, _ground: Ground, _prepared: Prepared, _chosen: str
) -> tuple[carte.Shown, str]:
    answer, asked, ground, prepared, chosen = _answer, _asked, _ground, _prepared, _chosen
    level, unit = asked.view.level, asked.view.unit
    every = prepared.frame.grid(asked.view).names["pcode"]
    drawn = needmap.drawn(answer.units, asked.picture, all_units=every)
    named = needmap.title(answer.gaps.facts, level, asked.picture)
    marked = drawn.units[drawn.units["mark"] != ""]
    content = maps.view(
        drawn.units,
        level=level,
        shapes_file=ground.shapes_file,
        basemap_file=ground.basemap_file,
        frame=ground.corners.get(unit) or carte.focus_corners(ground),
        title=named,
        chosen=chosen or unit,
        later_regions=asked.view.regions == "2023",
        styles=needmap.STYLES,
        rings=needmap.RINGS,
        marks=dict(zip(marked["pcode"], marked["mark"], strict=True)),
    )
    rings = bool((drawn.units["ring"] != "").any())
    legend = parts.legend(drawn.legend, title=named, rings=rings)
    if asked.picture == "croisement":
        legend = crossed.square(answer.units) + _apart(drawn.legend)
    return carte.Shown(named, maps.written(content), legend, ""), legend


@st.cache_resource(max_entries=64, show_spinner=False)
def _ranked(key: str, chosen: str, _answer: Answer) -> str:
    return needlists.ranked(_answer, chosen=chosen)


@st.cache_resource(max_entries=64, show_spinner=False)
def _around(key: str, level: str, _answer: Answer) -> tuple[str, str, str]:
    printed = needlists.printed(lines(_answer, level))
    return needlists.headline(_answer), needlists.beneath(_answer.gaps), printed


def around(answer: Answer, level: str) -> tuple[str, str, str]:
    """Return the headline, what lies beneath the ranking and what is printed with it, made once an answer."""
    return _around(answer.key, level, answer)


def ranked(answer: Answer, *, chosen: str) -> str:
    """Return the ranked list, made once for each answer and commune chosen."""
    return _ranked(answer.key, chosen, answer)


def _apart(legend: pd.DataFrame) -> str:
    """Return the legend of what is on no field of the square."""
    rest = legend[legend["mark"] == ""]
    items = "".join(
        f"<li>{parts.swatch(klass)} {parts.escaped(words)} {number(units)}</li>"
        for klass, words, units in rest[["klass", "words", "units"]].itertuples(index=False, name=None)
    )
    return f"<ul class='one-legend'>{items}</ul>"


def lines(answer: Answer, level: str) -> list[str]:
    """What is printed with the result: norms, assumptions, population, weights."""
    return printed_lines(answer.gaps, answer.ranked, level=level)


def offer(answer: Answer, asked: Asked, prepared: Prepared, ground: Ground) -> None:
    """Show one button for each file; a file is made when its button is clicked."""
    with st.container(key="need-files", horizontal=True):
        for ending, text, mime in _FILES:
            downloads.button(
                _(text),
                partial(content, ending, answer, asked, prepared, ground),
                file_name=f"besoins_{asked.view.activity_type}_{asked.view.level}.{ending}",
                mime=mime,
                key=f"need-{ending}",
            )


def content(ending: str, answer: Answer, asked: Asked, prepared: Prepared, ground: Ground) -> bytes:
    """Make the file with this ending, ``csv``, ``xlsx``, ``json`` or ``pdf``, in the current language."""
    level = asked.view.level
    if ending == "csv":
        return gaps_csv(answer.file)
    if ending == "json":
        return gaps_json(answer.gaps, answer.file, answer.ranked, level=level)
    if ending == "pdf":
        # Drawing takes a second to load, and most readers only look.
        from geo.report.gapsheet import gap_page  # noqa: PLC0415

        drawing = files.drawing_of(ground)
        page = gap_page(
            answer.gaps,
            answer.ranked,
            prepared,
            drawing,
            level=level,
            picture=asked.picture,
            day=date.today(),
        )
        return page.pdf()
    return gaps_xlsx(answer.gaps, answer.file, lines=lines(answer, level))
