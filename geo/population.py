"""People by commune: tables of any published style read and checked, layers added up, unknown kept unknown.

Residents are the base. Displaced people and refugees are layers of their own,
counted by others at other dates: they are added only when asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geo import pcodes
from geo.counting import SEPARATOR
from geo.errors import PopulationFileError
from geo.headings import fold_heading
from geo.i18n import _, number
from geo.settings import PCODE_COLUMN
from geo.signs import tidied
from geo.spelling import fold

LAYERS: Final = ("residents", "displaced", "refugees")
COLUMNS: Final = (
    *("adm3_pcode", "vintage", "layer", "people", "female", "male", "year", "method", "source"),
)

# Headings as published, folded, a year at their end set aside: COD-PS, HXL, French tables.
_HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "adm3_pcode": (
        "adm3_pcode",
        "admin3pcode",
        "adm3_code",
        "pcode",
        "p_code",
        "code_commune",
        "pcode_commune",
    ),
    "adm3_name": ("adm3_name", "adm3_fr", "adm3_en", "admin3name_fr", "commune", "nom_commune", "communes"),
    "adm2_name": ("adm2_name", "adm2_fr", "adm2_en", "admin2name_fr", "cercle", "moughataa", "cercles"),
    "adm1_name": ("adm1_name", "adm1_fr", "adm1_en", "admin1name_fr", "region", "wilaya", "regions"),
    "people": (
        *("t_tl", "people", "population", "population_totale", "pop", "pop_totale", "pop_total", "total"),
        *("personnes", "individus", "ensemble", "population_t", "population_total", "population_ind"),
        *("idps", "pdi", "deplaces", "personnes_deplacees", "affected_idps", "affected_idps_ind"),
        *("refugies", "refugees", "affected_refugees", "affected_refugees_ind"),
    ),
    "female": ("f_tl", "female", "femmes", "femme", "population_femmes", "pop_femmes", "population_f"),
    "male": ("m_tl", "male", "hommes", "homme", "population_hommes", "pop_hommes", "population_m"),
    "year": ("year", "annee", "an", "date_year"),
}
_COUNTS: Final = ("people", "female", "male")
_UNKNOWN: Final = frozenset({"", "na", "n_a", "nd", "n_d", "nr", "n_r", "null", "nan", "inconnu", "unknown"})
# A heading says all it says in fewer characters.
_LONGEST_HEADING: Final = 200
_GROUPED: Final = re.compile(r"\d{1,3}(?:[ \u00a0\u202f'’.,]\d{3})+")
# Rows without a commune that may be left out of an otherwise good table.
MAX_UNKNOWN_SHARE: Final = 0.02
# Women and men may miss the total by this much, through rounding of estimates.
SEX_TOLERANCE: Final = 0.01


@dataclass(frozen=True, eq=False)
class Table:
    """A population table, checked.

    Attributes
    ----------
    rows : pandas.DataFrame
        :data:`COLUMNS`; ``people, female, male`` are ``Int64``, missing where unknown.
    notes : tuple of str
        What was left out or repaired, in the reader's language.
    """

    rows: pd.DataFrame
    notes: tuple[str, ...]


def recognise(headings: Sequence[str], *, year: str = "") -> dict[str, str]:
    """Column of the file for each field; of columns that differ by year, the one of ``year``.

    >>> recognise(["ADM3_PCODE", "T_TL", "F_TL"])
    {'adm3_pcode': 'ADM3_PCODE', 'people': 'T_TL', 'female': 'F_TL'}
    >>> recognise(["pcode", "Population 2017", "Population 2024"], year="2024")
    {'adm3_pcode': 'pcode', 'people': 'Population 2024'}
    """
    found: dict[str, str] = {}
    for field, words in _HEADINGS.items():
        fitting = [(name, *_without_year(name)) for name in headings if _without_year(name)[0] in words]
        dated = [name for name, _word, own in fitting if year and own == year]
        chosen = (
            dated or [name for name, _word, own in fitting if not own] or [name for name, *_rest in fitting]
        )
        if chosen:
            found[field] = chosen[0]
    return found


def _without_year(heading: str) -> tuple[str, str]:
    folded = fold_heading(heading[:_LONGEST_HEADING])
    dated = re.fullmatch(r"(.+?)_?((?:19|20)\d\d)", folded)
    return (dated[1], dated[2]) if dated else (folded, "")


def standardise(
    raw: pd.DataFrame,
    units: pd.DataFrame,
    *,
    file: str,
    layer: str = "residents",
    year: str = "",
    method: str = "",
    source: str = "",
) -> Table:
    """Turn a table as read (all text, index = row of the file) into people by commune.

    Parameters
    ----------
    raw : pandas.DataFrame
        A P-code column, or names of commune and parents; people, and women and men where given.
    units : pandas.DataFrame
        Communes with ``adm*_pcode, adm*_name, version``: the vintage that the codes are read in.
    file : str
        Name shown in messages.
    layer : str
        One of :data:`LAYERS`.
    year, method, source : str
        What the table does not say itself; a year is needed from one or the other.

    Raises
    ------
    PopulationFileError
        If the table cannot be trusted: one line that says what, where and what to do.
    """
    _known_layer(layer)
    data = raw[~raw.astype(str).apply(lambda row: row.str.startswith("#").any(), axis=1)]
    columns = recognise([str(name) for name in raw.columns], year=year)
    _complete(columns, file)
    notes: list[str] = []
    counts = _counts(data, columns, file, notes)
    codes = _communes(data, columns, units, file, notes)
    years = _years(data, columns, year, file)
    versions = dict(zip(units["adm3_pcode"], units["version"], strict=True))
    rows = counts.assign(adm3_pcode=codes, year=years)[codes != ""]
    _unique(rows, file)
    full = rows.assign(
        vintage=rows["adm3_pcode"].map(versions),
        layer=layer,
        method=tidied(method) or _("non précisée"),
        source=tidied(source or file),
    )
    return Table(full[list(COLUMNS)].sort_values("adm3_pcode", ignore_index=True), tuple(notes))


def _known_layer(layer: str) -> None:
    if layer not in LAYERS:
        raise PopulationFileError(
            _("Couche « {layer} » inconnue : choisissez parmi {known}.").format(
                layer=layer, known=", ".join(LAYERS)
            )
        )


def _complete(columns: Mapping[str, str], file: str) -> None:
    place = "adm3_pcode" in columns or {"adm3_name", "adm2_name"} <= columns.keys()
    if not place:
        raise PopulationFileError(
            _(
                "{file} : aucune colonne de P-code de commune (ADM3_PCODE), ni de noms de commune et de "
                "cercle. Renommez la colonne."
            ).format(file=file)
        )
    if "people" not in columns and not {"female", "male"} <= columns.keys():
        raise PopulationFileError(
            _(
                "{file} : aucune colonne de population (T_TL, population, ou femmes et hommes). "
                "Renommez la colonne."
            ).format(file=file)
        )


def _counts(data: pd.DataFrame, columns: Mapping[str, str], file: str, notes: list[str]) -> pd.DataFrame:
    read = {field: _whole_numbers(data[columns[field]], file) for field in _COUNTS if field in columns}
    empty = pd.Series(pd.NA, index=data.index, dtype="Int64")
    counts = pd.DataFrame({field: read.get(field, empty) for field in _COUNTS}, index=data.index)
    if "people" not in columns:
        counts["people"] = counts["female"] + counts["male"]
        notes.append(_("Population : somme des femmes et des hommes."))
    both = counts["female"] + counts["male"]
    apart = (both - counts["people"]).abs() > (counts["people"] * SEX_TOLERANCE).clip(lower=2)
    wrong = apart.fillna(False).astype(bool)
    if wrong.any():
        raise PopulationFileError(
            _(
                "{file}, ligne {row} : femmes et hommes ne font pas le total (lignes : {n}). "
                "Vérifiez les colonnes."
            ).format(file=file, row=wrong.idxmax(), n=number(int(wrong.sum())))
        )
    return counts


def _whole_numbers(column: pd.Series, file: str) -> pd.Series:
    values = {text: whole_number(text) for text in column.unique()}
    wrong = column[column.map(lambda text: values[text] is None)]
    if len(wrong):
        raise PopulationFileError(
            _(
                "{file}, ligne {row}, colonne {column} : « {value} » n'est pas un nombre de personnes "
                "(cellules : {n}). Corrigez ou videz la cellule."
            ).format(
                file=file,
                row=wrong.index[0],
                column=column.name,
                value=str(wrong.iloc[0])[:40],
                n=number(len(wrong)),
            )
        )
    return column.map(lambda text: pd.NA if values[text] == "" else values[text]).astype("Int64")


def whole_number(text: str) -> int | str | None:
    """Read a count as written in French or English; ``""`` where unknown, ``None`` where it is no count.

    A fraction (projections have them) is rounded to the nearest person.

    >>> [whole_number(text) for text in ("12 345", "1,234", "n.d.", "-3", "812.6")]
    [12345, 1234, '', None, 813]
    """
    plain = text.strip()
    if fold_heading(plain) in _UNKNOWN and not plain.startswith("-"):
        return ""
    if _GROUPED.fullmatch(plain):
        return int(re.sub(r"\D", "", plain))
    if re.fullmatch(r"[0-9]{1,9}(?:[.,][0-9]+)?", plain):
        return round(float(plain.replace(",", ".")))
    return None


def _communes(
    data: pd.DataFrame, columns: Mapping[str, str], units: pd.DataFrame, file: str, notes: list[str]
) -> pd.Series:
    """P-code of each row's commune, empty for totals and for the few rows that have none."""
    by_code = "adm3_pcode" in columns
    codes = _by_code(data[columns["adm3_pcode"]], units) if by_code else _by_name(data, columns, units)
    if by_code:
        read = pcodes.repair_column(data[columns["adm3_pcode"]].astype(str))
        repaired = int(read["repaired"].sum())
        if repaired:
            notes.append(_("Codes réparés : {n}.").format(n=number(repaired)))
    named = data[columns["adm3_pcode" if by_code else "adm3_name"]].astype(str).str.strip()
    total = (named == "") | named.map(fold).isin(("total", "ensemble", "total general", "mali", "mauritanie"))
    lost = (codes == "") & ~total
    if lost.sum() > MAX_UNKNOWN_SHARE * max(len(data), 1) or not (codes != "").any():
        raise PopulationFileError(
            _(
                "{file} : lignes sans commune connue : {n} sur {all}, dont « {value} » (ligne "
                "{row}). Donnez une ligne par commune, avec les codes des limites en usage."
            ).format(
                file=file,
                n=number(int(lost.sum())),
                all=number(len(data)),
                value=named[lost].iloc[0][:40] if lost.any() else "",
                row=lost.idxmax() if lost.any() else 1,
            )
        )
    if lost.any():
        text = _("Lignes laissées de côté, sans commune connue ({n}) : {values}.")
        notes.append(text.format(n=number(int(lost.sum())), values=", ".join(named[lost].iloc[:5])))
    return codes


def _by_code(column: pd.Series, units: pd.DataFrame) -> pd.Series:
    read = pcodes.repair_column(column.astype(str))["pcode"]
    return read.where(read.isin(set(units["adm3_pcode"])), "")


def _by_name(data: pd.DataFrame, columns: Mapping[str, str], units: pd.DataFrame) -> pd.Series:
    """Exact on folded names of commune and parents: a table of figures is no place for guessing."""
    fields = [field for field in ("adm1_name", "adm2_name", "adm3_name") if field in columns]
    keys = units[fields].map(fold).apply(tuple, axis=1)
    once = ~keys.duplicated(keep=False)
    table = dict(zip(keys[once], units.loc[once, "adm3_pcode"], strict=True))
    written = data[[columns[field] for field in fields]].astype(str).map(fold).apply(tuple, axis=1)
    return written.map(lambda key: table.get(key, "")).astype(str)


def _years(data: pd.DataFrame, columns: Mapping[str, str], year: str, file: str) -> pd.Series:
    given = year or (_without_year(columns["people"])[1] if "people" in columns else "")
    column = data[columns["year"]].astype(str).str.strip() if "year" in columns and not year else None
    years = column if column is not None else pd.Series(given, index=data.index, dtype="str")
    wrong = years[~years.str.fullmatch(r"(?:19|20)\d\d")]
    if len(wrong):
        raise PopulationFileError(
            _("{file} : année « {year} » absente ou illisible. Donnez-la avec --year AAAA.").format(
                file=file, year=str(wrong.iloc[0])[:20]
            )
        )
    return years


def _unique(rows: pd.DataFrame, file: str) -> None:
    twice = rows.loc[rows.duplicated(["adm3_pcode", "year"]), "adm3_pcode"]
    if len(twice):
        raise PopulationFileError(
            _(
                "{file}, ligne {row} : {code} est déjà donné plus haut (doublons : {n}). Gardez une ligne."
            ).format(file=file, row=twice.index[0], code=twice.iloc[0], n=number(len(twice)))
        )
    several = rows.loc[rows["adm3_pcode"].duplicated(), "adm3_pcode"]
    if len(several):
        raise PopulationFileError(
            _("{file} : plusieurs années pour {code}. Donnez un fichier par année.").format(
                file=file, code=several.iloc[0]
            )
        )


def people(
    table: pd.DataFrame,
    units: pd.DataFrame,
    *,
    level: str = "commune",
    layers: Sequence[str] = ("residents",),
) -> pd.DataFrame:
    """People of every unit of a level: the sum of its communes, and how many of them have no figure.

    ``people = residents (+ displaced + refugees where asked for and known)``. A commune without
    residents is unknown whatever the other layers say; a parent is unknown only when all its
    communes are. A row counts only in its own vintage of P-codes.

    Parameters
    ----------
    table : pandas.DataFrame
        :data:`COLUMNS`.
    units : pandas.DataFrame
        The communes in use, ``adm*_pcode, version``.
    level : str
        ``commune``, ``cercle`` or ``region``.
    layers : sequence of str
        Of :data:`LAYERS`; the first is the base without which a commune is unknown.

    Returns
    -------
    pandas.DataFrame
        One row a unit, sorted: ``pcode, people, female, male`` (``Int64``, missing where unknown),
        ``communes, communes_missing``, and ``year, method, source, layers`` (distinct values,
        separated by ``;``).

    Raises
    ------
    ValueError
        If there is no such level or layer.
    """
    if level not in PCODE_COLUMN or not layers or set(layers) - set(LAYERS):
        raise ValueError(f"no level {level!r} or layers {list(layers)!r}")
    key = PCODE_COLUMN[level]
    communes = units[list(dict.fromkeys(["adm3_pcode", key, "version"]))]
    wanted = table[table["layer"].isin(list(layers))].rename(columns={"vintage": "version"})
    joined = communes.merge(wanted, on=["adm3_pcode", "version"], how="left")
    base = joined.loc[(joined["layer"] == layers[0]) & joined["people"].notna(), "adm3_pcode"]
    counted = joined[joined["adm3_pcode"].isin(set(base)) & joined["people"].notna()]
    sums = counted.groupby(key)[list(_COUNTS)].agg(_sum_of_known)
    words = counted.groupby(key)[["year", "method", "source", "layer"]].agg(_distinct)
    result = pd.DataFrame({"communes": communes.groupby(key).size()})
    result["communes_missing"] = result["communes"] - counted.groupby(key)["adm3_pcode"].nunique()
    result["communes_missing"] = result["communes_missing"].fillna(result["communes"]).astype("int64")
    full = result.join(sums).join(words.rename(columns={"layer": "layers"}))
    texts = ["year", "method", "source", "layers"]
    full = full.assign(**{name: full[name].fillna("") for name in texts})
    ordered = full.rename_axis("pcode").reset_index()
    return ordered[["pcode", *_COUNTS, "communes", "communes_missing", *texts]]


def _sum_of_known(counts: pd.Series) -> Any:
    # A sum that leaves out an unknown woman or man would read as fewer of them.
    return counts.sum() if counts.notna().all() else pd.NA


def _distinct(texts: pd.Series) -> str:
    return SEPARATOR.join(sorted({str(text) for text in texts if str(text)}))
