"""Need and coverage crossed: the square that is its legend, its corners as named lists."""

import pandas as pd

from geo.crossing import most_need_without_partner, need_by_coverage
from geo.gaps import Gaps
from geo.i18n import _, number
from geo.needmap import NEEDS, SHARES, STYLES, code_words
from geo.ui import sheets
from geo.ui.parts import escaped

# Names in a corner before they fold.
_NAMED: int = 12
_DARK: tuple[str, ...] = ("1C", "2C", "3A", "3B", "3C")


def section(gaps: Gaps, *, with_square: bool = True) -> str:
    """Return the square (where the map does not show it already) and the communes of its corners by name."""
    classes = need_by_coverage(gaps.table)
    if not (classes != "").any():
        return sheets.paragraph(_("Aucune commune n'a de chiffre : rien à croiser."), "empty")
    corners = "".join(_corners(gaps, classes))
    if not with_square:
        return corners
    return f"<div class='crossed'><div>{square(gaps.table)}</div><div>{corners}</div></div>"


def square(table: pd.DataFrame) -> str:
    """Return the 3 x 3 square: need upwards, coverage to the right, units counted, corners in words.

    Parameters
    ----------
    table
        Units that the map shows.
    """
    counts = need_by_coverage(table).value_counts()
    need = {int(row): _(text) for row, text in NEEDS.items()}
    shares = {column: _(text) for column, text in SHARES.items()}
    head = "".join(f"<th scope='col'>{escaped(text)}</th>" for text in shares.values())
    rows = "".join(
        f"<tr><th scope='row'>{escaped(text)}</th>"
        + "".join(_field(row, column, counts) for column in shares)
        + "</tr>"
        for row, text in need.items()
    )
    label = escaped(_("Communes par besoin et par couverture"))
    across, up = escaped(_("Personnes desservies →")), escaped(_("Besoin ↑"))
    key = escaped(_("Besoin : tiers des unités selon les personnes non desservies."))
    return (
        f"<div class='square'><table><caption>{label}</caption><thead>"
        f"<tr><td></td><th class='axis' colspan='3' scope='colgroup'>{across}</th></tr>"
        f"<tr><th class='axis' scope='col'>{up}</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p class='key'>{key}</p></div>"
    )


def _corner_words() -> dict[str, str]:
    return {
        "3A": _("besoin élevé, peu couvert"),
        "3C": _("besoin élevé, bien couvert"),
        "1A": _("besoin faible, peu couvert"),
        "1C": _("besoin faible, bien couvert"),
    }


def _field(need: int, share: str, counts: pd.Series) -> str:
    code = f"{need}{share}"
    klass = "on-dark" if code in _DARK else ""
    count = number(int(counts.get(code, 0)))
    said = _corner_words().get(code, "")
    words = f"<small>{escaped(said)}</small>" if said else ""
    return (
        f"<td class='{klass}' style='background:{STYLES['b' + code]}'>"
        f"{code_words('b' + code)}<b>{count}</b>{words}</td>"
    )


def _corners(gaps: Gaps, classes: pd.Series) -> list[str]:
    table = gaps.table
    return [
        _corner(_("Besoin élevé, aucun partenaire signalé"), most_need_without_partner(table), opened=True),
        *(
            _corner(f"{code_words('b' + code)} : {text}", table[classes == code])
            for code, text in _corner_words().items()
        ),
    ]


def _corner(title: str, rows: pd.DataFrame, *, opened: bool = False) -> str:
    names = [
        f"{row['name']} ({number(row['unserved_people'])})"
        for row in rows.sort_values("unserved_people", ascending=False).to_dict("records")
    ]
    head = escaped(f"{title} · {number(len(names))}")
    if not names:
        return f"<p class='corner'><b>{head}</b></p>"
    shown = " open" if opened and len(names) <= _NAMED else ""
    listed = escaped(", ".join(names))
    return f"<details class='group'{shown}><summary>{head}</summary><p>{listed}</p></details>"
