"""Counts by two columns at once, and by baseline values: what stratified tests and regressions read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gepnet_core.errors import OptionRefused
from gepnet_core.selection import Selection
from gepnet_core.sql_names import identifier
from gepnet_core.store import times
from gepnet_core.store.dataset import DataSet
from gepnet_core.survival import EventCounts
from gepnet_core.vocabulary import NOT_RECORDED


@dataclass(frozen=True, slots=True)
class Pattern:
    """How many patients of a stratum left on a day with a status (0, 1, 2) and these baseline values."""

    stratum: str
    days: int
    status: int
    patients: int
    values: tuple[Any, ...]


def crossed_counts(
    dataset: DataSet, endpoint: str, selection: Selection, *, by: str, within: str
) -> dict[str, list[EventCounts]]:
    """Count per level of `within` and stratum of `by`, as `DataSet.event_counts` does; one GROUP BY.

    Raises
    ------
    OptionRefused
        If the selection, the endpoint or a column asks for what is not there.
    """
    dataset.endpoint(endpoint)
    stratum, level = _column(dataset, by), _column(dataset, within)
    query, bound = dataset.selected_times(selection, stratum=times.level(stratum), level=times.level(level))
    rows = dataset.database.rows(
        "SELECT level, stratum, days, count(*) FILTER (WHERE status = 0), "
        "count(*) FILTER (WHERE status = 1), count(*) FILTER (WHERE status = 2) "
        f"FROM ({query} AND c.t_endpoint = $endpoint) GROUP BY ALL ORDER BY level, stratum, days",
        {**bound, "endpoint": endpoint},
    )
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[1:])
    inner, outer = dataset.place(stratum), dataset.place(level)
    return {
        name: sorted(times.counts(found[name]), key=lambda counts: inner(counts.stratum))
        for name in sorted(found, key=outer)
    }


def patterns(
    dataset: DataSet, endpoint: str, selection: Selection, *, by: str, columns: Sequence[str]
) -> list[Pattern]:
    """Count the patients who are alike in stratum, time, status and the baseline values of `columns`."""
    dataset.endpoint(endpoint)
    stratum = _column(dataset, by)
    named = {f"value_{place}": f"c.{identifier(column)}" for place, column in enumerate(columns)}
    query, bound = dataset.selected_times(selection, stratum=times.level(stratum), **named)
    rows = dataset.database.rows(
        f"SELECT stratum, days, status, count(*), {', '.join(named)} "
        f"FROM ({query} AND c.t_endpoint = $endpoint) GROUP BY ALL ORDER BY ALL",
        {**bound, "endpoint": endpoint},
    )
    return [Pattern(str(row[0]), int(row[1]), int(row[2]), int(row[3]), tuple(row[4:])) for row in rows]


def _column(dataset: DataSet, by: str) -> str:
    column = dataset.grouping(by)
    if column is None:
        raise OptionRefused("A comparison needs a column to group by.")
    return column


def baseline_values(dataset: DataSet, column: str, selection: Selection) -> list[tuple[str, Any, int]]:
    """Return (modality, value, patients) of one baseline column under a selection."""
    dataset.check(selection)
    where, bound = selection.where()
    return dataset.database.rows(
        f"SELECT coalesce(c.modality, '{NOT_RECORDED}'), c.{identifier(column)}, count(*) FROM cohort c "
        f"WHERE {where} GROUP BY ALL ORDER BY ALL",
        bound,
    )
