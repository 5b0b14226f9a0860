"""Write the blank 4W template as a workbook whose lists follow each other."""

import io
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from geo.errors import RecordFileError
from geo.io.files import write_bytes
from geo.template import FIELDS, ROWS, Template

_HEAD: Final = PatternFill("solid", fgColor="0B4F6C")
_LINES: Final = {
    "fr": (
        "Une ligne par activité et par lieu. Les titres de la feuille « Activités » ne se changent pas.",
        "Choisissez la région, puis le cercle, puis la commune : chaque liste suit la précédente.",
        "Une cellule vide veut dire « non rapporté » ; 0 veut dire qu'il n'y en a pas.",
        "Aucun nom de personne, téléphone ni courriel : ils ne sont pas lus.",
    ),
    "en": (
        "One row for each activity and place. Do not change the headings of the sheet “Activities”.",
        "Choose the region, then the cercle, then the commune: each list follows the one before.",
        "An empty cell means “not reported”; 0 means that there is none.",
        "No names of persons, telephones or e-mails: they are not read.",
    ),
}


def template_bytes(made: Template) -> bytes:
    """Return the workbook of a template, as a download gives it."""
    book = Workbook()
    records = book.active
    assert isinstance(records, Worksheet)
    records.title = made.titles[0]
    _instructions(book.create_sheet(made.titles[1]), made)
    lists = book.create_sheet(made.titles[2])
    lists.sheet_state = "hidden"
    named = _lists(book, lists, made)
    _records(records, made, named)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def write_template(path: Path, made: Template) -> None:
    """Write the workbook of a template.

    Raises
    ------
    RecordFileError
        If the file cannot be written.
    """
    write_bytes(path, template_bytes(made), error=RecordFileError)


def _instructions(sheet: Worksheet, made: Template) -> None:
    for line in _LINES[made.language]:
        sheet.append([line])
    sheet.append([])
    for field in FIELDS:
        if field.help(made.language):
            sheet.append([f"{field.heading(made.language)} : {field.help(made.language)}"])
    sheet.column_dimensions["A"].width = 110


def _lists(book: Workbook, sheet: Worksheet, made: Template) -> dict[str, str]:
    """Write every list in a column of its own and name it; reference to each plain list by its name."""
    columns = dict(made.choices) | {"regions": tuple(made.regions)}
    columns |= {f"_{code}": names for code, names in made.below.items()}
    for place, (name, values) in enumerate(columns.items(), 1):
        _column(book, sheet, place, name, values)
    # What a chosen name is looked up in: its code, which is the name of the list below it.
    first = len(columns) + 1
    for name, table in (("region_codes", made.regions), ("cercle_codes", made.cercles)):
        for row, (unit, code) in enumerate(table.items(), 1):
            sheet.cell(row, first, unit)
            sheet.cell(row, first + 1, f"_{code}")
        _name(book, name, sheet, first, first + 1, len(table))
        first += 2
    return {name: name for name in columns}


def _column(book: Workbook, sheet: Worksheet, place: int, name: str, values: tuple[str, ...]) -> None:
    for row, value in enumerate(values, 1):
        sheet.cell(row, place, value)
    _name(book, name, sheet, place, place, len(values))


def _name(book: Workbook, name: str, sheet: Worksheet, left: int, right: int, rows: int) -> None:
    corners = f"${get_column_letter(left)}$1:${get_column_letter(right)}${rows}"
    book.defined_names[name] = DefinedName(name, attr_text=f"'{sheet.title}'!{corners}")


def _records(sheet: Worksheet, made: Template, named: dict[str, str]) -> None:
    letters = {field.column: get_column_letter(place) for place, field in enumerate(FIELDS, 1)}
    region, cercle = letters["provider_adm1_name"], letters["provider_adm2_name"]
    formulas = named | {
        "cercles": f"INDIRECT(VLOOKUP(${region}2,region_codes,2,FALSE))",
        "communes": f"INDIRECT(VLOOKUP(${cercle}2,cercle_codes,2,FALSE))",
    }
    for place, field in enumerate(FIELDS, 1):
        cell = sheet.cell(1, place, field.heading(made.language))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if field.help(made.language):
            cell.comment = Comment(field.help(made.language), "Couverture")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 18
        if field.choice:
            chosen = DataValidation(type="list", formula1=formulas[field.choice], allow_blank=True)
            # A value of one's own is read and, where not known, listed: the list helps, it does not bar.
            chosen.errorStyle = "warning"
            chosen.add(f"{letter}2:{letter}{ROWS + 1}")
            sheet.add_data_validation(chosen)
    sheet.freeze_panes = "A2"
