"""The source tables as they were read: typed rows, each with its place in the file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gepnet_core.contract import TABLES, Row
from gepnet_core.intake.report import Report

SAME: Mapping[str, str] = {}


def _same() -> Mapping[str, str]:
    """Return the one empty mapping of all rows whose columns are called as in the contract."""
    return SAME


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A converted row; `columns` gives the file's names of columns that are called otherwise there."""

    line: int
    values: Row
    columns: Mapping[str, str] = field(default_factory=_same, compare=False)

    @property
    def patient(self) -> str:
        """The patient whose row it is."""
        return str(self.values["patient_id"])


@dataclass(slots=True)
class Source:
    """The six tables. `files` names the file of each; `spoiled` holds patients of rows that were refused.

    A row that was refused is not in `rows`, so that what refers to it is not refused a second time; nor is what
    refers to a table in `incomplete`, of which rows could not be told apart.
    """

    rows: dict[str, list[SourceRow]] = field(default_factory=lambda: {table.name: [] for table in TABLES})
    files: dict[str, str] = field(default_factory=dict)
    spoiled: set[str] = field(default_factory=set)
    incomplete: set[str] = field(default_factory=set)

    def __getitem__(self, table: str) -> list[SourceRow]:
        return self.rows[table]

    def find(self, report: Report, rule: str, table: str, row: SourceRow, column: str, words: str) -> None:
        """Report that a row breaks a rule."""
        value = row.values.get(column)
        report.add(
            rule,
            self.files[table],
            words,
            line=row.line,
            column=row.columns.get(column, column),
            value="" if value is None else str(value),
            patient=row.patient,
        )
