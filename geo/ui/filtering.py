"""Filters of the map page beyond type and place: partner, donor, status, state, source, years.

Each choice shows how many records it would leave under the other filters; what
is in use stands as chips above the map, and an empty answer says which filter
empties it.
"""

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd
import streamlit as st

from geo import filters, words
from geo.activities import Source
from geo.facts import OfType
from geo.i18n import N_, _, number
from geo.ui import state
from geo.ui.parts import label_text

# Record column -> name in the address.
PARAMETERS: Final = {
    "implementing_org": "partenaire",
    "donor": "bailleur",
    "activity_status": "statut",
    "functionality": "etat",
    "source_id": "source",
}
LABELS: Final = {**words.FILTERS, "debut": N_("De l'année"), "fin": N_("À l'année")}
VALUE_WORDS: Final = words.STATUSES | words.FUNCTIONALITIES
# An empty cell, in an address, where an empty value means "all".
NOT_GIVEN: Final = "-"
_CHOSEN_WORDS: Final = ("activity_status", "functionality")


def _words(column: str, value: str, sources: Mapping[str, Source]) -> str:
    if value == NOT_GIVEN:
        return _("non rapporté")
    if column in _CHOSEN_WORDS:
        return _(VALUE_WORDS[value]) if value in VALUE_WORDS else value
    return sources[value].words("title") if column == "source_id" and value in sources else value


def _cell(value: str) -> str:
    return "" if value == NOT_GIVEN else value


class Asked:
    """The filters in use: record column to its value, and the years."""

    def __init__(self, values: Mapping[str, str], years: tuple[str, str]) -> None:
        self.values = {column: value for column, value in values.items() if value}
        self.years = years

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """As :class:`geo.facts.View` takes them."""
        return {column: (_cell(value),) for column, value in self.values.items()}

    @property
    def period(self) -> tuple[str, str]:
        """First and last day of the years asked, as ISO dates; empty where none is."""
        start, end = self.years
        return (f"{start}-01-01" if start else "", f"{end}-12-31" if end else "")

    @property
    def key(self) -> str:
        """The filters as text, for caches."""
        return repr((sorted(self.values.items()), self.years))

    def __len__(self) -> int:
        return len(self.values) + sum(bool(year) for year in self.years)


def asked(of_type: OfType) -> Asked:
    """Return what the session or the address asks for, of what the records of this type have."""
    known = _numbers(of_type, Asked({}, ("", "")))
    values = {column: state.chosen(name, ["", *known[column]], "") for column, name in PARAMETERS.items()}
    years = ["", *of_type.years] if state.peek("debut") or state.peek("fin") else [""]
    return Asked(values, (state.chosen("debut", years, ""), state.chosen("fin", years, "")))


def _numbers(of_type: OfType, now: Asked) -> dict[str, dict[str, int]]:
    """By column: each code, and the number of records that it would leave under the other filters."""
    found = of_type.combinations.options(now.filters, now.period)
    return {
        column: {value or NOT_GIVEN: count for value, count in counts.items()}
        for column, counts in found.items()
    }


def ask(of_type: OfType, now: Asked) -> None:
    """Show the boxes, one for each column that has something to choose between."""
    found = _numbers(of_type, now)
    for column, name in PARAMETERS.items():
        numbers = found[column]
        if len(numbers) < 2 and column not in now.values:
            continue
        label = _labelled(column, numbers, of_type.sources)
        state.select(name, _(LABELS[column]), ["", *numbers], words=label, default="", labels_change=True)
    years = ["", *of_type.years]
    if len(years) > 2:
        for name in ("debut", "fin"):
            state.select(name, _(LABELS[name]), years, words=lambda year: year or _("toutes"), default="")


def _labelled(column: str, numbers: Mapping[str, int], sources: Mapping[str, Source]) -> Callable[[str], str]:
    def label(value: str) -> str:
        if not value:
            return _("tous")
        return f"{_words(column, value, sources)} ({number(numbers.get(value, 0))})"

    return label


def chips(now: Asked, sources: Mapping[str, Source], *, switches: Mapping[str, str]) -> None:
    """One button for each filter and each unusual assumption, which takes it away; and one for all.

    ``switches`` are of :func:`geo.ui.assumed.changed`.
    """
    if not now and not switches:
        return
    with st.container(horizontal=True, key="chips", vertical_alignment="center"):
        for column, value in now.values.items():
            label = _(LABELS[column])
            text = f"{label} : {label_text(_words(column, value, sources))} ×"
            st.button(text, key=f"chip-{column}", on_click=_clear, args=([PARAMETERS[column]],))
        for name, year in zip(("debut", "fin"), now.years, strict=True):
            if year:
                label = _(LABELS[name])
                st.button(f"{label} : {year} ×", key=f"chip-{name}", on_click=_clear, args=([name],))
        for name, text in switches.items():
            label = f"{text[:1].upper()}{text[1:]} ×"
            st.button(label, key=f"chip-{name}", on_click=_clear, args=([name],))
        every = [*PARAMETERS.values(), "debut", "fin", *switches]
        st.button(_("Effacer"), key="chip-all", type="tertiary", on_click=_clear, args=(every,))


def _clear(names: list[str]) -> None:
    for name in names:
        state.choose(name, "")


def emptied(records: pd.DataFrame, now: Asked) -> None:
    """Say that nothing is left, which filter takes how many away, and offer to clear it."""
    blame = filters.emptied_by(records, now.filters, now.period)
    elsewhere = int(filters.kept(records, now.filters, now.period).sum())
    with st.container(key="emptied"):
        if not len(records):
            st.markdown(
                _("Aucun enregistrement de ce type. Choisissez un autre type, ou importez un fichier.")
            )
            return
        if elsewhere:
            text = _("Rien dans ce lieu ; ailleurs, {n} enregistrements répondent à ces choix.")
            st.markdown(text.format(n=number(elsewhere)))
            return
        st.markdown(_("Aucun enregistrement pour ces filtres."))
        for name, count in blame.items():
            years = name == filters.PERIOD
            label = _("Période") if years else _(LABELS[name])
            parameters = ["debut", "fin"] if years else [PARAMETERS[name]]
            text = _("Le filtre {name} en retire {n}. L'effacer").format(name=label, n=number(count))
            st.button(text, key=f"emptied-{name}", on_click=_clear, args=(parameters,))
