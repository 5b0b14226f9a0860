"""Carte 3W / couverture: what there is in each unit, on the map, in a table, on paper and as files."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo import words
from geo.i18n import N_
from geo.pointlooks import POINT_LOOKS
from geo.ui import assumed, carte, data, files, filtering, overview, parts, state
from geo.ui.page import page_setup, runs_alone, show_accounting
from geo.ui.questions import ask, ask_points, crumbs, drill_to, limits_words, show_card


@runs_alone
def body(place: DeltaGenerator) -> None:
    """Filters, map, table and files: what a choice changes."""
    ground = data.ground()
    prepared = data.prepared()
    view, more = ask(prepared, ground)
    facts = data.answer(view)
    with place:
        show_accounting(facts.accounting, sources_on=facts.newest, limits=limits_words(facts))

    filtering.chips(more, facts.sources, switches=assumed.changed(view.assumptions))
    if not prepared.any():
        st.html(overview.empty())
    elif not facts.answered:
        filtering.emptied(prepared.of_type[view.activity_type].records, more)
    with st.container(key="stage"):
        left, right = st.columns([7, 3], gap="medium")
        with left:
            with st.container(key="map-head", horizontal=True, vertical_alignment="center"):
                crumbs(view, ground)
                points = ask_points(facts)
                files.offer(facts, ground, looks=POINT_LOOKS if points else None)
            title = words.title(facts)
            shown = carte.prepare(facts, ground, title=title, version=data.version(), points=points)
            if text := carte.too_many_points(facts):
                st.html(parts.note(text))
            with st.container(key="map-box"):
                carte.show(shown, on_pick=drill_to(ground))
        with right:
            beside = [shown.legend]
            if said := words.assumptions(facts):
                beside.append(parts.assumptions(said))
            if len(facts.rows_above):
                beside.append(parts.badge(words.above(facts, ground.names), count=len(facts.rows_above)))
            st.html("".join(beside))
            if view.unit:
                show_card(facts, ground)

    st.html(shown.table)
    state.write_address()
    files.make_ready(boundaries_version=ground.boundaries.version, _facts=facts, _ground=ground)


under_heading = page_setup(N_("Carte 3W / couverture"))
body(under_heading)
