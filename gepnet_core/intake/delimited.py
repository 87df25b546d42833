"""Delimited text into a Sheet: the delimiter found, records counted by line, quotes taken strictly."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain

from gepnet_core.characters import fault
from gepnet_core.errors import FileRefused
from gepnet_core.formula_guard import unguarded
from gepnet_core.intake import heading, text
from gepnet_core.intake.limits import Limits
from gepnet_core.intake.reading import DELIMITERS, Reading, Sheet
from gepnet_core.intake.report import Report

WORDS = {mark: word for word, mark in DELIMITERS.items()}
BLANK = " \r\n" + "".join(WORDS)
CLOSE = "A quoted cell does not end: close the quote, or double a quote that is meant."
EMPTY = "is empty. The first line must name the columns."
DOUBLE = "A quote stands inside a cell: double it and quote the cell."
UNQUOTED = re.compile(r'"[^"]*"')
TOLD = re.compile(r'("?)sep=([,;\t]|\\t)\1\s*', re.IGNORECASE)
NUMBER_SIGN = re.compile(r"#[,;\t]")


@dataclass(slots=True)
class _Opened:
    """A text from its header on: the lines read ahead, then the rest."""

    file: str
    remaining: Iterator[str]
    line: int = 1
    comments: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    told: str = ""  # the delimiter, by a first line `sep=;` as Excel writes and reads it

    def pass_over(self, *, comments: bool) -> None:
        """Go to the header: over blank lines, and over comments where there may be some.

        A first column named "#" makes a header, not a comment.
        """
        for one in self.remaining:
            if self.line == 1 and (told := TOLD.fullmatch(one)):
                self.told = told[2].replace("\\t", "\t")
            elif comments and one.startswith("#") and not NUMBER_SIGN.match(one):
                self.comments.append(one[1:].rstrip("\r\n"))
            elif one.strip(BLANK):
                self.ahead.append(one)
                return
            self.line += 1
        raise FileRefused(self.file, EMPTY, rule="file-empty")

    def delimiter(self) -> str:
        """Return the delimiter that the header shows; where it shows two, the second record decides."""
        first = self._whole_record(self.ahead.pop())
        outside = UNQUOTED.sub("", first)
        found = [mark for mark in WORDS if mark in outside]
        if len(found) < 2:
            return found[0] if found else ","
        second = ""
        for one in self.remaining:
            if one.strip("\r\n"):
                second = self._whole_record(one)
                break
            self.ahead.append(one)
        fitting = [mark for mark in found if 0 < _cells(first, mark) == _cells(second, mark)]
        if len(fitting) == 1:
            return fitting[0]
        words = " and ".join(WORDS[mark] for mark in found)
        reason = (
            f"the header has both {words}: the delimiter cannot be told. Say --delimiter {WORDS[found[0]]}"
        )
        others = "".join(f" or --delimiter {WORDS[mark]}" for mark in found[1:])
        raise FileRefused(self.file, f"{reason}{others}.", line=self.line, rule="delimiter")

    def _whole_record(self, first: str) -> str:
        """Read ahead until every quote that was opened is closed; return the record."""
        record, quotes = [first], first.count('"')
        while quotes % 2 and sum(map(len, record)) <= csv.field_size_limit():
            following = next(self.remaining, "")
            if not following:
                break
            record.append(following)
            quotes += following.count('"')
        self.ahead += record
        return "".join(record)

    def records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Yield each record that is not blank, its delimiters apart, with the line on which it starts."""
        raw: list[str] = []
        reader = csv.reader(_noted(chain(self.ahead, self.remaining), raw), delimiter=delimiter, strict=True)
        started = self.line
        try:
            for record in reader:
                if any(not cell.isspace() for cell in record if cell):
                    if any('"' in one for one in raw) and _has_stray_quote("".join(raw), record):
                        raise FileRefused(self.file, DOUBLE, line=started, rule="quote")
                    yield started, record
                raw.clear()
                started = self.line + reader.line_num
        except csv.Error as failed:
            raise self._refused(str(failed), started, len(raw)) from None

    def _refused(self, failed: str, line: int, lines: int) -> FileRefused:
        if failed.startswith("field larger") and lines == 1:
            reason = f"has a cell of more than {csv.field_size_limit():,} characters. {heading.SPLIT}"
            return FileRefused(self.file, reason, line=line, rule="file-limit")
        remedy = CLOSE if failed.startswith(("unexpected end", "field larger")) else DOUBLE
        return FileRefused(self.file, f"cannot be read as CSV ({failed}). {remedy}", line=line, rule="quote")


def sheet(
    source: Callable[[], Generator[bytes, None, None]],
    file: str,
    name: str,
    reading: Reading,
    report: Report,
    limits: Limits,
    *,
    comments: bool = False,
) -> Sheet:
    """Return a delimited text as a sheet; its rows are read when they are asked for.

    Parameters
    ----------
    source
        Opens the bytes: once for the header, once more for the rows.
    comments
        Whether lines above the header that start with "#" are comments.

    Raises
    ------
    FileRefused
        Here for what stands up to the header, later from `rows` for what stands below it.
    """

    def opened(content: Iterator[bytes]) -> _Opened:
        found = _Opened(file, text.lines(content, file, reading.encoding))
        found.pass_over(comments=comments)
        return found

    with closing(source()) as content:
        top = opened(content)
        delimiter = reading.delimiter or top.told or top.delimiter()
        line, cells = next(top.records(delimiter), (0, []))
    if not cells:  # quoted blanks, and nothing else
        raise FileRefused(file, EMPTY, rule="file-empty")
    for above, comment in enumerate(top.comments, start=1):
        if why := fault(comment):
            raise FileRefused(file, f"comment {above} above the header {why}", rule="character")
    header = heading.checked(file, cells, line, limits)
    ours = heading.is_ours(cells)

    def rows() -> Iterator[tuple[int, list[str]]]:
        with closing(source()) as content:
            records = opened(content).records(delimiter)
            next(records)
            for line, record in records:
                if len(record) != header.width:
                    report.add("row-length", file, _length_words(record, header.width, delimiter), line=line)
                elif ours:
                    yield line, [unguarded(cell) for cell in record]
                else:
                    yield line, record

    read = heading.bounded(rows(), header, report, limits)
    return Sheet(file, name, header.names, line, read, top.comments, twice=header.twice)


def _length_words(record: list[str], columns: int, delimiter: str) -> str:
    words = f"has {len(record)} cells where the header has {columns} columns."
    remedy = f"Check for a missing or surplus {WORDS.get(delimiter, 'delimiter')}."
    surplus = len(record) > columns and not any(record[columns:])
    return (
        f"{words} {remedy}{' All that is wrong: the line ends with a surplus delimiter.' if surplus else ''}"
    )


def _cells(record: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True), []))
    except csv.Error:
        return -1


def _noted(lines: Iterable[str], raw: list[str]) -> Iterator[str]:
    for line in lines:
        raw.append(line)
        yield line


def _has_stray_quote(raw: str, record: list[str]) -> bool:
    """Return True where a cell holds a quote that is not doubled: the reader takes it as it is."""
    return any('"' in cell and cell.replace('"', '""') not in raw for cell in record)
