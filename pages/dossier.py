"""Dossier de réunion: the files to leave a meeting with, for a place and the view in use."""

import streamlit as st

from geo.i18n import N_, _
from geo.ui import assumed, data, filtering, overview, packing, sheets, state
from geo.ui.page import page_setup, show_accounting
from geo.ui.questions import limits_words

under_heading = page_setup(N_("Dossier de réunion"))
ground = data.ground()
prepared = data.prepared()
left, right = st.columns([36, 64], gap="medium")
with left:
    asked = packing.ask(prepared, ground)
found = packing.answer(prepared, asked)
facts = packing.first(found, prepared, asked)
with under_heading:
    show_accounting(facts.accounting, sources_on=facts.newest, limits=limits_words(facts))

if not found.subjects:
    with left:
        filtering.chips(asked.more, facts.sources, switches=assumed.changed(asked.view.assumptions))
    nothing = sheets.paragraph(_("Aucun enregistrement pour ces choix."), "empty")
    st.html(nothing if len(facts.of_type) else overview.empty())
else:
    tools = packing.tools(prepared, ground)
    with left:
        filtering.chips(asked.more, facts.sources, switches=assumed.changed(asked.view.assumptions))
        if not packing.made(asked):
            label = _("Composer le dossier")
            made = st.button(label, key="pack-make", type="primary", width="stretch")
            if made:
                packing.make(found, asked, tools)
                st.rerun()
        if files := packing.made(asked):
            packing.offer(found, files)
        else:
            st.html(sheets.paragraph(packing.waiting(), "key"))
    with right:
        st.html(packing.preview(found, asked, tools))
    st.html(packing.figures(found))
state.write_address()
