"""The app: ``streamlit run app.py``."""

import streamlit as st

from geo.ui.page import MENU


def start() -> None:
    """Open the first page of the menu under its own address, so that every link names its page."""
    st.switch_page(MENU[0][0], query_params=st.query_params.to_dict())


pages = [st.Page(file) for file, _title in MENU]
st.navigation([st.Page(start, default=True), *pages], position="hidden").run()
