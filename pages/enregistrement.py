"""Corriger un enregistrement: find one, see it as read and as it counts, correct a field, take it back."""

import streamlit as st

from geo.i18n import N_
from geo.ui import correcting, overview, record, state, whole
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Corriger un enregistrement"), heading=record.heading)
chosen = record.asked()
with under_heading:
    newest = overview.newest(whole.key_figures())
    show_accounting(whole.accounting(), sources_on=newest, limits=whole.limits())

if chosen is None:
    record.choose()
else:
    row = record.shared(chosen)
    known = record.read(chosen)
    st.html(record.identity(chosen, row, known))
    record.ways(row)
    st.html(record.fields(row, known))
    correcting.show(chosen, row, known)
    if known:
        st.html(record.history(known))
    st.html(f"<p>{record.another()}</p>")
state.write_address()
