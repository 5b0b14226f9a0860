"""Besoins non couverts: what the norm asks, what is missing, who is left out, where the next works go."""

import streamlit as st

from geo.i18n import N_, _
from geo.report.gaptable import correlation_words
from geo.ui import carte, data, needfiles, needing, needparts, needweights, normbar, state
from geo.ui.page import page_setup, show_accounting
from geo.ui.questions import crumbs, limits_words

under_heading = page_setup(N_("Besoins non couverts"))
needfiles.style()
ground = data.ground()
prepared = data.prepared()
asked = needing.ask(prepared, ground)
answer = needing.answer(prepared, asked)
facts = answer.gaps.facts
chosen = needing.chosen_commune(answer)
normbar.show(asked, answer.gaps)

headline, beneath, printed = needfiles.around(answer, asked.view.level)
shown, legend = needfiles.picture(answer, asked, ground, prepared, chosen=chosen)
st.html(headline)
with st.container(key="stage"):
    left, right = st.columns([56, 44], gap="medium")
    with left:
        crumbs(asked.view, ground)
        carte.show(shown, on_pick=needing.pick(ground, asked.view.level))
        st.html(legend)
    with right:
        st.html(needfiles.ranked(answer, chosen=chosen))
        title = " · ".join([_("Poids du classement"), correlation_words(answer.ranked)])
        with st.expander(title, key="weights"):
            needweights.ask(answer)
        needfiles.show(beneath)

needparts.show(answer, asked, prepared, ground)
st.html(printed)
with under_heading:
    # Last, because it says what of the address was left out.
    show_accounting(facts.accounting, sources_on=facts.newest, limits=limits_words(facts))
state.write_address()
