"""The guided first visit: four short steps that can be left at any time, kept in session and address."""

from typing import Final

import streamlit as st

from geo.i18n import N_, _, number, unbroken
from geo.ui import state
from geo.ui.parts import escaped

NAME: Final = "visite"
OVER: Final = "non"
# Title and text of each step; the code of a step is what the address says.
STEPS: Final = {
    "oui": (
        N_("Lire un chiffre"),
        N_(
            "Chaque chiffre dit sa date, sa source et le nombre de communes sans donnée. « 0 à 52 » veut "
            "dire que 52 sont connus plus haut, sans savoir où. « Aucun signalé » n'est pas zéro : "
            "personne n'en a rien dit."
        ),
    ),
    "2": (
        N_("Ouvrir la carte"),
        N_(
            "Dans le menu, Carte 3W / couverture : choisissez un type, puis cliquez une région, un "
            "cercle, une commune. Bleu : servi ; hachures : on ne sait pas. Le tableau sous la carte dit "
            "la même chose."
        ),
    ),
    "3": (
        N_("Trouver une commune"),
        N_(
            "Écrivez son nom dans « Chercher », même avec une faute : sa fiche dit ce qui y est fait, par "
            "qui, ce qui n'est connu qu'au-dessus d'elle, et ses voisines."
        ),
    ),
    "4": (
        N_("Vérifier"),
        N_(
            "Sous le titre : lus = placés + à vérifier + rejetés, aucune ligne ne se perd. Méthode et "
            "sources dit comment on compte, d'où viennent les données, et rouvre cette visite."
        ),
    ),
}


def asked() -> str:
    """Return the step that the session or the address says, ``non`` once the visit is over."""
    codes = list(STEPS)
    return state.chosen(NAME, [*codes, OVER], codes[0])


def show() -> None:
    """Show the box of the step the reader is at; nothing once the visit is over."""
    codes, at = list(STEPS), asked()
    if at == OVER:
        return
    place = codes.index(at)
    title, text = map(_, STEPS[at])
    with st.container(key="visit", border=True):
        count = _("Première visite, étape {n} sur {all}").format(n=number(place + 1), all=number(len(codes)))
        label = escaped(_("Première visite"))
        st.html(
            f"<section aria-label='{label}'><p class='visit-count'>{escaped(count)}</p>"
            f"<h2>{escaped(title)}</h2><p>{escaped(unbroken(text))}</p></section>"
        )
        with st.container(horizontal=True, key="visit-buttons"):
            last = place + 1 == len(codes)
            if place:
                _button(_("Précédent"), codes[place - 1])
            _button(_("Terminer") if last else _("Suivant"), OVER if last else codes[place + 1], main=True)
            if not last:
                _button(_("Passer la visite"), OVER)


def _button(words: str, to: str, *, main: bool = False) -> None:
    st.button(
        words,
        key=f"visit-{words}",
        type="primary" if main else "secondary",
        on_click=state.choose,
        args=(NAME, to),
    )
