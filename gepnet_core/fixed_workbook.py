"""Workbooks out: the same cells give the same bytes, and nothing is written beside the file on the way."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from gepnet_core.fixed_zip import EPOCH, FixedZip, entry


def new_workbook(*, write_only: bool = False) -> Workbook:
    """Return an empty workbook that names no hour."""
    book = Workbook(write_only=write_only)
    book.properties.creator = "gepnet_core"
    book.properties.created = book.properties.modified = EPOCH
    return book


def save(book: Workbook, archive: FixedZip) -> None:
    """Write all parts of a workbook; openpyxl's own saving would stamp the hour."""
    _Parts(book, archive).write_data()


def stream_into(sheet: Any, member: Any) -> None:
    """Have a sheet of a write-only workbook write its rows as they come to `member`, which has `write`."""
    sheet._writer = WorksheetWriter(sheet, out=member)
    sheet._writer.write_top()


class _Parts(ExcelWriter):  # its own and the sheets' members are not in the types of openpyxl
    """Writes each sheet straight to the ZIP file, where openpyxl takes a temporary file that a kill leaves."""

    def __init__(self, book: Workbook, archive: FixedZip) -> None:
        super().__init__(book, archive)
        self.archive = archive

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet, unless its rows were streamed, and note what belongs to it."""
        ws._drawing = SpreadsheetDrawing()
        if isinstance(ws, WriteOnlyWorksheet):
            writer: Any = ws._writer  # type: ignore[attr-defined]
        else:
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            made = io.BytesIO()
            writer = WorksheetWriter(ws, out=made)
            writer.write()
            self.archive.writestr(entry(ws.path[1:]), made.getvalue())
        ws._rels = writer._rels
        self.manifest.append(ws)
