"""Maps of partners: one against another, and presence against need; patterns and letters beside colour."""

from collections.abc import Iterable
from typing import Final

import pandas as pd

from geo.i18n import N_, _, number
from geo.needmap import OUTSIDE, Drawn
from geo.partnerwords import NEEDS, SIDES, word

# Patterns of static/carte.js; the page's sheet draws the same in the legend.
STYLES: Final = {
    "pair_one": "one",
    "pair_other": "other",
    "pair_both": "both",
    "none_reported": "hatch",
    "need_high": "#C2571A",
    "need_lower": "#F0C79B",
    "need_none": "#E2EFF4",
    "need_unknown": "cross",
    OUTSIDE: "#F7F5F2",
}
# Letters inside the units, so that no meaning hangs on colour.
_LETTERS: Final = {"one": "A", "other": "B", "both": "AB"}
_ABOVE: Final = N_("connu au-dessus seulement : {name}")


def pair(table: pd.DataFrame, one: str, other: str, *, all_units: Iterable[str]) -> Drawn:
    """Class of each unit on the map of two organisations.

    Parameters
    ----------
    table : DataFrame
        Of :func:`geo.presence.side_by_side`.
    one, other : str
        Their names: letters A and B.
    all_units : iterable of str
        P-codes of every unit drawn; those that ``table`` does not hold are shown as ground.
    """
    names = {"one": f"A · {one}", "other": f"B · {other}", "both": f"AB · {word(SIDES, 'both')}"}
    names["none_reported"] = word(SIDES, "none_reported")
    sides = table["side"].astype("str")
    klass = [side if side == "none_reported" else f"pair_{side}" for side in sides]
    said = [
        _pair_words(names[side], above)
        for side, above in zip(sides, _above(table, {"one": one, "other": other}), strict=True)
    ]
    marks = [_LETTERS.get(side, "") for side in sides]
    counts = sides.value_counts()
    legend = [
        (side if side == "none_reported" else f"pair_{side}", text, int(counts.get(side, 0)))
        for side, text in names.items()
    ]
    return _drawn(table["pcode"], klass, said, marks, legend, all_units)


def _above(table: pd.DataFrame, names: dict[str, str]) -> list[list[str]]:
    columns = [(table[f"{side}_above"], name) for side, name in names.items()]
    return [[name for flags, name in columns if flags.iloc[row]] for row in range(len(table))]


def _pair_words(side: str, above: list[str]) -> str:
    return " · ".join([side, *(_(_ABOVE).format(name=name) for name in above)])


def need(table: pd.DataFrame, *, all_units: Iterable[str]) -> Drawn:
    """Class of each commune by its need, with the number of organisations named in it.

    Parameters
    ----------
    table : DataFrame
        Of :func:`geo.presence.with_need`.
    """
    needs = table["need"].astype("str")
    klass = [f"need_{each}" for each in needs]
    said, marks = [], []
    for row in table.to_dict("records"):
        named = row["named"] or _("aucun partenaire signalé")
        people = "" if pd.isna(row["unserved_people"]) else number(row["unserved_people"])
        unserved = _("{n} personnes non desservies").format(n=people) if people else ""
        said.append(" · ".join(filter(None, [word(NEEDS, row["need"]), unserved, named])))
        # A digit in every commune would hide the map: only where there is something to see.
        marks.append(str(row["partners"]) if row["partners"] or row["need"] == "high" else "")
    counts = needs.value_counts()
    legend = [(f"need_{name}", _(text), int(counts.get(name, 0))) for name, text in NEEDS.items()]
    return _drawn(table["pcode"], klass, said, marks, legend, all_units)


def _drawn(
    pcodes: pd.Series,
    klass: list[str],
    said: list[str],
    marks: list[str],
    legend: list[tuple[str, str, int]],
    all_units: Iterable[str],
) -> Drawn:
    units = pd.DataFrame(
        {"pcode": pcodes.to_numpy(), "klass": klass, "words": said, "ring": "", "mark": marks}
    )
    beside = [code for code in all_units if code not in set(pcodes)]
    ground = pd.DataFrame({"pcode": beside, "klass": OUTSIDE, "words": "", "ring": "", "mark": ""})
    return Drawn(
        pd.concat([units, ground], ignore_index=True),
        pd.DataFrame(legend, columns=["klass", "words", "units"]),
    )
