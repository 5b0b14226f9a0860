"""Where the next N works should go, and what repairs would change: a form, a table, a curve."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import whatif
from geo.facts import Prepared
from geo.gaps import Gaps
from geo.i18n import N_, _, number, percent
from geo.siting import Plan, candidates, curve, place_works
from geo.ui import sheets, state
from geo.ui.data import Ground, place_words
from geo.ui.needing import free
from geo.ui.needlists import image
from geo.ui.parts import escaped

_MOST: Final = 500
_USUAL: Final = 20
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
# Drawing of the curve [pixels].
_WIDTH, _HEIGHT = 520, 160


@dataclass(frozen=True)
class Wanted:
    """How many works, where not, how many by region, who first."""

    works: int
    per_region: int
    exclude: tuple[str, ...]
    worst_off_first: bool


def asked(ground: Ground) -> Wanted:
    """Return what the session or the address asks for."""
    whole = functools.partial(_whole, most=_MOST)
    known = frozenset(ground.places)
    state.chosen("reparer", list(REPAIRS), "")
    codes = free("sauf", lambda text: set(text.split(".")) <= known)
    return Wanted(
        works=int(free("ouvrages", whole, default=str(_USUAL))),
        per_region=int(free("par_region", whole, default="0")),
        exclude=tuple(filter(None, codes.split("."))),
        worst_off_first=state.chosen_switch("equite", default=False),
    )


def _whole(text: str, *, most: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= most


def ask(wanted: Wanted, ground: Ground) -> None:
    """Show the form; nothing is worked out again before it is sent."""
    places = {code: place for code, place in ground.places.items() if not place.later}
    turn = f"{wanted}"
    with st.form("siting", border=False):
        boxes = st.columns([2, 2, 4, 3], vertical_alignment="bottom")
        works = boxes[0].number_input(
            _("Ouvrages à placer"), min_value=0, max_value=_MOST, value=wanted.works, key=f"works {turn}"
        )
        most = boxes[1].number_input(
            _("Au plus par région (0 : sans limite)"),
            min_value=0,
            max_value=_MOST,
            value=wanted.per_region,
            key=f"limit {turn}",
        )
        barred = boxes[2].multiselect(
            _("Sans accès, exclus"),
            list(places),
            default=[code for code in wanted.exclude if code in places],
            format_func=lambda code: place_words(places[code]),
            placeholder=_("Choisir"),
            key=f"barred {turn}",
        )
        first = boxes[3].checkbox(
            _("Les moins bien desservies d'abord"), value=wanted.worst_off_first, key=f"first {turn}"
        )
        if st.form_submit_button(_("Placer")):
            state.choose("ouvrages", str(works))
            state.choose("par_region", str(most))
            state.choose("sauf", ".".join(barred))
            state.choose("equite", state.YES if first else state.NO)
            st.rerun()


def plan(gaps: Gaps, wanted: Wanted) -> Plan:
    """Place the works wanted in the communes of the answer, as ``python -m geo site`` does."""
    return place_works(
        candidates(gaps.table, exclude=frozenset(wanted.exclude)),
        wanted.works,
        limits=wanted.per_region or None,
        worst_off_first=wanted.worst_off_first,
    )


def result(found: Plan, gaps: Gaps) -> str:
    """Return the table of steps, the total with what is known of it, and the curve."""
    unserved = float(gaps.table["unserved_people"].sum())
    if not len(found.steps):
        return sheets.paragraph(_("Aucune commune où un ouvrage desservirait quelqu'un."), "empty")
    share = percent(found.people_served / unserved) if unserved else percent(0)
    text = _("{n} ouvrages : {people} personnes desservies en plus, {share} de celles qui ne le sont pas")
    total = text.format(n=number(len(found.steps)), people=number(found.people_served), share=share)
    by_code = gaps.table.set_index("pcode")
    rows = [_step(row, by_code) for row in found.steps.to_dict("records")]
    heads = [_("Étape"), _("Commune"), _("Dans"), _("Personnes en plus"), _("Total")]
    table = sheets.sheet(heads, rows, caption=_("Où placer les prochains ouvrages"), numeric=(3, 4))
    return "".join(
        [
            sheets.paragraph(f"{total}."),
            sheets.paragraph(f"{found.guarantee}.", "key"),
            f"<div class='siting'>{table}{_curve(found, unserved)}</div>",
        ]
    )


def _step(row: Mapping[Any, Any], by_code: pd.DataFrame) -> list[str]:
    commune = by_code.loc[str(row["pcode"])]
    inside = f"{commune['cercle_name']} · {commune['region_name']}"
    gain = f"+{number(row['people_served'])}"
    return [number(row["step"]), str(commune["name"]), inside, gain, number(row["people_total"])]


def _curve(found: Plan, unserved: float) -> str:
    """Draw the works against the people they serve."""
    points = curve(found, unserved=unserved)
    most = float(points["people_served"].max())
    across, up = _WIDTH / max(1, len(points) - 1), (_HEIGHT - 8) / most if most else 0.0
    line = " ".join(
        f"{works * across:.1f},{_HEIGHT - people * up:.1f}"
        for works, people in zip(points["works"], points["people_served"], strict=True)
    )
    label = _("Personnes desservies selon le nombre d'ouvrages : {people} avec {n}").format(
        people=number(most), n=number(len(points) - 1)
    )
    drawn = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-2 -2 {_WIDTH + 4} {_HEIGHT + 4}'>"
        f"<polyline points='0,0 0,{_HEIGHT} {_WIDTH},{_HEIGHT}' fill='none' stroke='#55636B'/>"
        f"<polyline points='{line}' fill='none' stroke='#0B4F6C' stroke-width='3'/></svg>"
    )
    said = escaped(label)
    return f"<figure class='curve'>{image(drawn, label)}<figcaption>{said}</figcaption></figure>"


# ---- what if ------------------------------------------------------------------------------------------


def ask_repair() -> str:
    """Show which works would be repaired."""
    return state.select(
        "reparer",
        _("Et si l'on réparait…"),
        list(REPAIRS),
        words=lambda code: _(REPAIRS[code][1]),
        default="",
    )


def repaired(prepared: Prepared, gaps: Gaps, code: str) -> str:
    """Return people unserved before and after the repairs, by region; empty where nothing is repaired."""
    if not code:
        return ""
    works = whatif.repairable(prepared, gaps.facts.view, functionality=REPAIRS[code][0])
    after = whatif.change(gaps, {str(code): float(count) for code, count in works.items()})
    known = after["unserved_people"].notna()
    changed = after[known].assign(
        before=gaps.table["unserved_people"][known], works=after["pcode"][known].map(works).fillna(0.0)
    )
    summed = changed.groupby("region_name", sort=True)[
        ["works", "before", "unserved_people", "people_newly_served"]
    ].sum()
    if not len(summed):
        return sheets.paragraph(_("Aucune commune n'a de chiffre."), "empty")
    summed.loc[_("Ensemble")] = summed.sum()
    rows = [[str(name), *map(number, row)] for name, *row in summed.itertuples(name=None)]
    heads = [
        _("Région"),
        _("Ouvrages réparés"),
        _("Non desservies"),
        _("Après réparation"),
        _("Desservies en plus"),
    ]
    caption = _("Et si l'on réparait {what} ?").format(what=_(REPAIRS[code][1]))
    return sheets.sheet(heads, rows, caption=caption, numeric=(1, 2, 3, 4))
