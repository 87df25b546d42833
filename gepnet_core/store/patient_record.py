"""The SQL of one patient: the source rows, and the stored times as they came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gepnet_core.contract import TABLES
from gepnet_core.errors import OptionRefused, quoted
from gepnet_core.sql_names import identifier
from gepnet_core.store.dataset import DataSet
from gepnet_core.vocabulary import Status

Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredTime:
    """A time of an endpoint as it is stored; `aval` and `avalu` are as they came in."""

    endpoint: str
    start: date | None
    days: int
    status: Status
    reason: str
    aval: float
    avalu: str


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """All that is stored of a patient.

    `tables` holds the rows of each source table (empty for a trial); `index_treatment` is the id of the index
    treatment, None for a trial and for a patient who is not in the cohort.
    """

    patient_id: str
    tables: Mapping[str, tuple[Cells, ...]]
    index_treatment: str | None
    times: tuple[StoredTime, ...]

    @property
    def in_cohort(self) -> bool:
        """True where the patient has times of endpoints."""
        return bool(self.times)


def patient_record(dataset: DataSet, patient_id: str) -> PatientRecord:
    """Return what is stored of a patient, each table by its columns from the first to the last.

    Raises
    ------
    OptionRefused
        If the data set knows no such patient.
    """
    bound = {"patient": patient_id}
    tables: dict[str, tuple[Cells, ...]] = {}
    index_treatment = None
    if not dataset.is_trial:
        for table in TABLES:
            names = [column.name for column in table.columns]
            rows = dataset.database.rows(
                f"SELECT {', '.join(map(identifier, names))} FROM source.{table.name} "
                "WHERE patient_id = $patient ORDER BY ALL",
                bound,
            )
            tables[table.name] = tuple(dict(zip(names, row, strict=True)) for row in rows)
        found = dataset.database.rows(
            "SELECT treatment_id FROM index_treatments WHERE patient_id = $patient", bound
        )
        index_treatment = found[0][0] if found else None
    times = dataset.database.rows(
        "SELECT endpoint, index_date, days, status, reason, aval, avalu FROM time_to_event "
        "WHERE patient_id = $patient",
        bound,
    )
    if not times and not tables.get("patients"):
        raise OptionRefused(
            f"“{dataset.name}” has no patient {quoted(patient_id)}. Look for the id in the list."
        )
    order = list(dataset.endpoints)
    stored = [
        StoredTime(endpoint, start, int(days), Status(status), reason, aval, avalu)
        for endpoint, start, days, status, reason, aval, avalu in times
    ]
    stored.sort(key=lambda found: order.index(found.endpoint))
    return PatientRecord(patient_id, tables, index_treatment, tuple(stored))
