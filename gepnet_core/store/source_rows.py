"""The SQL of source tables as they leave: every row of one table, in the contract's columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gepnet_core.contract import Table
from gepnet_core.errors import ControlMissing
from gepnet_core.sql_names import identifier
from gepnet_core.store.dataset import DataSet


def check_has_tables(dataset: DataSet) -> None:
    """Raise ControlMissing where a data set holds no source tables."""
    if dataset.is_trial:
        raise ControlMissing(
            f"“{dataset.name}” was imported as times to events, without source tables. "
            "Export it as ADTTE instead."
        )


def source_rows(dataset: DataSet, table: Table) -> Iterator[tuple[Any, ...]]:
    """Return all rows of a source table, sorted by its columns from the first to the last.

    Raises
    ------
    ControlMissing
        If the data set holds no source tables.
    """
    check_has_tables(dataset)
    columns = ", ".join(identifier(column.name) for column in table.columns)
    batches = dataset.database.stream(f"SELECT {columns} FROM source.{table.name} ORDER BY ALL")
    return (row for batch in batches for row in batch)
