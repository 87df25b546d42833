"""A first look at a file: its tables, their first rows as they were read, and what the columns seem to be."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

from gepnet_core.contract import TABLES_BY_NAME
from gepnet_core.errors import FileRefused
from gepnet_core.importer.draft_codec import told_draft
from gepnet_core.importer.sniff import sniffed
from gepnet_core.intake.archive import text_of
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.guess import guess
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.profile import MISSING_WORDS, profile
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.redcap import decode
from gepnet_core.intake.redcap_dictionary import NO_DICTIONARY, is_dictionary
from gepnet_core.intake.report import Report
from gepnet_core.intake.request import Format, Request
from gepnet_core.settings import FILE as SETTINGS_FILE

SHOWN = 20


def peek(request: Request, limits: Limits) -> dict[str, Any]:
    """Return the tables of a file as JSON: name, header, first rows, number of rows, profile and a draft mapping.

    A REDCap export is decoded by its data dictionary first, where that is given.

    Raises
    ------
    FileRefused
        If the file cannot be read at all; rows that break a rule are counted in the report.
    """
    report = Report()
    sheets = open_sheets(request.path, request.reading, report, limits, comments=True)
    kind = request.format or sniffed(sheets, request.path)
    if request.beside is not None and kind in (None, Format.REDCAP):
        beside = open_sheets(request.beside, Reading(), report, limits)[0]
        if request.format is Format.REDCAP and not is_dictionary(beside):
            raise FileRefused(beside.file, NO_DICTIONARY, line=beside.line, rule="dictionary")
        if is_dictionary(beside):
            kind = Format.REDCAP
            sheets = [decode(sheets[0], beside, report, MISSING_WORDS)]
    if kind is Format.TABLES:  # a workbook may have sheets of words beside the tables
        sheets = [
            sheet for sheet in sheets if sheet.name.casefold().replace(" ", "_") in TABLES_BY_NAME
        ] or sheets
    return {
        "format": kind,
        "settings": text_of(request.path, SETTINGS_FILE, limits),
        "sheets": [_told(sheet) for sheet in sheets],
        "report": report.to_json(),
    }


def _told(sheet: Sheet) -> dict[str, Any]:
    rows = iter(sheet.rows)
    first = [cells for _, cells in islice(rows, SHOWN)]
    profiles = profile(sheet.header, chain(first, (cells for _, cells in rows)))
    return {
        "file": sheet.file,
        "name": sheet.name,
        "header": sheet.header,
        "rows": first,
        "n": profiles[0].n if profiles else 0,
        "profile": [column.to_json() for column in profiles],
        "draft": told_draft(guess(sheet.header, profiles)),
    }
