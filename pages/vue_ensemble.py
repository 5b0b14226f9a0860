"""Vue d'ensemble: the key figures, the map of the first, what is known above only, what is old, who works."""

from datetime import date

import streamlit as st

from geo import words
from geo.i18n import N_, _
from geo.ui import carte, data, overview, parts, state, visit, whole
from geo.ui.page import page_setup, show_accounting
from geo.ui.sheets import paragraph, with_language

under_heading = page_setup(N_("Vue d'ensemble"))
today = date.today()
ground = data.ground()
figures = whole.key_figures()
shown = overview.chosen(figures)
visit.asked()  # before the accounting, which says what of the address was left out
with under_heading:
    show_accounting(whole.accounting(), sources_on=overview.newest(figures), limits=whole.limits())

if picked := st.session_state.pop("picked", ""):
    st.switch_page("pages/fiche.py", query_params=with_language({"unite": picked}))

visit.show()
if not shown:
    st.html(overview.empty())
else:
    overview.show_key_figures(figures, today=today)
    facts = figures[shown[0]].facts
    drawn = carte.prepare(facts, ground, title=words.title(facts), version=data.version())
    with st.container(key="stage"):
        left, right = st.columns([7, 3], gap="medium")
        with left:
            st.html(f"<h2>{parts.escaped(drawn.title)}</h2>")
            carte.show(drawn, on_pick=lambda pcode: st.session_state.update(picked=pcode))
            st.html(paragraph(_("Un clic sur une commune ouvre sa fiche."), "key"))
        with right:
            st.html(drawn.legend)
            if len(facts.rows_above):
                st.html(parts.badge(words.above(facts, ground.names), count=len(facts.rows_above)))
    for table in filter(None, overview.tables(figures, ground, today=today, version=data.version())):
        st.html(table)
    st.html(overview.partners(whole.partners()))
state.write_address()
