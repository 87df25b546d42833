"""The source tables: columns, types, keys, allowed values and the order of dates.

Everything is read as text first and converted here; a table that breaks a rule is refused with its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gepnet_core.errors import FileRefused, OptionRefused, quoted
from gepnet_core.records import read_records
from gepnet_core.view import parse_date, plain_number

Value = str | int | float | date | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its DuckDB type, whether it may be empty, and the values it allows."""

    name: str
    sql_type: str = "VARCHAR"
    required: bool = True
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    label: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One source table: its columns and the columns that tell its rows apart (none: rows may repeat)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The CSV file that holds the table."""
        return f"{self.name}.csv"


PATIENT_ID = Column("patient_id", label="Patient", help="pseudonym of the patient, the same in every table")
TABLES = (
    Table(
        "patients",
        (
            PATIENT_ID,
            Column("sex", allowed=("female", "male"), required=False, label="Sex", help="sex as recorded"),
            Column(
                "birth_year",
                "INTEGER",
                low=1880,
                high=2100,
                label="Year of birth",
                help="calendar year in which the patient was born",
            ),
            Column(
                "primary_site",
                label="Primary site",
                help="organ in which the tumour arose; which of them are GEP-NET is a setting",
            ),
            Column(
                "tumour_grade",
                allowed=("G1", "G2", "G3"),
                required=False,
                label="Tumour grade (WHO)",
                help="WHO grade of the tumour; not the grade of a side effect",
            ),
            Column(
                "ki67_percent",
                "DOUBLE",
                required=False,
                low=0,
                high=100,
                label="Ki-67 (%)",
                help="share of tumour cells that stain for Ki-67",
            ),
            Column(
                "functional",
                allowed=("yes", "no"),
                required=False,
                label="Functional tumour",
                help="whether the tumour causes a hormone syndrome",
            ),
            Column(
                "metastatic_date",
                "DATE",
                required=False,
                label="First metastasis",
                help="day on which metastases were first known; empty: not metastatic",
            ),
        ),
        key=("patient_id",),
    ),
    Table(
        "local_treatments",
        (
            Column(
                "treatment_id",
                label="Treatment",
                help="name of the treatment, unique in the table; side effects point to it",
            ),
            PATIENT_ID,
            Column(
                "date",
                "DATE",
                label="Date of treatment",
                help="day of the treatment; that of the index treatment is time zero",
            ),
            Column(
                "modality",
                label="Modality",
                help="kind of local treatment, such as resection, RFA, EBRT or HAE",
            ),
            Column(
                "target_site",
                required=False,
                label="Target site",
                help="what was treated, such as liver or bone",
            ),
            Column(
                "indication",
                required=False,
                label="Indication",
                help="why it was treated; eligibility looks for focal progression",
            ),
        ),
        key=("treatment_id",),
    ),
    Table(
        "systemic_therapies",
        (
            PATIENT_ID,
            Column("agent", label="Agent", help="drug or fixed combination; a row for each course of it"),
            Column("start_date", "DATE", label="Start", help="first day of the course"),
            Column(
                "stop_date",
                "DATE",
                required=False,
                label="Stop",
                help="last day of the course; empty: it still went on at the last contact",
            ),
        ),
    ),
    Table(
        "progressions",
        (
            PATIENT_ID,
            Column(
                "date", "DATE", label="Date of progression", help="day on which the progression was found"
            ),
            Column(
                "extent",
                allowed=("focal", "multifocal"),
                label="Extent",
                help="focal: at one site; multifocal: at several",
            ),
        ),
    ),
    Table(
        "adverse_events",
        (
            PATIENT_ID,
            Column(
                "date", "DATE", label="Date", help="day of onset; not before the treatment that it belongs to"
            ),
            Column("term", label="Term (CTCAE)", help="what happened, as a preferred term of CTCAE"),
            Column(
                "ctcae_grade",
                "INTEGER",
                low=1,
                high=5,
                label="Grade (CTCAE)",
                help="severity by CTCAE, from 1 (mild) to 5 (death)",
            ),
            Column(
                "treatment",
                label="Local treatment",
                help="treatment_id of the local treatment that it followed, of the same patient",
            ),
        ),
    ),
    Table(
        "follow_up",
        (
            PATIENT_ID,
            Column(
                "last_contact_date",
                "DATE",
                label="Last contact",
                help="last day on which the patient is known to be alive, or the day of death",
            ),
            Column(
                "death_date",
                "DATE",
                required=False,
                label="Death",
                help="day of death; empty: not known to have died",
            ),
        ),
        key=("patient_id",),
    ),
)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A converted row with the line of the file on which it starts."""

    line: int
    values: Row


Source = Mapping[str, Sequence[SourceRow]]


def convert(column: Column, text: str) -> Value:
    """Return the value that a cell spells; raise OptionRefused with what is wrong and the remedy."""
    text = text.strip()
    if not text:
        if column.required:
            raise OptionRefused("is empty. Fill it in or remove the row.")
        return None
    if column.allowed and text not in column.allowed:
        raise OptionRefused(f"{quoted(text)} is not one of {', '.join(column.allowed)}.")
    if column.sql_type == "DATE":
        return plausible(parse_date(text))
    if column.sql_type in ("INTEGER", "DOUBLE"):
        number = parse_number(text)
        if column.sql_type == "INTEGER" and number != int(number):
            raise OptionRefused(f"{quoted(text)} is not a whole number.")
        if (column.low is not None and number < column.low) or (
            column.high is not None and number > column.high
        ):
            raise OptionRefused(f"{quoted(text)} is not between {column.low:g} and {column.high:g}.")
        return int(number) if column.sql_type == "INTEGER" else number
    return text


def plausible(day: date) -> date:
    """Return a date within reach of living patients; raise OptionRefused otherwise."""
    if not 1850 <= day.year <= 2150:
        raise OptionRefused(f"{day} cannot be the date of a patient's record. Correct the year.")
    return day


def parse_number(text: str) -> float:
    """Return a finite number written with digits and a decimal point; raise OptionRefused otherwise."""
    number = plain_number(text)
    if number - number != 0.0:
        raise OptionRefused(f"{quoted(text)} is not a number. Write it with digits and a decimal point.")
    return number


def read_source(folder: Path) -> dict[str, list[SourceRow]]:
    """Read and check the six source tables of a folder.

    Raises
    ------
    FileRefused
        With file, line, column and reason, at the first rule that is broken.
    """
    source = {table.name: _read_table(folder / table.file, table) for table in TABLES}
    _check_references(source)
    _check_date_order(source)
    return source


def _read_table(path: Path, table: Table) -> list[SourceRow]:
    records = read_records(path)
    _, header = next(records)
    for column in table.columns:
        if column.name not in header:
            raise FileRefused(path.name, "is missing. Add the column.", line=1, column=column.name)
    known = {column.name for column in table.columns}
    for name in header:
        if name not in known:
            raise FileRefused(path.name, "is not part of the table. Remove it.", line=1, column=name)
    place = {name: at for at, name in enumerate(header)}
    rows: list[SourceRow] = []
    seen: dict[tuple[Value, ...], int] = {}
    for line, record in records:
        values: Row = {}
        for column in table.columns:
            try:
                values[column.name] = convert(column, record[place[column.name]])
            except OptionRefused as refused:
                raise FileRefused(path.name, str(refused), line=line, column=column.name) from None
        if table.key:
            key = tuple(values[name] for name in table.key)
            if key in seen:
                raise FileRefused(
                    path.name,
                    f"the same as on line {seen[key]}. Each row needs its own.",
                    line=line,
                    column=" and ".join(table.key),
                )
            seen[key] = line
        rows.append(SourceRow(line, values))
    if table.name == "patients" and not rows:
        raise FileRefused(path.name, "has no patient. Add at least one row.")
    return rows


def _check_references(source: Source) -> None:
    patients = {row.values["patient_id"] for row in source["patients"]}
    for table in TABLES:
        for row in source[table.name]:
            if row.values["patient_id"] not in patients:
                raise FileRefused(
                    table.file,
                    "names a patient who is not in patients.csv. Add the patient or remove the row.",
                    line=row.line,
                    column="patient_id",
                )
    followed = {row.values["patient_id"] for row in source["follow_up"]}
    for row in source["patients"]:
        if row.values["patient_id"] not in followed:
            raise FileRefused(
                "patients.csv",
                "has no row in follow_up.csv, so the end of observation is unknown. Add one.",
                line=row.line,
                column="patient_id",
            )
    treated = {row.values["treatment_id"]: row.values for row in source["local_treatments"]}
    for row in source["adverse_events"]:
        treatment = treated.get(row.values["treatment"], {})
        if treatment.get("patient_id") != row.values["patient_id"]:
            raise FileRefused(
                "adverse_events.csv",
                "names no local treatment of this patient. Give the treatment_id of one.",
                line=row.line,
                column="treatment",
            )
        noticed, treated_on = row.values["date"], treatment.get("date")
        if isinstance(noticed, date) and isinstance(treated_on, date) and noticed < treated_on:
            raise FileRefused(
                "adverse_events.csv",
                f"{noticed} lies before the treatment it belongs to ({treated_on}). Correct one of the two.",
                line=row.line,
                column="date",
            )


def _check_date_order(source: Source) -> None:
    born = {row.values["patient_id"]: row.values["birth_year"] for row in source["patients"]}
    contact = {row.values["patient_id"]: row.values["last_contact_date"] for row in source["follow_up"]}
    death = {row.values["patient_id"]: row.values["death_date"] for row in source["follow_up"]}
    for table in TABLES:
        dated = [column.name for column in table.columns if column.sql_type == "DATE"]
        for row in source[table.name]:
            patient = row.values["patient_id"]
            for name in dated:
                day = row.values[name]
                if not isinstance(day, date):
                    continue
                broken = _broken_order(name, day, born[patient], contact[patient], death[patient])
                if broken:
                    raise FileRefused(table.file, broken, line=row.line, column=name)
            start, stop = row.values.get("start_date"), row.values.get("stop_date")
            if isinstance(start, date) and isinstance(stop, date) and stop < start:
                raise FileRefused(
                    table.file, "lies before start_date. Swap the dates.", line=row.line, column="stop_date"
                )


def _broken_order(name: str, day: date, born: Value, contact: Value, death: Value) -> str | None:
    """Return why a date cannot stand where it does, or None."""
    if isinstance(born, int) and day.year < born:
        return f"{day} lies before the patient's year of birth. Correct one of the two."
    if isinstance(death, date) and day > death:
        return f"{day} lies after the patient's death. Correct one of the two dates."
    planned = name in ("stop_date", "death_date", "last_contact_date")
    if not planned and isinstance(contact, date) and day > contact:
        return f"{day} lies after the patient's last contact. Correct one of the two dates."
    return None
