"""Fiche: everything about one commune, cercle / moughataa or région / wilaya."""

import streamlit as st

from geo.i18n import N_
from geo.ui import card, data, overview, state, whole
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Fiche"), heading=card.heading)
ground = data.ground()
with under_heading:
    newest = overview.newest(whole.key_figures())
    show_accounting(whole.accounting(), sources_on=newest, limits=whole.limits())

chosen = card.asked()
if chosen:
    st.html(card.identity(chosen, ground, whole.people(chosen, ground.places[chosen].level)))
card.choose()
if not chosen:
    st.html(card.start(ground))
else:
    card.ways(chosen, ground)
    card.show(whole.card(chosen), ground)
    st.html(card.key())
state.write_address()
