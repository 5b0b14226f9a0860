"""The records with their files, as whoever is at the app may see them, and who may correct them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from geo import store
from geo.access import KEEPERS
from geo.sharing import Audience
from geo.store.kept import Kept
from geo.store.kept import kept as kept_of
from geo.store.kept import keys as keys_of
from geo.ui import data, who


def keeper() -> Audience:
    """Return as whom single records are shown here: whoever is at the app, see :mod:`geo.ui.who`."""
    return who.who().audience


def keeps() -> bool:
    """Whether who works here keeps the records, so that nothing is withheld and decisions can be made."""
    return keeper().role in KEEPERS


def may_correct(organisation: str = "") -> bool:
    """Whether a record of an organisation can be corrected, by whoever is here: in a store that keeps it."""
    return who.allowed("correct", organisation=organisation) and data.records().cleaned is None


def organisation_of(label: Any) -> str:
    """Return whose record this is, as the record names it."""
    return str(data.records().records.at[label, "implementing_org"])


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept(store_version: str, audience_key: str, _store: store.Store, _audience: Audience) -> Kept:
    return kept_of(_store, _audience)


def kept(audience: Audience | None = None) -> Kept:
    """Return the records in use with their files, rows and unread cells, as ``audience`` may see them."""
    held, audience = data.records(), audience or keeper()
    return _kept(held.version, audience.key, held, audience)


@st.cache_resource(max_entries=4, show_spinner=False)
def _keys(store_version: str, _store: store.Store) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    found = keys_of(_store)
    return found, dict(zip(found["id"], found.index, strict=True))


def ids() -> pd.Series:
    """Return the short name of each record, on the index of the records in use."""
    held = data.records()
    return _keys(held.version, held)[0]["id"]


def labels() -> Mapping[str, Any]:
    """Return the row of each record by its short name."""
    held = data.records()
    return _keys(held.version, held)[1]


def key_of(label: Any) -> tuple[str, str]:
    """Return source and identity of a record: what the store knows it by."""
    held = data.records()
    row = _keys(held.version, held)[0].loc[label]
    return str(row["source_id"]), str(row["identity"])
