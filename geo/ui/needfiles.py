"""The page of needs as a map, and as files made when they are asked for."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from geo import maps, needmap
from geo.classify import unit_word
from geo.facts import Prepared
from geo.gapwords import printed_with
from geo.i18n import N_, _, language, set_language
from geo.needmap import PICTURES
from geo.report.gapfiles import gaps_csv, gaps_json, gaps_xlsx
from geo.settings import STATIC_DIR
from geo.ui import carte, parts
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


def title(answer: Answer, asked: Asked) -> str:
    """What is shown: picture, type, units, year."""
    facts = answer.gaps.facts
    words = [_(PICTURES[asked.picture]), facts.kind.label, unit_word(asked.view.level, 2), facts.newest[:4]]
    return " · ".join(filter(None, words))


def picture(
    answer: Answer, asked: Asked, ground: Ground, prepared: Prepared, *, chosen: str
) -> tuple[carte.Shown, str]:
    """Return the map ready to be sent, and its legend."""
    level, unit = asked.view.level, asked.view.unit
    every = prepared.frame.grids[level].names["pcode"]
    drawn = needmap.drawn(answer.units, asked.picture, all_units=every)
    named = title(answer, asked)
    marked = drawn.units[drawn.units["mark"] != ""]
    content = maps.view(
        drawn.units,
        level=level,
        shapes_file=ground.shapes_file,
        basemap_file=ground.basemap_file,
        frame=ground.corners.get(unit) or carte.focus_corners(ground),
        title=named,
        chosen=chosen or unit,
        styles=needmap.STYLES,
        rings=needmap.RINGS,
        marks=dict(zip(marked["pcode"], marked["mark"], strict=True)),
    )
    rings = bool((drawn.units["ring"] != "").any())
    legend = parts.legend(drawn.legend, title=named, rings=rings)
    return carte.Shown(named, content, legend, ""), legend


def lines(answer: Answer) -> list[str]:
    """What is printed with the result: norms, assumptions, population."""
    gaps = answer.gaps
    return printed_with(
        gaps.norms, gaps.facts.view.assumptions, include_not_comparable=gaps.include_not_comparable
    )


def offer(answer: Answer, asked: Asked) -> None:
    """Show one button for each file; a file is made when its button is clicked."""
    with st.container(key="need-files", horizontal=True):
        for ending, text, mime in _FILES:
            st.download_button(
                _(text),
                _maker(ending, answer),
                file_name=f"besoins_{asked.view.activity_type}_{asked.view.level}.{ending}",
                mime=mime,
                key=f"need-{ending}",
                on_click="ignore",
            )


def content(ending: str, answer: Answer) -> bytes:
    """Make the file with this ending, ``csv``, ``xlsx`` or ``json``, in the current language."""
    if ending == "csv":
        return gaps_csv(answer.file)
    if ending == "json":
        return gaps_json(answer.gaps, answer.file)
    return gaps_xlsx(answer.gaps, answer.file, lines=lines(answer))


def _maker(ending: str, answer: Answer) -> Callable[[], bytes]:
    lang = language()

    def make() -> bytes:
        # Streamlit calls this in a thread of its own, which knows no language yet.
        set_language(lang)
        return content(ending, answer)

    return make
