"""What every page begins with: title, language, menu, look; and the accounting under the title."""

import html
import json
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec

import streamlit as st
from streamlit import net_util
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo import assets
from geo.access import ROLE_WORDS, Who
from geo.counting import Accounting
from geo.errors import AccessError, CouvertureError
from geo.i18n import N_, _, language, number, set_language, short_date
from geo.io.access import read_access
from geo.report.accounting import rows_not_told
from geo.settings import DEFAULT_LANGUAGE, LANGUAGES, STATIC_DIR
from geo.ui import data, signin, state, trouble, uploading, who
from geo.ui.memory import settle_now_and_then
from geo.ui.search import search_box

Arguments = ParamSpec("Arguments")

# Pages of the menu, in its order: file, French title.
MENU: Final = (
    ("pages/vue_ensemble.py", N_("Vue d'ensemble")),
    ("pages/carte.py", N_("Carte 3W / couverture")),
    ("pages/besoins.py", N_("Besoins non couverts")),
    ("pages/qui_fait_quoi.py", N_("Qui fait quoi où")),
    ("pages/dossier.py", N_("Dossier de réunion")),
    ("pages/fiche.py", N_("Fiche")),
    ("pages/importer.py", N_("Importer")),
    ("pages/lieux.py", N_("Lieux à vérifier")),
    ("pages/qualite.py", N_("Qualité des données")),
    ("pages/enregistrement.py", N_("Enregistrements")),
    ("pages/journal.py", N_("Journal")),
    ("pages/acces.py", N_("Qui a accès")),
    ("pages/methode.py", N_("Méthode et sources")),
)

# What somebody has to be allowed to do for a page to be theirs, by its title; the others are for all.
_NEEDED: Final = {
    "Importer": "import",
    "Lieux à vérifier": "decide",
    "Qualité des données": "records",
    "Enregistrements": "records",
    "Corriger un enregistrement": "records",
    "Journal": "audit",
    "Qui a accès": "users",
    "Qui fait quoi où": "records",
    "Dossier de réunion": "records",
}
_STYLE: Final = STATIC_DIR / "page.css"
_SCRIPT: Final = STATIC_DIR / "page.js"


@st.cache_resource(show_spinner=False)
def _lay_out(own_files: tuple[str, ...]) -> None:
    uploading.guard()
    assets.lay_out()
    # Where a page of another address knocks, Streamlit asks a machine outside for its own address, and
    # the whole server waits for the answer: it is told one.
    net_util._external_ip = "127.0.0.1"


@st.cache_data(show_spinner=False)
def _style(changed: float) -> str:
    return f"<style>{Path(_STYLE).read_text(encoding='utf-8')}</style>"


@st.cache_data(show_spinner=False)
def _script(changed: float, lang: str) -> str:
    words = {
        "lang": lang,
        "skip": _("Aller au contenu"),
        "menu": _("Menu"),
        "fold": _("Replier le menu"),
        "unfold": _("Ouvrir le menu"),
        "list": _("Ouvrir la liste"),
        "map": _("Carte"),
        "upload": _("Choisir un fichier"),
        "replace": _("Choisir un autre fichier"),
        "remove": _("Retirer le fichier"),
        "refused": _("Pas de fichier : rechargez la page. Votre session a peut-être pris fin."),
        "reveal": _("Montrer le mot de passe"),
        "hide": _("Cacher le mot de passe"),
        "help": _("Aide : "),
    }
    code = Path(_SCRIPT).read_text(encoding="utf-8")
    return f"<script>{code}window.couvertureWords = {json.dumps(words)}; window.couvertureWording();</script>"


def _language_switch() -> None:
    def words(code: str) -> str:
        return code.upper()

    state.select(
        "lang",
        _("Langue"),
        LANGUAGES,
        words=words,
        default=DEFAULT_LANGUAGE,
        widget=st.radio,
        horizontal=True,
        label_visibility="collapsed",
    )


def _menu(person: Who | None) -> None:
    with st.sidebar:
        brand = html.escape(_("Couverture"))
        st.html(f"<p class='brand'>{brand}</p>")
        asked = {} if language() == DEFAULT_LANGUAGE else {"lang": language()}
        for file, title in MENU if person else ():
            if _theirs(title):
                st.page_link(file, label=_(title), query_params=asked)
        if person:
            signin.beside(person)


def _theirs(title: str) -> bool:
    """Whether a page is for who is at the app."""
    return title not in _NEEDED or who.allowed(_NEEDED[title])


def _takes_files(title: str) -> bool:
    """Whether the page may show an uploader to who is at the app."""
    return _NEEDED.get(title) == "import" and _theirs(title)


def _let_in() -> tuple[Who | None, AccessError | None]:
    """Return who is at the app, None for somebody who has to sign in or wants to; and what forbids all."""
    try:
        person = who.begin()
    except AccessError as error:
        return None, error
    return (None if signin.asked() else person), None


def _keep_out(title: str, person: Who | None, shut: AccessError | None) -> None:
    """End the run of a page here for whom it is not, in plain words."""
    if shut is not None:
        signin.fault(shut)
    elif person is None:
        signin.screen()
    elif _theirs(title):
        return
    else:
        text = _("Cette page n'est pas pour votre rôle ({role}).")
        said = text.format(role=_(ROLE_WORDS[person.audience.role]))
        if person.audience.role == "public":
            said = _(
                "Cette page n'est pas publique : le mode public ne montre que des totaux, sur les pages du "
                "menu. Pour celle-ci, demandez un accès à la coordination, puis connectez-vous."
            )
        st.html(f"<p class='empty' role='status'>{html.escape(said)}</p>")
    st.stop()


def _begin_run() -> None:
    state.begin()
    data.begin()
    settle_now_and_then()
    set_language(state.chosen("lang", LANGUAGES, DEFAULT_LANGUAGE))
    trouble.watch()


def runs_alone(draw: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Make ``draw`` the part of a page that is run alone when a choice within it changes.

    The menu, the heading and the search stay as they stand: they cost the server a third of a page's
    run, and a field line as many bytes. Whoever is no longer who the page was drawn for gets
    the whole page anew.
    """

    @wraps(draw)
    def drawn(*values: Arguments.args, **named: Arguments.kwargs) -> None:
        drawn_for = who.who()

        @st.fragment
        @wraps(draw)
        def part() -> None:
            if _is_alone():
                _begin_run()
                if _still_here() != drawn_for:
                    st.rerun()
            draw(*values, **named)

        part()

    return drawn


def _is_alone() -> bool:
    run = get_script_run_ctx()
    return run is not None and bool(run.fragment_ids_this_run)


def _still_here() -> Who | None:
    try:
        return who.begin()
    except AccessError:
        return None  # said by the whole page


def page_setup(title: str, heading: Callable[[], str] | None = None) -> DeltaGenerator:
    """Begin a page: browser title, language, look, menu, heading, FR | EN, search.

    Every page calls it first: a page opened by its own address on a fresh
    server runs without app.py.

    Parameters
    ----------
    title
        French source string, marked for translation by the page (``N_``).
    heading
        Gives the heading once the language is known, where it is not the title (the name of a unit).

    Returns
    -------
    DeltaGenerator
        The place under the heading, for :func:`show_accounting` once the figures are known.
    """
    _begin_run()
    person, shut = _let_in()
    title = title if person else N_("Se connecter")
    if not _takes_files(title):
        uploading.close()
    fault: Exception | None = None
    try:
        # The name of a record is part of it: it is not said before one may see it.
        named = heading() if heading and person and _theirs(title) else _(title)
        _lay_out(own_files=tuple(assets.own_file(name) for name in assets.OWN_FILES))
    except (CouvertureError, OSError, MemoryError) as error:
        # The page keeps its menu and its language, so that another one can be opened.
        named, fault = _(title), error
    st.set_page_config(page_title=f"{named} · Couverture", layout="wide", initial_sidebar_state="auto")
    st.html(_style(changed=_STYLE.stat().st_mtime))
    st.html(_script(changed=_SCRIPT.stat().st_mtime, lang=language()), unsafe_allow_javascript=True)
    _menu(person)
    with st.container(horizontal=True, key="head", vertical_alignment="center"):
        st.html(f"<h1>{html.escape(named)}</h1>", width="content")
        _language_switch()
    if fault is not None:
        raise fault
    _keep_out(title, person, shut)
    data.records()
    search_box(language())
    return st.container(key="under-head")


def _sources_words(newest: str) -> str:
    try:
        day = short_date(date.fromisoformat(newest))
    except ValueError:
        # A source that gives only a year or a month is quoted as it is.
        return _("sources de {year}").format(year=newest)
    return _("sources au {day}").format(day=day)


def accounting_words(accounting: Accounting, *, sources_on: str = "", limits: str = "") -> str:
    """Return the accounting as one line: ``Lus 1 234 = placés 1 190 + à vérifier 40 + rejetés 4 · …``."""
    if accounting.withheld:
        return rows_not_told()
    text = _("Lus {read} = placés {placed} + à vérifier {review} + rejetés {rejected}").format(
        read=number(accounting.read),
        placed=number(accounting.placed),
        review=number(accounting.review),
        rejected=number(accounting.rejected),
    )
    parts = [text]
    if accounting.outside_shown:
        parts.append(_("dont {n} hors de la zone").format(n=number(accounting.outside_shown)))
    if accounting.repeats:
        parts.append(_("dont {n} répétitions possibles").format(n=number(accounting.repeats)))
    if sources_on:
        parts.append(_sources_words(sources_on))
    if limits:
        parts.append(_("limites {vintage}").format(vintage=limits))
    return " · ".join(parts)


def _public_words() -> str:
    return _(
        "Mode public : des totaux seulement. Pour les types sensibles et pour les personnes, les nombres de "
        "1 à {most} sont retenus, avec ce qui les rendrait par soustraction ; les lignes lues ne comptent "
        "pas ces types."
    ).format(most=number(read_access().small_number - 1))


def show_accounting(
    accounting: Accounting, *, sources_on: str = "", limits: str = "", fictitious: bool | None = None
) -> None:
    """Show :func:`accounting_words`, and what the address asked for that does not exist.

    Parameters
    ----------
    fictitious
        Whether what is shown is made up; unless said, whether any source in use is.
    """
    words = accounting_words(accounting, sources_on=sources_on, limits=limits)
    st.html(f"<p class='accounting'>{html.escape(words)}</p>")
    if who.audience().role == "public":
        st.html(f"<p class='key public-mode' role='note'>{html.escape(_public_words())}</p>")
    if fault := data.fault():
        trouble.show(fault)
    if who.everything():
        all_shown = html.escape(
            _("Tout est montré, aussi ce qui est retenu pour un lecteur : à ne pas projeter ni distribuer.")
        )
        st.html(f"<p class='notice' role='note'>{all_shown}</p>")
    if data.fictitious() if fictitious is None else fictitious:
        made_up = html.escape(_("DONNÉES FICTIVES, pour la formation"))
        st.html(f"<p class='notice fictitious' role='note'>{made_up}</p>")
    for name, value in state.left_out().items():
        text = _("L'adresse demandait {name} = « {value} », qui n'existe pas : laissé de côté.")
        st.html(f"<p class='notice' role='status'>{html.escape(text.format(name=name, value=value))}</p>")
