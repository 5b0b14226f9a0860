"""The meeting pack on screen: for which place and view, its first page, and the files once they are made.

A pack takes seconds to make and megabytes to keep: it is made when it is asked for, each
step is said, and the last few are shared by all sessions.
"""

import base64
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo import assets
from geo.basemap import published
from geo.facts import Facts, Prepared, View
from geo.i18n import _, language, number
from geo.io import packs
from geo.io.basemap import load_basemap
from geo.io.geopackage import geopackage
from geo.io.norms import read_not_comparable
from geo.meeting import Meeting, decided, meeting
from geo.norms import NormSet
from geo.shapes import shapes
from geo.store.current import state_key
from geo.store.files import known_by
from geo.store.meeting import decisions, with_decisions
from geo.ui import assumed, data, downloads, filtering, needing, sheets, state
from geo.ui.data import Ground
from geo.ui.parts import escaped

if TYPE_CHECKING:
    from geo.report.pack import Tools

_PACKS_KEPT: Final = 3
_PREVIEW_DPI: Final = 90
_ZIP: Final = "application/zip"


@dataclass(frozen=True, eq=False)
class Asked:
    """The question: the view that the pages before have left, the norms, and whether all are compared."""

    view: View
    norm_set: NormSet
    include: bool
    more: filtering.Asked

    @property
    def key(self) -> str:
        """The question as text, with all that its answer rests on."""
        asked = f"{self.view.key}|{self.norm_set!r}|{self.include}|{date.today()}"
        return f"{needing.version()}|{state_key()}|{len(decisions(revoked=True))}|{asked}"


def ask(prepared: Prepared, ground: Ground) -> Asked:
    """Show the choice of place; filters, period and assumptions are those of the view in this session."""
    having = [name for name, each in prepared.of_type.items() if len(each.records)]
    types = having or list(prepared.of_type)
    kind = state.chosen("type", types, types[0])
    of_type = prepared.of_type[kind]
    more = filtering.asked(of_type)
    places = {code: place for code, place in ground.places.items() if not place.later}

    def words(code: str) -> str:
        return data.place_words(places[code]) if code else _("Les quatre régions")

    unit = state.select(
        "zone",
        _("Lieu"),
        ["", *places],
        words=words,
        default="",
        help=_("Une région, un cercle ou une commune ; sans choix, les quatre régions (plus long)."),
    )
    assumptions = assumed.asked(of_type.kind)
    view = View(
        activity_type=kind,
        measure=of_type.kind.measure,
        unit=unit,
        filters=more.filters,
        period=more.period,
        assumptions=assumptions,
    )
    norm_set, _overrides = needing.norms_asked(prepared.of_type)
    return Asked(view, norm_set, state.chosen_switch(needing.INCLUDE, default=False), more)


@st.cache_resource(max_entries=16, show_spinner=False)
def _meeting(key: str, _prepared: Prepared, _asked: Asked) -> Meeting:
    found = meeting(
        _prepared,
        _asked.view,
        norm_set=_asked.norm_set,
        not_comparable=read_not_comparable(),
        include_not_comparable=_asked.include,
        villages=needing.villages(),
    )
    if found.overlaps is None:
        return found
    identities = known_by(data.records())
    return decided(found, with_decisions(found.overlaps.pairs, identities, decisions()))


def answer(prepared: Prepared, asked: Asked) -> Meeting:
    """Return what the pack says; asked once for each question and language."""
    return _meeting(asked.key, prepared, asked)


def first(found: Meeting, prepared: Prepared, asked: Asked) -> Facts:
    """Return the facts of the view's own type, for the accounting under the title."""
    own = [each.communes for each in found.subjects if each.communes.kind.name == asked.view.activity_type]
    return own[0] if own else data.answer(asked.view)


@st.cache_resource(max_entries=2, show_spinner=False)
def _tools(version: str, store_key: str, _prepared: Prepared, _ground: Ground) -> "Tools":
    from geo.report.drawing import drawing  # noqa: PLC0415  # what draws takes a second to load
    from geo.report.pack import Tools  # noqa: PLC0415

    basemap = load_basemap()
    drawn = drawing(_ground.frame, later=_ground.later, basemap=basemap)
    content = shapes(_ground.boundaries, later=_ground.later).content
    return Tools(_prepared, drawn, assets.inlined(), content, published(basemap), geopackage)


def tools(prepared: Prepared, ground: Ground) -> "Tools":
    """Return what the files are made with, loaded at the first use."""
    return _tools(ground.boundaries.version, data.version(), prepared, ground)


# ---- what is seen before anything is made -----------------------------------------------------------


def figures(found: Meeting) -> str:
    """The tables of the cover, as the files have them."""
    from geo.report import meetingtables as tables  # noqa: PLC0415

    shown = (
        (_("Chiffres clés"), tables.key_table(found)),
        (_("Besoin non couvert"), tables.need_table(found)),
        (_("Comptes"), tables.accounting_table(found)),
    )
    pieces = []
    for title, table in shown:
        if len(table):
            rows = [tuple(map(str, row)) for row in table.itertuples(index=False, name=None)]
            pieces.append(sheets.section(title, sheets.sheet(list(table.columns), rows, caption=title)))
    return "".join(pieces)


@st.cache_resource(max_entries=8, show_spinner=False)
def _preview(key: str, lang: str, _meeting: Meeting, _made_with: "Tools") -> bytes:
    from geo.report.atlas import contents  # noqa: PLC0415
    from geo.report.canvas import drawing_lock  # noqa: PLC0415
    from geo.report.frontsheet import cover_sheet  # noqa: PLC0415

    with drawing_lock():
        day = date.today()
        cover = cover_sheet(_meeting, _made_with.drawing, day=day, contents=contents(_meeting))
        return cover.map_png(dpi=_PREVIEW_DPI)


def preview(found: Meeting, asked: Asked, made_with: "Tools") -> str:
    """The first page of the atlas as a picture."""
    picture = base64.b64encode(_preview(asked.key, language(), found, made_with)).decode()
    words = escaped(_("Première page de l'atlas ; ses tableaux sont plus bas"))
    return f"<img class='preview' alt='{words}' src='data:image/png;base64,{picture}'>"


# ---- making -----------------------------------------------------------------------------------------

Files = Mapping[str, tuple[str, bytes]]


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> OrderedDict[str, Files]:
    return OrderedDict()


def made(asked: Asked) -> Files:
    """Return the files of this question, where they have been made: kind to name and content."""
    return _kept().get(asked.key, {})


def make(found: Meeting, asked: Asked, made_with: "Tools") -> None:
    """Make every file, saying each step; the last few packs are kept."""
    from geo.report.pack import KINDS, files  # noqa: PLC0415

    done: dict[str, tuple[str, bytes]] = {}
    names = list(KINDS)
    bar = st.progress(0.0, text=_step(KINDS[names[0]].text, 0, len(names)))

    def page(written: int, pages: int) -> None:
        text = _("Atlas : page {n} / {total}").format(n=number(written), total=number(pages))
        bar.progress(written / pages / len(names), text=text)

    for kind, name, content in files(found, made_with, day=date.today(), progress=page):
        done[kind] = (name, content)
        following = names[min(len(done), len(names) - 1)]
        bar.progress(len(done) / len(names), text=_step(KINDS[following].text, len(done), len(names)))
    bar.empty()
    kept = _kept()
    kept[asked.key] = done
    while len(kept) > _PACKS_KEPT:
        kept.popitem(last=False)


def waiting() -> str:
    """Say what will be made, and that it takes a moment."""
    return _(
        "Atlas PDF (A4 et A3), diaporama, classeur, deux fichiers 3W, couches pour QGIS et carte en un "
        "fichier. Environ 20 secondes pour une région."
    )


def _step(text: str, done: int, total: int) -> str:
    return _("{done} fichiers sur {total} faits ; en cours : {file}").format(
        done=number(done), total=number(total), file=_(text)
    )


def offer(found: Meeting, files: Files) -> None:
    """Show one button for the ZIP of all and one for each file, with its name and size."""
    from geo.report.pack import KINDS, stem  # noqa: PLC0415

    day = date.today()
    with st.container(key="pack-files"):
        downloads.button(
            _("Tout le dossier (ZIP)"),
            lambda: packs.zipped(dict(files.values()), day=day),
            file_name=f"{stem(found, '3w', day=day)}.zip",
            mime=_ZIP,
            key="pack-zip",
            type="primary",
            width="stretch",
        )
        for kind, (name, content) in files.items():
            size = number(len(content) / 1024)
            downloads.button(
                _("{text} · {size} Ko").format(text=_(KINDS[kind].text), size=size),
                partial(bytes, content),
                file_name=name,
                mime=KINDS[kind].mime,
                key=f"pack-{kind}",
                width="stretch",
            )
