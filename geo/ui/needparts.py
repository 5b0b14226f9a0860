"""What stands under the map of needs, one part at a time: table, sites, what if, distance, types."""

from typing import Final

import streamlit as st

from geo.facts import Prepared
from geo.i18n import N_, _
from geo.ui import crossed, distance, multiples, needfiles, needlists, sheets, siting, state, supposing
from geo.ui.data import Ground
from geo.ui.needing import Answer, Asked

PARTS: Final = {
    "tableau": N_("Tableau"),
    "placer": N_("Où placer les prochains ouvrages"),
    "et-si": N_("Et si…"),
    "distance": N_("Distance"),
    "croiser": N_("Besoin × couverture"),
    "types": N_("Les quatre types"),
}


def show(answer: Answer, asked: Asked, prepared: Prepared, ground: Ground) -> None:
    """Show the part that the reader has opened; the others are not worked out."""
    # What a link asks of a part that is closed is kept, and checked, all the same.
    siting.asked(ground)
    supposing.asked(ground)
    with st.container(key="need-parts"):
        opened, inside = state.tabs("partie", list(PARTS), words=lambda name: _(PARTS[name]))
    with inside:
        if opened == "tableau":
            _table(answer, asked, prepared, ground)
        elif opened == "placer":
            siting.section(answer, prepared, ground)
        elif opened == "et-si":
            supposing.section(answer, prepared, ground)
        elif opened == "distance":
            st.html(distance.section(prepared, asked.view))
        elif opened == "croiser":
            st.html(crossed.section(answer.gaps, with_square=asked.picture != "croisement"))
        else:
            st.html(multiples.section(prepared, asked, ground))


def _table(answer: Answer, asked: Asked, prepared: Prepared, ground: Ground) -> None:
    st.html(_table_of(answer.key, asked.view.level, answer))
    st.html(sheets.sorter(), unsafe_allow_javascript=True)
    needfiles.offer(answer, asked, prepared, ground)


@st.cache_resource(max_entries=64, show_spinner=False)
def _table_of(key: str, level: str, _answer: Answer) -> str:
    return needlists.table(_answer, level, title=_("Besoin par unité"))
