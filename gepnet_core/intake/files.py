"""A path into sheets: which reader a file needs is told by its first bytes, then by its name."""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path

from gepnet_core.errors import FileRefused, printable
from gepnet_core.intake import archive, delimited, foreign, text, unpacking
from gepnet_core.intake.heading import SPLIT
from gepnet_core.intake.limits import DEFAULT, Limits
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.report import Report

TRANSPORT = b"HEADER RECORD*******LIB"
ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
FORMATS = {
    ".xlsx": ("a workbook", "Save it as .xlsx again."),
    ".xlsm": ("a workbook", "Save it as .xlsx."),
    ".xls": ("a workbook", "Save it as .xlsx."),
    ".zip": ("a ZIP", "Pack it again."),
    ".xpt": ("a SAS transport file", "Export it again."),
}


def open_sheets(
    path: Path,
    reading: Reading,
    report: Report,
    limits: Limits = DEFAULT,
    *,
    comments: bool = False,
    empty: bool = False,
) -> list[Sheet]:
    """Return the tables of a file or folder: delimited text, workbook, transport file, ZIP or folder of tables.

    Parameters
    ----------
    report
        Takes what is wrong with single rows and cells, while the rows are read.
    comments
        Whether lines above a header that start with "#" are comments, as in cBioPortal's files.
    empty
        Whether worksheets that are wholly empty are given too, without a column.

    Raises
    ------
    FileRefused
        If it cannot be read, is beyond a limit or not of its format, or a header breaks a rule. What stands
        below a header is refused when its rows are read.
    """
    file = printable(path.name or path.resolve().name)
    size = _size(path, file)
    if size is None:
        entries = archive.folder_entries(path, limits)
        return archive.sheets(file, entries, reading, report, limits, comments=comments)
    if size > limits.file_bytes:
        reason = f"has {size:,} bytes; an import may have {limits.file_bytes:,}. {SPLIT}"
        raise FileRefused(file, reason, rule="file-limit", value=str(size))
    start = _start(path, file)
    if other := foreign.told_by_start(start, path.suffix.lower()):
        raise FileRefused(file, other.words)
    if start.startswith(ZIP):
        if _is_workbook(path, file, limits):
            from gepnet_core.intake import workbook  # its library takes long to load and is seldom needed

            return workbook.sheets(path, file, reading, report, limits, empty=empty)
        entries = archive.zip_entries(path, limits)
        return archive.sheets(file, entries, reading, report, limits, comments=comments)
    if start.startswith(TRANSPORT):
        from gepnet_core.intake import transport  # the same

        return [transport.sheet(path, file, path.stem, reading, report, limits)]
    _refuse_other(path.suffix.lower(), start, file)
    source = partial(text.chunks, path, file)
    return [delimited.sheet(source, file, path.stem, reading, report, limits, comments=comments)]


def _size(path: Path, file: str) -> int | None:
    """Return the bytes of a file; None for a folder. Nothing is opened, so that a pipe cannot hang."""
    try:
        found = path.stat()
    except OSError as failed:
        raise FileRefused(file, f"cannot be read ({failed.strerror}). Check the path.") from None
    except ValueError:
        raise FileRefused(file, "cannot be read (no file has such a name). Check the path.") from None
    if stat.S_ISDIR(found.st_mode):
        return None
    if not stat.S_ISREG(found.st_mode):
        raise FileRefused(file, "cannot be read (it is a pipe or device, not a file). Check the path.")
    return found.st_size


def _start(path: Path, file: str) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(foreign.STARTS)
    except OSError as failed:
        raise FileRefused(file, f"cannot be read ({failed.strerror}). Check the path.") from None


def _is_workbook(path: Path, file: str, limits: Limits) -> bool:
    """Return True for a ZIP that is a workbook inside, or else claims by its name to be one."""
    with unpacking.opened(path, file, limits) as opened:
        inside = archive.WORKBOOK_MARK in opened.namelist()
        if other := foreign.told_by_members(opened.namelist()):
            raise FileRefused(file, other.words)
    suffix = path.suffix.lower()
    if not inside and suffix in FORMATS and suffix != ".zip":
        what, remedy = FORMATS[suffix]
        raise FileRefused(file, f"is not {what} that can be read. {remedy}")
    return inside


def _refuse_other(suffix: str, start: bytes, file: str) -> None:
    """Refuse what is certainly not text."""
    if start.startswith(EMPTY_ZIP):
        raise FileRefused(file, "is empty: the ZIP holds no file. Add the tables.", rule="file-empty")
    if start and suffix in FORMATS:
        what, remedy = FORMATS[suffix]
        raise FileRefused(file, f"is not {what}, though its name says so. {remedy}")
    if start and (words := foreign.claimed(suffix)):
        raise FileRefused(file, words)
