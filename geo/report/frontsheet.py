"""The first and the last pages of the atlas: figures and accounting; sources, method, what is not placed."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import pandas as pd

from geo import words
from geo.i18n import _, long_date, number
from geo.meeting import Meeting, countries
from geo.report import style
from geo.report.accounting import PRECISION_WORDS, REASON_WORDS
from geo.report.canvas import LEFT, RIGHT, Sheet, line_mm, wrapped
from geo.report.drawing import Drawing
from geo.report.meetingtables import accounting_table, key_table, need_table
from geo.report.needsheet import norm_lines
from geo.report.pageparts import BOTTOM, heading
from geo.report.printtable import Heading, Row, draw_table

_WIDTH: Final = RIGHT - LEFT
# Widths of the columns of the cover's tables [mm].
_KEY_WIDTHS: Final = (48, 34, 28, 72, 26, 26, 34)
_NEED_WIDTHS: Final = (48, 34, 34, 34, 44, 34, 40)
_ACCOUNT_WIDTHS: Final = (68, 25, 25, 30, 30, 50, 40)
_TEXT_SIZE: Final = 8.0
_COLUMN_MM: Final = (_WIDTH - 8) / 2


def title(meeting: Meeting, drawing: Drawing) -> str:
    """``Dossier de réunion · Mopti``."""
    unit = meeting.view.unit
    return " · ".join([_("Dossier de réunion"), drawing.names[unit] if unit else _("quatre régions")])


def fictitious(meeting: Meeting) -> bool:
    """Whether some figure of the meeting rests on data made up for training."""
    return any(words.fictitious(subject.communes) for subject in meeting.subjects)


def notices(meeting: Meeting) -> list[tuple[str, bool]]:
    """Return filters in use, and whether the data are made up (in bold)."""
    found = []
    if meeting.subjects and (filters := words.filters(meeting.subjects[0].communes)):
        found.append((_("Filtres : {filters}").format(filters=" · ".join(filters)), False))
    if fictitious(meeting):
        found.append((_("DONNÉES FICTIVES, pour la formation"), True))
    return found


def cover_sheet(meeting: Meeting, drawing: Drawing, *, day: date, contents: Sequence[str]) -> Sheet:
    """Lay out the cover: key figures, needs, accounting, contents.

    Parameters
    ----------
    contents : sequence of str
        What the following pages show, one line each.
    """
    sheet = Sheet()
    where = words.area(meeting.view, drawing.frame)
    made = _("fait le {day}").format(day=long_date(day))
    y = heading(sheet, title(meeting, drawing), f"{where} · {made}", notices=notices(meeting))
    if not meeting.subjects:
        sheet.write(_("Aucun enregistrement pour ces choix."), LEFT, y - 10, size=12, bold=True)
        return sheet
    tables = (
        (_("Chiffres clés"), key_table(meeting), _KEY_WIDTHS),
        (_("Besoin non couvert"), need_table(meeting), _NEED_WIDTHS),
        (_("Comptes"), accounting_table(meeting), _ACCOUNT_WIDTHS),
    )
    for text, table, widths in tables:
        if len(table):
            y = _titled(sheet, text, table, widths, y)
    _contents(sheet, [*_cover_lines(meeting), *contents], y - 3)
    return sheet


def _titled(sheet: Sheet, text: str, table: pd.DataFrame, widths: Sequence[float], top: float) -> float:
    top -= line_mm(11)
    sheet.write(text, LEFT, top, size=11, bold=True)
    headings = [
        Heading(str(name), width, right=_figures(table[name]))
        for name, width in zip(table.columns, widths, strict=True)
    ]
    rows = [Row(tuple(map(str, cells))) for cells in table.itertuples(index=False, name=None)]
    return draw_table(sheet, headings, rows, left=LEFT, top=top - 1.5, row_mm=4.3) - 2


def _figures(values: pd.Series) -> bool:
    return bool(values.astype("str").str.match(r"[≈\d]").all())


def _cover_lines(meeting: Meeting) -> list[str]:
    lines = [words.population(meeting.subjects[0].communes)]
    for need in meeting.needs:
        lines += norm_lines(need)[: len(need.gaps.norms)]
    if meeting.without_need:
        kinds = {subject.communes.kind.name: subject.label for subject in meeting.subjects}
        names = ", ".join(kinds[name] for name in meeting.without_need)
        lines.append(_("Besoin inconnu dans toutes les communes : {types}").format(types=names))
    return [line for line in dict.fromkeys(lines) if line]


def _contents(sheet: Sheet, lines: Sequence[str], top: float) -> None:
    y = top
    for text in lines:
        for line in wrapped(text, _TEXT_SIZE, _WIDTH):
            y -= line_mm(_TEXT_SIZE)
            if y > BOTTOM:
                sheet.write(line, LEFT, y, size=_TEXT_SIZE, colour=style.MUTED)


# ---- the last pages ---------------------------------------------------------------------------------

Paragraph = tuple[str, bool]


def closing_sheets(meeting: Meeting, drawing: Drawing, *, day: date) -> list[Sheet]:
    """Lay out sources, licences, method and what is not placed, in two columns on pages enough."""
    lines: list[Paragraph] = []
    for text, bold in method_paragraphs(meeting, drawing, day=day):
        if bold and lines:
            lines.append(("", False))
        lines += [(line, bold) for line in wrapped(text, _TEXT_SIZE, _COLUMN_MM, bold=bold)]
    sheets: list[Sheet] = []
    while lines or not sheets:
        sheet = Sheet()
        where = words.area(meeting.view, drawing.frame)
        name = _("Sources, méthode, enregistrements non placés")
        top = heading(sheet, name, where, notices=notices(meeting))
        for place in range(2):
            lines = _fill(sheet, lines, LEFT + place * (_COLUMN_MM + 8), top)
        sheets.append(sheet)
    return sheets


def _fill(sheet: Sheet, lines: list[Paragraph], left: float, top: float) -> list[Paragraph]:
    """Write lines down to the foot of the page; the lines that are left."""
    y = top
    while lines and y - line_mm(_TEXT_SIZE) > BOTTOM:
        (text, bold), lines = lines[0], lines[1:]
        y -= line_mm(_TEXT_SIZE)
        if text:
            sheet.write(text, left, y, size=_TEXT_SIZE, bold=bold)
    return lines


def method_paragraphs(meeting: Meeting, drawing: Drawing, *, day: date) -> list[Paragraph]:
    """Return everything that was counted, taken for granted, cited; a heading is bold."""
    found: list[Paragraph] = []
    for subject in meeting.subjects:
        found.append((subject.label, True))
        found += [(text, False) for text in subject_lines(meeting, subject.communes.kind.name)]
    for need in meeting.needs:
        heading_text = _("Besoin non couvert : {type}").format(type=need.label)
        found.append((heading_text, True))
        found += [(text, False) for text in norm_lines(need)]
        aside = need.gaps.not_comparable
        notes = zip(aside["name"], aside["note"], strict=True)
        found += [(words.named(name, note), False) for name, note in notes]
    found.append((_("Population et limites"), True))
    found += [(text, False) for text in area_lines(meeting, drawing)]
    found.append((_("Fait le {day} avec Couverture").format(day=long_date(day)), False))
    return found


def subject_lines(meeting: Meeting, activity_type: str) -> list[str]:
    """Accounting of one type with its parts, dates, assumptions, sources with licence and caveat."""
    facts = next(each.communes for each in meeting.subjects if each.communes.kind.name == activity_type)
    counts = facts.accounting
    lines = [words.accounting(counts)]
    for said, found, texts in (
        (_("Placés, précision"), counts.precision, PRECISION_WORDS),
        (_("Non placés, raison"), counts.reasons, REASON_WORDS),
    ):
        parts = [" ".join([_(texts.get(name, name)), number(count)]) for name, count in found.items()]
        lines += [words.named(said, ", ".join(parts))] if parts else []
    if not counts.reasons:
        lines.append(_("Aucun enregistrement de ce type n'est resté non placé."))
    lines += [words.dates(facts), *words.assumptions(facts)]
    lines += [words.named(_("Source"), text) for text in words.sources(facts)]
    caveats = (source.words("caveats") for source in facts.sources.values())
    lines += [words.named(_("Réserve"), text) for text in caveats if text]
    return [line for line in lines if line]


def area_lines(meeting: Meeting, drawing: Drawing) -> list[str]:
    """Population with its year and sources, boundaries with their caveats, and the key of the signs."""
    lines = []
    if meeting.subjects:
        facts = meeting.subjects[0].communes
        lines += [words.population(facts), words.key(facts)]
    lines += words.limits(drawing.frame)
    lines.append(_("Limites indicatives, sans valeur juridique. {text}").format(text="").strip())
    own = {words.COUNTRIES[code] for code in countries(meeting)}
    said = words.limits_caveats(drawing.frame)
    lines += [text for text in said if any(text.startswith(_(name)) for name in own)]
    return [line for line in lines if line]
