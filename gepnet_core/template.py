"""An empty workbook to fill in: a sheet a source table, with the contract's rules on its cells."""

from __future__ import annotations

import io

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gepnet_core.contract import TABLES, Column, Table
from gepnet_core.dictionary import TABLE_WORDS, Entry, entries
from gepnet_core.fixed_workbook import new_workbook, save
from gepnet_core.fixed_zip import FixedZip

READ_ME = "read me"
LAST_ROW = 1_048_576  # of a sheet
FORMATS = {"VARCHAR": "@", "DATE": "yyyy-mm-dd", "INTEGER": "0", "DOUBLE": "General"}
FIRST_DAY, LAST_DAY = "DATE(1850,1,1)", "DATE(2150,12,31)"
NARROW, WIDE = 12, 60
BOLD = Font(bold=True)
MUST = PatternFill("solid", fgColor="FFE699")
SAID = (
    "One sheet a table. Leave the names of sheets and columns as they are; the order of columns is free.",
    "A column on yellow is required: a row without it is refused. Any other cell may stay empty.",
    "Write a day as YYYY-MM-DD, and a pseudonym for a patient: never a name, a birthday or a hospital number.",
)


def template_workbook() -> bytes:
    """Return the workbook as an .xlsx file; the same bytes at every call."""
    book = new_workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _fill_read_me(first)
    for table in TABLES:
        _fill_table(book.create_sheet(table.name), table)
    made = io.BytesIO()
    with FixedZip(made, "w") as archive:
        save(book, archive)
    return made.getvalue()


def _fill_read_me(sheet: Worksheet) -> None:
    sheet.title = READ_ME
    for line in SAID:
        sheet.append([line])
    sheet.append([])
    sheet.append(["table", "what it holds"])
    for table in TABLES:
        sheet.append([table.name, TABLE_WORDS[table.name]])
    headers = [len(SAID) + 2, sheet.max_row + 2]
    sheet.append([])
    sheet.append(["table", "column", "required", "type", "allowed values", "meaning", "unit"])
    for table in TABLES:
        for told in entries(table):
            sheet.append(
                [told.table, told.column, told.required, told.type, told.allowed, told.meaning, told.unit]
            )
            if told.required == "yes":
                sheet.cell(sheet.max_row, 2).fill = MUST
    for row in headers:
        for cell in sheet[row]:
            cell.font = BOLD
    for letter, width in zip("ABCDEFG", (20, 20, 10, 18, 28, WIDE, 14), strict=True):
        sheet.column_dimensions[letter].width = width
    for (cell,) in sheet.iter_rows(min_row=headers[1] + 1, min_col=6, max_col=6):
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _fill_table(sheet: Worksheet, table: Table) -> None:
    sheet.freeze_panes = "A2"
    for place, (column, told) in enumerate(zip(table.columns, entries(table), strict=True), start=1):
        letter = get_column_letter(place)
        header = sheet.cell(1, place, column.name)
        header.font = BOLD
        if column.required:
            header.fill = MUST
        header.comment = Comment(_note(told), "data dictionary", height=110, width=260)
        sheet.column_dimensions[letter].width = max(NARROW, len(column.name) + 4)
        sheet.column_dimensions[letter].number_format = FORMATS[column.sql_type]
        rule = _validation(column, told)
        if rule is not None:
            rule.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(rule)


def _note(told: Entry) -> str:
    """Return what stands beside a header: meaning, type, allowed values, unit, and whether it is required."""
    about = [told.type, told.allowed, told.unit]
    required = "Required." if told.required == "yes" else "May be empty."
    return f"{told.meaning[0].upper()}{told.meaning[1:]}.\n{'; '.join(filter(None, about))}\n{required}"


def _validation(column: Column, told: Entry) -> DataValidation | None:
    """Return the rule of a column's cells, or None where any text may stand."""
    if column.allowed:
        rule = DataValidation(type="list", formula1=f'"{",".join(column.allowed)}"')
        words = f"One of: {told.allowed}."
    elif column.sql_type == "DATE":
        rule = DataValidation(type="date", operator="between", formula1=FIRST_DAY, formula2=LAST_DAY)
        words = "A day, written YYYY-MM-DD."
    elif column.low is not None and column.high is not None:
        rule = DataValidation(
            type="whole" if column.sql_type == "INTEGER" else "decimal",
            operator="between",
            formula1=f"{column.low:g}",
            formula2=f"{column.high:g}",
        )
        words = f"A {told.type} from {told.allowed}."
    else:
        return None
    rule.allow_blank = not column.required
    rule.showErrorMessage = True
    rule.errorTitle, rule.error = column.name, words
    return rule
