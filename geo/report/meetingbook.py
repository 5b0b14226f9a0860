"""The workbook of a meeting (XLSX): records, coverage, gaps, overlaps, accounting, method."""

from datetime import date
from typing import Final

import pandas as pd
from openpyxl import Workbook

from geo import words
from geo.facts import Facts, Prepared
from geo.i18n import N_, _, long_date
from geo.meeting import Meeting
from geo.ranking import DEFAULT_WEIGHTS
from geo.report.drawing import Drawing
from geo.report.frontsheet import method_paragraphs, title
from geo.report.gaptable import export, rank_communes
from geo.report.partnertables import pair_table
from geo.report.tables import MOST_ROWS, account_rows, record_frame, table_frame
from geo.report.workbook import add_sheet, saved
from geo.settings import LEVELS
from geo.weighing import evidence, weigh

SHEETS: Final = (
    N_("Enregistrements"),
    N_("Couverture par unité"),
    N_("Besoins"),
    N_("Chevauchements"),
    N_("Comptes"),
    N_("Méthode"),
)


def meeting_book(meeting: Meeting, prepared: Prepared, drawing: Drawing, *, day: date) -> bytes:
    """Return the workbook as an XLSX file, in the current language; no cell of it can run."""
    book = Workbook(write_only=True)
    tables = (
        records_table(meeting).head(MOST_ROWS),
        coverage_table(meeting),
        gaps_table(meeting, prepared),
        overlaps_table(meeting),
        accounts_table(meeting, drawing, day=day),
        method_table(meeting, drawing, day=day),
    )
    widths = ((), (), (), (), (36, 34, 100), (130,))
    for name, table, width in zip(SHEETS, tables, widths, strict=True):
        add_sheet(book, _(name), table, widths=width)
    return saved(book, title=title(meeting, drawing))


def records_table(meeting: Meeting) -> pd.DataFrame:
    """The shared records of every type, one row each, the type first."""
    frames = []
    for subject in meeting.subjects:
        frame = record_frame(subject.communes, meeting.frame)
        frame.insert(0, _("Type"), subject.label)
        frames.append(frame)
    if not frames:
        return pd.DataFrame({_("Type"): []})
    # Columns in the order of the first frame that has them; a type without one leaves it empty.
    return pd.concat(frames, ignore_index=True)


def coverage_table(meeting: Meeting) -> pd.DataFrame:
    """Every type for the area, its cercles and its communes: value in words, then as numbers that sort."""
    frames = []
    for subject in meeting.subjects:
        frames.append(_area_row(subject.communes, meeting))
        for level, facts in (("cercle", subject.cercles), ("commune", subject.communes)):
            frames.append(_level_rows(facts, meeting, level, subject.label))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({_("Type"): []})


def _level_rows(facts: Facts, meeting: Meeting, level: str, label: str) -> pd.DataFrame:
    table = table_frame(facts, meeting.frame)
    unit = str(table.columns[2])
    renamed = table.rename(columns={unit: _("Unité")})
    renamed.insert(0, _("Type"), label)
    renamed.insert(1, _("Niveau"), _(_LEVELS[level]))
    return renamed


_LEVELS: Final = {"cercle": N_("cercle / moughataa"), "commune": N_("commune")}


def _area_row(facts: Facts, meeting: Meeting) -> pd.DataFrame:
    """The whole area from its records, never the sum of its units."""
    total = facts.total.iloc[0]
    known = total["state"] in ("number", "zero")
    row = {
        _("Type"): facts.kind.label,
        _("Niveau"): _("zone"),
        _("Valeur"): words.total(facts),
        _("Unité"): words.area(facts.view, meeting.frame),
        _("P-code"): facts.view.unit,
        _("Minimum"): total["value_min"] if known else None,
        _("Maximum"): total["value_max"] if known else None,
        _("Enregistrements sans nombre"): total["value_open"],
        _("Enregistrements"): total["records"],
        _("Population"): total["people"],
    }
    return pd.DataFrame([row]).convert_dtypes()


def gaps_table(meeting: Meeting, prepared: Prepared) -> pd.DataFrame:
    """Need and gap of every type that has one, by commune with ranks, and by cercle as sums."""
    frames = []
    for need in meeting.needs:
        found = evidence(need.gaps, prepared.of_type[need.gaps.facts.view.activity_type])
        ranked = rank_communes(need.gaps, weigh(DEFAULT_WEIGHTS, found))
        for level in reversed(LEVELS[1:]):
            table = export(need.gaps, prepared, ranked, level=level)
            inside = table[f"adm{LEVELS.index(level) + 1}_pcode"].isin([*meeting.cercles, *meeting.communes])
            table = table[inside].reset_index(drop=True)
            table.insert(0, "activity_type", need.gaps.facts.view.activity_type)
            table.insert(1, "level", level)
            frames.append(table)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"activity_type": []})


def overlaps_table(meeting: Meeting) -> pd.DataFrame:
    """Pairs of records by two partners in the same place, as the page *Qui fait quoi où* has them."""
    found = meeting.overlaps
    if found is None:
        return pd.DataFrame({_("Type"): []})
    kinds = {subject.communes.kind.name: subject.label for subject in meeting.subjects}
    return pair_table(found, found.pairs, words.unit_names(meeting.frame), kinds)


def accounts_table(meeting: Meeting, drawing: Drawing, *, day: date) -> pd.DataFrame:
    """What goes with every figure: asked, counted, taken for granted, sources, licences, by type."""
    rows = [
        (subject.label, term, value)
        for subject in meeting.subjects
        for term, value in account_rows(subject.communes, drawing.frame, day=day)
    ]
    if meeting.unnamed:
        rows.append(("", _("Enregistrements sans organisation"), meeting.unnamed))
    rows.append(("", _("Fait le"), long_date(day)))
    return pd.DataFrame(rows, columns=[_("Type"), _("Terme"), _("Valeur")], dtype="object")


def method_table(meeting: Meeting, drawing: Drawing, *, day: date) -> pd.DataFrame:
    """The last pages of the atlas, one line a row."""
    lines = [text for text, _bold in method_paragraphs(meeting, drawing, day=day)]
    return pd.DataFrame({_("Méthode"): lines})
