"""Ranked list, table and what lies beneath: HTML of the answer; text in, escaped text out."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from geo import ranking
from geo.crossing import most_need_without_partner, need_by_coverage
from geo.gaps import Gaps
from geo.gapwords import STATE_WORDS
from geo.i18n import _, ngettext, number, percent
from geo.needmap import STYLES, interval, shares, state_words
from geo.ui import sheets
from geo.ui.needing import WORST, Answer
from geo.ui.parts import escaped, swatch

Row = Mapping[Any, Any]
# Names in a corner of the map before "and n more".
_NAMED: Final = 12


def ranked(answer: Answer, *, chosen: str) -> str:
    """Return communes by rank; each row opens to the sum behind its score."""
    rows = answer.ranked[answer.ranked["rank"].notna()].to_dict("records")
    title = _("Classement")
    if not rows:
        text = _(
            "Aucune commune n'a de chiffre pour ce type avec ces hypothèses : les raisons sont plus bas."
        )
        return sheets.section(title, sheets.paragraph(text, "empty"))
    heads = [_("Rang"), _("Commune"), _("Non desservies"), _("État")]
    head = "".join(f"<span>{escaped(text)}</span>" for text in heads)
    # The one chosen on the map comes first, opened; it also keeps its place.
    first = [row for row in rows if row["pcode"] == chosen]
    opened = "".join(_item(row, opened=True) for row in first)
    top = f"<ol class='ranks chosen'>{opened}</ol>" if first else ""
    items = "".join(_item(row, opened=False) for row in rows)
    label = escaped(title)
    return (
        f"<section class='ranking'><h2>{label}</h2>{top}"
        f"<div class='rank-heads' aria-hidden='true'>{head}</div>"
        f"<div class='rank-frame' tabindex='0' role='region' aria-label='{label}'>"
        f"<ol class='ranks'>{items}</ol></div></section>"
    )


def correlation(answer: Answer) -> str:
    """``Corrélation avec poids égaux 0,94``, or that there is nothing to compare."""
    if pd.isna(answer.correlation):
        return _("corrélation avec poids égaux : sans objet")
    return _("Corrélation avec poids égaux {value}").format(value=number(answer.correlation, 2))


def rank_words(row: Row) -> str:
    """``3 (1 – 10)``: rank and its range."""
    if pd.isna(row["rank"]):
        return "–"
    low, high = row["rank_low"], row["rank_high"]
    own = number(row["rank"])
    return own if low == high else f"{own} ({number(low)} – {number(high)})"


def _item(row: Row, *, opened: bool) -> str:
    people = interval(row["unserved_people"], row["unserved_people_max"])
    inside = f"{row['cercle_name']} · {row['region_name']}"
    words = state_words(row)
    state = f"{swatch(row['state'])}{escaped(words)}"
    sure = _("Parmi les {n} derniers dans {share} des tirages").format(
        n=number(WORST), share=percent(row["probability_worst"], 0)
    )
    lines = [*ranking.explain(row).split("\n"), *_beside(row), sure]
    body = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    fiche = sheets.link("fiche", _("Fiche"), unite=str(row["pcode"]))
    return (
        f"<li><details data-pcode='{escaped(row['pcode'])}'{' open' if opened else ''}><summary>"
        f"<span class='rank'>{escaped(rank_words(row))}</span>"
        f"<span class='who'><b>{escaped(row['name'])}</b><small>{escaped(inside)}</small></span>"
        f"<span class='n'>{escaped(people)}</span><span class='state'>{state}</span></summary>"
        f"<ul>{body}</ul><p>{fiche}</p></details></li>"
    )


def _beside(row: Row) -> list[str]:
    """Say what the figures of a row rest on."""
    people = _("{people} personnes ({year}) ; requis {required}, en service {working}, manquants {missing}")
    spoken = people.format(
        people=number(row["population_people"]),
        year=row["population_year"],
        required=number(row["required"]),
        working=_works(row),
        missing=interval(row["missing"], row["missing_max"]),
    )
    tied = _("à égalité avec {n} autres").format(n=number(row["tied"] - 1)) if row["tied"] > 1 else ""
    return [text for text in (spoken, tied, str(row["note"])) if text]


def _works(row: Row) -> str:
    text = interval(row["working"], row["working_max"])
    return _("{n} + non rapporté").format(n=text) if row["working_open"] else text


def table(answer: Answer, level: str, *, title: str) -> str:
    """Return all units of the level with a figure or without, sortable, minimum and maximum told apart."""
    commune = level == "commune"
    rows = (answer.ranked if commune else answer.units).to_dict("records")
    # A second figure only where some unit has one: a column of repeats hides what differs.
    wide = any(row["unserved_people"] != row["unserved_people_max"] for row in rows if _known(row))
    cells = [_cells(row, commune=commune, wide=wide) for row in rows]
    heads = [_("Unité"), _("État"), *_heads(commune=commune, wide=wide)]
    words = [[word for word, _value in row] for row in cells]
    values = [[value for _word, value in row] for row in cells]
    made = sheets.sheet(heads, words, caption=title, numeric=range(2, len(heads)), sorting=values)
    return f"<div class='need-table'>{made}</div>"


def _known(row: Row) -> bool:
    return not pd.isna(row["unserved_people"])


def _heads(*, commune: bool, wide: bool) -> list[str]:
    first = (
        [_("Rang"), _("Parmi les {n} derniers").format(n=number(WORST))] if commune else [_("Sans chiffre")]
    )
    works = [_("Personnes"), _("En service"), _("dont saisonniers"), _("Hors service"), _("Requis")]
    unserved = [_("Manquants"), _("Non desservies"), *([_("Au plus")] if wide else [])]
    return [*first, *works, *unserved, _("Couverture")]


def _cells(row: Row, *, commune: bool, wide: bool) -> list[tuple[str, float | str]]:
    inside = " · ".join(filter(None, [row["cercle_name"] if commune else "", _region(row)]))
    place = sheets.Html(f"{escaped(row['name'])}<small>{escaped(inside)}</small>")
    state = state_words(row)
    spoken = sheets.Html(f"{swatch(row['state'])} {escaped(state)}")
    found: list[tuple[str, float | str]] = [(place, str(row["name"]))]
    found.append((spoken, list(STATE_WORDS).index(row["state"])))
    if commune:
        share = row["probability_worst"]
        found.append((rank_words(row), _sort(row["rank"])))
        found.append(("–", "") if pd.isna(share) else (percent(share, 0), float(share)))
    else:
        without = row["communes_without_figure"]
        found.append((f"{number(without)} / {number(row['communes'])}", float(without)))
    found.append((_number(row["population_people"]), _sort(row["population_people"])))
    found.append((_works(row), _sort(row["working"])))
    found += [
        (_number(row[name]), _sort(row[name])) for name in ("working_seasonal", "not_working", "required")
    ]
    found.append((interval(row["missing"], row["missing_max"]), _sort(row["missing"])))
    names = ("unserved_people", "unserved_people_max") if wide else ("unserved_people",)
    found += [(_number(row[name]), _sort(row[name])) for name in names]
    found.append((shares(row["coverage_pct"], row["coverage_pct_max"]), _sort(row["coverage_pct"])))
    return found


def _region(row: Row) -> str:
    return "" if row["level"] == "region" else str(row["region_name"])


def _number(value: float) -> str:
    return _("inconnu") if pd.isna(value) else number(value)


def _sort(value: float) -> float | str:
    return "" if pd.isna(value) else float(value)


def beneath(gaps: Gaps) -> str:
    """Return the communes that are in no ranking, with the reason of each."""
    apart = gaps.not_comparable
    body = []
    if len(apart):
        lines = [
            sheets.Html(
                f"<b>{escaped(row['name'])}</b> ({escaped(row['region_name'])}) : {escaped(row['note'])}"
            )
            for row in apart.to_dict("records")
        ]
        counted = gaps.include_not_comparable
        said = _("classées quand même, à votre demande") if counted else _("hors du classement")
        title = ngettext(
            "{n} commune non comparable, {said}", "{n} communes non comparables, {said}", len(lines)
        )
        body.append(
            f"<h3>{escaped(title.format(n=number(len(lines)), said=said))}</h3>{sheets.bullets(lines)}"
        )
    unknown = gaps.unknown
    if len(unknown):
        title = ngettext("{n} commune sans chiffre", "{n} communes sans chiffre", len(unknown))
        groups = [_group(str(name), rows) for name, rows in unknown.groupby("region_name", sort=True)]
        body.append(f"<h3>{escaped(title.format(n=number(len(unknown))))}</h3>{''.join(groups)}")
    return sheets.section(_("Hors du classement"), *body) if body else ""


def _group(region: str, rows: pd.DataFrame) -> str:
    people, unknown = rows["population_people"].sum(), _("inconnu")
    text = _("{name} : {n} communes, {people} personnes").format(
        name=region, n=number(len(rows)), people=number(people)
    )
    lines = [
        sheets.Html(f"<b>{escaped(row['name'])}</b> : {escaped(row['note'] or unknown)}")
        for row in rows.to_dict("records")
    ]
    summed = _state_of_works(rows)
    return (
        f"<details class='group'><summary>{escaped(text)}{summed}</summary>{sheets.bullets(lines)}</details>"
    )


def image(drawn: str, words: str, klass: str = "") -> str:
    """Return an SVG drawing as a picture that the page holds itself."""
    coded = base64.b64encode(drawn.encode()).decode()
    return f"<img class='{klass}' alt='{escaped(words)}' src='data:image/svg+xml;base64,{coded}'>"


def _state_of_works(rows: pd.DataFrame) -> str:
    """Say how many works of unknown state stand behind a group."""
    works = rows["unknown"].sum()
    return escaped(" ; " + _("{n} ouvrages d'état inconnu").format(n=number(works))) if works else ""


# ---- need and coverage crossed ----------------------------------------------------------------------


def crossing(gaps: Gaps) -> str:
    """Return the square legend of need and coverage, and its corners as named lists."""
    classes = need_by_coverage(gaps.table)
    counts = classes.value_counts()
    title = _("Besoin × couverture")
    if not len(counts.drop("", errors="ignore")):
        return ""
    text = _(
        "Besoin : tiers des communes selon les personnes non desservies (3 : le plus). Couverture : part des "
        "personnes desservies (A : moins d'un tiers, B : moins de deux tiers, C : au-delà)."
    )
    return sheets.section(title, sheets.paragraph(text), _square(counts), *_corners(gaps, classes))


def _square(counts: pd.Series) -> str:
    head = "".join(f"<th scope='col'>{letter}</th>" for letter in "ABC")
    body = "".join(
        f"<tr><th scope='row'>{need}</th>{''.join(_field(need, share, counts) for share in 'ABC')}</tr>"
        for need in (3, 2, 1)
    )
    label = escaped(_("Communes par besoin (haut : plus) et couverture (droite : plus)"))
    return (
        f"<div class='square'><table><caption>{label}</caption><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _field(need: int, share: str, counts: pd.Series) -> str:
    code = f"{need}{share}"
    dark = code in ("1C", "2C", "3A", "3B", "3C")
    klass = "on-dark" if dark else ""
    count = number(int(counts.get(code, 0)))
    return f"<td class='{klass}' style='background:{STYLES['b' + code]}'>{share}{need}<b>{count}</b></td>"


def _corners(gaps: Gaps, classes: pd.Series) -> list[str]:
    table = gaps.table
    corners = (
        (_("Besoin élevé, aucun partenaire signalé"), most_need_without_partner(table)),
        (_("A3 : besoin élevé, couverture faible"), table[classes == "3A"]),
        (_("C3 : besoin élevé malgré une bonne couverture"), table[classes == "3C"]),
        (_("A1 : peu de personnes, couverture faible"), table[classes == "1A"]),
        (_("C1 : besoin faible, bonne couverture"), table[classes == "1C"]),
    )
    return [_corner(title, rows) for title, rows in corners]


def _corner(title: str, rows: pd.DataFrame) -> str:
    names = [
        f"{row['name']} ({number(row['unserved_people'])})"
        for row in rows.sort_values("unserved_people", ascending=False).to_dict("records")
    ]
    head = escaped(f"{title} · {number(len(names))}")
    if not names:
        return f"<p class='corner'><b>{head}</b></p>"
    if len(names) <= _NAMED:
        return f"<p class='corner'><b>{head}</b> {escaped(', '.join(names))}</p>"
    return f"<details class='group'><summary>{head}</summary><p>{escaped(', '.join(names))}</p></details>"


def printed(lines: Sequence[str], uncertainty: str) -> str:
    """Return what stands under every result: norms, assumptions, how ranges were drawn."""
    return sheets.section(_("Comment ces chiffres sont faits"), sheets.bullets([*lines, uncertainty]))
