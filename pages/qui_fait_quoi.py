"""Qui fait quoi où: partners side by side, where they meet, where nobody is, and what changed."""

import streamlit as st

from geo.i18n import N_
from geo.ui import data, matrix, organisations, overlaplist, overview, pairmap, partners, state, timeline
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Qui fait quoi où"))
partners.style()
ground = data.ground()
prepared = data.prepared()
section = partners.ask_section()
asked = partners.ask(prepared, ground, section)
found = partners.matrix(prepared, asked)
if not any(len(each.records) for each in prepared.of_type.values()):
    st.html(overview.empty())
elif section == "matrice":
    matrix.show(asked, found, ground, partners.sources(prepared, asked.types))
elif section == "paires":
    pairmap.two(prepared, asked, found, ground)
elif section == "vides":
    pairmap.holes(prepared, asked, found, ground)
elif section == "recouvrements":
    overlaplist.show(prepared, asked, ground)
elif section == "temps":
    timeline.show(prepared, asked, ground)
else:
    organisations.show()
# Said last: by now every section has asked what it asks of the address.
with under_heading:
    show_accounting(found.accounting, limits=partners.limits(found))
state.write_address()
