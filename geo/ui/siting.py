"""Where the next N works should go: a form, what each step adds, the curve of works against people."""

import functools
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import reaching
from geo.facts import Prepared
from geo.gaps import Gaps
from geo.i18n import N_, _, number, percent
from geo.io import localities as locality_files
from geo.reaching import WITHIN_KM, Wanted
from geo.siting import Plan, curve
from geo.ui import sheets, state
from geo.ui.data import Ground, place_words
from geo.ui.needing import Answer, free, placed_localities
from geo.ui.needlists import image
from geo.ui.parts import escaped

_MOST: Final = 500
_USUAL: Final = 20
_LEVELS: Final = {"commune": N_("par commune"), "locality": N_("par localité")}
# Communes named before "and n more".
_NAMED: Final = 12
# Drawing of the curve [pixels].
_WIDTH, _HEIGHT = 520, 200
# Works up to which the curve goes on after the last one wanted.
_CURVE_WORKS: Final = 20_000


def asked(ground: Ground) -> Wanted:
    """Return what the session or the address asks for."""
    whole = functools.partial(_whole, most=_MOST)
    known = frozenset(ground.places)
    codes = free("sauf", lambda text: set(text.split(".")) <= known)
    levels = list(_LEVELS) if locality_files.in_use() else ["commune"]
    return Wanted(
        works=int(free("ouvrages", whole, default=str(_USUAL))),
        per_region=int(free("par_region", whole, default="0")) or None,
        exclude=frozenset(filter(None, codes.split("."))),
        worst_off_first=state.chosen_switch("equite", default=False),
        level=state.chosen("placer", levels, "commune"),
        within_km=float(free("rayon", _distance, default=f"{WITHIN_KM:g}")),
    )


def _whole(text: str, *, most: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= most


def _distance(text: str) -> bool:
    try:
        return 0 < float(text) <= 50
    except ValueError:
        return False


def section(answer: Answer, prepared: Prepared, ground: Ground) -> None:
    """Show the form and where the works go."""
    wanted = asked(ground)
    ask(wanted, ground)
    st.html(_result(answer.key, repr(wanted), wanted, answer.gaps, prepared))


def ask(wanted: Wanted, ground: Ground) -> None:
    """Show the form; nothing is worked out again before it is sent."""
    turn = f"{wanted}"
    with st.form("siting", border=False):
        boxes = st.columns([2, 3, 5], vertical_alignment="bottom")
        works = boxes[0].number_input(
            _("Ouvrages à placer"), min_value=0, max_value=_MOST, value=wanted.works, key=f"works {turn}"
        )
        most = boxes[1].number_input(
            _("Au plus par région (0 : sans limite)"),
            min_value=0,
            max_value=_MOST,
            value=wanted.per_region or 0,
            key=f"limit {turn}",
        )
        barred = boxes[2].multiselect(
            _("Sans accès, exclus"),
            list(ground.places),
            default=[code for code in ground.places if code in wanted.exclude],
            format_func=lambda code: place_words(ground.places[code]),
            placeholder=_("Choisir"),
            key=f"barred {turn}",
        )
        level, within = _ask_level(wanted, turn)
        first = st.checkbox(
            _("Les moins bien desservies d'abord"), value=wanted.worst_off_first, key=f"first {turn}"
        )
        if st.form_submit_button(_("Placer")):
            state.choose("ouvrages", str(works))
            state.choose("par_region", str(most))
            state.choose("sauf", ".".join(barred))
            state.choose("equite", state.YES if first else state.NO)
            state.choose("placer", level)
            state.choose("rayon", f"{within:g}")
            st.rerun()


def _ask_level(wanted: Wanted, turn: str) -> tuple[str, float]:
    """Ask for works by commune or by locality; without a list of localities say what is missing."""
    if not locality_files.in_use():
        text = _(
            "Placement par commune. Pour placer par localité, il manque une liste : "
            "« python -m geo localities install FICHIER »."
        )
        st.html(sheets.paragraph(text, "key"))
        return "commune", wanted.within_km
    boxes = st.columns([2, 3, 5], vertical_alignment="bottom")
    level = boxes[0].selectbox(
        _("Placer"),
        list(_LEVELS),
        index=list(_LEVELS).index(wanted.level),
        format_func=lambda code: _(_LEVELS[code]),
        key=f"level {turn}",
    )
    within = boxes[1].number_input(
        _("Un ouvrage dessert à moins de (km)"),
        min_value=0.5,
        max_value=50.0,
        step=0.5,
        value=wanted.within_km,
        key=f"within {turn}",
    )
    return level, float(within)


@st.cache_resource(max_entries=64, show_spinner=False)
def _result(key: str, wanted_key: str, _wanted: Wanted, _gaps: Gaps, _prepared: Prepared) -> str:
    of_type = _prepared.of_type[_gaps.facts.view.activity_type]
    placed = placed_localities() if _wanted.level == "locality" else None
    found, steps = reaching.plan(_gaps, _wanted, of_type=of_type, localities=placed)
    whole = found
    if _wanted.level == "commune":
        far = Wanted(_CURVE_WORKS, _wanted.per_region, _wanted.exclude, _wanted.worst_off_first)
        whole = reaching.plan(_gaps, far, of_type=of_type)[0]
    return result(found, steps, _gaps, whole=whole, caveats=reaching.caveats(_wanted))


def result(found: Plan, steps: pd.DataFrame, gaps: Gaps, *, whole: Plan, caveats: list[str]) -> str:
    """Return the total with what is known of it, the table of steps and the curve.

    Parameters
    ----------
    whole
        The plan that the curve is drawn from: as many works as there is somebody to serve, where that is
        quickly known.
    """
    unserved = gaps.area["unserved_people"]
    if not len(steps):
        return sheets.paragraph(_("Aucune commune où un ouvrage desservirait quelqu'un."), "empty")
    share = percent(found.people_served / unserved) if unserved else percent(0)
    text = _("{n} ouvrages : {people} personnes desservies en plus, {share} de celles qui ne le sont pas")
    total = text.format(n=number(len(steps)), people=number(found.people_served), share=share)
    by_code = gaps.table.set_index("pcode")
    rows = [_step(row, by_code) for row in steps.to_dict("records")]
    where = _("Localité") if "locality" in steps else _("Commune")
    heads = [_("Étape"), where, _("Dans"), _("Personnes en plus"), _("Total")]
    table = sheets.sheet(heads, rows, caption=_("Où placer les prochains ouvrages"), numeric=(3, 4))
    said = [_by_place(steps, by_code), f"{found.guarantee[:1].upper()}{found.guarantee[1:]}.", *caveats]
    return "".join(
        [
            f"<p class='headline'><b>{escaped(total)}.</b></p>",
            sheets.paragraph(" ".join(said), "key"),
            f"<div class='siting'>{table}{_curve(whole, len(steps), unserved)}</div>",
        ]
    )


def _by_place(steps: pd.DataFrame, by_code: pd.DataFrame) -> str:
    """Say how many works each commune gets, those with most first."""
    counts = steps["adm3_pcode"].value_counts()
    name = by_code["name"].to_dict()
    named = [f"{name[code]} {number(int(count))}" for code, count in counts.items()]
    listed = ", ".join(named[:_NAMED])
    more = len(named) - _NAMED
    rest = _(" et {n} autres").format(n=number(more)) if more > 0 else ""
    return _("Par commune : {names}{rest}.").format(names=listed, rest=rest)


def _step(row: Mapping[Any, Any], by_code: pd.DataFrame) -> list[str]:
    commune = by_code.loc[str(row["adm3_pcode"])]
    above = [str(commune["cercle_name"]), str(commune["region_name"])]
    name = str(row.get("locality", commune["name"]))
    inside = " · ".join([str(commune["name"]), *above] if "locality" in row else above)
    gain = f"+{number(row['people_served'])}"
    return [number(row["step"]), name, inside, gain, number(row["people_total"])]


def _curve(plan: Plan, wanted: int, unserved: float) -> str:
    """Draw works against the people they serve, the ones wanted marked."""
    points = curve(plan, unserved=unserved)
    works, people = points["works"].to_numpy(), points["people_served"].to_numpy()
    across, up = _WIDTH / max(1, works[-1]), (_HEIGHT - 24) / people[-1] if people[-1] else 0.0
    # One point a pixel is as much as the eye sees.
    kept = sorted({*range(0, len(points), max(1, len(points) // _WIDTH)), wanted, len(points) - 1})
    line = " ".join(f"{works[place] * across:.1f},{_HEIGHT - people[place] * up:.1f}" for place in kept)
    x, y = wanted * across, _HEIGHT - people[wanted] * up
    text = _("{n} ouvrages : {people} personnes, {share} de celles qui ne sont pas desservies")
    end, here = (
        text.format(n=number(works[place]), people=number(people[place]), share=percent(share / 100))
        for place, share in (
            (len(points) - 1, points["share_pct"].iloc[-1]),
            (wanted, points["share_pct"].iloc[wanted]),
        )
    )
    drawn = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-8 -8 {_WIDTH + 16} {_HEIGHT + 16}'>"
        f"<polyline points='0,0 0,{_HEIGHT} {_WIDTH},{_HEIGHT}' fill='none' stroke='#55636B'/>"
        f"<polyline points='{line}' fill='none' stroke='#0B4F6C' stroke-width='3'/>"
        f"<path d='M{x:.1f},{_HEIGHT}V{y:.1f}H0' fill='none' stroke='#C2571A' stroke-dasharray='4 3'/>"
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='5' fill='#C2571A'/></svg>"
    )
    label = _("Personnes desservies (vers le haut) selon le nombre d'ouvrages (vers la droite)")
    said = [label, _("point : {text}").format(text=here)]
    said += [_("bout : {text}").format(text=end)] if wanted < len(points) - 1 else []
    caption = "".join(f"<span>{escaped(each)}</span>" for each in said)
    return (
        f"<figure class='curve'>{image(drawn, ' ; '.join(said))}<figcaption>{caption}</figcaption></figure>"
    )
