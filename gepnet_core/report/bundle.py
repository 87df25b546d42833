"""The reproduction bundle: the rows of a report, its numbers, and scripts that compute these again, as a ZIP."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from gepnet_core.export import cohort_lines, csv_lines
from gepnet_core.export_adtte import adtte_lines
from gepnet_core.fixed_zip import entry
from gepnet_core.report.bundle_readme import readme
from gepnet_core.report.bundle_settings import columns, levels, settings
from gepnet_core.report.contents import Report
from gepnet_core.report.numbers import numbers
from gepnet_core.store.passed_steps import passed_steps
from gepnet_core.store.side_effects import judged_rows

SCRIPTS = Path(__file__).parent / "scripts"
SCRIPT_FILES = (
    "analysis.R",
    "analysis.py",
    "described.py",
    "compared.py",
    "estimators.py",
    "group_tests.py",
    "cox_regression.py",
)
Rows = Iterable[Sequence[object]]


def write_bundle(report: Report, handle: IO[bytes]) -> None:
    """Write the bundle of a report; the same report gives the same bytes."""
    with ZipFile(handle, "w") as archive:
        archive.writestr(entry("README.txt"), readme(report))
        for name, lines in _tables(report):
            with archive.open(entry(name), "w") as member:
                for line in lines:
                    member.write(line.encode())
        for name in SCRIPT_FILES:
            archive.writestr(entry(name), (SCRIPTS / name).read_text(encoding="utf-8"))


def bundle_bytes(report: Report) -> bytes:
    """Return the bundle of a report for a download."""
    handle = io.BytesIO()
    write_bundle(report, handle)
    return handle.getvalue()


def _tables(report: Report) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the CSV files by name."""
    dataset, selection = report.dataset, report.view.selection

    def lines(header: Sequence[str], rows: Rows) -> Iterator[str]:
        return csv_lines(dataset.version, header, rows)

    yield "settings.csv", lines(("key", "value"), settings(report))
    yield "columns.csv", lines(("column", "label", "kind", "table"), columns(report))
    yield "levels.csv", lines(("column", "level"), levels(report))
    yield "cohort.csv", cohort_lines(dataset, selection)
    yield "adtte.csv", adtte_lines(dataset, selection)
    steps = passed_steps(
        dataset,
        selection,
        report.comparison.question.endpoint,
        [step.code for step in report.flow.steps],
    )
    yield "attrition.csv", lines(("patient_id", "steps_passed"), steps)
    if report.side_effects is not None:
        treatments, events = judged_rows(dataset, selection, window=report.side_effects.window)
        header = ("treatment_id", "patient_id", "date", "modality", "is_index", "next_start")
        told = ((*row[:4], "yes" if row[4] else "no", row[5]) for row in treatments)
        yield "treatments.csv", lines(header, told)
        yield "side_effects.csv", lines(("patient_id", "date", "term", "ctcae_grade", "treatment"), events)
    found = ((*number.key, number.value) for number in numbers(report))
    yield "expected.csv", lines(("section", "group", "quantity", "at", "value"), found)
