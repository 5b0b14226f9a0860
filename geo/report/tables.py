"""The table of a view as CSV and as a workbook, with the accounting and the sources in it."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from openpyxl import Workbook

from geo import words
from geo.classify import unit_word
from geo.counting import SEPARATOR
from geo.coverage import PARTS
from geo.facts import Facts, Frame
from geo.i18n import N_, _, long_date
from geo.io.records import csv_cell, csv_text
from geo.report.accounting import FLAG_WORDS, PRECISION_WORDS, REASON_WORDS
from geo.report.shown import Shown, shown
from geo.report.workbook import add_sheet, saved

STATES: Final = {
    "number": N_("nombre"),
    "zero": N_("zéro"),
    "none_reported": N_("aucun signalé"),
    "not_reported": N_("non rapporté"),
    "unknown": N_("inconnu"),
    "not_applicable": N_("sans objet"),
    "withheld": N_("retenu (petit nombre)"),
}
_PART_HEADINGS: Final = {
    "working": (N_("En service, min"), N_("En service, max")),
    "seasonal": (N_("Saisonniers, min"), N_("Saisonniers, max")),
    "out_of_order": (N_("Hors service, min"), N_("Hors service, max")),
    "not_used": (N_("Non utilisés, min"), N_("Non utilisés, max")),
    "unknown": (N_("État inconnu, min"), N_("État inconnu, max")),
}
# Columns of a record that a reader of a table can use; empty ones are left out.
_RECORD_HEADINGS: Final = {
    "implementing_org": N_("Partenaire"),
    "donor": N_("Bailleur"),
    "partner_orgs": N_("Autres partenaires"),
    "sector": N_("Secteur"),
    "subtype": N_("Sous-type"),
    "activity_status": N_("Statut"),
    "functionality": N_("État"),
    "quantity": N_("Quantité"),
    "area_ha": N_("Superficie (ha)"),
    "places": N_("Lieux"),
    "place_set": N_("P-codes"),
    "vintage": N_("Millésime des P-codes"),
    "precision": N_("Précision"),
    "longitude": N_("Longitude"),
    "latitude": N_("Latitude"),
    "observed_on": N_("Observé le"),
    "start_date": N_("Début"),
    "end_date": N_("Fin"),
    "targeted_people": N_("Personnes ciblées"),
    "reached_people": N_("Personnes atteintes"),
    "targeted_households": N_("Ménages ciblés"),
    "reached_households": N_("Ménages atteints"),
    "amount": N_("Montant"),
    "currency": N_("Monnaie"),
    "flags": N_("Signalements"),
    "remarks": N_("Remarques"),
    "project_code": N_("Code du projet"),
    "record_key": N_("Clé"),
    "source": N_("Source"),
}
_ALWAYS: Final = ("quantity", "places", "place_set", "precision", "source")
_CODED: Final[Mapping[str, Mapping[str, str]]] = {
    "activity_status": words.STATUSES,
    "functionality": words.FUNCTIONALITIES,
    "precision": PRECISION_WORDS,
}
# Rows of a sheet under its heading, by the file format.
MOST_ROWS: Final = 1_048_575


# ---- the table --------------------------------------------------------------------------------------


def table_frame(facts: Facts, frame: Frame) -> pd.DataFrame:
    """The units of the area in the map's order, headings and words in the current language.

    Value in words and state first; minimum and maximum as numbers of their own
    so that they sort, empty where there is no number; what stands beside a
    count of works; people with year.

    Returns
    -------
    DataFrame
        One row a unit. Whole figures are ``Int64``, missing where not known.
    """
    return _table(facts, shown(facts, frame))


def _table(facts: Facts, done: Shown) -> pd.DataFrame:
    rows = done.rows
    counted = rows["state"].isin(["number", "zero"])
    columns: dict[str, pd.Series] = {
        _("Valeur"): rows["words"],
        _("État de la donnée"): rows["state"].map({name: _(text) for name, text in STATES.items()}),
        **_where(facts, rows),
        _("Minimum"): _whole(rows["value_min"].where(counted)),
        _("Maximum"): _whole(rows["value_max"].where(counted)),
        **_behind(facts, rows),
        _("Connu au-dessus, au plus"): _whole(rows["above_max"]),
        **_parts(facts, rows),
        _("Population"): _whole(rows["people"]),
        _("Année de la population"): rows["people_year"].str.replace(SEPARATOR, ", "),
        _("Communes sans population"): _whole(rows["people_missing"]),
        _("Superficie (km²)"): rows["area_sqkm"].round(1),
        _("Limite indicative"): rows["indicative"].map({True: _("oui"), False: _("non")}),
    }
    return pd.DataFrame(columns)


def _behind(facts: Facts, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """How many records are behind each figure; of a fixed table that is not told."""
    if facts.fixed:
        return {}
    return {
        _("Enregistrements sans nombre"): _whole(rows["value_open"]),
        _("Enregistrements"): _whole(rows["records"]),
    }


def _where(facts: Facts, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Unit, code, and the units above it that its level has."""
    heading = unit_word(facts.view.level, 1)
    columns = {heading[:1].upper() + heading[1:]: rows["name"], _("P-code"): rows["pcode"]}
    if facts.view.level == "commune":
        columns[_("Cercle / moughataa")] = rows["cercle_name"]
    if facts.view.level != "region":
        columns[_("Région / wilaya")] = rows["region_name"]
    return columns


def _parts(facts: Facts, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Parts of a count of works; a unit of which nothing is reported has none, not zero."""
    if not facts.kind.works:
        return {}
    reported = rows["presence"] | rows["state"].eq("zero")
    return {
        _(heading): _whole(rows[f"{part}_{end}"].where(reported))
        for part in PARTS
        for end, heading in zip(("min", "max"), _PART_HEADINGS[part], strict=True)
    }


def _whole(values: pd.Series) -> pd.Series:
    """Figures without decimals where all of them are whole, so that 12 is not written 12.0."""
    numbers = values.astype("float64")
    known = numbers.dropna()
    return numbers.astype("Int64") if (known == np.round(known)).all() else numbers


def record_frame(facts: Facts, frame: Frame) -> pd.DataFrame:
    """The shared records behind the figures, headings and words in the current language."""
    names = words.unit_names(frame)
    titles = {name: source.words("title") for name, source in facts.sources.items()}
    records = facts.records
    sets = records["place_set"].astype("str")
    records = records.assign(
        places=sets.map({text: _places(text, names) for text in sets.unique()}),
        source=records["source_id"].astype("str").map(lambda name: titles.get(name, name)),
    )
    columns: dict[str, pd.Series] = {}
    for column, heading in _RECORD_HEADINGS.items():
        values = _readable(records[column], column)
        if column in _ALWAYS or (values.notna() & values.astype("str").ne("")).any():
            columns[_(heading)] = values
    return pd.DataFrame(columns)


def _places(place_set: str, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(code, code) for code in place_set.split(SEPARATOR) if code)


def _readable(values: pd.Series, column: str) -> pd.Series:
    if column in _CODED:
        return values.astype("str").map(lambda text: _(_CODED[column].get(text, text)))
    if column == "flags":
        return values.astype("str").map(_flags)
    if values.dtype.kind == "f" and column not in ("longitude", "latitude"):
        return _whole(values)
    return values if values.dtype.kind == "f" else values.astype("str")


def _flags(text: str) -> str:
    return ", ".join(_(FLAG_WORDS.get(flag, flag)) for flag in text.split(SEPARATOR) if flag)


# ---- the accounts -----------------------------------------------------------------------------------

Account = tuple[str, Any]


def account_rows(facts: Facts, frame: Frame, *, day: date) -> list[Account]:
    """What goes with every table: asked, counted, taken for granted, sources, licences, limits.

    Returns
    -------
    list of (str, value)
        Term and value; figures of the accounting are numbers.
    """
    rows: list[Account] = [
        (_("Titre"), words.title(facts)),
        (_("Zone"), words.area(facts.view, frame)),
        (_("Données"), words.dates(facts)),
        (_("Ensemble de la zone"), words.total(facts)),
        *((_("Détail"), text) for text in words.beside(facts)),
        *_counted(facts),
        *((_("Filtre"), text) for text in words.filters(facts)),
        *((_("Hypothèse"), text) for text in words.assumptions(facts)),
        *((_("Population"), text) for text in [words.population(facts)] if text),
        *((_("Source"), text) for text in words.sources(facts)),
        *((_("Réserve"), text) for text in _caveats(facts)),
        *((_("Limites"), text) for text in words.limits(frame)),
        *((_("Limites indicatives"), text) for text in words.limits_caveats(frame)),
        (_("Signes"), words.key(facts)),
        (_("Fait le"), long_date(day)),
    ]
    warning = [(_("Attention"), _("DONNÉES FICTIVES, pour la formation"))] if words.fictitious(facts) else []
    return [*warning, *rows]


def _counted(facts: Facts) -> list[Account]:
    counts = facts.accounting
    if counts.withheld:
        return [(_("Lignes lues et placées"), words.accounting(counts))]
    return [
        (_("Lus"), counts.read),
        (_("Placés"), counts.placed),
        (_("À vérifier"), counts.review),
        (_("Rejetés"), counts.rejected),
        (_("Placés hors de la zone"), counts.outside_shown),
        (_("Répétitions possibles"), counts.repeats),
        *_named(_("Placés, précision"), counts.precision, PRECISION_WORDS),
        *_named(_("Non placés, raison"), counts.reasons, REASON_WORDS),
        *([] if facts.fixed else [(_("Connus au-dessus du niveau"), len(facts.rows_above))]),
    ]


def _named(term: str, counts: Mapping[str, int], texts: Mapping[str, str]) -> list[Account]:
    return [(words.named(term, _(texts.get(name, name))), number) for name, number in counts.items()]


def _caveats(facts: Facts) -> list[str]:
    said = [(source.words("title"), source.words("caveats")) for source in facts.sources.values()]
    return [words.named(title, text) for title, text in said if text]


# ---- files ------------------------------------------------------------------------------------------


def table_csv(facts: Facts, frame: Frame, *, day: date) -> bytes:
    """The table as CSV, UTF-8 with the mark that spreadsheets need, the accounts after an empty line."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    for term, value in account_rows(facts, frame, day=day):
        writer.writerow([csv_cell(term), csv_cell(value)])
    text = csv_text(table_frame(facts, frame)) + "\r\n" + target.getvalue()
    return text.encode("utf-8-sig")


def table_xlsx(facts: Facts, frame: Frame, *, day: date) -> bytes:
    """The table as a workbook: *Tableau*, *Enregistrements* (not for the public), *Comptes*; cells safe."""
    book = Workbook(write_only=True)
    accounts = account_rows(facts, frame, day=day)
    if facts.public:
        add_sheet(book, _("Tableau"), table_frame(facts, frame))
        add_sheet(
            book, _("Comptes"), pd.DataFrame(accounts, columns=[_("Terme"), _("Valeur")]), widths=(34, 110)
        )
        return saved(book, title=words.title(facts))
    records = record_frame(facts, frame)
    if len(records) > MOST_ROWS:
        text = _("les {n} premiers sur {total}").format(n=MOST_ROWS, total=len(records))
        accounts.append((_("Enregistrements écrits"), text))
    add_sheet(book, _("Tableau"), table_frame(facts, frame))
    add_sheet(book, _("Enregistrements"), records.head(MOST_ROWS))
    add_sheet(book, _("Comptes"), pd.DataFrame(accounts, columns=[_("Terme"), _("Valeur")]), widths=(34, 110))
    return saved(book, title=words.title(facts))
