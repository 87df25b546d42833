"""Rows on their way into the store: one canonical text form, on disk, hashed and loaded alike.

The hash adds the hashes of the rows, so that the order in which they came changes nothing and no row is kept
in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import IO

from gepnet_core import delimited
from gepnet_core.contract import Row, Value

MODULUS = 1 << 256


@dataclass(slots=True)
class Spool:
    """A table on disk: name with schema, columns with DuckDB types, and how many rows were written.

    With `placed`, the first column is the place of the row in its file; it is not part of the hash. An empty
    text and None are the same: nothing recorded.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    path: Path
    placed: bool = False
    rows: int = 0
    longest: int = 0
    _sum: int = 0
    _file: IO[bytes] | None = field(default=None, repr=False)

    def __enter__(self) -> Spool:
        self._file = self.path.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        self._file.close()
        self._file = None

    def write(self, values: Iterable[Value]) -> None:
        """Write one row, its values in the order of the columns."""
        assert self._file is not None
        cells = [text_of(value) for value in values]
        hashed = delimited.line(cells[1:] if self.placed else cells).encode()
        whole = f"{cells[0]},".encode() + hashed if self.placed else hashed  # a place is digits alone
        self._sum += int.from_bytes(hashlib.sha256(hashed).digest(), "big")
        self.rows += 1
        self.longest = max(self.longest, len(whole))
        self._file.write(whole)

    def digest(self) -> bytes:
        """Return the hash of name, columns and rows, in any order."""
        told = f"{self.name}({', '.join(f'{name} {kind}' for name, kind in self.columns)}) {self.rows}\0"
        return hashlib.sha256(told.encode() + (self._sum % MODULUS).to_bytes(32, "big")).digest()


def spooled(folder: Path, name: str, columns: tuple[tuple[str, str], ...], rows: Iterable[Row]) -> Spool:
    """Return a table of rows in memory, sorted and written to a folder."""
    names = [column for column, _ in columns]
    ordered = sorted([[row.get(column) for column in names] for row in rows], key=_order)
    with Spool(name, columns, folder / f"{name}.csv") as spool:
        for values in ordered:
            spool.write(values)
    return spool


def _order(values: list[Value]) -> list[str]:
    return [text_of(value) for value in values]


def text_of(value: Value) -> str:
    """Return a value as it stands in a spool."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)
