"""The states of the main types as small maps in a row: same extent, one legend."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from geo import multiples
from geo.crossing import together
from geo.facts import Prepared
from geo.gaps import at_level
from geo.gapwords import STATE_WORDS, state_letter
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
    """Return the four main types side by side, their states counted, and one table of all of them."""
    figures, tables = [], {}
    paths, regions, height = _outlines(ground.boundaries.version, ground)
    for name in filter(prepared.listed, KEY_TYPES):
        gaps = needing.gaps_of(prepared, asked, name)
        tables[name] = at_level(gaps, prepared, asked.view.level)
        states = dict(zip(gaps.table["pcode"], gaps.table["state"], strict=True))
        drawn = multiples.small_map(states, paths, regions, height=height)
        label = prepared.of_type[name].kind.label
        said = _counted(gaps.table["state"])
        caption = f"<figcaption><b>{escaped(label)}</b> {escaped(said)}</figcaption>"
        figures.append(f"<figure>{image(drawn, f'{label} : {said}')}{caption}</figure>")
    legend = "".join(
        f"<li>{swatch(state, state_letter(state))} {escaped(words)}</li>"
        for state, words in ((state, _(text)) for state, text in STATE_WORDS.items())
    )
    body = f"<div class='multiples'>{''.join(figures)}</div><ul class='one-legend'>{legend}</ul>"
    shown = together(tables)
    inside = [ground.frame.members.of(code) <= ground.frame.shown(asked.view) for code in shown["pcode"]]
    return body + _table(shown[inside], prepared)


def _table(rows: pd.DataFrame, prepared: Prepared) -> str:
    """All types of each unit, those with most types unmet first."""
    names = [str(name).removeprefix("state_") for name in rows if str(name).startswith("state_")]
    ordered = rows.sort_values(["types_unmet", "types_partly", "pcode"], ascending=[False, False, True])
    cells = [_cells(row, names) for row in ordered.to_dict("records")]
    heads = [_("Unité"), *(prepared.of_type[name].kind.label for name in names), _("Non couverts")]
    words = [[word for word, _value in row] for row in cells]
    values = [[value for _word, value in row] for row in cells]
    title = _("Les quatre types, unité par unité")
    made = sheets.sheet(heads, words, caption=title, numeric=(len(heads) - 1,), sorting=values)
    return f"<div class='need-table'>{made}</div>"


def _cells(row: Mapping[Any, Any], names: Sequence[str]) -> list[tuple[str, float | str]]:
    above = [name for name in (row["cercle_name"], row["region_name"]) if name and name != row["name"]]
    inside = " · ".join(above)
    place = sheets.Html(f"{escaped(row['name'])}<small>{escaped(inside)}</small>")
    found: list[tuple[str, float | str]] = [(place, str(row["name"]))]
    for name in names:
        state = row[f"state_{name}"]
        spoken = _(STATE_WORDS[state])
        words = sheets.Html(f"{swatch(state, state_letter(state))} {escaped(spoken)}")
        found.append((words, list(STATE_WORDS).index(state)))
    return [*found, (number(row["types_unmet"]), float(row["types_unmet"]))]


def _counted(states: pd.Series) -> str:
    counts = states.value_counts()
    return ", ".join(
        f"{words} {number(int(counts[state]))}"
        for state, words in ((state, _(text)) for state, text in STATE_WORDS.items())
        if state in counts
    )
