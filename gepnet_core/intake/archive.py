"""A folder, or a ZIP, of CSV and TSV tables as sheets named by their stems."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from gepnet_core.errors import FileRefused, listed, printable
from gepnet_core.intake import delimited, foreign, text, unpacking
from gepnet_core.intake.heading import too_many
from gepnet_core.intake.limits import DEFAULT, MIB, Limits
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.report import Report

TABLES = (".csv", ".tsv")
WORKBOOK_MARK = "[Content_Types].xml"
PACKED = (".zip", ".gz", ".7z", ".rar", ".xlsx", ".xlsm", ".xls")
LONGEST_TEXT = 4 * MIB


@dataclass(frozen=True, slots=True)
class Entry:
    """A file inside a folder or ZIP: its path there, its name in messages, its size and what opens it."""

    path: PurePosixPath
    file: str
    size: int
    source: Callable[[], Generator[bytes, None, None]]


def folder_entries(path: Path, limits: Limits = DEFAULT) -> list[Entry]:
    """Return the files that lie directly in a folder, by name; hidden ones are left out.

    Raises
    ------
    FileRefused
        If the folder cannot be read, or an entry named like a table is not a file.
    """
    found = []
    try:
        for one in sorted(path.iterdir()):
            if one.name.startswith("."):
                continue
            if one.is_file():
                name = printable(one.name)
                source = partial(text.chunks, one, name)
                found.append(Entry(PurePosixPath(one.name), name, one.stat().st_size, source))
            elif one.suffix.lower() in TABLES:
                raise FileRefused(printable(one.name), "cannot be read (it is not a file). Check the path.")
    except OSError as failed:
        reason = f"cannot be read ({failed.strerror}). Check the path."
        raise FileRefused(printable(path.resolve().name), reason) from None
    too_many(printable(path.resolve().name), len(found), limits.members, "files")
    return found


def zip_entries(path: Path, limits: Limits = DEFAULT) -> list[Entry]:
    """Return the files of a ZIP; folders and what systems add (__MACOSX, hidden files) are left out.

    A workbook, which is a ZIP as well, has none.

    Raises
    ------
    FileRefused
        If the ZIP is not safe to unpack, or holds another archive or workbook.
    """
    name = printable(path.name)
    with unpacking.opened(path, name, limits) as archive:
        members = archive.infolist()
    found: list[Entry] = []
    if WORKBOOK_MARK in (member.filename for member in members):
        return found
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if member.is_dir() or "__MACOSX" in place.parts or place.name.startswith("."):
            continue
        if place.suffix.lower() in PACKED:
            reason = f"holds another archive or workbook ({printable(str(place))}). Pack plain CSV files."
            raise FileRefused(name, reason, rule="archive-unsafe")
        file = f"{name}, {printable(str(place))}"
        found.append(Entry(place, file, member.file_size, partial(unpacking.chunks, path, member, file)))
    return found


def sheets(
    file: str,
    entries: Sequence[Entry],
    reading: Reading,
    report: Report,
    limits: Limits,
    *,
    comments: bool = False,
) -> list[Sheet]:
    """Return the tables among the files of a folder or ZIP; other files are passed over.

    With `comments` also `data_*.txt`, as cBioPortal names its tables.

    Raises
    ------
    FileRefused
        If there is no table, two have one name, they lie in more than one folder, or one cannot be read.
    """
    tables = [entry for entry in entries if _is_table(entry.path, comments=comments)]
    for other in [] if tables else entries:
        if words := foreign.claimed(other.path.suffix.lower()):
            raise FileRefused(other.file, words)
    if not tables:
        raise FileRefused(file, "holds no CSV or TSV table. Add one for each table.", rule="file-empty")
    folders = sorted({printable(str(table.path.parent)) for table in tables})
    stems = [table.path.stem.lower() for table in tables]
    for stem in stems:
        if stems.count(stem) > 1:
            same = listed([printable(str(table.path)) for table in tables if table.path.stem.lower() == stem])
            reason = f"holds two tables named {printable(stem)} ({same}). Remove one of the two."
            raise FileRefused(file, reason, rule="archive-unsafe")
    if len(folders) > 1:
        reason = f"holds tables in more than one folder ({listed(folders)}). Put them into one."
        raise FileRefused(file, reason, rule="archive-unsafe")
    for table in tables:
        too_many(table.file, -(-table.size // MIB), -(-limits.file_bytes // MIB), "MiB")
    return [
        delimited.sheet(table.source, table.file, table.path.stem, reading, report, limits, comments=comments)
        for table in tables
    ]


def _is_table(path: PurePosixPath, *, comments: bool) -> bool:
    suffix = path.suffix.lower()
    return suffix in TABLES or (comments and suffix == ".txt" and path.name.startswith("data_"))


def text_of(path: Path, name: str, limits: Limits = DEFAULT) -> str:
    """Return the UTF-8 text of a file beside the tables of a folder or ZIP, such as settings.toml.

    Empty where there is none, and where the path is neither a folder nor a ZIP.

    Raises
    ------
    FileRefused
        If it is not UTF-8 text, is larger than 4 MiB, is there more than once, or is no file.
    """
    if path.is_dir():
        entries = folder_entries(path, limits)
    elif path.is_file() and zipfile.is_zipfile(path):
        entries = zip_entries(path, limits)
    else:
        return ""
    found = [entry for entry in entries if entry.path.name == name]
    if not found:
        if path.is_dir() and ((path / name).exists() or (path / name).is_symlink()):
            reason = "cannot be read (it is not a file, or a link that leads nowhere). Check the path."
            raise FileRefused(printable(name), reason)
        return ""
    if len(found) > 1:
        reason = f"holds {printable(name)} more than once. Remove the others."
        raise FileRefused(printable(path.name), reason, rule="archive-unsafe")
    too_many(found[0].file, found[0].size, LONGEST_TEXT, "bytes")
    return "".join(text.lines(found[0].source(), found[0].file, "utf-8"))
