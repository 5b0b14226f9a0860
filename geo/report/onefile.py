"""The interactive map as one HTML file: opens from a stick without a network; nothing in its data can run.

Scripts and styles lie in the page and are named by their hash in its content-security
policy: no other script runs, and no request leaves. Names and figures are data that the
scripts put in as text; the tables below are escaped.
"""

import base64
import hashlib
import html
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import pandas as pd

from geo import maps, needmap, pointlooks, words
from geo.classify import unit_word
from geo.facts import Facts
from geo.i18n import _, language, long_date, number, unbroken
from geo.meeting import Meeting, Need
from geo.report.drawing import Drawing
from geo.report.frontsheet import method_paragraphs, notices, title
from geo.report.meetingtables import accounting_table, cercle_table, commune_table, key_table, need_table
from geo.report.needsheet import area_lines, norm_lines
from geo.report.needsheet import title as need_title
from geo.report.shown import shown

_SCRIPTS: Final = ("leaflet.js", "basemap.js", "points.js", "carte.js", "onefile.js")
_SHEETS: Final = ("leaflet.css", "carte.css", "onefile.css")
SHAPES: Final = "shapes.json"
BASEMAP: Final = "basemap.json"
_LEVELS: Final = ("commune", "cercle")
# More points than this make a page that opens slowly.
MOST_POINTS: Final = 20_000


def one_file(
    meeting: Meeting,
    drawing: Drawing,
    *,
    parts: Mapping[str, str],
    shapes: bytes,
    basemap: bytes,
    day: date,
) -> bytes:
    """Return the page, in the current language.

    Parameters
    ----------
    parts : mapping of str to str
        Scripts and style sheets, see :func:`geo.assets.inlined`.
    shapes, basemap : bytes
        JSON of :func:`geo.shapes.shapes` and :func:`geo.basemap.published`.
    """
    scripts = [parts[name] for name in _SCRIPTS]
    sheets = [parts[name] for name in _SHEETS]
    data = {
        "page": maps.written(_page(meeting, drawing)),
        f"file-{SHAPES}": _safe(shapes),
        f"file-{BASEMAP}": _safe(basemap),
    }
    held = "".join(
        f"<script type='application/json' id='{name}'>{text}</script>" for name, text in data.items()
    )
    head = (
        f"<!DOCTYPE html><html lang='{language()}'><head><meta charset='utf-8'>"
        f"<meta http-equiv='Content-Security-Policy' content=\"{_policy(scripts, sheets)}\">"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{_said(title(meeting, drawing))}</title>"
        + "".join(f"<style>{sheet}</style>" for sheet in sheets)
        + "</head><body>"
    )
    run = "".join(f"<script>{script}</script>" for script in scripts)
    text = f"{head}{_body(meeting, drawing, day)}{held}{run if meeting.subjects else ''}</body></html>"
    return text.encode()


def _safe(content: bytes) -> str:
    # JSON lies in a script element: none of its strings may end it.
    return content.decode().replace("<", "\\u003c")


def _policy(scripts: Sequence[str], sheets: Sequence[str]) -> str:
    def hashes(texts: Sequence[str]) -> str:
        digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        return " ".join(f"'sha256-{digest}'" for digest in digests)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(sheets)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _said(text: object) -> str:
    return html.escape(unbroken(str(text)), quote=True)


# ---- data of the map --------------------------------------------------------------------------------


def _page(meeting: Meeting, drawing: Drawing) -> dict[str, Any]:
    parts = []
    for level in _LEVELS:
        for need in meeting.needs:
            parts.append(_need_part(need, meeting, drawing, level))
        for subject in meeting.subjects:
            facts = subject.communes if level == "commune" else subject.cercles
            parts.append(_facts_part(facts, drawing))
    return {"parts": parts, "zooms": [maps.MIN_ZOOM, maps.MAX_ZOOM]}


def _frame(drawing: Drawing, unit: str) -> tuple[tuple[float, float], tuple[float, float]]:
    west, south, east, north = drawing.box(unit)
    return (south, west), (north, east)


def _facts_part(facts: Facts, drawing: Drawing) -> dict[str, Any]:
    done = shown(facts, drawing.frame)
    points = facts.points if len(facts.points) <= MOST_POINTS else facts.points.iloc[:0]
    heading = words.title(facts)
    view = maps.view(
        done.units,
        level=facts.view.level,
        shapes_file=SHAPES,
        basemap_file=BASEMAP,
        frame=_frame(drawing, facts.view.unit),
        title=heading,
        chosen=facts.view.unit,
        points=pointlooks.arrays(points),
    )
    total = words.named(_("Ensemble de la zone"), words.total(facts))
    above = (
        [words.above_title(len(facts.above)), *words.above(facts, drawing.names)] if len(facts.above) else []
    )
    rows = done.rows[["pcode", "name", "words"]].itertuples(index=False, name=None)
    return {
        "name": facts.kind.name,
        "level": facts.view.level,
        "title": unbroken(heading),
        "view": view,
        "legend": _legend(done.legend),
        "lines": [unbroken(text) for text in [total, *words.beside(facts), *above]],
        "heads": [unit_word(facts.view.level, 1), _("Valeur")],
        "rows": [list(row) for row in rows],
    }


def _need_part(need: Need, meeting: Meeting, drawing: Drawing, level: str) -> dict[str, Any]:
    table = need.gaps.table if level == "commune" else need.cercles
    every = drawing.frame.grids[level].names["pcode"]
    drawn = needmap.drawn(table, "etats", all_units=every)
    facts = need.gaps.facts
    heading = need_title(need, level=level)
    view = maps.view(
        drawn.units,
        level=level,
        shapes_file=SHAPES,
        basemap_file=BASEMAP,
        frame=_frame(drawing, facts.view.unit),
        title=heading,
        chosen=facts.view.unit,
        styles=needmap.STYLES,
        rings=needmap.RINGS,
    )
    rows = [
        [row["pcode"], row["name"], needmap.interval(row["unserved_people"], row["unserved_people_max"]),
         needmap.shares(row["coverage_pct"], row["coverage_pct_max"])]
        for row in table.to_dict("records")
    ]  # fmt: skip
    return {
        "name": f"need-{facts.kind.name}",
        "level": level,
        "title": unbroken(heading),
        "view": view,
        "legend": _legend(drawn.legend),
        "lines": [unbroken(text) for text in [*area_lines(need), *norm_lines(need)]],
        "heads": [unit_word(level, 1), _("Personnes non desservies"), _("Couverture")],
        "rows": rows,
    }


def _legend(rows: pd.DataFrame) -> list[list[str]]:
    return [
        [klass, text, number(units)]
        for klass, text, units in rows[["klass", "words", "units"]].itertuples(index=False, name=None)
    ]


# ---- what can be read without a script --------------------------------------------------------------


def _body(meeting: Meeting, drawing: Drawing, day: date) -> str:
    where = words.area(meeting.view, drawing.frame)
    made = _("fait le {day}").format(day=long_date(day))
    warned = "".join(f"<p class='warning'>{_said(text)}</p>" for text, _bold in notices(meeting))
    name = _said(title(meeting, drawing))
    under = f"<p class='muted'>{_said(where)} · {_said(made)}</p>"
    top = f"<header><h1>{name}</h1>{under}{warned}</header>"
    if not meeting.subjects:
        nothing = _said(_("Aucun enregistrement pour ces choix."))
        return f"{top}<main><p>{nothing}</p></main>"
    tables = [
        (_("Chiffres clés"), key_table(meeting)),
        (_("Besoin non couvert"), need_table(meeting)),
        (_("Comptes"), accounting_table(meeting)),
        (_("Chiffres par cercle ou moughataa"), cercle_table(meeting)),
        *((drawing.names[code], commune_table(meeting, code)) for code in meeting.cercles),
    ]
    listed = "".join(_table(name, table) for name, table in tables if len(table))
    label = _said(_("Unités"))
    units = f"<div id='units' class='scroll' tabindex='0' role='region' aria-label='{label}'></div>"
    foot = f"<footer>{_method(meeting, drawing, day)}</footer>"
    return f"{top}<main>{_stage(meeting)}{units}{listed}</main>{foot}"


def _stage(meeting: Meeting) -> str:
    kinds = [(f"need-{each.gaps.facts.kind.name}", _("Besoin non couvert : {type}").format(type=each.label))
             for each in meeting.needs]  # fmt: skip
    kinds += [(each.communes.kind.name, each.label) for each in meeting.subjects]
    levels = [(level, unit_word(level, 2)) for level in _LEVELS]
    label = _said(_("Légende"))
    what, level = _select("what", _("La carte montre"), kinds), _select("level", _("Niveau"), levels)
    return (
        "<div class='stage'><div class='map'><div id='map_div' data-height='520px'></div></div>"
        f"<div>{what}{level}<section id='legend' aria-label='{label}'></section></div></div>"
    )


def _select(name: str, text: str, options: Sequence[tuple[str, str]]) -> str:
    listed = "".join(f"<option value='{_said(code)}'>{_said(words)}</option>" for code, words in options)
    return f"<label for='{name}'>{_said(text)}<select id='{name}'>{listed}</select></label>"


def _table(name: str, table: pd.DataFrame) -> str:
    head = "".join(f"<th scope='col'>{_said(text)}</th>" for text in table.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_said(cell)}</td>" for cell in cells) + "</tr>"
        for cells in table.itertuples(index=False, name=None)
    )
    return (
        f"<details open><summary>{_said(name)}</summary><div class='scroll' tabindex='0' role='region' "
        f"aria-label='{_said(name)}'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _method(meeting: Meeting, drawing: Drawing, day: date) -> str:
    found = []
    for text, bold in method_paragraphs(meeting, drawing, day=day):
        found.append(f"<h2>{_said(text)}</h2>" if bold else f"<p>{_said(text)}</p>")
    return "".join(found)
