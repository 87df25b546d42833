"""What a version offers as baseline: the columns known on the index date, and those of which a person said so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gepnet_core.errors import ControlMissing, listed, quoted
from gepnet_core.intake.known_later import KNOWN_LATER, Judged
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Database
from gepnet_core.store.described import BaselineColumn
from gepnet_core.store.known_later import judged_at_import, judged_at_opening


@dataclass(frozen=True, slots=True)
class Offered:
    """The baseline columns of a data set, in order, and those that are known only after the index date, or may be.

    `late` True: the version was imported before there was such a judgement, and was judged when it was opened.
    """

    name: str
    columns: tuple[BaselineColumn, ...]
    judged: tuple[Judged, ...]
    late: bool

    @property
    def no_longer(self) -> str:
        """Which columns were offered once and are not any more, and the remedy; empty where there is none."""
        if not self.late or not self.judged:
            return ""
        suspects = [found.name for found in self.judged if found.undecided]
        remedy = "Import it again"
        if suspects:
            remedy += f", with --baseline COLUMN=yes for what was known by then ({listed(suspects)})"
        return (
            f"“{self.name}” was imported before its columns were judged. No longer offered as baseline, for "
            "they are known only after the index date, or may be: "
            f"{listed([found.name for found in self.judged])}. {remedy}."
        )

    def why_not(self, column: str) -> str:
        """Return why a column is no baseline, as a sentence; empty where it is one or nothing is known of it."""
        found = next((judged for judged in self.judged if judged.name == column), None)
        return "" if found is None or found.admitted else f"{quoted(column)} {found.not_offered}"

    def refuse(self, column: str) -> None:
        """Raise ControlMissing where it is known why a column is no baseline."""
        if why := self.why_not(column):
            raise ControlMissing(why)

    def remarks(self, columns: Iterable[str | None]) -> list[str]:
        """Return a sentence for each of these columns that may be known only after the index date."""
        admitted = {found.name for found in self.judged if found.admitted}
        return [f"{quoted(name)} {KNOWN_LATER}." for name in dict.fromkeys(columns) if name in admitted]


def offered(name: str, database: Database, *, judging: bool) -> Offered:
    """Return what a version offers; `judging` False: its columns are fixed, and all known on the index date."""
    described = database.rows("SELECT name, label, kind FROM baseline_columns ORDER BY position")
    judged: tuple[Judged, ...] | None = ()
    if judging:
        judged = judged_at_import(database)
    late = judged is None
    if judged is None:
        judged = judged_at_opening(database, [column for column, _, _ in described])
    later = {found.name: found.admitted for found in judged}
    described = [row for row in described if later.get(row[0], True)]
    if not described:
        return Offered(name, (), judged, late)
    counted = ", ".join(f"count(DISTINCT {identifier(column)})" for column, _, _ in described)
    levels = database.rows(f"SELECT {counted} FROM cohort")[0]
    columns = tuple(
        BaselineColumn(column, label, kind, int(count), column in later)
        for (column, label, kind), count in zip(described, levels, strict=True)
    )
    return Offered(name, columns, judged, late)
