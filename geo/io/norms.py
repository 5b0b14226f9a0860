"""Read the shipped norms, save and read sets of one's own, read which units are not comparable."""

import functools
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from geo import settings
from geo.errors import SettingsError
from geo.i18n import _
from geo.io.folders import write_text_at_once
from geo.io.tables import read_table
from geo.norms import DEFAULT_SET, Norm, NormSet, edited, norms_from_settings, sets_from_settings
from geo.signs import tidied_table

NOT_COMPARABLE_COLUMNS: Final = ("pcode", "vintage", "activity_type", "source_id", "reason_fr", "reason_en")
# A set's name is a file name.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def saved_dir() -> Path:
    """Folder of the sets that the user saved."""
    return settings.home() / "norms"


def set_names() -> list[str]:
    """Names of all sets, the shipped ones first."""
    saved = sorted(path.stem for path in saved_dir().glob("*.toml")) if saved_dir().is_dir() else []
    return [*_shipped()[1], *saved]


def read_norms() -> dict[str, Norm]:
    """Every shipped norm, by name."""
    return _shipped()[0]


def read_set(name: str = DEFAULT_SET) -> NormSet:
    """Read a set, shipped or saved.

    Raises
    ------
    SettingsError
        If there is no such set, or its file cannot be used.
    """
    _norms, shipped = _shipped()
    if name in shipped:
        return shipped[name]
    path = saved_dir() / f"{name}.toml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise SettingsError(
            _("Aucun jeu de normes « {name} » : choisissez parmi {known}.").format(
                name=name, known=", ".join(set_names())
            )
        )
    base, overrides = _saved(path, shipped)
    return edited(shipped[base], overrides, name=name)


def overrides_of(name: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return the shipped set that a set is made from, and what it changes of it.

    Raises
    ------
    SettingsError
        If there is no such set, or its file cannot be used.
    """
    read_set(name)
    shipped = _shipped()[1]
    return (name, {}) if name in shipped else _saved(saved_dir() / f"{name}.toml", shipped)


def _saved(path: Path, shipped: Mapping[str, NormSet]) -> tuple[str, dict[str, dict[str, Any]]]:
    values = _read_toml(path)
    base = str(values.get("base", DEFAULT_SET))
    if base not in shipped:
        raise SettingsError(
            _("Jeu de normes « {name} » : base « {base} » inconnue.").format(name=path.stem, base=base)
        )
    norms = values.get("norms", {})
    if not (isinstance(norms, dict) and all(isinstance(changes, dict) for changes in norms.values())):
        text = _("{file} : « norms » n'est pas une table de normes. Corrigez le fichier ou supprimez-le.")
        raise SettingsError(text.format(file=path))
    return base, norms


def save_set(name: str, overrides: Mapping[str, Mapping[str, Any]], *, base: str = DEFAULT_SET) -> Path:
    """Save what a set changes of a shipped one, under a name of the user's own.

    Parameters
    ----------
    overrides : mapping
        Norm name to the fields and parameters that differ (:func:`geo.norms.changed`).

    Raises
    ------
    SettingsError
        If the name is taken by a shipped set or is no file name, or a value cannot be used.
    """
    _norms, shipped = _shipped()
    if name in shipped or not _NAME.fullmatch(name):
        raise SettingsError(
            _(
                "« {name} » ne peut pas nommer un jeu de normes : lettres, chiffres, - et _, "
                "et pas le nom d'un jeu livré."
            ).format(name=name)
        )
    if base not in shipped:
        raise SettingsError(
            _("Jeu de normes « {name} » : base « {base} » inconnue.").format(name=name, base=base)
        )
    edited(shipped[base], overrides, name=name)
    lines = [f"base = {json.dumps(base)}"]
    for norm, values in sorted(overrides.items()):
        lines.append(f"\n[norms.{json.dumps(norm)}]")
        # A JSON string, number or boolean is a TOML one too.
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    folder = saved_dir()
    folder.mkdir(parents=True, exist_ok=True)
    write_text_at_once(folder / f"{name}.toml", "\n".join(lines) + "\n")
    return folder / f"{name}.toml"


def not_comparable_file() -> Path:
    """Table of the units that are not comparable: the user's own, else the shipped one."""
    own = saved_dir() / "not_comparable.csv"
    return own if own.is_file() else settings.DATA_DIR / "not_comparable.csv"


def read_not_comparable(path: Path | None = None) -> pd.DataFrame:
    """Units that are not comparable for a source, with the reason in both languages.

    A table of the user's own (``norms/not_comparable.csv`` in their folder) takes the shipped one's place.

    Raises
    ------
    SettingsError
        If the table lacks a column or cannot be read.
    """
    chosen = path or not_comparable_file()
    try:
        table = read_table(chosen)
    except (OSError, ValueError) as error:
        raise SettingsError(_("{file} : illisible ({why}).").format(file=chosen.name, why=error)) from error
    if lacking := [column for column in NOT_COMPARABLE_COLUMNS if column not in table]:
        raise SettingsError(
            _("{file} : la colonne « {column} » manque.").format(file=chosen.name, column=lacking[0])
        )
    return tidied_table(table[list(NOT_COMPARABLE_COLUMNS)]).table


def _shipped() -> tuple[dict[str, Norm], dict[str, NormSet]]:
    path = settings.DATA_DIR / "norms.toml"
    # Asked for at every rerun of a page, read again when the file changes.
    return _of_file(path, path.stat().st_mtime_ns if path.is_file() else 0)


@functools.lru_cache(maxsize=4)
def _of_file(path: Path, _changed: int) -> tuple[dict[str, Norm], dict[str, NormSet]]:
    values = _read_toml(path)
    norms = norms_from_settings(values)
    return norms, sets_from_settings(values, norms)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(_("{file} : illisible ({why}).").format(file=path.name, why=error)) from error
