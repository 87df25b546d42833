"""One table of a file with what a mapping says of its cells: columns checked, dates and words understood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from gepnet_core.errors import FileRefused, listed, quoted
from gepnet_core.intake.cells import Spelling, id_fault
from gepnet_core.intake.dates import DateFormat, settled
from gepnet_core.intake.leave_out import NOBODY
from gepnet_core.intake.mapping import Cell, ColumnMapping
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Report

Record = tuple[int, list[str]]


@dataclass(slots=True)
class MappedTable:
    """The rows of a file with what the mapping says of its cells; patients in `without` are left out."""

    sheet: Sheet
    mapping: ColumnMapping
    report: Report
    without: frozenset[str] = frozenset()
    spelling: Spelling = field(init=False)
    rows: list[Record] = field(init=False)
    place: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.place = {name: at for at, name in enumerate(self.sheet.header)}
        self._check_columns()
        self.rows = list(self.sheet.rows)
        if not self.rows:
            words = "has no row below the header. Add at least one."
            raise FileRefused(self.sheet.file, words, rule="file-empty")
        missing = (*self.mapping.missing, *self.mapping.settings.missing)
        self.spelling = Spelling(self.mapping.reading.mark, missing)
        formats = {column: self._date_format(column) for column in self.mapping.date_columns()}
        self._check_orders(formats)
        self.spelling = Spelling(self.mapping.reading.mark, missing, DateFormat.ISO, formats)

    def _check_columns(self) -> None:
        """Refuse a mapping that names what the file does not have."""
        asked = self.mapping.columns() | set(self.mapping.values) | set(self.mapping.dates)
        self.sheet.check_single(asked, any_case=False)
        there = asked & self.place.keys()
        if 2 * len(there) < len(asked):
            words = (
                f"has {len(there)} of the {len(asked)} columns that the mapping names. It has: "
                f"{listed(self.sheet.header)}. Does a title stand above the header? Is the delimiter another one? "
                "Else mend the mapping."
            )
            raise FileRefused(self.sheet.file, words, line=self.sheet.line, rule="mapping")
        unused = {name.casefold(): name for name in self.sheet.header if name not in asked}
        for column in sorted(asked - there):
            words = "is named by the mapping, but the file has no such column. Mend the mapping."
            for near in get_close_matches(column.casefold(), unused, n=1):
                words += f" Is it {quoted(unused[near])}?"
            self.report.add("mapping", self.sheet.file, words, line=self.sheet.line, column=column)
        if asked - there:
            self.report.stop_on_errors()
        kept = [name for name in self.sheet.header if name not in asked]
        if kept and self.mapping.groups:
            self.report.note(f"Columns that the mapping does not use: {listed(kept)}.")

    def _date_format(self, column: str) -> DateFormat:
        """Return how a column spells dates: as told, or as all its values can be read; never a guess."""
        told = self.mapping.dates.get(column, self.mapping.date_format)
        if told is not None:
            return told
        held = [
            text for _, cells in self.rows if not self.spelling.is_missing(text := self.text(cells, column))
        ]
        one, fits = settled(held)
        if one is not None:
            return one
        if fits:
            both = next(text for text in held if settled([text])[0] is None)
            words = (
                f"reads in more than one way, as {' and as '.join(fits)} (for one, {quoted(both)}). "
                f"Say the date format of the column."
            )
            self.report.add("date-ambiguous", self.sheet.file, words, line=self.sheet.line, column=column)
            return fits[0]
        return max(DateFormat, key=lambda spelled: sum(spelled.parts(text) is not None for text in held))

    def _check_orders(self, formats: Mapping[str, DateFormat]) -> None:
        """Ask where one column of a file seems to be day first and another month first: one of them is not."""
        if self.mapping.date_format is not None:
            return
        for day_first, month_first in DateFormat.orders():
            found = {
                column: spelled for column, spelled in formats.items() if column not in self.mapping.dates
            }
            if {day_first, month_first} <= set(found.values()):
                for column, spelled in found.items():
                    if spelled in (day_first, month_first):
                        words = (
                            f"reads as {spelled}, but other columns of the file read in the other order. One "
                            "mistyped day can turn a whole column: say the date format of each."
                        )
                        self.report.add(
                            "date-ambiguous", self.sheet.file, words, line=self.sheet.line, column=column
                        )

    def text(self, cells: Sequence[str], column: str) -> str:
        """Return what a cell says after the mapping of its values."""
        raw = cells[self.place[column]].strip()
        return self.mapping.values.get(column, {}).get(raw, raw)

    def cell(self, cells: Sequence[str], cell: Cell) -> str:
        """Return the text of a mapped cell, a constant included."""
        return self.text(cells, cell.column) if cell.column else cell.value

    def is_filled(self, cells: Sequence[str], column: str) -> bool:
        """Return True where something is recorded."""
        return not self.spelling.is_missing(self.text(cells, column))

    def patients(self, *, many_rows: bool) -> dict[str, list[Record]]:
        """Return the rows of each patient; without `many_rows`, a second row of one is reported."""
        found: dict[str, list[Record]] = defaultdict(list)
        told = self.mapping.patient_id
        for number, (line, cells) in enumerate(self.rows, start=1):
            patient = str(number) if told.row_number else self.cell(cells, told).strip()
            if patient in self.without:
                continue
            if not patient:
                words = "is empty. Fill it in or remove the row."
                self.report.add("id-empty", self.sheet.file, words, line=line, column=told.column)
            elif fault := id_fault(patient):
                self.report.add(
                    "id-characters",
                    self.sheet.file,
                    fault,
                    line=line,
                    column=told.column,
                    value=patient,
                    patient=patient,
                )
            elif patient in found and not many_rows:
                words = f"the same as on line {found[patient][0][0]}. Each row needs its own."
                self.report.add(
                    "id-duplicate",
                    self.sheet.file,
                    words,
                    line=line,
                    column=told.column,
                    value=patient,
                    patient=patient,
                )
            else:
                found[patient].append((line, cells))
        if self.without and not found:
            raise FileRefused(self.sheet.file, NOBODY, rule="nobody-eligible")
        return found
