"""What is said of patients and their histories: the table of a list, and one sentence."""

from __future__ import annotations

from gepnet_core.formatting import NO_BREAK, format_count, format_months
from gepnet_core.history import NO_RECORD, History
from gepnet_core.store.dataset import DataSet


def list_header(dataset: DataSet, code: str, stratum: str = "") -> list[str]:
    """Return the head of the table of a page's patients; `stratum` is the label of the lanes' column."""
    return [
        "Patient",
        *([stratum] if stratum else []),
        dataset.meta["treatment_label"],
        *(["Index date"] if dataset.has_dates else []),
        "Observed, months",
        f"{code}, months",
        "Status",
        "Reason",
    ]


def list_cells(dataset: DataSet, history: History, code: str, *, grouped: bool = False) -> list[str]:
    """Return the cells after the patient's id, in the order of the head."""
    time = history.time_of(code)
    observed = "–" if history.observed_days is None else format_months(history.observed_days)
    if history.ended_by is not None and history.observed_days is not None:
        observed += f"{NO_BREAK}({history.ended_by})"
    missing = "index date after the data cut-off" if history.after_cutoff and history.index_date else ""
    return [
        *([history.stratum] if grouped else []),
        dataset.words_for("modality", history.modality),
        *([str(history.index_date or "–")] if dataset.has_dates else []),
        observed,
        format_months(time.days) if time else "–",
        time.status.label if time else "–",
        time.reason if time else missing or f"no time of {code}",
    ]


def history_sentence(dataset: DataSet, history: History) -> str:
    """Return who this is and how long observed, in one sentence."""
    if not history.in_cohort:
        return f"Patient {history.patient_id} is not in the cohort: {why_words(history)}."
    treated = (
        dataset.words_for("modality", history.modality) if history.modality else "treatment not recorded"
    )
    day = f" on {history.index_date}" if history.index_date else ""
    words = f"Patient {history.patient_id}: {treated}{day}"
    if history.observed_days is None or history.ended_by is None:
        return f"{words}, with no observed time up to the data cut-off."
    return (
        f"{words}, observed for {format_months(history.observed_days)} months "
        f"({format_count(history.observed_days, 'day')}); ends with {history.ended_by}."
    )


def why_words(history: History) -> str:
    """Return why a patient is not in the cohort: the eligibility step that no treatment passed."""
    return history.left_out if history.left_out == NO_RECORD else f"not “{history.left_out}”"
