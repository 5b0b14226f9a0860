"""Partners as tables for files: matrix, pairs, communes that stand out, quarters, changes, accounts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import pandas as pd
from openpyxl import Workbook

from geo import partnerwords, words
from geo.counting import SEPARATOR, Accounting
from geo.facts import Frame
from geo.i18n import N_, _, long_date
from geo.io.records import csv_cell, csv_text
from geo.overlaps import PEOPLE, Overlaps
from geo.presence import AREA, Presence
from geo.report.tables import STATES
from geo.report.workbook import add_sheet, saved

Account = tuple[str, object]
_NEED_HEADINGS: Final = {
    "one_partner": N_("Un seul partenaire"),
    "none_reported": N_("Aucun signalé"),
    "none_reported_high_need": N_("Aucun signalé, besoin élevé"),
}


def hole_title(name: str) -> str:
    """Heading of a list of :func:`geo.presence.holes`."""
    return _(_NEED_HEADINGS[name])


# ---- tables -----------------------------------------------------------------------------------------


def matrix_table(presence: Presence) -> pd.DataFrame:
    """One row a cell: organisation in its role, activity, unit, bounds, and what they rest on."""
    names = dict(zip(presence.units["pcode"], presence.units["name"], strict=True)) | {AREA: _("Ensemble")}
    cells = presence.cells.assign(unit=presence.cells["pcode"].map(names))
    cells = cells.sort_values(["organisation", "activity_type", "pcode"], ignore_index=True)
    known = cells["state"].eq("number")
    labels = {name: kind.label for name, kind in presence.kinds.items()}
    return pd.DataFrame(
        {
            _("Organisation"): cells["organisation"],
            _("Rôle"): _(partnerwords.ROLES[presence.role]),
            _("Activité"): cells["activity_type"].map(labels),
            _("Unité"): cells["unit"],
            _("P-code"): cells["pcode"],
            _("Compté"): _(partnerwords.MEASURES[presence.measure]),
            _("Minimum"): whole(cells["value_min"].where(known)),
            _("Maximum"): whole(cells["value_max"].where(known)),
            _("Enregistrements sans nombre"): cells["value_open"].astype("int64"),
            _("Enregistrements"): cells["records"].astype("int64"),
            _("Nommée ici"): cells["presence"].map({True: _("oui"), False: _("non")}),
            _("État de la donnée"): cells["state"].map({name: _(text) for name, text in STATES.items()}),
        }
    )


def wide_table(presence: Presence, pcodes: Sequence[str] | None = None) -> pd.DataFrame:
    """The matrix as it is read: a row for each organisation and activity, a column for each unit.

    Parameters
    ----------
    pcodes : sequence of str, optional
        Units shown; without them all. The whole area comes before them.
    """
    shown = list(presence.units["pcode"]) if pcodes is None else list(pcodes)
    names = dict(zip(presence.units["pcode"], presence.units["name"], strict=True)) | {AREA: _("Ensemble")}
    said = {
        (row["organisation"], row["activity_type"], row["pcode"]): partnerwords.cell(row)
        for row in presence.cells.to_dict("records")
    }
    labels = {name: kind.label for name, kind in presence.kinds.items()}
    rows = [
        [name, labels[kind], *(said.get((name, kind, pcode), "·") for pcode in [AREA, *shown])]
        for name, kind in presence.lines[["organisation", "activity_type"]].itertuples(index=False)
    ]
    heads = [_("Organisation"), _("Activité"), *(names[pcode] for pcode in [AREA, *shown])]
    # Two communes may bear one name: headings are made distinct by the P-code.
    taken = pd.Series(heads)
    doubled = taken.duplicated(keep=False).to_numpy()
    codes = ["", "", AREA, *shown]
    told = [f"{head} {code}" if two else head for head, code, two in zip(heads, codes, doubled, strict=True)]
    return pd.DataFrame(rows, columns=told)


def whole(values: pd.Series) -> pd.Series:
    """Figures without decimals where all of them are whole."""
    known = values.dropna()
    return values.astype("Int64") if (known == known.round()).all() else values


def pair_table(
    found: Overlaps, pairs: pd.DataFrame, names: Mapping[str, str], labels: Mapping[str, str]
) -> pd.DataFrame:
    """One row a pair of ``pairs`` (of :func:`geo.store.meeting.with_decisions`), both sides in words.

    Parameters
    ----------
    names, labels : mapping of str to str
        Name of every unit by its P-code, of every activity by its type.
    """
    first = found.records.reindex(pairs["first"]).reset_index(drop=True)
    second = found.records.reindex(pairs["second"]).reset_index(drop=True)
    pairs = pairs.reset_index(drop=True)
    columns: dict[str, pd.Series] = {
        _("Type"): pairs["activity_type"].map(lambda name: labels.get(name, name)),
        _("Commune"): pairs["pcode"].map(lambda code: names.get(code, code)),
        _("P-code"): pairs["pcode"],
    }
    for letter, side in (("A", first), ("B", second)):
        columns |= {
            _("Partenaire {letter}").format(letter=letter): side["implementing_org"],
            _("Lieux {letter}").format(letter=letter): side["place_set"].map(
                lambda text: places(text, names)
            ),
            _("Quantité {letter}").format(letter=letter): whole(side["quantity"].astype(float)),
            _("Début {letter}").format(letter=letter): side["start_date"],
            _("Fin {letter}").format(letter=letter): side["end_date"],
        }
    columns |= {
        _("Distance (km)"): pairs["distance_km"].astype(float).round(3),
        _("Pourquoi"): pairs["basis"].map({name: _(text) for name, text in partnerwords.BASIS.items()}),
        _("Périodes"): pairs["period"].map({name: _(text) for name, text in partnerwords.PERIODS.items()}),
    }
    for column in PEOPLE:
        label = _(partnerwords.MEASURES[column])
        columns[_("{what}, au moins").format(what=label)] = whole(pairs[f"{column}_min"].astype(float))
        columns[_("{what}, au plus").format(what=label)] = whole(pairs[f"{column}_max"].astype(float))
        columns[_("{what}, sans chiffre").format(what=label)] = pairs[f"{column}_open"].astype("int64")
    if "decision" in pairs:
        said = {name: _(text) for name, text in partnerwords.DECISIONS.items()}
        columns[_("Décision")] = pairs["decision"].map(lambda text: said.get(text, ""))
        columns[_("Note")] = pairs["note"]
    return pd.DataFrame(columns)


def places(place_set: str, names: Mapping[str, str]) -> str:
    """Names of the units of a ``;``-separated set."""
    return ", ".join(names.get(code, code) for code in str(place_set).split(SEPARATOR) if code)


def hole_table(communes: pd.DataFrame) -> pd.DataFrame:
    """Communes of one list of :func:`geo.presence.holes`, with who is there and what is missing."""
    columns: dict[str, pd.Series] = {
        _("Commune"): communes["name"],
        _("P-code"): communes["pcode"],
        _("Cercle / moughataa"): communes["cercle_name"],
        _("Région / wilaya"): communes["region_name"],
        _("Partenaires nommés"): communes["named"],
        _("Connus au-dessus"): communes["above"],
    }
    if "need" in communes:
        said = {name: _(text) for name, text in partnerwords.NEEDS.items()}
        columns[_("Besoin")] = communes["need"].map(said)
        columns[_("Non desservis, au moins")] = whole(communes["unserved_people"].astype(float))
        columns[_("Non desservis, au plus")] = whole(communes["unserved_people_max"].astype(float))
    columns[_("Population")] = whole(communes["people"].astype(float))
    return pd.DataFrame(columns)


def timeline_table(quarters: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Activities under way by quarter, of :func:`geo.timeline.by_quarter`."""
    told = quarters[["year", "quarter"]].itertuples(index=False, name=None)
    return pd.DataFrame(
        {
            _("Ligne"): quarters["line"].map(lambda name: labels.get(name, name)),
            _("Trimestre"): [partnerwords.quarter(int(year), int(part)) for year, part in told],
            _("Actifs"): quarters["active"].astype("int64"),
            _("Possibles"): quarters["possible"].astype("int64"),
        }
    )


def change_table(changes: pd.DataFrame, names: Mapping[str, str], labels: Mapping[str, str]) -> pd.DataFrame:
    """Records added, ended and changed, of :attr:`geo.snapshots.Difference.changes`."""
    said = {name: _(text) for name, text in partnerwords.CHANGES.items()}
    ended = {name: _(text) for name, text in partnerwords.ENDINGS.items()}
    details = [
        " ; ".join(partnerwords.detail(*_named(each, names)) for each in row) for row in changes["details"]
    ]
    return pd.DataFrame(
        {
            _("Changement"): changes["change"].map(said),
            _("Type"): changes["activity_type"].map(lambda name: labels.get(name, name)),
            _("Partenaire"): changes["implementing_org"],
            _("Lieux"): changes["place_set"].map(lambda text: places(text, names)),
            _("Comment"): changes["ending"].map(lambda name: ended.get(name, "")),
            _("Détail"): details,
        }
    )


def _named(detail: tuple[str, str, str], names: Mapping[str, str]) -> tuple[str, str, str]:
    column, before, after = detail
    return (column, places(before, names), places(after, names)) if column == "place_set" else detail


# ---- accounts and files -----------------------------------------------------------------------------


def account_rows(
    title: str,
    accounting: Accounting,
    frame: Frame,
    *,
    area: str,
    sources: Sequence[str],
    more: Sequence[str] = (),
    day: date,
) -> list[Account]:
    """What goes with every table of partners: asked, counted, rules, sources, limits.

    Parameters
    ----------
    sources, more : sequence of str
        Titles of the sources; further lines that have to be printed with the result.
    """
    return [
        (_("Titre"), title),
        (_("Zone"), area),
        (_("Lus"), accounting.read),
        (_("Placés"), accounting.placed),
        (_("À vérifier"), accounting.review),
        (_("Rejetés"), accounting.rejected),
        (_("Placés hors de la zone"), accounting.outside_shown),
        *((_("À savoir"), text) for text in more),
        *((_("Source"), text) for text in sources),
        *((_("Limites"), text) for text in words.limits(frame)),
        (_("Signes"), sign_words()),
        (_("Fait le"), long_date(day)),
    ]


def sign_words() -> str:
    """Return the key of the signs of a matrix."""
    return _(
        "· : aucun signalé · « 0 à 8 » : connu pour plusieurs lieux ensemble, ou au-dessus de l'unité · "
        "« + non rapporté » : un enregistrement au moins ne donne pas de nombre · n. r. : non rapporté · "
        "s. o. : sans objet"
    )


def csv_file(table: pd.DataFrame, accounts: Sequence[Account]) -> bytes:
    """Return a table as CSV, UTF-8 with the mark that spreadsheets need, the accounts after an empty line."""
    lines = pd.DataFrame([(csv_cell(term), csv_cell(value)) for term, value in accounts])
    below = lines.to_csv(index=False, header=False, lineterminator="\r\n")
    return (csv_text(table) + "\r\n" + below).encode("utf-8-sig")


def workbook_file(sheets: Mapping[str, pd.DataFrame], accounts: Sequence[Account], *, title: str) -> bytes:
    """Return tables as a workbook, one a sheet, the accounts on the last."""
    book = Workbook(write_only=True)
    for name, table in sheets.items():
        add_sheet(book, name, table)
    told = pd.DataFrame(list(accounts), columns=[_("Terme"), _("Valeur")])
    add_sheet(book, _("Comptes"), told, widths=(34, 110))
    return saved(book, title=title)
