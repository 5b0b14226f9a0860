"""Carte 3W / couverture: what there is in each unit, on the map and in a table."""

import streamlit as st

from geo import words
from geo.i18n import N_
from geo.ui import carte, data, filtering, parts, state
from geo.ui.page import page_setup, show_accounting
from geo.ui.questions import ask, card_lines, crumbs, drill_to, limits_words

under_heading = page_setup(N_("Carte 3W / couverture"))
ground = data.ground()
prepared = data.prepared()
view, more = ask(prepared, ground)
facts = data.answer(view)
with under_heading:
    show_accounting(facts.accounting, sources_on=facts.newest, limits=limits_words(facts))

shown = carte.prepare(facts, ground, title=words.title(facts), version=data.records().version)
filtering.chips(more, facts.sources)
with st.container(key="stage"):
    left, right = st.columns([7, 3], gap="medium")
    with left:
        crumbs(view, ground)
        carte.show(shown, on_pick=drill_to(ground))
    with right:
        st.html(shown.legend)
        if len(facts.above):
            st.html(parts.badge(words.above(facts, ground.names), count=len(facts.above)))
        if view.unit:
            st.html(parts.card(*card_lines(facts, ground)))

if not len(facts.rows):
    filtering.emptied(prepared.of_type[view.activity_type].records, more)
st.html(shown.table)
state.write_address()
