"""The baseline columns of times while their version is written: which there are, and which of them are offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gepnet_core.errors import listed
from gepnet_core.intake import adtte_columns
from gepnet_core.intake.adsl import Subjects
from gepnet_core.intake.report import Report
from gepnet_core.intake.times import Times
from gepnet_core.sql_names import identifier
from gepnet_core.store.connection import Building
from gepnet_core.store.known_later import COLUMNS, TABLE, announce, judge
from gepnet_core.store.trial_varying import varying_columns

BASELINE_COLUMNS = (("name", "VARCHAR"), ("label", "VARCHAR"), ("kind", "VARCHAR"), ("position", "INTEGER"))
# where times and dates do not agree the cohort has no index dates, but the file may have said when the times begin
STARTED = (
    "(SELECT cohort.* REPLACE (begun.start AS index_date) FROM cohort "
    "JOIN (SELECT patient_id, min(start) AS start FROM times_read GROUP BY patient_id) begun USING (patient_id))"
)


@dataclass(frozen=True, slots=True)
class TrialBaseline:
    """The columns of a file of times, and of ADSL beside it, on their way; `decisions` as people made them."""

    file: Building
    report: Report
    times: Times
    subjects: Subjects | None
    decisions: Mapping[str, bool]

    def columns(self) -> list[tuple[str, str, str]]:
        """Return the columns that may be baseline as name, SQL and kind: what does not vary within a patient.

        A decision on any other column is an error in the report.
        """
        exported = adtte_columns.exported_as([found.code for found in self.times.endpoints])
        places = [at for at, name in self.times.candidates.items() if name.lower() not in exported]
        varying = varying_columns(self.file, places)
        kept = [
            (self.times.candidates[at], f"c.c{at}", self.times.kinds[at].kind)
            for at in places
            if at not in varying
        ]
        here = {name.lower() for name, _, _ in kept}
        if self.subjects is not None:
            kept += [
                (name, f"s.c{at}", self.subjects.kinds[at].kind)
                for at, name in self.subjects.candidates.items()
                if name.lower() not in here and name.lower() not in exported
            ]
        may_be = {name for name, _, _ in kept}
        left_out = [
            name for name in self.times.header if name not in may_be and name not in self.times.own_columns
        ]
        if left_out:
            self.report.note(
                f"Kept, but not offered as baseline columns: {listed(left_out)} "
                "(they belong to the record of the event, or vary in a patient)."
            )
        for name in self.decisions:
            if name not in may_be:
                self.report.add("baseline-decision", self.times.file, self._unfit(name), column=name)
        return kept

    def _unfit(self, name: str) -> str:
        """Return why nothing can be decided of a column."""
        subjects = [] if self.subjects is None else self.subjects.header
        if name in (*self.times.header, *subjects):
            return (
                "is no column of the patient that could be a baseline: it belongs to the record of the event or to "
                "the mapping, or varies in a patient. Take it out of --baseline."
            )
        return "is said to be a baseline or none, but there is no such column. Check its spelling."

    def offer(self, columns: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        """Return what is offered as baseline, and say what is not, since it is known only after the index date."""
        dated = "cohort" if self.times.offset is not None else STARTED
        judged = judge(self.file, [name for name, _, _ in columns], self.decisions, dated=dated)
        where = {
            name: self.subjects.file if self.subjects and sql.startswith("s.") else self.times.file
            for name, sql, _ in columns
        }
        announce(judged, where, self.report)
        self.report.stop_on_errors()
        not_offered = {found.name for found in judged if not found.admitted}
        kept = [column for column in columns if column[0] not in not_offered]
        there = {name for (name,) in self.file.rows("SELECT column_name FROM (DESCRIBE cohort)")}
        for name in not_offered & there:
            self.file.run(f"ALTER TABLE cohort DROP COLUMN {identifier(name)}")
        for table, types, rows in (
            (
                "baseline_columns",
                BASELINE_COLUMNS,
                [
                    (name, name, "categorical" if kind == "categorical" else "numeric")
                    for name, _, kind in kept
                ],
            ),
            (
                TABLE,
                COLUMNS,
                [(found.name, found.verdict.value, found.why, found.decision) for found in judged],
            ),
        ):
            self.file.run(f"CREATE TABLE {table}({', '.join(f'{name} {kind}' for name, kind in types)})")
            for place, row in enumerate(rows):
                bound = dict(zip((name for name, _ in types), (*row, place), strict=True))
                self.file.run(
                    f"INSERT INTO {table} VALUES ({', '.join(f'${name}' for name in bound)})", bound
                )
        return kept
