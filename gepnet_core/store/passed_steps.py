"""The SQL of the way to an estimate, a row a record: how many of its steps each passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gepnet_core.selection import Selection
from gepnet_core.store.behind import FILTERS, steps_passed, up_to
from gepnet_core.store.dataset import DataSet

ENDPOINT = "endpoint"


def passed_steps(
    dataset: DataSet, selection: Selection, endpoint: str, codes: Sequence[str]
) -> Iterator[tuple[str, int]]:
    """Yield every record (every patient of a trial) with the number of steps passed, by id.

    `codes` are those of the flow: the eligibility steps, then the filters in use, then the endpoint where it leaves
    somebody out. Whoever fails a step passes none after it.
    """
    dataset.check(selection)
    filters = list(FILTERS)
    parts, bound = ["0"], dict[str, Any]()
    records = "SELECT patient_id, 0 AS passed FROM cohort"
    if not dataset.is_trial:
        records, bound = steps_passed(dataset)
    for code in codes:
        if code in filters:
            where, more = up_to(selection, filters.index(code) + 1).where()
            parts.append(f"CAST(r.patient_id IN (SELECT patient_id FROM cohort c WHERE {where}) AS INTEGER)")
            bound |= more
    if codes and codes[-1] == ENDPOINT:
        query, more = dataset.selected_times(selection, stratum="NULL")
        parts.append(
            f"CAST(r.patient_id IN (SELECT patient_id FROM ({query}) WHERE endpoint = $endpoint) AS INTEGER)"
        )
        bound |= {**more, "endpoint": endpoint}
    batches = dataset.database.stream(
        f"SELECT r.patient_id, r.passed + {' + '.join(parts)} FROM ({records}) r ORDER BY r.patient_id", bound
    )
    return ((str(patient), int(passed)) for batch in batches for patient, passed in batch)
