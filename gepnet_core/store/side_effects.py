"""The SQL of side effects: which treatments are judged, and which events belong to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gepnet_core.errors import ControlMissing
from gepnet_core.selection import Selection
from gepnet_core.store.dataset import DataSet

# Judged are the index treatment and every later local treatment of the selected patients. An event belongs to
# the treatment that it names, from that day on, before the next start of a local or systemic treatment and within
# the window. What is after the cut-off is not known yet.
UNITS = """
    WITH units AS (
        SELECT l.treatment_id, l.patient_id, l.date, l.modality, l.treatment_id = i.treatment_id AS is_index
        FROM cohort c
        JOIN index_treatments i USING (patient_id)
        JOIN source.local_treatments l USING (patient_id)
        WHERE {where} AND l.date >= c.index_date AND ($until IS NULL OR l.date <= $until)
    ), starts AS (
        SELECT patient_id, date FROM source.local_treatments
        UNION ALL SELECT patient_id, start_date FROM source.systemic_therapies
    ), judged AS (
        SELECT u.*, (
            SELECT min(s.date) FROM starts s WHERE s.patient_id = u.patient_id AND s.date > u.date
        ) AS next_start
        FROM units u
    ), events AS (
        SELECT e.term, e.ctcae_grade, j.treatment_id, j.modality, j.is_index, e.date - j.date AS days,
               CASE WHEN j.treatment_id IS NULL THEN 'names no treatment from the index date on'
                    WHEN e.date >= j.next_start THEN 'on or after the next start of a treatment'
                    WHEN e.date - j.date > $window THEN 'after the window'
                    ELSE '' END AS left_out
        FROM source.adverse_events e
        JOIN (SELECT DISTINCT patient_id FROM units) USING (patient_id)
        LEFT JOIN judged j ON j.treatment_id = e.treatment AND j.patient_id = e.patient_id
        WHERE $until IS NULL OR e.date <= $until
    )
"""
WORST = """
    SELECT treatment_id, any_value(modality) AS modality, any_value(is_index) AS is_index, {term} AS term,
           max(ctcae_grade) AS worst, min(days) AS onset
    FROM events WHERE left_out = '' GROUP BY treatment_id, {group}
"""


@dataclass(frozen=True, slots=True)
class TermCounts:
    """Of the treatments of a modality, how many had a term, and at which worst grade.

    `term` is empty for any side effect, `modality` None for all together. `grades` counts worst grades 1 to 5;
    onset is in days from the treatment to the first event.
    """

    modality: str | None
    term: str
    grades: tuple[int, int, int, int, int]
    onset_median: float
    onset_first: int
    onset_last: int


@dataclass(frozen=True, slots=True)
class SideEffectCounts:
    """Counts by modality and term, and how many treatments were judged, those without any event included."""

    treatments: dict[str, int]
    terms: tuple[TermCounts, ...]


def count_side_effects(
    dataset: DataSet, selection: Selection, *, window: int, index_only: bool
) -> SideEffectCounts:
    """Count the treatments of each modality, and of these how many had which side effect.

    Raises
    ------
    ControlMissing
        If the data set has no record of side effects.
    """
    query, bound = _query(dataset, selection, window)
    kept = "is_index" if index_only else "TRUE"
    units = dataset.database.rows(
        f"{query} SELECT modality, count(*) FROM units WHERE {kept} GROUP BY modality", bound
    )
    place = dataset.place("modality")
    treatments = {name: int(count) for name, count in sorted(units, key=lambda row: place(row[0]))}
    worst = (
        f"SELECT * FROM ({WORST.format(term='term', group='term')}) UNION ALL "
        f"SELECT * FROM ({WORST.format(term=chr(39) * 2, group='1')})"
    )
    grades = ", ".join(f"count(*) FILTER (WHERE worst = {grade})" for grade in range(1, 6))
    rows = dataset.database.rows(
        f"{query} SELECT modality, term, {grades}, median(onset), min(onset), max(onset) FROM ({worst}) "
        f"WHERE {kept} GROUP BY GROUPING SETS ((modality, term), (term))",
        bound,
    )
    found = [
        TermCounts(row[0], row[1], tuple(int(n) for n in row[2:7]), float(row[7]), int(row[8]), int(row[9]))  # type: ignore[arg-type]
        for row in rows
    ]
    return SideEffectCounts(treatments, tuple(found))


def left_out(dataset: DataSet, selection: Selection, *, window: int) -> dict[str, int]:
    """Count the recorded events of the selected patients that belong to no judged treatment, by reason."""
    query, bound = _query(dataset, selection, window)
    rows = dataset.database.rows(
        f"{query} SELECT left_out, count(*) FROM events WHERE left_out <> '' GROUP BY 1 ORDER BY 2 DESC, 1",
        bound,
    )
    return {reason: int(count) for reason, count in rows}


def judged_rows(
    dataset: DataSet, selection: Selection, *, window: int
) -> tuple[Iterator[tuple[Any, ...]], Iterator[tuple[Any, ...]]]:
    """Return what the counts are made of: the judged treatments, and the recorded events of their patients.

    Treatments: id, patient, date, modality, whether it is the index treatment, and the next start of a treatment.
    Events: patient, date, term, grade, and the treatment that the record names.

    Raises
    ------
    ControlMissing
        If the data set has no record of side effects.
    """
    query, bound = _query(dataset, selection, window)
    treatments = dataset.database.stream(
        f"{query} SELECT treatment_id, patient_id, date, modality, is_index, next_start FROM judged "
        "ORDER BY date, treatment_id, patient_id",
        bound,
    )
    events = dataset.database.stream(
        f"{query} SELECT e.patient_id, e.date, e.term, e.ctcae_grade, e.treatment FROM source.adverse_events e "
        "JOIN (SELECT DISTINCT patient_id FROM units) USING (patient_id) "
        "WHERE $until IS NULL OR e.date <= $until ORDER BY ALL",
        bound,
    )
    return tuple((row for batch in batches for row in batch) for batches in (treatments, events))  # type: ignore[return-value]


def harmed(
    dataset: DataSet, selection: Selection, *, term: str, severe: bool, window: int
) -> tuple[str, dict[str, Any]]:
    """Return the query of the patients who had a side effect of their index treatment, and its parameters.

    `term` empty: any; `severe` True: of grade 3 or above.

    Raises
    ------
    ControlMissing
        If the data set has no record of side effects.
    """
    query, bound = _query(dataset, selection, window)
    return (
        f"{query} SELECT DISTINCT u.patient_id FROM events e JOIN units u USING (treatment_id) "
        "WHERE e.left_out = '' AND e.is_index AND ($term = '' OR e.term = $term) AND e.ctcae_grade >= $least",
        {**bound, "term": term, "least": 3 if severe else 1},
    )


def _query(dataset: DataSet, selection: Selection, window: int) -> tuple[str, dict[str, Any]]:
    if dataset.is_trial:
        raise ControlMissing(
            f"“{dataset.name}” was imported as times to events, without side effects. Import source tables to see "
            "them."
        )
    if "adverse_events" in dataset.not_recorded:
        raise ControlMissing(
            f"“{dataset.name}” holds no record of side effects: nobody knows of any, which is not that there were "
            "none."
        )
    dataset.check(selection)
    where, bound = selection.where()
    return UNITS.format(where=where), {**bound, "until": selection.cutoff, "window": window}
