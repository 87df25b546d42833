"""Which columns of a trial's file change within a patient, asked of DuckDB with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet_core.store.connection import Building

TOGETHER = 8  # columns compared at once: all of them would need memory for every cell of the file


def varying_columns(file: Building, places: list[int]) -> set[int]:
    """Return those places in the header at which two rows of one patient differ.

    Every row is compared with its patient's first. In a file with one row a patient nothing is compared.
    """
    file.run(
        "CREATE TEMP TABLE later_rows AS SELECT line, first_line FROM ("
        "SELECT line, min(line) OVER (PARTITION BY patient_id) AS first_line FROM times_read) "
        "WHERE line > first_line"
    )
    varying: set[int] = set()
    if file.rows("SELECT 1 FROM later_rows LIMIT 1"):
        for some in _groups(places):
            differs = ", ".join(
                f"coalesce(bool_or(coalesce(later.c{at}, '') <> coalesce(first.c{at}, '')), FALSE)"
                for at in some
            )
            sql = (
                f"SELECT {differs} FROM later_rows JOIN cells later USING (line) "
                "JOIN cells first ON first.line = first_line"
            )
            found = zip(some, file.rows(sql)[0], strict=True)
            varying |= {at for at, varies in found if varies}
    file.run("DROP TABLE later_rows")
    return varying


def _groups(places: list[int]) -> Iterator[list[int]]:
    """Yield the places a few at a time."""
    for start in range(0, len(places), TOGETHER):
        yield places[start : start + TOGETHER]
