"""Warnings of what may be one and stands as two: ids, rows and agents of the source tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable
from datetime import date

from gepnet_core.errors import quoted
from gepnet_core.intake.cells import folded
from gepnet_core.intake.report import Report
from gepnet_core.intake.source import Source, SourceRow

# What tells the rows of a table apart; a second row of the same was probably entered twice.
ONE_ROW = {
    "local_treatments": ("date", "modality"),
    "systemic_therapies": ("start_date", "agent"),
    "progressions": ("date",),
    "adverse_events": ("date", "term", "ctcae_grade", "treatment"),
}
LEADING_ZEROS = re.compile(r"^([^0-9]*)0+([0-9])")


def warn_doubles(source: Source, report: Report) -> None:
    """Report ids, rows and agents that differ in nothing but what people write in two ways."""
    _similar_ids(source, report)
    for table, names in ONE_ROW.items():
        _duplicate_rows(source, report, table, names)
    _similar_agents(source, report)


def folded_id(patient: str) -> str:
    """Return an id without case, blanks, Unicode form, zeros before its first number and a last ".0"."""
    plain = folded(patient).replace(" ", "").removesuffix(".0")
    return LEADING_ZEROS.sub(r"\1\2", plain)


def _similar_ids(source: Source, report: Report) -> None:
    first: dict[str, SourceRow] = {}
    for row in source["patients"]:
        other = first.setdefault(folded_id(row.patient), row)
        if other.patient != row.patient:
            words = (
                f"differs from the id on line {other.line} only in case, blanks, Unicode form, leading zeros or a "
                "trailing .0. If they are one patient, use one id."
            )
            report.add(
                "similar-id",
                source.files["patients"],
                words,
                line=row.line,
                column=row.columns.get("patient_id", "patient_id"),
                value=f"{row.patient} and {other.patient}",
                patient=row.patient,
            )


def _duplicate_rows(source: Source, report: Report, table: str, names: tuple[str, ...]) -> None:
    first: dict[tuple[Hashable, ...], SourceRow] = {}
    for row in source[table]:
        told = (row.values[name] for name in names)
        key = (row.patient, *(folded(one) if isinstance(one, str) else one for one in told))
        other = first.setdefault(key, row)
        if other is row:
            continue
        words = f"{_told_twice(table, row, other)} Remove one of the two if it was entered twice."
        source.find(report, "duplicate-row", table, row, names[0], words)


def _told_twice(table: str, row: SourceRow, other: SourceRow) -> str:
    """Return what two rows say twice."""
    where = "on this line" if row.line == other.line else f"on line {other.line}"
    if table == "local_treatments":
        return f"the patient has the same modality on the same day {where}."
    if table == "systemic_therapies":
        return f"the patient begins the same agent on the same day {where}."
    if table == "progressions" and row.values["extent"] != other.values["extent"]:
        return f"the progression of this day is {row.values['extent']} here and {other.values['extent']} {where}."
    return f"the same row stands {where}."


def _similar_agents(source: Source, report: Report) -> None:
    """Point at the first agent of a patient that counts as new although one with its first word was known."""
    treated: dict[str, list[date]] = defaultdict(list)
    for row in source["local_treatments"]:
        if isinstance(day := row.values["date"], date):
            treated[row.patient].append(day)
    given: dict[str, list[tuple[date, str, SourceRow]]] = defaultdict(list)
    for row in source["systemic_therapies"]:
        if row.patient in treated and isinstance(start := row.values["start_date"], date):
            given[row.patient].append((start, folded(str(row.values["agent"])), row))
    for patient, courses in given.items():
        found = _first_similar(sorted(courses, key=lambda course: course[0]), treated[patient])
        if found is not None:
            new, known = found
            words = (
                f"{quoted(str(new.values['agent']))} counts as a new agent beside "
                f"{quoted(str(known.values['agent']))} (line {known.line}): a formulation or dose change is not "
                "new. Write the agent alone where it is the same."
            )
            source.find(report, "similar-agent", "systemic_therapies", new, "agent", words)


def _first_similar(
    courses: list[tuple[date, str, SourceRow]], treated: list[date]
) -> tuple[SourceRow, SourceRow] | None:
    """Return the row of an agent that begins after a treatment, and that of its like from before."""
    for start, agent, row in courses:
        before = max((day for day in treated if day < start), default=None)
        known = [course for course in courses if before is not None and course[0] <= before]
        if agent in {name for _, name, _ in known}:
            continue
        like = next((one for _, name, one in known if _first_word(name) == _first_word(agent)), None)
        if like is not None:
            return row, like
    return None


def _first_word(agent: str) -> str:
    return agent.partition(" ")[0]
