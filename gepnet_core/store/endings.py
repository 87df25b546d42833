"""How the times of every endpoint ended, as counts of patients."""

from __future__ import annotations

from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.described import Kind
from gepnet_core.vocabulary import Status


def kinds(dataset: DataSet, selection: Selection) -> list[Kind]:
    """Count how the times of every endpoint ended, by status and reason."""
    query, bound = dataset.selected_times(selection, stratum="NULL")
    rows = dataset.database.rows(
        f"SELECT endpoint, if(status = 2, {selection.death.counts_as(Status.COMPETING_DEATH):d}, status) AS "
        f"counted, reason, count(*) FROM ({query}) GROUP BY ALL ORDER BY 1, 2, 4 DESC, 3",
        bound,
    )
    found = [Kind(endpoint, Status(status), reason, int(n)) for endpoint, status, reason, n in rows]
    order = list(dataset.endpoints)
    return sorted(found, key=lambda kind: order.index(kind.endpoint))
