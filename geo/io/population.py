"""Population tables on disk: read text and workbooks, install, choose, load what is in use."""

import csv
import functools
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geo import pcodes, settings
from geo.boundaries import Boundaries
from geo.errors import PopulationFileError, RecordFileError
from geo.i18n import _, number
from geo.io import texts
from geo.io.archives import SPOILT
from geo.io.folders import changing, names_only, read_object, write_folders, write_text_at_once
from geo.io.records import sha256, table_from_text
from geo.io.sheets import kind_of
from geo.io.tables import read_table as read_shipped
from geo.io.workbooks import read_rows
from geo.population import COLUMNS, LAYERS, Table, recognise, standardise
from geo.signs import tidied_table, tidied_texts

EMBEDDED: Final = "embedded"
Chosen = dict[str, dict[str, str]]
# What every ``table.json`` says, and the command line shows.
_PAPERS: Final = {
    "layer": str,
    "countries": list,
    "years": list,
    "sources": list,
    "communes": int,
    "people": int,
}


def installed_dir() -> Path:
    """Folder of the tables that the user installed."""
    return settings.home() / "population"


def read_population_file(path: Path) -> pd.DataFrame:
    """Read a CSV or a workbook (XLSX, XLS, ODS) as text; the index is the row of the file.

    Raises
    ------
    PopulationFileError
        If the file is missing, damaged, too large or of another format.
    """
    if not path.is_file():
        raise PopulationFileError(_("{file} : fichier introuvable. Vérifiez le chemin.").format(file=path))
    size = path.stat().st_size / 1_000_000
    if size > settings.MAX_POPULATION_FILE_MB:
        raise _too_large(path, size)
    suffix = path.suffix.lower()
    try:
        if suffix in (".csv", ".txt", ".tsv"):
            return tidied_table(_read_text(path)).table
        if suffix in (".xlsx", ".xls", ".ods"):
            return tidied_table(_read_workbook(path)).table
    except RecordFileError as error:
        raise PopulationFileError(str(error)) from error
    raise PopulationFileError(
        _("{file} : format non reconnu. Donnez un CSV, un XLSX, un XLS ou un ODS.").format(file=path.name)
    )


def _read_text(path: Path) -> pd.DataFrame:
    try:
        text, _encoding = texts.decode(path.read_bytes(), name=path.name)
        return table_from_text(text.removeprefix("\ufeff"), name=path.name)
    except csv.Error as error:
        raise PopulationFileError(_damaged(path)) from error


def _too_large(path: Path, size: float) -> PopulationFileError:
    return PopulationFileError(
        _(
            "{file} : {size} Mo, plus que la limite de {limit} Mo. Gardez la seule feuille des communes."
        ).format(file=path.name, size=number(size), limit=number(settings.MAX_POPULATION_FILE_MB))
    )


def _damaged(path: Path) -> str:
    return _("{file} : fichier abîmé ou illisible. Enregistrez-le à nouveau.").format(file=path.name)


def _read_workbook(path: Path) -> pd.DataFrame:
    """Read the sheet whose headings are those of a population table; headings may stand below a title."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(member.file_size for member in archive.infolist()) / 1_000_000
            if unpacked > 10 * settings.MAX_POPULATION_FILE_MB:
                raise _too_large(path, unpacked)
        kind = kind_of(path)
    except (*SPOILT, OSError) as error:
        raise PopulationFileError(_damaged(path)) from error
    if kind not in ("xlsx", "xls", "ods"):
        raise PopulationFileError(_damaged(path))
    sheets = {
        name: pd.DataFrame(rows, dtype="str").fillna("") for name, rows in read_rows(path, kind).items()
    }
    found = {name: table for name, sheet in sheets.items() if (table := _table_of(sheet)) is not None}
    if not found:
        raise PopulationFileError(
            _("{file} : aucune feuille avec P-code de commune et population. Vérifiez les titres.").format(
                file=path.name
            )
        )
    if len(found) > 1:
        raise PopulationFileError(
            _("{file} : {n} feuilles portent une population par commune. Gardez-en une seule.").format(
                file=path.name, n=number(len(found))
            )
        )
    return next(iter(found.values()))


def _table_of(sheet: pd.DataFrame) -> pd.DataFrame | None:
    for row in range(min(len(sheet), 10)):
        headings = [str(value).strip() for value in sheet.iloc[row]]
        columns = recognise(headings)
        if {"adm3_pcode", "adm3_name"} & columns.keys() and {"people", "female"} & columns.keys():
            named = [heading or f"colonne_{place}" for place, heading in enumerate(headings, 1)]
            body = (
                sheet.iloc[row + 1 :].set_axis(named, axis=1).set_axis(range(row + 2, len(sheet) + 1), axis=0)
            )
            filled = body.astype(str).apply(lambda line: line.str.strip().ne("").any(), axis=1)
            return body.loc[filled, ~pd.Index(named).duplicated()].astype(str)
    return None


def install(
    path: Path,
    boundaries: Boundaries,
    *,
    layer: str = "residents",
    year: str = "",
    method: str = "",
    source: str = "",
    name: str = "",
) -> tuple[str, Table]:
    """Check a table, keep it under ``home()/population`` and put it in use; on any fault nothing changes.

    Returns
    -------
    tuple of str and Table
        Name of the table, and what it holds.

    Raises
    ------
    PopulationFileError
        If the table is refused or the folder cannot be written.
    """
    if year and not re.fullmatch(r"(?:19|20)\d\d", year):
        raise PopulationFileError(_("--year {year} n'est pas une année : écrivez AAAA.").format(year=year))
    table = standardise(
        read_population_file(path),
        boundaries.units,
        file=path.name,
        layer=layer,
        year=year,
        method=method,
        source=source,
    )
    countries = sorted(set(table.rows["adm3_pcode"].map(pcodes.country)))
    named = name or "_".join([layer, *countries, *sorted(set(table.rows["year"]))]).lower()
    if named == EMBEDDED or not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,39}", named):
        raise PopulationFileError(
            _("--name {text} ne convient pas : minuscules, chiffres et « _ ».").format(text=named)
        )
    papers = _papers(named, path, table, layer, countries)
    with changing(installed_dir(), PopulationFileError):
        chosen = _with(in_use(), layer, countries, named)
        write_folders(installed_dir(), {named: functools.partial(_write, table=table.rows, papers=papers)})
        _set_in_use(chosen)
    return named, table


def _papers(name: str, path: Path, table: Table, layer: str, countries: list[str]) -> dict[str, Any]:
    rows = table.rows
    return {
        "name": name,
        "layer": layer,
        "countries": countries,
        "vintages": sorted(set(rows["vintage"])),
        "years": sorted(set(rows["year"])),
        "methods": sorted(set(rows["method"])),
        "sources": sorted(set(rows["source"])),
        "communes": int(rows["people"].notna().sum()),
        "people": int(rows["people"].sum()),
        "file": path.name,
        "sha256": sha256(path),
        "notes": list(table.notes),
    }


def _write(folder: Path, *, table: pd.DataFrame, papers: Mapping[str, Any]) -> None:
    table.to_csv(folder / "population.csv", index=False, lineterminator="\n")
    (folder / "table.json").write_text(
        json.dumps(tidied_texts(papers), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def _with(chosen: Chosen, layer: str, countries: Iterable[str], name: str) -> Chosen:
    return {**chosen, layer: {**chosen.get(layer, {}), **dict.fromkeys(countries, name)}}


def in_use() -> Chosen:
    """Name of the table in use by layer and country; the shipped residents where nothing else was chosen."""
    path = installed_dir() / "in_use.json"
    shipped: Chosen = {"residents": dict.fromkeys(pcodes.LENGTHS, EMBEDDED)}
    if not path.exists():
        return shipped
    try:
        chosen = read_object(path)
        if not all(names_only(tables) for tables in chosen.values()):
            raise ValueError("not a name for each layer and country")
    except (OSError, ValueError) as error:
        raise PopulationFileError(
            _("{file} est illisible : supprimez-le pour revenir à la population livrée.").format(file=path)
        ) from error
    return {**shipped, **chosen}


def state_key() -> str:
    """Return what changes with the choice of tables, and with a table installed anew under its name."""
    path = installed_dir() / "in_use.json"
    changed = path.stat().st_mtime_ns if path.exists() else 0
    return f"{in_use()} {changed}"


def _set_in_use(chosen: Chosen) -> None:
    write_text_at_once(installed_dir() / "in_use.json", json.dumps(chosen, indent=1, sort_keys=True) + "\n")


def use(name: str) -> dict[str, Any]:
    """Put a table in use for its layer and countries; return its papers.

    Raises
    ------
    PopulationFileError
        If there is no such table, it is damaged, or the folder cannot be written: then nothing changes.
    """
    with changing(installed_dir(), PopulationFileError):
        papers = _about(name)
        _load_table(name)
        _set_in_use(_with(in_use(), papers["layer"], papers["countries"], name))
    return papers


def _about(name: str) -> dict[str, Any]:
    if name == EMBEDDED:
        rows = _load_table(EMBEDDED)
        return {
            "name": EMBEDDED,
            "layer": "residents",
            "countries": sorted(pcodes.LENGTHS),
            "years": sorted(set(rows["year"])),
            "sources": sorted(set(rows["source"])),
            "communes": int(rows["people"].notna().sum()),
            "people": int(rows["people"].sum()),
        }
    if name not in names():
        raise PopulationFileError(
            _("Aucune table de population « {name} » : choisissez parmi {known}.").format(
                name=name, known=", ".join(names())
            )
        )
    try:
        return read_object(installed_dir() / name / "table.json", _PAPERS)
    except (OSError, ValueError) as error:
        raise _broken(name) from error


def _broken(name: str) -> PopulationFileError:
    return PopulationFileError(
        _(
            "La table de population « {name} » est abîmée : réinstallez-la, ou revenez à la table "
            "livrée avec « python -m geo population use embedded »."
        ).format(name=name)
    )


def names() -> list[str]:
    """Names of the tables there are, the shipped one first."""
    return [EMBEDDED, *sorted(path.parent.name for path in installed_dir().glob("*/table.json"))]


def status() -> list[dict[str, Any]]:
    """One row a table: its papers and the countries it is in use for."""
    chosen = in_use()
    rows = []
    for name in names():
        papers = _about(name)
        used = [country for country, table in chosen.get(papers["layer"], {}).items() if table == name]
        rows.append({**papers, "in_use": sorted(used)})
    return rows


def load_population(chosen: Chosen | None = None) -> pd.DataFrame:
    """Rows of every table in use: :data:`geo.population.COLUMNS`, counts as ``Int64``.

    Raises
    ------
    PopulationFileError
        If a table is missing or damaged; the message says how to go back.
    """
    parts = []
    for layer, tables in (chosen or in_use()).items():
        for name in sorted(set(tables.values())):
            rows = _load_table(name)
            countries = {country for country, table in tables.items() if table == name}
            wanted = (rows["layer"] == layer) & rows["adm3_pcode"].map(pcodes.country).isin(countries)
            parts.append(rows[wanted])
    order = {layer: place for place, layer in enumerate(LAYERS)}
    joined = pd.concat(parts, ignore_index=True)
    return joined.sort_values(
        ["layer", "adm3_pcode"], key=lambda c: c.map(order) if c.name == "layer" else c
    ).reset_index(drop=True)


def _load_table(name: str) -> pd.DataFrame:
    path = settings.BOUNDARIES_DIR if name == EMBEDDED else installed_dir() / name
    try:
        rows = read_shipped(path / "population.csv")
        counts = {field: pd.to_numeric(rows[field]).astype("Int64") for field in ("people", "female", "male")}
        return rows.assign(**counts)[list(COLUMNS)]
    except (OSError, ValueError, KeyError) as error:
        raise _broken(name) from error
