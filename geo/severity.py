"""Severity: a class from 1 (minimal) to 5 (catastrophic) for each commune, from a table of the user's own."""

import re
from typing import Final

import pandas as pd

from geo import pcodes
from geo.errors import CouvertureError
from geo.headings import fold_heading
from geo.i18n import _, ngettext, number
from geo.ranking import SEVERITY_CLASSES

COLUMNS: Final = ("pcode", "severity")
_HEADINGS: Final = {
    "pcode": ("pcode", "p_code", "adm3_pcode", "adm2_pcode", "admin3pcod", "admin2pcod", "code"),
    "severity": ("severity", "severite", "classe", "class", "phase", "score", "niveau", "severity_class"),
}


class SeverityFileError(CouvertureError):
    """A table of severity was refused; nothing was changed."""


def standardise(raw: pd.DataFrame, *, file: str) -> pd.DataFrame:
    """Return ``pcode, severity`` of a table as it was read, every row checked.

    Parameters
    ----------
    raw : DataFrame of str
        A column of P-codes (communes, or cercles that stand for all of their communes) and one of classes
        1 to 5; the index is the row of the file. A row with an empty class is left out: not known.

    Raises
    ------
    SeverityFileError
        If a column is missing, a row holds no P-code or no class from 1 to 5, or a P-code comes twice.

    Examples
    --------
    >>> standardise(pd.DataFrame({"adm3_pcode": ["ML050101"], "phase": ["3"]}), file="t.csv").values.tolist()
    [['ML050101', 3.0]]
    """
    columns = _columns([str(name) for name in raw.columns], file)
    codes = raw[columns["pcode"]].astype(str).map(lambda text: pcodes.repair(text).pcode)
    texts = raw[columns["severity"]].astype(str).str.strip()
    classes = texts.map(_class)
    low, high = SEVERITY_CLASSES
    wrong = texts.ne("") & ~classes.between(low, high)
    _refuse(raw[columns["severity"]][wrong], file, columns["severity"], _("une classe de 1 à 5"))
    _refuse(raw[columns["pcode"]][codes.eq("")], file, columns["pcode"], _("un P-code"))
    found = pd.DataFrame({"pcode": codes, "severity": classes})[texts.ne("")]
    twice = found[found.duplicated("pcode")]
    _refuse(twice["pcode"], file, columns["pcode"], _("un P-code qui ne vient qu'une fois"))
    return found.reset_index(drop=True)


def _columns(headings: list[str], file: str) -> dict[str, str]:
    folded = {re.sub(r"\W+", "_", fold_heading(heading)): heading for heading in reversed(headings)}
    found = {
        field: folded[next(word for word in words if word in folded)]
        for field, words in _HEADINGS.items()
        if any(word in folded for word in words)
    }
    if lacking := [field for field in COLUMNS if field not in found]:
        raise SeverityFileError(
            _("{file} : pas de colonne « {column} ». Colonnes : {headings}.").format(
                file=file, column=lacking[0], headings=", ".join(headings)[:200]
            )
        )
    return found


def _class(text: str) -> float:
    digits = re.fullmatch(r"(?:phase |classe |class )?([0-9](?:[.,][0-9]+)?)", text.strip().lower())
    return float(digits[1].replace(",", ".")) if digits else float("nan")


def _refuse(values: pd.Series, file: str, column: str, wanted: str) -> None:
    if not len(values):
        return
    text = _("{file}, ligne {row}, colonne « {column} » : « {value} », il faut {wanted}.")
    raise SeverityFileError(
        text.format(
            file=file, row=values.index[0], column=column, value=str(values.iloc[0])[:40], wanted=wanted
        )
    )


def by_commune(table: pd.DataFrame, units: pd.DataFrame) -> tuple[dict[str, float], tuple[str, ...]]:
    """Class of each commune, and what the table says that no commune takes, in words.

    A commune's own row counts before that of its cercle.

    Parameters
    ----------
    table : DataFrame
        Of :func:`standardise`.
    units : DataFrame
        The communes in use: ``adm3_pcode, adm2_pcode``.
    """
    stated = dict(zip(table["pcode"], table["severity"].astype(float), strict=True))
    pairs = zip(units["adm3_pcode"], units["adm2_pcode"], strict=True)
    found = {
        str(commune): stated[commune] if commune in stated else stated[cercle]
        for commune, cercle in pairs
        if commune in stated or cercle in stated
    }
    known = {*units["adm3_pcode"], *units["adm2_pcode"]}
    strange = sorted(set(stated) - known)
    if not strange:
        return found, ()
    text = ngettext(
        "{n} P-code qui n'est celui d'aucune commune ni d'aucun cercle : {codes}",
        "{n} P-codes qui ne sont ceux d'aucune commune ni d'aucun cercle : {codes}",
        len(strange),
    )
    return found, (text.format(n=number(len(strange)), codes=", ".join(strange[:5])),)
