"""The card of a unit: who lives there, what is there, what is known above it only, its neighbours."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import pandas as pd
import streamlit as st

from geo import words
from geo.activities import ActivityType, Source
from geo.card import Card
from geo.classify import figure, value_words, withheld_key
from geo.i18n import _, language, ngettext, number
from geo.settings import LEVELS
from geo.ui import data, keeping, overview, sheets, state, who, whole
from geo.ui.data import Ground
from geo.ui.overview import Row
from geo.ui.parts import escaped, key_words, label_text
from geo.ui.placewords import described, kind, parents, places
from geo.ui.sheets import Html

NAME: Final = "unite"
# Rows of records written out; the rest is counted.
ROWS_SHOWN: Final = 300
_NOT_TOLD: Final = "–"


def units(ground: Ground) -> list[str]:
    """Units that have a card: all that are drawn, regions of 2023 (made of cercles) aside."""
    grids = ground.frame.grids
    return [code for code, place in ground.places.items() if code in grids[place.level].units]


def asked() -> str:
    """P-code that the reader chose or the address names; empty for none."""
    return state.chosen(NAME, ["", *units(data.ground())], "")


def heading() -> str:
    """Name of the unit chosen, or what the page is."""
    code = asked()
    return data.ground().places[code].name if code else _("Fiche d'une unité")


def choose() -> None:
    """Show the list of all units, to choose one without the map."""
    ground = data.ground()

    def said(pcode: str) -> str:
        if not pcode:
            return _("Choisissez une région, un cercle ou une commune")
        place = ground.places[pcode]
        return f"{place.name} · {described(pcode, place.level, ground)}"

    state.select(
        NAME, _("Région, cercle / moughataa ou commune"), ["", *units(ground)], words=said, default=""
    )


def start(ground: Ground) -> str:
    """Return what the page says before a unit is chosen: the regions, to begin with."""
    regions = [code for code in units(ground) if ground.places[code].level == "region"]
    links = [_to_card(code, ground) for code in regions]
    text = _(
        "Choisissez une unité dans la liste, cherchez-la par son nom, même mal écrit, ou cliquez-la sur "
        "la carte."
    )
    return sheets.paragraph(text) + sheets.section(
        _("Commencer par une région ou wilaya"), sheets.bullets(links)
    )


def _to_card(pcode: str, ground: Ground) -> Html:
    return sheets.link("fiche", ground.names.get(pcode, pcode), unite=pcode)


def identity(pcode: str, ground: Ground, people: pd.Series) -> str:
    """Where the unit is, its code, its population, and whether its limits are indicative."""
    place = ground.places[pcode]
    where = described(pcode, place.level, ground)
    layers = {name: whole.people(pcode, place.level, name) for name in words.LAYERS if name != "residents"}
    lines = [f"{where[:1].upper()}{where[1:]} · {pcode}", population(people), *others(people, layers)]
    if _indicative(pcode, place.level, ground):
        lines.append(
            _(
                "Limites indicatives : le tracé officiel n'est pas dans les données livrées, une activité "
                "près du bord peut être de l'unité voisine."
            )
        )
    said = "".join(f"<p class='identity'>{escaped(line)}</p>" for line in lines)
    label = escaped(_("Identité"))
    return f"<section aria-label='{label}'>{said}</section>"


def _indicative(pcode: str, level: str, ground: Ground) -> bool:
    names = ground.frame.grids[level].names
    return bool(names.loc[names["pcode"] == pcode, "indicative"].iloc[0])


def population(people: pd.Series) -> str:
    """``39 118 personnes (pop. 2017, projection, hors déplacés et réfugiés) · source``; unknown said so."""
    if pd.isna(people["people"]):
        return _("Population : inconnue.")
    methods = [_(words.METHODS.get(name, name)) for name in str(people["method"]).split(";") if name]
    years = ", ".join(part for part in str(people["year"]).split(";") if part)
    marked = "≈ " if "estimate" in str(people["method"]) else ""
    text = _("Population : {people} personnes (pop. {years}, {methods}, hors déplacés et réfugiés)").format(
        people=marked + number(int(people["people"])), years=years, methods=" / ".join(methods)
    )
    parts = [text, " ; ".join(map(words.population_source, str(people["source"]).split(";")))]
    missing = int(people["communes_missing"])
    if missing:
        some = ngettext("{n} commune sans donnée", "{n} communes sans donnée", missing)
        parts.append(some.format(n=number(missing)))
    return " · ".join(part for part in parts if part)


def others(residents: pd.Series, layers: Mapping[str, pd.Series]) -> list[str]:
    """One line for each further layer that is installed, and the sum with the residents."""
    known = {name: people for name, people in layers.items() if not pd.isna(people["people"])}
    lines = [
        _("{layer} : {people} (pop. {years}) · {source}").format(
            layer=_(words.LAYERS[name]).capitalize(),
            people=number(int(people["people"])),
            years=", ".join(str(people["year"]).split(";")),
            source=" ; ".join(str(people["source"]).split(";")),
        )
        for name, people in known.items()
    ]
    if lines and not pd.isna(residents["people"]):
        together = int(residents["people"]) + sum(int(people["people"]) for people in known.values())
        lines.append(_("Tous ensemble : {people} personnes").format(people=number(together)))
    return lines


def ways(pcode: str, ground: Ground) -> None:
    """Links back to the map and up to the units that this one lies in."""
    place = ground.places[pcode]
    below = LEVELS[min(LEVELS.index(place.level) + 1, len(LEVELS) - 1)]
    with st.container(horizontal=True, key="ways"):
        query = sheets.with_language({"zone": pcode, "niveau": below})
        st.page_link("pages/carte.py", label=_("Voir sur la carte"), query_params=query)
        for level, code in parents(pcode, place.level).items():
            named = f"{kind(level, code)} {ground.names.get(code, code)}"
            label = label_text(named[:1].upper() + named[1:])
            query = sheets.with_language({NAME: code})
            st.page_link("pages/fiche.py", label=label, query_params=query)


def show(card: Card, ground: Ground) -> None:
    """Show the three parts of the card as tabs: here, known above, neighbours."""
    above, beside = number(len(card.above)), number(len(whole.neighbours(card.pcode, card.level)))
    names = [_("Ici"), *([] if card.public else [_("Connu au-dessus ({n})").format(n=above)])]
    names.append(_("Voisines ({n})").format(n=beside))
    said = _parts(data.version(), language(), date.today(), card.pcode, card, ground)
    for tab, text in zip(st.tabs(names), said, strict=True):
        with tab:
            st.html(text)
    st.html(sheets.sorter(), unsafe_allow_javascript=True)


@st.cache_resource(max_entries=128, show_spinner=False)
def _parts(version: str, lang: str, today: date, pcode: str, _card: Card, _ground: Ground) -> tuple[str, ...]:
    # Written once for each version of the data, language, day and unit: a region has hundreds of rows.
    store = data.records()
    wider = () if _card.public else (known_above(_card, _ground, store.types, store.sources),)
    return (
        here(_card, _ground, store.types, store.sources),
        *wider,
        neighbours(_card, store.types) + inside(_card.pcode, _card.level, _ground),
    )


def here(card: Card, ground: Ground, types: Mapping[str, ActivityType], sources: Mapping[str, Source]) -> str:
    """Figures by type with their state in words, then the records behind them."""
    rows, silent = [], []
    for row in card.figures.to_dict("records"):
        label = types[str(row["activity_type"])].label
        if row["state"] == "none_reported" and not row["records"]:
            silent.append(label)
            continue
        # Of a figure whose records the public is not told, the card says none of them.
        count = number(int(row["records"])) if row["records"] else _NOT_TOLD
        rows.append([label, _value(row), _measure(row), _beside(row), count])
    if not rows and not silent:
        return sheets.paragraph(_("Aucun enregistrement dans les données : rien n'est signalé ici."), "empty")
    heads = [_("Type"), _("Valeur"), _("Ce qui est compté"), _("À côté"), _("Enreg.")]
    title = _("Chiffres par type")
    figures = sheets.sheet(heads, rows, caption=title, numeric=(4,)) if rows else ""
    said = _("Aucun signalé : {types}.").format(types=", ".join(silent)) if silent else ""
    above = sheets.section(title, figures, sheets.paragraph(said, "after"))
    if card.public:
        return above
    none = sheets.paragraph(_("Aucun enregistrement ne nomme cette unité."), "empty")
    records = (
        records_table(card.here, ground, types, sources, title=_("Enregistrements d'ici"))
        if len(card.here)
        else none
    )
    lead = sheets.paragraph(who_and_when(card.here), "lead")
    return lead + above + sheets.section(_("Enregistrements d'ici"), records)


def who_and_when(records: pd.DataFrame) -> str:
    """Partners that the records of the unit name, and how old these records are."""
    if records.empty:
        return _("Aucun partenaire nommé ici.")
    names = sorted({str(name) for name in records["implementing_org"]} - {""})
    dates = sorted({str(day) for column in ("observed_on", "end_date") for day in records[column]} - {""})
    named = (
        _("Partenaires ici : {names}").format(names=", ".join(names))
        if names
        else _("Aucun partenaire nommé ici")
    )
    first, last = (dates[0], dates[-1]) if dates else ("", "")
    return f"{named} · {overview.age_words(first, last, today=date.today())}"


def _value(row: Row) -> str:
    least, most, unreported = (float(row[f"value_{end}"]) for end in ("min", "max", "open"))
    text = value_words(str(row["state"]), least, most, int(unreported))
    if row["state"] == "none_reported" and row["records"]:
        if not most:
            return _("{value} ici · connu au-dessus : nombre non rapporté").format(value=text)
        return _("{value} ici · connu au-dessus : jusqu'à {n}").format(value=text, n=figure(most))
    return text


def _measure(row: Row) -> str:
    measure = _(words.MEASURES[str(row["measure"])])
    return measure[:1].lower() + measure[1:]


def _beside(row: Row) -> str:
    """Parts of a count of what works: the seasonal ones in it, the others apart from it."""
    if row["measure"] != "working":
        return ""
    found = []
    for part, name in words.PARTS.items():
        least, most, unreported = (float(row[f"{part}_{end}"]) for end in ("min", "max", "open"))
        if most or unreported:
            text = value_words("number", least, most, int(unreported))
            said = _("dont {part} : {value}") if part == "seasonal" else _("à part, {part} : {value}")
            found.append(said.format(part=_(name), value=text))
    return " · ".join(found)


def known_above(
    card: Card, ground: Ground, types: Mapping[str, ActivityType], sources: Mapping[str, Source]
) -> str:
    """Return records that may touch the unit and name nothing in it."""
    title = _("Connu au-dessus de cette unité seulement")
    if card.above.empty:
        none = _("Rien n'est connu au-dessus seulement : tout ce qui touche cette unité la nomme.")
        return sheets.section(title, sheets.paragraph(none))
    text = _(
        "Ces enregistrements couvrent un lieu plus large et peuvent concerner cette unité, ou non : ils "
        "ne comptent pas comme présence ici."
    )
    table = records_table(card.above, ground, types, sources, title=title)
    return sheets.section(title, sheets.paragraph(text), table)


def records_table(
    records: pd.DataFrame,
    ground: Ground,
    types: Mapping[str, ActivityType],
    sources: Mapping[str, Source],
    *,
    title: str,
) -> str:
    """Return what, how many, in which state, who, for whom paid, where together, when, from where."""
    heads = [
        *(_("Quoi"), _("Nombre"), _("État"), _("Statut"), _("Partenaire"), _("Bailleur")),
        *(_("Lieux, pris ensemble"), _("Date"), _("Source")),
    ]
    shown, ids = records.head(ROWS_SHOWN), keeping.ids()
    rows = [
        _record_row(row, ground, types, sources, record_id=str(ids[label]))
        for label, row in zip(shown.index, shown.to_dict("records"), strict=True)
    ]
    table = sheets.sheet(heads, rows, caption=title, numeric=(1,))
    rest = len(records) - ROWS_SHOWN
    more = _("et {n} autres, à lire par commune.").format(n=number(rest)) if rest > 0 else ""
    return table + (sheets.paragraph(more) if more else "")


def _record_row(
    row: Row,
    ground: Ground,
    types: Mapping[str, ActivityType],
    sources: Mapping[str, Source],
    *,
    record_id: str,
) -> list[str]:
    source = sources.get(str(row["source_id"]))
    missing = _("n. r.")
    return [
        sheets.link("enregistrement", types[str(row["activity_type"])].label, id=record_id),
        overview.quantity_words(row),
        _named(words.FUNCTIONALITIES, row["functionality"]),
        _named(words.STATUSES, row["activity_status"]),
        str(row["implementing_org"]) or missing,
        ", ".join(part for part in str(row["donor"]).split(";") if part) or missing,
        places(str(row["place_set"]), ground),
        overview.date_words(row),
        source.words("title") if source else str(row["source_id"]),
    ]


def _named(table: Mapping[str, str], code: object) -> str:
    return _(table[str(code)]) if str(code) in table else (str(code) or _("n. r."))


def neighbours(card: Card, types: Mapping[str, ActivityType]) -> str:
    """Return the unit and those that share a border with it, same figures; every column can be sorted."""
    title = _("Cette unité et ses voisines")
    if card.neighbours.empty:
        return sheets.section(title, sheets.paragraph(_("Aucun enregistrement à comparer."), "empty"))
    told = card.neighbours[card.neighbours["state"] != "none_reported"]
    shown = list(dict.fromkeys(told["activity_type"]))
    first = card.neighbours.drop_duplicates("pcode")
    cells = {(str(row["pcode"]), str(row["activity_type"])): row for row in told.to_dict("records")}
    rows, sorting = [], []
    for unit in sorted(first.to_dict("records"), key=lambda each: each["pcode"] != card.pcode):
        code = str(unit["pcode"])
        values = [cells.get((code, name)) for name in shown]
        rows.append([_neighbour_name(unit, card.pcode), _people(unit), *(_short(row) for row in values)])
        sorting.append([str(unit["name"]), _sorted_people(unit), *(_order(row) for row in values)])
    heads = [_("Nom"), _("Population"), *(types[name].label for name in shown)]
    table = sheets.sheet(heads, rows, caption=title, numeric=range(1, len(heads)), sorting=sorting)
    hint = _(
        "Un clic sur un titre trie le tableau. Types sans aucun signalement ici ni chez les voisines : omis."
    )
    return sheets.section(title, sheets.paragraph(hint, "key"), table)


def _neighbour_name(unit: Row, chosen: str) -> str:
    if unit["pcode"] == chosen:
        return _("{name} (cette unité)").format(name=unit["name"])
    return sheets.link("fiche", str(unit["name"]), unite=str(unit["pcode"]))


def _people(unit: Row) -> str:
    people = float(unit["people"])
    return _("inconnu") if pd.isna(people) else number(people)


def _sorted_people(unit: Row) -> float | str:
    people = float(unit["people"])
    return "" if pd.isna(people) else people


def _short(row: Row | None) -> str:
    if row is None:
        return _("aucun signalé")
    least, most, unreported = (float(row[f"value_{end}"]) for end in ("min", "max", "open"))
    return value_words(str(row["state"]), least, most, int(unreported))


def _order(row: Row | None) -> float | str:
    """Return a column is sorted by the lower bound, then the upper; what is not a number goes last."""
    if row is None or row["state"] not in ("number", "zero"):
        return ""
    return float(row["value_min"]) + min(float(row["value_max"]), 1e6) / 1e7


def inside(pcode: str, level: str, ground: Ground) -> str:
    """Links to the units one level down; empty for a commune."""
    if level == LEVELS[-1]:
        return ""
    below = LEVELS[LEVELS.index(level) + 1]
    links = [
        _to_card(code, ground)
        for code in units(ground)
        if ground.places[code].level == below and parents(code, below)[level] == pcode
    ]
    titles: dict[str, str] = {"cercle": _("Ses cercles ou moughataas"), "commune": _("Ses communes")}
    return sheets.section(titles[below], sheets.bullets(links, "columns"))


def key() -> str:
    """Return the key of the signs used on the card."""
    withheld = f" · {withheld_key()}" if who.audience().role == "public" else ""
    return sheets.paragraph(key_words() + withheld, "key")
