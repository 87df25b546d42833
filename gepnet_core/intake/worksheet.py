"""The cells of one worksheet as text, row by row, as sparse as the file holds them.

The claimed size of a worksheet is not believed: only cells that are there count. A formula is never run; its
last value is taken.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from openpyxl.cell.text import Text
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

ROW, VALUE, FORMULA, INLINE, STRING = (f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("row", "v", "f", "is", "si"))
PLAIN_TEXT = f"{{{SHEET_MAIN_NS}}}t"
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
WHOLE_UP_TO = 1e16
MIDNIGHT = " 00:00:00"
LAST_ROW = 1_048_576


@dataclass(frozen=True, slots=True)
class Fault:
    """What stands in a cell that has no value, in words for a message."""

    words: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """What the cells of a workbook refer to: its texts, its first day, and which styles show dates or percents."""

    strings: list[str]
    epoch: dt.datetime
    dates: Collection[int]
    durations: Collection[int]
    decimal: str
    percents: Collection[int] = field(default=())


def strings(source: IO[bytes]) -> list[str]:
    """Return the shared texts of a workbook."""
    found = []
    for _, element in iterparse(source, forbid_dtd=True):
        if element.tag == STRING:
            found.append(_text(element))
            element.clear()
    return found


def rows(source: IO[bytes], book: Book) -> Iterator[tuple[int, dict[int, str | Fault]]]:
    """Yield each row that is not wholly blank: its number, and its cells that are not empty by column from 1.

    Raises
    ------
    ValueError
        If a cell cannot be understood, or its row or column lies outside a worksheet.
    """
    number = 0
    for _, element in iterparse(source, forbid_dtd=True):
        if element.tag != ROW:
            continue
        number = int(element.get("r", number + 1))
        if not 0 < number <= LAST_ROW:
            raise ValueError(number)
        cells: dict[int, str | Fault] = {}
        column = 0
        for cell in element:
            place = cell.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            value = _cell(cell, book)
            if value != "":
                cells[column] = value
        element.clear()
        if any(isinstance(value, Fault) or value.strip() for value in cells.values()):
            yield number, cells


def _cell(cell: Element, book: Book) -> str | Fault:
    """Return a cell as text, or why it has none."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inline = cell.find(INLINE)
        return "" if inline is None else _text(inline)
    value = cell.findtext(VALUE)
    if not value:
        if cell.find(FORMULA) is not None and kind != "str":
            return Fault(
                "holds a formula without a value. Open and save the workbook in a spreadsheet, or enter the value."
            )
        return ""
    if kind == "e":
        return Fault(f"holds the error {value}. Enter the value.", value)
    if kind == "s":
        return book.strings[int(value)]
    if kind == "b":
        return "TRUE" if int(value) else "FALSE"
    if kind == "d":
        return _date_text(from_ISO8601(value))  # type: ignore[no-untyped-call]
    return _number(value, int(cell.get("s", 0)), book) if kind == "n" else _unescaped(value)


def _number(value: str, style: int, book: Book) -> str | Fault:
    """Return a number as its style shows it: as a date, or in percent."""
    number = float(value)
    if style in book.dates:
        try:
            return _date_text(from_excel(number, book.epoch, timedelta=style in book.durations))
        except (OverflowError, ValueError):
            return Fault(f"is shown as a date, but {value} is no day of the calendar. Enter the date.", value)
    if style in book.percents:  # 14 % is stored as 0.14, and 7 % as 0.07000000000000001
        number = float(f"{number * 100:.12g}")
    if number.is_integer() and abs(number) < WHOLE_UP_TO:
        return str(int(number))
    return repr(number).replace(".", book.decimal)


def _date_text(value: dt.datetime | dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=0).isoformat(sep=" ").removesuffix(MIDNIGHT)
    return value.replace(microsecond=0).isoformat() if isinstance(value, dt.time) else value.isoformat()


def _text(element: Element) -> str:
    if (
        len(element) == 1 and element[0].tag == PLAIN_TEXT
    ):  # most are; the library's way takes ten times as long
        return _unescaped(element[0].text or "")
    text = Text.from_tree(element)  # type: ignore[arg-type]
    return "" if text is None else _unescaped(text.content)


def _unescaped(text: str) -> str:
    """Return text in which `_x000D_` and the like are the characters they stand for."""
    return ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code == 0 or 0xD800 <= code <= 0xDFFF or code >= 0xFFFE else chr(code)
