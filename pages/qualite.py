"""Qualité des données: accounts and fields by partner, source or import, what to correct, whom to remind."""

import streamlit as st

from geo.i18n import N_
from geo.ui import faultrows, overview, quality, reported, sheets, state, whole
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Qualité des données"))
asked = quality.ask()
with under_heading:
    newest = overview.newest(whole.key_figures())
    show_accounting(whole.accounting(), sources_on=newest, limits=whole.limits())

if asked.view == "lignes":
    faultrows.show(asked)
elif asked.view == "periodes":
    reported.show()
else:
    for text in filter(None, (quality.accounts(asked), quality.completeness(asked))):
        st.html(text)
    st.html(sheets.sorter(), unsafe_allow_javascript=True)
state.write_address()
