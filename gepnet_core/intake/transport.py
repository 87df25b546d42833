"""A SAS transport file (.xpt, version 5 or 8) as one sheet, read in pieces.

It has no lines: the line of a row is its number, counted from 1, and the header has line 0.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyreadstat

from gepnet_core.errors import FileRefused, printable
from gepnet_core.intake import heading
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.report import Report

MEMBER = b"HEADER RECORD*******MEMB"
RECORD = 80
CELLS_AT_ONCE = 2_000_000
WHOLE_UP_TO = 1e16
MIDNIGHT = " 00:00:00"
FIRST_DAY = dt.datetime(1960, 1, 1)
CODECS = {"": None, "utf-8": "UTF-8", "cp1252": "WINDOWS-1252"}

DATE_TIMES = re.compile(
    r"(DATETIME|DTDATE|DTMONYY|DTYEAR|DATEAMPM|(NLDATM|[EB]8601D[TZN]|IS8601D[TZN]|MDYAMPM).*)"
)
TIMES = re.compile(r"(TIME|TIMEAMPM|HHMM|HOUR|MMSS|TOD|NLTIME.*|[EB]8601(T|L)[MZ].*|IS8601(T|L)[MZ].*)")
DATES = re.compile(
    r"(DATE|DAY|DOWNAME|JULDAY|JULIAN|MONNAME|MONTH|MONYY|QTR|QTRR|WEEKDAT[EX]|WEEKDAY|WORDDAT[EX]|YEAR|"
    r"(DDMMYY|MMDDYY|YYMMDD|MMYY|YYMM|YYQ|YYQR|YYMON|YYWEEK|NLDATE|EURDF)[A-Z]*|[EB]8601DA|IS8601DA|WEEK[UVW])"
)


def sheet(path: Path, file: str, name: str, reading: Reading, report: Report, limits: Limits) -> Sheet:
    """Return the data set of a transport file; its rows are read when they are asked for.

    Raises
    ------
    FileRefused
        If the file is broken, holds more than one data set, or its text is not in the encoding; the rows
        are refused when they are read.
    """
    codec = CODECS.get(reading.encoding, reading.encoding)
    _check_records(path, file)
    _, told = _read(path, file, codec, names_only=True)
    if not told.column_names:
        raise FileRefused(file, "is empty: the data set has no variable. Export it again.", rule="file-empty")
    header = heading.checked(file, [name or "" for name in told.column_names], 0, limits)
    formats = told.original_variable_types
    spelled = [_speller(formats[column] or "", reading.mark) for column in told.column_names]

    def rows() -> Iterator[tuple[int, list[str]]]:
        at_once = max(1, CELLS_AT_ONCE // header.width)
        number = 0
        while True:
            data, _ = _read(path, file, codec, offset=number, limit=at_once)
            columns = [data[column] for column in told.column_names]
            read = len(columns[0])
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, [spell(cell) for spell, cell in zip(spelled, cells, strict=True)]
            if read < at_once:
                return

    read = heading.bounded(rows(), header, report, limits)
    return Sheet(file, name, header.names, 0, read, twice=header.twice)


def _check_records(path: Path, file: str) -> None:
    """Refuse what the library would misread without a word: a cut record, a second data set."""
    held, members, size = b"", 0, 0
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(RECORD << 14):
                members += sum(at.start() % RECORD == 0 for at in re.finditer(re.escape(MEMBER), chunk))
                size += len(chunk)
                held = chunk
    except OSError as failed:
        raise FileRefused(file, f"cannot be read ({failed.strerror}). Check the path.") from None
    if size % RECORD or not held:
        raise FileRefused(file, "is cut off: its last record is not whole. Export it again.")
    if members > 1:
        reason = f"holds {members} data sets. Export each to a transport file of its own."
        raise FileRefused(file, reason, value=str(members))


def _read(
    path: Path, file: str, codec: str | None, *, offset: int = 0, limit: int = 0, names_only: bool = False
) -> tuple[dict[str, list[Any]], Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pyreadstat.read_xport(
                path,
                metadataonly=names_only,
                encoding=codec,
                disable_datetime_conversion=True,
                row_offset=offset,
                row_limit=limit,
                output_format="dict",
            )
    except UnicodeDecodeError:
        reason = "is not UTF-8 text. Save the file as UTF-8. Or say --encoding cp1252 if it is Windows-1252."
        raise FileRefused(file, reason, rule="file-encoding") from None
    except MemoryError:
        raise
    except Exception as failed:  # the library's own error is an Exception and nothing more
        reason = f"is not a SAS transport file that can be read ({printable(str(failed))}). Export it again."
        raise FileRefused(file, reason) from None


def _speller(told: str, decimal: str) -> Callable[[Any], str]:
    """Return what turns a cell into text, by the SAS format of its column: DATE9., DATETIME20., TIME8., other."""
    name = re.sub(r"[\d.]*$", "", told.upper())
    date, date_time, time = (bool(kind.fullmatch(name)) for kind in (DATES, DATE_TIMES, TIMES))

    def spell(cell: Any) -> str:
        if cell is None or cell != cell:
            return ""
        if isinstance(cell, str):
            return cell.rstrip(" \0")
        with suppress(
            OverflowError, ValueError
        ):  # no day of the calendar: the number itself stays to be seen
            if date:
                return (FIRST_DAY + dt.timedelta(days=cell // 1)).date().isoformat()
            if date_time or time:
                moment = (FIRST_DAY + dt.timedelta(seconds=cell // 1)).isoformat(sep=" ")
                return moment[len("1960-01-01 ") :] if time else moment.removesuffix(MIDNIGHT)
        if cell.is_integer() and abs(cell) < WHOLE_UP_TO:
            return str(int(cell))
        return repr(cell).replace(".", decimal)

    return spell
