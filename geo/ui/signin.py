"""Signing in and out: the screen of a server that asks who one is, and what the menu says of it."""

import functools
import json
import math
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from geo.access import KEEPERS, ROLE_WORDS, Who, name_of_claims, plain_name
from geo.attempts import Attempts
from geo.errors import AccessError
from geo.i18n import _, language, number, set_language
from geo.io.access import provider_answers, read_access
from geo.ui import signnotes, state, tokens, who
from geo.ui.parts import escaped

# In the session: what the last attempt came to, and whether somebody of the public asked to sign in.
_SAID: Final = "signin.said"
_ASKED: Final = "signin.asked"
_ENDED: Final = "signin.ended"
_NAME, _PASSWORD, _ALL = "signin.name", "signin.password", "signin.all"
# Longer than any password; what is longer is cut by the field itself.
_LONGEST: Final = 200


@functools.cache
def _attempts() -> Attempts:
    return Attempts()


def asked() -> bool:
    """Whether somebody who may look without signing in wants to sign in."""
    return bool(st.session_state.get(_ASKED)) and not who.who().signed_in


# ---- the screen -------------------------------------------------------------------------------------


def screen() -> None:
    """Show the ways to sign in; the address stays what it is, and is opened once one is in."""
    _script(f"sessionStorage.setItem('couverture-wanted', {_HERE});{_forgotten()}")
    with st.container(key="sign-in"):
        if said := st.session_state.pop(_SAID, "") or _refused():
            st.html(f"<p class='notice' role='alert'>{escaped(said)}</p>")
        settings = read_access()
        if who.provider_set():
            _providers()
        if settings.passwords:
            _password_form()
        if settings.public:
            st.button(_("Continuer sans se connecter"), key="signin.leave", on_click=_leave, type="tertiary")


_HERE: Final = "location.pathname + location.search"


def _providers() -> None:
    if who.claims():
        st.button(_("Se déconnecter"), key="signin.other", on_click=st.logout)
        return
    providers: list[str | None] = [*_named()] or [None]
    for provider in providers:
        words = _("Se connecter avec {name}").format(name=provider) if provider else _("Se connecter")
        asked = (provider, language())
        st.button(
            words, key=f"signin.oidc:{provider or ''}", on_click=_to_provider, args=asked, type="primary"
        )


def _to_provider(provider: str | None, lang: str) -> None:
    """Send somebody to the provider; one that is gone would leave them on a page with no way back."""
    set_language(lang)
    section = st.secrets["auth"] if provider is None else st.secrets["auth"][provider]
    address = str(section["server_metadata_url"])
    if provider_answers(address):
        st.login(provider)
        return
    text = _("Le fournisseur de connexion ({host}) ne répond pas. Réessayez dans un moment.")
    st.session_state[_SAID] = text.format(host=urlsplit(address).hostname)


def _named() -> list[str]:
    """Return the providers that have a name; none where the settings are those of one without."""
    section = st.secrets["auth"]
    if "client_id" in section:
        return []
    return [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]


def _refused() -> str:
    """Say why somebody whom the provider knows is not let in."""
    said = who.claims()
    if not said:
        return ""
    if who.in_use(read_access()).of_claims(said) is None:
        signnotes.without_role()
        text = _(
            "Le fournisseur vous connaît ({name}), mais rien de ce qu'il dit de vous ne donne de rôle ici. "
            "Demandez à qui administre l'application."
        )
        return text.format(name=name_of_claims(said) or "–")
    return _("Votre session a pris fin : reconnectez-vous.")


def _password_form() -> None:
    with st.form("signin", border=True):
        st.text_input(_("Votre nom"), key=_NAME, max_chars=60, autocomplete="name")
        st.text_input(
            _("Mot de passe"),
            key=_PASSWORD,
            type="password",
            max_chars=_LONGEST,
            autocomplete="current-password",
        )
        st.form_submit_button(
            _("Se connecter"), type="primary", on_click=_sign_in, args=(language(),), key="signin.do"
        )


def _sign_in(lang: str) -> None:
    """Look at the password, and forget it."""
    set_language(lang)
    typed, name = str(st.session_state.get(_PASSWORD, "")), plain_name(st.session_state.get(_NAME, ""))
    st.session_state[_PASSWORD] = ""
    if not name or not typed:
        st.session_state[_SAID] = _("Il manque votre nom ou le mot de passe.")
        return
    address = _address()
    if wait := _attempts().admit(address, time.monotonic()):
        text = _("Trop d'essais : attendez {n} s.")
        st.session_state[_SAID] = text.format(n=number(math.ceil(wait)))
        return
    entitled = read_access().of_password(typed)
    if entitled is None:
        signnotes.wrong_password()
        st.session_state[_SAID] = _("Ce mot de passe n'est pas juste.")
        return
    _attempts().succeeded(address)
    signnotes.came_in(Who(name, entitled, "password"))
    st.session_state[who.TOKEN] = tokens.issue(name, typed)
    st.session_state.pop(_ENDED, None)
    st.session_state.pop(_ASKED, None)


def _address() -> str:
    """Return from where somebody asks: that of the proxy, where one stands before the app."""
    return st.context.ip_address or ""


def _leave() -> None:
    st.session_state.pop(_ASKED, None)


def _ask() -> None:
    st.session_state[_ASKED] = True


# ---- in the menu ------------------------------------------------------------------------------------


def beside(person: Who) -> None:
    """Say in the menu who is at the app, with the way in or out; whoever may see all can ask for it."""
    role = _(ROLE_WORDS[person.audience.role])
    if person.audience.organisation:
        role = f"{role} · {person.audience.organisation}"
    if person.way == "public":
        said = _("Chiffres d'ensemble seulement.")
    elif person.way == "open":
        said = _("Ouvert à tous en lecture ; personne ne corrige ici.")
    else:
        said = f"{person.name} · {role}"
    with st.container(key="who"):
        st.html(f"<p class='who'>{escaped(said)}</p>")
        if person.audience.role in KEEPERS:
            _everything()
        if person.signed_in:
            st.button(_("Se déconnecter"), key="signin.out", on_click=sign_out)
        elif person.way == "public" and (read_access().passwords or who.provider_set()):
            st.button(_("Se connecter"), key="signin.in", on_click=_ask)
    _remember(person)


def _everything() -> None:
    key = f"{_ALL}:{language()}"
    st.session_state[key] = who.everything()

    def keep() -> None:
        state.touch()
        who.show_everything(bool(st.session_state[key]))

    st.toggle(
        _("Tout montrer"),
        key=key,
        on_change=keep,
        help=_(
            "Chiffres, cartes et fichiers montrent aussi ce qui est arrondi ou retenu pour un lecteur. "
            "À ne pas projeter ni distribuer."
        ),
    )


def sign_out() -> None:
    """End the session, here and wherever its cookie is."""
    signnotes.left(who.who())
    way = who.who().way
    who.end(read_access())
    if way == "oidc":
        st.logout()
        return
    st.session_state[_ENDED] = True


def _remember(person: Who) -> None:
    """Keep the session through a reload, and open the page that was asked for before signing in."""
    code = _forgotten()
    token = st.session_state.get(who.TOKEN, "")
    if person.way == "password" and token and st.context.cookies.get(tokens.COOKIE) != token:
        hours = read_access().hours
        code += _cookie(token, int(hours * 3600))
    if person.way == "oidc":
        signnotes.came_in(person)
    if person.signed_in:
        code += _WANTED
    if code:
        _script(code)


# The page asked for is one of this very app: only path and question are kept.
_WANTED: Final = (
    "(() => { const wanted = sessionStorage.getItem('couverture-wanted');"
    "sessionStorage.removeItem('couverture-wanted');"
    f"if (wanted && wanted !== {_HERE} && wanted.startsWith('/') && !wanted.startsWith('//'))"
    " location.replace(wanted); })();"
)


def _forgotten() -> str:
    return _cookie("", 0) if st.session_state.get(_ENDED) else ""


def _cookie(value: str, seconds: int) -> str:
    """Return the code that sets the cookie: sent to this app only, by its own pages only."""
    said = json.dumps(f"{tokens.COOKIE}={value}; Path=/; Max-Age={seconds}; SameSite=Strict")
    return f"document.cookie = {said} + (location.protocol === 'https:' ? '; Secure' : '');"


def _script(code: str) -> None:
    st.html(f"<script>{code}</script>", unsafe_allow_javascript=True)


def fault(error: AccessError) -> None:
    """Say that the settings of access are not understood: nobody is let in before they are."""
    st.html(f"<p class='notice' role='alert'>{escaped(str(error))}</p>")
