"""The map of need: in which class each unit is drawn, by its state, its unserved people, or both crossed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geo.classify import NUMBER_CLASSES, Classes, breaks, class_words, unit_word
from geo.crossing import need_by_coverage
from geo.facts import Facts
from geo.gapwords import STATE_WORDS, state_letter
from geo.i18n import N_, _, number, percent

PICTURES: Final = {
    "etats": N_("État de chaque unité"),
    "personnes": N_("Personnes non desservies"),
    "croisement": N_("Besoin × couverture"),
}
# Need, L* 91 80 66 49 29; pattern names as in static/carte.js.
_NEED: Final = dict(
    zip(("n1", "n2", "n3", "n4", "n5"), ("#F8E7D6", "#EBBE90", "#D98F4E", "#B0601F", "#6E3608"), strict=True)
)
# Rows and columns of the square of need and coverage.
NEEDS: Final = {"3": N_("élevé"), "2": N_("moyen"), "1": N_("faible")}
SHARES: Final = {"A": N_("moins d'un tiers"), "B": N_("un à deux tiers"), "C": N_("plus de deux tiers")}
# Beside the area asked: the ground of regions that are not drawn.
OUTSIDE: Final = "outside"
SERVED: Final = "served"
STYLES: Final = {
    "met": "#0B4F6C",
    "partly": "#8CC3D9",
    "unmet": "#C2571A",
    "met_or_unmet_unknown": "split",
    SERVED: "#E2EFF4",
    **_NEED,
    **dict(zip(("b1A", "b1B", "b1C"), ("#EFEBE6", "#9CCBDD", "#2E86AB"), strict=True)),
    **dict(zip(("b2A", "b2B", "b2C"), ("#EDBB8A", "#9A8F8F", "#3A5F7D"), strict=True)),
    **dict(zip(("b3A", "b3B", "b3C"), ("#C05F12", "#7A4630", "#22222F"), strict=True)),
    "unknown": "cross",
    "not_applicable": "#E3E5E6",
    OUTSIDE: "#F7F5F2",
}
# A ring lies on fills of its own colour too: the lightest would vanish.
RINGS: Final = {**_NEED, "n1": "#EBBE90", "n2": "#D98F4E", "open": "#1F2A30"}
_CROSSED: Final = tuple(f"b{need}{share}" for need in (3, 2, 1) for share in "ABC")


@dataclass(frozen=True, eq=False)
class Drawn:
    """What the map shows and its legend says.

    Attributes
    ----------
    units : DataFrame
        One row a unit drawn: ``pcode, klass, words, ring, mark``.
    legend : DataFrame
        ``klass, words, units, mark``, see :func:`geo.classify.legend`.
    """

    units: pd.DataFrame
    legend: pd.DataFrame


def title(facts: Facts, level: str, picture: str) -> str:
    """What is shown: picture, type, units, year."""
    words = [_(PICTURES[picture]), facts.kind.label, unit_word(level, 2), facts.newest[:4]]
    return " · ".join(filter(None, words))


def drawn(table: pd.DataFrame, picture: str, *, all_units: Iterable[str]) -> Drawn:
    """Class of each unit on one of the maps of need.

    Parameters
    ----------
    table : DataFrame
        Of :attr:`geo.gaps.Gaps.table` or :func:`geo.gaps.at_level`.
    picture : str
        One of :data:`PICTURES`.
    all_units : iterable of str
        P-codes of every unit drawn; those that ``table`` does not hold are shown as ground.
    """
    classes = Classes(breaks(table["unserved_people"]), _greatest(table))
    klass, ring = _classes(table, picture, classes)
    units = pd.DataFrame(
        {
            "pcode": table["pcode"],
            "klass": klass,
            "words": [hover(row) for row in table.to_dict("records")],
            "ring": ring,
            "mark": [mark(code) for code in klass],
        }
    )
    beside = [code for code in all_units if code not in set(table["pcode"])]
    ground = pd.DataFrame({"pcode": beside, "klass": OUTSIDE, "words": "", "ring": "", "mark": ""})
    return Drawn(pd.concat([units, ground], ignore_index=True), _legend(klass, picture, classes))


def _greatest(table: pd.DataFrame) -> float:
    people = table[["unserved_people", "unserved_people_max"]].max().max() if len(table) else 0.0
    return 0.0 if pd.isna(people) else float(people)


def _classes(table: pd.DataFrame, picture: str, classes: Classes) -> tuple[list[str], list[str]]:
    states = table["state"].astype(str).tolist()
    nothing = [""] * len(table)
    if picture == "croisement":
        crossed = need_by_coverage(table)
        return [
            f"b{code}" if code else _gap(state) for code, state in zip(crossed, states, strict=True)
        ], nothing
    if picture == "etats":
        return states, nothing
    pairs = zip(table["unserved_people"], table["unserved_people_max"], states, strict=True)
    found = [
        (_gap(state), "") if pd.isna(low) else (_need(low, classes), _ring(low, high, classes))
        for low, high, state in pairs
    ]
    return [klass for klass, _ring_ in found], [ring for _klass, ring in found]


def _gap(state: str) -> str:
    return "not_applicable" if state == "not_applicable" else "unknown"


def _need(people: float, classes: Classes) -> str:
    """Class of so many people, ``served`` for nobody."""
    if people <= 0:
        return SERVED
    edges = classes.edges or (people,)
    place = max(1, sum(people >= edge for edge in edges))
    codes = classes.codes if classes.edges else (NUMBER_CLASSES[-1],)
    return _of_need(codes[place - 1])


def _of_need(code: str) -> str:
    return "n" + code[1:]


def _ring(low: float, high: float, classes: Classes) -> str:
    return _need(high, classes) if high > low and _need(high, classes) != _need(low, classes) else ""


def _legend(klass: list[str], picture: str, classes: Classes) -> pd.DataFrame:
    counts = pd.Series(klass, dtype="str").value_counts()
    words: dict[str, str] = {}
    if picture == "etats":
        words = {
            code: _(text) for code, text in STATE_WORDS.items() if code not in ("unknown", "not_applicable")
        }
    elif picture == "personnes":
        words = {
            _of_need(code): class_words(code, classes)
            for code in reversed(classes.codes if classes.edges else ())
        }
        words[SERVED] = _("0 : toutes desservies")
    else:
        words = {code: crossed_words(code) for code in _CROSSED}
    words |= {"unknown": _("inconnu"), "not_applicable": _("sans objet")}
    rows = [(code, text, int(counts.get(code, 0)), mark(code)) for code, text in words.items()]
    return pd.DataFrame(rows, columns=["klass", "words", "units", "mark"])


def mark(klass: str) -> str:
    """Letters written inside a unit of a class: its state, or its place on the square; empty for others."""
    return code_words(klass) if klass in _CROSSED else state_letter(klass)


def crossed_words(code: str) -> str:
    """Say a class of need and coverage: ``besoin élevé, couvert < 1/3``."""
    text = _("besoin {need}, couvert {share}")
    return text.format(need=_(NEEDS[code[1]]), share={"A": "< 1/3", "B": "1/3 – 2/3", "C": "> 2/3"}[code[2]])


def code_words(code: str) -> str:
    """Code of a class of need and coverage as it is printed: column, then row.

    >>> code_words("b3A")
    'A3'
    """
    return code[2:] + code[1]


def hover(row: Mapping[Any, Any]) -> str:
    """Say a unit in a few words: its state, its unserved people, its coverage, or why there is no figure."""
    state = state_words(row)
    if pd.isna(row["unserved_people"]):
        return f"{state} · {row['note']}" if row["note"] else state
    people = _("{n} personnes non desservies").format(
        n=interval(row["unserved_people"], row["unserved_people_max"])
    )
    parts = [state, people]
    if not pd.isna(row["coverage_pct"]):
        parts.append(
            _("couverture {share}").format(share=shares(row["coverage_pct"], row["coverage_pct_max"]))
        )
    return " · ".join(parts)


def interval(low: float, high: float) -> str:
    """``12 000``, or ``400 à 1 600`` where figures are an interval; ``inconnu`` where there is none."""
    if pd.isna(low):
        return _("inconnu")
    if pd.isna(high) or low == high:
        return number(low)
    return _("{least} à {most}").format(least=number(low), most=number(high))


def shares(low: float, high: float) -> str:
    """Coverage in per cent, both ends where they differ."""
    if pd.isna(low):
        return _("inconnu")
    if pd.isna(high) or low == high:
        return percent(low / 100)
    return _("{least} à {most}").format(least=percent(low / 100), most=percent(high / 100))


def state_words(row: Mapping[Any, Any]) -> str:
    """State of a row in words."""
    state = row["state"]
    return _(STATE_WORDS[state])
