"""The states of the main types as small maps in a row: same extent, one legend."""

import pandas as pd
import streamlit as st

from geo import multiples
from geo.facts import Prepared
from geo.gapwords import STATE_WORDS
from geo.i18n import _, number
from geo.ui import needing, sheets
from geo.ui.data import Ground
from geo.ui.needing import Asked
from geo.ui.needlists import image
from geo.ui.overview import KEY_TYPES
from geo.ui.parts import escaped, swatch


@st.cache_resource(max_entries=2, show_spinner=False)
def _outlines(boundaries_version: str, _ground: Ground) -> tuple[dict[str, str], dict[str, str], int]:
    communes, regions = _ground.boundaries.communes, _ground.boundaries.regions
    inside, height = multiples.outlines(communes[communes["focus"]], code="adm3_pcode")
    around, _height = multiples.outlines(regions[regions["focus"]], code="adm1_pcode")
    return inside, around, height


def section(prepared: Prepared, asked: Asked, ground: Ground) -> str:
    """Return the four main types side by side, each with its states counted in words."""
    figures = []
    paths, regions, height = _outlines(ground.boundaries.version, ground)
    for name in KEY_TYPES:
        table = needing.gaps_of(prepared, asked, name).table
        states = dict(zip(table["pcode"], table["state"], strict=True))
        drawn = multiples.small_map(states, paths, regions, height=height)
        label = prepared.of_type[name].kind.label
        said = _counted(table["state"])
        caption = f"<figcaption><b>{escaped(label)}</b> {escaped(said)}</figcaption>"
        figures.append(f"<figure>{image(drawn, f'{label} : {said}')}{caption}</figure>")
    legend = "".join(
        f"<li>{swatch(state)} {escaped(words)}</li>"
        for state, words in ((state, _(text)) for state, text in STATE_WORDS.items())
    )
    body = f"<div class='multiples'>{''.join(figures)}</div><ul class='one-legend'>{legend}</ul>"
    return sheets.section(_("Les quatre types, par commune"), body)


def _counted(states: pd.Series) -> str:
    counts = states.value_counts()
    return ", ".join(
        f"{words} {number(int(counts[state]))}"
        for state, words in ((state, _(text)) for state, text in STATE_WORDS.items())
        if state in counts
    )
