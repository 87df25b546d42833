"""The one table of a file, and how far its reading is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from gepnet_core.errors import FileRefused, listed, printable, quoted
from gepnet_core.intake.files import open_sheets
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.report import Report

STEP = 5_000  # rows between two reports
Progress = Callable[[str, int], None]


def one_sheet(
    path: Path,
    reading: Reading,
    report: Report,
    limits: Limits,
    *,
    asked: str | None = None,
    comments: bool = False,
) -> Sheet:
    """Return the one table of a file, or the sheet that was asked for, whatever its case.

    `asked` None: nobody can ask, since the file lies beside another one.

    Raises
    ------
    FileRefused
        If the file has several and none was asked for, or not this one.
    """
    sheets = open_sheets(path, reading, report, limits, comments=comments)
    names = listed([f"{sheet.name} (hidden)" if sheet.hidden else sheet.name for sheet in sheets])
    file = printable(path.name)
    if asked:
        told = asked.strip().casefold()
        found = [sheet for sheet in sheets if sheet.name.casefold() == told]
        if not found:
            words = f"has no sheet {quoted(asked)} that holds anything. There are: {printable(names)}."
            raise FileRefused(file, words, rule="mapping")
        sheets = [sheet for sheet in found if sheet.name == asked] or found
    if len(sheets) != 1:
        remedy = "Leave one in it." if asked is None else "Say which one with --sheet."
        raise FileRefused(file, f"holds {len(sheets)} tables: {printable(names)}. {remedy}", rule="mapping")
    return sheets[0]


def counted(sheet: Sheet, told: Progress) -> Sheet:
    """Return a sheet that tells how far its reading is."""

    def rows() -> Iterator[tuple[int, list[str]]]:
        told(f"reading {sheet.file}", 0)
        for n, row in enumerate(read, start=1):
            if n % STEP == 0:
                told(f"reading {sheet.file}", n)
            yield row

    read = sheet.rows
    return replace(sheet, rows=rows())
