"""The papers of the shipped data: every file with its hash, source, licence, attribution and caveats.

One ``catalog.json`` in each folder of ``data/``: ``{"files": [entry, …]}``. Texts for readers
(``processing``, ``caveats``) are kept in French and English. A folder with a ``layer.json`` brings
its own papers: they are copied into the entries of its files.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet

from geo import settings
from geo.errors import SettingsError
from geo.i18n import _
from geo.io.records import sha256

NAME: Final = "catalog.json"
_NOT_DATA: Final = frozenset({NAME, "README.md"})
REQUIRED: Final = (
    "file",
    "sha256",
    "source",
    "licence",
    "attribution",
    "date",
    "rows",
    "processing",
    "caveats",
)
_BILINGUAL: Final = ("processing", "caveats")
_FROM_LAYER: Final = (
    "source",
    "licence",
    "licence_url",
    "attribution",
    "date",
    "processing",
    "caveats",
    "measured",
)

Entry = dict[str, Any]


def folders() -> list[Path]:
    """Folders of shipped data."""
    return sorted(path for path in settings.DATA_DIR.iterdir() if path.is_dir())


def load(folder: Path) -> list[Entry]:
    """Entries of a folder's catalogue, in the order of the file.

    Raises
    ------
    SettingsError
        If it is missing or cannot be read.
    """
    path = folder / NAME
    try:
        return [dict(entry) for entry in json.loads(path.read_text(encoding="utf-8"))["files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            _("{file} : catalogue absent ou illisible.").format(file=f"{folder.name}/{NAME}")
        ) from error


def check(folder: Path) -> list[str]:
    """Say what does not hold between a folder and its catalogue, one line each; empty when all is well."""
    try:
        entries = load(folder)
    except SettingsError as error:
        return [str(error)]
    listed = [str(entry.get("file", "")) for entry in entries]
    there = files_in(folder)
    problems = [
        _("{file} : pas dans le catalogue.").format(file=name) for name in there if name not in listed
    ]
    double = {name for name in listed if listed.count(name) > 1}
    problems += [_("{file} : plusieurs fois au catalogue.").format(file=name) for name in double]
    for entry in entries:
        problems += _check_entry(folder, entry)
    return [f"{folder.name}/{problem}" for problem in sorted(problems)]


def _check_entry(folder: Path, entry: Mapping[str, Any]) -> list[str]:
    name = str(entry.get("file", ""))
    missing = [key for key in REQUIRED if key not in entry or entry[key] == ""]
    missing += [key for key in _BILINGUAL if set(entry.get(key, ())) != set(settings.LANGUAGES)]
    problems = [_("{file} : {key} manque au catalogue.").format(file=name, key=key) for key in missing]
    path = folder / name
    if not name or not path.is_file():
        return [*problems, _("{file} : au catalogue mais absent.").format(file=name)]
    if entry.get("sha256") != sha256(path):
        problems.append(_("{file} : le contenu a changé (sha256).").format(file=name))
    if entry.get("rows") != rows(path):
        problems.append(_("{file} : le nombre de lignes a changé.").format(file=name))
    return problems


def refresh(folder: Path) -> list[Entry]:
    """Write hashes and rows anew, and what layers say of themselves; return the entries.

    A file without an entry is left for its author to describe; an entry without a file is dropped.
    """
    entries = {str(entry["file"]): entry for entry in load(folder)}
    fresh = []
    for name in sorted(files_in(folder), key=lambda file: _place(file, list(entries))):
        own = _layer_papers(folder / name)
        if name in entries or own:
            measured = {"sha256": sha256(folder / name), "rows": rows(folder / name)}
            fresh.append({"file": name, **entries.get(name, {}), **own, **measured})
    text = json.dumps({"files": fresh}, ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8")
    return fresh


def _place(name: str, listed: list[str]) -> tuple[int, str]:
    return (listed.index(name) if name in listed else len(listed), name)


def files_in(folder: Path) -> list[str]:
    """Names of the data files below a folder, relative to it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in _NOT_DATA)
    return [path.relative_to(folder).as_posix() for path in found if not path.name.startswith(".")]


def _layer_papers(path: Path) -> Entry:
    papers = path.parent / "layer.json"
    if not papers.is_file():
        return {}
    about = json.loads(papers.read_text(encoding="utf-8"))
    return {key: about[key] for key in _FROM_LAYER if key in about}


def rows(path: Path) -> int | None:
    """Rows of a table, features of a layer; ``None`` where a file has no rows."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as source:
            return max(0, sum(1 for row in csv.reader(source) if row) - 1)
    if path.suffix == ".parquet":
        return int(pyarrow.parquet.read_metadata(path).num_rows)
    if path.suffix == ".geojson":
        return len(json.loads(path.read_text(encoding="utf-8"))["features"])
    return None
