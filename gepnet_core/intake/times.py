"""Times as they were read, whatever the format: rows on disk for the store, and what is known of them all."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType

from gepnet_core.intake import adtte_columns
from gepnet_core.intake.cells import PLAIN, Spelling
from gepnet_core.intake.spool import Spool
from gepnet_core.vocabulary import Endpoint, Status, TimeUnit, endpoint_named

TIMES = (
    ("line", "INTEGER"),
    ("patient_id", "VARCHAR"),
    ("endpoint", "VARCHAR"),
    ("treatment", "VARCHAR"),
    ("start", "DATE"),
    ("days", "INTEGER"),
    ("status", "TINYINT"),
    ("reason", "VARCHAR"),
    ("aval", "DOUBLE"),
    ("avalu", "VARCHAR"),
)
LONGEST = 55_000  # days; about 150 years
WHOLE = 1e-6


@dataclass(slots=True)
class Times:
    """The times of a trial, on disk.

    `cells` holds the file's own rows by line, one column c0, c1, ... for each of `header`; `times` one row a
    patient and endpoint. `offset` is AVAL - (ADT - STARTDT), 0 or 1 throughout; None where dates are missing
    or do not agree, and then `no_dates` says why. `candidates` are the places of columns that may be
    baseline; `own_columns` are those that are no attribute of a patient. `key` and `time_column` are the words for
    them in messages; `spelling` says how the file writes numbers and what is missing,
    `explained` which CNSR values above 1 somebody said to mean censored.
    """

    file: str
    header: list[str]
    folder: Path
    candidates: dict[int, str]
    treatment_column: str
    treatment_label: str
    key: str
    time_column: str
    own_columns: frozenset[str]
    spelling: Spelling = PLAIN
    cells: Spool = field(init=False)
    times: Spool = field(init=False)
    names: dict[str, str] = field(default_factory=dict)
    explained: tuple[int, ...] = ()
    offset: int | None = None
    no_dates: str = "the file has no dates"
    kinds: dict[int, adtte_columns.KindSeen] = field(default_factory=dict)
    _files: ExitStack = field(default_factory=ExitStack, repr=False)

    def __enter__(self) -> Times:
        columns = (("line", "INTEGER"), *((f"c{at}", "VARCHAR") for at in range(len(self.header))))
        cells = Spool("cells", columns, self.folder / "cells.csv", placed=True)
        times = Spool("times_read", TIMES, self.folder / "times_read.csv", placed=True)
        self.cells, self.times = self._files.enter_context(cells), self._files.enter_context(times)
        self.kinds = {at: adtte_columns.KindSeen(name) for at, name in self.candidates.items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.__exit__(kind, error, trace)

    def keep(self, line: int, cells: Sequence[str]) -> None:
        """Keep a row of the file; baseline columns as the file spells numbers and what is missing."""
        kept = [cell.strip() for cell in cells]
        for at, seen in self.kinds.items():
            kept[at] = self.spelling.plain(kept[at])
            seen.see(kept[at], line)
        self.cells.write([line, *kept])

    def add(
        self,
        line: int,
        patient: str,
        endpoint: str,
        *,
        treatment: str,
        aval: float,
        unit: TimeUnit,
        status: Status,
        reason: str,
        start: date | None = None,
    ) -> None:
        """Add the time of one patient and endpoint."""
        days = round(aval * unit.days)  # half to even, as R
        self.times.write(
            [line, patient, endpoint, treatment, start, days, int(status), reason, aval, str(unit)]
        )

    @property
    def endpoints(self) -> list[Endpoint]:
        """The endpoints that occur, by code."""
        return [endpoint_named(code, name) for code, name in sorted(self.names.items())]


def too_long(aval: float, unit: TimeUnit) -> str:
    """Return why a time cannot be, or nothing."""
    return f"'{aval:g}' {unit} is longer than any life. Check the unit." if aval * unit.days > LONGEST else ""


def is_whole(aval: float) -> bool:
    """Return True where a time in days is a whole number but for binary noise."""
    return abs(aval - round(aval)) <= WHOLE
