"""cBioPortal's clinical files: a row a patient, and a mapping that says what 0: and 1: mean, and no more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from gepnet_core.errors import FileRefused, listed, quoted
from gepnet_core.intake.cells import Spelling
from gepnet_core.intake.mapping import Cell, ColumnMapping, TimeColumns
from gepnet_core.intake.reading import Reading, Sheet
from gepnet_core.intake.report import Report
from gepnet_core.vocabulary import NOT_RECORDED, TimeUnit

PATIENT, SAMPLE = "PATIENT_ID", "SAMPLE_ID"
MISSING = ("[Not Available]", "[Not Applicable]", "[Unknown]", "NA")
NAMES = {
    "OS": "overall survival",
    "PFS": "progression-free survival",
    "DFS": "disease-free survival",
    "DSS": "disease-specific survival",
}
TIMELINE = {"START_DATE", "EVENT_TYPE"}
NO_EVENT = "1:EVENT"
UNIT = re.compile(r"\s*\(months\)$", re.IGNORECASE)
Row = tuple[int, list[str]]


def read_clinical(
    sheets: list[Sheet], report: Report, *, treatment: str = "", missing: tuple[str, ...] = ()
) -> tuple[Sheet, ColumnMapping]:
    """Return the patients, one row each, and what their columns mean.

    Parameters
    ----------
    sheets
        The patient file, and the sample file or none; or a sample file alone that holds the times too.
    treatment
        The column to compare by; empty: all patients are in one group, "not recorded".
    missing
        Words for missing beside cBioPortal's own.

    Raises
    ------
    FileRefused
        If there is no patient file, a second one, or no pair of X_MONTHS and X_STATUS.
    """
    patients, samples = _sort(sheets, report)
    for sheet in (patients, samples):
        if sheet is not None:
            sheet.check_single((PATIENT, SAMPLE), any_case=True)
    names = [name.upper() if name.upper() in (PATIENT, SAMPLE) else name for name in patients.header]
    rows = list(patients.rows)
    if samples is not None:
        names, rows = _joined(names, rows, patients, samples, report)
    pairs = _pairs(names)
    if not pairs:
        raise FileRefused(
            patients.file,
            "has no pair of columns X_MONTHS and X_STATUS, such as OS_MONTHS and OS_STATUS. Add one.",
            line=patients.line,
            rule="column-missing",
        )
    patients.check_single([name for _, *columns in pairs for name in columns], any_case=True)
    patients.check_single([treatment], any_case=False)
    left_out = {SAMPLE, *_halves(names, pairs, patients, report)}
    kept = [at for at, name in enumerate(names) if name not in left_out]
    table = replace(patients, header=names, rows=iter(()))
    known = Spelling(missing=(*MISSING, *missing))
    endpoints = [found for pair in pairs if (found := _endpoint(*pair, table, rows, report, known))]
    group = Cell(column=treatment) if treatment else Cell(value=NOT_RECORDED)
    if treatment and treatment not in {names[at] for at in kept}:
        report.add(
            "column-missing",
            patients.file,
            "is missing. Choose another column of the treatment.",
            line=patients.line,
            column=treatment,
        )
        group = Cell(value=NOT_RECORDED)
    sheet = replace(
        table,
        header=[names[at] for at in kept],
        rows=iter([(line, [cells[at] for at in kept]) for line, cells in rows]),
    )
    return sheet, ColumnMapping(
        Cell(column=PATIENT),
        endpoints=tuple(endpoints),
        treatment=group,
        reading=Reading(delimiter="\t"),
        missing=known.missing,
    )


def _sort(sheets: list[Sheet], report: Report) -> tuple[Sheet, Sheet | None]:
    """Return the patient file and the sample file; other files of a study are passed over, and said."""
    patients: list[Sheet] = []
    samples: list[Sheet] = []
    for sheet in sheets:
        header = {name.upper() for name in sheet.header}
        if PATIENT in header and not header >= TIMELINE:
            (samples if SAMPLE in header else patients).append(sheet)
        elif len(sheets) > 1:
            report.note(f"{sheet.file} is no clinical file and was passed over.")
    for found, kind in ((patients, "patient"), (samples, "sample")):
        if len(found) > 1:
            words = f"is a second {kind} file beside {found[0].file}. Give one."
            raise FileRefused(found[1].file, words, rule="mapping")
    if not sheets:
        raise FileRefused("data_clinical_patient.txt", "is not there. Add it.", rule="table-missing")
    if not patients and not samples:
        words = "is missing. Add the column: it tells the patients apart."
        first = sheets[0]
        raise FileRefused(first.file, words, line=first.line, column=PATIENT, rule="column-missing")
    if not patients:
        return samples[0], None
    return patients[0], samples[0] if samples else None


def _joined(
    names: list[str], rows: list[Row], patients: Sheet, samples: Sheet, report: Report
) -> tuple[list[str], list[Row]]:
    """Return the patients with the columns of their sample, where each has exactly one."""
    header = [name.upper() if name.upper() in (PATIENT, SAMPLE) else name for name in samples.header]
    id_at, own_id = header.index(PATIENT), names.index(PATIENT)
    taken = {name.casefold() for name in names} | {SAMPLE.casefold()}
    added = [at for at, name in enumerate(header) if name.casefold() not in taken]
    of: dict[str, list[list[str]]] = defaultdict(list)
    for _, cells in samples.rows:
        of[cells[id_at].strip()].append([cells[at] for at in added])
    known = {cells[own_id].strip() for _, cells in rows}
    several = sum(len(of.get(patient, ())) > 1 for patient in known)
    none = sum(patient not in of for patient in known)
    if several or none:
        report.note(
            f"{samples.file}: {several:,} of {len(known):,} patients have several samples and {none:,} have "
            "none, so no sample stands for the patient and the columns of the samples were left out."
        )
        return names, rows
    if strangers := len(of.keys() - known):
        report.note(
            f"{samples.file}: samples of {strangers:,} patients who are not in {patients.file} were passed "
            "over."
        )
    doubles = [
        header[at] for at in range(len(header)) if at not in added and header[at] not in (PATIENT, SAMPLE)
    ]
    if doubles:
        report.note(f"{samples.file}: {listed(doubles)} stand in {patients.file} too, which counts.")
    joined = [(line, cells + of[cells[own_id].strip()][0]) for line, cells in rows]
    return names + [header[at] for at in added], joined


def _pairs(names: list[str]) -> list[tuple[str, str, str]]:
    """Return code, column of time and column of status of each endpoint, in the order of the file."""
    by_upper = {name.upper(): name for name in names}
    codes = [name.upper().removesuffix("_STATUS") for name in names if name.upper().endswith("_STATUS")]
    return [
        (code, by_upper[f"{code}_MONTHS"], by_upper[f"{code}_STATUS"])
        for code in codes
        if f"{code}_MONTHS" in by_upper
    ]


def _halves(
    names: list[str], pairs: list[tuple[str, str, str]], patients: Sheet, report: Report
) -> Iterator[str]:
    """Yield outcomes that lack their other half: they are known only later, and so are no baseline."""
    whole = {code for code, _, _ in pairs}
    for name in names:
        code, _, half = name.upper().rpartition("_")
        if code in NAMES and code not in whole and half in ("MONTHS", "STATUS"):
            other = f"{code}_{'STATUS' if half == 'MONTHS' else 'MONTHS'}"
            report.note(f"{patients.file}: {name} was left out, since there is no {other}.")
            yield name


def _endpoint(
    code: str, time: str, status: str, table: Sheet, rows: list[Row], report: Report, known: Spelling
) -> TimeColumns | None:
    """Return one endpoint; None, and a finding, where a status begins neither with 0: nor with 1:."""
    at = table.header.index(status)
    first: dict[str, int] = {}
    for line, cells in rows:
        first.setdefault(cells[at].strip(), line)
    values = sorted(value for value in first if not known.is_missing(value))
    unmapped = [value for value in values if not value.startswith(("0:", "1:"))]
    if unmapped:
        report.add(
            "status-unmapped",
            table.file,
            f"{listed([quoted(value) for value in unmapped], most=5)} begin neither with 0: (censored) nor "
            'with 1: (event). Write them as "0:LIVING" or "1:DECEASED", or import the file with --format wide and '
            "a mapping that says what each means.",
            line=min(first[value] for value in unmapped),
            column=status,
            value=unmapped[0],
        )
        return None
    event = tuple(value for value in values if value.startswith("1:"))
    if not event:
        report.note(f"{table.file}: {status} has no event: no value begins with 1:.")
    displayed = dict(zip(table.header, table.comments[0].split("\t"), strict=False)) if table.comments else {}
    name = NAMES.get(code) or UNIT.sub("", displayed.get(time, "").strip()) or code
    censored = tuple(value for value in values if value.startswith("0:"))
    return TimeColumns(code, name, time, status, TimeUnit.MONTHS, event or (NO_EVENT,), censored)
