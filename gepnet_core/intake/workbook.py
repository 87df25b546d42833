"""A workbook (.xlsx, .xlsm) as sheets, hidden ones too. The only module that opens one; nothing in it is run.

openpyxl reads the workbook's parts and styles; the rows are read by `worksheet`, since openpyxl's own reader
fills every row up to the size that a worksheet claims, and cannot tell an empty cell from an uncalculated one.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from defusedxml import DefusedXmlException
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

from gepnet_core.errors import FileRefused, printable
from gepnet_core.formula_guard import unguarded
from gepnet_core.intake import heading, unpacking, worksheet
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.report import Report
from gepnet_core.intake.worksheet import Book, Fault

MERGED = " Merged cells name only the first of their columns."
NO_PERCENT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^]]*\]')  # what a number format shows as it stands
Cells = dict[int, str | Fault]


def sheets(
    path: Path, file: str, reading: Reading, report: Report, limits: Limits, *, empty: bool = False
) -> list[Sheet]:
    """Return each worksheet that is not wholly empty; its rows are read when they are asked for.

    With `empty` those that are, too: they have no column.

    Raises
    ------
    FileRefused
        If the workbook is not safe to unpack or not a workbook, no worksheet holds anything, or a header
        breaks a rule.
    """
    with unpacking.opened(path, file, limits) as archive, _refusing(file):
        parts = _Parts(archive)
        book = parts.book(reading.mark)
        worksheets = list(parts.worksheets())
    found = []
    for name, part, hidden in worksheets:
        sheet = _sheet(path, part, book, file, name, report, limits)
        found.append(replace(sheet, hidden=hidden))
    filled = [sheet for sheet in found if sheet.header]
    if not filled:
        reason = "is empty: no worksheet holds a cell. The first line must name the columns."
        raise FileRefused(file, reason, rule="file-empty")
    return found if empty else filled


class _Parts(ExcelReader):
    """openpyxl's reader, as far as it leads to the worksheets: no properties, themes, links, names or macros."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive, self.valid_files = archive, archive.namelist()
        self.read_only = self.data_only = True
        self.keep_vba = self.keep_links = self.rich_text = False

    def book(self, decimal: str) -> Book:
        """Return what the cells refer to."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that are not there
            self.read_manifest()
            self.read_workbook()
            apply_stylesheet(self.archive, self.wb)
        texts = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        strings: list[str] = []
        if texts is not None:
            with self.archive.open(texts.PartName[1:]) as source:
                strings = worksheet.strings(source)
        dates, durations = self.wb._date_formats, self.wb._timedelta_formats  # type: ignore[attr-defined]
        return Book(strings, self.wb.epoch, dates, durations, decimal, self._percents())

    def _percents(self) -> set[int]:
        """Return the styles that show a number times 100."""
        own = list(self.wb._number_formats)  # type: ignore[attr-defined]
        found = set()
        for at, style in enumerate(self.wb._cell_styles):  # type: ignore[attr-defined]
            place = style.numFmtId - BUILTIN_FORMATS_MAX_SIZE
            code = own[place] if 0 <= place < len(own) else BUILTIN_FORMATS.get(style.numFmtId, "")
            if "%" in NO_PERCENT.sub("", code):
                found.add(at)
        return found

    def worksheets(self) -> Iterator[tuple[str, str, bool]]:
        """Yield the name of each worksheet, the member that holds it, and whether it is hidden.

        Charts and macro sheets are none.
        """
        for sheet in self.parser.sheets:
            relation = self.parser.rels[sheet.id]
            if relation.Type.endswith("/worksheet"):
                yield sheet.name, relation.target, sheet.state != "visible"


def _sheet(
    path: Path, part: str, book: Book, workbook: str, name: str, report: Report, limits: Limits
) -> Sheet:
    """Return a worksheet; one without a column where it is wholly empty."""
    file = f"{workbook}, sheet {printable(name)}"
    with closing(_read(path, part, book, file)) as cells:
        top = next(cells, None)
    if top is None:
        return Sheet(file, name.strip(), [], 1, iter(()))
    line, first = top
    texts = _header(first, file, line, limits)
    header = heading.checked(file, texts, line, limits, hint=MERGED)
    ours = heading.is_ours(texts)

    def rows() -> Iterator[tuple[int, list[str]]]:
        body = _read(path, part, book, file)
        next(body)
        for line, cells in body:
            width = max(
                column for column, value in cells.items() if isinstance(value, Fault) or value.strip()
            )
            if width > header.width:
                words = f"has {width} cells where the header has {header.width} columns. Name or empty the column."
                report.add("row-length", file, words, line=line)
                continue
            row = [""] * header.width
            faults = 0
            for column, value in cells.items():
                if isinstance(value, Fault):
                    faults += 1
                    named = header.written[column - 1]
                    report.add("cell-formula", file, value.words, line=line, column=named, value=value.value)
                elif column <= header.width:
                    row[column - 1] = unguarded(value) if ours else value
            if not faults:
                yield line, row

    read = heading.bounded(rows(), header, report, limits)
    return Sheet(file, name.strip(), header.names, line, read, twice=header.twice)


def _header(cells: Cells, file: str, line: int, limits: Limits) -> list[str]:
    """Return the cells of a header from the first column to the last that is named."""
    width = max(column for column, value in cells.items() if isinstance(value, Fault) or value.strip())
    heading.too_many(file, width, limits.columns, "columns", line)
    texts = [""] * width
    for column, value in cells.items():
        if isinstance(value, Fault):
            raise FileRefused(file, f"column {column} {value.words}", line=line, rule="cell-formula")
        if column <= width:
            texts[column - 1] = value
    return texts


def _read(path: Path, part: str, book: Book, file: str) -> Generator[tuple[int, Cells], None, None]:
    with _refusing(file), zipfile.ZipFile(path) as archive, archive.open(part) as source:
        yield from worksheet.rows(source, book)


@contextmanager
def _refusing(file: str) -> Iterator[None]:
    """Turn what a broken workbook raises, which may be anything, into a refusal."""
    try:
        with unpacking.refusing(file):
            try:
                yield
            except OSError as failed:
                if failed.strerror is None:  # openpyxl's own words, not the system's
                    raise ValueError from failed
                raise
    except (FileRefused, MemoryError):
        raise
    except DefusedXmlException:
        reason = "holds XML that defines entities or a document type. Save it as .xlsx again."
        raise FileRefused(file, reason, rule="archive-unsafe") from None
    except Exception:
        reason = "is not a workbook that can be read. Open it in a spreadsheet and save it as .xlsx again."
        raise FileRefused(file, reason) from None
