"""P-codes: which country and level a code is of, what lies above it, how a spoilt one is repaired.

A code says nothing about its vintage: ML09 is Bamako in 2021 and Taoudénit in
2025. Join on codes only within one vintage (:mod:`geo.vintages`).
"""

import re
from dataclasses import dataclass
from typing import Final

import pandas as pd

# Length of a code at each level: Mali 2+2+2+2, Mauritania 2+2+1+2.
LENGTHS: Final = {
    "ML": {"country": 2, "region": 4, "cercle": 6, "commune": 8},
    "MR": {"country": 2, "region": 4, "cercle": 5, "commune": 7},
}
# ISO 3166 alpha-3 prefixes stand for the same country in several published files.
_ALPHA3: Final = {"MLI": "ML", "MRT": "MR"}


@dataclass(frozen=True)
class Repair:
    """A code as it can be used, and whether it had to be changed.

    Attributes
    ----------
    pcode : str
        The repaired code, empty where none could be read.
    repaired : bool
        True when ``pcode`` differs from the text it was read from.
    """

    pcode: str
    repaired: bool


def country(pcode: str) -> str:
    """Country of a code, ``"ML"`` or ``"MR"``, empty for any other text.

    >>> country("ML050601")
    'ML'
    """
    return pcode[:2] if pcode[:2] in LENGTHS else ""


def level(pcode: str) -> str:
    """Level of a well-formed code: ``country``, ``region``, ``cercle`` or ``commune``, else empty.

    >>> level("MR021"), level("ML0506"), level("ML056")
    ('cercle', 'cercle', '')
    """
    lengths = LENGTHS.get(pcode[:2], {})
    # str.isdecimal would let Arabic digits through, which join with nothing.
    if not re.fullmatch("[0-9]*", pcode[2:]):
        return ""
    return next((name for name, length in lengths.items() if length == len(pcode)), "")


def parent(pcode: str, to: str) -> str:
    """Code of the unit of level ``to`` that a code lies in; the code itself at its own level.

    Raises
    ------
    ValueError
        If ``pcode`` is not a well-formed code, or is of a higher level than ``to``.

    Examples
    --------
    >>> parent("MR02103", "cercle"), parent("ML050601", "region")
    ('MR021', 'ML05')
    """
    own = level(pcode)
    if not own:
        raise ValueError(f"not a P-code of Mali or Mauritania: {pcode!r}")
    lengths = LENGTHS[country(pcode)]
    if to not in lengths or lengths[to] > len(pcode):
        raise ValueError(f"{pcode} ({own}) lies in no unit of level {to!r}")
    return pcode[: lengths[to]]


def nests(child: str, above: str) -> bool:
    """Whether ``child`` is ``above`` or lies in it by its code; both must be well-formed.

    >>> nests("ML050601", "ML05"), nests("MR0210", "MR02")
    (True, False)
    """
    return bool(level(child) and level(above)) and child.startswith(above)


def repair(text: str) -> Repair:
    """Read a code as people write it: blanks, lower case, alpha-3 country prefixes.

    >>> repair("MLI05")
    Repair(pcode='ML05', repaired=True)
    >>> repair("ML0506 ")
    Repair(pcode='ML0506', repaired=True)
    >>> repair("Gao")
    Repair(pcode='', repaired=False)
    """
    code = re.sub(r"\s+", "", text).upper()
    if code[:3] in _ALPHA3:
        code = _ALPHA3[code[:3]] + code[3:]
    if not level(code):
        return Repair("", False)
    return Repair(code, code != text)


def repair_column(codes: pd.Series) -> pd.DataFrame:
    """:func:`repair` over a column: same index, columns ``pcode`` and ``repaired``."""
    # A column of 20,000 codes holds a few hundred distinct ones.
    table = {text: repair(text) for text in codes.unique()}
    found = [table[text] for text in codes]
    return pd.DataFrame(
        {"pcode": [one.pcode for one in found], "repaired": [one.repaired for one in found]},
        index=codes.index,
    )
