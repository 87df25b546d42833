"""ADTTE-shaped tables: CDISC's time-to-event rows, read once, converted at the edge, never whole in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gepnet_core.errors import FileRefused, OptionRefused, quoted
from gepnet_core.intake import adtte_columns
from gepnet_core.intake.adtte_watch import Watch
from gepnet_core.intake.cells import Spelling, id_fault, read_number
from gepnet_core.intake.dates import CellRefused, DateFormat, read_date
from gepnet_core.intake.heading import apart_in_store
from gepnet_core.intake.reading import Sheet
from gepnet_core.intake.report import Report
from gepnet_core.intake.times import Times, is_whole, too_long
from gepnet_core.vocabulary import DEATH_IS_EVENT, NOT_RECORDED, Status, TimeUnit

TREATMENT_COLUMNS = ("TRTP", "TRT01P")
REQUIRED = ("USUBJID", "PARAMCD", "PARAM", "AVAL", "CNSR")
FILLED = ("USUBJID", "PARAMCD", "AVAL", "CNSR")
CORE = (*REQUIRED, *TREATMENT_COLUMNS, "AVALU", "EVNTDESC", "STARTDT", "ADT")
RULES = {"USUBJID": "id-empty", "AVAL": "aval", "CNSR": "cnsr"}
MOST_CNSR = 999


@dataclass(frozen=True, slots=True)
class AdtteOptions:
    """What only a person can say of an ADTTE file.

    Parameters
    ----------
    time_unit
        The unit of AVAL where the file has no AVALU and the dates do not tell.
    competing_cnsr
        The CNSR value that means death before the event; never inferred from text. A value that does not
        occur is no error.
    censored_cnsr
        CNSR values above 1 that somebody explained: they mean censored.
    extracted
        The day of the export; later dates lie in the future.
    missing
        Words for missing in any column but USUBJID.
    """

    time_unit: TimeUnit | None = None
    competing_cnsr: int | None = None
    censored_cnsr: tuple[int, ...] = ()
    extracted: date | None = None
    date_format: DateFormat = DateFormat.ISO
    decimal: str = "."
    missing: tuple[str, ...] = ()

    @property
    def spelling(self) -> Spelling:
        """How the file writes numbers and what is missing."""
        return Spelling(self.decimal, self.missing)

    def __post_init__(self) -> None:
        code = self.competing_cnsr
        if code is not None and code < 1:
            raise OptionRefused(f"CNSR {code} cannot mean a competing death: 0 is the event. Give 1 or more.")
        if code is not None and code in self.censored_cnsr:
            raise OptionRefused(f"CNSR {code} is said to mean both a competing death and censored.")


@dataclass(slots=True)
class _Seen:
    """What the rows so far say together."""

    rows: int = 0
    silent: int = 0
    first_silent: int = 0
    undated: int = 0
    some_date: bool = False
    disagree: bool = False
    codes: dict[int, tuple[int, int]] = field(default_factory=dict)  # CNSR: first line, rows
    watch: Watch = field(default_factory=Watch)


def read_adtte(
    sheet: Sheet, report: Report, folder: Path, options: AdtteOptions, *, with_adsl: bool = False
) -> Times:
    """Read an ADTTE-shaped table row by row and leave its rows in `folder`.

    `with_adsl` True: the treatment may stand in ADSL instead.

    Raises
    ------
    FileRefused
        Where a column is missing or no row is left. All else that is broken goes into the report.
    """
    sheet.check_single(CORE, any_case=True)
    header = [name.upper() if name.upper() in CORE else name for name in sheet.header]
    header = apart_in_store(header, sheet.file, report)
    for name in REQUIRED:
        if name not in header:
            words = "is missing. Add the column."
            raise FileRefused(sheet.file, words, line=sheet.line, column=name, rule="column-missing")
    treatment = next((name for name in TREATMENT_COLUMNS if name in header), "")
    if not treatment and not with_adsl:
        words, column = "is missing. Add the planned treatment.", " or ".join(TREATMENT_COLUMNS)
        raise FileRefused(sheet.file, words, line=sheet.line, column=column, rule="column-missing")
    times = Times(
        file=sheet.file,
        header=header,
        folder=folder,
        candidates=adtte_columns.candidates(header, CORE),
        treatment_column=treatment,
        treatment_label=f"Treatment ({treatment})",
        key="USUBJID and PARAMCD",
        time_column="AVAL",
        own_columns=frozenset(CORE),
        spelling=options.spelling,
    )
    seen = _Seen(watch=Watch.over(header))
    with times:
        for line, cells in sheet.rows:
            seen.rows += 1
            times.keep(line, cells)
            _Row(sheet.file, header, line, cells, options, report).take(times, seen)
    if not seen.rows:
        raise FileRefused(sheet.file, "has no row below the header. Add at least one.", rule="file-empty")
    _settle(sheet, times, seen, options, report)
    return times


class _Row:
    """One row on its way: each cell that breaks a rule is reported, and then the row counts for nothing."""

    def __init__(
        self,
        file: str,
        header: Sequence[str],
        line: int,
        cells: Sequence[str],
        options: AdtteOptions,
        report: Report,
    ) -> None:
        self.file, self.line, self.options, self.report = file, line, options, report
        self.cells = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        if options.missing:
            missing = options.spelling.is_missing
            blank = [name for name, text in self.cells.items() if name != "USUBJID" and missing(text)]
            self.cells.update(dict.fromkeys(blank, ""))
        self.broken = False

    def text(self, name: str) -> str:
        return self.cells.get(name, "")

    def refuse(self, rule: str, column: str, words: str) -> None:
        self.broken = True
        self.report.add(
            rule,
            self.file,
            words,
            line=self.line,
            column=column,
            value=self.text(column),
            patient=self.text("USUBJID"),
        )

    def number(self, name: str) -> float:
        """Return a number from 0, or NaN after a refusal."""
        try:
            found = read_number(self.text(name), self.options.decimal)
        except CellRefused as why:
            words = f"{quoted(self.text(name))} is no code. 0 is the event, 1 or more is censored."
            self.refuse(RULES[name], name, words if name == "CNSR" else str(why))
            return float("nan")
        if found < 0:
            words = f"{quoted(self.text(name))} is negative. A time or a code counts from 0."
            self.refuse(RULES[name], name, words)
        return found

    def day(self, name: str) -> date | None:
        if not self.text(name):
            return None
        try:
            found = read_date(self.text(name), self.options.date_format)
        except CellRefused as why:
            self.refuse(why.rule, name, str(why))
            return None
        extracted = self.options.extracted
        if extracted is not None and found > extracted:
            words = f"{found} lies after the day of extraction, {extracted}. Correct one of the two."
            self.refuse("after-extraction", name, words)
        return found

    def unit(self, seen: _Seen) -> TimeUnit | None:
        """Return the unit that the row names, if any."""
        said = self.text("AVALU").upper()
        if not said:
            seen.silent += 1
            seen.first_silent = seen.first_silent or self.line
            return None
        found, asked = adtte_columns.UNITS.get(said), self.options.time_unit
        if found is None:
            words = f"{quoted(self.text('AVALU'))} is not a unit. Use DAYS, WEEKS, MONTHS or YEARS."
            self.refuse("aval-unit", "AVALU", words)
        elif asked is not None and found is not asked:
            words = f"says {found}, but {asked} was asked for. Leave --time-unit out."
            self.refuse("aval-unit", "AVALU", words)
        return found

    def take(self, times: Times, seen: _Seen) -> None:
        """Convert the row, add its time, and remember what it says of the whole."""
        for name in FILLED:
            if not self.text(name):
                self.refuse(RULES.get(name, "cell-empty"), name, "is empty. Fill it in or remove the row.")
        if fault := id_fault(self.text("USUBJID")):
            self.refuse("id-characters", "USUBJID", fault)
        aval = self.number("AVAL") if self.text("AVAL") else float("nan")
        cnsr = self.number("CNSR") if self.text("CNSR") else float("nan")
        if cnsr >= 0 and (cnsr != int(cnsr) or cnsr > MOST_CNSR):
            words = f"{quoted(self.text('CNSR'))} is not a whole number up to {MOST_CNSR}. 0 is the event."
            self.refuse("cnsr", "CNSR", words)
        start, end = self.day("STARTDT"), self.day("ADT")
        if start and end and end < start:
            words = f"{end} lies before STARTDT {start}. Correct one of the two."
            self.refuse("observation-before-index", "ADT", words)
        named = self.unit(seen)
        unit = named or self.options.time_unit or TimeUnit.DAYS
        endpoint = self.text("PARAMCD")
        parameter = self.text("PARAM") or endpoint
        if endpoint and times.names.setdefault(endpoint, parameter) != parameter:
            words = (
                f"{quoted(parameter)} names {quoted(endpoint)}, which is {quoted(times.names[endpoint])} above. "
                "Give each PARAMCD one PARAM."
            )
            self.refuse("parameter-name", "PARAM", words)
        if not self.broken and (long := too_long(aval, unit)):
            self.refuse("aval", "AVAL", long)
        told = named is not None or self.options.time_unit is not None
        if not self.broken and unit is TimeUnit.DAYS and not is_whole(aval):
            seen.disagree = True
            if told:
                self.refuse("aval-unit", "AVAL", f"'{aval:g}' is not a whole number of days. Check the unit.")
        if not self.broken:
            seen.watch.flagged(self.line, self.text(seen.watch.flag))
            if named is not None:
                seen.watch.unit(self.line, endpoint, named, self.text("AVALU"))
            self._remember(seen, aval, unit, start, end)
            self._add(times, seen, aval, unit, int(cnsr), start)

    def _remember(
        self, seen: _Seen, aval: float, unit: TimeUnit, start: date | None, end: date | None
    ) -> None:
        seen.some_date = seen.some_date or start is not None or end is not None
        if start is None or end is None:
            seen.undated += 1
        else:
            seen.watch.difference(self.line, round(aval * unit.days) - (end - start).days)

    def _add(
        self, times: Times, seen: _Seen, aval: float, unit: TimeUnit, cnsr: int, start: date | None
    ) -> None:
        endpoint = self.text("PARAMCD")
        if cnsr == 0:
            status = Status.EVENT
        else:
            competing = cnsr == self.options.competing_cnsr
            status = Status.COMPETING_DEATH if competing else Status.CENSORED
        if cnsr > 1 and status is Status.CENSORED:
            first, rows = seen.codes.get(cnsr, (self.line, 0))
            seen.codes[cnsr] = (first, rows + 1)
        if status is Status.COMPETING_DEATH and endpoint in DEATH_IS_EVENT:
            words = (
                f"a death before the event of {endpoint}, but death is its event. Kept as told: check CNSR."
            )
            self.report.add(
                "death-in-composite",
                self.file,
                words,
                line=self.line,
                column="CNSR",
                value=self.text("CNSR"),
                patient=self.text("USUBJID"),
            )
        times.add(
            self.line,
            self.text("USUBJID"),
            endpoint,
            treatment=self.text(times.treatment_column) or NOT_RECORDED,
            aval=aval,
            unit=unit,
            status=status,
            reason=self.text("EVNTDESC") or ("event" if cnsr == 0 else "censored"),
            start=start,
        )


def _settle(sheet: Sheet, times: Times, seen: _Seen, options: AdtteOptions, report: Report) -> None:
    """Decide what only all rows together tell: the unit, and whether times and dates agree."""
    if options.time_unit is None and 0 < seen.silent < seen.rows:
        report.add(
            "aval-unit",
            sheet.file,
            f"is empty in {seen.silent} of {seen.rows} rows. Fill it in everywhere.",
            line=seen.first_silent,
            column="AVALU",
        )
        return
    times.offset, times.no_dates = _offset(seen)
    if options.time_unit is None and seen.silent and times.offset is None and not report.errors:
        report.add(
            "aval-unit",
            sheet.file,
            "the file does not say the unit of AVAL, and the dates do not show that it is days. "
            "Give --time-unit days, weeks, months or years.",
            column="AVALU",
        )
    elif options.time_unit is None and seen.silent and times.offset is not None:
        report.note("AVAL is read as days: it agrees with the dates.")
    explained = set(options.censored_cnsr)
    times.explained = tuple(sorted(explained & set(seen.codes)))
    for code, (line, rows) in sorted(seen.codes.items()):
        if code not in explained:
            words = (
                f"CNSR {code} counts as censored ({rows} rows). If a value means death before the event, give "
                f"--competing-cnsr; if it means censored, --censored-cnsr {code}."
            )
            report.add("cnsr-unexplained", sheet.file, words, line=line, column="CNSR", value=str(code))
    if not report.errors:
        no_dates = times.offset is None and not seen.undated
        seen.watch.warn(sheet.file, report, rows=seen.rows, no_dates=no_dates)


def _offset(seen: _Seen) -> tuple[int | None, str]:
    """Return AVAL - (ADT - STARTDT) where it is 0 or 1 throughout, else None and why."""
    if seen.undated == seen.rows:
        return None, "no row has both STARTDT and ADT" if seen.some_date else "the file has no dates"
    if seen.undated:
        return None, f"{seen.undated} of {seen.rows} rows have no date"
    offsets = list(seen.watch.differences)
    if not seen.disagree and offsets in ([0], [1]):
        return offsets[0], ""
    return None, "times and dates do not agree"
