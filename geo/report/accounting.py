"""The accounting in words, as JSON, and row by row."""

from typing import Any

import pandas as pd

from geo.activities import PLACED_COLUMNS
from geo.boundaries import Boundaries
from geo.cleaning import Cleaned
from geo.counting import SEPARATOR, Members, account
from geo.i18n import N_, _, number
from geo.placing import with_names
from geo.problemwords import note_line
from geo.stated import CODE_COLUMNS, NAME_COLUMNS
from geo.store import Store
from geo.store.large import Placed

# Groups of rows that were not placed: listed in the JSON, and on the screen.
GROUPS_SHOWN = 200
LINES_SHOWN = 20
PLACE_COLUMNS = (*NAME_COLUMNS.values(), *CODE_COLUMNS.values(), "provider_locality", "provider_place_text")

REASON_WORDS = {
    "no_place": N_("ni position utilisable ni lieu"),
    "outside_every_unit": N_("hors de toute unité"),
    "other_country": N_("dans un autre pays que celui déclaré"),
    "in_two_countries": N_("dans les polygones de deux pays, pays non déclaré"),
    "far_from_stated_place": N_("à plus de 20 km du lieu déclaré"),
    "ambiguous_place": N_("nom de lieu ambigu"),
    "unknown_place": N_("nom de lieu inconnu"),
    "place_contradicted": N_("lieu contredit par la région ou le cercle déclarés"),
    "code_without_vintage": N_("P-code sans millésime connu"),
    "unknown_code": N_("P-code inconnu"),
    "code_and_name_disagree": N_("P-code et nom de lieu en désaccord"),
}
PRECISION_WORDS = {
    "point": N_("position"),
    "commune": N_("commune"),
    "cercle": N_("cercle ou moughataa"),
    "region": N_("région ou wilaya"),
    "several": N_("plusieurs lieux, non réparti"),
}
FLAG_WORDS = {
    "possible_repeat": N_("répétition possible"),
    "older_vintage": N_("région déclarée selon un découpage plus ancien"),
    "stated_place_differs": N_("position hors du lieu déclaré"),
    "border_overlap": N_("dans les polygones de deux pays, pays déclaré retenu"),
    "position_unusable": N_("position inutilisable, placé par le nom"),
    "code_repaired": N_("P-code réparé"),
    "code_of_other_level": N_("P-code dans la colonne d'un autre niveau"),
    "unknown_code": N_("P-code inconnu, placé par le nom"),
    "name_not_matched": N_("nom non reconnu, placé par le P-code"),
    "locality_of_commune": N_("localité d'une commune"),
    "as_counted": N_("laissé où le comptait la source remplacée"),
    "detailed_below": N_("détaillé par d'autres lignes"),
}


def summary(store: Store, boundaries: Boundaries) -> dict[str, Any]:
    """Return what ``geo place --json`` prints: accounting, flags, columns, problems."""
    units = boundaries.units
    shown = frozenset(units.loc[units["focus"], "adm3_pcode"])
    flags = store.records["flags"].str.split(SEPARATOR).explode()
    cleaned = store.cleaned
    return {
        "accounting": account(store.records, shown=shown, members=Members(units)).as_dict(),
        "flags": {str(flag): int(count) for flag, count in flags[flags != ""].value_counts().items()},
        **_read(cleaned or Cleaned(store.records, {})),
        "sheet": cleaned.sheet if cleaned else "",
        "sheets_not_read": dict(cleaned.other_sheets) if cleaned else {},
        "distinct_rows": cleaned.distinct_rows if cleaned else len(store.records),
        "to_review": review_groups(store.records),
        "to_review_stated": stated_groups(store.records),
        "problems": len(store.problems),
        "first_problems": store.problems.head(20).to_dict("records"),
        "boundaries": dict(boundaries.vintages),
    }


def large_summary(placed: Placed, boundaries: Boundaries) -> dict[str, Any]:
    """Return :func:`summary` of a file placed chunk by chunk: without what takes all rows at once to tell.

    That is how many rows differ, and what the rows state that were not placed; the file written has both.
    """
    cleaned = placed.cleaned
    return {
        "accounting": placed.accounting.as_dict(),
        "flags": dict(placed.flags),
        **_read(cleaned),
        "unread_columns": list(placed.unread),
        "problems": placed.problems,
        "first_problems": cleaned.problems.to_dict("records"),
        "boundaries": dict(boundaries.vintages),
    }


def _read(cleaned: Cleaned) -> dict[str, Any]:
    """How the columns of a file were read."""
    return {
        "columns": dict(cleaned.columns),
        "unused_columns": list(cleaned.unused),
        "contact_columns_dropped": list(cleaned.dropped),
        "notes": list(cleaned.notes),
        "noted": dict(cleaned.noted),
    }


def review_groups(records: pd.DataFrame, *, limit: int = GROUPS_SHOWN) -> list[dict[str, Any]]:
    """Rows that were not placed, those alike together, most rows first: what they state, why, how many."""
    return _alike(records, ["outcome", "reason", "candidates"], limit=limit)


def stated_groups(records: pd.DataFrame, *, limit: int = GROUPS_SHOWN) -> list[dict[str, Any]]:
    """Return the same by what is stated and why only: rows that a reader cannot tell apart are added up."""
    return _alike(records, ["outcome", "reason"], limit=limit)


def _alike(records: pd.DataFrame, columns: list[str], *, limit: int) -> list[dict[str, Any]]:
    aside = records[records["outcome"] != "placed"]
    stated = [column for column in PLACE_COLUMNS if column in aside and (aside[column] != "").any()]
    keys = [*stated, *columns]
    counts = aside.groupby(keys, sort=False).agg(rows=("outcome", "size")).reset_index()
    first = aside.reset_index(names="row").groupby(keys, sort=False)["row"].first().to_numpy()
    ordered = counts.assign(first_row=first).sort_values("rows", ascending=False, kind="stable")
    return [{str(key): value for key, value in row.items()} for row in ordered.head(limit).to_dict("records")]


def summary_text(found: dict[str, Any]) -> str:
    """Return the same in words, one figure a line."""
    counts = found["accounting"]
    lines = [accounting_line(counts["read"], counts["placed"], counts["review"], counts["rejected"])]
    lines += _listed(_("Placés selon la précision"), counts["precision"], PRECISION_WORDS)
    lines += _listed(_("Non placés, par raison"), counts["reasons"], REASON_WORDS)
    lines += _listed(_("Signalements"), found["flags"], FLAG_WORDS)
    lines.append(_("Placés hors des quatre régions : {n}").format(n=number(counts["outside_shown"])))
    lines.append(_("Répétitions possibles : {n}").format(n=number(counts["possible_repeats"])))
    lines.append(_("Valeurs illisibles ou retenues : {n}").format(n=number(found["problems"])))
    if counts["read"] and "distinct_rows" in found:
        lines.append(_("Lignes distinctes : {n}").format(n=number(found["distinct_rows"])))
    if found.get("sheet"):
        others = ", ".join(f"{name} ({number(rows)})" for name, rows in found["sheets_not_read"].items())
        lines.append(_("Feuille lue : {sheet}").format(sheet=found["sheet"]))
        lines += [_("Feuilles non lues (lignes) : {sheets}").format(sheets=others)] if others else []
    lines += [note_line(kind, found["noted"].get(kind, 0)) for kind in found["notes"]]
    lines += _review_lines(found.get("to_review_stated", []), aside=counts["review"] + counts["rejected"])
    if found["columns"]:
        pairs = ", ".join(f"{heading} → {column}" for column, heading in found["columns"].items())
        lines.append(_("Colonnes reconnues : {columns}").format(columns=pairs))
    for key, words in (
        ("unused_columns", N_("Colonnes non utilisées : {columns}")),
        ("contact_columns_dropped", N_("Colonnes de contact non lues : {columns}")),
        ("unread_columns", N_("Colonnes illisibles comme texte (octets, listes, géométries) : {columns}")),
    ):
        if found.get(key):
            lines.append(_(words).format(columns=", ".join(found[key])))
    return "\n".join(lines)


def _review_lines(groups: list[dict[str, Any]], *, aside: int) -> list[str]:
    """One line for each thing that is written, no two alike; ``aside`` are all rows that were not placed."""
    if not groups:
        return []
    counts: dict[str, int] = {}
    for group in groups:
        places = " · ".join(str(group[column]) for column in PLACE_COLUMNS if group.get(column))
        reason = _(REASON_WORDS[group["reason"]]) if group["reason"] in REASON_WORDS else group["reason"]
        # The same word in the columns of two levels reads the same: added up.
        line = f"{places or '–'} : {reason}"
        counts[line] = counts.get(line, 0) + int(group["rows"])
    most = sorted(counts.items(), key=lambda item: -item[1])[:LINES_SHOWN]
    lines = [_("À vérifier ou rejetés, ce qui est écrit (lignes) :")]
    lines += [f"  {line} ({number(rows)})" for line, rows in most]
    if left := aside - sum(rows for _line, rows in most):
        lines.append("  " + _("… et d'autres lieux ({n})").format(n=number(left)))
    return lines


def accounting_line(read: int, placed: int, review: int, rejected: int) -> str:
    """``Lus 1 234 = placés 1 190 + à vérifier 40 + rejetés 4``."""
    return _("Lus {read} = placés {placed} + à vérifier {review} + rejetés {rejected}").format(
        read=number(read), placed=number(placed), review=number(review), rejected=number(rejected)
    )


def rows_not_told() -> str:
    """What stands in the place of the accounting of a type whose rows the public is not told."""
    return _("Lignes lues et placées : non données au public pour ce type")


def _listed(title: str, counts: dict[str, int], words: dict[str, str]) -> list[str]:
    if not counts:
        return []
    worded = [(_(words[name]) if name in words else name, number(count)) for name, count in counts.items()]
    return [f"{title} :", *(f"  {name} : {count}" for name, count in worded)]


def placed_table(store: Store, boundaries: Boundaries) -> pd.DataFrame:
    """Every row of the file with its placement: row of the file, what was read, names of the units.

    The rows are the user's own: nothing is withheld, but contact columns were never read.
    """
    records = store.records
    given = [column for column in records if column not in PLACED_COLUMNS and _has_values(records[column])]
    table = records[[*given, *PLACED_COLUMNS]].copy()
    table.insert(0, "row", records.index)
    return with_names(table, boundaries.units)


def _has_values(column: pd.Series) -> bool:
    return bool((column.notna() & (column.astype("str") != "")).any())
