"""Streamlit parts shared by the pages: the only place in geo that imports streamlit."""
