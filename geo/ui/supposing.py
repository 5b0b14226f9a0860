"""What if works were repaired, added or taken away: asked in a form, answered before and after."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
import streamlit as st

from geo import whatif
from geo.facts import Prepared
from geo.gaps import Gaps
from geo.i18n import N_, _, number
from geo.needmap import interval, state_words
from geo.ui import sheets, state
from geo.ui.data import Ground, place_words
from geo.ui.needing import Answer, free

REPAIR: Final = "reparer"
CHANGE: Final = "changer"
# What could be repaired: code in the address, states of the works, words.
REPAIRS: Final = {
    "": ((), N_("rien")),
    "sec": (("dry",), N_("tous les points à sec")),
    "panne": (("broken", "partly"), N_("tous les points en panne")),
    "sec-panne": (("dry", "broken", "partly"), N_("tous les points à sec ou en panne")),
    "tous": (
        ("dry", "broken", "partly", "not_used"),
        N_("tous les points à sec, en panne ou non utilisés"),
    ),
}
_MOST: Final = 500


def asked(ground: Ground) -> dict[str, int]:
    """Return works added (or, below zero, taken away) by commune, of the session or the address."""
    state.chosen(REPAIR, list(REPAIRS), "")
    return _read(free(CHANGE, lambda text: _possible(text, ground))) or {}


def _possible(text: str, ground: Ground) -> bool:
    found = _read(text)
    return found is not None and all(
        code in ground.places and ground.places[code].level == "commune" for code in found
    )


def _read(text: str) -> dict[str, int] | None:
    """Read ``ML050101_5.ML050102_-2``; ``None`` where it says something else."""
    found = {}
    for each in filter(None, text.split(".")):
        code, _bar, count = each.partition("_")
        digits = count.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or int(digits) > _MOST:
            return None
        found[code] = int(count)
    return found


def section(answer: Answer, prepared: Prepared, ground: Ground) -> None:
    """Show what can be supposed, and the people unserved before and after."""
    changed = asked(ground)
    repair = state.select(
        REPAIR,
        _("Et si l'on réparait…"),
        list(REPAIRS),
        words=lambda code: _(REPAIRS[code][1]),
        default="",
    )
    _ask_change(changed, ground)
    st.html(_result(answer.key, f"{repair}|{changed}", repair, changed, answer.gaps, prepared))


def _ask_change(changed: Mapping[str, int], ground: Ground) -> None:
    communes = [code for code, place in ground.places.items() if place.level == "commune"]
    with st.form("suppose", border=False):
        boxes = st.columns([5, 3, 2], vertical_alignment="bottom")
        code = boxes[0].selectbox(
            _("Ajouter ou retirer des ouvrages dans"),
            communes,
            index=None,
            format_func=lambda pcode: place_words(ground.places[pcode]),
            placeholder=_("Choisir"),
            key=f"where {changed}",
        )
        count = boxes[1].number_input(
            _("Ouvrages (moins : retirés)"), -_MOST, _MOST, value=0, key=f"how many {changed}"
        )
        if boxes[2].form_submit_button(_("Supposer")) and code:
            kept = {**changed, str(code): int(count)}
            state.choose(CHANGE, ".".join(f"{each}_{works}" for each, works in kept.items() if works))
            st.rerun()
    if changed:
        st.button(_("Effacer ces suppositions"), on_click=_forget)


def _forget() -> None:
    state.choose(CHANGE, "")


@st.cache_resource(max_entries=64, show_spinner=False)
def _result(
    key: str, asked: str, repair: str, _changed: Mapping[str, int], _gaps: Gaps, _prepared: Prepared
) -> str:
    if not repair and not _changed:
        text = _("Choisissez une réparation, ou une commune et un nombre d'ouvrages.")
        return sheets.paragraph(text, "key")
    works = {code: float(count) for code, count in _changed.items()}
    if repair:
        found = whatif.repairable(_prepared, _gaps.facts.view, functionality=REPAIRS[repair][0])
        for code, count in found.items():
            works[str(code)] = works.get(str(code), 0.0) + float(count)
    return before_and_after(_gaps, works, _caption(repair, _changed), named=list(_changed))


def _caption(repair: str, changed: Mapping[str, int]) -> str:
    if not repair:
        return _("Et si l'on ajoutait ou retirait ces ouvrages ?")
    text = _("Et si l'on réparait {what} ?").format(what=_(REPAIRS[repair][1]))
    return text if not changed else _("{text} Avec les ouvrages ajoutés ou retirés.").format(text=text)


def before_and_after(gaps: Gaps, works: Mapping[str, float], caption: str, *, named: list[str]) -> str:
    """Return people unserved before and after by region, and by commune for those named."""
    after = whatif.change(gaps, works)
    known = after[after["unserved_people"].notna()]
    if not len(known):
        return sheets.paragraph(_("Aucune commune n'a de chiffre."), "empty")
    before = gaps.table.loc[known.index]
    heads = [_("Ouvrages"), _("Non desservies"), _("Après"), _("Desservies en plus")]
    summed = whatif.by_region(gaps, after, works)
    rows = [[str(name) or _("Ensemble"), *map(number, row)] for name, *row in summed.itertuples(name=None)]
    table = sheets.sheet([_("Région"), *heads], rows, caption=caption, numeric=(1, 2, 3, 4))
    return f"<h3>{caption}</h3>{table}{_by_commune(before, known, works, named)}"


def _by_commune(
    before: pd.DataFrame, after: pd.DataFrame, works: Mapping[str, float], named: list[str]
) -> str:
    rows = []
    for code in named:
        then, now = (table[table["pcode"] == code].to_dict("records") for table in (before, after))
        if not now:
            continue
        people = [interval(row["unserved_people"], row["unserved_people_max"]) for row in (*then, *now)]
        rows.append(
            [str(now[0]["name"]), number(works[code]), *people, state_words(then[0]), state_words(now[0])]
        )
    if not rows:
        return ""
    heads = [
        _("Commune"),
        _("Ouvrages"),
        _("Non desservies"),
        _("Après"),
        _("État"),
        _("État après"),
    ]
    return sheets.sheet(heads, rows, caption=_("Communes changées"), numeric=(1, 2, 3))
