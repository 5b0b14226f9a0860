"""The page of who has access: the lines of the server, those added here, one more, one withdrawn."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from geo import usertable, words
from geo.access import ROLE_WORDS, Access, entitled
from geo.counting import SEPARATOR
from geo.errors import AccessError, StoreError
from geo.i18n import N_, _, language, set_language
from geo.io.access import read_access
from geo.sharing import ROLES
from geo.store import users
from geo.ui import data, sheets, state, who
from geo.ui.parts import escaped

# How somebody is let in, see :attr:`geo.access.Who.way`.
_WAYS: Final = {
    "password": N_("Mot de passe"),
    "oidc": N_("Fournisseur d'identité"),
    "public": N_("Sans connexion"),
}
# In the session: of which form the last act was, and what it came to.
_SAID: Final = "users.said"
_CLAIM, _VALUE, _ROLE, _ORGANISATION = "users.claim", "users.value", "users.role", "users.organisation"
_GONE: Final = "users.gone"
_ADD, _WITHDRAW = "users.add", "users.withdraw"
# Offered whatever the provider says of who asks.
_USUAL: Final = ("email", "groups")
# What a provider says of a sign-in and not of a person.
_OF_A_SIGN_IN: Final = frozenset(
    ("iss", "aud", "azp", "nonce", "sid", "jti", "at_hash", "c_hash", "acr", "amr", "typ", "tokens")
)


def show() -> None:
    """Show who is let in; where a provider is set, with the means to let in and to shut out."""
    settings, held = read_access(), users.lines()
    st.html(sheets.paragraph(_where_set(settings), "key"))
    st.html(_table(settings, held))
    if who.provider_set():
        form, look, text = st.session_state.pop(_SAID, ("", "", ""))
        said = f"<p class='{look}' role='status'>{escaped(text)}</p>"
        _add(said if form == _ADD else "")
        _withdraw([line for line in held if line.stands], said if form == _WITHDRAW else "")
    if gone := [line for line in held if not line.stands]:
        st.html(_withdrawn(gone))


def _where_set(settings: Access) -> str:
    """Say what is changed on this page, and what on the server."""
    parts = []
    if who.provider_set():
        parts.append(
            _(
                "Les accès des personnes du fournisseur d'identité s'ajoutent et se retirent ici ; ils "
                "valent au clic suivant. Les lignes d'access.toml se changent sur le serveur et passent en "
                "premier."
            )
        )
    if settings.passwords or not who.provider_set():
        parts.append(
            _(
                "Les mots de passe se changent sur le serveur, par variables d'environnement "
                "(COUVERTURE_PASSWORD_…) : ni cette page ni la base ne les connaissent."
            )
        )
    return " ".join(parts)


def _table(settings: Access, held: list[users.Line]) -> str:
    on_server = _("sur le serveur")
    rows = [
        [_(_WAYS[way]), what, _(ROLE_WORDS[audience.role]), audience.organisation, on_server]
        for way, what, audience in entitled(settings)
    ]
    provided = _("Fournisseur d'identité")
    here = [[provided, *_rule_cells(line), _stamp(line)] for line in held if line.stands]
    # Whoever has not signed in comes last, as they count.
    place = len(rows) - 1 if settings.public else len(rows)
    rows[place:place] = here
    title = _("Accès en vigueur")
    if not rows:
        nobody = _("Aucun mot de passe ni fournisseur d'identité n'est réglé.")
        return sheets.section(title, sheets.paragraph(nobody, "empty"))
    heads = [_("Par"), _("Attribut"), _("Rôle"), _("Organisation"), _("Réglé")]
    return sheets.section(title, sheets.sheet(heads, rows, caption=title))


def _rule_cells(line: users.Line) -> list[str]:
    rule = line.rule
    return [f"{rule.claim} = {rule.value}", _(ROLE_WORDS[rule.audience.role]), rule.audience.organisation]


def _stamp(line: users.Line) -> str:
    return _("{day}, {who}").format(day=words.day(line.added_at[:10]), who=line.added_by)


def _withdrawn(gone: list[users.Line]) -> str:
    title = _("Accès retirés")
    rows = [
        [
            *_rule_cells(line),
            _stamp(line),
            _("{day}, {who}").format(day=words.day(line.revoked_at[:10]), who=line.revoked_by),
        ]
        for line in reversed(gone)
    ]
    heads = [_("Attribut"), _("Rôle"), _("Organisation"), _("Ajouté"), _("Retiré")]
    return sheets.section(title, sheets.sheet(heads, rows, caption=title))


# ---- one more ----------------------------------------------------------------------------------------


def _add(said: str) -> None:
    st.html(sheets.section(_("Ajouter un accès"), said))
    with st.form(_ADD, border=True):
        st.selectbox(
            _("Attribut"),
            _claims(who.claims()),
            key=_CLAIM,
            accept_new_options=True,
            help=_(
                "Ce que le fournisseur dit d'une personne. « email » ne compte que s'il dit l'adresse "
                "vérifiée ; « groups » donne le même rôle à tout un groupe."
            ),
        )
        st.text_input(
            _("Valeur"),
            key=_VALUE,
            max_chars=usertable.LONGEST,
            autocomplete="off",
            help=_("Telle que le fournisseur l'écrit, majuscules comprises."),
        )
        st.selectbox(_("Rôle"), ROLES[1:], key=_ROLE, format_func=lambda role: _(ROLE_WORDS[role]))
        st.selectbox(
            _("Organisation (pour un partenaire)"),
            _organisations(data.records().version),
            index=None,
            key=_ORGANISATION,
            accept_new_options=True,
            placeholder=_("Choisir"),
            help=_("Comme elle met en œuvre des enregistrements : le partenaire corrige ceux de ce nom."),
        )
        st.form_submit_button(
            _("Ajouter"), type="primary", key="users.do", on_click=_added, args=(language(),)
        )


def _claims(said: Mapping[str, Any]) -> list[str]:
    """Return the claims that can be asked for: the usual ones, and what one's own sign-in carries."""
    own = {name for name, value in said.items() if isinstance(value, (str, list, tuple))}
    return [*_USUAL, *sorted(own - _OF_A_SIGN_IN - set(_USUAL))]


@st.cache_data(max_entries=2, show_spinner=False)
def _organisations(store_version: str) -> list[str]:
    written = data.records().records["implementing_org"].unique()
    return sorted({text for text in written if text and SEPARATOR not in text}, key=str.casefold)


def _added(lang: str) -> None:
    set_language(lang)

    def act() -> str:
        by = _actor()
        typed = [str(st.session_state.get(name) or "") for name in (_CLAIM, _VALUE, _ROLE, _ORGANISATION)]
        rule = usertable.typed(*typed)
        users.add(rule, by=by, server=read_access())
        st.session_state[_VALUE] = ""
        st.session_state[_ORGANISATION] = None
        return _("Accès ajouté : {line}.").format(line=usertable.told_words(usertable.told(rule)))

    _said(_ADD, act)


# ---- one withdrawn -----------------------------------------------------------------------------------


def _withdraw(standing: list[users.Line], said: str) -> None:
    if standing or said:
        st.html(sheets.section(_("Retirer un accès"), said))
    if not standing:
        return
    lines = {line.number: usertable.told_words(usertable.told(line.rule)) for line in standing}
    with st.form(_WITHDRAW, border=True):
        st.selectbox(
            _("Ligne ajoutée ici"),
            list(lines),
            index=None,
            key=_GONE,
            format_func=lambda number: lines[number],
            placeholder=_("Choisir"),
        )
        st.form_submit_button(_("Retirer"), key="users.undo", on_click=_withdrew, args=(language(),))


def _withdrew(lang: str) -> None:
    set_language(lang)

    def act() -> str:
        by, number = _actor(), st.session_state.get(_GONE)
        if number is None:
            raise AccessError(_("Choisissez d'abord la ligne à retirer."))
        users.withdraw(int(number), by=by, server=read_access())
        return _("Accès retiré : il ne vaut plus dès le clic suivant de qui l'avait.")

    _said(_WITHDRAW, act)


def _actor() -> users.Actor:
    name = who.require("users")
    return users.Actor(name, who.claims() if who.who().way == "oidc" else {})


def _said(form: str, act: Callable[[], str]) -> None:
    """Do it, and keep for the page what is to be said of it."""
    state.touch()
    try:
        st.session_state[_SAID] = (form, "empty", act())
    except (AccessError, StoreError) as error:
        st.session_state[_SAID] = (form, "notice", str(error))
