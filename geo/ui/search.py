"""Search on every page: what the reader types becomes links to cards and partners."""

from typing import Final

import streamlit as st

from geo import search
from geo.i18n import _, number, set_language
from geo.ui import data, state, whole
from geo.ui.parts import escaped, label_text
from geo.ui.placewords import described
from geo.ui.sheets import map_of_partner, with_language

# Longer than any name; what is longer is cut by the field itself.
LONGEST: Final = 60


def search_box(lang: str) -> None:
    """Show the field and, under it, what was found; a link that was followed empties it."""
    key = f"chercher:{lang}"
    if state.followed_link():
        st.session_state[key] = ""
    _field(lang, key)


@st.fragment
def _field(lang: str, key: str) -> None:
    # Typing runs this part alone, in a thread that knows nothing of the page's language.
    set_language(lang)
    with st.container(key="search"):
        text = st.text_input(
            _("Chercher une commune"),
            key=key,
            max_chars=LONGEST,
            placeholder=_("Chercher une commune, un partenaire…"),
            label_visibility="collapsed",
        )
        if text and text.strip():
            _results(text)


def _results(text: str) -> None:
    hits = search.find(text, whole.search_index())
    if not hits:
        words = _("Rien ne ressemble à « {text} » : ni unité, ni partenaire. Essayez moins de lettres.")
        st.html(f"<p class='empty' role='status'>{escaped(words.format(text=text.strip()))}</p>")
        return
    with st.container(key="found", gap=None):
        for hit in hits:
            _result(hit)


def _result(hit: search.Hit) -> None:
    entry = hit.entry
    also = f" ({hit.also})" if hit.also else ""
    if entry.kind == search.PARTNER:
        records, main_type = whole.partner(entry.code)
        count = number(records)
        words = _("{name}{also} · partenaire · {n} enregistrements")
        label = words.format(name=entry.name, also=also, n=count)
        query = with_language(map_of_partner(entry.code, main_type))
        st.page_link("pages/carte.py", label=label_text(label), query_params=query)
        return
    label = f"{entry.name}{also} · {described(entry.code, entry.kind, data.ground())}"
    if entry.known:
        query = with_language({"unite": entry.code})
        st.page_link("pages/fiche.py", label=label_text(label), query_params=query)
    else:
        outside = _("{unit} · hors des régions dessinées, pas de fiche").format(unit=label)
        st.html(f"<p class='found-outside'>{escaped(outside)}</p>")
