"""Tables of severity on disk: installed, chosen, loaded; or one file read for a single question."""

from pathlib import Path
from typing import Final

import pandas as pd

from geo.errors import RecordFileError
from geo.i18n import _
from geo.io.records import sha256
from geo.io.sheets import read_sheet
from geo.io.shelf import Shelf
from geo.severity import COLUMNS, SeverityFileError, standardise

_FILE: Final = "severity.csv"


def _unknown(name: str, known: list[str]) -> SeverityFileError:
    listed = ", ".join(known) or _("aucune n'est installée")
    return SeverityFileError(
        _("Aucune table de sévérité « {name} » : {known}.").format(name=name, known=listed)
    )


def _unusable(name: str) -> SeverityFileError:
    return SeverityFileError(_("« {name} » ne peut pas nommer une table.").format(name=name))


def _damaged(name: str) -> SeverityFileError:
    text = _("La table de sévérité « {name} » est abîmée : réinstallez-la.")
    return SeverityFileError(text.format(name=name))


_PAPERS: Final = {"source": str, "date": str, "rows": int}
SHELF: Final = Shelf("severity", SeverityFileError, _PAPERS, _unknown, _unusable, _damaged)
names, in_use, use, about = SHELF.names, SHELF.in_use, SHELF.use, SHELF.about


def read(path: Path) -> pd.DataFrame:
    """Read a table of severity (CSV, XLSX…), checked: ``pcode, severity``.

    Raises
    ------
    SeverityFileError
        If the file cannot be read, or a row of it cannot be used.
    """
    try:
        raw = read_sheet(path).table
    except RecordFileError as error:
        raise SeverityFileError(str(error)) from error
    return standardise(raw, file=path.name)


def install(path: Path, *, name: str = "", source: str = "", date: str = "") -> tuple[str, pd.DataFrame]:
    """Install a table of severity and use it; on any fault nothing changes.

    Raises
    ------
    SeverityFileError
        If the table is refused.
    """
    table = read(path)
    if not len(table):
        raise SeverityFileError(_("{file} : aucune ligne avec une classe.").format(file=path.name))
    chosen = SHELF.name_for(path, name)
    papers: dict[str, object] = {"name": chosen, "file": path.name, "source": source or path.name}
    papers |= {"date": date, "sha256": sha256(path), "rows": len(table)}
    SHELF.put(chosen, papers, lambda folder: table.to_csv(folder / _FILE, index=False, lineterminator="\n"))
    return chosen, table


def load() -> pd.DataFrame | None:
    """Table in use, ``pcode, severity``; ``None`` where none is installed.

    Raises
    ------
    SeverityFileError
        If its file is damaged.
    """
    name = in_use()
    if not name:
        return None
    try:
        table = pd.read_csv(SHELF.folder / name / _FILE, dtype={"pcode": str}, keep_default_na=False)
        return table[list(COLUMNS)].astype({"severity": float})
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(name) from error


def source_words(name: str) -> str:
    """Source and date of an installed table, for beside the result."""
    papers = about(name)
    return ", ".join(filter(None, [str(papers["source"]), str(papers["date"])]))
