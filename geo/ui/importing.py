"""Import, step 1: the file handed in, the partner's profile, the source that it belongs to."""

import dataclasses
import hashlib
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import settings
from geo.activities import Source
from geo.columns import Profile
from geo.errors import CouvertureError
from geo.headings import fold_heading
from geo.i18n import N_, _, language, number
from geo.io.records import read_types
from geo.io.sheets import Opened
from geo.io.template import template_bytes
from geo.report.planwords import sheet_line
from geo.store import orders, sources, uploads
from geo.template import template
from geo.ui import data, downloads, parts, sheets, uploading, who

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DAY: Final = r"(\d{4}(-\d{2}(-\d{2})?)?)?"
_COUNTRIES: Final = {"": N_("non dit"), "ML": N_("Mali"), "MR": N_("Mauritanie")}
# In the session: where the file handed in is kept, and which uploader is shown (another one is empty).
_KEPT: Final = "import.kept"
_TURN: Final = "import.turn"


@dataclass(frozen=True, eq=False)
class Handed:
    """A file handed in, opened, with what was said of it.

    Attributes
    ----------
    path : Path
        Where it is kept until its import has ended.
    sha256 : str
        Of its content: what is read from it is cached by that.
    profile : Profile
        As it is remembered, or a new one, with sheet, type and vintage as they are now said.
    known : bool
        Whether the profile was remembered, so that its columns are not asked about again.
    """

    path: Path
    name: str
    sha256: str
    opened: Opened
    profile: Profile
    known: bool
    source: Source
    partial: bool


def fault(error: CouvertureError) -> None:
    """Show a fault as its one clear line."""
    st.html(parts.note(str(error), "notice"))


def templates() -> None:
    """Offer the blank 4W template in both languages."""
    with st.container(horizontal=True, key="templates"):
        for lang, label in (
            ("fr", _("Modèle 4W vide, en français")),
            ("en", _("Modèle 4W vide, en anglais")),
        ):
            downloads.button(
                label,
                partial(_template, lang, data.ground().boundaries.units),
                file_name=f"modele_4w_{lang}.xlsx",
                mime=XLSX,
                key=f"template-{lang}",
            )


def _template(lang: str, units: pd.DataFrame) -> bytes:
    return template_bytes(template(units, types=read_types(), language=lang))


def limits() -> str:
    """Say what is read and up to which size."""
    return _(
        "CSV, XLSX, XLS, ODS, GeoJSON, GeoPackage, KML, GPX ; au plus {mb} Mo, {columns} colonnes, "
        "{rows} lignes"
    ).format(
        mb=number(settings.MAX_RECORD_FILE_MB),
        columns=number(settings.MAX_RECORD_COLUMNS),
        rows=number(settings.MAX_RECORD_ROWS),
    )


def ask() -> Handed | None:
    """Ask for a file and what it is; None until there is one that can be read.

    Raises
    ------
    AccessError
        Where who is at the app may not import.
    """
    who.require("import")
    uploading.show()
    st.html(sheets.section(_("1. Fichier"), sheets.paragraph(limits(), "key")))
    templates()
    turn = st.session_state.setdefault(_TURN, 0)
    given = st.file_uploader(
        _("Fichier du partenaire"), key=f"import.file:{turn}", max_upload_size=settings.MAX_RECORD_FILE_MB
    )
    if given is None:
        _forget()
        return None
    try:
        path, sha256 = _kept(given)
        return _said(path, str(given.name), sha256)
    except CouvertureError as error:
        fault(error)
        return None


def start_over() -> None:
    """Show an empty form; the file handed in belongs to its import now."""
    st.session_state.pop(_KEPT, None)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def _forget() -> None:
    if kept := st.session_state.pop(_KEPT, None):
        uploads.discard(kept[1])


def _kept(given: Any) -> tuple[Path, str]:
    """Keep the file once, however often the page runs."""
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[0] != given.file_id or not kept[1].is_file():
        if kept is not None:
            uploads.discard(kept[1])
        content = given.getvalue()
        path = uploads.keep(str(given.name), content)
        kept = (given.file_id, path, hashlib.sha256(content).hexdigest())
        st.session_state[_KEPT] = kept
    return kept[1], kept[2]


# Read once for all runs of the page; a file at the limit takes a gigabyte.
@st.cache_resource(max_entries=2, ttl=3600, show_spinner=False)
def _opened(sha256: str, sheet: str, lang: str, _path: Path) -> Opened:
    return orders.open_file(_path, Profile("", sheet=sheet))


def _said(path: Path, name: str, sha256: str) -> Handed:
    left, right = st.columns(2, gap="medium")
    with left:
        profile, known, beside = _profile()
    with st.spinner(_("Lecture du fichier…")):
        opened = _opened(sha256, profile.sheet, language(), path)
    with left:
        if any(opened.others.values()):
            opened = _opened(sha256, _sheet(opened, profile.name), language(), path)
        profile = dataclasses.replace(profile, sheet=opened.sheet if opened.others else "")
        profile = _unsaid_by_the_file(profile)
    with right:
        source, partial = _source(Path(name).stem, beside)
    return Handed(path, name, sha256, opened, profile, known, source, partial)


def _profile() -> tuple[Profile, bool, dict[str, Any]]:
    """Ask for the partner's profile: one that is remembered, or the name of a new one."""
    known = sources.profiles()
    chosen = st.selectbox(
        _("Profil du partenaire"),
        ["", *sorted(known)],
        format_func=lambda name: name or _("nouveau"),
        key=f"import.profile:{language()}",
        placeholder=_("Choisir"),
    )
    if chosen:
        return Profile.from_dict({"name": chosen} | known[chosen]), True, known[chosen]
    named = st.text_input(
        _("Nom du nouveau profil"),
        key="import.profile-name",
        placeholder=_("vide : rien n'est retenu"),
    ).strip()
    return Profile(named), False, {}


def _sheet(opened: Opened, profile: str) -> str:
    if opened.alike:
        st.html(parts.note(sheet_line(opened)))
    rows = {opened.sheet: len(opened.table), **{name: rows for name, rows in opened.others.items() if rows}}
    return st.selectbox(
        _("Feuille"),
        list(rows),
        format_func=lambda name: _("{name} ({n} lignes)").format(name=name, n=number(rows[name])),
        key=f"import.sheet:{language()}:{profile}:{'|'.join(rows)}",
        placeholder=_("Choisir"),
    )


def _unsaid_by_the_file(profile: Profile) -> Profile:
    """Ask for the type of the rows and the vintage of the codes, where the file does not say them."""
    types, vintages = read_types(), list(data.ground().boundaries.vintages.values())
    key = f"{language()}:{profile.name}"
    kinds, known = ["", *types], list(dict.fromkeys(["", *vintages, profile.vintage]))
    kind = st.selectbox(
        _("Type d'activité des lignes"),
        kinds,
        index=kinds.index(profile.activity_type) if profile.activity_type in kinds else 0,
        format_func=lambda name: types[name].label if name else _("le fichier le dit"),
        key=f"import.type:{key}",
        placeholder=_("Choisir"),
    )
    vintage = st.selectbox(
        _("Millésime des P-codes"),
        known,
        index=known.index(profile.vintage),
        format_func=lambda name: name or _("non dit"),
        key=f"import.vintage:{key}",
        placeholder=_("Choisir"),
    )
    return dataclasses.replace(profile, activity_type=kind, vintage=vintage)


def _source(stem: str, beside: dict[str, Any]) -> tuple[Source, bool]:
    """Ask which source the file belongs to, and whether it completes or restates it."""
    known = sources.remembered()
    options = ["", *known]
    before = str(beside.get("source_id", ""))
    key = f"{language()}:{before}"
    chosen = st.selectbox(
        _("Source"),
        options,
        index=options.index(before) if before in options else 0,
        format_func=lambda name: known[name].words("title") if name else _("nouvelle"),
        key=f"import.source:{key}",
        placeholder=_("Choisir"),
    )
    source = known.get(chosen) or Source("", stem, "", "", "", "")
    source = _papers(source, known, f"{chosen}:{'' if chosen else stem}:{language()}")
    whole = _("Le fichier dit tout ce que la source a")
    completes = _("Le fichier complète ce qui est en place")
    stated = st.radio(
        _("Ce que le fichier contient"),
        [whole, completes],
        index=int(bool(beside.get("partial", False))),
        key=f"import.partial:{key}",
        captions=[_("une ligne qui n'y est plus est retirée"), _("les lignes qu'il n'a pas restent")],
    )
    return source, stated == completes


def _papers(source: Source, known: dict[str, Source], key: str) -> Source:
    title = st.text_input(_("Titre de la source"), source.title, key=f"import.title:{key}").strip()
    left, right = st.columns(2)
    with left:
        day = st.text_input(
            _("Date des données"),
            source.date,
            key=f"import.date:{key}",
            placeholder=_("AAAA-MM-JJ, AAAA-MM ou AAAA"),
        ).strip()
    with right:
        codes = list(_COUNTRIES)
        country = st.selectbox(
            _("Pays"),
            codes,
            index=codes.index(source.country) if source.country in codes else 0,
            format_func=lambda code: _(_COUNTRIES[code]),
            key=f"import.country:{key}",
            placeholder=_("Choisir"),
        )
    if not re.fullmatch(_DAY, day):
        st.html(
            parts.note(
                _("« {text} » n'est pas une date : écrivez AAAA-MM-JJ, AAAA-MM ou AAAA.").format(text=day),
                "notice",
            )
        )
        day = source.date
    others = [name for name in known if name != source.source_id]
    replaced = st.multiselect(
        _("Tient lieu de (ne comptera plus)"),
        others,
        default=[name for name in sources.replaced_ids(source) if name in others],
        format_func=lambda name: known[name].words("title"),
        key=f"import.supersedes:{key}",
        placeholder=_("aucune source"),
    )
    if not source.source_id and any(title in (one.title, one.title_en) for one in known.values()):
        text = _("Une source s'appelle déjà « {title} » : choisissez-la ci-dessus si c'est la même.")
        st.html(parts.note(text.format(title=title), "notice"))
    named = source.source_id or _free_id(title, known)
    return dataclasses.replace(
        source,
        source_id=named,
        title=title or named,
        date=day,
        country=country,
        supersedes=";".join(replaced),
    )


def _free_id(title: str, known: dict[str, Source]) -> str:
    """Return an id for a new source, made of its title; none that stands already."""
    made = first = fold_heading(title) or "source"
    place = 2
    while made in known:
        made, place = f"{first}_{place}", place + 1
    return made
