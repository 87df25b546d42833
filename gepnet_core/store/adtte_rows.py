"""The SQL of what leaves as CDISC tables: times as they came in, and patients with their baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gepnet_core.selection import Selection
from gepnet_core.sql_names import identifier
from gepnet_core.store.dataset import DataSet


def study_column(dataset: DataSet) -> str | None:
    """Return the baseline column in which an imported file named its study, or None."""
    if not dataset.is_trial:
        return None
    return next((column.name for column in dataset.baseline if column.name.upper() == "STUDYID"), None)


def adtte_rows(dataset: DataSet, selection: Selection) -> Iterator[tuple[Any, ...]]:
    """Return a row a selected patient and endpoint, by patient and endpoint.

    Columns: study, patient, modality, endpoint, aval, avalu, status, reason, first and last day. A time that
    the cut-off ends is the days up to it; any other is the original, in its own unit.

    Raises
    ------
    OptionRefused
        If the selection asks for what is not there.
    """
    query, bound = dataset.selected_times(
        selection, stratum="NULL", study=_study(dataset), modality="c.modality", start="c.t_start"
    )
    batches = dataset.database.stream(
        "SELECT s.study, s.patient_id, s.modality, s.endpoint, "
        "CASE WHEN s.days < t.days THEN s.days ELSE t.aval END, "
        "CASE WHEN s.days < t.days THEN 'days' ELSE t.avalu END, "
        "s.status, s.reason, s.start, s.start + CAST(s.days - $offset AS INTEGER) "
        f"FROM ({query}) s JOIN time_to_event t USING (patient_id, endpoint) ORDER BY s.patient_id, s.endpoint",
        {**bound, "study": dataset.name, "offset": int(dataset.meta["offset"] or 0)},
    )
    return (row for batch in batches for row in batch)


def adsl_rows(dataset: DataSet, selection: Selection, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Return study, patient, modality and these baseline columns of every selected patient, by patient.

    Raises
    ------
    OptionRefused
        If the selection asks for what is not there.
    """
    dataset.check(selection)
    where, bound = selection.where()
    chosen = [_study(dataset), "c.patient_id", "c.modality", *(f"c.{identifier(name)}" for name in columns)]
    batches = dataset.database.stream(
        f"SELECT {', '.join(chosen)} FROM cohort c WHERE {where} ORDER BY c.patient_id",
        {**bound, "study": dataset.name},
    )
    return (row for batch in batches for row in batch)


def _study(dataset: DataSet) -> str:
    """Return the SQL of the study's name: what the file said, else the data set's."""
    column = study_column(dataset)
    return "$study" if column is None else f"coalesce(c.{identifier(column)}, $study)"
