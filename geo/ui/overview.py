"""What the overview says: key figures, other types, what is known above only, what is old, who works."""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import overview, words
from geo.classify import figure
from geo.i18n import _, language, ngettext, number, unbroken
from geo.overview import KeyFigure
from geo.ui import sheets
from geo.ui.data import Ground
from geo.ui.parts import escaped
from geo.ui.placewords import places
from geo.ui.sheets import Html, with_language

# The types that the mission is about come first; others fill up where one has no record.
KEY_TYPES: Final = ("water_point", "market_garden", "avec", "peace_committee")
_SOURCES_NAMED: Final = 2
# A row of a frame as it is read out.
Row = Mapping[Hashable, Any]


def chosen(figures: Mapping[str, KeyFigure]) -> list[str]:
    """Return the types shown large, at most four."""
    ordered = [name for name in KEY_TYPES if name in figures]
    return [*ordered, *(name for name in figures if name not in KEY_TYPES)][: len(KEY_TYPES)]


def newest(figures: Mapping[str, KeyFigure]) -> str:
    """Newest date that any record carries."""
    return max((each.facts.newest for each in figures.values()), default="")


def age_words(first: str, last: str, *, today: date) -> str:
    """``relevé de 2020 (6 ans)``, ``relevés de 2014 à 2020 (6 à 12 ans)``, or that no date is reported.

    >>> age_words("2020", "2020-11-23", today=date(2026, 11, 22))
    'relevé de 2020 (6 ans)'
    """
    if not last:
        return _("date non rapportée")
    oldest, latest = first[:4], last[:4]
    least, most = today.year - int(latest), today.year - int(oldest)
    if least == most:
        text = ngettext("relevé de {year} ({n} an)", "relevé de {year} ({n} ans)", least)
        return text.format(year=latest, n=number(least))
    text = _("relevés de {first} à {last} ({least} à {most} ans)")
    return text.format(first=oldest, last=latest, least=number(least), most=number(most))


def age_of(each: KeyFigure, *, today: date) -> str:
    """Age of the records behind a figure, and how many of them have no date."""
    records = each.facts.records
    text = age_words(each.facts.oldest, each.facts.newest, today=today)
    undated = int(((records["observed_on"] == "") & (records["end_date"] == "")).sum())
    if not undated or not each.facts.newest:
        return text
    return text + " · " + _("{n} sans date").format(n=number(undated))


def value(each: KeyFigure) -> str:
    """Value or interval of the whole area, in words."""
    return words.value_of_row(each.total)


def without_data(each: KeyFigure) -> str:
    """``dont 29 communes sans donnée, sur 208``."""
    text = ngettext(
        "dont {n} commune sans donnée, sur {all}",
        "dont {n} communes sans donnée, sur {all}",
        each.without_data,
    )
    return text.format(n=number(each.without_data), all=number(each.communes))


def measure_words(each: KeyFigure) -> str:
    """Return what is counted, with the parts beside it: ``en service · saisonniers : 1 434``."""
    measure = _(words.MEASURES[each.facts.view.measure])
    return " · ".join([measure[:1].lower() + measure[1:], *words.beside(each.facts)])


def sources(each: KeyFigure) -> str:
    """Titles of the sources behind a figure, the first few."""
    used = set(each.facts.records["source_id"].astype("str"))
    every = each.facts.fixed
    titles = [source.words("title") for name, source in each.facts.sources.items() if every or name in used]
    more = len(titles) - _SOURCES_NAMED
    rest = [_("et {n} autres").format(n=number(more))] if more > 0 else []
    return " ; ".join([*titles[:_SOURCES_NAMED], *rest])


def link_words(each: KeyFigure) -> str:
    """Return what the link under a figure opens."""
    if each.facts.public:
        return _("Voir sur la carte")
    count = len(each.facts.records)
    text = ngettext("Voir {n} enregistrement", "Voir les {n} enregistrements", count)
    return text.format(n=number(count))


def figure_html(each: KeyFigure, *, today: date) -> str:
    """One key figure: name, value, what it counts, age, communes without data, source."""
    lines = [
        ("figure-what", measure_words(each)),
        ("figure-age", age_of(each, today=today)),
        ("figure-gap", without_data(each)),
        ("figure-source", _("Source : {titles}").format(titles=sources(each))),
    ]
    said = "".join(f"<p class='{klass}'>{escaped(unbroken(text))}</p>" for klass, text in lines)
    name = f"<h2>{escaped(each.facts.kind.label)}</h2>"
    return f"<section class='figure'>{name}<p class='figure-value'>{escaped(value(each))}</p>{said}</section>"


def show_key_figures(figures: Mapping[str, KeyFigure], *, today: date) -> None:
    """Show the key figures side by side, each with the way to the records behind it."""
    with st.container(key="key-figures"):
        for column, name in zip(st.columns(len(KEY_TYPES)), chosen(figures), strict=False):
            with column:
                st.html(figure_html(figures[name], today=today))
                query = with_language(map_of(figures[name]))
                st.page_link("pages/carte.py", label=link_words(figures[name]), query_params=query)


def map_of(each: KeyFigure) -> dict[str, str]:
    """Return the query that makes the map show a figure."""
    return {"type": each.facts.kind.name, "mesure": each.facts.view.measure}


def other_types(figures: Mapping[str, KeyFigure], *, today: date) -> str:
    """Table of the types that are not shown large; empty where there are none."""
    shown = set(chosen(figures))
    rows = []
    for name, each in figures.items():
        if name not in shown:
            linked = sheets.link("carte", each.facts.kind.label, **map_of(each))
            known = f"{number(each.communes - each.without_data)} / {number(each.communes)}"
            count = "–" if each.facts.fixed else number(len(each.facts.records))
            rows.append([linked, value(each), measure_words(each), known, count, age_of(each, today=today)])
    if not rows:
        return ""
    heads = [_("Type"), _("Valeur"), _("Ce qui est compté"), _("Communes avec donnée"), _("Enreg."), _("Âge")]
    title = _("Autres types d'activité")
    return sheets.section(title, sheets.sheet(heads, rows, caption=title, numeric=(3, 4)))


def above(figures: Mapping[str, KeyFigure], ground: Ground) -> str:
    """Return records that are known above the commune only: they colour nothing on the map."""
    records = overview.known_above(figures)
    if records.empty or any(each.facts.public for each in figures.values()):
        return ""
    rows = [
        [
            figures[str(row["activity_type"])].facts.kind.label,
            quantity_words(row),
            places(str(row["place_set"]), ground),
            str(row["implementing_org"]) or _("n. r."),
            date_words(row),
        ]
        for row in records.to_dict("records")
    ]
    heads = [_("Type"), _("Nombre"), _("Lieux, pris ensemble"), _("Partenaire"), _("Date")]
    title = _("Connu au-dessus de la commune seulement")
    text = ngettext(
        "{n} enregistrement ne dit pas dans quelles communes, ou combien dans chacune : il n'en colore "
        "aucune.",
        "{n} enregistrements ne disent pas dans quelles communes, ou combien dans chacune : ils n'en "
        "colorent aucune.",
        len(rows),
    ).format(n=number(len(rows)))
    table = sheets.sheet(heads, rows, caption=title, numeric=(1,))
    return sheets.section(title, sheets.paragraph(text), table)


def quantity_words(row: Row) -> str:
    """Quantity of a record, people where it counts only people, or that none is reported."""
    quantity, people = float(row["quantity"]), float(row["reached_people"])
    if not pd.isna(quantity):
        return figure(quantity)
    if not pd.isna(people):
        return _("n. r. ({n} personnes)").format(n=figure(people))
    return _("n. r.")


def date_words(row: Row) -> str:
    """Date of a record at the precision it has: of the survey, else of the end, else of the start."""
    found = next((str(row[name]) for name in ("observed_on", "end_date", "start_date") if row[name]), "")
    return words.day(found) if found else _("non datée")


def stale(figures: Mapping[str, KeyFigure], *, today: date) -> str:
    """How old the records of each type are; what is old is marked by a word, what has no date is named."""
    ages = overview.ages(figures, today=today)
    rows = [_age_row(row, figures) for row in ages.to_dict("records")]
    heads = [_("Type"), _("Année"), _("Enreg."), _("Âge"), _("Remarque")]
    title = _("Ce qui date")
    years = overview.OLD_AFTER_YEARS
    text = ngettext(
        "Ancien : relevé il y a plus de {n} an.", "Ancien : relevé il y a plus de {n} ans.", years
    ).format(n=number(years))
    table = sheets.sheet(heads, rows, caption=title, numeric=(1, 2))
    return sheets.section(title, sheets.paragraph(text), table)


def _age_row(row: Row, figures: Mapping[str, KeyFigure]) -> list[str]:
    year, old = str(row["year"]), bool(row["old"])
    word = _("ancien") if old else _("non daté") if not year else ""
    remark = Html(f"<b class='old'>{escaped(word)}</b>") if word else ""
    age = "–"
    if year:
        years = int(float(row["age_years"]))
        age = ngettext("relevé de {year} ({n} an)", "relevé de {year} ({n} ans)", years)
        age = age.format(year=year, n=number(years))
    label = figures[str(row["activity_type"])].facts.kind.label
    return [label, year or "–", number(int(row["records"])), age, remark]


@st.cache_resource(max_entries=16, show_spinner=False)
def _tables(
    version: str, lang: str, today: date, _figures: Mapping[str, KeyFigure], _ground: Ground
) -> tuple[str, ...]:
    return (
        other_types(_figures, today=today),
        above(_figures, _ground),
        stale(_figures, today=today),
    )


def tables(figures: Mapping[str, KeyFigure], ground: Ground, *, today: date, version: str) -> tuple[str, ...]:
    """Return the tables under the map, written once for each version of the data, language and day."""
    return _tables(f"{version}|{ground.boundaries.version}", language(), today, figures, ground)


def partners(found: pd.DataFrame) -> str:
    """Return organisations with their records, each a way to the map of its own.

    Parameters
    ----------
    found
        ``records, main_type`` by name, see :func:`geo.ui.whole.partners`.
    """
    rows = [
        _partner(str(name), int(count), str(main))
        for name, count, main in zip(found.index, found["records"], found["main_type"], strict=True)
    ]
    body = sheets.bullets(rows) if rows else sheets.paragraph(_("Aucune organisation n'est nommée."))
    return sheets.section(_("Partenaires"), body)


def _partner(name: str, count: int, main_type: str) -> Html:
    said = ngettext("{n} enregistrement", "{n} enregistrements", count).format(n=number(count))
    linked = sheets.link("carte", name, **sheets.map_of_partner(name, main_type))
    return Html(f"{linked} · {escaped(said)}")


def empty() -> str:
    """Return what to do where there is no record at all."""
    title = _("Aucun enregistrement pour l'instant.")
    text = _(
        "Les limites et la population sont là. Pour voir vos activités, apportez le fichier d'un partenaire "
        "à la page Importer, ou démarrez l'application sur un fichier : COUVERTURE_RECORDS=FICHIER make app. "
        "Une ligne par enregistrement, les titres en français ou en anglais."
    )
    return f"<section class='empty'><p><b>{escaped(title)}</b></p><p>{escaped(text)}</p></section>"
