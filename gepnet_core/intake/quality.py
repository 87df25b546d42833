"""Warnings of the source tables: what may be right, but a person should look at."""

from __future__ import annotations

from datetime import date

from gepnet_core.contract import TABLES, TABLES_BY_NAME, Column, Table
from gepnet_core.errors import listed
from gepnet_core.intake.checks import treatments_by_day
from gepnet_core.intake.doubles import warn_doubles
from gepnet_core.intake.left_out import warn_left_out
from gepnet_core.intake.new_therapies import warn_new_therapies
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import SAME, Source
from gepnet_core.intake.warning_rules import (
    HEAPING_FROM,
    HEAPING_SHARE,
    KI67_FROM,
    MISSING_SHARE,
    UNSEEN_MONTHS,
)
from gepnet_core.settings import Settings

GRADES = {"G1": 1, "G2": 2, "G3": 3}


def warn_source(source: Source, report: Report, settings: Settings, extracted: date | None) -> None:
    """Report what is worth a look; nothing here blocks an import."""
    _grade_below_ki67(source, report)
    _fractions(source, report)
    for row, modalities in treatments_by_day(source):
        words = f"{listed(sorted(modalities))} on one day, {row.values['date']}."
        source.find(report, "same-day", "local_treatments", row, "date", words)
    for table in TABLES:
        for column in table.columns:
            _heaping(source, table, column, report)
            _missing(source, table, column, report)
    if extracted is not None:
        _not_seen(source, report, extracted)
    warn_doubles(source, report)
    warn_new_therapies(source, report)
    warn_left_out(source, report, settings)


def implied_grade(ki67_percent: float) -> int:
    """Return the WHO grade that Ki-67 alone implies: below 3 % 1, 3 to 20 % 2, above 3.

    References
    ----------
    WHO Classification of Tumours, Digestive System Tumours, 5th edition (2019): neuroendocrine tumours.
    """
    return 1 if ki67_percent < 3 else 2 if ki67_percent <= 20 else 3


def _grade_below_ki67(source: Source, report: Report) -> None:
    for row in source["patients"]:
        grade, ki67 = GRADES.get(str(row.values["tumour_grade"])), row.values["ki67_percent"]
        if grade is not None and isinstance(ki67, (int, float)) and grade < implied_grade(ki67):
            words = f"G{grade} with Ki-67 {ki67:g} %, which alone implies G{implied_grade(ki67)}."
            source.find(report, "grade-below-ki67", "patients", row, "tumour_grade", words)


def _fractions(source: Source, report: Report) -> None:
    held = [row.values["ki67_percent"] for row in source["patients"]]
    numbers = [ki67 for ki67 in held if isinstance(ki67, (int, float))]
    if len(numbers) >= KI67_FROM and max(numbers) <= 1:
        words = (
            f"all {len(numbers)} values lie between 0 and 1: they look like fractions of 1. Write per cent, from "
            "0 to 100."
        )
        column = next(one for one in TABLES_BY_NAME["patients"].columns if one.name == "ki67_percent")
        report.add(
            "ki67-fraction",
            source.files["patients"],
            words,
            column=_called(source, TABLES_BY_NAME["patients"], column),
        )


def _heaping(source: Source, table: Table, column: Column, report: Report) -> None:
    if column.sql_type != "DATE":
        return
    days = [row.values[column.name] for row in source[table.name]]
    dated = [day for day in days if isinstance(day, date)]
    first = sum(day.day == 1 for day in dated)
    if len(dated) >= HEAPING_FROM and first > HEAPING_SHARE * len(dated):
        words = f"{first} of {len(dated)} dates are the first of a month."
        report.add("first-of-month", source.files[table.name], words, column=_called(source, table, column))


def _missing(source: Source, table: Table, column: Column, report: Report) -> None:
    # a mapping may leave a column of the contract out: then the file has no such column
    rows = [row for row in source[table.name] if row.columns is SAME or column.name in row.columns]
    empty = sum(row.values.get(column.name) is None for row in rows)
    meant = column.required or column.optional or column.blank_means
    if not meant and rows and empty > MISSING_SHARE * len(rows):
        words = f"{empty} of {len(rows)} cells are empty ({100 * empty / len(rows):.0f} %)."
        report.add("missing-share", source.files[table.name], words, column=_called(source, table, column))


def _called(source: Source, table: Table, column: Column) -> str:
    """Return the names that a column has in the file."""
    names = {row.columns.get(column.name, column.name) for row in source[table.name]}
    return listed(sorted(names), 3)


def _not_seen(source: Source, report: Report, extracted: date) -> None:
    since = months_before(extracted, UNSEEN_MONTHS)
    for row in source["follow_up"]:
        contact = row.values["last_contact_date"]
        alive = row.values["death_date"] is None and row.values.get("vital_status") != "dead"
        if alive and isinstance(contact, date) and contact < since:
            words = f"last seen on {contact}, the data are of {extracted}."
            source.find(report, "not-seen", "follow_up", row, "last_contact_date", words)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(years, month + 1, last)
        except ValueError:
            continue
    return date(years, month + 1, day.day)
