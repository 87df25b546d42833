"""ADTTE-shaped files: CDISC's time-to-event rows, converted once, at the edge, to `time_to_event`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gepnet_core import adtte_columns
from gepnet_core.contract import Row, parse_number, plausible
from gepnet_core.errors import FileRefused, OptionRefused, listed, quoted
from gepnet_core.records import read_records
from gepnet_core.view import parse_date
from gepnet_core.vocabulary import DEATH_IS_EVENT, NOT_RECORDED, Endpoint, Status, TimeUnit, endpoint_named

TREATMENT_COLUMNS = ("TRTP", "TRT01P")
REQUIRED = ("USUBJID", "PARAMCD", "PARAM", "AVAL", "CNSR")
UNITS = {
    word: unit
    for unit, words in {
        TimeUnit.DAYS: ("D", "DAY", "DAYS"),
        TimeUnit.WEEKS: ("W", "WK", "WEEK", "WEEKS"),
        TimeUnit.MONTHS: ("M", "MO", "MONTH", "MONTHS"),
        TimeUnit.YEARS: ("Y", "YR", "YEAR", "YEARS"),
    }.items()
    for word in words
}
CORE = (*REQUIRED, *TREATMENT_COLUMNS, "AVALU", "EVNTDESC", "STARTDT", "ADT")
WHOLE = 1e-6
MOST_CNSR = 999
LONGEST = 55_000  # days; about 150 years


@dataclass(slots=True)
class Record:
    """One row of the file: converted values and the line on which it starts."""

    line: int
    patient_id: str
    endpoint: str
    parameter: str
    aval: float
    unit: TimeUnit | None
    cnsr: int
    reason: str
    start: date | None
    end: date | None
    other: list[str]

    def days(self, unit: TimeUnit) -> int:
        """Return the time in whole days, rounded to the nearest (half to even, as R)."""
        return round(self.aval * unit.days)


@dataclass(slots=True)
class Adtte:
    """An ADTTE file ready for the store.

    `offset` is AVAL - (ADT - STARTDT), 0 or 1 throughout; None where dates are missing or do not agree,
    and then `no_dates` says why. `messages` tell what the reader decided.
    """

    cohort: list[Row]
    baseline: list[tuple[str, str, str]]
    time_to_event: list[Row]
    endpoints: list[Endpoint]
    treatment_column: str
    offset: int | None
    no_dates: str
    original: list[list[str]] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def read_adtte(path: Path, *, time_unit: TimeUnit | None = None, competing_cnsr: int | None = None) -> Adtte:
    """Read an ADTTE-shaped CSV file.

    Parameters
    ----------
    time_unit
        The unit of AVAL where the file has no AVALU and the dates do not tell.
    competing_cnsr
        The CNSR value that means death before the event; never inferred from text. A value that does not
        occur is no error.

    Raises
    ------
    FileRefused
        With file, line, column and reason, at the first rule that is broken.
    """
    if competing_cnsr is not None and competing_cnsr < 1:
        raise OptionRefused(
            f"CNSR {competing_cnsr} cannot mean a competing death: 0 is the event. Give 1 or more."
        )
    rows = read_records(path)
    _, names = next(rows)
    header = [name.upper() if name.upper() in CORE else name for name in names]
    for name in REQUIRED:
        if name not in header:
            raise FileRefused(path.name, "is missing. Add the column.", line=1, column=name)
    treatment = next((name for name in TREATMENT_COLUMNS if name in header), None)
    if treatment is None:
        raise FileRefused(
            path.name, "is missing. Add the planned treatment.", line=1, column=" or ".join(TREATMENT_COLUMNS)
        )
    original: list[list[str]] = []
    records = list(_records(path, header, rows, original))
    if not records:
        raise FileRefused(path.name, "has no row below the header. Add at least one.")
    _check_unique(path, records)
    unit, unit_said = _unit(path, records, time_unit)
    _check_longest(path, records, unit)
    offset, no_dates = _offset(records, unit)
    if unit is None and offset is None and any(record.unit is None for record in records):
        raise FileRefused(
            path.name,
            "the file does not say the unit of AVAL, and the dates do not show that it is days. "
            "Give --time-unit days, weeks, months or years.",
            column="AVALU",
        )
    adtte = Adtte([], [], [], [], treatment, offset, no_dates, original, header)
    if unit_said:
        adtte.messages.append(unit_said)
    _fill_times(path, adtte, records, unit, competing_cnsr)
    _fill_cohort(path, adtte, records, treatment)
    return adtte


def _records(
    path: Path, header: list[str], rows: Iterator[tuple[int, list[str]]], original: list[list[str]]
) -> Iterator[Record]:
    at = {name: header.index(name) if name in header else None for name in CORE}
    for line, cells in rows:
        original.append(cells)

        def text(name: str, cells: list[str] = cells) -> str:
            place = at[name]
            return "" if place is None else cells[place].strip()

        def refuse(name: str, reason: str, line: int = line) -> FileRefused:
            return FileRefused(path.name, reason, line=line, column=name)

        for name in ("USUBJID", "PARAMCD", "AVAL", "CNSR"):
            if not text(name):
                raise refuse(name, "is empty. Fill it in or remove the row.")
        numbers: dict[str, float] = {}
        for name in ("AVAL", "CNSR"):
            try:
                numbers[name] = parse_number(text(name))
            except OptionRefused as refused:
                raise refuse(name, str(refused)) from None
            if numbers[name] < 0:
                raise refuse(name, f"{quoted(text(name))} is negative. A time or a code counts from 0.")
        if numbers["CNSR"] != int(numbers["CNSR"]) or numbers["CNSR"] > MOST_CNSR:
            raise refuse(
                "CNSR", f"{quoted(text('CNSR'))} is not a whole number up to {MOST_CNSR}. 0 is the event."
            )
        dates: dict[str, date | None] = {}
        for name in ("STARTDT", "ADT"):
            try:
                dates[name] = plausible(parse_date(text(name))) if text(name) else None
            except OptionRefused as refused:
                raise refuse(name, str(refused)) from None
        start, end = dates["STARTDT"], dates["ADT"]
        if start and end and end < start:
            raise refuse("ADT", f"{end} lies before STARTDT {start}. Correct one of the two.")
        said = text("AVALU")
        if said and said.upper() not in UNITS:
            raise refuse("AVALU", f"{quoted(said)} is not a unit. Use DAYS, WEEKS, MONTHS or YEARS.")
        cnsr = int(numbers["CNSR"])
        yield Record(
            line=line,
            patient_id=text("USUBJID"),
            endpoint=text("PARAMCD"),
            parameter=text("PARAM") or text("PARAMCD"),
            aval=numbers["AVAL"],
            unit=UNITS[said.upper()] if said else None,
            cnsr=cnsr,
            reason=text("EVNTDESC") or ("event" if cnsr == 0 else "censored"),
            start=start,
            end=end,
            other=cells,
        )


def _check_unique(path: Path, records: list[Record]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for record in records:
        key = (record.patient_id, record.endpoint)
        if key in seen:
            raise FileRefused(
                path.name,
                f"the same patient and parameter as on line {seen[key]}. Keep one row of the two.",
                line=record.line,
                column="USUBJID and PARAMCD",
            )
        seen[key] = record.line


def _unit(path: Path, records: list[Record], asked: TimeUnit | None) -> tuple[TimeUnit | None, str]:
    """Return the unit of rows that name none, and a word on where it comes from."""
    silent = [record for record in records if record.unit is None]
    for record in records:
        if asked is not None and record.unit is not None and record.unit is not asked:
            raise FileRefused(
                path.name,
                f"says {record.unit}, but {asked} was asked for. Leave --time-unit out.",
                line=record.line,
                column="AVALU",
            )
    if asked is not None or not silent:
        return asked, ""
    if len(silent) < len(records):
        raise FileRefused(
            path.name,
            f"is empty in {len(silent)} of {len(records)} rows. Fill it in everywhere.",
            line=silent[0].line,
            column="AVALU",
        )
    return None, "AVAL is read as days: it agrees with the dates."


def _check_longest(path: Path, records: list[Record], unit: TimeUnit | None) -> None:
    for record in records:
        spoken = record.unit or unit or TimeUnit.DAYS
        if record.aval * spoken.days > LONGEST:
            raise FileRefused(
                path.name,
                f"'{record.aval:g}' {spoken} is longer than any life. Check the unit.",
                line=record.line,
                column="AVAL",
            )


def _offset(records: list[Record], unit: TimeUnit | None) -> tuple[int | None, str]:
    """Return AVAL - (ADT - STARTDT) where it is 0 or 1 throughout, else None and why."""
    undated = sum(record.start is None or record.end is None for record in records)
    if undated == len(records):
        some = any(record.start or record.end for record in records)
        return None, "no row has both STARTDT and ADT" if some else "the file has no dates"
    if undated:
        return None, f"{undated} of {len(records)} rows have no date"
    found: set[int] = set()
    for record in records:
        spoken = record.unit or unit or TimeUnit.DAYS
        if record.start is not None and record.end is not None:
            if spoken is TimeUnit.DAYS and abs(record.aval - round(record.aval)) > WHOLE:
                return None, "times and dates do not agree"
            found.add(record.days(spoken) - (record.end - record.start).days)
    if found <= {0} or found <= {1}:
        return found.pop(), ""
    return None, "times and dates do not agree"


def _fill_times(
    path: Path, adtte: Adtte, records: list[Record], unit: TimeUnit | None, competing: int | None
) -> None:
    names: dict[str, str] = {}
    odd = 0
    for record in records:
        spoken = record.unit or unit or TimeUnit.DAYS
        if spoken is TimeUnit.DAYS and abs(record.aval - round(record.aval)) > WHOLE:
            raise FileRefused(
                path.name,
                f"'{record.aval:g}' is not a whole number of days. Check the unit.",
                line=record.line,
                column="AVAL",
            )
        if names.setdefault(record.endpoint, record.parameter) != record.parameter:
            raise FileRefused(
                path.name,
                f"{quoted(record.parameter)} names {quoted(record.endpoint)}, which is "
                f"{quoted(names[record.endpoint])} above. Give each PARAMCD one PARAM.",
                line=record.line,
                column="PARAM",
            )
        if record.cnsr == 0:
            status = Status.EVENT
        else:
            status = Status.COMPETING_DEATH if record.cnsr == competing else Status.CENSORED
        odd += status is Status.COMPETING_DEATH and record.endpoint in DEATH_IS_EVENT
        adtte.time_to_event.append(
            {
                "patient_id": record.patient_id,
                "endpoint": record.endpoint,
                "index_date": record.start if adtte.offset is not None else None,
                "days": record.days(spoken),
                "status": int(status),
                "reason": record.reason,
                "aval": record.aval,
                "avalu": str(spoken),
            }
        )
    adtte.endpoints = [endpoint_named(code, name) for code, name in sorted(names.items())]
    if odd:
        adtte.messages.append(
            f"{odd} rows of PFS or OS were said to hold a death before the event, but death is an event of both. "
            "They are kept as told: check CNSR in these rows."
        )
    codes = sorted({record.cnsr for record in records if record.cnsr > 1} - {competing})
    if codes:
        adtte.messages.append(
            f"CNSR {listed([str(code) for code in codes])} counts as censored. If a value means death before "
            "the event, give --competing-cnsr."
        )


def _fill_cohort(path: Path, adtte: Adtte, records: list[Record], treatment: str) -> None:
    """Fill one row a patient: treatment, index date, and the columns that are the same on all its rows."""
    header, place = adtte.header, adtte.header.index(treatment)
    first: dict[str, Record] = {}
    index: dict[str, date | None] = {}
    candidates = adtte_columns.candidates(header, CORE, [endpoint.code for endpoint in adtte.endpoints])
    left_out = [name for name in header if name not in CORE and name not in candidates.values()]
    for record in records:
        known = first.setdefault(record.patient_id, record)
        if known.other[place].strip() != record.other[place].strip():
            raise FileRefused(
                path.name,
                f"the patient has another treatment on line {known.line}. Give each patient one.",
                line=record.line,
                column=treatment,
            )
        for at in [at for at in candidates if known.other[at].strip() != record.other[at].strip()]:
            left_out.append(candidates.pop(at))
        start, before = record.start, index.get(record.patient_id)
        index[record.patient_id] = min(start, before) if start and before else start or before
    kinds = {
        at: adtte_columns.kind(name, [known.other[at].strip() for known in first.values()])
        for at, name in candidates.items()
    }
    adtte.baseline = [(name, name, kinds[at]) for at, name in candidates.items()]
    for patient_id, known in first.items():
        row: Row = {
            "patient_id": patient_id,
            "modality": known.other[place].strip() or NOT_RECORDED,
            "index_date": index[patient_id] if adtte.offset is not None else None,
        }
        for at, name in candidates.items():
            row[name] = adtte_columns.typed(known.other[at].strip(), kinds[at])
        adtte.cohort.append(row)
    if left_out:
        adtte.messages.append(
            f"Kept, but not offered as baseline columns: {listed(left_out)} "
            "(they belong to the record of the event, are known only after time zero, or vary within a patient)."
        )
