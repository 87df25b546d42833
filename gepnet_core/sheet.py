"""A table as words: a title, a header, rows and notes, from which screen, CSV, HTML and Word are all written.

sheet.title, sheet.header, sheet.rows, sheet.notes, sheet.version     strings and tuples of strings
sheet.cells                   header and rows again, each count with the patients behind it
sheet_lines(sheet)            CSV, the data version in the first column, text guarded against formulas
sheets_lines(sheets)          several tables as one CSV: a line a cell
Section(heading, words, sheets)   a part of a document: sentences, then tables
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gepnet_core.behind import Behind
from gepnet_core.characters import writable
from gepnet_core.criteria import OneOf
from gepnet_core.export import csv_lines

MISSING = "–"
BESIDE = ", "  # between the parts of a cell; a screen may put the second on a line of its own


@dataclass(frozen=True, slots=True)
class Counted:
    """A count in a table with the patients behind it: those of `behind` (None: all selected) who meet `within`."""

    words: str
    behind: Behind | None
    within: tuple[OneOf, ...] = ()


Piece = str | Counted
Cell = Piece | tuple[Piece, ...]


def counted(words: str, count: int, behind: Behind | None, within: Sequence[OneOf] = ()) -> Piece:
    """Return a count with the patients behind it, or plain words where there is none."""
    return Counted(words, behind, tuple(within)) if count else words


def cell_words(cell: Cell) -> str:
    """Return a cell as words."""
    if isinstance(cell, tuple):
        return "".join(map(cell_words, cell))
    return cell.words if isinstance(cell, Counted) else cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as words; every row has as many cells as the header.

    `notes` stand below it: what abbreviations mean, how it was computed, and of which data. A character that no
    document can hold, or that turns the direction of text, is replaced. `cells` are header and rows as they were
    given, where a screen makes a link of each count.

    Raises
    ------
    ValueError
        If a row is not as long as the header.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    version: str = ""
    cells: tuple[tuple[Cell, ...], ...] = ()

    @classmethod
    def of_cells(
        cls,
        title: str,
        header: Sequence[Cell],
        rows: Iterable[Sequence[Cell]],
        notes: Iterable[str] = (),
        version: str = "",
    ) -> Sheet:
        """Return a table whose counts know their patients."""
        cells = (tuple(header), *map(tuple, rows))
        head, *lines = (tuple(map(cell_words, row)) for row in cells)
        return cls(title, head, tuple(lines), tuple(notes), version, cells)

    def __post_init__(self) -> None:
        if wrong := [row for row in self.rows if len(row) != len(self.header)]:
            raise ValueError(f"{len(wrong)} rows of “{self.title}” do not have {len(self.header)} cells")
        if not self.cells:
            object.__setattr__(self, "cells", (self.header, *self.rows))
        object.__setattr__(self, "title", writable(self.title))
        object.__setattr__(self, "header", tuple(map(writable, self.header)))
        object.__setattr__(self, "rows", tuple(tuple(map(writable, row)) for row in self.rows))
        object.__setattr__(self, "notes", tuple(map(writable, self.notes)))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document: its heading, sentences below it, and tables."""

    heading: str
    words: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()


def sheet_lines(sheet: Sheet) -> Iterator[str]:
    """Yield a table as CSV, as it is printed."""
    return csv_lines(sheet.version, sheet.header, sheet.rows)


def sheets_lines(sheets: Iterable[Sheet]) -> Iterator[str]:
    """Yield several tables as one CSV, a line a cell: its table, row (from 1), the first cell there, and column."""
    header = ("table", "row", "of", "column", "words")
    for place, sheet in enumerate(sheets):
        cells = (
            (sheet.title, number, row[0], name, cell)
            for number, row in enumerate(sheet.rows, start=1)
            for name, cell in zip(sheet.header[1:], row[1:], strict=True)
        )
        lines = csv_lines(sheet.version, header, cells)
        if place:
            next(lines)
        yield from lines
