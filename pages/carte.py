"""Carte 3W / couverture: what there is in each unit, on the map and in a table."""

import streamlit as st

from geo import classify
from geo.i18n import N_, _
from geo.ui import carte, data, parts, state
from geo.ui.page import page_setup, show_accounting
from geo.ui.questions import ask, card_lines, crumbs, drill_to, title_of, wide_lines

under_heading = page_setup(N_("Carte 3W / couverture"))
ground = data.ground()
view = ask(data.records(), ground)
facts = data.answer(view)
limits = ", ".join(f"{country} {vintage}" for country, vintage in facts.vintages.items())
with under_heading:
    show_accounting(facts.accounting, sources_on=facts.newest, limits=limits)

shown = ground.frame.shown(view)
units, classes = carte.classified(facts)
rows = classify.in_map_order(carte.inside(units, ground, shown))
title = title_of(facts)

with st.container(key="stage"):
    left, right = st.columns([7, 3], gap="medium")
    with left:
        crumbs(view, ground)
        with_points = 0 < len(facts.points) <= carte.POINTS_SHOWN
        carte.show(
            facts, units, ground=ground, title=title, with_points=with_points, on_pick=drill_to(ground)
        )
    with right:
        legend = classify.legend(rows, classes)
        st.html(parts.legend(legend, title=title, level=view.level, rings=bool((rows["ring"] != "").any())))
        if with_points:
            st.html(parts.points_legend(carte.point_rows(facts.points)))
        if len(facts.above):
            st.html(parts.badge(wide_lines(facts, ground), count=len(facts.above)))
        if view.unit:
            st.html(parts.card(*card_lines(facts, ground)))

if facts.records.empty:
    st.html(f"<p class='empty'>{parts.escaped(_('Aucun enregistrement pour ces choix.'))}</p>")
st.html(parts.table(rows, caption=title, level=view.level))
state.write_address()
