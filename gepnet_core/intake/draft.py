"""The draft of a mapping: what was guessed of a file, to be looked at, completed and then kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from gepnet_core.errors import OptionRefused, listed, quoted
from gepnet_core.intake.dates import DateFormat
from gepnet_core.intake.mapping import Cell, ColumnMapping, Group, TimeColumns, mapping_from
from gepnet_core.intake.reading import Reading
from gepnet_core.vocabulary import NOT_RECORDED


@dataclass(slots=True)
class Draft:
    """A mapping that may lack parts, or be wrong; a person changes it until `to_mapping` takes it.

    Parameters
    ----------
    patient_id
        The column of the id; the number of the row where none was found.
    groups, endpoints, treatment
        Either tables with dates, or times with a status; of a status no value has a meaning yet.
    values
        For each column, what a value of the file stands for; an empty text: not recorded.
    missing
        Words for missing that stand in columns of dates or numbers.
    ambiguous
        Columns of dates that read both ways: each needs its format in `dates`.
    unsaid_units
        Codes of endpoints whose unit the header does not say; days are assumed.
    unused
        Columns that no part of the draft uses; with `endpoints` they become the baseline.
    """

    patient_id: Cell = field(default_factory=lambda: Cell(row_number=True))
    groups: list[Group] = field(default_factory=list)
    endpoints: list[TimeColumns] = field(default_factory=list)
    treatment: Cell | None = None
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    decimal: str = "."
    dates: dict[str, DateFormat] = field(default_factory=dict)
    ambiguous: list[str] = field(default_factory=list)
    unsaid_units: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def reading(self) -> Reading:
        """How the file is read, as far as its columns show it: a decimal comma is said, a point goes without."""
        return Reading(decimal="," if self.decimal == "," else "")

    def of(self, table: str) -> list[Group]:
        """Return the groups of one table."""
        return [group for group in self.groups if group.table == table]

    def to_mapping(self, reading: Reading | None = None) -> ColumnMapping:
        """Return the mapping; `reading` says how the file was read.

        Raises
        ------
        OptionRefused
            If a treatment lacks its date or modality, or the format of an ambiguous date is not said.
        FileRefused
            If it is incomplete in a way in which no mapping file may be.
        """
        for group in self.of("local_treatments"):
            for name, words in (("date", "a date"), ("modality", "a modality")):
                if name not in group.cells:
                    which = f" ({', '.join(group.columns)})" if group.columns else ""
                    raise OptionRefused(
                        f"A local treatment{which} has no {name}. Choose a column, or say {words} for all rows."
                    )
        if open_ := [name for name in self.ambiguous if name not in self.dates]:
            raise OptionRefused(
                f"{listed([quoted(name) for name in open_])}: dates read both day first and month first. Say "
                "the date format."
            )
        reading = (reading or Reading()).over(self.reading)
        mapping = ColumnMapping(
            self.patient_id,
            groups=tuple(self.groups),
            endpoints=tuple(self.endpoints),
            treatment=(self.treatment or Cell(value=NOT_RECORDED)) if self.endpoints else None,
            reading=reading,
            missing=self.missing,
            dates=dict(self.dates),
            values={column: dict(words) for column, words in self.values.items()},
        )
        mapping_from("the draft", mapping.to_toml())
        return mapping
