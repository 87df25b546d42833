"""One table of many columns into source tables, by a mapping: a chart review's row a patient, or REDCap's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from gepnet_core.contract import TABLES_BY_NAME, Row
from gepnet_core.errors import quoted
from gepnet_core.intake.cells import convert
from gepnet_core.intake.dates import CellRefused, read_date
from gepnet_core.intake.mapped_table import MappedTable, Record
from gepnet_core.intake.mapping import SINGLE_TABLES, Cell, ColumnMapping, Group
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import Source, SourceRow
from gepnet_core.settings import Settings

FILLED_HERE = {"patient_id", "treatment_id", "treatment"}


def read_mapped(
    sheet: Sheet,
    mapping: ColumnMapping,
    report: Report,
    *,
    many_rows: bool = False,
    without: frozenset[str] = frozenset(),
) -> Source:
    """Return the source tables that a mapping makes of a table.

    Parameters
    ----------
    many_rows
        True: a patient may have several rows (REDCap's events and repeats). What a patient has once may stand
        on any of them, but must not differ; of the last contact, asked at each visit, the latest counts. Each row
        that fills a column of a repeated table is a row of it.
    without
        Patients who are left out.

    Raises
    ------
    FileRefused
        If the table has no row; all else that is broken goes into the report.
    """
    for group in mapping.groups:
        _check_group(group, sheet, report)
    report.stop_on_errors()
    table = MappedTable(sheet, mapping, report, without)
    source = Source(files=dict.fromkeys(TABLES_BY_NAME, sheet.file))
    columns = [_called(group, mapping.patient_id) for group in mapping.groups]
    for patient, records in table.patients(many_rows=many_rows).items():
        _add_single(table, source, "patients", patient, records)
        _add_single(table, source, "follow_up", patient, records)
        for group, called in zip(mapping.groups, columns, strict=True):
            if group.table not in SINGLE_TABLES:
                for line, cells in records:
                    if any(table.is_filled(cells, column) for column in group.columns):
                        _add(table, source, group, called, patient, line, cells)
    _name_treatments(source, mapping.settings)
    return source


def _called(group: Group, patient_id: Cell) -> dict[str, str]:
    """Return the file's names of the columns of a group."""
    cells = {"patient_id": patient_id, **group.cells}
    return {name: cell.column for name, cell in cells.items() if cell.column}


def _check_group(group: Group, sheet: Sheet, report: Report) -> None:
    for column in TABLES_BY_NAME[group.table].columns:
        if column.required and column.name not in group.cells and column.name not in FILLED_HERE:
            words = f'{group.table} needs {column.name}: name its column, or say {{ value = "..." }}.'
            report.add("mapping", sheet.file, words, column=column.name)
    if group.table not in SINGLE_TABLES and not group.columns:
        report.add("mapping", sheet.file, f"{group.table} names no column of the file.", column=group.table)


def _add_single(table: MappedTable, source: Source, name: str, patient: str, records: list[Record]) -> None:
    """Add the one row that a patient has in a table, out of all its rows of the file."""
    group = next(iter(table.mapping.of(name)), Group(name, {}))
    merged = list(records[0][1])
    lines: dict[str, int] = {}
    differs = False
    latest = _latest_contact(table, group, records)
    for line, cells in records:
        for column in group.columns:
            if not table.is_filled(cells, column):
                continue
            at = table.place[column]
            if column in latest and line != latest[column]:
                continue
            if column in lines and merged[at].strip() != cells[at].strip():
                words = (
                    f"{quoted(cells[at].strip())} is not what line {lines[column]} says of the patient, "
                    f"{quoted(merged[at].strip())}. Keep one value."
                )
                table.report.add(
                    "conflict", table.sheet.file, words, line=line, column=column, patient=patient
                )
                differs = True
            lines.setdefault(column, line)
            merged[at] = cells[at]
    if differs:
        source.spoiled.add(patient)
        return
    called = _called(group, table.mapping.patient_id)
    first = min(lines.values(), default=records[0][0])
    _add(table, source, group, called, patient, first, merged, lines)


def _latest_contact(table: MappedTable, group: Group, records: list[Record]) -> dict[str, int]:
    """Return the column of the last contact and the line of its latest date; of one that is no date, if any.

    Nothing where the patient has one row, or the column says something else too.
    """
    cell = group.cells.get("last_contact_date", Cell()) if group.table == "follow_up" else Cell()
    if len(records) < 2 or group.columns.count(cell.column) != 1:
        return {}

    def day(record: Record) -> date:
        try:
            spelled = table.spelling.format_of(cell.column)
            return read_date(table.text(record[1], cell.column), spelled)
        except CellRefused:
            return date.max

    dated = [record for record in records if table.is_filled(record[1], cell.column)]
    return {cell.column: max(dated, key=day)[0]} if dated else {}


def _add(
    table: MappedTable,
    source: Source,
    group: Group,
    called: dict[str, str],
    patient: str,
    line: int,
    cells: Sequence[str],
    lines: Mapping[str, int] | None = None,
) -> None:
    """Convert a row by the contract and add it; what cannot be converted is reported, on the line of its column."""
    values: Row = {"patient_id": patient}
    refused = False
    for column in TABLES_BY_NAME[group.table].columns:
        if column.name in FILLED_HERE:
            continue
        cell = group.cells.get(column.name, Cell())
        try:
            values[column.name] = convert(column, table.cell(cells, cell), table.spelling, cell.column)
        except CellRefused as why:
            refused = True
            rule, words = why.rule, str(why)
            if group.table == "local_treatments" and column.name == "date" and rule == "cell-empty":
                rule = "treatment-without-date"
            if rule == "value-not-allowed":
                words += " Or map the value to one of them."
            table.report.add(
                rule,
                table.sheet.file,
                words,
                line=(lines or {}).get(cell.column, line),
                column=cell.column or column.name,
                value=table.cell(cells, cell),
                patient=patient,
            )
    if refused:
        source.spoiled.add(patient)
        return
    for one in _one_by_one(values):
        source.rows[group.table].append(SourceRow(line, one, called))


def _one_by_one(values: Row) -> list[Row]:
    """Return a row for each agent of "A; B", as ticked boxes are read: each may be new or known by itself."""
    agents = str(values.get("agent") or "").split(";")
    if len(agents) < 2:
        return [values]
    return [{**values, "agent": agent.strip()} for agent in agents if agent.strip()]


def _name_treatments(source: Source, settings: Settings) -> None:
    """Give each local treatment an id, and each side effect the last treatment up to its day.

    Of two treatments on one day it is the one that would be the index treatment.
    """
    places = {modality.value: place for place, modality in enumerate(settings.modalities)}
    last = {modality.value: 1 for modality in settings.excluded}
    treated: dict[str, list[tuple[date, tuple[int, int, str], str]]] = defaultdict(list)
    for row in source["local_treatments"]:
        name = f"{row.patient}-{len(treated[row.patient]) + 1}"
        row.values["treatment_id"] = name
        day, modality = row.values["date"], str(row.values["modality"])
        assert isinstance(day, date)
        order = (last.get(modality, 0), places.get(modality, len(places)), modality)
        treated[row.patient].append((day, order, name))
    for row in source["adverse_events"]:
        day = row.values["date"]
        assert isinstance(day, date)
        row.values["treatment"] = _latest(treated[row.patient], day, whole=row.patient not in source.spoiled)


def _latest(treated: Sequence[tuple[date, tuple[int, int, str], str]], day: date, *, whole: bool) -> str:
    """Return the last treatment on or before a day, else the first of all; empty without any.

    `whole` False: a treatment was refused, and may be the one.
    """
    before = max((treated_on for treated_on, _, _ in treated if treated_on <= day), default=None)
    if before is None and not whole:
        return ""
    first = before or min((treated_on for treated_on, _, _ in treated), default=None)
    return min(
        ((order, name) for treated_on, order, name in treated if treated_on == first), default=((), "")
    )[1]
