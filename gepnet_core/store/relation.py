"""Rows on their way into the store, in one canonical form that is hashed and loaded alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gepnet_core import delimited
from gepnet_core.contract import Row, Value


@dataclass(frozen=True, slots=True)
class Relation:
    """A table to be written: its name with schema, columns with DuckDB types, and rows.

    An empty text and None are the same: nothing recorded.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: Sequence[Row]

    def canonical(self) -> bytes:
        """Return the rows as CSV, sorted, so that the order in which they came changes nothing."""
        names = [name for name, _ in self.columns]
        lines = sorted(delimited.line(_text(row.get(name)) for name in names) for row in self.rows)
        return "".join(lines).encode()

    def schema(self) -> str:
        """Return the table's definition, part of what a version is made of."""
        return f"{self.name}({', '.join(f'{name} {kind}' for name, kind in self.columns)})"


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)
