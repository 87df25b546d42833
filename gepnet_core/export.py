"""CSV files out: UTF-8, the data version in the first column, text cells safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gepnet_core import delimited
from gepnet_core.compared import compared_selection
from gepnet_core.estimates import Estimate
from gepnet_core.formula_guard import guarded
from gepnet_core.history import History
from gepnet_core.question import Question
from gepnet_core.selection import Selection
from gepnet_core.side_effects import SideEffects
from gepnet_core.store.dataset import DataSet
from gepnet_core.store.histories import Listing, listed_rows
from gepnet_core.vocabulary import VERSION_COLUMN, WHOLE_COHORT
from gepnet_core.whole_file import write_lines, writing

STEP_COLUMNS = ("day", "at_risk", "events", "censored", "competing", "survival", "lower", "upper")


class Rows(NamedTuple):
    """What an export holds: the data version, its columns and its rows, before it is a file."""

    version: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]

    def lines(self) -> Iterator[str]:
        """Yield them as the lines of a CSV file."""
        return csv_lines(self.version, self.header, self.rows)


def csv_lines(version: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a CSV file whose first column is the data version."""
    yield delimited.line(guarded(name) for name in (VERSION_COLUMN, *header))
    for row in rows:
        yield delimited.line((version, *(guarded(cell) for cell in row)))


def cohort_lines(dataset: DataSet, selection: Selection, endpoint: str | None = None) -> Iterator[str]:
    """Yield the filtered cohort as CSV, a row a patient; with `endpoint`, those who have a time of it."""
    return cohort_rows(dataset, selection, endpoint).lines()


def cohort_rows(dataset: DataSet, selection: Selection, endpoint: str | None = None) -> Rows:
    """Return the filtered cohort, a row a patient; with `endpoint`, those who have a time of it."""
    return Rows(dataset.version, *dataset.patients(selection, endpoint))


def compared_lines(dataset: DataSet, question: Question) -> Iterator[str]:
    """Yield the patients who are compared as CSV, a row each: the chosen groups, after the landmark."""
    selection = compared_selection(dataset, question)
    header, rows = dataset.patients(selection, question.endpoint, after=question.landmark)
    return csv_lines(dataset.version, header, rows)


def listed_lines(dataset: DataSet, listing: Listing) -> Iterator[str]:
    """Yield the listed patients as CSV in their order, a row a patient, those outside the cohort included."""
    header, rows = listed_rows(dataset, listing)
    return csv_lines(dataset.version, header, rows)


def timeline_lines(dataset: DataSet, history: History) -> Iterator[str]:
    """Yield the chronology of one patient as CSV, a row a record."""
    header = ("patient_id", "day", *(["date"] if dataset.has_dates else []), "what", "ctcae_grade", "table")
    told = (
        (
            *(history.patient_id, entry.day),
            *([entry.date] if dataset.has_dates else []),
            *(entry.what, entry.ctcae_grade, entry.table),
        )
        for entry in history.entries
    )
    return csv_lines(dataset.version, header, told)


def step_lines(estimated: Estimate) -> Iterator[str]:
    """Yield the steps of every curve as CSV."""
    header = ("endpoint", "death_rule", "stratum", "conf_type", "conf_level", *STEP_COLUMNS)
    told = (
        (
            estimated.endpoint.code,
            estimated.selection.death.value,
            stratum.stratum,
            estimated.conf_type.pointwise.value,
            estimated.conf_level,
            *(step[name] for name in STEP_COLUMNS),
        )
        for stratum in estimated.strata
        for step in stratum.curve.steps()
    )
    return csv_lines(estimated.dataset.version, header, told)


def side_effect_lines(found: SideEffects) -> Iterator[str]:
    """Yield the side effects as CSV, a row a modality and term, per patient and per treatment.

    All together are called "all", and stand first within each term, before a modality of that name.
    """
    header = (
        *(
            "unit",
            "window_days",
            "modality",
            "term",
            "n",
            "grade_1",
            "grade_2",
            "grade_3",
            "grade_4",
            "grade_5",
        ),
        *("any_grade", "any_grade_lower", "any_grade_upper"),
        *("grade_3_and_above", "grade_3_and_above_lower", "grade_3_and_above_upper"),
        *("conf_level", "onset_median_days", "onset_first_day", "onset_last_day"),
    )
    units = {"patient (index treatment)": found.per_patient, "treatment": found.per_treatment}
    rows = (
        (
            *(unit, found.window, row.modality or WHOLE_COHORT, row.term, row.any_grade.n, *row.grades),
            *(row.any_grade.count, row.any_grade.lower, row.any_grade.upper),
            *(row.severe.count, row.severe.lower, row.severe.upper),
            *(found.conf_level, row.onset_median, row.onset_first, row.onset_last),
        )
        for unit, table in units.items()
        for row in table
    )
    return csv_lines(found.dataset.version, header, rows)


def write_rows(found: Rows, out: Path) -> int:
    """Write rows to a file, whole or not at all, as a workbook where it ends in .xlsx, else as CSV.

    Returns the number of rows, the header not counted.

    Raises
    ------
    NothingLeft
        If there is no row; an existing file stays as it was.
    OptionRefused
        If the file cannot be written, or a sheet cannot hold the rows.
    """
    if out.suffix.lower() != ".xlsx":
        return write_lines(out, found.lines())
    from gepnet_core.rows_workbook import write_workbook  # its library takes long to load

    with writing(out, ending=".xlsx") as handle:
        rows = ((found.version, *row) for row in found.rows)
        return write_workbook(handle, (VERSION_COLUMN, *found.header), rows)
