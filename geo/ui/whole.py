"""Caches of what the pages beside the map show: key figures, cards, neighbours, names to search."""

from typing import Final

import pandas as pd
import streamlit as st

from geo import card as cards
from geo import neighbours as borders
from geo import overview, population, search
from geo.activities import Source
from geo.counting import Accounting, account
from geo.gazetteer import gazetteer
from geo.io import load_population
from geo.io.places import read_spellings
from geo.io.population import state_key as population_key
from geo.sharing import PUBLIC, READER, Audience, share
from geo.ui import data, who

# Cards kept: a few readers going back and forth.
_CARDS_KEPT: Final = 128


@st.cache_resource(max_entries=8, show_spinner=False)
def _key_figures(version: str, _audience: Audience) -> dict[str, overview.KeyFigure]:
    return overview.key_figures(data.prepared(_audience))


def key_figures(audience: Audience | None = None) -> dict[str, overview.KeyFigure]:
    """Return a key figure for each type that has records, as an audience (unless said, who is here) may."""
    audience = audience or who.audience()
    return _key_figures(data.version(audience), audience)


@st.cache_resource(max_entries=8, show_spinner=False)
def _accounting(store_version: str, audience_key: str) -> Accounting:
    frame = data.ground().frame
    return account(_rows(), shown=frame.focus, members=frame.members)


def _rows() -> pd.DataFrame:
    """Rows that are counted aloud: all, but for the public those of types that are not sensitive."""
    held = data.records()
    if who.audience().role != "public":
        return held.records
    return share(held.records, who.audience(), types=held.types, organisations=held.organisations)


def accounting() -> Accounting:
    """Of all rows of all types; for the public, of the types that are not sensitive."""
    return _accounting(data.records().version, who.audience().key)


def limits() -> str:
    """Return the vintages of the boundaries in use: ``ML COD-AB 2021, MR COD-AB 2024``."""
    vintages = data.ground().boundaries.vintages
    return ", ".join(f"{country} {vintage}" for country, vintage in vintages.items())


def records_by_source() -> dict[str, int]:
    """Rows read of each source, whatever became of them."""
    return {str(name): int(count) for name, count in _rows()["source_id"].value_counts().items()}


@st.cache_resource(max_entries=8, show_spinner=False)
def _sources_seen(store_version: str, audience_key: str, _audience: Audience) -> frozenset[str]:
    held = data.records()
    shared = share(held.records, _audience, types=held.types, organisations=held.organisations)
    return frozenset(shared["source_id"].astype("str").unique())


def sources() -> dict[str, Source]:
    """Return the sources that a record tells whoever is here; the title of another may name who is hidden."""
    # Figures of sensitive types are made for the public too, with their sources beside them.
    audience = READER if who.audience() == PUBLIC else who.audience()
    told, held = _sources_seen(data.records().version, audience.key, audience), data.records()
    return {name: source for name, source in held.sources.items() if name in told}


@st.cache_resource(max_entries=6, show_spinner=False)
def _neighbours(boundaries_version: str, level: str) -> dict[str, tuple[str, ...]]:
    return borders.neighbours(data.ground().boundaries, level)


def neighbours(pcode: str, level: str) -> list[str]:
    """Units drawn that share a border with this one."""
    ground = data.ground()
    beside = _neighbours(ground.boundaries.version, level)[pcode]
    return [code for code in beside if code in ground.places]


@st.cache_resource(max_entries=_CARDS_KEPT, show_spinner=False)
def _card(version: str, pcode: str, level: str, _audience: Audience) -> cards.Card:
    return cards.card(data.prepared(_audience), pcode, level, beside=neighbours(pcode, level))


def card(pcode: str, audience: Audience | None = None) -> cards.Card:
    """Return the card of a unit drawn, from records that have passed ``share``."""
    audience = audience or who.audience()
    level = data.ground().places[pcode].level
    return _card(data.version(audience), pcode, level, audience)


@st.cache_resource(max_entries=8, show_spinner=False)
def _partners(store_version: str, audience_key: str, _audience: Audience) -> pd.DataFrame:
    of_types = data.prepared(_audience).of_type.values()
    cells = pd.concat(
        [of_type.records[["implementing_org", "activity_type"]].astype("str") for of_type in of_types]
    )
    by_type = cells[cells["implementing_org"] != ""].value_counts().rename("records").reset_index()
    # The first row of an organisation is the type that it has most records of.
    found = by_type.groupby("implementing_org", sort=False).agg(
        records=("records", "sum"), main_type=("activity_type", "first")
    )
    return found.sort_values("records", ascending=False, kind="stable")


def partners(audience: Audience | None = None) -> pd.DataFrame:
    """Return ``records, main_type`` of each organisation that this audience may see by name, most first."""
    audience = audience or who.audience()
    return _partners(data.records().version, audience.key, audience)


def partner(name: str, audience: Audience | None = None) -> tuple[int, str]:
    """Return how many records an organisation has, and of which type most."""
    found = partners(audience)
    return int(found["records"][name]), str(found["main_type"][name])


@st.cache_resource(max_entries=8, show_spinner=False)
def _search_index(store_version: str, audience_key: str, _audience: Audience) -> search.Index:
    boundaries = data.ground().boundaries
    units = search.units(gazetteer(boundaries.units, spellings=read_spellings()))
    return search.index([*units, *search.partners(partners(_audience).index)])


@st.cache_resource(max_entries=2, show_spinner=False)
def _unit_index(boundaries_version: str) -> search.Index:
    units = data.ground().boundaries.units
    return search.index(search.units(gazetteer(units, spellings=read_spellings())))


def unit_index() -> search.Index:
    """Units only, ready to be searched: it does not change with the records."""
    return _unit_index(data.ground().boundaries.version)


def search_index(audience: Audience | None = None) -> search.Index:
    """Units and partners, ready to be searched."""
    audience = audience or who.audience()
    version = f"{data.ground().boundaries.version}|{data.records().version}"
    return _search_index(version, audience.key, audience)


@st.cache_resource(max_entries=8, show_spinner=False)
def _people(boundaries_version: str, tables: str, level: str, layer: str) -> pd.DataFrame:
    units = data.ground().boundaries.units
    return population.people(load_population(), units, level=level, layers=(layer,)).set_index("pcode")


def people(pcode: str, level: str, layer: str = "residents") -> pd.Series:
    """People of a unit in one layer, with year, method, source and the communes without a figure."""
    version = data.ground().boundaries.version
    return _people(version, population_key(), level, layer).T[pcode]
