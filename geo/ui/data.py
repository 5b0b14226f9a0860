"""Caches of the app: what is read is shared by all sessions and never changed by any.

Keys are versions: of the boundaries in use, of the store, of the reader's
sharing scope, of the view; so that no reader gets another's frame and nothing
outlives the file it came from. Arguments are handed to a cache by name: by place, Streamlit reads the
function's signature anew for each of them.
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import pandas as pd
import streamlit as st

from geo import assets, facts, maps, population, settings, store, withholding
from geo.basemap import published
from geo.boundaries import Boundaries
from geo.i18n import _
from geo.io import load_boundaries, load_population
from geo.io.access import read_access
from geo.io.basemap import load_basemap
from geo.io.layers import state_key as layers_key
from geo.io.population import state_key as population_key
from geo.io.tables import read_regions_2023
from geo.settings import LEVELS, NAME_COLUMN, PCODE_COLUMN
from geo.shapes import Frame as Corners
from geo.shapes import shapes
from geo.sharing import READER, Audience, share
from geo.store import database, organisations
from geo.ui import lastknown, moment, who
from geo.ui.memory import of_a_view, settle
from geo.vintages import later_regions


class Place(NamedTuple):
    """A unit of any level, as a reader chooses it."""

    level: str
    name: str
    country: str
    region: str
    cercle: str
    words: str
    later: bool = False


def place_words(place: Place) -> str:
    """Say a place with what it lies in; a region of 2023 says that it is approximate."""
    return _("{name} (région de 2023, approx.)").format(name=place.words) if place.later else place.words


@dataclass(frozen=True, eq=False)
class Ground:
    """The boundaries in use with all that is made from them once.

    ``places`` are the units drawn, coarsest first; ``names`` those of every unit known;
    ``later`` the regions since 2023, where the boundaries in use can be cut into them.
    """

    boundaries: Boundaries
    frame: facts.Frame
    shapes_file: str
    basemap_file: str
    corners: dict[str, Corners]
    places: dict[str, Place]
    names: dict[str, str]
    later: pd.DataFrame | None


def _places(boundaries: Boundaries) -> dict[str, Place]:
    found = {}
    for level in LEVELS:
        frame = boundaries.level(level)
        drawn = pd.DataFrame(frame[frame["drawn"]].drop(columns="geometry"))
        for row in drawn.sort_values(["adm1_pcode", NAME_COLUMN[level]]).to_dict("records"):
            name = row[NAME_COLUMN[level]]
            above = [
                row[NAME_COLUMN[each]] for each in LEVELS if row.get(NAME_COLUMN[each]) and each != level
            ]
            words = " · ".join([name, *reversed(above)])
            cercle = row.get("adm2_pcode", "")
            found[row[PCODE_COLUMN[level]]] = Place(
                level, name, row["country"], row["adm1_pcode"], cercle, words
            )
    return found


def _names(boundaries: Boundaries) -> dict[str, str]:
    frames = [boundaries.level(level) for level in LEVELS]
    return {
        code: name
        for level, frame in zip(LEVELS, frames, strict=True)
        for code, name in zip(frame[PCODE_COLUMN[level]], frame[NAME_COLUMN[level]], strict=True)
    }


def _later(boundaries: Boundaries) -> pd.DataFrame | None:
    try:
        later = later_regions(boundaries, read_regions_2023())
    except ValueError:
        return None  # boundaries of another vintage are in use: its regions are the ones drawn
    return later[later["drawn"]]


def _groups(later: pd.DataFrame | None) -> list[facts.Group]:
    if later is None:
        return []
    columns = ["pcode", "name", "cercles", "approximate"]
    return [
        facts.Group(pcode, name, tuple(cercles.split(";")), bool(approximate))
        for pcode, name, cercles, approximate in later[columns].itertuples(index=False, name=None)
    ]


def _later_places(later: pd.DataFrame | None) -> dict[str, Place]:
    if later is None:
        return {}
    changed = later.loc[later["changed"], ["pcode", "name", "country"]]
    return {
        pcode: Place("region", name, country, pcode, "", name, later=True)
        for pcode, name, country in changed.itertuples(index=False, name=None)
    }


@st.cache_resource(max_entries=2, show_spinner=False)
def _ground(layers_state: str) -> Ground:
    boundaries = load_boundaries()
    later = _later(boundaries)
    made = shapes(boundaries, later=later)
    frame = facts.Frame(boundaries, groups=_groups(later))
    found = Ground(
        boundaries=boundaries,
        frame=frame,
        shapes_file=assets.publish(made.content),
        basemap_file=maps.basemap_layer(published(load_basemap())),
        corners=dict(made.frames),
        places=_places(boundaries) | _later_places(later),
        names=_names(boundaries) | {group.pcode: group.name for group in frame.groups},
        later=later,
    )
    settle()
    return found


class _Run(threading.local):
    """What the run of a page has looked up on disk and in the store: once, not at every question.

    A thread that runs no page (a file made for a download) may live long: it looks every time.
    """

    of_page: bool = False
    ground: Ground | None = None
    records: store.Store | None = None
    prepared: Mapping[str, facts.Prepared] = MappingProxyType({})
    fault: str = ""
    population: str = ""


_RUN: Final = _Run()


def begin() -> None:
    """Look again at what is in use: at the start of a page's run, and after a change in it."""
    _RUN.of_page = True
    moment.begin()
    _RUN.ground = _RUN.records = None
    _RUN.prepared = {}
    _RUN.population = ""


def ground() -> Ground:
    """Boundaries, units and the published file of shapes."""
    if _RUN.ground is None or not _RUN.of_page:
        _RUN.ground = _ground(layers_state=layers_key())
    return _RUN.ground


@st.cache_resource(max_entries=2, show_spinner=False)
def _shipped(boundaries_version: str, _boundaries: Boundaries) -> store.Store:
    return store.load_shipped(_boundaries)


@st.cache_resource(max_entries=2, show_spinner=False)
def _store(boundaries_version: str, file_key: str, _boundaries: Boundaries) -> store.Store:
    return store.load(_boundaries, shipped=_shipped_in)


def _shipped_in(boundaries: Boundaries) -> store.Store:
    return _shipped(boundaries_version=boundaries.version, _boundaries=boundaries)


def _file_key() -> str:
    named = os.environ.get(store.RECORDS_VARIABLE, "").strip()
    if not named:
        return moment.records()
    path = Path(named)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return f"{path}:{changed}:{os.environ.get(store.TYPE_VARIABLE, '')}:{organisations.key()}"


def _origin() -> str:
    named = [os.environ.get(name, "") for name in (store.RECORDS_VARIABLE, database.URL_VARIABLE)]
    return "|".join([*named, str(settings.home())])


def records() -> store.Store:
    """Return the store in use: shipped records, or the file that ``COUVERTURE_RECORDS`` names."""
    if _RUN.records is None or not _RUN.of_page:
        boundaries = ground().boundaries
        _RUN.records, _RUN.fault = lastknown.read(
            f"{boundaries.version}|{_origin()}",
            lambda: _store(
                boundaries_version=boundaries.version, file_key=_file_key(), _boundaries=boundaries
            ),
        )
    return _RUN.records


def version(audience: Audience | None = None) -> str:
    """Return what a cache of shown records is keyed by: store, population and (unless said) who is here."""
    return f"{_counted_from()}|{(audience or who.audience()).key}"


def _counted_from() -> str:
    # A population put in use under a running app is in the next figures, not in those of new views only.
    if not _RUN.population or not _RUN.of_page:
        _RUN.population = population_key()
    return f"{records().version}|{_RUN.population}"


def fault() -> str:
    """Return what is to be said where the records are those last read; empty where they are up to date."""
    records()
    return _RUN.fault


@st.cache_resource(max_entries=8, show_spinner=False)
def _fictitious(store_version: str, _store: store.Store) -> bool:
    used = {str(name) for name in _store.records["source_id"].unique()}
    return any(source.fictitious for name, source in _store.sources.items() if name in used)


def fictitious() -> bool:
    """Whether a source in use is made up, for training."""
    held = records()
    return _fictitious(store_version=held.version, _store=held)


@st.cache_resource(max_entries=8, show_spinner=False)
def _prepared(
    store_version: str, audience_key: str, _store: store.Store, _audience: Audience
) -> facts.Prepared:
    made = prepare(_store, _audience)
    settle()
    return made


def prepare(held: store.Store, audience: Audience | None = None) -> facts.Prepared:
    """Prepare any store for counting, its records passed through ``share``; not kept."""
    audience = audience or who.audience()
    shared = share(held.records, audience, types=held.types, organisations=held.organisations)
    frame, people = ground().frame, _residents()
    if audience.role != "public":
        return facts.prepare(shared, frame, types=held.types, sources=held.sources, people=people)
    return withholding.prepare(
        share(held.records, READER, types=held.types, organisations=held.organisations),
        shared,
        frame,
        types=held.types,
        sources=held.sources,
        people=people,
        threshold=read_access().small_number,
    )


def _residents() -> pd.DataFrame:
    # A change in the store leaves the population as it was.
    boundaries = ground().boundaries
    return _people(
        boundaries_version=boundaries.version, population_key=population_key(), _boundaries=boundaries
    )


@st.cache_resource(max_entries=2, show_spinner=False)
def _people(boundaries_version: str, population_key: str, _boundaries: Boundaries) -> pd.DataFrame:
    return population.people(load_population(), _boundaries.units).rename(columns={"pcode": "adm3_pcode"})


def prepared(audience: Audience | None = None) -> facts.Prepared:
    """Return records as an audience may see them (unless said, who is at the app), prepared for counting."""
    audience = audience or who.audience()
    found = _RUN.prepared.get(audience.key) if _RUN.of_page else None
    if found is None:
        held = records()
        found = _prepared(
            store_version=_counted_from(),
            audience_key=audience.key,
            _store=held,
            _audience=audience,
        )
        _RUN.prepared = {**_RUN.prepared, audience.key: found}
    return found


@of_a_view
def _facts(
    store_version: str, audience_key: str, view_key: str, _view: facts.View, _audience: Audience
) -> facts.Facts:
    return facts.build(prepared(_audience), _view)


def answer(view: facts.View, audience: Audience | None = None) -> facts.Facts:
    """Facts for a view, from records as an audience may see them (unless said, who is here); read-only."""
    audience = audience or who.audience()
    return _facts(
        store_version=_counted_from(),
        audience_key=audience.key,
        view_key=view.key,
        _view=view,
        _audience=audience,
    )
