"""The words around an answer: what is asked, where, when, and what was taken for granted.

One place for all screens and files, so that a map, its table and its print never
call the same thing by two names.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from geo import pcodes, signs
from geo.classify import unit_word, value_words, withheld_key
from geo.counting import SEPARATOR, Accounting
from geo.coverage import WORK_MEASURES, Assumptions
from geo.facts import Facts, Frame, View
from geo.i18n import N_, _, language, ngettext, number, short_date
from geo.report.accounting import accounting_line, rows_not_told
from geo.settings import NAME_COLUMN, PCODE_COLUMN

MEASURES: Final = {
    "working": N_("En service"),
    "in_place": N_("En place, tous états"),
    "out_of_order": N_("Hors service"),
    "not_used": N_("Non utilisés"),
    "partners": N_("Partenaires présents"),
    "records": N_("Enregistrements"),
    "reached_people": N_("Personnes atteintes"),
    "targeted_people": N_("Personnes ciblées"),
}
# What stands beside a count of works; the working ones are the count itself.
PARTS: Final = {
    "seasonal": N_("saisonniers"),
    "out_of_order": N_("hors service"),
    "not_used": N_("non utilisés"),
    "unknown": N_("état inconnu"),
}
FUNCTIONALITIES: Final = {
    "functional": N_("fonctionnel"),
    "functional_seasonal": N_("fonctionnel, saisonnier"),
    "partly": N_("en partie"),
    "broken": N_("en panne"),
    "dry": N_("à sec"),
    "not_used": N_("non utilisé"),
    "unknown": N_("état inconnu"),
}
STATUSES: Final = {
    "planned": N_("prévu"),
    "ongoing": N_("en cours"),
    "completed": N_("achevé"),
    "suspended": N_("suspendu"),
}
FILTERS: Final = {
    "implementing_org": N_("Partenaire"),
    "donor": N_("Bailleur"),
    "activity_status": N_("Statut"),
    "functionality": N_("État"),
    "source_id": N_("Source"),
}
COUNTRIES: Final = {"ML": N_("Mali"), "MR": N_("Mauritanie")}
# Lines named in the badge before "and n more".
LINES_SHOWN: Final = 4


# Layers of people, each added to the residents where a table of it is installed.
LAYERS: Final = {
    "residents": N_("résidents"),
    "displaced": N_("déplacés internes"),
    "refugees": N_("réfugiés"),
}
# How a population figure was made.
METHODS: Final = {
    "projection": N_("projection"),
    "estimate": N_("estimation"),
    "census": N_("recensement"),
}

# Sources of the shipped population, which its table names in English; another table is quoted as it is.
POPULATION_SOURCES: Final = {
    "COD-PS Mali 2017 (projection of the 2009 census)": N_(
        "COD-PS Mali 2017 (projection du recensement de 2009)"
    ),
    "Cadre Harmonise 2024 moughataa population shared out by registered voters 2024": N_(
        "Cadre Harmonisé 2024, population de la moughataa répartie selon les électeurs inscrits en 2024"
    ),
}


def population_source(source: str) -> str:
    """Return where a population figure comes from, in the reader's language where it is known."""
    return _(POPULATION_SOURCES.get(source, source))


def named(name: str, text: str) -> str:
    """``Mali : COD-AB 2021``, with the space before the colon that the language wants."""
    return _("{name} : {text}").format(name=name, text=text)


def unit_names(frame: Frame) -> dict[str, str]:
    """Name of every unit known by its P-code, regions of 2023 included."""
    return dict(frame.names)


def title(facts: Facts) -> str:
    """What is shown: type, measure, unit, year: ``Points d'eau · en service · communes · 2020``."""
    measure = _(MEASURES[facts.view.measure])
    parts = [facts.kind.label, measure[:1].lower() + measure[1:], unit_word(facts.view.level, 2)]
    return " · ".join([*parts, facts.newest[:4]] if facts.newest else parts)


def area(view: View, frame: Frame) -> str:
    """Where: the unit drilled into with what it lies in, or the four regions by name."""
    names = unit_names(frame)
    if not view.unit:
        regions = frame.boundaries.regions
        listed = ", ".join(regions.loc[regions["focus"], NAME_COLUMN["region"]])
        return _("Les quatre régions ({names})").format(names=listed)
    inside = frame.boundaries.units
    communes = inside[inside["adm3_pcode"].isin(frame.members.of(view.unit))]
    first = communes.iloc[0]
    codes = [view.unit, *(str(first[PCODE_COLUMN[level]]) for level in ("cercle", "region"))]
    above = [code for code in dict.fromkeys(codes) if frame.members.of(code) >= frame.members.of(view.unit)]
    return " · ".join([names[code] for code in above] + [_(COUNTRIES[str(first["country"])])])


def of_country(country: str, text: str) -> str:
    """A line about one country: ``Mali : …``."""
    return _("{country} : {text}").format(country=_(COUNTRIES[country]), text=text)


def fetching(country: str, done: int, total: int) -> str:
    """How far a download of boundaries is: which country, how much of how much [bytes]."""
    if not country:
        return _("Recherche sur HDX…")
    name = _(COUNTRIES[country])
    if not done:
        return _("{country} : recherche, vérification et mise en usage…").format(country=name)
    if not total:
        return _("{country} : {done} Mo reçus").format(country=name, done=number(done / 1e6, 1))
    return _("{country} : {done} Mo sur {total} Mo").format(
        country=name, done=number(done / 1e6, 1), total=number(total / 1e6, 1)
    )


def day(text: str) -> str:
    """A date as the language writes it; one that gives only a year or a month is quoted as it is."""
    try:
        return short_date(date.fromisoformat(text))
    except ValueError:
        return text


def dates(facts: Facts) -> str:
    """Dates that the records carry: ``relevés du 2014 au 23/11/2020``, empty where none does."""
    if not facts.newest:
        return _("date non rapportée") if len(facts.rows) else ""
    if facts.oldest == facts.newest:
        return _("données de {day}").format(day=day(facts.newest))
    return _("données de {first} à {last}").format(first=day(facts.oldest), last=day(facts.newest))


def vintages(facts: Facts) -> str:
    """``COD-AB 2021 (Mali), COD-AB 2024 (Mauritanie)``."""
    named = [(vintage, _(COUNTRIES[country])) for country, vintage in facts.vintages.items()]
    return ", ".join(f"{vintage} ({country})" for vintage, country in named)


def accounting(accounts: Accounting) -> str:
    """``Lus 1 234 = placés 1 190 + à vérifier 40 + rejetés 4``, with the parts of what was placed."""
    if accounts.withheld:
        return rows_not_told()
    parts = [accounting_line(accounts.read, accounts.placed, accounts.review, accounts.rejected)]
    if accounts.outside_shown:
        parts.append(_("dont {n} hors de la zone").format(n=number(accounts.outside_shown)))
    if accounts.repeats:
        parts.append(_("dont {n} répétitions possibles").format(n=number(accounts.repeats)))
    return " · ".join(parts)


def filters(facts: Facts) -> list[str]:
    """Filters in use, one a line, with how many records they leave out; empty without filters."""
    view = facts.view
    lines = []
    for column, values in view.filters.items():
        if values:
            shown = ", ".join(value_of(column, value, facts) for value in values)
            lines.append(named(_(FILTERS[column]), shown))
    if any(view.period):
        start, end = (day(text) if text else "…" for text in view.period)
        lines.append(_("Période : {start} à {end}").format(start=start, end=end))
    if facts.undated:
        lines.append(_("Enregistrements sans date laissés de côté : {n}").format(n=number(facts.undated)))
    if facts.filtered:
        lines.append(_("Enregistrements écartés par les filtres : {n}").format(n=number(facts.filtered)))
    return lines


def value_of(column: str, value: str, facts: Facts) -> str:
    """The value of a filtered column as a reader sees it."""
    if not value:
        return _("non rapporté")
    if column == "source_id" and value in facts.sources:
        return facts.sources[value].words("title")
    words: Mapping[str, str] = {"functionality": FUNCTIONALITIES, "activity_status": STATUSES}.get(column, {})
    return _(words[value]) if value in words else value


def assumptions(facts: Facts) -> list[str]:
    """What was taken for granted, one a line: every switch that changes a count of this type."""
    made: Assumptions = facts.view.assumptions
    lines = []
    if "functional_seasonal" in facts.kind.works:
        seasonal = (
            N_("points saisonniers comptés en service")
            if made.seasonal
            else N_("points saisonniers non comptés en service")
        )
        lines.append(_(seasonal))
    if facts.kind.works:
        unknown = {
            "apart": N_("état inconnu compté à part"),
            "working": N_("état inconnu compté en service"),
            "not_working": N_("état inconnu compté hors service"),
        }
        lines.append(_(unknown[made.unknown_as]))
    if made.none_reported_is_zero:
        lines.append(_("« aucun signalé » pris pour une absence"))
    return lines


def total(facts: Facts) -> str:
    """The value of the whole area, from the records."""
    return value_of_row(facts.total.iloc[0])


def value_of_row(row: pd.Series | Mapping[str, Any]) -> str:
    """The value of one row of units or total in words."""
    return value_words(
        str(row["state"]), float(row["value_min"]), float(row["value_max"]), int(row["value_open"])
    )


def beside(facts: Facts) -> list[str]:
    """What a count of works holds and what stands apart from it, for the whole area.

    ``["dont saisonniers : 1 434", "à part, hors service : 666"]``; empty for what
    does not run and for measures that count no works.
    """
    if not facts.kind.works or facts.view.measure not in WORK_MEASURES:
        return []
    row = facts.total.iloc[0]
    inside = set(PARTS) if facts.view.measure == "in_place" else set()
    if facts.view.assumptions.seasonal and facts.view.measure == "working":
        inside = {"seasonal"}
    found = []
    for part, name in PARTS.items():
        least, most, unreported = (row[f"{part}_{end}"] for end in ("min", "max", "open"))
        if part == facts.view.measure or not (most or unreported):
            continue
        value = _("nombre non rapporté") if not most else value_words("number", least, most, int(unreported))
        words = _("dont {part} : {value}") if part in inside else _("à part, {part} : {value}")
        found.append(words.format(part=_(name), value=value))
    return found


def above(facts: Facts, names: Mapping[str, str], *, lines: int = LINES_SHOWN) -> list[str]:
    """One line for each record known above the level only: number, places, organisation; the first few."""
    found = []
    # The few rows shown only: there may be many, and each has forty columns.
    columns = ["place_set", "quantity", "implementing_org"]
    first = facts.of_type[columns].iloc[facts.rows_above[:lines]]
    for places, quantity, who in first.itertuples(index=False, name=None):
        named = [names.get(code, code) for code in str(places).split(SEPARATOR) if code]
        amount = _("nombre non rapporté") if pd.isna(quantity) else number(quantity)
        where = ", ".join(named[:3]) + ("…" if len(named) > 3 else "")
        found.append(" · ".join(text for text in (amount, where, str(who)) if text))
    rest = len(facts.rows_above) - lines
    return found + ([_("et {n} autres").format(n=number(rest))] if rest > 0 else [])


def above_title(count: int) -> str:
    """Heading of the badge of what is known above the level drawn only."""
    return ngettext(
        "connu au niveau supérieur : {n} enregistrement",
        "connu au niveau supérieur : {n} enregistrements",
        count,
    ).format(n=number(count))


def sources(facts: Facts) -> list[str]:
    """Title, date, attribution and licence of each source of the type, those of the figures first."""
    used = _used(facts)
    ordered = sorted(facts.sources.values(), key=lambda source: source.source_id not in used)
    lines = []
    for source in ordered:
        credit = source.attribution or source.publisher
        said = [source.words("title"), day(source.date), credit, source.words("licence")]
        lines.append(" · ".join(text for text in said if text))
    return lines


def _used(facts: Facts) -> set[str]:
    """Sources with a record behind the figures."""
    if facts.fixed:
        return set(facts.sources)
    return facts.sources_used


def limits(frame: Frame) -> list[str]:
    """Boundaries in use: country, vintage, attribution and licence, one a layer."""
    lines = []
    for layer in frame.boundaries.layers:
        about = layer.about
        said = [layer.vintage, about.get("attribution"), about.get("licence")]
        text = " · ".join(str(part) for part in said if part)
        lines.append(named(_(COUNTRIES[layer.country]), text))
    return lines


def limits_caveats(frame: Frame) -> list[str]:
    """What each layer of boundaries warns of, in the language: indicative layers first, all of each."""
    layers = sorted(frame.boundaries.layers, key=lambda layer: not layer.about.get("indicative"))
    lines = []
    for layer in layers:
        caveats = layer.about.get("caveats", {})
        said = caveats.get(language(), ()) if isinstance(caveats, Mapping) else ()
        lines += [named(_(COUNTRIES[layer.country]), str(text)) for text in said]
    return lines


def key(facts: Facts) -> str:
    """What is counted, and the key of the words that stand in the place of a number."""
    return _(
        "Unité comptée : {unit} ; 0 : une source exhaustive couvre l'unité et n'en signale pas ; aucun "
        "signalé : rien n'est signalé, aucune source exhaustive ; n. r. : non rapporté ; s. o. : sans objet"
    ).format(unit=facts.kind.unit) + (f" ; {withheld_key()}" if facts.fixed else "")


def population(facts: Facts) -> str:
    """People of the area with their origin, and what is missing; empty where no commune has a figure."""
    row = facts.total.iloc[0]
    if pd.isna(row["people"]):
        return ""
    # An estimate is marked wherever it is used.
    marked = "≈ " if any(method == "estimate" for _year, method, _source in facts.population) else ""
    origins = [
        ", ".join(part for part in (year, _(METHODS.get(method, method)), population_source(source)) if part)
        for year, method, source in facts.population
    ]
    text = _("Population : {people}, hors déplacés et réfugiés (pop. {origins})").format(
        people=marked + number(row["people"]), origins=" ; ".join(origins)
    )
    missing = int(row["people_missing"])
    if missing:
        text += " · " + _("communes sans donnée : {n}").format(n=number(missing))
    return text


def fictitious(facts: Facts) -> bool:
    """Whether a source of these figures is made up, for training."""
    used = _used(facts)
    return any(source.fictitious for name, source in facts.sources.items() if name in used)


def file_name(facts: Facts, frame: Frame, *, day: date, ending: str) -> str:
    """Name of a file in OCHA's manner, country, area, what and date: ``mli_gao_points_eau_20261122.csv``."""
    parts = [*place_slugs(facts.view.unit, frame)]
    parts.append(slug(facts.kind.label))
    if facts.view.measure != facts.kind.measure:
        parts.append(slug(_(MEASURES[facts.view.measure])))
    if facts.view.level != "commune":
        parts.append(slug(unit_word(facts.view.level, 1).split("/")[0]))
    if fictitious(facts):
        parts.append("donnees_fictives")
    return "_".join([*parts, f"{day:%Y%m%d}.{ending}"])


def place_slugs(unit: str, frame: Frame) -> tuple[str, str]:
    """Country and area for the name of a file: ``mli`` and ``gao``, the four regions without a unit."""
    communes = frame.members.of(unit) or frame.focus
    countries = {pcodes.country(commune) for commune in communes}
    where = slug(frame.names[unit]) if unit else slug(_("quatre régions"))
    return "-".join(sorted(_ISO3[country] for country in countries)), where


# A name of a file holds several [characters].
_LONGEST_SLUG: Final = 60
# What follows in a name of a place says nothing more [characters].
_LONGEST_NAME: Final = 500
_ISO3: Final = {"ML": "mli", "MR": "mrt"}


def slug(text: str) -> str:
    """Small letters without accents, articles and brackets: ``Points d'eau`` is ``points_eau``."""
    bare = re.sub(r"\b[dl]['’]", " ", re.sub(r"\(.*?\)", "", text[:_LONGEST_NAME].lower()))
    plain = signs.decomposed(bare).encode("ascii", "ignore").decode()
    return "_".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_SLUG].rstrip("_")
