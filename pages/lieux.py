"""Lieux à vérifier: doubtful places settled once, for all rows alike, and how to take it back."""

import streamlit as st

from geo.i18n import N_
from geo.ui import keeping, parts, settling, settlinganswers, settlingparts, state, whole
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Lieux à vérifier"))
settlingparts.style()
waiting = settling.waiting()
for words in settling.shows_other_records():
    st.html(parts.note(words, "notice"))
desk = settling.ask(waiting)
with under_heading:
    fictitious = any(source.fictitious for source in waiting.sources.values())
    show_accounting(waiting.accounting, limits=whole.limits(), fictitious=fictitious)
    st.html(settlingparts.before_and_now(settling.before(), waiting))
if keeping.keeps():
    settlinganswers.said()
if not settling.nothing(waiting, desk):
    table, stated = settling.choices(desk.group)
    with st.container(key="stage"):
        left, middle, right = st.columns([26, 42, 32], gap="medium")
        with left:
            settling.queue(desk)
        with middle:
            st.html(
                settlingparts.heading(
                    desk.group, place=desk.place, count=len(desk.groups), sources=waiting.sources
                )
            )
            settlinganswers.offer(desk, table)
            settlinganswers.other_answers(desk)
        with right:
            settling.picture(desk, table, stated)
if keeping.keeps():
    settlinganswers.all_decisions()
state.write_address()
