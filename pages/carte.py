"""Carte 3W / couverture: what there is in each unit, on the map and in a table."""

import streamlit as st

from geo.i18n import N_, _
from geo.ui import carte, data, parts, state
from geo.ui.page import page_setup, show_accounting
from geo.ui.questions import ask, card_lines, crumbs, drill_to, limits_words, title_of, wide_lines

under_heading = page_setup(N_("Carte 3W / couverture"))
ground = data.ground()
store = data.records()
view = ask(store, ground)
facts = data.answer(view)
with under_heading:
    show_accounting(facts.accounting, sources_on=facts.newest, limits=limits_words(facts))

shown = carte.prepare(facts, ground, title=title_of(facts), version=store.version)
with st.container(key="stage"):
    left, right = st.columns([7, 3], gap="medium")
    with left:
        crumbs(view, ground)
        carte.show(shown, on_pick=drill_to(ground))
    with right:
        st.html(shown.legend)
        if len(facts.above):
            st.html(parts.badge(wide_lines(facts, ground), count=len(facts.above)))
        if view.unit:
            st.html(parts.card(*card_lines(facts, ground)))

if facts.records.empty:
    st.html(f"<p class='empty'>{parts.escaped(_('Aucun enregistrement pour ces choix.'))}</p>")
st.html(shown.table)
state.write_address()
