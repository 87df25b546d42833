"""One table of many columns into times, by a mapping: each endpoint is a time and a status, a row a patient."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from gepnet_core.errors import FileRefused, listed, quoted
from gepnet_core.intake import adtte_columns
from gepnet_core.intake.cells import read_number
from gepnet_core.intake.dates import CellRefused
from gepnet_core.intake.heading import apart_in_store
from gepnet_core.intake.mapped_table import MappedTable
from gepnet_core.intake.mapping import ColumnMapping, TimeColumns
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Report
from gepnet_core.intake.times import Times, is_whole, too_long
from gepnet_core.vocabulary import DEATH_IS_EVENT, NOT_RECORDED, Status, TimeUnit

WHOLE = re.compile(r"^(-?[0-9]+)[.,]0+$")
REASONS = {Status.EVENT: "event", Status.CENSORED: "censored", Status.COMPETING_DEATH: "competing death"}


def read_mapped_times(
    sheet: Sheet, mapping: ColumnMapping, report: Report, folder: Path, without: frozenset[str] = frozenset()
) -> Times:
    """Return the times that a mapping makes of a table, on disk in `folder`.

    A patient without time and status of an endpoint has no row of it, and the report says how many. Patients in
    `without` are left out.

    Raises
    ------
    FileRefused
        If the table has no row; all else that is broken goes into the report.
    """
    if mapping.treatment is None:
        words = 'names no treatment: name its column, or say treatment = { value = "..." }.'
        raise FileRefused(sheet.file, words, rule="mapping")
    table = MappedTable(sheet, mapping, report, without)
    own = {mapping.patient_id.column, mapping.treatment.column}
    own |= {column for times in mapping.endpoints for column in (times.time, times.status)}
    kept = [name for name in sheet.header if name not in own]
    if mapping.baseline is not None:
        kept = [name for name in kept if name in mapping.baseline]
    at = {name: sheet.header.index(name) for name in kept}
    stored = apart_in_store(sheet.header, sheet.file, report)
    taken = adtte_columns.TAKEN
    label = mapping.treatment.column or "treatment"
    times = Times(
        file=sheet.file,
        header=stored,
        folder=folder,
        candidates={place: stored[place] for name, place in at.items() if name.lower() not in taken},
        treatment_column=label,
        treatment_label=f"Treatment ({label})",
        key=mapping.patient_id.column or "row",
        time_column=mapping.endpoints[0].time,
        spelling=table.spelling,
        own_columns=frozenset(
            called
            for name, called in zip(sheet.header, stored, strict=True)
            if name in own or mapping.baseline is not None
        ),
    )
    absent: Counter[str] = Counter()
    with times:
        for patient, records in table.patients(many_rows=False).items():
            line, cells = records[0]
            times.keep(line, [table.text(cells, name) for name in sheet.header])
            treatment = table.cell(cells, mapping.treatment).strip()
            treatment = NOT_RECORDED if table.spelling.is_missing(treatment) else treatment
            for columns in mapping.endpoints:
                if not _add(table, times, columns, patient, line, cells, treatment):
                    absent[columns.code] += 1
    for code, n in sorted(absent.items()):
        report.note(f"{n} patients have neither time nor status of {code}: they have no row of it.")
    return times


def _add(
    table: MappedTable,
    times: Times,
    columns: TimeColumns,
    patient: str,
    line: int,
    cells: list[str],
    treatment: str,
) -> bool:
    """Add the time of one endpoint; return False where the patient has none."""
    time, status = table.text(cells, columns.time), table.text(cells, columns.status)
    blank_time, blank_status = table.spelling.is_missing(time), table.spelling.is_missing(status)
    said = dict.fromkeys(columns.event, Status.EVENT)
    said |= dict.fromkeys(columns.censored, Status.CENSORED)
    said |= dict.fromkeys(columns.competing, Status.COMPETING_DEATH)
    known = _known(status, said)
    if known is not None:
        blank_status = False
    if blank_time and blank_status:
        return False

    def refuse(rule: str, column: str, words: str, value: str) -> None:
        table.report.add(
            rule, table.sheet.file, words, line=line, column=column, value=value, patient=patient
        )

    if blank_time or blank_status:
        column, other = (columns.time, columns.status) if blank_time else (columns.status, columns.time)
        refuse("cell-empty", column, f"is empty, but {other} is not. Fill it in or empty both.", "")
        return True
    if known is None:
        words = (
            f"{quoted(status)} has no meaning for {columns.code}: it is none of {listed(sorted(said))}. "
            "Say whether it is an event or censored."
        )
        refuse("status-unmapped", columns.status, words, status)
    try:
        aval = read_number(time, table.spelling.decimal)
    except CellRefused as why:
        refuse("aval", columns.time, str(why), time)
        return True
    why_not = "" if aval >= 0 else f"{quoted(time)} is negative. A time counts from 0."
    why_not = why_not or too_long(aval, columns.unit)
    if not why_not and columns.unit is TimeUnit.DAYS and not is_whole(aval):
        why_not = f"{quoted(time)} is not a whole number of days. Check the unit."
    if why_not:
        refuse("aval", columns.time, why_not, time)
    elif known is not None:
        times.names.setdefault(columns.code, columns.name)
        if known is Status.COMPETING_DEATH and columns.code in DEATH_IS_EVENT:
            words = f"a death before the event of {columns.code}, but death is its event. Kept as told."
            refuse("death-in-composite", columns.status, words, status)
        times.add(
            line,
            patient,
            columns.code,
            treatment=treatment,
            aval=aval,
            unit=columns.unit,
            status=known,
            reason=REASONS[known],
        )
    return True


def _known(status: str, said: dict[str, Status]) -> Status | None:
    """Return what a status value means: as it was said, or else as the same whole number, 2.0 being 2."""
    if status in said:
        return said[status]
    same = {meaning for value, meaning in said.items() if _whole(value) == _whole(status)}
    return same.pop() if len(same) == 1 else None


def _whole(text: str) -> str:
    """Return a whole number without the decimals that R and spreadsheets add; other text as it is."""
    return WHOLE.sub(r"\1", text)
