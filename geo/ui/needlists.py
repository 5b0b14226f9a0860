"""Ranked list, table and what lies beneath: HTML of the answer; text in, escaped text out."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo import ranking
from geo.gaps import Gaps
from geo.gapwords import STATE_WORDS, population_words, state_letter
from geo.i18n import _, clauses, ngettext, number, percent, unbroken
from geo.needmap import interval, shares, state_words
from geo.ui import sheets
from geo.ui.needing import Answer
from geo.ui.parts import escaped, swatch

Row = Mapping[Any, Any]


def headline(answer: Answer) -> str:
    """Return the answer in one line: people unserved, communes in each state, communes without a figure."""
    table, area = answer.gaps.table, answer.gaps.area
    known = table[table["unserved_people"].notna()]
    without = area["communes_without_figure"]
    if not len(known):
        text = ngettext("{n} commune sans chiffre", "{n} communes sans chiffre", without)
        return f"<p class='headline'>{escaped(text.format(n=number(without)))}</p>"
    people = interval(area["unserved_people"], area["unserved_people_max"])
    total = _("{people} personnes non desservies").format(people=people)
    counts = known["state"].value_counts()
    words = {state: _(text) for state, text in STATE_WORDS.items() if state in counts}
    said = [f"{text} {number(int(counts[state]))}" for state, text in words.items()]
    said += [_("sans chiffre {n}").format(n=number(without))] if without else []
    text = _("Communes : {states}").format(states=" · ".join(said))
    return f"<p class='headline'><b>{escaped(total)}</b> {escaped(text)}</p>"


def ranked(answer: Answer, *, chosen: str) -> str:
    """Return communes by rank; each row opens to the sum behind its score."""
    table = answer.ranked.table
    rows = table[table["rank"].notna()].to_dict("records")
    title = _("Classement")
    if not rows:
        text = _(
            "Aucune commune n'a de chiffre pour ce type avec ces hypothèses : les raisons sont plus bas."
        )
        return sheets.section(title, sheets.paragraph(text, "empty"))
    worst = answer.ranked.weighing.worst
    heads = [_("Rang (fourchette)"), _("Commune"), _("Non desservies")]
    head = "".join(f"<span>{escaped(text)}</span>" for text in heads)
    # The one chosen on the map comes first, opened; it also keeps its place.
    first = [row for row in rows if row["pcode"] == chosen]
    opened = "".join(_item(row, worst, opened=True) for row in first)
    top = f"<ol class='ranks chosen'>{opened}</ol>" if first else ""
    items = "".join(_item(row, worst, opened=False) for row in rows)
    label = escaped(title)
    hint = escaped(_("La pire d'abord. Une ligne s'ouvre sur le calcul de son score."))
    return (
        f"<section class='ranking'><h2>{label}</h2><p class='key'>{hint}</p>{top}"
        f"<div class='rank-heads' aria-hidden='true'>{head}</div>"
        f"<div class='rank-frame' tabindex='0' role='region' aria-label='{label}'>"
        f"<ol class='ranks'>{items}</ol></div></section>"
    )


def rank_words(row: Row) -> str:
    """``3 (1 – 10)``: rank and its range."""
    if pd.isna(row["rank"]):
        return "–"
    low, high = row["rank_low"], row["rank_high"]
    own = number(row["rank"])
    return own if low == high else f"{own} ({number(low)} – {number(high)})"


def _item(row: Row, worst: int, *, opened: bool) -> str:
    people = interval(row["unserved_people"], row["unserved_people_max"])
    inside = f"{row['cercle_name']} · {row['region_name']}"
    sure = _("Parmi les {n} derniers dans {share} des tirages").format(
        n=number(worst), share=percent(row["probability_worst"], 0)
    )
    lines = [*ranking.explain(row).split("\n"), *_beside(row), sure]
    body = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    fiche = sheets.link("fiche", _("Fiche"), unite=str(row["pcode"]))
    words = escaped(state_words(row))
    state = f"{swatch(row['state'], state_letter(row['state']))}<span class='unseen'>{words}</span>"
    return (
        f"<li><details data-pcode='{escaped(row['pcode'])}'{' open' if opened else ''}><summary>"
        f"<span class='rank'>{escaped(rank_words(row))}</span>"
        f"<span class='who'><b>{escaped(row['name'])}</b><small>{escaped(inside)}</small></span>"
        f"<span class='n'>{escaped(people)}</span>"
        f"<span class='state' title='{words}'>{state}</span></summary>"
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
    rows = (answer.ranked.table if commune else answer.units).to_dict("records")
    worst = answer.ranked.weighing.worst
    # A second figure only where some unit has one: a column of repeats hides what differs.
    wide = any(row["unserved_people"] != row["unserved_people_max"] for row in rows if _known(row))
    cells = [_cells(row, commune=commune, wide=wide) for row in rows]
    heads = [_("Unité"), _("État"), *_heads(worst if commune else 0, wide=wide)]
    words = [[word for word, _value in row] for row in cells]
    values = [[value for _word, value in row] for row in cells]
    made = sheets.sheet(heads, words, caption=title, numeric=range(2, len(heads)), sorting=values)
    return f"<div class='need-table'>{made}</div>"


def _known(row: Row) -> bool:
    return not pd.isna(row["unserved_people"])


def _heads(worst: int, *, wide: bool) -> list[str]:
    among = _("Parmi les {n} derniers").format(n=number(worst))
    first = [_("Rang"), among] if worst else [_("Sans chiffre")]
    works = [_("Personnes"), _("En service"), _("dont saisonniers"), _("Hors service"), _("Requis")]
    unserved = [_("Manquants"), _("Non desservies"), *([_("Au plus")] if wide else [])]
    return [*first, *works, *unserved, _("Part couverte")]


def _cells(row: Row, *, commune: bool, wide: bool) -> list[tuple[str, float | str]]:
    inside = " · ".join(filter(None, [row["cercle_name"] if commune else "", _region(row)]))
    place = sheets.Html(f"{escaped(row['name'])}<small>{escaped(inside)}</small>")
    state = state_words(row)
    spoken = sheets.Html(f"{swatch(row['state'], state_letter(row['state']))} {escaped(state)}")
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
    apart, unknown = gaps.not_comparable, gaps.unknown
    body = []
    if len(apart):
        lines = [
            sheets.Html(
                f"<b>{escaped(row['name'])}</b> ({escaped(row['region_name'])}) · "
                f"{escaped(unbroken(row['note']))}"
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
    if len(unknown):
        title = ngettext("{n} commune sans chiffre", "{n} communes sans chiffre", len(unknown))
        groups = [_group(str(name), rows) for name, rows in unknown.groupby("region_name", sort=True)]
        body.append(f"<h3>{escaped(title.format(n=number(len(unknown))))}</h3>{''.join(groups)}")
    return f"<section class='beneath'>{''.join(body)}</section>" if body else ""


def _group(region: str, rows: pd.DataFrame) -> str:
    people, unknown = population_words(rows["population_people"]), _("inconnu")
    spoken = ngettext("{name} : {n} commune, {people}", "{name} : {n} communes, {people}", len(rows))
    text = spoken.format(name=region, n=number(len(rows)), people=people)
    lines = [
        sheets.Html(f"<b>{escaped(row['name'])}</b> · {escaped(unbroken(row['note'] or unknown))}")
        for row in rows.to_dict("records")
    ]
    said = escaped(unbroken(clauses([text, *_state_of_works(rows)])))
    return f"<details class='group'><summary>{said}</summary>{sheets.bullets(lines)}</details>"


def image(drawn: str, words: str, klass: str = "") -> str:
    """Return an SVG drawing as a picture that the page holds itself."""
    coded = base64.b64encode(drawn.encode()).decode()
    return f"<img class='{klass}' alt='{escaped(words)}' src='data:image/svg+xml;base64,{coded}'>"


def _state_of_works(rows: pd.DataFrame) -> list[str]:
    """Say how many works of unknown state stand behind a group."""
    works = rows["unknown"].sum()
    return [_("{n} ouvrages d'état inconnu").format(n=number(works))] if works else []


def printed(lines: Sequence[str]) -> str:
    """Return what stands under every result: norms, weights, assumptions, how ranges were drawn."""
    title = escaped(_("Comment ces chiffres sont faits"))
    listed = sheets.bullets([unbroken(line) for line in lines])
    return f"<section class='part made'><h2>{title}</h2>{listed}</section>"
