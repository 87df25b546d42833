"""Rows out as a workbook of one sheet: numbers, days and text as such, and never a formula."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from gepnet_core.errors import NothingLeft, OptionRefused
from gepnet_core.fixed_workbook import new_workbook, save, stream_into
from gepnet_core.fixed_zip import FixedZip, entry

LAST_ROW, LAST_COLUMN, LONGEST_TEXT = 1_048_576, 16_384, 32_767  # of a sheet, and of a cell
FIRST_DAY = date(1900, 3, 1)  # spreadsheets disagree on the days before
ONLY_SHEET = "xl/worksheets/sheet1.xml"
LARGEST_PART = 2_000_000_000  # bytes; larger ones need a form of ZIP that spreadsheets refuse
WHOLE = 2**53  # whole numbers past this lose digits in a spreadsheet


def write_workbook(
    handle: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[object]], *, last_row: int = LAST_ROW
) -> int:
    """Write a header and rows row by row; return the number of rows. The same rows give the same bytes.

    A day before March 1900 and a whole number past 2**53 are written as text, because a sheet cannot hold them.
    `last_row` is the last row of a sheet, the header counted.

    Raises
    ------
    NothingLeft
        If there is no row.
    OptionRefused
        If a sheet cannot hold them all.
    """
    if len(header) > LAST_COLUMN:
        raise OptionRefused(
            f"A sheet holds {LAST_COLUMN:,} columns, these are {len(header):,}. Write a .csv."
        )
    book = new_workbook(write_only=True)
    sheet = book.create_sheet("rows")
    assert isinstance(sheet, WriteOnlyWorksheet)
    written = 0
    with FixedZip(handle, "w") as archive:
        with archive.open(entry(ONLY_SHEET), "w") as member:
            stream_into(sheet, _Bounded(member))
            try:
                sheet.append(list(_cells(sheet, header)))
                for written, row in enumerate(rows, start=1):
                    if written >= last_row:
                        raise OptionRefused(
                            f"A sheet holds {last_row - 1:,} rows, these are more. Write a .csv."
                        )
                    sheet.append(list(_cells(sheet, row)))
            finally:
                sheet.close()
        if not written:
            raise NothingLeft
        save(book, archive)
    return written


class _Bounded:
    """Passes bytes on, up to what a part of a workbook may hold."""

    def __init__(self, member: IO[bytes]) -> None:
        self.member, self.size = member, 0

    def write(self, content: bytes, /) -> int:
        self.size += len(content)
        if self.size > LARGEST_PART:
            raise OptionRefused("A workbook cannot hold so many cells (2 gigabytes of them). Write a .csv.")
        return self.member.write(content)


def _cells(sheet: WriteOnlyWorksheet, row: Iterable[object]) -> Iterator[object]:
    for cell in row:
        if isinstance(cell, date) and not isinstance(cell, datetime) and cell >= FIRST_DAY:
            day = WriteOnlyCell(sheet, datetime(cell.year, cell.month, cell.day))
            day.number_format = "yyyy-mm-dd"
            yield day
        elif cell is None or cell == "":
            yield None
        elif _is_number(cell):
            yield cell
        else:
            yield _text(sheet, str(cell))


def _is_number(cell: object) -> bool:
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return False
    return abs(cell) <= WHOLE if isinstance(cell, int) else math.isfinite(cell)


def _text(sheet: WriteOnlyWorksheet, words: str) -> object:
    """Return a cell of text, whatever it looks like; what XML cannot hold is drawn as U+FFFD."""
    if len(words) > LONGEST_TEXT:
        raise OptionRefused(
            f"A cell of a workbook holds {LONGEST_TEXT:,} characters, one has {len(words):,}. Write a .csv."
        )
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", words))
    cell.data_type = "s"
    return cell
