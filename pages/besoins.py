"""Besoins non couverts: what the norm asks, what is missing, who is left out, where the next works go."""

import streamlit as st

from geo.i18n import N_, _, number
from geo.ranking import Uncertainty
from geo.ui import (
    carte,
    data,
    distance,
    multiples,
    needfiles,
    needing,
    needlists,
    normbar,
    sheets,
    siting,
    state,
)
from geo.ui.page import page_setup, show_accounting
from geo.ui.questions import crumbs, limits_words

under_heading = page_setup(N_("Besoins non couverts"))
needfiles.style()
ground = data.ground()
prepared = data.prepared()
asked = needing.ask(prepared, ground)
answer = needing.answer(prepared, asked)
gaps = answer.gaps
# Asked before the accounting, which says what of the address was left out.
chosen = needing.chosen_commune(answer.ranked)
wanted = siting.asked(ground)
with under_heading:
    show_accounting(gaps.facts.accounting, sources_on=gaps.facts.newest, limits=limits_words(gaps.facts))
normbar.show(asked, gaps)

shown, legend = needfiles.picture(answer, asked, ground, prepared, chosen=chosen)
with st.container(key="stage"):
    left, right = st.columns([56, 44], gap="medium")
    with left:
        crumbs(asked.view, ground)
        carte.show(shown, on_pick=needing.pick(ground, asked.view.level))
        st.html(legend)
    with right:
        st.html(needlists.ranked(answer, chosen=chosen))
        correlation = needlists.correlation(answer)
        with st.expander(_("Poids du classement · {said}").format(said=correlation), key="weights"):
            needing.ask_weights()

title = _("Besoin par unité")
st.html(sheets.section(title, needlists.table(answer, asked.view.level, title=title)))
st.html(sheets.sorter(), unsafe_allow_javascript=True)
needfiles.offer(answer, asked)
needfiles.show(needlists.beneath(gaps), needlists.crossing(gaps))
needfiles.show(multiples.section(prepared, asked, ground))

heading = _("Où placer les {n} prochains ouvrages").format(n=number(wanted.works))
st.html(sheets.section(heading))
siting.ask(wanted, ground)
needfiles.show(siting.result(siting.plan(gaps, wanted), gaps))
needfiles.show(siting.repaired(prepared, gaps, siting.ask_repair()))
needfiles.show(distance.section(prepared, asked.view))
needfiles.show(needlists.printed(needfiles.lines(answer), Uncertainty().words))
state.write_address()
