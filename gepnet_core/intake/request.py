"""What a person asks an import to do, as one value that can cross to another process."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import tomli_w

from gepnet_core.errors import OptionRefused
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.leave_out import check_rules
from gepnet_core.intake.mapping import ColumnMapping, mapping_from
from gepnet_core.intake.reading import Reading
from gepnet_core.settings import Settings, parse_settings
from gepnet_core.vocabulary import TimeUnit


class Format(StrEnum):
    """What a file holds."""

    TABLES = "tables"
    WIDE = "wide"
    ADTTE = "adtte"
    REDCAP = "redcap"
    CBIOPORTAL = "cbioportal"

    @property
    def label(self) -> str:
        """The words on the control."""
        return {
            "tables": "source tables (folder, ZIP or workbook)",
            "wide": "one table, a row a patient",
            "adtte": "ADTTE (CSV or SAS transport)",
            "redcap": "REDCap export with its data dictionary",
            "cbioportal": "cBioPortal clinical files",
        }[self.value]

    @property
    def needs_extraction_date(self) -> bool:
        """Whether "the future" must be said: True where dates are entered by hand."""
        return self in (Format.TABLES, Format.WIDE, Format.REDCAP)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be imported, and all that only a person can say of it.

    Parameters
    ----------
    format
        None: as the file shows.
    beside
        A second file: ADSL, the REDCap data dictionary, or cBioPortal's sample file.
    sheet
        The sheet of a workbook that holds a wide table; empty: its only one.
    settings
        The settings of the data set; None: those beside the tables, or in the mapping.
    treatment
        For cBioPortal: the column that holds the treatment.
    baseline
        Columns that may be known only after the index date, and whether they are a baseline all the same.
    leave_out
        The rules of which the patients whose rows break them are left out.
    without
        The patients who are left out so far; an import fills it in.
    mapping_file, settings_file
        What messages call the two files.
    beside_as
        The option that gave the second file, such as "--adsl"; empty: it is what the format needs.
    """

    path: Path
    format: Format | None = None
    beside: Path | None = None
    mapping: ColumnMapping | None = None
    settings: Settings | None = None
    extracted: date | None = None
    reading: Reading = field(default_factory=Reading)
    date_format: DateFormat | None = None
    time_unit: TimeUnit | None = None
    competing_cnsr: int | None = None
    censored_cnsr: tuple[int, ...] = ()
    sheet: str = ""
    treatment: str = ""
    baseline: tuple[tuple[str, bool], ...] = ()
    leave_out: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    mapping_file: str = "mapping"
    settings_file: str = "settings"
    beside_as: str = ""

    @property
    def held(self) -> Settings:
        """The settings that were given with the request: those of a file for itself replace the mapping's."""
        if self.settings is not None:
            return self.settings
        return Settings() if self.mapping is None else self.mapping.settings

    @property
    def as_read(self) -> Reading:
        """How the file is read: each part as was asked for, else as the mapping says."""
        return self.reading if self.mapping is None else self.reading.over(self.mapping.reading)

    def to_json(self) -> dict[str, Any]:
        """Return the request as plain JSON; `from_json` gives it back equal."""
        return {
            "path": str(self.path),
            "format": self.format,
            "beside": None if self.beside is None else str(self.beside),
            "mapping": None if self.mapping is None else self.mapping.to_toml(),
            "settings": None if self.settings is None else tomli_w.dumps(self.settings.to_toml()),
            "extracted": None if self.extracted is None else self.extracted.isoformat(),
            "reading": asdict(self.reading),
            "date_format": self.date_format,
            "time_unit": self.time_unit,
            "competing_cnsr": self.competing_cnsr,
            "censored_cnsr": list(self.censored_cnsr),
            "sheet": self.sheet,
            "treatment": self.treatment,
            "baseline": [list(decision) for decision in self.baseline],
            "leave_out": list(self.leave_out),
            "mapping_file": self.mapping_file,
            "settings_file": self.settings_file,
            "beside_as": self.beside_as,
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Request:
        """Return the request that `to_json` told."""

        def known(key: str, kind: Any) -> Any:
            return None if told[key] is None else kind(told[key])

        return cls(
            path=Path(told["path"]),
            format=known("format", Format),
            beside=known("beside", Path),
            mapping=known("mapping", lambda text: mapping_from(told["mapping_file"], text)),
            settings=known("settings", lambda text: parse_settings(told["settings_file"], text)),
            extracted=known("extracted", date.fromisoformat),
            reading=Reading(**told["reading"]),
            date_format=known("date_format", DateFormat),
            time_unit=known("time_unit", TimeUnit),
            competing_cnsr=told["competing_cnsr"],
            censored_cnsr=tuple(told["censored_cnsr"]),
            sheet=told["sheet"],
            treatment=told["treatment"],
            baseline=tuple((column, said) for column, said in told["baseline"]),
            leave_out=tuple(told["leave_out"]),
            mapping_file=told["mapping_file"],
            settings_file=told["settings_file"],
            beside_as=told["beside_as"],
        )

    def check(self) -> None:
        """Raise where an option is missing, or where something that was said has no effect on the file.

        Raises
        ------
        OptionRefused
            For an option of the command line.
        FileRefused
            Rule "mapping": for a key of the settings or the mapping.
        """
        assert self.format is not None
        from gepnet_core.intake.effect_check import check_effects  # it looks at a request

        check_rules(self.leave_out)
        check_effects(self)
        told = self.mapping is not None and self.mapping.endpoints
        if self.format.needs_extraction_date and not (self.extracted or self.held.extracted) and not told:
            raise OptionRefused(
                f"The day on which the data were exported is needed for {self.format.label}: a later date would "
                "lie in the future, and who was not seen for long cannot be told. Give --extracted YYYY-MM-DD."
            )
        if self.format in (Format.WIDE, Format.REDCAP) and self.mapping is None:
            raise OptionRefused(
                f"A file of the format {self.format} needs a mapping of its columns: give --mapping FILE.toml "
                "(the command `mapping` writes a draft)."
            )
        if self.format is Format.REDCAP and self.beside is None:
            raise OptionRefused("A REDCap export needs its data dictionary: give --dictionary FILE.csv.")
