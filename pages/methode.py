"""Méthode et sources: how things are counted, the words used, where everything comes from."""

import streamlit as st

from geo.i18n import N_, _
from geo.io import load_population
from geo.io.papers import read_glossary
from geo.ui import data, fetching, method, overview, state, visit, whole
from geo.ui.page import page_setup, show_accounting
from geo.ui.sheets import with_language

under_heading = page_setup(N_("Méthode et sources"))
ground = data.ground()
store = data.records()
with under_heading:
    newest = overview.newest(whole.key_figures())
    show_accounting(whole.accounting(), sources_on=newest, limits=whole.limits())

query = with_language({visit.NAME: next(iter(visit.STEPS))})
st.page_link("pages/vue_ensemble.py", label=_("Revoir la visite guidée"), query_params=query)
st.html(method.rules())
st.html(method.signs())
st.html(method.glossary(read_glossary()))
st.html(method.sources(whole.sources(), whole.records_by_source()))
st.html(method.layers(ground.boundaries))
fetching.show()
st.html(method.population(load_population()))
st.html(method.catalogues())
st.html(method.untranslated())
st.html(method.version(store.version, ground.boundaries))
state.write_address()
