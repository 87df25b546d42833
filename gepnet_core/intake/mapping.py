"""How one wide table becomes source tables, or times: which column stands for what. Kept as a small TOML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w

from gepnet_core.contract import TABLES_BY_NAME
from gepnet_core.errors import FileRefused, listed, quoted
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.reading import DECIMALS, DELIMITERS, ENCODINGS, Reading
from gepnet_core.records import parse_toml, read_text
from gepnet_core.settings import Settings, settings_from
from gepnet_core.vocabulary import TimeUnit

SINGLE_TABLES = ("patients", "follow_up")
NOT_MAPPED = {"treatment_id", "patient_id"}
READING_KEYS = {"encoding", "delimiter", "decimal", "missing", "date_format", "dates"}
TIME_KEYS = {"code", "name", "time", "unit", "status", "event", "censored", "competing"}


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from: a column of the file, a constant, or (an id alone) the number of the row."""

    column: str = ""
    value: str = ""
    row_number: bool = False

    def told(self) -> str | dict[str, object]:
        """Return the cell as it stands in TOML."""
        if self.row_number:
            return {"row_number": True}
        return self.column or {"value": self.value}


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one row of a source table; a wide file may hold several of a table, side by side."""

    table: str
    cells: Mapping[str, Cell]

    @property
    def columns(self) -> list[str]:
        """The columns of the file that it uses."""
        return [cell.column for cell in self.cells.values() if cell.column]


@dataclass(frozen=True, slots=True)
class TimeColumns:
    """An endpoint that the file holds as time and status: every status value is said, none is guessed."""

    code: str
    name: str
    time: str
    status: str
    unit: TimeUnit = TimeUnit.DAYS
    event: tuple[str, ...] = ()
    censored: tuple[str, ...] = ()
    competing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What the columns of a file mean.

    Parameters
    ----------
    groups
        The rows of source tables that a row of the file holds (dates), or none.
    endpoints
        The endpoints that it holds as times; either these or `groups`.
    treatment
        With `endpoints`: the column, or constant, of the treatment.
    baseline
        With `endpoints`: the columns kept as baseline; None: all others.
    missing, date_format, dates
        Words for missing; the format of dates that read both ways, for all columns and for single ones.
    values
        For each column, what a value of the file stands for in the contract; an empty text: not recorded.
    """

    patient_id: Cell
    groups: tuple[Group, ...] = ()
    endpoints: tuple[TimeColumns, ...] = ()
    treatment: Cell | None = None
    baseline: tuple[str, ...] | None = None
    reading: Reading = field(default_factory=Reading)
    missing: tuple[str, ...] = ()
    date_format: DateFormat | None = None
    dates: Mapping[str, DateFormat] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def of(self, table: str) -> list[Group]:
        """Return the groups of one table."""
        return [group for group in self.groups if group.table == table]

    def date_columns(self) -> list[str]:
        """Return the columns of the file that hold dates, in order."""
        kinds = {
            (table.name, column.name): column.sql_type
            for table in TABLES_BY_NAME.values()
            for column in table.columns
        }
        found = {
            cell.column: None
            for group in self.groups
            for name, cell in group.cells.items()
            if cell.column and kinds[group.table, name] == "DATE"
        }
        return list(found)

    def columns(self) -> set[str]:
        """Return the columns of the file that the mapping uses."""
        found = {column for group in self.groups for column in group.columns}
        found |= {column for times in self.endpoints for column in (times.time, times.status)}
        found |= {cell.column for cell in (self.patient_id, self.treatment) if cell and cell.column}
        return found | set(self.baseline or ())

    def to_toml(self) -> str:
        """Return the mapping as a TOML file that `read_mapping` reads back equal."""
        told: dict[str, Any] = {"patient_id": self.patient_id.told()}
        reading: dict[str, Any] = {
            "encoding": self.reading.encoding,
            "delimiter": _word(DELIMITERS, self.reading.delimiter),
            "decimal": _word(DECIMALS, self.reading.decimal),
            "missing": list(self.missing),
            "date_format": "" if self.date_format is None else self.date_format.value,
            "dates": {column: spelled.value for column, spelled in self.dates.items()},
        }
        if kept := {key: value for key, value in reading.items() if value}:
            told["reading"] = kept
        for table in TABLES_BY_NAME:
            rows = [{name: cell.told() for name, cell in group.cells.items()} for group in self.of(table)]
            if rows:
                told[table] = rows[0] if table in SINGLE_TABLES else rows
        if self.treatment is not None:
            told["treatment"] = self.treatment.told()
        if self.baseline is not None:
            told["baseline"] = list(self.baseline)
        if self.endpoints:
            told["endpoints"] = [_told_times(times) for times in self.endpoints]
        if self.values:
            told["values"] = {column: dict(words) for column, words in self.values.items()}
        if settings := self.settings.to_toml():
            told["settings"] = settings
        return tomli_w.dumps(told)


def _word(words: dict[str, str], character: str) -> str:
    return next((word for word, known in words.items() if known == character), "")


def _told_times(times: TimeColumns) -> dict[str, Any]:
    told = {key: getattr(times, key) for key in ("code", "name", "time", "status")}
    told["unit"] = times.unit.value
    return told | {key: list(getattr(times, key)) for key in ("event", "censored", "competing")}


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping file.

    Raises
    ------
    FileRefused
        Rule "mapping": it is not TOML, has an unknown key, or a value of the wrong kind.
    """
    return mapping_from(path.name, read_text(path))


def mapping_from(file: str, text: str) -> ColumnMapping:
    """Return the mapping that a TOML text says; see `read_mapping`."""
    return _Reader(file, text).mapping()


class _Reader:
    """Takes a TOML table apart; what is left over is refused."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.found = parse_toml(file, text)

    def refused(self, words: str) -> FileRefused:
        return FileRefused(self.file, words, rule="mapping")

    def take(self, level: dict[str, Any], key: str, kind: type, default: Any) -> Any:
        value = level.pop(key, default)
        if not isinstance(value, kind):
            raise self.refused(f"{quoted(key)} must be of kind {kind.__name__}.")
        return value

    def words(self, level: dict[str, Any], key: str) -> tuple[str, ...]:
        found = self.take(level, key, list, [])
        if not all(isinstance(word, (str, int)) and not isinstance(word, bool) for word in found):
            raise self.refused(f"{quoted(key)} must be a list of texts in quotes.")
        return tuple(str(word) for word in found)

    def nothing_left(self, level: dict[str, Any], known: str) -> None:
        for key in level:
            raise self.refused(f"{quoted(key)} is not a key of a mapping here. There are: {known}.")

    def one_of(self, words: Any, text: str, key: str) -> Any:
        try:
            return words(text) if callable(words) else words[text]
        except (ValueError, KeyError):
            raise self.refused(f"{quoted(text)} is none of {listed(list(words))} ({key}).") from None

    def cell(self, value: object, key: str) -> Cell:
        if isinstance(value, str) and value:
            return Cell(column=value)
        if (
            key != "patient_id"
            and isinstance(value, dict)
            and list(value) == ["value"]
            and isinstance(value["value"], (str, int, float))
        ):
            return Cell(value=str(value["value"]))
        if value == {"row_number": True} and key == "patient_id":
            return Cell(row_number=True)
        other = "{ row_number = true }" if key == "patient_id" else '{ value = "..." }'
        raise self.refused(f"{quoted(key)} needs the name of a column, or {other}.")

    def mapping(self) -> ColumnMapping:
        found = self.found
        if "patient_id" not in found:
            raise self.refused("has no patient_id: name its column, or say { row_number = true }.")
        patient_id = self.cell(found.pop("patient_id"), "patient_id")
        mapping = ColumnMapping(patient_id, groups=tuple(self.groups()))
        mapping = self.with_reading(mapping)
        treatment = found.pop("treatment", None)
        baseline = self.words(found, "baseline") if "baseline" in found else None
        values = self.take(found, "values", dict, {})
        for column, words in values.items():
            texts = words.values() if isinstance(words, dict) else [None]
            if not all(isinstance(word, str) for word in texts):
                raise self.refused(f"values of {quoted(column)} must be texts in quotes.")
        mapping = replace(
            mapping,
            treatment=None if treatment is None else self.cell(treatment, "treatment"),
            baseline=baseline,
            endpoints=tuple(self.times(row) for row in self.take(found, "endpoints", list, [])),
            values=values,
            settings=settings_from(self.file, self.take(found, "settings", dict, {})),
        )
        self.nothing_left(found, "patient_id, reading, values, settings, treatment, endpoints and the tables")
        codes = [times.code.casefold() for times in mapping.endpoints]
        if len(set(codes)) < len(codes):
            raise self.refused("two endpoints have one code (upper and lower case are the same). Rename one.")
        if mapping.endpoints and mapping.settings.restricts:
            raise self.refused(
                "a window, primary sites or excluded modalities choose treatments by their dates: a file of times "
                "has none. Take them out of the settings."
            )
        if bool(mapping.groups) == bool(mapping.endpoints):
            raise self.refused(
                "needs either tables with dates (local_treatments, follow_up, ...) or endpoints with times."
            )
        if mapping.groups and not (mapping.of("local_treatments") and mapping.of("follow_up")):
            raise self.refused(
                "needs local_treatments (a date, a modality) and follow_up (last contact or death)."
            )
        return mapping

    def groups(self) -> Iterator[Group]:
        for table in TABLES_BY_NAME.values():
            told = self.found.pop(table.name, [])
            rows = [told] if isinstance(told, dict) else told
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise self.refused(f"{quoted(table.name)} must be a table of columns.")
            if table.name in SINGLE_TABLES and len(rows) > 1:
                raise self.refused(f"{quoted(table.name)} stands once: a patient has one row of it.")
            known = [column.name for column in table.columns if column.name not in NOT_MAPPED]
            for row in rows:
                for name in row:
                    if name not in known:
                        raise self.refused(
                            f"{quoted(name)} is no column of {table.name}. There are: {listed(known)}."
                        )
                yield Group(table.name, {name: self.cell(value, name) for name, value in row.items()})

    def with_reading(self, mapping: ColumnMapping) -> ColumnMapping:
        told = self.take(self.found, "reading", dict, {})
        encoding = self.take(told, "encoding", str, "")
        if encoding and encoding not in ENCODINGS:
            raise self.refused(f"{quoted(encoding)} is none of {', '.join(ENCODINGS)} (encoding).")
        delimiter, decimal = self.take(told, "delimiter", str, ""), self.take(told, "decimal", str, "")
        spelled = self.take(told, "date_format", str, "")
        dates = self.take(told, "dates", dict, {})
        missing = self.words(told, "missing")
        self.nothing_left(told, ", ".join(sorted(READING_KEYS)))
        return replace(
            mapping,
            reading=Reading(
                encoding,
                self.one_of(DELIMITERS, delimiter, "delimiter") if delimiter else "",
                self.one_of(DECIMALS, decimal, "decimal") if decimal else "",
            ),
            missing=missing,
            date_format=self.one_of(DateFormat, spelled, "date_format") if spelled else None,
            dates={column: self.one_of(DateFormat, str(word), "dates") for column, word in dates.items()},
        )

    def times(self, row: object) -> TimeColumns:
        if not isinstance(row, dict):
            raise self.refused("each of endpoints must be a table.")
        told = dict(row)
        texts = {key: self.take(told, key, str, "") for key in ("code", "name", "time", "status", "unit")}
        lists = {key: self.words(told, key) for key in ("event", "censored", "competing")}
        self.nothing_left(told, ", ".join(sorted(TIME_KEYS)))
        for key in ("code", "time", "status"):
            if not texts[key]:
                raise self.refused(f"an endpoint needs {key}.")
        if not lists["event"]:
            raise self.refused(f"endpoint {texts['code']} needs the status values that mean an event.")
        said = [value for values in lists.values() for value in values]
        if len(set(said)) < len(said):
            raise self.refused(f"endpoint {texts['code']} gives one status value two meanings.")
        unit = self.one_of(TimeUnit, texts["unit"] or "days", "unit")
        return TimeColumns(
            texts["code"], texts["name"] or texts["code"], texts["time"], texts["status"], unit, **lists
        )
