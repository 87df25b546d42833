"""The data dictionary: every column of the source tables and of the tables derived from them, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from gepnet_core import delimited
from gepnet_core.contract import PATIENT_ID, TABLES, Column, Table
from gepnet_core.endpoints import BASELINE_COLUMNS
from gepnet_core.vocabulary import TimeUnit

TYPES = {
    "VARCHAR": "text",
    "TINYINT": "whole number",
    "INTEGER": "whole number",
    "BIGINT": "whole number",
    "DOUBLE": "number",
    "DATE": "date YYYY-MM-DD",
}
UNITS = {
    "birth_year": "calendar year",
    "ki67_percent": "%",
    "age_at_index": "years",
    "months_since_metastasis": "months",
    "systemic_agents_so_far": "agents",
    "days": "days",
    "aval": "as avalu says",
}
TABLE_WORDS = {
    "patients": "one row a patient",
    "local_treatments": "one row a local treatment",
    "systemic_therapies": "one row a course of an agent",
    "progressions": "one row a progression",
    "adverse_events": "one row a side effect",
    "follow_up": "exactly one row for each patient of patients",
    "cohort": "derived: one row a patient who is eligible, as known on the index date",
    "time_to_event": "derived: one row a patient and endpoint",
}

_SOURCE = {column.name: column for table in TABLES for column in table.columns}
_BASELINE = {
    **{
        name: _SOURCE[name]
        for name in ("sex", "primary_site", "tumour_grade", "ki67_percent", "functional", "target_site")
    },
    "age_at_index": Column(
        "age_at_index",
        "BIGINT",
        help="year of the index date minus the year of birth; may be a year too high",
    ),
    "months_since_metastasis": Column(
        "months_since_metastasis",
        "DOUBLE",
        low=0,
        help="from the first known metastasis to the index date, to one decimal",
    ),
    "systemic_agents_so_far": Column(
        "systemic_agents_so_far",
        "BIGINT",
        low=0,
        help="different systemic agents started up to and on the index date",
    ),
    "on_systemic_therapy": Column(
        "on_systemic_therapy",
        allowed=("yes", "no"),
        help="whether a systemic agent had been started and not stopped by the index date",
    ),
}
_INDEX_DATE = Column(
    "index_date",
    "DATE",
    required=False,
    label="Index date",
    help="day of the index treatment, time zero; empty where an imported file has no dates",
)
DERIVED = (
    Table(
        "cohort",
        (
            PATIENT_ID,
            replace(
                _SOURCE["modality"], help="kind of the index treatment; the treatment of an imported file"
            ),
            _INDEX_DATE,
            *(replace(_BASELINE[name], label=label) for name, label, _ in BASELINE_COLUMNS),
        ),
        key=("patient_id",),
    ),
    Table(
        "time_to_event",
        (
            PATIENT_ID,
            Column("endpoint", label="Endpoint", help="TTNST, TTAI, PFS or OS; PARAMCD of an imported file"),
            _INDEX_DATE,
            Column("days", "INTEGER", low=0, label="Time", help="whole days from the index date"),
            Column(
                "status",
                "TINYINT",
                low=0,
                high=2,
                label="Status",
                help="0: censored; 1: event; 2: death before the event",
            ),
            Column(
                "reason",
                label="Reason",
                help="what ended the time, such as death or last contact; EVNTDESC of an imported file",
            ),
            Column(
                "aval", "DOUBLE", low=0, label="Original time", help="the time before it became whole days"
            ),
            Column(
                "avalu",
                allowed=tuple(unit.value for unit in TimeUnit),
                label="Unit of the original time",
                help="the unit in which the original time came",
            ),
        ),
        key=("patient_id", "endpoint"),
    ),
)


class Entry(NamedTuple):
    """What the dictionary says of one column; an empty text where there is nothing to say."""

    table: str
    column: str
    type: str
    required: str
    allowed: str
    label: str
    meaning: str
    unit: str


def entries(table: Table) -> list[Entry]:
    """Return what the dictionary says of a table, in the order of its columns."""
    return [
        Entry(
            table=table.name,
            column=column.name,
            type=TYPES[column.sql_type],
            required="yes" if column.required else "no",
            allowed=_allowed(column),
            label=column.label,
            meaning=column.help,
            unit=UNITS.get(column.name, ""),
        )
        for column in table.columns
    ]


def dictionary_rows() -> list[Entry]:
    """Return the whole dictionary: the source tables, then the derived ones."""
    return [entry for table in (*TABLES, *DERIVED) for entry in entries(table)]


def dictionary_lines() -> Iterator[str]:
    """Yield the dictionary as CSV; it belongs to no data set and so names no version."""
    yield delimited.line(Entry._fields)
    for entry in dictionary_rows():
        yield delimited.line(entry)


def _allowed(column: Column) -> str:
    """Return the values or the range that a column allows, in words."""
    if column.allowed:
        return ", ".join(column.allowed)
    if column.low is not None and column.high is not None:
        return f"{column.low:g} to {column.high:g}"
    return "" if column.low is None else f"from {column.low:g}"
