"""Text files in: UTF-8, comma-separated, every record with the line on which it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from gepnet_core.errors import FileRefused


def read_text(path: Path, *, required: bool = False) -> str:
    """Return the text of a UTF-8 file; one that is not there and not required is empty.

    Raises
    ------
    FileRefused
        If the file cannot be read, is not UTF-8, or holds a NUL byte. A link that leads nowhere cannot be read.
    """
    if not required and not path.exists() and not path.is_symlink():
        return ""
    try:
        content = path.read_bytes()
    except OSError as failed:
        raise FileRefused(path.name, f"cannot be read ({failed.strerror}). Check the path.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failed:
        line = _line_at(content[: failed.start].decode("latin-1"))
        raise FileRefused(path.name, "is not UTF-8 text. Save the file as UTF-8.", line=line) from None
    if "\0" in text:
        line = _line_at(text[: text.index("\0")])
        raise FileRefused(path.name, "holds a NUL byte. Export the file again as text.", line=line)
    return text


def _line_at(before: str) -> int:
    """Return the line on which the text after `before` stands, whatever ends the lines."""
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1


def read_records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of a comma-separated UTF-8 file with its line; the header comes first.

    Raises
    ------
    FileRefused
        If the file cannot be read, is not UTF-8, is empty, holds a NUL byte, repeats or lacks a column
        name, ends inside a quoted cell, or has a row of another length than the header.
    """
    text = read_text(path, required=True)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for record in reader:
            started, line = line, reader.line_num + 1
            if not record:
                continue
            if header is None:
                header = [cell.strip() for cell in record]
                _check_header(path.name, header, started)
                yield started, header
            elif len(record) != len(header):
                raise FileRefused(
                    path.name,
                    f"has {len(record)} cells where the header has {len(header)} columns. "
                    "Check for a missing or surplus comma.",
                    line=started,
                )
            else:
                yield started, record
    except csv.Error as failed:
        raise FileRefused(path.name, f"cannot be read as CSV ({failed}).", line=line) from None
    if header is None:
        raise FileRefused(path.name, "is empty. The first line must name the columns.")


def _check_header(file: str, header: list[str], line: int) -> None:
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            raise FileRefused(file, f"the columns are separated by {word}. Save it with commas.", line=line)
    for place, name in enumerate(header, start=1):
        if not name:
            raise FileRefused(file, f"column {place} has no name. Name it or remove it.", line=line)
        if [other.lower() for other in header].index(name.lower()) + 1 != place:
            raise FileRefused(
                file,
                "appears twice (upper and lower case are the same). Remove one of the two.",
                line=line,
                column=name,
            )
