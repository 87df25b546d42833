"""Names of columns and tables as they stand in SQL."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Return a column or table name as it stands in SQL, quoted."""
    return '"' + name.replace('"', '""') + '"'
