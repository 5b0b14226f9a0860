"""What the reader asks on the map page: filters in, a :class:`geo.facts.View` out."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from geo import withholding, words
from geo.coverage import Assumptions
from geo.facts import Facts, OfType, Prepared, View
from geo.i18n import N_, _, number
from geo.settings import LEVELS
from geo.ui import assumed, carte, data, filtering, parts, state
from geo.ui.data import Ground
from geo.ui.sheets import with_language

LEVEL_WORDS: Final = {
    "region": N_("Région / wilaya"),
    "cercle": N_("Cercle / moughataa"),
    "commune": N_("Commune"),
}
REGION_WORDS: Final = {"2021": N_("Régions de 2021"), "2023": N_("Régions de 2023 (approx.)")}
# Types whose sources say whether each work runs; of the others most would read "unknown".
_SURVEYED_TYPES: Final = ("water_point", "market_garden")


def _measure_words(name: str) -> str:
    return _(words.MEASURES[name])


def _default_measure(activity_type: str) -> str:
    return "working" if activity_type in _SURVEYED_TYPES else "in_place"


def ask(prepared: Prepared, ground: Ground) -> tuple[View, filtering.Asked]:
    """Show the filters in one row, the others behind *Plus*; and the view they ask for."""
    having = {name: each.kind for name, each in prepared.of_type.items() if prepared.has(name)}
    # A file of headings has no type with records: all are offered, and the page says what to do.
    types = having or {name: each.kind for name, each in prepared.of_type.items()}

    def follow_type() -> None:
        state.choose("mesure", _default_measure(state.kept("type")))

    def measures(name: str) -> list[str]:
        every = list(words.MEASURES)
        return every if prepared.fixed is None else withholding.measures(types[name], every)

    # One row without columns: each of those would be sent anew at every choice.
    with st.container(horizontal=True, key="filters-row", vertical_alignment="bottom"):
        fold = st.empty()
        asked = state.select(
            "type",
            _("Type"),
            list(types),
            words=lambda name: types[name].label,
            default=_default_type(prepared),
            on_change=follow_type,
            help=_("La sorte d'activité montrée. Chaque sorte a son unité et ses sources."),
        )
        measure = state.select(
            "mesure",
            _("Ce qui est compté"),
            measures(asked),
            words=_measure_words,
            default=_default_measure(asked),
            help=_(
                "En service : ce qui fonctionne. En place : tout ce qui existe, quel que soit l'état. "
                "Partenaires présents : organisations nommées dans l'unité. Enregistrements : lignes "
                "des sources."
            ),
        )
        level = state.select(
            "niveau",
            _("Niveau"),
            LEVELS,
            words=lambda name: _(LEVEL_WORDS[name]),
            default="commune",
            help=_("Les unités comparées : la wilaya et la moughataa sont de Mauritanie."),
        )
        unit = _ask_place(ground)
        if prepared.fixed is not None and prepared.fixed.answers(View(asked, measure)):
            more, regions, assumptions = _ask_fixed(ground)
        else:
            more, regions, assumptions = _ask_more(prepared.of_type[asked], ground)
    view = View(
        activity_type=asked,
        measure=measure,
        level=level,
        regions=regions,
        unit=unit,
        filters=more.filters,
        period=more.period,
        assumptions=assumptions,
    )
    chosen = sum([level != "commune", unit != "", regions != "2021"])
    fold.html(parts.filters_fold(len(more) + len(assumed.changed(assumptions)) + chosen))
    return view, more


def _default_type(prepared: Prepared) -> str:
    """Return the first type with records, of the partner asked where an address names nobody's type."""
    present = [name for name in prepared.of_type if prepared.has(name)]
    partner = state.peek(filtering.PARAMETERS["implementing_org"])
    theirs = [
        name
        for name in present
        if partner in prepared.of_type[name].records["implementing_org"].cat.categories
    ]
    return next(iter(theirs or present or prepared.of_type))


def _ask_more(of_type: OfType, ground: Ground) -> tuple[filtering.Asked, str, Assumptions]:
    now = filtering.asked(of_type)
    assumptions = assumed.asked(of_type.kind)
    count = len(now) + len(assumed.changed(assumptions))
    label = _("Plus ({n})").format(n=count) if count else _("Plus")
    with st.popover(label, width="stretch"):
        filtering.ask(of_type, now)
        regions = ask_regions(ground)
        assumed.ask(of_type.kind)
    return now, regions, assumptions


def _ask_fixed(ground: Ground) -> tuple[filtering.Asked, str, Assumptions]:
    """Offer the regions only: a filter on one of these figures could be subtracted from another."""
    for name in (*filtering.PARAMETERS.values(), "debut", "fin", *assumed.PARAMETERS):
        state.chosen(name, [""], "")
    with st.popover(_("Plus"), width="stretch"):
        text = _(
            "En mode public, ces chiffres forment un seul tableau, le même pour tous : ni filtre, ni "
            "période, ni hypothèse, car la différence de deux réponses rendrait un nombre retenu."
        )
        st.html(parts.note(text))
        regions = ask_regions(ground)
    return filtering.Asked({}, ("", "")), regions, Assumptions()


def _ask_place(ground: Ground) -> str:
    places = ground.places

    def words(pcode: str) -> str:
        return data.place_words(places[pcode]) if pcode else _("Les quatre régions")

    return state.select(
        "zone",
        _("Lieu"),
        ["", *places],
        words=words,
        default="",
        help=_("La région, le cercle ou la commune à regarder de près ; un clic sur la carte fait de même."),
    )


def ask_regions(ground: Ground) -> str:
    """Show the choice between the regions of 2021 and those of 2023, and return it."""
    if not ground.frame.groups:
        return "2021"
    words = {name: _(text) for name, text in REGION_WORDS.items()}
    return state.select(
        "regions",
        _("Découpage des régions"),
        list(words),
        words=words.__getitem__,
        default="2021",
        help=_(
            "Les régions de 2023 sont faites de cercles entiers de 2021 : leurs limites sont approximatives. "
            "Les cercles et les communes créés en 2023 ne sont connus que de nom."
        ),
    )


def drill_to(ground: Ground) -> Callable[[str], None]:
    """Return the callback of a click on the map: look at the unit, one level further down."""

    def drill(pcode: str) -> None:
        if pcode not in ground.places:
            return  # a region of 2023 is a group of cercles, not a place of its own
        state.choose("zone", pcode)
        state.choose("niveau", "cercle" if ground.places[pcode].level == "region" else "commune")

    return drill


def crumbs(view: View, ground: Ground) -> None:
    """Show the way down to the place looked at, each step a button back to it."""
    steps = [("", _("Les quatre régions"), "commune")]
    if view.unit:
        place = ground.places[view.unit]
        steps.append(("", _("Mali") if place.country == "ML" else _("Mauritanie"), "region"))
        steps += [
            (code, ground.places[code].name, "cercle" if code == place.region else "commune")
            for code in (place.region, place.cercle, view.unit)
            if code and (code == view.unit or code != view.unit)
        ]
    unique = list({(code, name): (code, name, level) for code, name, level in steps}.values())
    with st.container(horizontal=True, key="crumbs", vertical_alignment="center"):
        for place_in_row, (code, name, level) in enumerate(unique):
            if place_in_row:
                st.html("<span aria-hidden='true'>›</span>", width="content")
            st.button(
                parts.label_text(name),
                key=f"crumb-{place_in_row}-{code}",
                type="tertiary",
                disabled=code == view.unit and place_in_row == len(unique) - 1,
                on_click=_go,
                args=(code, level),
            )


def _go(pcode: str, level: str) -> None:
    state.choose("zone", pcode)
    state.choose("niveau", level)


def limits_words(facts: Facts) -> str:
    """Name the vintages of the boundaries in use: ``ML COD-AB 2021, MR COD-AB 2024``."""
    return ", ".join(f"{country} {vintage}" for country, vintage in facts.vintages.items())


def ask_points(facts: Facts) -> bool:
    """Show the switch of the points where there are some to show, and return whether they are wanted."""
    if not carte.shows_points(facts):
        # Kept in the address all the same: the next choice may have points.
        state.chosen_switch("points", default=True)
        return False
    return state.switch("points", _("Points"), default=True)


def show_card(facts: Facts, ground: Ground) -> None:
    """Show the card of the place looked at, with the way to its own page."""
    with st.container(key="unit-card"):
        st.html(parts.card(*card_lines(facts, ground)))
        if not ground.places[facts.view.unit].later:
            st.page_link(
                "pages/fiche.py",
                label=_("Ouvrir la fiche"),
                query_params=with_language({"unite": facts.view.unit}),
            )


def card_lines(facts: Facts, ground: Ground) -> tuple[str, list[tuple[str, str]]]:
    """Title and lines of the card of the place looked at."""
    total = facts.total.iloc[0]
    value = words.value_of_row(total)
    # An estimate is marked wherever it is used.
    marked = "≈ " if any(method == "estimate" for _year, method, _source in facts.population) else ""
    people = _("inconnue") if total["people"] != total["people"] else marked + number(total["people"])
    year = f" ({total['people_year']})" if total["people_year"] else ""
    counted = [] if facts.fixed else [(_("Enregistrements"), number(int(total["records"])))]
    lines = [
        (_(words.MEASURES[facts.view.measure]), value),
        *counted,
        (_("Population"), f"{people}{year}"),
        (_("Code"), facts.view.unit),
    ]
    return data.place_words(ground.places[facts.view.unit]), lines
