"""Source tables in: a sheet a table, every cell converted by the contract."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gepnet_core.contract import TABLES, Row, Table, Value
from gepnet_core.errors import FileRefused, quoted
from gepnet_core.intake.cells import PLAIN, Spelling, convert, folded
from gepnet_core.intake.dates import CellRefused
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import Source, SourceRow
from gepnet_core.vocabulary import VERSION_COLUMN


def read_source(
    sheets: Sequence[Sheet], report: Report, spelling: Spelling = PLAIN, not_recorded: Collection[str] = ()
) -> Source:
    """Return the six tables out of sheets of their names (any case); other sheets are passed over, and said.

    A table in `not_recorded` may be absent. What breaks a rule goes into the report; rows that do are left out
    of the result.
    """
    source = Source()
    by_name: dict[str, Sheet] = {}
    for sheet in sorted(sheets, key=lambda one: not one.header):  # those that are wholly empty last
        name = sheet.name.casefold().replace(" ", "_")
        if name in by_name and sheet.header:
            report.add(
                "header-duplicate", sheet.file, f"holds the table {quoted(name)} a second time. Keep one."
            )
        by_name.setdefault(name, sheet)
    for table in TABLES:
        found = by_name.pop(table.name, None)
        if found is None and table.name in not_recorded:
            continue
        if found is None:
            report.add("table-missing", table.file, "is not there. Add it, with its header at least.")
            source.incomplete.add(table.name)
            continue
        source.files[table.name] = found.file
        if not found.header:
            report.add("file-empty", found.file, "is empty: give the sheet its header, at least.")
            source.incomplete.add(table.name)
            continue
        lost = _lost(report)
        try:
            rows = _read_table(found, table, source, report, spelling)
        except FileRefused as refused:
            report.take(refused)
            source.incomplete.add(table.name)
            continue
        if _lost(report) > lost:
            source.incomplete.add(table.name)
        elif table.name == "patients" and rows == 0:
            report.add("file-empty", found.file, "has no patient. Add at least one row.")
            source.incomplete.add(table.name)
    for sheet in by_name.values():
        if sheet.header:
            report.note(f"{sheet.file} is none of the tables and was passed over.")
    return source


def _lost(report: Report) -> int:
    """Return how many rows were reported and left out before anybody could tell whose they are."""
    return report.counts["row-length"] + report.counts["cell-formula"]


def _read_table(sheet: Sheet, table: Table, source: Source, report: Report, spelling: Spelling) -> int | None:
    """Read the rows of a table; return how many there are, None where a column is missing."""
    place = _places(sheet, table, report)
    called = {name: sheet.header[at] for name, at in place.items()}
    differs = any(name != heading for name, heading in called.items())
    if any(column.name not in place and not column.optional for column in table.columns):
        source.incomplete.add(table.name)
        return None
    seen: dict[tuple[Value, ...], int] = {}
    n = 0
    for line, record in sheet.rows:
        n += 1
        values: Row = {}
        patient = record[place["patient_id"]].strip()
        refused = False
        for column in table.columns:
            at = place.get(column.name)
            text = record[at] if at is not None else ""
            try:
                values[column.name] = convert(column, text, spelling)
            except CellRefused as why:
                refused = True
                rule = why.rule
                if table.name == "local_treatments" and column.name == "date" and rule == "cell-empty":
                    rule = "treatment-without-date"
                if rule == "id-characters":  # whose row it is, nobody can tell
                    source.incomplete.add(table.name)
                report.add(
                    rule,
                    sheet.file,
                    str(why),
                    line=line,
                    column=called.get(column.name, column.name),
                    value=text.strip(),
                    patient=patient,
                )
        if refused:
            source.spoiled.add(patient)
            continue
        if table.key and _is_double(sheet, table, called, values, seen, line, report):
            source.spoiled.add(patient)
            continue
        source.rows[table.name].append(
            SourceRow(line, values, called) if differs else SourceRow(line, values)
        )
    return n


def plain_name(heading: str) -> str:
    """Return the name of a column whatever its case; blanks are underscores, and what cannot be seen is nothing."""
    return "_".join(folded(heading.replace("_", " ")).split())


def _places(sheet: Sheet, table: Table, report: Report) -> dict[str, int]:
    """Return where the columns of a table stand; what is missing, none of it, or there twice is reported."""
    known = {column.name for column in table.columns}
    sheet.check_single([name for name in sheet.twice if plain_name(name) in known], any_case=False)
    plain = {plain_name(heading): at for at, heading in reversed(list(enumerate(sheet.header)))}
    place = {name: at for name, at in plain.items() if name in known}
    place |= {name: at for at, name in enumerate(sheet.header) if name in known}
    for column in table.columns:
        if column.name not in place and not column.optional:
            words = "is missing. Add the column."
            report.add("column-missing", sheet.file, words, line=sheet.line, column=column.name)
    for at, heading in enumerate(sheet.header):
        name = plain_name(heading)
        if heading == VERSION_COLUMN:
            continue
        if name not in known:
            words = "is not part of the table. Remove it."
            report.add("column-unknown", sheet.file, words, line=sheet.line, column=heading)
        elif place[name] != at:
            words = f"is the column {name}, as is {quoted(sheet.header[place[name]])}. Remove one of the two."
            report.add("header-duplicate", sheet.file, words, line=sheet.line, column=heading, value=heading)
    return place


def _is_double(
    sheet: Sheet,
    table: Table,
    called: Mapping[str, str],
    values: Row,
    seen: dict[tuple[Value, ...], int],
    line: int,
    report: Report,
) -> bool:
    """Report a row whose key another row has."""
    key = tuple(values[name] for name in table.key)
    if seen.setdefault(key, line) == line:
        return False
    report.add(
        "id-duplicate",
        sheet.file,
        f"the same as on line {seen[key]}. Each row needs its own.",
        line=line,
        column=" and ".join(called[name] for name in table.key),
        value=" ".join(str(part) for part in key),
        patient=str(values["patient_id"]),
    )
    return True
