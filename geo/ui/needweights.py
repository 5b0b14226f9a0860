"""The weights of the ranking: a slider for each part of the score, and what the parts without data lack."""

import streamlit as st

from geo.i18n import _, number
from geo.ui import sheets, state
from geo.ui.needing import NEAR, NEAR_STEPS, STEPS, Answer, usual_weight
from geo.weighing import NEAR_M, Weighing, lines, part_title


def ask(found: Answer) -> None:
    """Show the sliders, what they came to, and how far a work may be to count as near."""
    weighed = found.ranked.weighing
    st.html(sheets.paragraph(_intro(), "key"))
    for name in weighed.asked:
        why = weighed.evidence.missing.get(name, "")
        state.select(
            f"poids.{name}",
            part_title(name),
            STEPS,
            words=str,
            default=usual_weight(name),
            widget=st.select_slider,
            disabled=bool(why),
            help=_help(name, why),
        )
    _ask_near(weighed)
    # The last line is about the draws, which stand with the result.
    st.html(sheets.bullets(lines(weighed)[:-1]))


def _intro() -> str:
    return _(
        "Score de 0 à 100 : chaque partie va de 0 à 1, le poids dit combien elle compte. 0 la laisse de côté."
    )


def _help(name: str, why: str) -> str:
    if why:
        return _("Sans données : {why}.").format(why=why)
    return {
        "unserved": _("Personnes non desservies, rapportées au plus grand nombre."),
        "coverage": _("1 moins la part des personnes desservies."),
        "presence": _("1 où aucun partenaire n'est signalé, 0 où il y en a un."),
        "distance": _("Part des personnes loin d'un ouvrage en service."),
        "severity": _("Classe de 1 à 5 de la table installée."),
    }[name]


def _ask_near(weighed: Weighing) -> None:
    if "distance" in weighed.evidence.missing:
        return
    state.select(
        NEAR,
        _("Proche : à moins de"),
        NEAR_STEPS,
        words=lambda metres: _("{n} m").format(n=number(int(metres))),
        default=f"{NEAR_M}",
    )
